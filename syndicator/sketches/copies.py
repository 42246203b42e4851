"""Sketch a text by hashes of its word sequences, and decide if two texts are copies."""

import heapq
import re
from array import array
from dataclasses import dataclass
from hashlib import blake2b

SHINGLE = 5  # words, or letters in scripts without spaces
KEPT = 192  # hashes of a sketch
# LOOKED_UP lowest hashes are searched among the FOUND_BY lowest of others: one of six is missed in
# 2 % of the least similar pairs of a story, and in none of most.
LOOKED_UP = 24
FOUND_BY = 6
LEAST = 40  # shingles: shorter texts are too alike by chance
MOST = 200_000  # characters of a text, far above an article's length

# Measured with tests/bench/bench_likeness.py on 6 million pairs. Different stories of two
# publishers on one event stay below a containment of 0.55, round-ups below a resemblance of 0.15. A
# page with a story and as much besides is a digest, so both directions count. Instalments of a
# series share up to half of their words, so within a source nearly all must agree.
CONTAINED = 0.6
HALF = 0.5  # share of the longer text that the shorter must contain
ALIKE_WITHIN_A_SOURCE = 0.8

_HASH_BYTES = 4
_TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]|[^\W_]+")


@dataclass(frozen=True, slots=True)
class Sketch:
    """`size`: number of different shingles; `lowest`: the lowest of their hashes, ascending."""

    size: int
    lowest: tuple[int, ...]

    @property
    def keys(self) -> tuple[int, ...]:
        """Return the hashes to look up, to find other sketches of the story."""
        return self.lowest[:LOOKED_UP]

    @property
    def found_by(self) -> tuple[int, ...]:
        """Return the hashes to store for this sketch; each costs a page of the database."""
        return self.lowest[:FOUND_BY]

    def pack(self) -> bytes:
        """Return the sketch as bytes: the size, then the hashes, four bytes each."""
        return array("I", [self.size, *self.lowest]).tobytes()

    @classmethod
    def unpack(cls, data: bytes) -> "Sketch":
        """Return the sketch that `pack` packed."""
        values = array("I")
        values.frombytes(data)
        return cls(values[0], tuple(values[1:]))


def make_sketch(text: str) -> Sketch | None:
    """Return the sketch of a plain text, None if it is too short."""
    tokens = _TOKEN.findall(text[:MOST].casefold())
    shifted_tokens = [tokens[start:] for start in range(SHINGLE)]
    shingles = set(map(" ".join, zip(*shifted_tokens, strict=False)))
    if len(shingles) < LEAST:
        return None
    hashes = {
        blake2b(shingle.encode("utf-8", "replace"), digest_size=_HASH_BYTES).digest()
        for shingle in shingles
    }
    lowest = sorted(hashes)[:KEPT]  # of big-endian numbers the order is that of their bytes
    return Sketch(len(shingles), tuple(int.from_bytes(digest, "big") for digest in lowest))


def estimate_resemblance(first: Sketch, second: Sketch) -> float:
    """Return the estimated share of the shingles of two texts that both have, 0 to 1."""
    lowest = heapq.nsmallest(KEPT, {*first.lowest, *second.lowest})
    if not lowest:
        return 0.0
    shared = {*first.lowest} & {*second.lowest}
    return sum(value in shared for value in lowest) / len(lowest)


def estimate_containment(first: Sketch, second: Sketch) -> float:
    """Return the share of the shorter text that the longer contains, 0 to 1."""
    return min(1.0, _count_shared(first, second) / min(first.size, second.size))


def _count_shared(first: Sketch, second: Sketch) -> float:
    """Return the estimated number of shingles that both texts have."""
    alike = estimate_resemblance(first, second)
    return alike / (1 + alike) * (first.size + second.size)


def is_contained(first: Sketch, second: Sketch) -> bool:
    """Return True if the longer text contains the shorter one."""
    return estimate_containment(first, second) >= CONTAINED


def are_same_story(first: Sketch, second: Sketch, *, one_source: bool) -> bool:
    """Return True if two texts tell one story in the same words. Within one source they must be
    nearly identical."""
    if one_source:
        return estimate_resemblance(first, second) >= ALIKE_WITHIN_A_SOURCE
    if not is_contained(first, second):
        return False
    return _count_shared(first, second) >= HALF * max(first.size, second.size)
