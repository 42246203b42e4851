"""Where tags stand in a text, word for word: plurals count, names that are ordinary words too need their capital."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

from syndicator.describing.taxonomy.casing import ambiguous
from syndicator.describing.taxonomy.tagging.keys import WORD, key, stem

_INSIDE = re.compile(r"[\w,;:)\]’'\"”%-]\s$")
HEAD: Final = 150  # words of the text that count as its head
ACRONYM: Final = 8  # letters that an acronym counts as: it is as telling as a word of that length
ACRONYM_LETTERS: Final = 4  # at most, of an acronym that must stand in capitals in the text too: longer ones seldom do
READ: Final = 12_000  # characters that are looked at: what stands only behind them is no tag of the article


class Mention(NamedTuple):
    """How often a tag stands in the title, in the text and in the text's head, and how telling its longest spelling
    there is: its letters, an acronym in capitals counting as `ACRONYM` of them."""

    title: int
    text: int
    head: int
    letters: int


@dataclass(frozen=True, slots=True)
class Form:
    """One spelling of a tag: its stems, its letters, and the case its only word must have ("" for any)."""

    tag: int
    stems: tuple[str, ...]
    letters: int
    case: str = ""


@dataclass(frozen=True)
class Words:
    """The head of a text in words and their stems."""

    stems: list[str]
    text: str

    @cached_property
    def words(self) -> list[str]:
        """The words as they are written."""
        return WORD.findall(self.text)

    @cached_property
    def spans(self) -> list[tuple[int, int]]:
        """Where each word begins and ends: few ask."""
        return [match.span() for match in WORD.finditer(self.text)]


@dataclass(frozen=True)
class Matcher:
    """All spellings of all tags, by the first stem."""

    forms: dict[str, list[Form]]
    heads: frozenset[str]  # first three letters of every stem: other words need no stemming

    def find(self, title: str, text: str) -> dict[int, Mention]:
        """Number of a tag -> its mentions, for those that stand in title or text."""
        return self.look(self.words(title), self.words(text))

    def words(self, value: str) -> Words:
        """The words of `value`, stemmed where a tag has a word that starts like them."""
        value, heads = value[:READ], self.heads
        low = value.casefold()
        words = WORD.findall(low) if len(low) == len(value) else list(map(str.casefold, WORD.findall(value)))
        return Words([stem(word) if word[:3] in heads else word for word in words], value)

    def look(self, title: Words, text: Words) -> dict[int, Mention]:
        """As `find`, for texts that are cut into words already."""
        names, body = self._places(title), self._places(text)
        found: dict[int, Mention] = {}
        for tag in {*names, *body}:
            places, named = body.get(tag, []), names.get(tag, [])
            if tag in self._words_too and not places:
                continue  # every word of a title may have a capital
            letters = max((letters for _, letters in places), default=0)
            found[tag] = Mention(len(named), len(places), sum(at < HEAD for at, _ in places), letters)
        return found

    @cached_property
    def _words_too(self) -> frozenset[int]:
        """Tags that are ordinary words as well."""
        return frozenset(
            form.tag for forms in self.forms.values() for form in forms if form.case and is_word(form.case)
        )

    def _places(self, words: Words) -> dict[int, list[tuple[int, int]]]:
        """Tag -> (place in words, letters) of each mention. A tag within a longer one counts as well: what an author
        files under "community call" is under "community" too."""
        found: dict[int, list[tuple[int, int]]] = defaultdict(list)
        stems = words.stems
        for at, first in enumerate(stems):
            for form in self.forms.get(first, ()):
                size = len(form.stems)
                if (size == 1 or tuple(stems[at : at + size]) == form.stems) and _fits(form, words, at):
                    found[form.tag].append((at, form.letters))
        return found


def build(forms: Iterable[tuple[int, str]]) -> Matcher:
    """A matcher of pairs (number of the tag, spelling). Two spellings of the same words and case are one."""
    table: dict[str, list[Form]] = defaultdict(list)
    heads: set[str] = set()
    for tag, spelling in forms:
        stems = key(spelling)
        if stems:
            single = len(stems) == 1 and spelling[0].isupper()
            letters = max(len(spelling), ACRONYM) if single and spelling.isupper() else len(spelling)
            form = Form(tag, stems, letters, spelling if single else "")
            if form not in table[stems[0]]:
                table[stems[0]].append(form)
            heads |= {word.casefold()[:3] for word in WORD.findall(spelling)}
    ordered = {first: sorted(found, key=lambda f: -len(f.stems)) for first, found in table.items()}
    return Matcher(ordered, frozenset(heads))


def _fits(form: Form, words: Words, at: int) -> bool:
    """True when a name in capitals is written in capitals, one with a first capital has one inside a sentence."""
    if not form.case:
        return True
    word, case = words.words[at], form.case
    if len(case) <= ACRONYM_LETTERS and case.isupper():
        return word.removesuffix("s") == case
    if not word[0].isupper():
        return False
    if not is_word(case):
        return True
    begin, end = words.spans[at]
    inside = _INSIDE.search(words.text[max(0, begin - 2) : begin]) is not None
    return inside and words.text[end : end + 1] != "-"


def is_word(name: str) -> bool:
    """True for a name that is an ordinary word as well (data/names.toml): Go, Apple."""
    return name.casefold() in ambiguous()
