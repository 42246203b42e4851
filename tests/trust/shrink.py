"""The smallest case in which something still happens: parts are left out one after the other, the
largest first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from typing import Any, TypeVar

from tests.trust.case import Case, Day, Item, Page

T = TypeVar("T", Page, Item)


def shrink_case(case: Case, happens: Callable[[Case], bool], most: int = 400) -> Case:
    """A case that no part can be left out of, or the one after `most` calls of `happens`, which is
    true of `case`."""
    tried = 0
    place = 0
    smaller = True
    # what is left out changes what can be: the last round begins at the first part
    while smaller or place:
        smaller, place = False, place if smaller else 0
        for number, candidate in enumerate(_smaller(case)):
            if number < place:
                continue
            if tried == most:
                return case
            tried += 1
            if happens(candidate):
                case = candidate
                place = number
                smaller = True
                break
    return case


def _smaller(case: Case) -> Iterator[Case]:
    for key in case.without if len(case.without) > 1 else ():
        yield _unfollowed(case, key)
    for number in range(len(case.days) if len(case.days) > 1 else 0):
        yield replace(case, days=case.days[:number] + case.days[number + 1 :])
    for number in range(len(case.days) - 1):
        both = _joined(*case.days[number : number + 2])
        yield replace(case, days=(*case.days[:number], both, *case.days[number + 2 :]))
    for number, day in enumerate(case.days):
        for less in _less(day):
            yield replace(case, days=(*case.days[:number], less, *case.days[number + 1 :]))
    for number, source in enumerate(case.sources):
        for name in source.keys() - {"key", "url", "kind"}:
            bare = {one: value for one, value in source.items() if one != name}
            yield replace(case, sources=(*case.sources[:number], bare, *case.sources[number + 1 :]))


def _unfollowed(case: Case, key: str) -> Case:
    def others(listed: Any) -> Any:
        return listed and tuple(source for source in listed if source["key"] != key)

    gone_urls = {source["url"] for source in case.sources if source["key"] == key}
    days = (
        replace(
            day,
            sources=others(day.sources),
            feeds={url: one for url, one in day.feeds.items() if url not in gone_urls},
        )
        for day in case.days
    )
    without = tuple(one for one in case.without if one != key)
    return replace(case, without=without, sources=others(case.sources), days=tuple(days))


def _joined(first: Day, second: Day) -> Day:
    """What both change, in one day."""
    return replace(
        second,
        after=first.after,
        pages={**first.pages, **second.pages},
        feeds={**first.feeds, **second.feeds},
        run=(*first.run, *second.run),
        sources=second.sources or first.sources,
    )


def _less(day: Day) -> Iterator[Day]:
    if day.pages:
        yield replace(day, pages={})
    if day.sources is not None:
        yield replace(day, sources=None)
    if day.after != 1:
        yield replace(day, after=1)
    if day.run:
        yield replace(day, run=())
    for number, words in enumerate(day.run):
        if words != "reindex":  # nothing runs without it after the database was lost
            yield replace(day, run=day.run[:number] + day.run[number + 1 :])
    yield from _less_said(day)


def _less_said(day: Day) -> Iterator[Day]:
    """The day with an address less, or with one that says less."""
    for name in ("pages", "feeds"):
        said = getattr(day, name)
        for address in said:
            yield replace(
                day, **{name: {one: value for one, value in said.items() if one != address}}
            )
    for name in ("feeds", "pages"):
        said = getattr(day, name)
        for address, value in said.items():
            for less in _plainer(value) if isinstance(value, Page) else _fewer(value):
                yield replace(day, **{name: {**said, address: less}})


def _fewer(items: tuple[Item, ...]) -> Iterator[tuple[Item, ...]]:
    for number, item in enumerate(items):
        yield (*items[:number], *items[number + 1 :])
        for plainer in _plainer(item):
            yield (*items[:number], plainer, *items[number + 1 :])


def _plainer(value: T) -> Iterator[T]:
    """The value with one field less that says something."""
    for field in fields(value):
        if field.name not in ("link", "text", "to") and getattr(value, field.name) != field.default:
            yield replace(value, **{field.name: field.default})
    if isinstance(value, Page) and "+" in value.text:
        yield from (replace(value, text=word) for word in value.text.split("+"))
