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
    """The sketch of an article. `words`, `names`, `numbers`: by the hash of a term, its stress,
    which says how important the term is in the article. It is 1 plus the logarithm of how often the
    text has the term; words of the title and the beginning get more. `tone`: from -2, a guide, to
    0, news."""

    words: Terms
    names: Terms
    numbers: Terms
    tone: float = 0.0


def make_sketch(title: str, text: str) -> Sketch:
    """Return the sketch of an article: its rarest words, names and numbers with their stress, which
    is high for frequent terms and for terms in the title or at the beginning. `text`: its plain
    text, of which the first 2,000 characters are read."""
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
    """Yield the terms of an article: its words, as stems, and its numbers, each time they occur, in
    the title and in the first 4,000 characters of `text`. Our table of rarities, data/common.bin,
    was made by counting these terms."""
    title_and_text = f"{title}\n{text[:COUNTED]}"
    yield from _find_words(title_and_text)
    yield from _find_numbers(title_and_text)


def count_words(title: str, text: str) -> Counter[str]:
    """Return, by the stem of a word, how often the word stands in the title and the first 2,000
    characters of `text`. The tone of an article is measured by these counts."""
    return Counter(_find_words(f"{title}\n{text[:READ]}"))


def choose_lookup_keys(sketched: Sketch) -> tuple[int, ...]:
    """Return the hashes of the six most important terms of an article, by which articles on the
    same event are looked up, the most important first. The weight of a term is its stress in the
    article times its rarity. A term that is both a name and a word gets the sum of two weights."""
    rarity_bytes = _read_rarity_bytes()
    weights: dict[int, float] = {}
    for terms in (sketched.names, sketched.words):
        products = {
            term: stress * rarity_bytes[term % len(rarity_bytes)] / SCALE
            for term, stress in terms.items()
        }
        # divide by the length of the vector, so that many words do not outweigh few names
        vector_length = math.hypot(1.0, *products.values())
        for term, product in products.items():
            weights[term] = weights.get(term, 0.0) + product / vector_length
    heaviest_first = sorted(weights, key=lambda term: (-weights[term], term))
    return tuple(heaviest_first[:KEYS])


def find_first_names(sketched: Sketch) -> list[int]:
    """Return the hashes of an article's names in its title or at the beginning of its text. The
    sketch tells the place of a term only by its stress among the words, so that names which are not
    among the words of the sketch are left out."""
    # each word has at least 1, and those in the title or at the beginning have IN_LEAD more
    least_stress = 1 + IN_LEAD
    return [term for term in sketched.names if sketched.words.get(term, 0.0) >= least_stress]


def pack(sketched: Sketch) -> bytes:
    """Return a sketch as bytes, for the database. Words, names and numbers follow each other, each
    as the number of terms (one byte), their hashes (four bytes each) and their stresses (one byte
    each). The last byte is the tone."""
    parts: list[bytes] = []
    for terms in (sketched.words, sketched.names, sketched.numbers):
        parts.append(bytes((len(terms),)))
        parts.append(array("I", terms).tobytes())
        parts.append(bytes(min(_HIGHEST_BYTE, round(STEPS * stress)) for stress in terms.values()))
    parts.append(bytes((round(-STEPS * sketched.tone),)))
    return b"".join(parts)


def unpack(data: bytes) -> Sketch:
    """Return the sketch in bytes that `pack` returned. In the bytes of earlier versions, the last
    byte, the tone, is missing: then the tone is 0."""
    kinds: list[Terms] = []
    start = 0  # of a kind of terms: its count, then its hashes, then its stresses
    for _ in ("words", "names", "numbers"):
        hashes_start = start + 1
        hashes_end = hashes_start + _HASH_BYTES * data[start]
        hashes = array("I", data[hashes_start:hashes_end])
        stresses_end = hashes_end + len(hashes)
        stresses = map(_STRESSES.__getitem__, data[hashes_end:stresses_end])
        kinds.append(dict(zip(hashes, stresses, strict=True)))
        start = stresses_end
    words, names, numbers = kinds
    tone_byte = int.from_bytes(data[start:], "big")  # 0 if there is none
    return Sketch(words, names, numbers, -tone_byte / STEPS)


def find_terms(sketched: Sketch) -> set[int]:
    """Return the hashes of all terms of a sketch."""
    return {*sketched.words, *sketched.names, *sketched.numbers}


def unpack_terms(data: bytes) -> set[int]:
    """Return the hashes of all terms of a sketch, from bytes that `pack` returned. That takes a
    fifth of the time of `unpack`, which returns the whole sketch."""
    terms: set[int] = set()
    start = 0  # of a kind of terms: its count, then its hashes, then its stresses
    for _ in ("words", "names", "numbers"):
        count = data[start]
        hashes_start = start + 1
        hashes_end = hashes_start + _HASH_BYTES * count
        terms.update(array("I", data[hashes_start:hashes_end]))
        start = hashes_end + count  # a stress is one byte
    return terms


def _find_words(text: str) -> list[str]:
    """Return the stems of the words of a text, in order. In scripts without spaces, such as
    Chinese, each pair of neighbouring characters counts as a word."""
    return cut_stems(word + second for word, second in _WORD.findall(text))


def _find_names(text: str) -> list[str]:
    """Return the words of a text that may be names, as stems, in their order: capitalised words
    that do not begin a sentence. In scripts without capital letters, all words may be names."""
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
    """Return the numbers of a text, in order, without the signs in them: both "1,200" and "12:00"
    give "1200"."""
    return " ".join(_NUMBER.findall(text)).translate(_NO_SIGNS).split()


def cut_stems(words: Iterable[str]) -> list[str]:
    """Return the stem of each word: its first seven letters in lower case. This is simpler and
    faster than the rules of a language."""
    return [word[:STEM] for word in " ".join(words).lower().split()]


def hash_term(term: str) -> int:
    """Return the hash of a term, the same in every process."""
    return crc32(term.encode("utf-8", "replace"))


def get_rarity(term: int) -> float:
    """Return how rare a term is: the logarithm of the number of all texts divided by the number of
    texts with the term. `term`: its hash."""
    return get_rarity_byte(term) / SCALE


def get_rarity_byte(term: int) -> int:
    """Return how rare a term is, as a byte: 25 times the logarithm that `get_rarity` returns.
    `term`: its hash."""
    rarity_bytes = _read_rarity_bytes()
    return rarity_bytes[term % len(rarity_bytes)]


@lru_cache(maxsize=1)
def _read_rarity_bytes() -> bytes:
    """Return our table of rarities, one byte for each term, from data/common.bin. The index of a
    term is its hash modulo the number of bytes. Terms that the file does not know (zero) get the
    highest rarity."""
    file = resources.files("syndicator.sketches").joinpath("data/common.bin")
    return file.read_bytes().replace(b"\0", b"%c" % RAREST)


@lru_cache(maxsize=1)
def _read_tones() -> Mapping[str, float]:
    """Return stem of a word -> tone of the word, from data/tone.toml. The tone is above 0 if news
    have the word more often than guides, below 0 if guides have it more often."""
    file = resources.files("syndicator.sketches").joinpath("data/tone.toml")
    tones: Mapping[str, float] = tomllib.loads(file.read_text("utf-8"))["tone"]
    return tones


def _measure_tone(counts: Counter[str]) -> float:
    """Return the tone of a text, from -2 (surely a guide) to 0 (news). It is the sum of the tones
    of its words, divided by the logarithm of its length. `counts`: word -> how often the text has
    it."""
    tones = _read_tones()
    words = tones.keys() & counts.keys()
    sum_of_tones = sum(tones[word] * math.log1p(counts[word]) for word in words)
    return max(FLATTEST, min(0.0, sum_of_tones / math.log(TEXT + counts.total())))


def _stress_terms(terms: Iterable[str]) -> dict[str, float]:
    """Return the stress of each term: 1 plus the logarithm of how often it occurs in `terms`."""
    return {term: 1 + math.log(count) for term, count in Counter(terms).items()}


def _choose_telling_terms(stresses: Mapping[str, float], most: int) -> Terms:
    """Return the terms that say most about an article, at most `most`, as hash -> stress: those
    with the highest products of stress and rarity. `stresses`: term -> how much the article
    stresses it."""
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
    """Return the place of an article in the database's index of lookup terms, a signed number of 64
    bits. An article replaces the one that had its place before. The articles of an outlet share
    four places, so that no outlet fills the index. `article`: the article id."""
    article_digest = hashlib.blake2b(article.encode(), digest_size=2).digest()
    number_in_outlet = int.from_bytes(article_digest, "big") % PLACES
    place_digest = hashlib.blake2b(f"{outlet}\0{number_in_outlet}".encode(), digest_size=8).digest()
    return int.from_bytes(place_digest, "big", signed=True)
