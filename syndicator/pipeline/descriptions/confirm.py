"""An operator's decision on tags and category, as a hand edit; the feeds that a bulk change touches. Pure."""

from __future__ import annotations

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
    """An operator's word: the whole list of tags, and the category; None where nothing is said of it."""

    tags: tuple[str, ...] | None = None
    category: str | None = None


@dataclass(frozen=True, slots=True)
class Names:
    """The names that an operator may mean: those of taxonomy.toml, and tags that articles have."""

    vocabulary: Vocabulary
    used: Collection[str] = ()

    def tag(self, name: str, article: Article) -> str:
        """The tag that `name` means, as spelled. Raises UsageError for an unknown one: a typo would become a feed."""
        name = text.line(name)
        if not name or not mentions_key(name):
            raise UsageError(f"{name!r} is no tag: a tag has a letter or a digit")
        listed = {mentions_key(form): tag.name for tag in self.vocabulary.tag for form in (*tag.aliases, tag.name)}
        slugs = {text.slug(tag): tag for tag in (*self.used, *article.tags)}
        found = listed.get(mentions_key(name)) or slugs.get(text.slug(name))
        if found:
            return found
        if "," in name:
            raise UsageError(f"{name!r} is no tag; give each tag as a word of its own, in quotes where it has a blank")
        if self.vocabulary.tag:
            near = text.suggestion(name, (*(tag.name for tag in self.vocabulary.tag), *self.used))
            raise UsageError(f"no tag {name!r} in taxonomy.toml, and no article has it{near}; list it there first")
        return name

    def category(self, name: str) -> str:
        """The category that `name` means. Raises UsageError where taxonomy.toml lists some, and none of that name."""
        listed = {fold(one.name): one.name for one in self.vocabulary.category}
        if listed and fold(name) not in listed:
            near = text.suggestion(name, listed.values()) or f"; it has {', '.join(listed.values())}"
            raise UsageError(f"no category {name!r} in taxonomy.toml{near}")
        return listed.get(fold(name), text.line(name))


def with_tags(article: Article, names: Names, added: Iterable[str] = ()) -> Decision:
    """That the tags of the article are right, and those `added` too. Raises UsageError."""
    tags: dict[str, str] = {}
    for tag in (*article.tags, *(names.tag(name, article) for name in added)):
        tags.setdefault(text.slug(tag), tag)
    return Decision(tags=tuple(tags.values()))


def without_tags(article: Article, names: Names, rejected: Sequence[str]) -> Decision:
    """That the tags of the article are right but for those `rejected`. Raises UsageError for one it does not have."""
    slugs, wrong = {text.slug(tag) for tag in article.tags}, set()
    for name in rejected:
        with suppress(UsageError):  # what is no tag is none of the article's, which is all that matters here
            name = name if text.slug(name) in slugs else names.tag(name, article)
        if text.slug(name) not in slugs:
            has = ", ".join(article.tags) or "none"
            raise UsageError(f"{article.title!r} does not have the tag {name!r}; its tags: {has}")
        wrong.add(text.slug(name))
    return Decision(tags=tuple(tag for tag in article.tags if text.slug(tag) not in wrong))


def decided(article: Article, decision: Decision) -> Article:
    """`article` with what was decided, which is the operator's from now on."""
    article = replace(article, category_by=article.category_by or category_by(article))  # the tags may have said so
    if decision.tags is not None:
        article = replace(article, tags=decision.tags, tags_by=By.OPERATOR.value)
    if decision.category is not None:
        article = replace(article, category=decision.category, category_by=By.OPERATOR.value)
    return article


def carried_over(article: Article, decided: Article) -> Article:
    """`article` with tags and category, and who wrote them, as in `decided`."""
    return replace(
        article, tags=decided.tags, tags_by=decided.tags_by, category=decided.category, category_by=decided.category_by
    )


def same(one: Article, other: Article) -> bool:
    """True when two versions of an article have the same tags and category."""
    return all(getattr(one, name) == getattr(other, name) for name in ORDERED)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedChange:
    """A feed and how many articles join it, leave it, or stay in it with other words."""

    feed: str  # tags/ai
    joins: int = 0
    leaves: int = 0
    changes: int = 0


@dataclass(slots=True)
class ChangeCounter:
    """Counts what changed articles mean for feeds. `copies`: ids of articles that only their source's feed shows."""

    copies: Collection[str] = ()
    counts: dict[FeedKey, list[int]] = field(default_factory=dict)

    def add(self, before: Article, after: Article) -> None:
        old, new = (
            {key for key in feeds_of(one) if one.id not in self.copies or AXES[key.axis].copies}
            for one in (before, after)
        )
        for place, keys in enumerate((new - old, old - new, old & new)):
            for key in keys:
                self.counts.setdefault(key, [0, 0, 0])[place] += 1

    def feeds(self) -> tuple[FeedChange, ...]:
        return tuple(
            FeedChange(feed=stem(key), joins=joins, leaves=leaves, changes=changes)
            for key, (joins, leaves, changes) in sorted(self.counts.items())
        )
