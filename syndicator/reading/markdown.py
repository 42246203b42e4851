"""Write the blocks of a page as markdown, escaped so that text stays text. Pure."""

import re
from collections.abc import Iterable, Sequence
from itertools import groupby, islice
from urllib.parse import quote

from syndicator.core import text as texts
from syndicator.core import urls
from syndicator.core.urls import explain_unsafe_link
from syndicator.reading.html.blocks import Block, Frame
from syndicator.reading.html.elements import BOLD, CODE, ITALIC, STRIKE, Image, Run

# Signs with a meaning in CommonMark. An underscore inside a word has none, and "&" only has one
# before the rest of an entity.
_SPECIAL = re.compile(r"[\\`*\[\]<]|~~|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w{1,32};)")
_ENTITIES = {"<": "&lt;", "&": "&amp;", "~~": "\\~\\~"}
# every match of _SPECIAL begins with one of these signs; most texts have none of them
_SPECIAL_SIGN = re.compile(r"[\\`*\[\]<~_&]")
# beginnings of lines that would make a table, heading, list, quote, rule or fence of a paragraph
_BLOCK_START = re.compile(
    r"^(\||#{1,6}(?=\s|$)|[-+](?=\s|$)|>|=+\s*$|-+\s*$|~{3,}|:?-{2,})|^(\d{1,9})([.)])(?=\s|$)",
    re.M,
)
_SAFE_IN_ADDRESS = "/:@!$&'*+,;=-._~%?#[]"
_INDENTING = frozenset(("li", "blockquote"))
_LIST_KINDS = frozenset(("ul", "ol", "menu"))
_LONG_TICKS = re.compile("`{3,}")
_TICKS = re.compile("`+")
_LEAST_FENCE = 3  # backticks around a code block
_BULLET_WIDTH = 2  # characters of "- "
_MAIL_ADDRESS = re.compile(r"mailto:[\w.+-]{1,64}@[\w.-]{1,255}", re.I)
_LONGEST_REFERENCE = 4_000
_LINE_BREAK = "\\\n"


def escape(value: str) -> str:
    """Return `value` so that CommonMark shows every character of it as text: a sign with a meaning
    gets a backslash before it, "<" and "&" become entities such as "&lt;"."""
    if not _SPECIAL_SIGN.search(value):
        return value

    def escape_sign(match: re.Match[str]) -> str:
        sign = match[0]
        return _ENTITIES.get(sign, "\\" + sign)

    return _SPECIAL.sub(escape_sign, value)


def resolve_link(base: str, href: str) -> str | None:
    """Return `href`, a link on the page at `base`, as an absolute http, https or mailto address.
    Return None if the link is refused: if it has another scheme or a password, or leads from a
    public page to a private network."""
    reference = href.strip()
    if _MAIL_ADDRESS.fullmatch(reference):
        return reference
    target = urls.absolute(base, reference[:_LONGEST_REFERENCE]) if reference else None
    if not target or explain_unsafe_link(target, base):
        return None
    return quote(texts.remove_illegal(target), safe=_SAFE_IN_ADDRESS)


def render_runs(runs: Iterable[Run], base: str, *, cell: bool = False) -> str:
    """Return the markdown of one paragraph. `runs`: its text in pieces, each with marks such as
    bold and perhaps a link; `base`: the address against which links are resolved. Of a link that
    `resolve_link` refuses, only the text is kept. `cell`: the text is for a cell of a table: bars
    are escaped, and line breaks become spaces."""
    pieces: list[str] = []
    for href, runs_of_link in groupby(runs, key=lambda run: run.href):
        label = ""
        for marks, runs_of_marks in groupby(runs_of_link, key=lambda run: run.marks):
            label += _render_marked("".join(run.text for run in runs_of_marks), marks)
        is_image = label.lstrip().startswith("![")
        address: str | None = None
        if href and label.strip() and not is_image:
            address = resolve_link(base, href)
        if address:
            before, core, after = _split_space(label)
            label = f"{before}[{core}]({address}){after}"
        pieces.append(label)
    paragraph = texts.remove_illegal("".join(pieces))
    if cell:
        return paragraph.replace(_LINE_BREAK, " ").replace("\n", " ").replace("|", "\\|")
    # a line must not begin like a list or a heading
    if "\n" not in paragraph and not _BLOCK_START.match(paragraph):
        return paragraph  # most end here: the substitution below tries every character
    return _BLOCK_START.sub(_escape_start, paragraph)


def _escape_start(match: re.Match[str]) -> str:
    """Return the beginning of a line so that it does not begin a list, heading, quote or table:
    "1." becomes "1\\.", "#" becomes "\\#". `match`: a match of _BLOCK_START."""
    item_number = match[2]
    sign_after_number = match[3]
    if item_number:
        return f"{item_number}\\{sign_after_number}"
    return "\\" + match[1]


def _render_marked(value: str, marks: int) -> str:
    """Return the text `value` as markdown: escaped, and between the signs of its `marks`, such as
    "**" for BOLD. `marks`: bits. White space at the ends stays outside of the signs, since signs
    beside a space mark nothing in CommonMark."""
    if value == "\n":
        return _LINE_BREAK
    if not value.strip():
        return value
    before, core, after = _split_space(value)
    core = _render_inline_code(core) if marks & CODE else _escape_lines(core)
    for mark, sign in ((STRIKE, "~~"), (ITALIC, "*"), (BOLD, "**")):
        if marks & mark:
            core = f"{sign}{core}{sign}"
    return before + core + after


def _escape_lines(value: str) -> str:
    """Escape a text for markdown. Its line ends become line breaks."""
    return escape(value).replace("\n", _LINE_BREAK)


def _split_space(value: str) -> tuple[str, str, str]:
    """Return the white space before a text, the text, and the white space after it."""
    without_start = value.lstrip()
    core = without_start.rstrip()
    return value[: len(value) - len(without_start)], core, without_start[len(core) :]


def _render_inline_code(value: str) -> str:
    """Return `value` as inline code of markdown, between two rows of backticks. They are longer
    than any row of backticks within it, so that the code does not end there."""
    code = value.replace("\n", " ")
    longest = max(map(len, _TICKS.findall(code)), default=0)
    delimiter = "`" * (longest + 1)
    # a space separates the delimiter from a backtick at an end of the code
    pad = " " if code.startswith("`") or code.endswith("`") else ""
    return f"{delimiter}{pad}{code}{pad}{delimiter}"


def render_image(picture: Image, base: str, caption: str = "") -> str:
    """Return an image as markdown; its `caption` becomes the title. `base`: the address of the
    page. Return "" if the address of the image is not http or https, or leads from a public page to
    a private network."""
    target = resolve_link(base, picture.src)
    if not target or not target.startswith(("http://", "https://")):
        return ""
    alt = escape(texts.line(picture.alt))
    title = escape(texts.line(caption)).replace('"', '\\"')
    if not title:
        return f"![{alt}]({target})"
    return f'![{alt}]({target} "{title}")'


def to_markdown(blocks: Sequence[Block], base: str) -> str:
    """Return the markdown of `blocks`, in their order. Addresses are resolved against `base`."""
    return _Writer(base).write(blocks)


class _Writer:
    """Writes the blocks of one article, line by line."""

    def __init__(self, base: str) -> None:
        """Begin with no markdown. `base`: the address of the page."""
        self.base = base  # the address against which links are resolved
        self.lines: list[str] = []  # the markdown so far
        self.begun_items: set[Frame] = set()  # list items whose "-" or number is written
        self.last: Block | None = None  # the last block that was written
        self.columns = 0  # number of columns of the table that is being written
        # list items that only contain other lists, as their text was removed: they are not shown
        self.hollow_items: set[Frame] = set()

    def write(self, blocks: Sequence[Block]) -> str:
        """Return the markdown of `blocks`."""
        captions = _find_captions(blocks)
        self.hollow_items = _find_hollow_items(blocks)
        for index, block in enumerate(blocks):
            lines = self._render_block(blocks, index, captions)
            if lines:
                self._separate(block)
                self._add_lines(block, lines)
                self.last = block
        return "\n".join(self.lines).strip("\n")

    def _render_block(
        self, blocks: Sequence[Block], index: int, captions: dict[Block, str]
    ) -> list[str]:
        """Return the block at `index` as lines of markdown, without indentation. Return [] if it is
        not shown, such as a caption that is already the title of its image. `captions`: for each
        block with an image, the caption that becomes its title."""
        block = blocks[index]
        match block.kind:
            case "row":
                return self._render_row(blocks, index)
            case "code":
                return _render_code(block)
            case "img":
                if not block.image:
                    return []
                markdown = render_image(block.image, self.base, captions.get(block, ""))
                return [markdown] if markdown else []
            case "hr":
                # a rule stands between two other blocks, so not at the start or the end
                follows_block = self.last is not None and self.last.kind != "hr"
                is_last = index + 1 == len(blocks)
                return ["---"] if follows_block and not is_last else []
            case "h":
                heading = render_runs(block.runs, self.base).replace(_LINE_BREAK, " ")
                signs = "#" * block.level
                return [f"{signs} {heading}"] if heading.strip() else []
            case "caption" if block.text in captions.values():
                return []
            case "dt":  # the term of a definition
                bold_runs = [run._replace(marks=run.marks | BOLD) for run in block.runs]
                return render_runs(bold_runs, self.base).split("\n")
            case _:
                return render_runs(block.runs, self.base).split("\n")

    def _render_row(self, blocks: Sequence[Block], index: int) -> list[str]:
        """Return the table row at `index` as a line of markdown. The first row of a table is its
        header: a second line follows, which has "---" in each column. All rows get as many cells as
        the longest row of the table."""
        block = blocks[index]
        table = _find_frame(block, "table")
        cells = [render_runs(cell, self.base, cell=True).strip() for cell in block.cells]
        is_first_row = self.last is None or not _is_row_of(self.last, table)
        if not is_first_row:
            return [_join_cells(cells, self.columns)]

        # count the columns of the table that begins here
        self.columns = 0
        for row in islice(blocks, index, None):
            if not _is_row_of(row, table):
                break
            self.columns = max(self.columns, len(row.cells))
        header_line = "|" + " --- |" * self.columns
        return [_join_cells(cells, self.columns), header_line]

    def _separate(self, block: Block) -> None:
        """Add an empty line between the last block and `block`, except before the next row of a
        table or the next item of a list. Within quotes and list items that contain both blocks, the
        line begins with their ">" and spaces."""
        last = self.last
        if last is None:
            return
        if block.kind == "row" and _is_row_of(last, _find_frame(block, "table")):
            return
        frames = self._list_indenting(block)
        if self._is_next_item(block, frames, last):
            return
        indents: list[str] = []
        for last_frame, frame in zip(self._list_indenting(last), frames, strict=False):
            if last_frame is frame:
                indents.append(_make_indent(frame))
        self.lines.append("".join(indents).rstrip())

    def _is_next_item(self, block: Block, frames: Sequence[Frame], last: Block) -> bool:
        """Return True if `block` begins a new item of a list that also contains `last`, the block
        before it, so that no empty line is needed between them. Return False after code, a table
        row or an image. `frames`: the list items and quotes around `block`."""
        items = [frame for frame in frames if frame.kind == "li"]
        if not items:
            return False
        innermost_item = items[-1]
        if innermost_item in self.begun_items:
            return False
        if last.kind in ("code", "row", "img"):
            return False
        return any(frame.kind in _LIST_KINDS and frame in block.frames for frame in last.frames)

    def _list_indenting(self, block: Block) -> list[Frame]:
        """Return the list items and quotes around `block`, the outermost first. Each indents the
        lines of the block. List items without text of their own are left out."""
        return [
            frame
            for frame in block.frames
            if frame.kind in _INDENTING and frame not in self.hollow_items
        ]

    def _add_lines(self, block: Block, lines: list[str]) -> None:
        """Add the lines of a block, each behind the signs of the quotes and list items around it. A
        quote has "> " on each line. A list item has "- " or "1. " on its first line, and spaces on
        all others."""
        first_indent = ""  # of the first line
        indent = ""  # of the other lines
        for frame in self._list_indenting(block):
            if frame.kind == "blockquote":
                first_indent += "> "
                indent += "> "
                continue
            marker = f"{frame.number}. " if frame.ordered else "- "
            spaces = " " * len(marker)
            first_indent += spaces if frame in self.begun_items else marker
            indent += spaces
            self.begun_items.add(frame)
        self.lines.append((first_indent + lines[0]).rstrip(" "))
        for line in lines[1:]:
            # an empty line needs no spaces, but keeps the ">" of its quotation
            if line or indent.strip():
                self.lines.append((indent + line).rstrip(" "))
            else:
                self.lines.append("")


def _make_indent(frame: Frame) -> str:
    """Return the characters with which a line within `frame`, a quote or a list item, begins: "> "
    or spaces."""
    if frame.kind == "blockquote":
        return "> "
    width = len(f"{frame.number}. ") if frame.ordered else _BULLET_WIDTH
    return " " * width


def _render_code(block: Block) -> list[str]:
    """Return a code block as lines of markdown. The first and the last are fences: they have more
    backticks than any row of backticks within the code, so that the code does not end there."""
    longest = max(map(len, _LONG_TICKS.findall(block.code)), default=0)
    fence = "`" * max(_LEAST_FENCE, longest + 1)
    return [fence + block.lang, *texts.remove_illegal(block.code).split("\n"), fence]


def _find_hollow_items(blocks: Sequence[Block]) -> set[Frame]:
    """Return the list items without text of their own, which begin with an inner list."""
    seen_items: set[Frame] = set()  # those around the blocks so far
    hollow_items: set[Frame] = set()
    for block in blocks:
        items = [frame for frame in block.frames if frame.kind == "li"]
        # the block is the text of the innermost item; an item around it that is new has no text
        for outer_item in items[:-1]:
            if outer_item not in seen_items:
                hollow_items.add(outer_item)
        seen_items.update(items)
    return hollow_items


def _find_frame(block: Block, kind: str) -> Frame | None:
    """Return the innermost frame of `kind` around a block, None if there is none."""
    return next((frame for frame in reversed(block.frames) if frame.kind == kind), None)


def _is_row_of(block: Block, table: Frame | None) -> bool:
    """Return True if `block` is a row whose innermost table is `table`, or one outside of tables if
    `table` is None."""
    return block.kind == "row" and _find_frame(block, "table") is table


def _join_cells(cells: list[str], columns: int) -> str:
    """Return the cells of a table row as a line of markdown. Empty cells are added until there are
    as many as `columns`."""
    filled = cells + [""] * (columns - len(cells))
    return "| " + " | ".join(filled) + " |"


def _find_captions(blocks: Sequence[Block]) -> dict[Block, str]:
    """Return the caption of each block with an image: the first caption in the figure around it. An
    image outside of figures, or in a figure without caption, is not in the result."""
    caption_of: dict[Frame, str] = {}
    for block in blocks:
        figure = _find_frame(block, "figure")
        if block.kind == "caption" and figure is not None:
            caption_of.setdefault(figure, block.text)
    captions: dict[Block, str] = {}
    for block in blocks:
        figure = _find_frame(block, "figure")
        if block.kind == "img" and figure is not None and figure in caption_of:
            captions[block] = caption_of[figure]
    return captions
