"""Read inline text with its marks, and images, from single HTML elements. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from lxml import etree

BOLD = 1
ITALIC = 2
CODE = 4
STRIKE = 8
_MARKED = {
    BOLD: "b strong",
    ITALIC: "i em cite dfn var",
    CODE: "code kbd samp tt",
    STRIKE: "del s strike",
}
MARKS = {tag: mark for mark, tags in _MARKED.items() for tag in tags.split()}
_INLINE_TAGS = (
    "a abbr acronym bdi bdo big data font ins label mark nobr output q rb rp rt ruby small span sub"
    " sup time u wbr amp-fit-text google-read-aloud-player math mi mn mo mrow"
)
_SKIPPED_TAGS = (
    "script style head noscript template iframe object embed svg canvas button select option input"
    " textarea audio video map datalist progress meter applet frame frameset link meta title base"
    " source track param rp amp-ad amp-analytics amp-iframe amp-sidebar amp-consent"
    " amp-social-share amp-lightbox amp-sticky-ad gu-island fencedframe"
)
INLINE = frozenset(MARKS) | frozenset(_INLINE_TAGS.split())
SKIP = frozenset(_SKIPPED_TAGS.split())
IMAGES = frozenset(("img", "amp-img", "picture", "amp-anim"))
# pages forget to close these; skipping one would then skip the rest of the page
UNCLOSED = frozenset(("button", "svg", "object", "video", "audio", "map", "select"))
NO_END = INLINE | IMAGES | {"br"} | (SKIP - UNCLOSED)  # end no paragraph
_BLANK = " \t\r\n\f\v\u200b\ufeff\xa0"
_SPACE = re.compile(r"[ \t\r\n\f\v\u200b\ufeff]+")
_PARAGRAPH = 2  # breaks in a row from which a new paragraph begins
_LAZY_NAMES = (
    "data-src data-lazy-src data-original data-orig-file data-hi-res-src data-large_image"
    " data-image data-url data-lazy data-echo data-full-src data-img-src"
)
_LAZY = tuple(_LAZY_NAMES.split())
_SETS = ("srcset", "data-srcset", "data-lazy-srcset")
_IMAGES_BLANK = re.compile(
    r"(?:^data:|(?:^|[/_.-])(?:blank|spacer|pixel|1x1|transparent|placeholder|loading|lazy(?:load)?|grey|gray|clear|empty)"
    r"[\w.-]*\.(?:gif|png|svg|jpe?g|webp)|/(?:pixel|beacon|track(?:ing)?)(?:[/.?]|$))",
    re.I,
)
_NUMBER = re.compile(r"\s*(\d{1,5})(?:\.\d+)?\s*(?:px)?\s*$")
_CANDIDATE = re.compile(
    r"\s*([^\s,][^\s]*[^\s,]|[^\s,])(?:\s+(\d{1,6}(?:\.\d{1,4})?)([wx]))?\s*(?:,|$)"
)
_WIDE_ENOUGH = 2000
_SMALLEST = 3  # pixels: the widest image taken, and one that only counts visits


def inline_runs(element: Any) -> list[tuple[str, int, str]]:
    """Return the text in `element` as (text, marks, link target or ""), with a space between
    blocks."""
    out: list[tuple[str, int, str]] = []
    stack: list[tuple[int, str]] = []
    marks = 0
    href = ""
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


class Run(NamedTuple):
    """A piece of inline text with the same marks throughout."""

    text: str
    marks: int = 0  # BOLD, ITALIC, CODE, STRIKE of elements.py, added up
    href: str = ""  # the target of its link as written, "" outside of one


# half the time of Run(...)
_run: Callable[[tuple[str, int, str]], Run] = partial(tuple.__new__, Run)
Stretch = tuple[str, int, str]  # what a Run is, before its white space is collapsed
BREAK: Stretch = ("\n", -1, "")  # a br


def paragraphs(runs: list[Stretch]) -> list[list[Run]]:
    """Split `runs` at two or more line breaks in a row, and collapse white space. No part is
    empty."""
    parts: list[list[Stretch]] = []
    current: list[Stretch] = []
    breaks = 0
    for run in runs:
        if run[1] == -1:
            breaks += 1
            continue
        if breaks:
            if not run[0].strip(_BLANK):
                continue
            if breaks >= _PARAGRAPH and current:
                parts.append(current)
                current = []
            elif current:
                current.append(BREAK)
            breaks = 0
        current.append(run)
    parts.append(current)
    return [collapsed for part in parts if part and (collapsed := collapse(part))]


def code_lines(runs: list[Stretch]) -> str:
    """Return `runs` as lines of code, split at line breaks."""
    pieces = []
    for index, (text, marks, _) in enumerate(runs):
        if marks != -1:
            # the page's own line end
            wrapped = text[:1] in ("\n", "\r") and (index == 0 or runs[index - 1] == BREAK)
            text = _SPACE.sub(" ", text.lstrip() if wrapped else text)
        pieces.append(text)
    return "\n".join(
        [line.rstrip() for line in "".join(pieces).replace("\xa0", " ").split("\n")]
    ).strip("\n")


def collapse(runs: list[Stretch]) -> list[Run]:
    """Collapse white space in `runs` as browsers do: one space for several, none at the ends or
    beside a break."""
    if len(runs) == 1:
        text, marks, href = runs[0]
        text = _spaced(text).lstrip(" ").rstrip(" \xa0\n")
        return [_run((text, marks, href))] if marks != -1 and text.strip() else []
    out: list[Run] = []
    space = True  # the text so far ends in white space
    for text, marks, href in runs:
        if marks == -1:
            _trim(out)
            out.append(_run(("\n", 0, "")))
            space = True
            continue
        text = _spaced(text)
        if space:
            text = text.lstrip(" ")
        if text:
            space = text[-1] == " "
            last = out[-1] if out else None
            if last is not None and last[1] == marks and last[2] == href and last[0] != "\n":
                out[-1] = _run((last[0] + text, marks, href))
            else:
                out.append(_run((text, marks, href)))
    _trim(out)
    while out and not out[0].text.strip():
        del out[0]
    return out if any(run.text.strip("\xa0\u200b \n") for run in out) else []


def _spaced(text: str) -> str:
    return text if text.isprintable() and "  " not in text else _SPACE.sub(" ", text)


def _trim(out: list[Run]) -> None:
    while out:
        last = out[-1]
        text = last.text.rstrip(" \xa0\n")
        if text:
            if text != last.text:
                out[-1] = last._replace(text=text)
            return
        out.pop()


@dataclass(frozen=True, slots=True)
class Image:
    """An image as the page declares it."""

    src: str  # as written, perhaps relative
    alt: str  # one line, at most 500 characters
    width: int | None  # CSS pixels, None when not stated
    height: int | None


def read_images(element: Any) -> Image | None:
    """Return the image of an img or picture: its lazy source, src or widest srcset; None for a
    tracking pixel."""
    image = element.find(".//img") if element.tag == "picture" else element
    if image is None:
        image = element
    width = _size(image.get("width"))
    height = _size(image.get("height"))
    if (width is not None and width < _SMALLEST) or (height is not None and height < _SMALLEST):
        return None
    src = _source(image, element)
    alt = " ".join((image.get("alt") or "").split())[:500]
    return Image(src, alt, width, height) if src else None


def _size(value: str | None) -> int | None:
    number = _NUMBER.match(value or "")
    return int(number[1]) if number else None


def _source(image: Any, holder: Any) -> str:
    attributes: dict[str, str] = dict(image.attrib)
    for name in _LAZY:
        value = attributes.get(name, "").strip()
        if (
            value
            and not _IMAGES_BLANK.search(value)
            and not value.startswith(("{", "["))
            and "." in value
        ):
            return value
    src = attributes.get("src", "").strip()
    if src and not _IMAGES_BLANK.search(src):
        return src
    sets = [attributes.get(name, "") for name in _SETS]
    if holder is not image:
        sets += [source.get(name, "") for source in holder.iter("source") for name in _SETS[:2]]
    return next((best for value in sets if value and (best := widest(value))), "")


def widest(srcset: str) -> str:
    """Return the widest candidate of `srcset` up to 2,000 pixels, else the narrowest; "" without
    any (WHATWG HTML 4.8.4.2.1)."""
    best = ""
    score = -1.0
    for match in _CANDIDATE.finditer(srcset[:20_000]):
        size = float(match[2] or 1)
        fits = size if size <= _WIDE_ENOUGH else 1 / size
        if fits > score and not _IMAGES_BLANK.search(match[1]):
            best = match[1]
            score = fits
    return best
