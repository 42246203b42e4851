"""An article's picture: its thumbnail, and what is known of one that was not made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """The thumbnail of an article: a WebP among the published files, named after its own bytes."""

    name: str  # below the web root
    width: int  # pixels
    height: int
    alt: str = ""  # nobody told us words for it; on pages its title stands beside it


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureRow:
    """What is known of an article's picture at `url`: its thumbnail, or why there is none (yet)."""

    id: str  # the article's
    url: str
    tries: int = 0  # to fetch it, failed ones
    next_try: datetime | None = None  # None: no more
    picture: Picture | None = None
    reason: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictured:
    """Articles with a picture that a feed shows: how many of them have a thumbnail, wait for it, or have none, by
    reason code."""

    made: int = 0
    waiting: int = 0
    failed: Mapping[str, int] = field(default_factory=dict)
