"""Articles in an object store after crashes and with other writers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from syndicator.articles.beside.tab_lists import PRUNED
from syndicator.articles.beside.withdrawals import enter_withdrawal
from syndicator.articles.stores import paths
from syndicator.articles.stores.bucket import Bucket
from syndicator.articles.stores.object_articles import ObjectArticleStore
from syndicator.articles.stores.paths import WRITING
from syndicator.core.model import Article
from syndicator.core.ports import ArticleRecord
from syndicator.store import schema
from syndicator.store.engine import open_store
from tests.articles.samples import make_full_article
from tests.objects.s3_server import S3
from tests.objects.stores import NOW, ArticleStores, open_bucket_stores


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def stores(bucket: Bucket, clock: Clock, tmp_path: Path) -> Iterator[ArticleStores]:
    with open_bucket_stores(tmp_path, bucket, clock) as stores:
        yield stores


def count_reservations(stores: ArticleStores) -> int:
    """How many reservations there are, those of articles with rows too."""
    return len(stores.database.reservations._db.rows(select(schema.reservations.c.id)))


def make_article(**fields: object) -> Article:
    result: Article = replace(make_full_article(), **fields)  # type: ignore[arg-type]
    return result


def test_a_file_without_a_row_is_taken_in_once_nobody_can_be_writing_it(
    stores: ArticleStores, clock: Clock
) -> None:
    """If a crash left a file without a row, it is taken in as new once WRITING is over, as another
    writer could be about to record it before. Recorded, its reservation is deleted."""
    _, stamp, _ = stores.article_store.put(make_article())  # and the process ends

    assert not stores.article_store.find_changes({})

    clock.now += WRITING + timedelta(seconds=1)

    assert stores.article_store.find_changes({}).new == (stamp,)

    # it is taken in
    stores.database.visits.record(ArticleRecord(article=make_article(), stamp=stamp))

    assert stores.database.reservations.reserved() == []
    assert not stores.article_store.find_changes({})
    assert count_reservations(stores) == 0


def test_a_path_without_a_file_is_given_back(stores: ArticleStores, clock: Clock) -> None:
    """A reserved path whose file was never written is released when WRITING is over, at a sweep
    that looks at all files."""
    stores.database.reservations.with_clock(lambda: clock.now).reserve(
        make_article().id, "2026/11/never-written.md"
    )

    assert not stores.article_store.find_changes(stores.database.visits.stamps())
    assert [reservation.path for reservation in stores.database.reservations.reserved()] == [
        "2026/11/never-written.md"
    ]

    clock.now += WRITING + timedelta(seconds=1)

    assert not stores.article_store.find_changes({}, sweep=False)
    assert stores.database.reservations.reserved()
    # the sweep: nothing is new, and nothing is missing either
    assert not stores.article_store.find_changes({})
    assert stores.database.reservations.reserved() == []


def test_the_next_visit_ends_what_a_crash_began_under_the_same_path(stores: ArticleStores) -> None:
    """If a crash came before the row of a new article, the next visit writes it under the same path
    although its title has changed."""
    _, stamp, _ = stores.article_store.put(make_article(title="As it was read first"))
    stored, second_stamp, changed = stores.article_store.put(
        make_article(title="As it is read now")
    )

    assert second_stamp.path == stamp.path
    assert stored.title == "As it is read now"
    assert changed is True

    stores.database.visits.record(ArticleRecord(article=stored, stamp=second_stamp))

    assert stores.database.reservations.reserved() == []


def test_reservations_of_articles_with_rows_are_swept_when_they_are_old(
    stores: ArticleStores, clock: Clock
) -> None:
    """The reservation of a recorded article is deleted by a sweep once WRITING is over.
    `find_changes` sweeps unless `sweep` is False."""
    stored, stamp, _ = stores.article_store.put(make_article())
    stores.database.visits.record(ArticleRecord(article=stored, stamp=stamp))

    assert not stores.article_store.find_changes({})
    assert count_reservations(stores) == 1

    clock.now += WRITING + timedelta(seconds=1)

    assert not stores.article_store.find_changes({}, sweep=False)
    assert count_reservations(stores) == 1
    assert not stores.article_store.find_changes({})
    assert count_reservations(stores) == 0


def test_a_withdrawn_file_is_found_although_its_row_is_gone(
    stores: ArticleStores, clock: Clock
) -> None:
    """If a crash ends a withdrawal after the row is deleted and before the file is, the file is
    still found by id, to be deleted."""
    stored, stamp, _ = stores.article_store.put(make_article())
    stores.database.visits.record(ArticleRecord(article=stored, stamp=stamp))

    # its reservation, which has the path too, is swept
    clock.now += WRITING + timedelta(seconds=1)
    stores.article_store.find_changes({})

    assert count_reservations(stores) == 0

    enter_withdrawal(stores.article_store, stored, NOW, ())
    stores.database.visits.withdraw(stored, (), (), NOW)  # and the process ends

    assert stores.article_store.find(stored.id) == stamp.path
    assert stores.article_store.delete(stamp.path)
    assert stores.article_store.find(stored.id) is None
    assert stores.database.reservations.reserved() == []


def test_a_pruned_file_that_a_crash_left_is_an_article_again(stores: ArticleStores) -> None:
    """If a crash ends pruning before the file is deleted, the file counts as a new article again,
    so that nothing is lost."""
    stored, stamp, _ = stores.article_store.put(make_article())
    stores.database.visits.record(ArticleRecord(article=stored, stamp=stamp))

    # the steps of pruning but for the last one, which deletes the file
    stores.article_store.remember_paths([stored.id])
    PRUNED.append(stores.article_store, [(stored.id, "one.example/a")])
    stores.database.visits.prune([stored.id], [(stored.id, "one.example/a")])

    new_files = stores.article_store.find_changes({}).new

    assert [file.path for file in new_files] == [stamp.path]


def test_of_two_writers_of_a_new_article_the_path_of_the_first_stands(
    bucket: Bucket, stores: ArticleStores
) -> None:
    """If two processes write the same new article with different titles, both use the path that the
    first one reserved, also once the first one has recorded it. There is one file in the end."""
    with open_store(f"sqlite:///{stores.database.name}", articles_exist=True) as other_store:
        other_process = ObjectArticleStore(
            bucket, other_store.reservations.with_clock(lambda: NOW), lambda: NOW
        )
        first, first_stamp, _ = stores.article_store.put(
            make_article(title="The first one's title")
        )
        second, second_stamp, changed = other_process.put(
            make_article(title="The second one's title")
        )

        assert second_stamp.path == first_stamp.path
        assert changed
        assert second.title == "The second one's title"
        assert second.digest != first.digest

        stores.database.visits.record(ArticleRecord(article=first, stamp=first_stamp))
        _, third_stamp, _ = other_process.put(make_article(title="The third one's title"))

        assert third_stamp.path == first_stamp.path

    assert [file.path for file in stores.article_store.walk()] == [first_stamp.path]


def test_of_two_who_write_the_first_version_at_once_the_first_is_read_by_the_second(
    s3: S3, stores: ArticleStores
) -> None:
    """If another process writes the first version while we write ours (`write_theirs_first`),
    theirs, with a line of the operator, is read and merged."""
    # "rating", a line of the operator, is at the top of their file
    their_file = paths.make_first_file(make_article())[1].replace(b"---\n", b"---\nrating: 5\n", 1)
    their_versions = iter([their_file])

    def write_theirs_first(kind: str, key: str) -> None:
        if kind == "put" and (data := next(their_versions, None)):
            s3.put(key, data)

    s3.before = write_theirs_first  # type: ignore[assignment]
    _, stamp, changed = stores.article_store.put(make_article(title="Another title"))

    assert changed

    data = stores.article_store.read(stamp.path)

    assert b"rating: 5" in data
    assert b"Another title" in data


def edit_before_request(s3: S3, kind: str, old: bytes, new: bytes) -> Callable[[str, str], None]:
    """A hand that edits the file once, just before a request of such a `kind` is done."""
    done: list[str] = []

    def before(asked: str, key: str) -> None:
        if asked == kind and key.endswith(".md") and not done:
            done.append(key)
            data = s3.objects[key].data
            assert old in data
            s3.put(key, data.replace(old, new))

    return before


def test_a_hand_that_edits_at_the_same_moment_wins_and_is_read(
    s3: S3, stores: ArticleStores
) -> None:
    """An edit by hand in the moment of our write is kept and merged: the title is theirs, the
    excerpt ours."""
    stored, stamp, _ = stores.article_store.put(make_article(title="Ours", excerpt="An excerpt."))
    stores.database.visits.record(ArticleRecord(article=stored, stamp=stamp))

    # somebody edits the title between our read and our write
    s3.before = edit_before_request(s3, "put", b"title: Ours", b"title: Theirs")  # type: ignore[assignment]
    merged, last_stamp, changed = stores.article_store.put(
        make_article(title="Ours anew", excerpt="Another excerpt."), stamp.path
    )

    assert merged.title == "Theirs"
    assert merged.excerpt == "Another excerpt."
    assert changed is True
    assert stores.article_store.stamp(stamp.path) == last_stamp
    assert stores.article_store.get(stamp.path).title == "Theirs"


def test_a_hand_that_edits_all_the_time_ends_the_run_and_loses_nothing(
    s3: S3, stores: ArticleStores
) -> None:
    """If a file is edited before each of our tries (a line is appended before each put), writing
    fails in the end and all edits stay."""
    stored, stamp, _ = stores.article_store.put(make_article(title="Ours"))
    stores.database.visits.record(ArticleRecord(article=stored, stamp=stamp))
    line_numbers = iter(range(1000))

    def edit_before_put(kind: str, key: str) -> None:
        if kind == "put":
            s3.put(key, s3.objects[key].data + f"Line {next(line_numbers)}.\n".encode())

    s3.before = edit_before_put  # type: ignore[assignment]

    with pytest.raises(OSError, match="keeps being edited"):
        stores.article_store.put(make_article(title="Ours anew"), stamp.path)

    s3.before = lambda kind, key: None

    assert b"Line 0." in stores.article_store.read(stamp.path)


def test_two_writers_of_a_file_beside_keep_both_their_lines(s3: S3, stores: ArticleStores) -> None:
    """If another process appends a line ("three") while we append ours ("two"), both are kept."""
    their_lines = iter([b"three\n"])

    def append_their_line_first(kind: str, key: str) -> None:
        if kind == "put" and (line := next(their_lines, None)):
            s3.put(key, s3.objects[key].data + line)

    stores.article_store.file("x.tsv").append(b"# note\n", b"one\n")
    s3.before = append_their_line_first  # type: ignore[assignment]
    stores.article_store.file("x.tsv").append(b"# note\n", b"two\n")

    assert stores.article_store.file("x.tsv").read() == b"# note\none\nthree\ntwo\n"


def test_only_a_reindex_lists(s3: S3, stores: ArticleStores) -> None:
    """Storing and finding articles and looking for changes never list the bucket, which is slow and
    costs money; only `walk`, for a reindex, does."""
    for title in ("One", "Two"):  # of one article
        stored, stamp, _ = stores.article_store.put(make_article(title=title))
        stores.database.visits.record(ArticleRecord(article=stored, stamp=stamp))
    stores.article_store.find(stored.id)
    stores.article_store.has_our_articles()
    stores.article_store.find_changes(stores.database.visits.stamps())

    assert s3.requests["list"] == 0
    assert len(list(stores.article_store.walk())) == 1
    assert s3.requests["list"] == 1
