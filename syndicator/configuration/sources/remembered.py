"""The sources as they were read and checked last, so that files that did not change are not read again.

A hundred thousand of them take ten seconds to parse and check, and half a second to be remembered. Of a file that was
only added to, which is what `add` does, the end alone is parsed. The file is a cache: whatever is wrong with it, the
sources are read as if it were not there. While sources.toml has faults, it is not written: then it has what was valid
last."""

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
    """Sources, and the state of the files that they are from: different after every edit. Where the last edit only
    added some, `base` is the state before it, and they are the last `added` ones. `faults`: of the other sources."""

    sources: tuple[Source, ...]
    stamp: str
    base: str = ""
    added: int = 0
    faults: tuple[Fault, ...] = ()


def stamp(path: Path, version: str) -> str:
    """The state of `path`, which is sources.toml, and of the files beside it: names, times, sizes and numbers, and
    which `version` looked. Files that are not there have none."""
    found = [version]
    for one in files_of(path):
        with suppress(FileNotFoundError):
            stat = one.stat()
            found.append(f"{one.name} {stat.st_mtime_ns} {stat.st_ctime_ns} {stat.st_size} {stat.st_ino}")
    return "\n".join(found)


def read(path: Path, cache: Path, version: str, *, before: Read | None = None, remember: bool = False) -> Read:
    """The sources of `path` and the files beside it: what was read `before`, or is in `cache`, where they did not
    change since then; with `remember` the cache is written where they did. Of those that have faults, what was valid
    last."""
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
    """The sources of the cache and those that were added behind them since, how many are from the cache, and the state
    of the files that it is of; None where anything else changed. The bytes are compared, so times do not count."""
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
    """Writes the cache; nothing where that is not possible, or what is read back would differ. `data`: of sources.toml,
    None where there are files beside it; `checked`: so many of the sources are from the cache."""
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
