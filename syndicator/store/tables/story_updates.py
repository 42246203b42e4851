"""Update stories in the database, and entries that stand for several articles, when these change.
All functions work in the caller's transaction; `Database.write` translates driver errors."""

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

# key of a note that is set once `update_stories` has been called for all stories of the database
SHOWN_NOTE: Final = "stories shown"
# key of the note with the stamp of the folded.tsv whose lines the database has
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
_SELECT_REPORTS = _REPORT.select_from(
    schema.articles.outerjoin(schema.story_members, _story.article == _a.id)
).order_by(_a.id)
_SET_DIGEST = update(schema.articles).where(_a.id == bindparam("article"))
_SELECT_FOLDED = (
    select(_folded.article, _folded.story, _a.data, _a.merged_into, _a.behind)
    .join_from(schema.folded, schema.articles, _a.id == _folded.article)
    .order_by(_folded.story, _folded.place)
)
_SELECT_LEAD_ENTRIES = select(_m.id, _m.added).where(
    _m.axis == STORIES.axis, _m.slug == STORIES.slug
)
_MARK_FEEDS: Final = (
    "INSERT INTO stale_marks (axis, slug, more, added, published) SELECT axis, slug, 0, added,"
    " published FROM members WHERE id IN ({})"
)
_DELETE_MEMBER: Final = "DELETE FROM members WHERE id = ? AND axis = ? AND slug = ?"
_DELETE_KEY: Final = "DELETE FROM story_keys WHERE key = ? AND place = ? AND article = ?"
_SELECT_FOLDED_STORIES: Final = "SELECT DISTINCT story FROM folded WHERE article IN ({})"


def update_stories_of(connection: Connection, ids: Sequence[str]) -> None:
    """Update how the stories are published that contain one of the articles `ids`."""
    stories: set[str] = set()
    for part in chunks(ids):
        query = f"SELECT story FROM story_members WHERE article IN ({write_placeholders(part)})"
        stories.update(story for (story,) in run_statement(connection, query, (*part,)))
    update_stories(connection, stories)


def update_stories(
    connection: Connection, stories: Collection[str], removed: Collection[str] = ()
) -> None:
    """Update how the stories with these ids are published. `removed`: ids of articles that were
    taken out of these stories.

    Each article of a story names the others, its reports; feeds become stale if their articles now
    name other reports. In the feed of stories, the lead article stands for the story. If it is not
    published any more, the story leaves that feed until another lead is chosen."""
    reports = _read_reports(connection, stories, removed)
    if not reports:
        return
    recorded_leads = _read_leads(connection, stories)

    # decide how each story is published now
    entry_times: dict[str, int] = {}  # id of a lead -> time of its entry in the feed of stories
    digests: dict[str, int] = {}  # article id -> new digest of the reports that it names
    leads_due: dict[str, bool] = {}  # story id -> it needs a lead
    for story, rows in reports.items():
        display = _arrange_story(rows)
        lead = recorded_leads.get(story, _NO_LEAD)
        has_lead = lead in display.article_ids
        if has_lead:
            entry_times[lead] = display.confirmed
        if story != _NO_STORY:
            is_published = bool(display.article_ids)
            leads_due[story] = is_published and not has_lead
        digests |= display.changed_digests

    # store it
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
    """Return story id -> the rows of its articles, for the stories `stories` and for the articles
    `removed`, which have left these stories: they are under the story that they are in now, or
    under "" if they are in none."""
    rows: list[Any] = []
    for part in chunks(sorted(stories)):
        rows.extend(connection.execute(_SELECT_REPORTS.where(_story.story.in_(part))))
    for part in chunks(sorted(removed)):
        rows.extend(connection.execute(_SELECT_REPORTS.where(_a.id.in_(part))))
    reports: dict[str, list[Any]] = {story: [] for story in stories}
    for row in rows:
        story = _NO_STORY if row.story is None else row.story
        reports.setdefault(story, []).append(row)
    return reports


def _read_leads(connection: Connection, stories: Collection[str]) -> dict[str, str]:
    """Return story id -> id of its lead article, "" if it has none now. The lead article stands for
    its story in the feed of stories. Stories that never needed a lead are left out."""
    leads: dict[str, str] = {}
    for part in chunks(sorted(stories)):
        query = select(_lead.story, _lead.article).where(_lead.story.in_(part))
        leads |= dict(connection.execute(query).all())
    return leads


def _set_leads_due(
    connection: Connection, leads_due: Mapping[str, bool], recorded_leads: Mapping[str, str]
) -> None:
    """Store which stories need a lead article. `leads_due`: story id -> True if it needs one;
    `recorded_leads`: story id -> id of its stored lead. No row is made for a story that needs no
    lead and has no row yet."""
    rows: list[dict[str, Any]] = []
    for story, is_due in leads_due.items():
        if is_due or story in recorded_leads:
            lead = recorded_leads.get(story, _NO_LEAD)
            rows.append({"story": story, "article": lead, "due": is_due})
    upsert(connection, schema.story_leads, rows)


def _mark_feeds_of(connection: Connection, article_ids: Collection[str]) -> None:
    """Mark all feeds as stale that show one of these articles."""
    for part in chunks(sorted(article_ids)):
        run_statement(connection, _MARK_FEEDS.format(write_placeholders(part)), tuple(part))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Display:
    """How a story is published. `article_ids`: the ids of its reports, empty until two outlets have
    reported. `confirmed`: the time when the second outlet reported, in microseconds since 1970.
    `changed_digests`: for each article that now shows other reports, by its id, the digest of the
    reports that it shows, 0 if it shows none."""

    article_ids: frozenset[str]
    confirmed: int
    changed_digests: Mapping[str, int]


def _arrange_story(rows: Sequence[Any]) -> _Display:
    """Decide how a story is published. `rows`: the rows of its articles. They name each other only
    when two outlets have reported. Pure."""
    published_or_none = [_make_report(row) for row in rows]
    reports = [report for report in published_or_none if report is not None]
    first_times: dict[str, int] = {}  # outlet -> time of its first report
    for report in reports:
        earliest = first_times.get(report.outlet, report.added)
        first_times[report.outlet] = min(report.added, earliest)
    article_ids: frozenset[str] = frozenset()
    confirmed = 0
    has_two_outlets = len(first_times) > 1
    if has_two_outlets:
        article_ids = frozenset(report.id for report in reports)
        _, confirmed, *_ = sorted(first_times.values())  # when the second outlet reported

    digest = _digest_reports(reports)
    changed_digests: dict[str, int] = {}
    for row in rows:
        row_digest = digest if row.id in article_ids else _NOT_SHOWN
        if row.told != row_digest:
            changed_digests[row.id] = row_digest
    return _Display(article_ids=article_ids, confirmed=confirmed, changed_digests=changed_digests)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Report:
    """A published article of a story. `id`: the id of the article. `added`: microseconds since
    1970. `shown_fields`: the values of the article that the other reports of the story show."""

    id: str
    outlet: str
    added: int
    shown_fields: tuple[str, ...]


def _make_report(row: Any) -> _Report | None:
    """Return the report (an article of a story) that is in a row of the query _SELECT_REPORTS, or
    None if the article is not published."""
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
    """Return True if an article has an entry of its own in public feeds. `merged_into`: the id of
    its original, None or "" if it is no copy."""
    is_copy = bool(merged_into)
    return not article.hold and not article.unlisted and not is_copy


def _digest_reports(reports: Sequence[_Report]) -> int:
    """Return a digest of the values that the articles of a story show of each other. It is above 0,
    because 0 is stored for an article that shows no others."""
    shown_values = [(report.id, report.outlet, report.shown_fields) for report in reports]
    encoded = repr(shown_values).encode()
    digest = hashlib.blake2b(encoded, digest_size=_DIGEST_BYTES).digest()
    return int.from_bytes(digest, "big") + 1


def _replace_lead_entries(
    connection: Connection, article_ids: Sequence[str], entry_times: Mapping[str, int]
) -> None:
    """Replace the entries of the articles `article_ids` in the feed of stories, where the lead
    article stands for its story. `entry_times`: id of a lead article -> time of its new entry; the
    other articles get no entry. The feed becomes stale if it had one of the entries or has one now.
    """
    previous_times: dict[str, int] = {}  # article id -> time of its entry
    for part in chunks(article_ids):
        query = _SELECT_LEAD_ENTRIES.where(_m.id.in_(part))
        previous_times |= dict(connection.execute(query).all())
    outdated_entries = previous_times.items() - entry_times.items()
    for article_id, _ in outdated_entries:
        run_statement(connection, _DELETE_MEMBER, (article_id, *STORIES))
    new_entries = entry_times.items() - previous_times.items()
    new_rows = [
        {"id": article_id, **STORIES._asdict(), "added": time, "published": time}
        for article_id, time in new_entries
    ]
    insert(connection, schema.members, new_rows)
    # times at which the entries of the feed may have changed, as (added, published)
    changed = {(time, time) for time in (*previous_times.values(), *entry_times.values())}
    if changed:
        count_change = len(entry_times) - len(previous_times)
        touch_feeds(connection, {STORIES: _FEED_NAME}, {STORIES: changed}, {STORIES: count_change})


def update_folded(
    connection: Connection, stories: Collection[str], removed: Collection[str] = ()
) -> None:
    """Choose again which article stands for each folded story: for a story that an earlier version
    published as one entry. It is the first published article of the story; the others have no
    entries of their own. `stories`: ids of folded stories; `removed`: ids of articles that have
    left them and get entries of their own again. The feeds that show a change become stale."""
    rows: list[Any] = []
    for part in chunks(sorted(stories)):
        rows.extend(connection.execute(_SELECT_FOLDED.where(_folded.story.in_(part))))

    # by story: the article whose entry stands for the story
    front_of_story: dict[str, str] = {}
    # by article: the article whose entry stands for it; None: it has an entry of its own
    fronts: dict[str, str | None] = dict.fromkeys(removed)
    previous_fronts: dict[str, str | None] = {}
    for row in rows:
        previous_fronts[row.article] = row.behind
        fronts[row.article] = None
        if not _is_published(codec.unpack(Article, row.data), row.merged_into):
            continue
        front = front_of_story.setdefault(row.story, row.article)
        if front != row.article:
            fronts[row.article] = front

    for article_id, front_id in fronts.items():
        if article_id in removed or front_id != previous_fronts[article_id]:
            _set_front(connection, article_id, front_id)


def _set_front(connection: Connection, article_id: str, front: str | None) -> None:
    """Store that the entry of the article with the id `front` stands for the article `article_id`,
    or that the article has an entry of its own if `front` is None. Then move the article to the
    feeds that should show it now."""
    connection.execute(update(schema.articles).where(_a.id == article_id).values(behind=front))
    known = read_known(connection, article_id)
    if known.article is None:
        return
    feeds = known.choose_feeds(known.article, known.merged_into)
    move = Move(article=known.article, feeds=feeds, previous_feeds=known.feeds)
    move_articles(connection, [move])
    update_stories_of(connection, [article_id])  # it is in no feed of stories now


def list_folded_stories(connection: Connection, ids: Collection[str]) -> list[str]:
    """Return the ids of the folded stories that contain one of these articles. An earlier version
    of Syndicator folded a story: it published one entry for all articles of it."""
    stories: list[str] = []
    for part in chunks(sorted(ids)):
        query = _SELECT_FOLDED_STORIES.format(write_placeholders(part))
        rows = run_statement(connection, query, (*part,))
        stories.extend(story for (story,) in rows)
    return stories


def delete_sketches(connection: Connection, ids: Sequence[str]) -> None:
    """Delete the sketches of the articles `ids`, and the keys by which the sketches are looked up.
    A sketch is a summary of a text, by which articles are grouped into stories."""
    for part in chunks(ids):
        sketches = f"FROM story_sketches WHERE article IN ({write_placeholders(part)})"
        query = f"SELECT article, outlet, at, data {sketches}"
        # make the keys again from the sketch, to find their rows
        for article, outlet, added, data in run_statement(connection, query, tuple(part)):
            for row in make_story_keys(article, outlet, added, data):
                run_statement(connection, _DELETE_KEY, (row["key"], row["place"], row["article"]))
        run_statement(connection, f"DELETE {sketches}", tuple(part))


def make_story_keys(
    article_id: str, outlet: str, added: int | None, data: bytes | None
) -> list[dict[str, Any]]:
    """Return the rows of the table `story_keys` for an article: one for each key by which its
    sketch, a summary of its text, is looked up. `added`: the time of the article in microseconds;
    `data`: the packed sketch. Return [] if `data` is empty or None, because there is no sketch."""
    if not data:
        return []
    row = {"place": choose_index_place(article_id, outlet), "at": added, "article": article_id}
    return [{"key": key, **row} for key in choose_lookup_keys(unpack(data))]
