"""Make the daily or weekly entries of digests when due; store them for feed and mail."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta, tzinfo
from functools import partial
from itertools import chain
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
    weekday = digest.at[:-5].strip()  # of "mon 07:00"; "" for a daily one
    hour = time.fromisoformat(digest.at[-5:])
    today = now.astimezone(zone).date()
    for days_ago in range(len(DAYS) + 1):
        day = today - timedelta(days=days_ago)
        if weekday and DAYS[day.weekday()] != weekday:
            continue
        end = datetime.combine(day, hour, zone).astimezone(UTC)
        if end <= now:
            return end
    raise AssertionError("a week has each weekday")


def due(archive: Archive, settings: Settings) -> bool:
    """Return True if an entry is due, or if a digest was added or removed."""
    stored = read(archive.store)
    if stored.keys() != {digest.name for digest in settings.digest}:
        return True
    for digest in settings.digest:
        if stored[digest.name]["until"] < last_end(digest, archive.clock()).isoformat():
            return True
    return False


def collect(archive: Archive, configuration: Configuration) -> list[tuple[Digest, Issues]]:
    """Make the due entries. Returns the entries of all digests, with published articles only."""
    stored_before = read(archive.store)
    stored: dict[str, Any] = {}
    for digest in configuration.settings.digest:
        earlier = stored_before.get(digest.name)
        stored[digest.name] = _continue_digest(archive, configuration, digest, earlier)
    if stored != stored_before:
        write(archive, stored)
    collected: list[tuple[Digest, Issues]] = []
    for digest in configuration.settings.digest:
        issues = stored[digest.name]["issues"]
        collected.append((digest, [published(archive.store, issue) for issue in issues]))
    return collected


def _continue_digest(
    archive: Archive,
    configuration: Configuration,
    digest: Digest,
    earlier: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Return a digest with its due entry. `earlier`: as it is stored. A new digest begins with the
    last period, which is not mailed."""
    until = last_end(digest, archive.clock())
    if earlier is not None:
        since = datetime.fromisoformat(earlier["until"])
        issues = earlier["issues"]
    else:
        since = last_end(digest, until - timedelta(seconds=1))
        issues = []
    if since < until:
        stories = _list_stories(archive, configuration, digest, since, until)
        if stories:
            issue = {
                "until": until.isoformat(),
                "day": until.astimezone().date().isoformat(),
                "stories": stories,
                "waits": earlier is not None and bool(digest.mail),
                "tried": "",
                "fault": "",
            }
            issues = [issue, *issues][:_KEPT]
    return {"until": max(since, until).isoformat(), "issues": issues}


def _list_stories(
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

    def is_in_period(article: Article) -> bool:
        return (article.added or until) < until

    groups: dict[str, list[str]] = {}  # ids by name of the story, or id of an article without one
    excerpts = {article_id: article.excerpt for article_id, article in articles.items()}
    for article_id, article in articles.items():
        if not is_in_period(article):
            continue
        story = stories.get(article_id)
        if story is None:
            groups.setdefault(article_id, [article_id])
            continue
        first_of_outlet: dict[str, str] = {}
        for outlet, report in story.reports:
            excerpts[report.id] = report.excerpt
            if not is_in_period(report):
                continue
            if outlet not in first_of_outlet or report.id in leads:
                first_of_outlet[outlet] = report.id
        members = sorted(first_of_outlet.values(), key=lambda report_id: report_id not in leads)
        groups.setdefault(story.name, members)

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
    visible = store.index.select_published(list(chain.from_iterable(issue["stories"])))
    stories = [
        [article_id for article_id in ids if article_id in visible] for ids in issue["stories"]
    ]
    return {**issue, "stories": stories}


def faults(store: Store) -> list[str]:
    """Return the mail faults of the newest entries."""
    newest = [digest["issues"][0] for digest in read(store).values() if digest["issues"]]
    return [issue["fault"] for issue in newest if issue["fault"]]


def read(store: Store) -> dict[str, Any]:
    """Return `until` (the end of its last period) and `issues` of each digest."""
    stored: dict[str, Any] = json.loads(store.visits.note(_NOTE) or "{}")
    return stored


def write(archive: Archive, stored: Mapping[str, Any]) -> None:
    """Store the value of `read`."""
    archive.store.visits.set_note(_NOTE, json.dumps(stored) if stored else None, archive.clock())
