"""`init`, `add`, `remove`, `sources`, `import` and `export` on the command line."""

from __future__ import annotations

import json
import tomllib
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from syndicator.app.lock import hold_run_lock
from syndicator.cli import sources
from syndicator.configuration.settings import load
from syndicator.core.errors import ConfigError, MissingError, UsageError
from tests.cli.conftest import Instance
from tests.world import World, serve_world


@pytest.fixture
def empty_instance(instance: Instance) -> Instance:
    """An instance without sources, beside the demo's web, which its commands may visit."""
    instance.keep_sources()
    return instance


def test_init_makes_a_start_and_writes_over_nothing(empty_instance: Instance) -> None:
    """`init` writes the files that are missing and leaves `sources.toml` as it is."""
    sources = (empty_instance.config / "sources.toml").read_text()
    output = empty_instance.run_command("init").output

    assert f"wrote {empty_instance.config}/feeds.toml" in output
    assert "sources.toml" not in output.split("next:")[0]
    assert (empty_instance.config / "sources.toml").read_text() == sources
    assert "wrote" not in empty_instance.run_command("init").output


def test_a_feed_is_shown_before_it_is_added(empty_instance: Instance) -> None:
    """`add --dry-run` shows the feed and the title of its newest article, and adds nothing; `add`
    adds the feed, and a second time says that it is known."""
    url = empty_instance.world.feed_url("holt")
    dry = empty_instance.run_command("add", "--dry-run", url).output

    assert dry.startswith("would add: ")
    assert f"{url} (feed (json11, 5 entries))" in dry
    assert f"({url})" not in dry  # the address is not repeated in brackets
    assert "What my scraper owes your server" in dry
    assert empty_instance.list_keys() == []

    first = empty_instance.run_command("add", url).output

    assert first.startswith("added: ")
    assert len(empty_instance.list_keys()) == 1

    second = empty_instance.run_command("add", url).output

    assert second.startswith("already known: ")
    assert len(empty_instance.list_keys()) == 1


@pytest.mark.slow
def test_a_source_that_is_added_again_has_its_key_again(visited_instance: Instance) -> None:
    """A removed source that is added again gets the same key."""
    url = visited_instance.world.feed_url("holt")
    before = visited_instance.list_keys()
    visited_instance.run_command("remove", "holt")

    assert visited_instance.run_command("add", url).output.startswith("added: holt: ")
    assert visited_instance.list_keys() == [key for key in before if key != "holt"] + ["holt"]


def test_the_feed_of_a_site_is_found(empty_instance: Instance) -> None:
    """`add` with the address of a front page finds and adds the feed that it links."""
    feed = empty_instance.world.feed_url("launchbeat")
    front_page = feed.split("/category/")[0] + "/"  # the feed is under /category/
    (candidate,) = empty_instance.run_json("add", front_page)

    assert candidate["source"]["kind"] == "feed"
    assert candidate["source"]["url"] == feed


def test_an_article_is_followed_for_itself_and_its_feed_is_named(empty_instance: Instance) -> None:
    """`add` with the address of an article follows that page and names the feed of its site as not
    chosen."""
    story = next(story for story in empty_instance.world.stories if story.site == "launchbeat")
    url = empty_instance.world.url(story)
    (candidate,) = empty_instance.run_json("add", url)

    assert candidate["source"]["kind"] == "page"
    assert candidate["source"]["url"] == url
    assert candidate["what"] == "single article"
    assert [other["url"] for other in candidate["not_chosen"]] == [
        empty_instance.world.feed_url("launchbeat")
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("address", "error", "message"),
    [
        ("no address", UsageError, "write it like https://"),
        ("{gone}", MissingError, "answered 410"),
        ("{broken}", MissingError, "broken-xml"),
    ],
)
def test_what_cannot_be_added_is_named(
    empty_instance: Instance, address: str, error: type[Exception], message: str
) -> None:
    """`add` fails with the address and the reason if it is no address, is gone or is no feed;
    nothing is written. `{gone}` and `{broken}` stand for the feeds of the demo that fail so."""
    url = address.format(
        gone=empty_instance.world.feed_url("gone"), broken=empty_instance.world.feed_url("broken")
    )

    with pytest.raises(error, match=message) as raised:
        empty_instance.run_command("add", url)
    assert url in str(raised.value)
    assert empty_instance.list_keys() == []


def test_a_removed_source_is_gone_and_an_unknown_one_is_named(instance: Instance) -> None:
    """`remove` deletes the source and keeps its articles; a second call fails, as the source is
    unknown."""
    before = instance.list_keys()
    output = instance.run_command("remove", "holt").output

    assert output == "removed: holt; articles and feeds stay\n"
    assert instance.list_keys() == [key for key in before if key != "holt"]

    with pytest.raises(UsageError, match=r"no source 'holt' in .*sources.toml"):
        instance.run_command("remove", "holt")


def test_all_keys_are_known_or_none_is_removed(instance: Instance) -> None:
    """`remove` with one known key and two unknown ones removes nothing, and names the unknown; a
    known key that is given twice is removed once."""
    before = instance.list_keys()

    with pytest.raises(
        UsageError, match=r"no source 'hollt' \(did you mean 'holt'\?\), 'nosuch' in "
    ) as raised:
        instance.run_command("remove", "holt", "hollt", "nosuch")
    assert "syndicator sources" in str(raised.value)
    assert instance.list_keys() == before
    assert instance.run_json("remove", "holt", "holt") == {"removed": ["holt"]}


@pytest.mark.slow
def test_sources_leave_and_come_back_as_opml(visited_instance: Instance, tmp_path: Path) -> None:
    """Sources exported as OPML and imported with `--trust-own` have every option as before; a
    second import adds none, and a missing file is an error."""
    path = visited_instance.config / "sources.toml"
    # one more source, with options that need quoting
    path.write_text(
        f'{path.read_text()}\n[[source]]\nkey = "page"\nurl = "http://127.0.0.9/page"\nkind ='
        ' "page"\ntags = ["Own, with a comma"]\ncategory = "Sea"\nbackfill ='
        ' 3\n[source.rules]\nselect = ["main"]\n'
    )
    before = tomllib.loads(path.read_text())
    listing = tmp_path / "list.opml"
    listing.write_bytes(visited_instance.run_command("export").stdout_bytes)

    assert 'htmlUrl="http' in listing.read_text()

    # the sources are gone, and come back from the list
    source_count = len(before["source"])
    path.write_text("")
    imported = visited_instance.run_json("import", "--no-refresh", "--trust-own", str(listing))

    assert len(imported["added"]) == source_count
    assert imported["known"] == []
    assert tomllib.loads(path.read_text()) == before

    second_output = visited_instance.run_command("import", str(listing)).output

    assert second_output == f"0 sources added, {source_count} already known\n"

    with pytest.raises(MissingError, match="give the path of an OPML file"):
        visited_instance.run_command("import", str(tmp_path / "none.opml"))


def test_an_import_names_the_keys_reads_the_newest_articles_and_ends_with_what_failed(
    instance: Instance, tmp_path: Path
) -> None:
    """`import` of a list of two sources, of which one is gone, prints the key of each new source,
    visits them for their newest article, and lists failures at the end; again, it adds nothing."""
    instance.keep_sources("holt", "gone")
    listing = tmp_path / "list.opml"
    listing.write_bytes(instance.run_command("export").stdout_bytes)
    instance.run_command("remove", "holt", "gone")
    output = instance.run_command("import", str(listing)).output

    assert "\nholt\thttp" in output
    assert "\ngone\thttp" in output
    assert "2 sources added, 0 already known" in output
    assert "2 sources visited, 1 failed; 1 new article" in output
    assert output.index("1 new article") < output.index("failed: gone: gone ")
    assert output.count("answered 410") == 1  # it is shown once, at the end
    assert len(json.loads((instance.folder / "feeds/public/all.json").read_text())["items"]) == 1
    assert "1 new article" not in instance.run_command("import", str(listing)).output


@pytest.mark.parametrize("another_run", [False, True], ids=["no network", "another run"])
def test_an_import_that_can_visit_nobody_adds_all_the_same(
    empty_instance: Instance, another_run: bool
) -> None:
    """Without network, or while another run holds the lock, `import` adds the sources and leaves
    the visit to the next refresh."""
    listing = empty_instance.folder / "list.opml"
    # nothing listens at this address
    listing.write_text('<opml><body><outline xmlUrl="http://127.0.0.1:9/feed"/></body></opml>')
    lock = hold_run_lock(load(empty_instance.config)) if another_run else nullcontext()
    with lock:
        done = empty_instance.run_command("import", str(listing))

    assert done.exit_code == 0
    assert "1 source added, 0 already known" in done.stdout
    assert "the next refresh visits them" in done.stderr
    assert len(empty_instance.list_keys()) == 1


# In the folder "Sea" a feed and an outline without an address; below it an address with a password.
LIST = """<opml version="2.0"><body>
<outline text="Sea"><outline type="rss" text="Piers" xmlUrl="https://piers.example/feed"/>
<outline type="rss" text="Nothing"/></outline>
<outline type="rss" text="Secret" xmlUrl="https://me:word@secret.example/feed"/>
</body></opml>"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "answers", "fields"),
    [
        ((), "", {"category": "Sea"}),
        (("--folders", "tag"), "", {"tags": ["Sea"]}),
        (("--folders", "ignore"), "", {}),
        ((), "fish\ntag\n", {"tags": ["Sea"]}),  # "fish" is no answer: it is asked again
    ],
)
def test_folders_become_what_the_operator_says(
    empty_instance: Instance,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    answers: str,
    fields: dict[str, Any],
) -> None:
    """The folder "Sea" of an OPML list becomes a category, a tag or nothing, by option or answer;
    an entry without an address and one with a password (me:word) are skipped, without showing the
    password."""
    listing = empty_instance.folder / "list.opml"
    listing.write_text(LIST)
    monkeypatch.setattr(sources, "can_ask", lambda: bool(answers))
    done = empty_instance.run_command(
        "import", "--no-refresh", str(listing), *words, answers=answers
    )
    (written_source,) = tomllib.loads((empty_instance.config / "sources.toml").read_text())[
        "source"
    ]

    assert written_source == {
        "key": "piers",
        "url": "https://piers.example/feed",
        "title": "Piers",
        **fields,
    }
    assert f"skipped: {listing} line 3: Nothing: it has no xmlUrl\n" in done.output
    assert (
        f"skipped: {listing} line 4: Secret: url: contains a user name or password" in done.output
    )
    assert "word" not in done.output.replace("password", "")


def test_names_of_folders_do_nothing_to_a_terminal(
    empty_instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A control character in a folder's name (U+202E, which reverses text) is not printed where
    `import` asks what folders should become."""
    listing = empty_instance.folder / "list.opml"
    listing.write_text(LIST.replace('"Sea"', '"Sea\u202e"'))
    monkeypatch.setattr(sources, "can_ask", lambda: True)
    done = empty_instance.run_command("import", "--no-refresh", str(listing), answers="tag\n")

    assert "\u202e" not in done.output


def test_add_takes_a_list_as_import_does(empty_instance: Instance) -> None:
    """`add` reads an OPML file, with its folder "Sea" as a tag beside that of the option. It reads
    the same list from stdin (`-`), too: then its source is known."""
    listing = empty_instance.folder / "list.opml"
    listing.write_text(LIST)
    (candidate,) = empty_instance.run_json(
        "add", str(listing), "--folders", "tag", "--tag", "Water"
    )

    assert candidate["source"]["key"] == "piers"
    assert candidate["source"]["tags"] == ["Sea", "Water"]

    output_of_stdin = empty_instance.run_command("add", "-", answers=LIST).output

    assert "already known: piers" in output_of_stdin


@pytest.mark.slow
def test_a_permanent_move_is_written_when_asked_for(tmp_path: Path) -> None:
    """After three visits were redirected permanently, `sources --apply-moves` writes the new
    address."""
    with serve_world(World(without={"slow"})) as world:
        instance = Instance(tmp_path, world)
        instance.keep_sources("holt")
        world.move_feed("holt", "/new/feed.json")
        for _ in range(3):
            instance.run_command("refresh", "--all")
        output = instance.run_command("sources", "--apply-moves").output
        (source_after,) = instance.run_json("sources")

    assert "moved: holt: " in output
    assert output.splitlines()[0].endswith("/new/feed.json")
    assert source_after["source"]["url"].endswith("/new/feed.json")


def test_what_is_no_list_is_refused_by_name(empty_instance: Instance, tmp_path: Path) -> None:
    """A web page, a feed, and a list that declares entities are refused with file and reason."""
    listing = tmp_path / "list.opml"
    reason_by_text = {
        "<html>no</html>": "line 1: it is a web page",
        "<rss>no</rss>": "line 1: this is a feed, not a list of feeds",
        '<!DOCTYPE x [<!ENTITY a "b">]><opml/>': "declares entities",
    }
    for text, reason in reason_by_text.items():
        listing.write_text(text)
        with pytest.raises(MissingError, match=reason) as raised:
            empty_instance.run_command("import", str(listing))
        assert str(listing) in str(raised.value)


def test_a_list_that_is_cut_off_adds_nothing(empty_instance: Instance, tmp_path: Path) -> None:
    """A truncated OPML file fails with the line, and not even its complete entries are added."""
    path = tmp_path / "cut.opml"
    path.write_text('<opml><body>\n<outline xmlUrl="https://a.example/feed"/>\n<outline xm')
    before = (empty_instance.config / "sources.toml").read_text()

    with pytest.raises(MissingError, match="line 3: the document is cut off here") as raised:
        empty_instance.run_command("import", str(path), "--no-refresh")
    assert raised.value.exit_code == 69
    assert (empty_instance.config / "sources.toml").read_text() == before


def test_refresh_says_what_is_wrong_with_sources_toml(empty_instance: Instance) -> None:
    """`refresh` with an empty sources.toml says how to add a source; with a faulty one it fails and
    names the line; with a missing one it says so."""
    path = empty_instance.config / "sources.toml"

    path.write_text("")
    done = empty_instance.run_command("refresh")

    assert done.exit_code == 0
    assert "no source is followed: `syndicator add URL`" in done.output

    # the fourth line is wrong
    path.write_text('[[source]]\nkey = "a"\nurl = "https://a.example/feed"\nnonsense = 1\n')
    done = empty_instance.run_command("refresh")

    assert done.exit_code == 78
    assert f"{path}:4: " in done.output

    path.unlink()

    with pytest.raises(ConfigError, match=r"sources\.toml does not exist"):
        empty_instance.run_command("refresh")
