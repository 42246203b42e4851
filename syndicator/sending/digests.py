"""Make the daily or weekly entries of digests when they are due; store them for feed and mail.

An issue is one entry of a digest: the stories of a day or week."""

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

_NOTE: Final = "digests"  # key of the note in the database
# our choices:
_MOST_ISSUES: Final = 10  # of a digest that are stored
_MOST_STORIES: Final = 50  # in an issue
_MOST_ARTICLES: Final = 2000  # of a period that are looked at

# The issues of a digest, newest first: what `publishing.digests.entry` needs, and the state of its
# mail (`waits`, `tried`, `fault`).
Issues = list[dict[str, Any]]


def last_end(digest: Digest, now: datetime, zone: tzinfo | None = None) -> datetime:
    """Return the end of the last period of a digest at or before `now`, in UTC. `zone`: time zone
    in which its time of day is meant, None for that of this machine."""
    weekday = digest.at[:-5].strip()  # "mon" of "mon 07:00"; "" of "07:00", a daily digest
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


def is_due(archive: Archive, settings: Settings) -> bool:
    """True if a digest has a new issue to make, or if the operator added or removed a digest."""
    stored = read_issues(archive.store)
    if stored.keys() != {digest.name for digest in settings.digest}:
        return True
    for digest in settings.digest:
        if stored[digest.name]["until"] < last_end(digest, archive.clock()).isoformat():
            return True
    return False


def make_due_issues(archive: Archive, configuration: Configuration) -> list[tuple[Digest, Issues]]:
    """Make and store the issues that are due. Return all digests with their stored issues, newest
    first, reduced to the articles that are published now."""
    stored_before = read_issues(archive.store)
    stored: dict[str, Any] = {}
    for digest in configuration.settings.digest:
        earlier = stored_before.get(digest.name)
        stored[digest.name] = _continue_digest(archive, configuration, digest, earlier)
    if stored != stored_before:
        write_issues(archive, stored)
    collected: list[tuple[Digest, Issues]] = []
    for digest in configuration.settings.digest:
        issues = stored[digest.name]["issues"]
        collected.append((digest, [drop_unpublished(archive.store, issue) for issue in issues]))
    return collected


def _continue_digest(
    archive: Archive,
    configuration: Configuration,
    digest: Digest,
    earlier: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Return what to store of a digest. If a period has ended since the last issue and brought
    stories, there is a new issue. `earlier`: what was stored so far; None for a new digest, whose
    first issue is for the last period that ended and is not mailed."""
    until = last_end(digest, archive.clock())
    if earlier is not None:
        since = datetime.fromisoformat(earlier["until"])
        issues = earlier["issues"]
    else:
        since = last_end(digest, until - timedelta(seconds=1))
        issues = []
    stories = []
    if since < until:
        stories = _list_stories(archive, configuration, digest, since, until)
    if stories:
        is_to_be_mailed = earlier is not None and bool(digest.mail)
        new_issue = {
            "until": until.isoformat(),
            "day": until.astimezone().date().isoformat(),
            "stories": stories,
            "waits": is_to_be_mailed,
            "tried": "",
            "fault": "",
        }
        issues = [new_issue, *issues][:_MOST_ISSUES]
    return {"until": max(since, until).isoformat(), "issues": issues}


def _list_stories(
    archive: Archive,
    configuration: Configuration,
    digest: Digest,
    since: datetime,
    until: datetime,
) -> list[list[str]]:
    """Return the stories of a digest with articles added from `since` to before `until`. Each is a
    list of article ids: the lead of the story, then the first article of each other outlet.

    Stories with more outlets come first; outlets with copies of one text count as one. Among equal
    stories, the newest comes first."""
    # the articles since `since` of the digest's feed, then only those that fit its query
    index = archive.store.index
    key = parse_stem(digest.of) or FeedKey("", "")
    ids = index.ids(key, limit=0, since=since - timedelta(microseconds=1), most=_MOST_ARTICLES)
    articles = index.articles(ids)
    if digest.query:
        articles = _select_matching(archive, configuration, articles, parse_query(digest.query))
        ids = list(articles)
    stories = index.reports(ids)
    leads = set(index.ids(STORIES, limit=_MOST_ARTICLES, since=None, most=_MOST_ARTICLES))

    def is_in_period(article: Article) -> bool:
        """True if the article was added before the end of the period."""
        return (article.added or until) < until

    # article ids by the name of their story; an article without a story is one by itself
    ids_by_story: dict[str, list[str]] = {}
    excerpts = {article_id: article.excerpt for article_id, article in articles.items()}
    for article_id, article in articles.items():
        if not is_in_period(article):
            continue
        story = stories.get(article_id)
        if story is None:
            ids_by_story.setdefault(article_id, [article_id])
            continue
        first_of_outlet: dict[str, str] = {}
        for outlet, report in story.reports:
            excerpts[report.id] = report.excerpt
            if not is_in_period(report):
                continue
            if outlet not in first_of_outlet or report.id in leads:
                first_of_outlet[outlet] = report.id
        members = sorted(first_of_outlet.values(), key=lambda report_id: report_id not in leads)
        ids_by_story.setdefault(story.name, members)

    def count_outlets(ids: Sequence[str]) -> int:
        """Return how many outlets report; copies of one text count once."""
        return count_voices(excerpts[article_id] for article_id in ids)

    most_outlets_first = sorted(ids_by_story.values(), key=count_outlets, reverse=True)
    return most_outlets_first[:_MOST_STORIES]


def _select_matching(
    archive: Archive, configuration: Configuration, articles: Mapping[str, Article], expr: Expr
) -> dict[str, Article]:
    """Return those articles, by id, that the query `expr` matches. Only what feeds show of an
    article counts."""
    selected: dict[str, Article] = {}
    for article_id, article in articles.items():
        source = find_terms(archive, configuration, article)
        read_text = partial(_read_text, archive, article_id)
        if matches_published(expr, article, source, read_text):
            selected[article_id] = article
    return selected


def _read_text(archive: Archive, article_id: str) -> str:
    """Return the text of an article from its file."""
    return lookup.read_article(archive, article_id).text


def drop_unpublished(store: Store, issue: Mapping[str, Any]) -> dict[str, Any]:
    """Return an issue of a digest without the articles that are not published now."""
    visible = store.index.select_published(list(chain.from_iterable(issue["stories"])))
    stories = [
        [article_id for article_id in ids if article_id in visible] for ids in issue["stories"]
    ]
    return {**issue, "stories": stories}


def list_mail_faults(store: Store) -> list[str]:
    """Return why the mails of the newest issues could not be sent; [] if none failed."""
    newest = [digest["issues"][0] for digest in read_issues(store).values() if digest["issues"]]
    return [issue["fault"] for issue in newest if issue["fault"]]


def read_issues(store: Store) -> dict[str, Any]:
    """Return the stored digests by name. Each has `until`, the end of its last period as ISO time,
    and `issues`, newest first."""
    stored: dict[str, Any] = json.loads(store.visits.note(_NOTE) or "{}")
    return stored


def write_issues(archive: Archive, stored: Mapping[str, Any]) -> None:
    """Store the digests in place of the stored ones. `stored`: by name, `until` and `issues` of
    each."""
    archive.store.visits.set_note(_NOTE, json.dumps(stored) if stored else None, archive.clock())
