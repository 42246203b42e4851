"""Parse questions: addresses that define a feed by what its articles have (q/tag.ai/...). Pure.

An example: q/tag.ai/tag.privacy/not.tag.finance/lang.en/words.gpu.

Each part has a kind (tag, category, source, lang or words) and a value. For each kind in the
address, an article must have at least one of the values, but all of the words; and it must have no
value of a "not." part."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from syndicator.core.axes import SOURCE_KEY
from syndicator.core.model import FeedKey
from syndicator.core.text import each_word, slug
from syndicator.publishing.paths import QUESTIONS

_NOT_PREFIX: Final = "not."
# Kind of a term -> its field in the language of saved queries.
_FIELD_OF_KIND: Final = {
    "tag": "tag",
    "category": "category",
    "source": "source",
    "lang": "language",
    "words": "words",
}
# Kinds whose parts follow the `not.` parts in an address; the parts of other kinds precede them.
# They are also the kinds that have no feed of their own.
_AFTER_EXCLUDED: Final = ("lang", "words")
# Values in an address, each word counts: for each, a file of each search period is read.
_MOST_VALUES: Final = 12
_LONGEST_PART: Final = 200  # bytes: names in file systems have 255
_LONGEST_ADDRESS: Final = 1000  # characters
_TOO_LONG: Final = (
    f"too long: at most {_MOST_VALUES} names and words, of {_LONGEST_PART} bytes a part"
)
_LANGUAGE_CODE: Final = re.compile("[a-z]{2,3}")

Term = tuple[str, str]  # kind, value


class QuestionError(ValueError):
    """An address that is not a valid question; the message is for the person who wrote it."""

    key = "slug"  # of feeds.toml


@dataclass(frozen=True, slots=True)
class Question:
    """A question. `required`: terms that its articles have, as (kind, value); `excluded`: terms
    that they must not have. Both are sorted and have no term twice."""

    required: tuple[Term, ...]
    excluded: tuple[Term, ...] = ()

    @property
    def stem(self) -> str:
        """The address of the question below the web root, without a file ending, such as
        "q/tag.ai/not.source.a/lang.en". Its parts have a fixed order, so that questions with the
        same terms have the same address."""
        before_excluded: list[Term] = []
        after_excluded: list[Term] = []
        for kind, value in self.required:
            terms = after_excluded if kind in _AFTER_EXCLUDED else before_excluded
            terms.append((kind, value))
        excluded = [_NOT_PREFIX + part for part in _write_parts(self.excluded)]
        parts = [*_write_parts(before_excluded), *excluded, *_write_parts(after_excluded)]
        return QUESTIONS + "/".join(parts)

    @property
    def query(self) -> str:
        """The question in the language of saved queries: q/tag.ai/tag.law/not.source.a gives
        `(tag:"ai" or tag:"law") and not source:"a"`."""
        terms_by_kind: dict[str, list[str]] = {}
        for kind, value in self.required:
            terms_by_kind.setdefault(kind, []).append(f'{_FIELD_OF_KIND[kind]}:"{value}"')
        groups: list[str] = []
        for kind, terms in terms_by_kind.items():
            operator = " and " if kind == "words" else " or "
            groups.append(f"({operator.join(terms)})")
        for kind, value in self.excluded:
            groups.append(f'not {_FIELD_OF_KIND[kind]}:"{value}"')
        return " and ".join(groups)

    def title(self, names: Mapping[FeedKey, str]) -> str:
        """Return a title of the question for people, such as "Privacy, not Finance". `names`: feed
        key -> name, of the feeds of tags, categories and sources. A term without a feed is written
        as its value."""
        parts = [names.get(FeedKey(kind, value), value) for kind, value in self.required]
        for kind, value in self.excluded:
            name = names.get(FeedKey(kind, value), value)
            parts.append(f"not {name}")
        return ", ".join(parts)

    @property
    def feeds(self) -> list[FeedKey]:
        """The keys of the feeds of all tags, categories and sources that the question names,
        required or excluded. Some of these feeds may have moved since the question was written."""
        # languages and words, which may stand after excluded terms, have no feeds
        return [
            FeedKey(kind, value)
            for kind, value in (*self.required, *self.excluded)
            if kind not in _AFTER_EXCLUDED
        ]

    @property
    def languages(self) -> list[str]:
        """The languages in the question, also in its "not." parts, such as "en"."""
        return [value for kind, value in (*self.required, *self.excluded) if kind == "lang"]

    def replace_moved_feeds(self, new_keys: Mapping[FeedKey, FeedKey]) -> "Question":
        """Return the question with the present tags, categories and sources in place of those whose
        feeds moved, such as a renamed tag. `new_keys`: old feed key -> new feed key."""
        # a term (kind, value) and the key of its feed (axis, slug) are equal tuples
        required = [new_keys.get(FeedKey(*term), term) for term in self.required]
        excluded = [new_keys.get(FeedKey(*term), term) for term in self.excluded]
        return _make_question(required, excluded)


def parse_question(stem: str) -> Question:
    """Return the question that an address asks: for articles with certain tags, sources and so on.
    `stem`: the path below the web root without the file ending, such as "q/tag.ai/not.source.a".
    Raises QuestionError if a part is invalid, or if the address has too many values or is too
    long."""
    if len(stem) > _LONGEST_ADDRESS:
        raise QuestionError(_TOO_LONG)
    required: list[Term] = []
    excluded: list[Term] = []
    for part in stem.removeprefix(QUESTIONS).split("/"):
        kind, _, value = part.removeprefix(_NOT_PREFIX).partition(".")
        terms = [(kind, parsed) for parsed in _parse_values(kind, value)]
        if not terms:
            forms = ", ".join(f"{name}.…" for name in _FIELD_OF_KIND)
            raise QuestionError(f"{part!r} is no valid part; write {forms}")
        if part.startswith(_NOT_PREFIX):
            excluded += terms
        else:
            required += terms
    question = _make_question(required, excluded)
    count = len(question.required) + len(question.excluded)
    longest_part = max(len(part.encode()) for part in question.stem.split("/"))
    if not 0 < count <= _MOST_VALUES or longest_part > _LONGEST_PART:
        raise QuestionError(_TOO_LONG)
    return question


def _parse_values(kind: str, value: str) -> Iterable[str]:
    """Return the values in one part of a question's address in their normal form: several for
    "words", else one. Return no values if the kind is unknown or the value is invalid. `kind`: such
    as "tag"; `value`: the text behind it, "ai" in "tag.ai"."""
    match kind:
        case "tag" | "category" if value.strip():
            return (slug(value),)
        case "source" if SOURCE_KEY.fullmatch(value) and '"' not in value:
            return (value,)
        case "lang":
            language, _, _ = value.lower().partition("-")
            return (language,) if _LANGUAGE_CODE.fullmatch(language) else ()
        case "words":
            return each_word(value)
    return ()


def _make_question(required: Iterable[Any], excluded: Iterable[Any]) -> Question:
    """Return the question with sorted and distinct terms."""
    return Question(tuple(_sort_terms(required)), tuple(_sort_terms(excluded)))


def _sort_terms(terms: Iterable[Any]) -> list[Term]:
    """Return the terms of a question, pairs such as ("tag", "ai"), without duplicates. They are
    sorted by kind (in the order of `_FIELD_OF_KIND`), then by value."""
    kinds = list(_FIELD_OF_KIND)

    def get_rank(term: Term) -> tuple[int, str]:
        kind, value = term
        return kinds.index(kind), value

    distinct_terms = {(kind, value) for kind, value in terms}
    return sorted(distinct_terms, key=get_rank)


def _write_parts(terms: Iterable[Term]) -> list[str]:
    """Return the parts of a question's address: one for each term, such as "tag.ai" for ("tag",
    "ai"), but a single one for all words, such as "words.gpu-price", at the end."""
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
