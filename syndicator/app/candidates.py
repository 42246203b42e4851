"""Names that a taxonomy may lack: publishers' tags, acronyms with their long forms, names that many articles speak of.
Pure."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from syndicator import text
from syndicator.describing import casing
from syndicator.describing.taxonomy import sound
from syndicator.describing.vocabulary import Vocabulary, fold
from syndicator.model import Article

SUPPORT = 3  # articles that must speak of a name
_ORDER = ("publisher", "acronym", "name")

# "large language model (LLM)": the long form before, checked by its initials
_DEFINED = re.compile(r"\b((?:[A-Za-z][\w’'-]*[ -]){1,6}[A-Za-z][\w’'-]*) \(([A-Z][A-Za-z]?[A-Z]{1,5})s?\)")
# capitalised words inside a sentence: after a small letter or a comma
_WORD = r"[A-Z](?:[\w’&+-]|\.(?=\w))*"
_NAME = re.compile(rf"(?<=[a-z,;] ){_WORD}(?: (?:of |for |the )?{_WORD}){{0,3}}")
_EDGE = ".,;:’'-"
_COMMON = frozenset(
    (
        *("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "January", "February", "March"),
        *("April", "May", "June", "July", "August", "September", "October", "November", "December"),
        *("Mr", "Mrs", "Ms", "Dr", "The", "A", "An", "It", "He", "She", "They", "We", "You", "I", "I’m", "I’ve"),
        *("In", "On", "At", "But", "And", "If", "This", "That"),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A tag to consider. `support`: articles that speak of it."""

    name: str
    kind: str  # publisher | acronym | name
    support: int
    aliases: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()  # titles


def candidates(articles: Iterable[Article], vocabulary: Vocabulary, *, most: int = 50) -> list[Candidate]:
    """Names that at least three articles speak of and the taxonomy does not know, those that publishers use first."""
    found = _Found()
    for article in articles:
        found.add(article)
    known = {text.slug(form) for tag in vocabulary.tag for form in (tag.name, *tag.aliases)}
    known |= {text.slug(category.name) for category in vocabulary.category}
    listed: dict[str, Candidate] = {}
    for candidate in sorted(found.all(), key=lambda one: (_ORDER.index(one.kind), -one.support, one.name)):
        slugs = {text.slug(form) for form in (candidate.name, *candidate.aliases)}
        if not slugs & known:
            listed.setdefault(text.slug(candidate.name), candidate)
            known |= slugs
    return list(listed.values())[:most]


class _Found:
    """What the articles speak of: kind -> folded name -> titles, and how each name is written."""

    def __init__(self) -> None:
        self.titles: dict[str, dict[str, list[str]]] = {kind: defaultdict(list) for kind in _ORDER}
        self.spelled: dict[str, Counter[str]] = defaultdict(Counter)
        self.long: dict[str, Counter[str]] = defaultdict(Counter)

    def add(self, article: Article) -> None:
        plain = article.text
        self._take("publisher", article, {casing.canonical(tag, plain) for tag in article.keywords if sound(tag)})
        short = dict(definitions(plain))
        for acronym, long in short.items():
            self.long[fold(acronym)][long] += 1
        self._take("acronym", article, short)
        author = fold(article.author or "")
        times = Counter(name.strip(_EDGE) for name in _NAME.findall(plain))
        title = fold(article.title)
        telling = {name for name, count in times.items() if count >= 2 or fold(name) in title}
        self._take(
            "name",
            article,
            {name for name in telling if name not in _COMMON and len(name) > 1 and fold(name) not in author},
        )

    def _take(self, kind: str, article: Article, names: Iterable[str]) -> None:
        for name in {fold(name): name for name in sorted(names)}.values():
            self.titles[kind][fold(name)].append(article.title)
            self.spelled[fold(name)][name] += 1

    def all(self) -> Iterable[Candidate]:
        for kind, names in self.titles.items():
            for folded, titles in names.items():
                if len(titles) >= SUPPORT:
                    forms = self.spelled[folded]
                    long = [form for form, times in self.long[folded].most_common(2) if times >= 2]
                    name = min(forms, key=lambda form: (-forms[form], form))
                    yield Candidate(
                        name=name, kind=kind, support=len(titles), aliases=tuple(long), examples=tuple(titles[:3])
                    )


def definitions(plain: str) -> Iterable[tuple[str, str]]:
    """(acronym, long form) of each "large language model (LLM)" in the text, by initials."""
    for match in _DEFINED.finditer(plain):
        words, acronym = re.split(r"[ -]", match[1]), match[2]
        for size in range(len(acronym), min(len(words), len(acronym) + 2) + 1):
            tail = words[-size:]
            initials = [word[0].casefold() for word in tail if word.casefold() not in ("of", "and", "for", "the", "in")]
            if initials == list(acronym.casefold()):
                yield acronym, match[1][-len(" ".join(tail)) :]
                break
