"""Store in the database which articles each feed shows, and mark feeds stale that change.
All functions work in the caller's transaction; `Database.write` translates driver errors."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select

from syndicator.articles.fields import named_feeds_of
from syndicator.core import text
from syndicator.core.axes import AXES, SOURCE, STORIES, TAG
from syndicator.core.model import Article, FeedKey
from syndicator.store import codec, schema
from syndicator.store.database import (
    chunks,
    delete_rows,
    insert,
    insert_new,
    run_statement,
    write_placeholders,
)

_a = schema.articles.c
_f = schema.feeds.c
_m = schema.members.c
# Axes whose members builds find, such as saved queries: no article names them.
FOUND_AXES: Final = tuple(
    name for name, axis in AXES.items() if axis.members is None and name != STORIES.axis
)
FOUND_MEMBERS: Final = select(_m.id, _m.axis, _m.slug).where(_m.axis.in_(FOUND_AXES))
MOVES: Final = select(_f.axis, _f.slug, _f.moved_axis, _f.moved_slug).where(
    _f.moved_axis.is_not(None)
)
_SELECT_TIMES = select(_a.id, _a.added, _a.published).where(
    _a.id.in_(bindparam("ids", expanding=True))
)
_SELECT_STORY_TIMES: Final = (
    "SELECT added, published FROM members WHERE id = ? AND axis = ? AND slug = ?"
)
_DELETE_MEMBER: Final = "DELETE FROM members WHERE id = ? AND axis = ? AND slug = ?"

Times = tuple[int, int]  # when an article was added and published, in microseconds or NEVER
_NO_TIMES: Final = (None, None)  # of a mark that is about no article


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A change of the feeds that show an article. `feeds`: the feeds that show it from now on, with
    their names. `previous_feeds`: the feeds that showed it before. `old`: the earlier form of the
    article, None if the article itself did not change."""

    article: Article
    feeds: Mapping[FeedKey, str]
    previous_feeds: Collection[FeedKey]
    old: Article | None = None


def get_times(article: Article) -> Times:
    """Return when an article was added and published, in microseconds or NEVER."""
    return codec.to_micros_or_never(article.added), codec.to_micros_or_never(article.published)


def make_member_rows(article: Article, keys: Iterable[FeedKey]) -> list[dict[str, Any]]:
    """Return the rows of the table `members` that put an article into the feeds `keys`."""
    added, published = get_times(article)
    times = {"added": added, "published": published}
    return [{"id": article.id, "axis": key.axis, "slug": key.slug, **times} for key in keys]


def make_feed_row(key: FeedKey, name: str) -> dict[str, Any]:
    """Return the row of the table `feeds` for a new feed without articles. Its `first_slug` stays
    for ever, even if the feed moves, because the published id of the feed is made from it."""
    return {**key._asdict(), "name": name, "first_slug": key.slug, "count": 0, "dropped": False}


def choose_feeds(
    article: Article, original_id: str | None, *, is_withdrawn: bool, carriers: Iterable[str]
) -> dict[FeedKey, str]:
    """Return feed -> name of the feed, for the feeds that should show `article`. No feed shows it
    if it is withdrawn or on hold. If it is unlisted or a copy, only the feeds of sources show it:
    of its own source and of `carriers`, the keys of other sources that announced it. `original_id`:
    the id of its original if it is a copy, otherwise None."""
    if is_withdrawn or article.hold:
        return {}
    feeds = {FeedKey(SOURCE, source): source for source in carriers}
    feeds |= named_feeds_of(article)
    is_copy = original_id is not None
    if not is_copy and not article.unlisted:
        return feeds
    # only the feeds of sources
    return {key: name for key, name in feeds.items() if AXES[key.axis].copies}


def resolve_moves(
    moves: Mapping[FeedKey, FeedKey], feeds: Mapping[FeedKey, str]
) -> dict[FeedKey, str]:
    """Return `feeds` (feed -> its name) with each feed that has moved replaced by the last feed in
    the chain of moves. `moves`: feed -> the feed to which it has moved. Pure."""
    resolved: dict[FeedKey, str] = {}
    for key, name in feeds.items():
        target = key
        visited = {key}  # two feeds that moved to each other must not loop
        while target in moves and moves[target] not in visited:
            target = moves[target]
            visited.add(target)
        # if the target is in `feeds` itself, it keeps its own name
        resolved[target] = feeds.get(target, name)
    return resolved


def parse_moves(rows: Iterable[Any]) -> dict[FeedKey, FeedKey]:
    """Return feed that has moved -> the feed to which it has moved. `rows`: the rows of the query
    MOVES."""
    moves: dict[FeedKey, FeedKey] = {}
    for axis, slug, moved_axis, moved_slug in rows:
        moves[FeedKey(axis, slug)] = FeedKey(moved_axis, moved_slug)
    return moves


def list_always_published(article: Article) -> set[FeedKey]:
    """Return the feeds that must be published even if `article` is their only article: the feeds of
    its tags, if the operator wrote its file. Return an empty set for other articles, since the feed
    of a tag usually needs several articles."""
    if article.digest or article.hold:  # only files that we wrote have a digest
        return set()
    return {FeedKey(TAG, text.slug(tag)) for tag in article.tags}


def mark_always_published(connection: Connection, keys: Collection[FeedKey]) -> None:
    """Mark the feeds `keys`, so that they are published however few articles they have."""
    statement = "UPDATE feeds SET wanted = ? WHERE axis = ? AND slug = ?"
    for key in keys:
        run_statement(connection, statement, (True, *key))


def move_articles(connection: Connection, moves: Sequence[Move]) -> None:
    """Move articles from their previous feeds to their new feeds; these feeds become stale. The
    articles also leave the feeds of saved queries (searches): the next build compares them with the
    queries again."""
    # what changes in each feed
    names: dict[FeedKey, str] = {}
    count_changes = Counter[FeedKey]()
    changed = defaultdict[FeedKey, set[Times]](set)
    for move in moves:
        keys = {*move.feeds, *move.previous_feeds}
        for key in keys:
            names[key] = move.feeds.get(key, key.slug)
        count_changes.update(list(move.feeds))
        count_changes.subtract(list(move.previous_feeds))
        times_by_feed = find_changed_times(connection, move.article, keys, move.old)
        for key, times in times_by_feed.items():
            changed[key] |= times

    # delete the old members, and the data that the next build makes again
    shown_ids = [move.article.id for move in moves if move.previous_feeds]
    delete_rows(connection, "members", shown_ids)
    for part in chunks(shown_ids):  # related articles stay until the text changes
        condition = f"id IN ({write_placeholders(part)}) AND kind <> 'related'"
        run_statement(connection, f"DELETE FROM fragments WHERE {condition}", (*part,))

    new_rows: list[dict[str, Any]] = []
    for move in moves:
        new_rows.extend(make_member_rows(move.article, move.feeds))
    insert(connection, schema.members, new_rows)
    touch_feeds(connection, names, changed, count_changes)


def find_changed_times(
    connection: Connection, article: Article, keys: Collection[FeedKey], old: Article | None = None
) -> dict[FeedKey, set[Times]]:
    """Return feed -> the times at which its entries may have changed, for each feed of `keys`;
    builds count the entries of these days again. The times are those of `article` and of `old`, its
    earlier form, if given. In the feed of stories they are the times of its story, which are read
    from the database."""
    article_times = {get_times(article)}
    if old is not None:
        article_times.add(get_times(old))
    changed = dict.fromkeys(keys, article_times)
    if STORIES in changed:
        rows = run_statement(connection, _SELECT_STORY_TIMES, (article.id, *STORIES))
        changed[STORIES] = {(added, published) for added, published in rows}
    return changed


def touch_feeds(
    connection: Connection,
    names: Mapping[FeedKey, str],
    changed: Mapping[FeedKey, Collection[Times]],
    count_changes: Mapping[FeedKey, int],
) -> None:
    """Mark the feeds in `names` as stale, and create those that are not stored yet. `names`: feed
    -> name to create it with; `changed`: feed -> the times of its new, removed and changed
    articles; `count_changes`: feed -> by how much its number of articles grows, below 0 if it
    shrinks."""
    new_feeds = [make_feed_row(key, name) for key, name in sorted(names.items())]
    insert_new(connection, schema.feeds, new_feeds)
    times_by_feed = {key: changed.get(key, ()) for key in names}
    mark_stale(connection, times_by_feed, count_changes)


def mark_stale(
    connection: Connection,
    changed: Mapping[FeedKey, Collection[Times]],
    count_changes: Mapping[FeedKey, int] | None = None,
) -> None:
    """Mark the feeds in `changed` as stale, so that the next build makes them; they must be stored.
    `changed`: feed -> the times of its new, removed and changed articles, () if there are none;
    `count_changes`: feed -> by how much its number of articles grows; None if no number changes. A
    feed gets a mark for each time, and at least one."""
    new_marks: list[dict[str, Any]] = []
    for key in sorted(changed):
        count_change = 0
        if count_changes is not None:
            count_change = count_changes.get(key, 0)
        times: list[Any] = sorted(changed[key])
        if not times:
            times = [_NO_TIMES]
        for added, published in times:
            mark = {"more": count_change, "added": added, "published": published}
            new_marks.append({**key._asdict(), **mark})
            count_change = 0  # only the first mark of the feed has it: the marks are added up
    insert(connection, schema.stale_marks, new_marks)


def replace_found_members(
    connection: Connection, feeds: Mapping[str, Mapping[FeedKey, str]]
) -> None:
    """Store which feeds of saved queries (searches) show the articles in `feeds`, in place of what
    is stored for these articles. `feeds`: article id -> (feed -> name of the feed). The feeds that
    gain or lose an article become stale."""
    # find the differences, as pairs (article id, feed)
    ids = list(feeds)
    articles = {row.id: row for row in connection.execute(_SELECT_TIMES, {"ids": ids})}
    previous: set[tuple[str, FeedKey]] = set()
    for article_id, axis, slug in connection.execute(FOUND_MEMBERS.where(_m.id.in_(ids))):
        previous.add((article_id, FeedKey(axis, slug)))
    current: set[tuple[str, FeedKey]] = set()
    names: dict[FeedKey, str] = {}
    for article_id, feed_names in feeds.items():
        names |= feed_names
        if article_id in articles:
            current.update((article_id, key) for key in feed_names)
    removed = previous - current
    added = sorted(current - previous)

    # write them
    for article_id, key in removed:
        run_statement(connection, _DELETE_MEMBER, (article_id, *key))
    new_members: list[dict[str, Any]] = []
    for article_id, key in added:
        new_members.append({**articles[article_id]._mapping, **key._asdict()})
    insert(connection, schema.members, new_members)

    # mark the feeds as stale
    count_changes = Counter[FeedKey]()
    count_changes.update(key for _, key in added)
    count_changes.subtract(key for _, key in removed)
    changed_times = defaultdict[FeedKey, set[Times]](set)
    for article_id, key in (*added, *removed):
        article = articles[article_id]
        changed_times[key].add((article.added, article.published))
    changed_names = {key: names.get(key, key.slug) for key in changed_times}
    touch_feeds(connection, changed_names, changed_times, count_changes)
