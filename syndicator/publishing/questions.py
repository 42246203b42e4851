"""Questions: feeds that an address asks for, such as q/tag.ai/tag.privacy/not.tag.finance/lang.en/words.gpu. Pure.

Of tags any will do, and so of categories, sources and languages; all words must stand there; what follows "not." must
not. The answer is found in the files of the search, as the pages find it, so that no database is asked."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from syndicator.core.axes import SOURCE_KEY
from syndicator.core.model import FeedKey
from syndicator.core.text import each_term, each_word, slug
from syndicator.publishing import search
from syndicator.publishing.paths import QUESTIONS

_NOT: Final = "not."
# A kind -> the field of the language of saved queries.
_FIELDS: Final = {"tag": "tag", "category": "category", "source": "source", "lang": "language", "words": "words"}
_MOST: Final = 12  # values, each word of them: a file of each period is read for each
_LONGEST: Final = 200  # bytes of a part of an address: file systems have names of 255
_LANGUAGE: Final = re.compile("[a-z]{2,3}")

Term = tuple[str, str]  # kind, value


class QuestionError(ValueError):
    """An address that asks nothing that can be answered; the message is for whoever wrote it."""


@dataclass(frozen=True, slots=True)
class Question:
    """Sorted, without doubles: equal questions are equal."""

    wanted: tuple[Term, ...]
    barred: tuple[Term, ...] = ()

    @property
    def stem(self) -> str:
        """Its one address below the web root, without the ending."""
        kinds, barred = _parts(self.wanted), [_NOT + part for part in _parts(self.barred).values()]
        own = [part for kind, part in kinds.items() if not kind.startswith(("lang.", "words."))]
        return QUESTIONS + "/".join((*own, *barred, *(part for part in kinds.values() if part not in own)))

    @property
    def query(self) -> str:
        """The same in the language of saved queries."""
        kinds: dict[str, list[str]] = {}
        for kind, value in self.wanted:
            kinds.setdefault(kind, []).append(f'{_FIELDS[kind]}:"{value}"')
        groups = [f"({(' and ' if kind == 'words' else ' or ').join(terms)})" for kind, terms in kinds.items()]
        return " and ".join((*groups, *(f'not {_FIELDS[kind]}:"{value}"' for kind, value in self.barred)))

    def title(self, names: Mapping[FeedKey, str]) -> str:
        """What people call it. `names`: of the feeds of tags, categories and sources, as far as they have one."""
        wanted = [names.get(FeedKey(*term), term[1]) for term in self.wanted]
        return ", ".join((*wanted, *(f"not {names.get(FeedKey(*term), term[1])}" for term in self.barred)))

    @property
    def feeds(self) -> list[FeedKey]:
        """The feeds that it names: a tag may have another address today."""
        return [FeedKey(*term) for term in (*self.wanted, *self.barred) if term[0] not in ("lang", "words")]

    def moved(self, to: Mapping[FeedKey, FeedKey]) -> "Question":
        """The same of feeds that moved."""
        wanted, barred = ([tuple(to.get(FeedKey(*one), one)) for one in some] for some in (self.wanted, self.barred))
        return _sorted(wanted, barred)


def parse(stem: str) -> Question:
    """The question of an address below the web root, without the ending. Raises QuestionError."""
    wanted: list[Term] = []
    barred: list[Term] = []
    for part in stem.removeprefix(QUESTIONS).split("/"):
        if len(part.encode("utf-8", "replace")) > _LONGEST or len(wanted) + len(barred) > _MOST:
            break
        kind, _, value = part.removeprefix(_NOT).partition(".")
        found = [(kind, one) for one in _values(kind, value)]
        if not found:
            raise QuestionError(f"{part!r} is nothing to ask for; write {', '.join(f'{one}.…' for one in _FIELDS)}")
        (barred if part.startswith(_NOT) else wanted).extend(found)
    else:
        question = _sorted(wanted, barred)
        longest = max(len(part.encode()) for part in question.stem.split("/"))
        if len(wanted) + len(barred) <= _MOST and longest <= _LONGEST:
            return question
    raise QuestionError(f"too long: at most {_MOST} names and words, of {_LONGEST} bytes a part")


def _values(kind: str, value: str) -> Iterable[str]:
    """The values of a part of an address as they are compared, none for what cannot be asked for."""
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


def _sorted(wanted: Iterable[Any], barred: Iterable[Any]) -> Question:
    order = list(_FIELDS)
    by_kind = [sorted(set(some), key=lambda one: (order.index(one[0]), one[1])) for some in (wanted, barred)]
    return Question(*map(tuple, by_kind))


def _parts(terms: Iterable[Term]) -> dict[str, str]:
    """The parts of an address: words are one, joined by hyphens, which no word has."""
    words = "-".join(value for kind, value in terms if kind == "words")
    parts = [f"{kind}.{value}" for kind, value in terms if kind != "words"] + ([f"words.{words}"] if words else [])
    return {part: part for part in parts}


Read = Callable[[str], bytes | None]  # a published file


def answer(question: Question, read: Read, most: int) -> list[str]:
    """The ids of the articles, the newest first. Raises LookupError where a file of the search is missing."""
    found: list[str] = []
    for name, _, count, parts in reversed(_data(read, search.MANIFEST)):
        places = _places(question, lambda term, name=name, parts=parts: _said(read, name, parts, term), count)
        for place in sorted(places, reverse=True)[: most - len(found)]:
            docs = _data(read, f"{search.FOLDER}{name}.d{place // search.DOCS}.js")
            found.append(docs[place % search.DOCS][-1])
        if len(found) >= most:
            break
    return found


def _places(question: Question, said: Callable[[str], set[int]], count: int) -> set[int]:
    places = set(range(count))
    for terms in _any_of(question.wanted):
        if places:
            places &= set().union(*map(said, terms))
    for term in question.barred:
        if places:
            every = [said(one) for one in _searched(term)]
            places -= set.intersection(*every)
    return places


def _any_of(wanted: Iterable[Term]) -> Iterator[list[str]]:
    """Terms of the search of which one is enough, in a list each."""
    kinds: dict[str, list[str]] = {}
    for kind, value in wanted:
        if kind != "words":
            kinds.setdefault(kind, []).append(search.facet(kind, value))
    yield from ([term] for kind, value in wanted if kind == "words" for term in each_term(value))
    yield from kinds.values()


def _searched(term: Term) -> list[str]:
    kind, value = term
    return list(each_term(value)) if kind == "words" else [search.facet(kind, value)]


def _said(read: Read, name: str, parts: int, term: str) -> set[int]:
    """The places of a term in a period."""
    lines = "\n" + _data(read, f"{search.FOLDER}{name}.t{search.part_of(term, parts)}.js")
    _, there, rest = lines.partition(f"\n{term} ")
    place, found = -1, set[int]()
    for step in rest.partition("\n")[0].split(",") if there else ():
        place += int(step.rstrip(".!"), 36) + 1
        found.add(place)
    return found


def _data(read: Read, name: str) -> Any:
    data = search.called(read(name))
    if data is None:
        raise LookupError(name)
    return data
