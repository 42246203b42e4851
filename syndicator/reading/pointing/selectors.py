"""The selectors of an element that somebody pointed to: the shortest that hold on other pages of the site. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, Literal

from syndicator.configuration.page_rules import compiled
from syndicator.core import text
from syndicator.core.errors import NotAnArticle, RulesError
from syndicator.reading.html.document import inner, parse

Role = Literal["select", "remove", "title", "author", "date", "cover"]
ROLES: Final[tuple[Role, ...]] = ("select", "remove", "title", "author", "date", "cover")
SHOWN: Final = 5  # selectors
_TRIED = 160  # candidates that are tried on all pages: each costs about 0.3 ms a page
_ABOVE = 6  # elements above the one that is meant
_NAME = re.compile(r"-?[A-Za-z_][A-Za-z0-9_-]{0,60}")
# A name that a build made: it changes with the site's next release, or from article to article.
_MADE = re.compile(r"\d{3,}|^(css|sc|jsx|svelte|emotion)-|__\w{5,}$|^[a-zA-Z]{1,2}$|[a-z]\d[a-z]|^_|[A-Z][a-z]*\d[A-Z]")
# Parts of a text, which is what has them all.
_PARTS = frozenset(
    ("p", "a", "span", "em", "strong", "b", "i", "u", "small", "code", "li", "ul", "ol", "dl", "dt", "dd", "blockquote")
)
_SAMPLE = 120  # characters of what a selector finds


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """A selector, how many elements it matches on each page, the beginning of what it finds there, and the numbers of
    those on the first page."""

    selector: str
    pages: tuple[int, ...]
    samples: tuple[str, ...]
    elements: tuple[int, ...]

    @property
    def held(self) -> int:
        """On how many of the pages it finds something."""
        return sum(count > 0 for count in self.pages)


def suggested(pages: Sequence[tuple[bytes, str, Mapping[str, str]]], number: int, role: Role) -> tuple[Suggested, ...]:
    """The best selectors of the element `number` of the first of `pages` (each as bytes, address and headers), the best
    first: those that hold on the most pages, match nothing else on the first, and are short. None for a number that is
    no element."""
    trees = [tree for one in pages if (tree := _tree(*one)) is not None]
    elements = list(trees[0].iter()) if trees else []
    if not 0 <= number < len(elements) or not isinstance(elements[number].tag, str):
        return ()
    meant = elements[number]
    while role == "select" and meant.tag in _PARTS and isinstance(meant.getparent().tag, str):
        meant = meant.getparent()  # who points to a paragraph means the text that it is in
    tried = [_tried(css, trees, elements, _attribute(meant, role)) for css in _candidates(meant)]
    number = elements.index(meant)
    good = [one for one in tried if one is not None and number in one.elements]
    return tuple(sorted(good, key=lambda one: _rank(one, role))[:SHOWN])


def _tree(html: bytes, url: str, headers: Mapping[str, str]) -> Any:
    try:
        return parse(html, url, headers).tree
    except NotAnArticle:
        return None


def _rank(one: Suggested, role: Role) -> tuple[int, int, int, int]:
    """The lower, the better: what is on most pages, and once; what is not text may be on few, but must be nothing
    else."""
    many = sum(max(0, count - 1) for count in one.pages)
    first = (many, -one.held) if role == "remove" else (-one.held, many)
    return (*first, one.selector.count(" "), len(one.selector))


def _attribute(element: Any, role: Role) -> str:
    """The attribute that has the value, as the end of a selector."""
    if role == "date" and element.tag == "time" and element.get("datetime"):
        return "@datetime"
    return "@src" if role == "cover" and element.tag == "img" and element.get("src") else ""


def _candidates(element: Any) -> list[str]:
    """Selectors that may mean the element, short ones first, no more than are tried."""
    own = [*_simple(element)]
    found = [*own]
    above = element.getparent()
    for level in range(_ABOVE):
        if above is None or not isinstance(above.tag, str) or above.tag in ("html", "body"):
            break
        holders = [one for one in _simple(above) if one != above.tag or above.tag in ("article", "main", "header")]
        joints = (" ", " > ") if level == 0 else (" ",)
        found += [f"{holder}{joint}{one}" for holder in holders for joint in joints for one in own]
        above = above.getparent()
    return sorted(dict.fromkeys(found), key=lambda css: (css.count(" "), len(css)))[:_TRIED]


def _simple(element: Any) -> Iterator[str]:
    """Selectors of an element by what is written on it alone."""
    tag = element.tag
    if _is_name(element.get("id")):
        yield f"#{element.get('id')}"
    names = [name for name in (element.get("class") or "").split()[:8] if _is_name(name)]
    yield from (f".{name}" for name in names)
    yield from (f"{tag}.{name}" for name in names)
    yield from (f"{tag}.{one}.{other}" for one, other in pairwise(names))
    for attribute in ("itemprop", "rel", "role", "data-testid"):
        if _is_name(element.get(attribute)):
            yield f"{tag}[{attribute}={element.get(attribute)}]"
    if _NAME.fullmatch(tag):
        yield tag


def _is_name(value: str | None) -> bool:
    return bool(value and _NAME.fullmatch(value) and not _MADE.search(value))


def _tried(css: str, trees: Sequence[Any], elements: Sequence[Any], attribute: str) -> Suggested | None:
    try:
        found = [compiled(css)(tree) for tree in trees]
    except RulesError:
        return None
    places = {element: number for number, element in enumerate(elements)}
    return Suggested(
        selector=css + attribute,
        pages=tuple(len(one) for one in found),
        samples=tuple(_sample(one[0], attribute) if one else "" for one in found),
        elements=tuple(places[one] for one in found[0] if one in places),
    )


def _sample(element: Any, attribute: str) -> str:
    value = element.get(attribute[1:]) if attribute else inner(element, _SAMPLE * 4)
    return text.line(value or "")[:_SAMPLE]
