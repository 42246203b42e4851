"""Choose the sentence to quote of each report, and figures that reports share. Pure.

Every text is a sentence of a report, word for word; nothing is written here."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from importlib import resources
from tomllib import loads
from typing import Final, NamedTuple

from syndicator.sketches.events import get_rarity, hash_term, iterate_terms

LONGEST: Final = 200  # characters of a quote
SHORTEST: Final = 40
READ: Final = 5  # sentences of a report that may be quoted: background stands at its end
OPENING: Final = 2  # sentences of a report that say what happened
OF_EVENT: Final = 2  # rare words of a quote that earlier openings have: else it is background
NEWS: Final = 0.4  # share of the weight of a sentence that no earlier report has
ADDED: Final = 12.0  # weight that no earlier report has, some three rare words
RARE: Final = 2.0  # rarity from which on a word tells one event from others
MOST_FIGURES: Final = 6
BEFORE: Final = 3  # words before a figure that say of what it is, and AFTER its subject
AFTER: Final = 2
STEM: Final = 4  # letters of a word that can be the subject of a figure, at least
STEP: Final = timedelta(hours=1)  # between two changes of an entry by new reports
_YEAR: Final = re.compile(r"(?<![\w.,])(1[5-9]\d\d|20\d\d)(?![\w.,]*\d)")
_ENDED: Final = re.compile(r"[.!…。！][\"'”’»)\]]*$")
_FIGURE: Final = re.compile(
    r"(?<![\w.,:/-])(\d{1,3}(?:[,. \N{NO-BREAK SPACE}]\d{3})+|\d+(?:[.,]\d+)?)"
    r"[ \N{NO-BREAK SPACE}](?=([^\W\d_]+))"
)
_NEXT: Final = re.compile(r" ([a-z\u00df-\u024f]{4,})")
_LETTERS: Final = re.compile(r"[^\W\d_]+")


class Account(NamedTuple):
    """A report that may be quoted. `id`: of its article; `outlet`: its domain; `at`: when it was
    added; `sentences`: those of its text that are published, in order."""

    id: str
    outlet: str
    at: datetime
    title: str
    sentences: tuple[str, ...]


class Quote(NamedTuple):
    """A sentence that a report adds. `report`: an article id."""

    report: str
    text: str


class Figure(NamedTuple):
    """A number with its subject, as a report has it: "212 people"."""

    report: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The quotes and figures of a story. `event`: the first sentence of its lead, "" for none;
    `quotes`: at most one of each outlet, in the order of their reports; `figures`: groups of
    figures about the same thing."""

    event: str = ""
    quotes: tuple[Quote, ...] = ()
    figures: tuple[tuple[Figure, ...], ...] = ()


def find_end_of_hour(moment: datetime) -> datetime:
    """Return when entries show what came at `moment`: the end of its hour."""
    return moment.replace(minute=0, second=0, microsecond=0) + STEP


def select_due(times: Sequence[datetime], confirmed: datetime, now: datetime) -> list[bool]:
    """Return for each report whether the entry of its story shows it at `now`. Reports that were
    added until the story was `confirmed` are shown at once, others once their hour has ended.
    `times`: when the reports were added."""
    return [moment <= confirmed or find_end_of_hour(moment) <= now for moment in times]


def choose_quotes_and_figures(accounts: Sequence[Account], lead: str) -> Explanation:
    """Choose the quotes and figures of the story that the report `lead` leads. `accounts`: its
    reports, first added first."""
    event = ""
    done_outlets: set[str] = set()  # they lead the story or are quoted
    for account in accounts:
        if account.id != lead:
            continue
        done_outlets.add(account.outlet)
        if account.sentences:
            event = account.sentences[0]
    quotes: list[Quote] = []
    known_terms = _weigh_terms([event])
    opening_terms = _weigh_terms([event])
    for account in accounts:
        if account.outlet not in done_outlets:
            text = _choose_sentence(account, known_terms, opening_terms)
            if text:
                quotes.append(Quote(account.id, text))
                done_outlets.add(account.outlet)
        known_terms |= _weigh_terms([account.title, *account.sentences])
        opening_terms |= _weigh_terms([account.title, *account.sentences[:OPENING]])
    return Explanation(event=event, quotes=tuple(quotes), figures=_group_figures(accounts))


def _weigh_terms(sentences: Iterable[str]) -> dict[str, float]:
    """Return the rarity of each term of some sentences."""
    weights: dict[str, float] = {}
    for sentence in sentences:
        for term in iterate_terms("", sentence):
            if term not in weights:
                weights[term] = get_rarity(hash_term(term))
    return weights


def _choose_sentence(
    account: Account, known_terms: Mapping[str, float], opening_terms: Mapping[str, float]
) -> str:
    """Return the sentence that adds most to earlier reports, "" if none adds enough. `known_terms`,
    `opening_terms`: the terms of the earlier reports, and of their openings."""
    best_score = 0.0
    best_sentence = ""
    for sentence in account.sentences[:READ]:
        if not _may_stand_alone(sentence, account.at):
            continue
        weights = _weigh_terms([sentence])
        weight = sum(weights.values())
        new_weight = sum(weights[term] for term in weights if term not in known_terms)
        event_terms = [
            term for term in weights.keys() & opening_terms.keys() if weights[term] >= RARE
        ]
        if len(event_terms) < OF_EVENT:
            continue
        if new_weight < ADDED or new_weight < NEWS * weight:
            continue
        score = new_weight * new_weight / weight
        if score > best_score:
            best_score = score
            best_sentence = sentence
    return best_sentence


def _may_stand_alone(sentence: str, reported: datetime) -> bool:
    """Return True for a whole sentence, not too short or long, that is no background: it names no
    year before that of the report."""
    if not SHORTEST <= len(sentence) <= LONGEST:
        return False
    if not _ENDED.search(sentence):
        return False
    if sentence.startswith("(") or sentence.count('"') % 2:  # an aside, half of a quotation
        return False
    return all(int(year) >= reported.year for year in _YEAR.findall(sentence))


class _FoundFigure(NamedTuple):
    """A figure in its sentence, such as "212 people". `value`: its digits; `subject`: the stem of
    its subject; `words`: the stems of the rare words beside it."""

    account: Account
    text: str
    value: str
    subject: str
    words: frozenset[str]


def _group_figures(accounts: Sequence[Account]) -> tuple[tuple[Figure, ...], ...]:
    """Group the figures that have the same subject and share a rare word beside it. Of each subject
    the group of most outlets is returned, of two at least."""
    groups: dict[tuple[str, str], list[_FoundFigure]] = defaultdict(list)
    for account in accounts:
        for sentence in account.sentences:
            for figure in _find_figures(account, sentence):
                for word in sorted(figure.words):
                    groups[figure.subject, word].append(figure)
    largest: dict[str, list[_FoundFigure]] = {}
    for (subject, _), figures in groups.items():
        outlet_count = _count_outlets(figures)
        if outlet_count > max(1, _count_outlets(largest.get(subject, ()))):
            largest[subject] = figures
    distinct = [_drop_repeated(figures) for figures in largest.values()]
    return tuple(distinct[:MOST_FIGURES])


def _count_outlets(figures: Iterable[_FoundFigure]) -> int:
    return len({figure.account.outlet for figure in figures})


def _drop_repeated(figures: Iterable[_FoundFigure]) -> tuple[Figure, ...]:
    """Return each value of an outlet once."""
    listed: set[tuple[str, str]] = set()
    result: list[Figure] = []
    for figure in figures:
        outlet_and_value = (figure.account.outlet, figure.value)
        if outlet_and_value not in listed:
            listed.add(outlet_and_value)
            result.append(Figure(figure.account.id, figure.text))
    return tuple(result)


def _find_figures(account: Account, sentence: str) -> Iterable[_FoundFigure]:
    """Yield the numbers before a word in lower case: not those of dates, times and names."""
    for match in _FIGURE.finditer(sentence):
        digits = match[1]
        subject = match[2]
        if not subject.islower() or len(subject) < STEM or _YEAR.fullmatch(digits):
            continue
        stem = _find_stem(subject)
        if stem in _list_no_subjects():
            continue
        words_before = _LETTERS.findall(sentence[: match.start()])[-BEFORE:]
        words_after = _LETTERS.findall(sentence[match.end() + len(subject) :])[:AFTER]
        near_terms = set(iterate_terms("", " ".join((*words_before, *words_after)))) - {stem}
        rare_terms = frozenset(term for term in near_terms if _is_rare(term))
        name = subject
        next_word = _NEXT.match(sentence, match.end() + len(subject))
        if next_word and _is_rare(_find_stem(next_word[1])):
            name = f"{subject} {next_word[1]}"  # "federal workers"
        value = "".join(character for character in digits if character.isdigit())
        yield _FoundFigure(account, f"{digits} {name}", value, stem, rare_terms)


def _find_stem(word: str) -> str:
    """Return the stem of a word, "" if it has none."""
    for term in iterate_terms("", word):
        return term
    return ""


def _is_rare(term: str) -> bool:
    return get_rarity(hash_term(term)) >= RARE


@lru_cache(maxsize=1)
def _list_no_subjects() -> frozenset[str]:
    """Return the stems of words that are never the subject of a figure."""
    file = resources.files("syndicator.publishing.stories").joinpath("data/no_subjects.toml")
    stems: set[str] = set()
    for word in loads(file.read_text("utf-8"))["words"]:
        stems.update(iterate_terms("", word))
    return frozenset(stems)
