"""Which names in an entry lead to a page of ours. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from syndicator.configuration.settings import Settings
from syndicator.core.axes import AXES, SOURCE, TAG
from syndicator.core.formats import PAGE
from syndicator.core.model import FeedKey
from syndicator.core.text import slug
from syndicator.publishing import paths

_CATEGORY = "category"


@dataclass(frozen=True, slots=True)
class Links:
    """The pages that an entry can lead to. They follow from the settings and taxonomy.toml alone and not from the feeds
    that there are: else the first article of a tag would write all entries anew. `tags`: the slugs of those tags that
    have a page from their first article on; None: all have. `unsaid`: the category that says nothing."""

    base: str
    categories: bool = True
    tags: frozenset[str] | None = None
    unsaid: str = ""
    sources: bool = True

    def category(self, name: str) -> str:
        """The address of a category's page, "" where it has none."""
        return self._page(_CATEGORY, name) if self.categories else ""

    def tag(self, name: str) -> str:
        """The address of a tag's page, "" where it is not sure to have one."""
        return self._page(TAG, name) if self.tags is None or _slug(name) in self.tags else ""

    def source(self, key: str) -> str:
        """The address of a source's page, "" where it has none."""
        return self.base + paths.file_name(FeedKey(SOURCE, key), PAGE) if key and self.sources else ""

    def _page(self, axis: str, name: str) -> str:
        return self.base + paths.file_name(FeedKey(axis, _slug(name)), PAGE)


def links(settings: Settings, named: Iterable[str] = ()) -> Links:
    """The pages there are by `settings`; `named`: the tags of taxonomy.toml, which need one article alone."""
    publish = settings.publish
    pages = {name for name, axis in AXES.items() if PAGE in publish.formats and axis.word in publish.axes}
    sure = None if publish.tag_min == 1 else frozenset(map(_slug, named))
    return Links(
        base=settings.base_url,
        categories=_CATEGORY in pages,
        tags=sure if TAG in pages else frozenset(),
        unsaid=settings.describe.uncategorised,
        sources=SOURCE in pages,
    )


@lru_cache(8192)
def _slug(name: str) -> str:
    return slug(name)
