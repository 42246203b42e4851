"""TOML files of the configuration: faults with their lines, environment variables, dropped
settings."""

import difflib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from syndicator.configuration.toml_lines import Place, lines_of
from syndicator.core.errors import ConfigError, Fault
from syndicator.core.text import suggestion

# Keys whose values may be secret: a key in the wrong place, a URL with a password.
_SECRET = frozenset(("llm", "url", "headers_env", "secret"))
_CURES = {
    "tuple_type": 'write a list, such as ["a", "b"]',
    "string_type": "write a text, in quotes",
    **dict.fromkeys(("bool_type", "bool_parsing"), "write true or false"),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), "write a whole number"),
    **dict.fromkeys(("float_type", "float_parsing"), "write a number"),
    "model_type": "write a table: [its name] on a line, and its keys below",
}  # instead of pydantic's messages, which name its types
_SHOWN = 80  # characters of a wrong value


@dataclass(frozen=True)
class TomlFile:
    """Values of a file, and its text for line numbers."""

    path: Path
    values: Mapping[str, Any]
    text: str = ""

    def fault(self, message: str, *place: str | int, entry: str = "") -> Fault:
        """Return a fault at `place`. `entry`: name of the table for people, such as "source
        'one'"."""
        message = f"{entry}: {message}" if entry else message
        return Fault(
            file=str(self.path), line=self._line(place), key=dotted(place), message=message
        )

    def faults(
        self, error: ValidationError, model: type[BaseModel], *place: str | int, entry: str = ""
    ) -> list[Fault]:
        """Return all faults that pydantic reports for the table at `place`, described by
        `model`."""
        messages = [
            (tuple(detail["loc"]), sentence(detail, model, dotted(place)))
            for detail in error.errors()
        ]
        return [self.fault(message, *place, *loc, entry=entry) for loc, message in messages]

    def where(self, *place: str | int) -> str:
        """Return "file:line" of `place`, or "" if it is not in the file."""
        return f"{self.path}:{self._lines[place]}" if place in self._lines else ""

    def _line(self, place: Place) -> int | None:
        """Return the line of `place`, or of its nearest parent in the file."""
        while place and place not in self._lines:
            place = place[:-1]
        return self._lines.get(place)

    @cached_property
    def _lines(self) -> dict[Place, int]:
        lines = lines_of(self.text)
        return {_PART_OF[place]: line for place, line in lines.items() if place in _PART_OF} | lines


def read_toml_file(path: Path) -> TomlFile:
    """Read the file at `path`. Raise ConfigError with file, line and cure."""
    try:
        # reading a pipe or device would not end
        if not path.is_file() and (path.exists() or path.is_symlink()):
            raise ConfigError.of(
                [Fault(file=str(path), message="is not a file; correct or delete it")]
            )
        text = path.read_text(encoding="utf-8")
        if text.startswith("\ufeff"):
            raise ConfigError.of(
                [Fault(file=str(path), line=1, message="has a byte order mark; save it without")]
            )
        return TomlFile(path, tomllib.loads(text), text)
    except FileNotFoundError as error:
        raise ConfigError(
            f"{path} does not exist; `syndicator init` writes one to start with"
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError.of([_no_toml(path, error)]) from error
    except RecursionError as error:
        raise ConfigError.of(
            [Fault(file=str(path), message="has too many nested brackets")]
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigError.of(
            [Fault(file=str(path), message="is not UTF-8; save it as UTF-8")]
        ) from error
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from error


def _no_toml(path: Path, error: tomllib.TOMLDecodeError) -> Fault:
    message_text = str(error)
    line = re.search(r" \(at line (\d+), column (\d+)\)$", message_text)
    where = f"{message_text[: line.start()]}, at column {line[2]}" if line else message_text
    message = (
        f"is not valid TOML: {where}; texts stand in quotes, and each key on a line of its own"
    )
    return Fault(file=str(path), line=int(line[1]) if line else None, message=message)


def sentence(error: Mapping[str, Any], model: type[BaseModel], table: str = "") -> str:
    """Return pydantic's error as key, fault and cure, without secrets. `table`: where `model` is in
    the file."""
    loc = error["loc"]
    key = dotted(loc)
    if error["type"] == "extra_forbidden":
        return f"unknown key {key!r}" + _suggested(str(loc[-1]), loc[:-1], model, table)
    if error["type"] == "missing":
        return f"has no {key}; write one"
    message = _CURES.get(error["type"], error["msg"].removeprefix("Value error, "))
    if error["type"] == "value_error" or not _SECRET.isdisjoint(loc):
        return f"{key}: {message}" if key else message
    value = str(error.get("input"))[:_SHOWN]
    one_of = re.findall("'([^']*)'", error["msg"]) if error["type"] == "literal_error" else ()
    return f"{key}: {message} (got {value!r})" + suggestion(value, one_of)


def _suggested(name: str, place: Place, model: type[BaseModel], table: str) -> str:
    tables = dict(_tables(model))
    here = dotted(place)
    if near := (
        difflib.get_close_matches(name, list(tables[here].model_fields), n=1)
        if here in tables
        else []
    ):
        return f"; did you mean {near[0]!r}?"
    others = [
        dotted for dotted, table in tables.items() if name in table.model_fields and dotted != here
    ]
    if len(others) != 1:
        return ""
    home = ".".join(filter(None, (table, others[0])))
    return f"; it belongs to [{home}]" if others[0] else "; it belongs to the table above it"


def _tables(model: type[BaseModel], dotted: str = "") -> Iterator[tuple[str, type[BaseModel]]]:
    """Iterate over `model` and its tables by dotted name."""
    yield dotted, model
    for name, field in model.model_fields.items():
        for kind in (field.annotation, *get_args(field.annotation)):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from _tables(kind, f"{dotted}.{name}".removeprefix("."))


def dotted(place: Place) -> str:
    """Return the keys of `place` without indexes, such as "publish.port"."""
    return ".".join(part for part in place if isinstance(part, str))


Leaves = dict[Place, FieldInfo]


def leaves(model: type[BaseModel], place: Place = ()) -> Leaves:
    """Return all values of `model` and its tables, by keys."""
    fields: Leaves = {}
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            fields |= leaves(field.annotation, (*place, name))
        else:
            fields[(*place, name)] = field
    return fields


class Overrides:
    """Settings of `model` in environment variables."""

    def __init__(self, model: type[BaseModel], prefix: str, environ: Mapping[str, str]) -> None:
        self.model, self._prefix = model, prefix
        self.leaves = leaves(model)
        self._lists = {
            place for place, field in self.leaves.items() if _takes_lists(field.annotation)
        }
        self._names = {
            prefix + "__".join(map(str, place)).upper(): place for place in (*self.leaves, *DROPPED)
        }
        self._said = {
            name: value for name, value in environ.items() if name.upper().startswith(prefix)
        }
        self._set: dict[Place, str] = {
            self._names[name.upper()]: name for name in self._said if name.upper() in self._names
        }
        parts = {_PART_OF[place]: name for place, name in self._set.items() if place in _PART_OF}
        self._names_of = parts | self._set

    def unknown(self) -> dict[str, str]:
        """Return variables that are no setting, with the likely name or ""."""
        names = {
            name.removeprefix(self._prefix): name
            for name, place in self._names.items()
            if place in self.leaves
        }
        unknown = {name: name.upper() for name in self._said if name.upper() not in self._names}
        near = {
            name: difflib.get_close_matches(upper.removeprefix(self._prefix), names, n=1)
            for name, upper in unknown.items()
        }
        return {name: names[close[0]] if close else "" for name, close in near.items()}

    def over(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the `values` of a file without dropped settings, overridden by variables, in which
        lists are JSON."""
        usual = {place: field.default for place, field in self.leaves.items()}
        file = _renewed(dict(flat(values)), usual)
        variables = {
            place: _value(self._said[name], place in self._lists)
            for place, name in self._set.items()
        }
        result: dict[str, Any] = {}
        for place, value in (file | _renewed(variables, usual | file)).items():
            _put(result, place, value)
        return result

    def dropped(self, file: TomlFile) -> Iterator[Fault]:
        """Yield a fault for each dropped setting in the file, with its line, and in the
        variables."""
        for at in file._lines:
            if (place := tuple(part for part in at if isinstance(part, str))) in DROPPED:
                yield file.fault(_message(place, "delete the line"), *at)
        for key, name in self._set.items():
            if key in DROPPED:
                yield Fault(
                    file=f"environment variable {name}", key=name, message=_message(key, "unset it")
                )
        yield from self._dropped_values(file)

    def _dropped_values(self, file: TomlFile) -> Iterator[Fault]:
        values = dict(flat(file.values))
        for place, (old, _, message) in DROPPED_VALUES.items():
            variable = self._set.get(place)
            if variable is None and values.get(place) == old:
                yield file.fault(message, *place)
            if variable is not None and self._said[variable] == old:
                yield Fault(
                    file=f"environment variable {variable}", key=dotted(place), message=message
                )

    def faults(self, error: ValidationError, file: TomlFile) -> list[Fault]:
        """Return the faults in the file and in the variables."""
        faults = []
        for detail in error.errors():
            place = detail["loc"]
            ends = (place[:end] for end in range(1, len(place) + 1))
            name = next((self._names_of[end] for end in ends if end in self._names_of), None)
            message = sentence(detail, self.model)
            if name is None:
                faults.append(file.fault(message, *place))
                continue
            how = "; in a variable it is written as JSON" * (
                self._names[name.upper()] in self._lists
            )
            faults.append(
                Fault(file=f"environment variable {name}", key=name, message=message + how)
            )
        return faults

    def origins(self, file: TomlFile) -> dict[str, str]:
        """Return the origin of each value by dotted name."""
        variables = {
            place: f"environment variable {name}" for place, name in self._names_of.items()
        }
        return {
            dotted(place): variables.get(place) or file.where(*place) or "default"
            for place in self.leaves
        }


def _takes_lists(annotation: Any) -> bool:
    kinds = (annotation, *get_args(annotation))  # the second: those of a union
    return any(get_origin(kind) is tuple for kind in kinds)


def _value(text: str, is_list: bool) -> Any:
    if is_list:
        with suppress(ValueError):
            return json.loads(text)
    return text


def _put(values: dict[Any, Any], place: Place, value: Any) -> None:
    """Set the value at `place`, copying tables on the way; stop at a value that is no table."""
    first, *rest = place
    if not rest:
        values[first] = value
    elif isinstance(inner := values.get(first, {}), Mapping):
        values[first] = dict(inner)
        _put(values[first], tuple(rest), value)


_PART_OF: Final[Mapping[Place, Place]] = {
    **{
        (section, key): (section, "listen")
        for section in ("console", "publish")
        for key in ("host", "port")
    },
    **{("fetch", f"{kind}_seconds"): ("fetch", "seconds") for kind in ("feed", "page")},
    ("digest", "every"): ("digest", "at"),
}  # dropped setting -> the one that contains its value now
DROPPED: Final[Mapping[Place, str]] = {
    ("describe", "llm", "concurrency"): "it is always 2",
    ("fetch", "decoded_bytes"): "it is always twice fetch.wire_bytes",
    ("fetch", "per_host"): "it is always 1",
    ("fetch", "redirects"): "it is always 5",
    ("fetch", "worker_seconds"): "it is always 10",
    ("fetch", "worker_megabytes"): "it is always 600",
    ("publish", "most"): "it is always 500, or publish.limit if that is more",
    ("publish", "source_share"): "it is always 0.33",
    **{
        old: f"write {dotted(new)} instead, for which it counts until then"
        for old, new in _PART_OF.items()
    },
}  # what counts now
DROPPED_VALUES: Final[Mapping[Place, tuple[str, str, str]]] = {
    ("publish", "stories"): (
        "merge",
        "link",
        (
            'publish.stories = "merge" is no value any more and is read as "link": what was'
            " published as one entry stays so, later reports have entries of their own; write"
            ' "link"'
        ),
    ),
}  # setting -> the dropped value, the value as which it is read, and what people are told


def endpoint(host: str, port: object) -> str:
    """Return "host:port", an IPv6 address in brackets."""
    return f"[{host}]:{port}" if ":" in host and not host.startswith("[") else f"{host}:{port}"


def flat(values: Mapping[str, Any], place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Iterate over the values that are no tables, with their places."""
    for key, value in values.items():
        if isinstance(value, Mapping) and value:
            yield from flat(value, (*place, key))
        else:
            yield (*place, key), value


def _renewed(values: Mapping[Place, Any], usual: Mapping[Place, Any]) -> dict[Place, Any]:
    """Return `values` without dropped settings, which become part of those that replace them,
    completed by `usual`."""
    result = {place: value for place, value in values.items() if place not in DROPPED}
    for place, (old, new, _) in DROPPED_VALUES.items():
        if result.get(place) == old:
            result[place] = new
    for section in ("publish", "console"):
        parts = str(usual[section, "listen"]).rpartition(":")[::2]
        host, port = (
            values.get((section, key), part)
            for key, part in zip(("host", "port"), parts, strict=True)
        )
        if (host, port) != parts:
            result.setdefault((section, "listen"), endpoint(str(host), port))
    seconds = usual["fetch", "seconds"]
    longest = max(
        (values.get(("fetch", f"{kind}_seconds"), seconds) for kind in ("feed", "page")),
        key=_number,
    )
    if longest != seconds:
        result.setdefault(("fetch", "seconds"), longest)
    if isinstance(digests := result.get(("digest",)), list):
        result["digest",] = [
            _renewed_digest(table) if isinstance(table, Mapping) else table for table in digests
        ]
    return result


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("inf")  # so that it is chosen, and refused


def _renewed_digest(table: Mapping[str, Any]) -> dict[str, Any]:
    at = str(table.get("at", "07:00"))
    weekly = table.get("every") == "week" and " " not in at
    return {key: value for key, value in table.items() if key != "every"} | (
        {"at": f"mon {at}"} if weekly else {}
    )


def _message(place: Place, cure: str) -> str:
    return f"{dotted(place)} is no setting any more: {DROPPED[place]}; {cure}"
