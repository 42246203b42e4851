"""The selectors of an operator's rules: CSS (Selectors Level 3), also with an attribute, as
`meta[name=author]::attr(content)` (Scrapy) or `meta[name=author]@content`; which of them no longer match; walls before
the pages. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from syndicator.core.errors import RulesError
from syndicator.core.model import SourceState
from syndicator.core.reasons import FetchReason, PageReason, explained

_ATTRIBUTE = re.compile(r"(?:::attr\(\s*(?P<long>[\w:.-]+)\s*\)|@(?P<short>[\w:.-]+))\s*$")
_BRACKETS = (("[", "]", "div[class=x]"), ("(", ")", "div:not(.x)"))
_CURES = (  # what is wrong with what is no CSS, the first that is found in it
    (r"^\s*\.?/", "this is XPath; write CSS such as div.promo"),
    (r"[{};]", "only the selector is wanted, without { and }; write it like div.promo"),
    (r"@|::", "only author, date, title, cover and links take an attribute (::attr(name) or @name), at the end"),
    (r"\.\d", "a class that begins with a digit is written [class~='3col']"),
    (r":", "a pseudo-class that is not known here; :not(), :has(), :is(), :nth-child(2) and :first-child are"),
    (r"\|", "namespaces are not known here; write the name alone"),
    (r"(^|[,>+~.#])\s*$", "nothing stands at its end; write it like article > .text, or take the end off"),
    (r"", "write it like div.promo or article > .text"),
)


def matched(tree: Any, selector: str) -> list[Any]:
    """The elements of `tree` that `selector` matches, in their order. Raises RulesError for invalid CSS."""
    found: list[Any] = compiled(split(selector)[0])(tree)
    return found


def split(selector: str) -> tuple[str, str]:
    """The CSS in `selector`, and the attribute that it names, "" where it means the element's text."""
    found = _ATTRIBUTE.search(selector)
    return (selector[: found.start()], found["long"] or found["short"]) if found else (selector, "")


@lru_cache(maxsize=512)
def compiled(css: str) -> Any:
    """`css` as a function from a tree to its elements. Raises RulesError with the fault and the cure."""
    from cssselect import SelectorError
    from lxml.cssselect import CSSSelector
    from lxml.etree import LxmlError
    from lxml.html import Element

    try:
        made = CSSSelector(css, translator="html")
        made(Element("html"))  # some of what cannot be followed is only seen then, such as a namespace
    except (SelectorError, LxmlError, ValueError) as error:
        raise RulesError(f"{css!r} is no CSS selector that can be followed: {_cure(css)}") from error
    return made


def _cure(css: str) -> str:
    """What is wrong with `css`, which is no selector, and how it is written."""
    bare = re.sub(r"\"[^\"]*\"|'[^']*'", "", css)
    if "'" in bare or '"' in bare:
        return "a quotation mark is never closed; write a[href='x']"
    for opening, closing, example in _BRACKETS:
        if bare.count(opening) > bare.count(closing):
            return f"unclosed bracket {opening}; write {example}"
        if bare.count(opening) < bare.count(closing):
            return f"{closing} closes no bracket; write {example}"
    return next(cure for pattern, cure in _CURES if re.search(pattern, bare))


KEPT: Final = 10  # pages that are remembered
_LEAST: Final = 3  # pages without which nothing is said, of which most are behind a wall
LEAD: Final = "partial"  # not a reason: the page was read, and is the free part of an article

_PAYING = "ask for access and send its credentials (headers_env)"
_ROBOTS = "ask its owner to let Syndicator in: site.contact is in its User-Agent"
_FEEDS_OWN = 'or have the feed\'s own text published: content = "feed" under [source.rules]'
# What can be done, by what stands there.
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


class Wall(NamedTuple):
    """A wall before `pages` of the last `of` pages of a source. `reason`: its code, or LEAD; `means`: in words."""

    reason: str
    means: str
    pages: int
    of: int
    cure: str


def wall_of(reason: str) -> str | None:
    """`reason`, of a page that was not read, where it is a wall; None for others, such as a server that fails."""
    return reason if reason in _WALL_CURES else None


def wall(walls: Sequence[str]) -> Wall | None:
    """The wall before most of a source's last pages. `walls`: the wall of each page or "", newest first."""
    known = walls[:KEPT]
    found = Counter(one for one in known if one)
    behind = sum(found.values())
    if behind < _LEAST or 2 * behind <= len(known):
        return None
    reason = min(found, key=lambda one: (-found[one], one))
    return Wall(reason, _means(reason), behind, len(known), f"{_WALL_CURES.get(reason, _ROBOTS)}, {_FEEDS_OWN}")


def _means(reason: str) -> str:
    if reason == LEAD:
        return "they show the beginning of an article to everyone, and the rest to those who pay"
    return next((one.means for one in PageReason if one == reason), explained(reason)[0])


ENOUGH = 10  # pages in a row without a match, from which the operator is told; a choice


def counted(before: Mapping[str, int], pages: Iterable[Mapping[str, int]]) -> Mapping[str, int]:
    """By selector: how many pages in a row it missed, `before` and in `pages` (matches by selector). Old ones go."""
    for page in pages:
        before = {rule: before.get(rule, 0) + 1 for rule, number in page.items() if not number}
    return before


def unmatched(state: SourceState) -> tuple[tuple[str, int], ...]:
    """The selectors without a match on the last ten pages or more, as `select "div.text"`, with that number."""
    return tuple((rule, pages) for rule, pages in sorted(state.unmatched.items()) if pages >= ENOUGH)
