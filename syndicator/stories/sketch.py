"""Sketches, by which articles are compared: their rarest names, rarest first words and rarest numbers.

Twenty of each are enough; with all of them the groups get worse (tests/bench/bench_stories.py). data/common.bin has the
weight of each term, by how common it is in texts of its language; terms without a weight are rare."""

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
_EAST: Final = "\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3"  # scripts in which two characters count as a word
_LETTER: Final = rf"[^\W\d_{_EAST}]"
_WORD = re.compile(rf"(?=([{_EAST}]{{2}}))|{_LETTER}{{2,}}")
# words that do not begin with a to z, so that most are skipped at once
_NAME = re.compile(rf"(?=([{_EAST}]{{2}}))|[^\W\d_a-z{_EAST}](?<!{_LETTER}.){_LETTER}+", re.DOTALL)
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_ENDS = re.compile(r"[.!?…:。！？]['\"”’»)]*\s*$|^\s*['\"“„«(]*$|\n\s*['\"“„«(]*$")
_BEFORE: Final = 6  # characters before a word in which a sentence may end
Terms = Mapping[int, float]


class Sketch(NamedTuple):
    """Weights by hash of the term. The weights of each kind have a length below one, less if a text has few terms."""

    names: Terms
    lead: Terms
    numbers: Terms


def sketch(title: str, text: str) -> Sketch:
    """Return the sketch of an article with this title and plain text."""
    whole, beginning = f"{title}\n{text[:READ]}", f"{title}\n{text[:LEAD]}"
    return Sketch(_rarest(_names(whole), NAMES), _rarest(_words(beginning), WORDS), _rarest(_numbers(whole), NUMBERS))


def terms(title: str, text: str) -> Iterator[str]:
    """Yield all terms of an article, as counted for data/common.bin."""
    whole = f"{title}\n{text[:READ]}"
    yield from _words(whole)
    yield from _numbers(whole)


def keys(of: Sketch) -> tuple[int, ...]:
    """Return the terms by which articles on the same event are looked up: the heaviest of names and first words."""
    both: Counter[int] = Counter()
    for terms in (of.names, of.lead):
        both.update(terms)
    return tuple(sorted(both, key=lambda term: (-both[term], term))[:KEYS])


def pack(of: Sketch) -> bytes:
    """Encode a sketch: for each kind the number of terms, their hashes, their weights in 255ths."""
    parts = []
    for terms in of:
        hashes, weights = array("I", terms), bytes(round(255 * weight) for weight in terms.values())
        parts += [bytes((len(terms),)), hashes.tobytes(), weights]
    return b"".join(parts)


_WEIGHTS: Final = tuple(byte / 255 for byte in range(256))


def unpack(data: bytes) -> Sketch:
    """Decode the result of `pack`."""
    kinds, at = [], 0
    for _ in Sketch._fields:
        count, at = data[at], at + 1
        hashes = array("I", data[at : at + 4 * count])
        at += 4 * count
        kinds.append(dict(zip(hashes, map(_WEIGHTS.__getitem__, data[at : at + count]), strict=True)))
        at += count
    return Sketch(*kinds)


_NO_SIGNS: Final = str.maketrans("", "", ".,:")


def _words(text: str) -> Iterator[str]:
    return (stem(match[1] or match[0]) for match in _WORD.finditer(text))


def _names(text: str) -> Iterator[str]:
    """Yield capitalised words that begin no sentence; in a script without capitals, all words."""
    for match in _NAME.finditer(text):
        word = match[1] or match[0]
        first = word[0]
        if first.lower() == first.upper() or (
            first.isupper() and not _ENDS.search(text[max(0, match.start() - _BEFORE) : match.start()])
        ):
            yield stem(word)


def _numbers(text: str) -> Iterator[str]:
    return (match[0].translate(_NO_SIGNS) for match in _NUMBER.finditer(text))


def stem(word: str) -> str:
    """Return the beginning of a word, in lower case."""
    return word.lower()[:STEM]


def number(term: str) -> int:
    """Return the hash of a term, the same in every process."""
    return crc32(term.encode("utf-8", "replace"))


@lru_cache(maxsize=1)
def _common() -> bytes:
    return resources.files("syndicator.stories").joinpath("data/common.bin").read_bytes()


def _rarest(terms: Iterable[str], added: float) -> Terms:
    table = _common()
    weights = {}
    for term, times in Counter(map(number, terms)).items():
        rarity = table[term % len(table)] or RAREST
        weights[term] = (1 + math.log(times)) * rarity / SCALE
    rarest = sorted(weights, key=lambda term: (-weights[term], term))[:TERMS]
    length = math.hypot(added, *(weights[term] for term in rarest))
    return {term: weights[term] / length for term in rarest}


def place(article: str, outlet: str) -> int:
    """Return the place of an article at its keys, one of the few of its outlet."""
    number = int.from_bytes(hashlib.blake2b(article.encode(), digest_size=2).digest(), "big") % PLACES
    digest = hashlib.blake2b(f"{outlet}\0{number}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
