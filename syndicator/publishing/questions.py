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
_AFTER_BARRED: Final = ("lang", "words")  # kinds after the `not.` parts
_MOST_VALUES: Final = 12  # counting words: each needs a file of each period
_LONGEST_PART: Final = 200  # bytes: names in file systems have 255
_LONGEST_ADDRESS: Final = 1000  # characters
_TOO_LONG: Final = (
    f"too long: at most {_MOST_VALUES} names and words, of {_LONGEST_PART} bytes a part"
)
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
        early = [term for term in self.wanted if term[0] not in _AFTER_BARRED]
        late = [term for term in self.wanted if term[0] in _AFTER_BARRED]
        barred = [_NOT + part for part in _write_parts(self.barred)]
        return QUESTIONS + "/".join([*_write_parts(early), *barred, *_write_parts(late)])

    @property
    def query(self) -> str:
        """The question in the language of saved queries."""
        terms_of_kind: dict[str, list[str]] = {}
        for kind, value in self.wanted:
            terms_of_kind.setdefault(kind, []).append(f'{_FIELDS[kind]}:"{value}"')
        groups: list[str] = []
        for kind, terms in terms_of_kind.items():
            operator = " and " if kind == "words" else " or "
            groups.append(f"({operator.join(terms)})")
        for kind, value in self.barred:
            groups.append(f'not {_FIELDS[kind]}:"{value}"')
        return " and ".join(groups)

    def title(self, names: Mapping[FeedKey, str]) -> str:
        """Return the title for people. `names`: titles of the feeds of tags, categories and
        sources."""
        parts = [names.get(FeedKey(*term), term[1]) for term in self.wanted]
        parts += [f"not {names.get(FeedKey(*term), term[1])}" for term in self.barred]
        return ", ".join(parts)

    @property
    def feeds(self) -> list[FeedKey]:
        """The feeds of the tags, categories and sources in the question; some may have moved."""
        return [
            FeedKey(*term) for term in (*self.wanted, *self.barred) if term[0] not in _AFTER_BARRED
        ]

    @property
    def languages(self) -> list[str]:
        return [value for kind, value in (*self.wanted, *self.barred) if kind == "lang"]

    def replace_moved_feeds(self, to: Mapping[FeedKey, FeedKey]) -> "Question":
        """Return the question with moved feeds replaced by their targets. `to`: moved feed ->
        target."""
        wanted = [to.get(FeedKey(*term), term) for term in self.wanted]
        barred = [to.get(FeedKey(*term), term) for term in self.barred]
        return _make_question(wanted, barred)


def parse_question(stem: str) -> Question:
    """Return the question of an address below the web root, without the ending. Raises
    QuestionError."""
    if len(stem) > _LONGEST_ADDRESS:
        raise QuestionError(_TOO_LONG)
    wanted: list[Term] = []
    barred: list[Term] = []
    for part in stem.removeprefix(QUESTIONS).split("/"):
        kind, _, value = part.removeprefix(_NOT).partition(".")
        terms = [(kind, parsed) for parsed in _parse_values(kind, value)]
        if not terms:
            forms = ", ".join(f"{name}.…" for name in _FIELDS)
            raise QuestionError(f"{part!r} is no valid part; write {forms}")
        if part.startswith(_NOT):
            barred += terms
        else:
            wanted += terms
    question = _make_question(wanted, barred)
    count = len(question.wanted) + len(question.barred)
    longest_part = max(len(part.encode()) for part in question.stem.split("/"))
    if not 0 < count <= _MOST_VALUES or longest_part > _LONGEST_PART:
        raise QuestionError(_TOO_LONG)
    return question


def _parse_values(kind: str, value: str) -> Iterable[str]:
    """Return the normalised values in one part of an address, such as two words; none if the part
    is invalid for its kind."""
    match kind:
        case "tag" | "category" if value.strip():
            return (slug(value),)
        case "source" if SOURCE_KEY.fullmatch(value) and '"' not in value:
            return (value,)
        case "lang":
            language = value.lower().partition("-")[0]
            return (language,) if _LANGUAGE.fullmatch(language) else ()
        case "words":
            return each_word(value)
    return ()


def _make_question(wanted: Iterable[Any], barred: Iterable[Any]) -> Question:
    """Return the question with sorted and distinct terms."""
    return Question(tuple(_sort_terms(wanted)), tuple(_sort_terms(barred)))


def _sort_terms(terms: Iterable[Any]) -> list[Term]:
    """Return the distinct terms by kind, in the order of `_FIELDS`, and value."""
    order = list(_FIELDS)
    pairs = {(kind, value) for kind, value in terms}
    return sorted(pairs, key=lambda term: (order.index(term[0]), term[1]))


def _write_parts(terms: Iterable[Term]) -> list[str]:
    """Return the parts of an address: one for each term, the last for all words."""
    parts: list[str] = []
    words: list[str] = []
    for kind, value in terms:
        if kind == "words":
            words.append(value)
        else:
            parts.append(f"{kind}.{value}")
    if words:
        parts.append(f"words.{'-'.join(words)}")
    return parts
