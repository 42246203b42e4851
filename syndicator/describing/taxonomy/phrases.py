"""Phrases of titles, and how articles use them: what `suggest` decides on. Pure."""

from __future__ import annotations

import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import Final, NamedTuple

from syndicator.describing.taxonomy.tagging.keys import WORD, stem
from syndicator.describing.text.language import SAMPLE, by_words, function_words

LONGEST: Final = 3  # words of a phrase
LED: Final = 0.8  # share of mentions behind the same word from which on that is a part of the name
READ: Final = 12_000  # characters of a text
_CONTRACTED = re.compile(r"['’](?:s|t|re|ve|ll|d|m)\b", re.IGNORECASE)
_JOINED = (" ", "-", "")  # what stands between the words of a phrase
Key = tuple[str, ...]  # the stems of a phrase


class Token(NamedTuple):
    word: str
    stem: str
    gap: str  # what stands before it


class Hints(NamedTuple):
    """data/suggesting.toml."""

    generic: frozenset[str]  # stems
    before_verbs: frozenset[str]
    determiners: frozenset[str]


@dataclass(slots=True)
class Use:
    """How texts use a phrase. `articles`: number of each -> times; `forms`: as written inside sentences -> times;
    `led`: words with a capital before it -> times; `verb`, `before`: times as a verb, and before another word of
    content."""

    articles: Counter[int] = field(default_factory=Counter)
    forms: Counter[str] = field(default_factory=Counter)
    led: Counter[str] = field(default_factory=Counter)
    verb: int = 0
    before: int = 0

    @property
    def times(self) -> int:
        return self.articles.total()

    @property
    def capital(self) -> float:
        """The share of capitals among those inside sentences."""
        return sum(n for form, n in self.forms.items() if form != form.casefold()) / max(1, self.forms.total())

    @property
    def form(self) -> str:
        """The commonest spelling inside sentences, with the word that leads it nearly always ("New" before York); ""
        where it only begins them."""
        form = min(self.forms, key=lambda form: (-self.forms[form], form), default="")
        leader = max(self.led, key=self.led.__getitem__, default="")
        return f"{leader} {form}" if self.led[leader] >= LED * self.times and form != form.casefold() else form


def in_titles(titles: Iterable[tuple[str, frozenset[str]]]) -> dict[Key, set[int]]:
    """Phrase -> the numbers of the titles that have it; of a title its text and the small words of its language."""
    found: dict[Key, set[int]] = defaultdict(set)
    for number, (title, small) in enumerate(titles):
        for run in _runs(tokens(title), small):
            for size in range(1, LONGEST + 1):
                for at in range(len(run) - size + 1):
                    found[tuple(run[at : at + size])].add(number)
    return found


def uses(texts: Sequence[str], phrases: Collection[Key]) -> dict[Key, Use]:
    """How `texts` use each of `phrases`."""
    heads: dict[str, list[Key]] = defaultdict(list)
    for phrase in phrases:
        heads[phrase[0]].append(phrase)
    found: dict[Key, Use] = defaultdict(Use)
    for number, text in enumerate(texts):
        for line in text[:READ].split("\n"):
            words = tokens(line)
            for at, token in enumerate(words):
                for phrase in heads.get(token.stem, ()):
                    if _stands(words, at, phrase):
                        _count(found[phrase], number, words, at, len(phrase))
    return found


def tokens(line: str) -> list[Token]:
    """The words of a line, each with what stands before it."""
    line, end, found = _CONTRACTED.sub("", line), 0, []
    for match in WORD.finditer(line):
        found.append(Token(match[0], stem(match[0].casefold()), line[end : match.start()]))
        end = match.end()
    return found


def small_words(text: str) -> frozenset[str]:
    """The function words of the language of `text`, and those of English."""
    known = function_words()
    return known["en"] | known.get(by_words(text[:SAMPLE], None) or "en", frozenset())


@lru_cache(maxsize=1)
def hints() -> Hints:
    """The data file, as sets."""
    raw = resources.files("syndicator.describing").joinpath("data/suggesting.toml").read_text("utf-8")
    words = {name: frozenset(value.split()) for name, value in tomllib.loads(raw).items()}
    return Hints(frozenset(map(stem, words["generic"])), words["before_verbs"], words["determiners"])


def _runs(words: Sequence[Token], small: Collection[str]) -> Iterator[list[str]]:
    """Stems that stand side by side, without function words and numbers between them; of single letters only a capital
    behind a word ("Gen Z")."""
    run: list[str] = []
    for token in words:
        telling = token.word.casefold() not in small and any(map(str.isalpha, token.word))
        if run and (not telling or token.gap not in _JOINED):
            yield run
            run = []
        if telling and (len(token.word) > 1 or (run and token.word.isupper())):
            run.append(token.stem)
    if run:
        yield run


def _stands(words: Sequence[Token], at: int, phrase: Key) -> bool:
    there = words[at : at + len(phrase)]
    return tuple(token.stem for token in there) == phrase and all(token.gap in _JOINED for token in there[1:])


def _count(use: Use, number: int, words: Sequence[Token], at: int, size: int) -> None:
    leader = words[at - 1].word if at and words[at].gap == " " else ""
    before = leader.casefold()
    after = words[at + size].word.casefold() if at + size < len(words) and words[at + size].gap == " " else ""
    use.articles[number] += 1
    use.verb += before in hints().before_verbs or after in hints().determiners
    use.before += bool(after) and after not in function_words()["en"]
    if leader != before:
        use.led[leader] += 1
    if before:
        use.forms[" ".join(token.word for token in words[at : at + size])] += 1
