"""Group new and changed articles into stories, after visits and before a build."""

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
from syndicator.sketches.events import FORM, READ, keys, pack, sketch, unpack, unpack_terms
from syndicator.store import codec
from syndicator.store.engine import Store
from syndicator.store.tables.stories import Sketched, Unread
from syndicator.stories import kept_leads
from syndicator.stories.decisions import decide, outlet_of, story_name, take_in
from syndicator.stories.grouping import Report, changes
from syndicator.stories.likeness import SAMPLE, WINDOW, Window, count_terms

_AT_ONCE: Final = 25  # articles between two turns of the visits
_OF_PASS: Final = 2000  # articles of a pass; others wait for the next
_LOOK_AGAIN: Final = timedelta(hours=1)  # for articles that were changed
_MARKDOWN: Final = READ * 4 // 3  # characters of a body that are made plain
_LOOKED: Final = "stories looked"  # the note that says when
_FORM: Final = "stories sketched"  # the note with the form of the database's sketches


async def follow(
    archive: Archive, configuration: Configuration, turn: Callable[[], object] = lambda: None
) -> set[str]:
    """Group new articles; call `turn` now and then. Returns the ids of articles whose story
    changed."""
    notes = archive.store.visits
    now = archive.clock()
    changed = take_in(archive, configuration)
    if notes.note(_FORM) != FORM:
        archive.store.stories.forget_sketches()
        notes.set_note(_FORM, FORM, now)
    if configuration.settings.publish.stories == "off":
        archive.store.stories.delete_old_sketches(now, _OF_PASS)
        return set()
    since = now - WINDOW
    looked = notes.note(_LOOKED)
    looks_at_all = looked is None or not now - _LOOK_AGAIN < datetime.fromisoformat(looked) <= now
    unread = archive.store.stories.list_unread(since, _OF_PASS, include_all=looks_at_all)
    for start in range(0, len(unread), _AT_ONCE):
        changed |= _group(archive, unread[start : start + _AT_ONCE], since)
        turn()
        await asyncio.sleep(0)
    if looks_at_all and len(unread) < _OF_PASS:
        notes.set_note(_LOOKED, now.isoformat(), now)
    kept_leads.choose(archive, configuration.sources)
    archive.store.stories.delete_old_sketches(since, _OF_PASS)
    return changed


def _group(archive: Archive, unread: Sequence[Unread], since: datetime) -> set[str]:
    stories = archive.store.stories
    articles = archive.store.index.articles([row.article for row in unread])
    unread = [row for row in unread if row.article in articles]
    sketches = {
        row: _sketched(archive.article_store, row, articles[row.article], since) for row in unread
    }
    stories.save(sketches)
    before = {
        row.article: (row.story, row.final)
        for row in stories.members([row.article for row in unread])
    }
    rows = {
        row.article: Sketched(*row[:5], *before.get(row.article, ("", False)))
        for row in sketches.values()
    }
    outlets = {article_id: row.outlet for article_id, row in rows.items()}
    left = {
        article_id: ""
        for article_id, row in rows.items()
        if row.story and not row.data and not row.final
    }
    # an article without a sketch that has a story was in it before the database was made anew
    stays = {row.article for row in unread if row.article in before and not row.was_sketched}
    new = [
        report
        for row in rows.values()
        if row.article not in stays and (report := _report(row, since))
    ]

    def near(report: Report) -> list[Report]:
        likest = stories.find_similar(
            rows[report.id], keys(report.sketch), WINDOW // timedelta(microseconds=1)
        )
        outlets.update((row.article, row.outlet) for row in likest)
        return [candidate for row in likest if (candidate := _report(row, since))]

    def members(names: Collection[str]) -> list[Report]:
        reports = {
            row: _report(row, since) for row in stories.of_stories(names) if row.article not in left
        }
        outlets.update((row.article, row.outlet) for row in reports)
        settled = {row.story for row, report in reports.items() if report is None}
        return [
            member._replace(final=member.final or member.story in settled)
            for member in reports.values()
            if member
        ]

    changed = left | changes(
        new,
        near,
        members,
        lambda group: story_name(min(group).id, archive.clock()),
        _measure_window(archive.store, since),
    )
    decide(archive, changed, outlets, final=False)
    return set(changed)


def _measure_window(store: Store, since: datetime) -> Window:
    """Return the window of articles that are compared, by the newest of them."""
    stories = store.stories
    sample = ((outlet, unpack_terms(data)) for outlet, data in stories.list_newest(SAMPLE))
    return count_terms(stories.count(since), sample)


def _sketched(
    article_store: ArticleStore, unread: Unread, article: Article, since: datetime
) -> Sketched:
    """Return the data for comparing an article; none if it is too old or not published by itself.
    Its age counts from when it was added, because dates are claims."""
    added = codec.moment(unread.added)
    old = added < since or (article.published or added) < since
    aside = old or article.hold or article.unlisted or article.merged_into
    data = b"" if aside else pack(sketch(article.title, _text(article_store, unread.path)))
    language = (article.language or "").lower().partition("-")[0]
    return Sketched(unread.article, outlet_of(article), language, codec.micros(added), data)


def _text(article_store: ArticleStore, path: str) -> str:
    """Return the beginning of an article's text. Parsing the whole file would be too slow."""
    data = b""
    with suppress(OSError):  # `reconcile` names the file
        data = article_store.read(path)
    whole = data.decode("utf-8", "replace").replace("\r\n", "\n")
    _, end, body = whole.partition(f"\n{whole[:3]}\n")
    return text.plain((body if end else whole)[:_MARKDOWN])


def _report(row: Sketched, since: datetime) -> Report | None:
    """Return a row as a report for grouping, None if it is no longer compared."""
    if not row.data or row.at is None or (at := codec.moment(row.at)) < since:
        return None
    return Report(
        row.article, row.outlet, row.language or "", at, unpack(row.data), row.story, row.final
    )
