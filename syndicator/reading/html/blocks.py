"""Split a page into blocks (paragraphs, headings, rows, code, images), in order. Pure.

Each has the lists, quotes and tables around it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from syndicator.reading.html import elements, tables
from syndicator.reading.html import hints as class_hints
from syndicator.reading.html.elements import (
    BREAK,
    INLINE,
    MARKS,
    NO_END,
    SKIP,
    Run,
    Stretch,
    collapse,
)

_FRAME_TAGS = (
    "ul ol menu li blockquote figure table dl dt dd h1 h2 h3 h4 h5 h6 figcaption caption summary"
    " amp-img"
)
_FRAMES = frozenset(_FRAME_TAGS.split())
_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6, "summary": 4}
_HIDDEN = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.I)
_READER_ONLY = re.compile(
    r"\b(sr-only|visually-?hidden|screen-reader-text|screenreader\w*|u-hidden-visually)\b", re.I
)
_EMOJI = re.compile(r"\b(emoji|wp-smiley|emoticon)\b")
# nesting of lists and quotes that is kept; digits of a list's first number
_MOST_FRAMES = 24
_START_DIGITS = 8
_MOST_STEPS = 500_000  # tags that are read of a page; the largest of 801 real ones has 23,000
_MOST_BLOCKS = 20_000  # blocks read of a page; the longest of 801 real ones has 3,500


@dataclass(slots=True, eq=False)
class Frame:
    """A list, quote or table around blocks, which shapes their markdown. `number`: of an item in an
    ordered list."""

    kind: str
    element: Any
    number: int = 0
    ordered: bool = False


@dataclass(slots=True, eq=False)
class Block:
    """A paragraph, heading, row, code block, image or rule. Later steps set `own`, `overlap` and
    `score`."""

    kind: str  # p, h, row, code, img, hr, caption or dt
    element: Any
    frames: tuple[Frame, ...]
    hints: int  # class hints of all elements above it (class_hints.py)
    near: int  # those of the three nearest
    # those of each element of the page itself
    own_hints: Mapping[Any, int] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)
    level: int = 0  # 1 to 6, of a heading
    cells: list[list[Run]] = field(default_factory=list)
    head: bool = False  # a row of th
    image: elements.Image | None = None
    code: str = ""
    lang: str = ""
    text: str = ""  # plain, one line but for code
    linked: int = 0  # characters of text inside links
    own: str = ""  # its letters and digits alone, lower case
    letters: int = 0  # how many these are
    overlap: float = 0.0  # share of them that is also in the text that trafilatura took
    score: float = 0.0  # probability that it is article
    hidden: bool = False


# What stands above an element: frames, hints of all elements, of the three nearest, marks, the
# target of a link, whether it is hidden, the nearest element that is a block.
_State = tuple[tuple[Frame, ...], int, tuple[int, ...], int, str, bool, Any]


class _Walker:
    def __init__(self, root: Any) -> None:
        self.blocks: list[Block] = []
        self.runs: list[Stretch] = []
        self.images: list[Block] = []
        self.state: _State = ((), 0, (), 0, "", False, root)
        self.stack: list[_State] = []
        self.numbers: dict[Frame, int] = {}
        self.tags = class_hints.tags()
        self.hints: dict[Any, int] = {}

    def walk(self, root: Any) -> list[Block]:
        steps = etree.iterwalk(root, events=("start", "end"))
        for _, (event, element) in zip(range(_MOST_STEPS), steps, strict=False):
            if event == "start":
                if self._start(element):
                    steps.skip_subtree()
                continue
            if element.tag not in NO_END and (self.runs or self.images):
                self._flush()
            self.state = self.stack.pop()
            tail = element.tail
            if tail and element is not root:
                self.runs.append((tail, self.state[3], self.state[4]))
            if len(self.blocks) >= _MOST_BLOCKS:
                break
        self._flush()
        return self.blocks

    def _add(self, text: str | None) -> None:
        if text:
            self.runs.append((text, self.state[3], self.state[4]))

    def _start(self, element: Any) -> bool:
        self.stack.append(self.state)
        tag = element.tag
        if tag == "br":
            self.runs.append(BREAK)
            return True
        if tag in elements.IMAGES:
            self._image(element)
            return True
        if tag in SKIP and not (tag in elements.UNCLOSED and element.find(".//p") is not None):
            return True
        frames, above, last, marks, href, hidden, block = self.state
        bits, named, concealed = _attributes(element, self.tags.get(tag, 0))
        self.hints[element] = bits
        hidden = hidden or concealed
        if tag not in INLINE:
            return self._block(element, tag, bits, hidden, named)
        if named and _READER_ONLY.search(named):
            return True
        if tag == "a":
            href = element.get("href", "") or href
        self.state = (frames, above | bits, last, marks | MARKS.get(tag, 0), href, hidden, block)
        self._add(element.text)
        return False

    def _block(self, element: Any, tag: str, bits: int, hidden: bool, named: str) -> bool:
        if self.runs or self.images:
            self._flush()
        frames, above, last, marks, href, _, _ = self.state
        if tag in _FRAMES and len(frames) < _MOST_FRAMES:
            frames = (*frames, self._frame(tag, element))
        self.state = (frames, above | bits, (*last[-2:], bits), marks, href, hidden, element)
        listing = named and tag in ("table", "div") and tables.names_listing(named)
        if tag == "pre" or (listing and element.find(".//pre") is None):
            self._code(element)
            return True
        if tag == "hr":
            self.blocks.append(self._new("hr"))
            return True
        if tag == "table" and tables.is_data(element):
            self._table(element)
            return True
        self._add(element.text)
        return False

    def _frame(self, tag: str, element: Any) -> Frame:
        frame = Frame(tag, element)
        if tag in ("ul", "ol", "menu"):
            frame.ordered = tag == "ol"
            start = element.get("start", "1") if frame.ordered else "1"
            self.numbers[frame] = (
                int(start) - 1 if start.isdecimal() and len(start) <= _START_DIGITS else 0
            )
        elif tag == "li":
            above = next(
                (f for f in reversed(self.state[0]) if f.kind in ("ul", "ol", "menu", "li")), None
            )
            if above is not None and above.kind != "li":
                self.numbers[above] += 1
                frame.ordered = above.ordered
                frame.number = self.numbers[above]
        return frame

    def _new(self, kind: str) -> Block:
        frames, above, last, _, _, hidden, element = self.state
        near = 0
        for bits in last:
            near |= bits
        return Block(kind, element, frames, above, near, self.hints, hidden=hidden)

    def _flush(self) -> None:
        if self.runs:
            runs, self.runs = self.runs, []
            if not "".join([text for text, _, _ in runs]).isspace() and not self._code_lines(runs):
                for part in elements.paragraphs(runs):
                    self._paragraph(part)
        if self.images:
            self.blocks.extend(self.images)
            self.images = []

    def _paragraph(self, runs: list[Run]) -> None:
        block = self._new("p")
        kind = next(
            (f.kind for f in reversed(block.frames) if f.kind not in ("blockquote", "figure")), ""
        )
        if kind in _HEADINGS:
            block.kind = "h"
            block.level = _HEADINGS[kind]
        elif kind in ("figcaption", "caption"):
            block.kind = "caption"
        elif kind == "dt":
            block.kind = "dt"
        block.runs = runs
        block.text = runs[0].text if len(runs) == 1 else "".join([run.text for run in runs])
        block.linked = sum([len(run.text) for run in runs if run.href])
        self.blocks.append(block)

    def _image(self, element: Any) -> None:
        if _EMOJI.search(element.get("class", "")):
            self._add(element.get("alt"))
            return
        picture = elements.read_images(element)
        if picture is not None:
            block = self._new("img")
            block.image = picture
            block.element = element
            (self.images if self.runs else self.blocks).append(block)

    def _code(self, element: Any) -> None:
        if tables.counts_lines(element):
            return
        block = self._new("code")
        block.code, block.lang = tables.code_of(element)
        block.text = block.code
        if block.code.strip():
            self.blocks.append(block)

    def _code_lines(self, runs: list[Stretch]) -> bool:
        """Add inline code on several lines as a code block. Return True if it is one."""
        if not all(marks & elements.CODE or text.isspace() for text, marks, _ in runs):
            return False
        if any(frame.kind in _HEADINGS for frame in self.state[0]):
            return False
        broken = BREAK in runs
        lines = (
            elements.code_lines(runs)
            if broken
            else "".join([text for text, _, _ in runs]).strip("\n").rstrip()
        )
        block = self._new("code")
        if "\n" not in lines or not (broken or block.near & class_hints.bit("code")):
            return False
        block.code = block.text = lines
        self.blocks.append(block)
        return True

    def _table(self, element: Any) -> None:
        for row in tables.rows(element):
            block = self._new("row")
            block.head = row.head
            block.cells = [collapse(cell) for cell in row.cells]
            texts = ["".join([run.text for run in cell]) for cell in block.cells]
            block.text = "\t".join(texts).strip()
            block.linked = sum([len(run.text) for cell in block.cells for run in cell if run.href])
            if block.text:
                self.blocks.append(block)
            if len(self.blocks) >= _MOST_BLOCKS:
                return


def _attributes(element: Any, bits: int) -> tuple[int, str, bool]:
    named = ""
    hidden = False
    for name, value in element.items():
        if name in class_hints.ATTRIBUTES:
            bits |= class_hints.of_words(value)
            if name == "class":
                named = value
        elif name == "style":
            hidden = hidden or _HIDDEN.search(value) is not None
        elif name == "hidden":
            hidden = hidden or value != "until-found"
    return bits, named, hidden


def read_blocks(root: Any) -> list[Block]:
    """Return at most 20,000 blocks of the tree `root`, in order."""
    return _Walker(root).walk(root)
