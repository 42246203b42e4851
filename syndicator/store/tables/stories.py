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
from syndicator.store import codec, rows, schema
from syndicator.store.database import Database, chunks, drive, insert, marks, upsert

NEWEST: Final = 25  # articles read for a key
FOUND: Final = 12  # articles returned by `near`
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
_TOLD = (
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

    def unread(self, since: datetime, most: int, *, include_all: bool) -> list[Unread]:
        """Return the first articles added after `since` that need a sketch. Unless `all`, only
        those newer than all sketches."""
        first = codec.micros(since)
        if not include_all:
            first = max(
                first, self._db.driven("SELECT max(added) FROM story_sketches")[0][0] or first
            )
        found = self._db.driven(_UNREAD, first, most)
        return [Unread._make((*row[:5], bool(row[5]))) for row in found]

    def count(self, since: datetime) -> int:
        """Return how many articles added since then have a sketch."""
        query = "SELECT count(*) FROM story_sketches WHERE added >= ?"
        found: int = self._db.driven(query, codec.micros(since))[0][0]
        return found

    def newest(self, most: int) -> list[tuple[str, bytes]]:
        """Return outlet and sketch of the articles that were added last."""
        query = "SELECT outlet, data FROM story_sketches ORDER BY added DESC, article LIMIT ?"
        return [(outlet, data) for outlet, data in self._db.driven(query, most) if data]

    def forget(self) -> None:
        """Delete all sketches; they are made again from the articles. Stories stay."""
        with self._db.write() as connection:
            for table in (schema.story_sketches, schema.story_keys):
                connection.execute(delete(table))

    def save(self, new: Mapping[Unread, Sketched]) -> None:
        with self._db.write() as connection:
            rows.drop_sketches(connection, [unread.article for unread in new])
            columns = [unread._asdict() | row._asdict() for unread, row in new.items()]
            upsert(
                connection,
                schema.story_sketches,
                [{name: row[name] for name in _COLUMNS} for row in columns],
            )
            upsert(
                connection,
                schema.story_keys,
                [
                    key
                    for row in new.values()
                    for key in rows.story_keys(row.article, row.outlet, row.at, row.data)
                ],
            )

    def near(self, sketched: Sketched, found_by: Sequence[int], window: int) -> list[Sketched]:
        """Return the articles that share most of the keys `found_by`, best first, with the language
        of `sketched` and at most `window` microseconds from its time."""
        at = sketched.at or 0
        padded = [*found_by, *[-1] * (KEYS - len(found_by))]
        values = [value for key in padded for value in (key, at - window, at + window)]
        return _sketched(self._db.driven(_NEAR, *values, sketched.article, sketched.language))

    def of_stories(self, stories: Collection[str]) -> list[Sketched]:
        """Return the articles of these stories; `data` is None if an article is no longer
        compared."""
        parts = (
            self._db.driven(_OF_STORIES.format(marks(part)), *part)
            for part in chunks(sorted(stories))
        )
        return [sketched for part in parts for sketched in _sketched(part)]

    def put(self, members: Sequence[Member], gone: Collection[str] = ()) -> None:
        """Store the stories of `members`, and remove the articles `gone` from theirs. Feeds that
        show a change become stale."""
        stories = {member.story for member in members}
        with self._db.write() as connection:
            for part in chunks(sorted({*gone, *(member.article for member in members)})):
                query = f"SELECT story FROM story_members WHERE article IN ({marks(part)})"
                stories |= {story for (story,) in drive(connection, query, tuple(part))}
            upsert(connection, schema.story_members, [member._asdict() for member in members])
            for part in chunks(sorted(gone)):
                connection.execute(delete(schema.story_members).where(_m.article.in_(part)))
            rows.tell(connection, stories, gone)

    def tell(self) -> None:
        """Publish all stories again, after the rows of articles were made anew."""
        for part in chunks([story for (story,) in self._db.rows(_STORIES)]):
            with self._db.write() as connection:
                rows.tell(connection, part)

    def members(self, ids: Collection[str] | None = None) -> list[Member]:
        """Return the articles of all stories, or those of `ids` that have one."""
        parts: Iterable[Sequence[str]] = [()] if ids is None else chunks(sorted(ids))
        query = "SELECT article, story, outlet, final FROM story_members"
        query += "" if ids is None else " WHERE article IN ({})"
        records = (
            row for part in parts for row in self._db.driven(query.format(marks(part)), *part)
        )
        return [
            Member(article, story, outlet, bool(final)) for article, story, outlet, final in records
        ]

    def leads(self) -> dict[str, str]:
        """Return the recorded leads: story -> article id."""
        return dict(
            self._db.driven(
                "SELECT story, article FROM story_leads WHERE article <> '' ORDER BY story"
            )
        )

    def leads_due(self) -> list[str]:
        """Return the stories that need a lead."""
        return [story for (story,) in self._db.rows(_LEADS_DUE)]

    def set_leads(self, leads: Mapping[str, str]) -> None:
        """Record the leads of stories (story -> article id, "" for none). Feeds that show a change
        become stale."""
        with self._db.write() as connection:
            upsert(
                connection,
                schema.story_leads,
                [
                    {"story": story, "article": article, "due": False}
                    for story, article in leads.items()
                ],
            )
            rows.tell(connection, leads.keys())

    def published(self, stories: Collection[str] | None = None) -> Iterator[Story]:
        """Yield those of `stories` (None: all) that are published."""
        names = (
            [story for (story,) in self._db.rows(_STORIES)] if stories is None else sorted(stories)
        )
        for part in chunks(names):
            for story, reports in self._reports(part).items():
                yield Story(name=story, reports=tuple(reports))

    def folded(self) -> list[Folded]:
        """Return the articles that an earlier version published as one entry for each story, the
        first one of a story first."""
        rows = self._db.driven("SELECT article, story, latest FROM folded ORDER BY story, place")
        return [Folded(*row) for row in rows]

    def put_folded(self, folded: Sequence[Folded]) -> None:
        """Replace all folded articles, those shown under another article of their story. Feeds that
        show a change become stale."""
        before = self.folded()
        gone = {row.article for row in before} - {row.article for row in folded}
        stories = {row.story for row in (*before, *folded)}
        new = [{**row._asdict(), "place": place} for place, row in enumerate(folded)]
        with self._db.write() as connection:
            connection.execute(delete(schema.folded))
            insert(connection, schema.folded, new)
            rows.fold(connection, stories, gone)

    def prune(self, before: datetime, most: int) -> None:
        """Delete the sketches of the oldest articles added before `before`, at most `most`."""
        old = "SELECT article FROM story_sketches WHERE added < ? ORDER BY added LIMIT ?"
        if ids := [
            article_id for (article_id,) in self._db.driven(old, codec.micros(before), most)
        ]:
            with self._db.write() as connection:
                rows.drop_sketches(connection, ids)

    def of(self, ids: Collection[str]) -> dict[str, str]:
        """Return article id -> story id, without articles that have none."""
        return {member.article: member.story for member in self.members(ids)}

    def articles(self, stories: Collection[str]) -> dict[str, list[tuple[str, str]]]:
        """Return story id -> its published articles as (article id, outlet), in the order in which
        they were added."""
        return {
            story: [(article.id, outlet) for outlet, article in reports]
            for story, reports in self._reports(stories).items()
        }

    def told(self) -> dict[str, str]:
        """Return the stories that are published, each with a digest of its reports' files and of
        what they show of each other."""
        return {story: "-".join(map(str, of)) for story, *of in self._db.rows(_TOLD)}

    def has_reports(self, since: datetime, until: datetime) -> bool:
        """Return True if published reports of stories were added from `since` to before `until`."""
        query = """SELECT 1 FROM story_members AS m JOIN articles AS a ON a.id = m.article
            WHERE a.added >= ? AND a.added < ? AND a.told <> 0 LIMIT 1"""
        return bool(self._db.driven(query, codec.micros(since), codec.micros(until)))

    def mark_stale(self) -> None:
        """Mark the feed of stories stale."""
        with self._db.write() as connection:
            rows.mark(connection, {STORIES: ()})

    def reports(self, ids: Sequence[str]) -> dict[str, Story]:
        """Return article id -> its story, for articles that are published in one."""
        parts = (self._db.rows(_IN_STORY, {"ids": part}) for part in chunks(ids))
        story_of = {article: story for part in parts for article, story in part}
        reports = self._reports(set(story_of.values()))
        return {
            article_id: Story(name=story, reports=tuple(reports[story]))
            for article_id, story in story_of.items()
        }

    def _reports(self, stories: Collection[str]) -> dict[str, list[tuple[str, Article]]]:
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


def _sketched(records: Iterable[Any]) -> list[Sketched]:
    return [Sketched._make((*row[:5], row[5] or "", bool(row[6]))) for row in records]
