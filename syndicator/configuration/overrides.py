"""Override settings of a file by environment variables; report dropped and faulty ones."""

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
    renewed,
)
from syndicator.configuration.toml_files import TomlFile, flat, leaves, sentence
from syndicator.configuration.toml_lines import Place, dotted
from syndicator.core.errors import Fault


class Overrides:
    """Settings of `model` in environment variables."""

    def __init__(self, model: type[BaseModel], prefix: str, environ: Mapping[str, str]) -> None:
        self.model = model
        self._prefix = prefix
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
        parts = {PART_OF[place]: name for place, name in self._set.items() if place in PART_OF}
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
        file = renewed(dict(flat(values)), usual)
        variables = {
            place: _value(self._said[name], place in self._lists)
            for place, name in self._set.items()
        }
        result: dict[str, Any] = {}
        for place, value in (file | renewed(variables, usual | file)).items():
            _put(result, place, value)
        return result

    def dropped(self, file: TomlFile) -> Iterator[Fault]:
        """Yield a fault for each dropped setting in the file, with its line, and in the
        variables."""
        for at in file.lines:
            if (place := tuple(part for part in at if isinstance(part, str))) in DROPPED:
                yield file.fault(describe_dropped(place, "delete the line"), *at)
        for key, name in self._set.items():
            if key in DROPPED:
                yield Fault(
                    file=f"environment variable {name}",
                    key=name,
                    message=describe_dropped(key, "unset it"),
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
