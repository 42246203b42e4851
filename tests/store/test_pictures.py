"""Which articles have a thumbnail, which wait for one, and which feeds become stale."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from syndicator.core.axes import ALL
from syndicator.core.model import FeedKey
from syndicator.core.ports.subscriptions import Picture, Pictured
from syndicator.pictures import outcomes
from syndicator.store.engine import Store
from tests.store.conftest import NOW, make_article, make_stamp, record_article, record_build

COVER = "https://example.org/one.jpg"
PICTURE = Picture(name="pictures/00.webp", width=640, height=336)


def list_due_addresses(store: Store) -> list[str]:
    return [row.url for row in store.pictures.due(NOW, 10)]


def save_due_pictures(store: Store, picture: Picture = PICTURE) -> None:
    """Record `picture` as the thumbnail of each picture that is due."""
    for row in store.pictures.due(NOW, 10):
        store.pictures.save(outcomes.record_copy(row, picture))


def list_stale(store: Store) -> set[FeedKey]:
    return {row.key for row in store.index.feeds() if row.stale}


def record_build_of_all(store: Store) -> None:
    record_build(store, *(row.key for row in store.index.feeds()))


def test_the_picture_of_an_article_is_due_once_it_is_filed_the_newest_first(store: Store) -> None:
    """The covers of new articles are due, that of the newest (1) first; article 3 has none. Article
    n is n hours old."""
    record_article(store, 2, cover="https://example.org/two.jpg")
    record_article(store, 1, cover=COVER)
    record_article(store, 3)

    assert list_due_addresses(store) == [COVER, "https://example.org/two.jpg"]
    assert store.pictures.has_due(NOW)


def test_a_thumbnail_makes_the_feeds_that_show_its_article_stale(store: Store) -> None:
    """A new thumbnail makes the feeds of its article stale, and no others."""
    article = record_article(store, 1, cover=COVER)
    other_article = record_article(store, 2, tags=("Rail",), category="Other", source_key="other")
    record_build_of_all(store)  # no feed is stale

    save_due_pictures(store)  # of the first article

    assert store.index.pictures([article.id, other_article.id]) == {article.id: PICTURE}
    assert list_stale(store) == set(store.index.list_feeds_of(article.id))
    assert not store.pictures.has_due(NOW)


def test_a_thumbnail_that_comes_goes_or_changes_changes_the_day_of_its_article(
    store: Store,
) -> None:
    """The fingerprint of a day, from which its page is built, changes whenever a thumbnail of its
    articles comes, changes or is lost; after the loss it is as at first. Two articles with a
    picture are three days apart."""
    record_article(store, 1, cover=COVER)
    record_article(store, 1 + 24 * 3, cover="https://example.org/two.jpg")
    days = [store.index.days(ALL)]  # the fingerprints of both days, without thumbnails
    for name in ("pictures/00.webp", "pictures/01.webp"):
        save_due_pictures(store, Picture(name=name, width=640, height=336))
        days.append(store.index.days(ALL))
        store.pictures.requeue_lost({name})
    days.append(store.index.days(ALL))

    # with the first picture, with the second, without
    for before, after in pairwise(days):
        assert all(before[day] != after[day] for day in before)
    assert days[0] == days[-1]


def test_a_failure_makes_nothing_stale(store: Store) -> None:
    """A picture that may not be fetched makes no feed stale, is counted as failed, and is tried
    again after some days."""
    record_article(store, 1, cover=COVER)
    record_build_of_all(store)
    (row,) = store.pictures.due(NOW, 10)
    store.pictures.save(outcomes.record_ban(row, "", NOW))  # it may not be fetched

    assert list_stale(store) == set()
    assert store.pictures.due(NOW, 10) == []
    assert len(store.pictures.due(NOW + timedelta(days=8), 10)) == 1
    assert store.pictures.counts() == Pictured(failed={"picture-off-limits": 1})


def test_a_picture_is_fetched_again_after_a_change_of_its_address_or_rules_only(
    store: Store,
) -> None:
    """A new title does not refetch the picture; a new address or robots rule does."""
    article = record_article(store, 1, cover=COVER)
    save_due_pictures(store)
    record_article(store, 1, cover=COVER, title="Another title")

    assert store.index.pictures([article.id]) != {}

    record_article(store, 1, cover=COVER, robots=("noimageindex",))

    assert store.index.pictures([article.id]) == {}, "not shown until it is known that it may be"

    save_due_pictures(store)
    record_article(store, 1, cover="https://example.org/other.jpg", robots=("noimageindex",))

    assert list_due_addresses(store) == ["https://example.org/other.jpg"]

    # without a cover there is nothing to fetch
    record_article(store, 1)

    assert store.pictures.row(article.id) is None


def test_a_result_for_an_earlier_picture_is_not_saved(store: Store) -> None:
    """If the cover of an article changes while the earlier one is fetched, the thumbnail of the
    earlier one is discarded."""
    article = record_article(store, 1, cover=COVER)
    (row,) = store.pictures.due(NOW, 10)
    record_article(store, 1, cover="https://example.org/other.jpg")
    store.pictures.save(outcomes.record_copy(row, PICTURE))

    assert store.index.pictures([article.id]) == {}


def test_an_article_in_no_feed_has_no_picture_among_the_published(store: Store) -> None:
    """The picture of an article that is held back is neither fetched nor published. An existing
    thumbnail is kept, as the article may be published again."""
    record_article(store, 1, cover=COVER)
    record_article(store, 2, cover="https://example.org/two.jpg", hold=True)

    assert list_due_addresses(store) == [COVER]

    save_due_pictures(store)

    assert store.pictures.names() == {PICTURE.name}  # the published ones

    record_article(store, 1, cover=COVER, hold=True)

    assert store.pictures.names() == set()
    assert store.pictures.names(shown=False) == {PICTURE.name}, "kept: it may come back"


def test_a_withdrawn_article_leaves_no_picture(store: Store) -> None:
    """Withdrawing an article deletes the record of its thumbnail, also among unpublished ones."""
    article = record_article(store, 1, cover=COVER)
    save_due_pictures(store)
    store.visits.withdraw(article, (), (), NOW)

    assert store.pictures.names(shown=False) == set()


def test_a_lost_thumbnail_is_due_again(store: Store) -> None:
    """If the file of a thumbnail is lost, it is fetched again and the feeds that show it are
    stale."""
    record_article(store, 1, cover=COVER)
    save_due_pictures(store)
    record_build_of_all(store)
    store.pictures.requeue_lost([PICTURE.name])

    assert list_due_addresses(store) == [COVER]
    assert ALL in list_stale(store)


def test_a_rebuilt_database_keeps_the_thumbnail_of_an_unchanged_picture(store: Store) -> None:
    """A reindex keeps thumbnails whose picture address is unchanged (article 1); changed and new
    pictures are due, and those of deleted articles are not."""
    unchanged_article = record_article(store, 1, cover=COVER)
    changed_article = record_article(store, 2, cover="https://example.org/two.jpg")

    # both have a thumbnail; then the database is made from these files
    save_due_pictures(store)
    article_with_new_cover = make_article(2, cover="https://example.org/new.jpg")
    new_article = make_article(3, cover="https://example.org/three.jpg")
    store.reindex(
        [
            (unchanged_article, make_stamp(1)),
            (article_with_new_cover, make_stamp(2)),
            (new_article, make_stamp(3)),
        ]
    )

    assert store.index.pictures([unchanged_article.id, changed_article.id, new_article.id]) == {
        unchanged_article.id: PICTURE
    }
    assert list_due_addresses(store) == [
        "https://example.org/new.jpg",
        "https://example.org/three.jpg",
    ]

    # two of the files are deleted
    store.reindex([(unchanged_article, make_stamp(1))])

    assert list_due_addresses(store) == []
