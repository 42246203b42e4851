"""Read and write the file rights.toml: for which other hosts a source may speak, and moved hosts.
A source speaks for a host if it may write articles of that host."""

import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from syndicator.articles.beside.toml_text import quote, write_table
from syndicator.core.errors import ConfigError
from syndicator.core.ports.articles import KeptFile

RIGHTS_TOML = "rights.toml"
# after so long the front page of a host is looked at again: hosts change their owners
ASKED_AGAIN = timedelta(days=7)
# how long a right lasts after the front page was last seen to link the feed: a host may be down for
# weeks
BELIEVED = timedelta(days=60)
WARNED = timedelta(days=30)  # so long before a right ends the operator is warned
# rights are for hosts; files of earlier versions lack this line and list registrable domains
_UNIT = "host"
_NOTE = """\
# For which hosts a source may speak besides its own. Written by Syndicator; `speaks_for` in config/sources.toml is the
# operator's place. [before]: domains whose articles a source wrote when no article had an owner; it keeps that until
# its speaks_for is written. [shown]: hosts it wrote for until it lost the right; what was filed stays as it is.
# [linked.<source>]: hosts whose front page links its feed, and when that was last seen. [moved.<source>]: hosts to
# which its site moved, and from where.
"""  # noqa: E501

_Names = Mapping[str, Collection[str]]  # source key -> hosts or domains


class MovedHost(NamedTuple):
    """The former host of a site, and the day by which both hosts had confirmed the move."""

    old: str
    on: date


class RightsFile:
    """The file rights.toml of an article store, which is read at the first use. Methods raise
    ConfigError and OSError."""

    def __init__(self, file: KeptFile) -> None:
        self._file = file

    def __str__(self) -> str:
        return str(self._file)

    def is_current(self) -> bool:
        """Return False if the file is missing or an earlier version wrote it."""
        return self._file.stamp() is not None and self._read.get("unit") == _UNIT

    def begin(self, before: _Names, shown: _Names) -> None:
        """Write the file if it is missing, or bring the file of an earlier version into the present
        form.

        `before`: the domains of each source, for the table of a missing file. `shown`: the hosts of
        each source. An earlier version listed domains in the table [linked], so that they move to
        [shown]."""

        def upgrade(tables: dict[str, Any]) -> dict[str, Any]:
            """Return the tables in the form of this version. `tables`: those in the file, {} if
            it is missing. `_update` calls this."""
            is_current = tables.get("unit") == _UNIT
            if is_current:
                return tables
            hosts_by_source = {key: set(hosts) for key, hosts in shown.items()}
            for key, hosts in tables.get("linked", {}).items():
                hosts_by_source.setdefault(key, set()).update(hosts)
            return {"before": tables.get("before", before), "shown": hosts_by_source}

        self._update(upgrade)

    def before(self, key: str) -> tuple[str, ...]:
        """Return the domains whose articles the source `key` wrote before articles had owners."""
        return tuple(self._read.get("before", {}).get(key, ()))

    def shown(self, key: str) -> tuple[str, ...]:
        """Return the hosts that the source `key` writes for now or wrote for earlier. Its articles
        of these hosts stay published."""
        former = self._read.get("shown", {}).get(key, ())
        linked = self._read.get("linked", {}).get(key, ())
        return (*former, *linked)

    def linked(self, key: str, today: date) -> tuple[str, ...]:
        """Return the hosts whose front page was seen to link the feed of the source `key` within
        the last 60 days."""
        last_seen: Mapping[str, date] = self._read.get("linked", {}).get(key, {})
        return tuple(host for host, day in last_seen.items() if today - day < BELIEVED)

    def list_linked_hosts(self) -> Iterator[tuple[str, str]]:
        """Yield a pair (source key, host) for each host that links the feed of a source, or to
        which its site moved."""
        for table in ("linked", "moved"):
            for key, hosts in self._read.get(table, {}).items():
                for host in hosts:
                    yield key, host

    def is_fresh(self, key: str, site: str, today: date) -> bool:
        """Return True if the front page of the host `site` was seen to link the feed of the source
        `key` within the last 7 days, so that it need not be looked at again."""
        day = self._read.get("linked", {}).get(key, {}).get(site)
        return day is not None and today - day < ASKED_AGAIN

    def find_ending_rights(self, key: str, today: date) -> dict[str, date]:
        """Return the hosts for which the right of the source `key` to write ends within 30 days,
        with the day of the end. A right ends 60 days after the host's front page was last seen to
        link the feed."""
        endings: dict[str, date] = {}
        for host, last_seen in self._read.get("linked", {}).get(key, {}).items():
            end = last_seen + BELIEVED
            if today < end <= today + WARNED:
                endings[host] = end
        return endings

    def moved(self, key: str) -> dict[str, MovedHost]:
        """Return new host -> former host of the site of the source `key`, for each of its moves."""
        moves = self._read.get("moved", {}).get(key, {})
        return {new_host: MovedHost(**move) for new_host, move in moves.items()}

    def link(self, key: str, site: str, today: date) -> None:
        """Record that the front page of the host `site` linked the feed of the source `key`
        today."""
        if self._read.get("linked", {}).get(key, {}).get(site) != today:
            self._put("linked", key, {site: today})

    def unlink(self, key: str, site: str) -> None:
        """End the right of the source `key` to write for the host `site`, as the host's front page
        no longer links the feed. The host moves to the table [shown], so that its articles so far
        stay published."""
        if site not in self._read.get("linked", {}).get(key, {}):
            return

        def move_host(tables: dict[str, Any]) -> dict[str, Any]:
            """Return the tables of the file with the host in [shown] instead of [linked]. `_update`
            calls this."""
            linked_by_source = dict(tables["linked"])
            linked_hosts = dict(linked_by_source[key])
            linked_hosts.pop(site, None)
            linked_by_source[key] = linked_hosts
            shown_by_source = dict(tables.get("shown", {}))
            shown_by_source[key] = {*shown_by_source.get(key, ()), site}
            return {**tables, "linked": linked_by_source, "shown": shown_by_source}

        self._update(move_host)

    def move(self, key: str, old: str, new: str, today: date) -> None:
        """Record that the site of the source `key` moved from the host `old` to the host `new`."""
        self._put("moved", key, {new: {"old": old, "on": today}})

    def _put(self, table: str, key: str, rows: Mapping[str, Any]) -> None:
        """Add `rows` (values by host) to the rows of the source `key` in the table `table` of the
        file. A row replaces an earlier one of the same host."""

        def add_rows(tables: dict[str, Any]) -> dict[str, Any]:
            """Return all tables of the file with the rows added. `_update` calls this."""
            rows_by_source = dict(tables.get(table, {}))
            present_rows = rows_by_source.get(key, {})
            rows_by_source[key] = {**present_rows, **rows}
            return {**tables, table: rows_by_source}

        self._update(add_rows)

    @cached_property
    def _read(self) -> dict[str, Any]:
        """The tables of the file; {} without a file."""
        return self._parse(self._file.read())

    def _parse(self, data: bytes | None) -> dict[str, Any]:
        """Return the tables in `data`, the bytes of the file; {} if there is no file (None). Raises
        ConfigError if they cannot be read."""
        try:
            return tomllib.loads((data or b"").decode())
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigError(
                f"{self._file}: cannot be read ({error}); restore it from a backup"
            ) from error

    def _update(self, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        """Write the file with the tables that `change` returns for the present ones. `change` may
        be called more than once."""
        self._file.update(lambda data: _write_rights(change(self._parse(data))))
        self.__dict__.pop("_read", None)  # so that it is read again


def _write_rights(tables: Mapping[str, Any]) -> bytes:
    """Return the bytes of the file rights.toml with these tables, in which sources and hosts are
    sorted. `tables`: the values by source key, by the name of the table."""
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
