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
from syndicator.describing.taxonomy.mentions import make_key as mentions_key
from syndicator.describing.taxonomy.vocabulary import Vocabulary, fold, load_any
from syndicator.store.engine import Store
from syndicator.upkeep import reconcile
from syndicator.upkeep.editorial import withdrawn
from syndicator.upkeep.feed_changes import ChangeCounter, FeedChange
from syndicator.upkeep.passes.one_pass import write_revision
from syndicator.upkeep.passes.revision import Revision

ORDERED = ("tags", "category")  # fields of the file that a decision may change
_WRITTEN = ("tags", "tags_by", "category", "category_by")  # attributes that it sets


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The operator's tags (the whole list) and category; None leaves a field as it is."""

    tags: tuple[str, ...] | None = None
    category: str | None = None


@dataclass(frozen=True, slots=True)
class Names:
    """Tags and categories that an operator may use: those of taxonomy.toml, and the `used` tags of
    articles."""

    vocabulary: Vocabulary
    used: Collection[str] = ()

    def tag(self, name: str, article: Article) -> str:
        """Return the spelling of the tag `name`. Raises UsageError if it is unknown, so that a typo
        makes no feed."""
        name = text.line(name)
        if not name or not mentions_key(name):
            raise UsageError(f"{name!r} is no tag: a tag has a letter or a digit")
        listed = {
            mentions_key(form): tag.name
            for tag in self.vocabulary.tag
            for form in (*tag.aliases, tag.name)
        }
        slugs = {text.slug(tag): tag for tag in (*self.used, *article.tags)}
        match = listed.get(mentions_key(name)) or slugs.get(text.slug(name))
        if match:
            return match
        if "," in name:
            raise UsageError(
                f"{name!r} is no tag; give each tag as a word of its own, in quotes where it has a"
                " blank"
            )
        if self.vocabulary.tag:
            near = text.suggestion(name, (*(tag.name for tag in self.vocabulary.tag), *self.used))
            raise UsageError(
                f"no tag {name!r} in taxonomy.toml, and no article has it{near}; list it there"
                " first"
            )
        return name

    def category(self, name: str) -> str:
        """Return the spelling of the category `name`. Raises UsageError if taxonomy.toml has
        categories without it."""
        listed = {fold(category.name): category.name for category in self.vocabulary.category}
        if listed and fold(name) not in listed:
            near = (
                text.suggestion(name, listed.values()) or f"; it has {', '.join(listed.values())}"
            )
            raise UsageError(f"no category {name!r} in taxonomy.toml{near}")
        return listed.get(fold(name), text.line(name))


def with_tags(article: Article, names: Names, added: Iterable[str] = ()) -> Decision:
    """Confirm the tags of the article and add others. Raises UsageError."""
    tags: dict[str, str] = {}
    for tag in (*article.tags, *(names.tag(name, article) for name in added)):
        tags.setdefault(text.slug(tag), tag)
    return Decision(tags=tuple(tags.values()))


def without_tags(article: Article, names: Names, rejected: Sequence[str]) -> Decision:
    """Confirm the tags of the article except the `rejected`. Raises UsageError for others."""
    slugs = {text.slug(tag) for tag in article.tags}
    wrong = set()
    for rejected_name in rejected:
        name = rejected_name
        if text.slug(name) not in slugs:
            with suppress(UsageError):  # an unknown tag is reported as missing below
                name = names.tag(name, article)
        if text.slug(name) not in slugs:
            has = ", ".join(article.tags) or "none"
            raise UsageError(f"{article.title!r} does not have the tag {name!r}; its tags: {has}")
        wrong.add(text.slug(name))
    return Decision(tags=tuple(tag for tag in article.tags if text.slug(tag) not in wrong))


def decided(article: Article, decision: Decision) -> Article:
    """Apply `decision` to `article` as an edit of the operator."""
    article = replace(
        article, category_by=article.category_by or category_by(article)
    )  # tags of the model mark an unmarked category as its own
    if decision.tags is not None:
        article = replace(article, tags=decision.tags, tags_by=By.OPERATOR.value)
    if decision.category is not None:
        article = replace(article, category=decision.category, category_by=By.OPERATOR.value)
    return article


def same(article: Article, other: Article) -> bool:
    """True if two versions of an article have the same tags and category."""
    return all(getattr(article, name) == getattr(other, name) for name in ORDERED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """Effect of a decision. `changed`: the file differs, if only in who confirmed it. `problems`:
    unreadable files."""

    before: Article
    after: Article
    path: str
    changed: bool
    feeds: tuple[FeedChange, ...]
    problems: tuple[Problem, ...] = ()


def defined_names(store: Store, config: Path) -> Names:
    """Return the names of taxonomy.toml and the published tags."""
    used = [
        row.name for row in store.index.feeds() if row.key.axis == "tag" and row.moved_to is None
    ]
    return Names(load_any(config / "taxonomy.toml"), tuple(used))


def plan_decision(
    archive: Archive,
    configuration: Configuration,
    what: str,
    decide: Callable[[Article, Names], Decision],
) -> Confirmed:
    """Plan the decision on an article. Raises UsageError, ConfigError."""
    problems = reconcile.files(archive, configuration)
    if withdrawn(archive, what):
        raise UsageError(
            f"{what!r} is withdrawn; `syndicator withdraw --undo` brings it back, with its tags"
        )
    path = archive.store.index.path(need_article(archive, what)) or ""
    before = archive.article_store.get(path)
    after = decided(before, decide(before, defined_names(archive.store, configuration.folder)))
    changes = ChangeCounter(archive.store.index.merged())
    if not same(before, after):
        changes.add(before, after)
    return Confirmed(
        before=before,
        after=after,
        path=path,
        changed=not same(before, after)
        or any(find_writer(before, name) != find_writer(after, name) for name in ORDERED),
        feeds=changes.feeds(),
        problems=problems,
    )


def write_decision(archive: Archive, path: str, seen: Article, wanted: Article) -> Article:
    """Write tags and category of `wanted` to the file. Raises UsageError if it differs from
    `seen`."""
    now = archive.article_store.get(path)
    if not same(now, seen):
        raise EditedMeanwhile(path)
    decided = Revision(values={name: getattr(wanted, name) for name in _WRITTEN})
    return write_revision(archive, path, now, decided, ordered=ORDERED)
