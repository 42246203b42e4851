"""Sketch an article by its rarest words, names and numbers, to find reports of one event.

A term is a stem of a word or name, or a number; sketches have hashes of terms. A term has a stress:
it is higher if the text has the term often, or in the title or at the beginning. Some thirty words
and twenty names are enough; with all of them the groups get no better
(tests/bench/bench_stories.py). The file data/common.bin says how rare each term is in texts of its
language; a term that it lacks is rare. The tone says if a text is news or a guide or manual, whose
subject is no event; data/tone.toml has the words that distinguish them."""

import hashlib
import math
import re
import tomllib
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from importlib import resources
from typing import Final, NamedTuple
from zlib import crc32

FORM: Final = "2"  # of packed sketches; those of another form are made again from the articles
READ: Final = 2_000  # characters of a text that are read for its sketch
LEAD: Final = 400  # the first characters of a text, which are its beginning
COUNTED: Final = 4_000  # characters of a text whose terms are counted for common.bin
STEM: Final = 7  # the first letters of a word, which are taken for its stem
# Terms of each kind in a sketch.
WORDS: Final = 32
NAMES: Final = 20
NUMBERS: Final = 10
IN_TITLE: Final = 2.0  # added to the stress of a word of the title
IN_LEAD: Final = 2.0  # added to the stress of a word of the beginning or the title
# Articles of an outlet that are stored for a term by which articles are looked up, so that an
# outlet with many articles does not displace those of others.
PLACES: Final = 4
KEYS: Final = 6  # terms by which articles on the same event are looked up
SCALE: Final = 25.0  # a byte in common.bin is 25 times the rarity, a logarithm
RAREST: Final = 225  # the byte of a term that common.bin does not have
STEPS: Final = 20  # a packed byte is 20 times a stress or a tone
FLATTEST: Final = -2.0  # the tone of a guide; that of news is 0
TEXT: Final = 10  # words added to the length of a text, since a short text says little of its tone
# Scripts without spaces, in which two neighbouring characters count as a word.
_EASTERN: Final = "\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3"
_LETTER: Final = rf"[^\W\d_{_EASTERN}]"
_PAIR: Final = rf"(?<=[{_EASTERN}])(?=([{_EASTERN}]))"
# The three expressions below begin with a set that has no ASCII characters besides the wanted ones:
# that is what `re` searches fastest.
_WORD = re.compile(rf"([^\x00-@\[-`{{-\x7f](?:{_PAIR}|(?<={_LETTER}){_LETTER}+))")
# Checks that the character before is the first letter of a word, but not of a sentence; quick, and
# right for most words (`_find_names` checks the others).
_NAME_START: Final = rf"(?<={_LETTER})(?<!{_LETTER}.)(?<![.!?:]\s[A-Z])(?<!\n[A-Z])"
_NAME = re.compile(
    rf"(?s)([^\x00-@\[-\x7f](?:{_PAIR}|{_NAME_START}(?:(?<=([\w,] )[A-Z]))?{_LETTER}+))"
)
_NUMBER = re.compile(r"[^\x00-/:-\x7f](?<=\d)\d*(?:[.,:]\d+)*")
# The text before a word that begins a sentence.
_SENTENCE_END = re.compile(r"[.!?…:。！？]['\"”’»)]*\s*$|^\s*['\"“„«(]*$|\n\s*['\"“„«(]*$")
_CHARACTERS_BEFORE: Final = 6  # characters before a word in which a sentence may end
Terms = Mapping[int, float]

_STRESSES: Final = tuple(byte / STEPS for byte in range(256))
_HIGHEST_BYTE: Final = 255
_HASH_BYTES: Final = 4
_NO_SIGNS: Final = str.maketrans("", "", ".,:")


class Sketch(NamedTuple):
    """The sketch of an article. `words`, `names`, `numbers`: hash of a term -> its stress, which is
    1 plus the logarithm of how often the text has the term, and more for words of the title and the
    beginning; `tone`: from -2, that of a guide, to 0, that of news."""

    words: Terms
    names: Terms
    numbers: Terms
    tone: float = 0.0


def make_sketch(title: str, text: str) -> Sketch:
    """Return the sketch of an article. `text`: its plain text, of which the beginning is read."""
    title_and_text = f"{title}\n{text[:READ]}"
    title_words = _find_words(title)
    lead_words = title_words + _find_words(text[:LEAD])
    counts = Counter(lead_words)
    counts.update(_find_words(text[LEAD:READ]))
    stresses = {word: 1 + math.log(count) for word, count in counts.items()}
    for word in set(lead_words):
        stresses[word] += IN_LEAD
    for word in set(title_words):
        stresses[word] += IN_TITLE
    return Sketch(
        words=_choose_telling_terms(stresses, WORDS),
        names=_choose_telling_terms(_stress_terms(_find_names(title_and_text)), NAMES),
        numbers=_choose_telling_terms(_stress_terms(_find_numbers(title_and_text)), NUMBERS),
        tone=_measure_tone(counts),
    )


def iterate_terms(title: str, text: str) -> Iterator[str]:
    """Yield all words and numbers of an article as terms, also repeated ones. The counts in
    data/common.bin were made with them."""
    title_and_text = f"{title}\n{text[:COUNTED]}"
    yield from _find_words(title_and_text)
    yield from _find_numbers(title_and_text)


def count_words(title: str, text: str) -> Counter[str]:
    """Return how often an article has each word, as a stem; its tone is measured by these
    counts."""
    return Counter(_find_words(f"{title}\n{text[:READ]}"))


def choose_lookup_keys(sketched: Sketch) -> tuple[int, ...]:
    """Return the hashes of the six terms by which articles on the same event are looked up: those
    that are rare and stressed. The weights of all names form a vector shorter than 1, and so
    do those of all words; a term that is both gets the sum of its two weights."""
    rarity_bytes = _read_rarity_bytes()
    weights: dict[int, float] = {}
    for terms in (sketched.names, sketched.words):
        rarities = {
            term: stress * rarity_bytes[term % len(rarity_bytes)] / SCALE
            for term, stress in terms.items()
        }
        length = math.hypot(1.0, *rarities.values())
        for term, rarity in rarities.items():
            weights[term] = weights.get(term, 0.0) + rarity / length
    heaviest_first = sorted(weights, key=lambda term: (-weights[term], term))
    return tuple(heaviest_first[:KEYS])


def find_first_names(sketched: Sketch) -> list[int]:
    """Return the hashes of the names in the title or at the beginning of the text."""
    return [term for term in sketched.names if sketched.words.get(term, 0.0) >= 1 + IN_LEAD]


def pack(sketched: Sketch) -> bytes:
    """Return a sketch as bytes. For each kind of terms: their number (a byte), their hashes (four
    bytes each), their stresses (a byte each); then the tone (a byte)."""
    parts: list[bytes] = []
    for terms in (sketched.words, sketched.names, sketched.numbers):
        parts.append(bytes((len(terms),)))
        parts.append(array("I", terms).tobytes())
        parts.append(bytes(min(_HIGHEST_BYTE, round(STEPS * stress)) for stress in terms.values()))
    parts.append(bytes((round(-STEPS * sketched.tone),)))
    return b"".join(parts)


def unpack(data: bytes) -> Sketch:
    """Return the sketch that `pack` packed. Sketches of an earlier form have no byte for the tone,
    which is then 0."""
    kinds: list[Terms] = []
    end = 0  # of the last kind of terms: each has a count, hashes and stresses
    for _ in ("words", "names", "numbers"):
        hashes_end = end + 1 + _HASH_BYTES * data[end]
        hashes = array("I", data[end + 1 : hashes_end])
        end = hashes_end + len(hashes)
        stresses = map(_STRESSES.__getitem__, data[hashes_end:end])
        kinds.append(dict(zip(hashes, stresses, strict=True)))
    words, names, numbers = kinds
    return Sketch(words, names, numbers, -int.from_bytes(data[end:], "big") / STEPS)


def find_terms(sketched: Sketch) -> set[int]:
    """Return the hashes of all terms of a sketch."""
    return {*sketched.words, *sketched.names, *sketched.numbers}


def unpack_terms(data: bytes) -> set[int]:
    """Return the hashes of all terms of a packed sketch. That takes a fifth of the time of
    `unpack`."""
    terms: set[int] = set()
    end = 0  # of the last kind of terms: each has a count, hashes and stresses
    for _ in ("words", "names", "numbers"):
        count = data[end]
        hashes_end = end + 1 + _HASH_BYTES * count
        terms.update(array("I", data[end + 1 : hashes_end]))
        end = hashes_end + count
    return terms


def _find_words(text: str) -> list[str]:
    """Return the stems of the words of a text, in order; in scripts without spaces, the pairs of
    neighbouring characters."""
    return cut_stems(word + second for word, second in _WORD.findall(text))


def _find_names(text: str) -> list[str]:
    """Return the stems of words that may be names: capitalised words, unless they begin a sentence;
    in scripts without capital letters, all words."""
    names: list[str] = []
    for match in _NAME.finditer(text):
        # `second` continues a pair of characters in a script without spaces
        word, second, is_in_sentence = match.groups()
        first_letter = word[0]
        # the expression decides most words; the others may begin a sentence
        is_name = is_in_sentence is not None
        if not is_name and first_letter.isupper():
            start = match.start()
            text_before = text[max(0, start - _CHARACTERS_BEFORE) : start]
            is_name = _SENTENCE_END.search(text_before) is None
        if is_name or first_letter.lower() == first_letter.upper():  # a script without capitals
            names.append(word + second if second else word)
    return cut_stems(names)


def _find_numbers(text: str) -> list[str]:
    """Return the numbers of a text as digits alone: "1,200" and "12:00" give "1200"."""
    return " ".join(_NUMBER.findall(text)).translate(_NO_SIGNS).split()


def cut_stems(words: Iterable[str]) -> list[str]:
    """Return the first seven letters of each word in lower case, which is a fast and simple form of
    stemming."""
    return [word[:STEM] for word in " ".join(words).lower().split()]


def hash_term(term: str) -> int:
    """Return the hash of a term, the same in every process."""
    return crc32(term.encode("utf-8", "replace"))


def get_rarity(term: int) -> float:
    """Return the rarity of a term, which is given by its hash: the logarithm of (number of all
    texts / number of texts with the term)."""
    return get_rarity_byte(term) / SCALE


def get_rarity_byte(term: int) -> int:
    """Return 25 times the rarity of a term, which is given by its hash: a byte of
    data/common.bin."""
    rarity_bytes = _read_rarity_bytes()
    return rarity_bytes[term % len(rarity_bytes)]


@lru_cache(maxsize=1)
def _read_rarity_bytes() -> bytes:
    """Return the content of data/common.bin: the byte at a hash modulo its length is that of the
    rarity of the term with this hash. Zeros, for terms that the file lacks, become RAREST."""
    file = resources.files("syndicator.sketches").joinpath("data/common.bin")
    return file.read_bytes().replace(b"\0", b"%c" % RAREST)


@lru_cache(maxsize=1)
def _read_tones() -> Mapping[str, float]:
    """Return the tone of each word in data/tone.toml: above 0 if news have it more often than
    guides, below 0 if guides have it more often."""
    file = resources.files("syndicator.sketches").joinpath("data/tone.toml")
    tones: Mapping[str, float] = tomllib.loads(file.read_text("utf-8"))["tone"]
    return tones


def _measure_tone(counts: Counter[str]) -> float:
    """Return the tone of a text, from -2 (guide) to 0 (news). `counts`: how often it has each
    word."""
    tones = _read_tones()
    words = tones.keys() & counts.keys()
    sum_of_tones = sum(tones[word] * math.log1p(counts[word]) for word in words)
    return max(FLATTEST, min(0.0, sum_of_tones / math.log(TEXT + counts.total())))


def _stress_terms(terms: Iterable[str]) -> dict[str, float]:
    """Return the stress of each term: 1 plus the logarithm of how often it occurs in `terms`."""
    return {term: 1 + math.log(count) for term, count in Counter(terms).items()}


def _choose_telling_terms(stresses: Mapping[str, float], most: int) -> Terms:
    """Return at most `most` of an article's terms, those that say most about it, as hash -> stress.
    They have the highest products of stress and rarity. `stresses`: term -> stress."""
    rarity_bytes = _read_rarity_bytes()
    encoded_terms = "\n".join(stresses).encode("utf-8", "replace").split(b"\n")
    hashes = map(crc32, encoded_terms)
    weighed = [
        (-stress * rarity_bytes[term_hash % len(rarity_bytes)], term_hash, stress)
        # without terms, there still is one encoded text, the empty one
        for term_hash, stress in zip(hashes, stresses.values(), strict=False)
    ]
    weighed.sort()  # the highest product first, since products are negated
    return {term_hash: stress for _, term_hash, stress in weighed[:most]}


def choose_index_place(article: str, outlet: str) -> int:
    """Return a number for the place of an article in the database's index of lookup terms. The
    articles of an outlet share four places, and an article displaces an earlier one in its place.
    `article`: its id."""
    article_digest = hashlib.blake2b(article.encode(), digest_size=2).digest()
    number = int.from_bytes(article_digest, "big") % PLACES
    digest = hashlib.blake2b(f"{outlet}\0{number}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
