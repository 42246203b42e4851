"""Make the daily or weekly entries of digests when due; store them for feed and mail."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta, tzinfo
from functools import partial
from typing import Any, Final

from syndicator.app import lookup
from syndicator.app.archive import Archive, find_terms
from syndicator.app.read_configuration import Configuration
from syndicator.configuration.settings import DAYS, Digest, Settings
from syndicator.core.axes import STORIES
from syndicator.core.model import Article, FeedKey
from syndicator.publishing.paths import parse_stem
from syndicator.publishing.published_texts import matches_published
from syndicator.publishing.stories.ranking import count_voices
from syndicator.searching.language import Expr, parse_query
from syndicator.store.engine import Store

_NOTE: Final = "digests"
_KEPT: Final = 10  # entries of a digest: a choice, as the two that follow
_LINES: Final = 50
_MOST: Final = 2000  # articles of a period that are looked at

# Newest first: arguments of `publishing.digests.entry`, and `waits`, `tried`, `fault` of mail.
Issues = list[dict[str, Any]]


def last_end(digest: Digest, now: datetime, zone: tzinfo | None = None) -> datetime:
    """Return the last end of a period at or before `now`, in UTC. `zone`: None for this
    machine's."""
    weekday = digest.at[:-5].strip()
    hours = time.fromisoformat(digest.at[-5:])
    days = (now.astimezone(zone).date() - timedelta(days=back) for back in range(len(DAYS) + 1))
    wanted = (day for day in days if not weekday or DAYS[day.weekday()] == weekday)
    return next(
        end for day in wanted if (end := datetime.combine(day, hours, zone).astimezone(UTC)) <= now
    )


def due(archive: Archive, settings: Settings) -> bool:
    """Return True if an entry is due, or if a digest was added or removed."""
    stored = read(archive.store)
    return stored.keys() != {digest.name for digest in settings.digest} or any(
        stored[digest.name]["until"] < last_end(digest, archive.clock()).isoformat()
        for digest in settings.digest
    )


def collect(archive: Archive, configuration: Configuration) -> list[tuple[Digest, Issues]]:
    """Make the due entries. Returns the entries of all digests, with published articles only."""
    before = read(archive.store)
    wanted = configuration.settings.digest
    stored = {
        digest.name: _continued(archive, configuration, digest, before.get(digest.name))
        for digest in wanted
    }
    if stored != before:
        write(archive, stored)
    return [
        (digest, [published(archive.store, issue) for issue in stored[digest.name]["issues"]])
        for digest in wanted
    ]


def _continued(
    archive: Archive,
    configuration: Configuration,
    digest: Digest,
    before: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Return a digest with its due entry. A new digest begins with the last period, which is not
    mailed."""
    until = last_end(digest, archive.clock())
    since = (
        datetime.fromisoformat(before["until"])
        if before
        else last_end(digest, until - timedelta(seconds=1))
    )
    issues = before["issues"] if before else []
    if since < until and (stories := _stories(archive, configuration, digest, since, until)):
        day = until.astimezone().date().isoformat()
        waits = bool(before and digest.mail)
        issue = {
            "until": until.isoformat(),
            "day": day,
            "stories": stories,
            "waits": waits,
            "tried": "",
            "fault": "",
        }
        issues = [issue, *issues][:_KEPT]
    return {"until": max(since, until).isoformat(), "issues": issues}


def _stories(
    archive: Archive,
    configuration: Configuration,
    digest: Digest,
    since: datetime,
    until: datetime,
) -> list[list[str]]:
    """Return the stories with articles added from `since` to before `until`, as article ids: the
    first of each outlet, the lead first. Sort stories by number of outlets, of which copies of one
    text count once, then the newest first."""
    index = archive.store.index
    key = parse_stem(digest.of) or FeedKey("", "")
    ids = index.ids(key, limit=0, since=since - timedelta(microseconds=1), most=_MOST)
    articles = index.articles(ids)
    if digest.query:
        articles = _select(archive, configuration, articles, parse_query(digest.query))
        ids = list(articles)
    stories = index.reports(ids)
    leads = set(index.ids(STORIES, limit=_MOST, since=None, most=_MOST))
    groups: dict[str, list[str]] = {}
    excerpts = {article_id: article.excerpt for article_id, article in articles.items()}
    for article_id in (
        article_id for article_id, article in articles.items() if (article.added or until) < until
    ):
        first = dict[str, str]()
        story = stories.get(article_id)
        for outlet, article in story.reports if story else (("", articles[article_id]),):
            excerpts[article.id] = article.excerpt
            if (article.added or until) < until and (outlet not in first or article.id in leads):
                first[outlet] = article.id
        groups.setdefault(
            story.name if story else article_id,
            sorted(first.values(), key=lambda article_id: article_id not in leads),
        )

    def count_outlets(ids: Sequence[str]) -> int:
        return count_voices(excerpts[article_id] for article_id in ids)

    return sorted(groups.values(), key=count_outlets, reverse=True)[:_LINES]


def _select(
    archive: Archive, configuration: Configuration, articles: Mapping[str, Article], expr: Expr
) -> dict[str, Article]:
    """Return the articles of which a query matches what is published."""
    selected: dict[str, Article] = {}
    for article_id, article in articles.items():
        source = find_terms(archive, configuration, article)
        read_text = partial(_read_text, archive, article_id)
        if matches_published(expr, article, source, read_text):
            selected[article_id] = article
    return selected


def _read_text(archive: Archive, article_id: str) -> str:
    return lookup.read(archive, article_id).text


def published(store: Store, issue: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry without its unpublished articles."""
    there = store.index.published([article_id for ids in issue["stories"] for article_id in ids])
    return {
        **issue,
        "stories": [
            [article_id for article_id in ids if article_id in there] for ids in issue["stories"]
        ],
    }


def faults(store: Store) -> list[str]:
    """Return the mail faults of the newest entries."""
    return [
        issue["fault"]
        for digest in read(store).values()
        for issue in digest["issues"][:1]
        if issue["fault"]
    ]


def read(store: Store) -> dict[str, Any]:
    """Return `until` (the end of its last period) and `issues` of each digest."""
    stored: dict[str, Any] = json.loads(store.visits.note(_NOTE) or "{}")
    return stored


def write(archive: Archive, stored: Mapping[str, Any]) -> None:
    """Store the value of `read`."""
    archive.store.visits.set_note(_NOTE, json.dumps(stored) if stored else None, archive.clock())
