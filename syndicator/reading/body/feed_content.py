"""The feed's own content as blocks: a check that the right text was found, and the body when a page has none. Pure."""

from __future__ import annotations

from syndicator.errors import NotAnArticle
from syndicator.model import Entry
from syndicator.reading.body import overlap
from syndicator.reading.html.blocks import Block, read_blocks
from syndicator.reading.html.page import tree_of

_APPEARED = ("appeared first on", "erschien zuerst auf", "est apparu en premier sur", "apareció primero en")
_ENOUGH = 120  # letters from which an entry's HTML is a text


def blocks(entry: Entry, base: str) -> list[Block]:
    """The blocks of the entry's content, else of its summary when that is long, without the syndication's own lines."""
    for html in (entry.content, entry.summary):
        found = [block for block in _parsed(html) if not _is_syndication(block)]
        overlap.measure(found)
        if sum(block.letters for block in found) >= _ENOUGH:
            return found
    return []


def words(html: str) -> str:
    """The text of an entry's HTML."""
    return "\n".join(block.text for block in _parsed(html) if not _is_syndication(block))


def _is_syndication(block: Block) -> bool:
    return len(block.text) < 400 and any(phrase in block.text for phrase in _APPEARED)


def _parsed(html: str) -> list[Block]:
    if not html.strip():
        return []
    try:
        tree = tree_of(f"<div>{html[:2_000_000]}</div>")
    except NotAnArticle:
        return []
    return [block for block in read_blocks(tree) if not block.hidden]
