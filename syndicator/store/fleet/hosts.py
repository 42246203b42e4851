"""Grant requests to a host to one machine at a time; hold hosts that ask for a pause.
By the database's clock. Also pauses hosts that crashed several workers. Each method is one
transaction. Raises StoreError."""

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
# In leases: no request starts later than ASKS after a heartbeat; hosts are owned for _OWN: requests
# take less than 2/3.
ASKS = 0.7
_OWN = 0.7 + 2 / 3
_MICROS = 1_000_000
_KNOWN = timedelta(seconds=2)  # how old the answer of `any` may be; `take` checks held hosts again
_SEPARATOR = "\t"
_text = cache(text)  # compiles each statement once

# the database's clock, in microseconds since 1970
NOW = "(extract(epoch from clock_timestamp()) * 1000000)::bigint"
_FREE_NOW = f"hosts.free_at <= {NOW} AND hosts.held_until <= {NOW}"
_TAKE = f"""
INSERT INTO hosts (name, free_at) VALUES (:name, {NOW} + :lease)
ON CONFLICT (name) DO UPDATE SET free_at = excluded.free_at WHERE {_FREE_NOW}
RETURNING free_at, away_until > {NOW} AS away, why"""
_WAIT = f"SELECT free_at - {NOW} AS free, held_until - {NOW} AS held FROM hosts WHERE name = :name"
_GIVE_BACK = f"""
UPDATE hosts SET free_at = {NOW} + greatest(delay * 1000, :pause) WHERE name = :name AND free_at = :token"""  # noqa: E501
_DELAY = """
INSERT INTO hosts (name, delay) VALUES (:name, :delay) ON CONFLICT (name) DO UPDATE SET delay = excluded.delay
WHERE hosts.delay <> excluded.delay"""  # noqa: E501
_HOLD = f"""
INSERT INTO hosts (name, held_until) VALUES (:name, {NOW} + :span)
ON CONFLICT (name) DO UPDATE SET held_until = excluded.held_until WHERE hosts.held_until < excluded.held_until"""  # noqa: E501
_HELD = f"SELECT held_until - {NOW} FROM hosts WHERE name = :name AND held_until > {NOW}"
_AWAY = f"""
INSERT INTO hosts (name, away_until, why, failures) VALUES (:name, {NOW} + :span, :why, 1)
ON CONFLICT (name) DO UPDATE SET away_until = excluded.away_until, why = excluded.why, failures = hosts.failures + 1"""  # noqa: E501
_OWN_ALL = f"""
INSERT INTO hosts (name, owner, free_at, starts)
SELECT name, :owner, {NOW} + :lease, 1 FROM unnest(CAST(:names AS text[])) AS name ORDER BY name
ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, free_at = excluded.free_at, starts = hosts.starts + 1,
  held_until = CASE WHEN hosts.starts + 1 < {POISON_STARTS} THEN hosts.held_until ELSE {NOW} + {_POISON} END
WHERE {_FREE_NOW} AND hosts.away_until <= {NOW}
RETURNING name, delay"""  # noqa: E501
_KEEP = f"UPDATE hosts SET free_at = {NOW} + :lease WHERE owner = :owner AND free_at > {NOW}"
_RELEASE = f"""
UPDATE hosts SET owner = '', starts = 0, free_at = {NOW} + greatest(delay * 1000, :pause),
  held_until = CASE WHEN starts < {POISON_STARTS} THEN held_until ELSE 0 END
WHERE owner = :owner"""
_FORGIVE = f"""
UPDATE hosts SET starts = 0, held_until = CASE WHEN starts < {POISON_STARTS} THEN held_until ELSE 0 END
WHERE owner = :owner AND name = :name"""  # noqa: E501
_IDLE = f"""
DELETE FROM hosts WHERE name IN (
  SELECT name FROM hosts WHERE greatest(free_at, held_until, away_until) <= {NOW} - 86400000000
  AND starts = 0 AND delay = 0 FOR UPDATE SKIP LOCKED)"""
_ASKABLE = f"coalesce(hosts.held_until, 0) <= {NOW}"
_COUNTS = f"""
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
_NAMED = f"""
SELECT name, (held_until - {NOW})::float / 1e6 AS seconds, starts >= {POISON_STARTS} AS poison FROM hosts
WHERE held_until > {NOW} AND (starts < {POISON_STARTS} OR free_at <= {NOW})
AND name IN (SELECT host FROM sources)
ORDER BY starts DESC, held_until DESC, name LIMIT 20"""  # noqa: E501
_FREE = (
    f"UPDATE hosts SET held_until = 0, starts = 0 WHERE starts >= {POISON_STARTS} RETURNING name"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldHost:
    """A host that nobody may ask for `seconds` more. `poison`: because it crashed several
    workers."""

    name: str
    seconds: float
    poison: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HostCounts:
    """Numbers of hosts. `late`: seconds that the first due one is overdue; `named`: the first 20
    held ones; `workers`: the names of those that lease hosts."""

    hosts: int
    due: int
    late: float
    held: int
    away: int
    leased: int
    workers: Sequence[str]
    named: Sequence[HeldHost] = ()
    freed: int = 0  # just now


class Hosts:
    """The table. `lease`: seconds after which a permission for a request ends; longer than any
    request."""

    def __init__(self, database: Database, lease: float) -> None:
        self._db = database
        self._lease = int(lease * _MICROS)
        self._own = int(_OWN * lease * _MICROS)

    def take(self, host: str) -> Turn | Busy:
        row = self._run_for_row(_TAKE, name=host, lease=self._lease)
        if row is not None:
            why = row.why if row.away else ""
            reason, _, detail = why.partition(_SEPARATOR)
            return Turn(row.free_at, reason, detail)
        waits = self._run_for_row(_WAIT, name=host)
        if waits is None:
            return Busy(0.0)
        until_free = max(waits.free, 0)
        return Busy(max(until_free, waits.held) / _MICROS, held=waits.held > until_free)

    def give_back(self, host: str, turn: Turn, pause: float) -> None:
        self._run_for_row(_GIVE_BACK, name=host, token=turn.token, pause=int(pause * _MICROS))

    def set_delay(self, host: str, seconds: float) -> None:
        self._run_for_row(_DELAY, name=host, delay=int(seconds * 1000))

    def hold(self, host: str, seconds: float) -> None:
        self._run_for_row(_HOLD, name=host, span=int(seconds * _MICROS))

    def held(self, host: str) -> float:
        """Return for how many more seconds the host or URL is held, 0 if it is not."""
        row = self._run_for_row(_HELD, name=host)
        return 0.0 if row is None else row[0] / _MICROS

    def any_held(self) -> bool:
        """Return True if some host is held."""
        row = self._run_for_row(f"SELECT 1 FROM hosts WHERE held_until > {NOW} LIMIT 1")
        return row is not None

    def set_away(self, host: str, reason: str, detail: str, seconds: float) -> None:
        self._run_for_row(
            _AWAY, name=host, span=int(seconds * _MICROS), why=f"{reason}{_SEPARATOR}{detail}"
        )

    def own(self, names: Collection[str], owner: str) -> dict[str, float]:
        """Lease the free hosts of `names` to `owner` until `release`; return the crawl-delay of
        each in seconds."""
        values = {"names": sorted(names), "owner": owner, "lease": self._own}
        rows = self._db.run_at_once(_text(_OWN_ALL), values)
        return {row.name: row.delay / 1000 for row in rows}

    def keep(self, owner: str) -> None:
        """Renew the leases of an owner."""
        self._run_for_row(_KEEP, owner=owner, lease=self._own)

    def release(
        self, connection: Connection, names: Collection[str], owner: str, pause: float
    ) -> None:
        """End the owner's leases of `names`, in the caller's transaction. `pause`: seconds to the
        next request."""
        values = {"names": sorted(names), "owner": owner, "pause": int(pause * _MICROS)}
        connection.execute(_text(f"{_RELEASE} AND name = ANY(:names)"), values)

    def forgiving(
        self, fence: Callable[[Connection], None], name: str, owner: str
    ) -> Callable[[Connection], None]:
        """Return a function that calls `fence` and, at its first call, resets the crashes of host
        `name`."""
        forgiven = False

        def hold(connection: Connection) -> None:
            nonlocal forgiven
            fence(connection)
            if not forgiven:
                connection.execute(_text(_FORGIVE), {"name": name, "owner": owner})
            forgiven = True

        return hold

    def let_go(self, names: Collection[str], owner: str, pause: float) -> None:
        """Call `release` for these hosts in a transaction of its own."""
        with self._db.write() as connection:
            self.release(connection, names, owner, pause)

    def give_up(self, owner: str, pause: float) -> None:
        """Call `release` for all hosts of `owner`."""
        self._run_for_row(_RELEASE, owner=owner, pause=int(pause * _MICROS))

    def prune(self) -> None:
        """Delete rows of hosts without settings that were not asked for a day."""
        self._run_for_row(_IDLE)

    def counts(self) -> HostCounts:
        """Return the numbers of hosts by their states."""
        named = [HeldHost(**row._mapping) for row in self._db.run_at_once(_text(_NAMED))]
        row = self._run_for_row(_COUNTS)
        return HostCounts(**row._mapping, named=named)

    def free_poison(self) -> int:
        """Release the hosts that are held because they crashed workers; return how many."""
        return len(self._db.run_at_once(_text(_FREE)))

    def _run_for_row(self, statement: str, **values: Any) -> Any:
        """Run a statement in a transaction of its own. Return its first row, None without any."""
        return next(iter(self._db.run_at_once(_text(statement), values)), None)


class HostWaits:
    """`ports.Waits` shared by all workers. `clock`: returns an aware time; `longest`: limit of a
    wait."""

    def __init__(self, hosts: Hosts, clock: Callable[[], datetime], longest: timedelta) -> None:
        self._hosts = hosts
        self._clock = clock
        self._longest = longest
        self._looked = clock() - _KNOWN
        self._any = False

    def until(self, what: str) -> datetime | None:
        seconds = self._hosts.held(codec.key(what))
        return self._clock() + timedelta(seconds=seconds) if seconds else None

    def any(self) -> bool:
        now = self._clock()
        is_known = timedelta(0) <= now - self._looked < _KNOWN
        if not is_known:
            self._looked = now
            self._any = self._hosts.any_held()
        return self._any

    def add(self, what: str, until: datetime) -> None:
        span = min(until - self._clock(), self._longest)
        if span > timedelta(0):
            self._hosts.hold(codec.key(what), span.total_seconds())
            self._any = True
