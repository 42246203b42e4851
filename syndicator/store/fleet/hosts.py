"""Share, in the database, the right to send requests to hosts: one machine at a time has a host.
Hosts that asked for a pause, or that crashed several workers, are given to nobody for a while. All
times are those of the database's clock. Each method is one transaction. Raises StoreError."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, text

from syndicator.core.ports import Busy, Turn
from syndicator.store import codec
from syndicator.store.database import Database

# A host with so many starts and no result is held after the next start: for 15 to 30 minutes,
# doubled for each further start, a day at most. The random part separates it from healthy hosts in
# the same shard. Choices.
POISON_STARTS = 5
_POISON = (
    f"least(900e6 * power(2, least(hosts.starts - {POISON_STARTS - 1}, 9)) * (1 + random()),"
    " 86400e6)::bigint"
)
# Times in leases. A worker starts no request later than ASKS after a heartbeat, and a request takes
# less than 2/3 of a lease: so long hosts are leased to a worker.
ASKS = 0.7
_OWNED_LEASES = 0.7 + 2 / 3
_MICROS = 1_000_000
_MILLIS = 1000
# how old the answer of `HostWaits.any` may be; `Hosts.take` checks held hosts again
_ANSWER_LASTS = timedelta(seconds=2)
_SEPARATOR = "\t"  # between reason and detail in the column `why`
_text = cache(text)  # compiles each statement once

# the database's clock, in microseconds since 1970
NOW = "(extract(epoch from clock_timestamp()) * 1000000)::bigint"
_FREE_NOW = f"hosts.free_at <= {NOW} AND hosts.held_until <= {NOW}"
_TAKE = f"""
INSERT INTO hosts (name, free_at) VALUES (:name, {NOW} + :lease)
ON CONFLICT (name) DO UPDATE SET free_at = excluded.free_at, owner = '' WHERE {_FREE_NOW}
RETURNING free_at, away_until > {NOW} AS away, why"""
_SELECT_WAIT = (
    f"SELECT free_at - {NOW} AS free, held_until - {NOW} AS held FROM hosts WHERE name = :name"
)
_GIVE_BACK = f"""
UPDATE hosts SET free_at = {NOW} + greatest(delay * 1000, :pause) WHERE name = :name AND free_at = :token"""  # noqa: E501
_SET_DELAY = """
INSERT INTO hosts (name, delay) VALUES (:name, :delay) ON CONFLICT (name) DO UPDATE SET delay = excluded.delay
WHERE hosts.delay <> excluded.delay"""  # noqa: E501
_HOLD = f"""
INSERT INTO hosts (name, held_until) VALUES (:name, {NOW} + :span)
ON CONFLICT (name) DO UPDATE SET held_until = excluded.held_until WHERE hosts.held_until < excluded.held_until"""  # noqa: E501
_SELECT_HELD = f"SELECT held_until - {NOW} FROM hosts WHERE name = :name AND held_until > {NOW}"
_SET_AWAY = f"""
INSERT INTO hosts (name, away_until, why, failures) VALUES (:name, {NOW} + :span, :why, 1)
ON CONFLICT (name) DO UPDATE SET away_until = excluded.away_until, why = excluded.why, failures = hosts.failures + 1"""  # noqa: E501
_OWN_HOSTS = f"""
INSERT INTO hosts (name, owner, free_at, starts)
SELECT name, :owner, {NOW} + :lease, 1 FROM unnest(CAST(:names AS text[])) AS name ORDER BY name
ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, free_at = excluded.free_at, starts = hosts.starts + 1,
  held_until = CASE WHEN hosts.starts + 1 < {POISON_STARTS} THEN hosts.held_until ELSE {NOW} + {_POISON} END
WHERE {_FREE_NOW} AND hosts.away_until <= {NOW}
RETURNING name, delay"""  # noqa: E501
_RENEW = f"UPDATE hosts SET free_at = {NOW} + :lease WHERE owner = :owner AND free_at > {NOW}"
_RELEASE = f"""
UPDATE hosts SET owner = '', starts = 0, free_at = {NOW} + greatest(delay * 1000, :pause),
  held_until = CASE WHEN starts < {POISON_STARTS} THEN held_until ELSE 0 END
WHERE owner = :owner"""
_FORGIVE = f"""
UPDATE hosts SET starts = 0, held_until = CASE WHEN starts < {POISON_STARTS} THEN held_until ELSE 0 END
WHERE owner = :owner AND name = :name"""  # noqa: E501
_DELETE_IDLE = f"""
DELETE FROM hosts WHERE name IN (
  SELECT name FROM hosts WHERE greatest(free_at, held_until, away_until) <= {NOW} - 86400000000
  AND starts = 0 AND delay = 0 FOR UPDATE SKIP LOCKED)"""
_ASKABLE = f"coalesce(hosts.held_until, 0) <= {NOW}"
_COUNT_HOSTS = f"""
SELECT count(*) AS hosts,
 count(*) FILTER (WHERE wanted.due <= {NOW} AND {_ASKABLE}) AS due,
 greatest(0, coalesce(max({NOW} - wanted.due) FILTER (WHERE {_ASKABLE}), 0) / 1e6)::float AS late,
 count(*) FILTER (WHERE held_until > {NOW}) AS held,
 count(*) FILTER (WHERE away_until > {NOW}) AS away,
 count(*) FILTER (WHERE owner <> '' AND free_at > {NOW}) AS leased,
 coalesce(array_agg(DISTINCT owner) FILTER (WHERE owner <> '' AND free_at > {NOW}), '{{}}') AS workers
FROM (SELECT s.host AS name, min(coalesce(s.next_due, {NOW})) AS due FROM sources s JOIN followed f ON f.key = s.key
  WHERE NOT s.disabled AND f.enabled AND s.host <> '' GROUP BY s.host) wanted
LEFT JOIN hosts ON hosts.name = wanted.name"""  # noqa: E501
_SELECT_HELD_HOSTS = f"""
SELECT name, (held_until - {NOW})::float / 1e6 AS seconds, starts >= {POISON_STARTS} AS poison FROM hosts
WHERE held_until > {NOW} AND (starts < {POISON_STARTS} OR free_at <= {NOW})
AND name IN (SELECT host FROM sources)
ORDER BY starts DESC, held_until DESC, name LIMIT 20"""  # noqa: E501
_FREE_POISON = (
    f"UPDATE hosts SET held_until = 0, starts = 0 WHERE starts >= {POISON_STARTS} RETURNING name"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldHost:
    """A host that nobody may ask for `seconds` more. `poison`: True if it crashed several workers,
    False if it asked for a pause."""

    name: str
    seconds: float
    poison: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HostCounts:
    """Numbers of hosts by their states. `due`: with a due source; `late`: for how many seconds the
    longest overdue host is overdue; `held`: paused; `away`: recently out of reach; `leased`: that
    workers visit now; `workers`: names of these workers; `named`: 20 held hosts at most; `freed`:
    hosts that were held for crashes and that this command has released."""

    hosts: int
    due: int
    late: float
    held: int
    away: int
    leased: int
    workers: Sequence[str]
    named: Sequence[HeldHost] = ()
    freed: int = 0


class Hosts:
    """The table of hosts, with the methods of `ports.HostTurns`."""

    def __init__(self, database: Database, lease: float) -> None:
        """`lease`: seconds after which a permission for a request ends; longer than any request."""
        self._db = database
        self._lease = int(lease * _MICROS)
        self._owned_for = int(_OWNED_LEASES * lease * _MICROS)

    def take(self, host: str) -> Turn | Busy:
        """Take the permission for one request to `host` and return it as a Turn. Return Busy, with
        the seconds to wait, if another machine has the permission or if the host is held: if it
        must not be asked for some time."""
        row = self._run_for_row(_TAKE, name=host, lease=self._lease)
        if row is not None:
            # if the host was recently out of reach, `why` has the reason and its details
            away_text = row.why if row.away else ""
            reason, _, detail = away_text.partition(_SEPARATOR)
            return Turn(row.free_at, reason, detail)

        waits = self._run_for_row(_SELECT_WAIT, name=host)  # in microseconds
        if waits is None:  # another machine deleted the row in between
            return Busy(0.0)
        until_free = max(waits.free, 0)
        longest_wait = max(until_free, waits.held)
        is_held_longer = waits.held > until_free
        return Busy(longest_wait / _MICROS, held=is_held_longer)

    def give_back(self, host: str, turn: Turn, pause: float) -> None:
        """Give the permission `turn` back: the next request to `host` may start after `pause`
        seconds, or after its longer crawl-delay. Does nothing if the permission has ended."""
        self._run_for_row(_GIVE_BACK, name=host, token=turn.token, pause=int(pause * _MICROS))

    def set_delay(self, host: str, seconds: float) -> None:
        """Store the crawl-delay from the robots.txt of a host, for all machines."""
        self._run_for_row(_SET_DELAY, name=host, delay=int(seconds * _MILLIS))

    def hold(self, host: str, seconds: float) -> None:
        """Allow no requests to `host`, a host or a URL, for `seconds` from now. If it is held for
        longer already, that stays."""
        self._run_for_row(_HOLD, name=host, span=int(seconds * _MICROS))

    def held(self, host: str) -> float:
        """Return for how many more seconds `host`, a host or a URL, is held; 0 if it is not."""
        row = self._run_for_row(_SELECT_HELD, name=host)
        if row is None:
            return 0.0
        (remaining_micros,) = row
        return int(remaining_micros) / _MICROS

    def any_held(self) -> bool:
        """Return True if any host or URL is held now."""
        row = self._run_for_row(f"SELECT 1 FROM hosts WHERE held_until > {NOW} LIMIT 1")
        return row is not None

    def set_away(self, host: str, reason: str, detail: str, seconds: float) -> None:
        """Store for `seconds` that a host cannot be reached, and count its failures in a row.
        `reason`: code of the failure; `detail`: in words."""
        why = f"{reason}{_SEPARATOR}{detail}"
        self._run_for_row(_SET_AWAY, name=host, span=int(seconds * _MICROS), why=why)

    def lease_hosts(self, names: Collection[str], owner: str) -> dict[str, float]:
        """Lease to the worker `owner` those of the hosts `names` that no other worker has. Return,
        for the leased hosts, host -> its crawl-delay in seconds."""
        values = {"names": sorted(names), "owner": owner, "lease": self._owned_for}
        rows = self._db.run_at_once(_text(_OWN_HOSTS), values)
        return {row.name: row.delay / _MILLIS for row in rows}

    def keep(self, owner: str) -> None:
        """Renew the leases of all hosts that the worker `owner` has."""
        self._run_for_row(_RENEW, owner=owner, lease=self._owned_for)

    def release(
        self, connection: Connection, names: Collection[str], owner: str, pause: float
    ) -> None:
        """End the leases that the worker `owner` has of the hosts `names`, in the caller's
        transaction. `pause`: seconds until the next request to these hosts."""
        values = {"names": sorted(names), "owner": owner, "pause": int(pause * _MICROS)}
        connection.execute(_text(f"{_RELEASE} AND name = ANY(:names)"), values)

    def make_forgiving_fence(
        self, fence: Callable[[Connection], None], name: str, owner: str
    ) -> Callable[[Connection], None]:
        """Return a function that calls `fence` and, the first time, sets the crashes of the host
        `name` to 0: a result was stored, so the host does not crash the worker `owner`."""
        is_forgiven = False

        def fence_and_forgive(connection: Connection) -> None:
            """Call `fence`; at the first call also reset the crashes, in the same transaction."""
            nonlocal is_forgiven
            fence(connection)
            if not is_forgiven:
                connection.execute(_text(_FORGIVE), {"name": name, "owner": owner})
            is_forgiven = True

        return fence_and_forgive

    def release_hosts(self, names: Collection[str], owner: str, pause: float) -> None:
        """End the leases that the worker `owner` has of the hosts `names`, in a transaction of its
        own. `pause`: seconds until the next request to these hosts."""
        with self._db.write() as connection:
            self.release(connection, names, owner, pause)

    def release_all(self, owner: str, pause: float) -> None:
        """End the leases of all hosts of the worker `owner`. `pause`: seconds until the next
        request to these hosts."""
        self._run_for_row(_RELEASE, owner=owner, pause=int(pause * _MICROS))

    def prune(self) -> None:
        """Delete the rows of hosts that nobody has asked for a day, if they have no crawl-delay and
        no crashes to remember."""
        self._run_for_row(_DELETE_IDLE)

    def counts(self) -> HostCounts:
        """Count the hosts of followed sources by their state: due, held, leased and so on. Also
        name some of the held hosts."""
        held_rows = self._db.run_at_once(_text(_SELECT_HELD_HOSTS))
        held_hosts = [HeldHost(**row._mapping) for row in held_rows]
        counts = self._run_for_row(_COUNT_HOSTS)
        return HostCounts(**counts._mapping, named=held_hosts)

    def free_poison(self) -> int:
        """Allow requests to the hosts that are held because they crashed workers. Return how many
        there were."""
        freed_hosts = self._db.run_at_once(_text(_FREE_POISON))
        return len(freed_hosts)

    def _run_for_row(self, statement: str, **values: Any) -> Any:
        """Run a statement in a transaction of its own. Return its first row, or None if it has no
        rows. `values`: the parameters of the statement."""
        rows = self._db.run_at_once(_text(statement), values)
        if not rows:
            return None
        return rows[0]


class HostWaits:
    """Hosts and URLs that asked for a pause, shared by all workers: implements `ports.Waits`."""

    def __init__(self, hosts: Hosts, clock: Callable[[], datetime], longest: timedelta) -> None:
        """`clock`: returns the time now, with a zone; `longest`: the longest pause that is
        stored."""
        self._hosts = hosts
        self._clock = clock
        self._longest = longest
        self._asked_at = clock() - _ANSWER_LASTS  # when the database was last asked for `any`
        self._any_held = False

    def until(self, what: str) -> datetime | None:
        """Return the time at which the pause of `what`, a host or a URL, ends. Return None if it
        has no pause."""
        remaining_seconds = self._hosts.held(codec.make_column_key(what))
        if not remaining_seconds:
            return None
        return self._clock() + timedelta(seconds=remaining_seconds)

    def any(self) -> bool:
        """Return True if any host or URL has a pause. The answer may be two seconds old: the
        database is asked no more often. If it is False, callers need not call `until`."""
        now = self._clock()
        age = now - self._asked_at
        is_fresh = timedelta(0) <= age < _ANSWER_LASTS  # negative if the clock was set back
        if not is_fresh:
            self._asked_at = now
            self._any_held = self._hosts.any_held()
        return self._any_held

    def add(self, what: str, until: datetime) -> None:
        """Store a pause of `what`, a host or a URL, that ends at `until` or, if that is earlier,
        after the longest allowed time."""
        pause = min(until - self._clock(), self._longest)
        if pause > timedelta(0):
            self._hosts.hold(codec.make_column_key(what), pause.total_seconds())
            self._any_held = True
