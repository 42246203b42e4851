"""Store stories: their articles, lead articles, and the sketches that group them.
Each write is a transaction. Raises StoreError."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import bindparam, delete, func, select

from syndicator.articles.beside.tab_lists import Folded
from syndicator.core.axes import STORIES
from syndicator.core.model import Article
from syndicator.core.ports import Story
from syndicator.sketches.events import KEYS
from syndicator.store import codec, schema
from syndicator.store.database import (
    Database,
    chunks,
    insert,
    run_statement,
    upsert,
    write_placeholders,
)
from syndicator.store.tables.feed_members import mark_stale
from syndicator.store.tables.story_updates import (
    delete_sketches,
    make_story_keys,
    update_folded,
    update_stories,
)

NEWEST: Final = 25  # articles read for a key
FOUND: Final = 12  # articles returned by `find_similar`
_NO_KEY: Final = -1  # no sketch has it
_a = schema.articles.c
_m = schema.story_members.c
_SHOWN = _a.told != 0
_LEADS = schema.members.alias("leads")
# Statements of each pass are texts: those of SQLAlchemy take three times as long.
_UNREAD: Final = """SELECT a.id, a.path, a.mtime_ns, a.size, a.added, s.article IS NOT NULL
    FROM articles AS a LEFT JOIN story_sketches AS s ON s.article = a.id
    WHERE a.added >= ? AND (s.article IS NULL OR s.mtime_ns <> a.mtime_ns OR s.size <> a.size)
    ORDER BY a.added, a.id LIMIT ?"""
_OF_KEY: Final = f"""SELECT article FROM (SELECT article FROM story_keys WHERE key = ? AND at BETWEEN ? AND ?
    ORDER BY at DESC LIMIT {NEWEST}) AS newest"""  # noqa: E501
_NEAR: Final = f"""SELECT s.article, s.outlet, s.language, s.at, s.data, m.story, m.final
    FROM (SELECT article, count(*) AS shared FROM ({" UNION ALL ".join([_OF_KEY] * KEYS)}) AS found
        WHERE article <> ? GROUP BY article ORDER BY shared DESC, article LIMIT {FOUND}) AS found
    JOIN story_sketches AS s ON s.article = found.article LEFT JOIN story_members AS m ON m.article = s.article
    WHERE s.language = ? ORDER BY found.shared DESC, s.article"""  # noqa: E501
_OF_STORIES: Final = """SELECT m.article, m.outlet, s.language, s.at, s.data, m.story, m.final
    FROM story_members AS m LEFT JOIN story_sketches AS s ON s.article = m.article
    WHERE m.story IN ({}) ORDER BY m.article"""
_COLUMNS = [column.name for column in schema.story_sketches.columns]
_LEADS_DUE = (
    select(schema.story_leads.c.story)
    .where(schema.story_leads.c.due)
    .order_by(schema.story_leads.c.story)
)
_STORIES = select(_m.story).distinct().order_by(_m.story)
_OUTLETS = func.count(_m.outlet.distinct())
_LATEST = func.max(_a.added)
_RECENT = (
    select(_m.story)
    .join(schema.articles, _a.id == _m.article)
    .where(_a.added >= bindparam("since"), _SHOWN)
)
_NEWS = (
    select(_m.story, _OUTLETS, _LATEST, func.max(_LEADS.c.id))
    .join_from(schema.story_members, schema.articles, _a.id == _m.article)
    .outerjoin(_LEADS, (_LEADS.c.id == _a.id) & (_LEADS.c.axis == STORIES.axis))
    .where(_m.story.in_(_RECENT), _SHOWN)
    .group_by(_m.story)
    .order_by(_OUTLETS.desc(), _LATEST.desc(), _m.story)
    .limit(bindparam("most"))
)
_REPORTS = (
    select(_m.story, _m.outlet, _a.id, _a.data)
    .join_from(schema.story_members, schema.articles, _a.id == _m.article)
    .where(_m.story.in_(bindparam("stories", expanding=True)), _SHOWN)
    .order_by(_a.added, _a.published, _a.id)
)
# Remainders, because the sum of whole nanoseconds of a dozen files overflows in SQLite.
_DIGESTS = (
    select(_m.story, func.count(), func.sum(_a.mtime_ns % 2**40 + _a.told), func.sum(_a.size))
    .join_from(schema.story_members, schema.articles, _a.id == _m.article)
    .where(_SHOWN)
    .group_by(_m.story)
)
_IN_STORY = (
    select(_m.article, _m.story)
    .join_from(schema.story_members, schema.articles, _a.id == _m.article)
    .where(_m.article.in_(bindparam("ids", expanding=True)), _SHOWN)
)


class Unread(NamedTuple):
    """An article whose current file has no sketch yet. Times in microseconds since 1970.
    `was_sketched`: its file was another before."""

    article: str
    path: str
    mtime_ns: int
    size: int
    added: int
    was_sketched: bool = False


class Sketched(NamedTuple):
    """An article's sketch (`data`, empty for none) and its story, "" for none."""

    article: str
    outlet: str
    language: str | None
    at: int | None  # None: it is too old to be compared
    data: bytes | None
    story: str = ""
    final: bool = False


class Member(NamedTuple):
    article: str
    story: str
    outlet: str
    final: bool


class News(NamedTuple):
    """A story: the number of outlets, the time of its last article, and its lead article."""

    story: str
    outlets: int
    latest: datetime
    lead: str


class Stories:
    """The stories of a database."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def list_unread(self, since: datetime, most: int, *, include_all: bool) -> list[Unread]:
        """Return the first articles added after `since` that need a sketch. Unless `include_all`,
        only those added after all that have one."""
        earliest = codec.micros(since)
        if not include_all:
            ((newest_sketched,),) = self._db.run_query("SELECT max(added) FROM story_sketches")
            if newest_sketched is not None:
                earliest = max(earliest, newest_sketched)
        unread: list[Unread] = []
        for article, path, mtime_ns, size, added, was_sketched in self._db.run_query(
            _UNREAD, earliest, most
        ):
            unread.append(Unread(article, path, mtime_ns, size, added, bool(was_sketched)))
        return unread

    def count(self, since: datetime) -> int:
        """Return how many articles added since then have a sketch."""
        query = "SELECT count(*) FROM story_sketches WHERE added >= ?"
        ((number,),) = self._db.run_query(query, codec.micros(since))
        return int(number)

    def list_newest(self, most: int) -> list[tuple[str, bytes]]:
        """Return outlet and packed sketch of the `most` articles that were added last, without
        those that are not compared."""
        query = "SELECT outlet, data FROM story_sketches ORDER BY added DESC, article LIMIT ?"
        return [(outlet, data) for outlet, data in self._db.run_query(query, most) if data]

    def forget_sketches(self) -> None:
        """Delete all sketches; they are made again from the articles. Stories stay."""
        with self._db.write() as connection:
            for table in (schema.story_sketches, schema.story_keys):
                connection.execute(delete(table))

    def save(self, new: Mapping[Unread, Sketched]) -> None:
        """Store the sketches of articles, in place of those of their earlier files."""
        sketch_rows: list[dict[str, Any]] = []
        key_rows: list[dict[str, Any]] = []
        for unread, sketched in new.items():
            values = unread._asdict() | sketched._asdict()
            sketch_rows.append({name: values[name] for name in _COLUMNS})
            key_rows += make_story_keys(
                sketched.article, sketched.outlet, sketched.at, sketched.data
            )
        with self._db.write() as connection:
            delete_sketches(connection, [unread.article for unread in new])
            upsert(connection, schema.story_sketches, sketch_rows)
            upsert(connection, schema.story_keys, key_rows)

    def find_similar(
        self, sketched: Sketched, found_by: Sequence[int], window: int
    ) -> list[Sketched]:
        """Return the articles that share most of the keys `found_by`, best first, with the language
        of `sketched` and at most `window` microseconds from its time."""
        time = 0 if sketched.at is None else sketched.at
        keys = [*found_by, *[_NO_KEY] * (KEYS - len(found_by))]
        values: list[int] = []
        for key in keys:
            values += (key, time - window, time + window)
        rows = self._db.run_query(_NEAR, *values, sketched.article, sketched.language)
        return _make_sketched(rows)

    def list_sketched(self, stories: Collection[str]) -> list[Sketched]:
        """Return the articles of these stories; `data` is None if an article is no longer
        compared."""
        sketched: list[Sketched] = []
        for part in chunks(sorted(stories)):
            sketched += _make_sketched(
                self._db.run_query(_OF_STORIES.format(write_placeholders(part)), *part)
            )
        return sketched

    def save_members(self, members: Sequence[Member], removed: Collection[str] = ()) -> None:
        """Store the stories of `members`, and take the articles `removed` out of theirs. Feeds that
        show a change become stale."""
        stories = {member.story for member in members}
        ids = {*removed, *(member.article for member in members)}
        with self._db.write() as connection:
            for part in chunks(sorted(ids)):
                query = (
                    f"SELECT story FROM story_members WHERE article IN ({write_placeholders(part)})"
                )
                stories.update(story for (story,) in run_statement(connection, query, tuple(part)))
            upsert(connection, schema.story_members, [member._asdict() for member in members])
            for part in chunks(sorted(removed)):
                connection.execute(delete(schema.story_members).where(_m.article.in_(part)))
            update_stories(connection, stories, removed)

    def update_all(self) -> None:
        """Publish all stories again, after the rows of articles were made anew."""
        for part in chunks(self._list_stories()):
            with self._db.write() as connection:
                update_stories(connection, part)

    def _list_stories(self) -> list[str]:
        """Return the ids of all stories."""
        return [story for (story,) in self._db.rows(_STORIES)]

    def members(self, ids: Collection[str] | None = None) -> list[Member]:
        """Return the articles of all stories, or those of `ids` that have one."""
        query = "SELECT article, story, outlet, final FROM story_members"
        rows: list[Any] = []
        if ids is None:
            rows = self._db.run_query(query)
        else:
            for part in chunks(sorted(ids)):
                rows += self._db.run_query(
                    f"{query} WHERE article IN ({write_placeholders(part)})", *part
                )
        return [
            Member(article, story, outlet, bool(final)) for article, story, outlet, final in rows
        ]

    def leads(self) -> dict[str, str]:
        """Return the recorded leads: story -> article id."""
        query = "SELECT story, article FROM story_leads WHERE article <> '' ORDER BY story"
        return dict(self._db.run_query(query))

    def list_leads_due(self) -> list[str]:
        """Return the stories that need a lead."""
        return [story for (story,) in self._db.rows(_LEADS_DUE)]

    def set_leads(self, leads: Mapping[str, str]) -> None:
        """Record the leads of stories (story -> article id, "" for none). Feeds that show a change
        become stale."""
        rows = [
            {"story": story, "article": article, "due": False} for story, article in leads.items()
        ]
        with self._db.write() as connection:
            upsert(connection, schema.story_leads, rows)
            update_stories(connection, leads.keys())

    def published(self, stories: Collection[str] | None = None) -> Iterator[Story]:
        """Yield those of `stories` (None: all) that are published."""
        names = self._list_stories() if stories is None else sorted(stories)
        for part in chunks(names):
            for story, reports in self._read_reports(part).items():
                yield Story(name=story, reports=tuple(reports))

    def folded(self) -> list[Folded]:
        """Return the articles that an earlier version published as one entry for each story, the
        first one of a story first."""
        rows = self._db.run_query("SELECT article, story, latest FROM folded ORDER BY story, place")
        return [Folded(*row) for row in rows]

    def replace_folded(self, folded: Sequence[Folded]) -> None:
        """Replace all folded articles, those shown under another article of their story. Feeds that
        show a change become stale."""
        previous = self.folded()
        removed = {row.article for row in previous} - {row.article for row in folded}
        stories = {row.story for row in (*previous, *folded)}
        new_rows = [{**row._asdict(), "place": number} for number, row in enumerate(folded)]
        with self._db.write() as connection:
            connection.execute(delete(schema.folded))
            insert(connection, schema.folded, new_rows)
            update_folded(connection, stories, removed)

    def delete_old_sketches(self, before: datetime, most: int) -> None:
        """Delete the sketches of the oldest articles added before `before`, at most `most`."""
        query = "SELECT article FROM story_sketches WHERE added < ? ORDER BY added LIMIT ?"
        ids = [
            article_id for (article_id,) in self._db.run_query(query, codec.micros(before), most)
        ]
        if ids:
            with self._db.write() as connection:
                delete_sketches(connection, ids)

    def find_stories(self, ids: Collection[str]) -> dict[str, str]:
        """Return the stories of these articles: article id -> story id, without articles that have
        none."""
        return {member.article: member.story for member in self.members(ids)}

    def articles(self, stories: Collection[str]) -> dict[str, list[tuple[str, str]]]:
        """Return story id -> its published articles as (article id, outlet), in the order in which
        they were added."""
        return {
            story: [(article.id, outlet) for outlet, article in reports]
            for story, reports in self._read_reports(stories).items()
        }

    def digest_stories(self) -> dict[str, str]:
        """Return story id -> digest for the stories that are published. A digest changes with the
        files of the reports and with what they show of each other."""
        return {story: "-".join(map(str, digest)) for story, *digest in self._db.rows(_DIGESTS)}

    def has_reports(self, since: datetime, until: datetime) -> bool:
        """Return True if published reports of stories were added from `since` to before `until`."""
        query = """SELECT 1 FROM story_members AS m JOIN articles AS a ON a.id = m.article
            WHERE a.added >= ? AND a.added < ? AND a.told <> 0 LIMIT 1"""
        return bool(self._db.run_query(query, codec.micros(since), codec.micros(until)))

    def mark_stale(self) -> None:
        """Mark the feed of stories stale."""
        with self._db.write() as connection:
            mark_stale(connection, {STORIES: ()})

    def reports(self, ids: Sequence[str]) -> dict[str, Story]:
        """Return article id -> its story, for articles that are published in one."""
        story_of: dict[str, str] = {}
        for part in chunks(ids):
            story_of |= dict(self._db.rows(_IN_STORY, {"ids": part}))
        reports = self._read_reports(set(story_of.values()))
        return {
            article_id: Story(name=story, reports=tuple(reports[story]))
            for article_id, story in story_of.items()
        }

    def _read_reports(self, stories: Collection[str]) -> dict[str, list[tuple[str, Article]]]:
        """Return the published articles of each story as (outlet, article), in the order in which
        they were added."""
        reports: dict[str, list[tuple[str, Article]]] = {}
        for part in chunks(sorted(stories)):
            for story, outlet, _, data in self._db.rows(_REPORTS, {"stories": part}):
                reports.setdefault(story, []).append((outlet, codec.unpack(Article, data)))
        return reports

    def news(self, since: datetime, most: int) -> list[News]:
        """Return the stories with an article added since `since`, those of most outlets first, then
        the latest."""
        rows = self._db.rows(_NEWS, {"since": codec.micros(since), "most": most})
        return [
            News(story, outlets, codec.moment(latest), lead)
            for story, outlets, latest, lead in rows
        ]


def _make_sketched(rows: Iterable[Any]) -> list[Sketched]:
    """Convert the rows of _NEAR or _OF_STORIES. Articles without a story have NULL there."""
    sketched: list[Sketched] = []
    for article, outlet, language, time, data, story, final in rows:
        name = "" if story is None else story
        sketched.append(Sketched(article, outlet, language, time, data, name, bool(final)))
    return sketched
