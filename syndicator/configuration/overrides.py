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
        self.model = model
        self._prefix = prefix
        self.leaves = list_leaves(model)  # settings by key path
        self._lists = {
            key_path for key_path, field in self.leaves.items() if _takes_lists(field.annotation)
        }
        # the setting, present or dropped, that each possible variable sets; names in upper case
        self._key_paths_by_name: dict[str, KeyPath] = {}
        for key_path in (*self.leaves, *DROPPED):
            name = prefix + "__".join(map(str, key_path)).upper()
            self._key_paths_by_name[name] = key_path
        # the variables that are there, and which setting each sets, if any
        self._variables = {
            name: value for name, value in environ.items() if name.upper().startswith(prefix)
        }
        self._names_by_key_path: dict[KeyPath, str] = {}
        for name in self._variables:
            if name.upper() in self._key_paths_by_name:
                self._names_by_key_path[self._key_paths_by_name[name.upper()]] = name
        # a variable for a dropped setting also sets the present one that contains its value now
        self._origins: dict[KeyPath, str] = {}
        for key_path, name in self._names_by_key_path.items():
            if key_path in PART_OF:
                self._origins[PART_OF[key_path]] = name
        self._origins |= self._names_by_key_path

    def find_unknown(self) -> dict[str, str]:
        """Return the variables with the prefix that set nothing, each with the name of a similar
        variable that sets something, or ""."""
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
        """Return the values of a parsed file, in which those that a variable sets are replaced.
        Settings of earlier versions, in the file or in variables, become present ones."""
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
        """Yield a fault for each setting of earlier versions that the file or a variable still
        sets, and for each value of earlier versions."""
        for place_in_file in file.lines:
            setting = tuple(part for part in place_in_file if isinstance(part, str))
            if setting in DROPPED:
                yield file.fault(describe_dropped(setting, "delete the line"), *place_in_file)
        for key_path, name in self._names_by_key_path.items():
            if key_path in DROPPED:
                yield _make_variable_fault(name, name, describe_dropped(key_path, "unset it"))
        yield from self._find_dropped_values(file)

    def _find_dropped_values(self, file: TomlFile) -> Iterator[Fault]:
        """Yield a fault for each setting whose value is no longer valid and is read as another
        value."""
        values = dict(flatten(file.values))
        for key_path, (old, _, message) in DROPPED_VALUES.items():
            name = self._names_by_key_path.get(key_path)
            if name is None:
                if values.get(key_path) == old:
                    yield file.fault(message, *key_path)
            elif self._variables[name] == old:
                yield _make_variable_fault(name, dotted(key_path), message)

    def faults(self, error: ValidationError, file: TomlFile) -> list[Fault]:
        """Return the faults that pydantic found. The fault of a value from a variable names the
        variable; any other has its line in `file`."""
        faults = []
        for detail in error.errors():
            key_path = detail["loc"]
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
        """Return the name of the variable that sets the value at `key_path` or a table around it;
        None if none does."""
        for length in range(1, len(key_path) + 1):
            name = self._origins.get(key_path[:length])
            if name is not None:
                return name
        return None

    def origins(self, file: TomlFile) -> dict[str, str]:
        """Return where each setting is set, by its dotted name: "environment variable NAME",
        "file:line", or "default" if it is not set."""
        origins: dict[str, str] = {}
        for key_path in self.leaves:
            variable = self._origins.get(key_path)
            if variable is not None:
                origins[dotted(key_path)] = f"environment variable {variable}"
            else:
                origins[dotted(key_path)] = file.where(*key_path) or "default"
        return origins


def _make_variable_fault(name: str, key: str, message: str) -> Fault:
    return Fault(file=f"environment variable {name}", key=key, message=message)


def _takes_lists(annotation: Any) -> bool:
    """Return True if a setting of this type may be a list. The types of all lists are tuples,
    perhaps as a part of a union."""
    types = (annotation, *get_args(annotation))
    return any(get_origin(part) is tuple for part in types)


def _parse_value(text: str, *, is_list: bool) -> Any:
    """Return the value of a variable whose text is `text`. A list is written as JSON. Text that is
    not valid JSON is returned as it is; pydantic then reports it."""
    if is_list:
        with suppress(ValueError):
            return json.loads(text)
    return text


def _set_in_tables(values: dict[Any, Any], key_path: KeyPath, value: Any) -> None:
    """Set the value at `key_path` in the nested tables of `values`. Tables on the way are copied
    before they change. If a value on the way is no table, nothing is set; pydantic then reports
    that value."""
    first, *others = key_path
    if not others:
        values[first] = value
        return
    table = values.get(first, {})
    if isinstance(table, Mapping):
        values[first] = dict(table)
        _set_in_tables(values[first], tuple(others), value)
