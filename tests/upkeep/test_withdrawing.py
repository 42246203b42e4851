"""Withdraw articles, undo it with the operator's edits, purge them."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from syndicator.app.container import open_app
from syndicator.articles.beside.withdrawals import WITHDRAWN, enter_withdrawal
from syndicator.core import urls
from syndicator.core.errors import UsageError
from syndicator.core.model import FeedKey, Fetched, Schedule, SourceState, Validators
from syndicator.core.ports import EntryRow
from syndicator.core.reasons import EntryReason
from syndicator.core.text import stamp
from syndicator.operations.changes.log import Log
from syndicator.operations.jobs.queue import Queue
from syndicator.operations.jobs.work import drain
from syndicator.upkeep import editorial, learn, reconcile, reindex
from tests.aged.web import serve_web
from tests.instances import NOW, Instance, store_articles
from tests.trust.case import Case, Day, Page
from tests.trust.life import Life

URL = "https://one.example/story"


def store_story_copy_and_other(instance: Instance) -> None:
    """Store "Story", "Other" and a copy of "Story" from another source; edit "Story" by hand;
    build."""
    with instance.open_app() as app:
        first_article = store_articles(
            app, "Story", "Text of the story.", tags=("LLM",), tags_by="matched"
        )
        store_articles(
            app, "Other", "Text of another.", tags=("LLM",), tags_by="matched", source="two"
        )
        store_articles(
            app, "Copy", "Text of the story.", source="two", merged_into=first_article.id
        )
    instance.edit_file("Story", "Text of the story.", "Text of the story, by hand.")
    with instance.open_app() as app:
        reconcile.update_source_states(app.archive, app.configuration)
        reconcile.update_from_files(app.archive, app.configuration)
    instance.build()


def withdraw_story(instance: Instance, *, purge: bool = False) -> editorial.Withdrawal:
    with instance.open_app() as app:
        done = editorial.withdraw(app.archive, app.configuration, URL, purge=purge)
    instance.build()
    return done


def undo_withdrawal(instance: Instance, what: str = URL) -> None:
    with instance.open_app() as app:
        editorial.undo_withdrawal(app.archive, app.configuration, what)
    instance.build()


def reconcile_at_start(instance: Instance) -> None:
    with instance.open_app() as app:
        reconcile.update_source_states(app.archive, app.configuration)
        assert reconcile.update_from_files(app.archive, app.configuration) == ()
    instance.build()


def get_withdrawn_path(instance: Instance) -> Path:
    return instance.folder / "feeds/articles/withdrawn.toml"


def list_undo_files(instance: Instance) -> list[Path]:
    return sorted((instance.folder / "feeds/state/withdrawn").rglob("*.md"))


def list_entry_titles(instance: Instance, name: str = "all.json") -> list[str]:
    return [item["title"] for item in json.loads(instance.read_published(name))["items"]]


def read_published_files(instance: Instance) -> dict[str, str]:
    """Everything published by name, with the bytes."""
    public = instance.folder / "feeds/public"
    return {str(path.relative_to(public)): path.read_text() for path in public.rglob("*.json")}


def read_article_digests(instance: Instance) -> dict[str, str]:
    return {
        name: digest
        for name, digest in instance.read_digests("articles").items()
        if name.endswith(".md")
    }


def test_trying_says_which_feeds_would_lose_it_and_changes_nothing(instance: Instance) -> None:
    """The plan of a withdrawal lists the feeds and merged copies of the article (that of URL) and
    changes no file."""
    instance.fill_once(store_story_copy_and_other)
    before = instance.read_digests("articles"), instance.read_digests("public")
    with instance.open_app() as app:
        planned = editorial.plan_withdrawal(app.archive, app.configuration.sources, URL)

    assert planned.title == "Story"
    assert planned.feeds == (FeedKey("all", "all"), FeedKey("source", "one"), FeedKey("tag", "llm"))
    assert [copy.title for copy in planned.copies] == ["Copy"]
    assert (instance.read_digests("articles"), instance.read_digests("public")) == before


def test_what_comes_back_is_as_it_was(instance: Instance) -> None:
    """Undoing a withdrawal restores the file, with the edit by hand, and the feeds exactly; the
    deleted-entry elements are gone again."""
    instance.tell_of_withdrawals()  # feeds get deleted-entry elements
    instance.fill_once(store_story_copy_and_other)
    files = read_article_digests(instance)
    published = read_published_files(instance)

    withdraw_story(instance)

    assert "Story" not in list_entry_titles(instance)
    assert read_article_digests(instance) != files
    assert "deleted-entry" in instance.read_published("all.atom")

    undo_withdrawal(instance)

    assert read_article_digests(instance) == files
    assert "by hand" in instance.find_file("Story").read_text()
    assert read_published_files(instance) == published
    assert "deleted-entry" not in instance.read_published("all.atom")
    assert list_undo_files(instance) == []

    with instance.open_app() as app:
        assert not app.archive.store.visits.look_up([urls.alias(URL)]).withdrawn
        assert app.archive.store.index.withdrawn() == []


def test_an_article_is_named_by_any_of_its_addresses_or_its_id(instance: Instance) -> None:
    """A withdrawn article is found for undo by another spelling of its address or by its id."""
    instance.fill_once(store_story_copy_and_other)
    article_id = withdraw_story(instance).id
    for what in ("http://one.example/story/", article_id):
        with instance.open_app() as app:
            assert editorial.plan_restoration(app.archive, what).id == article_id

    with (
        instance.open_app() as app,
        pytest.raises(UsageError, match=r"was withdrawn; .*withdrawn\.toml lists"),
    ):
        editorial.plan_restoration(app.archive, "https://one.example/nothing")


def test_copies_stand_for_themselves_while_it_is_withdrawn(instance: Instance) -> None:
    """While the article "Story" is withdrawn, its merged copy "Copy", another site's article, is
    published; before and after that it is not."""
    instance.fill_once(store_story_copy_and_other)
    assert "Copy" not in list_entry_titles(instance)

    withdraw_story(instance)

    assert "Copy" in list_entry_titles(instance)

    undo_withdrawal(instance)

    assert "Copy" not in list_entry_titles(instance)


def test_its_file_is_in_no_backup_of_the_articles(instance: Instance) -> None:
    """The file kept for undo is outside of the articles folder, so that no backup of articles
    contains it."""
    instance.fill_once(store_story_copy_and_other)
    withdraw_story(instance)

    assert len(list_undo_files(instance)) == 1

    # "by hand" is in the text of the story alone
    assert all(
        "by hand" not in path.read_text()
        for path in (instance.folder / "feeds/articles").rglob("*.*")
    )


def test_an_entry_deleted_by_hand_is_undone_at_the_next_start(instance: Instance) -> None:
    """If the operator deletes the line of an article from withdrawn.toml, the article is
    published again at the next start."""
    instance.fill_once(store_story_copy_and_other)
    published = read_published_files(instance)
    withdraw_story(instance)

    get_withdrawn_path(instance).write_text("# none\n")  # lists no article any more
    reconcile_at_start(instance)

    assert read_published_files(instance) == published
    assert list_undo_files(instance) == []


def test_so_it_is_where_the_database_was_lost(instance: Instance) -> None:
    """Deleting an article's line from withdrawn.toml restores the article also if the database was
    lost at the same time."""
    instance.fill_once(store_story_copy_and_other)
    withdraw_story(instance)
    for path in (instance.folder / "feeds/state").glob("syndicator.db*"):
        path.unlink()
    get_withdrawn_path(instance).write_text("# none\n")  # lists no article any more
    with instance.open_app(create=True) as app:
        reindex.reindex(app.archive, app.configuration)
    instance.build()

    assert "Story" in list_entry_titles(instance)


def test_a_list_that_is_lost_is_no_undoing(instance: Instance) -> None:
    """If withdrawn.toml is deleted, the article stays withdrawn and the file is written again."""
    instance.fill_once(store_story_copy_and_other)
    withdraw_story(instance)
    list_before = get_withdrawn_path(instance).read_bytes()
    get_withdrawn_path(instance).unlink()
    reconcile_at_start(instance)

    # the first lines say which article it is
    assert (
        get_withdrawn_path(instance).read_bytes().splitlines()[:4] == list_before.splitlines()[:4]
    )
    assert "Story" not in list_entry_titles(instance)

    with instance.open_app() as app:
        assert WITHDRAWN.read(app.archive.article_store)[0].aliases


def test_a_second_withdrawal_says_how_to_undo_the_first(instance: Instance) -> None:
    """Withdrawing a withdrawn article is refused with a hint at `--undo`."""
    instance.fill_once(store_story_copy_and_other)
    withdraw_story(instance)
    with (
        instance.open_app() as app,
        pytest.raises(UsageError, match=r"is withdrawn already; .*--undo"),
    ):
        editorial.withdraw(app.archive, app.configuration, URL)


def test_its_file_is_kept_for_thirty_days(instance: Instance) -> None:
    """The file with which a withdrawal can be undone is deleted after thirty days, and not
    earlier."""
    instance.fill_once(store_story_copy_and_other)
    withdraw_story(instance)
    instance.now += timedelta(days=30)
    reconcile_at_start(instance)

    assert len(list_undo_files(instance)) == 1

    instance.now += timedelta(seconds=1)
    reconcile_at_start(instance)

    assert list_undo_files(instance) == []

    # undoing is still possible, without the file
    with instance.open_app() as app:
        assert not editorial.plan_restoration(app.archive, URL).kept


def test_what_is_purged_is_forgotten_at_once(instance: Instance) -> None:
    """With `purge` neither the file for undoing nor the saved page is kept, and the article
    stays away."""
    instance.fill_once(store_story_copy_and_other)

    # a page is saved for it
    with instance.open_app() as app:
        app.archive.snapshots.put(
            app.archive.store.visits.find([urls.alias(URL)]) or "", b"<p>page", {}
        )

    assert not withdraw_story(instance, purge=True).kept
    assert list_undo_files(instance) == []
    assert not list((instance.folder / "feeds/state/pages").rglob("*.gz"))
    assert "Story" not in list_entry_titles(instance)

    # the next start does not bring it back
    reconcile_at_start(instance)

    assert "Story" not in list_entry_titles(instance)


def test_what_was_withdrawn_can_be_purged_later(instance: Instance) -> None:
    """Withdrawing a withdrawn article again with `purge` deletes the file kept for undo."""
    instance.fill_once(store_story_copy_and_other)
    withdraw_story(instance)

    assert not withdraw_story(instance, purge=True).kept
    assert list_undo_files(instance) == []
    assert "Story" not in list_entry_titles(instance)


def test_without_its_file_it_is_read_again_when_it_is_announced(instance: Instance) -> None:
    """Undoing a withdrawal without a kept file (it was purged) forgets the entries of the article
    (e1, e2; e3 is of another one) and makes its source due, without its ETag, so that the article
    is read again."""
    instance.fill_once(store_story_copy_and_other)
    with instance.open_app() as app:
        article_id = app.archive.store.visits.find([urls.alias(URL)])
        rows = [
            # the entry that the article was made of
            EntryRow(
                source_key="one",
                entry_id="e1",
                url=URL,
                digest="d",
                status="done",
                first_seen=NOW,
                article_id=article_id,
            ),
            # one that was skipped, as the article was withdrawn
            EntryRow(
                source_key="two",
                entry_id="e2",
                url=URL,
                digest="d",
                status="skipped",
                first_seen=NOW,
                reason=EntryReason.WITHDRAWN,
            ),
            # one of another address
            EntryRow(
                source_key="two",
                entry_id="e3",
                url=URL + "/x",
                digest="d",
                status="skipped",
                first_seen=NOW,
            ),
        ]
        app.archive.store.visits.save_entries(rows)
        state = SourceState(
            key="one",
            url="https://one.example/feed",
            validators=Validators(etag="x"),
            schedule=Schedule(next_due=NOW + timedelta(days=1)),
        )
        app.archive.store.visits.save_states([state])

    withdraw_story(instance, purge=True)
    undo_withdrawal(instance)

    with instance.open_app() as app:
        visits = app.archive.store.visits

        assert list(visits.entries("one", ["e1"])) == []
        assert list(visits.entries("two", ["e2"])) == []
        assert list(visits.entries("two", ["e3"])) == ["e3"]

        state = visits.states()["one"]

        assert state.validators.etag is None
        assert state.schedule.next_due is None  # now
        assert state.schedule.due_why == "a withdrawal was undone"
        assert not visits.look_up([urls.alias(URL)]).withdrawn

    assert "Story" not in list_entry_titles(instance)  # not read yet


def test_what_was_read_is_not_read_again_when_its_file_comes_back(instance: Instance) -> None:
    """Undoing a withdrawal with the kept file leaves the entry that announced the article (e1) as
    done, so that it is not read again."""
    instance.fill_once(store_story_copy_and_other)
    with instance.open_app() as app:
        article_id = app.archive.store.visits.find([urls.alias(URL)])
        row = EntryRow(
            source_key="one",
            entry_id="e1",
            url=URL,
            digest="d",
            status="done",
            first_seen=NOW,
            article_id=article_id,
        )
        app.archive.store.visits.save_entries([row])

    withdraw_story(instance)
    undo_withdrawal(instance)

    with instance.open_app() as app:
        assert list(app.archive.store.visits.entries("one", ["e1"])) == ["e1"]


def keep_file_for_undoing(instance: Instance) -> editorial.Withdrawal:
    """Do the first step of withdrawing the story: keep its file; return the plan."""
    with instance.open_app() as app:
        planned = editorial.plan_withdrawal(app.archive, app.configuration.sources, URL)
        path = app.archive.article_store.find(planned.id)
        assert path is not None
        app.archive.kept_away.put(planned.id, path, app.archive.article_store.read(path))
    return planned


def test_a_withdrawal_that_is_killed_before_it_is_listed_did_not_happen(
    instance: Instance,
) -> None:
    """A withdrawal is killed after its first step, keeping the file: the article stays published,
    and the next start deletes the kept file."""
    instance.fill_once(store_story_copy_and_other)
    keep_file_for_undoing(instance)

    reconcile_at_start(instance)

    assert "Story" in list_entry_titles(instance)
    assert list_undo_files(instance) == []


def test_a_withdrawal_that_is_killed_after_it_is_listed_is_completed(instance: Instance) -> None:
    """A withdrawal is killed after its second step, the entry in withdrawn.toml: the next start
    completes it, and it can be undone."""
    instance.fill_once(store_story_copy_and_other)
    planned = keep_file_for_undoing(instance)
    with instance.open_app() as app:
        article = app.archive.store.visits.article(planned.id)
        assert article is not None
        enter_withdrawal(app.archive.article_store, article, instance.now, planned.feeds)

    reconcile_at_start(instance)

    assert "Story" not in list_entry_titles(instance)
    assert len(list_undo_files(instance)) == 1

    undo_withdrawal(instance)

    assert "Story" in list_entry_titles(instance)


def test_the_list_says_all_feeds_that_showed_it(instance: Instance) -> None:
    """withdrawn.toml lists all feeds that showed the article, also of saved queries, so that each
    tells of its deletion."""
    instance.tell_of_withdrawals()
    # a saved query that finds the article, which has the tag LLM
    instance.config.joinpath("feeds.toml").write_text(
        '[[feed]]\nslug = "models"\nquery = "tag:LLM"\n'
    )
    instance.fill_once(store_story_copy_and_other)
    withdraw_story(instance)

    assert '"query/models"' in get_withdrawn_path(instance).read_text()
    assert re.search("deleted-entry", instance.read_published("queries/models.atom"))


MARKER = "quicksilverbyword"


def list_files_with_marker(folder: Path) -> list[str]:
    """The files that have the marker, packed ones too."""

    def has(path: Path) -> bool:
        data = path.read_bytes()
        return MARKER.encode() in data or MARKER.encode() in unpack_data(data)

    return sorted(
        str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and has(path)
    )


def unpack_data(data: bytes) -> bytes:
    for opened in (gzip.decompress, zlib.decompress):
        with suppress(OSError, EOFError, zlib.error):
            return opened(data)
    return b""


def test_the_text_of_a_withdrawn_article_stands_nowhere_but_in_the_file_to_undo_it_with(
    tmp_path: Path,
) -> None:
    """An article whose text contains MARKER has been read, published, edited in the console and
    used for learning, so that many files contain MARKER. After its withdrawal only the undo file
    does; after a purge no file does."""
    address = "http://one.example/a"
    raw = f"<title>Bridges</title><article><h1>Bridges</h1><p>{' '.join([f'The {MARKER} of the council.'] * 600)}</p>"  # noqa: E501
    source_one = {"key": "one", "url": "http://one.example/feed", "content": "full"}
    source_two = {"key": "two", "url": "http://two.example/feed", "mute": "title:Bridges"}
    entry = (
        f"<entry><id>{address}</id><title>Bridges</title><link"
        f" href='{address}'/><content>{f'{MARKER} ' * 400}"
    )
    feed = (
        "<feed"
        f" xmlns='http://www.w3.org/2005/Atom'><title>F</title>{entry}</content></entry></feed>"
    )
    with serve_web() as web:
        case_instance = Life(
            tmp_path, web, Case(row="", name="", file="", sources=(source_one, source_two), days=())
        )

        # both sources announce the article; source two drops it by its filter
        feeds = {f"http://{site}.example/feed": Page(raw=feed) for site in ("one", "two")}
        case_instance.apply_day(Day(pages={address: Page(raw=raw)}, feeds=feeds))
        case_instance.visit_all()
        ((url, article),) = case_instance.load_articles().items()
        state = case_instance.feeds / "state"
        queue = Queue(case_instance.feeds / "state")
        with open_app(
            case_instance.config, clock=lambda: case_instance.now, jitter=lambda: 0.5, environ={}
        ) as app:
            (path,) = (stamp.path for stamp in app.archive.article_store.walk())
            data = app.archive.article_store.read(path)
            # learning keeps the texts that it read
            learn.read_taught(
                app.archive.article_store,
                list(app.archive.article_store.walk()),
                state / "learnt.npz",
                9,
            )

        # an edit in the console, and a page that a job keeps
        body = f"{article.body} Edited."
        queue.add(
            "edit",
            {"id": article.id, "stamp": stamp(data), "body": body, "excerpt": MARKER},
            who="ann",
            requested=case_instance.now.isoformat(),
        )
        assert drain(case_instance.config, queue) == 1
        page = Fetched(url=url, final_url=url, status=200, headers={}, body=raw.encode())
        queue.keep_page(queue.recent(1)[0].id, page)

        # each of these places has the text now
        places = (
            "articles/2",
            "public/a",
            "state/console/jobs",
            "state/console/kept",
            "state/pages",
            "state/learnt-",
            "public/search",
            "state/syndicator.db",
        )
        files = list_files_with_marker(case_instance.feeds)
        assert [place for place in places if not any(place in file for file in files)] == []

        with open_app(
            case_instance.config, clock=lambda: case_instance.now, jitter=lambda: 0.5, environ={}
        ) as app:
            editorial.withdraw(app.archive, app.configuration, article.id)
        case_instance.visit_all()

        (file,) = list_files_with_marker(case_instance.feeds)
        assert file.startswith("state/withdrawn/")
        assert [change.act for change in Log(state).newest()] == ["edit"], "it stays listed"

        with open_app(
            case_instance.config, clock=lambda: case_instance.now, jitter=lambda: 0.5, environ={}
        ) as app:
            editorial.withdraw(app.archive, app.configuration, article.id, purge=True)
        assert list_files_with_marker(case_instance.feeds) == []
