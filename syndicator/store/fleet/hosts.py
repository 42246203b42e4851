"""Table of hosts shared by machines. Each method is one transaction, by the database's clock. Raises StoreError."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, TextClause, text

from syndicator.core.ports.fleet import Busy, Turn
from syndicator.store import codec
from syndicator.store.database import Database

POISON_STARTS = 3  # starts of work on a host of which nothing came: the next one would end its worker as well
# Seconds for which such a host is held at first, and at most, unless an operator frees it. It doubles with each try
# that follows: hosts that were worked on beside it, and are sound, come back soon. Choices.
POISON_HOLD, LONGEST_HOLD = 900.0, 86_400.0
# For so many leases a worker has the hosts of its shards after each sign of life. It asks no host later than
# `ASKS` leases after a sign that was confirmed, and the longest request is less than 2/3 of a lease.
ASKS, _OWN = 0.7, 0.7 + 2 / 3
_MICROS = 1_000_000
_KNOWN = timedelta(seconds=2)  # for which what others were told may be unknown here; hosts that are held give no leave
_SEPARATOR = "\t"

NOW = "(extract(epoch from clock_timestamp()) * 1000000)::bigint"  # the database's clock, in microseconds since 1970
_FREE_NOW = f"hosts.free_at <= {NOW} AND hosts.held_until <= {NOW}"
_TAKE = f"""
INSERT INTO hosts (name, free_at) VALUES (:name, {NOW} + :lease)
ON CONFLICT (name) DO UPDATE SET free_at = excluded.free_at WHERE {_FREE_NOW}
RETURNING free_at, away_until > {NOW} AS away, why"""
_WAIT = f"SELECT free_at - {NOW} AS free, held_until - {NOW} AS held FROM hosts WHERE name = :name"
_GIVE_BACK = f"""
UPDATE hosts SET free_at = {NOW} + greatest(delay * 1000, :pause) WHERE name = :name AND free_at = :token"""
_DELAY = """
INSERT INTO hosts (name, delay) VALUES (:name, :delay) ON CONFLICT (name) DO UPDATE SET delay = excluded.delay
WHERE hosts.delay <> excluded.delay"""
_HOLD = f"""
INSERT INTO hosts (name, held_until) VALUES (:name, {NOW} + :span)
ON CONFLICT (name) DO UPDATE SET held_until = excluded.held_until WHERE hosts.held_until < excluded.held_until"""
_HELD = f"SELECT held_until - {NOW} FROM hosts WHERE name = :name AND held_until > {NOW}"
_AWAY = f"""
INSERT INTO hosts (name, away_until, why, failures) VALUES (:name, {NOW} + :span, :why, 1)
ON CONFLICT (name) DO UPDATE SET away_until = excluded.away_until, why = excluded.why, failures = hosts.failures + 1"""
_OWN_ALL = f"""
INSERT INTO hosts (name, owner, free_at, starts)
SELECT name, :owner, {NOW} + :lease, 1 FROM unnest(CAST(:names AS text[])) AS name ORDER BY name
ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, free_at = excluded.free_at, starts = hosts.starts + 1
WHERE {_FREE_NOW} AND hosts.away_until <= {NOW}
RETURNING name, starts, delay"""
_POISON = f"UPDATE hosts SET held_until = {NOW} + :span, owner = '', free_at = 0 WHERE name = :name"
_KEEP = f"UPDATE hosts SET free_at = {NOW} + :lease WHERE owner = :owner AND free_at > {NOW}"
_RELEASE = f"""
UPDATE hosts SET owner = '', starts = 0, free_at = {NOW} + greatest(delay * 1000, :pause)
WHERE owner = :owner AND name = ANY(:names)"""
_FORGIVE = "UPDATE hosts SET starts = 0 WHERE name = ANY(:names) AND owner = :owner"
_PUT_BACK = "UPDATE hosts SET owner = '', starts = starts - 1, free_at = 0 WHERE owner = :owner AND name = ANY(:names)"
_GIVE_UP = f"""
UPDATE hosts SET owner = '', starts = greatest(starts - 1, 0), free_at = {NOW} + greatest(delay * 1000, :pause)
WHERE owner = :owner"""
_IDLE = f"""
DELETE FROM hosts WHERE name IN (
  SELECT name FROM hosts WHERE greatest(free_at, held_until, away_until) <= {NOW} - 86400000000
  AND starts = 0 AND delay = 0 FOR UPDATE SKIP LOCKED)"""
_ASKABLE = f"coalesce(hosts.held_until, 0) <= {NOW}"
_COUNTS = f"""
SELECT count(*) AS hosts,
 count(*) FILTER (WHERE wanted.due <= {NOW} AND {_ASKABLE}) AS due,
 coalesce(max({NOW} - wanted.due) FILTER (WHERE {_ASKABLE}), 0) AS late,
 count(*) FILTER (WHERE held_until > {NOW}) AS held,
 count(*) FILTER (WHERE away_until > {NOW}) AS away,
 count(*) FILTER (WHERE owner <> '' AND free_at > {NOW}) AS leased,
 count(DISTINCT owner) FILTER (WHERE owner <> '' AND free_at > {NOW}) AS workers
FROM (SELECT s.host AS name, min(coalesce(s.next_due, {NOW})) AS due FROM sources s JOIN followed f ON f.key = s.key
  WHERE NOT s.disabled AND f.enabled AND s.host <> '' GROUP BY s.host) wanted
LEFT JOIN hosts ON hosts.name = wanted.name"""
_NAMED = f"""
SELECT name, held_until - {NOW} AS seconds, starts FROM hosts
WHERE held_until > {NOW} AND EXISTS (SELECT 1 FROM sources WHERE host = name)
ORDER BY starts DESC, held_until DESC, name LIMIT :most"""
_FREE = "UPDATE hosts SET held_until = 0, starts = 0 WHERE starts >= :starts RETURNING name"
_OWNERS = f"SELECT DISTINCT owner FROM hosts WHERE owner <> '' AND free_at > {NOW} ORDER BY owner"


def poison_hold(starts: int) -> float:
    """Seconds to hold a host after so many starts without a result, 0 to try it; after a hold, one try. Pure."""
    if starts <= POISON_STARTS or (starts - POISON_STARTS) % 2 == 0:
        return 0.0
    return float(min(LONGEST_HOLD, POISON_HOLD * 2 ** min((starts - POISON_STARTS) // 2, 20)))


@dataclass(frozen=True, slots=True)
class HeldHost:
    """A host that nobody may ask. `poison`: work on it ended its workers."""

    name: str
    seconds: float
    poison: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HostCounts:
    """How the hosts are doing. `late`: seconds for which the first of them has been due."""

    hosts: int
    due: int
    late: float
    held: int
    away: int
    leased: int
    workers: int
    named: Sequence[HeldHost] = ()


class Hosts:
    """The table. `lease`: seconds for which leave for a request counts; more than the longest request takes."""

    def __init__(self, database: Database, lease: float) -> None:
        self._db = database
        self._lease = int(lease * _MICROS)
        self._made: dict[str, TextClause] = {}

    def take(self, host: str) -> Turn | Busy:
        if (row := self._once(_TAKE, name=host, lease=self._lease)) is not None:
            reason, _, detail = (row.why if row.away else "").partition(_SEPARATOR)
            return Turn(row.free_at, reason, detail)
        if (waits := self._once(_WAIT, name=host)) is None:
            return Busy(0.0)
        return Busy(max(waits.free, waits.held, 0) / _MICROS, held=waits.held > max(waits.free, 0))

    def give_back(self, host: str, turn: Turn, pause: float) -> None:
        self._once(_GIVE_BACK, name=host, token=turn.token, pause=int(pause * _MICROS))

    def set_delay(self, host: str, seconds: float) -> None:
        self._once(_DELAY, name=host, delay=int(seconds * 1000))

    def hold(self, host: str, seconds: float) -> None:
        self._once(_HOLD, name=host, span=int(seconds * _MICROS))

    def held(self, host: str) -> float:
        """For how many seconds more the host, or URL, is held; 0 for not."""
        row = self._once(_HELD, name=host)
        return 0.0 if row is None else row[0] / _MICROS

    def any_held(self) -> bool:
        """True if any host or URL is held."""
        return self._once(f"SELECT 1 FROM hosts WHERE held_until > {NOW} LIMIT 1") is not None

    def set_away(self, host: str, reason: str, detail: str, seconds: float) -> None:
        self._once(_AWAY, name=host, span=int(seconds * _MICROS), why=f"{reason}{_SEPARATOR}{detail}")

    def own(self, names: Collection[str], owner: str) -> dict[str, float]:
        """Leave for all requests to those of the hosts that are free, until `release`, and the crawl-delay of each. A
        host that ended its workers is held instead; of those that are suspected of it, one is taken at a time."""
        values = {"names": sorted(names), "owner": owner, "lease": int(_OWN * self._lease)}
        taken = {}
        suspects = []
        for row in self._db.once(self._text(_OWN_ALL), values):
            if seconds := poison_hold(row.starts):
                self._once(_POISON, name=row.name, span=int(seconds * _MICROS))
            else:
                taken[row.name] = row.delay / 1000
                suspects += [row.name] if row.starts >= POISON_STARTS else []
        if others := suspects[1:]:
            self._once(_PUT_BACK, names=others, owner=owner)
        return {name: delay for name, delay in taken.items() if name not in others}

    def keep(self, owner: str) -> None:
        """A sign of life: `owner` keeps its hosts for longer."""
        self._once(_KEEP, owner=owner, lease=int(_OWN * self._lease))

    def release(
        self, connection: Connection, names: Collection[str], owner: str, pause: float, visited: Collection[str] = ()
    ) -> None:
        """Ends the leave that `own` gave: work on these hosts, and on those `visited`, brought something."""
        values = {"names": sorted(names), "owner": owner, "pause": int(pause * _MICROS)}
        connection.execute(self._text(_RELEASE), values)
        if visited:
            connection.execute(self._text(_FORGIVE), {"names": sorted(visited), "owner": owner})

    def forgiving(self, fence: Callable[[Connection], None], name: str, owner: str) -> Callable[[Connection], None]:
        """`fence`, which at the first write says that work on the host brings something."""
        forgiven = False

        def hold(connection: Connection) -> None:
            nonlocal forgiven
            fence(connection)
            if not forgiven:
                connection.execute(self._text(_FORGIVE), {"names": [name], "owner": owner})
            forgiven = True

        return hold

    def let_go(self, names: Collection[str], owner: str, pause: float) -> None:
        """As `release`, in a transaction of its own."""
        with self._db.write() as connection:
            self.release(connection, names, owner, pause)

    def give_up(self, owner: str, pause: float) -> None:
        """All work of `owner` is over, which lives: it does not count as lost."""
        self._once(_GIVE_UP, owner=owner, pause=int(pause * _MICROS))

    def owners(self) -> list[str]:
        """Who works on a host at the moment, by name."""
        return [owner for (owner,) in self._db.once(self._text(_OWNERS))]

    def prune(self) -> None:
        """Deletes rows of hosts that nobody asked for a day and of which nothing is known."""
        self._once(_IDLE)

    def counts(self, most: int = 20) -> HostCounts:
        """How the hosts are doing, with the names of `most` that are held."""
        row, named = self._once(_COUNTS), self._db.once(self._text(_NAMED), {"most": most})
        found = {name: getattr(row, name) for name in ("hosts", "due", "held", "away", "leased", "workers")}
        held = [
            HeldHost(name=one.name, seconds=one.seconds / _MICROS, poison=one.starts >= POISON_STARTS) for one in named
        ]
        return HostCounts(**found, late=float(max(0, row.late)) / _MICROS, named=held)

    def free_poison(self) -> int:
        """Frees the hosts that are held because their work ended its workers; how many."""
        return len(self._db.once(text(_FREE), {"starts": POISON_STARTS}))

    def _once(self, statement: str, **values: Any) -> Any:
        return next(iter(self._db.once(self._text(statement), values)), None)

    def _text(self, statement: str) -> TextClause:
        if (made := self._made.get(statement)) is None:
            made = self._made[statement] = text(statement)
        return made


class HostWaits:
    """`ports.hosts.Waits` in the table: what one worker was told, all heed. clock: now, aware."""

    def __init__(self, hosts: Hosts, clock: Callable[[], datetime], longest: timedelta) -> None:
        self._hosts, self._clock, self._longest = hosts, clock, longest
        self._looked, self._any = clock() - _KNOWN, False

    def until(self, what: str) -> datetime | None:
        seconds = self._hosts.held(codec.key(what))
        return self._clock() + timedelta(seconds=seconds) if seconds else None

    def any(self) -> bool:
        now = self._clock()
        if not timedelta(0) <= now - self._looked < _KNOWN:
            self._looked, self._any = now, self._hosts.any_held()
        return self._any

    def add(self, what: str, until: datetime) -> None:
        span = min(until - self._clock(), self._longest)
        if span > timedelta(0):
            self._hosts.hold(codec.key(what), span.total_seconds())
            self._any = True
