"""The headings of a page as readers see them: without logos, permalink marks and the small print inside them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from lxml import etree

from syndicator.core import text
from syndicator.reading.metadata.site_title import LONGEST, trimmed, visible

_MOST = 60  # headings read of a page
_MOST_LAST = 3  # elements at the end of a heading that may be no part of the headline
_MOST_BEHIND = 25  # characters in several of them: a source and a count
_LEAST = 3  # characters above which what follows a kicker can be the headline
_SKIP = frozenset({"script", "style", "button", "sup", "svg", "noscript", "template"})
_HIDDEN = re.compile(
    r"(^|[\s_-])(headerlink|anchor|hash-?link|permalink|sr-only|screen-reader-text|visually-?hidden|badge|"
    r"comments?-count|assistive-text|share|tool-?tips?|tooltip-?text|pop-?over)([\s_-]|$)",
    re.I,
)
# small print above a headline, inside its h1
_KICKER = re.compile(
    r"kicker|overline|topline|roofline|dachzeile|spitzmarke|oberzeile|eyebrow|pre-?title|pre-?head|sub-?title|small|"
    r"supertitle|label|rubri[ck]|category|section|surtitre|antetitulo|occhiello|titleheader|topic|flag",
    re.I,
)
_LOGO = re.compile(
    r"logo|site-?(title|name|header|brand)|brand(?![a-z])|branding|masthead|titlewrapper|menu-title", re.I
)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading as readers see it. `tag` is h1, h2, h3 or logo; `without_kicker` holds the text without the small line
    above it, when there seems to be one."""

    tag: str
    text: str
    without_kicker: tuple[str, ...] = ()
    first_lines: tuple[str, ...] = ()  # without its last one, two, three elements, where no text stands behind these


def headings(tree: Any) -> list[Heading]:
    """The headings of `tree` in their order; those that are the site's logo have the tag "logo"."""
    out: list[Heading] = []
    for element in tree.iter("h1", "h2", "h3"):
        if len(out) >= _MOST:
            break
        value = _shown(element, [])
        if 1 < len(value) <= LONGEST:
            logo = _is_logo(element)
            kicker = () if logo else _without_kicker(element, value)
            out.append(Heading("logo" if logo else element.tag, value, kicker, () if logo else _first_lines(element)))
    return out


def _without_kicker(heading: Any, value: str) -> tuple[str, ...]:
    holder = heading
    for _ in range(3):  # h1 > span > small
        first = next(holder.iterchildren(etree.Element), None)
        if first is None or (holder.text or "").strip():
            return ()
        if first.tag == "small" or _KICKER.search((first.get("class") or "")[:300]):
            rest = _shown(heading, [first])
            return (rest,) if rest != value and len(rest) > _LEAST else ()
        holder = first
    return ()


def _first_lines(heading: Any) -> tuple[str, ...]:
    """The text of a heading without its last elements, one, two or three of them, as far as no text follows one
    and several are short."""
    out: list[str] = []
    last: list[Any] = []
    for element in heading.iterchildren(etree.Element, reversed=True):
        if len(last) == _MOST_LAST or (element.tail or "").strip():
            break
        last.append(element)
        if len(last) == 1 or sum(len(text.line("".join(each.itertext()))) for each in last) <= _MOST_BEHIND:
            out.append(_shown(heading, last))
    return tuple(out)


def _is_logo(heading: Any) -> bool:
    marks = [heading, heading.getparent()]
    if any(
        each is not None
        and each.tag not in ("article", "main", "body")
        and _LOGO.search(f"{each.get('class') or ''} {each.get('id') or ''}"[:400])
        for each in marks
    ):
        return True
    link = next(heading.iter("a"), None)
    return link is not None and (
        "home" in (link.get("rel") or "")
        or re.fullmatch(r"(https?://[^/]*)?/?", (link.get("href") or "x").strip()) is not None
    )


def _shown(heading: Any, without: list[Any]) -> str:
    """The text of a heading without the small print in it, and without the elements `without`."""
    pieces: list[str] = []
    skipped: Any = None
    length = 0
    for event, element in etree.iterwalk(heading, events=("start", "end")):
        if (
            event == "start"
            and skipped is None
            and element is not heading
            and (element in without or _is_hidden(element))
        ):
            skipped = element
        if event == "end" and element is skipped:
            skipped = None
        piece = element.text if event == "start" else (element.tail if element is not heading else "")
        if skipped is None and piece:
            pieces.append(piece)
            length += len(piece)
        if element.tag in ("br", "div", "p"):
            pieces.append(" ")
        if length > 4 * LONGEST:
            break
    return trimmed(visible("".join(pieces)))


def _is_hidden(element: Any) -> bool:
    return element.tag in _SKIP or bool(_HIDDEN.search((element.get("class") or "")[:300]))
