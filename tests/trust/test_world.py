"""The parts of the world of neighbours: drawing, comparing, printing. tests/trust/test_neighbours.py lives it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings

from tests.trust import case as cases
from tests.trust import pair
from tests.trust.case import Case, Day, Item, Page
from tests.trust.draw import worlds
from tests.trust.memory import machine
from tests.trust.printing import as_toml

BANK, EVIL = ({"key": key, "url": f"http://{key}.example/feed"} for key in ("bank", "evil"))
ARTICLE = "http://bank.example/a"


@settings(max_examples=100, derandomize=True)
@given(worlds())
def test_a_printed_world_is_read_as_the_same_case(world: Case) -> None:
    (read,) = cases.parsed(as_toml(world), "")
    assert read == replace(world, name=read.name)


def compared(folder: Path, *days: Day) -> list[str]:
    """The differences that a neighbour makes in these days, as "place: field"."""
    case = Case(row="own", name="", file="", sources=(EVIL, BANK), days=days, without=("evil",))
    with machine(folder / "machine") as shared:
        return [f"{one.difference.place}: {one.difference.field}" for one in pair.live(folder, shared, case)]


def test_a_neighbour_of_its_own_articles_makes_no_difference(tmp_path: Path) -> None:
    pages = {ARTICLE: Page(text="bank-a"), "http://evil.example/x": Page(text="evil-x")}
    feeds = {BANK["url"]: (Item(link=ARTICLE),), EVIL["url"]: (Item(link="http://evil.example/x"),)}
    assert compared(tmp_path, Day(pages=pages, feeds=feeds), Day()) == []


def test_the_names_of_those_who_announce_an_article_may_differ(tmp_path: Path) -> None:
    pages = {ARTICLE: Page(text="bank-a")}
    feeds = {BANK["url"]: (Item(link=ARTICLE),), EVIL["url"]: ()}
    later = Day(feeds={EVIL["url"]: (Item(link=ARTICLE),)})
    assert compared(tmp_path, Day(pages=pages, feeds=feeds), later) == []
