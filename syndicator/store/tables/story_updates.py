"""Update stories, and entries that stand for several articles, when their articles change.
In the caller's transaction; `Database.write` translates driver errors."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select, update

from syndicator.core.axes import STORIES
from syndicator.core.model import Article
from syndicator.sketches.events import choose_index_place, choose_lookup_keys, unpack
from syndicator.store import codec, schema
from syndicator.store.database import chunks, insert, run_statement, upsert, write_placeholders
from syndicator.store.tables.feed_members import Move, move_articles, touch_feeds
from syndicator.store.tables.known_articles import read_known

# name of a note: all stories of this database were published by `update_stories`
SHOWN_NOTE: Final = "stories shown"
# name of the note with the stamp of the folded.tsv whose lines the database has
FOLDED_NOTE: Final = "folded read"
_FEED_NAME: Final = "Stories"
_NO_STORY: Final = ""
_NO_LEAD: Final = ""
_NOT_SHOWN: Final = 0  # digest of an article that shows no other reports
_DIGEST_BYTES: Final = 5

_a = schema.articles.c
_m = schema.members.c
_story = schema.story_members.c
_lead = schema.story_leads.c
_folded = schema.folded.c
_REPORT = select(
    _a.id, _a.added, _a.size, _a.merged_into, _a.data, _story.outlet, _story.story, _a.told
)
_REPORTS = _REPORT.select_from(
    schema.articles.outerjoin(schema.story_members, _story.article == _a.id)
).order_by(_a.id)
_SET_DIGEST = update(schema.articles).where(_a.id == bindparam("article"))
_FOLDS = (
    select(_folded.article, _folded.story, _a.data, _a.merged_into, _a.behind)
    .join_from(schema.folded, schema.articles, _a.id == _folded.article)
    .order_by(_folded.story, _folded.place)
)
_LEAD_ENTRIES = select(_m.id, _m.added).where(_m.axis == STORIES.axis, _m.slug == STORIES.slug)
_MARK_FEEDS: Final = (
    "INSERT INTO stale_marks (axis, slug, more, added, published) SELECT axis, slug, 0, added,"
    " published FROM members WHERE id IN ({})"
)
_DELETE_MEMBER: Final = "DELETE FROM members WHERE id = ? AND axis = ? AND slug = ?"
_DELETE_KEY: Final = "DELETE FROM story_keys WHERE key = ? AND place = ? AND article = ?"
_FOLDED_STORIES: Final = "SELECT DISTINCT story FROM folded WHERE article IN ({})"


def update_stories_of(connection: Connection, ids: Sequence[str]) -> None:
    """Update the stories that have one of these articles."""
    stories: set[str] = set()
    for part in chunks(ids):
        query = f"SELECT story FROM story_members WHERE article IN ({write_placeholders(part)})"
        stories.update(story for (story,) in run_statement(connection, query, (*part,)))
    update_stories(connection, stories)


def update_stories(
    connection: Connection, stories: Collection[str], removed: Collection[str] = ()
) -> None:
    """Update `stories`, and the articles `removed` from their stories: mark feeds stale if their
    articles now show other reports. A story whose lead article is not published has no lead until
    another is chosen."""
    reports = _read_reports(connection, stories, removed)
    if not reports:
        return
    recorded_leads = _read_leads(connection, stories)
    entry_times: dict[str, int] = {}
    digests: dict[str, int] = {}
    leads_due: dict[str, bool] = {}
    for story, rows in reports.items():
        display = _arrange_story(rows)
        lead = recorded_leads.get(story, _NO_LEAD)
        is_led = lead in display.article_ids
        if is_led:
            entry_times[lead] = display.confirmed
        if story != _NO_STORY:
            leads_due[story] = bool(display.article_ids) and not is_led
        digests |= display.changed_digests
    _set_leads_due(connection, leads_due, recorded_leads)
    if digests:
        values = [{"article": article_id, "told": digest} for article_id, digest in digests.items()]
        connection.execute(_SET_DIGEST, values)
    _mark_feeds_of(connection, digests)
    article_ids: list[str] = []
    for rows in reports.values():
        article_ids.extend(row.id for row in rows)
    _replace_lead_entries(connection, article_ids, entry_times)


def _read_reports(
    connection: Connection, stories: Collection[str], removed: Collection[str]
) -> dict[str, list[Any]]:
    """Return the reports of each story, and the articles `removed` by the story that they have now,
    _NO_STORY if they have none."""
    reports: dict[str, list[Any]] = {story: [] for story in stories}
    for column, values in ((_story.story, sorted(stories)), (_a.id, sorted(removed))):
        for part in chunks(values):
            for row in connection.execute(_REPORTS.where(column.in_(part))):
                story = _NO_STORY if row.story is None else row.story
                reports.setdefault(story, []).append(row)
    return reports


def _read_leads(connection: Connection, stories: Collection[str]) -> dict[str, str]:
    """Return the recorded leads of stories, by story: article ids, or _NO_LEAD."""
    leads: dict[str, str] = {}
    for part in chunks(sorted(stories)):
        query = select(_lead.story, _lead.article).where(_lead.story.in_(part))
        leads |= dict(connection.execute(query).all())
    return leads


def _set_leads_due(
    connection: Connection, leads_due: Mapping[str, bool], recorded_leads: Mapping[str, str]
) -> None:
    """Note which stories need a lead. One that never had any has no row otherwise."""
    rows = []
    for story, due in leads_due.items():
        if due or story in recorded_leads:
            lead = recorded_leads.get(story, _NO_LEAD)
            rows.append({"story": story, "article": lead, "due": due})
    upsert(connection, schema.story_leads, rows)


def _mark_feeds_of(connection: Connection, article_ids: Collection[str]) -> None:
    """Mark the feeds that list these articles as stale."""
    for part in chunks(sorted(article_ids)):
        run_statement(connection, _MARK_FEEDS.format(write_placeholders(part)), tuple(part))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Display:
    """The display of a story. `article_ids`: of its published articles, if it has two outlets;
    `confirmed`: when the second outlet reported, in microseconds; `changed_digests`: new digests of
    the reports that its articles show, by article id, _NOT_SHOWN if they show none."""

    article_ids: frozenset[str]
    confirmed: int
    changed_digests: Mapping[str, int]


def _arrange_story(rows: Sequence[Any]) -> _Display:
    """Find the articles of a story that are shown together, and those that show other reports now.
    Pure."""
    reports = [report for report in map(_make_report, rows) if report is not None]
    first_times: dict[str, int] = {}  # by outlet
    for report in reports:
        earliest = first_times.get(report.outlet, report.added)
        first_times[report.outlet] = min(report.added, earliest)
    article_ids: frozenset[str] = frozenset()
    confirmed = 0
    if len(first_times) > 1:
        article_ids = frozenset(report.id for report in reports)
        confirmed = sorted(first_times.values())[1]
    digest = _digest_reports(reports)
    changed_digests: dict[str, int] = {}
    for row in rows:
        row_digest = digest if row.id in article_ids else _NOT_SHOWN
        if row.told != row_digest:
            changed_digests[row.id] = row_digest
    return _Display(article_ids=article_ids, confirmed=confirmed, changed_digests=changed_digests)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Report:
    """A published report. `added`: microseconds; `shown_fields`: those that other reports show of
    it."""

    id: str
    outlet: str
    added: int
    shown_fields: tuple[str, ...]


def _make_report(row: Any) -> _Report | None:
    """Return the row of an article as a report, None if the article is not published."""
    article = codec.unpack(Article, row.data)
    if not _is_published(article, row.merged_into):
        return None
    return _Report(
        id=row.id,
        outlet=row.outlet,
        added=row.added,
        shown_fields=(article.url, article.origin.title),
    )


def _is_published(article: Article, merged_into: str | None) -> bool:
    return not (article.hold or article.unlisted or merged_into)


def _digest_reports(reports: Sequence[_Report]) -> int:
    """Return a digest of the fields that reports show of each other; it is never _NOT_SHOWN."""
    shown_fields = repr([(report.id, report.outlet, report.shown_fields) for report in reports])
    digest = hashlib.blake2b(shown_fields.encode(), digest_size=_DIGEST_BYTES).digest()
    return int.from_bytes(digest, "big") + 1


def _replace_lead_entries(
    connection: Connection, article_ids: Sequence[str], entry_times: Mapping[str, int]
) -> None:
    """Replace the entries that these articles have in the feed of stories by those of `entry_times`
    (article id -> time of its entry), and mark that feed stale."""
    previous_times: dict[str, int] = {}
    for part in chunks(article_ids):
        previous_times |= dict(connection.execute(_LEAD_ENTRIES.where(_m.id.in_(part))).all())
    for article_id, _ in previous_times.items() - entry_times.items():
        run_statement(connection, _DELETE_MEMBER, (article_id, *STORIES))
    new_entries = [
        {"id": article_id, **STORIES._asdict(), "added": time, "published": time}
        for article_id, time in entry_times.items() - previous_times.items()
    ]
    insert(connection, schema.members, new_entries)
    changed = {(time, time) for time in (*previous_times.values(), *entry_times.values())}
    if changed:
        count_change = len(entry_times) - len(previous_times)
        touch_feeds(connection, {STORIES: _FEED_NAME}, {STORIES: changed}, {STORIES: count_change})


def update_folded(
    connection: Connection, stories: Collection[str], removed: Collection[str] = ()
) -> None:
    """Let the first published article of each folded story stand for its other articles, and
    articles `removed` from these stories for themselves. Feeds that show a change become stale."""
    rows: list[Any] = []
    for part in chunks(sorted(stories)):
        rows.extend(connection.execute(_FOLDS.where(_folded.story.in_(part))))
    front_of_story: dict[str, str] = {}
    fronts: dict[str, str | None] = dict.fromkeys(removed)  # by article id; None: itself
    previous_fronts: dict[str, str | None] = {}
    for row in rows:
        previous_fronts[row.article] = row.behind
        fronts[row.article] = None
        if not _is_published(codec.unpack(Article, row.data), row.merged_into):
            continue
        front = front_of_story.setdefault(row.story, row.article)
        if front != row.article:
            fronts[row.article] = front
    for article_id, front_or_none in fronts.items():
        if article_id in removed or front_or_none != previous_fronts[article_id]:
            _set_front(connection, article_id, front_or_none)


def _set_front(connection: Connection, article_id: str, front: str | None) -> None:
    """Let the entry of the article `front` stand for an article; None: its own entry."""
    connection.execute(update(schema.articles).where(_a.id == article_id).values(behind=front))
    known = read_known(connection, article_id)
    if known.article is None:
        return
    feeds = known.choose_feeds(known.article, known.merged_into)
    move = Move(article=known.article, feeds=feeds, previous_feeds=known.feeds)
    move_articles(connection, [move])
    update_stories_of(connection, [article_id])  # it is in no feed of stories now


def list_folded_stories(connection: Connection, ids: Collection[str]) -> list[str]:
    """Return the stories that these articles are folded into."""
    stories: list[str] = []
    for part in chunks(sorted(ids)):
        rows = run_statement(connection, _FOLDED_STORIES.format(write_placeholders(part)), (*part,))
        stories.extend(story for (story,) in rows)
    return stories


def delete_sketches(connection: Connection, ids: Sequence[str]) -> None:
    """Delete the story sketches of these articles, and their keys."""
    for part in chunks(ids):
        condition = f"FROM story_sketches WHERE article IN ({write_placeholders(part)})"
        sketches = run_statement(
            connection, f"SELECT article, outlet, at, data {condition}", tuple(part)
        )
        for article, outlet, added, data in sketches:
            for row in make_story_keys(article, outlet, added, data):
                run_statement(connection, _DELETE_KEY, (row["key"], row["place"], row["article"]))
        run_statement(connection, f"DELETE {condition}", tuple(part))


def make_story_keys(
    article_id: str, outlet: str, added: int | None, data: bytes | None
) -> list[dict[str, Any]]:
    """Return the rows of `story_keys` for an article with the packed sketch `data`; none if it has
    no sketch."""
    if not data:
        return []
    row = {"place": choose_index_place(article_id, outlet), "at": added, "article": article_id}
    return [{"key": key, **row} for key in choose_lookup_keys(unpack(data))]
