"""Load and check taxonomy.toml; load our own topics and their words from data/topics."""

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
# An article on one of these topics is on nothing else, so that it may win over all categories.
APART: Final = frozenset(("sport", "mathematics", "fashion", "food", "travel", "home", "education"))
_TERM = re.compile(r"[\w][\w'’.+-]*[\w+]|\w")


class CategoryDef(BaseModel):
    """A category of the operator. `description`: what belongs to it; `words`: words that speak for
    it; `examples`: titles or texts that belong to it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    description: str = ""
    words: tuple[Name, ...] = ()
    examples: tuple[str, ...] = ()


class TagDef(BaseModel):
    """A tag of the operator. `aliases`: other spellings of it."""

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
        """True if listed tags are added to the publishers' tags. False if they replace them as soon
        as one tag is listed."""
        return self.only is False


def load(path: Path) -> Vocabulary:
    """Load taxonomy.toml from `path`. Raises ConfigError, which names file, key and correction."""
    return parse(read_toml_file(path))


def load_any(path: Path) -> Vocabulary:
    """Load taxonomy.toml from `path`. If the file is missing, return a vocabulary without
    categories and tags. Raises ConfigError."""
    return load(path) if path.exists() else Vocabulary()


def parse(file: TomlFile) -> Vocabulary:
    """Return the operator's categories and tags from a TOML file. Raises ConfigError with all
    faults, such as two tags of the same name."""
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
    """Return a name in the form in which names are compared: without differences of case, hyphens,
    underscores and spaces."""
    return re.sub(r"[\s_\-‐‑–]+", " ", name.casefold()).strip()


def _find_doubles(
    file: TomlFile, kind: str, definitions: Sequence[CategoryDef | TagDef]
) -> Iterator[Fault]:
    """Yield a fault for each of `definitions` that has the name of an earlier one. Names are the
    same if they differ only in case and hyphens. `kind`: the name of the table in the file,
    "category" or "tag"."""
    names: dict[str, str] = {}  # as written, by the form without case and hyphens
    for number, definition in enumerate(definitions):
        folded = fold(definition.name)
        if folded in names:
            message = f"{kind} {definition.name!r} is there twice (as {names[folded]!r}); keep one"
            yield file.fault(message, kind, number, "name")
        names.setdefault(folded, definition.name)


class TaxonomyFiles(tuple[str, str, int]):
    """The files of the taxonomy, as a key for caches: (path of taxonomy.toml, path of what was
    learnt, sum of their modification times). The sum changes when one of the files does."""

    __slots__ = ()

    @classmethod
    def of(cls, toml: Path, learnt: Path) -> "TaxonomyFiles":
        """Return the value for these two files. A missing file adds nothing to the sum of times,
        which is in nanoseconds."""
        changed = sum(path.stat().st_mtime_ns for path in (toml, learnt) if path.exists())
        return cls((str(toml), str(learnt), changed))

    @property
    def toml(self) -> Path:
        return Path(self[0])


class Topic(NamedTuple):
    """One of the topics in data/topics. `words`: words that speak for it; `subject`: words that
    decide for it, whatever other words say."""

    name: str
    words: frozenset[str]
    subject: frozenset[str]


@lru_cache(maxsize=16)
def load_topics(language: str = ENGLISH) -> tuple[Topic, ...]:
    """Return our own topics with their words in `language` (ISO 639-1); () if we have none for this
    language. In other languages than English, the words are beginnings of words."""
    try:
        tables = read_toml(f"topics/{language}.toml")
    except FileNotFoundError:
        return ()
    return tuple(
        Topic(name, _split_words(table["words"]), _split_words(table.get("subject", "")))
        for name, table in tables.items()
    )


def find_matching_topics(category: CategoryDef, language: str = ENGLISH) -> list[Topic]:
    """Return our topics that match the operator's `category`. These are the topics that have the
    name of the category, or its heading, as a name. (The heading is the part of the description
    before a colon.) If there are none, these are the topics that have one word of the heading as a
    name; without a heading, one word of the category's name."""
    name = _join_with_dashes(category.name)
    beginning, colon, _ = category.description.partition(":")
    heading = _join_with_dashes(beginning) if colon else ""
    names_by_topic = _load_topic_names()
    whole_names = {name, heading}
    matching = {topic for topic, names in names_by_topic.items() if whole_names & names}
    if not matching:
        words = set((heading or name).split("-"))
        matching = {topic for topic, names in names_by_topic.items() if words & names}
    return [topic for topic in load_topics(language) if topic.name in matching]


def find_other_topics(categories: Iterable[CategoryDef], language: str = ENGLISH) -> list[Topic]:
    """Return our topics, with their words in `language`, that match none of the operator's
    `categories`."""
    matching: set[str] = set()
    for category in categories:
        matching.update(topic.name for topic in find_matching_topics(category, language))
    return [topic for topic in load_topics(language) if topic.name not in matching]


def count_terms(text: str) -> Counter[str]:
    """Return how often a text has each word and each pair of neighbouring words
    ("interest-rates"). The keys are in lower case."""
    words = [word.replace("’", "'").removesuffix("'s") for word in _TERM.findall(text.casefold())]
    counts = Counter(words)
    counts.update(f"{first}-{second}" for first, second in itertools.pairwise(words))
    return counts


def _split_words(words: str) -> frozenset[str]:
    return frozenset(words.casefold().split())


@lru_cache(maxsize=1)
def _load_topic_names() -> dict[str, frozenset[str]]:
    """Return by topic its names in all languages, in lower case and with hyphens between words."""
    tables = read_toml("topics/names.toml").items()
    return {topic: frozenset(" ".join(names.values()).split()) for topic, names in tables}


def _join_with_dashes(name: str) -> str:
    """Return a name in lower case with a hyphen between its words."""
    return re.sub(r"[\W_]+", "-", name.casefold()).strip("-")
