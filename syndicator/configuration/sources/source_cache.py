"""Cache parsed sources until their files change; use the last valid ones during faults.
Parsing 100,000 takes ten seconds, the cache half a second. Appended sources are parsed alone; a
broken cache is ignored."""

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from syndicator.configuration.sources.identity import files_of
from syndicator.configuration.sources.plain_values import address_key
from syndicator.core.errors import Fault
from syndicator.core.model import Rules, Source

# A valid cache is at least so much newer than the last edit: in the same tick of a file's clock a
# second edit of the same length is invisible. Ticks are two seconds at worst (FAT).
_LATER_NS = 2_000_000_000

_UNKNOWN = (None, 0, "")
_LEAST = 2  # fields of a source: key and address
_FIELDS = tuple(field.name for field in fields(Source))
_RULES = tuple(field.name for field in fields(Rules))
_DEFAULTS = {field.name: field.default for field in fields(Source)}


@dataclass(frozen=True, slots=True)
class Read:
    """Sources, and `stamp`: the state of their files. `base`: state before the last `added`;
    `faults`: of others."""

    sources: tuple[Source, ...]
    stamp: str
    base: str = ""
    added: int = 0
    faults: tuple[Fault, ...] = ()


def stamp(path: Path, version: str) -> str:
    """Return the state of the files of sources (names, times, sizes, inodes) and `version`."""
    parts = [version]
    for file in files_of(path):
        with suppress(FileNotFoundError):
            stat = file.stat()
            parts.append(
                f"{file.name} {stat.st_mtime_ns} {stat.st_ctime_ns} {stat.st_size} {stat.st_ino}"
            )
    return "\n".join(parts)


def read(
    path: Path, cache: Path, version: str, *, before: Read | None = None, remember: bool = False
) -> Read:
    """Return the sources, from `before` or `cache` if unchanged; faulty ones as they last were
    valid."""
    now = stamp(path, version)
    if before is not None and before.stamp == now:
        return before
    sources = _remembered(cache, now, path)
    if sources is not None:
        return Read(sources, now)
    sources, checked, base = _with_added(cache, now, path)
    faults: tuple[Fault, ...] = ()
    if sources is None:
        # late: valid caches need no checks
        from syndicator.configuration.sources.registry import readable_sources

        sources, faults = readable_sources(path)
        if faults:
            last = before.sources if before else _last_valid(cache)
            keys = {source.key for source in sources}
            addresses = set(map(address_key, sources))
            gone = (
                old for old in last if old.key not in keys and address_key(old) not in addresses
            )
            sources = (*sources, *gone)
    if remember and not faults:
        data = path.read_bytes() if files_of(path) == [path] and path.exists() else None
        if stamp(path, version) == now:
            _remember(cache, now, sources, data, checked)
    return Read(sources, now, base, len(sources) - checked if base else 0, faults)


def _last_valid(cache: Path) -> tuple[Source, ...]:
    try:
        names, _, _, rows = json.loads(cache.read_bytes())
        return tuple(map(_source, rows)) if tuple(names) == _FIELDS + _RULES else ()
    except (OSError, ValueError, TypeError):
        return ()


def _remembered(cache: Path, now: str, path: Path) -> tuple[Source, ...] | None:
    try:
        edited = max(file.stat().st_mtime_ns for file in files_of(path))
        if cache.stat().st_mtime_ns < edited + _LATER_NS:
            return None
        names, of, _, rows = json.loads(cache.read_bytes())
        if (tuple(names), of) != (_FIELDS + _RULES, now):
            return None
        return tuple(_source(row) for row in rows)
    except (OSError, ValueError, TypeError):
        return None


def _with_added(cache: Path, now: str, path: Path) -> tuple[tuple[Source, ...] | None, int, str]:
    """Return cached and appended sources, the number cached, and the cached stamp; _UNKNOWN after
    other changes."""
    try:
        names, of, (size, digest), rows = json.loads(cache.read_bytes())
        data = path.read_bytes()
        same = hashlib.sha256(data[:size]).hexdigest() == digest and len(data) >= size
        if (
            files_of(path) != [path]
            or tuple(names) != _FIELDS + _RULES
            or _version(of) != _version(now)
            or not same
        ):
            return _UNKNOWN
        sources = tuple(_source(row) for row in rows)
    except (OSError, ValueError, TypeError):
        return _UNKNOWN
    end = data[size:]
    if not end:
        return sources, len(sources), of
    if not (data[:size].endswith(b"\n") or end.startswith(b"\n")):
        return _UNKNOWN
    from syndicator.configuration.sources.schema import added

    more = added(path, end, sources)
    return _UNKNOWN if more is None else ((*sources, *more), len(sources), of)


def _version(stamp: str) -> str:
    return stamp.partition("\n")[0]


def _remember(
    cache: Path, now: str, sources: tuple[Source, ...], data: bytes | None, checked: int
) -> None:
    """Write the cache if it reads back equal. `data`: sources.toml if the only file; `checked`:
    number cached."""
    rows = [_row(source) for source in sources]
    temporary = cache.with_name(f".{cache.name}.{os.getpid()}")
    with suppress(OSError, ValueError):
        if (
            tuple(_source(json.loads(json.dumps(row))) for row in rows[checked:])
            == sources[checked:]
        ):
            cache.parent.mkdir(parents=True, exist_ok=True)
            of = (len(data), hashlib.sha256(data).hexdigest()) if data is not None else None
            temporary.write_text(json.dumps((_FIELDS + _RULES, now, of, rows)), encoding="ascii")
            temporary.replace(cache)
    with suppress(OSError):
        temporary.unlink(missing_ok=True)


def _row(source: Source) -> dict[str, Any]:
    """Return the fields that differ from their defaults, for JSON."""
    values = {
        name: value for name in _FIELDS if (value := getattr(source, name)) != _DEFAULTS[name]
    }
    if "headers_env" in values:
        values["headers_env"] = dict(source.headers_env)
    if "rules" in values:
        values["rules"] = tuple(getattr(source.rules, name) for name in _RULES)
    return values


def _source(row: Mapping[str, Any]) -> Source:
    if len(row) == _LEAST:
        return Source(**row)
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in row.items()
    }
    if "rules" in values:
        parts = (tuple(part) if isinstance(part, list) else part for part in values["rules"])
        rules: dict[str, Any] = dict(zip(_RULES, parts, strict=True))
        values["rules"] = Rules(**rules)
    return Source(**values)
