"""The kept pages of a source, at which somebody points. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from syndicator.articles.beside.lists import RIGHTS_TOML, RightsFile
from syndicator.articles.snapshots import ANSWERED
from syndicator.core.model import FeedKey
from syndicator.pipeline.context import rights_in
from syndicator.services.health.look import Place
from syndicator.services.naming import need_sources
from syndicator.services.places.opening import kept_pages
from syndicator.services.rules.try_out import POINTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A kept page: of which article, its bytes, the address that answered, and its headers."""

    id: str
    title: str
    url: str
    html: bytes
    headers: Mapping[str, str]

    @property
    def page(self) -> tuple[bytes, str, Mapping[str, str]]:
        return self.html, self.headers.get(ANSWERED, self.url), self.headers


def kept(place: Place, key: str, most: int = POINTED) -> list[Kept]:
    """The newest kept pages of a source, for which its rules hold. Raises UsageError for a key that is none."""
    need_sources(place, [key])
    if place.store is None:
        return []
    rights = rights_in(RightsFile(place.article_store.file(RIGHTS_TOML)), place.sources[key])
    snapshots, index = kept_pages(place.settings, place.environ), place.store.index
    ids = index.ids(FeedKey("source", key), limit=10 * most, since=None, most=10 * most)
    found: list[Kept] = []
    for id, article in index.articles(ids).items():
        page = snapshots.get(id) if len(found) < most and rights.owns(article.url) else None
        if page is not None:
            found.append(Kept(id=id, title=article.title, url=article.url, html=page[0], headers=page[1]))
    return found
