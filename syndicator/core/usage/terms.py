"""Terms of use from an article's statements: what may be published and shown. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, Literal, NamedTuple, cast, get_args

from syndicator.core import text
from syndicator.core.model import ContentMode

Place = Literal["page", "feed", "header", "robots-txt"]  # nearest to the article first
PLACES: Final = get_args(Place)
LICENCE: Final = "licence"  # the use of a statement that names the address of a licence
WORDS: Final = "rights"  # and of one in words for people
_LONGEST = 300  # characters of a value


class Statement(NamedTuple):
    """`use`: search, full-text, ai-input, ai-train, LICENCE or WORDS; `value`; `vocabulary`: whose rules; `place`."""

    use: str
    value: str
    vocabulary: str
    place: Place

    def line(self) -> str:
        """As a file keeps it: "ai-input: no (Content-Signal, robots-txt)"."""
        return f"{self.use}: {text.line(self.value)[:_LONGEST]} ({self.vocabulary}, {self.place})"


def parsed(line: str) -> Statement | None:
    """The statement of a line, None for one that a hand wrote otherwise."""
    use, colon, rest = line.partition(": ")
    value, bracket, source = rest.rpartition(" (")
    vocabulary, comma, place = source.removesuffix(")").rpartition(", ")
    if not (colon and bracket and comma) or not line.endswith(")") or place not in PLACES:
        return None
    return Statement(use, value, vocabulary, cast(Place, place))


# Licences that allow anyone to pass a text on whole, with the name of its author and the licence
# (https://creativecommons.org/share-your-work/cclicenses/). NC ones do not allow everyone to, and are not offered.
_FREE: Final = re.compile(
    r"https?://creativecommons\.org/(?:licenses/by(?:-sa|-nd)?|publicdomain/(?:zero|mark))/", re.I
)


class Terms(NamedTuple):
    """`most`: what may be published; `model`, `picture`: may be shown; `because`: what restricts; `licences`:
    addresses; `words`: for people; `free`: the licence of the whole text, or ""."""

    most: ContentMode = "full"
    model: bool = True
    picture: bool = True
    because: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    free: str = ""


def terms(lines: Iterable[str]) -> Terms:
    """The terms of statements (`Article.rights`). The nearest place decides in a vocabulary (TDMRep 5.4, RSL), the
    stricter one between them (draft-ietf-aipref-attach). Unmentioned uses are allowed."""
    statements = [one for one in map(parsed, lines) if one]
    if not statements:
        return Terms()
    kept = [one for one in statements if one.place == _nearest(statements, one.vocabulary)]
    forbidden = {one.use: one for one in kept if one.value == "no"}
    licences = tuple(dict.fromkeys(one.value for one in kept if one.use == LICENCE))
    return Terms(
        most="link" if "search" in forbidden else "excerpt" if "full-text" in forbidden else "full",
        model="ai-input" not in forbidden,
        picture=not forbidden.keys() & {"search", "full-text"},
        because=tuple(one.line() for one in forbidden.values() if one.use != "ai-train"),
        licences=licences,
        words=tuple(dict.fromkeys(one.value for one in kept if one.use == WORDS)),
        free="" if "full-text" in forbidden else next((url for url in licences if _FREE.match(url)), ""),
    )


def _nearest(statements: list[Statement], vocabulary: str) -> Place:
    return min((one.place for one in statements if one.vocabulary == vocabulary), key=PLACES.index)
