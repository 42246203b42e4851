"""Stories among neighbours, and the articles that several feeds of one outlet announce."""

from __future__ import annotations

import json
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.stories.test_grouping import CASES
from tests.trust.case import Case, Day, Item, Page
from tests.trust.memory import Machine, MemoryLife, machine

OUTLETS, ARTICLES = 20, 3
SPELLINGS = ("{}", "{}?utm_source=rss&utm_medium=feed", "{}#comments")  # of an address, by feed


def items(life: MemoryLife, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((life.feeds / "public" / f"{name}.json").read_text())["items"]
    return found


@pytest.mark.parametrize("stories", ["off", "link"])  # these texts have one template, so some would be merged
def test_an_article_of_several_feeds_of_its_outlet_is_one_entry(tmp_path: Path, stories: str) -> None:
    hosts = [f"outlet{n}.example" for n in range(OUTLETS)]
    urls = {host: [f"http://{host}/{n}" for n in range(ARTICLES)] for host in hosts}
    pages = {url: Page(text=f"{host}-{url[-1]}") for host in hosts for url in urls[host]}
    feeds = {
        f"http://{host}/feed{number}": tuple(
            Item(link=spelled.format(url), id=f"{number}-{url}", title=f"{number}: {url[-1]}") for url in urls[host]
        )
        for host in hosts
        for number, spelled in enumerate(SPELLINGS)
    }
    answers = {spelled.format(url).partition("#")[0]: page for url, page in pages.items() for spelled in SPELLINGS}
    sources = tuple({"key": f"{url[7:].replace('.example/feed', '-')}", "url": url} for url in feeds)
    days = (Day(pages=answers, feeds=feeds), Day(after=0.1), Day(after=0.1, run=("reindex",)))
    case = Case(row="own", name="", file="", sources=sources, days=days, settings=f'stories = "{stories}"\n')
    with machine(tmp_path / "machine") as shared:
        life = MemoryLife(tmp_path / "life", shared, case)
        for number, day in enumerate(days):
            life.begin(number)
            for words in day.run:
                assert not list(life.command(words))
            shown = [item["url"] for item in items(life, "all")]
            assert sorted(shown) == sorted(pages)
        for source in sources:
            host = str(source["url"]).split("/")[2]
            assert sorted(item["url"] for item in items(life, f"sources/{source['key']}")) == urls[host]


def page(title: str, text: str) -> Page:
    parts = "".join(f"<p>{escape(part)}</p>" for part in text.strip().split(". "))
    return Page(raw=f'<html lang="en"><title>{escape(title)}</title><article><h1>{escape(title)}</h1>{parts}</article>')


def told(life: MemoryLife, name: str) -> dict[str, tuple[str, str]]:
    """The entries of a feed by id: address and title."""
    return {item["id"]: (item["url"], item["title"]) for item in items(life, name)}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with machine(tmp_path_factory.mktemp("stories") / "machine") as made:
        yield made


@settings(
    max_examples=5,
    derandomize=True,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    case=st.sampled_from(CASES),
    copied=st.lists(st.sampled_from(("report", "same", "other")), min_size=1, max_size=2, unique=True),
    evil=st.lists(st.sampled_from(("evil", "worse")), min_size=1, max_size=2, unique=True),
    longer=st.booleans(),
    how=st.sampled_from(("link", "merge")),
)
def test_what_a_neighbour_copies_takes_no_lead_name_or_entry_of_others(
    shared: Machine,
    tmp_path_factory: pytest.TempPathFactory,
    case: dict[str, Any],
    copied: list[str],
    evil: list[str],
    longer: bool,
    how: str,
) -> None:
    own = {name: case[kind] for name, kind in (("bank", "report"), ("post", "same"), ("herald", "other"))}
    pages = {f"http://{name}.example/a": page(one["title"], one["text"]) for name, one in own.items()}
    first = Day(
        pages=pages,
        feeds={
            f"http://{name}.example/feed": (Item(link=f"http://{name}.example/a", title=one["title"]),)
            for name, one in own.items()
        },
    )
    texts = {f"http://{name}.example/{kind}": case[kind] for name in evil for kind in copied}
    more = "The reader is told once more what was said before. " * 40 if longer else ""
    later = Day(
        after=0.05,
        pages={url: page(one["title"], one["text"] + more) for url, one in texts.items()},
        feeds={
            f"http://{name}.example/feed": tuple(
                Item(link=url, title=one["title"]) for url, one in texts.items() if f"/{name}." in url
            )
            for name in evil
        },
    )
    names = [*own, *evil]
    world = Case(
        row="own",
        name="",
        file="",
        sources=tuple({"key": name, "url": f"http://{name}.example/feed"} for name in names),
        days=(first, later, Day(after=1)),
        settings=f'stories = "{how}"\n',
    )
    without = replace(world, sources=tuple(one for one in world.sources if one["key"] not in evil))
    folder = tmp_path_factory.mktemp("lives")
    beside, alone = MemoryLife(folder / "beside", shared, world), MemoryLife(folder / "alone", shared, without)
    for number in range(3):
        for life in (beside, alone):
            life.begin(number)
        for name in ("all", "stories"):
            if (alone.feeds / "public" / f"{name}.json").exists():
                missing = told(alone, name).items() - told(beside, name).items()
                assert missing == set(), (number, name, told(beside, name))
