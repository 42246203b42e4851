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
    rising: list[tuple[Any, Any]]  # every element with its parent, deepest first


def is_prose(block: Block) -> bool:
    """True for a block that reads like a paragraph of running text."""
    return block.letters > _PROSE and block.linked < _LINKED * len(block.text)


def chains(blocks: Sequence[Block]) -> Containers:
    """The elements above each block, with nothing counted yet."""
    above: dict[Any, tuple[Any, ...]] = {}
    for block in blocks:
        element = block.element
        if element not in above:
            steps: list[Any] = []
            node = element
            while node is not None:
                known = above.get(node)
                if known is not None:
                    steps.extend(known)
                    break
                steps.append(node)
                node = node.getparent()
            above[element] = tuple(steps)
    depths: dict[Any, tuple[int, Any]] = {}
    for chain in above.values():
        for at, node in enumerate(chain):
            if node in depths:
                break
            depths[node] = (len(chain) - at, chain[at + 1] if at + 1 < len(chain) else None)
    rising = sorted(depths.items(), key=lambda item: -item[1][0])
    return Containers({}, {}, {}, {}, above, [(node, parent) for node, (_, parent) in rising])


def add_up(blocks: Sequence[Block], found: Containers) -> None:
    """Counts what the blocks hold for every element above them."""
    sums: dict[Any, list[float]] = {node: [0.0, 0.0, 0.0, 0.0] for node, _ in found.rising}
    for block in blocks:
        size = float(block.letters)
        own = sums[block.element]
        own[0] += size
        own[1] += size * block.vote
        own[2] += size * block.linked / (len(block.text) or 1)
        own[3] += size if is_prose(block) else 0.0
    for node, parent in found.rising:
        if parent is not None:
            own, total = sums[node], sums[parent]
            total[0] += own[0]
            total[1] += own[1]
            total[2] += own[2]
            total[3] += own[3]
    for at, target in enumerate((found.letters, found.voted, found.linked, found.prose)):
        target.update([(node, values[at]) for node, values in sums.items()])


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
