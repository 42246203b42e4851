"""Where tags stand in a text, word for word: folded by stems, strict about the case of names that are also words."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

_WORD = re.compile(r"[^\W_]+(?:[+#]+|(?<=\bC)\+\+)?")
_INSIDE = re.compile(r"[\w,;:)\]’'\"”%-]\s$")
HEAD = 150  # words of the text that count as its head


class Mention(NamedTuple):
    """How often a tag stands in the title, in the text and in the text's head, and the number of its words."""

    title: int
    text: int
    head: int
    words: int


@dataclass(frozen=True, slots=True)
class Form:
    """One spelling of a tag: its stems, and the case its only word must have to count ("" for any)."""

    tag: int
    stems: tuple[str, ...]
    case: str = ""


@dataclass(frozen=True, slots=True)
class Matcher:
    """All spellings of all tags, by the first stem."""

    forms: dict[str, list[Form]]
    heads: frozenset[str]  # first three letters of every stem: other words need no stemming

    def find(self, title: str, text: str) -> dict[int, Mention]:
        """Number of a tag -> its mentions, for those that stand in title or text."""
        names, body = self._places(title), self._places(text)
        found: dict[int, Mention] = {}
        for tag in {*names, *body}:
            places = body.get(tag, [])
            if tag in self._strict and not places:
                continue  # every word of a title may have a capital
            length = max((n for _, n in [*names.get(tag, []), *places]), default=1)
            head = sum(at < HEAD for at, _ in places)
            found[tag] = Mention(len(names.get(tag, [])), len(places), head, length)
        return found

    @property
    def _strict(self) -> set[int]:
        return {form.tag for forms in self.forms.values() for form in forms if form.case and is_word(form.case)}

    def _places(self, value: str) -> dict[int, list[tuple[int, int]]]:
        """Tag -> (place in words, length in words) of each mention. A tag within a longer one counts as well: what
        an author files under "community call" is under "community" too."""
        matches = list(_WORD.finditer(value))
        stems = [self._stem(match[0]) for match in matches]
        found: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for at, first in enumerate(stems):
            for form in self.forms.get(first, ()):
                size = len(form.stems)
                if (size == 1 or tuple(stems[at : at + size]) == form.stems) and _fits(form, matches[at], value):
                    found[form.tag].append((at, size))
        return found

    def _stem(self, word: str) -> str:
        low = word.casefold()
        return stem(low) if low[:3] in self.heads else low


def build(forms: Iterable[tuple[int, str]]) -> Matcher:
    """A matcher of (number of the tag, spelling) pairs."""
    table: dict[str, list[Form]] = defaultdict(list)
    heads: set[str] = set()
    for tag, spelling in forms:
        stems = key(spelling)
        if stems:
            single = len(stems) == 1 and spelling[0].isupper()
            table[stems[0]].append(Form(tag, stems, spelling if single else ""))
            heads |= {word.casefold()[:3] for word in _WORD.findall(spelling)}
    ordered = {first: sorted(found, key=lambda f: -len(f.stems)) for first, found in table.items()}
    return Matcher(ordered, frozenset(heads))


def key(spelling: str) -> tuple[str, ...]:
    """What all spellings of a tag share: its words' stems; "Web-Scraping" and "web scraping" are one."""
    return tuple(stem(word.casefold()) for word in _WORD.findall(spelling))


def _fits(form: Form, match: re.Match[str], value: str) -> bool:
    """True when a name in capitals is written in capitals, one with a first capital has one inside a sentence."""
    if not form.case:
        return True
    word, case = match[0], form.case
    if len(case) <= 4 and case.isupper():
        return word.removesuffix("s") == case
    if not word[0].isupper():
        return False
    if is_word(case):
        return bool(_INSIDE.search(value[max(0, match.start() - 2) : match.start()]))
    return True


@lru_cache(maxsize=1)
def words_too() -> frozenset[str]:
    """Names that are ordinary words as well, from data/names.toml, in lower case."""
    from syndicator.describing.casing import ambiguous

    return ambiguous()


def is_word(name: str) -> bool:
    return name.casefold() in words_too()


@lru_cache(maxsize=60_000)
def stem(word: str) -> str:
    """The English stem of a word in lower case (Snowball); words of other scripts come back as they are."""
    return str(_stemmer().stemWord(word)) if word.isascii() else word


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer("english")


def surfaces(counts: dict[tuple[str, ...], dict[str, int]]) -> dict[tuple[str, ...], str]:
    """The commonest spelling of each key; of equals the one with capitals, then the first by the alphabet."""
    return {k: min(forms, key=lambda f: (-forms[f], f == f.casefold(), f)) for k, forms in counts.items()}


def spellings(tags: Iterable[Sequence[str]]) -> dict[tuple[str, ...], dict[str, int]]:
    """Key -> spelling -> times, over the tags of many posts."""
    counts: dict[tuple[str, ...], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for many in tags:
        for tag in many:
            if key(tag):
                counts[key(tag)][tag] += 1
    return counts
