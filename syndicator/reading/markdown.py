"""Write the blocks of a page as markdown, escaped so that text stays text. Pure."""

import re
from collections.abc import Iterable, Sequence
from itertools import groupby, islice, takewhile
from urllib.parse import quote

from syndicator.core import text as texts
from syndicator.core import urls
from syndicator.core.urls import refusal
from syndicator.reading.html.blocks import Block, Frame
from syndicator.reading.html.elements import BOLD, CODE, ITALIC, STRIKE, Image, Run

_SPECIAL = re.compile(r"[\\`*\[\]<]|~~|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w{1,32};)")
_INERT = {"<": "&lt;", "&": "&amp;", "~~": "\\~\\~"}
# one of which every match of _SPECIAL begins with; most texts have none
_SIGN = re.compile(r"[\\`*\[\]<~_&]")
_START = re.compile(
    r"^(\||#{1,6}(?=\s|$)|[-+](?=\s|$)|>|=+\s*$|-+\s*$|~{3,}|:?-{2,})|^(\d{1,9})([.)])(?=\s|$)",
    re.M,
)
_SAFE = "/:@!$&'*+,;=-._~%?#[]"
_SHAPING = frozenset(("li", "blockquote"))
_LISTS = frozenset(("ul", "ol", "menu"))
_FENCE = re.compile("`{3,}")


def escape(value: str) -> str:
    """Escape every character of `value` that has a meaning in CommonMark; `<` and `&` become
    entities."""
    return (
        _SPECIAL.sub(lambda match: _INERT.get(match[0], "\\" + match[0]), value)
        if _SIGN.search(value)
        else value
    )


def link(base: str, href: str) -> str | None:
    """Return `href` as an absolute http, https or mailto address; None if it is unsafe or on a
    private network."""
    href = href.strip()
    if href[:7].lower() == "mailto:" and re.fullmatch(
        r"mailto:[\w.+-]{1,64}@[\w.-]{1,255}", href, re.I
    ):
        return href
    target = urls.absolute(base, href[:4_000]) if href else None
    return quote(texts.legal(target), safe=_SAFE) if target and not refusal(target, base) else None


def render(runs: Iterable[Run], base: str, *, cell: bool = False) -> str:
    """Return `runs` as the markdown of a paragraph. In a table `cell`, bars are escaped and breaks
    are spaces."""
    pieces: list[str] = []
    for href, group in groupby(runs, key=lambda run: run.href):
        spans = groupby(group, key=lambda run: run.marks)
        part = "".join([_wrap("".join(run.text for run in span), marks) for marks, span in spans])
        target = (
            link(base, href)
            if href and part.strip() and not part.lstrip().startswith("![")
            else None
        )
        if target:
            before, inner, after = _split(part)
            part = f"{before}[{inner}]({target}){after}"
        pieces.append(part)
    out = texts.legal("".join(pieces))
    if cell:
        return out.replace("\\\n", " ").replace("\n", " ").replace("|", "\\|")
    if "\n" not in out and not _START.match(out):
        return out  # as most are; without, every character would be tried
    return _START.sub(lambda m: f"{m[2]}\\{m[3]}" if m[2] else "\\" + m[1], out)


def _wrap(value: str, marks: int) -> str:
    if not value.strip():
        return value if value != "\n" else "\\\n"
    before, inner, after = _split(value)
    inner = _code(inner) if marks & CODE else escape(inner).replace("\n", "\\\n")
    for mark, sign in ((STRIKE, "~~"), (ITALIC, "*"), (BOLD, "**")):
        if marks & mark:
            inner = f"{sign}{inner}{sign}"
    return before + inner + after


def _split(value: str) -> tuple[str, str, str]:
    begun = value.lstrip()
    inner = begun.rstrip()
    return value[: len(value) - len(begun)], inner, begun[len(inner) :]


def _code(value: str) -> str:
    value = value.replace("\n", " ")
    ticks = "`" * (max((len(run) for run in re.findall("`+", value)), default=0) + 1)
    pad = " " if value.startswith("`") or value.endswith("`") else ""
    return f"{ticks}{pad}{value}{pad}{ticks}"


def image(picture: Image, base: str, caption: str = "") -> str:
    """Return an image as markdown with its caption as title, or "" without a usable address."""
    target = link(base, picture.src)
    if not target or not target.startswith(("http://", "https://")):
        return ""
    title = escape(texts.line(caption)).replace('"', '\\"')
    return f"![{escape(texts.line(picture.alt))}]({target}" + (f' "{title}")' if title else ")")


def to_markdown(blocks: Sequence[Block], base: str) -> str:
    """Return the markdown of `blocks`, with addresses resolved against `base`."""
    return _Writer(base).write(blocks)


class _Writer:
    def __init__(self, base: str) -> None:
        self.base = base
        self.out: list[str] = []
        self.begun: set[Frame] = set()  # items whose marker is written
        self.last: Block | None = None
        self.columns = 0  # of the table being written
        # items whose own text was cut, so that only lists in them are left
        self.hollow: set[Frame] = set()

    def write(self, blocks: Sequence[Block]) -> str:
        captions = _captions(blocks)
        self.hollow = _hollow(blocks)
        for index, block in enumerate(blocks):
            if lines := self._lines(block, blocks, index, captions):
                self._gap(block)
                self._put(block, lines)
                self.last = block
        return "\n".join(self.out).strip("\n")

    def _lines(
        self, block: Block, blocks: Sequence[Block], index: int, captions: dict[Block, str]
    ) -> list[str]:
        match block.kind:
            case "row":
                return self._row(block, blocks, index)
            case "code":
                longest = max((len(run) for run in _FENCE.findall(block.code)), default=2)
                fence = "`" * max(3, longest + 1)
                return [fence + block.lang, *texts.legal(block.code).split("\n"), fence]
            case "img":
                markdown = (
                    image(block.image, self.base, captions.get(block, "")) if block.image else ""
                )
                return [markdown] if markdown else []
            case "hr":
                return (
                    ["---"]
                    if self.last is not None and self.last.kind != "hr" and index + 1 < len(blocks)
                    else []
                )
            case "h":
                markdown = render(block.runs, self.base).replace("\\\n", " ")
                return ["#" * block.level + " " + markdown] if markdown.strip() else []
            case "caption" if block.text in captions.values():
                return []
            case "dt":
                markdown = render(
                    [run._replace(marks=run.marks | 1) for run in block.runs], self.base
                )
                return markdown.split("\n")
            case _:
                return render(block.runs, self.base).split("\n")

    def _row(self, block: Block, blocks: Sequence[Block], index: int) -> list[str]:
        table = _frame(block, "table")
        cells = [render(cell, self.base, cell=True).strip() for cell in block.cells]
        if (
            self.last is not None
            and self.last.kind == "row"
            and _frame(self.last, "table") is table
        ):
            return [_bar(cells, self.columns)]
        later = islice(blocks, index, None)
        rows = takewhile(
            lambda other: other.kind == "row" and _frame(other, "table") is table, later
        )
        self.columns = max(len(row.cells) for row in rows)
        return [_bar(cells, self.columns), "|" + " --- |" * self.columns]

    def _gap(self, block: Block) -> None:
        last = self.last
        if last is None or (
            last.kind == block.kind == "row" and _frame(last, "table") is _frame(block, "table")
        ):
            return
        shared = [a for a, b in zip(self._shape(last), self._shape(block), strict=False) if a is b]
        item = next((f for f in reversed(self._shape(block)) if f.kind == "li"), None)
        lists = {frame for frame in last.frames if frame.kind in _LISTS} & {*block.frames}
        tight = (
            item is not None
            and item not in self.begun
            and lists
            and last.kind not in ("code", "row", "img")
        )
        if not tight:
            indents = (len(f"{frame.number}. ") if frame.ordered else 2 for frame in shared)
            parts = (
                "> " if f.kind == "blockquote" else " " * by
                for f, by in zip(shared, indents, strict=True)
            )
            self.out.append("".join(parts).rstrip())

    def _shape(self, block: Block) -> list[Frame]:
        return [
            frame for frame in block.frames if frame.kind in _SHAPING and frame not in self.hollow
        ]

    def _put(self, block: Block, lines: list[str]) -> None:
        first = ""
        rest = ""
        for frame in self._shape(block):
            if frame.kind == "blockquote":
                first = first + "> "
                rest = rest + "> "
                continue
            marker = f"{frame.number}. " if frame.ordered else "- "
            first += marker if frame not in self.begun else " " * len(marker)
            rest += " " * len(marker)
            self.begun.add(frame)
        self.out.append((first + lines[0]).rstrip(" "))
        self.out.extend(
            (rest + line).rstrip(" ") if line or rest.strip() else "" for line in lines[1:]
        )


def _hollow(blocks: Sequence[Block]) -> set[Frame]:
    seen: set[Frame] = set()
    hollow: set[Frame] = set()
    for block in blocks:
        items = [frame for frame in block.frames if frame.kind == "li"]
        hollow |= {item for item in items[:-1] if item not in seen}
        seen |= set(items)
    return hollow


def _frame(block: Block, kind: str) -> Frame | None:
    return next((frame for frame in reversed(block.frames) if frame.kind == kind), None)


def _bar(cells: list[str], columns: int) -> str:
    filled = cells + [""] * (columns - len(cells))
    return "| " + " | ".join(filled) + " |"


def _captions(blocks: Sequence[Block]) -> dict[Block, str]:
    captions: dict[Frame | None, str] = {}
    for block in blocks:
        figure = _frame(block, "figure")
        if block.kind == "caption" and figure is not None and figure not in captions:
            captions[figure] = block.text
    images = ((block, _frame(block, "figure")) for block in blocks if block.kind == "img")
    return {block: captions[figure] for block, figure in images if figure in captions}
