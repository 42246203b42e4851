"""Tell data tables from layout; read the rows of tables and the code of listings. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

from lxml import etree

from syndicator.reading.html.elements import inline_runs

_LAYOUT = ("presentation", "none")
# without th: average characters of a cell of a layout, and least columns of data
_LONG_CELL = 400
_COLUMNS = 2
# columns of a row that are kept; rows looked at to tell data from layout
_MOST_CELLS = 100
_MOST_ROWS = 200
_SPAN_DIGITS = 3  # of a believable colspan (at most 1,000 by WHATWG HTML 4.9.11)
_GUTTER = re.compile(
    r"gutter|(?<!in)line-?no|linenumber|line_numbers|line-numbers-rows|(?:^|\s)lnt?(?=\s|$)|hljs-ln-n|blob-num|crayon-num|rouge-gutter|"
    r"(?:^|\s)boring(?=\s|$)",  # lines that mdBook hides until a reader asks for them
    re.I,
)
# listings that highlighters build of rows without a pre: SyntaxHighlighter, Crayon, GitHub,
# highlightjs-line-numbers
_LISTING = re.compile(
    r"(?:^|\s)(?:syntaxhighlighter|crayon-table|js-file-line-container|hljs-ln|rouge-table)(?=\s|$)|(?:^|\s)highlighttable",
    re.I,
)
_LINE_TAGS = frozenset(("div", "p", "li", "tr"))
_LANGUAGE = re.compile(
    r"(?:^|[\s_-])(?:language|lang|highlight-source|highlight|brush|sourceCode|code)[-:_\s]{1,3}([a-z][\w+#.-]{0,20})",
    re.I,
)
_DECLARED = re.compile(r"([A-Za-z][\w+#.-]{0,20})")
_OTHER_NAMES = (
    "none text plain plaintext txt toolbar default wrapper block highlighter lines js-file-line"
    " snippet container box copy code frame inline tab-size"
)
_NO_LANGUAGE = frozenset(_OTHER_NAMES.split())


@dataclass(slots=True)
class Row:
    """A row of cells, each a list of (text, marks, href), see elements.inline_runs."""

    cells: list[list[tuple[str, int, str]]]
    head: bool  # all cells are th


def is_data(table: Any) -> bool:
    """Return True if `table` has rows of data, False if it is for layout or a code listing."""
    if table.get("role") in _LAYOUT or (next(table.iterancestors("table"), None) is not None):
        return False
    layouts = ("table", "pre", "h1", "h2", "article", "form", "blockquote")
    if any(table.find(f".//{tag}") is not None for tag in layouts):
        return False
    headed = table.find(".//th") is not None
    rows = (
        [cell for cell in row if cell.tag in ("td", "th")]
        for row in islice(table.iter("tr"), _MOST_ROWS + 1)
    )
    lengths = [[len("".join(cell.itertext()).strip()) for cell in cells] for cells in rows if cells]
    columns = [len(row) for row in lengths]
    if len(lengths) < 1 or max(columns, default=0) < _COLUMNS:
        return headed and len(lengths) > 1
    if headed or table.find("caption") is not None:
        return True
    if table.find(".//h3") is not None:
        return False
    filled = [cell for row in lengths for cell in row if cell]
    wide = sum(number > 1 for number in columns) * 2 >= len(columns)
    return bool(filled) and sum(filled) / len(filled) < _LONG_CELL and wide


def rows(table: Any) -> Iterator[Row]:
    """Yield the rows of a data table. A cell that spans columns is followed by empty ones."""
    for row in table.iter("tr"):
        cells: list[list[tuple[str, int, str]]] = []
        tags: set[str] = set()
        for cell in row:
            if cell.tag not in ("td", "th"):
                continue
            tags.add(cell.tag)
            cells.append(inline_runs(cell))
            span = cell.get("colspan", "1")
            extra = int(span) - 1 if span.isdecimal() and len(span) <= _SPAN_DIGITS else 0
            cells.extend([] for _ in range(min(extra, _MOST_CELLS)))
            if len(cells) >= _MOST_CELLS:
                break
        if cells:
            yield Row(cells[:_MOST_CELLS], tags == {"th"})


@lru_cache(maxsize=5_000)
def names_listing(named: str) -> bool:
    """Return True if the class `named` marks a code listing."""
    return _LISTING.search(named) is not None


def counts_lines(pre: Any) -> bool:
    """Return True if `pre` has the line numbers of another listing."""
    return any(_is_gutter(above) for above in islice(pre.iterancestors(), 4))


def code_of(pre: Any) -> tuple[str, str]:
    """Return the text of a pre or listing, without its line numbers, and its language, "" if
    unknown."""
    pieces: list[str] = []
    skip = 0
    for event, node in etree.iterwalk(pre, events=("start", "end")):
        if event == "start":
            skip += 1 if skip or (node is not pre and _is_gutter(node)) else 0
            if not skip:
                if node.tag == "br" or (
                    node.tag in _LINE_TAGS and pieces and not pieces[-1].endswith("\n")
                ):
                    pieces.append("\n")
                pieces.append(node.text or "")
            continue
        if skip:
            skip -= 1
        if not skip and node is not pre:
            pieces.append(node.tail or "")
    return "".join(pieces).replace("\r\n", "\n").replace("\r", "\n").strip(
        "\n"
    ).rstrip(), language_of(pre)


def _is_gutter(node: Any) -> bool:
    attributes = node.attrib
    return bool(attributes) and (
        node.tag == "button" or bool(_GUTTER.search(attributes.get("class", "")))
    )


def language_of(pre: Any) -> str:
    """Return the language, in lower case, that a code block's classes or data attributes name, or
    ""."""
    for element in (pre, pre.find(".//code"), *islice(pre.iterancestors(), 2)):
        if element is None:
            continue
        declared = element.get("data-lang") or element.get("data-language") or ""
        match = _DECLARED.fullmatch(declared) or _LANGUAGE.search(element.get("class", ""))
        name = match[1].lower() if match else ""
        if name and name not in _NO_LANGUAGE:
            return name
    return ""
