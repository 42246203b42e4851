"""Sketch a text by hashes of its word sequences, and decide if two texts are copies.

The sketch is a sample (MinHash, Broder 1997): of all sequences of five words, called shingles, it
keeps those with the lowest hashes. The share of equal hashes in two sketches estimates the share of
equal shingles in the texts."""

import heapq
import re
from array import array
from dataclasses import dataclass
from hashlib import blake2b

SHINGLE = 5  # words in a shingle; in scripts without spaces, letters
KEPT = 192  # hashes of a sketch
# To find copies, the LOOKED_UP lowest hashes of a new sketch are searched among the FOUND_BY lowest
# hashes of each stored one. A copy is missed only if all six are absent, which happens for 2 % of
# the least similar copies.
LOOKED_UP = 24
FOUND_BY = 6
LEAST = 40  # shingles: shorter texts may be alike by chance
MOST = 200_000  # characters of a text that are read, far more than an article has

# Limits, measured with tests/bench/bench_likeness.py on 6 million pairs. Two publishers' own texts
# on one event have a containment below 0.55.
CONTAINED = 0.6  # of the shorter text, so much must be in the longer one
# Of the longer text, so much must be in the shorter one: a page with a story and as much besides is
# a digest of several stories, not a copy.
HALF = 0.5
# Resemblance of copies within one source: instalments of a series share up to half of their words.
ALIKE_WITHIN_A_SOURCE = 0.8

_HASH_BYTES = 4
# A letter of a script without spaces, or a word.
_TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]|[^\W_]+")


@dataclass(frozen=True, slots=True)
class Sketch:
    """The sketch of a text. `size`: the number of its different shingles, which are sequences of
    five words; `lowest`: the 192 lowest hashes of these, the lowest first."""

    size: int
    lowest: tuple[int, ...]

    @property
    def keys(self) -> tuple[int, ...]:
        """The hashes by which stored sketches of copies of this text are looked up."""
        return self.lowest[:LOOKED_UP]

    @property
    def stored_keys(self) -> tuple[int, ...]:
        """The hashes under which this sketch is stored, so that the `keys` of other sketches find
        it. They are only six, because each takes a page of the database."""
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
    """Return the sketch of a plain text: the lowest hashes of its sequences of five words, by which
    two texts are compared. Return None if the text has fewer than 40 different sequences, since
    such short texts may be alike by chance."""
    tokens = _TOKEN.findall(text[:MOST].casefold())
    # all sequences of five words: the words, and the words from the second, the third ... on
    shifted_tokens = [tokens[start:] for start in range(SHINGLE)]
    shingles = set(map(" ".join, zip(*shifted_tokens, strict=False)))
    if len(shingles) < LEAST:
        return None
    hashes = {
        blake2b(shingle.encode("utf-8", "replace"), digest_size=_HASH_BYTES).digest()
        for shingle in shingles
    }
    lowest = sorted(hashes)[:KEPT]  # bytes in big-endian order sort as their numbers do
    return Sketch(len(shingles), tuple(int.from_bytes(digest, "big") for digest in lowest))


def estimate_resemblance(first: Sketch, second: Sketch) -> float:
    """Estimate how much two texts resemble each other, from 0 (nothing in common) to 1 (equal):
    which share of all sequences of five words in the two texts both texts have. The arguments are
    the sketches of the texts."""
    # A sketch has only the lowest hashes of sequences, as a sample. Of the lowest of both texts
    # together, count those that both have.
    lowest = heapq.nsmallest(KEPT, {*first.lowest, *second.lowest})
    if not lowest:
        return 0.0
    shared = {*first.lowest} & {*second.lowest}
    return sum(value in shared for value in lowest) / len(lowest)


def estimate_containment(first: Sketch, second: Sketch) -> float:
    """Estimate which share of the shorter text the longer one contains, from 0 to 1."""
    return min(1.0, _count_shared(first, second) / min(first.size, second.size))


def _count_shared(first: Sketch, second: Sketch) -> float:
    """Estimate how many shingles (sequences of five words) two texts have in common."""
    # resemblance = shared / (first + second - shared), solved for shared
    resemblance = estimate_resemblance(first, second)
    return resemblance / (1 + resemblance) * (first.size + second.size)


def is_contained(first: Sketch, second: Sketch) -> bool:
    """Return True if the longer text contains most of the shorter one, at least 60 %."""
    return estimate_containment(first, second) >= CONTAINED


def are_same_story(first: Sketch, second: Sketch, *, one_source: bool) -> bool:
    """Return True if two texts are copies of one story. The longer text must contain at least 60 %
    of the shorter one, and half of the longer one must be in the shorter one. Two texts of the same
    source, which may publish a series of similar texts, must be nearly equal. `first`, `second`:
    the sketches of the texts; `one_source`: True if both are of the same source."""
    if one_source:
        return estimate_resemblance(first, second) >= ALIKE_WITHIN_A_SOURCE
    if not is_contained(first, second):
        return False
    return _count_shared(first, second) >= HALF * max(first.size, second.size)
