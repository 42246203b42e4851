"""The sites of the demo: names, addresses of pages, and texts beside the stories."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any, Final, Literal, TypeVar

from syndicator.core.model import ContentMode

FeedFormat = Literal["rss", "atom", "rdf", "json"]
Place = TypeVar("Place", "Site", "Trouble")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    key: str
    title: str
    host: str  # a loopback address of its own
    tagline: str = ""
    path: str = "/{slug}"  # of a story; {y}, {m}, {d} and {slug} stand for its date and name
    feed_path: str = ""  # "": the site has no feed
    feed: FeedFormat = "rss"
    full: bool = False  # the feed carries whole articles
    content: ContentMode = "excerpt"  # how we publish it
    language: str = "en"
    robots: str = "User-agent: *\nDisallow: /search\n"
    classes: Mapping[str, str] = field(default_factory=dict)  # tag -> class, as this site's system writes them
    promo_after: int = 0  # blocks of the story before the site's own block; 0: none
    boilerplate: tuple[str, ...] = ()  # texts on every page that are no part of any story


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A source that fails; `reason` is the code that a visit records."""

    key: str
    host: str
    path: str
    reason: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    body: str = ""
    type: str = "application/rss+xml; charset=utf-8"


def _rows(name: str, kind: type[Place]) -> tuple[Place, ...]:
    text = files("syndicator.demo").joinpath("sites.toml").read_text(encoding="utf-8")
    tables: list[dict[str, Any]] = tomllib.loads(text)[name]
    for row in tables:
        row |= {key: tuple(value) for key, value in row.items() if isinstance(value, list)}
    return tuple(kind(**row) for row in tables)


SITES: Final = _rows("site", Site)
TROUBLES: Final = _rows("trouble", Trouble)
