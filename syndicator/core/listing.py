"""What a page that lists articles shows, and what is remembered of it: values only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

REMEMBERED = 150  # items of a list that it is known by; a choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One article as a list shows it."""

    url: str  # canonical
    title: str = ""
    published: datetime | None = None
    image: str = ""  # absolute, "" when none


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An item with how it is shown. `form`: the tags of its link and of what is nearest around it, each with its most
    common class ("li.post > h2.title > a"); `path`: the tags alone; `shape`: that of its address; `layout`: the order
    in which its picture, title and date stand ("p", "t", "d")."""

    item: Item
    key: str  # urls.alias
    form: str = ""
    path: str = ""
    shape: str = ""
    layout: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An item that was on the list before."""

    url: str
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrapper:
    """What the items of a list are known by, in several ways of which a new layout leaves some: forms, paths, shapes
    and layouts as in `Shown`, those of most items first; how many of them in a hundred show a date; how long their
    titles are; whether the newest stand first; the items that were there, the latest first; what the operator is to
    know of how the list was last read; and whether somebody pointed to it: then it is looked for in all of the page."""

    by: str = ""  # what it was learnt from: "json-ld", "h-feed" or "blocks"
    forms: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    shapes: tuple[str, ...] = ()
    layouts: tuple[str, ...] = ()
    dated: int = 0
    title_length: int = 0  # characters, in the middle
    newest_first: bool = False
    seen: tuple[Seen, ...] = ()
    note: str = ""
    pointed: bool = False
    whole: bool = False  # the page was a list and no article when it was learnt
