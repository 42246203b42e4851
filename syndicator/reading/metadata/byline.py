"""Find bylines in the text of a page; score each by its kind and place. Pure.

A byline is marked by its markup (rel, itemprop, class, link) or by a word such as "By". Names
without such a mark are found by where they are, such as beside a date."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

from lxml import etree

from syndicator.reading.html.document import is_in_reply, read_text
from syndicator.reading.metadata import date, person_names
from syndicator.reading.metadata.survey import Spot, Survey

_MOST_BESIDE = 600  # characters between the headline and a name beside a date
_MOST_ALONE = 200  # characters between the headline and a name alone on its line
# weights of marks: how sure it is that they mark a byline
_SURE = 3
_LIKELY = 2
_POSSIBLE = 1
# scores of a mark by its distance from the headline
_AFTER_HEADLINE = 3
_BEFORE_HEADLINE = 2
_FAR = 0
_SIGNED_AFTER = 800  # characters of text between the headline and a signature
_SENTENCE_ENDS = tuple('.!?…"”“’»)')  # the text before a signature ends with one of these
_LINE_TAGS = frozenset(
    {"p", "div", "span", "em", "i", "strong", "b", "h4", "h5", "h6", "address", "li", "td"}
)
_LONG_LINE = 80  # characters of a line with a name
_MOST_READ = 400  # characters of an element that are read
_MOST_READ_OF_LINE = 2 * _MOST_READ  # of an element that may be a line, with its white space
_LONGEST_ATTRIBUTE = 300  # characters of classes and addresses that are searched
_LONGEST_INTRODUCTION = 40  # characters of a phrase such as "Written by"
_SHORTEST_NAME = 3  # characters
# separators in a line with a name and a date
_BAR = re.compile(r"\s*[|–—•·,]\s*|\s-\s")
_DATE = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}[./]\d{1,2}[./]\d\d")
_DIGIT = re.compile(r"\d")
_LETTER = re.compile(r"[^\W\d_]")
_AUTHOR_ADDRESS = re.compile(
    r"/(?:authors?|autor(?:en|es|a|i|zy)?|auteurs?|autore|contributors?|by)/|[?&]_?author=", re.I
)
_AUTHOR_CLASS = re.compile(
    r"(?:^|[\s_-])(authors?|byline|bylines|auteurs?|autor|autore|autoren|verfasser|writers?|"
    r"contributors?|creator|posted-?by|written-?by|signature|journalist|reporter|username|vcard|redakteur|firma|"
    r"attribution)(?![a-z])",
)
_BYLINE_CLASS = re.compile(
    r"by-?line|posted-?by|written-?by|author-?name|meta-?author|entry-?author|post-?author|article-?author|vcard|(?:^|\s)[up]-author(?![a-z])",
    re.I,
)
# class names of what is no byline although it may have "author" in its name, too
_OTHER_CLASS = re.compile(
    r"comment|related|recommend|teaser|avatar|social|share|image|photo|caption|credit|book|quote|reply|reviewer|widget|sidebar|popular|trending|tags?\b|bio\b|-bio|biograph|description|desc\b|role|position|job|staff\b|func\b|occupation|affiliation",
    re.I,
)
# characters after and before the headline within which the byline of the article is
_MOST_AFTER = 1_500
_MOST_BEFORE = 600
# characters between the names of co-authors: if their elements look alike, and if they do not
_TOGETHER = 120
_AT_ONCE = 8
_SHORTEST_LOOK = 4  # characters of tag and classes that say something about an element's look
_MOST_ALIKE = 8  # authors with an element for each
_FIRST_PIECES = 6  # texts of a byline among which the word "by" is searched
_MOST_AROUND = 100  # characters of the text around a link to an author
_TAGS_AFTER_BY = frozenset({"a", "span", "strong", "b", "em", "i", "div", "p"})
_REMEMBERED = 512  # texts in a cache
_MOST_MARKS = 400  # marks of a page
_CAMEL_CASE = re.compile(r"(?<=[a-z])(?=[A-Z])")
_BY_MARKUP = frozenset({"rel", "itemprop", "class", "link"})  # kinds of marks by markup
_LONG_MARK = 30  # characters of a byline that is more than "by" and a name
_LONGEST_BYLINE = 220  # characters


@dataclass(frozen=True, slots=True)
class UnmarkedByline:
    """The names in a byline that neither its markup nor a word such as "by" marks."""

    people: tuple[str, ...]
    kind: str  # how they were found: "line", "date", "alone" or "signed"
    weight: int  # how likely they are authors: _POSSIBLE or _LIKELY


def read_unmarked_byline(spot: Spot, survey: Survey) -> UnmarkedByline | None:
    """Return the names in the element at `spot`, if they are a byline that neither markup nor a
    first word such as "By" marks. Return None if they are not. `survey`: the texts of the page and
    the place of its headline. The kind of the byline says how it was found. "line": after "by" in a
    line with a date. "date": beside a date. "alone": a name alone on a line below the headline.
    "signed": a name as a paragraph at the end of the text."""
    element = spot.element
    distance = spot.offset - survey.headline_end  # characters, negative above the headline

    if survey.has_headline and abs(distance) <= _MOST_BESIDE:
        text = read_text(element, _MOST_READ_OF_LINE)
        is_cut_off = len(text) >= _MOST_READ_OF_LINE
        line = " ".join(text.split())
        if is_cut_off or len(line) > _LONG_LINE:  # too long for a byline
            line = ""
        names = _read_names_within_line(element, line)
        if names:
            are_full = all(map(person_names.is_full_name, names))
            weight = _LIKELY if are_full else _POSSIBLE
            return UnmarkedByline(names, "line", weight)
        names = _read_names_beside_date(spot, line)
        if names:
            return UnmarkedByline(names, "date", _POSSIBLE)
        if distance >= 0 and element.tag in _LINE_TAGS:
            name = _read_name(line, distance)
            if name:
                return UnmarkedByline((name,), "alone", _POSSIBLE)

    # a signature stands far below the headline, after a complete sentence
    is_late_paragraph = element.tag == "p" and distance >= _SIGNED_AFTER
    if is_late_paragraph and spot.text_before[-1:] in _SENTENCE_ENDS:
        signature = " ".join(read_text(element, 2 * _LONG_LINE).split()).strip("()[]–—-/ ")
        if person_names.is_known_person(signature):
            return UnmarkedByline((signature,), "signed", _LIKELY)
    return None


def _read_names_within_line(element: Any, line: str) -> tuple[str, ...]:
    """Return the names after "by" in a line with a date, such as "Dec 8, 2019 by Ann Other in
    Boats". Return () if the line has no date, or no "by" after its start. `line`: the text of
    `element`."""
    if not _DIGIT.search(line):
        return ()
    has_date = next(date.find_days(line), None) is not None
    if not has_date:
        return ()
    pieces = [" ".join(piece.split()) for piece in islice(element.itertext(), _MOST_READ)]
    # bars between the pieces end a name at the end of its element
    text_with_bars = " | ".join(piece for piece in pieces if piece)
    match = person_names.load_byline_words().inside.search(text_with_bars)
    if not match:
        return ()
    return tuple(person_names.find_names(match[1]))


def _read_names_beside_date(spot: Spot, line: str) -> tuple[str, ...]:
    """Return the names in a line with a date, such as "4 May 2024 | Ann Other", or in a line that
    has only names and stands directly before or after a date. Return () if there are none. `line`:
    the text of the element at `spot`."""
    element = spot.element
    searched_line = line
    if not _DATE.search(line):  # then only the text before the first child may be the names
        searched_line = " ".join((element.text or "")[:_MOST_READ].split())
    if not _SHORTEST_NAME < len(searched_line) <= _LONG_LINE:
        return ()
    pieces: list[str] = []
    for piece in _BAR.split(searched_line):
        if _LETTER.search(piece) and not _DATE.search(piece):
            pieces.append(piece)
    names = tuple(piece for piece in pieces if person_names.is_known_person(piece))
    if not names:
        return ()

    if len(names) > 1:
        # if several parts are names of people, all parts must be
        if not all(map(person_names.is_person, pieces)):
            return ()
        names = tuple(pieces)

    # a date in the same line, or directly before or after it, makes the names a byline
    rest_of_line = searched_line
    for name in names:
        rest_of_line = rest_of_line.replace(name, "")
    if _DATE.search(rest_of_line):
        return names
    if _LETTER.search(rest_of_line):
        return ()
    if _DATE.search(spot.text_before) or _DATE.search(_read_text_after(element)):
        return names
    return ()


def _read_text_after(element: Any) -> str:
    """Return the text directly after the end of `element`, or that of the next element if this one
    follows at once. Return "" if neither has any text."""
    tail: str = (element.tail or "").strip()
    if tail:
        return tail
    following = element.getnext()
    if following is None:
        return ""
    return read_text(following, _LONG_LINE)


def _read_name(line: str, distance: int) -> str:
    """Return the name of a person in a line below the headline, "" if there is none. The name
    follows words such as "A guest post by", or is the whole line, if this is at most 200 characters
    behind the headline. `distance`: characters between headline and line."""
    if len(line) <= _SHORTEST_NAME:
        return ""
    introduced = person_names.load_byline_words().by_within.match(line)
    if introduced:
        name = introduced[1]
    elif distance <= _MOST_ALONE:
        name = line
    else:
        return ""
    return name if person_names.is_known_person(name) else ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A byline on the page, which may be that of the article."""

    people: tuple[str, ...]  # the names in it, () if there is only a login
    kind: str  # rel, itemprop, class, link, by, or a kind of UnmarkedByline
    weight: int  # how sure it is that this is a byline
    score: int  # the weight, and more if it is near the headline
    distance: int  # characters from the headline, negative above it
    look: str  # tag and classes of its element: those of co-authors are equal
    flags: tuple[str, ...]  # features, see _list_flags
    login: str = ""  # the name of a user, if the byline has no person's name


def find_marks(survey: Survey) -> list[Mark]:
    """Return the bylines of the page in order, at most 400: those that their markup or a word such
    as "By" marks, and those without such a mark. `survey`: the texts of the page in order."""
    marks: list[Mark] = []
    for spot in survey.spots:
        mark = _read_mark(spot, survey)
        if mark:
            marks.append(mark)
            if len(marks) == _MOST_MARKS:
                break
    return marks


def find_coauthors(best: Mark, marks: list[Mark]) -> Iterator[Mark]:
    """Yield the byline `best`, then the later bylines that name its co-authors. These are of the
    same kind, and each begins at most 8 characters behind the end of the one before it, or at most
    120 if its element looks like that of `best`. `marks`: the bylines of the page in order."""
    yield best
    end = best.distance + sum(map(len, best.people))  # where the last name ends
    for mark in marks:
        if mark.distance <= best.distance:  # not later than `best`
            continue
        is_similar_mark = mark.kind == best.kind and mark.score >= best.score - 1
        if not is_similar_mark:
            continue
        gap = mark.distance - end
        looks_alike = mark.look == best.look and len(mark.look) > _SHORTEST_LOOK
        if gap <= _AT_ONCE or (looks_alike and gap <= _TOGETHER):
            yield mark
            end = mark.distance + sum(map(len, mark.people))


def _read_mark(spot: Spot, survey: Survey) -> Mark | None:
    """Return the byline in the element at `spot`. Return None if the element is no byline, if it
    names nobody, or if it belongs to a reader's comment. `survey`: the texts of the page."""
    element = spot.element
    distance = spot.offset - survey.headline_end  # characters, negative above the headline
    position_score = _score_position(distance)
    kind = _find_kind(spot)
    if kind is None:
        unmarked = read_unmarked_byline(spot, survey)
        if unmarked is None:
            return None
        return Mark(
            unmarked.people,
            unmarked.kind,
            unmarked.weight,
            unmarked.weight + position_score,
            distance,
            look=element.tag,
            flags=(),
        )
    if is_in_reply(element):
        return None

    pieces = _list_lines(element)
    names = _read_equal_children(element)
    if not names and kind.name == "by":  # "By" and the name may be in two pieces
        names = tuple(_read_people([" ".join(pieces)]))
    elif not names:
        names = tuple(_read_people(pieces))
    login = ""
    if not names and kind.name in _BY_MARKUP:
        login = _read_login(pieces)
    if not names and not login:
        return None
    return Mark(
        names,
        kind.name,
        kind.weight,
        kind.weight + position_score,
        distance,
        look=f"{element.tag} {element.get('class') or ''} {element.get('rel') or ''}",
        flags=tuple(_list_flags(spot, pieces, survey)),
        login=login,
    )


def _score_position(distance: int) -> int:
    """Return a score for a byline by its `distance` from the headline in characters, negative
    before it. The highest score is for a byline closely behind the headline, where that of the
    article mostly is; a byline closely before the headline gets less, and any other 0."""
    if 0 <= distance <= _MOST_AFTER:
        return _AFTER_HEADLINE
    if -_MOST_BEFORE <= distance < 0:
        return _BEFORE_HEADLINE
    return _FAR


def _list_lines(element: Any) -> list[str]:
    """Return the pieces of text between the tags in `element`, each without line breaks. If they
    have more than 220 characters together, too many for a byline, return only the first piece; if
    there is only one piece, return []."""
    texts = islice(element.itertext(), 4 * _LONGEST_BYLINE)
    lines_or_empty = (" ".join(text.split()) for text in texts)
    lines = [line for line in lines_or_empty if line]
    if sum(map(len, lines)) <= _LONGEST_BYLINE:
        return lines
    if len(lines) == 1:
        return []
    return lines[:1]


def _read_login(pieces: Sequence[str]) -> str:
    """Return the name of a user in a byline, such as "harbour1984", if the byline consists of it
    and a phrase such as "by" before it; else "". `pieces`: the texts of the byline."""
    name = person_names.remove_by(" ".join(pieces)).strip(" ,.:;|-–—•·*@")
    return name if len(name) >= _SHORTEST_NAME and person_names.is_login(name) else ""


def _list_flags(spot: Spot, pieces: Sequence[str], survey: Survey) -> Iterator[str]:
    """Yield the features of the byline at `spot`: which text stands before it, whether it is long,
    and whether the page has no headline. "of another job" means that words such as "photo by" stand
    before it. `pieces`: the texts of the byline; `survey`: the texts of the page."""
    other_jobs = person_names.load_byline_words().before_others
    if person_names.ends_with_phrase(spot.text_before, other_jobs):
        yield "of another job"
    if _ends_by(spot.text_before):
        yield "after by"
    if sum(map(len, pieces)) > _LONG_MARK:
        yield "long mark"
    if not survey.has_headline:
        yield "no headline"
    if _DATE.search(spot.text_before):
        yield "after a date"


@dataclass(frozen=True, slots=True)
class _Kind:
    """How an element is marked as a byline. `name`: the kind of mark, such as "rel"; `weight`: how
    surely the mark means a byline."""

    name: str
    weight: int


def _find_kind(spot: Spot) -> _Kind | None:
    """Return the mark that says that the element at `spot` is a byline, None if it has no such
    mark. Marks are, the surest first: its rel or itemprop; its class or id; a link to an author's
    page; a word such as "By" at its start or before it."""
    element = spot.element
    attributes = dict(element.items())  # faster than to ask lxml for each attribute
    if attributes:  # most elements have none
        rel = attributes.get("rel", "")
        itemprop = attributes.get("itemprop", "")
        if "author" in rel.split() or "author" in itemprop.split():
            return _Kind("rel" if rel else "itemprop", _SURE)
        names = f"{attributes.get('class', '')} {attributes.get('data-testid', '')}"
        weight = _weigh_class(f"{names} {attributes.get('id', '')}"[:_LONGEST_ATTRIBUTE])
        if weight:
            return _Kind("class", weight)
    href = attributes.get("href") if element.tag == "a" else None
    if href and _AUTHOR_ADDRESS.search(href[:_LONGEST_ATTRIBUTE]):
        if _ends_by(spot.text_before):
            return _Kind("link", _SURE)
        text_around = " ".join(read_text(element.getparent(), _MOST_READ).split())
        if len(text_around) <= _MOST_AROUND:
            return _Kind("link", _LIKELY)
    if _begins_with_by((element.text or "").strip()[:_LONGEST_BYLINE]):
        return _Kind("by", _LIKELY)
    if element.tag in _TAGS_AFTER_BY and _ends_by(spot.text_before):
        return _Kind("by", _LIKELY)
    return None


def _begins_with_by(text: str) -> bool:
    """Return True if `text` begins with a phrase such as "By" or "Written by"."""
    if not text:
        return False
    first_word = text.split(None, 1)[0].casefold().rstrip(":：")
    if first_word not in person_names.load_byline_words().starts:
        return False
    # the expression needs a word after the phrase: add one, as it may be in the next element
    return person_names.load_byline_words().by.match(text + " x") is not None


@lru_cache(_REMEMBERED)
def _weigh_class(names: str) -> int:
    """Return how surely the class and ids of an element say that it is a byline: _SURE, _LIKELY,
    or 0 if they do not. `names`: its class, test id and id, joined by spaces."""
    hyphenated = _CAMEL_CASE.sub("-", names).lower()  # "authorName" becomes "author-name"
    if not _AUTHOR_CLASS.search(hyphenated):
        return 0
    if _OTHER_CLASS.search(hyphenated):  # such as "comment-author"
        return 0
    return _SURE if _BYLINE_CLASS.search(hyphenated) else _LIKELY


@lru_cache(_REMEMBERED)
def _ends_by(text: str) -> bool:
    """Return True if `text` ends with a phrase such as "by" or "written by"."""
    if person_names.introduces_name(text[-_LONGEST_INTRODUCTION:]):
        return True
    return person_names.ends_with_phrase(text, person_names.load_byline_words().long_before_names)


def _read_equal_children(element: Any) -> tuple[str, ...]:
    """Return the names of several authors, each in an element of its own: the children of `element`
    or of one of the first elements in it. The children must have the same tag and class, and each
    must be the name of a person and nothing else. Return () if no element has such children."""
    for holder in islice(element.iter(etree.Element), _FIRST_PIECES):
        if not 1 < len(holder) <= _MOST_ALIKE:
            continue
        looks = {(child.tag, child.get("class")) for child in holder}
        if len(looks) > 1:
            continue
        names = [
            " ".join(read_text(child, _LONGEST_BYLINE).split()).strip(" ,") for child in holder
        ]
        if all(map(person_names.is_known_person, names)):
            return tuple(dict.fromkeys(names))
    return ()


def _read_people(pieces: Sequence[str]) -> Iterator[str]:
    """Yield the names of people in `pieces`, the texts of a byline. They begin after a phrase such
    as "by", if one of the first six pieces is one. They end at words such as "photo by", and after
    a name at the first piece that is neither a name nor a separator such as "and"."""
    start = 0  # the first piece that may be a name
    for index, piece in enumerate(pieces[:_FIRST_PIECES]):
        if person_names.introduces_name(piece):
            start = index + 1
            break
    has_names = False
    may_continue = True  # a name may come next: at the start, and after a comma or "and"
    for piece in pieces[start:]:
        if person_names.ends_with_phrase(piece, person_names.load_byline_words().before_others):
            return
        names = person_names.find_names(piece)
        if names and may_continue:
            yield from names
            has_names = True
            may_continue = piece.rstrip().endswith((",", "&", " and", " und"))
        elif has_names:
            separator = person_names.load_byline_words().name_separator
            if not separator.fullmatch(f" {piece.strip()} "):
                return
            may_continue = True
