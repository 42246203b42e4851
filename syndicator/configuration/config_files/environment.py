"""Environment variables that override values of a TOML file: PREFIX_SECTION__KEY for [section] key."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from syndicator.configuration.config_files.lines import Place
from syndicator.configuration.config_files.toml_file import TomlFile, dotted, sentence
from syndicator.core.errors import Fault

Leaves = dict[Place, FieldInfo]


def leaves(model: type[BaseModel], place: Place = ()) -> Leaves:
    """Every value that `model` and the tables in it have, by the keys that lead to it."""
    found: Leaves = {}
    for name, field in model.model_fields.items():
        if field.exclude:
            continue
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            found |= leaves(field.annotation, (*place, name))
        else:
            found[(*place, name)] = field
    return found


class Overrides:
    """What the variables of an environment say of the settings in `model`."""

    def __init__(self, model: type[BaseModel], prefix: str, environ: Mapping[str, str]) -> None:
        self.model, self._prefix = model, prefix
        self.leaves = leaves(model)
        self._names = {prefix + "__".join(map(str, place)).upper(): place for place in self.leaves}
        self._said = {name: value for name, value in environ.items() if name.upper().startswith(prefix)}
        self._set: dict[Place, str] = {
            self._names[name.upper()]: name for name in self._said if name.upper() in self._names
        }

    def unknown(self) -> dict[str, str]:
        """The variables that are no setting, each with the one that may be meant, or ""."""
        names = {name.removeprefix(self._prefix): name for name in self._names}
        found = [name for name in self._said if name.upper() not in self._names]
        near = {name: difflib.get_close_matches(name.upper().removeprefix(self._prefix), names, n=1) for name in found}
        return {name: names[close[0]] if close else "" for name, close in near.items()}

    def over(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """`values` of a file, with those that variables override. A list is written as JSON; what is none stays a text,
        which the model refuses."""
        made = dict(values)
        for place, name in self._set.items():
            _put(made, place, _value(self._said[name], self.leaves[place]))
        return made

    def faults(self, error: ValidationError, file: TomlFile) -> list[Fault]:
        """What is wrong in the file, and in the variables."""
        found = []
        for one in error.errors():
            place = one["loc"]
            name = next((self._set[place[:end]] for end in range(1, len(place) + 1) if place[:end] in self._set), None)
            message = sentence(one, self.model)
            if name is None:
                found.append(file.fault(message, *place))
                continue
            wants_list = get_origin(self.leaves[self._names[name.upper()]].annotation) is tuple
            how = "; in a variable it is written as JSON" if wants_list else ""
            found.append(Fault(file=f"environment variable {name}", key=name, message=message + how))
        return found

    def origins(self, file: TomlFile) -> dict[str, str]:
        """Where each value comes from, by its dotted name."""
        return {
            dotted(place): f"environment variable {self._set[place]}"
            if place in self._set
            else file.where(*place) or "default"
            for place in self.leaves
        }


def _value(said: str, field: FieldInfo) -> Any:
    if get_origin(field.annotation) is tuple:
        with suppress(ValueError):
            return json.loads(said)
    return said


def _put(values: dict[Any, Any], place: Place, value: Any) -> None:
    """Sets the value at `place`; tables on the way are copied. What stands there and is no table stays as it is."""
    first, *rest = place
    if not rest:
        values[first] = value
    elif isinstance(inner := values.get(first, {}), Mapping):
        values[first] = dict(inner)
        _put(values[first], tuple(rest), value)
