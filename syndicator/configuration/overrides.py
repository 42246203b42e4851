"""Override settings of syndicator.toml by environment variables; report dropped and faulty
settings."""

import difflib
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from syndicator.configuration.dropped_settings import (
    DROPPED,
    DROPPED_VALUES,
    PART_OF,
    describe_dropped,
    translate_dropped,
)
from syndicator.configuration.toml_files import TomlFile, describe_error, flatten, list_leaves
from syndicator.configuration.toml_lines import KeyPath, dotted
from syndicator.core.errors import Fault


class Overrides:
    """Environment variables that set settings of `model`, the class of all settings. The names of
    the variables begin with `prefix`, as in SYNDICATOR_PUBLISH__LISTEN, which sets
    `publish.listen`. `environ`: all environment variables."""

    def __init__(self, model: type[BaseModel], prefix: str, environ: Mapping[str, str]) -> None:
        """`model`: the pydantic model of all settings. `prefix`: the beginning of the names of
        variables for settings. `environ`: the environment variables."""
        self.model = model
        self._prefix = prefix
        # the pydantic field of each setting, by key path, such as ("fetch", "seconds")
        self.leaves = list_leaves(model)
        # the settings that may be lists
        self._lists = {
            key_path for key_path, field in self.leaves.items() if _takes_lists(field.annotation)
        }

        # for each possible variable, in upper case: the setting, present or dropped, that it sets
        self._key_paths_by_name: dict[str, KeyPath] = {}
        for key_path in (*self.leaves, *DROPPED):
            name = prefix + "__".join(map(str, key_path)).upper()
            self._key_paths_by_name[name] = key_path

        # the variables in `environ` with the prefix; some may set nothing
        self._variables = {
            name: value for name, value in environ.items() if name.upper().startswith(prefix)
        }

        # for each setting that a variable sets: the name of the variable
        self._names_by_key_path: dict[KeyPath, str] = {}
        for name in self._variables:
            if name.upper() in self._key_paths_by_name:
                self._names_by_key_path[self._key_paths_by_name[name.upper()]] = name

        # the same, and also each present setting that a variable of a dropped setting sets
        self._origins: dict[KeyPath, str] = {}
        for key_path, name in self._names_by_key_path.items():
            if key_path in PART_OF:
                self._origins[PART_OF[key_path]] = name
        self._origins |= self._names_by_key_path

    def find_unknown(self) -> dict[str, str]:
        """Return the variables that have the prefix but set nothing, by name. The value of each is
        the name of a similar variable that does set something, or "" if there is none."""
        valid_names: dict[str, str] = {}  # by the name without prefix
        for name, key_path in self._key_paths_by_name.items():
            if key_path in self.leaves:
                valid_names[name.removeprefix(self._prefix)] = name
        unknown: dict[str, str] = {}
        for name in self._variables:
            if name.upper() in self._key_paths_by_name:
                continue
            bare_name = name.upper().removeprefix(self._prefix)
            matches = difflib.get_close_matches(bare_name, valid_names, n=1)
            unknown[name] = valid_names[matches[0]] if matches else ""
        return unknown

    def apply_to(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values of a parsed syndicator.toml, as nested tables, with the values of
        environment variables in place of those that they override. Settings of earlier versions, in
        the file or in variables, become present ones."""
        defaults = {key_path: field.default for key_path, field in self.leaves.items()}
        in_file = translate_dropped(dict(flatten(values)), defaults)
        in_variables = {
            key_path: _parse_value(self._variables[name], is_list=key_path in self._lists)
            for key_path, name in self._names_by_key_path.items()
        }
        overridden = in_file | translate_dropped(in_variables, defaults | in_file)
        result: dict[str, Any] = {}
        for key_path, value in overridden.items():
            _set_in_tables(result, key_path, value)
        return result

    def find_dropped(self, file: TomlFile) -> Iterator[Fault]:
        """Yield a fault for each setting that exists no longer but is still set by the file or by a
        variable, and for each setting whose value is no longer valid."""
        for place_in_file in file.lines:
            # without the numbers of tables: ("digest", 0, "every") is the setting digest.every
            setting = tuple(part for part in place_in_file if isinstance(part, str))
            if setting in DROPPED:
                yield file.fault(describe_dropped(setting, "delete the line"), *place_in_file)
        for key_path, name in self._names_by_key_path.items():
            if key_path in DROPPED:
                yield _make_variable_fault(name, name, describe_dropped(key_path, "unset it"))
        yield from self._find_dropped_values(file)

    def _find_dropped_values(self, file: TomlFile) -> Iterator[Fault]:
        """Yield a fault for each setting with a value that is no longer valid and is read as
        another value. A variable overrides the value in the file, so that only its value counts."""
        values = dict(flatten(file.values))
        for key_path, (old, _, message) in DROPPED_VALUES.items():
            name = self._names_by_key_path.get(key_path)
            if name is None:
                if values.get(key_path) == old:
                    yield file.fault(message, *key_path)
            elif self._variables[name] == old:
                yield _make_variable_fault(name, dotted(key_path), message)

    def list_faults(self, error: ValidationError, file: TomlFile) -> list[Fault]:
        """Return a fault for each error that pydantic found in the settings. If the value is from
        an environment variable, the fault names the variable; if not, it names the line in `file`,
        the parsed syndicator.toml."""
        faults = []
        for detail in error.errors():
            key_path = detail["loc"]  # keys, and indexes in lists, that lead to the value
            name = self._find_variable(key_path)
            message = describe_error(detail, self.model)
            if name is None:
                faults.append(file.fault(message, *key_path))
                continue
            if self._key_paths_by_name[name.upper()] in self._lists:
                message += "; in a variable it is written as JSON"
            faults.append(_make_variable_fault(name, name, message))
        return faults

    def _find_variable(self, key_path: KeyPath) -> str | None:
        """Return the name of the environment variable that sets the value at `key_path` or a list
        or table that contains it. Return None if no variable does."""
        for length in range(1, len(key_path) + 1):
            name = self._origins.get(key_path[:length])
            if name is not None:
                return name
        return None

    def find_origins(self, file: TomlFile) -> dict[str, str]:
        """Return where each setting is set: "environment variable NAME", "file:line", or "default"
        if it is not set. The keys are the names of settings, such as "fetch.seconds"."""
        origins: dict[str, str] = {}
        for key_path in self.leaves:
            variable = self._origins.get(key_path)
            if variable is not None:
                origins[dotted(key_path)] = f"environment variable {variable}"
            else:
                origins[dotted(key_path)] = file.where(*key_path) or "default"
        return origins


def _make_variable_fault(name: str, key: str, message: str) -> Fault:
    """Return a fault of the environment variable `name`. `key`: the name of the faulty setting or
    variable. `message`: what is wrong."""
    return Fault(file=f"environment variable {name}", key=key, message=message)


def _takes_lists(annotation: Any) -> bool:
    """Return True if a setting with this type annotation may be a list. That is so if its type, or
    a part of its union, is a tuple."""
    types = (annotation, *get_args(annotation))
    return any(get_origin(part) is tuple for part in types)


def _parse_value(text: str, *, is_list: bool) -> Any:
    """Return the value of an environment variable. `text`: its text. `is_list`: its setting is a
    list, which is written as JSON. If that is not valid JSON, return the text itself, so that
    pydantic reports it."""
    if is_list:
        with suppress(ValueError):
            return json.loads(text)
    return text


def _set_in_tables(values: dict[Any, Any], key_path: KeyPath, value: Any) -> None:
    """Set the value at `key_path` in the nested tables of `values`, which changes `values` but no
    table inside it: these are copied first. If `key_path` leads through a value that is no table,
    nothing is set, and pydantic reports that value."""
    first, *others = key_path
    if not others:
        values[first] = value
        return
    table = values.get(first, {})
    if isinstance(table, Mapping):
        values[first] = dict(table)
        _set_in_tables(values[first], tuple(others), value)
