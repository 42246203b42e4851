"""Parse and answer questions: feeds that their address defines (q/tag.ai/...). Pure.

Such as q/tag.ai/tag.privacy/not.tag.finance/lang.en/words.gpu.

An article matches if it has a value of each kind in the address (of words: all), and none in a
"not." part."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from syndicator.core.axes import SOURCE_KEY
from syndicator.core.model import FeedKey
from syndicator.core.text import each_word, slug
from syndicator.publishing.paths import QUESTIONS

_NOT: Final = "not."
# Kind of a term: its field in saved queries.
_FIELDS: Final = {
    "tag": "tag",
    "category": "category",
    "source": "source",
    "lang": "language",
    "words": "words",
}
_LATER: Final = ("lang", "words")  # kinds after the `not.` parts
_MOST: Final = 12  # values, counting words: each needs a file of each period
_LONGEST: Final = 200  # bytes of a part: names in file systems have 255
_LONG: Final = 1000  # characters of an address
_LANGUAGE: Final = re.compile("[a-z]{2,3}")

Term = tuple[str, str]  # kind, value


class QuestionError(ValueError):
    """An address that is not a valid question; the message is for the person who wrote it."""

    key = "slug"  # of feeds.toml


@dataclass(frozen=True, slots=True)
class Question:
    """Terms (kind, value) that an article needs (`wanted`) and must not have (`barred`), sorted and
    distinct."""

    wanted: tuple[Term, ...]
    barred: tuple[Term, ...] = ()

    @property
    def stem(self) -> str:
        """The one address of the question below the web root, without the ending."""
        own = [term for term in self.wanted if term[0] not in _LATER]
        barred = [_NOT + part for part in _write_parts(self.barred)]
        return QUESTIONS + "/".join(
            (*_write_parts(own), *barred, *_write_parts(self.wanted[len(own) :]))
        )

    @property
    def query(self) -> str:
        """The question in the language of saved queries."""
        kinds: dict[str, list[str]] = {}
        for kind, value in self.wanted:
            kinds.setdefault(kind, []).append(f'{_FIELDS[kind]}:"{value}"')
        groups = [
            f"({(' and ' if kind == 'words' else ' or ').join(terms)})"
            for kind, terms in kinds.items()
        ]
        return " and ".join(
            (*groups, *(f'not {_FIELDS[kind]}:"{value}"' for kind, value in self.barred))
        )

    def title(self, names: Mapping[FeedKey, str]) -> str:
        """Return the title for people. `names`: titles of the feeds of tags, categories and
        sources."""
        wanted = [names.get(FeedKey(*term), term[1]) for term in self.wanted]
        return ", ".join(
            (*wanted, *(f"not {names.get(FeedKey(*term), term[1])}" for term in self.barred))
        )

    @property
    def feeds(self) -> list[FeedKey]:
        """The feeds of the tags, categories and sources in the question; some may have moved."""
        return [FeedKey(*term) for term in (*self.wanted, *self.barred) if term[0] not in _LATER]

    @property
    def languages(self) -> list[str]:
        return [value for kind, value in (*self.wanted, *self.barred) if kind == "lang"]

    def moved(self, to: Mapping[FeedKey, FeedKey]) -> "Question":
        """Return the question with moved feeds replaced by their targets."""
        wanted, barred = (
            [tuple(to.get(FeedKey(*term), term)) for term in some]
            for some in (self.wanted, self.barred)
        )
        return _make_question(wanted, barred)


def parse(stem: str) -> Question:
    """Return the question of an address below the web root, without the ending. Raises
    QuestionError."""
    terms: dict[bool, list[Term]] = {False: [], True: []}
    for part in stem.removeprefix(QUESTIONS).split("/") if len(stem) <= _LONG else ():
        kind, _, value = part.removeprefix(_NOT).partition(".")
        new = [(kind, choice) for choice in _parse_values(kind, value)]
        if not new:
            raise QuestionError(
                f"{part!r} is no valid part; write {', '.join(f'{name}.…' for name in _FIELDS)}"
            )
        terms[part.startswith(_NOT)] += new
    question = _make_question(terms[False], terms[True])
    longest = max(len(part.encode()) for part in question.stem.split("/"))
    if not 0 < len(question.wanted) + len(question.barred) <= _MOST or longest > _LONGEST:
        raise QuestionError(
            f"too long: at most {_MOST} names and words, of {_LONGEST} bytes a part"
        )
    return question


def _parse_values(kind: str, value: str) -> Iterable[str]:
    """Return the values in one part of an address, such as two words, normalised; none if invalid
    for `kind`."""
    match kind:
        case "tag" | "category" if value.strip():
            return (slug(value),)
        case "source" if SOURCE_KEY.fullmatch(value) and '"' not in value:
            return (value,)
        case "lang" if _LANGUAGE.fullmatch(language := value.lower().partition("-")[0]):
            return (language,)
        case "words":
            return each_word(value)
    return ()


def _make_question(wanted: Iterable[Any], barred: Iterable[Any]) -> Question:
    order = list(_FIELDS)
    by_kind = [
        sorted(set(some), key=lambda term: (order.index(term[0]), term[1]))
        for some in (wanted, barred)
    ]
    return Question(*map(tuple, by_kind))


def _write_parts(terms: Iterable[Term]) -> list[str]:
    words = "-".join(value for kind, value in terms if kind == "words")
    return [f"{kind}.{value}" for kind, value in terms if kind != "words"] + (
        [f"words.{words}"] if words else []
    )
