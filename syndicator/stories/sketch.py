"""Sketches, by which articles are compared: their rarest names, rarest first words and rarest
numbers.

Twenty of each are enough; with all of them the groups get worse (tests/bench/bench_stories.py).
data/common.bin has the weight of each term, by how common it is in texts of its language; terms
without a weight are rare."""

import hashlib
import math
import re
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from importlib import resources
from typing import Final, NamedTuple
from zlib import crc32

READ: Final = 4_000  # characters of a text whose names and numbers are counted
LEAD: Final = 400  # characters of a text whose words are compared
STEM: Final = 7  # letters of a word that are kept, a cheap stem
TERMS: Final = 20  # terms of each kind; 30 do as well, 15 lose .02 of B-cubed F
PLACES: Final = 4  # of an outlet at a key, so that its articles crowd out nobody
KEYS: Final = 6  # terms by which articles on the same event are found
SCALE: Final = 25.0  # of the weights in common.bin: a byte is 25 times the logarithm of the rarity
NAMES: Final = 28.0  # added to the length of the weights of names: few names are little evidence
WORDS: Final = 32.0  # the same of words
NUMBERS: Final = 24.0  # the same of numbers
RAREST: Final = 225  # such a byte, of a term that common.bin does not have
# scripts in which two characters count as a word
_EAST: Final = "\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3"
_LETTER: Final = rf"[^\W\d_{_EAST}]"
_PAIR: Final = rf"(?<=[{_EAST}])(?=([{_EAST}]))"
# Each begins with a set of characters that has no others of ASCII, for which `re` looks fastest.
_WORD = re.compile(rf"([^\x00-@\[-`{{-\x7f](?:{_PAIR}|(?<={_LETTER}){_LETTER}+))")
# of a word, but seldom of a sentence
_FIRST: Final = rf"(?<={_LETTER})(?<!{_LETTER}.)(?<![.!?:]\s[A-Z])(?<!\n[A-Z])"
_NAME = re.compile(rf"(?s)([^\x00-@\[-\x7f](?:{_PAIR}|{_FIRST}(?:(?<=([\w,] )[A-Z]))?{_LETTER}+))")
_NUMBER = re.compile(r"[^\x00-/:-\x7f](?<=\d)\d*(?:[.,:]\d+)*")
_ENDS = re.compile(r"[.!?…:。！？]['\"”’»)]*\s*$|^\s*['\"“„«(]*$|\n\s*['\"“„«(]*$")
_BEFORE: Final = 6  # characters before a word in which a sentence may end
Terms = Mapping[int, float]


class Sketch(NamedTuple):
    """Weights by hash of the term. The weights of each kind have a length below one, less if a text
    has few terms."""

    names: Terms
    lead: Terms
    numbers: Terms


def sketch(title: str, text: str) -> Sketch:
    """Return the sketch of an article with this title and plain text."""
    whole, beginning = f"{title}\n{text[:READ]}", f"{title}\n{text[:LEAD]}"
    return Sketch(
        _rarest(_names(whole), NAMES),
        _rarest(_words(beginning), WORDS),
        _rarest(_numbers(whole), NUMBERS),
    )


def terms(title: str, text: str) -> Iterator[str]:
    """Yield all terms of an article, as counted for data/common.bin."""
    whole = f"{title}\n{text[:READ]}"
    yield from _words(whole)
    yield from _numbers(whole)


def keys(of: Sketch) -> tuple[int, ...]:
    """Return the terms by which articles on the same event are looked up: the heaviest of names and
    first words."""
    both = dict(of.names)
    for term, weight in of.lead.items():
        both[term] = weight + both.get(term, 0.0)
    return tuple(
        term for _, term in sorted((-weight, term) for term, weight in both.items())[:KEYS]
    )


def pack(of: Sketch) -> bytes:
    """Encode a sketch: for each kind the number of terms, their hashes, their weights in 255ths."""
    parts = []
    for terms in of:
        hashes, weights = (
            array("I", terms),
            bytes([round(255 * weight) for weight in terms.values()]),
        )
        parts += [bytes((len(terms),)), hashes.tobytes(), weights]
    return b"".join(parts)


_WEIGHTS: Final = tuple(byte / 255 for byte in range(256))


def unpack(data: bytes) -> Sketch:
    """Decode the result of `pack`."""
    kinds, end = [], 0
    for _ in Sketch._fields:
        start = end + 1 + 4 * data[end]
        hashes, end = array("I", data[end + 1 : start]), start + data[end]
        kinds.append(dict(zip(hashes, map(_WEIGHTS.__getitem__, data[start:end]), strict=True)))
    return Sketch(*kinds)


_NO_SIGNS: Final = str.maketrans("", "", ".,:")


def _words(text: str) -> list[str]:
    return stems(word + second for word, second in _WORD.findall(text))


def _names(text: str) -> list[str]:
    """Return capitalised words that begin no sentence; in a script without capitals, all words."""
    names = []
    for match in _NAME.finditer(text):
        word, second, inside = match.groups()
        first, start = word[0], match.start()
        inside = inside or (
            first.isupper() and not _ENDS.search(text[max(0, start - _BEFORE) : start])
        )
        if inside or first.lower() == first.upper():
            names.append(word + second if second else word)
    return stems(names)


def _numbers(text: str) -> list[str]:
    return " ".join(_NUMBER.findall(text)).translate(_NO_SIGNS).split()


def stems(words: Iterable[str]) -> list[str]:
    """Return the beginnings of words, in lower case."""
    return [word[:STEM] for word in " ".join(words).lower().split()]


def number(term: str) -> int:
    """Return the hash of a term, the same in every process."""
    return crc32(term.encode("utf-8", "replace"))


@lru_cache(maxsize=1)
def _common() -> bytes:
    return (
        resources.files("syndicator.stories")
        .joinpath("data/common.bin")
        .read_bytes()
        .replace(b"\0", b"%c" % RAREST)
    )


def _rarest(terms: Iterable[str], added: float) -> Terms:
    table, counts = (
        _common(),
        Counter(map(crc32, " ".join(terms).encode("utf-8", "replace").split())),
    )
    weights = [
        (-(1 + math.log(times)) * table[term % len(table)] / SCALE, term)
        for term, times in counts.items()
    ]
    rarest = sorted(weights)[:TERMS]
    length = -math.hypot(added, *(weight for weight, _ in rarest))
    return {term: weight / length for weight, term in rarest}


def place(article: str, outlet: str) -> int:
    """Return the place of an article at its keys, one of the few of its outlet."""
    number = (
        int.from_bytes(hashlib.blake2b(article.encode(), digest_size=2).digest(), "big") % PLACES
    )
    digest = hashlib.blake2b(f"{outlet}\0{number}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
