"""What was filed while the clock was ahead is brought back once the clock is right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from syndicator.articles import times
from syndicator.errors import ConfigError
from syndicator.model import Article, Problem
from syndicator.pipeline.refile import refile
from syndicator.reasons import FileReason
from syndicator.services.container import App
from syndicator.store.engine import Store

# A clock that ran ahead by more than this and was set right leaves times behind that are no longer believed.
AHEAD = timedelta(minutes=10)
# Where more articles than these, and more than this share of all, lie in the future, it is this clock that is wrong. An
# hour of a small instance files a few articles, a day of a large one not five in a hundred. Both are a choice.
_HANDFUL = 5
_SHARE = 0.05


def set_back(app: App) -> tuple[Problem, ...]:
    """Brings times that lie in the future back to now: of articles, in their files, where what a hand edited stays; of
    visits and entries, in the database. Their order among each other stays. With nothing in the future, two looks at an
    index. Returns what is wrong where it is this clock that is: then nothing changes. Raises OSError, StoreError."""
    now = app.clock()
    limit, ahead = now + AHEAD, app.store.ahead
    late, visited = ahead.added(limit), ahead.visited(limit)
    if not late and not visited:
        return ()
    if detail := _behind(late, app.store.status.counts().articles, now):
        return (Problem(what="clock", reason=FileReason.CLOCK_BEHIND, detail=detail),)
    revised = ahead.revised(limit) if visited else []
    places = in_order((article.added for article in late if article.added), now)
    for article in (*late, *revised):
        with suppress(ConfigError, FileNotFoundError):  # a file that is broken or gone is told of elsewhere
            _refile(app, article.id, places, now)
    if visited:
        ahead.set_back(now, limit)
    return ()


def behind(store: Store, now: datetime) -> str:
    """What is wrong with this machine's clock by the articles there are, "" where nothing is."""
    late = store.ahead.added(now + AHEAD)
    return _behind(late, store.status.counts().articles, now) if late else ""


def _behind(late: Sequence[Article], known: int, now: datetime) -> str:
    ours = sum(bool(article.digest) for article in late)  # a hand may date files as it likes
    if not is_wrong(ours, known):
        return ""
    newest = max(article.added for article in late if article.added)
    return (
        f"{ours} of {known} articles were added later than {times.iso(now)}, the last one {times.iso(newest)}: set "
        "this machine's clock"
    )


def is_wrong(late: int, known: int) -> bool:
    """True when so many articles lie in the future that the clock is to blame, and not the articles. Pure."""
    return late >= _HANDFUL and late > _SHARE * known


def in_order(late: Iterable[datetime], now: datetime) -> dict[datetime, datetime]:
    """What each of these times becomes: the latest `now`, every one before it a second less. Pure."""
    ordered = sorted(set(late), reverse=True)
    return {moment: now - timedelta(seconds=place) for place, moment in enumerate(ordered)}


def brought_back(article: Article, places: Mapping[datetime, datetime], now: datetime) -> Article:
    """`article` without a time after `now`. Pure."""
    added = places.get(article.added, article.added) if article.added else None
    latest = added if added and added != article.added else now

    def past(moment: datetime | None) -> datetime | None:
        return latest if moment and moment > now else moment

    revisions = (times.iso(past(times.parsed(one))) for one in article.revisions)
    return replace(
        article,
        added=added,
        published=past(article.published),
        updated=past(article.updated),
        revisions=tuple(dict.fromkeys(revisions)),
    )


def _refile(app: App, id: str, places: Mapping[datetime, datetime], now: datetime) -> None:
    path = app.store.index.path(id)
    if path is None:
        return
    before = app.article_store.get(path)
    after = brought_back(before, places, now)
    refile(app.article_store, app.store.visits, after, before=before, path=path, ordered=("added",))
