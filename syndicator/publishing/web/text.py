"""The whole text of an article for a page of ours. Pure; what comes in was sanitised when it was made
(`render.html`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from typing import Final

# A tag as nh3 writes it: attributes in quotation marks, in which there may be a > but no ".
_TAG: Final = re.compile(r'<(/?)(h[1-6]|a|img|table|td|th)((?:\s[a-z]+="[^"]*")*)\s*/?>')
_VALUE: Final = re.compile(r'\s([a-z]+)="([^"]*)"')
_WIDE: Final = '<div class="wide" tabindex="0" role="region" aria-label="Table">'


def page_text(html: str, picture: str = "") -> str:
    """`html` as it stands below the title of a page: its headings begin at the second level and leave none out, wide
    tables scroll by themselves, and pictures, which would be requests to other hosts, are links. `picture`: the address
    of one that the page shows anyway; it is left out."""
    made: list[str] = []
    at, linked = 0, False
    headings = _levels(int(match[2][1]) for match in _TAG.finditer(html) if match[2][0] == "h" and not match[1])
    level = 2
    for match in _TAG.finditer(html):
        closes, name, attributes = bool(match[1]), match[2], match[3]
        shown = match[0]
        if name[0] == "h":
            level = level if closes else next(headings)
            shown = f"</h{level}>" if closes else f"<h{level}>"
        elif name == "a":
            linked = not closes
        elif name in ("td", "th"):  # align= is no HTML any more
            shown = match[0].replace(' align="', ' class="')
        elif name == "table":
            shown = f"{match[0]}</div>" if closes else f"{_WIDE}{match[0]}"
        else:
            shown = _picture(dict(_VALUE.findall(attributes)), escape(picture), linked)
        made += [html[at : match.start()], shown]
        at = match.end()
    return "".join([*made, html[at:]])


def _levels(given: Iterator[int]) -> Iterator[int]:
    """The levels of headings below the title: one that is deeper than the one before is so by one."""
    above: list[int] = []
    for level in given:
        while above and above[-1] >= level:
            above.pop()
        above.append(level)
        yield min(1 + len(above), 6)


def _picture(attributes: dict[str, str], shown: str, linked: bool) -> str:
    """A picture as a link, in a link as its words. `shown`: the address of the one that is left out, escaped."""
    address = attributes.get("src", "")
    if not address or address == shown:
        return ""
    words = attributes.get("alt", "").replace("<", "&lt;").replace(">", "&gt;").strip()
    label = f"Picture: {words}" if words else "Picture"
    return label if linked else f'<a class="picture" href="{address}" rel="noopener noreferrer">{label}</a>'
