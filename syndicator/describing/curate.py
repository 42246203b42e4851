"""Keeping the vocabulary: what to add, and renaming and merging tags in taxonomy.toml with its comments kept.

Pure functions over the text of the file; the caller writes it and says which feeds change."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import tomlkit

from syndicator.describing import casing
from syndicator.describing.matching import key
from syndicator.describing.vocabulary import Vocabulary, fold, nearest
from syndicator.errors import UsageError

SUPPORT = 3  # articles that must speak for a proposal: fewer make a feed of one-offs
MOST = 100  # proposals
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
        for why, names in (("publishers", tags), ("names", _names(f"{title}. {text}")), ("acronyms", long_forms)):
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


def rename(toml_text: str, old: str, new: str) -> str:
    """The file with tag `old` called `new`; the old spelling stays as an alias, so that nothing loses the tag.
    Raises UsageError when `old` is not there, or `new` is another tag (then it is a merge)."""
    document, entry = _find(toml_text, old)
    other = _entry(document, new)
    if other is not None and other is not entry:
        raise UsageError(f"{new!r} is a tag already; `syndicator tags merge {old!r} {new!r}` makes one of the two")
    former = str(entry["name"])
    entry["name"] = new
    if fold(former) != fold(new):
        _add_aliases(entry, [former])
    return tomlkit.dumps(document)


def merge(toml_text: str, old: str, into: str) -> str:
    """The file with tag `old` gone and all its spellings aliases of `into`. Raises UsageError when one is not there."""
    document, entry = _find(toml_text, old)
    target = _entry(document, into)
    if target is None:
        raise UsageError(f"there is no tag {into!r}{nearest(into, _all(document))}")
    if target is entry:
        raise UsageError(f"{old!r} and {into!r} are the same tag")
    _add_aliases(target, [str(entry["name"]), *map(str, entry.get("aliases", []))])
    tags: Any = document["tag"]
    tags.remove(entry)
    return tomlkit.dumps(document)


def _find(toml_text: str, name: str) -> tuple[tomlkit.TOMLDocument, Any]:
    document = tomlkit.parse(toml_text)
    entry = _entry(document, name)
    if entry is None:
        raise UsageError(f"there is no tag {name!r}{nearest(name, _all(document))}")
    return document, entry


def _entry(document: tomlkit.TOMLDocument, name: str) -> Any:
    return next((tag for tag in document.get("tag", []) if fold(str(tag["name"])) == fold(name)), None)


def _all(document: tomlkit.TOMLDocument) -> list[str]:
    return [str(tag["name"]) for tag in document.get("tag", [])]


def _add_aliases(entry: Any, names: Sequence[str]) -> None:
    """Adds what is not there yet; an alias that became the name is dropped."""
    present = [str(alias) for alias in entry.get("aliases", [])]
    wanted = dict.fromkeys(alias for alias in [*present, *names] if fold(alias) != fold(str(entry["name"])))
    entry["aliases"] = list(wanted)


def _names(text: str) -> set[str]:
    return set(_NAME.findall(text))


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
