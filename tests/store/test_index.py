"""The interface Index as publishing uses it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from syndicator.core.errors import StoreError
from syndicator.core.model import FeedKey
from syndicator.core.ports import FeedRow, Progress, PublishedFile
from syndicator.publishing.article_index import ArticleIndex
from syndicator.store.engine import Store
from tests.store.conftest import NOW, make_article, make_stamp, record_article, record_build

ALL = FeedKey("all", "all")
AI = FeedKey("tag", "ai")
RESEARCH = FeedKey("category", "research")
SOURCE = FeedKey("source", "src")
HOUR = timedelta(hours=1)


def list_ids(store: Store, key: FeedKey = ALL) -> list[str]:
    return store.index.ids(key, limit=1000, since=None, most=1000)


def find_feed(store: Store, key: FeedKey) -> FeedRow:
    return next(row for row in store.index.feeds() if row.key == key)


def test_an_empty_store_has_nothing(store: Store) -> None:
    """Every query of the index of a new store has an empty result, not an error."""
    index: ArticleIndex = store.index

    assert index.feeds() == []
    assert list_ids(store) == []
    assert index.month_fingerprints(ALL) == {}
    assert index.articles(["x"]) == {}
    assert list(index.each()) == []
    assert index.path("x") is None
    assert index.withdrawn() == []
    assert index.merged() == {}


def test_new_feeds_have_names_counts_and_their_latest(store: Store) -> None:
    """Storing articles creates the feeds of their tags, category and source, each with name, count
    and latest article; all are stale. Article 1 (added an hour ago) is newer than article 2."""
    record_article(store, 2, tags=("C++", "AI"))
    record_article(store, 1, tags=("C#",))

    rows = {row.key: row for row in store.index.feeds()}

    assert {key: (row.name, row.count, row.latest_title) for key, row in rows.items()} == {
        ALL: ("all", 2, "Title 1"),
        RESEARCH: ("Research", 2, "Title 1"),
        SOURCE: ("src", 2, "Title 1"),
        AI: ("AI", 1, "Title 2"),
        FeedKey("tag", "c-plus-plus"): ("C++", 1, "Title 2"),
        FeedKey("tag", "c-sharp"): ("C#", 1, "Title 1"),
    }
    assert rows[AI].latest_added == NOW - 2 * HOUR
    assert rows[AI].first_slug == "ai"
    assert all(row.stale for row in rows.values())


def test_ids_are_newest_first_by_added_then_published_then_id(store: Store) -> None:
    """Articles are ordered by when they were added, then by publication date (unknown ones last, as
    number 4), then by id (numbers 2 and 3)."""
    same = {"added": NOW, "published": NOW}
    articles = [
        record_article(store, 1, added=NOW - HOUR, published=NOW),
        record_article(store, 2, **same),
        record_article(store, 3, **same),
        record_article(store, 4, added=NOW, published=None),
        record_article(store, 5, added=NOW, published=NOW - HOUR),
    ]

    # names for the five ids, by what is special about the article
    added_before, same_time, also_same_time, no_publication_date, published_before = (
        article.id for article in articles
    )

    assert list_ids(store) == [
        *sorted([same_time, also_same_time]),
        published_before,
        no_publication_date,
        added_before,
    ]


def test_a_window_reaches_beyond_the_limit_up_to_the_most(store: Store) -> None:
    """`ids` returns the newest `limit` articles and all of the last `hours`, but no more than
    `most`. There are ten, added 0 to 9 hours ago."""
    ids = [record_article(store, hours_ago).id for hours_ago in range(10)]  # newest first

    def list_window_ids(*, limit: int, hours: int | None, most: int) -> list[str]:
        since = None if hours is None else NOW - hours * HOUR
        return store.index.ids(AI, limit=limit, since=since, most=most)

    assert list_window_ids(limit=3, hours=None, most=200) == ids[:3]
    assert list_window_ids(limit=3, hours=5, most=200) == ids[:5]
    assert list_window_ids(limit=7, hours=5, most=200) == ids[:7]
    assert list_window_ids(limit=3, hours=99, most=6) == ids[:6]
    assert list_window_ids(limit=9, hours=None, most=4) == ids[:4]


def test_the_source_of_each_article_is_the_one_in_its_file(store: Store) -> None:
    """The index returns the source of each known article by id and leaves out unknown ids."""
    mine = record_article(store, 1, source_key="alpha")
    other_article = record_article(store, 2, source_key="beta")

    assert store.index.sources([mine.id, other_article.id, "unknown"]) == {
        mine.id: "alpha",
        other_article.id: "beta",
    }


def test_months_and_their_ids(store: Store) -> None:
    """Articles are grouped by the month they were added, in UTC. The fingerprint of a month is the
    count, and the sums of file times and sizes."""
    november = record_article(store, 0, added=datetime(2026, 11, 1, tzinfo=UTC))
    october = record_article(store, 1, added=datetime(2026, 10, 31, 23, 59, 59, tzinfo=UTC))
    late_december = record_article(store, 2, added=datetime(2025, 12, 31, tzinfo=UTC))
    early_december = record_article(store, 3, added=datetime(2025, 12, 1, tzinfo=UTC))

    months = store.index.month_fingerprints(AI)

    assert [(month, count) for month, (count, _) in months.items()] == [
        ("2025-12", 2),
        ("2026-10", 1),
        ("2026-11", 1),
    ]

    stamps = make_stamp(2), make_stamp(3)  # of the files of the two articles of December
    mtime_ns = sum(stamp.mtime_ns for stamp in stamps)
    size = sum(stamp.size for stamp in stamps)

    _, fingerprint = months["2025-12"]
    assert fingerprint == f"2-{mtime_ns}-{size}"

    ids = {
        month: [article_id for article_id, _, _ in store.index.month_entries(AI, month)]
        for month in ("2025-12", "2026-09", "2026-10", "2026-11")
    }

    assert ids == {
        "2025-12": [late_december.id, early_december.id],
        "2026-09": [],
        "2026-10": [october.id],
        "2026-11": [november.id],
    }


def test_an_article_that_was_added_nobody_knows_when_is_in_no_month(store: Store) -> None:
    """An article whose file has no time of addition belongs to no month."""
    record_article(store, 1, added=None)
    assert store.index.month_fingerprints(AI) == {}


def test_articles_come_in_the_order_asked_for_and_each_newest_first(store: Store) -> None:
    """`articles` returns articles in the order of the given ids, leaving out unknown ones; `each`
    returns all, newest first. 1,101 are more than fit one query."""
    articles = [make_article(hours_ago) for hours_ago in range(1101)]  # newest first
    store.reindex((article, make_stamp(number)) for number, article in enumerate(articles))
    expected_ids = [article.id for article in reversed(articles)]  # the oldest first

    assert list(store.index.articles(expected_ids)) == expected_ids
    assert store.index.articles([*expected_ids[:1], "unknown"]) == {expected_ids[0]: articles[-1]}
    assert list(store.index.each()) == articles
    assert store.index.path(articles[3].id) == make_stamp(3).path


def test_a_retagged_article_leaves_its_old_feed(store: Store) -> None:
    """An article whose tag changes from AI to Robots moves to the other feed; the old feed is stale
    until its file is written again."""
    record_article(store, 1, tags=("AI",))
    record_build(store, ALL, AI, RESEARCH, SOURCE)

    record_article(store, 1, tags=("Robots",))

    assert list_ids(store, AI) == []
    assert list_ids(store, FeedKey("tag", "robots")) == [make_article(1).id]
    assert find_feed(store, AI).count == 0
    assert find_feed(store, AI).stale is True
    assert store.index.targets([AI]) == {"tags/ai": "fingerprint"}  # the old file is known


def test_recording_the_same_again_counts_it_once(store: Store) -> None:
    """An article that is recorded three times counts once in each of its four feeds (all, tag,
    category and source)."""
    for _ in range(3):
        record_article(store, 1)

    assert [row.count for row in store.index.feeds()] == [1, 1, 1, 1]


def test_a_copy_is_shown_by_its_source_alone_until_it_is_split(store: Store) -> None:
    """An article that is merged into another is listed in the feed of its source only, also after
    it is read again, until it is split."""
    original = record_article(store, 1)
    copy = record_article(store, 2)

    store.index.merge(copy.id, original.id)

    # `list_ids` without a feed lists the feed of all articles
    assert list_ids(store) == list_ids(store, AI) == [original.id]
    assert list_ids(store, SOURCE) == [original.id, copy.id]
    assert store.index.merged() == {copy.id: original.id}
    assert find_feed(store, ALL).count == 1

    record_article(store, 2, tags=("AI", "More"))  # a new reading does not undo it

    assert list_ids(store) == [original.id]

    store.index.split(copy.id)

    assert list_ids(store) == [original.id, copy.id]
    assert store.index.merged() == {}


def test_merging_an_unknown_article_or_into_itself_is_refused(store: Store) -> None:
    """`merge` refuses unknown articles and an article as a copy of itself."""
    article = record_article(store, 1)

    with pytest.raises(StoreError, match="no article unknown"):
        store.index.merge("unknown", article.id)
    with pytest.raises(ValueError, match="copy of itself"):
        store.index.merge(article.id, article.id)


def test_html_is_dropped_when_the_article_changes(store: Store) -> None:
    """The cached HTML of an article is deleted when the article changes; that of others stays."""
    article = record_article(store, 1)
    other_article = record_article(store, 2)
    for article_id in (article.id, other_article.id):
        store.index.save_html({article_id: "<p>old</p>"})

    record_article(store, 1, title="New")  # changes `article`

    assert store.index.html([article.id, other_article.id]) == {other_article.id: "<p>old</p>"}


def test_stale_held_and_built(store: Store) -> None:
    """A build ends the stale and held (invalid) states of a feed. `mark_stale` makes it stale
    again, and only a build that has read this mark ends that."""
    record_article(store, 1)
    store.index.record_invalid(AI, "not well-formed")

    assert find_feed(store, AI).stale is True
    assert find_feed(store, AI).held == "not well-formed"

    record_build(store, AI, fingerprint="abc")

    assert find_feed(store, AI).stale is False
    assert find_feed(store, AI).held is None
    assert store.index.targets([AI]) == {"tags/ai": "abc"}

    # a mark makes a feed stale again, also one that has no article
    store.index.mark_stale([AI, FeedKey("query", "q")])

    assert find_feed(store, AI).stale
    assert find_feed(store, FeedKey("query", "q")).count == 0

    store.index.record_progress(Progress(marks=store.index.marks()[AI]))

    # the build found nothing to write: the feed stays published, with its file
    assert find_feed(store, AI).published is True
    assert store.index.targets([AI]) == {"tags/ai": "abc"}

    store.index.mark_stale([])  # marks no feed

    # a build ends that has read the marks of AI and ALL before ALL got another mark
    marks = store.index.marks()
    store.index.mark_stale([ALL])
    store.index.record_progress(Progress(marks=[*marks.get(AI, ()), *marks[ALL]]))

    assert find_feed(store, AI).stale is False
    assert find_feed(store, ALL).stale is True
    assert store.index.count(AI) == 1
    assert store.index.count(FeedKey("tag", "none")) == 0


def test_a_feed_stays_stale_if_an_article_comes_while_it_is_built(store: Store) -> None:
    """If an article is recorded after a build has read the marks of a feed, the feed is still stale
    after that build."""
    record_article(store, 1)
    marks_at_start = store.index.marks()[AI]
    record_article(store, 2)  # after the build has read what is in the feed
    record_build(store, AI, marks_read=marks_at_start)

    assert find_feed(store, AI).stale

    record_build(store, AI)

    assert not find_feed(store, AI).stale


def test_a_mark_with_a_lower_number_that_a_build_did_not_read_stays(store: Store) -> None:
    """A build deletes only the marks that it read, not all lower ones: in PostgreSQL a transaction
    that ends late may add a lower number."""
    for number in (1, 2):
        record_article(store, number)  # each sets a mark of the feed
    unread_mark, *read_marks = store.index.marks()[AI]
    record_build(store, AI, marks_read=read_marks)

    assert store.index.marks()[AI] == [unread_mark]
    assert find_feed(store, AI).count == 2


def test_a_number_is_never_given_to_two_marks(store: Store) -> None:
    """Numbers of stale marks are never reused, even if all marks are gone: a running build would
    else delete marks that it has not seen."""
    record_article(store, 1)
    highest_number = store.index.newest_mark()
    all_marks = [mark for marks in store.index.marks().values() for mark in marks]
    store.index.record_progress(Progress(marks=all_marks))  # deletes them

    # there is none: what begins to build now has seen nothing
    assert store.index.newest_mark() == 0

    record_article(store, 2)

    assert all(feed.mark > highest_number for feed in store.index.feeds())


def test_a_build_takes_all_marks_of_a_feed_that_it_read(store: Store) -> None:
    """A recorded build clears the marks of its feeds, and they keep the count of their five
    articles."""
    for number in range(1, 6):
        record_article(store, number)  # marks its feeds as stale

    assert all(feed.mark for feed in store.index.feeds())

    record_build(store, *(feed.key for feed in store.index.feeds()))

    assert store.index.newest_mark() == 0
    assert find_feed(store, ALL).count == 5


def test_holding_a_feed_that_has_a_mark_is_no_new_work(store: Store) -> None:
    """Holding back an invalid feed that is already marked stale adds no mark; without a mark it
    adds one, so that the feed is tried again."""
    record_article(store, 1)  # marks its feeds, also AI, as stale
    before = store.index.newest_mark()
    store.index.record_invalid(AI, "not well-formed")

    assert store.index.newest_mark() == before

    # once its marks are gone, it gets a new one
    store.index.record_progress(Progress(marks=store.index.marks()[AI]))
    store.index.record_invalid(AI, "not well-formed")

    assert find_feed(store, AI).stale


def test_a_target_is_out_of_date_if_one_of_its_files_is(store: Store) -> None:
    """A target (the files of a feed in all formats) has an empty fingerprint if one of its files is
    outdated; a file that was deleted no longer counts."""
    record_article(store, 1)
    files = [
        PublishedFile(name=f"tags/ai.{end}", owner=AI, target="tags/ai", made_of="abc", sha256="d")
        for end in ("atom", "rss")
    ]

    assert not store.index.has_files()

    store.index.record_progress(Progress(files=files))

    assert store.index.has_files()
    assert store.index.list_outdated_owners() == set()
    assert store.index.files(["tags/ai"]) == {file.name: file for file in files}

    # the RSS file is outdated
    store.index.record_progress(Progress(files=[replace(files[1], made_of="")]))

    assert store.index.targets([AI]) == {"tags/ai": ""}
    assert store.index.list_outdated_owners() == {AI}

    # it is deleted: the Atom file alone is up to date
    store.index.record_progress(Progress(gone=["tags/ai.rss"]))

    assert store.index.targets([AI, ALL]) == {"tags/ai": "abc"}

    store.index.mark_files_outdated([AI])

    assert store.index.targets([AI]) == {"tags/ai": ""}
    assert find_feed(store, AI).stale


def test_saving_a_feed_keeps_its_count_files_and_publication(store: Store) -> None:
    """Saving a feed's row, here for a renamed tag that moved to another feed, changes its name and
    slug, not what was built and counted."""
    record_article(store, 1)
    record_build(store, AI)
    new = FeedKey("tag", "artificial-intelligence")

    # "ki" was the first slug of the tag, which both of its later feeds keep
    store.index.save_feed(FeedRow(key=AI, name="A.I.", first_slug="ki", dropped=True, moved_to=new))
    store.index.save_feed(FeedRow(key=new, name="Artificial Intelligence", first_slug="ki"))

    saved = find_feed(store, AI)

    assert saved.name == "A.I."
    assert saved.first_slug == "ki"
    assert saved.dropped is True
    assert saved.moved_to == new
    assert saved.count == 1
    assert saved.stale is True
    assert saved.published is True
    assert store.index.targets([AI]) == {"tags/ai": "fingerprint"}
    assert find_feed(store, new).first_slug == "ki"

    record_article(store, 2)  # of the tag AI: does not bring back the name "AI"

    assert find_feed(store, AI).name == "A.I."


def test_saved_queries_are_matched_once_and_again_when_the_article_changes(store: Store) -> None:
    """Each article is matched with the saved queries once, and again if it changes or the queries
    do; feeds that gain or lose one are stale."""
    queries, changed_queries = "fingerprint", "another fingerprint"
    chips = FeedKey("query", "chips")
    robots = FeedKey("query", "robots")
    first_article = record_article(store, 1)
    second_article = record_article(store, 2)

    assert store.index.list_unmatched(queries) == [first_article.id, second_article.id]

    store.index.save_matches(
        queries,
        {
            first_article.id: {chips: "chips", robots: "robots"},
            second_article.id: {},
            "absent": {chips: "chips"},  # deleted meanwhile: left out
        },
    )

    assert store.index.list_unmatched(queries) == []
    assert store.index.list_unmatched(changed_queries) == [
        first_article.id,
        second_article.id,
    ]
    assert list_ids(store, chips) == [first_article.id]
    assert list_ids(store, robots) == [first_article.id]
    assert find_feed(store, chips).count == 1

    # the first article leaves "robots", the second joins "chips"
    record_build(store, chips, robots)
    store.index.save_matches(
        queries, {first_article.id: {chips: "chips"}, second_article.id: {chips: "chips"}}
    )

    assert list_ids(store, chips) == [first_article.id, second_article.id]
    assert list_ids(store, robots) == []
    assert find_feed(store, robots).stale
    assert find_feed(store, chips).stale

    record_article(store, 1, title="Changed")

    assert store.index.list_unmatched(queries) == [first_article.id]
    assert list_ids(store, chips) == [second_article.id]
