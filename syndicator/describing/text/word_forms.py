"""How articles write their words: the commonest form inside sentences, over many articles. Pure.

A word at the start of a sentence or in a title has a capital because of its place, so only words inside sentences of
prose count, and each once an article, so that the habit of one writer decides nothing."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from syndicator.describing.text.language import function_words
from syndicator.describing.text.sentences import ends

LEAST: Final = 3  # articles that must write a form
READ: Final = 12_000  # characters of an article that are looked at
PROSE: Final = 6  # words a line of prose has at least
TITLED: Final = 0.5  # share of capitals inside a line from which on it is a title
_FORM_WORD = re.compile(r"[^\W_](?:[\w'’.+#&-]*[\w+#])?")
_OWN = re.compile(r"['’]s$")
_INSIDE = re.compile(r"[\w,;)] $")
_SMALL = frozenset(word for words in function_words().values() for word in words)


def learn(texts: Sequence[str], least: int = LEAST) -> dict[str, str]:
    """Word or name in lower case -> the form that most of `texts` write inside their sentences, where `least` of them
    write it so. Names of several words are there when they have capitals ("European Union"), others are composed."""
    words: dict[str, Counter[str]] = defaultdict(Counter)
    names: Counter[str] = Counter()
    for text in texts:
        runs = list(_runs(text))
        for form in {word for run in runs for word in _alone(run)}:
            words[form.casefold()][form] += 1
        pairs = (name for run in runs for name in _several(run))
        names.update({" ".join(name).casefold() for name in pairs if _capital(name[0]) and _capital(name[-1])})
    wanted = {name for name, n in names.items() if n >= least}
    for text in texts if wanted else ():
        for form in set(_forms_of(text, wanted)):
            words[form.casefold()][form] += 1
    best = {key: min(forms, key=lambda form: (-forms[form], form)) for key, forms in words.items()}
    return {key: form for key, form in best.items() if words[key][form] >= least}


def _alone(run: Sequence[str]) -> Iterator[str]:
    """The words of a run that are part of no longer name: "army" is no name because the "US Army" is."""
    for at, word in enumerate(run):
        near = {*run[max(0, at - 1) : at], *run[at + 1 : at + 2]}
        beyond = run[at + 2 : at + 3] if near & _SMALL else []
        if not _capital(word) or not any(map(_capital, (*near, *beyond))):
            yield word


def _forms_of(text: str, wanted: Collection[str]) -> Iterator[str]:
    for run in _runs(text):
        for name in _several(run):
            if " ".join(name).casefold() in wanted:
                yield " ".join(name)


def _several(run: Sequence[str]) -> Iterator[Sequence[str]]:
    for size in (2, 3):
        for at in range(len(run) - size + 1):
            yield run[at : at + size]


def _runs(text: str) -> Iterator[list[str]]:
    """Words inside sentences of prose that stand side by side."""
    for line in text[:READ].split("\n"):
        found = list(_FORM_WORD.finditer(line))
        if len(found) < PROSE or not ends(line.rstrip()):
            continue
        inside = [bool(_INSIDE.search(line, max(0, m.start() - 2), m.start())) for m in found]
        own = [m[0] for m, within in zip(found, inside, strict=True) if within and m[0].casefold() not in _SMALL]
        if sum(map(_capital, own)) > TITLED * len(own):
            continue
        run: list[str] = []
        end = -1
        for match, within in zip(found, inside, strict=True):
            if not within or line[end : match.start()] != " ":
                yield run
                run = []
            if within:
                run.append(_OWN.sub("", match[0]))
            end = match.end()
        yield run


def _capital(word: str) -> bool:
    return word != word.casefold()
