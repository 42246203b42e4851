"""One thing that a publisher says of an article's use, as a line of its file. Pure."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, cast, get_args

from syndicator.core import text

Place = Literal["page", "feed", "header", "robots-txt"]  # nearest to the article first
PLACES: Final = get_args(Place)
LICENCE: Final = "licence"  # the use of a statement that names the address of a licence
WORDS: Final = "rights"  # and of one in words for people
_LONGEST = 300  # characters of a value


class Statement(NamedTuple):
    """`use`: search, full-text, ai-input, ai-train, or LICENCE or WORDS. `value`: yes or no, an address, words.
    `vocabulary` and `place`: by whose rules it is said, and where it stands."""

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
