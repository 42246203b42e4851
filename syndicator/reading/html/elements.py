"""Read inline text with its marks (bold, italic), and images, from single HTML elements. Pure."""

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
NO_END = INLINE | IMAGES | {"br"} | (SKIP - UNCLOSED)  # a paragraph goes on after these elements
_BLANK = " \t\r\n\f\v\u200b\ufeff\xa0"
_SPACE = re.compile(r"[ \t\r\n\f\v\u200b\ufeff]+")
_PARAGRAPH_BREAKS = 2  # breaks in a row from which a new paragraph begins
# attributes in which pages keep the address of an image until a script loads it
_LAZY_NAMES = (
    "data-src data-lazy-src data-original data-orig-file data-hi-res-src data-large_image"
    " data-image data-url data-lazy data-echo data-full-src data-img-src"
)
_LAZY_ATTRIBUTES = tuple(_LAZY_NAMES.split())
_SRCSET_ATTRIBUTES = ("srcset", "data-srcset", "data-lazy-srcset")
# addresses of images that stand for others until a script loads those, or that count visits
_PLACEHOLDER = re.compile(
    r"(?:^data:|(?:^|[/_.-])(?:blank|spacer|pixel|1x1|transparent|placeholder|loading|lazy(?:load)?|grey|gray|clear|empty)"
    r"[\w.-]*\.(?:gif|png|svg|jpe?g|webp)|/(?:pixel|beacon|track(?:ing)?)(?:[/.?]|$))",
    re.I,
)
_NUMBER = re.compile(r"\s*(\d{1,5})(?:\.\d+)?\s*(?:px)?\s*$")
_SRCSET_CANDIDATE = re.compile(
    r"\s*([^\s,][^\s]*[^\s,]|[^\s,])(?:\s+(\d{1,6}(?:\.\d{1,4})?)([wx]))?\s*(?:,|$)"
)
# Pixels: wider images of a srcset are taken only if all are wider; an image with a side below
# the smallest only counts visits.
_WIDEST = 2000
_SMALLEST = 3
_LONGEST_ALT = 500  # characters
_MOST_SRCSET = 20_000
_BREAK_MARKS = -1  # in place of the marks of a BREAK


def read_runs(element: Any) -> list[tuple[str, int, str]]:
    """Return the text in `element` in pieces, as tuples (text, marks, link). Marks are bits such as
    BOLD; link is the target of the link around the text as written, "" for none. There is a space
    between two blocks, such as paragraphs. Scripts, forms and images are left out."""
    runs: list[tuple[str, int, str]] = []
    outer_values: list[tuple[int, str]] = []  # marks and link before each open element
    marks = 0
    href = ""
    steps = etree.iterwalk(element, events=("start", "end"))
    for event, node in steps:
        if event == "start":
            outer_values.append((marks, href))
            tag = node.tag
            if tag in SKIP or tag in IMAGES:
                steps.skip_subtree()
                continue
            if tag in INLINE:
                marks |= MARKS.get(tag, 0)
                if tag == "a":
                    href = node.get("href", "") or href
            else:  # the start of a block
                runs.append((" ", marks, href))
            if node.text:
                runs.append((node.text, marks, href))
            continue

        # the end of an element: go back to the values around it
        marks, href = outer_values.pop()
        if node.tag not in INLINE:
            runs.append((" ", marks, href))
        if node is not element and node.tail:
            runs.append((node.tail, marks, href))
    return runs


class Run(NamedTuple):
    """A piece of inline text with the same marks throughout."""

    text: str
    marks: int = 0  # BOLD, ITALIC, CODE, STRIKE of elements.py, added up
    href: str = ""  # the target of the link around the text, as written; "" if there is no link


# makes a Run from a tuple in half the time of Run(...)
_make_run: Callable[[tuple[str, int, str]], Run] = partial(tuple.__new__, Run)
Stretch = tuple[str, int, str]  # a Run before its white space is collapsed
BREAK: Stretch = ("\n", _BREAK_MARKS, "")  # stands for a br element


def split_paragraphs(runs: list[Stretch]) -> list[list[Run]]:
    """Return the paragraphs of a text, which two or more line breaks in a row separate: for each
    its pieces, with white space collapsed as browsers do. Paragraphs without text are left out.
    `runs`: the text in pieces, as (text, marks, link), with a BREAK for each line break."""
    parts: list[list[Stretch]] = []
    current: list[Stretch] = []  # the pieces of the current paragraph
    breaks = 0  # line breaks since the last piece with text
    for run in runs:
        text, marks, _ = run
        if marks == _BREAK_MARKS:
            breaks += 1
            continue
        if breaks:
            if not text.strip(_BLANK):
                continue
            if breaks >= _PARAGRAPH_BREAKS and current:
                parts.append(current)
                current = []
            elif current:
                current.append(BREAK)
            breaks = 0
        current.append(run)
    parts.append(current)
    collapsed_parts = [collapse_runs(part) for part in parts if part]
    return [part for part in collapsed_parts if part]


def join_code_lines(runs: list[Stretch]) -> str:
    """Return the text of inline code, with a line end for each line break. `runs`: the code in
    pieces, as (text, marks, link), with a BREAK for each line break."""
    pieces: list[str] = []
    for index, (text, marks, _) in enumerate(runs):
        if marks == _BREAK_MARKS:
            pieces.append(text)
            continue
        follows_break = index == 0 or runs[index - 1] == BREAK
        # the line end after `<br>` in the source would double the break
        starts_with_line_end = follows_break and text[:1] in ("\n", "\r")
        line = text.lstrip() if starts_with_line_end else text
        pieces.append(_SPACE.sub(" ", line))
    lines = "".join(pieces).replace("\xa0", " ").split("\n")
    return "\n".join([line.rstrip() for line in lines]).strip("\n")


def collapse_runs(runs: list[Stretch]) -> list[Run]:
    """Return a text with its white space collapsed as browsers do: several spaces become one, and
    spaces at the ends and beside a line break are removed. `runs`: the text in pieces, as (text,
    marks, link). Pieces side by side with the same marks and link become one. Return [] if no text
    is left."""
    if len(runs) == 1:  # most texts: the same as below, but faster
        text, marks, href = runs[0]
        if marks == _BREAK_MARKS:
            return []
        text = _collapse_spaces(text).lstrip(" ").rstrip(" \xa0\n")
        return [_make_run((text, marks, href))] if text.strip() else []

    collapsed: list[Run] = []
    ends_in_space = True  # the text collapsed so far; True also at the start, to drop spaces there
    for text, marks, href in runs:
        if marks == _BREAK_MARKS:
            _trim_end(collapsed)
            collapsed.append(_make_run(("\n", 0, "")))
            ends_in_space = True
            continue
        piece = _collapse_spaces(text)
        if ends_in_space:
            piece = piece.lstrip(" ")
        if piece:
            ends_in_space = piece[-1] == " "
            last = collapsed[-1] if collapsed else None
            if last and last.marks == marks and last.href == href and last.text != "\n":
                collapsed[-1] = _make_run((last.text + piece, marks, href))
            else:
                collapsed.append(_make_run((piece, marks, href)))

    _trim_end(collapsed)
    while collapsed and not collapsed[0].text.strip():
        del collapsed[0]
    has_text = any(run.text.strip("\xa0\u200b \n") for run in collapsed)
    return collapsed if has_text else []


def _collapse_spaces(text: str) -> str:
    """Replace each row of white space in `text` by one space."""
    # most texts have nothing to collapse, and isprintable() is much faster than the expression
    return text if text.isprintable() and "  " not in text else _SPACE.sub(" ", text)


def _trim_end(runs: list[Run]) -> None:
    """Remove white space at the end of the last run with text, and all runs behind it."""
    while runs:
        last = runs[-1]
        text = last.text.rstrip(" \xa0\n")
        if text:
            if text != last.text:
                runs[-1] = last._replace(text=text)
            return
        runs.pop()


@dataclass(frozen=True, slots=True)
class Image:
    """An image as the page declares it."""

    src: str  # as written, perhaps relative
    alt: str  # one line, at most 500 characters
    width: int | None  # CSS pixels, None when not stated
    height: int | None


def read_image(element: Any) -> Image | None:
    """Return the image of an img or picture element. Return None if it has no address, or only that
    of a placeholder, or if it is less than 3 pixels wide or high, as images are that only count
    visits."""
    image = element.find(".//img") if element.tag == "picture" else element
    if image is None:
        image = element
    width = _read_pixels(image.get("width"))
    height = _read_pixels(image.get("height"))
    for side in (width, height):
        if side is not None and side < _SMALLEST:
            return None
    address = _find_address(image, element)
    if not address:
        return None
    alt = " ".join((image.get("alt") or "").split())[:_LONGEST_ALT]
    return Image(address, alt, width, height)


def _read_pixels(value: str | None) -> int | None:
    """Return the number of pixels in a width or height such as "640px"; None for anything else,
    such as "50%"."""
    number = _NUMBER.match(value or "")
    return int(number[1]) if number else None


def _find_address(image: Any, holder: Any) -> str:
    """Return the address of an image as written: that for lazy loading, else `src`, else the widest
    of a srcset. Addresses of placeholders do not count; return "" if there is no other. `image`:
    the img element; `holder`: the picture element around it, or the image itself if there is
    none."""
    attributes: dict[str, str] = dict(image.attrib)
    # a script copies the address from such an attribute to src later
    for name in _LAZY_ATTRIBUTES:
        value = attributes.get(name, "").strip()
        # scripts also keep JSON or names in these attributes
        if not value or value.startswith(("{", "[")) or "." not in value:
            continue
        if not _PLACEHOLDER.search(value):
            return value
    src = attributes.get("src", "").strip()
    if src and not _PLACEHOLDER.search(src):
        return src
    srcsets = [attributes.get(name, "") for name in _SRCSET_ATTRIBUTES]
    if holder is not image:
        for source in holder.iter("source"):
            srcsets += [source.get(name, "") for name in _SRCSET_ATTRIBUTES[:2]]
    for srcset in srcsets:
        address = find_widest(srcset) if srcset else ""
        if address:
            return address
    return ""


def find_widest(srcset: str) -> str:
    """Return the address of the widest image in `srcset`, an attribute such as
    "small.jpg 320w, large.jpg 640w", that is at most 2,000 pixels wide. If all are wider, return
    the narrowest. Return "" if there is no image. Syntax: WHATWG HTML 4.8.4.2.1."""
    best_address = ""
    best_score = -1.0
    for candidate in _SRCSET_CANDIDATE.finditer(srcset[:_MOST_SRCSET]):
        address, stated_size, _unit = candidate.groups()
        size = float(stated_size or 1)
        # too wide images score below all others, and among each other the narrowest scores best
        score = size if size <= _WIDEST else 1 / size
        if score > best_score and not _PLACEHOLDER.search(address):
            best_address = address
            best_score = score
    return best_address
