"""Write and delete all database rows of articles: feeds, aliases, stories, pictures.
Marks the changed feeds stale. All functions work in the caller's transaction; `Database.write`
translates driver errors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Connection, delete, select

from syndicator.articles.fields import aliases_of
from syndicator.core.axes import SOURCE
from syndicator.core.model import Article, FeedKey
from syndicator.core.ports import ArticleRecord, FileStamp
from syndicator.store import codec, schema
from syndicator.store.database import chunks, delete_rows, insert, insert_new, run_statement, upsert
from syndicator.store.postgres import lock_until_commit
from syndicator.store.tables.feed_members import (
    Move,
    Times,
    find_changed_times,
    get_times,
    list_always_published,
    make_member_rows,
    mark_always_published,
    move_articles,
    resolve_moves,
    touch_feeds,
)
from syndicator.store.tables.known_articles import (
    NOT_MERGED,
    KnownArticle,
    read_all_known,
    read_known,
)
from syndicator.store.tables.pictures import update_picture
from syndicator.store.tables.story_updates import (
    delete_sketches,
    list_folded_stories,
    update_folded,
    update_stories,
    update_stories_of,
)
from syndicator.store.texts import tokens

_ONLY_IN_FILE: Final = frozenset(("body",))  # fields of an article that its row does not have
_THOUSANDTHS: Final = 1000  # scores from 0 to 1 are stored as whole thousandths
# tables with rows of an article by its id
_TABLES: Final = (
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
_a = schema.articles.c
_m = schema.members.c
_story = schema.story_members.c
_ORIGINAL = schema.articles.alias("original")
MERGED: Final = select(_a.id, _a.merged_into).where(_a.merged_into == _ORIGINAL.c.id)
_RENAME_FEED: Final = "UPDATE feeds SET name = ? WHERE axis = ? AND slug = ? AND name = slug"


def make_article_row(article: Article, stamp: FileStamp, merged_into: str | None) -> dict[str, Any]:
    """Return the row of the table `articles` for an article. `stamp`: path, time and size of the
    article's file. `merged_into`: the id of the article that this one is a copy of, None if it is
    no copy."""
    return {
        "id": article.id,
        "path": stamp.path,
        "mtime_ns": stamp.mtime_ns,
        "size": stamp.size,
        "added": codec.to_micros_or_never(article.added),
        "published": codec.to_micros_or_never(article.published),
        "title": article.title,
        "merged_into": merged_into,
        "data": codec.pack(article, _ONLY_IN_FILE),
    }


def list_alias_keys(article: Article) -> list[str]:
    """Return the keys of the rows in the table `aliases` by which `article` is found. The key of
    the article's own address comes first."""
    keys = [codec.make_column_key(alias) for alias in aliases_of(article)]
    return list(dict.fromkeys(keys))  # each once


def save_articles(connection: Connection, records: Sequence[ArticleRecord]) -> None:
    """Insert articles or replace the stored ones, and move them to the feeds that should show them
    now. The feeds that gain, lose or show one of them become stale. If the body of an article has
    changed, the HTML stored for it is deleted. The words of all these articles are indexed for
    searches later. `records`: at most one record for each article."""
    articles = {record.article.id: record.article for record in records}
    for article_id in sorted(articles):
        lock_until_commit(connection, article_id)
    # what the database has about them now, by id
    merge_into = {article_id: article.merged_into for article_id, article in articles.items()}
    known_articles = read_all_known(connection, merge_into)

    # write the rows of the articles, and choose the feeds that show them
    moves: list[Move] = []
    # `upsert` needs rows with the same columns
    rows: list[dict[str, Any]] = []
    rows_with_score: list[dict[str, Any]] = []
    for record in records:
        article = record.article
        known = known_articles[article.id]
        original_id = _choose_original(record, known)
        row = make_article_row(article, record.stamp, original_id)
        if record.score is None:  # a stored score stays
            rows.append(row)
        else:
            rows_with_score.append(row | {"score": round(_THOUSANDTHS * record.score)})
        feeds = known.choose_feeds(article, original_id)
        moves.append(
            Move(article=article, feeds=feeds, previous_feeds=known.feeds, old=known.article)
        )
    upsert(connection, schema.articles, rows)
    upsert(connection, schema.articles, rows_with_score)

    # delete the data that was made from bodies that have changed
    changed_ids: list[str] = []
    for record in records:
        is_stored = known_articles[record.article.id].article is not None
        if is_stored and not record.same_body:
            changed_ids.append(record.article.id)
    for table in ("html", "fragments"):
        delete_rows(connection, table, changed_ids)
    tokens.mark_due(connection, sorted(articles))

    # update feeds, pictures and copies
    show_articles(connection, moves)
    for article_id, article in articles.items():
        known = known_articles[article_id]
        mark_always_published(connection, list_always_published(article))
        update_picture(connection, article, known.article)
        # copies are in more feeds while their original is missing or on hold
        if known.article is None or known.article.hold != article.hold:
            copies = [articles.get(copy.id, copy) for copy in known.copies]
            _show_copies(connection, copies, article_id)


def _choose_original(record: ArticleRecord, known: KnownArticle) -> str | None:
    """Return the id of the original if the article of `record` is a copy of another article, as its
    file says or otherwise the database. Return None if it is no copy, or if the two were separated.
    """
    if record.article.merged_into:
        return record.article.merged_into
    if record.is_split:  # it was a copy until now
        return None
    return known.merged_into


def _show_copies(connection: Connection, copies: Sequence[Article], original_id: str) -> None:
    """Move the copies of the article `original_id` to the feeds that should show them now: these
    are more feeds if the original itself is not shown."""
    known_copies = read_all_known(connection, {copy.id: original_id for copy in copies})
    moves: list[Move] = []
    for copy in copies:
        known = known_copies[copy.id]
        feeds = known.choose_feeds(copy, original_id)
        moves.append(Move(article=copy, feeds=feeds, previous_feeds=known.feeds))
    show_articles(connection, moves)


def add_carrier(connection: Connection, article_id: str, source: str, name: str = "") -> None:
    """Store that the source with the key `source` announced an article of another source. The feed
    of `source` gets the article and becomes stale, unless the article is missing, on hold or
    withdrawn. `name`: the name to give to that feed if it has no name yet, "" if unknown."""
    lock_until_commit(connection, article_id)
    insert_new(connection, schema.carriers, [{"id": article_id, "source": source}])
    known = read_known(connection, article_id)
    article = known.article
    if article is None or article.hold or known.is_withdrawn:
        return
    # the feed of the source, or the feed to which it has moved
    (feed,) = resolve_moves(known.moves, {FeedKey(SOURCE, source): name})
    if feed in known.feeds:
        return
    insert(connection, schema.members, make_member_rows(article, [feed]))
    feed_name = name or source
    touch_feeds(connection, {feed: feed_name}, {feed: [get_times(article)]}, {feed: 1})
    if name:
        run_statement(connection, _RENAME_FEED, (name, SOURCE, source))


def show_articles(connection: Connection, moves: Sequence[Move]) -> None:
    """Move articles between feeds; these feeds become stale. A story is an event that several
    articles report; each of them names the others in feeds. So the feeds that show other articles
    of the same stories become stale, too."""
    move_articles(connection, moves)
    ids = [move.article.id for move in moves]
    update_stories_of(connection, ids)
    # folded stories: an earlier version published all articles of a story as one entry
    update_folded(connection, list_folded_stories(connection, ids))


def show_members_again(connection: Connection, feed: FeedKey) -> None:
    """Move the articles of `feed` to the feeds that should show them now. Call this after `feed`
    has moved to another feed, or another feed has moved to `feed`."""
    select_members = select(_m.id).where(_m.axis == feed.axis, _m.slug == feed.slug)
    member_ids = connection.scalars(select_members).all()
    for part in chunks(member_ids):
        known_articles = read_all_known(connection, dict.fromkeys(part, NOT_MERGED))
        moves: list[Move] = []
        for known in known_articles.values():
            article = known.article
            if article is None:
                continue
            feeds = known.choose_feeds(article, known.merged_into)
            moves.append(Move(article=article, feeds=feeds, previous_feeds=known.feeds))
        show_articles(connection, moves)


def erase_article(
    connection: Connection, article_id: str, stale: Iterable[FeedKey] = ()
) -> list[FeedKey]:
    """Delete all rows of an article, so that its copies are shown in its place. The feeds that
    showed it and the feeds `stale` become stale. Return the feeds that showed it, sorted."""
    lock_until_commit(connection, article_id)
    known = read_known(connection, article_id)
    feeds = sorted(known.feeds)
    changed_times: dict[FeedKey, set[Times]] = {}
    if known.article is not None:
        changed_times = find_changed_times(connection, known.article, feeds)

    # delete its rows
    tokens.drop_tokens(connection, [article_id])
    for table in _TABLES:
        run_statement(connection, f"DELETE FROM {table} WHERE id = ?", (article_id,))
    # messages contain its text
    run_statement(connection, "DELETE FROM messages WHERE subject = ?", (article_id,))
    delete_sketches(connection, [article_id])

    # update its stories, feeds and copies
    is_its_story = _story.article == article_id
    stories = connection.scalars(select(_story.story).where(is_its_story)).all()
    # an operator's decision stays, in case the article comes back
    connection.execute(delete(schema.story_members).where(is_its_story, ~_story.final))
    update_stories(connection, stories)
    update_folded(connection, list_folded_stories(connection, [article_id]))
    names = {key: key.slug for key in {*feeds, *stale}}
    one_less = dict.fromkeys(feeds, -1)
    touch_feeds(connection, names, changed_times, one_less)
    _show_copies(connection, known.copies, article_id)
    return feeds
