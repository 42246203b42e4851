"""Where the pages of feeds are, as links within the site. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from syndicator.axes import SOURCE, TAG
from syndicator.formats import PAGE
from syndicator.model import FeedKey, FeedSpec
from syndicator.publishing import paths
from syndicator.text import slug

_CATEGORY: Final = "category"


class Links:
    """The pages there are. `moved`: feeds that moved, each with where it is now."""

    def __init__(self, specs: Iterable[FeedSpec], moved: Mapping[FeedKey, FeedKey] | None = None) -> None:
        self._pages = {spec.key: paths.file_name(spec.key, PAGE) for spec in specs if PAGE in spec.formats}
        self._moved = moved or {}

    def page(self, key: FeedKey) -> str:
        """The file of a feed's page, "" where it has none."""
        return self._pages.get(self._moved.get(key, key), "")

    def tag(self, name: str) -> str:
        """The page of a tag, "" where it has none."""
        return self.page(FeedKey(TAG, slug(name)))

    def category(self, name: str) -> str:
        """The page of a category, "" where it has none."""
        return self.page(FeedKey(_CATEGORY, slug(name))) if name else ""

    def source(self, key: str) -> str:
        """The page of a source, "" where it has none."""
        return self.page(FeedKey(SOURCE, key)) if key else ""
