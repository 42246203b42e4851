"""Messages of webhooks, and which articles their receivers know, on each database."""

from __future__ import annotations

from datetime import timedelta

from syndicator.core.model import Article
from syndicator.core.ports import ArticleRecord
from syndicator.store.codec import to_micros
from syndicator.store.engine import Store
from syndicator.store.tables.messages import Known, Message, Waiting
from tests.store.conftest import NOW, make_article, make_stamp, record_article

MINUTE = timedelta(minutes=1)


def make_message(id: str, *, subject: str, receiver: str = "one") -> Message:
    return Message(
        receiver=receiver,
        subject=subject,
        id=id,
        body="{}",
        at=to_micros(NOW),
        next_try=to_micros(NOW),
    )


def list_due(store: Store, receiver: str = "one", after: timedelta = timedelta()) -> list[str]:
    return [message.id for message in store.messages.due(receiver, NOW + after, 10)]


def record_as_sent(store: Store, *articles: Article) -> None:
    known = {
        article.id: Known(mtime_ns=make_stamp(1).mtime_ns, size=make_stamp(1).size, digest="d")
        for article in articles
    }
    store.messages.save_messages([], known, ())


def test_a_message_is_due_after_earlier_messages_of_its_subject_were_sent(store: Store) -> None:
    """Messages about one subject are sent in order: a2 waits until a1, which failed first, was
    sent. Other subjects and receivers go on."""
    store.messages.save_messages(
        [
            make_message("a1", subject="a"),
            make_message("a2", subject="a"),
            make_message("b1", subject="b"),
            make_message("x", subject="a", receiver="two"),
        ],
        {},
        (),
    )

    assert list_due(store) == ["a1", "b1"]
    assert list_due(store, receiver="two") == ["x"]

    first, second = store.messages.due("one", NOW, 10)  # a1 and b1
    store.messages.record_failed(first, "HTTP 400", NOW + MINUTE, include_all=False)
    store.messages.record_sent(second)

    assert list_due(store) == []
    assert list_due(store, after=MINUTE) == ["a1"]

    [again] = store.messages.due("one", NOW + MINUTE, 10)

    assert again.tries == 1

    store.messages.record_sent(again)

    assert list_due(store) == ["a2"]


def test_a_receiver_that_fails_has_all_its_messages_wait(store: Store) -> None:
    """A failing receiver delays all its messages (`include_all`), not those of others."""
    store.messages.save_messages(
        [
            make_message("a1", subject="a"),
            make_message("b1", subject="b"),
            make_message("x", subject="b", receiver="two"),
        ],
        {},
        (),
    )
    store.messages.record_failed(
        store.messages.due("one", NOW, 1)[0], "timeout", NOW + MINUTE, include_all=True
    )

    assert list_due(store) == []
    assert list_due(store, receiver="two") == ["x"]
    assert list_due(store, after=MINUTE) == ["a1", "b1"]


def test_waiting_messages_are_counted_by_receiver_with_the_time_of_the_first(store: Store) -> None:
    """Waiting messages are summed up by receiver: how many, since when, and the last error. "one"
    has two, one of which failed."""
    store.messages.save_messages(
        [
            make_message("a1", subject="a"),
            make_message("b1", subject="b"),
            make_message("x", subject="b", receiver="two"),
        ],
        {},
        (),
    )
    store.messages.record_failed(
        store.messages.due("one", NOW, 1)[0], "timeout", NOW + MINUTE, include_all=True
    )
    waiting = {row.receiver: row for row in store.messages.waiting()}

    assert waiting == {"one": Waiting("one", 2, NOW, "timeout"), "two": Waiting("two", 1, NOW, "")}


def test_messages_are_dropped_with_their_receiver_and_when_they_are_old(store: Store) -> None:
    """`drop` deletes the messages of removed receivers (first argument) and those from before a
    time (second argument)."""
    store.messages.save_messages(
        [make_message("a1", subject="a"), make_message("x", subject="a", receiver="two")], {}, ()
    )
    store.messages.drop(["two"], NOW)

    assert [row.receiver for row in store.messages.waiting()] == ["one"]

    store.messages.drop([], NOW + MINUTE)

    assert store.messages.waiting() == []


def test_an_article_is_news_until_its_version_is_known(store: Store) -> None:
    """An article is listed as changed until its present version is recorded as sent; the listed
    entry has the version that receivers know, if any."""
    older = record_article(store, 2)  # added two hours ago
    newer = record_article(store, 1)  # added an hour ago

    assert store.messages.list_changed().keys() == {older.id, newer.id}

    record_as_sent(store, newer)

    assert [
        (article_id, known.digest) for article_id, known in store.messages.list_changed().items()
    ] == [(older.id, None)]

    # `newer` is edited: its file gets another stamp, the digest that receivers know is as before
    store.visits.record(ArticleRecord(article=make_article(1, title="Edited"), stamp=make_stamp(3)))

    assert store.messages.list_changed()[newer.id] == Known(
        mtime_ns=make_stamp(3).mtime_ns, size=make_stamp(3).size, digest="d"
    )


def test_an_article_that_no_feed_shows_is_hidden(store: Store) -> None:
    """A published article that is held back later is hidden, not changed: receivers are told to
    remove it, once."""
    article = record_article(store, 1)
    record_as_sent(store, article)

    assert store.messages.list_hidden() == []

    # the same article is held back
    store.visits.record(ArticleRecord(article=make_article(1, hold=True), stamp=make_stamp(1)))

    assert store.messages.list_hidden() == [article.id]
    assert store.messages.list_changed() == {}

    # receivers were told
    store.messages.save_messages([], {}, [article.id])

    assert store.messages.list_hidden() == []


def test_articles_published_before_there_was_a_receiver_count_as_sent(store: Store) -> None:
    """When the first receiver is configured, articles from before the given time count as sent, so
    that it does not get the whole archive."""
    record_article(store, 3)  # three hours old
    record_article(store, 4, hold=True)
    recent = record_article(store, 1)

    store.messages.begin(NOW - timedelta(hours=2))

    assert list(store.messages.list_changed()) == [recent.id]
