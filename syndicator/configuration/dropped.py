"""Settings of earlier versions that are none any more. A file or a variable that still sets one draws a warning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from syndicator.configuration.toml_files import TomlFile
from syndicator.core.errors import Fault

DROPPED: Final[Mapping[tuple[str, str], str]] = {
    ("fetch", "decoded_bytes"): "it is always twice fetch.wire_bytes",
    ("fetch", "redirects"): "it is always 5",
    ("fetch", "worker_seconds"): "it is always 10",
    ("fetch", "worker_megabytes"): "it is always 600",
    ("publish", "most"): "it is always 500, or publish.limit if that is more",
    ("publish", "source_share"): "it is always 0.33",
}  # section and key -> its value now


def without(values: Mapping[str, Any]) -> dict[str, Any]:
    """`values` of a file without the dropped settings. Pure."""
    return {section: _rest(section, table) for section, table in values.items()}


def _rest(section: str, table: Any) -> Any:
    if not isinstance(table, Mapping):
        return table
    return {key: value for key, value in table.items() if (section, key) not in DROPPED}


def in_file(file: TomlFile) -> tuple[Fault, ...]:
    """One fault for each dropped setting in `file`, with its line."""
    tables = {section: table for section, table in file.values.items() if isinstance(table, Mapping)}
    return tuple(
        file.fault(_message(place, "delete the line"), *place)
        for place in DROPPED
        if place[1] in tables.get(place[0], ())
    )


def variables(environ: Mapping[str, str], prefix: str) -> dict[str, tuple[str, str]]:
    """The variables of `environ` that set a dropped setting, each with its section and key. Pure."""
    names = {f"{prefix}{section}__{key}".upper(): (section, key) for section, key in DROPPED}
    return {name: names[name.upper()] for name in environ if name.upper() in names}


def in_environment(environ: Mapping[str, str], prefix: str) -> tuple[Fault, ...]:
    """One fault for each of these variables."""
    return tuple(
        Fault(file=f"environment variable {name}", key=name, message=_message(place, "unset it"))
        for name, place in variables(environ, prefix).items()
    )


def _message(place: tuple[str, str], cure: str) -> str:
    return f"{'.'.join(place)} is no setting any more: {DROPPED[place]}; {cure}"
