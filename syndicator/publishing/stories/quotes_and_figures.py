"""Choose a sentence to quote from each report of a story, and figures that reports share. Pure.

Each quote is a sentence of a report, word for word; no text is written here."""

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

# Length of a quote, in characters.
LONGEST: Final = 200
SHORTEST: Final = 40
READ: Final = 5  # the first sentences of a report, which may be quoted: later ones are background
OPENING: Final = 2  # the first sentences of a report, which say what happened
# A quote has at least so many rare words of the openings of earlier reports, else it is not about
# the event.
OF_EVENT: Final = 2
# The weight of a sentence is the rarity of its words together. The words that no earlier report has
# need at least this share of it, and at least this weight, which some three rare words have.
NEWS: Final = 0.4
ADDED: Final = 12.0
RARE: Final = 2.0  # rarity from which on a word distinguishes an event from others
MOST_FIGURES: Final = 6
# Words before a figure, and after its subject, that show what the figure is about.
BEFORE: Final = 3
AFTER: Final = 2
STEM: Final = 4  # letters, at least, of a word that can be the subject of a figure
STEP: Final = timedelta(hours=1)  # between two changes of an entry by new reports
# A year from 1500 to 2099 that is not a part of a longer number.
_YEAR: Final = re.compile(r"(?<![\w.,])(1[5-9]\d\d|20\d\d)(?![\w.,]*\d)")
# The end of a whole sentence: a full stop or the like, perhaps with closing quotes.
_SENTENCE_END: Final = re.compile(r"[.!…。！][\"'”’»)\]]*$")
# A number such as "1,200" or "3.5" and a space, before a word.
_FIGURE: Final = re.compile(
    r"(?<![\w.,:/-])(\d{1,3}(?:[,. \N{NO-BREAK SPACE}]\d{3})+|\d+(?:[.,]\d+)?)"
    r"[ \N{NO-BREAK SPACE}](?=([^\W\d_]+))"
)
# A second word of the subject, in Latin lower-case letters.
_SECOND_WORD: Final = re.compile(r" ([a-z\u00df-\u024f]{4,})")
_WORD: Final = re.compile(r"[^\W\d_]+")


class Account(NamedTuple):
    """A report that may be quoted. `id`: of its article; `outlet`: the domain of the outlet; `at`:
    when the report was added; `sentences`: the published sentences of its text, in order."""

    id: str
    outlet: str
    at: datetime
    title: str
    sentences: tuple[str, ...]


class Quote(NamedTuple):
    """A sentence of a report that says something new. `report`: its article id."""

    report: str
    text: str


class Figure(NamedTuple):
    """A number with its subject as a report writes it, such as "212 people". `report`: the article
    id of the report."""

    report: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The quotes and figures of a story. `event`: the first sentence of its lead, "" if the lead
    has no published text; `quotes`: at most one of each outlet, in the order of the reports;
    `figures`: groups, each with the figures of several outlets on the same subject."""

    event: str = ""
    quotes: tuple[Quote, ...] = ()
    figures: tuple[tuple[Figure, ...], ...] = ()


def find_end_of_hour(moment: datetime) -> datetime:
    """Return the end of the hour of `moment`: then entries show a report that was added at
    `moment`."""
    return moment.replace(minute=0, second=0, microsecond=0) + STEP


def decide_which_are_due(
    times: Sequence[datetime], confirmed: datetime, now: datetime
) -> list[bool]:
    """Return for each report of a story, in order, whether the story's feed entry shows it at the
    time `now`. A report that was added until `confirmed` is shown at once, a later one after the
    hour in which it was added, so that the entry changes once an hour at most. `times`: when the
    reports were added; `confirmed`: when the second outlet reported."""
    return [added <= confirmed or find_end_of_hour(added) <= now for added in times]


def choose_quotes_and_figures(accounts: Sequence[Account], lead: str) -> Explanation:
    """Choose sentences to quote and figures from the reports of a story. Return them with the
    sentence that names the event, the first of the lead article. `accounts`: the reports, first
    added first; `lead`: id of the lead article. Its outlet is not quoted, any other outlet at most
    once."""
    # the sentence that names the event
    event = ""
    done_outlets: set[str] = set()  # that of the lead, and those that are quoted
    for account in accounts:
        if account.id != lead:
            continue
        done_outlets.add(account.outlet)
        if account.sentences:
            event = account.sentences[0]

    # of each report, quote a sentence that says more than the event and all reports before it
    quotes: list[Quote] = []
    known_terms = _weigh_terms([event])  # of everything in earlier reports
    opening_terms = _weigh_terms([event])  # of their titles and first sentences
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
    """Return term -> rarity for the terms (words in their basic form) of some sentences. The
    rarity is high for terms that few texts contain."""
    weights: dict[str, float] = {}
    for sentence in sentences:
        for term in iterate_terms("", sentence):
            if term not in weights:
                weights[term] = get_rarity(hash_term(term))
    return weights


def _choose_sentence(
    account: Account, known_terms: Mapping[str, float], opening_terms: Mapping[str, float]
) -> str:
    """Return the sentence of a report that adds most to the earlier reports of the story, "" if no
    sentence adds enough. Both mappings are term (word) -> rarity: `known_terms`: of the earlier
    reports; `opening_terms`: of their titles and first sentences. A sentence must share rare terms
    with these, else it is not about the event."""
    best_score = 0.0
    best_sentence = ""
    for sentence in account.sentences[:READ]:
        if not _may_stand_alone(sentence, account.at):
            continue
        weights = _weigh_terms([sentence])
        event_terms = [
            term for term in weights.keys() & opening_terms.keys() if weights[term] >= RARE
        ]
        if len(event_terms) < OF_EVENT:  # background, not the event
            continue
        weight = sum(weights.values())
        new_weight = sum(weights[term] for term in weights if term not in known_terms)
        if new_weight < ADDED or new_weight < NEWS * weight:  # says too little that is new
            continue
        # high if much is new, and if the new part is a large share of the sentence
        score = new_weight * new_weight / weight
        if score > best_score:
            best_score = score
            best_sentence = sentence
    return best_sentence


def _may_stand_alone(sentence: str, reported: datetime) -> bool:
    """Return True if a sentence can be quoted alone: it is complete, neither too short nor too
    long, and names no year before that of the report, since such sentences tell the background.
    `reported`: when the report was added."""
    if not SHORTEST <= len(sentence) <= LONGEST:
        return False
    if not _SENTENCE_END.search(sentence):
        return False
    has_half_quotation = sentence.count('"') % 2 == 1
    if sentence.startswith("(") or has_half_quotation:
        return False
    return all(int(year) >= reported.year for year in _YEAR.findall(sentence))


class _FoundFigure(NamedTuple):
    """A figure in a sentence. `text`: number and subject, such as "212 people"; `value`: the digits
    alone; `subject`: the stem of the subject; `words`: the stems of the rare words near it."""

    account: Account
    text: str
    value: str
    subject: str
    words: frozenset[str]


def _group_figures(accounts: Sequence[Account]) -> tuple[tuple[Figure, ...], ...]:
    """Return groups of figures, such as "25,000 workers", that several outlets state about the same
    thing. The figures of a group have the same subject ("workers") and a rare word near it in
    common. Of the groups with the same subject, only the one with the most outlets is returned, and
    only if it has two or more. `accounts`: the reports of a story."""
    # (subject, rare word) -> figures
    groups: dict[tuple[str, str], list[_FoundFigure]] = defaultdict(list)
    for account in accounts:
        for sentence in account.sentences:
            for figure in _find_figures(account, sentence):
                for word in sorted(figure.words):
                    groups[figure.subject, word].append(figure)

    # by subject, the group with the most outlets, more than one
    largest: dict[str, list[_FoundFigure]] = {}
    for (subject, _), figures in groups.items():
        outlet_count = _count_outlets(figures)
        if outlet_count > max(1, _count_outlets(largest.get(subject, ()))):
            largest[subject] = figures
    distinct = [_drop_repeated_figures(figures) for figures in largest.values()]
    return tuple(distinct[:MOST_FIGURES])


def _count_outlets(figures: Iterable[_FoundFigure]) -> int:
    """Return how many outlets have one of these figures."""
    return len({figure.account.outlet for figure in figures})


def _drop_repeated_figures(figures: Iterable[_FoundFigure]) -> tuple[Figure, ...]:
    """Return figures without repetitions: if an outlet states the same value several times, only
    the first is returned."""
    listed: set[tuple[str, str]] = set()
    result: list[Figure] = []
    for figure in figures:
        outlet_and_value = (figure.account.outlet, figure.value)
        if outlet_and_value not in listed:
            listed.add(outlet_and_value)
            result.append(Figure(figure.account.id, figure.text))
    return tuple(result)


def _find_figures(account: Account, sentence: str) -> Iterable[_FoundFigure]:
    """Yield the figures in a sentence of the report `account`. A figure is a number with its
    subject, the word in lower case behind it, such as "25,000 workers". Numbers in dates ("26
    November"), in names ("7 Eleven") and of units of time do not count, nor do years."""
    for match in _FIGURE.finditer(sentence):
        digits = match[1]
        subject = match[2]
        is_noun = subject.islower() and len(subject) >= STEM
        if not is_noun or _YEAR.fullmatch(digits):
            continue
        stem = _find_stem(subject)
        if stem in _load_stems_without_subject():
            continue

        words_before = _WORD.findall(sentence[: match.start()])[-BEFORE:]
        subject_end = match.end() + len(subject)  # the match ends before the subject
        words_after = _WORD.findall(sentence[subject_end:])[:AFTER]
        near_terms = set(iterate_terms("", " ".join((*words_before, *words_after)))) - {stem}
        rare_terms = frozenset(term for term in near_terms if _is_rare(term))

        name = subject
        next_word = _SECOND_WORD.match(sentence, subject_end)
        if next_word and _is_rare(_find_stem(next_word[1])):
            name = f"{subject} {next_word[1]}"  # "federal workers"
        value = "".join(character for character in digits if character.isdigit())
        yield _FoundFigure(account, f"{digits} {name}", value, stem, rare_terms)


def _find_stem(word: str) -> str:
    """Return the stem of a word, "" if it has none, such as a very frequent word."""
    for term in iterate_terms("", word):
        return term
    return ""


def _is_rare(term: str) -> bool:
    """Return True for a term so rare that it distinguishes an event from others."""
    return get_rarity(hash_term(term)) >= RARE


@lru_cache(maxsize=1)
def _load_stems_without_subject() -> frozenset[str]:
    """Return the stems of words that follow numbers but are not the subject of a figure: names of
    months, units of time, "million", and others."""
    file = resources.files("syndicator.publishing.stories").joinpath("data/no_subjects.toml")
    stems: set[str] = set()
    for word in loads(file.read_text("utf-8"))["words"]:
        stems.update(iterate_terms("", word))
    return frozenset(stems)
