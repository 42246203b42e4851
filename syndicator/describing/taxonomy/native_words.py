"""The words of topics in other languages than English, found in a text by their beginnings. Pure.

English words stand in texts as they are listed. Most languages bend and join theirs, so a listed word is a beginning:
"forsch" is in "Forscher" and "forschten"; one that ends in $ is a whole word; "a-b" is two neighbours. Where words are
joined (German, Dutch, Swedish, Korean) a long one is found inside others, too: "Bundesregierung". Chinese and Japanese
put no blanks, so there any place may begin a word."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

_EAST: Final = "\u3041-\u30ff\u3400-\u9fff"  # kana and Han: no blanks between words
_TOKEN: Final = re.compile(rf"[{_EAST}]+|[^\W_{_EAST}]+")
_EASTERN: Final = re.compile(rf"[{_EAST}]")
# Letters a word needs to be looked for inside others, and letters that must stand before it there.
INSIDE: Final = {"de": (5, 3), "nl": (6, 3), "sv": (6, 3), "ko": (2, 1)}
WHOLE: Final = "$"
SHORTEST: Final = 5  # letters of a word of which the last is cut
LONG: Final = 7  # letters of one of which two are


@dataclass(frozen=True)
class NativeWords:
    """Words by how they are looked for: by their first part, those of one part alone inside others, eastern ones."""

    first: dict[str, list[tuple[str, tuple[str, ...]]]]  # first part -> words as listed, with the parts after it
    inside: frozenset[str]
    eastern: frozenset[str]
    longest: int
    before: int  # letters that must stand before a word inside another

    def counts(self, text: str) -> Counter[str]:
        """The listed words of `text`, as they are listed, with their number."""
        tokens = _TOKEN.findall(text.casefold())
        found: Counter[str] = Counter()
        for at, token in enumerate(tokens):
            found.update(self._east(token) if _EASTERN.match(token) else self._spaced(tokens, at))
        return found

    def _east(self, token: str) -> Iterator[str]:
        at, end = 0, len(token)
        while at < end:
            for length in range(min(self.longest, end - at), 0, -1):
                if token[at : at + length] in self.eastern:
                    yield token[at : at + length]
                    at += length - 1
                    break
            at += 1

    def _spaced(self, tokens: list[str], at: int) -> Iterator[str]:
        token = tokens[at]
        for word, parts in self._begun(token):
            rest = tokens[at + 1 : at + 1 + len(parts)]
            if len(rest) == len(parts) and all(map(_begins, rest, parts)):
                yield word
        for begin in range(self.before, len(token) - 1) if self.inside else ():
            for end in range(begin + 2, len(token) + 1):
                if token[begin:end] in self.inside:
                    yield token[begin:end]

    def _begun(self, token: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        yield from self.first.get(token + WHOLE, ())
        for end in range(1, min(self.longest, len(token)) + 1):
            yield from self.first.get(token[:end], ())


def prepare(words: Iterable[str], language: str) -> NativeWords:
    """`words` ready to be looked for in texts of `language`."""
    first: dict[str, list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
    eastern = set()
    for word in dict.fromkeys(words):
        if _EASTERN.search(word):
            eastern.add(word)
        else:
            head, *rest = re.split(r"[-']", word)
            first[head].append((word, tuple(rest)))
    least, before = INSIDE.get(language, (0, 0))
    alone = {word for many in first.values() for word, rest in many if not rest and not word.endswith(WHOLE)}
    inside = frozenset(word for word in alone if least and len(word) >= least)
    longest = max(map(len, (*first, *eastern)), default=0)
    return NativeWords(dict(first), inside, frozenset(eastern), longest, before)


def beginning(word: str) -> str:
    """A word in lower case without the end that its other forms may lack."""
    if _EASTERN.search(word) or len(word) < SHORTEST:
        return word
    return word[: -2 if len(word) >= LONG else -1]


def _begins(token: str, part: str) -> bool:
    return token + WHOLE == part or token.startswith(part)
