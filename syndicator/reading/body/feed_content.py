"""The feed's own content as blocks: a check that the right text was found, and the body when a page has none. Pure."""

from __future__ import annotations

from syndicator.core.errors import NotAnArticle
from syndicator.core.model import Entry
from syndicator.reading.body import overlap
from syndicator.reading.html.blocks import Block, read_blocks
from syndicator.reading.html.document import tree_of

# what WordPress and plugins for it put below each text of a feed
_APPEARED = ("appeared first on", "erschien zuerst auf", "est apparu en premier sur", "apareció primero en")
_ENOUGH = 120  # letters from which an entry's HTML is a text
_LONGEST_NOTE = 400  # characters of a line that syndication adds
_MOST = 2_000_000  # characters of an entry's HTML that are read


def blocks(entry: Entry) -> list[Block]:
    """The blocks of the entry's content, else of its summary when that is long, without the syndication's own lines."""
    for html in (entry.content, entry.summary):
        found = [block for block in _parsed(html) if not _is_syndication(block)]
        overlap.measure(found)
        if sum(block.letters for block in found) >= _ENOUGH:
            return found
    return []


def words(html: str) -> str:
    """The text of an entry's HTML, a block a line, without the syndication's own lines."""
    return "\n".join(block.text for block in _parsed(html) if not _is_syndication(block))


def _is_syndication(block: Block) -> bool:
    return len(block.text) < _LONGEST_NOTE and any(phrase in block.text for phrase in _APPEARED)


def _parsed(html: str) -> list[Block]:
    if not html.strip():
        return []
    try:
        tree = tree_of(f"<div>{html[:_MOST]}</div>")
    except NotAnArticle:
        return []
    return [block for block in read_blocks(tree) if not block.hidden]
