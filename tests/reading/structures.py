"""Count the list items, headings, table rows and code blocks of markdown, by their texts."""

from __future__ import annotations

import re
from collections import Counter

_FENCE = re.compile(r"\s*(?:[-*+]\s+|\d+[.)]\s+)*(```+|~~~+)")
_ITEM = re.compile(r"\s*(?:[-*+]|\d+[.)])\s+(.*)")
_HEADING = re.compile(r"\s*#{1,6}\s+(.*)")
_QUOTE = re.compile(r"^(\s*>)+ ?")
_LONG_ITEM = 12  # letters from which an item may be recognised by its beginning
_ITEM_BEGINNING = 40  # letters


def make_key(value: str) -> str:
    """Return the letters of a line of markdown without images and targets of links."""
    value = re.sub(r"!\[[^\]]*\]\([^)]*\)", "", value)
    value = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", value)
    value = value.replace("&lt;", "<").replace("&amp;", "&")
    return "".join(re.findall(r"\w+", value.lower())).replace("_", "")


def count_structures(markdown: str) -> dict[str, Counter[str]]:
    """Return the list items, headings, table rows (with the head) and code blocks of `markdown`, by
    their letters."""
    counts = {name: Counter[str]() for name in ("lists", "headings", "tables", "code")}
    fence = ""  # of the code block that is read
    code_lines: list[str] = []
    for quoted_line in markdown.split("\n"):
        line = _QUOTE.sub("", quoted_line)
        opening = _FENCE.match(line)
        if not fence and opening:
            fence = opening[1]
        elif not fence:
            _count_line(line, counts)
        elif line.strip().startswith(fence) and not line.strip().strip("`~"):
            counts["code"][make_key(" ".join(code_lines))] += 1
            fence = ""
            code_lines = []
        else:
            code_lines.append(line)
    return counts


def _count_line(line: str, counts: dict[str, Counter[str]]) -> None:
    item = _ITEM.match(line)
    heading = _HEADING.match(line)
    if line.lstrip().startswith("|"):
        is_rule = re.fullmatch(r"[\s|:-]+", line)
        if not is_rule:
            counts["tables"][make_key(line.replace("|", " "))] += 1
    elif item:
        counts["lists"][make_key(item[1])] += 1
        if item[1].startswith("#"):
            counts["headings"][make_key(item[1])] += 1
    elif heading:
        counts["headings"][make_key(heading[1])] += 1


def compare_structures(truth: str, ours: str) -> dict[str, tuple[int, int]]:
    """Return for each kind (how many structures of `truth` are in `ours`, how many there are).

    A list item also counts if one of ours begins with its first 40 letters: truths join an item
    with its own list.
    """
    true_counts = count_structures(truth)
    our_counts = count_structures(ours)
    shares: dict[str, tuple[int, int]] = {}
    for name, counter in true_counts.items():
        counter.pop("", None)
        hits = sum((counter & our_counts[name]).values())
        if name == "lists":
            others = tuple(our_counts[name] - counter)
            for text in counter - our_counts[name]:
                beginning = text[:_ITEM_BEGINNING]
                if len(text) > _LONG_ITEM and any(other.startswith(beginning) for other in others):
                    hits += 1
        shares[name] = (hits, sum(counter.values()))
    return shares
