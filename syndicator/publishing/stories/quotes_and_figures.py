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

from syndicator.sketches.events import get_rarity, number, terms

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
    """A report that may be quoted. `sentences`: of the text that is published of it, in order."""

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
    """`event`: a sentence of the lead, "" for none; `quotes`: one of an outlet at most, first
    reported first; `figures`: those of one thing together."""

    event: str = ""
    quotes: tuple[Quote, ...] = ()
    figures: tuple[tuple[Figure, ...], ...] = ()


def end_step(moment: datetime) -> datetime:
    """Return when entries show what came at `moment`: the end of its hour."""
    return moment.replace(minute=0, second=0, microsecond=0) + STEP


def select_due(times: Sequence[datetime], confirmed: datetime, now: datetime) -> list[bool]:
    """Return for each report, by when it was added, whether the entry of its story shows it at
    `now`. Those that confirmed the story do so at once, others once their hour has ended."""
    return [moment <= confirmed or end_step(moment) <= now for moment in times]


def choose_quotes_and_figures(accounts: Sequence[Account], lead: str) -> Explanation:
    """Explain the story that the report `lead` leads. `accounts`: its reports, first added
    first."""
    event = ""
    outlets = {account.outlet for account in accounts if account.id == lead}
    for account in accounts:
        if account.id == lead and account.sentences:
            event = account.sentences[0]
    quotes: list[Quote] = []
    told = _weigh([event])
    opened = _weigh([event])
    for account in accounts:
        if account.outlet not in outlets:
            text = _choose_sentence(account, told, opened)
            if text:
                quotes.append(Quote(account.id, text))
                outlets.add(account.outlet)
        told |= _weigh([account.title, *account.sentences])
        opened |= _weigh([account.title, *account.sentences[:OPENING]])
    return Explanation(event=event, quotes=tuple(quotes), figures=_group_figures(accounts))


def _weigh(sentences: Iterable[str]) -> dict[str, float]:
    """Return the rarity of each term."""
    found = {term for sentence in sentences for term in terms("", sentence)}
    return {term: get_rarity(number(term)) for term in found}


def _choose_sentence(
    account: Account, told: Mapping[str, float], opened: Mapping[str, float]
) -> str:
    """Return the sentence with most that no earlier report has, "" if none has enough. `told`,
    `opened`: the terms of earlier reports, and of their openings."""
    best = 0.0
    chosen = ""
    for sentence in account.sentences[:READ]:
        if not _may_stand_alone(sentence, account.at):
            continue
        weights = _weigh([sentence])
        whole = sum(weights.values())
        new = sum(weight for term, weight in weights.items() if term not in told)
        of_event = [term for term in weights.keys() & opened.keys() if weights[term] >= RARE]
        if len(of_event) < OF_EVENT or new < ADDED or new < NEWS * whole:
            continue
        if new * new / whole > best:
            best = new * new / whole
            chosen = sentence
    return chosen


def _may_stand_alone(sentence: str, at: datetime) -> bool:
    """Return True for a whole sentence of a length to quote that is no background: it names no
    earlier year."""
    if not SHORTEST <= len(sentence) <= LONGEST or not _ENDED.search(sentence):
        return False
    if sentence.startswith("(") or sentence.count('"') % 2:  # an aside, half of what was said
        return False
    return all(int(year) >= at.year for year in _YEAR.findall(sentence))


class _Found(NamedTuple):
    """A figure in its sentence. `value`: its digits; `subject`: the stem of its subject; `words`:
    the rare stems round it."""

    account: Account
    text: str
    value: str
    subject: str
    words: frozenset[str]


def _group_figures(accounts: Sequence[Account]) -> tuple[tuple[Figure, ...], ...]:
    """Group the figures of two outlets or more that have the same subject and share a rare word
    beside it."""
    groups: dict[tuple[str, str], list[_Found]] = defaultdict(list)
    for account in accounts:
        for sentence in account.sentences:
            for found in _find_figures(account, sentence):
                for word in sorted(found.words):
                    groups[found.subject, word].append(found)
    largest: dict[str, list[_Found]] = {}
    for (subject, _), members in groups.items():
        outlets = {found.account.outlet for found in members}
        if len(outlets) > max(1, len({each.account.outlet for each in largest.get(subject, ())})):
            largest[subject] = members
    listed = [_list_once(members) for members in largest.values()]
    return tuple(listed[:MOST_FIGURES])


def _list_once(members: Iterable[_Found]) -> tuple[Figure, ...]:
    """Return each value of an outlet once."""
    seen: set[tuple[str, str]] = set()
    figures: list[Figure] = []
    for found in members:
        if (found.account.outlet, found.value) not in seen:
            seen.add((found.account.outlet, found.value))
            figures.append(Figure(found.account.id, found.text))
    return tuple(figures)


def _find_figures(account: Account, sentence: str) -> Iterable[_Found]:
    """Yield the numbers before a word in lower case: not those of dates, times and names."""
    for match in _FIGURE.finditer(sentence):
        subject = match[2]
        stem = next(iter(terms("", subject)), "")
        if not subject.islower() or len(subject) < STEM or stem in _list_no_subjects():
            continue
        before = _LETTERS.findall(sentence[: match.start()])[-BEFORE:]
        after = _LETTERS.findall(sentence[match.end() + len(subject) :])[:AFTER]
        near = {term for term in terms("", " ".join((*before, *after))) if term != stem}
        words = frozenset(term for term in near if get_rarity(number(term)) >= RARE)
        value = "".join(filter(str.isdigit, match[1]))
        if _YEAR.fullmatch(match[1]):
            continue
        following = _NEXT.match(sentence, match.end() + len(subject))
        thing = subject
        if following and get_rarity(number(next(iter(terms("", following[1])), ""))) >= RARE:
            thing = f"{subject} {following[1]}"  # "federal workers"
        yield _Found(account, f"{match[1]} {thing}", value, stem, words)


@lru_cache(maxsize=1)
def _list_no_subjects() -> frozenset[str]:
    file = resources.files("syndicator.publishing.stories").joinpath("data/no_subjects.toml")
    words: list[str] = loads(file.read_text("utf-8"))["words"]
    return frozenset(term for word in words for term in terms("", word))
