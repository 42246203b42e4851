"""Type all of docs/first-hour.md in order, as a new operator does, over the made-up web.
Between its parts happens what the page says: a page with an advert, a site that goes away and comes
back. Prints the transcript (pytest -s)."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import pytest

from syndicator.configuration.settings import load
from tests.docs.commands import ROOT, Shown, to_type
from tests.docs.sandbox import Sandbox
from tests.setup.test_web_servers import free_port, make_nginx_command, wait_for_listener
from tests.world import World, serve_world

PAGE = ROOT / "docs/first-hour.md"
STEPS = list(to_type(PAGE))
RULES = re.findall(r"(?ms)^```toml\n(.*?)^```$", PAGE.read_text(encoding="utf-8"))
ADVERT = (
    "Our partner lends you a second screen for thirty days, and asks for nothing but the postage"
    " back."
)


class Hour:
    """The page's parts in turn. `said`: what the last command printed."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.world = sandbox.world
        self.said = ""
        self.serves = free_port()
        # at another address than the one at home, which another program may have and which not
        # every machine has
        self.own = {
            "SYNDICATOR_PUBLISH__LISTEN": f"127.0.0.1:{self.serves}",
            "SYNDICATOR_SITE__URL": f"http://127.0.0.1:{self.serves}/",
        }
        self.sandbox.environ |= self.own
        self.port = free_port()
        self.steps = 0
        self.began = time.monotonic()
        self.story = next(
            address for address in sandbox.world.list_truths() if "//127.0.0.3:" in address
        )
        self.there = {
            "https://blog.example.org/article": self.story,
            "https://blog.example.org/": self._site("parallel"),
            "https://notebook.example.org/feed.xml": sandbox.world.feed_url("holt"),
            "https://feeds.example.org/": f"http://127.0.0.1:{self.port}/",
        }

    def _site(self, key: str) -> str:
        return re.sub(r"(//[^/]+/).*", r"\1", self.world.feed_url(key))

    def part(self, number: int) -> str:
        """Types a part; what its commands printed."""
        return "".join(map(self.type, self.steps_of(number)))

    def steps_of(self, number: int) -> list[Shown]:
        return [shown for shown in STEPS if shown.part.startswith(f"{number}. ") and not shown.root]

    def write(self, name: str, lines: str) -> None:
        """What the page has to be written at the end of a file of the configuration."""
        with (self.sandbox.cwd / "config" / name).open("a") as file:
            file.write("\n" + self.really(lines))

    def type(self, shown: Shown) -> str:
        line = self.really(shown.typed)
        done = self.sandbox.type(line, answers=self.answers(shown))
        self.steps += 1
        print(f"\n$ {line}\n{done.stdout.rstrip()}")
        assert done.returncode == 0, f"{shown}\n{done.stdout}"
        return done.stdout

    def really(self, text: str) -> str:
        """The text with addresses of this web."""
        for named, real in self.there.items():
            text = text.replace(named, real)
        return text

    def answers(self, shown: Shown) -> str:
        """What the page types when it is asked, up to the end of the line."""
        asked = PAGE.read_text().split("\n")[shown.line :]
        return "".join(
            re.split(r"[?:] ?", line)[-1] + "\n"
            for line in takewhile(lambda line: "? " in line, asked)
        )

    def advertise(self) -> None:
        """The story's page has an advert between its paragraphs."""
        page = self.page(self.story)
        box = f'<div class="box-partner"><p>{ADVERT}</p></div>'
        at = page.index("</p>", page.index("<p", page.index("<h1"))) + 4
        path = re.sub(r"^http://[^/]+", "", self.story)
        self.world.fail_site(
            "parallel", 200, path=path, body=(page[:at] + box + page[at:]).encode()
        )

    def page(self, address: str) -> str:
        return subprocess.run(
            ["curl", "-s", address], capture_output=True, text=True, check=True
        ).stdout

    def files(self) -> dict[str, str]:
        """Articles' texts by name, feeds' ids and entries' ids by path."""
        folder = self.sandbox.cwd / "feeds"
        articles = {path.name: path.read_text() for path in (folder / "articles").rglob("*.md")}
        feeds = {
            str(path.relative_to(folder)): " ".join(re.findall(r"<id>(.*?)</id>", path.read_text()))
            for path in (folder / "public").rglob("*.atom")
        }
        return articles | feeds


@pytest.fixture
def hour() -> Iterator[Hour]:
    """On a disk: systemd takes no working directory below /dev, where the tests may have their
    folders."""
    with tempfile.TemporaryDirectory() as folder, serve_world(World(without={"slow"})) as world:
        yield Hour(Sandbox(Path(folder), world))


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_first_hour(hour: Hour) -> None:
    """Every command of the tutorial works as it says, one after another."""
    hour.advertise()
    hour.part(1)
    export = (
        '<opml version="2.0"><body><outline'
        f' xmlUrl="{hour.world.feed_url("parallel")}"/></body></opml>'
    )
    (hour.sandbox.cwd / "subscriptions.opml").write_text(export)

    assert "1 source added" in hour.part(2)

    subscribe_by_telephone(hour)
    run_for_good(hour)
    publish_feeds(hour)

    assert any(ADVERT in text for text in hour.files().values())

    mend_article(hour)
    break_and_heal(hour)
    rename_tag(hour)
    move_instance(hour)
    print(f"\n{hour.steps} commands in {time.monotonic() - hour.began:.0f} s")


def subscribe_by_telephone(hour: Hour) -> None:
    """A telephone opens the page of the code, subscribes, and reads an article whole."""
    (shown,) = hour.steps_of(3)
    assert shown.typed == "./run"
    hour.steps += 1
    secret = load(hour.sandbox.cwd / "config", {}).publish.secret_path
    base = f"http://127.0.0.1:{hour.serves}/{secret}/"
    words = ["bash", "-c", f"exec {shown.typed}"]
    with subprocess.Popen(
        words, cwd=hour.sandbox.cwd, env=hour.sandbox.environ, stderr=subprocess.DEVNULL
    ) as up:
        try:
            assert wait_for_listener("127.0.0.1", hour.serves, up)
            until = time.monotonic() + 120
            while ADVERT not in (read := hour.page(f"{base}all.json")) and time.monotonic() < until:
                time.sleep(0.2)
            assert ADVERT in read
            assert f"<code>{base}all.atom</code>" in hour.page(f"{base}phone.html")
            assert hour.page(base.replace(secret, "guessed") + "all.json") == "Not found.\n"
        finally:
            up.terminate()


def mend_article(hour: Hour) -> None:
    before = hour.files()
    why, *rest = hour.steps_of(6)
    assert ADVERT[:40] in hour.type(why)  # one screen: long pieces are cut
    hour.write("sources.toml", RULES[0])
    assert ADVERT[:20] in "".join(map(hour.type, rest))
    after = hour.files()
    assert not any(ADVERT in text for text in after.values())
    assert len([name for name, text in before.items() if after[name] != text]) == 1


def break_and_heal(hour: Hour) -> None:
    *until_known, again, well = hour.steps_of(7)
    hour.write("sources.toml", RULES[1])
    hour.world.fail_site("holt", 410)
    assert "1 needs you" in "".join(map(hour.type, until_known))
    assert "notebook" in health_feed(hour)
    hour.world.heal_site("holt")
    hour.type(again)
    assert "2 fine, 0 need you" in hour.type(well)
    titles = re.findall(r"<title>([^<]*notebook[^<]*)", health_feed(hour))
    assert any("gone for good" in title for title in titles) and any(
        ": over " in title for title in titles
    ), titles
    print(*titles, sep="\n")


def health_feed(hour: Hour) -> str:
    """As a reader gets it from `serve`."""
    words = ["bash", "-c", "exec ./run serve"]
    with subprocess.Popen(
        words, cwd=hour.sandbox.cwd, env=hour.sandbox.environ, stderr=subprocess.DEVNULL
    ) as serve:
        try:
            assert wait_for_listener("127.0.0.1", hour.serves, serve)
            document = json.loads(hour.sandbox.type("./run status --json").stdout)
            return hour.page(document["health_feed"])
        finally:
            serve.terminate()


def rename_tag(hour: Hour) -> None:
    hour.write("taxonomy.toml", RULES[2])
    hour.part(8)
    named = [
        text
        for name, text in hour.files().items()
        if name.endswith(".md") and "- machine intelligence" in text
    ]
    assert named
    assert (hour.sandbox.cwd / "feeds/public/tags/machine-intelligence.atom").exists()


def run_for_good(hour: Hour) -> None:
    """This machine's first process is not systemd: what it would be told is verified instead."""
    (shown,) = hour.steps_of(4)
    unit = hour.sandbox.cwd / "deploy/syndicator.service"
    assert shown.typed == 'sudo systemctl enable --now "$PWD/deploy/syndicator.service"'
    assert unit.is_file()
    hour.steps += 1
    if shutil.which("systemd-analyze"):
        done = hour.sandbox.type(f"systemd-analyze verify {unit}")
        assert done.returncode == 0
        assert done.stdout == ""


def publish_feeds(hour: Hour) -> None:
    for name in hour.own:
        del hour.sandbox.environ[name]
    hour.sandbox.environ["SYNDICATOR_PUBLISH__LISTEN"] = f"127.0.0.1:{hour.serves}"
    *made, saved, compared = hour.steps_of(5)
    assert "1 source added" in "".join(map(hour.type, made))
    assert hour.sandbox.cwd.name == "public"
    line = (hour.sandbox.cwd / "deploy/crontab").read_text().splitlines()[-1]
    done = hour.sandbox.type(line.split(maxsplit=5)[5])
    assert (done.returncode, done.stdout) == (0, ""), line
    if not shutil.which("nginx"):
        return
    words = make_nginx_command(hour.sandbox.cwd)
    with subprocess.Popen(words, stderr=subprocess.DEVNULL) as server:
        try:
            assert wait_for_listener("127.0.0.1", hour.port, server)
            assert [hour.type(shown).strip() for shown in (saved, compared)] == ["200 gzip", "304"]
        finally:
            server.terminate()


def move_instance(hour: Hour) -> None:
    """Nothing is fetched twice: each feed is asked whether it changed, no page at all."""
    before = hour.files()
    request_count = len(hour.world.requests)
    hour.part(9)
    assert hour.sandbox.cwd.name == "moved"
    assert hour.files() == before
    hour.sandbox.type("./run refresh --all")
    assert hour.files() == before
    second_requests = [
        seen for seen in hour.world.requests[request_count:] if seen.path != "/robots.txt"
    ]
    assert [seen.path for seen in second_requests if "if-none-match" not in seen.headers] == []
    assert {seen.path for seen in second_requests} == {"/feed.atom", "/feed.json"}
