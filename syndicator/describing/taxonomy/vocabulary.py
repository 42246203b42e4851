"""Load and check taxonomy.toml; load our topics and their words from data/topics."""

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Final, NamedTuple

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from syndicator.configuration.toml_files import TomlFile, read_toml_file
from syndicator.core.errors import ConfigError, Fault
from syndicator.describing.resources import read_toml

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
ENGLISH: Final = "en"
# on nothing else
APART: Final = frozenset(("sport", "mathematics", "fashion", "food", "travel", "home", "education"))
_TERM = re.compile(r"[\w][\w'’.+-]*[\w+]|\w")


class CategoryDef(BaseModel):
    """A category of the operator."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    description: str = ""
    words: tuple[Name, ...] = ()
    examples: tuple[str, ...] = ()


class TagDef(BaseModel):
    """A tag of the operator, with other spellings."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    aliases: tuple[Name, ...] = ()
    description: str = ""


class Vocabulary(BaseModel):
    """The content of taxonomy.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    only: bool | None = None  # None: the file has no such key
    category: tuple[CategoryDef, ...] = ()
    tag: tuple[TagDef, ...] = ()

    @property
    def only_adds(self) -> bool:
        """True if listed tags are added to publishers' tags, False if the first one listed
        replaces them."""
        return self.only is False


def load(path: Path) -> Vocabulary:
    """Load `path`. Raises ConfigError naming file, key and correction."""
    return parse(read_toml_file(path))


def load_any(path: Path) -> Vocabulary:
    """Load `path`; empty if it is missing. Raises ConfigError."""
    return load(path) if path.exists() else Vocabulary()


def parse(file: TomlFile) -> Vocabulary:
    """Check a parsed TOML file. Raises ConfigError with all faults."""
    try:
        vocabulary = Vocabulary.model_validate(file.values)
    except ValidationError as error:
        raise ConfigError.of(file.faults(error, Vocabulary)) from error
    doubles = [
        *_find_doubles(file, "category", vocabulary.category),
        *_find_doubles(file, "tag", vocabulary.tag),
    ]
    if doubles:
        raise ConfigError.of(doubles)
    return vocabulary


def fold(name: str) -> str:
    """Return a name without differences of case, hyphens, underscores and spaces."""
    return re.sub(r"[\s_\-‐‑–]+", " ", name.casefold()).strip()


def _find_doubles(
    file: TomlFile, kind: str, definitions: Sequence[CategoryDef | TagDef]
) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for number, definition in enumerate(definitions):
        if fold(definition.name) in seen:
            message = (
                f"{kind} {definition.name!r} is there twice (as {seen[fold(definition.name)]!r});"
                " keep one"
            )
            yield file.fault(message, kind, number, "name")
        seen.setdefault(fold(definition.name), definition.name)


class TaxonomyFiles(tuple[str, str, int]):
    """Files to load the taxonomy from: (path of taxonomy.toml, path of learnt state, sum of
    mtimes)."""

    __slots__ = ()

    @classmethod
    def of(cls, toml: Path, learnt: Path) -> "TaxonomyFiles":
        """Return the value for these paths, present or not, with the sum of their mtimes
        (nanoseconds)."""
        changed = sum(path.stat().st_mtime_ns for path in (toml, learnt) if path.exists())
        return cls((str(toml), str(learnt), changed))

    @property
    def toml(self) -> Path:
        return Path(self[0])


class Topic(NamedTuple):
    """A topic with its words. `subject`: words that decide for it, whatever other words say."""

    name: str
    words: frozenset[str]
    subject: frozenset[str]


@lru_cache(maxsize=16)
def load_topics(language: str = ENGLISH) -> tuple[Topic, ...]:
    """Return all topics in `language` (ISO 639-1), () without a file. Outside English, words are
    beginnings."""
    try:
        raw = read_toml(f"topics/{language}.toml")
    except FileNotFoundError:
        raw = {}
    return tuple(
        Topic(name, _split_words(t["words"]), _split_words(t.get("subject", "")))
        for name, t in raw.items()
    )


def find_matching_topics(category: CategoryDef, language: str = ENGLISH) -> list[Topic]:
    """Return the topics that match a category: its name or the head of its description, else a word
    of these."""
    name = _join_with_dashes(category.name)
    head = (
        _join_with_dashes(category.description.split(":")[0]) if ":" in category.description else ""
    )
    whole = {
        topic for topic, names in _load_topic_names().items() if name in names or head in names
    }
    parts = set((head or name).split("-"))
    alike = whole or {topic for topic, names in _load_topic_names().items() if parts & names}
    return [topic for topic in load_topics(language) if topic.name in alike]


def find_other_topics(categories: Iterable[CategoryDef], language: str = ENGLISH) -> list[Topic]:
    """Return the topics that match none of `categories`."""
    own = {
        topic.name for category in categories for topic in find_matching_topics(category, language)
    }
    return [topic for topic in load_topics(language) if topic.name not in own]


def count_terms(text: str) -> Counter[str]:
    """Count words and pairs of neighbours ("interest-rates"), in lower case."""
    words = [word.replace("’", "'").removesuffix("'s") for word in _TERM.findall(text.casefold())]
    counts = Counter(words)
    counts.update(f"{a}-{b}" for a, b in itertools.pairwise(words))
    return counts


def _split_words(words: str) -> frozenset[str]:
    return frozenset(words.casefold().split())


@lru_cache(maxsize=1)
def _load_topic_names() -> dict[str, frozenset[str]]:
    rows = read_toml("topics/names.toml").items()
    return {topic: frozenset(" ".join(names.values()).split()) for topic, names in rows}


def _join_with_dashes(name: str) -> str:
    return re.sub(r"[\W_]+", "-", name.casefold()).strip("-")
