"""Query the articles of each feed in the database; track stale feeds and published files.
Feed order: `added` descending, `published` descending, id. Reads see committed data; each write
is a durable transaction; a feed stays stale if its build is killed. Raises StoreError,
DiskError."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import chain
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, null, select, tuple_, update

from syndicator.articles.fields import named_feeds_of
from syndicator.core.axes import ALL, SOURCE
from syndicator.core.errors import StoreError
from syndicator.core.model import Article, FeedKey
from syndicator.core.ports import (
    ArticleRecord,
    Built,
    FeedRow,
    FileStamp,
    Progress,
    PublishedFile,
    StoryEntry,
    Withdrawn,
)
from syndicator.searching.documents import Document
from syndicator.store import codec, rows, schema
from syndicator.store.database import Database, chunks, insert_new, upsert
from syndicator.store.tables import sums
from syndicator.store.tables.feed_members import (
    MOVES,
    make_feed_row,
    mark_stale,
    parse_moves,
    replace_found_members,
    resolve_moves,
    touch_feeds,
)
from syndicator.store.tables.pictures import Pictures
from syndicator.store.tables.related import Related
from syndicator.store.tables.stories import Stories

_a = schema.articles.c
_m = schema.members.c
_f = schema.feeds.c
_marks = schema.stale_marks.c
_file = schema.files.c
_SELECT_TARGETS = select(_file.target, func.min(_file.made_of)).group_by(_file.target)
_SELECT_FILES = select(schema.files).where(_file.target.in_(bindparam("ids", expanding=True)))
_SELECT_ARCHIVED_FEEDS = (
    select(_file.axis, _file.slug)
    .distinct()
    .where(_file.axis.in_(bindparam("axes", expanding=True)), _file.name.startswith("archive/"))
)
_OUTDATED = ""  # fingerprint of files that are out of date
_SELECT_OUTDATED_OWNERS = (
    select(_file.axis, _file.slug).where(_file.made_of == _OUTDATED).distinct()
)
_FEED = tuple_(_f.axis, _f.slug)
_IN_FEED = sums.IN_FEED
_ORDER = (_m.added.desc(), _m.published.desc(), _m.id)
_SELECT_IDS = select(_m.id, _m.added).where(*_IN_FEED).order_by(*_ORDER).limit(bindparam("most"))
_NEWEST_ID = (
    select(_m.id)
    .where(_m.axis == _f.axis, _m.slug == _f.slug)
    .order_by(*_ORDER)
    .limit(1)
    .correlate(schema.feeds)
)
_MARKED = (
    select(
        _marks.axis,
        _marks.slug,
        func.max(_marks.n).label("mark"),
        func.sum(_marks.more).label("more"),
    )
    .group_by(_marks.axis, _marks.slug)
    .subquery()
)
_MARK_COLUMNS = [func.coalesce(_MARKED.c[name], 0).label(name) for name in ("mark", "more")]
_IS_MARKED = (_MARKED.c.axis == _f.axis) & (_MARKED.c.slug == _f.slug)
_SELECT_FEEDS = (
    select(schema.feeds, _a.title, _a.added, *_MARK_COLUMNS)
    .join_from(schema.feeds, schema.articles, _a.id == _NEWEST_ID.scalar_subquery(), isouter=True)
    .outerjoin(_MARKED, _IS_MARKED)
    .order_by(_f.axis, _f.slug)
)
_SELECT_PLAIN_FEEDS = select(
    schema.feeds, null().label("title"), null().label("added"), *_MARK_COLUMNS
).join_from(schema.feeds, _MARKED, _IS_MARKED, isouter=True)
_SELECT_ALL_MARKS = select(_marks.axis, _marks.slug, _marks.n)
_SELECT_ARTICLES = select(_a.id, _a.data).where(_a.id.in_(bindparam("ids", expanding=True)))
_SELECT_PUBLISHED = select(_a.id).where(
    _a.id.in_(bindparam("ids", expanding=True)),
    _a.behind.is_not(None) | select(_m.id).where(_m.id == _a.id, _m.axis == ALL.axis).exists(),
)
_SELECT_MEMBERS = select(_m.id).where(
    _m.id.in_(bindparam("ids", expanding=True)),
    _m.axis == bindparam("axis"),
    _m.slug == bindparam("slug"),
)
_SELECT_ROW = select(_a.data, _a.path, _a.mtime_ns, _a.size).where(_a.id == bindparam("id"))
_SELECT_FEEDS_OF_ARTICLE = (
    select(_m.axis, _m.slug).where(_m.id == bindparam("id")).order_by(_m.axis, _m.slug)
)
_OTHERS = schema.members.alias("others")
_SELECT_RELATED_FEEDS = (
    select(_OTHERS.c.axis, _OTHERS.c.slug)
    .distinct()
    .join_from(schema.members, _OTHERS, _OTHERS.c.id == _m.id)
    .where(*_IN_FEED)
)
_IS_CARRIED = select(schema.carriers.c.id).where(
    schema.carriers.c.id == _m.id, schema.carriers.c.source == _m.slug
)
_OLDEST_ID = (  # of a feed's own articles
    select(_m.id)
    .where(_m.axis == _f.axis, _m.slug == _f.slug, (_m.axis != SOURCE) | ~_IS_CARRIED.exists())
    .order_by(_m.added, _m.published, _m.id.desc())
    .limit(1)
    .correlate(schema.feeds)
)
_SELECT_OLDEST = select(_f.axis, _f.slug, _a.data).join_from(
    schema.feeds, schema.articles, _a.id == _OLDEST_ID.scalar_subquery()
)
_SELECT_PATH = select(_a.path).where(_a.id == bindparam("id"))
_SELECT_HTML = select(schema.html.c.id, schema.html.c.html).where(
    schema.html.c.id.in_(bindparam("ids", expanding=True))
)
# Candidates for articles on hold, since few others are in no feed. The inner query uses only
# indexes.
_IN_NO_FEED = select(_a.id).where(~select(_m.id).where(_m.id == _a.id).exists())
UNSHOWN = (
    select(_a.id, _a.path, _a.data)
    .where(_a.id.in_(_IN_NO_FEED))
    .order_by(_a.added.desc(), _a.published.desc(), _a.id)
)
_SELECT_DOCUMENTS = select(schema.texts.c.id, schema.texts.c.data).where(
    schema.texts.c.id.in_(bindparam("ids", expanding=True)),
    ~select(schema.texts_due.c.n).where(schema.texts_due.c.id == schema.texts.c.id).exists(),
)
_w = schema.withdrawn.c
_SELECT_WITHDRAWN = select(_w.id, _w.at, _w.feeds, _w.url).order_by(_w.at, _w.id)
_SELECT_WITHDRAWN_ALIASES = select(schema.withdrawn_aliases).order_by(
    schema.withdrawn_aliases.c.alias
)
_QUERIES = "queries"
_MATCHED = (schema.fragments.c.kind == _QUERIES, schema.fragments.c.data == bindparam("stamp"))
_SELECT_UNMATCHED = (
    select(_m.id)
    .where(_m.axis == ALL.axis, _m.slug == ALL.slug)
    .where(~select(schema.fragments.c.id).where(schema.fragments.c.id == _m.id, *_MATCHED).exists())
    .order_by(*_ORDER)
)
_SELECT_FOLDS = select(_a.id, schema.folded.c.story, schema.folded.c.latest).join_from(
    schema.articles, schema.folded, (schema.folded.c.article == _a.id) & _a.behind.is_(None)
)
# in feeds of their own although another entry stands for them
_SELECT_UNMATCHED_BEHIND = select(_a.id).where(
    _a.behind.is_not(None),
    ~select(schema.fragments.c.id).where(schema.fragments.c.id == _a.id, *_MATCHED).exists(),
)
_MONTH = (*_IN_FEED, _m.added >= bindparam("first"), _m.added < bindparam("end"))
_SELECT_MONTH_ENTRIES = (
    select(_m.id, _m.added, _a.mtime_ns + _a.told, _a.size)
    .join_from(schema.members, schema.articles, _a.id == _m.id)
    .where(*_MONTH)
    .order_by(*_ORDER)
)
_SHOWN_TIME = sums.get_shown_time(_m)
_DAY = _SHOWN_TIME // sums.DAY
_SINCE = (*_IN_FEED, _m.added >= bindparam("since"), bindparam("first") <= _DAY)
_SELECT_DAYS = select(_m.id, _DAY).where(*_SINCE, bindparam("last") >= _DAY)
_SELECT_DAYS = _SELECT_DAYS.order_by(_SHOWN_TIME.desc(), _m.id)
_SELECT_LATEST = (
    select(_m.id).where(*_SINCE).order_by(_SHOWN_TIME.desc(), _m.id).limit(bindparam("most"))
)
_SELECT_NEWEST_MARK = select(func.coalesce(func.max(_marks.n), 0))
_SELECT_UNBUILT = (
    select(_f.slug)
    .join_from(
        schema.stale_marks, schema.feeds, (_f.axis == _marks.axis) & (_f.slug == _marks.slug)
    )
    .where(_marks.axis == bindparam("axis"), _f.published.is_(None), _f.moved_slug.is_(None))
    .limit(1)
)
_ADD_TO_COUNT = (
    update(schema.feeds)
    .where(_f.axis == bindparam("a"), _f.slug == bindparam("s"))
    .values(count=_f["count"] + bindparam("more"))
)
_NOTE_BUILD = (
    update(schema.feeds)
    .where(_f.axis == bindparam("a"), _f.slug == bindparam("s"))
    .values(built_at=bindparam("at"), shown=bindparam("entries"), built_count=bindparam("articles"))
)
_SELECT_BUILDS = select(_f.axis, _f.slug, _f.built_at, _f.shown, _f.built_count).where(
    _f.built_at.is_not(None)
)
_SET_PUBLISHED = (
    update(schema.feeds)
    .where(_f.axis == bindparam("a"), _f.slug == bindparam("s"))
    .values(published=bindparam("is_published"), held=None)
)
_DELETE_MARKS = (
    delete(schema.stale_marks)
    .where(_marks.n.in_(bindparam("these", expanding=True)))
    .returning(
        _marks.axis,
        _marks.slug,
        _marks.more,
        _marks.added,
        sums.get_shown_time(_marks).label("shown"),
    )
)
_SELECT_COUNTS = select(_f.axis, _f.slug, _f["count"], sums.HAS_SUMS)
_NO_LIMIT = 2**31 - 1
_EPOCH = date(1970, 1, 1)

_MONTH_CHARACTERS = 7  # of a date such as 2026-11-30
_LONGER_THAN_A_MONTH = timedelta(days=32)
_MICROSECONDS = 1e6  # a second
_COUNT_INDEX = list(schema.feeds.c.keys()).index("count")  # row.count is the tuple's own method


class Index:
    """The published feeds in the database: their rows, articles, files and stale marks."""

    def __init__(self, database: Database) -> None:
        """`database`: an open database; use it and this object in the same thread."""
        self._db = database
        stories = Stories(database)
        self.pictures = Pictures(database).list_thumbnails
        self.reports = stories.reports
        self.story_articles = stories.articles
        self.digest_stories = stories.digest_stories
        self._related = Related(database)
        self.related_days = self._related.related_days
        # called by `save_feed` before it stores a feed; replaced by other modules
        self.before_save_feed: Callable[[FeedRow], None] = lambda row: None

    def feeds(self, among: Collection[FeedKey] | None = None) -> list[FeedRow]:
        """Return the stored feeds, sorted by key. `among`: the keys of the feeds to return, None
        for all feeds. Keys without a stored feed are left out."""
        if among is None:
            return [_make_feed(row) for row in self._db.rows(_SELECT_FEEDS)]
        feeds: list[FeedRow] = []
        for part in chunks(sorted(among)):
            query = _SELECT_FEEDS.where(_is_one_of(part))
            feeds += [_make_feed(row) for row in self._db.rows(query)]
        return feeds

    def marks(self) -> dict[FeedKey, list[int]]:
        """Return feed -> the numbers of its stale marks. A stale mark is a row that says that the
        feed must be built again.

        A build reads the marks before its other data, so that this data is at least as new as the
        marks. It needs all numbers, not only the highest, since another writer may commit a mark
        with a lower number later."""
        numbers: dict[FeedKey, list[int]] = {}
        for axis, slug, number in self._db.rows(_SELECT_ALL_MARKS):
            numbers.setdefault(FeedKey(axis, slug), []).append(number)
        return numbers

    def plain_feeds(self, axis: str | None = None) -> list[FeedRow]:
        """Return the stored feeds of an axis (a kind of feed, such as the feeds of tags), or all
        feeds if `axis` is None. This is faster than `feeds`, because it leaves the title and the
        time of the latest article empty."""
        query = _SELECT_PLAIN_FEEDS
        if axis is not None:
            query = query.where(_f.axis == axis)
        return [_make_feed(row) for row in self._db.rows(query)]

    def count(self, key: FeedKey) -> int:
        """Return the number of articles of a feed, 0 if there is no such feed."""
        rows = self._db.rows(_SELECT_PLAIN_FEEDS.where(_is_feed(key)))
        if not rows:
            return 0
        return _make_feed(rows[0]).count

    def names(self, keys: Iterable[FeedKey]) -> dict[FeedKey, str]:
        """Return feed -> the name that its oldest article gives to it, or its slug if it has no
        articles. The feed of a source takes its name only from articles of this source. `reindex`
        gives feeds the same names."""
        names = {key: key.slug for key in keys}
        moves = parse_moves(self._db.rows(MOVES))  # feed -> the feed to which it has moved
        for part in chunks(sorted(names)):
            for axis, slug, data in self._db.rows(_SELECT_OLDEST.where(_is_one_of(part))):
                key = FeedKey(axis, slug)
                oldest = codec.unpack(Article, data)
                feed_names = resolve_moves(moves, named_feeds_of(oldest))
                names[key] = feed_names.get(key, slug)
        return names

    def list_feeds_of(self, article_id: str) -> list[FeedKey]:
        """Return the feeds that show an article, sorted."""
        return [
            FeedKey(*row) for row in self._db.rows(_SELECT_FEEDS_OF_ARTICLE, {"id": article_id})
        ]

    def list_related_feeds(self, key: FeedKey) -> list[FeedKey]:
        """Return the feeds that have at least one article in common with the feed `key`. If it has
        articles, the result includes `key` itself."""
        return [FeedKey(*row) for row in self._db.rows(_SELECT_RELATED_FEEDS, key._asdict())]

    def show_again(self, keys: Iterable[FeedKey]) -> None:
        """Decide again which feeds show the articles of the feeds `keys`, and store that. Call this
        after a feed has moved to another. One transaction."""
        with self._db.write() as connection:
            for key in keys:
                rows.show_members_again(connection, key)

    def save_feed(self, row: FeedRow) -> None:
        """Store from `row` the name of the feed, its first slug, to which feed it has moved and
        whether it is dropped. If the feed is stored already, its other fields stay; otherwise store
        all fields of `row`. A feed that has moved becomes stale, so that the next build writes a
        redirect."""
        self.before_save_feed(row)
        values: dict[str, Any] = {
            "name": row.name,
            "first_slug": row.first_slug,
            "dropped": row.dropped,
            "moved_axis": None,
            "moved_slug": None,
        }
        if row.moved_to is not None:
            values["moved_axis"] = row.moved_to.axis
            values["moved_slug"] = row.moved_to.slug
        set_values = update(schema.feeds).where(_is_feed(row.key)).values(**values)
        with self._db.write() as connection:
            is_stored = connection.execute(set_values).rowcount > 0
            if not is_stored:
                new_row = make_feed_row(row.key, row.name) | values
                new_row |= {"count": row.count, "held": row.held, "published": row.published}
                upsert(connection, schema.feeds, [new_row])
            if row.moved_to is not None:  # the next build writes its redirect
                mark_stale(connection, {row.key: ()})

    def ids(self, key: FeedKey, *, limit: int, since: datetime | None, most: int) -> list[str]:
        """Return the ids of the newest `limit` articles of a feed, and then of further articles
        that were added to the feed after `since`; None for no further articles. There are at most
        `most` ids, newest first. An article that is a copy of another article is only in the feeds
        of sources."""
        if since is None:
            rows = self._db.rows(_SELECT_IDS, {**key._asdict(), "most": min(limit, most)})
            return [article_id for article_id, _ in rows]
        rows = self._db.rows(_SELECT_IDS, {**key._asdict(), "most": most})  # newest first
        newest = rows[:limit]
        further = rows[limit:]
        since_micros = codec.to_micros(since)
        ids = [article_id for article_id, _ in newest]
        ids += [article_id for article_id, added in further if added > since_micros]
        return ids

    def month_fingerprints(self, key: FeedKey) -> dict[str, tuple[int, str]]:
        """Return UTC month, such as "2026-11" -> (number of articles that were added to the feed in
        this month, fingerprint of their files). The fingerprint changes if one of the files
        changes. The earliest month comes first; months without articles are left out."""
        counts = Counter[str]()
        time_sums = Counter[str]()  # of the times of files
        size_sums = Counter[str]()
        days = sums.read_days(self._db.rows, key, sums.ADDED)
        for day, (count, fingerprint) in days.items():
            month = sums.format_date(day)[:_MONTH_CHARACTERS]
            # the fingerprint of a day is "SUM OF TIMES-SUM OF SIZES" of its files
            time_sum, size_sum = fingerprint.split("-")
            counts[month] += count
            time_sums[month] += int(time_sum)
            size_sums[month] += int(size_sum)
        months: dict[str, tuple[int, str]] = {}
        for month, count in counts.items():
            months[month] = count, f"{count}-{time_sums[month]}-{size_sums[month]}"
        return months

    def month_entries(self, key: FeedKey, month: str) -> list[tuple[str, datetime, str]]:
        """Return the articles that were added to a feed in a UTC month such as "2026-11", in the
        order of the feed. Each is (article id, time when it was added, fingerprint of its file)."""
        first = datetime.fromisoformat(f"{month}-01").replace(tzinfo=UTC)
        day_in_next_month = first + _LONGER_THAN_A_MONTH
        end = day_in_next_month.replace(day=1)
        values = {**key._asdict(), "first": codec.to_micros(first), "end": codec.to_micros(end)}
        entries: list[tuple[str, datetime, str]] = []
        for article_id, added, mtime_ns, size in self._db.rows(_SELECT_MONTH_ENTRIES, values):
            entries.append((article_id, codec.from_micros(added), f"{mtime_ns}-{size}"))
        return entries

    def days(self, key: FeedKey) -> dict[str, tuple[int, str]]:
        """Return UTC day, such as "2026-11-30" -> (number of articles of the feed that were
        published on this day, fingerprint). The fingerprint changes if one of these articles, its
        file or its thumbnail changes."""
        days = sums.read_days(self._db.rows, key, sums.PUBLISHED)
        return {
            sums.format_date(day): count_and_fingerprint
            for day, count_and_fingerprint in days.items()
        }

    def list_ids_by_day(self, key: FeedKey, first: str, last: str) -> dict[str, list[str]]:
        """Return UTC day -> the ids of the articles of a feed that were published on this day,
        latest first. `first` and `last` are the first and the last day to return, such as
        "2026-11-30"; days without articles are left out."""
        # as numbers of days since 1970
        first_day = _count_days(first)
        last_day = _count_days(last)
        values = {
            **key._asdict(),
            "first": first_day,
            "last": last_day,
            "since": first_day * sums.DAY,
        }
        ids_by_day: dict[int, list[str]] = {}
        for article_id, day in self._db.rows(_SELECT_DAYS, values):
            ids_by_day.setdefault(day, []).append(article_id)
        return {sums.format_date(day): ids for day, ids in ids_by_day.items()}

    def latest(self, key: FeedKey, most: int) -> list[str]:
        """Return the ids of the articles of a feed that were published last, latest first. `most`:
        the number of ids at most."""
        days = sums.read_days(self._db.rows, key, sums.PUBLISHED)  # the earliest day first
        # find the `first_day` of the latest days that have enough articles together, so that the
        # query need not sort the whole feed
        first_day = 0
        article_count = 0
        for day, (day_count, _) in reversed(days.items()):
            if article_count >= most:
                break
            first_day = day
            article_count += day_count
        values = {
            **key._asdict(),
            "first": first_day,
            "since": first_day * sums.DAY,
            "most": most,
        }
        rows = self._db.rows(_SELECT_LATEST, values)
        return [article_id for (article_id,) in rows]

    def articles(self, ids: Sequence[str]) -> dict[str, Article]:
        """Return article id -> stored article, without its body, in the order of `ids`. Ids without
        a stored article are left out."""
        documents = self._select_by_id(_SELECT_ARTICLES, ids)
        articles: dict[str, Article] = {}
        for article_id in ids:
            if article_id in documents:
                articles[article_id] = codec.unpack(Article, documents[article_id])
        return articles

    def select_published(self, ids: Sequence[str]) -> set[str]:
        """Return those of `ids` whose articles are published: they have an entry in the feed of all
        articles, or another article's entry stands for them there."""
        published: set[str] = set()
        for part in chunks(ids):
            rows = self._db.rows(_SELECT_PUBLISHED, {"ids": part})
            published.update(article_id for (article_id,) in rows)
        return published

    def select_in_feed(self, key: FeedKey, ids: Sequence[str]) -> set[str]:
        """Return those of `ids` whose articles have an entry of their own in the feed `key`."""
        in_feed: set[str] = set()
        for part in chunks(ids):
            rows = self._db.rows(_SELECT_MEMBERS, {"ids": part, **key._asdict()})
            in_feed.update(article_id for (article_id,) in rows)
        return in_feed

    def related(self, ids: Sequence[str]) -> dict[str, list[str]]:
        """Return article id -> the ids of articles on related subjects, the most similar first.
        Related articles without an entry in the feed of all articles are left out. Those of `ids`
        for which no related articles were stored are left out, too."""
        stored_lists = self._related.read_lists(ids)
        all_related = set(chain.from_iterable(stored_lists.values()))
        shown_ids = self.select_in_feed(ALL, list(all_related))
        shown_lists: dict[str, list[str]] = {}
        for article_id, related_ids in stored_lists.items():
            shown_lists[article_id] = [related for related in related_ids if related in shown_ids]
        return shown_lists

    def sources(self, ids: Sequence[str]) -> dict[str, str]:
        """Return article id -> the key of its source, "" if it has no source. Ids without a stored
        article are left out."""
        source_keys: dict[str, str] = {}
        for article_id, data in self._select_by_id(_SELECT_ARTICLES, ids).items():
            source_keys[article_id] = json.loads(data).get("source_key", "")
        return source_keys

    def each(self) -> Iterator[Article]:
        """Yield each published article without its body, newest first. Articles are read in
        batches: an article that is withdrawn before its batch is read is left out."""
        ids = self.ids(ALL, limit=_NO_LIMIT, since=None, most=_NO_LIMIT)
        for part in chunks(ids):
            yield from self.articles(part).values()

    def list_unmatched(self, stamp: str) -> list[str]:
        """Return the ids of the published articles that must be compared with the saved queries
        (searches that have feeds), because the article or a query has changed since `save_matches`
        stored the last result. The newest come first; articles without an entry of their own come
        last. `stamp`: a digest of all saved queries as they are now."""
        ids: list[str] = []
        for query in (_SELECT_UNMATCHED, _SELECT_UNMATCHED_BEHIND):
            rows = self._db.rows(query, {"stamp": stamp.encode()})
            ids.extend(article_id for (article_id,) in rows)
        return ids

    def save_matches(self, stamp: str, found: Mapping[str, Mapping[FeedKey, str]]) -> None:
        """Store which feeds of saved queries (searches) show which articles. `found`: article id ->
        (feed -> name of the feed), in place of the feeds stored earlier for the article; `stamp`: a
        digest of all saved queries. A feed that gains or loses an article becomes stale.

        Each transaction stores a few hundred articles. If the program crashes between two of them,
        `list_unmatched` returns the remaining articles again."""
        for part in chunks(list(found)):
            feeds = {article_id: found[article_id] for article_id in part}
            # `list_unmatched` reads these notes: the article was compared with these queries
            notes: list[dict[str, Any]] = []
            for article_id in part:
                notes.append({"id": article_id, "kind": _QUERIES, "data": stamp.encode()})
            with self._db.write() as connection:
                replace_found_members(connection, feeds)
                upsert(connection, schema.fragments, notes)

    def documents(self, ids: Sequence[str]) -> dict[str, Document]:
        """Return, by article id, the terms by which searches find the article. An article is left
        out if its terms are out of date."""
        packed = self._select_by_id(_SELECT_DOCUMENTS, ids)
        return {article_id: Document.unpack(data) for article_id, data in packed.items()}

    def html(self, ids: Sequence[str]) -> dict[str, str]:
        """Return, by article id, the sanitised HTML of the article's body. Only articles that are
        published in full have stored HTML; others are left out."""
        return self._select_by_id(_SELECT_HTML, ids)

    def save_html(self, found: Mapping[str, str]) -> None:
        """Store the sanitised HTML of article bodies, in place of the HTML stored earlier. `found`:
        article id -> HTML."""
        new_rows = [{"id": article_id, "html": html} for article_id, html in found.items()]
        with self._db.write() as connection:
            upsert(connection, schema.html, new_rows)

    def path(self, article_id: str) -> str | None:
        """Return the path of the file of an article, None if there is no such article."""
        path: str | None = self._db.scalar(_SELECT_PATH, {"id": article_id})
        return path

    def merge(self, article_id: str, into: str) -> None:
        """Mark an article as a copy of the article with the id `into`, so that feeds show that
        article in its place. Raises StoreError if `article_id` is not in the database, and
        ValueError if the two ids are equal."""
        if article_id == into:
            raise ValueError("an article cannot be a copy of itself")
        self._set_original(article_id, into)

    def split(self, article_id: str) -> None:
        """Undo `merge`: the article is no copy of another one any more. Raises StoreError if it is
        not in the database."""
        self._set_original(article_id, None)

    def merged(self) -> dict[str, str]:
        """Return, by the id of each article that is a copy, the id of the article that is shown in
        its place."""
        return dict(self._db.rows(rows.MERGED))

    def list_behind(self) -> set[str]:
        """Return the ids of the articles that are shown only by the entry of another article of
        their story. An earlier version of the program published one entry for all articles of a
        story; see `read_story_entries`."""
        rows = self._db.rows(select(_a.id).where(_a.behind.is_not(None)))
        return {article_id for (article_id,) in rows}

    def read_story_entries(self) -> dict[str, StoryEntry]:
        """Return article id -> the entry for a whole story that an earlier version of the program
        published under the id of this article."""
        rows = self._db.rows(_SELECT_FOLDS)
        entries: dict[str, StoryEntry] = {}
        for article_id, story, latest_seconds in rows:
            latest = datetime.fromtimestamp(latest_seconds, UTC)
            entries[article_id] = StoryEntry(story, latest)
        return entries

    def on_hold(self) -> dict[str, str]:
        """Return article id -> path of its file, for the articles that are on hold: they are
        published when the operator releases them. The article that was added last comes first."""
        paths: dict[str, str] = {}
        for article_id, path, data in self._db.rows(UNSHOWN):
            if codec.unpack(Article, data).hold:
                paths[article_id] = path
        return paths

    def withdrawn(self) -> list[Withdrawn]:
        """Return all withdrawals of articles, the oldest withdrawal first."""
        withdrawal_rows = self._db.rows(_SELECT_WITHDRAWN)
        aliases_by_id: dict[str, list[str]] = {}
        for alias, article_id in self._db.rows(_SELECT_WITHDRAWN_ALIASES):
            aliases_by_id.setdefault(article_id, []).append(alias)
        withdrawals: list[Withdrawn] = []
        for article_id, time, feeds_json, url in withdrawal_rows:
            feed_keys = [FeedKey(*key) for key in json.loads(feeds_json)]
            withdrawal = Withdrawn(
                id=article_id,
                at=codec.from_micros(time),
                feeds=tuple(feed_keys),
                url=url,
                aliases=tuple(aliases_by_id.get(article_id, ())),
            )
            withdrawals.append(withdrawal)
        return withdrawals

    def pruned(self) -> set[str]:
        """Return the ids of pruned articles, which were deleted for good and are not read again."""
        rows = self._db.rows(select(schema.pruned.c.id).distinct())
        return {article_id for (article_id,) in rows}

    def mark_stale(self, keys: Iterable[FeedKey]) -> None:
        """Mark feeds as stale, so that the next build publishes them again. A feed that is not
        stored yet is created, with its slug as its name."""
        with self._db.write() as connection:
            touch_feeds(connection, {key: key.slug for key in keys}, {}, {})

    def targets(self, owners: Collection[FeedKey]) -> dict[str, str]:
        """Return the published targets that belong to the feeds `owners`. A target is the name of a
        group of files that are made together, such as the formats of a feed. Return target ->
        fingerprint of the data from which its files were made, "" if the files are out of date."""
        owner_columns = tuple_(_file.axis, _file.slug)
        targets: dict[str, str] = {}
        for part in chunks(sorted(owners)):
            is_owned = owner_columns.in_([tuple(owner) for owner in part])
            targets |= dict(self._db.rows(_SELECT_TARGETS.where(is_owned)))
        return targets

    def files(self, targets: Collection[str]) -> dict[str, PublishedFile]:
        """Return file name -> published file, for the files of these targets. A target is the name
        of a group of files that are made together, such as the formats of a feed."""
        files: dict[str, PublishedFile] = {}
        for part in chunks(sorted(targets)):
            for row in self._db.rows(_SELECT_FILES, {"ids": part}):
                files[row.name] = _make_published_file(row)
        return files

    def archived(self, axes: Collection[str]) -> set[FeedKey]:
        """Return the feeds of these axes that have published archive documents."""
        return {
            FeedKey(*row) for row in self._db.rows(_SELECT_ARCHIVED_FEEDS, {"axes": list(axes)})
        }

    def list_outdated_owners(self) -> set[FeedKey]:
        """Return the feeds that own a published file that is out of date."""
        return {FeedKey(*row) for row in self._db.rows(_SELECT_OUTDATED_OWNERS)}

    def has_files(self) -> bool:
        """Return False if the table of files is empty, as in a new database."""
        return bool(self._db.rows(select(_file.name).limit(1)))

    def record_progress(self, progress: Progress) -> None:
        """Store the progress of a build in one transaction: the files that it wrote, the files that
        it deleted and the feeds that it published. Also delete the stale marks of the feeds that it
        has built, and update the numbers of articles and the daily sums of these feeds."""
        keys = sorted(progress.published)
        published_values = [
            {"a": key.axis, "s": key.slug, "is_published": progress.published[key]} for key in keys
        ]
        with self._db.write() as connection:
            _save_files(connection, progress)
            _add_feeds(connection, [key for key in keys if key.axis])  # others are no feeds
            _apply_marks(connection, progress.marks)
            if published_values:
                connection.execute(_SET_PUBLISHED, published_values)

    def mark_files_outdated(self, owners: Iterable[FeedKey]) -> None:
        """Mark all files of `owners` as out of date, so that the next build makes them again. An
        owner is a feed, or a group of other pages if its key has no axis. Feeds also become stale.
        """
        keys = set(owners)
        with self._db.write() as connection:
            for key in keys:
                is_owner = (_file.axis == key.axis) & (_file.slug == key.slug)
                connection.execute(update(schema.files).where(is_owner).values(made_of=_OUTDATED))
            mark_stale(connection, {key: () for key in keys if key.axis})

    def record_invalid(self, key: FeedKey, reason: str) -> None:
        """Record that the new files of a feed failed validation and were not published. `reason` is
        a line for the operator. The feed is stale afterwards, so that the next build tries again.
        """
        set_reason = update(schema.feeds).where(_is_feed(key)).values(held=reason)
        is_of_feed = (_marks.axis == key.axis) & (_marks.slug == key.slug)
        first_mark = select(_marks.n).where(is_of_feed).limit(1)
        with self._db.write() as connection:
            _add_feeds(connection, [key])
            connection.execute(set_reason)
            if connection.execute(first_mark).first() is None:
                mark_stale(connection, {key: ()})

    def newest_mark(self) -> int:
        """Return the number of the newest stale mark, 0 if there is no mark. New marks get higher
        numbers."""
        return int(self._db.scalar(_SELECT_NEWEST_MARK))

    def builds(self) -> dict[FeedKey, Built]:
        """Return feed -> its last build that `record_builds` stored. The time of a build is in
        seconds since 1970."""
        builds: dict[FeedKey, Built] = {}
        for row in self._db.rows(_SELECT_BUILDS):
            seconds = row.built_at / _MICROSECONDS
            build = Built(at=seconds, entries=row.shown, articles=row.built_count)
            builds[FeedKey(row.axis, row.slug)] = build
        return builds

    def record_builds(self, built: Mapping[FeedKey, tuple[int, int]], at: datetime) -> None:
        """Record that feeds were built at the time `at`, for all machines that use this database.
        `built`: feed -> (number of entries in its file, number of its articles)."""
        if not built:
            return
        values: list[dict[str, Any]] = []
        for key, (entries, articles) in sorted(built.items()):
            feed = {"a": key.axis, "s": key.slug}
            counts = {"entries": entries, "articles": articles}
            values.append({**feed, **counts, "at": codec.to_micros(at)})
        with self._db.write() as connection:
            connection.execute(_NOTE_BUILD, values)

    def has_unbuilt(self, axis: str) -> bool:
        """Return True if an axis has a stale feed that was never published. This is quick, because
        only the stale marks and their feeds are read."""
        return bool(self._db.rows(_SELECT_UNBUILT, {"axis": axis}))

    def _set_original(self, article_id: str, original_id: str | None) -> None:
        """Mark an article as a copy of the article `original_id`, or as no copy if `original_id` is
        None; then update the feeds that show it. Raises StoreError if the article is not in the
        database."""
        with self._db.write() as connection:
            row = connection.execute(_SELECT_ROW, {"id": article_id}).first()
            if row is None:
                raise StoreError(
                    f"the database has no article {article_id};"
                    " run `syndicator reindex` to read the files again"
                )
            set_original = update(schema.articles).values(merged_into=original_id)
            connection.execute(set_original.where(_a.id == article_id))
            article = replace(codec.unpack(Article, row.data), merged_into=original_id or "")
            stamp = FileStamp(path=row.path, mtime_ns=row.mtime_ns, size=row.size)
            rows.save_articles(connection, [ArticleRecord(article=article, stamp=stamp)])

    def _select_by_id(self, statement: Any, ids: Sequence[str]) -> dict[str, Any]:
        """Run the query `statement` for all `ids`, a few hundred at a time. The query must have a
        parameter `ids`, and select an id and one other column. Return id -> value of that column.
        """
        values: dict[str, Any] = {}
        for part in chunks(ids):
            values |= dict(self._db.rows(statement, {"ids": list(part)}))
        return values


def _add_feeds(connection: Connection, keys: Sequence[FeedKey]) -> None:
    """Create the feeds that are not stored yet, with their slugs as their names."""
    insert_new(connection, schema.feeds, [make_feed_row(key, key.slug) for key in keys])


def _save_files(connection: Connection, progress: Progress) -> None:
    """Store the files that a build wrote, and delete the rows of those that it deleted."""
    for part in chunks(sorted(progress.gone)):
        connection.execute(delete(schema.files).where(_file.name.in_(part)))
    file_rows: list[dict[str, Any]] = []
    for file in progress.files:
        row = {
            **file.owner._asdict(),
            "name": file.name,
            "target": file.target,
            "made_of": file.made_of,
            "sha256": file.sha256,
        }
        file_rows.append(row)
    upsert(connection, schema.files, file_rows)


def _apply_marks(connection: Connection, numbers: Sequence[int]) -> None:
    """Delete the stale marks with these numbers, and update the numbers of articles and the daily
    sums of their feeds. A mark is a row for a feed that has changed: it has the change of its
    number of articles, and the times of the article that was added or removed."""
    count_changes = Counter[FeedKey]()
    changed_times = defaultdict[FeedKey, set[tuple[int, int]]](set)
    for part in chunks(numbers):
        for row in connection.execute(_DELETE_MARKS, {"these": part}):
            key = FeedKey(row.axis, row.slug)
            count_changes[key] += row.more
            if row.added is not None:
                changed_times[key].add((row.added, row.shown))

    if count_changes:
        values = [
            {"a": key.axis, "s": key.slug, "more": change} for key, change in count_changes.items()
        ]
        connection.execute(_ADD_TO_COUNT, values)

    for keys in chunks(sorted(count_changes)):
        query = _SELECT_COUNTS.where(_is_one_of(keys))
        for axis, slug, count, has_sums in connection.execute(query).all():
            key = FeedKey(axis, slug)
            if has_sums:
                sums.update_sums(connection, key, changed_times[key])
            else:  # so far it was too small for sums
                sums.create_sums(connection, key, count)


def _is_feed(key: FeedKey) -> Any:
    """Return the SQL condition that a row of the table `feeds` belongs to the feed `key`."""
    return (_f.axis == key.axis) & (_f.slug == key.slug)


def _is_one_of(keys: Iterable[FeedKey]) -> Any:
    """Return the SQL condition that a row of the table `feeds` belongs to one of these feeds."""
    return _FEED.in_([tuple(key) for key in keys])


@cache
def _count_days(day: str) -> int:
    """Return the number of days from 1970 to a day such as 2026-11-26."""
    return (date.fromisoformat(day) - _EPOCH).days


def _make_feed(row: Any) -> FeedRow:
    """Return the feed that is in a row of the query _SELECT_FEEDS or _SELECT_PLAIN_FEEDS. Its
    number of articles is the column `count`, which is as of the last build, plus `more`, the change
    since then."""
    latest_added = None
    if row.added not in (None, codec.NEVER):
        latest_added = codec.from_micros(row.added)
    moved_to = None
    if row.moved_axis:
        moved_to = FeedKey(row.moved_axis, row.moved_slug)
    return FeedRow(
        key=FeedKey(row.axis, row.slug),
        name=row.name,
        first_slug=row.first_slug,
        count=row[_COUNT_INDEX] + row.more,
        latest_title=row.title or "",
        latest_added=latest_added,
        mark=row.mark,
        held=row.held,
        dropped=row.dropped,
        wanted=row.wanted,
        moved_to=moved_to,
        published=row.published,
    )


def _make_published_file(row: Any) -> PublishedFile:
    """Return the file of a row of the table `files`."""
    return PublishedFile(
        name=row.name,
        owner=FeedKey(row.axis, row.slug),
        target=row.target,
        made_of=row.made_of,
        sha256=row.sha256,
    )
