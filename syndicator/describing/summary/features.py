"""What is measured of sentences, and of choices of sentences, that may make an excerpt: each feature with its name.

The names join features and weights (data/ranker.toml), so features may be reordered here; one that is added, dropped or
renamed needs new weights (tools/train/fit_excerpts.py)."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, Final, NamedTuple

from syndicator.describing.summary.candidates import Candidates
from syndicator.describing.text import excerpt_rules
from syndicator.describing.text.embeddings import embedder
from syndicator.describing.text.language import function_words
from syndicator.describing.text.sentences import Sentence, cjk
from syndicator.text import width

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

_WORD = re.compile(r"[^\W_]+(?:[’'][^\W_]+)?")
_HAN = re.compile(r"(?=([\u3041-\u30ff\u3400-\u9fff]{2}))")
_WIDE = re.compile(r"[\u3041-\u30ff\u3400-\u9fff]")
_DIGIT = re.compile(r"\d")
_CUE = re.compile(
    r"\b(?:in this (?:post|article|guide|blog|piece|story|tutorial|episode)|this (?:post|article|guide|paper|tutorial)"
    r"|today|announc\w+|introduc\w+|launch\w+|releas\w+|we(?:’|')?re excited|we are excited|how to|learn|guide"
    r"|explain\w*|explor\w+|discover)\b",
    re.IGNORECASE,
)
_REFERS_BACK = re.compile(
    r"^[\"“'‘(]?(?:but|and|so|or|it|he|she|they|his|her|their|this|that|these|those|however|also|then|yet|still|such"
    r"|meanwhile|for example|for instance|in addition|instead|therefore|there|here|its|him|them)\b",
    re.IGNORECASE,
)
_I = "i we my our me us i'm we're i've we've i’m we’re i’ve we’ve i'll we'll i’ll we’ll i'd i’d"
_YOU = "you your you're you’re you'll you’ll yourself you've you’ve"
_FIRST_PERSON = frozenset(_I.split())
_SECOND_PERSON = frozenset(_YOU.split())

READ: Final = 6_000  # characters of the text whose words are counted
TOP: Final = 60  # commonest content words that make up what a text is about
COMMONEST: Final = 30  # of these: what a choice covers is set against them
TITLE_WORDS: Final = 3  # times that a word of the title counts
STEM: Final = 6  # letters of a word that are kept, a cheap stem
CJK_WORD: Final = 5  # columns of a script without blanks between words that count as one word
# Places and lengths at which features have a step. Chosen; the fit decides what they weigh.
FIRST, SECOND, THIRD = range(3)
EARLY: Final = 5  # sentences that count as the beginning
SHORT: Final = 8  # words below which a sentence is short
ROOMY, SCANT = 0.7, 0.35  # shares of the most words, above which a choice is long and below which it is short

_OWN: Final = (
    "words", "width", "place", "is-first", "is-second", "is-third", "is-early", "line", "starts-line", "refers-back",
    "quotes", "question", "exclamation", "first-person", "second-person", "numbers", "capitals", "cue",
    "content-words", "common-words", "is-short",
)  # fmt: skip
_NEAR: Final = ("near-text", "near-title", "near-sentences")
SENTENCE: Final = (*_OWN, *_NEAR)
_COVERAGE: Final = (
    "length", "length-squared", "long", "short", "two-sentences", "three-sentences", "about", "about-squared", "core",
    "core-squared", "title", "title-alone", "repetition", "distinct-words", "gap", "no-gap", "one-line",
    "about-per-length", "core-per-length", "title-per-length",
)  # fmt: skip
_SHAPE: Final = ("length", "length-squared", "two-sentences", "three-sentences", "about", "title")
_KIND: Final = (
    "titled", "text-length", "lines", "line-length", "first-person", "second-person", "quotes", "sentence-length",
)  # fmt: skip
_SUMMED: Final = (
    "line", "starts-line", "refers-back", "quotes", "question", "first-person", "second-person", "cue",
)  # fmt: skip
_BESIDE_WORDS: Final = tuple(name for name in SENTENCE if name != "words")  # the length is there as "length"
CHOICE: Final = (
    *_COVERAGE,
    *(f"first sentence: {name}" for name in _BESIDE_WORDS),
    *(f"mean by length: {name}" for name in _BESIDE_WORDS),
    *(f"sum: {name}" for name in _SUMMED),
    *(f"text {kind} x {shape}" for kind in _KIND for shape in _SHAPE),
)


class Bags(NamedTuple):
    """Content words: how often in text and title, those of the title, those of each candidate."""

    frequency: Counter[str]
    title: frozenset[str]
    sentences: tuple[frozenset[str], ...]


def sentence_rows(found: Candidates) -> Floats:
    """Candidate x `SENTENCE`."""
    import numpy as np

    vectors = embedder()
    pieces = vectors.parts(found.text, [c.text for c in found.sentences])
    text, title = vectors.article("", found.text), vectors.article(found.title, "", 1)
    near = {"near-text": pieces @ text, "near-title": pieces @ title, "near-sentences": pieces @ pieces.mean(axis=0)}
    words = _bags_of(found)
    size = max(1, sum(words.frequency.values())) ** 0.5
    own = [
        _in_order(_sentence(place, sentence, known, words.frequency, size), _OWN)
        for place, (sentence, known) in enumerate(zip(found.sentences, words.sentences, strict=True))
    ]
    columns = np.stack([near[name] for name in _NEAR], axis=1)
    return np.hstack([np.array(own, dtype=np.float32), columns]).astype(np.float32)


def choice_rows(found: Candidates, rows: Floats, choices: Sequence[tuple[int, ...]]) -> Floats:
    """Choice x `CHOICE`: what the choice covers, what its sentences are, and how both matter in a text of this kind.
    `rows`: what `sentence_rows` says of all candidates; `choices`: their places."""
    import numpy as np

    absent = len(rows)
    places = np.array([[*choice, *[absent] * (excerpt_rules.SENTENCES - len(choice))] for choice in choices])
    picked = np.vstack([rows, np.zeros((1, rows.shape[1]), np.float32)])[places]
    total = picked.sum(axis=1)
    lengths = picked[:, :, SENTENCE.index("words")]
    by_length = (picked * lengths[:, :, None]).sum(axis=1) / lengths.sum(axis=1)[:, None]
    covered = _coverage(found, places, choices, lengths.sum(axis=1))
    kind = _kind(found)
    beside, summed = _places(_BESIDE_WORDS), _places(_SUMMED)
    shape = np.column_stack([covered[name] for name in _SHAPE])
    parts = [
        np.column_stack([covered[name] for name in _COVERAGE]),
        picked[:, 0, beside],
        by_length[:, beside],
        total[:, summed],
        *(shape * kind[name] for name in _KIND),
    ]
    return np.hstack(parts).astype(np.float32)


def _in_order(values: Mapping[str, float], names: Sequence[str]) -> list[float]:
    return [values[name] for name in names]


def _places(names: Sequence[str]) -> list[int]:
    return [SENTENCE.index(name) for name in names]


def _content(value: str, language: str | None) -> list[str]:
    """Content words in lower case, cut to their stem, and pairs of Han or kana characters."""
    small = function_words().get(language or "en", frozenset())
    found = [word[:STEM] for word in _WORD.findall(value.casefold()) if word not in small]
    return found if value.isascii() or not _WIDE.search(value) else found + _HAN.findall(value)


@lru_cache(maxsize=2)
def _bags(title: str, text: str, language: str | None, candidates: tuple[str, ...]) -> Bags:
    named = frozenset(_content(title, language))
    frequency = Counter(_content(text[:READ], language))
    for word in named:
        frequency[word] += TITLE_WORDS
    return Bags(frequency, named, tuple(frozenset(_content(c, language)) for c in candidates))


def _bags_of(found: Candidates) -> Bags:
    """The content words of a text, remembered between the two looks at it."""
    return _bags(found.title, found.text, found.language, tuple(c.text for c in found.sentences))


def _sentence(
    place: int, sentence: Sentence, known: frozenset[str], frequency: Counter[str], size: float
) -> dict[str, float]:
    """The `_OWN` features of the candidate at `place` with the content words `known`."""
    text = sentence.text
    words = _WORD.findall(text)
    n = max(1, _length(text))
    low = [word.casefold() for word in words]
    return {
        "words": n / excerpt_rules.WORDS,
        "width": width(text) / excerpt_rules.CHARACTERS,
        "place": math.log1p(place),
        "is-first": place == FIRST,
        "is-second": place == SECOND,
        "is-third": place == THIRD,
        "is-early": place < EARLY,
        "line": 1 / (1 + sentence.line),
        "starts-line": sentence.place == 0,
        "refers-back": bool(_REFERS_BACK.match(text)),
        "quotes": '"' in text or "“" in text,
        "question": text.endswith("?"),
        "exclamation": text.rstrip('"”').endswith("!"),
        "first-person": sum(map(_FIRST_PERSON.__contains__, low)) / n,
        "second-person": sum(map(_SECOND_PERSON.__contains__, low)) / n,
        "numbers": (sum(map(_is_number, words)) if _DIGIT.search(text) else 0) / n,
        "capitals": sum(word[0].isupper() for word in words[1:]) / n,
        "cue": bool(_CUE.search(text)),
        "content-words": len(known) / n,
        "common-words": sum(map(frequency.__getitem__, known)) / max(1, len(known)) / size,
        "is-short": n < SHORT,
    }


def _is_number(word: str) -> bool:
    return not word.isalpha() and _DIGIT.search(word) is not None


def _length(text: str) -> int:
    """Words of a sentence."""
    return width(text) // CJK_WORD if cjk(text) else len(text.split())


def _coverage(
    found: Candidates, places: NDArray[np.int64], choices: Sequence[tuple[int, ...]], length: Floats
) -> dict[str, Floats]:
    """The `_COVERAGE` features of every choice: how much of the text's and the title's words its sentences have."""
    import numpy as np

    frequency, title, sets = _bags_of(found)
    words = sorted(set().union(*sets))
    has = _table(sets, words)
    common = sorted(frequency.items(), key=itemgetter(1), reverse=True)
    top, most = dict(common[:TOP]), [count for _, count in common[:COMMONEST]]
    again = np.array([math.log1p(frequency[w]) if frequency[w] > 1 else 0 for w in words], dtype=np.float32)
    often = np.array([top.get(word, 0) for word in words], dtype=np.float32)
    named = np.array([word in title for word in words], dtype=np.float32)
    union = has[places].any(axis=1).astype(np.float32)
    summed = has.sum(axis=1)[places].sum(axis=1)
    size = np.array([len(choice) for choice in choices], dtype=np.float32)
    one, two, three = (size == n for n in range(1, excerpt_rules.SENTENCES + 1))
    about = union @ again / (sum(math.log1p(count) for count in most if count > 1) or 1)
    core = union @ often / (sum(most) or 1)
    titled = union @ named / max(1, len(title))
    distinct = union.sum(axis=1)
    gap = np.array([choice[-1] - choice[0] + 1 - len(choice) for choice in choices], dtype=np.float32)
    return {
        "length": length,
        "length-squared": length**2,
        "long": np.maximum(0, length - ROOMY),
        "short": np.maximum(0, SCANT - length),
        "two-sentences": two,
        "three-sentences": three,
        "about": about,
        "about-squared": about**2,
        "core": core,
        "core-squared": core**2,
        "title": titled,
        "title-alone": titled * one,
        "repetition": 1 - distinct / np.maximum(1, summed),
        "distinct-words": distinct / excerpt_rules.WORDS,
        "gap": np.log1p(gap),
        "no-gap": gap == 0,
        "one-line": np.array([len({found.sentences[n].line for n in choice}) == 1 for choice in choices]),
        "about-per-length": about / length,
        "core-per-length": core / length,
        "title-per-length": titled / length,
    }


def _table(sets: Sequence[frozenset[str]], words: Sequence[str]) -> NDArray[np.bool_]:
    """Sentence x word: whether it has it; the last row, of no sentence, has none."""
    import numpy as np

    number = {word: n for n, word in enumerate(words)}
    has = np.zeros((len(sets) + 1, len(words)), dtype=bool)
    for row, known in enumerate(sets):
        has[row, [number[word] for word in known]] = True
    return has


def _kind(found: Candidates) -> dict[str, float]:
    """What kind of text it is: news, a personal post, a page of short lines. The caps and divisors bring each to about
    0 to 1."""
    lines = [line for line in found.text.split("\n") if line.strip()]
    head = found.text[:4000]
    low = [word.casefold() for word in _WORD.findall(head)]
    n = max(1, len(low))
    first = [_length(c.text) for c in found.sentences[:8]]
    return {
        "titled": float(bool(found.title)),
        "text-length": math.log(len(found.text) + 1) / 10,
        "lines": math.log(len(lines) + 1) / 5,
        "line-length": min(200.0, sum(map(len, lines)) / max(1, len(lines))) / 200,
        "first-person": min(0.1, sum(word in _FIRST_PERSON for word in low) / n) * 10,
        "second-person": min(0.1, sum(word in _SECOND_PERSON for word in low) / n) * 10,
        "quotes": min(0.05, (head.count('"') + head.count("“")) / n) * 20,
        "sentence-length": sum(first) / max(1, len(first)) / 30,
    }
