"""Find articles on the same event by few keys; stories and their members."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import func, select

from syndicator.core.model import Article
from syndicator.core.ports import ArticleRecord
from syndicator.sketches.events import PLACES, choose_lookup_keys, make_sketch, pack, unpack
from syndicator.store import codec, schema
from syndicator.store.engine import Store
from syndicator.store.tables.stories import FOUND, NEWEST, Member, News, Sketched, Unread
from tests.store.conftest import NOW, make_stamp, record_article

SINCE = NOW - timedelta(days=3)
WINDOW = int(timedelta(days=3).total_seconds()) * 1_000_000
QUAKE = pack(make_sketch("Quake in Verania", "The quake shook Sant Orel, said Dario Menk."))
FERRY = pack(
    make_sketch("Silverfin aground", "A ferry hit a reef off Kettle Island, said Ewan Strake.")
)


def add_sketched(
    store: Store, number: int, data: bytes = QUAKE, outlet: str = "", language: str = "en"
) -> Sketched:
    """Store article `number`, which is `number` hours old, and its sketch `data`; return the stored
    sketch. By default each article is of an outlet of its own."""
    article = record_article(store, number)
    file = make_stamp(number)
    at = codec.to_micros(NOW - timedelta(hours=number))
    row = Sketched(article.id, outlet or f"{number}.example", language, at, data)
    store.stories.save({Unread(article.id, file.path, file.mtime_ns, file.size, at): row})
    return row


def find_similar(store: Store, one: Sketched) -> list[str]:
    found_by = choose_lookup_keys(unpack(one.data or b"\0\0\0"))
    return [row.article for row in store.stories.find_similar(one, found_by, WINDOW)]


class RowCounts(NamedTuple):
    """The numbers of rows in the tables of stories."""

    sketches: int
    keys: int
    members: int


def count_rows(store: Store) -> RowCounts:
    tables = (schema.story_sketches, schema.story_keys, schema.story_members)
    counts = [store._db.scalar(select(func.count()).select_from(table)) for table in tables]
    return RowCounts(*counts)


def list_unread(store: Store, *, include_changed: bool) -> list[str]:
    return [
        unread.article
        for unread in store.stories.list_unread(SINCE, 10, include_all=include_changed)
    ]


def test_new_articles_are_unread_and_with_a_look_at_all_also_changed_ones(store: Store) -> None:
    """Articles without a sketch are unread, the oldest first; with `include_changed`, also those
    whose file has changed. Articles of more than three days never are."""
    old = record_article(store, 5)  # five hours old
    new = record_article(store, 2)
    too_old = record_article(store, 90)

    assert list_unread(store, include_changed=False) == [old.id, new.id]
    assert too_old.id not in list_unread(store, include_changed=True)

    # both articles get a sketch
    add_sketched(store, 5)
    add_sketched(store, 2)

    assert list_unread(store, include_changed=True) == []

    # its file has another time now
    store.visits.record(ArticleRecord(article=old, stamp=make_stamp(6)))

    assert list_unread(store, include_changed=False) == []
    assert list_unread(store, include_changed=True) == [old.id]

    newest = record_article(store, 1)

    assert list_unread(store, include_changed=False) == [newest.id]


def test_articles_that_share_keys_are_found_within_the_window_in_their_language(
    store: Store,
) -> None:
    """To an article on a quake one with a similar sketch, an hour older, is found; one about
    something else (a ferry), in another language or without a sketch is not, nor any in a window of
    one minute."""
    quake = add_sketched(store, 1)
    similar_quake = add_sketched(store, 2)
    add_sketched(store, 3, FERRY)
    add_sketched(store, 4, language="de")
    add_sketched(store, 5, b"")

    assert find_similar(store, quake) == [similar_quake.article]

    one_minute = 60_000_000  # microseconds
    keys = choose_lookup_keys(unpack(QUAKE))
    assert store.stories.find_similar(quake, keys, one_minute) == []


def test_an_outlet_has_few_places_at_a_key_and_crowds_out_nobody(store: Store) -> None:
    """Of one outlet, at most PLACES similar articles are compared, so that 29 of flood.example do
    not hide an older one of another outlet."""
    article = add_sketched(store, 60)
    article_of_other_outlet = add_sketched(store, 59)

    # 29 newer articles on the same quake
    for number in range(1, 30):
        add_sketched(store, number, outlet="flood.example")
    similar = find_similar(store, article)

    assert article_of_other_outlet.article in similar
    assert len(similar) <= 1 + PLACES  # that one, and those of flood.example


def test_only_the_newest_articles_of_a_common_key_are_compared(store: Store) -> None:
    """Of 61 similar articles only the newest are compared, to bound the work for common words; the
    oldest is left out."""
    sketches = [add_sketched(store, hours_old) for hours_old in range(1, 62)]

    assert len(find_similar(store, sketches[0])) <= min(FOUND, NEWEST)
    assert sketches[-1].article not in find_similar(store, sketches[0])


def test_a_changed_article_is_found_by_its_new_sketch_only(store: Store) -> None:
    """If article 2 changes from the quake to the ferry, it is no longer found for an article on the
    quake, and finds none itself."""
    quake = add_sketched(store, 1)
    changed_article = add_sketched(store, 2)
    add_sketched(store, 2, FERRY)  # the same article again

    assert find_similar(store, quake) == []
    assert find_similar(store, changed_article._replace(data=FERRY)) == []


def test_sketches_older_than_the_window_are_deleted(store: Store) -> None:
    """Sketches from before a time are deleted with their keys; the article stays a member of its
    story. Two articles have a sketch, and the newer one is in a story."""
    add_sketched(store, 70)  # 70 hours old
    new_article = add_sketched(store, 1)  # an hour old
    store.stories.save_members([Member(new_article.article, "s", "1.example", final=False)])

    store.stories.delete_old_sketches(NOW - timedelta(hours=2), 10)

    assert count_rows(store) == RowCounts(
        sketches=1, keys=len(choose_lookup_keys(unpack(QUAKE))), members=1
    )

    store.stories.delete_old_sketches(NOW, 10)

    assert count_rows(store) == RowCounts(sketches=0, keys=0, members=1)


def test_a_withdrawn_article_leaves_only_the_decision_of_an_operator(store: Store) -> None:
    """Withdrawing articles deletes their sketches and their memberships in stories, except those
    that the operator decided (`final`)."""
    first_article = record_article(store, 1)
    other_article = record_article(store, 2)
    add_sketched(store, 1)
    add_sketched(store, 2)
    store.stories.save_members(
        [
            Member(first_article.id, "s", "a", final=False),
            Member(other_article.id, "s", "b", final=True),
        ]
    )

    for article in (first_article, other_article):
        store.visits.withdraw(article, (), [], NOW)

    assert count_rows(store) == RowCounts(sketches=0, keys=0, members=1)
    assert store.stories.articles(["s"]) == {}  # none is published


def test_a_rebuilt_database_makes_sketches_again_and_keeps_the_stories(store: Store) -> None:
    """A reindex deletes sketches, so that articles are read again, and keeps which article belongs
    to which story."""
    sketched = add_sketched(store, 1)
    store.stories.save_members([Member(sketched.article, "s", "a", final=False)])
    article = store.visits.article(sketched.article)

    assert article is not None

    store.reindex([(article, make_stamp(1))])

    assert count_rows(store) == RowCounts(sketches=0, keys=0, members=1)
    assert list_unread(store, include_changed=False) == [sketched.article]


def record_story(store: Store, story: str, *outlets: str, hours_old: int) -> list[Article]:
    """Store a story with an article of each of `outlets`: the first is `hours_old`, each further
    one an hour older."""
    articles = [record_article(store, hours_old + place) for place in range(len(outlets))]
    both = zip(articles, outlets, strict=True)
    store.stories.save_members(
        [Member(article.id, story, outlet, final=False) for article, outlet in both]
    )
    return articles


def list_outlet_counts(news: Iterable[News]) -> list[tuple[str, int]]:
    return [(story.story, story.outlets) for story in news]


def test_stories_of_most_outlets_come_first_then_the_latest(store: Store) -> None:
    """News, as (story, number of outlets), are sorted by this number, then by the latest article.
    Stories of one outlet or from before SINCE (three days ago) are left out."""
    record_story(store, "two, earlier", "a", "b", hours_old=10)
    record_story(store, "three", "a", "b", "c", "c", hours_old=20)
    record_story(store, "two, later", "a", "b", hours_old=1)
    record_story(store, "one outlet", "a", "a", hours_old=30)
    record_story(store, "old", "a", "b", hours_old=90)
    news = store.stories.list_news(SINCE, 10)

    assert list_outlet_counts(news) == [("three", 3), ("two, later", 2), ("two, earlier", 2)]
    assert news[1].latest == NOW - timedelta(hours=1)
    assert list_outlet_counts(store.stories.list_news(SINCE, 1)) == [("three", 3)]


def test_a_story_has_the_articles_that_are_published(store: Store) -> None:
    """A story lists its published articles with their outlets, the oldest first: `second` is merged
    into `third` and left out. Removed members leave the story."""
    first, second, third = record_story(store, "s", "a", "b", "c", hours_old=1)
    store.visits.record(ArticleRecord(article=first, stamp=make_stamp(1)))  # read again
    store.index.merge(second.id, third.id)

    assert store.stories.find_stories([first.id, "none"]) == {first.id: "s"}
    assert store.stories.articles(["s", "none"]) == {"s": [(third.id, "c"), (first.id, "a")]}

    store.stories.save_members([], [first.id])

    assert store.stories.find_stories([first.id]) == {}
    assert {member.article for member in store.stories.members()} == {second.id, third.id}
