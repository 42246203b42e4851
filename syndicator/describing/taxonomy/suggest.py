"""Suggests tags that the vocabulary lacks, from what articles speak of. Pure."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from syndicator.describing.taxonomy import casing
from syndicator.describing.taxonomy.tagging.keys import key
from syndicator.describing.taxonomy.tagging.publisher import sound
from syndicator.describing.taxonomy.vocabulary import Vocabulary

SUPPORT: Final = 3  # articles that must speak for a proposal: fewer make a feed of one-offs
MOST: Final = 100  # proposals
_NAME = re.compile(r"(?<=[\w,;:)’'\"”] )(?:[A-Z][\w.&+#-]*[\w+#]|[a-z]+[A-Z]\w+)(?: [A-Z][\w.&+#-]*[\w+#]){0,2}")
_DEFINED = re.compile(r"((?:[\w-]+ ){1,6})\(([A-Z][A-Za-z]{1,7}s?)\)")


class Proposal(NamedTuple):
    """A tag worth having: how many articles speak for it, why it came up, and other spellings found."""

    name: str
    support: int
    why: str  # publishers | names | acronyms
    aliases: tuple[str, ...] = ()


def suggest(
    history: Iterable[tuple[str, str, Sequence[str]]], known: Vocabulary | None = None, support: int = SUPPORT
) -> list[Proposal]:
    """Tags to add, best supported first, from (title, text, the publisher's own tags) of articles: publishers' tags,
    names inside sentences and acronyms with the long form they were explained by. What `known` has is left out."""
    articles = list(history)
    taken = {key(form) for tag in (known.tag if known else ()) for form in (tag.name, *tag.aliases)}
    long_forms = _definitions(text for _, text, _ in articles)
    counts: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    reasons: dict[tuple[str, ...], str] = {}
    for title, text, tags in articles:
        own = [tag for tag in tags if sound(tag, title)]
        for why, names in (("publishers", own), ("names", _names(f"{title}. {text}")), ("acronyms", long_forms)):
            for name in {n for n in names if why != "acronyms" or re.search(rf"\b{re.escape(n)}\b", text)}:
                if key(name) and key(name) not in taken:
                    counts[key(name)][name] += 1
                    reasons.setdefault(key(name), why)
    found = []
    for stems, forms in counts.items():
        articles_with = max(forms.values()) if reasons[stems] != "publishers" else sum(forms.values())
        if articles_with >= support:
            name = casing.canonical(max(sorted(forms), key=forms.__getitem__))
            found.append(Proposal(name, articles_with, reasons[stems], long_forms.get(name, ())))
    return sorted(found, key=lambda p: (-p.support, p.name))[:MOST]


def _names(text: str) -> set[str]:
    return {name for name in _NAME.findall(text) if sound(name)}


def _definitions(texts: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Acronym -> the long forms it was explained by, "large language model (LLM)", commonest first."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for text in texts:
        for before, acronym in _DEFINED.findall(text):
            bare = acronym.removesuffix("s")
            words = before.split()[-len(bare) :]
            if len(bare) > 1 and "".join(w[0] for w in words).casefold() == bare.casefold():
                found[bare][" ".join(words).removesuffix("s")] += 1
    return {acronym: tuple(form for form, _ in forms.most_common(3)) for acronym, forms in found.items()}
