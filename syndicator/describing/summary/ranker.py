"""Which sentences say most: every choice of at most three of the likeliest is scored by a line over what it covers.

The weights in data/ranker.toml were fitted by tests/bench/fit_excerpts.py, so that ROUGE-1 plus ROUGE-2 of what is
chosen, expected over five sets of human summaries, is highest. Cross-validated in four parts 39.3/20.6, the lead
36.8/18.8; gradient-boosted trees on the same features do no better."""

from __future__ import annotations

import math
import re
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import combinations, pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

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
_LOOSE = re.compile(
    r"^[\"“'‘(]?(?:but|and|so|or|it|he|she|they|his|her|their|this|that|these|those|however|also|then|yet|still|such"
    r"|meanwhile|for example|for instance|in addition|instead|therefore|there|here|its|him|them)\b",
    re.IGNORECASE,
)
_I = "i we my our me us i'm we're i've we've i’m we’re i’ve we’ve i'll we'll i’ll we’ll i'd i’d"
_YOU = "you your you're you’re you'll you’ll yourself you've you’ve"
_FIRST = frozenset(_I.split())
_SECOND = frozenset(_YOU.split())
CANDIDATES = 12  # sentences of which every choice of three is tried
READ = 6_000  # characters of the text whose words are counted
TOP = 60  # commonest content words that make up what a text is about
_SUMMED = (7, 8, 9, 10, 11, 13, 14, 17)  # features that are summed over the sentences of a choice, beside their mean


class Scene(NamedTuple):
    """A text with its candidate sentences, in their order."""

    title: str
    text: str
    language: str | None
    candidates: Sequence[Sentence]


@dataclass(frozen=True)
class Weights:
    """`sentence` picks the likeliest sentences, `choice` scores choices of them; each a mean, a spread and a slope."""

    sentence: tuple[Floats, Floats, Floats]
    choice: tuple[Floats, Floats, Floats]


def best(scene: Scene) -> tuple[int, ...]:
    """Places of the candidates that make the best excerpt; () when there is no candidate."""
    if not scene.candidates:
        return ()
    known = weights()
    rows = sentence_rows(scene)
    choices = possible(scene.candidates, _line(rows, known.sentence))
    if not choices:
        return ()
    scores = _line(choice_rows(scene, rows, choices), known.choice)
    return choices[int(scores.argmax())]


def possible(candidates: Sequence[Sentence], likely: Floats) -> list[tuple[int, ...]]:
    """All choices of one to three of the likeliest candidates that keep within the caps of length."""
    kept = sorted((-likely).argsort(kind="stable")[:CANDIDATES].tolist())
    words = [len(c.text.split()) for c in candidates]
    widths = [width(c.text) for c in candidates]
    return [
        choice
        for size in range(1, excerpt_rules.SENTENCES + 1)
        for choice in combinations(kept, size)
        if sum(map(words.__getitem__, choice)) <= excerpt_rules.WORDS
        and sum(map(widths.__getitem__, choice)) + size - 1 <= excerpt_rules.CHARACTERS
        and all(_may_follow(candidates[a], candidates[b]) for a, b in pairwise(choice))
    ]


def _may_follow(a: Sentence, b: Sentence) -> bool:
    """A sentence that ends in a quotation mark or a full-width stop is followed by its own neighbour only: put before
    another sentence, the two read like one passage that the article does not have."""
    return a.text[-1] in ".!?" or (b.order == a.order + 1 and b.order > 0 and a.order >= 0)


def content(value: str, language: str | None) -> list[str]:
    """Content words in lower case, cut to six letters (a cheap stem), and pairs of Han or kana characters."""
    small = function_words().get(language or "en", frozenset())
    found = [word[:6] for word in _WORD.findall(value.casefold()) if word not in small]
    return found if value.isascii() or not _WIDE.search(value) else found + _HAN.findall(value)


def sentence_rows(scene: Scene) -> Floats:
    """Candidate x feature."""
    import numpy as np

    vectors = embedder()
    pieces = vectors.parts(scene.text, [c.text for c in scene.candidates])
    here, name = vectors.article("", scene.text), vectors.article(scene.title, "", 1)
    near = [pieces @ here, pieces @ name, pieces @ pieces.mean(axis=0)]
    words = bags(scene)
    size = max(1, sum(words.frequency.values())) ** 0.5
    own = [
        _sentence_row(place, sentence, known, words.frequency, size)
        for place, (sentence, known) in enumerate(zip(scene.candidates, words.sentences, strict=True))
    ]
    return np.hstack([np.array(own, dtype=np.float32), np.stack(near, axis=1)]).astype(np.float32)


class Bags(NamedTuple):
    """Content words: how often in text and title, those of the title, those of each candidate."""

    frequency: Counter[str]
    title: frozenset[str]
    sentences: tuple[frozenset[str], ...]


@lru_cache(maxsize=2)
def _bags(title: str, text: str, language: str | None, candidates: tuple[str, ...]) -> Bags:
    named = frozenset(content(title, language))
    frequency = Counter(content(text[:READ], language))
    for word in named:
        frequency[word] += 3
    return Bags(frequency, named, tuple(frozenset(content(c, language)) for c in candidates))


def bags(scene: Scene) -> Bags:
    """The content words of a scene, remembered between the two looks at it."""
    return _bags(scene.title, scene.text, scene.language, tuple(c.text for c in scene.candidates))


def _sentence_row(
    place: int, sentence: Sentence, known: frozenset[str], frequency: Counter[str], size: float
) -> list[float]:
    text = sentence.text
    words = _WORD.findall(text)
    n = max(1, _length(text))
    low = [word.casefold() for word in words]
    first, second = sum(map(_FIRST.__contains__, low)), sum(map(_SECOND.__contains__, low))
    capitals = sum(word[0].isupper() for word in words[1:])
    digits = sum(not word.isalpha() and _DIGIT.search(word) is not None for word in words) if _DIGIT.search(text) else 0
    return [
        n / excerpt_rules.WORDS,
        width(text) / excerpt_rules.CHARACTERS,
        math.log1p(place),
        place == 0,
        place == 1,
        place == 2,
        place < 5,
        1 / (1 + sentence.line),
        sentence.place == 0,
        bool(_LOOSE.match(text)),
        '"' in text or "“" in text,
        text.endswith("?"),
        text.rstrip('"”').endswith("!"),
        first / n,
        second / n,
        digits / n,
        capitals / n,
        bool(_CUE.search(text)),
        len(known) / n,
        sum(map(frequency.__getitem__, known)) / max(1, len(known)) / size,
        n < 8,
    ]


def _length(text: str) -> int:
    """Words of a sentence; five columns of a script without blanks between words count as one."""
    return width(text) // 5 if cjk(text) else len(text.split())


def choice_rows(scene: Scene, rows: Floats, choices: Sequence[tuple[int, ...]]) -> Floats:
    """Choice x feature: what the choice covers, what its sentences are, and how both matter in a text of this kind."""
    import numpy as np

    absent = len(rows)
    places = np.array([[*choice, *[absent] * (excerpt_rules.SENTENCES - len(choice))] for choice in choices])
    size = np.array([len(choice) for choice in choices], dtype=np.float32)
    picked = np.vstack([rows, np.zeros((1, rows.shape[1]), np.float32)])[places]
    covered = _coverage(scene, places, size, choices, picked[:, :, 0].sum(axis=1))
    total = picked.sum(axis=1)
    by_length = (picked * picked[:, :, :1]).sum(axis=1) / total[:, :1]
    base = np.hstack([covered, picked[:, 0, 1:], by_length[:, 1:], total[:, _SUMMED]])
    shape = base[:, (0, 1, 4, 5, 6, 10)]
    kinds = [shape * fact for fact in _facts(scene)]
    return np.hstack([base, *kinds]).astype(np.float32)


def _coverage(
    scene: Scene, places: NDArray[np.int64], size: Floats, choices: Sequence[tuple[int, ...]], length: Floats
) -> Floats:
    import numpy as np

    frequency, title, sets = bags(scene)
    words = sorted(set().union(*sets))
    number = {word: n for n, word in enumerate(words)}
    has = np.zeros((len(sets) + 1, len(words)), dtype=bool)
    for row, known in enumerate(sets):
        has[row, [number[word] for word in known]] = True
    common = sorted(frequency.items(), key=itemgetter(1), reverse=True)
    top, most = dict(common[:TOP]), [count for _, count in common[:30]]
    again = np.array([math.log1p(frequency[w]) if frequency[w] > 1 else 0 for w in words], dtype=np.float32)
    often = np.array([top.get(word, 0) for word in words], dtype=np.float32)
    named = np.array([word in title for word in words], dtype=np.float32)
    union = (has[places[:, 0]] | has[places[:, 1]] | has[places[:, 2]]).astype(np.float32)
    summed = has.sum(axis=1)[places].sum(axis=1)
    about = union @ again / (sum(math.log1p(count) for count in most if count > 1) or 1)
    core = union @ often / (sum(most) or 1)
    titled = union @ named / max(1, len(title))
    distinct = union.sum(axis=1)
    gap = np.array([choice[-1] - choice[0] + 1 - len(choice) for choice in choices], dtype=np.float32)
    one_line = np.array([len({scene.candidates[n].line for n in choice}) == 1 for choice in choices])
    columns = [
        length,
        length**2,
        np.maximum(0, length - 0.7),
        np.maximum(0, 0.35 - length),
        size == 2,
        size == 3,
        about,
        about**2,
        core,
        core**2,
        titled,
        titled * (size == 1),
        1 - distinct / np.maximum(1, summed),
        distinct / excerpt_rules.WORDS,
        np.log1p(gap),
        gap == 0,
        one_line,
        about / length,
        core / length,
        titled / length,
    ]
    return np.column_stack(columns).astype(np.float32)


def _facts(scene: Scene) -> list[float]:
    """What kind of text it is: news, a personal post, a page of short lines."""
    lines = [line for line in scene.text.split("\n") if line.strip()]
    head = scene.text[:4000]
    low = [word.casefold() for word in _WORD.findall(head)]
    n = max(1, len(low))
    first = [_length(c.text) for c in scene.candidates[:8]]
    return [
        float(bool(scene.title)),
        math.log(len(scene.text) + 1) / 10,
        math.log(len(lines) + 1) / 5,
        min(200.0, sum(map(len, lines)) / max(1, len(lines))) / 200,
        min(0.1, sum(word in _FIRST for word in low) / n) * 10,
        min(0.1, sum(word in _SECOND for word in low) / n) * 10,
        min(0.05, (head.count('"') + head.count("“")) / n) * 20,
        sum(first) / max(1, len(first)) / 30,
    ]


def _line(rows: Floats, line: tuple[Floats, Floats, Floats]) -> Floats:
    mean, spread, slope = line
    scaled: Floats = (rows - mean) / spread
    result: Floats = scaled @ slope
    return result


@lru_cache(maxsize=1)
def weights() -> Weights:
    """The fitted weights of data/ranker.toml."""
    import numpy as np

    raw = resources.files("syndicator.describing").joinpath("data/ranker.toml").read_text("utf-8")
    found = tomllib.loads(raw)

    def line(name: str) -> tuple[Floats, Floats, Floats]:
        values = found[name]
        mean, spread, slope = (np.array(values[key], dtype=np.float32) for key in ("mean", "spread", "slope"))
        return mean, spread, slope

    return Weights(line("sentence"), line("choice"))
