"""Names that bear no mark of a byline: beside the date below the headline, alone there, or as a signature. Pure.

Two capitalised words are as often a section as a person, so each must begin with a common given name.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import Any

from lxml import etree

from syndicator.reading.html.document import inner
from syndicator.reading.metadata import date_text
from syndicator.reading.metadata.authors import person_names
from syndicator.reading.metadata.survey import Spot, Survey

_BESIDE = 600  # characters around the end of the headline in which such a name counts
_NEXT = 5  # characters after the headline within which a line that is only a name counts
_SIGNED_AFTER = 800  # characters of text above a signature
_ENDS = tuple('.!?…"”“’»)')  # what text above a signature ends with
_LINES = frozenset({"p", "div", "span", "em", "i", "strong", "b", "h4", "h5", "h6", "address", "li", "td"})
_LONG_LINE = 80  # characters of the line it is in
_READ = 400  # characters looked at, blanks included
_LEAST = 3  # characters above which a line can be a name
_BARS = re.compile(r"\s*[|–—•·,]\s*|\s-\s")
_DAY = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}[./]\d{1,2}[./]\d\d")
_DIGIT = re.compile(r"\d")
_LETTER = re.compile(r"[^\W\d_]")


def read(spot: Spot, survey: Survey) -> tuple[tuple[str, ...], str, int] | None:
    """The names in the element at `spot`, how they stand there (line, date, alone, signed), and their weight."""
    element, distance = spot.element, spot.at - survey.origin
    if survey.found and abs(distance) <= _BESIDE:
        whole = _short(element)
        if names := _within_line(element, whole):
            return names, "line", 2 if all(map(_is_whole, names)) else 1
        if names := _beside_date(spot, whole):
            return names, "date", 1
        if distance >= 0 and element.tag in _LINES and (name := _alone(whole, distance)):
            return (name,), "alone", 1
    if element.tag == "p" and distance >= _SIGNED_AFTER and spot.before[-1:] in _ENDS:
        own = " ".join(inner(element, 2 * _LONG_LINE).split()).strip("()[]–—-/ ")
        return ((own,), "signed", 2) if _is_known(own) else None
    return None


def _is_whole(name: str) -> bool:
    return person_names.rank(name) == person_names.FULL


def _is_known(name: str) -> bool:
    return person_names.is_person(name) and person_names.has_given_name(name)


def _within_line(element: Any, whole: str) -> tuple[str, ...]:
    """The names in a line that tells when and by whom: "Dec 8, 2019 by Ann Other in Boats", "Filed in News by ann on 3
    August 2019". What stands there may be a login."""
    if not _DIGIT.search(whole) or not next(date_text.days(whole), None):
        return ()
    pieces = (" ".join(piece.split()) for piece in islice(element.itertext(), _READ))
    found = person_names.words().inside.search(" | ".join(piece for piece in pieces if piece))
    return tuple(person_names.people(found[1])) if found else ()


def _beside_date(spot: Spot, whole: str) -> tuple[str, ...]:
    """The names in "4 May 2024 | Ann Other", or in an element that a date stands before or after."""
    element = spot.element
    own = whole if whole and _DAY.search(whole) else " ".join((element.text or "")[:_READ].split())
    if not _LEAST < len(own) <= _LONG_LINE:
        return ()
    pieces = [piece for piece in _BARS.split(own) if _LETTER.search(piece) and not _DAY.search(piece)]
    people = tuple(piece for piece in pieces if _is_known(piece))
    if len(people) != 1 and not (people and all(map(person_names.is_person, pieces))):
        return ()
    people = people if len(people) == 1 else tuple(pieces)
    rest = own
    for name in people:
        rest = rest.replace(name, "")
    if _DAY.search(rest):
        return people
    dated = _DAY.search(spot.before) or _DAY.search(_after(element))
    return people if dated and not _LETTER.search(rest) else ()


def _short(element: Any) -> str:
    """The text in `element` when it is a line that may be a byline, else "". Most are ruled out after a few words."""
    pieces: list[str] = []
    length = 0
    for piece in islice(element.itertext(), _READ):
        pieces.append(piece)
        length += len(piece.strip())
        if length > _LONG_LINE:
            return ""
    whole = " ".join("".join(pieces).split())
    return whole if len(whole) <= _LONG_LINE else ""


def _after(element: Any) -> str:
    follower = next(element.itersiblings(etree.Element), None)
    return (element.tail or "").strip() or (
        " ".join(islice(follower.itertext(), 6))[:80] if follower is not None else ""
    )


def _alone(whole: str, distance: int) -> str:
    """The name that is all of an element's text just below the headline, or ends a line such as "A guest post by"."""
    if len(whole) <= _LEAST:
        return ""
    introduced = person_names.words().by_within.match(whole)
    name = introduced[1] if introduced else whole
    return name if (introduced or distance <= _NEXT) and _is_known(name) else ""
