"""Operator decisions on tags and category, applied as hand edits; counts of feeds that change.
Pure."""

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from syndicator.articles.edits import By
from syndicator.articles.fields import category_by, feeds_of
from syndicator.core import text
from syndicator.core.axes import AXES
from syndicator.core.errors import UsageError
from syndicator.core.model import Article, FeedKey
from syndicator.describing.taxonomy.mentions import key as mentions_key
from syndicator.describing.taxonomy.vocabulary import Vocabulary, fold
from syndicator.publishing.paths import stem

ORDERED = ("tags", "category")  # fields of the file that a decision may change


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
    slugs, wrong = {text.slug(tag) for tag in article.tags}, set()
    for name in rejected:
        with suppress(UsageError):  # an unknown tag is reported as missing below
            name = name if text.slug(name) in slugs else names.tag(name, article)
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


def carried_over(article: Article, decided: Article) -> Article:
    """Return `article` with tags, category and their authors from `decided`."""
    return replace(
        article,
        tags=decided.tags,
        tags_by=decided.tags_by,
        category=decided.category,
        category_by=decided.category_by,
    )


def same(article: Article, other: Article) -> bool:
    """True if two versions of an article have the same tags and category."""
    return all(getattr(article, name) == getattr(other, name) for name in ORDERED)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedChange:
    """Numbers of articles that join a feed, leave it, or stay with changed fields."""

    feed: str  # tags/ai
    joins: int = 0
    leaves: int = 0
    changes: int = 0


@dataclass(slots=True)
class ChangeCounter:
    """Counter of changes per feed. `copies`: ids of merged articles, which appear only in feeds of
    sources."""

    copies: Collection[str] = ()
    counts: dict[FeedKey, list[int]] = field(default_factory=dict)

    def add(self, before: Article, after: Article) -> None:
        old, new = (
            {
                key
                for key in feeds_of(article)
                if article.id not in self.copies or AXES[key.axis].copies
            }
            for article in (before, after)
        )
        for place, keys in enumerate((new - old, old - new, old & new)):
            for key in keys:
                self.counts.setdefault(key, [0, 0, 0])[place] += 1

    def feeds(self) -> tuple[FeedChange, ...]:
        return tuple(
            FeedChange(feed=stem(key), joins=joins, leaves=leaves, changes=changes)
            for key, (joins, leaves, changes) in sorted(self.counts.items())
        )
