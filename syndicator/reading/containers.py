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
    return Containers({}, {}, {}, {}, above)


def add_up(blocks: Sequence[Block], found: Containers) -> None:
    """Counts what the blocks hold for every element above them."""
    own: dict[Any, list[float]] = {}
    for block in blocks:
        size = float(block.letters)
        sums = own.setdefault(block.element, [0.0, 0.0, 0.0, 0.0])
        sums[0] += size
        sums[1] += size * block.vote
        sums[2] += size * block.linked / (len(block.text) or 1)
        sums[3] += size if is_prose(block) else 0.0
    total: dict[Any, list[float]] = {}
    for element, (a, b, c, d) in own.items():
        for node in found.above[element]:
            sofar = total.get(node)
            if sofar is None:
                total[node] = [a, b, c, d]
            else:
                sofar[0] += a
                sofar[1] += b
                sofar[2] += c
                sofar[3] += d
    for at, target in enumerate((found.letters, found.voted, found.linked, found.prose)):
        target.update((node, sums[at]) for node, sums in total.items())


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
