"""Cache parsed sources until their files change; use the last valid ones if a file is faulty.

Parsing 100,000 sources takes ten seconds, reading the cache half a second. If sources were only
appended to the file, only these are parsed. A broken cache is ignored."""

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
_SETTLED_NS = 2_000_000_000

_NOTHING_CACHED = (None, 0, "")  # the result of `_read_appended` if all files must be read
_FEWEST_FIELDS = 2  # most sources have two fields, key and address; they need no conversion
_FIELDS = tuple(field.name for field in fields(Source))
_RULES = tuple(field.name for field in fields(Rules))
_DEFAULTS = {field.name: field.default for field in fields(Source)}


@dataclass(frozen=True, slots=True)
class Read:
    """Sources, with the state of the files that they were read from.

    `stamp`: changes with each edit of the files; `base`, `added`: if sources were only appended
    since the cache was written, the stamp before and how many were appended, else "" and 0;
    `faults`: of faulty tables."""

    sources: tuple[Source, ...]
    stamp: str
    base: str = ""
    added: int = 0
    faults: tuple[Fault, ...] = ()


def stamp(path: Path, version: str) -> str:
    """Return a text that changes with each edit of the files of sources (names, times, sizes,
    inodes) and with `version`."""
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
    """Return the sources. If the files are unchanged, they come from `before` (an earlier result)
    or the file `cache`. A faulty table counts as it last was valid. `version`: of this program;
    another version may parse differently. `remember`: write the cache."""
    now = stamp(path, version)
    if before is not None and before.stamp == now:
        return before
    sources = _read_cached(cache, now, path)
    if sources is not None:
        return Read(sources, now)
    sources, checked, base = _read_appended(cache, now, path)
    faults: tuple[Fault, ...] = ()
    if sources is None:
        # late: valid caches need no checks
        from syndicator.configuration.sources.registry import read_valid_sources

        sources, faults = read_valid_sources(path)
        if faults:
            # sources that are missing now may be in the faulty tables: they stay as they were
            last_valid = before.sources if before else _read_last_valid(cache)
            keys = {source.key for source in sources}
            addresses = set(map(address_key, sources))
            missing = [
                source
                for source in last_valid
                if source.key not in keys and address_key(source) not in addresses
            ]
            sources = (*sources, *missing)
    if remember and not faults:
        is_only_file = files_of(path) == [path] and path.exists()
        data = path.read_bytes() if is_only_file else None
        is_unchanged = stamp(path, version) == now  # not edited while it was read
        if is_unchanged:
            _write_cache(cache, now, sources, data, checked)
    added = len(sources) - checked if base else 0
    return Read(sources, now, base, added, faults)


def _read_last_valid(cache: Path) -> tuple[Source, ...]:
    """Return the sources of the cache, whatever changed since; none if it cannot be used."""
    try:
        names, _, _, rows = json.loads(cache.read_bytes())
        if tuple(names) != _FIELDS + _RULES:  # of a version with other fields
            return ()
        return tuple(map(_parse_row, rows))
    except (OSError, ValueError, TypeError):
        return ()


def _read_cached(cache: Path, now: str, path: Path) -> tuple[Source, ...] | None:
    """Return the sources of the cache if no file changed since, else None. `now`: the present
    stamp."""
    try:
        edited = max(file.stat().st_mtime_ns for file in files_of(path))
        if cache.stat().st_mtime_ns < edited + _SETTLED_NS:
            return None
        names, cached_stamp, _, rows = json.loads(cache.read_bytes())
        if tuple(names) != _FIELDS + _RULES or cached_stamp != now:
            return None
        return tuple(_parse_row(row) for row in rows)
    except (OSError, ValueError, TypeError):
        return None


def _read_appended(cache: Path, now: str, path: Path) -> tuple[tuple[Source, ...] | None, int, str]:
    """Return the sources if text was only appended to sources.toml since the cache was written:
    those of the cache and the appended ones, how many are from the cache, and the cache's stamp.
    After any other change return _NOTHING_CACHED. `now`: the present stamp."""
    try:
        names, cached_stamp, (size, digest), rows = json.loads(cache.read_bytes())
        data = path.read_bytes()
        begins_as_cached = hashlib.sha256(data[:size]).hexdigest() == digest and len(data) >= size
        if files_of(path) != [path] or not begins_as_cached:
            return _NOTHING_CACHED
        if tuple(names) != _FIELDS + _RULES or _get_version(cached_stamp) != _get_version(now):
            return _NOTHING_CACHED
        sources = tuple(_parse_row(row) for row in rows)
    except (OSError, ValueError, TypeError):
        return _NOTHING_CACHED
    end = data[size:]
    if not end:
        return sources, len(sources), cached_stamp
    begins_with_line = data[:size].endswith(b"\n") or end.startswith(b"\n")
    if not begins_with_line:
        return _NOTHING_CACHED
    from syndicator.configuration.sources.schema import parse_added

    more = parse_added(path, end, sources)
    if more is None:
        return _NOTHING_CACHED
    return (*sources, *more), len(sources), cached_stamp


def _get_version(stamp: str) -> str:
    """Return the program's version in a stamp."""
    return stamp.partition("\n")[0]


def _write_cache(
    cache: Path, now: str, sources: tuple[Source, ...], data: bytes | None, checked: int
) -> None:
    """Write the cache. `now`: the stamp of the files; `data`: content of sources.toml if it is the
    only file, else None; `checked`: so many sources come from the cache and need no check. Others
    must be the same after writing and reading, or nothing is written."""
    rows = [_make_row(source) for source in sources]
    temporary = cache.with_name(f".{cache.name}.{os.getpid()}")
    with suppress(OSError, ValueError):
        read_back = tuple(_parse_row(json.loads(json.dumps(row))) for row in rows[checked:])
        if read_back == sources[checked:]:
            cache.parent.mkdir(parents=True, exist_ok=True)
            beginning = None  # size and digest, to recognize that text was only appended
            if data is not None:
                beginning = (len(data), hashlib.sha256(data).hexdigest())
            content = (_FIELDS + _RULES, now, beginning, rows)
            temporary.write_text(json.dumps(content), encoding="ascii")
            temporary.replace(cache)
    with suppress(OSError):
        temporary.unlink(missing_ok=True)


def _make_row(source: Source) -> dict[str, Any]:
    """Return the fields of a source that differ from their defaults, as values for JSON."""
    values = {
        name: value for name in _FIELDS if (value := getattr(source, name)) != _DEFAULTS[name]
    }
    if "headers_env" in values:
        values["headers_env"] = dict(source.headers_env)
    if "rules" in values:
        values["rules"] = tuple(getattr(source.rules, name) for name in _RULES)
    return values


def _parse_row(row: Mapping[str, Any]) -> Source:
    """Return the source of a row of the cache."""
    if len(row) == _FEWEST_FIELDS:
        return Source(**row)
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in row.items()
    }
    if "rules" in values:
        parts = (tuple(part) if isinstance(part, list) else part for part in values["rules"])
        rules: dict[str, Any] = dict(zip(_RULES, parts, strict=True))
        values["rules"] = Rules(**rules)
    return Source(**values)
