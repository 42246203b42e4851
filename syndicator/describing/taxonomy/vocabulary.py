"""taxonomy.toml as values, where a taxonomy is on disk, and the topics of data/topics."""

from __future__ import annotations

import itertools
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from syndicator.configuration.toml_files import TomlFile, read_toml_file
from syndicator.core.errors import ConfigError, Fault

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]


class CategoryDef(BaseModel):
    """A category as the operator describes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    description: str = ""
    words: tuple[Name, ...] = ()
    examples: tuple[str, ...] = ()


class TagDef(BaseModel):
    """A tag as the operator spells it, with other spellings that mean the same."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    aliases: tuple[Name, ...] = ()
    description: str = ""


class Vocabulary(BaseModel):
    """All of taxonomy.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    category: tuple[CategoryDef, ...] = ()
    tag: tuple[TagDef, ...] = ()


def load(path: Path) -> Vocabulary:
    """The vocabulary in the file `path`. Raises ConfigError naming file, key and cure."""
    return parse(read_toml_file(path))


def load_any(path: Path) -> Vocabulary:
    """The vocabulary in the file `path`, an empty one if it is not there. Raises ConfigError."""
    return load(path) if path.exists() else Vocabulary()


def parse(file: TomlFile) -> Vocabulary:
    """A TOML file as a vocabulary. Raises ConfigError with all that is wrong."""
    try:
        found = Vocabulary.model_validate(file.values)
    except ValidationError as error:
        raise ConfigError.of(file.faults(error, Vocabulary)) from error
    doubles = [*_doubles(file, "category", found.category), *_doubles(file, "tag", found.tag)]
    if doubles:
        raise ConfigError.of(doubles)
    return found


def fold(name: str) -> str:
    """What two spellings of one name have in common: case, hyphens, underscores and spaces do not matter."""
    return re.sub(r"[\s_\-‐‑–]+", " ", name.casefold()).strip()


def _doubles(file: TomlFile, kind: str, found: Sequence[CategoryDef | TagDef]) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for number, one in enumerate(found):
        if fold(one.name) in seen:
            message = f"{kind} {one.name!r} is there twice (as {seen[fold(one.name)]!r}); keep one"
            yield file.fault(message, kind, number, "name")
        seen.setdefault(fold(one.name), one.name)


class TaxonomyFiles(tuple[str, str, int]):
    """(taxonomy.toml, learnt state, a number that changes when either does): what a worker needs to load it."""

    __slots__ = ()

    @classmethod
    def of(cls, toml: Path, learnt: Path) -> TaxonomyFiles:
        """The files `toml` and `learnt`, absent or not, with the sum of their times of change (nanoseconds)."""
        changed = sum(path.stat().st_mtime_ns for path in (toml, learnt) if path.exists())
        return cls((str(toml), str(learnt), changed))

    @property
    def toml(self) -> Path:
        """The file of the operator's categories and tags."""
        return Path(self[0])


ENGLISH: Final = "en"
APART: Final = frozenset(("sport", "mathematics", "fashion", "food", "travel", "home", "education"))  # on nothing else
_TERM = re.compile(r"[\w][\w'’.+-]*[\w+]|\w")


class Topic(NamedTuple):
    """`subject`: words that name the very subject, whatever words of money or law stand around them."""

    name: str
    words: frozenset[str]
    subject: frozenset[str]


@lru_cache(maxsize=16)
def topics(language: str = ENGLISH) -> tuple[Topic, ...]:
    """All topics in the words of `language` (ISO 639-1), if it has a file: whole words in English, else beginnings."""
    file = _folder().joinpath(f"{language}.toml")
    raw: dict[str, Any] = tomllib.loads(file.read_text("utf-8")) if file.is_file() else {}
    return tuple(Topic(name, _split(t["words"]), _split(t.get("subject", ""))) for name, t in raw.items())


def named() -> frozenset[str]:
    """All topics that a category may have."""
    return frozenset(_names())


def of_category(category: CategoryDef, language: str = ENGLISH) -> list[Topic]:
    """The topics a category is called like: by its name or the head of its description, else by a word of them."""
    name = _dashed(category.name)
    head = _dashed(category.description.split(":")[0]) if ":" in category.description else ""
    whole = {topic for topic, names in _names().items() if name in names or head in names}
    parts = set((head or name).split("-"))
    alike = whole or {topic for topic, names in _names().items() if parts & names}
    return [topic for topic in topics(language) if topic.name in alike]


def apart(categories: Iterable[CategoryDef], language: str = ENGLISH) -> list[Topic]:
    """The topics that are on nothing that other topics are on, and that none of `categories` is called like."""
    return [topic for topic in unlike(categories, language) if topic.name in APART]


def unlike(categories: Iterable[CategoryDef], language: str = ENGLISH) -> list[Topic]:
    """The topics that none of `categories` is called like."""
    own = {topic.name for category in categories for topic in of_category(category, language)}
    return [topic for topic in topics(language) if topic.name not in own]


def terms(text: str) -> Counter[str]:
    """Words and pairs of neighbours ("interest-rates") of `text` in lower case with their number."""
    words = [word.replace("’", "'").removesuffix("'s") for word in _TERM.findall(text.casefold())]
    counts = Counter(words)
    counts.update(f"{a}-{b}" for a, b in itertools.pairwise(words))
    return counts


def _split(words: str) -> frozenset[str]:
    return frozenset(words.casefold().split())


@lru_cache(maxsize=1)
def _names() -> dict[str, frozenset[str]]:
    rows = _raw_names().items()
    return {topic: frozenset(" ".join(names.values()).split()) for topic, names in rows}


@lru_cache(maxsize=1)
def _raw_names() -> dict[str, dict[str, Any]]:
    return tomllib.loads(_folder().joinpath("names.toml").read_text("utf-8"))


def _folder() -> Any:
    return resources.files("syndicator.describing").joinpath("data/topics")


def _dashed(name: str) -> str:
    return re.sub(r"[\W_]+", "-", name.casefold()).strip("-")
