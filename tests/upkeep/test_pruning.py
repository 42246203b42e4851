"""Prune articles by age, number, source or name: they stay away, and a crash is repaired."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from syndicator.app.container import App
from syndicator.articles.beside.tab_lists import PRUNED, TabList
from syndicator.core import urls
from syndicator.core.errors import UsageError
from syndicator.core.model import SourceState, Validators
from syndicator.core.ports import ArticleRecord, EntryRow
from syndicator.upkeep import pruning, reconcile, reindex
from syndicator.upkeep.pruning import Criteria, Row, select_rows, separate_spared
from tests.filing.entry.test_ingest import get_problem_reason, ingest_entry, make_page
from tests.instances import NOW, SHORT, Instance, store_articles

DAY = timedelta(days=1)
HAND_WRITTEN_FILE = (
    "---\ntitle: Mine\ndate: '2020-01-01'\nsource: https://me.example/mine\n---\n\nBy hand.\n"
)


def make_row(
    id: str, *, days_old: int, source: str = "one", stays: str = "", copy_of: str = ""
) -> Row:
    """Return an article. `stays`: why it is protected; `copy_of`: the id
    of its original."""
    url = f"https://{source}.example/{id}"
    added = NOW - days_old * DAY
    return Row(
        id=id, url=url, title=id, path=id, added=added, source=source, stays=stays, copy_of=copy_of
    )


ROWS = [
    make_row("a", days_old=400),
    make_row("b", days_old=300),
    make_row("c", days_old=10),
    make_row("d", days_old=500, source="two"),
    make_row("e", days_old=1, source="two"),
    make_row("h", days_old=0, stays="hold"),
]


@pytest.mark.parametrize(
    ("selection", "pruned_ids"),
    [
        (Criteria(older_than=365 * DAY), "ad"),
        (Criteria(older_than=365 * DAY, source="one"), "a"),
        (Criteria(keep=1), "abdh"),  # what is on hold counts as none of the newest
        (Criteria(keep=2, source="one"), "ah"),
        (Criteria(keep=0, source="two"), "de"),
        (Criteria(older_than=365 * DAY, keep=3), ""),
        (Criteria(older_than=365 * DAY, keep=1), "ad"),
        (Criteria(older_than=10 * DAY), "abd"),  # not what is just so old
    ],
)
def test_what_is_asked_for(selection: Criteria, pruned_ids: str) -> None:
    """A selection by age, source or number of the newest to keep prunes the right articles of ROWS.
    Source one has a (400 days old), b (300), c (10) and h (on hold), source two d (500) and e (1);
    `pruned_ids` are in the order of ROWS."""
    assert "".join(row.id for row in select_rows(ROWS, selection, NOW)) == pruned_ids


def test_what_a_hand_wrote_and_what_is_on_hold_stays_and_copies_go_with_their_article_or_keep_it() -> (  # noqa: E501
    None
):
    """A hand-written article (e) stays. An original (a) is pruned with its copy (b), the copy
    first; it stays (c) if its copy (d) is not selected."""
    rows = [
        make_row("a", days_old=9),
        make_row("b", days_old=8, copy_of="a"),
        make_row("c", days_old=7),
        make_row("d", days_old=1, copy_of="c"),
        make_row("e", days_old=9, stays="hand"),
    ]

    # all but d are selected
    pruned, kept_by_reason = separate_spared([row for row in rows if row.id != "d"], rows)

    assert [row.id for row in pruned] == ["b", "a"]
    assert kept_by_reason == {"copy": 1, "hand": 1}

    # all are selected
    pruned, _ = separate_spared(rows, rows)

    assert [row.id for row in pruned] == ["b", "d", "a", "c"]


@pytest.fixture
def instance_with_old_articles(instance: Instance) -> Instance:
    """Source one has Story 0 (60 days old) to Story 5 (10 days old), source two has "Lone" (70 days
    old)."""
    return instance.fill_once(store_three_months)


def store_three_months(instance: Instance) -> None:
    with instance.open_app() as app:
        for number in range(6):
            at = NOW - timedelta(days=60) + number * 10 * DAY
            store_articles(
                app,
                f"Story {number}",
                "Text.",
                added=at,
                published=at,
                tags=("LLM",),
                tags_by="matched",
            )
        store_articles(
            app,
            "Lone",
            "Text.",
            source="two",
            added=NOW - 70 * DAY,
            tags=("GPU",),
            tags_by="matched",
        )
        reconcile.update_source_states(app.archive, app.configuration)
    instance.build()


def prune_articles(instance: Instance, *named: str, **which: object) -> pruning.Pruning:
    with instance.open_app() as app:
        planned = pruning.plan_pruning(
            app.archive, app.configuration.sources, Criteria(named=named, **which)
        )  # type: ignore[arg-type]
        pruning.prune_articles(app.archive, app.configuration.settings, planned)
    assert instance.build().held == ()
    return planned


def list_titles(instance: Instance, name: str = "all.json") -> list[str]:
    return [item["title"] for item in json.loads(instance.read_published(name))["items"]]


def get_pruned_path(instance: Instance) -> Path:
    return instance.folder / "feeds/articles/pruned.tsv"


def lose_database(instance: Instance) -> None:
    for path in (instance.folder / "feeds/state").glob("syndicator.db*"):
        path.unlink()
    with instance.open_app(create=True) as app:
        reindex.reindex(app.archive, app.configuration)


def test_files_go_feeds_lose_them_without_a_tombstone_and_nothing_is_held(
    instance_with_old_articles: Instance,
) -> None:
    """Pruning articles older than 45 days deletes the files and entries of three of seven, without
    deleted-entry elements and without holding a feed back; later runs have nothing to do. Story 0
    to 5 are 60 to 10 days old, "Lone" 70."""
    done = prune_articles(instance_with_old_articles, older_than=45 * DAY)

    assert [article.title for article in done.articles] == ["Lone", "Story 0", "Story 1"]
    assert list_titles(instance_with_old_articles) == ["Story 5", "Story 4", "Story 3", "Story 2"]
    assert len(list((instance_with_old_articles.folder / "feeds/articles").rglob("*.md"))) == 4
    assert "deleted-entry" not in instance_with_old_articles.read_published("all.atom")

    with instance_with_old_articles.open_app() as app:
        assert reconcile.update_from_files(app.archive, app.configuration) == ()

    assert not instance_with_old_articles.build().written
    assert prune_articles(instance_with_old_articles, older_than=45 * DAY).articles == ()


def test_newest_entries_of_a_feed_may_go_too(instance_with_old_articles: Instance) -> None:
    """An article named by its address ("Story 5", the newest) is pruned whatever its age."""
    with instance_with_old_articles.open_app() as app:
        newest = app.archive.article_store.get(
            instance_with_old_articles.find_file("Story 5")
            .relative_to(app.archive.article_store.root)
            .as_posix()
        )
    prune_articles(instance_with_old_articles, newest.url)
    assert list_titles(instance_with_old_articles)[0] == "Story 4"


def test_a_feed_that_loses_all_keeps_its_address_and_comes_back_as_it_was(
    instance_with_old_articles: Instance,
) -> None:
    """The feed of source two, which lost all its articles to pruning, has the same id when it gets
    a new one."""
    before = re.search("<id>.*</id>", instance_with_old_articles.read_published("sources/two.atom"))
    prune_articles(instance_with_old_articles, keep=0, source="two")
    with instance_with_old_articles.open_app() as app:
        store_articles(app, "Anew", "Text.", source="two", added=NOW)
    instance_with_old_articles.build()
    after = re.search("<id>.*</id>", instance_with_old_articles.read_published("sources/two.atom"))

    assert before
    assert after
    assert before[0] == after[0]


def test_its_source_may_announce_it_for_ever(instance_with_old_articles: Instance) -> None:
    """A pruned article is not filed again when announced, by its address or through an AMP page,
    even after the database was lost."""
    url = instance_with_old_articles.load_article("Story 0").url
    prune_articles(instance_with_old_articles, older_than=45 * DAY)  # Story 0 among others
    for _ in range(2):  # the second time with a new database
        with instance_with_old_articles.open_app() as app:
            # its page is not even asked for
            assert get_problem_reason(ingest_entry(app, url, None)) == "pruned"

            # another address, whose page names that of the pruned article as canonical
            amp_url = "https://one.example/amp/story-0"
            assert (
                get_problem_reason(ingest_entry(app, amp_url, make_page(amp_url, canonical=url)))
                == "pruned"
            )
            assert [
                stamp.path for stamp in app.archive.article_store.walk() if "story-0" in stamp.path
            ] == []
        lose_database(instance_with_old_articles)


def test_what_announced_it_under_another_id_is_remembered(
    instance_with_old_articles: Instance,
) -> None:
    """Pruning also remembers the ids under which other sources announced the article, here "theirs"
    of source two, even after the database was lost; putting its file back forgets them."""
    with instance_with_old_articles.open_app() as app:
        article = instance_with_old_articles.load_article("Story 0")
        row = EntryRow(
            source_key="two",
            entry_id="theirs",
            url="https://short.example/x",
            digest="",
            status="done",
            first_seen=NOW,
            article_id=article.id,
        )
        app.archive.store.visits.record(
            ArticleRecord(
                article=article,
                stamp=app.archive.store.visits.stamp(article.id) or pytest.fail(),
                entry=row,
            )
        )
    path = instance_with_old_articles.find_file("Story 0")
    data = path.read_bytes()
    prune_articles(instance_with_old_articles, article.id)
    lose_database(instance_with_old_articles)
    with instance_with_old_articles.open_app() as app:
        assert app.archive.store.visits.look_up(["guid:two:theirs"]).pruned
        assert not app.archive.store.visits.look_up(["guid:two:other"]).pruned

        # the file is put back
        path.write_bytes(data)
        reconcile.update_from_files(app.archive, app.configuration)

        assert not app.archive.store.visits.look_up(["guid:two:theirs"]).pruned


def test_archives_are_made_again_without_it(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Archive documents are written again without pruned articles: first one named ("Story 0"),
    then those older than 30 days ("Lone", Story 1 and 2). `SHORT` sets short feeds, so that there
    are archives."""
    instance = Instance(tmp_path_factory.mktemp("short"), settings=SHORT).fill_once(
        store_three_months
    )

    def list_archived_titles() -> list[str]:
        documents = sorted((instance.folder / "feeds/public/archive/all").glob("*.atom"))
        return re.findall(
            r"<title[^>]*>(Story \d|Lone)</title>", "".join(path.read_text() for path in documents)
        )

    titles_before = list_archived_titles()
    assert {"Story 0", "Story 2"} <= set(titles_before)

    prune_articles(instance, instance.load_article("Story 0").id)

    assert list_archived_titles() == [title for title in titles_before if title != "Story 0"]

    prune_articles(instance, older_than=30 * DAY)

    assert list_archived_titles() == [
        title for title in titles_before if title in ("Story 3", "Story 4", "Story 5")
    ]


def test_a_hand_written_file_goes_by_its_name_alone(instance_with_old_articles: Instance) -> None:
    """An article written by hand is spared by age and pruned only if it is named."""
    path = instance_with_old_articles.folder / "feeds/articles/mine.md"
    path.write_text(HAND_WRITTEN_FILE)
    with instance_with_old_articles.open_app() as app:
        reconcile.update_from_files(app.archive, app.configuration)
    instance_with_old_articles.build()

    # one article is spared as written by hand
    assert prune_articles(instance_with_old_articles, older_than=45 * DAY).stays == {"hand": 1}
    assert path.exists()

    prune_articles(instance_with_old_articles, str(path))

    assert not path.exists()
    assert "Mine" not in list_titles(instance_with_old_articles)


@pytest.mark.parametrize("named", ["https://one.example/nothing", "no-id"])
def test_what_is_no_article_is_named(instance_with_old_articles: Instance, named: str) -> None:
    """Pruning an unknown article or source is refused; for a typo the nearest source is
    proposed."""
    with pytest.raises(UsageError, match="no article"):
        prune_articles(instance_with_old_articles, named)
    with pytest.raises(UsageError, match="no source 'tow' \\(did you mean"):
        prune_articles(instance_with_old_articles, keep=0, source="tow")


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.slow
@pytest.mark.parametrize("step", ["list.append", "visits.prune", "article_store.delete_all"])
@pytest.mark.parametrize(
    "runs_step", [pytest.param(False, id="before"), pytest.param(True, id="after")]
)
def test_ended_at_any_step_an_article_is_whole_or_gone(
    instance_with_old_articles: Instance,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    runs_step: bool,
) -> None:
    """Pruning three articles, two in a transaction, is killed before or after its first `step`: a
    list entry, the deletion of rows or that of files. At the next start files, rows and the list of
    pruned articles agree; the next pruning completes it."""
    monkeypatch.setattr(pruning, "_ARTICLES_A_TRANSACTION", 2)
    owner, name = step.split(".")

    def kill_at_step(app: App) -> None:
        owners = {
            "list": TabList,
            "visits": app.archive.store.visits,
            "article_store": app.archive.article_store,
        }
        owner_object = owners[owner]
        step_function = getattr(owner_object, name)

        def run_and_die(*arguments: Sequence[object]) -> None:
            if runs_step:
                step_function(*arguments)
            raise Killed

        monkeypatch.setattr(owner_object, name, run_and_die)

    titles_before = list_titles(instance_with_old_articles)
    with instance_with_old_articles.open_app() as app:
        planned = pruning.plan_pruning(
            app.archive, app.configuration.sources, Criteria(older_than=45 * DAY)
        )
        kill_at_step(app)
        with pytest.raises(Killed):
            pruning.prune_articles(app.archive, app.configuration.settings, planned)
    monkeypatch.undo()

    # the next start
    with instance_with_old_articles.open_app() as app:
        assert reconcile.update_from_files(app.archive, app.configuration) == ()

        paths = {stamp.path for stamp in app.archive.article_store.walk()}

        assert {stamp.path for stamp in app.archive.store.visits.stamps().values()} == paths

        deleted_paths = {article.path for article in planned.articles} - paths

        assert {
            article.path
            for article in planned.articles
            if app.archive.store.visits.look_up([urls.alias(article.url)]).pruned
        } == deleted_paths
    assert instance_with_old_articles.build().held == ()

    titles_after = list_titles(instance_with_old_articles)

    assert [title for title in titles_before if title in titles_after] == titles_after

    prune_articles(instance_with_old_articles, older_than=45 * DAY)

    assert list_titles(instance_with_old_articles) == ["Story 5", "Story 4", "Story 3", "Story 2"]
    lines = get_pruned_path(instance_with_old_articles).read_text().splitlines()
    assert len(lines) == len(set(lines))  # each article is listed once


def test_a_file_that_is_put_back_is_an_article_again(instance_with_old_articles: Instance) -> None:
    """If the file of a pruned article is put back, the article is published as before and is
    not taken for pruned."""
    path = instance_with_old_articles.find_file("Story 0")
    feed_before = instance_with_old_articles.read_published("all.json")
    data = path.read_bytes()
    prune_articles(
        instance_with_old_articles, instance_with_old_articles.load_article("Story 0").id
    )

    path.write_bytes(data)
    with instance_with_old_articles.open_app() as app:
        reconcile.update_from_files(app.archive, app.configuration)
        # announced again, it is known, and not refused as "pruned"
        assert ingest_entry(app, "https://one.example/story-0", None).problem is None
    instance_with_old_articles.build()

    assert instance_with_old_articles.read_published("all.json") == feed_before


def test_without_its_lines_it_is_read_again(instance_with_old_articles: Instance) -> None:
    """Deleting an article's lines from pruned.tsv makes its source due without its ETag, so that
    the article is filed again."""
    article = instance_with_old_articles.load_article("Story 0")
    with instance_with_old_articles.open_app() as app:
        app.archive.store.visits.save_states(
            [
                SourceState(
                    key="one", url="https://one.example/feed", validators=Validators(etag='"x"')
                )
            ]
        )
    prune_articles(instance_with_old_articles, article.id)

    # its source announces it again: the entry is refused as "pruned"
    with instance_with_old_articles.open_app() as app:
        ingest_entry(app, article.url, None)

    list_before = get_pruned_path(instance_with_old_articles).read_text()
    assert article.id in list_before
    get_pruned_path(instance_with_old_articles).write_text("# none\n")
    with instance_with_old_articles.open_app() as app:
        reconcile.update_from_files(app.archive, app.configuration)
        state = app.archive.store.visits.states()["one"]

        assert state.validators.etag is None
        assert state.schedule.next_due is None  # at once
        assert state.schedule.due_why == "a pruning was undone"
        assert app.archive.store.visits.entries("one", [f"guid of {article.url}"]) == {}
        assert ingest_entry(app, article.url, make_page(article.url)).added == article.id


def test_a_list_that_is_lost_is_written_again(instance_with_old_articles: Instance) -> None:
    """A deleted pruned.tsv is written again from the database."""
    prune_articles(instance_with_old_articles, older_than=45 * DAY)  # three articles
    lines = set(get_pruned_path(instance_with_old_articles).read_text().splitlines())

    get_pruned_path(instance_with_old_articles).unlink()
    with instance_with_old_articles.open_app() as app:
        reconcile.update_from_files(app.archive, app.configuration)

    assert set(get_pruned_path(instance_with_old_articles).read_text().splitlines()) == lines


def test_the_list_is_read_when_it_changed_alone(
    instance_with_old_articles: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run does not parse pruned.tsv again if it did not change: parsing it would fail here."""

    def parse_others(kept: TabList[Any], data: bytes | None) -> list[Any]:
        assert kept is not PRUNED
        return parse(kept, data)

    prune_articles(instance_with_old_articles, older_than=45 * DAY)
    with instance_with_old_articles.open_app() as app:
        parse = TabList._parse
        monkeypatch.setattr(TabList, "_parse", parse_others)
        assert reconcile.update_from_files(app.archive, app.configuration) == ()


def test_a_copy_that_was_pruned_goes_from_its_sources_feed(
    instance_with_old_articles: Instance,
) -> None:
    """An article ("Story 5") with a merged copy cannot be pruned before the copy; the pruned copy
    leaves its source's feed, and then the article can be pruned."""
    with instance_with_old_articles.open_app() as app:
        first_article = instance_with_old_articles.load_article("Story 5")
        copy = store_articles(app, "Copy", "Text.", source="two", merged_into=first_article.id)
    instance_with_old_articles.build()

    assert "Copy" in list_titles(instance_with_old_articles, "sources/two.json")
    # one article stays, because of its copy
    assert prune_articles(instance_with_old_articles, first_article.id).stays == {"copy": 1}

    prune_articles(instance_with_old_articles, copy.id)

    assert "Copy" not in list_titles(instance_with_old_articles, "sources/two.json")
    assert "Story 5" in list_titles(instance_with_old_articles)

    prune_articles(instance_with_old_articles, first_article.id)

    assert "Story 5" not in list_titles(instance_with_old_articles)


def test_a_backup_that_is_restored_elsewhere_publishes_the_same_and_knows_what_was_pruned(
    instance_with_old_articles: Instance, tmp_path: Path
) -> None:
    """A copy of the folders config and articles publishes the same feed; an article pruned
    before is not filed again."""
    url = instance_with_old_articles.load_article("Story 0").url
    prune_articles(instance_with_old_articles, older_than=45 * DAY)  # Story 0 among others

    restored_instance = Instance(make_folder(tmp_path / "there"))
    for part in ("config", "feeds/articles"):
        shutil.copytree(
            instance_with_old_articles.folder / part,
            restored_instance.folder / part,
            dirs_exist_ok=True,
        )
    with restored_instance.open_app(create=True) as app:
        reindex.reindex(app.archive, app.configuration)
    restored_instance.build()

    assert restored_instance.read_published(
        "all.atom"
    ) == instance_with_old_articles.read_published("all.atom")

    with restored_instance.open_app() as app:
        assert get_problem_reason(ingest_entry(app, url, None)) == "pruned"


def make_folder(folder: Path) -> Path:
    folder.mkdir()
    return folder
