"""Entries of digests, made once when due and stored in a note of the database."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Any, Final

from syndicator.configuration.settings import DAYS, Digest
from syndicator.core.axes import STORIES
from syndicator.core.model import FeedKey
from syndicator.publishing.paths import parse_stem
from syndicator.services.container import App
from syndicator.store.engine import Store

_NOTE: Final = "digests"
_KEPT: Final = 10  # entries of a digest: a choice, as the two that follow
_LINES: Final = 50
_MOST: Final = 2000  # articles of a period that are looked at

Issues = list[
    dict[str, Any]
]  # newest first: arguments of `publishing.digests.entry`, and `waits`, `tried`, `fault` of mail


def last_end(digest: Digest, now: datetime, zone: tzinfo | None = None) -> datetime:
    """Return the last end of a period at or before `now`, in UTC. `zone`: None for this machine's."""
    weekday, hours = digest.at[:-5].strip() or DAYS[0], time.fromisoformat(digest.at[-5:])
    days = (now.astimezone(zone).date() - timedelta(days=back) for back in range(len(DAYS) + 1))
    wanted = (day for day in days if digest.every == "day" or DAYS[day.weekday()] == weekday)
    return next(end for day in wanted if (end := datetime.combine(day, hours, zone).astimezone(UTC)) <= now)


def due(app: App) -> bool:
    """True if an entry is due, or a digest was added or removed."""
    kept = read(app.store)
    return kept.keys() != {one.name for one in app.settings.digest} or any(
        kept[one.name]["until"] < last_end(one, app.clock()).isoformat() for one in app.settings.digest
    )


def collect(app: App) -> list[tuple[Digest, Issues]]:
    """Make the due entries. Returns the entries of all digests, with published articles only."""
    before, wanted = read(app.store), app.settings.digest
    kept = {one.name: _continued(app, one, before.get(one.name)) for one in wanted}
    if kept != before:
        write(app, kept)
    return [(one, [published(app, issue) for issue in kept[one.name]["issues"]]) for one in wanted]


def _continued(app: App, digest: Digest, before: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return a digest with its due entry. A new digest begins with the last period, which is not mailed."""
    until = last_end(digest, app.clock())
    since = datetime.fromisoformat(before["until"]) if before else last_end(digest, until - timedelta(seconds=1))
    issues = before["issues"] if before else []
    if since < until and (stories := _stories(app, digest, since, until)):
        day, waits = until.astimezone().date().isoformat(), bool(before and digest.mail)
        made = {"until": until.isoformat(), "day": day, "stories": stories, "waits": waits, "tried": "", "fault": ""}
        issues = [made, *issues][:_KEPT]
    return {"until": max(since, until).isoformat(), "issues": issues}


def _stories(app: App, digest: Digest, since: datetime, until: datetime) -> list[list[str]]:
    """Return the stories with articles added from `since` to before `until`, as article ids: the first of each outlet,
    the lead first. Stories of most outlets come first, then the newest."""
    index, key = app.store.index, parse_stem(digest.of) or FeedKey("", "")
    ids = index.ids(key, limit=0, since=since - timedelta(microseconds=1), most=_MOST)
    articles, stories = index.articles(ids), index.reports(ids)
    leads = set(index.ids(STORIES, limit=_MOST, since=None, most=_MOST))
    found: dict[str, list[str]] = {}
    for id in (id for id, article in articles.items() if (article.added or until) < until):
        first, story = dict[str, str](), stories.get(id)
        for outlet, article in story.reports if story else (("", articles[id]),):
            if (article.added or until) < until and (outlet not in first or article.id in leads):
                first[outlet] = article.id
        found.setdefault(story.name if story else id, sorted(first.values(), key=lambda id: id not in leads))
    return sorted(found.values(), key=len, reverse=True)[:_LINES]


def published(app: App, issue: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry without its unpublished articles."""
    there = app.store.index.published([id for ids in issue["stories"] for id in ids])
    return {**issue, "stories": [[id for id in ids if id in there] for ids in issue["stories"]]}


def faults(store: Store) -> list[str]:
    """Return the mail faults of the newest entries."""
    newest = (issue for kept in read(store).values() for issue in kept["issues"][:1])
    return [issue["fault"] for issue in newest if issue["fault"]]


def read(store: Store) -> dict[str, Any]:
    """Return by digest `until` (the end of its last period) and `issues`."""
    found: dict[str, Any] = json.loads(store.visits.note(_NOTE) or "{}")
    return found


def write(app: App, kept: Mapping[str, Any]) -> None:
    """Store the value of `read`."""
    app.store.visits.set_note(_NOTE, json.dumps(kept) if kept else None, app.clock())
