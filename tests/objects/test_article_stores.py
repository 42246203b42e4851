"""The interface ArticleStore: the same tests for the folder and the object store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from syndicator.articles.beside.tab_lists import CARRIED, PRUNED, compact_lists
from syndicator.articles.beside.withdrawals import WITHDRAWN, enter_withdrawal, unlist_withdrawn
from syndicator.core.errors import ConfigError
from syndicator.core.model import Article, make_article_id
from syndicator.core.ports import ArticleRecord
from tests.articles.samples import make_full_article
from tests.objects.stores import NOW, ArticleStores, open_bucket_stores, open_folder_stores


@pytest.fixture(params=["folder", "bucket"])
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ArticleStores]:
    if request.param == "folder":
        with open_folder_stores(tmp_path) as stores:
            yield stores
        return
    with open_bucket_stores(tmp_path, request.getfixturevalue("bucket")) as stores:
        yield stores


def make_article(url: str = "https://one.example/a", **fields: object) -> Article:
    result: Article = replace(
        make_full_article(), id=make_article_id(url), url=url, aliases=(), **fields
    )  # type: ignore[arg-type]
    return result


def file_article(stores: ArticleStores, one: Article) -> str:
    """Written and recorded, as `refile` does: the path."""
    stored, stamp, _ = stores.article_store.put(one)
    stores.database.visits.record(ArticleRecord(article=stored, stamp=stamp))
    return stamp.path


def test_an_article_is_filed_by_its_day_title_and_id_and_comes_back(stores: ArticleStores) -> None:
    """The path of an article has month, title and part of the id; by path or id the same article,
    stamp and bytes are found. `stores` is a folder or a bucket."""
    stored, stamp, changed = stores.article_store.put(make_article(title="Robots, again"))
    stores.database.visits.record(ArticleRecord(article=stored, stamp=stamp))

    assert changed
    assert stamp.path == f"2026/11/robots-again-{make_article().id[:6]}.md"
    assert stores.article_store.get(stamp.path) == stored
    assert stores.article_store.stamp(stamp.path) == stamp
    assert stamp.size == len(stores.article_store.read(stamp.path))
    assert list(stores.article_store.walk()) == [stamp]
    assert list(stores.article_store.names()) == [stamp.path]
    assert stores.article_store.find(stored.id) == stamp.path
    assert stores.article_store.find_id_at(stamp.path) == stored.id
    assert stores.raw(stamp.path) == stores.article_store.read(stamp.path)


def test_the_path_stays_and_a_stamp_changes_with_the_file_alone(stores: ArticleStores) -> None:
    """An article keeps its path when it is written again; its stamp changes only if the bytes
    do."""
    path = file_article(stores, make_article())
    first_stamp = stores.article_store.stamp(path)

    # the same article again
    _, same_stamp, changed = stores.article_store.put(make_article())

    assert same_stamp == first_stamp
    assert changed is False

    # the same article with another title
    _, new_stamp, changed = stores.article_store.put(make_article(title="Another title"))

    assert changed
    assert new_stamp.path == path
    assert (new_stamp.mtime_ns, new_stamp.size) != (first_stamp.mtime_ns, first_stamp.size)


def test_what_a_hand_edited_stays_unless_it_is_ordered(stores: ArticleStores) -> None:
    """A title that was edited by hand stays while other fields are updated, until a write is
    ordered to change it (`ordered`)."""
    path = file_article(stores, make_article(title="Ours"))
    data = stores.article_store.read(path)
    stores.write(path, data.replace(b"title: Ours", b"title: Theirs"))

    stored, _, changed = stores.article_store.put(
        make_article(title="Ours anew", author="Somebody Else"), path
    )

    assert stored.title == "Theirs"
    assert stored.author == "Somebody Else"
    assert changed is True

    stored, _, _ = stores.article_store.put(
        make_article(title="Ours anew"), path, ordered=("title",)
    )

    assert stored.title == "Ours anew"


def test_a_file_that_is_no_article_any_more_is_not_written_over(stores: ArticleStores) -> None:
    """If somebody broke an article file, here by an open bracket, writing the article fails and
    leaves the file for them to mend."""
    path = file_article(stores, make_article())
    broken = stores.article_store.read(path).replace(b"tags:", b"tags: [")
    stores.write(path, broken)

    with pytest.raises(ConfigError):
        stores.article_store.put(make_article(title="Another"), path)

    assert stores.raw(path) == broken  # `raw` reads the bytes past the store
    assert stores.article_store.find_id_at(path) == make_article().id


def test_two_ids_that_begin_alike_have_two_files(stores: ArticleStores) -> None:
    """Two articles whose ids share the first six characters get different names, the second with
    two characters more."""
    first_article = replace(make_article(), id="abcdef" + "a" * 20)
    second_article = replace(make_article("https://one.example/b"), id="abcdef" + "b" * 20)
    first_path = file_article(stores, first_article)
    second_path = file_article(stores, second_article)

    assert first_path.endswith("-abcdef.md")
    assert second_path.endswith("-abcdefbb.md")
    assert stores.article_store.find(first_article.id) == first_path
    assert stores.article_store.find(second_article.id) == second_path


def test_a_path_that_leaves_the_store_is_refused(stores: ArticleStores) -> None:
    """A path that leaves the article store, or is not in normal form, can be neither read nor
    deleted."""
    for path in ("../x.md", "2026//x.md", "", "/x.md", "2026/./x.md"):
        with pytest.raises(ConfigError):
            stores.article_store.get(path)
        with pytest.raises(ConfigError):
            stores.article_store.delete(path)


def test_what_is_not_there_is_named_so(stores: ArticleStores) -> None:
    """Reading a missing article raises FileNotFoundError; finding gives None, deleting False, and
    its id is guessed from the file name."""
    for read in (stores.article_store.get, stores.article_store.read, stores.article_store.stamp):
        with pytest.raises(FileNotFoundError):
            read("2026/11/none-abcdef.md")

    assert stores.article_store.find(make_article().id) is None
    assert not stores.article_store.delete("2026/11/none-abcdef.md")
    assert stores.article_store.find_id_at("2026/11/none-abcdef.md") == "abcdef"


def test_a_file_of_elsewhere_is_added_deleted_and_put_back(stores: ArticleStores) -> None:
    """A file from elsewhere can be added as it is, deleted and put back, but not over an existing
    file; missing ones are skipped on deletion."""
    path = stores.article_store.add(
        make_article(), b"---\nid: " + make_article().id.encode() + b"\ntitle: T\n---\n\nText.\n"
    )

    assert stores.article_store.find(make_article().id) == path

    data = stores.article_store.read(path)

    with pytest.raises(FileExistsError):
        stores.article_store.restore_file(path, data)
    assert stores.article_store.delete(path)
    assert stores.article_store.find(make_article().id) is None

    stores.article_store.restore_file(path, data)

    assert stores.raw(path) == data
    # no row of the database has it: the next start takes it in as a new one
    assert [stamp.path for stamp in stores.article_store.find_changes({}).new] == [path]

    stores.article_store.delete_all([path, "2026/11/none-abcdef.md"])

    assert stores.raw(path) is None


def test_the_instance_is_minted_once_and_never_anew_where_there_are_articles(
    stores: ArticleStores,
) -> None:
    """The id of the instance is generated once, stored beside the articles in instance.toml, and
    then stays. `minted` says whether there is one."""
    assert not stores.article_store.minted()

    instance_id = stores.article_store.instance()

    assert stores.article_store.minted()
    assert stores.article_store.instance() == instance_id

    data = stores.raw("instance.toml")

    assert data is not None
    assert str(instance_id).encode() in data


def test_withdrawals_carriers_and_prunings_outlive_the_database(stores: ArticleStores) -> None:
    """The three lists are files beside the articles, not rows of the database: withdrawn articles,
    sources that also carried an article, and pruned articles. They are written, read, shortened
    and compacted; `make_article()` has the address https://one.example/a."""
    file_article(stores, make_article())
    articles = stores.article_store

    # none has been written
    assert WITHDRAWN.stamp(articles) is None
    assert CARRIED.stamp(articles) is None
    assert PRUNED.stamp(articles) is None

    # withdrawals: two are entered, in the order of their ids, and one is taken back
    enter_withdrawal(articles, make_article(), NOW, ())
    enter_withdrawal(articles, make_article("https://one.example/b"), NOW, ())

    assert [withdrawal.url for withdrawal in WITHDRAWN.read(articles)] == sorted(
        ["https://one.example/a", "https://one.example/b"], key=make_article_id
    )

    unlist_withdrawn(articles, make_article().id)

    assert [withdrawal.url for withdrawal in WITHDRAWN.read(articles)] == ["https://one.example/b"]

    # carriers: "planet" is appended twice
    CARRIED.append(articles, [(make_article().id, "planet")])
    stamp = CARRIED.stamp(articles)
    CARRIED.append(articles, [(make_article().id, "planet"), (make_article().id, "links")])

    assert CARRIED.stamp(articles) != stamp

    # prunings: the same line twice; compacting drops what is there twice
    PRUNED.append(articles, [(make_article().id, "one.example/a")] * 2)
    compact_lists(articles)

    assert CARRIED.read(articles) == [(make_article().id, "planet"), (make_article().id, "links")]
    assert (stores.raw("carried.tsv") or b"").count(b"planet") == 1
    assert PRUNED.read(articles) == [(make_article().id, "one.example/a")]
    assert {str(file).rpartition("/")[2] for file in articles.beside()} == {
        "carried.tsv",
        "pruned.tsv",
        "withdrawn.toml",
    }
    assert articles.read_folder_stamps() == articles.read_folder_stamps()


def test_a_file_beside_is_read_written_and_added_to(stores: ArticleStores) -> None:
    """A list beside the articles gets its heading with the first line; a line that a crash cut
    short is replaced. Equal content is not rewritten."""
    file = stores.article_store.file("notes.tsv")

    assert file.read() is None
    assert file.stamp() is None

    file.update(lambda before: None)

    assert file.read() is None

    # `append` takes the heading and the line
    file.append(b"# note\n", b"one\n")

    assert file.read() == b"# note\none\n"

    # a crash cut the second line short
    stores.write("notes.tsv", b"# note\none\ncut sho")
    file.append(b"# note\n", b"two\n")

    assert file.read() == b"# note\none\ntwo\n"

    stamp = file.stamp()
    file.update(lambda before: before)

    assert file.stamp() == stamp

    file.update(lambda before: (before or b"") + b"three\n")

    assert file.stamp() != stamp
    assert stores.raw("notes.tsv") == b"# note\none\ntwo\nthree\n"


def test_what_an_operator_means_by_a_file_is_found(stores: ArticleStores) -> None:
    """`find_typed_path` finds the path that an operator typed after the name of the store; other
    texts are no path."""
    path = file_article(stores, make_article())

    assert stores.article_store.find_typed_path(f"{stores.article_store.name}/{path}") == path
    assert stores.article_store.find_typed_path("https://one.example/a") is None
    assert stores.article_store.find_typed_path("nothing") is None


def test_within_together_files_are_there_at_once(stores: ArticleStores) -> None:
    """After `settle` inside a `batch_writes` block the file is stored; after the block nothing
    temporary is left for `sweep`, which returns how many files it deleted."""
    with stores.article_store.batch_writes() as settle:
        path = file_article(stores, make_article())
        settle()

        assert stores.raw(path) is not None
    assert stores.article_store.sweep() == 0
