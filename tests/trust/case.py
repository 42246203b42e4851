"""A case, as its file says.

    [[case]]
    row = "own"                  what it is about
    name = "…"                   what must hold, in a sentence
    settings = "…"               lines of syndicator.toml, where the defaults do not do
    taxonomy = "…"               of taxonomy.toml
    who = ["bank"]               sources that are followed: bank at http://bank.example/feed
    without = ["evil"]           the case is lived with and without these sources, and what is
                                 published of the others' sites must be the same
                                 (tests/trust/pair.py)
    [[case.source]]              one with more to say, as in sources.toml
    [[case.day]]                 what changes on that day, before everything that is followed is
    visited and built after = 1                    days after the day before (default 1; 0.5 is
    twelve hours)
    sources = [...]              sources.toml from then on
    run = ["withdraw …"]         commands, after the visits, each followed by a build; one that
                                 begins with "!" fails, "rm PATH" takes a file or a folder away,
                                 "write PATH TEXT" adds text to a file visit = false
                                 nobody is visited (default true)
    [case.day.pages]             address -> a page (see `Page`)
    [case.day.feeds]             address -> the entries that it announces (see `Item`), or a page's
    fields (status, to) [case.day.expect]            what must stand at the end of that day (see
    `Expected`)
    [case.expect]                the same, at the end of the last one

`text = "x"` is a text of three paragraphs drawn by lot from the word, the same wherever the word
stands; its title is `title of x` unless another is said. Times are in hours after the case begins,
those before it negative.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent / "cases"


@dataclass(frozen=True, kw_only=True)
class Page:
    """What an address answers. `text`: words whose texts follow one another ("a+b"); `to`: a
    redirect; `feeds`: addresses that it links as its feeds."""

    text: str = ""
    title: str = ""
    author: str = ""
    published: float | None = None
    tags: tuple[str, ...] = ()
    canonical: str = ""
    ogurl: str = ""
    amphtml: str = ""
    feeds: tuple[str, ...] = ()
    status: int = 200
    to: str = ""
    robots: str = ""
    raw: str = ""  # the whole body, as it is


@dataclass(frozen=True, kw_only=True)
class Item:
    """An entry of a feed. Without an `id` its link is its id; without a `title` its text's;
    `content`: the word of its text, none without."""

    link: str = ""
    id: str = ""
    title: str = ""
    content: str = ""
    published: float | None = None
    author: str = ""
    tags: tuple[str, ...] = ()
    enclosure: str = ""


@dataclass(frozen=True, kw_only=True)
class Expected:
    """`articles`: address -> what is filed under it (`text`, `title`, `source`, `author`,
    `published`, `tags`, `category`, `copy_of`, `also`, `lacks`: those that are named), all others
    must not be there. `feeds`: name -> the addresses that it shows, in any order. `whole`: the
    addresses that `all` shows with their text. `gone`: files that must not be published. `says`:
    pieces of what `status --json` and `check` say; `silent`: pieces that they must not say.
    `nowhere`: pieces that must stand in no file of feeds/."""

    articles: Mapping[str, Mapping[str, Any]] | None = None
    feeds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    whole: tuple[str, ...] | None = None
    gone: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    nowhere: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Day:
    after: float = 1
    sources: tuple[Mapping[str, Any], ...] | None = None
    run: tuple[str, ...] = ()
    visit: bool = True
    pages: Mapping[str, Page] = field(default_factory=dict)
    feeds: Mapping[str, tuple[Item, ...] | Page] = field(default_factory=dict)
    expect: Expected = Expected()


@dataclass(frozen=True, kw_only=True)
class Case:
    row: str
    name: str
    file: str
    sources: tuple[Mapping[str, Any], ...]
    days: tuple[Day, ...]
    expect: Expected = Expected()
    settings: str = ""
    taxonomy: str = ""
    without: tuple[str, ...] = ()


@cache
def read_cases() -> tuple[Case, ...]:
    """All cases, by file. Raises TypeError or ValueError for a word that the files do not have."""
    files = sorted(HERE.glob("*.toml"))
    return tuple(
        case for path in files for case in parse_cases(path.read_text(encoding="utf-8"), path.stem)
    )


def parse_cases(text: str, file: str) -> Iterator[Case]:
    """The cases in the `text` of a file."""
    for table in tomllib.loads(text)["case"]:
        days = tuple(_day(day) for day in table.pop("day"))
        sources = (*map(_followed, table.pop("who", ())), *table.pop("source", ()))
        expect = _made(Expected, table.pop("expect", {}))
        yield _made(
            Case, {**table, "file": file, "sources": sources, "days": days, "expect": expect}
        )


def _followed(key: str) -> Mapping[str, str]:
    return {"key": key, "url": f"http://{key}.example/feed"}


def _day(table: dict[str, Any]) -> Day:
    pages = {address: _made(Page, page) for address, page in table.pop("pages", {}).items()}
    feeds = {
        address: _made(Page, said)
        if isinstance(said, dict)
        else tuple(_made(Item, item) for item in said)
        for address, said in table.pop("feeds", {}).items()
    }
    expect = _made(Expected, table.pop("expect", {}))
    return _made(Day, {**table, "pages": pages, "feeds": feeds, "expect": expect})


def _made(kind: type[Any], table: Mapping[str, Any]) -> Any:
    unknown = set(table) - {field.name for field in fields(kind)}
    if unknown:
        raise ValueError(f"{kind.__name__} has no {', '.join(sorted(unknown))}")
    return kind(
        **{
            name: tuple(value) if isinstance(value, list) else value
            for name, value in table.items()
        }
    )
