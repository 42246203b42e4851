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
from syndicator.configuration.sources.plain_values import compute_address_key
from syndicator.core.errors import Fault
from syndicator.core.model import Rules, Source

# A valid cache is at least so much newer than the last edit: in the same tick of a file's clock a
# second edit of the same length is invisible. Ticks are two seconds at worst (FAT).
_SETTLED_NS = 2_000_000_000

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


@dataclass(frozen=True, slots=True)
class _Extended:
    """The sources of the cache and those that were appended to sources.toml since.

    `cached_count`: the number of sources, at the beginning of `sources`, that are from the cache.
    `cached_stamp`: the stamp of the files when the cache was written."""

    sources: tuple[Source, ...]
    cached_count: int
    cached_stamp: str


def compute_stamp(path: Path, version: str) -> str:
    """Return a text that changes with each edit of the files that sources are read from, and with
    `version`, that of this program. `path`: sources.toml. The text has the names, times, sizes and
    inodes of the files."""
    parts = [version]
    for file in list_source_files(path):
        with suppress(FileNotFoundError):  # a missing file adds nothing
            stat = file.stat()
            parts.append(
                f"{file.name} {stat.st_mtime_ns} {stat.st_ctime_ns} {stat.st_size} {stat.st_ino}"
            )
    return "\n".join(parts)


def read_sources(
    path: Path, cache: Path, version: str, *, earlier: Read | None = None, remember: bool = False
) -> Read:
    """Return the sources of sources.toml (`path`) and of the files in sources.d. A source that is
    faulty now stays as it was when it was last valid.

    `cache`: a file with the sources of an earlier call, which saves parsing. `version`: that of
    this program; another version may parse differently. `earlier`: the result of an earlier call.
    `remember`: True to write the cache."""
    now = compute_stamp(path, version)
    if earlier is not None and earlier.stamp == now:
        return earlier
    cached_sources = _read_cached(cache, now, path)
    if cached_sources is not None:
        return Read(cached_sources, now)

    faults: tuple[Fault, ...] = ()
    cached_count = 0
    cached_stamp = ""
    extended = _read_appended(cache, now, path)
    if extended is not None:
        sources = extended.sources
        cached_count = extended.cached_count
        cached_stamp = extended.cached_stamp
    else:
        # imported here because it is slow, and not needed if the cache is valid
        from syndicator.configuration.sources.registry import read_valid_sources

        sources, faults = read_valid_sources(path)
        if faults:
            last_valid = earlier.sources if earlier else _read_last_valid(cache)
            # missing sources may be in the faulty tables: they stay as they were
            sources = (*sources, *_list_missing(last_valid, sources))

    if remember and not faults:
        is_only_file = list_source_files(path) == [path] and path.exists()
        data = path.read_bytes() if is_only_file else None
        is_unchanged = compute_stamp(path, version) == now  # not edited while it was read
        if is_unchanged:
            _write_cache(cache, now, sources, data, cached_count)
    appended_count = len(sources) - cached_count if cached_stamp else 0
    return Read(sources, now, cached_stamp, appended_count, faults)


def _list_missing(last_valid: tuple[Source, ...], present: tuple[Source, ...]) -> list[Source]:
    """Return the sources of `last_valid` that `present` lacks: no source there has their key or
    their address."""
    keys = {source.key for source in present}
    addresses = set(map(compute_address_key, present))
    return [
        source
        for source in last_valid
        if source.key not in keys and compute_address_key(source) not in addresses
    ]


def _read_last_valid(cache: Path) -> tuple[Source, ...]:
    """Return the sources in the file `cache`, even if sources.toml has changed since. Return an
    empty tuple if the cache is missing or cannot be used."""
    try:
        # names of fields, stamp of the files, size and digest of sources.toml, and sources
        names, _, _, rows = json.loads(cache.read_bytes())
        if tuple(names) != _FIELDS + _RULES:  # of a version with other fields
            return ()
        return tuple(map(_parse_row, rows))
    except (OSError, ValueError, TypeError):
        return ()


def _read_cached(cache: Path, now: str, path: Path) -> tuple[Source, ...] | None:
    """Return the sources in the file `cache`. Return None if the cache cannot be used, or if a file
    of sources may have changed since it was written. `now`: the present stamp of the files. `path`:
    sources.toml."""
    try:
        # A second edit in the same tick of the clock would not show in the stamp: do not trust a
        # cache that was written so soon after the edit.
        edited = max(file.stat().st_mtime_ns for file in list_source_files(path))
        if cache.stat().st_mtime_ns < edited + _SETTLED_NS:
            return None
        # names of fields, stamp of the files, size and digest of sources.toml, and sources
        names, cached_stamp, _, rows = json.loads(cache.read_bytes())
        if tuple(names) != _FIELDS + _RULES or cached_stamp != now:
            return None
        return tuple(_parse_row(row) for row in rows)
    except (OSError, ValueError, TypeError):
        return None


def _read_appended(cache: Path, now: str, path: Path) -> _Extended | None:
    """Return the sources in the file `cache` and those that were appended to sources.toml (`path`)
    since the cache was written. Return None if the files have changed in any other way, or if the
    cache cannot be used. `now`: the present stamp of the files."""
    try:
        # size and digest: those of sources.toml when the cache was written
        names, cached_stamp, (size, digest), rows = json.loads(cache.read_bytes())
        data = path.read_bytes()
        cached_digest = hashlib.sha256(data[:size]).hexdigest()
        begins_as_cached = cached_digest == digest and len(data) >= size
        is_only_file = list_source_files(path) == [path]
        if not is_only_file or not begins_as_cached:
            return None
        is_of_this_version = _get_version(cached_stamp) == _get_version(now)
        if tuple(names) != _FIELDS + _RULES or not is_of_this_version:
            return None
        cached_sources = tuple(_parse_row(row) for row in rows)
    except (OSError, ValueError, TypeError):
        return None
    appended_data = data[size:]
    if not appended_data:
        return _Extended(cached_sources, len(cached_sources), cached_stamp)
    begins_with_line = data[:size].endswith(b"\n") or appended_data.startswith(b"\n")
    if not begins_with_line:  # the last cached line became longer
        return None
    from syndicator.configuration.sources.schema import parse_added

    appended_sources = parse_added(path, appended_data, cached_sources)
    if appended_sources is None:
        return None
    all_sources = (*cached_sources, *appended_sources)
    return _Extended(all_sources, len(cached_sources), cached_stamp)


def _get_version(stamp: str) -> str:
    """Return the version of this program that made a stamp, the result of `compute_stamp`."""
    return stamp.partition("\n")[0]


def _write_cache(
    cache: Path, now: str, sources: tuple[Source, ...], data: bytes | None, cached_count: int
) -> None:
    """Write `sources` to the file `cache`, unless other sources would be read from it. `now`: the
    stamp of the files of sources. `data`: the content of sources.toml if it is the only file, else
    None. `cached_count`: the number of sources, at the beginning of `sources`, that were read from
    a cache and need no check. Errors are ignored: the cache only saves time."""
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
    """Return a source as a row of the cache: its fields that differ from their defaults, by name,
    with values that can be written as JSON. `_parse_row` does the reverse."""
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
    """Return the source that a row of the cache describes. `_make_row` does the reverse."""
    if len(row) == _FEWEST_FIELDS:  # only key and address, as most sources: no value to convert
        return Source(**row)
    # JSON has turned tuples into lists
    fields_of_source: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in row.items()
    }
    if "rules" in fields_of_source:  # only their values, in the order of _RULES
        rule_values = (
            tuple(value) if isinstance(value, list) else value
            for value in fields_of_source["rules"]
        )
        rules: dict[str, Any] = dict(zip(_RULES, rule_values, strict=True))
        fields_of_source["rules"] = Rules(**rules)
    return Source(**fields_of_source)
