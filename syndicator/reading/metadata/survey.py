"""Read the elements of a page's body for authors and dates, without menus, sidebars and the like.

The headline is found among them: how far an element is from it tells whether a name or a date
belongs to the article. Pure."""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

from lxml import etree

from syndicator.reading.html.document import read_text
from syndicator.reading.metadata.title import join_class_and_id, make_key

_MOST_HEADINGS = 200  # headings among which the one of the article is searched
_CONTEXT = 80  # characters of the text before an element that are kept
_ASIDE_NAME = re.compile(
    r"(?<!has-)(?<!with-)(?<!no-)(?:comment|related|recommend|teaser|sidebar|widget|menu|nav(?:bar|igation)?\b|caption|"
    r"popular|trending|carousel|slider|latest|promo|newsletter|breadcrumb|(?<!post-)(?<!entry-)(?<!article-)footer)",
    re.I,
)
_ASIDE_TAGS = frozenset({"footer", "nav", "figure", "figcaption", "blockquote", "select", "form"})
_TEXTLESS_TAGS = frozenset(
    {"script", "style", "noscript", "template", "svg", "option", "textarea", "head"}
)
_MOST_EVENTS = 120_000  # starts and ends of elements that are read
# An element with this share of the page's paragraphs is no aside, whatever its class, if the page
# has so many paragraphs and the class does not speak of comments.
_MAIN_SHARE = 0.6
_LEAST_PARAGRAPHS = 5
_COMMENT_NAME = "comment"


_search_aside_name = lru_cache(512)(_ASIDE_NAME.search)  # many elements have the same class


class Spot(NamedTuple):
    """An element of the body and its place in the text."""

    element: Any
    offset: int  # characters of text before the element
    text_before: str  # the end of the last text before it


@dataclass(frozen=True, slots=True)
class Survey:
    """The elements of the body in order, without asides, and where the headline is among them."""

    spots: tuple[Spot, ...]
    headline_end: int  # characters of text up to the end of the headline, 0 if there is none
    has_headline: bool


def survey_body(tree: Any, headline: str) -> Survey:
    """Return the elements of the body of a page in order, each with the number of characters before
    it, and the place of the headline among them. Menus, sidebars and the like ("asides") are left
    out. `tree`: the page; `headline`: the title of its article, "" if it is unknown."""
    body = next(tree.iter("body"), tree)
    heading = _find_heading_element(body, headline)
    around_heading = set(heading.iterancestors()) if heading is not None else set()
    paragraph_count = sum(1 for _ in body.iter("p"))
    spots: list[Spot] = []
    headline_end = 0
    length = 0  # characters of text so far
    last_text = ""  # the end of it
    last_aside: Any = None  # the aside that was skipped last
    # comments are read for the texts behind them: some systems put one between any two texts
    walk = etree.iterwalk(body, events=("start", "end", "comment"))
    for count, (event, element) in enumerate(walk):
        if count > _MOST_EVENTS:
            break
        if event == "start":
            # if there is a headline, a table that is not around it has data, not the article
            is_data_table = element.tag == "table" and around_heading
            is_aside = element not in around_heading and (is_data_table or _is_aside(element))
            if is_aside and not _holds_most_paragraphs(element, paragraph_count):
                last_aside = element
                walk.skip_subtree()
                continue
            spots.append(Spot(element, length, last_text))
            piece = element.text
        else:  # the end of an element, or a comment: the text behind it comes next
            if element is last_aside:
                last_text = ""
            if element is heading:
                headline_end = length
            piece = element.tail if element is not body else None
        stripped = piece.strip() if piece else ""
        if stripped:
            length += len(stripped)
            last_text = stripped[-_CONTEXT:]
    return Survey(tuple(spots), headline_end, heading is not None)


def _find_heading_element(body: Any, headline: str) -> Any:
    """Return the first heading that contains the text `headline`, else the first h1 with text. None
    if there is neither."""
    headline_key = make_key(headline)  # letters and digits in lower case
    elements = list(islice(body.iter("h1", "h2", "h3", "h4"), _MOST_HEADINGS))
    if headline_key:
        for element in elements:
            if headline_key in make_key(read_text(element)):
                return element
    for element in elements:
        if element.tag == "h1" and make_key(read_text(element)):
            return element
    return None


def _is_aside(element: Any) -> bool:
    """Return True if the tag, class or id of an element says that it is not part of the article,
    such as a menu, a sidebar or a script. The footer of an article is part of it."""
    tag = element.tag
    if not isinstance(tag, str) or tag in _TEXTLESS_TAGS:
        return True
    if tag == "footer" and element.getparent().tag in ("article", "main"):
        return False
    if tag in _ASIDE_TAGS:
        return True
    if tag in ("body", "main", "article"):
        return False
    class_and_id = join_class_and_id(element)
    has_class_or_id = class_and_id != " "
    return has_class_or_id and _search_aside_name(class_and_id) is not None


def _holds_most_paragraphs(element: Any, paragraph_count: int) -> bool:
    """Return True if an element has so many of the page's paragraphs that it must be the article,
    whatever its class says: it is a div or section with at least 60 % of them, and the page has at
    least five. A box of readers' comments is never the article. `paragraph_count`: the number of
    paragraphs on the page."""
    if element.tag not in ("div", "section") or paragraph_count < _LEAST_PARAGRAPHS:
        return False
    if _COMMENT_NAME in join_class_and_id(element).lower():
        return False
    return sum(1 for _ in element.iter("p")) >= _MAIN_SHARE * paragraph_count
