"""Group new and changed articles into stories: those that report the same event.

This runs after visits and before a build."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from syndicator.app.archive import Archive
from syndicator.app.read_configuration import Configuration
from syndicator.core import text
from syndicator.core.model import Article
from syndicator.core.ports.articles import ArticleStore
from syndicator.sketches.events import (
    FORM,
    READ,
    choose_lookup_keys,
    make_sketch,
    pack,
    unpack,
    unpack_terms,
)
from syndicator.store import codec
from syndicator.store.engine import Store
from syndicator.store.tables.stories import Sketched, Stories, Unread
from syndicator.stories import kept_leads
from syndicator.stories.decisions import (
    get_outlet,
    make_story_name,
    record_stories,
    update_from_lists,
)
from syndicator.stories.grouping import Report, find_story_changes
from syndicator.stories.likeness import SAMPLE, WINDOW, Window, count_terms

_BATCH_SIZE: Final = 25  # articles after which other tasks have a turn
_MOST_ARTICLES: Final = 2000  # in a pass; others wait for the next
# Between two full passes, which also find articles that changed; the others find only new ones.
_FULL_PASS_INTERVAL: Final = timedelta(hours=1)
# The beginning of a body that is turned into plain text. Markdown is longer than the plain text.
_MARKDOWN_CHARACTERS: Final = READ * 4 // 3
# Names of notes in the database: when the last full pass ended; the form of the stored sketches.
_FULL_PASS_NOTE: Final = "stories looked"
_FORM_NOTE: Final = "stories sketched"
_NO_STORY: Final = ""
_FENCE_CHARACTERS: Final = 3  # of the line --- before and after the fields of an article file
_NO_SKETCH: Final = b""
_WINDOW_MICROSECONDS: Final = WINDOW // timedelta(microseconds=1)


def _do_nothing() -> None:
    pass


async def group_new_articles(
    archive: Archive, configuration: Configuration, turn: Callable[[], object] = _do_nothing
) -> set[str]:
    """Group new articles into stories, that is, put articles that report one event together; once
    an hour, also group changed articles. Return the ids of the articles that are in another story
    now. If stories are turned off, only delete old data. `turn`: called after every 25 articles, so
    that the caller can do other things."""
    notes = archive.store.visits
    stories = archive.store.stories
    now = archive.clock()
    changed_ids = update_from_lists(archive, configuration)
    if notes.note(_FORM_NOTE) != FORM:  # after an upgrade, all articles are sketched again
        stories.forget_sketches()
        notes.set_note(_FORM_NOTE, FORM, now)
    if configuration.settings.publish.stories == "off":
        stories.delete_old_sketches(now, _MOST_ARTICLES)
        return set()

    since = now - WINDOW  # articles that were added before are too old to be grouped
    is_full_pass = _needs_full_pass(notes.note(_FULL_PASS_NOTE), now)
    unread = stories.list_unread(since, _MOST_ARTICLES, include_all=is_full_pass)
    for start in range(0, len(unread), _BATCH_SIZE):
        changed_ids |= _group_batch(archive, unread[start : start + _BATCH_SIZE], since)
        turn()
        await asyncio.sleep(0)
    if is_full_pass and len(unread) < _MOST_ARTICLES:
        notes.set_note(_FULL_PASS_NOTE, now.isoformat(), now)

    kept_leads.choose_missing_leads(archive, configuration.sources)
    stories.delete_old_sketches(since, _MOST_ARTICLES)
    return changed_ids


def _needs_full_pass(last_pass: str | None, now: datetime) -> bool:
    """Return True if no full pass, which groups changed articles too, ended in the last hour.
    `last_pass`: when the last one ended, in ISO 8601, None if there was none."""
    if last_pass is None:
        return True
    # the age is negative if the clock was wrong
    age = now - datetime.fromisoformat(last_pass)
    return not timedelta(0) <= age < _FULL_PASS_INTERVAL


def _group_batch(archive: Archive, unread: Sequence[Unread], since: datetime) -> set[str]:
    """Make and store sketches of articles (their rarest words, names and numbers), then group the
    articles that were added after `since` into stories. Return the ids of the articles that are in
    another story now, or in none any more. `unread`: the rows of the articles to sketch."""
    # make and store the sketches
    stories = archive.store.stories
    articles = archive.store.index.articles([row.article for row in unread])
    sketches: dict[Unread, Sketched] = {}
    for row in unread:
        if row.article in articles:
            article = articles[row.article]
            sketches[row] = _make_sketched(archive.article_store, row, article, since)
    stories.save(sketches)

    # find out which articles must leave their story, and which must be grouped
    members = {member.article: member for member in stories.members(articles)}
    neighbourhood = _Neighbourhood(stories, since)
    leaving_ids: set[str] = set()
    new_reports: list[Report] = []
    for row, sketch_without_story in sketches.items():
        member = members.get(row.article)
        sketched = sketch_without_story
        if member is not None:
            sketched = sketched._replace(story=member.story, final=member.final)
        neighbourhood.add(sketched)
        is_not_compared = not sketched.data  # for example, its article was put on hold
        if sketched.story and is_not_compared and not sketched.final:
            leaving_ids.add(row.article)
        # An article with a story that was never sketched got its story from stories.tsv, when the
        # database was made again: it need not be grouped.
        stays_in_story = member is not None and not row.was_sketched
        report = _make_report(sketched, since)
        if report is not None and not stays_in_story:
            new_reports.append(report)
    neighbourhood.leaving_ids = leaving_ids

    # article id -> name of its new story
    changed_stories = dict.fromkeys(leaving_ids, _NO_STORY)
    changed_stories |= find_story_changes(
        new_reports,
        list_near=neighbourhood.list_near,
        list_members=neighbourhood.list_members,
        make_name=lambda group: make_story_name(min(group).id, archive.clock()),
        window=_measure_window(archive.store, since),
    )
    record_stories(archive, changed_stories, neighbourhood.outlets, final=False)
    return set(changed_stories)


class _Neighbourhood:
    """Finds the articles to compare with new ones, and remembers their outlets. `since`: articles
    added before it are not compared; `leaving_ids`: articles that are taken out of their stories
    because they must not be compared any more, such as unpublished ones."""

    def __init__(self, stories: Stories, since: datetime) -> None:
        self._stories = stories
        self._since = since
        self._new: dict[str, Sketched] = {}
        self.leaving_ids: Collection[str] = ()
        self.outlets: dict[str, str] = {}  # by article id

    def add(self, sketched: Sketched) -> None:
        """Add a new article, for which `list_near` may be called afterwards."""
        self._new[sketched.article] = sketched
        self.outlets[sketched.article] = sketched.outlet

    def list_near(self, report: Report) -> list[Report]:
        """Return the stored articles that share most of the rare terms (words) of a new article, in
        the form in which they are grouped. `report`: a new article, which was passed to `add`
        before."""
        similar = self._stories.find_similar(
            self._new[report.id], choose_lookup_keys(report.sketch), _WINDOW_MICROSECONDS
        )
        reports: list[Report] = []
        for sketched in similar:
            self.outlets[sketched.article] = sketched.outlet
            candidate = _make_report(sketched, self._since)
            if candidate is not None:
                reports.append(candidate)
        return reports

    def list_members(self, stories: Collection[str]) -> list[Report]:
        """Return the articles of some stories that are recent enough to be compared, in the form in
        which they are grouped. If a story also has older articles, the recent ones are marked as
        final, so that they stay in it. `stories`: names of the stories."""
        reports: list[Report] = []
        old_stories: set[str] = set()  # stories that also have older articles
        for sketched in self._stories.list_sketched(stories):
            if sketched.article in self.leaving_ids:
                continue
            self.outlets[sketched.article] = sketched.outlet
            report = _make_report(sketched, self._since)
            if report is None:
                old_stories.add(sketched.story)
            else:
                reports.append(report)
        return [
            report._replace(final=report.final or report.story in old_stories) for report in reports
        ]


def _measure_window(store: Store, since: datetime) -> Window:
    """Return how frequent terms (words) are in the articles that are compared: the number of
    articles that were added after `since` and, by term, how many of the 200 newest articles have
    it. Together this is called a window."""
    stories = store.stories
    sample = ((outlet, unpack_terms(data)) for outlet, data in stories.list_newest(SAMPLE))
    return count_terms(stories.count(since), sample)


def _make_sketched(
    article_store: ArticleStore, unread: Unread, article: Article, since: datetime
) -> Sketched:
    """Return the data by which an article is compared with others, such as its sketch: its rarest
    words, names and numbers. The sketch is empty, so that the article is not compared, if it was
    added or published before `since`, or if it is not published by itself (on hold, unlisted or
    merged into another one). `unread`: the row of the article in the database."""
    added = codec.from_micros(unread.added)
    states_old_date = article.published is not None and article.published < since
    is_old = added < since or states_old_date
    is_hidden = article.hold or article.unlisted or article.merged_into
    data = _NO_SKETCH
    if not is_old and not is_hidden:
        data = pack(make_sketch(article.title, _read_beginning(article_store, unread.path)))
    language, _, _ = (article.language or "").lower().partition("-")
    return Sketched(unread.article, get_outlet(article), language, codec.to_micros(added), data)


def _read_beginning(article_store: ArticleStore, path: str) -> str:
    """Return the beginning of an article's text as plain text, "" if its file cannot be read.
    `path`: of the article's file."""
    # Cut off the fields at the top of the file, which stand between two lines of dashes or pluses,
    # but do not parse them: that would be too slow.
    data = b""
    with suppress(OSError):  # `reconcile` reports files that cannot be read
        data = article_store.read(path)
    content = data.decode("utf-8", "replace").replace("\r\n", "\n")
    fence = content[:_FENCE_CHARACTERS]
    _, closing_fence, body = content.partition(f"\n{fence}\n")
    if not closing_fence:
        body = content
    return text.plain(body[:_MARKDOWN_CHARACTERS])


def _make_report(sketched: Sketched, since: datetime) -> Report | None:
    """Return an article in the form in which it is grouped, None if it is not to be compared: it
    has no sketch, or was added before `since`. `sketched`: the stored data of the article."""
    if not sketched.data or sketched.at is None:
        return None
    added = codec.from_micros(sketched.at)
    if added < since:
        return None
    return Report(
        id=sketched.article,
        outlet=sketched.outlet,
        language=sketched.language or "",
        at=added,
        sketch=unpack(sketched.data),
        story=sketched.story,
        final=sketched.final,
    )
