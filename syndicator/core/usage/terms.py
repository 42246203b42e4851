"""Terms of use from an article's statements: permission to publish and show it. Pure."""

import re
from collections.abc import Iterable
from typing import Final, Literal, NamedTuple, cast, get_args

from syndicator.core import text
from syndicator.core.model import ContentMode

Place = Literal["page", "feed", "header", "robots-txt"]  # nearest to the article first
PLACES: Final = get_args(Place)
LICENCE: Final = "licence"  # the use of a statement that names the address of a licence
WORDS: Final = "rights"  # and of a statement in words for people
_LONGEST = 300  # characters of a value


class Statement(NamedTuple):
    """A statement about a `use`: search, full-text, ai-input, ai-train, LICENCE or WORDS. `place`: its origin."""

    use: str
    value: str
    vocabulary: str
    place: Place

    def line(self) -> str:
        """Return the line for the article file: "ai-input: no (Content-Signal, robots-txt)"."""
        return f"{self.use}: {text.line(self.value)[:_LONGEST]} ({self.vocabulary}, {self.place})"


def parsed(line: str) -> Statement | None:
    """Parse a line from `Statement.line`; None if it has another form."""
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
    """Permissions for an article. `most`: how much to publish; `because`: restricting statements; `licences`:
    addresses; `words`: texts for people; `free`: licence of the whole text, or ""."""

    most: ContentMode = "full"
    model: bool = True
    picture: bool = True
    because: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    free: str = ""


def terms(lines: Iterable[str]) -> Terms:
    """Return the terms of statements (`Article.rights`). Within a vocabulary the nearest place counts (TDMRep 5.4,
    RSL), between vocabularies the strictest (draft-ietf-aipref-attach)."""
    statements = [statement for statement in map(parsed, lines) if statement]
    if not statements:
        return Terms()
    valid = [statement for statement in statements if statement.place == _nearest(statements, statement.vocabulary)]
    forbidden = {statement.use: statement for statement in valid if statement.value == "no"}
    licences = tuple(dict.fromkeys(statement.value for statement in valid if statement.use == LICENCE))
    return Terms(
        most="link" if "search" in forbidden else "excerpt" if "full-text" in forbidden else "full",
        model="ai-input" not in forbidden,
        picture=not forbidden.keys() & {"search", "full-text"},
        because=tuple(statement.line() for statement in forbidden.values() if statement.use != "ai-train"),
        licences=licences,
        words=tuple(dict.fromkeys(statement.value for statement in valid if statement.use == WORDS)),
        free="" if "full-text" in forbidden else next((url for url in licences if _FREE.match(url)), ""),
    )


def _nearest(statements: list[Statement], vocabulary: str) -> Place:
    return min((statement.place for statement in statements if statement.vocabulary == vocabulary), key=PLACES.index)
