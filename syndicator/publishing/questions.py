"""Questions: feeds that an address asks for, such as q/tag.ai/tag.privacy/not.tag.finance/lang.en/words.gpu. Pure.

Of tags any will do, and so of categories, sources and languages; all words must stand there; what follows "not." must
not. The answer is found in the files of the search, as the pages find it, so that no database is asked."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from syndicator.core.axes import SOURCE_KEY
from syndicator.core.model import FeedKey
from syndicator.core.text import each_term, each_word, slug
from syndicator.publishing import search
from syndicator.publishing.paths import QUESTIONS

_NOT: Final = "not."
# A kind -> the field of the language of saved queries.
_FIELDS: Final = {"tag": "tag", "category": "category", "source": "source", "lang": "language", "words": "words"}
_LATER: Final = ("lang", "words")  # kinds that stand after what must not be there
_MOST: Final = 12  # values, each word of them: a file of each period is read for each
_LONGEST: Final = 200  # bytes of a part of an address: file systems have names of 255
_LONG: Final = 1000  # characters of an address that is read
_LANGUAGE: Final = re.compile("[a-z]{2,3}")

Term = tuple[str, str]  # kind, value
Read = Callable[[str], bytes | None]  # a published file


class QuestionError(ValueError):
    """An address that asks nothing that can be answered; the message is for whoever wrote it."""

    key = "slug"  # of feeds.toml, where it may stand


@dataclass(frozen=True, slots=True)
class Question:
    """Sorted, without doubles: equal questions are equal."""

    wanted: tuple[Term, ...]
    barred: tuple[Term, ...] = ()

    @property
    def stem(self) -> str:
        """Its one address below the web root, without the ending."""
        own = [term for term in self.wanted if term[0] not in _LATER]
        barred = [_NOT + part for part in _parts(self.barred)]
        return QUESTIONS + "/".join((*_parts(own), *barred, *_parts(self.wanted[len(own) :])))

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
        return [FeedKey(*term) for term in (*self.wanted, *self.barred) if term[0] not in _LATER]

    def moved(self, to: Mapping[FeedKey, FeedKey]) -> "Question":
        """The same of feeds that moved."""
        wanted, barred = ([tuple(to.get(FeedKey(*one), one)) for one in some] for some in (self.wanted, self.barred))
        return _sorted(wanted, barred)


def parse(stem: str) -> Question:
    """The question of an address below the web root, without the ending. Raises QuestionError."""
    terms: dict[bool, list[Term]] = {False: [], True: []}
    for part in stem.removeprefix(QUESTIONS).split("/") if len(stem) <= _LONG else ():
        kind, _, value = part.removeprefix(_NOT).partition(".")
        found = [(kind, one) for one in _values(kind, value)]
        if not found:
            raise QuestionError(f"{part!r} is nothing to ask for; write {', '.join(f'{one}.…' for one in _FIELDS)}")
        terms[part.startswith(_NOT)] += found
    question = _sorted(terms[False], terms[True])
    longest = max(len(part.encode()) for part in question.stem.split("/"))
    if not 0 < len(question.wanted) + len(question.barred) <= _MOST or longest > _LONGEST:
        raise QuestionError(f"too long: at most {_MOST} names and words, of {_LONGEST} bytes a part")
    return question


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


def _parts(terms: Iterable[Term]) -> list[str]:
    """The parts of an address: words are one, joined by hyphens, which no word has."""
    words = "-".join(value for kind, value in terms if kind == "words")
    return [f"{kind}.{value}" for kind, value in terms if kind != "words"] + ([f"words.{words}"] if words else [])


def answer(question: Question, read: Read, most: int) -> list[str]:
    """The ids of the articles, the newest first. Raises LookupError where a file of the search is missing."""
    found: list[str] = []
    for name, _, count, parts in reversed(_data(read, search.MANIFEST)):
        places = _places(question, partial(_said, read, name, parts), count)
        for place in sorted(places, reverse=True)[: most - len(found)]:
            docs = _data(read, f"{search.FOLDER}{name}.d{place // search.DOCS}.js")
            found.append(docs[place % search.DOCS][-1])
        if len(found) >= most:
            break
    return found


def _places(question: Question, said: Callable[[str], set[int]], count: int) -> set[int]:
    """Which of `count` articles it asks for. `said`: those of a term of the search; of what is settled none is read."""
    places = set(range(count))
    for choices in _choices(question.wanted):
        places = places and places & _holding(choices, said)
    for choices in _choices(question.barred):
        places = places and places - _holding(choices, said)
    return places


def _choices(terms: Iterable[Term]) -> list[list[list[str]]]:
    """By kind, and for each word by itself: what may hold, each as terms of the search that hold together."""
    found: dict[object, list[list[str]]] = {}
    for kind, value in terms:
        if kind == "words":
            found[kind, value] = [list(each_term(value))]
        else:
            found.setdefault(kind, []).append([search.facet(kind, value)])
    return list(found.values())


def _holding(choices: Iterable[Iterable[str]], said: Callable[[str], set[int]]) -> set[int]:
    return set().union(*(set.intersection(*map(said, terms)) for terms in choices))


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
