"""Where tags stand in a text, word for word: plurals count, names that are ordinary words too need their capital, and
what is a part of a longer name ("Ceres Robotics", "Claude Monet") is no mention."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from typing import Final, NamedTuple

from syndicator.describing.taxonomy.casing import ambiguous, long_forms
from syndicator.describing.taxonomy.tagging import names
from syndicator.describing.taxonomy.tagging.keys import WORD, key, stem

HEAD: Final = 150  # words of the text that count as its head
ACRONYM: Final = 8  # letters that an acronym counts as: it is as telling as a word of that length
ACRONYM_LETTERS: Final = 4  # at most, of an acronym that must stand in capitals in the text too: longer ones seldom do
READ: Final = 12_000  # characters that are looked at: what stands only behind them is no tag of the article


class Mention(NamedTuple):
    """How often a tag stands in the title, in the text and in the text's head, and how telling its longest spelling
    there is: its letters, an acronym in capitals counting as `ACRONYM` of them. `lines`: of the text that have it."""

    title: int
    text: int
    head: int
    letters: int
    lines: int = 0


@dataclass(frozen=True, slots=True)
class Form:
    """One spelling of a tag: its stems, its letters, and the case its only word must have ("" for any)."""

    tag: int
    stems: tuple[str, ...]
    letters: int
    case: str = ""

    @property
    def is_topic(self) -> bool:
        """True for one ordinary word: robotics, education."""
        return len(self.stems) == 1 and not self.case


@dataclass(frozen=True)
class Words:
    """The head of a text in words and their stems."""

    stems: list[str]
    text: str
    starts: list[int]  # number of the first word of each line

    def word(self, at: int) -> str:
        """The word as it is written."""
        begin, end = self.span(at)
        return self.text[begin:end]

    def span(self, at: int) -> tuple[int, int]:
        """Where a word begins and ends. Few are asked for, so only their lines are looked into."""
        line = bisect_right(self.starts, at) - 1
        if line not in self._spans:
            begin = self._begins[line]
            found = _found(self.text[begin : self._begins[line + 1] - 1])
            self._spans[line] = [(begin + match.start(), begin + match.end()) for match in found]
        return self._spans[line][at - self.starts[line]]

    @cached_property
    def _spans(self) -> dict[int, list[tuple[int, int]]]:
        return {}

    @cached_property
    def _begins(self) -> list[int]:
        """Where each line begins."""
        return list(accumulate((len(line) + 1 for line in self.text.split("\n")), initial=0))


@dataclass(frozen=True)
class Matcher:
    """All spellings of all tags, by the first stem."""

    forms: dict[str, list[Form]]
    heads: frozenset[str]  # first three letters of every stem: other words need no stemming

    def joined(self, gone: int, kept: int) -> Matcher:
        """With the spellings of tag `gone` as spellings of `kept`; the numbers behind it close up."""
        forms = {
            first: [replace(form, tag=_closed_up(kept if form.tag == gone else form.tag, gone)) for form in found]
            for first, found in self.forms.items()
        }
        return Matcher(forms, self.heads)

    def find(self, title: str, text: str) -> dict[int, Mention]:
        """Number of a tag -> its mentions, for those that stand in title or text."""
        return self.look(self.words(title), self.words(text))

    def words(self, value: str) -> Words:
        """The words of `value`, stemmed where a tag has a word that starts like them. A line that repeats ("See it now:
        Amazon") counts once."""
        heads, starts = self.heads, []
        lines = list(dict.fromkeys(value[:READ].split("\n")))
        stems: list[str] = []
        for line in lines:
            starts.append(len(stems))
            low = line.casefold()
            words = WORD.findall(low) if len(low) == len(line) else list(map(str.casefold, WORD.findall(line)))
            stems += [stem(word) if word[:3] in heads else word for word in words]
        return Words(stems, "\n".join(lines), starts)

    def look(self, title: Words, text: Words) -> dict[int, Mention]:
        """As `find`, for texts that are cut into words already."""
        named, body = self._places(title), self._places(text)
        found: dict[int, Mention] = {}
        for tag in {*named, *body}:
            places, titles = body.get(tag, {}), named.get(tag, {})
            if tag in self._words_too and not places and names.in_title_case(title.text):
                continue  # every word of such a title has a capital
            letters = max((places or titles).values(), default=0)
            lines = len({bisect_right(text.starts, at) for at in places})
            found[tag] = Mention(len(titles), len(places), sum(at < HEAD for at in places), letters, lines)
        return found

    @cached_property
    def _words_too(self) -> frozenset[int]:
        """Tags that are ordinary words as well."""
        return frozenset(
            form.tag for forms in self.forms.values() for form in forms if form.case and is_word(form.case)
        )

    def _places(self, words: Words) -> dict[int, dict[int, int]]:
        """Tag -> place in words of each mention -> its letters, once for all spellings that stand there. A tag within a
        longer one counts as well: what an author files under "community call" is under "community" too."""
        found: dict[int, dict[int, int]] = defaultdict(dict)
        loose: dict[int, dict[int, int]] = defaultdict(dict)
        ends: dict[int, int] = {}  # tag -> place behind its last mention
        stems = words.stems
        for at, first in enumerate(stems):
            for form in self.forms.get(first, ()):
                size = len(form.stems)
                if (size == 1 or tuple(stems[at : at + size]) == form.stems) and at >= ends.get(form.tag, 0):
                    fit = _fit(form, words, at)
                    if fit is not None:
                        (found if fit else loose)[form.tag][at] = form.letters
                        ends[form.tag] = at + size
        for tag, places in loose.items():
            if tag in found:  # "Apple Pay" speaks of Apple where the text has Apple by itself too
                found[tag] |= places
        return found


def _found(line: str) -> Iterator[re.Match[str]]:
    """The words of a line, in lower case where that moves none of them: "Node.JS" is one word then, as Node.js is."""
    low = line.casefold()
    return WORD.finditer(low if len(low) == len(line) else line)


def _closed_up(tag: int, gone: int) -> int:
    return tag - (tag > gone)


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


def _fit(form: Form, words: Words, at: int) -> bool | None:
    """True when the word at `at` is a mention; False when it is one if the text has another, as in a longer name it may
    be somebody else's; None when it is none: not written as a name, or a topic in a longer name."""
    if form.is_topic:
        return None if words.word(at)[0].isupper() and names.in_longer_name(words.text, *words.span(at)) else True
    if not form.case:
        return True
    word, case = words.word(at), form.case
    if not _written(word, case) or names.explained_otherwise(words.text, case, long_forms().get(case, ())):
        return None
    span = words.span(at)
    if is_word(case) and not names.is_name(words.text, *span):
        return None
    return not ((is_word(case) or _is_acronym(case)) and names.goes_on(words.text, *span))


def _written(word: str, case: str) -> bool:
    """True for a word in the case that a name must have: acronyms in capitals (from four letters on also as "Nasa"),
    others with a first capital; a name with a capital inside ("OpenAI") is no other word, however it is written."""
    if _is_acronym(case):
        return word.removesuffix("s") == case or (len(case) == ACRONYM_LETTERS and word == case.capitalize())
    return word[0].isupper() or (not case.isupper() and case[1:] != case[1:].lower() and not is_word(case))


def _is_acronym(case: str) -> bool:
    return len(case) <= ACRONYM_LETTERS and case.isupper()


def is_word(name: str) -> bool:
    """True for a name that is an ordinary word as well (data/names.toml): Go, Apple."""
    return name.casefold() in ambiguous()
