"""Match the operator's CSS selectors in pages; find paywalls and selectors without matches. Pure.

A selector is CSS (Selectors Level 3), optionally with an attribute:
`meta[name=author]::attr(content)`, as Scrapy writes it, or `meta[name=author]@content`."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from syndicator.core.errors import RulesError
from syndicator.core.model import SourceState
from syndicator.core.reasons import FetchReason, PageReason, explain_reason

_ATTRIBUTE = re.compile(r"(?:::attr\(\s*(?P<long>[\w:.-]+)\s*\)|@(?P<short>[\w:.-]+))\s*$")
_BRACKETS = (("[", "]", "div[class=x]"), ("(", ")", "div:not(.x)"))
_CURES_OF_CSS = (  # pattern of invalid CSS and cure; the first match counts
    (r"^\s*\.?/", "this is XPath; write CSS such as div.promo"),
    (r"[{};]", "only the selector is wanted, without { and }; write it like div.promo"),
    (
        r"@|::",
        (
            "only author, date, title, cover and links take an attribute (::attr(name) or @name),"
            " at the end"
        ),
    ),
    (r"\.\d", "a class that begins with a digit is written [class~='3col']"),
    (
        r":",
        (
            "a pseudo-class that is not known here; :not(), :has(), :is(), :nth-child(2) and"
            " :first-child are"
        ),
    ),
    (r"\|", "namespaces are not known here; write the name alone"),
    (
        r"(^|[,>+~.#])\s*$",
        "nothing stands at its end; write it like article > .text, or take the end off",
    ),
    (r"", "write it like div.promo or article > .text"),
)
KEPT: Final = 10  # last pages of a source that are remembered
_FEWEST_WALLED_PAGES: Final = 3  # pages with a wall, before a wall is reported
LEAD: Final = "partial"  # not a reason: the page has the free part of an article
_PAYING = "log in and give the source its cookies, or send credentials (headers_env)"
_ROBOTS = "ask its owner to let Syndicator in: site.contact is in its User-Agent"
_FEEDS_OWN = 'or have the feed\'s own text published: content = "feed" under [source.rules]'
# Cures by wall.
_WALL_CURES: Final = {
    PageReason.PAYWALL: _PAYING,
    PageReason.LOGIN: _PAYING,
    FetchReason.UNAUTHORIZED: _PAYING,
    "http-402": _PAYING,
    LEAD: _PAYING,
    PageReason.BOT_CHECK: _ROBOTS,
    PageReason.CONSENT: _ROBOTS,
    FetchReason.FORBIDDEN: _ROBOTS,
}
ENOUGH = 10  # pages in a row without a match until it is reported; a choice


def select_elements(tree: Any, selector: str) -> list[Any]:
    """Return the elements of a page that a selector matches, in the order of the page. `tree`: the
    root element of the page. `selector`: CSS, perhaps with an attribute after it, which does not
    matter here. Raises RulesError if the CSS is not valid."""
    css, _ = split_selector(selector)
    select = compile_css(css)
    elements: list[Any] = select(tree)
    return elements


def split_selector(selector: str) -> tuple[str, str]:
    """Return the CSS and the attribute of a selector, such as "img" and "src" for
    "img::attr(src)" or "img @src". The attribute is "" if the selector names none, because it is
    for the text of the element."""
    match = _ATTRIBUTE.search(selector)
    if match is None:
        return selector, ""
    return selector[: match.start()], match["long"] or match["short"]


@lru_cache(maxsize=512)
def compile_css(css: str) -> Any:
    """Return a function that takes the root element of a page and returns the list of elements that
    `css` matches. Raises RulesError, which says the fault and the cure, if `css` is not valid."""
    from cssselect import SelectorError
    from lxml.cssselect import CSSSelector
    from lxml.etree import LxmlError
    from lxml.html import Element

    try:
        select = CSSSelector(css, translator="html")
        select(Element("html"))  # some faults, such as a namespace, appear only in use
    except (SelectorError, LxmlError, ValueError) as error:
        raise RulesError(
            f"{css!r} is not a valid CSS selector: {_describe_css_fault(css)}"
        ) from error
    return select


def _describe_css_fault(css: str) -> str:
    """Return a sentence that says what is wrong with `css`, which is not valid, and how to write
    it."""
    unquoted = re.sub(r"\"[^\"]*\"|'[^']*'", "", css)
    if "'" in unquoted or '"' in unquoted:
        return "a quotation mark is never closed; write a[href='x']"
    for opening, closing, example in _BRACKETS:
        if unquoted.count(opening) > unquoted.count(closing):
            return f"unclosed bracket {opening}; write {example}"
        if unquoted.count(opening) < unquoted.count(closing):
            return f"{closing} closes no bracket; write {example}"
    cures = [cure for pattern, cure in _CURES_OF_CSS if re.search(pattern, unquoted)]
    return cures[0]  # there is one: the last pattern fits every text


class Wall(NamedTuple):
    """A barrier on most of a source's last pages, such as a paywall. `reason`: the code of the
    failure, or LEAD if the pages show the beginning of the article. `means`: the reason in words.
    `pages`: the number of pages with a barrier. `of`: the number of pages that were looked at.
    `cure`: what the operator can do."""

    reason: str
    means: str
    pages: int
    of: int
    cure: str


def recognize_wall(reason: str) -> str | None:
    """Return `reason` if it means that a wall (a barrier such as a paywall) hides the page, else
    None. `reason`: the code that says why a page was not read."""
    return reason if reason in _WALL_CURES else None


def find_wall(walls: Sequence[str]) -> Wall | None:
    """Return the wall, a barrier such as a paywall or a bot check, that most of a source's last
    pages have; of several kinds, the most frequent one. Return None if most of the last KEPT pages
    have no wall, or if fewer than _FEWEST_WALLED_PAGES have one. `walls`: the code of each page's
    wall, "" for a page without one, the newest page first."""
    latest = walls[:KEPT]
    counts = Counter(code for code in latest if code)
    walled_pages = sum(counts.values())
    if walled_pages < _FEWEST_WALLED_PAGES:
        return None
    if 2 * walled_pages <= len(latest):
        return None
    # of equally frequent ones, the first in the alphabet: the order of pages must not matter
    most_frequent = min(counts, key=lambda code: (-counts[code], code))
    cure = _WALL_CURES.get(most_frequent, _ROBOTS)
    return Wall(
        reason=most_frequent,
        means=_describe_wall(most_frequent),
        pages=walled_pages,
        of=len(latest),
        cure=f"{cure}, {_FEEDS_OWN}",
    )


def _describe_wall(code: str) -> str:
    """Return in words what the code of a wall (a barrier such as a paywall) means. `code`: LEAD, a
    reason of a page, or a reason of a fetch that failed."""
    if code == LEAD:
        return "they show the beginning of an article to everyone, and the rest to those who pay"
    for reason in PageReason:
        if reason == code:
            return reason.means
    meaning, _ = explain_reason(code)
    return meaning


def count_unmatched(
    earlier: Mapping[str, int], pages: Iterable[Mapping[str, int]]
) -> Mapping[str, int]:
    """Return for each selector the number of last pages, in a row, on which it matched nothing. A
    selector that matched on the last page is not in the result. `earlier`: the result for the pages
    before these. `pages`: the new pages in order; for each, the number of matches of each
    selector."""
    counts = earlier
    for matches_by_selector in pages:
        counts = {
            selector: counts.get(selector, 0) + 1
            for selector, matches in matches_by_selector.items()
            if matches == 0
        }
    return counts


def list_unmatched(state: SourceState) -> tuple[tuple[str, int], ...]:
    """Return the selectors of a source that matched nothing on its last pages, such as `select
    "div.text"`, each with the number of these pages. Selectors with fewer than ENOUGH of them are
    left out. `state`: the state of the source."""
    counts = sorted(state.pages.unmatched.items())
    return tuple((selector, pages) for selector, pages in counts if pages >= ENOUGH)
