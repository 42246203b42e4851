"""A cache of the sources as last read and checked: parsing 100,000 takes ten seconds, this half a second. Of a file
that only grew, the end alone is parsed. A broken cache is ignored. While sources.toml has faults, it keeps the last
valid sources."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from syndicator.configuration.sources.identity import files_of
from syndicator.core import urls
from syndicator.core.errors import Fault
from syndicator.core.model import Rules, Source

# How much later than the last edit a cache has to be written to be believed: in the same tick of a file's clock a
# second edit of the same length would leave no trace. File systems keep times to two seconds at worst (FAT).
_LATER_NS = 2_000_000_000

_UNKNOWN = (None, 0, "")
_LEAST = 2  # fields of a source: key and address
_FIELDS = tuple(field.name for field in fields(Source))
_RULES = tuple(field.name for field in fields(Rules))
_DEFAULTS = {field.name: field.default for field in fields(Source)}


@dataclass(frozen=True, slots=True)
class Read:
    """Sources and the state of their files. `base`: the state before the last `added`; `faults`: of the others."""

    sources: tuple[Source, ...]
    stamp: str
    base: str = ""
    added: int = 0
    faults: tuple[Fault, ...] = ()


def stamp(path: Path, version: str) -> str:
    """The state of sources.toml at `path` and the files beside it (names, times, sizes, inodes), and `version`."""
    found = [version]
    for one in files_of(path):
        with suppress(FileNotFoundError):
            stat = one.stat()
            found.append(f"{one.name} {stat.st_mtime_ns} {stat.st_ctime_ns} {stat.st_size} {stat.st_ino}")
    return "\n".join(found)


def read(path: Path, cache: Path, version: str, *, before: Read | None = None, remember: bool = False) -> Read:
    """The sources of `path` and its folder, from `before` or `cache` if unchanged; with faults: the last valid ones."""
    now = stamp(path, version)
    if before is not None and before.stamp == now:
        return before
    known = _remembered(cache, now, path)
    if known is not None:
        return Read(known, now)
    known, checked, base = _with_added(cache, now, path)
    faults: tuple[Fault, ...] = ()
    if known is None:
        from syndicator.configuration.sources.registry import (
            readable_sources,  # what checks them is not loaded for those that were
        )

        known, faults = readable_sources(path)
        if faults:
            known = _with_last(known, before.sources if before else _last_valid(cache))
    if remember and not faults:
        data = path.read_bytes() if files_of(path) == [path] and path.exists() else None
        if stamp(path, version) == now:
            _remember(cache, now, known, data, checked)
    return Read(known, now, base, len(known) - checked if base else 0, faults)


def _with_last(valid: tuple[Source, ...], last: tuple[Source, ...]) -> tuple[Source, ...]:
    """The `valid` sources and those of `last` whose key and address none of them has."""
    keys, addresses = {source.key for source in valid}, {urls.alias(source.url) for source in valid}
    gone = (source for source in last if source.key not in keys and urls.alias(source.url) not in addresses)
    return (*valid, *gone)


def _last_valid(cache: Path) -> tuple[Source, ...]:
    try:
        made, _, _, rows = json.loads(cache.read_bytes())
        return tuple(map(_source, rows)) if tuple(made) == _FIELDS + _RULES else ()
    except (OSError, ValueError, TypeError):
        return ()


def _remembered(cache: Path, now: str, path: Path) -> tuple[Source, ...] | None:
    try:
        edited = max(one.stat().st_mtime_ns for one in files_of(path))
        if cache.stat().st_mtime_ns < edited + _LATER_NS:
            return None
        made, of, _, rows = json.loads(cache.read_bytes())
        if (tuple(made), of) != (_FIELDS + _RULES, now):
            return None
        return tuple(_source(row) for row in rows)
    except (OSError, ValueError, TypeError):
        return None


def _with_added(cache: Path, now: str, path: Path) -> tuple[tuple[Source, ...] | None, int, str]:
    """The cached sources and those added since, the number from the cache, and their state; None for other changes."""
    try:
        made, of, (size, digest), rows = json.loads(cache.read_bytes())
        data = path.read_bytes()
        same = hashlib.sha256(data[:size]).hexdigest() == digest and len(data) >= size
        if files_of(path) != [path] or tuple(made) != _FIELDS + _RULES or _version(of) != _version(now) or not same:
            return _UNKNOWN
        known = tuple(_source(row) for row in rows)
    except (OSError, ValueError, TypeError):
        return _UNKNOWN
    end = data[size:]
    if end and not (data[:size].endswith(b"\n") or end.startswith(b"\n")):
        return _UNKNOWN
    from syndicator.configuration.sources.schema import added

    more = added(path, end, known)
    return _UNKNOWN if more is None else ((*known, *more), len(known), of)


def _version(stamp: str) -> str:
    return stamp.partition("\n")[0]


def _remember(cache: Path, now: str, sources: tuple[Source, ...], data: bytes | None, checked: int) -> None:
    """Write the cache if it reads back equal. `data`: of sources.toml if alone; `checked`: number from the cache."""
    rows = [_row(source) for source in sources]
    temporary = cache.with_name(f".{cache.name}.{os.getpid()}")
    with suppress(OSError, ValueError):
        if tuple(_source(json.loads(json.dumps(row))) for row in rows[checked:]) == sources[checked:]:
            cache.parent.mkdir(parents=True, exist_ok=True)
            of = (len(data), hashlib.sha256(data).hexdigest()) if data is not None else None
            temporary.write_text(json.dumps((_FIELDS + _RULES, now, of, rows)), encoding="ascii")
            temporary.replace(cache)
    with suppress(OSError):
        temporary.unlink(missing_ok=True)


def _row(source: Source) -> dict[str, Any]:
    """The fields that are not at their defaults, as JSON has them."""
    given = {name: value for name in _FIELDS if (value := getattr(source, name)) != _DEFAULTS[name]}
    if "headers_env" in given:
        given["headers_env"] = dict(source.headers_env)
    if "rules" in given:
        given["rules"] = tuple(getattr(source.rules, name) for name in _RULES)
    return given


def _source(row: Mapping[str, Any]) -> Source:
    if len(row) == _LEAST:
        return Source(**row)
    given: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}
    if "rules" in given:
        values = (tuple(value) if isinstance(value, list) else value for value in given["rules"])
        rules: dict[str, Any] = dict(zip(_RULES, values, strict=True))
        given["rules"] = Rules(**rules)
    return Source(**given)
