"""Counts and texts of list items, headings, table rows and code blocks of markdown, for tests and
benchmarks."""

from __future__ import annotations

import re
from collections import Counter

_FENCE = re.compile(r"\s*(?:[-*+]\s+|\d+[.)]\s+)*(```+|~~~+)")
_ITEM = re.compile(r"\s*(?:[-*+]|\d+[.)])\s+(.*)")
_HEADING = re.compile(r"\s*#{1,6}\s+(.*)")
_QUOTE = re.compile(r"^(\s*>)+ ?")


def key(value: str) -> str:
    """The letters of a line of markdown without images and targets of links."""
    value = re.sub(r"!\[[^\]]*\]\([^)]*\)", "", value)
    value = (
        re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", value).replace("&lt;", "<").replace("&amp;", "&")
    )
    return "".join(re.findall(r"\w+", value.lower())).replace("_", "")


def structures(markdown: str) -> dict[str, Counter[str]]:
    """The list items, headings, table rows (with the head) and code blocks of `markdown`, by their
    letters."""
    found: dict[str, Counter[str]] = {
        name: Counter() for name in ("lists", "headings", "tables", "code")
    }
    fence, inside = "", []
    for raw in markdown.split("\n"):
        line = _QUOTE.sub("", raw)
        opened = _FENCE.match(line)
        if fence:
            if line.strip().startswith(fence) and not line.strip().strip("`~"):
                found["code"][key(" ".join(inside))] += 1
                fence, inside = "", []
            else:
                inside.append(line)
        elif opened:
            fence = opened[1]
        else:
            _line(line, found)
    return found


def _line(line: str, found: dict[str, Counter[str]]) -> None:
    item, heading = _ITEM.match(line), _HEADING.match(line)
    if line.lstrip().startswith("|"):
        if not re.fullmatch(r"[\s|:-]+", line):
            found["tables"][key(line.replace("|", " "))] += 1
    elif item:
        found["lists"][key(item[1])] += 1
        if item[1].startswith("#"):
            found["headings"][key(item[1])] += 1
    elif heading:
        found["headings"][key(heading[1])] += 1


def kept(truth: str, ours: str) -> dict[str, tuple[int, int]]:
    """How many of the structures of `truth` stand as such in `ours`, and how many there are.

    A list item also counts when ours begins with its first 40 letters: truths join an item with its
    own list.
    """
    wanted, got = structures(truth), structures(ours)
    out: dict[str, tuple[int, int]] = {}
    for name, counter in wanted.items():
        counter.pop("", None)
        hits = sum((counter & got[name]).values())
        if name == "lists":
            others = list(got[name] - counter)
            missing = counter - got[name]
            hits += sum(
                1
                for text in missing
                if len(text) > 12 and any(o.startswith(text[:40]) for o in others)
            )
        out[name] = (hits, sum(counter.values()))
    return out
