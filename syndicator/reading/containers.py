"""What the elements of a page hold in sum, and which of them is its heart. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from syndicator.reading.blocks import Block

_PROSE = 60  # letters from which a block can be prose
_LINKED = 0.4  # share of text in links from which it is not


@dataclass(slots=True)
class Containers:
    """For elements of the page: letters below them, those that the opinion holds, those in links, those in prose."""

    letters: dict[Any, float]
    voted: dict[Any, float]
    linked: dict[Any, float]
    prose: dict[Any, float]
    above: dict[Any, tuple[Any, ...]]  # the element of a block and its ancestors, nearest first


def is_prose(block: Block) -> bool:
    """True for a block that reads like a paragraph of running text."""
    return block.letters > _PROSE and block.linked < _LINKED * len(block.text)


def add_up(blocks: Sequence[Block]) -> Containers:
    """Adds up what the blocks hold for every element above them."""
    found = Containers({}, {}, {}, {}, {})
    for block in blocks:
        element = block.element
        chain = found.above.get(element)
        if chain is None:
            chain = found.above[element] = (element, *element.iterancestors())
        size = float(block.letters)
        prose = size if is_prose(block) else 0.0
        linked = size * block.linked / (len(block.text) or 1)
        for node in chain:
            found.letters[node] = found.letters.get(node, 0.0) + size
            found.voted[node] = found.voted.get(node, 0.0) + size * block.vote
            found.linked[node] = found.linked.get(node, 0.0) + linked
            found.prose[node] = found.prose.get(node, 0.0) + prose
    return found


def heart(amounts: dict[Any, float], above: dict[Any, tuple[Any, ...]], share: float) -> Any:
    """The deepest element that holds at least `share` of all of `amounts`, or None."""
    total = max(amounts.values(), default=0.0)
    best, depth = None, -1
    for chain in above.values() if total > 0 else ():
        for index, node in enumerate(chain):
            if amounts[node] >= share * total:
                if len(chain) - index > depth:
                    best, depth = node, len(chain) - index
                break
    return best
