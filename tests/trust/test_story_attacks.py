"""A hostile source attacks stories of others: their entries and leads stay.
Each attack is lived with the source followed and without."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from tests.stories.hard_pairs import CASES
from tests.trust.case import Case, Day, Item, Page
from tests.trust.memory import Machine, MemoryLife, run_machine
from tests.trust.test_stories import make_page

OWN = ("bank", "post", "herald")  # the outlets that are followed from the first day
HOUR = 1 / 24
FIELDS = (
    "id",
    "title",
    "date_published",
    "date_modified",
    "authors",
    "tags",
    "summary",
    "image",
    "external_url",
)
HEADLINE = re.compile(r'<(?:h3|span class="words")><a [^>]*href="([^"]+)"')
TITLE = re.compile("<title>(.*?)</title>")
PADDING = (
    "The reader is told once more what was said before, in other words and at some length. " * 40
)
DETAIL = "A neighbour who did not want to be named said so on the telephone late in the evening"


def make_report(kind: str, case: int = 0, more: str = "") -> Page:
    """A report on an event. `third`: half of two others, which is a copy of neither."""
    told = CASES[case]
    if kind != "third":
        return make_page(told[kind]["title"], f"{told[kind]['text']} {more}")
    halves = (
        told["report"]["text"].strip().split(". ")[::2],
        told["same"]["text"].strip().split(". ")[1::2],
    )
    return make_page(
        f"{told['same']['title']}, insiders say",
        ". ".join((*halves[0], *halves[1], DETAIL)) + f". {more}",
    )


BANK = make_report("report")
POST = make_report("same")
THIRD = make_report("third")
NEWS = {"http://bank.example/a": BANK, "http://post.example/a": POST}  # what the others report


@dataclass(frozen=True, kw_only=True)
class Step:
    """What happens before a visit of all. `pages`: reports by address, announced by the feed of
    their outlet; `dated`: hours in which an address claims to be published; `announces`: items of
    the hostile feed besides."""

    pages: Mapping[str, Page] = field(default_factory=dict)
    after: float = HOUR
    dated: Mapping[str, float] = field(default_factory=dict)
    announces: tuple[Item, ...] = ()
    run: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Attack:
    name: str
    steps: tuple[Step, ...]
    evil: tuple[str, ...] = ("evil",)
    long: bool = False  # the hostile source is followed from the first day, too
    leads: tuple[str, ...] = ()  # outlets with `lead = true`


EVIL = "http://evil.example/a"
LONG = make_report("third", more=PADDING)
SECOND = {
    "http://bank.example/b": make_report("report", 3),
    "http://post.example/b": make_report("same", 3),
}
MIXED = make_page(
    " ".join(CASES[case]["same"]["title"] for case in (0, 3)),
    " ".join(CASES[case]["same"]["text"] for case in (0, 3)),
)
ATTACKS = (
    Attack(name="it reports an hour before", steps=(Step(pages={EVIL: THIRD}), Step(pages=NEWS))),
    Attack(
        name="it reports a day before", steps=(Step(pages={EVIL: THIRD}), Step(pages=NEWS, after=1))
    ),
    Attack(name="it has the longest text of a run", steps=(Step(pages={**NEWS, EVIL: LONG}),)),
    Attack(name="it has the newest report", steps=(Step(pages=NEWS), Step(pages={EVIL: THIRD}))),
    Attack(
        name="it claims to have reported first",
        steps=(Step(pages=NEWS), Step(pages={EVIL: LONG}, dated={EVIL: 180})),
    ),
    Attack(
        name="it claims a date ahead",
        steps=(Step(pages={**NEWS, EVIL: LONG}, dated={EVIL: 500}),),
    ),
    Attack(
        name="it copies a report with more text",
        steps=(Step(pages=NEWS), Step(pages={EVIL: make_report("report", more=PADDING)})),
    ),
    Attack(
        name="it announces the address of a report before its outlet does",
        steps=(
            Step(announces=(Item(link="http://bank.example/a", title="Evil's title"),)),
            Step(pages=NEWS),
        ),
    ),
    Attack(
        name="it calls its report a copy of another",
        steps=(
            Step(pages={EVIL: Page(**{**vars(THIRD), "canonical": "http://bank.example/a"})}),
            Step(pages=NEWS),
        ),
    ),
    Attack(
        name="it changes the date and text of its report at each visit",
        steps=(
            Step(pages={EVIL: THIRD}),
            Step(pages={**NEWS, EVIL: LONG}, dated={EVIL: 150}),
            Step(pages={EVIL: THIRD}, dated={EVIL: 300}),
            Step(pages={EVIL: LONG}, dated={EVIL: 10}),
        ),
    ),
    Attack(
        name="it reports five times",
        steps=(
            Step(
                pages={
                    f"{EVIL}{n}": make_report("third", more=f"Part {n} of {PADDING[: 90 * n]}")
                    for n in range(5)
                }
            ),
            Step(pages=NEWS),
        ),
    ),
    Attack(
        name="two hostile sources report in the same run",
        steps=(
            Step(
                pages={
                    **NEWS,
                    EVIL: LONG,
                    "http://worse.example/a": make_report("third", more=PADDING[200:]),
                }
            ),
        ),
        evil=("evil", "worse"),
    ),
    Attack(
        name="its report mixes two events",
        steps=(Step(pages={**NEWS, **SECOND}), Step(pages={EVIL: MIXED})),
    ),
    Attack(
        name="its report on two events comes first",
        steps=(Step(pages={EVIL: MIXED}), Step(pages={**NEWS, **SECOND})),
    ),
    Attack(
        name="its report turns to another event",
        steps=(
            Step(pages=NEWS),
            Step(pages={EVIL: THIRD}),
            Step(pages={EVIL: make_report("other", more=PADDING)}, after=0.1),
        ),
    ),
    Attack(
        name="the database is lost after it reported first",
        steps=(Step(pages={EVIL: LONG}), Step(pages=NEWS), Step(run=("reindex",)), Step()),
    ),
    Attack(
        name="followed for long, it reports later and longer",
        steps=(Step(pages=NEWS), Step(pages={EVIL: LONG})),
        long=True,
    ),
)


def make_days(attack: Attack, *, beside: bool) -> Iterator[Day]:
    feeds: dict[str, tuple[Item, ...]] = {
        f"http://{outlet}.example/feed": (Item(link=f"http://{outlet}.example/0"),)
        for outlet in (*OWN, *attack.evil)
    }
    first = {
        f"http://{outlet}.example/0": Page(text=f"{outlet}-0") for outlet in (*OWN, *attack.evil)
    }
    followed = (*OWN, *(attack.evil if beside else ()))
    everyone = tuple(make_source(attack, key) for key in followed)
    own = tuple(make_source(attack, key) for key in OWN)
    yield Day(pages=first, feeds=dict(feeds), sources=everyone if attack.long else own)
    yield Day(after=8, sources=everyone)
    for step in attack.steps:
        for url in step.pages:
            feed = f"{url.rpartition('/')[0]}/feed"
            title = unescape(TITLE.findall(step.pages[url].raw)[0])
            item = Item(link=url, title=title, published=step.dated.get(url))
            feeds[feed] = (*(known for known in feeds[feed] if known.link != url), item)
        feeds["http://evil.example/feed"] = (*feeds["http://evil.example/feed"], *step.announces)
        pages = {**(NEWS if step.announces else {}), **step.pages}
        yield Day(after=step.after, pages=pages, feeds=dict(feeds), run=step.run)


def make_source(attack: Attack, key: str) -> Mapping[str, Any]:
    more = {"lead": True} if key in attack.leads else {}
    return {"key": key, "url": f"http://{key}.example/feed", **more}


def is_own(url: str) -> bool:
    return url.partition("//")[2].partition(".")[0] in OWN


def read_published_facts(life: MemoryLife) -> dict[tuple[str, ...], Any]:
    """What is published of the others: their entries by feed, the lead of each of their stories,
    their headlines."""
    public = life.feeds / "public"
    facts: dict[tuple[str, ...], Any] = {}
    for path in sorted(public.rglob("*.json")):
        name = str(path.relative_to(public))
        if (
            name.startswith("maps/")
            or name == "stories.json"
            or (name.startswith("sources/") and path.stem not in OWN)
        ):
            continue
        for item in json.loads(path.read_text())["items"]:
            if is_own(item["url"]):
                facts[name, item["url"]] = {key: item.get(key) for key in FIELDS}
    with life.open_app() as app:
        members = app.archive.store.stories.members()
        urls = {
            article_id: article.url
            for article_id, article in app.archive.store.index.articles(
                [one.article for one in members]
            ).items()
        }
    stories = public / "stories.json"
    leads = (
        {item["url"]: item["title"] for item in json.loads(stories.read_text())["items"]}
        if stories.exists()
        else {}
    )
    for member in members:
        url = urls[member.article]
        together = {urls[other.article] for other in members if other.story == member.story}
        lead = [address for address in leads if address in together]
        if is_own(url) and lead:
            facts["lead of the story of", url] = [(address, leads[address]) for address in lead]
    headlines = map(unescape, HEADLINE.findall((public / "index.html").read_text()))
    facts |= {("headline", url): True for url in headlines if is_own(url)}
    return facts


def list_unsteady_entries(life: MemoryLife, seen: dict[tuple[str, str], Any]) -> Iterator[str]:
    """Yield what changed of an entry since it was first published: its date, or the lead of a
    story."""
    for name in ("all", "stories"):
        file = life.feeds / "public" / f"{name}.json"
        for item in json.loads(file.read_text())["items"] if file.exists() else ():
            now = (item["url"], item["date_published"])
            if seen.setdefault((name, item["id"]), now) != now:
                yield f"{name}: {item['id']} was {seen[name, item['id']]}, is {now}"


def list_attack_effects(shared_machine: Machine, folder: Path, attack: Attack) -> list[str]:
    """What the attack changes, a line each."""
    lives = []
    for beside in (True, False):
        plot = tuple(make_days(attack, beside=beside))
        case = Case(
            row="own",
            name="",
            file="",
            sources=plot[0].sources or (),
            days=plot,
            settings='stories = "link"\n',
        )
        life = MemoryLife(folder / ("beside" if beside else "alone"), shared_machine, case)
        file = life.config / "syndicator.toml"
        file.write_text(
            file.read_text().replace(
                'formats = ["atom", "json"]', 'formats = ["atom", "json", "html"]'
            )
        )
        lives.append(life)
    lines: list[str] = []
    seen: tuple[dict[tuple[str, str], Any], ...] = ({}, {})
    for number, day in enumerate(lives[0].case.days):
        for life, before in zip(lives, seen, strict=True):
            life.begin_day(number)
            for words in day.run:
                lines += life.run_command(words)
            lines += list_unsteady_entries(life, before)
        beside, alone = map(read_published_facts, lives)
        lines += [
            f"day {number}: {key}: {beside.get(key)} not {value}"
            for key, value in alone.items()
            if beside.get(key) != value
        ]
    return lines


@pytest.fixture(scope="module")
def shared_machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    with run_machine(tmp_path_factory.mktemp("attacks") / "machine") as made:
        yield made


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_changes_nothing_of_others(
    shared_machine: Machine, tmp_path: Path, attack: Attack
) -> None:
    """No attack on stories (ATTACKS) changes an entry or a lead of other sources."""
    assert list_attack_effects(shared_machine, tmp_path, attack) == []
