"""Find bylines in the text of a page; score each by its kind and place."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

from lxml import etree

from syndicator.reading.html.document import inner, is_in_reply
from syndicator.reading.metadata import date, person_names
from syndicator.reading.metadata.title import Spot, Survey

_BESIDE = 600
_NEXT = 200  # characters from the headline to a name beside a date, and to a name alone
_SIGNED_AFTER = 800  # characters of text above a signature
_ENDS = tuple('.!?…"”“’»)')  # what text above a signature ends with
_LINES = frozenset(
    {"p", "div", "span", "em", "i", "strong", "b", "h4", "h5", "h6", "address", "li", "td"}
)
# characters of a line with a name, of an element, of the shortest name
_LONG_LINE = 80
_READ = 400
_LEAST = 3
_BARS = re.compile(r"\s*[|–—•·,]\s*|\s-\s")
_DAY = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}[./]\d{1,2}[./]\d\d")
_DIGIT = re.compile(r"\d")
_LETTER = re.compile(r"[^\W\d_]")
_HREF = re.compile(
    r"/(?:authors?|autor(?:en|es|a|i|zy)?|auteurs?|autore|contributors?|by)/|[?&]_?author=", re.I
)
_CLASS = re.compile(
    r"(?:^|[\s_-])(authors?|byline|bylines|auteurs?|autor|autore|autoren|verfasser|writers?|"
    r"contributors?|creator|posted-?by|written-?by|signature|journalist|reporter|username|vcard|redakteur|firma|"
    r"attribution)(?![a-z])",
)
_BYLINE_CLASS = re.compile(
    r"by-?line|posted-?by|written-?by|author-?name|meta-?author|entry-?author|post-?author|article-?author|vcard|(?:^|\s)[up]-author(?![a-z])",
    re.I,
)
_NOT_CLASS = re.compile(
    r"comment|related|recommend|teaser|avatar|social|share|image|photo|caption|credit|book|quote|reply|reviewer|widget|sidebar|popular|trending|tags?\b|bio\b|-bio|biograph|description|desc\b|role|position|job|staff\b|func\b|occupation|affiliation",
    re.I,
)
_NEAR = 1_500
_BEFORE = 600  # characters after and before the headline in which its byline stands
# characters between two names of one byline, if they look alike and if not
_TOGETHER = 120
_AT_ONCE = 8
# least characters of tag and classes that are compared; names with an element for each
_LOOK = 4
_MOST_ALIKE = 8
# texts searched for the word "by"; most characters around a link to an author
_FIRST_PIECES = 6
_MOST_AROUND = 100
_REMEMBERED = 512
_MOST = 400  # cached class names; marks of a page
_BY_MARKUP = frozenset({"rel", "itemprop", "class", "link"})
_SHORT = 30
_LONG = 220  # characters of "by" and a login, and of any byline


def read_unmarked_byline(spot: Spot, survey: Survey) -> tuple[tuple[str, ...], str, int] | None:
    """Return the names at `spot`, their kind ("line", "date", "alone", "signed") and weight; None
    without names."""
    element = spot.element
    distance = spot.at - survey.origin
    if survey.found and abs(distance) <= _BESIDE:
        own = inner(element, 2 * _READ)
        line = " ".join(own.split()) if len(own) < 2 * _READ else ""
        whole = line if len(line) <= _LONG_LINE else ""
        if names := _within_line(element, whole):
            return names, "line", 2 if all(map(person_names.is_full, names)) else 1
        if names := _beside_date(spot, whole):
            return names, "date", 1
        if distance >= 0 and element.tag in _LINES and (name := _alone(whole, distance)):
            return (name,), "alone", 1
    if element.tag == "p" and distance >= _SIGNED_AFTER and spot.before[-1:] in _ENDS:
        own = " ".join(inner(element, 2 * _LONG_LINE).split()).strip("()[]–—-/ ")
        return ((own,), "signed", 2) if person_names.is_known(own) else None
    return None


def _within_line(element: Any, whole: str) -> tuple[str, ...]:
    """Return the names in a line with a date: "Dec 8, 2019 by Ann Other in Boats"."""
    if not _DIGIT.search(whole) or not next(date.days(whole), None):
        return ()
    pieces = (" ".join(piece.split()) for piece in islice(element.itertext(), _READ))
    match = person_names.words().inside.search(" | ".join(piece for piece in pieces if piece))
    return tuple(person_names.people(match[1])) if match else ()


def _beside_date(spot: Spot, whole: str) -> tuple[str, ...]:
    """Return the names in "4 May 2024 | Ann Other", or in an element directly before or after a
    date."""
    element = spot.element
    own = whole if whole and _DAY.search(whole) else " ".join((element.text or "")[:_READ].split())
    if not _LEAST < len(own) <= _LONG_LINE:
        return ()
    pieces = [
        piece for piece in _BARS.split(own) if _LETTER.search(piece) and not _DAY.search(piece)
    ]
    people = tuple(piece for piece in pieces if person_names.is_known(piece))
    if len(people) != 1 and not (people and all(map(person_names.is_person, pieces))):
        return ()
    people = people if len(people) == 1 else tuple(pieces)
    rest = own
    for name in people:
        rest = rest.replace(name, "")
    if _DAY.search(rest):
        return people
    after = [
        (element.tail or "").strip(),
        *(inner(each, _LONG_LINE) for each in islice(element.itersiblings(), 1)),
    ]
    dated = _DAY.search(spot.before) or _DAY.search(next(filter(None, after), ""))
    return people if dated and not _LETTER.search(rest) else ()


def _alone(whole: str, distance: int) -> str:
    """Return the name that is an element's whole text below the headline, or ends a line such as "A
    guest post by"."""
    if len(whole) <= _LEAST:
        return ""
    introduced = person_names.words().by_within.match(whole)
    name = introduced[1] if introduced else whole
    return name if (introduced or distance <= _NEXT) and person_names.is_known(name) else ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A candidate for the byline: names, kind of mark, score, and distance from the headline in
    characters."""

    people: tuple[str, ...]
    kind: str  # rel, itemprop, class, link, by, or one of unmarked_byline's
    weight: int
    score: int
    at: int
    look: str  # tag and class of the element: co-authors look alike
    flags: tuple[str, ...]
    login: str = ""  # of a user, if the byline names no person


def find_marks(survey: Survey) -> list[Mark]:
    """Return the marks of bylines on the page, in order."""
    return list(islice(filter(None, (_mark(spot, survey) for spot in survey.spots)), _MOST))


def find_together(best: Mark, marks: list[Mark]) -> Iterator[Mark]:
    """Yield `best` and the marks of its co-authors behind it."""
    yield best
    end = best.at + sum(map(len, best.people))
    for mark in marks:
        gap = mark.at - end
        beside = gap <= _AT_ONCE or (
            gap <= _TOGETHER and mark.look == best.look and len(mark.look) > _LOOK
        )
        if mark.at > best.at and mark.kind == best.kind and mark.score >= best.score - 1 and beside:
            yield mark
            end = mark.at + sum(map(len, mark.people))


def _mark(spot: Spot, survey: Survey) -> Mark | None:
    element = spot.element
    distance = spot.at - survey.origin
    near = 3 if 0 <= distance <= _NEAR else (2 if -_BEFORE <= distance < 0 else 0)
    kind, weight = _kind(spot)
    if not weight:
        plain = read_unmarked_byline(spot, survey)
        if plain is None:
            return None
        return Mark(plain[0], plain[1], plain[2], plain[2] + near, distance, element.tag, ())
    if is_in_reply(element):
        return None
    pieces = [
        line for value in islice(element.itertext(), 4 * _LONG) if (line := " ".join(value.split()))
    ]
    pieces = pieces if sum(map(len, pieces)) <= _LONG else pieces[:1] * (len(pieces) > 1)
    names = _alike(element) or tuple(_people([" ".join(pieces)] if kind == "by" else pieces))
    login = "" if names or kind not in _BY_MARKUP else _login(pieces)
    if not names and not login:
        return None
    flags = tuple(_flags(spot, pieces, survey))
    look = f"{element.tag} {element.get('class') or ''} {element.get('rel') or ''}"
    return Mark(names, kind, weight, weight + near, distance, look, flags, login)


def _login(pieces: Sequence[str]) -> str:
    """Return the one word of a byline that names no person, such as "harbour1984", else ""."""
    word = person_names.unby(" ".join(pieces)).strip(" ,.:;|-–—•·*@")
    return word if len(word) >= _LEAST and person_names.is_login(word) else ""


def _flags(spot: Spot, pieces: Sequence[str], survey: Survey) -> Iterator[str]:
    """Yield what else tells of a mark: words of another job before it, "by", its length."""
    if person_names.ends_in(spot.before, person_names.words().before_others):
        yield "of another job"
    if _ends_by(spot.before):
        yield "after by"
    if sum(map(len, pieces)) > _SHORT:
        yield "long mark"
    if not survey.found:
        yield "no headline"
    if _DAY.search(spot.before):
        yield "after a date"


def _kind(spot: Spot) -> tuple[str, int]:
    element = spot.element
    marks = dict(element.items())  # one look at them all is cheaper than one for each
    if marks:
        rel = marks.get("rel", "")
        prop = marks.get("itemprop", "")
        if "author" in rel.split() or "author" in prop.split():
            return "rel" if rel else "itemprop", 3
        weight = _weight(
            f"{marks.get('class', '')} {marks.get('data-testid', '')} {marks.get('id', '')}"[:300]
        )
        if weight:
            return "class", weight
    href = marks.get("href") if element.tag == "a" else None
    if href and _HREF.search(href[:300]):
        if _ends_by(spot.before):
            return "link", 3
        if len(" ".join(inner(element.getparent(), _READ).split())) <= _MOST_AROUND:
            return "link", 2
    own = (element.text or "").strip()[:_LONG]
    if (
        own
        and own.split(None, 1)[0].casefold().rstrip(":：") in person_names.words().starts
        and person_names.words().by.match(own + " x")
    ):
        return "by", 2
    if element.tag in ("a", "span", "strong", "b", "em", "i", "div", "p") and _ends_by(spot.before):
        return "by", 2
    return "", 0


@lru_cache(_REMEMBERED)
def _weight(named: str) -> int:
    named = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", named).lower()
    if not _CLASS.search(named) or _NOT_CLASS.search(named):
        return 0
    return 3 if _BYLINE_CLASS.search(named) else 2


@lru_cache(_REMEMBERED)
def _ends_by(last: str) -> bool:
    return person_names.introduces(last[-40:]) or person_names.ends_in(
        last, person_names.words().long_before_names
    )


def _alike(element: Any) -> tuple[str, ...]:
    for holder in islice(element.iter(etree.Element), _FIRST_PIECES):
        if (
            len({(child.tag, child.get("class")) for child in holder})
            == 1
            < len(holder)
            <= _MOST_ALIKE
        ):
            names = [" ".join(inner(child, _LONG).split()).strip(" ,") for child in holder]
            if all(map(person_names.is_known, names)):
                return tuple(dict.fromkeys(names))
    return ()


def _people(pieces: list[str]) -> Iterator[str]:
    start = next(
        (
            index + 1
            for index, piece in enumerate(pieces[:_FIRST_PIECES])
            if person_names.introduces(piece)
        ),
        0,
    )
    begun = joined = False
    for piece in pieces[start:]:
        if person_names.ends_in(piece, person_names.words().before_others):
            return
        people = person_names.people(piece)
        if people and (joined or not begun):
            yield from people
            begun = True
            joined = piece.rstrip().endswith((",", "&", " and", " und"))
        elif begun:
            if not person_names.words().joined.fullmatch(f" {piece.strip()} "):
                return
            joined = True
