"""Settings of earlier versions without effect. Files and variables that still set them cause a warning."""

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


def without_dropped(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the `values` of a file without the dropped settings."""
    return {
        section: {key: value for key, value in table.items() if (section, key) not in DROPPED}
        if isinstance(table, Mapping)
        else table
        for section, table in values.items()
    }


def dropped_in_file(file: TomlFile) -> tuple[Fault, ...]:
    """Return a fault, with its line, for each dropped setting in `file`."""
    tables = {section: table for section, table in file.values.items() if isinstance(table, Mapping)}
    return tuple(
        file.fault(_message(place, "delete the line"), *place)
        for place in DROPPED
        if place[1] in tables.get(place[0], ())
    )


def dropped_variables(environ: Mapping[str, str], prefix: str) -> dict[str, tuple[str, str]]:
    """Return (section, key) by name for the variables in `environ` that set a dropped setting."""
    names = {f"{prefix}{section}__{key}".upper(): (section, key) for section, key in DROPPED}
    return {name: names[name.upper()] for name in environ if name.upper() in names}


def dropped_in_environment(environ: Mapping[str, str], prefix: str) -> tuple[Fault, ...]:
    """Return a fault for each variable that sets a dropped setting."""
    return tuple(
        Fault(file=f"environment variable {name}", key=name, message=_message(place, "unset it"))
        for name, place in dropped_variables(environ, prefix).items()
    )


def _message(place: tuple[str, str], cure: str) -> str:
    return f"{'.'.join(place)} is no setting any more: {DROPPED[place]}; {cure}"
