"""An article's picture: its thumbnail, and what is known of one that was not made."""

from __future__ import annotations

from dataclasses import dataclass
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
