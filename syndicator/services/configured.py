"""Every setting with its value and origin, and the changes of an edited configuration in words."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from syndicator.configuration.settings import load, origins
from syndicator.configuration.toml_files import dotted, flat
from syndicator.services.container import Configuration

_PASSWORD = re.compile(r"(?<=://)([^/@:]*):[^/@]*(?=@)")  # the user and password of a URL


@dataclass(frozen=True, slots=True, kw_only=True)
class Configured:
    """A setting. `origin`: "default", "<file>:<line>" or "environment variable <name>"."""

    name: str
    value: object
    origin: str


def configured(config: Path, environ: Mapping[str, str] = os.environ) -> tuple[Configured, ...]:
    """Return the settings in the order of syndicator.toml, with secrets and passwords masked. Raises ConfigError."""
    values = flat(load(config, environ).model_dump(mode="json"))
    shown = {dotted(place): masked(value) if isinstance(value, str) else value for place, value in values}
    return tuple(Configured(name=name, value=shown[name], origin=at) for name, at in origins(config, environ).items())


def masked(value: str) -> str:
    """Return `value` without the password of a URL. Pure."""
    return _PASSWORD.sub(r"\1:***", value)


def changes(before: Configuration, after: Configuration) -> Iterator[str]:
    """Yield a line for each changed setting, source and query, and each newly set dropped setting; no values."""
    old, new = (dict(flat(version.settings.model_dump())) for version in (before, after))
    for name in (dotted(place) for place in sorted(old) if old[place] != new[place]):
        yield f"setting {name} changed" + "; it counts from the next start" * (name == "publish.listen")
    yield from (str(fault) for fault in after.dropped if fault not in before.dropped)
    if before.sources is not after.sources:
        yield from _listed("source", *({source.key: source for source in each.sources} for each in (before, after)))
    yield from _listed("query", *({query.slug: query for query in each.queries} for each in (before, after)))


def _listed(what: str, before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[str]:
    for key in sorted(before.keys() | after.keys()):
        if key not in before:
            yield f"{what} {key} added"
        elif key not in after:
            yield f"{what} {key} removed"
        elif before[key] != after[key]:
            yield f"{what} {key} changed"
