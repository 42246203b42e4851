"""Write the rows of an article: its feeds, aliases, stories and picture; mark feeds stale.
In the caller's transaction; `Database.write` translates driver errors."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, select, update

from syndicator.articles.fields import aliases_of, named_feeds_of
from syndicator.core import text
from syndicator.core.axes import AXES, SOURCE, STORIES, TAG
from syndicator.core.model import Article, FeedKey
from syndicator.core.ports import ArticleRecord, FileStamp
from syndicator.sketches.events import keys, place, unpack
from syndicator.store import codec, schema
from syndicator.store.database import chunks, drive, insert, insert_new, marks, upsert
from syndicator.store.postgres import alone
from syndicator.store.texts import tokens

_NOT_KEPT = frozenset(("body",))  # only in the file
AT_ONCE = 0  # `next_try` of a picture that is due now
# All rows that writing articles depends on, by kind and article.
_KNOWN = """SELECT 'article', id, merged_into, data, behind FROM articles WHERE id IN ({ids})
UNION ALL SELECT 'copy', merged_into, NULL, data, NULL FROM articles WHERE merged_into IN ({ids})
UNION ALL SELECT 'withdrawn', id, NULL, NULL, NULL FROM withdrawn WHERE id IN ({ids})
UNION ALL SELECT 'carrier', id, source, NULL, NULL FROM carriers WHERE id IN ({ids})
UNION ALL SELECT 'member', id, axis, slug, NULL FROM members WHERE id IN ({ids})
UNION ALL SELECT 'original', id, NULL, data, NULL FROM articles
WHERE id IN (SELECT merged_into FROM articles WHERE id IN ({ids})) OR id IN ({into})
UNION ALL SELECT 'moved', axis, slug, moved_axis, moved_slug FROM feeds WHERE moved_axis IS NOT NULL"""  # noqa: E501
# articles in one query, each seven of the values that SQLite before 3.32 takes
_LOOKED_AT: Final = 100
_ORIGINAL = schema.articles.alias("original")
# Axes whose members builds find.
FOUND_AXES: Final = tuple(
    name for name, axis in AXES.items() if axis.members is None and name != STORIES.axis
)
_BY_ID = (
    "members",
    "fragments",
    "html",
    "aliases",
    "sketches",
    "pictures",
    "llm_asked",
    "llm_answers",
    "texts",
    "texts_due",
    "articles",
)
_MARKED: Final = (
    "INSERT INTO stale_marks (axis, slug, more, added, published) SELECT axis, slug, 0, added,"
    " published"
)
# key of a note: `tell` has been called for all stories of this database
TOLD: Final = "stories shown"
# key of the note with the stamp of the folded.tsv whose lines the database has
FOLDS_READ: Final = "folded read"


def article_row(article: Article, stamp: FileStamp, merged_into: str | None) -> dict[str, Any]:
    """Return the row of `articles`. `merged_into`: the id of its original."""
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
    added, published = times(article)
    return [
        {"id": article.id, **key._asdict(), "added": added, "published": published} for key in keys
    ]


def feed_row(key: FeedKey, name: str) -> dict[str, Any]:
    """Return the row of a new feed. Its first slug never changes: the feed's id is made from it."""
    return {**key._asdict(), "name": name, "first_slug": key.slug, "count": 0, "dropped": False}


def alias_keys(article: Article) -> list[str]:
    """Return the keys of `aliases` that find `article`."""
    return list(dict.fromkeys(map(codec.key, aliases_of(article))))


def shown_in(
    article: Article, merged_into: str | None, withdrawn: bool, carriers: Iterable[str]
) -> dict[FeedKey, str]:
    """Return feed -> name of the feeds that show `article`: none if it is withdrawn or on hold;
    only its own source's and those of `carriers` (source keys) if it is a copy or unlisted."""
    if withdrawn or article.hold:
        return {}
    named = {FeedKey(SOURCE, source): source for source in carriers} | named_feeds_of(article)
    aside = merged_into is not None or article.unlisted
    return {key: name for key, name in named.items() if not aside or AXES[key.axis].copies}


def follow(moves: Mapping[FeedKey, FeedKey], shown: Mapping[FeedKey, str]) -> dict[FeedKey, str]:
    """Replace each moved feed in `shown` (feed -> name) by its target. Pure."""
    targets: dict[FeedKey, str] = {}
    for key, name in shown.items():
        seen = {key}
        while key in moves and moves[key] not in seen:
            key = moves[key]
            seen.add(key)
        targets[key] = shown.get(key, name)
    return targets


def moved(moves: Iterable[Any]) -> dict[FeedKey, FeedKey]:
    """Return the rows of MOVES as feed -> target."""
    return {
        FeedKey(axis, slug): FeedKey(to_axis, to_slug) for axis, slug, to_axis, to_slug in moves
    }


_f = schema.feeds.c
_m = schema.members.c
MOVES = select(_f.axis, _f.slug, _f.moved_axis, _f.moved_slug).where(_f.moved_axis.is_not(None))
_a = schema.articles.c
MERGED = select(_a.id, _a.merged_into).where(_a.merged_into == _ORIGINAL.c.id)
_TIMES = select(_a.id, _a.added, _a.published).where(_a.id.in_(bindparam("ids", expanding=True)))
FOUND_MEMBERS = select(_m.id, _m.axis, _m.slug).where(_m.axis.in_(FOUND_AXES))


@dataclass(slots=True)
class Known:
    """The rows of an article and its copies, and the feeds that moved."""

    old: Article | None = None
    merged_into: str | None = None
    behind: str | None = None  # the article whose entry stands for it (`fold`)
    withdrawn: bool = False
    # articles that it is or will be merged into
    originals: dict[str, Article] = field(default_factory=dict)
    copies: list[Article] = field(default_factory=list)
    carriers: list[str] = field(default_factory=list)
    members: set[FeedKey] = field(default_factory=set)
    moves: dict[FeedKey, FeedKey] = field(default_factory=dict)

    def shown(self, article: Article, into: str | None) -> dict[FeedKey, str]:
        """Return feed -> name of the feeds that show `article`, a copy of `into`. If `into` is
        missing or on hold, `article` is shown as if it were no copy."""
        original = self.originals.get(into or "")
        stands = into if original is not None and not original.hold else None
        named = shown_in(article, stands or self.behind, self.withdrawn, sorted(self.carriers))
        return follow(self.moves, named)


def look(connection: Connection, article_id: str) -> Known:
    """Read all rows needed to write article `id`, in one query."""
    return look_all(connection, {article_id: ""})[article_id]


def look_all(connection: Connection, into: Mapping[str, str]) -> dict[str, Known]:
    """Read all rows needed to write some articles. `into`: article id -> id of the article that it
    will be merged into, or ""."""
    originals = dict[str, Article]()
    moves = dict[FeedKey, FeedKey]()
    rows = {article_id: Known(originals=originals, moves=moves) for article_id in into}
    ids = list(into)
    for part in (ids[start : start + _LOOKED_AT] for start in range(0, len(ids), _LOOKED_AT)):
        targets = [into[article_id] for article_id in part if into[article_id]]
        query = _KNOWN.format(ids=marks(part), into=marks(targets))
        for kind, article_id, other, data, last in drive(
            connection, query, (*part * _KNOWN.count("{ids}"), *targets)
        ):
            match kind:
                case "article":
                    row = rows[article_id]
                    row.old = codec.unpack(Article, data)
                    row.merged_into = other
                    row.behind = last
                case "original":
                    originals[article_id] = codec.unpack(Article, data)
                case "copy":
                    rows[article_id].copies.append(codec.unpack(Article, data))
                case "withdrawn":
                    rows[article_id].withdrawn = True
                case "carrier":
                    rows[article_id].carriers.append(other)
                case "member":
                    rows[article_id].members.add(FeedKey(other, data))
                case _:
                    moves[FeedKey(article_id, other)] = FeedKey(data, last)
    return rows


def save(connection: Connection, records: Sequence[ArticleRecord]) -> None:
    """Write the rows of articles, each at most once, their memberships and stale marks; delete the
    HTML and words of changed bodies."""
    articles = {record.article.id: record.article for record in records}
    for article_id in sorted(articles):
        alone(connection, article_id)
    before = look_all(
        connection, {article_id: article.merged_into for article_id, article in articles.items()}
    )
    moves = list[Move]()
    new = defaultdict[bool, list[dict[str, Any]]](list)
    for record in records:
        article, row = record.article, before[record.article.id]
        into = article.merged_into or (None if record.parted else row.merged_into)
        scored = {} if record.score is None else {"score": round(1000 * record.score)}
        new[bool(scored)].append(article_row(article, record.stamp, into) | scored)
        moves.append((article, row.shown(article, into), row.members, row.old))
    for part in new.values():
        upsert(connection, schema.articles, part)
    changed = [record.article.id for record in records if not record.same_body]
    for table in ("html", "fragments"):
        _delete(
            connection,
            table,
            [article_id for article_id in changed if before[article_id].old is not None],
        )
    tokens.mark_due(connection, sorted(articles))
    show(connection, moves)
    for article_id, article in articles.items():
        want(connection, wanted(article))
        follow_picture(connection, article, old := before[article_id].old)
        if old is None or old.hold != article.hold:
            _show_copies(
                connection,
                [articles.get(copy.id, copy) for copy in before[article_id].copies],
                article_id,
            )


def _delete(connection: Connection, table: str, ids: Sequence[str]) -> None:
    for part in chunks(ids):
        drive(connection, f"DELETE FROM {table} WHERE id IN ({marks(part)})", (*part,))


def wanted(article: Article) -> set[FeedKey]:
    """Return the feeds to publish even with this article alone: those of the tags in a file that an
    operator wrote."""
    return (
        set()
        if article.digest or article.hold
        else {FeedKey(TAG, text.slug(tag)) for tag in article.tags}
    )


def want(connection: Connection, keys: Collection[FeedKey]) -> None:
    """Mark feeds to be published however few articles they have."""
    for key in keys:
        drive(connection, "UPDATE feeds SET wanted = ? WHERE axis = ? AND slug = ?", (True, *key))


def _show_copies(connection: Connection, copies: Sequence[Article], original: str) -> None:
    rows = look_all(connection, {copy.id: original for copy in copies})
    show(
        connection,
        [
            (copy, rows[copy.id].shown(copy, original), rows[copy.id].members, None)
            for copy in copies
        ],
    )


def carry(connection: Connection, article_id: str, source: str, name: str = "") -> None:
    """Add `source` as a carrier of article `id`, and the article to the source's feed, which
    becomes stale. `name`: for a feed without a name. If the article is missing, on hold or
    withdrawn, only the carrier is stored."""
    alone(connection, article_id)
    insert_new(connection, schema.carriers, [{"id": article_id, "source": source}])
    row = look(connection, article_id)
    (key,) = follow(row.moves, {FeedKey(SOURCE, source): name})
    if row.old is None or row.old.hold or row.withdrawn or key in row.members:
        return
    insert(connection, schema.members, member_rows(row.old, [key]))
    touch(connection, {key: (name or source, 1)}, {key: [times(row.old)]})
    if name:
        rename = "UPDATE feeds SET name = ? WHERE axis = ? AND slug = ? AND name = slug"
        drive(connection, rename, (name, SOURCE, source))


Move = tuple[Article, Mapping[FeedKey, str], Collection[FeedKey], Article | None]


def show(connection: Connection, moves: Sequence[Move]) -> None:
    """Move articles between feeds; each move has the article, the feeds that show it (feed ->
    name), those that showed it, and the article before a change. The feeds become stale, as do
    feeds whose articles name it as a report of their story. Its matched queries are forgotten."""
    _move_all(connection, moves)
    ids = [article.id for article, *_ in moves]
    _tell_stories_of(connection, ids)
    fold(connection, folds_of(connection, ids))


def _tell_stories_of(connection: Connection, ids: Sequence[str]) -> None:
    stories = set[str]()
    for part in chunks(ids):
        query = f"SELECT story FROM story_members WHERE article IN ({marks(part)})"
        stories.update(story for (story,) in drive(connection, query, (*part,)))
    tell(connection, stories)


def _changed(
    connection: Connection, article: Article, keys: Collection[FeedKey], old: Article | None = None
) -> dict[FeedKey, set[Times]]:
    """Return feed -> times of `article` in it, old and new. In the feed of stories they are the
    story's."""
    changed = {key: {times(article), times(old or article)} for key in keys}
    if STORIES in changed:
        query = "SELECT added, published FROM members WHERE id = ? AND axis = ? AND slug = ?"
        changed[STORIES] = {
            (added, published)
            for added, published in drive(connection, query, (article.id, *STORIES))
        }
    return changed


def _move(
    connection: Connection,
    article: Article,
    shown: Mapping[FeedKey, str],
    before: Collection[FeedKey],
) -> None:
    _move_all(connection, [(article, shown, before, None)])


def _move_all(connection: Connection, moves: Sequence[Move]) -> None:
    names = dict[FeedKey, str]()
    more = Counter[FeedKey]()
    changed = defaultdict[FeedKey, set[Times]](set)
    for article, shown, before, old in moves:
        names |= {key: shown.get(key, key.slug) for key in {*shown, *before}}
        more.update(list(shown))
        more.subtract(list(before))
        for key, times_of in _changed(connection, article, {*shown, *before}, old).items():
            changed[key] |= times_of
    left = [article.id for article, _, before, _ in moves if before]
    _delete(connection, "members", left)
    for part in chunks(left):  # related articles stay until the text changes
        named = f"id IN ({marks(part)}) AND kind <> 'related'"
        drive(connection, f"DELETE FROM fragments WHERE {named}", (*part,))
    insert(
        connection,
        schema.members,
        [row for article, shown, *_ in moves for row in member_rows(article, shown)],
    )
    touch(connection, {key: (name, more[key]) for key, name in names.items()}, changed)


def show_again(connection: Connection, feed: FeedKey) -> None:
    """Move the members of `feed` to the feeds that show them now, after `feed` moved or another
    moved to it."""
    members = select(_m.id).where(_m.axis == feed.axis, _m.slug == feed.slug)
    for part in chunks(connection.scalars(members).all()):
        rows = look_all(connection, dict.fromkeys(part, "")).values()
        show(
            connection,
            [
                (row.old, row.shown(row.old, row.merged_into), row.members, None)
                for row in rows
                if row.old
            ],
        )


Times = tuple[int, int]  # when an article was added and published


def times(article: Article) -> Times:
    """Return when an article was added and published, in microseconds or NEVER."""
    return codec.micros_or(article.added), codec.micros_or(article.published)


def touch(
    connection: Connection,
    feeds: dict[FeedKey, tuple[str, int]],
    changed: Mapping[FeedKey, Collection[Times]],
) -> None:
    """Mark feeds stale, creating missing ones, and change their counts. `feeds`: feed -> (name if
    it is new, change of its count); `changed`: feed -> times of its new, removed and changed
    articles."""
    insert_new(
        connection, schema.feeds, [feed_row(key, name) for key, (name, _) in sorted(feeds.items())]
    )
    mark(
        connection,
        {key: changed.get(key, ()) for key in feeds},
        {key: more for key, (_, more) in feeds.items()},
    )


def mark(
    connection: Connection,
    changed: Mapping[FeedKey, Collection[Times]],
    more: Mapping[FeedKey, int] | None = None,
) -> None:
    """Mark existing feeds stale with new numbers. `changed`: as in `touch`; `more`: feed -> change
    of its count."""
    new = []
    for key in sorted(changed):
        count = (more or {}).get(key, 0)
        times_of: list[Any] = sorted(changed[key]) or [(None, None)]
        for added, published in times_of:
            new.append({**key._asdict(), "more": count, "added": added, "published": published})
            count = 0
    insert(connection, schema.stale_marks, new)


def set_found(connection: Connection, feeds: Mapping[str, Mapping[FeedKey, str]]) -> None:
    """Set the feeds that builds find (queries and others) for some articles: article id -> {feed:
    name}. Changed feeds become stale."""
    ids = list(feeds)
    times_of = {row.id: row for row in connection.execute(_TIMES, {"ids": ids})}
    before = {
        (article_id, FeedKey(axis, slug))
        for article_id, axis, slug in connection.execute(FOUND_MEMBERS.where(_m.id.in_(ids)))
    }
    after = {
        (article_id, key)
        for article_id, keys in feeds.items()
        for key in keys
        if article_id in times_of
    }
    for article_id, key in before - after:
        drive(
            connection,
            "DELETE FROM members WHERE id = ? AND axis = ? AND slug = ?",
            (article_id, *key),
        )
    joined = [
        {**times_of[article_id]._mapping, **key._asdict()}
        for article_id, key in sorted(after - before)
    ]
    insert(connection, schema.members, joined)
    more = Counter(key for _, key in after - before)
    more.subtract(key for _, key in before - after)
    names = {key: name for keys in feeds.values() for key, name in keys.items()}
    changed: dict[FeedKey, set[Times]] = {}
    for article_id, key in after ^ before:
        changed.setdefault(key, set()).add(
            (times_of[article_id].added, times_of[article_id].published)
        )
    touch(
        connection, {key: (names.get(key, key.slug), count) for key, count in more.items()}, changed
    )


def follow_picture(connection: Connection, article: Article, before: Article | None) -> None:
    """Queue the article's picture, and show none until it is fetched, if its address or rules
    differ from `before`."""
    shown = article.cover, article.robots, article.rights
    if before is not None and shown == (before.cover, before.robots, before.rights):
        return
    if article.cover:
        upsert(connection, schema.pictures, [waiting_picture(article)])
    elif before is not None:
        drive(connection, "DELETE FROM pictures WHERE id = ?", (article.id,))


def waiting_picture(article: Article) -> dict[str, Any]:
    """Return the row of `pictures` for an article whose picture must be fetched."""
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


def renew_pictures(connection: Connection, new: Collection[dict[str, Any]]) -> None:
    """Replace all rows of `pictures` by `new`; rows with the same address stay as they are."""
    urls_of = {
        row.id: row.url
        for row in connection.execute(select(schema.pictures.c.id, schema.pictures.c.url))
    }
    wanted = {row["id"]: row for row in new}
    stale = [
        article_id
        for article_id, url in urls_of.items()
        if article_id not in wanted or wanted[article_id]["url"] != url
    ]
    for part in chunks(stale):
        connection.execute(delete(schema.pictures).where(schema.pictures.c.id.in_(part)))
    insert_new(connection, schema.pictures, list(wanted.values()))


def erase(connection: Connection, article_id: str, stale: Iterable[FeedKey] = ()) -> list[FeedKey]:
    """Delete article `id` and all its rows, mark its feeds and `stale` as stale, and show its
    copies in its place. Return the feeds that showed it."""
    alone(connection, article_id)
    row = look(connection, article_id)
    before = sorted(row.members)
    changed = _changed(connection, row.old, before) if row.old else {}
    tokens.drop_tokens(connection, [article_id])
    for table in _BY_ID:
        drive(connection, f"DELETE FROM {table} WHERE id = ?", (article_id,))
    drive(
        connection, "DELETE FROM messages WHERE subject = ?", (article_id,)
    )  # they contain its text
    drop_sketches(connection, [article_id])
    stories = connection.scalars(select(_story.story).where(_story.article == article_id)).all()
    # an operator's decision stays, in case the article comes back
    connection.execute(
        delete(schema.story_members).where(_story.article == article_id, ~_story.final)
    )
    tell(connection, stories)
    fold(connection, folds_of(connection, [article_id]))
    touch(connection, {key: (key.slug, -(key in before)) for key in {*before, *stale}}, changed)
    _show_copies(connection, row.copies, article_id)
    return before


_story = schema.story_members.c
_REPORT = select(
    _a.id, _a.added, _a.size, _a.merged_into, _a.data, _story.outlet, _story.story, _a.told
)
_REPORTS = _REPORT.select_from(
    schema.articles.outerjoin(schema.story_members, _story.article == _a.id)
).order_by(_a.id)
_SHOWN_AS = update(schema.articles).where(_a.id == bindparam("article"))
_lead = schema.story_leads.c
_folded = schema.folded.c
_FOLDS = (
    select(_folded.article, _folded.story, _a.data, _a.merged_into, _a.behind)
    .join_from(schema.folded, schema.articles, _a.id == _folded.article)
    .order_by(_folded.story, _folded.place)
)


def tell(connection: Connection, stories: Collection[str], gone: Collection[str] = ()) -> None:
    """Update `stories`, and the articles `gone` that left their stories: mark feeds stale if their
    articles now show other reports. A story whose lead article is not published has no lead until
    another is chosen."""
    reports = _read_reports(connection, stories, gone)
    if not reports:
        return
    leads = dict[str, int]()
    digests = dict[str, int]()
    recorded = _recorded_leads(connection, stories)
    leads_due: dict[str, bool] = {}
    for story, rows in reports.items():
        display = _arrange_story(rows)
        lead = recorded.get(story, "")
        is_led = lead in display.shown
        if is_led:
            leads[lead] = display.confirmed
        leads_due[story] = bool(display.shown) and not is_led
        digests |= display.digests
    _set_due(connection, {story: due for story, due in leads_due.items() if story}, recorded)
    if digests:
        connection.execute(
            _SHOWN_AS,
            [{"article": article_id, "told": digest} for article_id, digest in digests.items()],
        )
    _mark_feeds_of(connection, digests)
    _set_leads(connection, [row.id for rows in reports.values() for row in rows], leads)


def _read_reports(
    connection: Connection, stories: Collection[str], gone: Collection[str]
) -> dict[str, list[Any]]:
    """Return the reports of each story, and those of `gone` by the story that they have now, "" for
    none."""
    reports: dict[str, list[Any]] = {story: [] for story in stories}
    for column, values in ((_story.story, sorted(stories)), (_a.id, sorted(gone))):
        for part in chunks(values):
            for row in connection.execute(_REPORTS.where(column.in_(part))):
                reports.setdefault(row.story or "", []).append(row)
    return reports


def _mark_feeds_of(connection: Connection, articles: Collection[str]) -> None:
    """Mark the feeds that list `articles` as stale."""
    for part in chunks(sorted(articles)):
        drive(connection, f"{_MARKED} FROM members WHERE id IN ({marks(part)})", tuple(part))


def _recorded_leads(connection: Connection, stories: Collection[str]) -> dict[str, str]:
    query = select(_lead.story, _lead.article)
    parts = (
        connection.execute(query.where(_lead.story.in_(part))) for part in chunks(sorted(stories))
    )
    return {story: article for part in parts for story, article in part}


def _set_due(
    connection: Connection, leads_due: Mapping[str, bool], recorded: Mapping[str, str]
) -> None:
    """Note which stories need a lead. One that never had any has no row otherwise."""
    changed = [(story, due) for story, due in leads_due.items() if due or story in recorded]
    new = [
        {"story": story, "article": recorded.get(story, ""), "due": due} for story, due in changed
    ]
    upsert(connection, schema.story_leads, new)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Display:
    """The display of a story. `shown`: ids of its published articles if it has two outlets;
    `confirmed`: when the second one reported; `digests`: new digests of what its articles show of
    it, by id, 0 for nothing."""

    shown: frozenset[str]
    confirmed: int
    digests: Mapping[str, int]


def _arrange_story(rows: Sequence[Any]) -> _Display:
    """Find the articles of a story that are shown together, and those that show other reports now.
    Pure."""
    reports = [report for row in rows if (report := _published(row))]
    firsts: dict[str, int] = {}
    for report in reports:
        firsts[report.outlet] = min(report.added, firsts.get(report.outlet, report.added))
    has_two_outlets = len(firsts) > 1
    shown_fields = repr([(report.id, report.outlet, report.shown) for report in reports])
    digest = (
        int.from_bytes(hashlib.blake2b(shown_fields.encode(), digest_size=5).digest(), "big") + 1
    )
    shown = frozenset(report.id for report in reports) if has_two_outlets else frozenset[str]()
    digests = {row.id: digest if row.id in shown else 0 for row in rows}
    changed = {row.id: digests[row.id] for row in rows if row.told != digests[row.id]}
    confirmed = sorted(firsts.values())[1] if has_two_outlets else 0
    return _Display(shown=shown, confirmed=confirmed, digests=changed)


def _is_published(article: Article, merged_into: str | None) -> bool:
    return not (article.hold or article.unlisted or merged_into)


def fold(connection: Connection, stories: Collection[str], gone: Collection[str] = ()) -> None:
    """Let the first published article of each folded story stand for the others, and articles
    `gone` from these stories for themselves. Feeds that show a change become stale."""
    rows = [
        row
        for part in chunks(sorted(stories))
        for row in connection.execute(_FOLDS.where(_folded.story.in_(part)))
    ]
    fronts: dict[str, str] = {}
    behind: dict[str, str | None] = dict.fromkeys(gone)
    before: dict[str, str | None] = {}
    for row in rows:
        before[row.article] = row.behind
        behind[row.article] = None
        if _is_published(codec.unpack(Article, row.data), row.merged_into):
            front = fronts.setdefault(row.story, row.article)
            behind[row.article] = front if front != row.article else None
    for article_id, front_id in behind.items():
        if article_id in gone or front_id != before[article_id]:
            connection.execute(
                update(schema.articles).where(_a.id == article_id).values(behind=front_id)
            )
            stored = look(connection, article_id)
            if stored.old:
                _move(
                    connection,
                    stored.old,
                    stored.shown(stored.old, stored.merged_into),
                    stored.members,
                )
                _tell_stories_of(connection, [article_id])  # it is in no feed of stories now


def folds_of(connection: Connection, ids: Collection[str]) -> list[str]:
    """Return the stories that these articles are folded into."""
    query = "SELECT DISTINCT story FROM folded WHERE article IN ({})"
    return [
        story
        for part in chunks(sorted(ids))
        for (story,) in drive(connection, query.format(marks(part)), (*part,))
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Published:
    """A published report. `added`: microseconds; `shown`: the fields that other reports show of
    it."""

    id: str
    outlet: str
    added: int
    shown: tuple[str, ...]


def _published(row: Any) -> _Published | None:
    article = codec.unpack(Article, row.data)
    if not _is_published(article, row.merged_into):
        return None
    return _Published(
        id=row.id, outlet=row.outlet, added=row.added, shown=(article.url, article.origin.title)
    )


def _set_leads(connection: Connection, ids: Sequence[str], after: Mapping[str, int]) -> None:
    """Replace the entries of articles in the feed of stories by `after` (article id -> time), and
    mark it stale."""
    query = select(_m.id, _m.added).where(_m.axis == STORIES.axis, _m.slug == STORIES.slug)
    before = {
        article_id: at
        for part in chunks(ids)
        for article_id, at in connection.execute(query.where(_m.id.in_(part)))
    }
    for article_id, _ in before.items() - after.items():
        drive(
            connection,
            "DELETE FROM members WHERE id = ? AND axis = ? AND slug = ?",
            (article_id, *STORIES),
        )
    new = after.items() - before.items()
    insert(
        connection,
        schema.members,
        [
            {"id": article_id, **STORIES._asdict(), "added": at, "published": at}
            for article_id, at in new
        ],
    )
    if changed := {(at, at) for at in (*before.values(), *after.values())}:
        touch(connection, {STORIES: ("Stories", len(after) - len(before))}, {STORIES: changed})


def drop_sketches(connection: Connection, ids: Sequence[str]) -> None:
    """Delete the story sketches of these articles, and their keys."""
    for part in chunks(ids):
        these = f"FROM story_sketches WHERE article IN ({marks(part)})"
        for sketch in drive(connection, f"SELECT article, outlet, at, data {these}", tuple(part)):
            for key in story_keys(*sketch):
                values = key["key"], key["place"], key["article"]
                drive(
                    connection,
                    "DELETE FROM story_keys WHERE key = ? AND place = ? AND article = ?",
                    values,
                )
        drive(connection, f"DELETE {these}", tuple(part))


def story_keys(
    article: str, outlet: str, at: int | None, data: bytes | None
) -> list[dict[str, Any]]:
    row = {"place": place(article, outlet), "at": at, "article": article}
    return [{"key": key, **row} for key in keys(unpack(data))] if data else []
