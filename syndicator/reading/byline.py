"""Bylines in a page's text: elements marked as author, links to author pages, lines that begin with "By".

Every mark is weighed by where it stands: beside the headline it is the article's, in a list of other articles, a
comment or a footer it is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from syndicator.reading import names
from syndicator.reading.sitetitle import key

_HREF = re.compile(
    r"/(?:authors?|autor(?:en|es|a|i|zy)?|auteurs?|autore|writers?|contributors?|columnists?|reporters?|journalists?|"
    r"by|people|profiles?|users?|u|staff|team|members?|redakteure?|redaktion|journaliste|periodista|toireporter|"
    r"firmas?|profil|experts?|bio|about-author|correspondents?|persons?)/[^/?#]{2,}|[?&]author(?:_id|_name)?=|/@\w",
    re.I,
)
_HREF_SURE = re.compile(r"/(?:authors?|autor(?:en|es|a|i|zy)?|auteurs?|autore|contributors?|by)/|[?&]author=", re.I)
_CLASS = re.compile(
    r"(?:^|[\s_-])(authors?|byline|bylines|auteurs?|autor|autore|autoren|verfasser|writers?|"
    r"contributors?|creator|posted-?by|written-?by|signature|journalist|reporter|username|vcard|redakteur|firma|"
    r"attribution)(?![a-z])",
)
_HINT = re.compile(
    r"auth?or|auteur|autore|byline|verfasser|writer|contributor|creator|poste?d|written|signature|journalist|reporter|username|vcard|redakteur|firma|attribution",
    re.I,
)
_BYLINE_CLASS = re.compile(
    r"by-?line|posted-?by|written-?by|author-?name|meta-?author|entry-?author|post-?author|article-?author|vcard", re.I
)
_NOT_CLASS = re.compile(
    r"comment|related|recommend|teaser|avatar|social|share|image|photo|caption|credit|book|quote|reply|reviewer|widget|sidebar|popular|trending|tags?\b|bio\b|-bio|biograph|description|desc\b",
    re.I,
)
_AWAY = re.compile(
    r"comment|related|recommend|teaser|sidebar|footer|popular|trending|most-?read|widget|carousel|slider|more-?(?:from|"
    r"stories|posts|articles|news)|latest|promo|newsletter|menu|nav(?:bar|igation)?\b|breadcrumb|read-?(?:next|more)|"
    r"next-?(?:post|article)|upnext|caption|gallery|testimonial|bookmark|post-?card|article-?card|card-list|tooltip",
    re.I,
)
_OWN_FOOTER = re.compile(r"(?:post|entry|article|story)[-_]?footer", re.I)
_AWAY_TAGS = frozenset({"footer", "nav", "figure", "figcaption", "blockquote", "table", "select", "form"})
_SKIP = frozenset({"script", "style", "noscript", "template", "svg", "option", "textarea", "head"})
_NEAR = 1_500  # characters of text after the headline in which its byline stands
_BEFORE = 600  # and before it
_TOGETHER = 120  # between two names of one byline that look alike
_AT_ONCE = 8  # between any two
_ENOUGH = 4
_MOST_ELEMENTS = 60_000
_LONG = 220  # characters; an element with more text is no byline


@dataclass(frozen=True, slots=True)
class Mark:
    """A byline that was seen: who, by which mark, how much it is worth, and after how much text it stands."""

    people: tuple[str, ...]
    kind: str
    score: int
    at: int
    look: str = ""  # tag and class of the element: co-authors look alike


def read(tree: Any, headline: str) -> tuple[str, int, list[str]]:
    """The kind of mark, its score and the names of the page's best byline; ("", 0, []) when there is none to be sure
    of. From 6 on the byline stands beside the headline and says what it is."""
    marks = list(_marks(tree, headline))
    best = max(marks, key=lambda mark: (mark.score, -abs(mark.at)), default=None)
    if best is None or (best.score < _ENOUGH and not _is_only(best, marks)):
        return "", 0, []
    return best.kind, best.score, list(dict.fromkeys(name for mark in _together(best, marks) for name in mark.people))


def _is_only(best: Mark, marks: list[Mark]) -> bool:
    """True when a mark far from the headline, such as a box below the text, names somebody and no other names others."""
    if best.score < 2 or not all(names.rank(name) for name in best.people):
        return False
    others = [mark for mark in marks if mark.score >= 2 and not set(mark.people) & set(best.people)]
    return not any(names.is_person(name) for mark in others for name in mark.people)


def _together(best: Mark, marks: list[Mark]) -> Iterator[Mark]:
    """`best` and its neighbours that look alike or follow at once."""
    yield best
    end = best.at + sum(map(len, best.people))
    for mark in marks:
        if mark is not best and mark.at > best.at and mark.kind == best.kind and mark.score >= best.score - 1:
            gap = mark.at - end
            if gap <= _AT_ONCE or (gap <= _TOGETHER and mark.look == best.look):
                yield mark
                end = mark.at + sum(map(len, mark.people))


def _marks(tree: Any, headline: str) -> Iterator[Mark]:
    body = next(tree.iter("body"), tree)
    walker = _Walker(_heading(body, headline))
    seen: list[tuple[tuple[str, ...], str, int, int, str]] = []
    for element in _elements(body, walker):
        found = _mark(element, walker)
        if found:
            seen.append(found)
    for people, kind, weight, at, look in seen:
        distance = at - walker.origin
        near = 3 if 0 <= distance <= _NEAR else (2 if -_BEFORE <= distance < 0 else 0)
        yield Mark(people, kind, weight + near, distance, look)


def _heading(body: Any, headline: str) -> Any:
    """The heading that is the headline, else the first h1, else None."""
    wanted = key(headline)
    first = None
    for count, element in enumerate(body.iter("h1", "h2", "h3", "h4")):
        if count > 200:
            break
        own = key("".join(element.itertext())[:1_000])
        if (
            own
            and wanted
            and (own == wanted or (len(wanted) > 12 and own.endswith(wanted)) or (len(own) > 12 and own in wanted))
        ):
            return element
        if first is None and own and element.tag == "h1":
            first = element
    return first


class _Walker:
    """What is known while the page is read from top to bottom."""

    def __init__(self, heading: Any) -> None:
        self.heading = heading
        self.around = set(heading.iterancestors()) if heading is not None else set()
        self.origin = 0  # where the headline ends
        self.length = 0
        self.last = ""  # the text just before

    def saw(self, value: str | None) -> None:
        stripped = value.strip() if value else ""
        if stripped:
            self.length += len(stripped)
            self.last = stripped[-80:]


def _elements(body: Any, walker: _Walker) -> Iterator[Any]:
    """The elements of `body` outside of menus, other articles and comments, while `walker` keeps track."""
    skipped: Any = None
    for count, (event, element) in enumerate(etree.iterwalk(body, events=("start", "end"))):
        if count > _MOST_ELEMENTS:
            return
        if event == "start":
            if skipped is None and element not in walker.around and _is_away(element):
                skipped = element
            if skipped is None:
                yield element
                walker.saw(element.text)
        else:
            if element is skipped:
                skipped = None
                walker.last = ""
            if element is walker.heading:
                walker.origin = walker.length
            if skipped is None and element is not body:
                walker.saw(element.tail)


def _is_away(element: Any) -> bool:
    if element.tag == "footer" and element.getparent().tag in ("article", "main"):
        return False
    if element.tag in _SKIP or element.tag in _AWAY_TAGS or not isinstance(element.tag, str):
        return True
    if element.tag in ("body", "main", "article"):
        return False
    named = f"{element.get('class') or ''} {element.get('id') or ''}"[:400]
    return len(named) > 1 and bool(_AWAY.search(named)) and not _OWN_FOOTER.search(named)


def _mark(element: Any, walker: _Walker) -> tuple[tuple[str, ...], str, int, int, str] | None:
    kind, weight = _kind(element, walker)
    if not weight or names.words().other.search(walker.last):
        return None
    pieces = _pieces(element)
    if kind == "by":
        pieces = [" ".join(pieces)]
    found = tuple(_people(pieces))
    if kind == "by" and any(name[0].islower() for name in found):
        return None
    look = f"{element.tag} {element.get('class') or ''} {element.get('rel') or ''}"
    return (found, kind, weight, walker.length, look) if found else None


def _kind(element: Any, walker: _Walker) -> tuple[str, int]:
    """Which mark of an author `element` bears, and its weight."""
    rel, prop = element.get("rel") or "", element.get("itemprop") or ""
    if "author" in rel.split() or "author" in prop.split():
        return "rel" if rel else "itemprop", 3
    weight = _class_weight(element)
    if weight:
        return "class", weight
    href = element.get("href") if element.tag == "a" else None
    if href and _HREF.search(href[:300]):
        if _ends_by(walker.last):
            return "link", 3
        if _HREF_SURE.search(href) or _is_short(element.getparent()):
            return "link", 2
    own = (element.text or "").strip()[:_LONG]
    if own and own.split()[0].casefold().rstrip(":：") in names.words().starts and names.words().by.match(own + " x"):
        return "by", 2
    if element.tag in ("a", "span", "strong", "b", "em", "i", "div", "p") and _ends_by(walker.last):
        return "by", 2
    return "", 0


def _class_weight(element: Any) -> int:
    named = f"{element.get('class') or ''} {element.get('data-testid') or ''} {element.get('id') or ''}"[:300]
    if len(named) < 6 or not _HINT.search(named):
        return 0
    named = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", named).lower()
    if not _CLASS.search(named) or _NOT_CLASS.search(named):
        return 0
    return 3 if _BYLINE_CLASS.search(named) else 2


def _ends_by(last: str) -> bool:
    return bool(names.words().by_alone.match(last[-40:].strip()) or names.words().by_end.search(last))


def _is_short(parent: Any) -> bool:
    """True when a link's surroundings are a line of its own, not running text."""
    return parent is not None and parent.tag != "p" and sum(len(value.strip()) for value in parent.itertext()) <= 80


def _pieces(element: Any) -> list[str]:
    """The texts of an element, unless they are too much for a byline."""
    out: list[str] = []
    length = 0
    for value in element.itertext():
        stripped = " ".join(value.split())
        if stripped:
            out.append(stripped)
            length += len(stripped)
        if length > _LONG:
            return out[:1] if len(out) > 1 else []
    return out


def _people(pieces: list[str]) -> Iterator[str]:
    """The names of the first piece that has some, and of those that follow it after a comma or "and"."""
    found = joined = False
    for piece in pieces:
        if names.words().other.search(piece):
            return
        people = names.people(piece)
        if people and (joined or not found):
            yield from people
            found, joined = True, piece.rstrip().endswith((",", "&", " and", " und"))
        elif found:
            if not names.words().joined.fullmatch(f" {piece.strip()} "):
                return
            joined = True
