"""Set the tags and the category of one article as an operator decides; check their names."""

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from syndicator.app.archive import Archive
from syndicator.app.lookup import need_article
from syndicator.app.read_configuration import Configuration
from syndicator.articles.edits import By, find_writer
from syndicator.articles.fields import category_by
from syndicator.core import text
from syndicator.core.errors import EditedMeanwhile, UsageError
from syndicator.core.model import Article, Problem
from syndicator.describing.taxonomy.mentions import make_key
from syndicator.describing.taxonomy.vocabulary import Vocabulary, fold, load_any
from syndicator.store.engine import Store
from syndicator.upkeep import reconcile
from syndicator.upkeep.editorial import find_withdrawal
from syndicator.upkeep.feed_changes import ChangeCounter, FeedChange
from syndicator.upkeep.passes.one_pass import write_revision
from syndicator.upkeep.passes.revision import Revision

ORDERED = ("tags", "category")  # fields of the file that a decision may change
_WRITTEN = ("tags", "tags_by", "category", "category_by")  # attributes that it sets


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The decision of an operator on an article. `tags`: all tags that it shall have, None to keep
    its tags. `category`: its new category, "" for none, None to keep its category."""

    tags: tuple[str, ...] | None = None
    category: str | None = None


@dataclass(frozen=True, slots=True)
class Names:
    """The tags and categories that an operator may use. `vocabulary`: of taxonomy.toml; `used`:
    tags that articles have already."""

    vocabulary: Vocabulary
    used: Collection[str] = ()

    def spell_tag(self, name: str, article: Article) -> str:
        """Return the usual spelling of the tag `name` for an article. Raises UsageError if `name`
        cannot be a tag. If taxonomy.toml lists tags, it is also raised if neither taxonomy.toml nor
        any article has this tag: a typo must not make a new feed."""
        name = text.line(name)
        if not name or not make_key(name):
            raise UsageError(f"{name!r} is no tag: a tag has a letter or a digit")

        # find it in taxonomy.toml, or among the tags of articles
        spellings = {}
        for tag in self.vocabulary.tag:
            for form in (*tag.aliases, tag.name):
                spellings[make_key(form)] = tag.name
        slugs = {text.slug(tag): tag for tag in (*self.used, *article.tags)}
        match = spellings.get(make_key(name)) or slugs.get(text.slug(name))
        if match:
            return match

        if "," in name:
            raise UsageError(
                f"{name!r} is no tag; give each tag as a word of its own, in quotes where it has a"
                " blank"
            )
        if self.vocabulary.tag:
            listed = [tag.name for tag in self.vocabulary.tag]
            near = text.suggest_similar(name, (*listed, *self.used))
            raise UsageError(
                f"no tag {name!r} in taxonomy.toml, and no article has it{near}; list it there"
                " first"
            )
        return name

    def spell_category(self, name: str) -> str:
        """Return the spelling of the category `name` in taxonomy.toml. If taxonomy.toml has no
        categories, return `name` on one line. Raises UsageError if it has some, but not this
        one."""
        # by folded name, the form in which names are compared
        spellings = {fold(category.name): category.name for category in self.vocabulary.category}
        if spellings and fold(name) not in spellings:
            near = text.suggest_similar(name, spellings.values())
            if not near:
                near = f"; it has {', '.join(spellings.values())}"
            raise UsageError(f"no category {name!r} in taxonomy.toml{near}")
        return spellings.get(fold(name), text.line(name))


def confirm_tags(article: Article, names: Names, added: Iterable[str] = ()) -> Decision:
    """Return the decision that confirms all tags of an article and adds the tags `added`. Raises
    UsageError if an added tag is unknown."""
    added_tags = [names.spell_tag(name, article) for name in added]
    tag_by_slug: dict[str, str] = {}
    for tag in (*article.tags, *added_tags):
        tag_by_slug.setdefault(text.slug(tag), tag)
    return Decision(tags=tuple(tag_by_slug.values()))


def reject_tags(article: Article, names: Names, rejected: Sequence[str]) -> Decision:
    """Return the decision that removes the `rejected` tags from an article and confirms its other
    tags. Raises UsageError if the article does not have one of the rejected tags."""
    # tags with one slug (name in the address of a feed) are the same tag
    slugs = {text.slug(tag) for tag in article.tags}
    rejected_slugs = set()
    for rejected_name in rejected:
        name = rejected_name
        if text.slug(name) not in slugs:
            # it may be an alias; an unknown tag is reported below
            with suppress(UsageError):
                name = names.spell_tag(name, article)
        if text.slug(name) not in slugs:
            has = ", ".join(article.tags) or "none"
            raise UsageError(f"{article.title!r} does not have the tag {name!r}; its tags: {has}")
        rejected_slugs.add(text.slug(name))
    return Decision(tags=tuple(tag for tag in article.tags if text.slug(tag) not in rejected_slugs))


def apply_decision(article: Article, decision: Decision) -> Article:
    """Return `article` with the decided values, marked as set by the operator."""
    # a file may not say who set its category: without a mark, it would count as set by whoever set
    # the tags
    article = replace(article, category_by=article.category_by or category_by(article))
    if decision.tags is not None:
        article = replace(article, tags=decision.tags, tags_by=By.OPERATOR.value)
    if decision.category is not None:
        article = replace(article, category=decision.category, category_by=By.OPERATOR.value)
    return article


def has_same_values(article: Article, other: Article) -> bool:
    """True if both versions of an article have the same tags and the same category."""
    return all(getattr(article, name) == getattr(other, name) for name in ORDERED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """The effect of a decision on an article. `before`, `after`: the article before and after it;
    `path`: of its file. `changed`: True if the file changes, even if only in who set a value.
    `feeds`: feeds that the article joins or leaves. `problems`: one for each file that cannot be
    read."""

    before: Article
    after: Article
    path: str
    changed: bool
    feeds: tuple[FeedChange, ...]
    problems: tuple[Problem, ...] = ()


def load_names(store: Store, config: Path) -> Names:
    """Return the tags and categories that an operator may use: those of taxonomy.toml, and the tags
    that have a feed. `config`: the folder of taxonomy.toml."""
    used = []
    for row in store.index.feeds():
        is_tag = row.key.axis == "tag"
        was_renamed = row.moved_to is not None
        if is_tag and not was_renamed:
            used.append(row.name)
    return Names(load_any(config / "taxonomy.toml"), tuple(used))


def plan_decision(
    archive: Archive,
    configuration: Configuration,
    what: str,
    decide: Callable[[Article, Names], Decision],
) -> Confirmed:
    """Return the effect that a decision on an article would have; change nothing. `what`: address,
    id or file of the article. `decide`: gets the article and the usable names, and returns the
    decision. Raises UsageError if the article is unknown or withdrawn, or if the decision is not
    possible; ConfigError."""
    problems = reconcile.update_from_files(archive, configuration)
    if find_withdrawal(archive, what):
        raise UsageError(
            f"{what!r} is withdrawn; `syndicator withdraw --undo` brings it back, with its tags"
        )
    path = archive.store.index.path(need_article(archive, what)) or ""
    old = archive.article_store.get(path)
    decision = decide(old, load_names(archive.store, configuration.folder))
    new = apply_decision(old, decision)

    # find out what changes
    feed_changes = ChangeCounter(archive.store.index.merged())
    has_new_values = not has_same_values(old, new)
    if has_new_values:
        feed_changes.add(old, new)
    writers_before = [find_writer(old, name) for name in ORDERED]
    writers_after = [find_writer(new, name) for name in ORDERED]
    has_new_writer = writers_before != writers_after
    return Confirmed(
        before=old,
        after=new,
        path=path,
        changed=has_new_values or has_new_writer,
        feeds=feed_changes.list_changes(),
        problems=problems,
    )


def write_decision(archive: Archive, path: str, planned_on: Article, decided: Article) -> Article:
    """Write tags and category of the article `decided` to its file at `path`. Return the article as
    its file then has it. `planned_on`: the article as it was when the decision was made. Raises
    EditedMeanwhile if the file has other tags or another category by now."""
    current = archive.article_store.get(path)
    if not has_same_values(current, planned_on):
        raise EditedMeanwhile(path)
    revision = Revision(values={name: getattr(decided, name) for name in _WRITTEN})
    return write_revision(archive, path, current, revision, ordered=ORDERED)
