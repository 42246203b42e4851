"""An operator's CSS rules: where the body is and what is never part of it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from syndicator.configuration.page_rules import compiled
from syndicator.core.model import Rules
from syndicator.reading.html.blocks import Block


def apply(tree: Any, blocks: Sequence[Block], rules: Rules) -> tuple[list[Block], dict[str, Any]]:
    """`blocks` as `rules.select` and `rules.remove` leave them, and what matched, for the trace.

    A `select` that matches nothing is passed over: a page that a site built anew is better read than lost.
    Raises RulesError for a selector that is no CSS.
    """
    notes: dict[str, Any] = {}
    kept = list(blocks)
    if rules.remove:
        gone = _matched(tree, rules.remove)
        kept = [block for block in kept if not _under(block, gone)]
        notes["remove"] = len(blocks) - len(kept)
    if rules.select:
        wanted = _matched(tree, rules.select)
        inside = [block for block in kept if _under(block, wanted)]
        notes["select"] = len(inside)
        kept = inside or kept
    return kept, notes


def _matched(tree: Any, selectors: Sequence[str]) -> set[Any]:
    return {element for selector in selectors for element in compiled(selector)(tree)}


def _under(block: Block, elements: set[Any]) -> bool:
    element = block.element
    return element in elements or any(above in elements for above in element.iterancestors())
