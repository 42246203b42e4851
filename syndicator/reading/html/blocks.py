"""Split a page into blocks (paragraphs, headings, table rows, code, images), in order. Pure.

Each block knows the lists, quotes and tables around it."""

import re
from collections.abc import Collection, Mapping
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
    collapse_runs,
)

_FRAME_TAG_NAMES = (
    "ul ol menu li blockquote figure table dl dt dd h1 h2 h3 h4 h5 h6 figcaption caption summary"
    " amp-img"
)
_FRAME_TAGS = frozenset(_FRAME_TAG_NAMES.split())
_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6, "summary": 4}
_HIDDEN_STYLE = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.I)
_READER_ONLY_CLASS = re.compile(
    r"\b(sr-only|visually-?hidden|screen-reader-text|screenreader\w*|u-hidden-visually)\b", re.I
)
_EMOJI_CLASS = re.compile(r"\b(emoji|wp-smiley|emoticon)\b")
_LIST_TAGS = ("ul", "ol", "menu")
_MOST_FRAMES = 24  # frames around a block that are kept, the outermost
_START_DIGITS = 8  # digits of the first number of an ordered list; a longer number counts as 1
_MOST_STEPS = 500_000  # tags that are read of a page; the largest of 801 real ones has 23,000
_MOST_BLOCKS = 20_000  # blocks read of a page; the longest of 801 real ones has 3,500


@dataclass(slots=True, eq=False)
class Frame:
    """An element around blocks that decides how they are written as markdown: a list, a list item,
    a quote, a table, a heading or the like."""

    kind: str  # the tag of the element
    element: Any
    number: int = 0  # of an item in an ordered list
    ordered: bool = False  # a list with numbers, or an item of one


@dataclass(slots=True, eq=False)
class Block:
    """A paragraph, heading, table row, code listing, image or rule of a page. Reading fills most
    fields; later steps set `letters_and_digits`, `letters`, `overlap` and `score`."""

    kind: str  # p, h, row, code, img, hr, caption or dt
    element: Any
    frames: tuple[Frame, ...]  # the frames around it, the outermost first
    # Class hints are bits, see hints.py: those of all elements around the block, and those of the
    # three nearest block elements around it. `own_hints` is the same mapping for all blocks: from
    # each element of the page to the hints that this element itself has.
    hints: int
    near_hints: int
    own_hints: Mapping[Any, int] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)
    level: int = 0  # of a heading: 1 to 6
    cells: list[list[Run]] = field(default_factory=list)  # of a table row
    is_header: bool = False  # a table row of th elements only
    image: elements.Image | None = None
    code: str = ""
    lang: str = ""  # the programming language of code, in lower case
    text: str = ""  # without markup; on one line, except code
    linked_length: int = 0  # characters of text inside links
    letters_and_digits: str = ""  # the text without all other characters, in lower case
    letters: int = 0  # the length of letters_and_digits
    overlap: float = 0.0  # share (0 to 1) of these letters also in the text that trafilatura took
    score: float = 0.0  # probability that the block belongs to the article
    hidden: bool = False


# The state at a text, as the elements around it determine it: its frames, the hints of all these
# elements, those of the three nearest block elements, its marks such as BOLD, the target of its
# link, whether it is hidden, and the nearest block element. A tuple, because one is made for each
# element of a page.
_State = tuple[tuple[Frame, ...], int, tuple[int, ...], int, str, bool, Any]


class _Walker:
    """Reads the elements of a tree in document order and collects their blocks."""

    def __init__(self, root: Any) -> None:
        """Begin with no blocks. `root`: the tree that `walk` will read."""
        self.blocks: list[Block] = []
        self.runs: list[Stretch] = []  # the text of the paragraph that is being read
        self.images: list[Block] = []  # the images in this paragraph, added after it
        self.state: _State = ((), 0, (), 0, "", False, root)
        self.stack: list[_State] = []  # for each open element the state before it
        self.numbers: dict[Frame, int] = {}  # for each list the number of its last item so far
        self.tag_hints = class_hints.load_tag_hints()
        self.hints: dict[Any, int] = {}  # element -> the hints that it has itself

    def walk(self, root: Any) -> list[Block]:
        """Return the blocks of the tree `root` in document order. A huge page is read in part: up
        to about 20,000 blocks, and up to 500,000 starts and ends of elements."""
        steps = etree.iterwalk(root, events=("start", "end"))
        # zip() ends the loop after so many steps
        for _, (event, element) in zip(range(_MOST_STEPS), steps, strict=False):
            if event == "start":
                must_skip_content = self._start(element)
                if must_skip_content:
                    steps.skip_subtree()
                continue
            # the end of an element: it ends the paragraph, unless it is inline like <b>
            if element.tag not in NO_END and (self.runs or self.images):
                self._end_paragraph()
            self.state = self.stack.pop()
            tail = element.tail  # the text behind the element
            if tail and element is not root:
                _, _, _, marks, href, _, _ = self.state
                self.runs.append((tail, marks, href))
            if len(self.blocks) >= _MOST_BLOCKS:
                break
        self._end_paragraph()
        return self.blocks

    def _add_text(self, text: str | None) -> None:
        """Add a text to the paragraph that is being read, with the marks and the link around it."""
        if text:
            _, _, _, marks, href, _, _ = self.state
            self.runs.append((text, marks, href))

    def _start(self, element: Any) -> bool:
        """Read the start tag of an element, and its text before the first child. Return True if its
        content must be skipped, because the element has been read here as a whole, like a picture,
        or is no text of the page, like a script."""
        self.stack.append(self.state)
        tag = element.tag
        if tag == "br":
            self.runs.append(BREAK)
            return True
        if tag in elements.IMAGES:
            self._read_image(element)
            return True
        # an element that the page forgot to close may have the article in it
        is_unclosed = tag in elements.UNCLOSED and element.find(".//p") is not None
        if tag in SKIP and not is_unclosed:
            return True

        # the values around this element, to which its own are added; hints are bits for words such
        # as "sidebar" in classes, marks are bits such as BOLD
        frames, outer_hints, near_hints, marks, href, hidden, block = self.state
        own_hints, class_name, is_hidden = _read_attributes(element, self.tag_hints.get(tag, 0))
        self.hints[element] = own_hints
        hidden = hidden or is_hidden
        if tag not in INLINE:
            return self._start_block(element, own_hints, class_name, hidden=hidden)
        if class_name and _READER_ONLY_CLASS.search(class_name):
            return True
        if tag == "a":
            href = element.get("href", "") or href
        all_hints = outer_hints | own_hints
        all_marks = marks | MARKS.get(tag, 0)
        self.state = (frames, all_hints, near_hints, all_marks, href, hidden, block)
        self._add_text(element.text)
        return False

    def _start_block(self, element: Any, own_hints: int, class_name: str, *, hidden: bool) -> bool:
        """Read the start tag of an element that begins a block, such as a paragraph or a table.
        Return True if its content must be skipped, since it has been read here as a whole.
        `own_hints`: its hints, bits for words such as "sidebar" in its class; `class_name`: its
        class; `hidden`: the page does not show it."""
        if self.runs or self.images:
            self._end_paragraph()
        tag = element.tag
        frames, outer_hints, near_hints, marks, href, _, _ = self.state
        if tag in _FRAME_TAGS and len(frames) < _MOST_FRAMES:
            frames = (*frames, self._make_frame(tag, element))
        all_hints = outer_hints | own_hints
        near_hints = (*near_hints[-2:], own_hints)  # of the three nearest block elements
        self.state = (frames, all_hints, near_hints, marks, href, hidden, element)
        may_be_listing = class_name != "" and tag in ("table", "div")
        is_listing = may_be_listing and tables.names_listing(class_name)
        if tag == "pre" or (is_listing and element.find(".//pre") is None):
            self._read_code(element)
            return True
        if tag == "hr":
            self.blocks.append(self._make_block("hr"))
            return True
        if tag == "table" and tables.is_data(element):
            self._read_table(element)
            return True
        self._add_text(element.text)
        return False

    def _make_frame(self, tag: str, element: Any) -> Frame:
        """Return the frame of `element`: the form in which an element around blocks is kept. `tag`:
        its tag. A list item gets the number of the item before it in its list plus one."""
        frame = Frame(tag, element)
        if tag in _LIST_TAGS:
            # the number of the last item so far: one less than that of the first
            frame.ordered = tag == "ol"
            self.numbers[frame] = _read_start(element) - 1 if frame.ordered else 0
        elif tag == "li":
            outer_frames = self.state[0]
            outer = _find_last(outer_frames, (*_LIST_TAGS, "li"))
            if outer is not None and outer.kind != "li":
                self.numbers[outer] += 1
                frame.ordered = outer.ordered
                frame.number = self.numbers[outer]
        return frame

    def _make_block(self, kind: str) -> Block:
        """Return an empty block of `kind` ("p", "h", "row" or the like) at the element that is
        being read."""
        frames, all_hints, last_hints, _, _, hidden, element = self.state
        near_hints = 0
        for hints in last_hints:
            near_hints |= hints
        return Block(kind, element, frames, all_hints, near_hints, self.hints, hidden=hidden)

    def _end_paragraph(self) -> None:
        """End the paragraph that is being read: add its text to the blocks, as one or several, then
        the images that were in it."""
        if self.runs:
            runs = self.runs  # pieces of text as (text, marks, link)
            self.runs = []
            is_blank = "".join([text for text, _, _ in runs]).isspace()
            if not is_blank and not self._add_code_lines(runs):
                for part in elements.split_paragraphs(runs):
                    self._add_paragraph(part)
        if self.images:
            self.blocks.extend(self.images)
            self.images = []

    def _add_paragraph(self, runs: list[Run]) -> None:
        """Add a text as a block. `runs`: its pieces, each with its marks and its link. The block is
        a heading, a caption or a term of a definition list if the innermost element around it is
        one; quotes and figures do not count. Else it is a paragraph."""
        block = self._make_block("p")
        frame_kind = ""  # of the innermost frame that counts
        for frame in reversed(block.frames):
            if frame.kind not in ("blockquote", "figure"):
                frame_kind = frame.kind
                break
        if frame_kind in _HEADINGS:
            block.kind = "h"
            block.level = _HEADINGS[frame_kind]
        elif frame_kind in ("figcaption", "caption"):
            block.kind = "caption"
        elif frame_kind == "dt":
            block.kind = "dt"
        block.runs = runs
        block.text = runs[0].text if len(runs) == 1 else "".join([run.text for run in runs])
        block.linked_length = sum([len(run.text) for run in runs if run.href])
        self.blocks.append(block)

    def _read_image(self, element: Any) -> None:
        """Add the image of `element` as a block. An image within a paragraph is added when the
        paragraph ends. For the image of an emoji, its alternative text is added to the paragraph
        instead."""
        if _EMOJI_CLASS.search(element.get("class", "")):
            self._add_text(element.get("alt"))
            return
        image = elements.read_image(element)
        if image is None:
            return
        block = self._make_block("img")
        block.image = image
        block.element = element
        if self.runs:
            self.images.append(block)
        else:
            self.blocks.append(block)

    def _read_code(self, element: Any) -> None:
        """Add the code listing `element` as a block. An empty listing is left out, and so is a
        listing that only has the line numbers of another."""
        if tables.counts_lines(element):
            return
        block = self._make_block("code")
        block.code = tables.read_code(element)
        block.lang = tables.read_language(element)
        block.text = block.code
        if block.code.strip():
            self.blocks.append(block)

    def _add_code_lines(self, runs: list[Stretch]) -> bool:
        """Add a paragraph as a code block if it consists of inline code on several lines. Return
        True if it was added, False if it is no such paragraph. `runs`: its pieces as (text, marks,
        link), with a BREAK for each br element. Lines end at br elements; without these they end
        where they end in the source, but only if a class around them says that they are code."""
        if not all(marks & elements.CODE or text.isspace() for text, marks, _ in runs):
            return False
        frames, *_ = self.state
        if any(frame.kind in _HEADINGS for frame in frames):
            return False
        has_breaks = BREAK in runs
        if has_breaks:
            code = elements.join_code_lines(runs)
        else:
            code = "".join([text for text, _, _ in runs]).strip("\n").rstrip()
        if "\n" not in code:
            return False
        block = self._make_block("code")
        if not has_breaks and not block.near_hints & class_hints.get_bit("code"):
            return False
        block.code = code
        block.text = code
        self.blocks.append(block)
        return True

    def _read_table(self, element: Any) -> None:
        """Add a block for each row with text of the data table `element`. The text of such a block
        has a tab between two cells."""
        for row in tables.read_rows(element):
            block = self._make_block("row")
            block.is_header = row.is_header
            block.cells = [collapse_runs(cell) for cell in row.cells]
            cell_texts = ["".join([run.text for run in cell]) for cell in block.cells]
            block.text = "\t".join(cell_texts).strip()
            for cell in block.cells:
                block.linked_length += sum([len(run.text) for run in cell if run.href])
            if block.text:
                self.blocks.append(block)
            if len(self.blocks) >= _MOST_BLOCKS:
                return


def _read_start(element: Any) -> int:
    """Return the number of the first item of an ordered list, 1 if it is not stated or invalid."""
    start = element.get("start", "1")
    return int(start) if start.isdecimal() and len(start) <= _START_DIGITS else 1


def _find_last(frames: tuple[Frame, ...], kinds: Collection[str]) -> Frame | None:
    """Return the innermost frame whose kind is one of `kinds`, None if there is none."""
    return next((frame for frame in reversed(frames) if frame.kind in kinds), None)


def _read_attributes(element: Any, tag_hints: int) -> tuple[int, str, bool]:
    """Return (hints, class, hidden) of an element: its hints, which are bits for words such as
    "sidebar" in its class; its class, "" for none; and True if the page hides it. `tag_hints`: the
    hints that its tag gives, to which the others are added."""
    # a plain tuple, because this is called for each element of a page
    hints = tag_hints
    class_name = ""
    hidden = False
    for name, value in element.items():
        if name in class_hints.ATTRIBUTES:
            hints |= class_hints.read_words(value)
            if name == "class":
                class_name = value
        elif name == "style":
            hidden = hidden or _HIDDEN_STYLE.search(value) is not None
        elif name == "hidden":
            # browsers show an element that is hidden="until-found" when a search finds it
            hidden = hidden or value != "until-found"
    return hints, class_name, hidden


def read_blocks(root: Any) -> list[Block]:
    """Return the blocks of the tree `root` in document order, at most about 20,000."""
    return _Walker(root).walk(root)
