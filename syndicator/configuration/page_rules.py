"""Match the operator's CSS selectors in pages; find paywalls and selectors without matches.
CSS (Selectors Level 3), optionally with an attribute, as in `meta[name=author]::attr(content)`
(Scrapy) or `meta[name=author]@content`. Pure."""

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
_CURES = (  # pattern of invalid CSS and cure; the first match counts
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
KEPT: Final = 10  # pages remembered
_LEAST: Final = 3  # pages behind a wall needed for a report
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
    """Return the elements of `tree` that `selector` matches, in order. Raise RulesError for invalid
    CSS."""
    elements: list[Any] = compile_css(split(selector)[0])(tree)
    return elements


def split(selector: str) -> tuple[str, str]:
    """Return the CSS and the attribute in `selector`, "" if it selects the element's text."""
    match = _ATTRIBUTE.search(selector)
    if match is None:
        return selector, ""
    return selector[: match.start()], match["long"] or match["short"]


@lru_cache(maxsize=512)
def compile_css(css: str) -> Any:
    """Return `css` as a function from a tree to elements. Raise RulesError with fault and cure."""
    from cssselect import SelectorError
    from lxml.cssselect import CSSSelector
    from lxml.etree import LxmlError
    from lxml.html import Element

    try:
        select = CSSSelector(css, translator="html")
        select(Element("html"))  # some faults appear only now, such as a namespace
    except (SelectorError, LxmlError, ValueError) as error:
        raise RulesError(
            f"{css!r} is not a valid CSS selector: {_describe_css_fault(css)}"
        ) from error
    return select


def _describe_css_fault(css: str) -> str:
    """Return the fault of an invalid selector and how to write it."""
    unquoted = re.sub(r"\"[^\"]*\"|'[^']*'", "", css)
    if "'" in unquoted or '"' in unquoted:
        return "a quotation mark is never closed; write a[href='x']"
    for opening, closing, example in _BRACKETS:
        if unquoted.count(opening) > unquoted.count(closing):
            return f"unclosed bracket {opening}; write {example}"
        if unquoted.count(opening) < unquoted.count(closing):
            return f"{closing} closes no bracket; write {example}"
    return next(cure for pattern, cure in _CURES if re.search(pattern, unquoted))


class Wall(NamedTuple):
    """A paywall or other barrier on `pages` of the last `of`. `reason`: code (LEAD: free
    beginning); `means`: text."""

    reason: str
    means: str
    pages: int
    of: int
    cure: str


def as_wall(reason: str) -> str | None:
    """Return the `reason` of an unread page if it is a wall, else None."""
    return reason if reason in _WALL_CURES else None


def find_wall(walls: Sequence[str]) -> Wall | None:
    """Return the wall on most of a source's last pages. `walls`: code or "" per page, newest
    first."""
    latest = walls[:KEPT]
    counts = Counter(code for code in latest if code)
    walled_pages = sum(counts.values())
    is_on_most = 2 * walled_pages > len(latest)
    if walled_pages < _LEAST or not is_on_most:
        return None
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
    if code == LEAD:
        return "they show the beginning of an article to everyone, and the rest to those who pay"
    for reason in PageReason:
        if reason == code:
            return reason.means
    meaning, _ = explain_reason(code)
    return meaning


def count_unmatched(
    before: Mapping[str, int], pages: Iterable[Mapping[str, int]]
) -> Mapping[str, int]:
    """Return pages in a row without a match, by selector: `before`, updated with `pages` (matches
    by selector)."""
    counts = before
    for page in pages:
        counts = {
            selector: counts.get(selector, 0) + 1
            for selector, matches in page.items()
            if matches == 0
        }
    return counts


def list_unmatched(state: SourceState) -> tuple[tuple[str, int], ...]:
    """Return (selector, pages) for selectors (`select "div.text"`) without a match on at least ten
    pages in a row."""
    counts = sorted(state.pages.unmatched.items())
    return tuple((selector, pages) for selector, pages in counts if pages >= ENOUGH)
