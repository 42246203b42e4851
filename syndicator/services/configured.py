"""Every setting with its value and where that comes from."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from syndicator.configuration.settings import load, origins

_PASSWORD = re.compile(r"(?<=://)([^/@:]*):[^/@]*(?=@)")  # of a URL: what stands between its user's name and the @


@dataclass(frozen=True, slots=True, kw_only=True)
class Configured:
    """A setting. `origin`: "default", "<file>:<line>" or "environment variable <name>"."""

    name: str
    value: object
    origin: str


def configured(config: Path, environ: Mapping[str, str] = os.environ) -> tuple[Configured, ...]:
    """The settings in the order of syndicator.toml, passwords in URLs masked. Raises ConfigError."""
    values = load(config, environ).model_dump()
    found = origins(config, environ)
    return tuple(Configured(name=name, value=_at(values, name.split(".")), origin=found[name]) for name in found)


def _at(values: Mapping[str, object], keys: Iterable[str]) -> object:
    value: object = values
    for key in keys:
        assert isinstance(value, Mapping)
        value = value[key]
    return masked(value) if isinstance(value, str) else value


def masked(value: str) -> str:
    """`value` without the password of a URL. Pure."""
    return _PASSWORD.sub(r"\1:***", value)
