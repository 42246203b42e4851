"""Blocks as our markdown: nested lists, headings, quotes, tables, fenced code, images with captions. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from syndicator.core import text as texts
from syndicator.reading.html.blocks import Block, Frame
from syndicator.reading.markdown import inline

_SHAPING = frozenset(("li", "blockquote"))
_LISTS = frozenset(("ul", "ol", "menu"))
_FENCE = re.compile("`{3,}")


def to_markdown(blocks: Sequence[Block], base: str) -> str:
    """The markdown of `blocks`; relative addresses are resolved against `base`."""
    return _Writer(base).write(blocks)


class _Writer:
    def __init__(self, base: str) -> None:
        self.base = base
        self.out: list[str] = []
        self.begun: set[Frame] = set()  # items whose marker is written
        self.last: Block | None = None
        self.columns = 0  # of the table being written
        self.hollow: set[Frame] = set()  # items whose own text was cut, so that only lists in them are left

    def write(self, blocks: Sequence[Block]) -> str:
        captions = _captions(blocks)
        self.hollow = _hollow(blocks)
        for index, block in enumerate(blocks):
            lines = self._lines(block, blocks, index, captions)
            if lines:
                self._gap(block)
                self._put(block, lines)
                self.last = block
        return "\n".join(self.out).strip("\n")

    def _lines(self, block: Block, blocks: Sequence[Block], index: int, captions: dict[Block, str]) -> list[str]:
        match block.kind:
            case "row":
                return self._row(block, blocks, index)
            case "code":
                return _fenced(block)
            case "img":
                made = inline.image(block.image, self.base, captions.get(block, "")) if block.image else ""
                return [made] if made else []
            case "hr":
                return ["---"] if self.last is not None and self.last.kind != "hr" and index + 1 < len(blocks) else []
            case "h":
                made = inline.render(block.runs, self.base).replace("\\\n", " ")
                return ["#" * block.level + " " + made] if made.strip() else []
            case "caption" if block.text in captions.values():
                return []
            case "dt":
                made = inline.render([run._replace(marks=run.marks | 1) for run in block.runs], self.base)
                return made.split("\n")
            case _:
                return inline.render(block.runs, self.base).split("\n")

    def _row(self, block: Block, blocks: Sequence[Block], index: int) -> list[str]:
        table = _table(block)
        cells = [inline.render(cell, self.base, cell=True).strip() for cell in block.cells]
        if self.last is not None and self.last.kind == "row" and _table(self.last) is table:
            return [_bar(cells, self.columns)]
        same = 0
        while (
            index + same < len(blocks) and blocks[index + same].kind == "row" and _table(blocks[index + same]) is table
        ):
            same += 1
        self.columns = max(len(other.cells) for other in blocks[index : index + same])
        return [_bar(cells, self.columns), "|" + " --- |" * self.columns]

    def _gap(self, block: Block) -> None:
        last = self.last
        if last is None:
            return
        if last.kind == block.kind == "row" and _table(last) is _table(block):
            return
        shared = [a for a, b in zip(self._shape(last), self._shape(block), strict=False) if a is b]
        item = next((f for f in reversed(self._shape(block)) if f.kind == "li"), None)
        tight = item is not None and item not in self.begun and _list_of(last) is not None and _shares_list(last, block)
        if not tight:
            self.out.append("".join("> " if f.kind == "blockquote" else " " * _indent(f) for f in shared).rstrip())

    def _shape(self, block: Block) -> list[Frame]:
        return [frame for frame in block.frames if frame.kind in _SHAPING and frame not in self.hollow]

    def _put(self, block: Block, lines: list[str]) -> None:
        first, rest = "", ""
        for frame in self._shape(block):
            if frame.kind == "blockquote":
                first, rest = first + "> ", rest + "> "
                continue
            marker = f"{frame.number}. " if frame.ordered else "- "
            first += marker if frame not in self.begun else " " * len(marker)
            rest += " " * len(marker)
            self.begun.add(frame)
        self.out.append((first + lines[0]).rstrip(" "))
        self.out.extend((rest + line).rstrip(" ") if line or rest.strip() else "" for line in lines[1:])


def _hollow(blocks: Sequence[Block]) -> set[Frame]:
    """The items that begin with a list: their own text was cut or never there."""
    seen: set[Frame] = set()
    found: set[Frame] = set()
    for block in blocks:
        items = [frame for frame in block.frames if frame.kind == "li"]
        found |= {item for item in items[:-1] if item not in seen}
        seen |= set(items)
    return found


def _indent(frame: Frame) -> int:
    return len(f"{frame.number}. ") if frame.ordered else 2


def _list_of(block: Block) -> Frame | None:
    return next((frame for frame in reversed(block.frames) if frame.kind in _LISTS), None)


def _shares_list(a: Block, b: Block) -> bool:
    lists = {frame for frame in a.frames if frame.kind in _LISTS}
    return any(frame in lists for frame in b.frames) and a.kind not in ("code", "row", "img")


def _table(block: Block) -> Frame | None:
    return next((frame for frame in reversed(block.frames) if frame.kind == "table"), None)


def _bar(cells: list[str], columns: int) -> str:
    filled = cells + [""] * (columns - len(cells))
    return "| " + " | ".join(filled) + " |"


def _fenced(block: Block) -> list[str]:
    longest = max((len(run) for run in _FENCE.findall(block.code)), default=2)
    fence = "`" * max(3, longest + 1)
    return [fence + block.lang, *texts.legal(block.code).split("\n"), fence]


def _captions(blocks: Sequence[Block]) -> dict[Block, str]:
    """The caption of each image: the figcaption of its figure."""
    found: dict[Frame, str] = {}
    for block in blocks:
        figure = _figure(block)
        if block.kind == "caption" and figure is not None and figure not in found:
            found[figure] = block.text
    return {b: found[f] for b in blocks if b.kind == "img" and (f := _figure(b)) is not None and f in found}


def _figure(block: Block) -> Frame | None:
    return next((frame for frame in reversed(block.frames) if frame.kind == "figure"), None)
