"""taxonomy.toml as values. A wrong key or value is a ConfigError that names it and its cure."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError, model_validator

from syndicator.errors import ConfigError
from syndicator.settings import explain, read_toml

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
_KEYS = {"category", "tag", "name", "description", "words", "examples", "aliases"}


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

    @model_validator(mode="after")
    def _once(self) -> Vocabulary:
        _unique("category", [category.name for category in self.category])
        _unique("tag", [tag.name for tag in self.tag])
        return self


def load(path: Path) -> Vocabulary:
    """The vocabulary in the file `path`. Raises ConfigError naming file, key and cure."""
    return parse(read_toml(path), path)


def parse(values: dict[str, Any], path: Path) -> Vocabulary:
    """`values` of a TOML file as a vocabulary; `path` is for the error message. Raises ConfigError."""
    try:
        return Vocabulary(**values)
    except ValidationError as error:
        raise ConfigError(explain(path, error, _KEYS)) from error
    except TypeError as error:
        raise ConfigError(f"{path}: {error}") from error


def fold(name: str) -> str:
    """What two spellings of one name have in common: case, hyphens, underscores and spaces do not matter."""
    return re.sub(r"[\s_\-‐‑–]+", " ", name.casefold()).strip()


def _unique(kind: str, names: list[str]) -> None:
    seen: dict[str, str] = {}
    for name in names:
        if fold(name) in seen:
            raise ValueError(f"{kind} {name!r} is there twice (as {seen[fold(name)]!r}); keep one")
        seen[fold(name)] = name
