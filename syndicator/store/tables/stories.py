"""Store stories in the database: their articles, lead articles, and the sketches that group them.
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

NEWEST: Final = 25  # articles read for a lookup key
FOUND: Final = 12  # articles returned by `find_similar`
_NO_KEY: Final = -1  # a lookup key that no sketch has
_a = schema.articles.c
_m = schema.story_members.c
_SHOWN = _a.told != 0
_LEADS = schema.members.alias("leads")
# These statements run often and are SQL texts: statements of SQLAlchemy take three times as long.
_SELECT_UNREAD: Final = """SELECT a.id, a.path, a.mtime_ns, a.size, a.added, s.article IS NOT NULL
    FROM articles AS a LEFT JOIN story_sketches AS s ON s.article = a.id
    WHERE a.added >= ? AND (s.article IS NULL OR s.mtime_ns <> a.mtime_ns OR s.size <> a.size)
    ORDER BY a.added, a.id LIMIT ?"""
_OF_KEY: Final = f"""SELECT article FROM (SELECT article FROM story_keys WHERE key = ? AND at BETWEEN ? AND ?
    ORDER BY at DESC LIMIT {NEWEST}) AS newest"""  # noqa: E501
_SELECT_SIMILAR: Final = f"""SELECT s.article, s.outlet, s.language, s.at, s.data, m.story, m.final
    FROM (SELECT article, count(*) AS shared FROM ({" UNION ALL ".join([_OF_KEY] * KEYS)}) AS found
        WHERE article <> ? GROUP BY article ORDER BY shared DESC, article LIMIT {FOUND}) AS found
    JOIN story_sketches AS s ON s.article = found.article LEFT JOIN story_members AS m ON m.article = s.article
    WHERE s.language = ? ORDER BY found.shared DESC, s.article"""  # noqa: E501
_SELECT_SKETCHED: Final = """SELECT m.article, m.outlet, s.language, s.at, s.data, m.story, m.final
    FROM story_members AS m LEFT JOIN story_sketches AS s ON s.article = m.article
    WHERE m.story IN ({}) ORDER BY m.article"""
_COLUMNS = [column.name for column in schema.story_sketches.columns]
_SELECT_LEADS_DUE = (
    select(schema.story_leads.c.story)
    .where(schema.story_leads.c.due)
    .order_by(schema.story_leads.c.story)
)
_SELECT_STORIES = select(_m.story).distinct().order_by(_m.story)
_OUTLETS = func.count(_m.outlet.distinct())
_LATEST = func.max(_a.added)
_RECENT = (
    select(_m.story)
    .join(schema.articles, _a.id == _m.article)
    .where(_a.added >= bindparam("since"), _SHOWN)
)
_SELECT_NEWS = (
    select(_m.story, _OUTLETS, _LATEST, func.max(_LEADS.c.id))
    .join_from(schema.story_members, schema.articles, _a.id == _m.article)
    .outerjoin(_LEADS, (_LEADS.c.id == _a.id) & (_LEADS.c.axis == STORIES.axis))
    .where(_m.story.in_(_RECENT), _SHOWN)
    .group_by(_m.story)
    .order_by(_OUTLETS.desc(), _LATEST.desc(), _m.story)
    .limit(bindparam("most"))
)
_SELECT_REPORTS = (
    select(_m.story, _m.outlet, _a.id, _a.data)
    .join_from(schema.story_members, schema.articles, _a.id == _m.article)
    .where(_m.story.in_(bindparam("stories", expanding=True)), _SHOWN)
    .order_by(_a.added, _a.published, _a.id)
)
# Remainders, because the sum of whole nanoseconds of a dozen files overflows in SQLite.
_SELECT_DIGESTS = (
    select(_m.story, func.count(), func.sum(_a.mtime_ns % 2**40 + _a.told), func.sum(_a.size))
    .join_from(schema.story_members, schema.articles, _a.id == _m.article)
    .where(_SHOWN)
    .group_by(_m.story)
)
_SELECT_STORY_IDS = (
    select(_m.article, _m.story)
    .join_from(schema.story_members, schema.articles, _a.id == _m.article)
    .where(_m.article.in_(bindparam("ids", expanding=True)), _SHOWN)
)


class Unread(NamedTuple):
    """An article whose file has no sketch yet. `article`: its id; `path`, `mtime_ns`, `size`: of
    its file; `added`: microseconds since 1970; `was_sketched`: an earlier version of the file has a
    sketch."""

    article: str
    path: str
    mtime_ns: int
    size: int
    added: int
    was_sketched: bool = False


class Sketched(NamedTuple):
    """The sketch of an article. `article`: its id; `at`: its time in microseconds since 1970;
    `data`: the packed sketch, empty or None if it is not compared; `story`: id of its story, "" if
    it is in none; `final`: an operator decided its story."""

    article: str
    outlet: str
    language: str | None
    at: int | None  # None: it is too old to be compared
    data: bytes | None
    story: str = ""
    final: bool = False


class Member(NamedTuple):
    """An article of a story. `article`, `story`: their ids; `final`: an operator decided it."""

    article: str
    story: str
    outlet: str
    final: bool


class News(NamedTuple):
    """A story with recent articles: its id, the number of its outlets, the time when its last
    article was added, and the id of its lead article."""

    story: str
    outlets: int
    latest: datetime
    lead: str


class Stories:
    """The tables of stories and of their sketches."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def list_unread(self, since: datetime, most: int, *, include_all: bool) -> list[Unread]:
        """Return the articles that were added since `since` and have no sketch: no summary of their
        text, by which articles on the same event are found. The `most` that were added first are
        returned. Unless `include_all`, only look at articles that are newer than all those with a
        sketch; this is quick but overlooks older files that have changed."""
        earliest = codec.to_micros(since)
        if not include_all:
            ((newest_sketched,),) = self._db.run_query("SELECT max(added) FROM story_sketches")
            if newest_sketched is not None:
                earliest = max(earliest, newest_sketched)
        rows = self._db.run_query(_SELECT_UNREAD, earliest, most)
        unread: list[Unread] = []
        for article, path, mtime_ns, size, added, was_sketched in rows:
            unread.append(Unread(article, path, mtime_ns, size, added, bool(was_sketched)))
        return unread

    def count(self, since: datetime) -> int:
        """Return how many of the articles added since `since` have a sketch."""
        query = "SELECT count(*) FROM story_sketches WHERE added >= ?"
        ((number,),) = self._db.run_query(query, codec.to_micros(since))
        return int(number)

    def list_newest(self, most: int) -> list[tuple[str, bytes]]:
        """Return (outlet, packed sketch) for the `most` articles that were added last. An outlet is
        a publisher; a sketch is a summary of the text for comparisons. Of these articles, those
        that are never compared with others are left out."""
        query = "SELECT outlet, data FROM story_sketches ORDER BY added DESC, article LIMIT ?"
        sketches: list[tuple[str, bytes]] = []
        for outlet, sketch in self._db.run_query(query, most):
            is_compared = bool(sketch)
            if is_compared:
                sketches.append((outlet, sketch))
        return sketches

    def forget_sketches(self) -> None:
        """Delete all sketches, so that they are made again from the articles. Stories stay."""
        with self._db.write() as connection:
            for table in (schema.story_sketches, schema.story_keys):
                connection.execute(delete(table))

    def save(self, new: Mapping[Unread, Sketched]) -> None:
        """Store sketches of articles, in place of earlier sketches of the same articles. A sketch
        is a summary of the text, by which articles on the same event are found. `new`: article that
        had no sketch -> its sketch."""
        sketch_rows: list[dict[str, Any]] = []
        key_rows: list[dict[str, Any]] = []  # lookup keys of the sketches
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
        """Return at most 12 articles that may be on the same event as `sketched`. They have the
        same language, share lookup keys with it and are at most `window` microseconds older or
        newer; those that share the most keys come first. `found_by`: the lookup keys of `sketched`.
        """
        time = 0 if sketched.at is None else sketched.at
        earliest = time - window
        latest = time + window
        # the statement has a fixed number of keys, so that the database prepares it only once
        filling_keys = [_NO_KEY] * (KEYS - len(found_by))
        values: list[int] = []
        for key in (*found_by, *filling_keys):
            values += (key, earliest, latest)
        rows = self._db.run_query(_SELECT_SIMILAR, *values, sketched.article, sketched.language)
        return _make_sketched(rows)

    def list_sketched(self, stories: Collection[str]) -> list[Sketched]:
        """Return the articles of these stories with their sketches (summaries for comparisons). The
        sketch is None if an article is too old to be compared. `stories`: ids of stories."""
        sketched: list[Sketched] = []
        for part in chunks(sorted(stories)):
            query = _SELECT_SKETCHED.format(write_placeholders(part))
            sketched += _make_sketched(self._db.run_query(query, *part))
        return sketched

    def save_members(self, members: Sequence[Member], removed: Collection[str] = ()) -> None:
        """Put each article of `members` into its story there, and take the articles `removed` out
        of their stories. The feeds that show a change become stale. One transaction."""
        # ids of all stories that change: first those into which articles are put
        changed_stories = {member.story for member in members}
        ids = {member.article for member in members}
        ids.update(removed)
        with self._db.write() as connection:
            # then those that the articles leave
            for part in chunks(sorted(ids)):
                placeholders = write_placeholders(part)
                query = f"SELECT story FROM story_members WHERE article IN ({placeholders})"
                left_rows = run_statement(connection, query, tuple(part))
                changed_stories.update(story for (story,) in left_rows)
            upsert(connection, schema.story_members, [member._asdict() for member in members])
            for part in chunks(sorted(removed)):
                connection.execute(delete(schema.story_members).where(_m.article.in_(part)))
            update_stories(connection, changed_stories, removed)

    def update_all(self) -> None:
        """Decide again, for all stories, which of their articles feeds show together, and store it.
        Call this after the rows of articles were made anew. Each transaction has a few hundred
        stories."""
        for part in chunks(self._list_stories()):
            with self._db.write() as connection:
                update_stories(connection, part)

    def _list_stories(self) -> list[str]:
        """Return the ids of all stories, sorted."""
        return [story for (story,) in self._db.rows(_SELECT_STORIES)]

    def members(self, ids: Collection[str] | None = None) -> list[Member]:
        """Return the articles that are in a story, each with its story. `ids`: only consider the
        articles with these ids; None for all articles."""
        query = "SELECT article, story, outlet, final FROM story_members"
        rows: list[Any] = []
        if ids is None:
            rows = self._db.run_query(query)
        else:
            for part in chunks(sorted(ids)):
                condition = f"article IN ({write_placeholders(part)})"
                rows += self._db.run_query(f"{query} WHERE {condition}", *part)
        members: list[Member] = []
        for article, story, outlet, final in rows:
            members.append(Member(article, story, outlet, bool(final)))
        return members

    def leads(self) -> dict[str, str]:
        """Return, by story id, the id of the story's lead article. Stories without a lead are left
        out."""
        query = "SELECT story, article FROM story_leads WHERE article <> '' ORDER BY story"
        return dict(self._db.run_query(query))

    def list_leads_due(self) -> list[str]:
        """Return the ids of the stories that need a lead article, sorted."""
        return [story for (story,) in self._db.rows(_SELECT_LEADS_DUE)]

    def set_leads(self, leads: Mapping[str, str]) -> None:
        """Store the lead articles of stories: the article that stands for its story. `leads`: story
        id -> id of the lead article, "" if the story has none. The feeds that show a change become
        stale."""
        rows: list[dict[str, Any]] = []
        for story, article in leads.items():
            rows.append({"story": story, "article": article, "due": False})
        with self._db.write() as connection:
            upsert(connection, schema.story_leads, rows)
            update_stories(connection, leads.keys())

    def published(self, stories: Collection[str] | None = None) -> Iterator[Story]:
        """Yield the published stories with their reports, the articles on the same event.
        `stories`: only consider the stories with these ids; None for all stories."""
        story_ids = self._list_stories() if stories is None else sorted(stories)
        for part in chunks(story_ids):
            for story, reports in self._read_reports(part).items():
                yield Story(name=story, reports=tuple(reports))

    def folded(self) -> list[Folded]:
        """Return the articles for which an earlier version of Syndicator published one entry for
        their whole story, sorted by story and by their order in it."""
        rows = self._db.run_query("SELECT article, story, latest FROM folded ORDER BY story, place")
        return [Folded(*row) for row in rows]

    def replace_folded(self, folded: Sequence[Folded]) -> None:
        """Replace all stored folded articles by `folded`. An article is folded if an earlier
        version published one entry for its whole story, in place of one for each article. The feeds
        that show a change become stale. One transaction."""
        previous = self.folded()
        previous_articles = {row.article for row in previous}
        articles = {row.article for row in folded}
        removed = previous_articles - articles
        stories = {row.story for row in (*previous, *folded)}
        new_rows = [{**row._asdict(), "place": place} for place, row in enumerate(folded)]
        with self._db.write() as connection:
            connection.execute(delete(schema.folded))
            insert(connection, schema.folded, new_rows)
            update_folded(connection, stories, removed)

    def delete_old_sketches(self, before: datetime, most: int) -> None:
        """Delete the sketches (summaries for comparisons) of articles that were added before
        `before`: the oldest `most` of them."""
        query = "SELECT article FROM story_sketches WHERE added < ? ORDER BY added LIMIT ?"
        rows = self._db.run_query(query, codec.to_micros(before), most)
        ids = [article_id for (article_id,) in rows]
        if ids:
            with self._db.write() as connection:
                delete_sketches(connection, ids)

    def find_stories(self, ids: Collection[str]) -> dict[str, str]:
        """Return, by article id, the id of its story. Articles without a story are left out."""
        return {member.article: member.story for member in self.members(ids)}

    def articles(self, stories: Collection[str]) -> dict[str, list[tuple[str, str]]]:
        """Return story id -> its published articles, each as (article id, outlet), in the order in
        which they were added. Stories that are not published are left out."""
        articles: dict[str, list[tuple[str, str]]] = {}
        for story, reports in self._read_reports(stories).items():
            articles[story] = [(article.id, outlet) for outlet, article in reports]
        return articles

    def digest_stories(self) -> dict[str, str]:
        """Return story id -> digest of the story, for the published stories. The digest changes if
        the file of one of its articles changes, or if the values change that its articles show of
        each other."""
        digests: dict[str, str] = {}
        for story, *parts in self._db.rows(_SELECT_DIGESTS):
            digests[story] = "-".join(str(part) for part in parts)
        return digests

    def has_reports(self, since: datetime, until: datetime) -> bool:
        """Return True if an article of a published story was added at or after `since` and before
        `until`."""
        # `told` is 0 in articles without a published story
        query = """SELECT 1 FROM story_members AS m JOIN articles AS a ON a.id = m.article
            WHERE a.added >= ? AND a.added < ? AND a.told <> 0 LIMIT 1"""
        return bool(self._db.run_query(query, codec.to_micros(since), codec.to_micros(until)))

    def mark_stale(self) -> None:
        """Mark the feed of stories stale."""
        with self._db.write() as connection:
            mark_stale(connection, {STORIES: ()})

    def reports(self, ids: Sequence[str]) -> dict[str, Story]:
        """Return article id -> the published story to which the article belongs. Articles without a
        published story are left out."""
        story_ids: dict[str, str] = {}
        for part in chunks(ids):
            story_ids |= dict(self._db.rows(_SELECT_STORY_IDS, {"ids": part}))
        reports_of_stories = self._read_reports(set(story_ids.values()))
        stories: dict[str, Story] = {}
        for article_id, story_id in story_ids.items():
            reports = reports_of_stories[story_id]
            stories[article_id] = Story(name=story_id, reports=tuple(reports))
        return stories

    def _read_reports(self, stories: Collection[str]) -> dict[str, list[tuple[str, Article]]]:
        """Return story id -> its published articles, each as (outlet, article), in the order in
        which they were added. Stories that are not published are left out."""
        reports: dict[str, list[tuple[str, Article]]] = {}
        for part in chunks(sorted(stories)):
            for story, outlet, _, data in self._db.rows(_SELECT_REPORTS, {"stories": part}):
                reports.setdefault(story, []).append((outlet, codec.unpack(Article, data)))
        return reports

    def list_news(self, since: datetime, most: int) -> list[News]:
        """Return at most `most` published stories that got a new article after `since`. The story
        with the most outlets comes first; of stories with equally many, the latest."""
        rows = self._db.rows(_SELECT_NEWS, {"since": codec.to_micros(since), "most": most})
        return [
            News(story, outlets, codec.from_micros(latest), lead)
            for story, outlets, latest, lead in rows
        ]


def _make_sketched(rows: Iterable[Any]) -> list[Sketched]:
    """Return the articles that are in rows of the query _SELECT_SIMILAR or _SELECT_SKETCHED, each
    with its sketch and its story, "" if it is in no story."""
    sketched: list[Sketched] = []
    for article, outlet, language, time, data, story, final in rows:
        story_id = "" if story is None else story
        sketched.append(Sketched(article, outlet, language, time, data, story_id, bool(final)))
    return sketched
