"""Suggest new tags: phrases that several titles share and texts repeat.

Measured by tests/gate/test_suggest_gate.py."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NamedTuple

from syndicator.describing.resources import read_toml
from syndicator.describing.taxonomy import mentions, tag_names
from syndicator.describing.taxonomy.mentions import WORD, key, stem
from syndicator.describing.taxonomy.tag_names import sound
from syndicator.describing.taxonomy.vocabulary import Vocabulary
from syndicator.describing.text.language import SAMPLE, by_words, function_words

LONGEST: Final = 3  # words of a phrase
LED: Final = 0.8  # share of mentions after a word that make it a part of the name
READ: Final = 12_000  # characters of a text
_CONTRACTED = re.compile(r"['’](?:s|t|re|ve|ll|d|m)\b", re.IGNORECASE)
_JOINED = (" ", "-", "")  # separators inside a phrase
Key = tuple[str, ...]  # the stems of a phrase
TITLES: Final = 2  # titles or publishers that must have a phrase
AGAIN: Final = 2  # mentions of a name that a text repeats
CAPITALS: Final = 0.2  # share of capitalised words above which capitals mean nothing
SUPPORT: Final = 3  # texts that must have it
MOST: Final = 100  # proposals
# Chosen on 200 pages, confirmed on 400 others.
OFTEN: Final = 3  # mentions of a phrase that a text repeats
EVERYWHERE: Final = 0.2  # highest share of texts with a phrase,
FEW: Final = 10  # or so many texts
NAME: Final = 0.8  # least share of capitals of a name
FIXED: Final = 0.35  # share of a word's mentions that fix a generic word to it
PART: Final = 0.6  # share of mentions within a longer phrase that make it a part
EXAMPLES: Final = 2  # titles that are shown of a proposal
ALIKE: Final = 0.6  # share of common articles that makes two forms one tag
NAMES_FIRST: Final = 1.5  # factor of names
UNTITLED: Final = 0.3  # factor of a name without titles


class Token(NamedTuple):
    word: str
    stem: str
    gap: str  # text before it


@dataclass(slots=True)
class Use:
    """Counts of a phrase: per article (`articles`), per spelling (`forms`), per capitalised word
    before it (`led`)."""

    articles: Counter[int] = field(default_factory=Counter)
    forms: Counter[str] = field(default_factory=Counter)
    led: Counter[str] = field(default_factory=Counter)

    @property
    def times(self) -> int:
        return self.articles.total()

    @property
    def capital(self) -> float:
        """Return the share of capitalised uses inside sentences."""
        return sum(n for form, n in self.forms.items() if form != form.casefold()) / max(
            1, self.forms.total()
        )

    @property
    def form(self) -> str:
        """Return the commonest spelling with its usual leading word ("New" before York), or ""."""
        form = min(self.forms, key=lambda form: (-self.forms[form], form), default="")
        leader = max(self.led, key=self.led.__getitem__, default="")
        return (
            f"{leader} {form}"
            if self.led[leader] >= LED * self.times and form != form.casefold()
            else form
        )


def in_titles(titles: Iterable[tuple[str, frozenset[str]]]) -> dict[Key, set[int]]:
    """Return by phrase the numbers of the titles that have it. `titles`: (title, function
    words)."""
    places: dict[Key, set[int]] = defaultdict(set)
    for number, (title, small) in enumerate(titles):
        for run in _runs(tokens(title), small):
            for size in range(1, LONGEST + 1):
                for at in range(len(run) - size + 1):
                    places[tuple(run[at : at + size])].add(number)
    return places


def uses(texts: Sequence[str], phrases: Collection[Key]) -> dict[Key, Use]:
    """Count uses of `phrases` in `texts`."""
    heads: dict[str, list[Key]] = defaultdict(list)
    for phrase in phrases:
        heads[phrase[0]].append(phrase)
    counted: dict[Key, Use] = defaultdict(Use)
    for number, text in enumerate(texts):
        for line in text[:READ].split("\n"):
            words = tokens(line)
            for at, token in enumerate(words):
                for phrase in heads.get(token.stem, ()):
                    if _stands(words, at, phrase):
                        _count(counted[phrase], number, words, at, len(phrase))
    return counted


def tokens(line: str) -> list[Token]:
    """Split a line into words, each with the text before it."""
    line = _CONTRACTED.sub("", line)
    end = 0
    words = []
    for match in WORD.finditer(line):
        words.append(Token(match[0], stem(match[0].casefold()), line[end : match.start()]))
        end = match.end()
    return words


def small_words(text: str) -> frozenset[str]:
    """Return the function words of the language of `text` and of English."""
    small = function_words()
    return small["en"] | small.get(by_words(text[:SAMPLE], None) or "en", frozenset())


@lru_cache(maxsize=1)
def generic() -> frozenset[str]:
    """Return stems that titles on any subject have (data/suggesting.toml)."""
    return frozenset(map(stem, read_toml("suggesting.toml")["generic"].split()))


def _runs(words: Sequence[Token], small: Collection[str]) -> Iterator[list[str]]:
    """Yield runs of stems between function words and numbers. Single letters need a word before
    ("Gen Z")."""
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
    return tuple(token.stem for token in there) == phrase and all(
        token.gap in _JOINED for token in there[1:]
    )


def _count(use: Use, number: int, words: Sequence[Token], at: int, size: int) -> None:
    leader = words[at - 1].word if at and words[at].gap == " " else ""
    before = leader.casefold()
    use.articles[number] += 1
    if leader != before:
        use.led[leader] += 1
    if before:
        use.forms[" ".join(token.word for token in words[at : at + size])] += 1


class Proposal(NamedTuple):
    """A suggested tag: number of articles, origin, other spellings."""

    name: str
    support: int
    why: str  # titles | publishers | names
    aliases: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()  # titles of articles that come back to it most


def suggest(
    history: Iterable[tuple[str, str, Sequence[str]]], listed: Vocabulary | None = None
) -> list[Proposal]:
    """Suggest tags not `listed`, best first. `history`: (title, text, publisher's tags)."""
    articles = list(history)
    small = [small_words(text) for _, text, _ in articles]
    titled = in_titles((title, words) for (title, _, _), words in zip(articles, small, strict=True))
    published = _published(articles)
    places = {
        phrase: titled.get(phrase, set()) | published.get(phrase, set())
        for phrase in (*titled, *published)
    }
    named = {phrase for phrase, numbers in places.items() if len(numbers) >= TITLES} | _names(
        articles
    )
    taken = {
        key(form) for tag in (listed.tag if listed else ()) for form in (tag.name, *tag.aliases)
    } - {()}
    wanted = named | taken
    wanted |= {core for phrase in wanted if (core := _core(phrase))}
    used = uses([text for _, text, _ in articles], wanted)
    subjects = _subjects(used, len(articles))
    surfaces = mentions.surfaces(mentions.spellings(tags for _, _, tags in articles))
    ranked = []
    for phrase in subjects & named & used.keys() - taken:
        use = used[phrase]
        name = use.form or tag_names.canonical(surfaces.get(phrase, " ".join(phrase)))
        if key(name) in taken or len(use.articles) < SUPPORT:
            continue
        repeating = sum(times >= AGAIN for times in use.articles.values())
        if len(places.get(phrase, ())) < TITLES and not (
            use.capital >= NAME and repeating >= TITLES
        ):
            continue
        shown = tag_names.canonical(name) if tag_names.is_known(name) else name
        why = (
            "names"
            if use.capital >= NAME
            else "titles"
            if len(titled.get(phrase, ())) >= TITLES
            else "publishers"
        )
        titles = tuple(articles[number][0] for number, _ in use.articles.most_common(EXAMPLES))
        proposal = Proposal(shown, len(use.articles), why, examples=titles)
        ranked.append((-_worth(use, places.get(phrase, ()), len(articles)), proposal, phrase))
    return _merged([(proposal, phrase) for _, proposal, phrase in sorted(ranked)], used)[:MOST]


def _merged(proposals: Sequence[tuple[Proposal, Key]], used: Mapping[Key, Use]) -> list[Proposal]:
    merged: list[tuple[Proposal, Key]] = []
    for proposal, phrase in proposals:
        same = next(
            (at for at, (_, other) in enumerate(merged) if _same(phrase, other, used)), None
        )
        if same is None:
            merged.append((proposal, phrase))
        else:
            first, other = merged[same]
            merged[same] = (
                first._replace(aliases=(*first.aliases, proposal.name, *proposal.aliases)),
                other,
            )
    return [proposal for proposal, _ in merged]


def _same(phrase: Key, other: Key, used: Mapping[Key, Use]) -> bool:
    if not (set(phrase) <= set(other) or set(other) <= set(phrase)):
        return False
    a = used[phrase].articles.keys()
    b = used[other].articles.keys()
    return len(a & b) >= ALIKE * len(a | b)


def _names(articles: Sequence[tuple[str, str, Sequence[str]]]) -> set[Key]:
    having = Counter[Key]()
    for _, text, _ in articles:
        words = [token for line in text[:READ].split("\n") for token in tokens(line)[1:]]
        capital = [token.gap == " " and token.word[:1].isupper() for token in words]
        if sum(capital) > CAPITALS * len(words):
            continue
        runs = "".join("x" if is_capital else " " for is_capital in capital)
        spans = (match.span() for match in re.finditer("x+", runs))
        having.update(
            {tuple(word.stem for word in words[a:b]) for a, b in spans if b - a <= LONGEST}
        )
    return {
        name for name, number in having.items() if number >= SUPPORT and max(map(len, name)) > 1
    }


def _worth(use: Use, places: Collection[int], texts: int) -> float:
    deep = sum(use.articles[number] >= OFTEN for number in places or use.articles)
    rare = math.log((texts + 1) / len(use.articles))
    titled = 1.0 if len(places) >= TITLES else UNTITLED
    return titled * (len(places) + deep) * rare * (NAMES_FIRST if use.capital >= NAME else 1)


def _published(articles: Sequence[tuple[str, str, Sequence[str]]]) -> dict[Key, set[int]]:
    places: dict[Key, set[int]] = defaultdict(set)
    for number, (title, _, tags) in enumerate(articles):
        for tag in tags:
            if key(tag) and sound(tag, title):
                places[key(tag)].add(number)
    return places


def _subjects(used: Mapping[Key, Use], texts: int) -> set[Key]:
    within = Counter[Key]()
    for longer, use in used.items():
        for size in range(1, len(longer)):
            for at in range(len(longer) - size + 1):
                part = longer[at : at + size]
                within[part] = max(within[part], use.times)
    subjects = set()
    for phrase, use in used.items():
        core = _core(phrase)  # "best CRM" is a CRM; but "climate change", "New York"
        is_subject = core == phrase or (bool(core) and use.times >= FIXED * used[core].times)
        rare = len(use.articles) <= max(FEW, EVERYWHERE * texts)
        if rare and is_subject and within[phrase] < PART * use.times:
            subjects.add(phrase)
    return subjects


def _core(phrase: Key) -> Key:
    telling = [at for at, word in enumerate(phrase) if word not in generic()]
    return phrase[telling[0] : telling[-1] + 1] if telling else ()
