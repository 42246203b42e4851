"""How each HTML element is read: inline or not, with which marks, skipped, as an image. Pure."""

from __future__ import annotations

from typing import Any

from lxml import etree

BOLD, ITALIC, CODE, STRIKE = 1, 2, 4, 8
MARKS = {
    "b": BOLD,
    "strong": BOLD,
    "i": ITALIC,
    "em": ITALIC,
    "cite": ITALIC,
    "dfn": ITALIC,
    "var": ITALIC,
    "code": CODE,
    "kbd": CODE,
    "samp": CODE,
    "tt": CODE,
    "del": STRIKE,
    "s": STRIKE,
    "strike": STRIKE,
}
_INLINE_TAGS = (
    "a abbr acronym bdi bdo big data font ins label mark nobr output q rb rp rt ruby small span sub sup time u wbr "
    "amp-fit-text google-read-aloud-player math mi mn mo mrow"
)
_SKIPPED_TAGS = (
    "script style head noscript template iframe object embed svg canvas button select option input textarea audio "
    "video map datalist progress meter applet frame frameset link meta title base source track param rp amp-ad "
    "amp-analytics amp-iframe amp-sidebar amp-consent amp-social-share amp-lightbox amp-sticky-ad gu-island "
    "fencedframe"
)
INLINE = frozenset(MARKS) | frozenset(_INLINE_TAGS.split())
SKIP = frozenset(_SKIPPED_TAGS.split())
IMAGES = frozenset(("img", "amp-img", "picture", "amp-anim"))
# pages forget to close these; skipping one would then skip the rest of the page
UNCLOSED = frozenset(("button", "svg", "object", "video", "audio", "map", "select"))
NO_END = INLINE | IMAGES | {"br"} | (SKIP - UNCLOSED)  # end no paragraph


def inline_runs(element: Any) -> list[tuple[str, int, str]]:
    """All text below `element` as pieces (text, marks, target of the link or ""), a space between the blocks in it."""
    out: list[tuple[str, int, str]] = []
    stack: list[tuple[int, str]] = []
    marks, href = 0, ""
    steps = etree.iterwalk(element, events=("start", "end"))
    for event, node in steps:
        if event == "start":
            stack.append((marks, href))
            tag = node.tag
            if tag in SKIP or tag in IMAGES:
                steps.skip_subtree()
                continue
            if tag in INLINE:
                marks |= MARKS.get(tag, 0)
                href = (node.get("href", "") or href) if tag == "a" else href
            else:
                out.append((" ", marks, href))
            if node.text:
                out.append((node.text, marks, href))
            continue
        marks, href = stack.pop()
        if node.tag not in INLINE:
            out.append((" ", marks, href))
        if node is not element and node.tail:
            out.append((node.tail, marks, href))
    return out
