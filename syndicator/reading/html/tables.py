"""Tell data tables from layout tables; read the rows of tables and the code of listings. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice
from typing import Any

from lxml import etree

from syndicator.reading.html.elements import read_runs

_LAYOUT_TAGS = ("table", "pre", "h1", "h2", "article", "form", "blockquote")
_LAYOUT_ROLES = ("presentation", "none")
# A table without th is for layout if its cells have on average so many characters or more, or
# if it has fewer columns.
_LONG_CELL = 400
_LEAST_COLUMNS = 2
# the cells of a row that are kept, and the rows by which data is told from layout
_MOST_CELLS = 100
_MOST_ROWS = 200
_SPAN_DIGITS = 3  # of a believable colspan (at most 1,000 by WHATWG HTML 4.9.11)
# classes of the line numbers beside a code listing
_GUTTER_CLASS = re.compile(
    r"gutter|(?<!in)line-?no|linenumber|line_numbers|line-numbers-rows|(?:^|\s)lnt?(?=\s|$)|hljs-ln-n|blob-num|crayon-num|rouge-gutter|"
    r"(?:^|\s)boring(?=\s|$)",  # lines that mdBook hides until a reader asks for them
    re.I,
)
# listings that highlighters build of rows without a pre: SyntaxHighlighter, Crayon, GitHub,
# highlightjs-line-numbers
_LISTING_CLASS = re.compile(
    r"(?:^|\s)(?:syntaxhighlighter|crayon-table|js-file-line-container|hljs-ln|rouge-table)(?=\s|$)|(?:^|\s)highlighttable",
    re.I,
)
_LINE_TAGS = frozenset(("div", "p", "li", "tr"))
_LANGUAGE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:language|lang|highlight-source|highlight|brush|sourceCode|code)[-:_\s]{1,3}([a-z][\w+#.-]{0,20})",
    re.I,
)
_LANGUAGE_NAME = re.compile(r"([A-Za-z][\w+#.-]{0,20})")
# words after "highlight-" and the like in class names that are not programming languages
_OTHER_NAMES = (
    "none text plain plaintext txt toolbar default wrapper block highlighter lines js-file-line"
    " snippet container box copy code frame inline tab-size"
)
_NO_LANGUAGE = frozenset(_OTHER_NAMES.split())


@dataclass(slots=True)
class Row:
    """A row of a data table. A cell is its text in pieces, as tuples (text, marks, link). Marks are
    bits such as BOLD of elements.py. Link is the target of the link around the piece, "" for
    none."""

    cells: list[list[tuple[str, int, str]]]
    is_header: bool  # all cells are th


def is_data(table: Any) -> bool:
    """Return True if `table` contains data. Return False if it only arranges parts of the page, if
    it is inside another table, or if it is a code listing."""
    if table.get("role") in _LAYOUT_ROLES:
        return False
    is_inside_table = next(table.iterancestors("table"), None) is not None
    if is_inside_table:
        return False
    if any(table.find(f".//{tag}") is not None for tag in _LAYOUT_TAGS):
        return False

    has_header = table.find(".//th") is not None
    lengths_by_row = _measure_cells(table)  # for each row the characters in each cell
    cell_counts = [len(lengths) for lengths in lengths_by_row]
    if max(cell_counts, default=0) < _LEAST_COLUMNS:
        return has_header and len(lengths_by_row) > 1
    if has_header or table.find("caption") is not None:
        return True
    if table.find(".//h3") is not None:
        return False
    rows_with_several_cells = sum(count > 1 for count in cell_counts)
    if rows_with_several_cells * 2 < len(cell_counts):
        return False
    # cells of data are short, those of a layout have whole articles
    filled_lengths = [length for length in chain.from_iterable(lengths_by_row) if length]
    if not filled_lengths:
        return False
    mean_length = sum(filled_lengths) / len(filled_lengths)
    return mean_length < _LONG_CELL


def _measure_cells(table: Any) -> list[list[int]]:
    """Return the number of characters in each cell of a table: a list for each row. Rows without
    cells are left out, and so are rows after the 201st."""
    rows: list[list[int]] = []
    for row in islice(table.iter("tr"), _MOST_ROWS + 1):
        cells = [cell for cell in row if cell.tag in ("td", "th")]
        if cells:
            rows.append([len("".join(cell.itertext()).strip()) for cell in cells])
    return rows


def read_rows(table: Any) -> Iterator[Row]:
    """Yield the rows of a data table, each with at most 100 cells. A cell with `colspan="3"` is
    followed by two empty cells, so that later cells stay in their columns."""
    for row in table.iter("tr"):
        cells: list[list[tuple[str, int, str]]] = []  # for each cell its pieces of text
        tags: set[str] = set()
        for cell in row:
            if cell.tag not in ("td", "th"):
                continue
            tags.add(cell.tag)
            cells.append(read_runs(cell))
            span = cell.get("colspan", "1")
            is_believable = span.isdecimal() and len(span) <= _SPAN_DIGITS
            extra_columns = int(span) - 1 if is_believable else 0
            cells.extend([] for _ in range(min(extra_columns, _MOST_CELLS)))
            if len(cells) >= _MOST_CELLS:
                break
        if cells:
            yield Row(cells[:_MOST_CELLS], tags == {"th"})


@lru_cache(maxsize=5_000)
def names_listing(class_name: str) -> bool:
    """Return True if a class is one by which programs mark code listings without a pre element."""
    return _LISTING_CLASS.search(class_name) is not None


def counts_lines(pre: Any) -> bool:
    """Return True if a pre element contains only the line numbers of a listing: one of the four
    elements around it is for line numbers."""
    return any(_is_gutter(holder) for holder in islice(pre.iterancestors(), 4))


def read_code(pre: Any) -> str:
    """Return the code in a pre element or another listing, without line numbers and buttons. Some
    listings have an element for each line, such as a div: its text is on a line of its own."""
    pieces: list[str] = []
    # a gutter is an element that is no code, such as a column of line numbers
    gutter_depth = 0  # open elements from the gutter inwards; 0 outside of it
    for event, node in etree.iterwalk(pre, events=("start", "end")):
        if event == "start":
            if gutter_depth or (node is not pre and _is_gutter(node)):
                gutter_depth += 1
                continue
            # an element such as a div begins a line of its own
            begins_line = node.tag in _LINE_TAGS and pieces and not pieces[-1].endswith("\n")
            if node.tag == "br" or begins_line:
                pieces.append("\n")
            pieces.append(node.text or "")
            continue
        if gutter_depth:
            gutter_depth -= 1
        if not gutter_depth and node is not pre:
            pieces.append(node.tail or "")  # the text behind the element
    code = "".join(pieces).replace("\r\n", "\n").replace("\r", "\n")
    return code.strip("\n").rstrip()


def _is_gutter(node: Any) -> bool:
    """Return True if an element in a code listing is not part of the code: it contains line
    numbers, or is a button such as "Copy"."""
    attributes = node.attrib
    if not attributes:
        return False
    return node.tag == "button" or _GUTTER_CLASS.search(attributes.get("class", "")) is not None


def read_language(pre: Any) -> str:
    """Return the programming language of the code in a pre element, in lower case; "" if none is
    stated. A data attribute or a class states it: that of the pre element, of the code element in
    it, or of the two elements around it."""
    for element in (pre, pre.find(".//code"), *islice(pre.iterancestors(), 2)):
        if element is None:
            continue
        declared = element.get("data-lang") or element.get("data-language") or ""
        match = _LANGUAGE_NAME.fullmatch(declared)
        if not match:
            match = _LANGUAGE_CLASS.search(element.get("class", ""))
        name = match[1].lower() if match else ""
        if name and name not in _NO_LANGUAGE:
            return name
    return ""
