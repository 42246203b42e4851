"""The table of vocabularies, data/vocabularies.toml, and what a field says by it. Pure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Literal, NamedTuple

from syndicator.core import urls
from syndicator.core.usage.statement import LICENCE, WORDS, Place, Statement

_LONGEST = 2_000  # characters of a field that are read
_MOST = 20  # statements of one article: real ones have up to five
_BETWEEN = re.compile(r"[\s,;]+")


class Vocabulary(NamedTuple):
    """A row of the table; its fields are explained there."""

    name: str
    form: Literal["list", "words", "flag", "address", "text"]
    fields: Mapping[str, tuple[str, ...]]
    uses: Mapping[str, tuple[str, ...]]
    no: frozenset[str]
    yes: frozenset[str]


@cache
def vocabularies() -> tuple[Vocabulary, ...]:
    """All rows."""
    rows = tomllib.loads(files("syndicator.core.usage").joinpath("data/vocabularies.toml").read_text("utf-8"))
    return tuple(
        Vocabulary(
            row["name"],
            row["form"],
            {place: tuple(names) for place, names in row["fields"].items()},
            {token: tuple(uses) for token, uses in row.get("uses", {}).items()},
            frozenset(row.get("no", ())),
            frozenset(row.get("yes", ())),
        )
        for row in rows["vocabulary"]
    )


def names(place: Place) -> frozenset[str]:
    """The fields that say something at a place."""
    return frozenset(name for row in vocabularies() for name in row.fields.get(place, ()))


def said(place: Place, fields: Iterable[tuple[str, str]], base: str = "") -> tuple[Statement, ...]:
    """What `fields`, names in lower case with their values, say at `place`, each thing once, at most 20. `base`: what
    relative addresses start from. A field that no row names, and a value that its row does not know, say nothing."""
    found = (one for name, value in fields for one in _of_field(place, name, value[:_LONGEST].strip(), base))
    return tuple(dict.fromkeys(found))[:_MOST]


def _of_field(place: Place, name: str, value: str, base: str) -> Iterator[Statement]:
    for row in vocabularies():
        if value and name in row.fields.get(place, ()):
            for use, answer in _answers(row, value, base):
                yield Statement(use, answer, row.name, place)


def _answers(row: Vocabulary, value: str, base: str) -> Iterator[tuple[str, str]]:
    if row.form == "text":
        yield WORDS, value
    elif row.form == "address":
        found = urls.absolute(base, value) if base else value
        if found and urls.host(found):
            yield LICENCE, found
    else:
        for token, answer in _tokens(row, value.lower()):
            yield from ((use, answer) for use in row.uses.get(token, ()))


def _tokens(row: Vocabulary, value: str) -> Iterator[tuple[str, str]]:
    for part in _BETWEEN.split(value):
        token, _, answer = part.partition("=")
        if row.form != "list" or answer in row.no:
            yield token, "no"
        elif answer in row.yes:
            yield token, "yes"
