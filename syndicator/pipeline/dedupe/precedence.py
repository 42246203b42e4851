"""Which of several copies of a story stands for it. Pure.

A total order, so that it does not matter in which order copies come: first those that a source of their own site
announced, then those whose page does not call another one the original, then the one that is believed to be earliest,
then the one whose source comes first in sources.toml, then the one that we filed first, then by id. What a page says
counts against itself alone: naming an original lowers the one that names it and raises nobody, because whoever copies
can name an accomplice.

A date is a claim, and who copies claims an early one. What a source announces at one visit and not at the one before
came in between: no claim reaches further back than the visit before, and none further than a day, so that neither a new
source nor one that is asked seldom outdates what we have seen come. What claims to be old is no original of what is
news. Within a day a copy cannot be told from an original that we asked for later; the operator's order of sources and
`split` are the cure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from syndicator.core.model import Article

WINDOW = timedelta(days=7)  # between two articles that are one story; syndication takes hours
REACH = timedelta(days=1)  # how far back a page may date itself
_LAST = 1 << 30  # the rank of a source that is in sources.toml no more


class Precedence(NamedTuple):
    """What copies are ordered by: the lowest stands."""

    neighbour: bool  # no source of its own site announced it
    copied: bool  # its page calls another of them the original
    since: datetime
    rank: int
    added: datetime
    id: str


def believed(published: datetime | None, added: datetime, after: datetime | None) -> datetime:
    """Since when an article that we filed at `added` is believed to be there, if it says `published` and its source
    did not announce it yet at `after`. A claim of more than a day counts as a day and one of more than WINDOW as none,
    to the hour: of the old articles of first visits the rank of the source decides, not which was read some seconds
    earlier. Without a date it is of an hour later."""
    hour = added.replace(minute=0, second=0, microsecond=0)
    if published is None or published < added - WINDOW:
        return hour + timedelta(hours=2 if published is None else 1)
    earliest = hour - REACH
    if after is not None:
        earliest = max(earliest, min(after, added))
    return min(max(published, earliest), added)


def precedence(
    article: Article, since: datetime, ranks: Mapping[str, int], *, neighbour: bool, copied: bool
) -> Precedence:
    """The place of `article` among its copies; `ranks`: the place of each source in sources.toml."""
    rank = ranks.get(article.source_key, _LAST)
    return Precedence(neighbour, copied, since, rank, article.added or since, article.id)
