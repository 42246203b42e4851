"""Parse publishers' statements on use, from fields and robots.txt, into terms. Pure."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Final, Literal, NamedTuple, cast, get_args
from urllib.parse import urlsplit

from syndicator.core import text, urls
from syndicator.core.model import ContentMode

Place = Literal["page", "feed", "header", "robots-txt"]  # nearest to the article first
PLACES: Final = get_args(Place)
LICENCE: Final = "licence"  # the use of a statement that names the address of a licence
WORDS: Final = "rights"  # and of a statement in words for people
_LONGEST_VALUE = 300  # characters in an article file
# Licences that allow anyone to pass a text on whole, with the name of its author and the licence
# (https://creativecommons.org/share-your-work/cclicenses/). NC ones do not allow everyone to, and
# are not offered.
_FREE: Final = re.compile(
    r"https?://creativecommons\.org/(?:licenses/by(?:-sa|-nd)?|publicdomain/(?:zero|mark))/", re.I
)
_LONGEST = 2_000  # characters of a field that are read
_MOST = 20  # statements of one article: real ones have up to five
_BETWEEN = re.compile(r"[\s,;]+")
# Our header with these lines, stored with the page; it overwrites one of this name from the server.
HEADER = "robots.txt"
RSL_HEADER = "robots.txt-rsl"  # our header with the document that `License:` names (RSL 1.0)
_WHOLE_FILE = frozenset(("license",))  # RSL 1.0: belongs to no group


class Statement(NamedTuple):
    """A statement about a `use`: search, full-text, ai-input, ai-train, LICENCE or WORDS. `place`:
    its origin."""

    use: str
    value: str
    vocabulary: str
    place: Place

    def line(self) -> str:
        """Return the line for the article file: "ai-input: no (Content-Signal, robots-txt)"."""
        return (
            f"{self.use}: {text.line(self.value)[:_LONGEST_VALUE]} ({self.vocabulary},"
            f" {self.place})"
        )


def parsed(line: str) -> Statement | None:
    """Parse a line from `Statement.line`; None if it has another form."""
    use, colon, rest = line.partition(": ")
    value, bracket, source = rest.rpartition(" (")
    vocabulary, comma, place = source.removesuffix(")").rpartition(", ")
    if not (colon and bracket and comma) or not line.endswith(")") or place not in PLACES:
        return None
    return Statement(use, value, vocabulary, cast(Place, place))


class Terms(NamedTuple):
    """Permissions for an article. `most`: how much to publish; `because`: restricting statements;
    `licences`: addresses; `words`: texts for people; `free`: licence of the whole text, or ""."""

    most: ContentMode = "full"
    model: bool = True
    picture: bool = True
    because: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    free: str = ""


def terms(lines: Iterable[str]) -> Terms:
    """Return the terms of statements (`Article.rights`). Within a vocabulary the nearest place
    counts (TDMRep 5.4, RSL), between vocabularies the strictest (draft-ietf-aipref-attach)."""
    statements = [statement for statement in map(parsed, lines) if statement]
    if not statements:
        return Terms()
    valid = [
        statement
        for statement in statements
        if statement.place == _nearest(statements, statement.vocabulary)
    ]
    forbidden = {statement.use: statement for statement in valid if statement.value == "no"}
    licences = tuple(
        dict.fromkeys(statement.value for statement in valid if statement.use == LICENCE)
    )
    return Terms(
        most="link" if "search" in forbidden else "excerpt" if "full-text" in forbidden else "full",
        model="ai-input" not in forbidden,
        picture=not forbidden.keys() & {"search", "full-text"},
        because=tuple(
            statement.line() for statement in forbidden.values() if statement.use != "ai-train"
        ),
        licences=licences,
        words=tuple(
            dict.fromkeys(statement.value for statement in valid if statement.use == WORDS)
        ),
        free=(
            ""
            if "full-text" in forbidden
            else next((url for url in licences if _FREE.match(url)), "")
        ),
    )


def _nearest(statements: list[Statement], vocabulary: str) -> Place:
    return min(
        (statement.place for statement in statements if statement.vocabulary == vocabulary),
        key=PLACES.index,
    )


class Vocabulary(NamedTuple):
    """A row of data/vocabularies.toml, which explains the fields."""

    name: str
    form: Literal["list", "words", "flag", "address", "text"]
    fields: Mapping[str, tuple[str, ...]]
    uses: Mapping[str, tuple[str, ...]]
    no: frozenset[str]
    yes: frozenset[str]


@cache
def vocabularies() -> tuple[Vocabulary, ...]:
    """Return all rows."""
    rows = tomllib.loads(
        files("syndicator.core.usage").joinpath("data/vocabularies.toml").read_text("utf-8")
    )
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
    """Return the names of the fields that may have statements at `place`."""
    return frozenset(name for row in vocabularies() for name in row.fields.get(place, ()))


def said(place: Place, fields: Iterable[tuple[str, str]], base: str = "") -> tuple[Statement, ...]:
    """Return at most 20 distinct statements in `fields` (lower-case names). `base` resolves
    relative addresses."""
    statements = (
        Statement(use, answer, row.name, place)
        for name, value in fields
        for row in vocabularies()
        if name in row.fields.get(place, ())
        for use, answer in _answers(row, value[:_LONGEST].strip(), base)
    )
    return tuple(dict.fromkeys(statements))[:_MOST]


def _answers(row: Vocabulary, value: str, base: str) -> Iterator[tuple[str, str]]:
    if not value:
        return
    if row.form == "text":
        yield WORDS, value
    elif row.form == "address":
        address = urls.absolute(base, value) if base else value
        if address and urls.host(address):
            yield LICENCE, address
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


_Line = tuple[str, str]


def lines(robots_txt: str, product: str, url: str) -> str:
    """Return the usage lines of robots.txt for `product` (RFC 9309 2.2.1) and `url`, or "". The
    longest path wins."""
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    text = robots_txt.lower()
    if not any(name in text for name in names("robots-txt") | _WHOLE_FILE):  # most files have none
        return ""
    whole, groups = _groups(robots_txt)
    statements = [*whole, *_matching(groups.get(product.lower(), groups.get("*", [])), path)]
    return "\n".join(f"{name}: {value}" for name, value in statements)[:_LONGEST]


def fields(header: str) -> Iterator[tuple[str, str]]:
    """Iterate over names and values in the result of `lines`."""
    for line in header.splitlines():
        name, colon, value = line.partition(":")
        if colon:
            yield name.strip(), value.strip()


def licence_at(header: str, base: str) -> str:
    """Return the licence address in the result of `lines`, or "". `base`: the address of the
    robots.txt."""
    named = next((value for name, value in fields(header) if name.lower() in _WHOLE_FILE), "")
    address = urls.absolute(base, named) if named else None
    return address if address and urls.host(address) else ""


def _groups(robots_txt: str) -> tuple[list[_Line], dict[str, list[_Line]]]:
    wanted = names("robots-txt")
    whole: list[_Line] = []
    groups: dict[str, list[_Line]] = {}
    agents: list[str] = ["*"]  # lines before the first group are for all
    naming = False
    for name, value in _pairs(robots_txt):
        if name == "user-agent":
            agents = [*(agents if naming else ()), value.lower().split(" ")[0]]
            groups.setdefault(agents[-1], [])
        elif name in _WHOLE_FILE:
            whole.append((name, value))
        elif name in wanted:
            for agent in agents:
                groups.setdefault(agent, []).append((name, value))
        naming = name == "user-agent"
    return whole, groups


def _pairs(robots_txt: str) -> Iterator[tuple[str, str]]:
    for line in robots_txt.lstrip("\ufeff").splitlines():
        name, colon, value = line.partition("#")[0].partition(":")
        if colon and value.strip():
            yield name.strip().lower(), value.strip()


def _matching(statements: Iterable[tuple[str, str]], path: str) -> list[tuple[str, str]]:
    best: dict[str, tuple[int, list[str]]] = {}
    for name, value in statements:
        pattern, rest = _pattern(value)
        if not matches(pattern, path):
            continue
        length, values = best.get(name, (-1, []))
        if len(pattern) >= length:
            best[name] = (len(pattern), [*(values if len(pattern) == length else ()), rest])
    return [(name, value) for name, (_, values) in best.items() for value in values]


def _pattern(value: str) -> tuple[str, str]:
    if not value.startswith(("/", "*")):
        return "", value
    pattern, _, rest = value.partition(" ")
    return pattern, rest.strip()


def matches(pattern: str, path: str) -> bool:
    """Return True if a pattern of Allow (RFC 9309 section 2.2.3: * and $) matches a path with its
    query."""
    end = pattern.endswith("$")
    regex = ".*".join(re.escape(part) for part in pattern.removesuffix("$").split("*"))
    return re.match(regex + ("$" if end else ""), path) is not None
