"""Rows of articles. Functions run in the caller's transaction; `Database.write` translates driver errors."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, literal, null, or_, select, union_all, update

from syndicator.articles.fields import aliases_of, named_feeds_of
from syndicator.core import text, urls
from syndicator.core.axes import AXES, SOURCE, STORIES, TAG
from syndicator.core.model import Article, FeedKey
from syndicator.core.ports import FileStamp
from syndicator.store import codec, schema
from syndicator.store.database import chunks, drive, insert, insert_new, upsert
from syndicator.store.postgres import alone
from syndicator.stories.grouping import Published, leading
from syndicator.stories.sketch import keys, place, unpack

_NOT_KEPT = frozenset(("body",))  # it is in the file
AT_ONCE = 0  # when a picture is due that nobody has asked for yet


def article_row(article: Article, stamp: FileStamp, merged_into: str | None) -> dict[str, Any]:
    """The row of `articles`; `merged_into` is the id of the article that stands for it, None when it is no copy."""
    return {
        "id": article.id,
        "path": stamp.path,
        "mtime_ns": stamp.mtime_ns,
        "size": stamp.size,
        "added": codec.micros_or(article.added),
        "published": codec.micros_or(article.published),
        "title": article.title,
        "merged_into": merged_into,
        "data": codec.pack(article, _NOT_KEPT),
    }


def member_rows(article: Article, keys: Iterable[FeedKey]) -> list[dict[str, Any]]:
    """The rows of `members`."""
    added, published = times(article)
    return [
        {"id": article.id, "axis": key.axis, "slug": key.slug, "added": added, "published": published} for key in keys
    ]


def feed_row(key: FeedKey, name: str, count: int = 0) -> dict[str, Any]:
    """The row of a new feed: its address is made of its first slug for good."""
    return {
        "axis": key.axis,
        "slug": key.slug,
        "name": name,
        "first_slug": key.slug,
        "count": count,
        "held": None,
        "dropped": False,
        "moved_axis": None,
        "moved_slug": None,
    }


def alias_keys(article: Article) -> list[str]:
    """The keys of `aliases` that find `article`."""
    return list(dict.fromkeys(map(codec.key, aliases_of(article))))


def shown_in(article: Article, merged_into: str | None, withdrawn: bool, carriers: Iterable[str]) -> dict[FeedKey, str]:
    """The feeds that show `article` now, with their names: none once withdrawn and while on hold, as a copy or unlisted
    only those of its sources, which are its own and its `carriers`."""
    if withdrawn or article.hold:
        return {}
    named = {FeedKey(SOURCE, source): source for source in carriers} | named_feeds_of(article)
    aside = merged_into is not None or article.unlisted
    return {key: name for key, name in named.items() if not aside or AXES[key.axis].copies}


def follow(moves: Mapping[FeedKey, FeedKey], shown: Mapping[FeedKey, str]) -> dict[FeedKey, str]:
    """`shown` with each feed that moved replaced by the one that carries on for it. Pure."""
    found: dict[FeedKey, str] = {}
    for key, name in shown.items():
        seen = {key}
        while key in moves and moves[key] not in seen:
            key = moves[key]
            seen.add(key)
        found[key] = shown.get(key, name)
    return found


def moved(found: Iterable[Any]) -> dict[FeedKey, FeedKey]:
    """What MOVES found: feed -> where it moved."""
    return {FeedKey(axis, slug): FeedKey(to_axis, to_slug) for axis, slug, to_axis, to_slug in found}


_f = schema.feeds.c
MOVES = select(_f.axis, _f.slug, _f.moved_axis, _f.moved_slug).where(_f.moved_axis.is_not(None))
_ID: Any = bindparam("id")
_a = schema.articles.c
_NOTHING = null()
_INTO = select(_a.merged_into).where(_a.id == _ID).scalar_subquery()
# All that writing an article depends on, by kind, in one query.
_KNOWN = union_all(
    select(literal("article"), _a.id, _a.merged_into, _a.data, _a.behind).where(_a.id == _ID),
    select(literal("original"), _a.id, _NOTHING, _a.data, _NOTHING).where(
        or_(_a.id == bindparam("into"), _a.id == _INTO)
    ),
    select(literal("copy"), _a.id, _NOTHING, _a.data, _NOTHING).where(_a.merged_into == _ID),
    select(literal("withdrawn"), schema.withdrawn.c.id, _NOTHING, _NOTHING, _NOTHING).where(
        schema.withdrawn.c.id == _ID
    ),
    select(literal("carrier"), schema.carriers.c.source, _NOTHING, _NOTHING, _NOTHING).where(
        schema.carriers.c.id == _ID
    ),
    select(literal("member"), schema.members.c.axis, schema.members.c.slug, _NOTHING, _NOTHING).where(
        schema.members.c.id == _ID
    ),
    select(literal("moved"), _f.axis, _f.slug, _f.moved_axis, _f.moved_slug).where(_f.moved_axis.is_not(None)),
)
_ORIGINAL = schema.articles.alias("original")
MERGED = select(_a.id, _a.merged_into).where(_a.merged_into == _ORIGINAL.c.id)
_TIMES = select(schema.articles.c.id, schema.articles.c.added, schema.articles.c.published).where(
    schema.articles.c.id.in_(bindparam("ids", expanding=True))
)
FOUND_AXES: Final = tuple(  # whose members builds find
    name for name, axis in AXES.items() if axis.members is None and name != STORIES.axis
)
_ASKED = select(schema.members.c.id, schema.members.c.axis, schema.members.c.slug).where(
    schema.members.c.id.in_(bindparam("ids", expanding=True)), schema.members.c.axis.in_(FOUND_AXES)
)


@dataclass(slots=True)
class Known:
    """What the database has of one article and of the feeds that moved."""

    old: Article | None = None
    merged_into: str | None = None
    behind: str | None = None  # the article that stands for its story
    withdrawn: bool = False
    originals: dict[str, Article] = field(default_factory=dict)  # that it is, or is to be, merged into
    copies: list[Article] = field(default_factory=list)
    carriers: list[str] = field(default_factory=list)
    members: set[FeedKey] = field(default_factory=set)
    moves: dict[FeedKey, FeedKey] = field(default_factory=dict)

    def shown(self, article: Article, into: str | None) -> dict[FeedKey, str]:
        """The feeds that show `article`, a copy of `into`. It stands for itself if that is missing or on hold."""
        original = self.originals.get(into or "")
        stands = into if original is not None and not original.hold else None
        named = shown_in(article, stands or self.behind, self.withdrawn, sorted(self.carriers))
        return follow(self.moves, named)


def look(connection: Connection, id: str, into: str = "") -> Known:
    """All that writing article `id` depends on, by one query. `into`: the article that it is to be merged into."""
    known = Known()
    for kind, one, other, data, last in connection.execute(_KNOWN, {"id": id, "into": into}).all():
        match kind:
            case "article":
                known.old, known.merged_into, known.behind = codec.unpack(Article, data), other, last
            case "original":
                known.originals[one] = codec.unpack(Article, data)
            case "copy":
                known.copies.append(codec.unpack(Article, data))
            case "withdrawn":
                known.withdrawn = True
            case "carrier":
                known.carriers.append(one)
            case "member":
                known.members.add(FeedKey(one, other))
            case _:
                known.moves[FeedKey(one, other)] = FeedKey(data, last)
    return known


def save(
    connection: Connection,
    article: Article,
    stamp: FileStamp,
    *,
    keep_html: bool = False,
    score: float | None = None,
    parted: bool = False,
) -> None:
    """Write the row of `article`, its memberships and stale marks. Drops HTML unless `keep_html`. `score`: of the
    category, None keeps it; `parted`: no copy any more."""
    alone(connection, article.id)
    known = look(connection, article.id, article.merged_into)
    into = article.merged_into or (None if parted else known.merged_into)
    scored = {} if score is None else {"score": round(1000 * score)}
    upsert(connection, schema.articles, [article_row(article, stamp, into) | scored])
    if known.old is not None and not keep_html:
        drive(connection, "DELETE FROM html WHERE id = ?", (article.id,))
    show(connection, article, known.shown(article, into), known.members, known.old)
    want(connection, wanted(article))
    follow_picture(connection, article, known.old)
    if known.old is None or known.old.hold != article.hold:
        _show_copies(connection, known.copies, article.id)


def wanted(article: Article) -> set[FeedKey]:
    """The feeds that exist for the sake of this article alone: those of the tags in a file that a hand wrote."""
    return set() if article.digest or article.hold else {FeedKey(TAG, text.slug(tag)) for tag in article.tags}


def want(connection: Connection, keys: Collection[FeedKey]) -> None:
    """Remembers that these feeds are to be published however few articles they have."""
    for key in keys:
        drive(connection, "UPDATE feeds SET wanted = ? WHERE axis = ? AND slug = ?", (True, *key))


def _show_copies(connection: Connection, copies: Iterable[Article], original: str) -> None:
    for copy in copies:
        known = look(connection, copy.id, original)
        show(connection, copy, known.shown(copy, original), known.members)


def carry(connection: Connection, id: str, source: str, name: str = "") -> None:
    """Makes `source` a carrier of article `id`, and the article a member of its feed, which alone becomes stale. `name`
    is that feed's where it has none yet. Of an article that is gone, on hold or withdrawn it is only remembered."""
    alone(connection, id)
    insert_new(connection, schema.carriers, [{"id": id, "source": source}])
    known = look(connection, id)
    (key,) = follow(known.moves, {FeedKey(SOURCE, source): name})
    if known.old is None or known.old.hold or known.withdrawn or key in known.members:
        return
    insert(connection, schema.members, member_rows(known.old, [key]))
    touch(connection, {key: (name or source, 1)}, {key: [times(known.old)]})
    if name:
        rename = "UPDATE feeds SET name = ? WHERE axis = ? AND slug = ? AND name = slug"
        drive(connection, rename, (name, SOURCE, source))


def show(
    connection: Connection,
    article: Article,
    shown: Mapping[FeedKey, str],
    before: Collection[FeedKey],
    old: Article | None = None,
) -> None:
    """Move `article` from the feeds `before`, as it was `old`, to the feeds `shown`; all become stale, notes about it
    are deleted. Those of its story that name it become stale, too."""
    _move(connection, article, shown, before, old)
    tell(connection, connection.scalars(select(_story.story).where(_story.article == article.id)).all())


def _changed(
    connection: Connection, article: Article, keys: Collection[FeedKey], old: Article | None = None
) -> dict[FeedKey, set[Times]]:
    """For each feed the times of `article` in it, before it leaves: a story is added when its second report comes."""
    changed = {key: {times(article), times(old or article)} for key in keys}
    if STORIES in changed:
        query = "SELECT added, published FROM members WHERE id = ? AND axis = ? AND slug = ?"
        changed[STORIES] = {(added, published) for added, published in drive(connection, query, (article.id, *STORIES))}
    return changed


def _move(
    connection: Connection,
    article: Article,
    shown: Mapping[FeedKey, str],
    before: Collection[FeedKey],
    old: Article | None = None,
) -> None:
    names = {key: shown.get(key, key.slug) for key in {*shown, *before}}
    changed = _changed(connection, article, names, old)
    if before:
        for table in ("members", "fragments"):
            drive(connection, f"DELETE FROM {table} WHERE id = ?", (article.id,))
    insert(connection, schema.members, member_rows(article, shown))
    touch(connection, {key: (name, (key in shown) - (key in before)) for key, name in names.items()}, changed)


def show_again(connection: Connection, feed: FeedKey) -> None:
    """Show the members of a feed where they belong now: the feed moved, or another one to it."""
    members = select(schema.members.c.id).where(schema.members.c.axis == feed.axis, schema.members.c.slug == feed.slug)
    for id in connection.scalars(members).all():
        known = look(connection, id)
        if known.old is not None:
            shown = known.shown(known.old, known.merged_into)
            show(connection, known.old, shown, known.members)


Times = tuple[int, int]  # when an article was added and published


def times(article: Article) -> Times:
    """As `members` has them."""
    return codec.micros_or(article.added), codec.micros_or(article.published)


def touch(
    connection: Connection, feeds: dict[FeedKey, tuple[str, int]], changed: Mapping[FeedKey, Collection[Times]]
) -> None:
    """Marks feeds stale and changes their counts; feed -> (its name if it is new, how many articles more). `changed`:
    the times of their articles that came, went or changed."""
    insert_new(connection, schema.feeds, [feed_row(key, name) for key, (name, _) in sorted(feeds.items())])
    mark(connection, {key: changed.get(key, ()) for key in feeds}, {key: more for key, (_, more) in feeds.items()})


def mark(
    connection: Connection, changed: Mapping[FeedKey, Collection[Times]], more: Mapping[FeedKey, int] | None = None
) -> None:
    """Mark feeds that have rows stale, with numbers that no mark had before; `more`: how many articles joined each."""
    made = []
    for key in sorted(changed):
        count = (more or {}).get(key, 0)
        times_of: list[Any] = sorted(changed[key]) or [(None, None)]
        for added, published in times_of:
            values = {"axis": key.axis, "slug": key.slug, "more": count, "added": added, "published": published}
            made.append(values)
            count = 0
    insert(connection, schema.stale_marks, made)


def set_found(connection: Connection, found: Mapping[str, Mapping[FeedKey, str]]) -> None:
    """Set the found feeds (queries and others) by article id, with names; changed feeds become stale."""
    ids = list(found)
    known = {row.id: row for row in connection.execute(_TIMES, {"ids": ids})}
    before = {(id, FeedKey(axis, slug)) for id, axis, slug in connection.execute(_ASKED, {"ids": ids})}
    after = {(id, key) for id, keys in found.items() for key in keys if id in known}
    for id, key in before - after:
        drive(connection, "DELETE FROM members WHERE id = ? AND axis = ? AND slug = ?", (id, *key))
    joined = [
        {"id": id, "axis": key.axis, "slug": key.slug, "added": known[id].added, "published": known[id].published}
        for id, key in sorted(after - before)
    ]
    insert(connection, schema.members, joined)
    more = Counter(key for _, key in after - before)
    more.subtract(key for _, key in before - after)
    names = {key: name for keys in found.values() for key, name in keys.items()}
    changed: dict[FeedKey, set[Times]] = {}
    for id, key in after ^ before:
        changed.setdefault(key, set()).add((known[id].added, known[id].published))
    touch(connection, {key: (names.get(key, key.slug), count) for key, count in more.items()}, changed)


def follow_picture(connection: Connection, article: Article, before: Article | None) -> None:
    """Queue the picture of an article if it, or its rules, differ from `before`; show none until then."""
    if before is not None and _of_picture(before) == _of_picture(article):
        return
    if article.cover:
        upsert(connection, schema.pictures, [waiting_picture(article)])
    elif before is not None:
        drive(connection, "DELETE FROM pictures WHERE id = ?", (article.id,))


def _of_picture(article: Article) -> tuple[object, ...]:
    return article.cover, article.robots, article.rights


def waiting_picture(article: Article) -> dict[str, Any]:
    """The row of an article whose picture is to be fetched."""
    return {
        "id": article.id,
        "url": article.cover or "",
        "added": codec.micros_or(article.added),
        "next_try": AT_ONCE,
        "name": "",
        "width": 0,
        "height": 0,
        "tries": 0,
        "reason": "",
        "detail": "",
    }


def renew_pictures(connection: Connection, made: Collection[dict[str, Any]]) -> None:
    """Makes the rows those of `made` (`waiting_picture`, one an article); what is known of the same picture stays."""
    known = {row.id: row.url for row in connection.execute(select(schema.pictures.c.id, schema.pictures.c.url))}
    wanted = {row["id"]: row for row in made}
    stale = [id for id, url in known.items() if id not in wanted or wanted[id]["url"] != url]
    for part in chunks(stale):
        connection.execute(delete(schema.pictures).where(schema.pictures.c.id.in_(part)))
    insert_new(connection, schema.pictures, list(wanted.values()))


def erase(connection: Connection, id: str, stale: Iterable[FeedKey] = ()) -> list[FeedKey]:
    """Removes the row of article `id` and all that refers to it; its feeds and `stale` become stale. Returns the feeds
    that showed it. Copies of it stand for themselves from now on."""
    alone(connection, id)
    known = look(connection, id)
    before = sorted(known.members)
    changed = _changed(connection, known.old, before) if known.old else {}
    for table in (
        schema.members,
        schema.fragments,
        schema.html,
        schema.aliases,
        schema.sketches,
        schema.pictures,
        schema.llm_asked,
        schema.llm_answers,
        schema.articles,
    ):
        connection.execute(delete(table).where(table.c.id == id))
    connection.execute(delete(schema.messages).where(schema.messages.c.subject == id))  # they hold its text
    drop_sketches(connection, [id])
    stories = connection.scalars(select(_story.story).where(_story.article == id)).all()
    # what an operator said of it stays, in case that it comes back
    connection.execute(delete(schema.story_members).where(_story.article == id, ~_story.final))
    tell(connection, stories)
    touch(connection, {key: (key.slug, -(key in before)) for key in {*before, *stale}}, changed)
    _show_copies(connection, known.copies, id)
    return before


_story = schema.story_members.c
_MEMBERS = select(_a.id, _a.added, _a.size, _a.merged_into, _a.data, _a.told, _a.behind)
_REPORTS = _MEMBERS.add_columns(_story.outlet).join_from(schema.articles, schema.story_members, _story.article == _a.id)
_OF_STORIES_FEED = (schema.members.c.axis == STORIES.axis, schema.members.c.slug == STORIES.slug)
HOW_SHOWN: Final = "stories shown"  # the note with the setting that stories are shown by
_ROUGHLY: Final = 500  # characters
STORY_PAGES: Final = FeedKey("", "stories")  # the key of their files


def tell(connection: Connection, stories: Iterable[str]) -> None:
    """Publish stories as they are now: mark the feeds of articles stale whose story shows other reports than before,
    and choose the article that leads each story."""
    for story in sorted(stories):
        reports = connection.execute(_REPORTS.where(_story.story == story).order_by(_a.id)).all()
        _tell(connection, reports)
        state = hashlib.blake2b(repr([tuple(row) for row in reports]).encode(), digest_size=16).hexdigest()
        upsert(connection, schema.products, [{**STORY_PAGES._asdict(), "name": story, "made_of": state}])


def tell_alone(connection: Connection, ids: Sequence[str]) -> None:
    """The same for articles that are in no story any more."""
    for part in chunks(sorted(ids)):
        _tell(connection, connection.execute(_MEMBERS.where(_a.id.in_(part))).all(), alone=True)


def _tell(connection: Connection, found: Sequence[Any], *, alone: bool = False) -> None:
    reports = [] if alone else [report for row in found if (report := _published(row))]
    lead, second = leading(reports)
    shown = {report.id for report in reports} if lead else set()
    named = repr([(report.id, report.outlet, report.shown) for report in reports])
    digest = int.from_bytes(hashlib.blake2b(named.encode(), digest_size=5).digest(), "big") + 1
    how = schema.notes.c.value
    merge = connection.scalar(select(how.contains("merge")).where(schema.notes.c.key == codec.key(HOW_SHOWN)))
    for row in found:
        told = digest if row.id in shown else 0
        behind = lead if told and merge and row.id != lead else None
        if (told, behind) != (row.told, row.behind):
            connection.execute(update(schema.articles).where(_a.id == row.id).values(told=told, behind=behind))
            known = look(connection, row.id)
            if behind != row.behind and known.old:
                _move(connection, known.old, known.shown(known.old, known.merged_into), known.members)
            elif known.old:
                mark(connection, _changed(connection, known.old, known.members))
    _set_lead(connection, [row.id for row in found], {(lead, second)} if lead else set())


def _published(row: Any) -> Published | None:
    """The report as others name it, None if it is not published by itself."""
    article = codec.unpack(Article, row.data)
    if article.hold or article.unlisted or row.merged_into:
        return None
    sites = map(urls.publisher, filter(None, (article.origin.url, article.origin.site)))
    size = (row.size - len(row.data)) // _ROUGHLY  # of the text: its file names copies, which neighbours make
    return Published(row.id, row.outlet, row.outlet in sites, row.added, size, (article.url, article.origin.title))


def _set_lead(connection: Connection, ids: Sequence[str], after: Collection[tuple[str, int]]) -> None:
    """Make those of `after` the only ones of these articles in the feed of stories, each as added at a moment."""
    members = schema.members.c
    query = select(members.id, members.added).where(*_OF_STORIES_FEED, members.id.in_(ids))
    before = {(row.id, row.added) for row in connection.execute(query)}
    if before != after:
        connection.execute(delete(schema.members).where(*_OF_STORIES_FEED, members.id.in_(ids)))
        joined = [{"id": id, **STORIES._asdict(), "added": at, "published": at} for id, at in after]
        insert(connection, schema.members, joined)
        changed = {(at, at) for _, at in before | set(after)}
        touch(connection, {STORIES: ("Stories", len(after) - len(before))}, {STORIES: changed})
    elif after:
        mark(connection, {STORIES: [(at, at) for _, at in after]})


_STORY_SKETCH = schema.story_sketches.c


def drop_sketches(connection: Connection, ids: Sequence[str]) -> None:
    """Delete what these articles are grouped into stories by."""
    row = select(_STORY_SKETCH.article, _STORY_SKETCH.outlet, _STORY_SKETCH.at, _STORY_SKETCH.data)
    for part in chunks(ids):
        for known in connection.execute(row.where(_STORY_SKETCH.article.in_(part))).all():
            for one in story_keys(*known):
                values = one["key"], one["place"], one["article"]
                drive(connection, "DELETE FROM story_keys WHERE key = ? AND place = ? AND article = ?", values)
        connection.execute(delete(schema.story_sketches).where(_STORY_SKETCH.article.in_(part)))


def story_keys(article: str, outlet: str, at: int | None, data: bytes | None) -> Iterator[dict[str, Any]]:
    """The rows by which an article is found; `data` is its packed sketch."""
    for key in keys(unpack(data)) if data else ():
        yield {"key": key, "place": place(article, outlet), "at": at, "article": article}
