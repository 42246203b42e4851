"""List the categories and tags that a form offers."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from syndicator.app.places import OpenedInstance
from syndicator.core.axes import CATEGORY, TAG
from syndicator.showing.lists import load_vocabulary

MOST_TAGS: Final = 500  # tags that only articles have; a choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """The names that a form offers. `tags`: first the tags of taxonomy.toml, then tags that only
    articles have, the most used first. `categories`: the categories of taxonomy.toml; if it lists
    none, the categories that articles have. `is_closed`: True if taxonomy.toml lists categories, so
    that no other one is accepted."""

    categories: tuple[str, ...]
    tags: tuple[str, ...]
    is_closed: bool


def list_choices(instance: OpenedInstance) -> Choices:
    """Return the categories and tags that a form offers: those of taxonomy.toml, and tags that
    articles have. If taxonomy.toml lists no categories, those of articles are offered. Raises
    StoreError if the database cannot be read."""
    taxonomy = load_vocabulary(instance.config)
    categories = [category.name for category in taxonomy.category]
    is_closed = bool(categories)  # no other category than those of taxonomy.toml is accepted
    if not is_closed:
        categories = _list_used_categories(instance)
    tags = [tag.name for tag in taxonomy.tag]
    return Choices(
        categories=tuple(categories),
        tags=_join_names(tags, _list_used(instance, TAG)[:MOST_TAGS]),
        is_closed=is_closed,
    )


def _list_used_categories(instance: OpenedInstance) -> list[str]:
    """Return the categories that articles have, except the one that stands for "no category"."""
    fallback = instance.settings.describe.uncategorised
    return [name for name in _list_used(instance, CATEGORY) if name != fallback]


def _list_used(instance: OpenedInstance, axis: str) -> list[str]:
    """Return the names of all tags (`axis` is TAG) or of all categories (CATEGORY) that published
    articles have. The name that most articles have comes first."""
    if instance.store is None:
        return []
    feeds = instance.store.index.plain_feeds(axis)  # there is a feed for each tag and category
    used = [feed for feed in feeds if feed.count and feed.moved_to is None]
    used.sort(key=lambda feed: (-feed.count, feed.name.casefold()))
    return [feed.name for feed in used]


def _join_names(listed: Iterable[str], used: Iterable[str]) -> tuple[str, ...]:
    """Return the names `listed`, then the names `used`, each name once. Names that differ only in
    capital letters are the same name; its first spelling is returned."""
    spellings: dict[str, str] = {}
    for name in (*listed, *used):
        spellings.setdefault(name.casefold(), name)
    return tuple(spellings.values())
