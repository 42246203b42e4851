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

from syndicator.configuration.sources.identity import list_source_files
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
    """The sources that were read, with the state of their files.

    `stamp`: a text that changes with each edit of the files. `base`, `added`: if sources were only
    appended since the cache was written, the stamp at that time and the number of appended sources;
    else "" and 0. `faults`: the faults of tables that are not valid."""

    sources: tuple[Source, ...]
    stamp: str
    base: str = ""
    added: int = 0
    faults: tuple[Fault, ...] = ()


def stamp(path: Path, version: str) -> str:
    """Return a text that changes with `version` and with each edit of the files of sources. It has
    their names, times, sizes and inodes."""
    parts = [version]
    for file in list_source_files(path):
        with suppress(FileNotFoundError):
            stat = file.stat()
            parts.append(
                f"{file.name} {stat.st_mtime_ns} {stat.st_ctime_ns} {stat.st_size} {stat.st_ino}"
            )
    return "\n".join(parts)


def read(
    path: Path, cache: Path, version: str, *, earlier: Read | None = None, remember: bool = False
) -> Read:
    """Return the sources of `path` (sources.toml) and of sources.d. If the files are unchanged, the
    sources come from `earlier`, an earlier result, or from the file `cache`. If text was only
    appended, only that is parsed. A table that is faulty now counts as it was when it was last
    valid. `version`: of this program, because another version may parse differently. `remember`:
    write the cache."""
    now = stamp(path, version)
    if earlier is not None and earlier.stamp == now:
        return earlier
    sources = _read_cached(cache, now, path)
    if sources is not None:
        return Read(sources, now)
    sources, cached_count, cached_stamp = _read_appended(cache, now, path)
    faults: tuple[Fault, ...] = ()
    if sources is None:
        # late: valid caches need no checks
        from syndicator.configuration.sources.registry import read_valid_sources

        sources, faults = read_valid_sources(path)
        if faults:
            last_valid = earlier.sources if earlier else _read_last_valid(cache)
            # missing sources may be in the faulty tables: they stay as they were
            sources = (*sources, *_list_missing(last_valid, sources))
    if remember and not faults:
        is_only_file = list_source_files(path) == [path] and path.exists()
        data = path.read_bytes() if is_only_file else None
        is_unchanged = stamp(path, version) == now  # not edited while it was read
        if is_unchanged:
            _write_cache(cache, now, sources, data, cached_count)
    appended_count = len(sources) - cached_count if cached_stamp else 0
    return Read(sources, now, cached_stamp, appended_count, faults)


def _list_missing(last_valid: tuple[Source, ...], present: tuple[Source, ...]) -> list[Source]:
    """Return the sources of `last_valid` whose keys and addresses no source of `present` has."""
    keys = {source.key for source in present}
    addresses = set(map(address_key, present))
    return [
        source
        for source in last_valid
        if source.key not in keys and address_key(source) not in addresses
    ]


def _read_last_valid(cache: Path) -> tuple[Source, ...]:
    """Return the sources in the cache, even if the files have changed since; none if the cache
    cannot be used."""
    try:
        names, _, _, rows = json.loads(cache.read_bytes())
        if tuple(names) != _FIELDS + _RULES:  # of a version with other fields
            return ()
        return tuple(map(_parse_row, rows))
    except (OSError, ValueError, TypeError):
        return ()


def _read_cached(cache: Path, now: str, path: Path) -> tuple[Source, ...] | None:
    """Return the sources in the cache; None if a file of sources has changed since the cache was
    written. `now`: the present stamp of the files. A cache that was written right after the last
    edit is not used either, because a second edit at the same moment would not show."""
    try:
        edited = max(file.stat().st_mtime_ns for file in list_source_files(path))
        if cache.stat().st_mtime_ns < edited + _SETTLED_NS:
            return None
        names, cached_stamp, _, rows = json.loads(cache.read_bytes())
        if tuple(names) != _FIELDS + _RULES or cached_stamp != now:
            return None
        return tuple(_parse_row(row) for row in rows)
    except (OSError, ValueError, TypeError):
        return None


def _read_appended(cache: Path, now: str, path: Path) -> tuple[tuple[Source, ...] | None, int, str]:
    """If text was only appended to sources.toml since the cache was written, return the sources of
    the cache and the appended ones, the number of those of the cache, and the stamp of the cache.
    After any other change, return _NOTHING_CACHED. `now`: the present stamp of the files."""
    try:
        names, cached_stamp, (size, digest), rows = json.loads(cache.read_bytes())
        data = path.read_bytes()
        cached_digest = hashlib.sha256(data[:size]).hexdigest()
        begins_as_cached = cached_digest == digest and len(data) >= size
        is_only_file = list_source_files(path) == [path]
        if not is_only_file or not begins_as_cached:
            return _NOTHING_CACHED
        is_of_this_version = _get_version(cached_stamp) == _get_version(now)
        if tuple(names) != _FIELDS + _RULES or not is_of_this_version:
            return _NOTHING_CACHED
        sources = tuple(_parse_row(row) for row in rows)
    except (OSError, ValueError, TypeError):
        return _NOTHING_CACHED
    appended_data = data[size:]
    if not appended_data:
        return sources, len(sources), cached_stamp
    begins_with_line = data[:size].endswith(b"\n") or appended_data.startswith(b"\n")
    if not begins_with_line:
        return _NOTHING_CACHED
    from syndicator.configuration.sources.schema import parse_added

    appended = parse_added(path, appended_data, sources)
    if appended is None:
        return _NOTHING_CACHED
    return (*sources, *appended), len(sources), cached_stamp


def _get_version(stamp: str) -> str:
    """Return the version of the program that is in a stamp."""
    return stamp.partition("\n")[0]


def _write_cache(
    cache: Path, now: str, sources: tuple[Source, ...], data: bytes | None, cached_count: int
) -> None:
    """Write the cache, unless reading it would give other sources. `now`: the stamp of the files.
    `data`: the content of sources.toml if it is the only file, else None. `cached_count`: the
    number of sources, at the beginning of `sources`, that came from a cache and need no check.
    Errors are ignored."""
    rows = [_make_row(source) for source in sources]
    temporary = cache.with_name(f".{cache.name}.{os.getpid()}")
    with suppress(OSError, ValueError):
        read_back = tuple(_parse_row(json.loads(json.dumps(row))) for row in rows[cached_count:])
        if read_back == sources[cached_count:]:
            cache.parent.mkdir(parents=True, exist_ok=True)
            size_and_digest = None  # to recognize later that text was only appended
            if data is not None:
                size_and_digest = (len(data), hashlib.sha256(data).hexdigest())
            content = (_FIELDS + _RULES, now, size_and_digest, rows)
            temporary.write_text(json.dumps(content), encoding="ascii")
            temporary.replace(cache)
    with suppress(OSError):
        temporary.unlink(missing_ok=True)


def _make_row(source: Source) -> dict[str, Any]:
    """Return a source as a row of the cache: its fields that differ from their defaults, as values
    that JSON can have."""
    row: dict[str, Any] = {}
    for name in _FIELDS:
        value = getattr(source, name)
        if value != _DEFAULTS[name]:
            row[name] = value
    if "headers_env" in row:
        row["headers_env"] = dict(source.headers_env)
    if "rules" in row:
        row["rules"] = tuple(getattr(source.rules, name) for name in _RULES)
    return row


def _parse_row(row: Mapping[str, Any]) -> Source:
    """Return the source in a row of the cache. JSON has turned tuples into lists, and the rules are
    their values in the order of _RULES."""
    if len(row) == _FEWEST_FIELDS:
        return Source(**row)
    fields_of_source: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in row.items()
    }
    if "rules" in fields_of_source:
        rule_values = (
            tuple(value) if isinstance(value, list) else value
            for value in fields_of_source["rules"]
        )
        rules: dict[str, Any] = dict(zip(_RULES, rule_values, strict=True))
        fields_of_source["rules"] = Rules(**rules)
    return Source(**fields_of_source)
