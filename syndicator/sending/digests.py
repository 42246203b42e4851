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
    """Return when the last period (day or week) of a digest ended, in UTC: the latest end that is
    not after `now`. `zone`: the time zone of the digest's time of day, None for that of this
    machine."""
    # `at` is "mon 07:00" for a weekly digest, "07:00" for a daily one
    weekday = digest.at[:-5].strip()
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
    """Return True if `make_due_issues` has something to do: a period of a digest has ended since
    its last issue, or the operator added or removed a digest."""
    stored = read_issues(archive.store)
    configured_names = {digest.name for digest in settings.digest}
    if stored.keys() != configured_names:
        return True
    for digest in settings.digest:
        end_of_last_issue = stored[digest.name]["until"]
        if end_of_last_issue < last_end(digest, archive.clock()).isoformat():
            return True
    return False


def make_due_issues(archive: Archive, configuration: Configuration) -> list[tuple[Digest, Issues]]:
    """Make the issues of digests that are due, and store them. Return each digest with all of its
    stored issues, the newest first, without articles that are not published now."""
    stored_before = read_issues(archive.store)
    stored: dict[str, Any] = {}
    for digest in configuration.settings.digest:
        earlier = stored_before.get(digest.name)  # None for a new digest
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
    """Return what to store of a digest: `until`, the end of its last period, and its `issues`, the
    newest first. There is a new issue if a period has ended since the last one and has stories.

    `earlier`: what is stored of the digest; None for a new digest. A new digest begins with the
    last period that ended, and its first issue is not mailed."""
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
            "waits": is_to_be_mailed,  # until the mail is sent
            "tried": "",  # when the mail was tried
            "fault": "",  # why it could not be sent
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
    """Return the stories of a digest that have articles added from `since` to before `until`. A
    story is a list of article ids: its lead (main article), then the first article of each other
    outlet.

    Stories of more outlets come first; outlets with copies of one text count as one. Among stories
    of equally many outlets, the newest comes first."""
    # the articles of the digest's feed that were added since then, if they fit its query
    index = archive.store.index
    feed = parse_stem(digest.of) or FeedKey("", "")  # a key without articles
    ids = index.ids(feed, limit=0, since=since - timedelta(microseconds=1), most=_MOST_ARTICLES)
    articles = index.articles(ids)
    if digest.query:
        articles = _select_matching(archive, configuration, articles, parse_query(digest.query))
        ids = list(articles)
    stories = index.reports(ids)  # by article id, the story of the article
    leads = set(index.ids(STORIES, limit=_MOST_ARTICLES, since=None, most=_MOST_ARTICLES))

    def is_in_period(article: Article) -> bool:
        """Return True if the article was added before the end of the period."""
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
        # by outlet, the id of its first article, or that of the lead
        first_of_outlet: dict[str, str] = {}
        for outlet, report in story.reports:
            excerpts[report.id] = report.excerpt
            if not is_in_period(report):
                continue
            if outlet not in first_of_outlet or report.id in leads:
                first_of_outlet[outlet] = report.id
        # the lead comes first: False is less than True
        members = sorted(first_of_outlet.values(), key=lambda report_id: report_id not in leads)
        ids_by_story.setdefault(story.name, members)

    def count_outlets(ids: Sequence[str]) -> int:
        """Return how many outlets have articles among `ids`; copies of one text count once."""
        return count_voices(excerpts[article_id] for article_id in ids)

    most_outlets_first = sorted(ids_by_story.values(), key=count_outlets, reverse=True)
    return most_outlets_first[:_MOST_STORIES]


def _select_matching(
    archive: Archive, configuration: Configuration, articles: Mapping[str, Article], expr: Expr
) -> dict[str, Article]:
    """Return the articles that the query `expr` matches, by id. Of the text of an article, the
    query sees only what feeds show. `articles`: the articles to choose from, by id."""
    selected: dict[str, Article] = {}
    for article_id, article in articles.items():
        source = find_terms(archive, configuration, article)
        read_text = partial(_read_text, archive, article_id)  # called if the query needs the text
        if matches_published(expr, article, source, read_text):
            selected[article_id] = article
    return selected


def _read_text(archive: Archive, article_id: str) -> str:
    """Return the text of an article from its file."""
    return lookup.read_article(archive, article_id).text


def drop_unpublished(store: Store, issue: Mapping[str, Any]) -> dict[str, Any]:
    """Return an issue of a digest without the articles that are not published now. `issue`: has the
    `stories`, each a list of article ids."""
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
    """Return what is stored of each digest, by the name of the digest: `until`, the end of its last
    period as a text in ISO format, and `issues`, the newest first."""
    stored: dict[str, Any] = json.loads(store.visits.note(_NOTE) or "{}")
    return stored


def write_issues(archive: Archive, stored: Mapping[str, Any]) -> None:
    """Store the digests in place of the stored ones. `stored`: by name, `until` and `issues` of
    each."""
    archive.store.visits.set_note(_NOTE, json.dumps(stored) if stored else None, archive.clock())
