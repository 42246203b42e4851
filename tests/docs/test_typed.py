"""Type every command of README and docs in order, in a checkout with two visited sources.
Addresses and keys on the pages are replaced by those of the made-up web."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.commands import PAGES, Shown, to_type
from tests.docs.sandbox import Sandbox, copy_sandbox
from tests.fakellm import FakeLlm, llm
from tests.world import World, serve_world

__all__ = ["llm"]  # a fixture
NOT_TYPED = tomllib.loads((Path(__file__).parent / "not_typed.toml").read_text(encoding="utf-8"))[
    "command"
]
OF_ONE_STORY = "first-hour.md"  # test_first_hour types it
SHOWN = [shown for page in PAGES if page.name != OF_ONE_STORY for shown in to_type(page)]


def reason_not(shown: Shown) -> str:
    return next(
        (entry["why"] for entry in NOT_TYPED if shown.typed.startswith(entry["starts"])), ""
    )


PARTS = list(dict.fromkeys((shown.page, shown.part) for shown in SHOWN if not reason_not(shown)))


def test_what_is_not_typed_stands_in_a_page() -> None:
    """Each exception from typing still occurs on a page."""
    unused = [
        exception["starts"]
        for exception in NOT_TYPED
        if not any(shown.typed.startswith(exception["starts"]) for shown in SHOWN)
    ]
    assert unused == []
    assert [str(shown) for shown in SHOWN if shown.root and not reason_not(shown)] == []


@pytest.fixture(scope="module")
def visited_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with serve_world(World(without={"slow"})) as world:
        sandbox = Sandbox(tmp_path_factory.mktemp("docs") / "visited", world)
        sandbox.follow("launchbeat", "holt")
        done = sandbox.type("./run refresh --all")
        assert done.returncode == 0, done.stdout
        yield sandbox


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("page", "part"), PARTS)
def test_each_is_typed(
    page: str, part: str, visited_sandbox: Sandbox, tmp_path: Path, llm: FakeLlm
) -> None:
    """Each command line of a page in docs/ ends with code 0."""
    sandbox = copy_sandbox(visited_sandbox, tmp_path / "there")
    prepare_sandbox(sandbox)
    if page == "language-model.md":
        sandbox.environ |= {
            "SYNDICATOR_DESCRIBE__LLM__URL": llm.url,
            "SYNDICATOR_DESCRIBE__LLM__MODEL": "m",
        }
    for shown in SHOWN:
        if (shown.page, shown.part) != (page, part) or reason_not(shown):
            continue
        line = adapt_line(shown.typed, sandbox)
        done = sandbox.type(line)
        print(f"$ {line}\n{done.stdout}")
        assert done.returncode == 0, f"{shown}\n{done.stdout}"


def prepare_sandbox(sandbox: Sandbox) -> None:
    """What pages speak of and nobody has made: an article of one's own, one that is on hold, what a
    reader exported."""
    (sandbox.checkout.parent / "feeds").mkdir()
    export = (
        '<opml version="2.0"><body><outline'
        f' xmlUrl="{sandbox.world.feed_url("parallel")}"/></body></opml>'
    )
    (sandbox.checkout.parent / "feeds/subscriptions.opml").write_text(export)
    (sandbox.checkout / "mine.md").write_text(
        "---\ntitle: Mine\ndate: '2026-11-20'\nsource: https://me.example/mine\n---\n\nA text of my"
        " own.\n"
    )
    waiting = list_article_files(sandbox)[-1]
    waiting.write_text(waiting.read_text().replace("\nid: ", "\nhold: true\nid: ", 1))


def list_article_files(sandbox: Sandbox) -> list[Path]:
    return sorted((sandbox.checkout / "feeds/articles").rglob("20*/*/*.md"))


def adapt_line(typed: str, sandbox: Sandbox) -> str:
    """The line with addresses, keys and files of this web."""
    files = list_article_files(sandbox)
    held_match = re.search(r"(?m)^id: (\S+)", files[-1].read_text())
    story = next(address for address in sandbox.world.list_truths() if "//127.0.0.4:" in address)
    assert held_match
    for shown, real in {
        r"https://example\.org/blog\b/?": (
            sandbox.world.feed_url("parallel").replace("feed.atom", "")
        ),
        r"https://example\.org/2025/10/some-article\b": story,
        r"\bfeeds/articles/2026/11/some\.md\b": str(files[0].relative_to(sandbox.checkout)),
        r"\bURL\b": story,
        r"\bKEY\b|(?<=--source )example\b": "holt",
        r"\bID\b": held_match[1],
        r"/srv/(feeds|syndicator)\b": str(sandbox.checkout),
    }.items():
        typed = re.sub(shown, real, typed)
    return typed
