"""The body of a page: which of its blocks are the article, as markdown. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from syndicator.model import Entry, Rules
from syndicator.reading import extract, structure, votes
from syndicator.reading.blocks import Block, read_blocks
from syndicator.reading.metadata import Metadata
from syndicator.reading.page import Page


@dataclass(frozen=True, slots=True)
class Body:
    """A body as markdown; `digests` of its blocks; `trace` says how it was found and what was cut by which rule."""

    markdown: str
    digests: tuple[str, ...] = ()
    partial: bool = False
    trace: Mapping[str, Any] = field(default_factory=dict)


def read_body(
    page: Page, meta: Metadata, *, entry: Entry | None, rules: Rules, repeated: frozenset[str]
) -> Body:
    """The body of `page`."""
    blocks = read_blocks(page.tree)
    votes.cast(blocks, extract.opinion(page.tree))
    kept = [block for block in blocks if block.vote >= 0.5 and digest(block) not in repeated]
    return Body(structure.to_markdown(kept, page.base_url), tuple(digest(block) for block in kept), False, {})


def digest(block: Block) -> str:
    """A short name of the text of `block`, the same on every page it stands on."""
    said = "".join(char for char in block.text.casefold() if char.isalnum())
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:16]
