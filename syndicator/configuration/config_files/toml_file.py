"""A TOML file of the configuration, and the faults in it."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from syndicator.configuration.config_files.lines import Place, lines_of
from syndicator.core.errors import ConfigError, Fault
from syndicator.core.text import suggestion

# What is wrong with these may show what is secret: a key in the wrong place, a URL with a password.
_SECRET = frozenset(("llm", "url", "headers_env"))
_CURES = {
    "tuple_type": 'write a list, such as ["a", "b"]',
    "string_type": "write a text, in quotes",
    "bool_type": "write true or false",
    "bool_parsing": "write true or false",
    "int_type": "write a whole number",
    "int_parsing": "write a whole number",
    "int_from_float": "write a whole number",
    "float_type": "write a number",
    "float_parsing": "write a number",
    "model_type": "write a table: [its name] on a line, and its keys below",
}  # where pydantic speaks of its own types
_SHOWN = 80  # characters of a wrong value


@dataclass(frozen=True)
class TomlFile:
    """A file's values, and its text to find their lines in; without a text no fault has a line."""

    path: Path
    values: Mapping[str, Any]
    text: str = ""

    def fault(self, message: str, *place: str | int, entry: str = "") -> Fault:
        """What is wrong at `place`, in the words of `message`, which names the key where that helps. `entry`: what a
        person calls the table that it is in, such as "source 'one'"."""
        return Fault(
            file=str(self.path),
            line=self._line(place),
            key=dotted(place),
            message=f"{entry}: {message}" if entry else message,
        )

    def faults(self, error: ValidationError, model: type[BaseModel], *place: str | int, entry: str = "") -> list[Fault]:
        """All that pydantic found wrong in the table at `place`, which `model` describes."""
        found = [(tuple(one["loc"]), sentence(one, model, dotted(place))) for one in error.errors()]
        return [self.fault(message, *place, *loc, entry=entry) for loc, message in found]

    def where(self, *place: str | int) -> str:
        """File and line of what stands at `place`, "" where nothing does."""
        return f"{self.path}:{self._lines[place]}" if place in self._lines else ""

    def _line(self, place: Place) -> int | None:
        """The line of the nearest thing at or above `place` that stands in the file."""
        while place and place not in self._lines:
            place = place[:-1]
        return self._lines.get(place)

    @cached_property
    def _lines(self) -> dict[Place, int]:
        return lines_of(self.text)


def read(path: Path) -> TomlFile:
    """The file at `path`. Raises ConfigError that names the file, the line and the cure."""
    try:
        if not path.is_file() and (path.exists() or path.is_symlink()):  # a pipe or a device would be read for ever
            raise ConfigError.of([Fault(file=str(path), message="is no file, or a link to none; correct or delete it")])
        text = path.read_text(encoding="utf-8")
        if text.startswith("\ufeff"):
            raise ConfigError.of(
                [Fault(file=str(path), line=1, message="begins with a byte order mark; save it without")]
            )
        return TomlFile(path, tomllib.loads(text), text)
    except FileNotFoundError as error:
        raise ConfigError(f"{path} does not exist; `syndicator init` writes one to start with") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError.of([_no_toml(path, error)]) from error
    except RecursionError as error:
        raise ConfigError.of([Fault(file=str(path), message="has brackets within brackets without end")]) from error
    except UnicodeDecodeError as error:
        raise ConfigError.of([Fault(file=str(path), message="is not UTF-8; save it as UTF-8")]) from error
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from error


def _no_toml(path: Path, error: tomllib.TOMLDecodeError) -> Fault:
    said = str(error)
    line = re.search(r" \(at line (\d+), column (\d+)\)$", said)
    where = f"{said[: line.start()]}, at column {line[2]}" if line else said
    message = f"is not valid TOML: {where}; texts stand in quotes, and each key on a line of its own"
    return Fault(file=str(path), line=int(line[1]) if line else None, message=message)


def sentence(error: Mapping[str, Any], model: type[BaseModel], table: str = "") -> str:
    """What pydantic found wrong, in the words of an operator: the key, the fault, the cure. A key that is unknown is
    compared with those of its own table; `table`: what of a file `model` describes. Values of what may be secret are
    not shown."""
    loc = error["loc"]
    key = dotted(loc)
    if error["type"] == "extra_forbidden":
        return f"unknown key {key!r}" + _suggested(str(loc[-1]), loc[:-1], model, table)
    if error["type"] == "missing":
        return f"has no {key}; write one"
    message = _CURES.get(error["type"], error["msg"].removeprefix("Value error, "))
    if error["type"] == "value_error" or not _SECRET.isdisjoint(loc):
        return f"{key}: {message}" if key else message
    given = str(error.get("input"))[:_SHOWN]
    one_of = re.findall("'([^']*)'", error["msg"]) if error["type"] == "literal_error" else ()
    return f"{key}: {message} (got {given!r})" + suggestion(given, one_of)


def _suggested(name: str, place: Place, model: type[BaseModel], table: str) -> str:
    tables = dict(_tables(model))
    here = dotted(place)
    if near := difflib.get_close_matches(name, _names(tables[here]), n=1) if here in tables else []:
        return f"; did you mean {near[0]!r}?"
    others = [dotted for dotted, table in tables.items() if name in _names(table) and dotted != here]
    if len(others) != 1:
        return ""
    home = ".".join(filter(None, (table, others[0])))
    return f"; it belongs to [{home}]" if others[0] else "; it belongs to the table above it"


def _names(table: type[BaseModel]) -> list[str]:
    """What an operator may write in it: the rest is excluded."""
    return [name for name, field in table.model_fields.items() if not field.exclude]


def _tables(model: type[BaseModel], dotted: str = "") -> Iterator[tuple[str, type[BaseModel]]]:
    """`model` and the tables in it, by their dotted names."""
    yield dotted, model
    for name, field in model.model_fields.items():
        for kind in (field.annotation, *get_args(field.annotation)):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from _tables(kind, f"{dotted}.{name}".removeprefix("."))


def dotted(place: Place) -> str:
    """The keys of `place` without the indexes, as "publish.port"."""
    return ".".join(part for part in place if isinstance(part, str))
