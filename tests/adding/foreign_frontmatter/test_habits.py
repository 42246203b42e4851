"""Read the frontmatter of other site generators as fields of our articles."""

from __future__ import annotations

import tomllib
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from syndicator.adding.foreign_frontmatter import is_draft, translate

CASES = tomllib.loads((Path(__file__).parent / "habits.toml").read_text(encoding="utf-8"))["case"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_frontmatter_is_translated(case: dict[str, Any]) -> None:
    """Frontmatter of other site generators is translated to our fields (`want` of the case), and
    keys without a counterpart are listed as dropped. It is said whether the page is one of our own
    site (`own`)."""
    result = translate(case["front"], PurePosixPath(case["path"]), "https://me.example/")

    assert dict(result.front) == case["want"]
    assert result.is_own_page == case["own"]
    assert list(result.dropped) == case.get("dropped", [])


@pytest.mark.parametrize("site", ["https://me.example/feeds/", "https://me.example/feeds"])
def test_a_site_below_a_path_keeps_it(site: str) -> None:
    """The address of an imported page is that of the site, with its path and with or without a
    final slash, followed by the page's own path."""
    result = translate({"title": "A"}, PurePosixPath("x/a.md"), site)

    assert result.front["source"] == "https://me.example/feeds/x/a"


def test_without_a_site_a_page_of_ones_own_has_no_address() -> None:
    """Without a known site address, an imported page gets no `source`."""
    assert "source" not in translate({"title": "A"}, PurePosixPath("a.md"), "").front


@pytest.mark.parametrize(
    ("front", "draft"),
    [
        ({"draft": True}, True),
        ({"draft": "yes"}, True),
        ({"published": False}, True),
        ({"draft": False}, False),
        ({"hold": "true", "digest": "x"}, True),
        ({"merged_into": "abc", "digest": "x"}, True),
        ({}, False),
    ],
)
def test_a_draft_says_so(front: dict[str, Any], draft: bool) -> None:
    """A file is a draft if its frontmatter says so in any of the known ways, or if it is ours
    (which has a `digest`) and on hold or a copy (`merged_into`)."""
    assert is_draft(front) is draft
