"""The JSON output of commands has the keys that docs/json.md promises."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.conftest import Instance

PAGE = (Path(__file__).resolve().parents[2] / "docs/json.md").read_text(encoding="utf-8")


def list_documented_keys(title: str) -> set[str]:
    """The keys that a part of the page names in backquotes."""
    part = PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    assert part
    return set(re.findall(r"`([a-z_]+)`", part))


def test_refresh_and_build(visited_instance: Instance) -> None:
    """The JSON output of `refresh` and `build` has exactly the keys that docs/json.md lists."""
    run = visited_instance.run_json("refresh", "--source", "gone")
    built = visited_instance.run_json("build")

    assert list_documented_keys("refresh") - {"build"} == (
        {"sources"} | set(run["sources"][0])
    ) & list_documented_keys("refresh")
    assert list_documented_keys("build") - {"what", "reason", "detail"} <= set(built)
    assert set(built) <= set(run) | {"ended"}


@pytest.mark.parametrize(
    ("words", "keys"),
    [(("config", "show"), {"value", "origin"}), (("check",), {"severity", "cure"})],
)
def test_check_and_config(
    visited_instance: Instance, words: tuple[str, ...], keys: set[str]
) -> None:
    """The JSON output of `check` and `config show` has the keys that docs/json.md lists."""
    if words == ("check",):
        (visited_instance.config / "syndicator.toml").write_text("[site]\nurll = 1\n")
    document = visited_instance.run_json(*words)
    first = document[0] if isinstance(document, list) else next(iter(document.values()))

    assert keys & list_documented_keys("check, config show") <= set(first)


def test_show(visited_instance: Instance) -> None:
    """`show --json` has the documented keys."""
    document = visited_instance.run_json(
        "show", str(next((visited_instance.folder / "feeds/articles").rglob("20*/*/*.md")))
    )
    assert set(document) == {"article", "markdown", "why"} <= list_documented_keys("show, reread")
