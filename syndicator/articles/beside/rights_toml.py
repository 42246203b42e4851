"""Read and write rights.toml: for which other hosts a source may speak, and moved hosts."""

import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from syndicator.articles.beside.toml_text import quote, write_table
from syndicator.core.errors import ConfigError
from syndicator.core.ports.articles import KeptFile

RIGHTS_TOML = "rights.toml"
ASKED_AGAIN = timedelta(days=7)  # ask a host again after that: addresses change hands
# after its front page was last seen to link the feed; a host may be down for weeks
BELIEVED = timedelta(days=60)
WARNED = timedelta(days=30)  # before a right ends
# rights are for hosts; files of earlier versions lack this line and list registrable domains
_UNIT = "host"
_NOTE = """\
# For which hosts a source may speak besides its own. Written by Syndicator; `speaks_for` in config/sources.toml is the
# operator's place. [before]: domains whose articles a source wrote when no article had an owner; it keeps that until
# its speaks_for is written. [shown]: hosts it wrote for until it lost the right; what was filed stays as it is.
# [linked.<source>]: hosts whose front page links its feed, and when that was last seen. [moved.<source>]: hosts to
# which its site moved, and from where.
"""  # noqa: E501

_Names = Mapping[str, Collection[str]]


class MovedHost(NamedTuple):
    """Former host of a site, and the day on which both hosts had confirmed the move."""

    old: str
    on: date


class RightsFile:
    """rights.toml of an article store, read on first use. Methods raise ConfigError, OSError."""

    def __init__(self, file: KeptFile) -> None:
        self._file = file

    def __str__(self) -> str:
        return str(self._file)

    def is_current(self) -> bool:
        """Return False if the file is missing or an earlier version wrote it."""
        return self._file.stamp() is not None and self._read.get("unit") == _UNIT

    def begin(self, before: _Names, shown: _Names) -> None:
        """Write a missing file, or upgrade an older one: keep [before], move its [linked] hosts to
        [shown]."""

        def upgrade(tables: dict[str, Any]) -> dict[str, Any]:
            if tables.get("unit") == _UNIT:
                return tables
            hosts_by_source = {key: set(hosts) for key, hosts in shown.items()}
            for key, hosts in tables.get("linked", {}).items():
                hosts_by_source.setdefault(key, set()).update(hosts)
            return {"before": tables.get("before", before), "shown": hosts_by_source}

        self._update(upgrade)

    def before(self, key: str) -> tuple[str, ...]:
        """Return the domains that the source wrote for before ownership existed."""
        return tuple(self._read.get("before", {}).get(key, ()))

    def shown(self, key: str) -> tuple[str, ...]:
        """Return the hosts that the source once wrote for. Articles filed then stay published."""
        former = self._read.get("shown", {}).get(key, ())
        linked = self._read.get("linked", {}).get(key, ())
        return (*former, *linked)

    def linked(self, key: str, today: date) -> tuple[str, ...]:
        """Return the hosts whose front page linked the source's feed when seen within BELIEVED."""
        hosts: Mapping[str, date] = self._read.get("linked", {}).get(key, {})
        return tuple(host for host, day in hosts.items() if today - day < BELIEVED)

    def all_linked(self) -> Iterator[tuple[str, str]]:
        """Yield (source key, host) of every link and every move."""
        for table in ("linked", "moved"):
            for key, hosts in self._read.get(table, {}).items():
                for host in hosts:
                    yield key, host

    def is_fresh(self, key: str, site: str, today: date) -> bool:
        """Return True if the front page of `site` was seen within ASKED_AGAIN to link the feed."""
        day = self._read.get("linked", {}).get(key, {}).get(site)
        return day is not None and today - day < ASKED_AGAIN

    def ending(self, key: str, today: date) -> dict[str, date]:
        """Return by host the day its link expires, if within WARNED."""
        endings: dict[str, date] = {}
        for host, day in self._read.get("linked", {}).get(key, {}).items():
            end = day + BELIEVED
            if today < end <= today + WARNED:
                endings[host] = end
        return endings

    def moved(self, key: str) -> dict[str, MovedHost]:
        """Return former hosts by the host that the source's site moved to."""
        moves = self._read.get("moved", {}).get(key, {})
        return {new_host: MovedHost(**move) for new_host, move in moves.items()}

    def link(self, key: str, site: str, today: date) -> None:
        """Record that the front page of `site` links the feed of the source."""
        if self._read.get("linked", {}).get(key, {}).get(site) != today:
            self._put("linked", key, {site: today})

    def unlink(self, key: str, site: str) -> None:
        """End the source's right to write for `site`: its front page no longer links the feed."""
        if site not in self._read.get("linked", {}).get(key, {}):
            return

        def move_host(tables: dict[str, Any]) -> dict[str, Any]:
            linked = dict(tables["linked"])
            linked[key] = {host: day for host, day in linked[key].items() if host != site}
            shown = dict(tables.get("shown", {}))
            shown[key] = {*shown.get(key, ()), site}
            return {**tables, "linked": linked, "shown": shown}

        self._update(move_host)

    def move(self, key: str, old: str, new: str, today: date) -> None:
        """Record that the source's site moved from host `old` to host `new`."""
        self._put("moved", key, {new: {"old": old, "on": today}})

    def _put(self, table: str, key: str, rows: Mapping[str, Any]) -> None:
        """Add `rows` to the table of the source."""

        def add_rows(tables: dict[str, Any]) -> dict[str, Any]:
            sources = dict(tables.get(table, {}))
            sources[key] = {**sources.get(key, {}), **rows}
            return {**tables, table: sources}

        self._update(add_rows)

    @cached_property
    def _read(self) -> dict[str, Any]:
        return self._parse(self._file.read())

    def _parse(self, data: bytes | None) -> dict[str, Any]:
        try:
            return tomllib.loads((data or b"").decode())
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigError(
                f"{self._file}: cannot be read ({error}); restore it from a backup"
            ) from error

    def _update(self, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        """Write the file with `change(tables)`."""
        self._file.update(lambda data: _write_rights(change(self._parse(data))))
        self.__dict__.pop("_read", None)


def _write_rights(tables: Mapping[str, Any]) -> bytes:
    parts = [_NOTE, f"unit = {quote(_UNIT)}\n"]
    for name in ("before", "shown"):
        hosts_by_source = {}
        for key, hosts in sorted(tables.get(name, {}).items()):
            if hosts:
                hosts_by_source[quote(key)] = sorted(hosts)
        parts.append(write_table(f"[{name}]", hosts_by_source))
    for name in ("linked", "moved"):
        for key, hosts in sorted(tables.get(name, {}).items()):
            values = {quote(host): value for host, value in sorted(hosts.items())}
            parts.append(write_table(f"[{name}.{quote(key)}]", values))
    return "".join(parts).encode()
