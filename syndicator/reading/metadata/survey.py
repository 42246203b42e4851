"""A page read once from top to bottom: which elements are near the headline, which are menus or other articles."""

import re
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

from lxml import etree

from syndicator.reading.html.document import inner
from syndicator.reading.metadata.title import key

_AWAY = re.compile(
    r"(?<!has-)(?<!with-)(?<!no-)(?:comment|related|recommend|teaser|sidebar|widget|menu|nav(?:bar|igation)?\b|caption)",
    re.I,
)
_AWAY_TAGS = frozenset({"footer", "nav", "figure", "figcaption", "blockquote", "select", "form"})
_SKIP = frozenset({"script", "style", "noscript", "template", "svg", "option", "textarea", "head"})
_MOST_EVENTS = 120_000  # two an element
_MOST_HEADINGS = 200  # among which the headline is looked for
_HELD = 0.6  # share of a page's paragraphs from which what holds them is no sidebar or widget, whatever it is called
_LEAST_PARAGRAPHS = 5  # of a page on which shares tell
_COMMENTS = "comment"  # in names of what may hold most of a page and is not the article
_LAST = 80  # characters before an element that are remembered


class Spot(NamedTuple):
    """An element, how much text stands before it, and the last of that text."""

    element: Any
    at: int
    before: str


@dataclass(frozen=True, slots=True)
class Survey:
    """The elements of a page's body in their order without those that belong elsewhere; `origin` is where the headline
    ends, counted in characters like `Spot.at`; `found` says whether there is one."""

    spots: tuple[Spot, ...]
    origin: int
    found: bool


def survey(tree: Any, headline: str) -> Survey:
    """`tree` read around the heading that shows `headline`, else around the first h1."""
    body = next(tree.iter("body"), tree)
    heading = _heading(body, headline)
    around = set(heading.iterancestors()) if heading is not None else set()
    spots: list[Spot] = []
    paragraphs = sum(1 for _ in body.iter("p"))
    origin = length = 0
    last = ""
    away: Any = None
    walk = etree.iterwalk(body, events=("start", "end", "comment"))
    for count, (event, element) in enumerate(walk):
        if count > _MOST_EVENTS:
            break
        if event == "start":
            if (
                element not in around
                and (_is_away(element) or (element.tag == "table" and around))
                and not _holds_most(element, paragraphs)
            ):
                away = element
                walk.skip_subtree()
                continue
            spots.append(Spot(element, length, last))
            piece = element.text
        else:  # the text behind an element, or behind a comment: some systems put one between any two texts
            if element is away:
                last = ""
            if element is heading:
                origin = length
            piece = element.tail if element is not body else None
        if piece and (stripped := piece.strip()):
            length += len(stripped)
            last = stripped[-_LAST:]
    return Survey(tuple(spots), origin, heading is not None)


def _heading(body: Any, headline: str) -> Any:
    wanted = key(headline)
    elements = list(islice(body.iter("h1", "h2", "h3", "h4"), _MOST_HEADINGS))
    return next(
        (element for element in elements if wanted and wanted in key(inner(element))),
        next((element for element in elements if element.tag == "h1" and key(inner(element))), None),
    )


def _is_away(element: Any) -> bool:
    """True for what is no part of the article."""
    if not isinstance(element.tag, str) or element.tag in _SKIP:
        return True
    if element.tag == "footer" and element.getparent().tag in ("article", "main"):
        return False
    if element.tag in _AWAY_TAGS:
        return True
    named = f"{element.get('class') or ''} {element.get('id') or ''}"[:400]
    return element.tag not in ("body", "main", "article") and _AWAY.search(named) is not None


def _holds_most(element: Any, paragraphs: int) -> bool:
    """True when most of the page's `paragraphs` stand in a div or section: it is the article, "widget" or not."""
    if element.tag not in ("div", "section") or paragraphs < _LEAST_PARAGRAPHS:
        return False
    named = f"{element.get('class') or ''} {element.get('id') or ''}"[:400].lower()
    return _COMMENTS not in named and sum(1 for _ in element.iter("p")) >= _HELD * paragraphs
