"""taxonomy.toml as values. A wrong key or value is a ConfigError that names it and its cure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

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
