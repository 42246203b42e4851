"""Stories among sources that do not trust each other, and several feeds of one outlet."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from html import escape
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.stories.hard_pairs import CASES
from tests.trust.case import Case, Day, Item, Page
from tests.trust.memory import Machine, MemoryLife, run_machine

OUTLETS = 20
ARTICLES = 3
LINK = 'stories = "link"\n'
FORMS = (  # of an address in a feed, and the field by which its page names the address
    ("{}?utm_source=rss&utm_medium=feed", ""),
    ("{}#comments", ""),
    ("{}/amp", "canonical"),
    ("{}?print=1", "canonical"),
    ("{}?section=sport", "ogurl"),
    ("{}/go", "to"),
    ("{}/copy", ""),
)


def read_items(life: MemoryLife, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((life.feeds / "public" / f"{name}.json").read_text())[
        "items"
    ]
    return found


@pytest.mark.parametrize("stories", ["off", "link"])
def test_an_article_of_several_feeds_of_its_outlet_is_one_entry(
    tmp_path: Path, stories: str
) -> None:
    """An article that three feeds of its outlet announce, in different spellings of its address, is
    one entry, also after a reindex."""
    hosts = [f"outlet{n}.example" for n in range(OUTLETS)]
    urls = {host: [f"http://{host}/{n}" for n in range(ARTICLES)] for host in hosts}
    feeds = dict[str, tuple[Item, ...]]()
    answers = dict[str, Page]()
    for number, host in enumerate(hosts):
        others = (
            FORMS[number % len(FORMS)],
            FORMS[(number // len(FORMS) + number + 1) % len(FORMS)],
        )
        for place, (form, field) in enumerate((others[0], ("{}", ""), others[1])):
            links = {url: form.format(url) for url in urls[host]}
            feeds[f"http://{host}/feed{place}"] = tuple(
                Item(link=link, id=f"{place}-{url}", title=f"{place}: {url[-1]}")
                for url, link in links.items()
            )
            for url, link in links.items():
                named: dict[str, Any] = {
                    name: url if name == field else "" for name in ("canonical", "ogurl", "to")
                }
                answers[link.partition("#")[0]] = replace(Page(text=f"{host}-{url[-1]}"), **named)
    sources = tuple(
        {"key": f"{url[7:].replace('.example/feed', '-')}", "url": url} for url in feeds
    )
    days = (Day(pages=answers, feeds=feeds), Day(after=0.1), Day(after=0.1, run=("reindex",)))
    case = Case(
        row="own", name="", file="", sources=sources, days=days, settings=f'stories = "{stories}"\n'
    )
    with run_machine(tmp_path / "machine") as shared:
        life = MemoryLife(tmp_path / "life", shared, case)
        for number, day in enumerate(days):
            life.begin_day(number)
            for words in day.run:
                assert not list(life.run_command(words))
            shown = [item["url"].removesuffix("/copy") for item in read_items(life, "all")]
            assert sorted(shown) == sorted(chain.from_iterable(urls.values()))
        for source in sources:
            host = str(source["url"]).split("/")[2]
            shown = [
                item["url"].removesuffix("/copy")
                for item in read_items(life, f"sources/{source['key']}")
            ]
            assert sorted(shown) == urls[host]


def make_page(title: str, text: str) -> Page:
    parts = "".join(f"<p>{escape(part)}</p>" for part in text.strip().split(". "))
    return Page(
        raw=(
            "<html"
            f' lang="en"><title>{escape(title)}</title><article><h1>{escape(title)}</h1>{parts}</article>'  # noqa: E501
        )
    )


def read_published_entries(life: MemoryLife) -> dict[tuple[str, str], tuple[str, str]]:
    """Address and title of each entry, by feed and id; and the story of each article in one."""
    entries = {
        (name, item["id"]): (item["url"], item["title"])
        for name in ("all", "stories")
        if (life.feeds / "public" / f"{name}.json").exists()
        for item in read_items(life, name)
    }
    with life.open_app() as app:
        return entries | {
            ("member", row.article): (row.story, row.outlet)
            for row in app.archive.store.stories.members()
        }


def make_day(reports: Mapping[str, Mapping[str, str]], more: str = "", after: float = 0) -> Day:
    """The reports, by address, on their outlets' pages and in their feeds; `more` is added to each
    text."""
    feeds: dict[str, tuple[Item, ...]] = {}
    for url, report in reports.items():
        feed = f"{url.rpartition('/')[0]}/feed"
        feeds[feed] = (*feeds.get(feed, ()), Item(link=url, title=report["title"]))
    pages = {
        url: make_page(report["title"], report["text"] + more) for url, report in reports.items()
    }
    return Day(after=after, pages=pages, feeds=feeds)


def list_neighbour_effects(
    shared: Machine, folder: Path, days: Sequence[Day], neighbours: Collection[str]
) -> set[Any]:
    """Live the days with the `neighbours` followed and without. Return what is published without
    them only."""
    keys = sorted({feed[7:].partition(".")[0] for day in days for feed in day.feeds})
    lives = []
    for name, followed in (
        ("beside", keys),
        ("alone", [key for key in keys if key not in neighbours]),
    ):
        sources = tuple({"key": key, "url": f"http://{key}.example/feed"} for key in followed)
        case = Case(row="own", name="", file="", sources=sources, days=tuple(days), settings=LINK)
        lives.append(MemoryLife(folder / name, shared, case))
    missing = set()
    for number in range(len(days)):
        for life in lives:
            life.begin_day(number)
        beside, alone = map(read_published_entries, lives)
        missing |= {(number, *entry) for entry in alone.items() - beside.items()}
    return missing


@pytest.fixture(scope="module")
def shared_machine(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with run_machine(tmp_path_factory.mktemp("stories") / "machine") as made:
        yield made


FEW = settings(
    max_examples=5,
    derandomize=True,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@FEW
@given(
    case=st.sampled_from(CASES),
    copied=st.lists(
        st.sampled_from(("report", "same", "other")), min_size=1, max_size=2, unique=True
    ),
    evil=st.lists(st.sampled_from(("evil", "worse")), min_size=1, max_size=2, unique=True),
    longer=st.booleans(),
)
def test_what_a_neighbour_copies_takes_no_lead_name_or_entry_of_others(
    shared_machine: Machine,
    tmp_path_factory: pytest.TempPathFactory,
    case: dict[str, Any],
    copied: list[str],
    evil: list[str],
    longer: bool,
) -> None:
    """A hostile source that copies reports changes nothing that is published of others."""
    own = {"bank": case["report"], "post": case["same"], "herald": case["other"]}
    first_day = make_day({f"http://{name}.example/a": report for name, report in own.items()})
    more = "The reader is told once more what was said before. " * 40 if longer else ""
    copies = make_day(
        {f"http://{name}.example/{kind}": case[kind] for name in evil for kind in copied},
        more,
        after=0.05,
    )

    assert (
        list_neighbour_effects(
            shared_machine, tmp_path_factory.mktemp("lives"), [first_day, copies, Day()], evil
        )
        == set()
    )


@pytest.mark.slow
@FEW
@given(
    cases=st.lists(
        st.sampled_from(CASES),
        min_size=2,
        max_size=2,
        unique_by=lambda case: case["report"]["title"],
    ),
    kinds=st.lists(st.sampled_from(("report", "same")), min_size=1, max_size=2, unique=True),
)
def test_a_mixture_of_two_events_joins_parts_and_renames_no_stories_of_others(
    shared_machine: Machine,
    tmp_path_factory: pytest.TempPathFactory,
    cases: list[Any],
    kinds: list[str],
) -> None:
    """A hostile report that mixes two events changes no story of others."""
    own = {
        f"http://{name}.example/{number}": case[kind]
        for number, case in enumerate(cases)
        for name, kind in (("bank", "report"), ("post", "same"))
    }
    mixed = {
        f"http://evil.example/{kind}": {
            part: " ".join(case[kind][part] for case in cases) for part in cases[0][kind]
        }
        for kind in kinds
    }
    days = [make_day(own), make_day(mixed, after=0.05), Day()]

    assert (
        list_neighbour_effects(shared_machine, tmp_path_factory.mktemp("lives"), days, ["evil"])
        == set()
    )
