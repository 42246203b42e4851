"""Suggests tags that the vocabulary lacks, from what articles speak of. Pure.

A suggestion is a phrase that titles have again and again and that texts come back to; what is no subject goes: verbs,
adjectives, words of any title, parts of longer names. Judged by eye on 600 real pages: tests/gate/test_suggest_gate.py
says by which rule, and which share is usable."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from syndicator.describing.taxonomy import casing, phrases
from syndicator.describing.taxonomy.phrases import Key, Use
from syndicator.describing.taxonomy.tagging import keys
from syndicator.describing.taxonomy.tagging.keys import key
from syndicator.describing.taxonomy.tagging.publisher import sound
from syndicator.describing.taxonomy.vocabulary import Vocabulary

TITLES: Final = 2  # titles, or publishers, that must have a phrase
SUPPORT: Final = 3  # texts that must have it: fewer make a feed of one-offs
MOST: Final = 100  # proposals
# Chosen on 200 pages of the corpus, confirmed on 400 others.
OFTEN: Final = 3  # mentions from which on a text comes back to a phrase
EVERYWHERE: Final = 0.2  # share of texts from which on a phrase tells nothing ...
FEW: Final = 10  # ... where these are more than so many
NAME: Final = 0.8  # share of capitals inside sentences from which on it is a name
VERB: Final = 0.3  # share of mentions as a verb from which on it is one
ADJECTIVE: Final = 0.8  # share of mentions before another word from which on it describes that
FIXED: Final = 0.35  # share of a word's mentions from which on another one that any title may have belongs to it
PART: Final = 0.6  # share of mentions within a longer phrase from which on it is a part of that
SAME: Final = 0.5  # share of the articles with a surname from which on it is that of the full name they have
NAMES_FIRST: Final = 1.5  # by how much names count more
_DEFINED = re.compile(r"((?:[\w-]+ ){1,6})\(([A-Z][A-Za-z]{1,7}s?)\)")


class Proposal(NamedTuple):
    """A tag worth having: how many articles speak of it, why it came up, and other spellings found."""

    name: str
    support: int
    why: str  # titles | publishers | names
    aliases: tuple[str, ...] = ()


def suggest(history: Iterable[tuple[str, str, Sequence[str]]], known: Vocabulary | None = None) -> list[Proposal]:
    """Tags to add, the most telling first, from (title, text, the publisher's own tags) of articles: what `TITLES` of
    the titles or publishers name and `SUPPORT` of the texts speak of. What `known` has, as a tag or an alias, is left
    out."""
    articles = list(history)
    small = [phrases.small_words(text) for _, text, _ in articles]
    titled = phrases.in_titles((title, words) for (title, _, _), words in zip(articles, small, strict=True))
    published = _published(articles)
    places = {one: titled.get(one, set()) | published.get(one, set()) for one in (*titled, *published)}
    named = {one for one, numbers in places.items() if len(numbers) >= TITLES}
    taken = {key(form) for tag in (known.tag if known else ()) for form in (tag.name, *tag.aliases)} - {()}
    wanted = named | taken
    wanted |= {core for one in wanted if (core := _core(one))}
    used = phrases.uses([text for _, text, _ in articles], wanted)
    subjects = _subjects(used, len(articles))
    other_names = _joined(places, used, _definitions(text for _, text, _ in articles)) | _surnames(places, used)
    surfaces = keys.surfaces(keys.spellings(tags for _, _, tags in articles))
    found = []
    for one in subjects & named & used.keys() - taken:
        use = used[one]
        name = use.form or casing.canonical(surfaces.get(one, " ".join(one)))
        if key(name) in taken or len(use.articles) < SUPPORT:
            continue
        shown = casing.canonical(name) if casing.is_known(name) else name
        why = "names" if use.capital >= NAME else "titles" if len(titled.get(one, ())) >= TITLES else "publishers"
        proposal = Proposal(shown, len(use.articles), why, other_names.get(one, ()))
        found.append((-_worth(use, places[one], len(articles)), proposal))
    return [proposal for _, proposal in sorted(found)][:MOST]


def _worth(use: Use, places: Collection[int], texts: int) -> float:
    """How telling a phrase is: named by `places`, most of all by those that come back to it, and rare among `texts`."""
    deep = sum(use.articles[number] >= OFTEN for number in places)
    rare = math.log((texts + 1) / len(use.articles))
    return (len(places) + deep) * rare * (NAMES_FIRST if use.capital >= NAME else 1)


def _published(articles: Sequence[tuple[str, str, Sequence[str]]]) -> dict[Key, set[int]]:
    """Publishers' sound tags -> the numbers of their articles."""
    found: dict[Key, set[int]] = defaultdict(set)
    for number, (title, _, tags) in enumerate(articles):
        for tag in tags:
            if key(tag) and sound(tag, title):
                found[key(tag)].add(number)
    return found


def _subjects(used: Mapping[Key, Use], texts: int) -> set[Key]:
    """Those phrases that name a subject."""
    within = _within(used)
    return {
        one
        for one, use in used.items()
        if within[one] < PART * use.times
        and len(use.articles) <= max(FEW, EVERYWHERE * texts)
        and _is_subject(one, used)
    }


def _is_subject(one: Key, used: Mapping[Key, Use]) -> bool:
    use, core = used[one], _core(one)
    if core != one and (not core or use.times < FIXED * used[core].times):
        return False  # "best CRM" is a CRM; but "climate change", "New York"
    return use.capital >= NAME or (use.verb < VERB * use.times and use.before < ADJECTIVE * use.times)


def _core(one: Key) -> Key:
    """The phrase without words of any title at its ends."""
    generic = phrases.hints().generic
    telling = [at for at, word in enumerate(one) if word not in generic]
    return one[telling[0] : telling[-1] + 1] if telling else ()


def _within(used: Mapping[Key, Use]) -> Counter[Key]:
    """How often each phrase stands in the longer one that has it most."""
    found = Counter[Key]()
    for longer, use in used.items():
        for size in range(1, len(longer)):
            for at in range(len(longer) - size + 1):
                part = longer[at : at + size]
                found[part] = max(found[part], use.times)
    return found


def _joined(
    places: dict[Key, set[int]], used: dict[Key, Use], defined: Mapping[str, tuple[str, ...]]
) -> dict[Key, tuple[str, ...]]:
    """Acronyms -> the long forms they were explained by. A long form that is a phrase of its own goes into the
    acronym."""
    found = {}
    for acronym, forms in defined.items():
        short = key(acronym)
        if short not in used:
            continue
        found[short] = forms
        for form in forms:
            if long := used.pop(key(form), None):
                used[short].articles |= long.articles
                places[short] = places.get(short, set()) | places.get(key(form), set())
    return found


def _surnames(places: dict[Key, set[int]], used: dict[Key, Use]) -> dict[Key, tuple[str, ...]]:
    """Names of several words -> the last of them, where that is a phrase of its own that mostly means the same: it goes
    into the longer one."""
    found: dict[Key, tuple[str, ...]] = {}
    for name in [one for one, use in used.items() if len(one) > 1 and use.capital >= NAME and _core(one) == one]:
        last = used.get(name[-1:])
        if last and last.capital >= NAME and len(used[name].articles) >= SAME * len(last.articles):
            found[name] = (last.form,)
            used[name].articles |= last.articles
            places[name] = places.get(name, set()) | places.get(name[-1:], set())
            del used[name[-1:]]
    return found


def _definitions(texts: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Acronym -> the long forms it was explained by, "large language model (LLM)", commonest first."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for text in texts:
        for before, acronym in _DEFINED.findall(text):
            bare = acronym.removesuffix("s")
            words = before.split()[-len(bare) :]
            if len(bare) > 1 and "".join(w[0] for w in words).casefold() == bare.casefold():
                found[bare][" ".join(words).removesuffix("s")] += 1
    return {acronym: _each_once(form for form, _ in forms.most_common()) for acronym, forms in found.items()}


def _each_once(forms: Iterable[str]) -> tuple[str, ...]:
    """The first three that differ in more than case."""
    return tuple({form.casefold(): form for form in reversed(list(forms))}.values())[::-1][:3]
