"""Table of hosts shared by machines. Each method is one transaction, by the database's clock. Raises StoreError."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, TextClause, text

from syndicator.core.errors import StoreError
from syndicator.core.ports.fleet import Busy, Turn
from syndicator.store import codec
from syndicator.store.database import Database

POISON_STARTS = 3  # starts of work on a host of which nothing came: the next one would end its worker as well
# Seconds for which such a host is held at first, and at most, unless an operator frees it. It doubles with each try
# that follows: hosts that were worked on beside it, and are sound, come back soon. Choices.
POISON_HOLD, LONGEST_HOLD = 900.0, 86_400.0
_MICROS = 1_000_000
_KNOWN = timedelta(seconds=2)  # for which what others were told may be unknown here; hosts that are held give no leave
_SEPARATOR = "\t"

# The database's clock in microseconds since 1970. SQLite's has milliseconds.
_NOW = {
    "postgresql": "(extract(epoch from clock_timestamp()) * 1000000)::bigint",
    "sqlite": "(CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) * 1000)",
}
_TAKE = """
INSERT INTO hosts (name, free_at) VALUES (:name, {now} + :lease)
ON CONFLICT (name) DO UPDATE SET free_at = excluded.free_at
WHERE hosts.free_at <= {now} AND hosts.held_until <= {now}
RETURNING free_at, away_until > {now} AS away, why"""
_WAIT = "SELECT free_at - {now} AS free, held_until - {now} AS held FROM hosts WHERE name = :name"
_GIVE_BACK = """
UPDATE hosts SET free_at = {now} + CASE WHEN delay * 1000 > :pause THEN delay * 1000 ELSE :pause END
WHERE name = :name AND free_at = :token"""
_DELAY = """
INSERT INTO hosts (name, delay) VALUES (:name, :delay) ON CONFLICT (name) DO UPDATE SET delay = excluded.delay
WHERE hosts.delay <> excluded.delay"""
_HOLD = """
INSERT INTO hosts (name, held_until) VALUES (:name, {now} + :span)
ON CONFLICT (name) DO UPDATE SET held_until = excluded.held_until WHERE hosts.held_until < excluded.held_until"""
_HELD = "SELECT held_until - {now} FROM hosts WHERE name = :name AND held_until > {now}"
_AWAY = """
INSERT INTO hosts (name, away_until, why, failures) VALUES (:name, {now} + :span, :why, 1)
ON CONFLICT (name) DO UPDATE SET away_until = excluded.away_until, why = excluded.why, failures = hosts.failures + 1"""
_BACK = "UPDATE hosts SET failures = 0, away_until = 0, why = '' WHERE name = :name AND failures > 0"
_START = """
INSERT INTO hosts (name, owner, lease_until, starts) VALUES (:name, :owner, {now} + :lease, 1)
ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, lease_until = excluded.lease_until, starts = hosts.starts + 1
WHERE hosts.lease_until <= {now} AND hosts.held_until <= {now}
RETURNING starts"""
_POISON = "UPDATE hosts SET held_until = {now} + :span, owner = '', lease_until = 0 WHERE name = :name"
_GIVE_UP = """
UPDATE hosts SET owner = '', lease_until = 0, starts = CASE WHEN starts > 0 THEN starts - 1 ELSE 0 END
WHERE owner = :owner"""
_KEEP = """
UPDATE hosts SET lease_until = {now} + :lease WHERE owner = :owner AND lease_until > {now} AND name = :name
RETURNING name"""
_FENCE = """
UPDATE hosts SET lease_until = {now} + :lease, starts = 0
WHERE name = :name AND owner = :owner AND lease_until > {now}"""
_OWN_DUE = """
(CASE WHEN EXISTS (SELECT 1 FROM sources s JOIN followed f ON f.key = s.key
  WHERE s.host = hosts.name AND s.next_due IS NULL AND NOT s.disabled AND f.enabled) THEN 0
 ELSE (SELECT s.next_due FROM sources s JOIN followed f ON f.key = s.key
  WHERE s.host = hosts.name AND s.next_due IS NOT NULL AND NOT s.disabled AND f.enabled
  ORDER BY s.next_due LIMIT 1) END)"""
_END = f"""
UPDATE hosts SET owner = '', lease_until = 0, starts = 0, due = {_OWN_DUE}
WHERE name = :name AND owner = :owner AND lease_until > {{now}}"""
_DUE = """
SELECT name FROM hosts WHERE due <= {now} AND lease_until <= {now} AND held_until <= {now} AND away_until <= {now}
ORDER BY due, name LIMIT :most"""
# Hosts whose rows somebody has locked are left out ({skip}; SQLite has one writer): it may stand still.
_FILL = """
INSERT INTO hosts (name, due)
WITH wanted AS (
  SELECT s.host AS name, min(coalesce(s.next_due, 0)) AS due FROM sources s JOIN followed f ON f.key = s.key
  WHERE NOT s.disabled AND f.enabled AND s.host <> '' GROUP BY s.host),
changed AS (
  SELECT hosts.name, wanted.due FROM hosts JOIN wanted ON wanted.name = hosts.name
  WHERE hosts.due IS NULL OR hosts.due <> wanted.due {skip})
SELECT name, due FROM changed
UNION ALL SELECT name, due FROM wanted WHERE NOT EXISTS (SELECT 1 FROM hosts WHERE hosts.name = wanted.name)
ON CONFLICT (name) DO UPDATE SET due = excluded.due"""
_EMPTY = """
UPDATE hosts SET due = NULL WHERE name IN (
  SELECT name FROM hosts WHERE due IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM sources s JOIN followed f ON f.key = s.key
    WHERE s.host = hosts.name AND NOT s.disabled AND f.enabled) {skip})"""
_IDLE = """
DELETE FROM hosts WHERE name IN (
  SELECT name FROM hosts WHERE due IS NULL AND free_at <= {now} AND held_until <= {now} AND away_until <= {now}
  AND lease_until <= {now} AND starts = 0 {skip})"""
_COUNTS = """
SELECT count(*) AS hosts,
 coalesce(sum(CASE WHEN due <= {now} AND held_until <= {now} THEN 1 ELSE 0 END), 0) AS due,
 min(CASE WHEN held_until <= {now} THEN due END) - {now} AS oldest,
 coalesce(sum(CASE WHEN held_until > {now} THEN 1 ELSE 0 END), 0) AS held,
 coalesce(sum(CASE WHEN away_until > {now} THEN 1 ELSE 0 END), 0) AS away,
 coalesce(sum(CASE WHEN lease_until > {now} THEN 1 ELSE 0 END), 0) AS leased,
 count(DISTINCT CASE WHEN lease_until > {now} THEN owner END) AS workers
FROM hosts"""
_NAMED = """
SELECT name, held_until - {now} AS seconds, starts FROM hosts WHERE held_until > {now} AND due IS NOT NULL
ORDER BY starts DESC, held_until DESC, name LIMIT :most"""
_FREE = "UPDATE hosts SET held_until = 0, starts = 0 WHERE starts >= :starts RETURNING name"


def poison_hold(starts: int) -> float:
    """Seconds to hold a host after so many starts without a result, 0 to try it; after a hold, one try. Pure."""
    if starts <= POISON_STARTS or (starts - POISON_STARTS) % 2 == 0:
        return 0.0
    return float(min(LONGEST_HOLD, POISON_HOLD * 2 ** min((starts - POISON_STARTS) // 2, 20)))


class LeaseLost(StoreError):
    """Somebody else works on the host by now: what was done meanwhile is not written."""


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
    """The table. `lease`: seconds for which leave for a request, and work on a host, count without a sign of life;
    more than the longest request takes, since a shorter one would be lost by everybody who waits for an answer."""

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
        self._do(_GIVE_BACK, name=host, token=turn.token, pause=int(pause * _MICROS))

    def set_delay(self, host: str, seconds: float) -> None:
        self._do(_DELAY, name=host, delay=int(seconds * 1000))

    def hold(self, host: str, seconds: float) -> None:
        self._do(_HOLD, name=host, span=int(seconds * _MICROS))

    def held(self, host: str) -> float:
        """For how many seconds more the host, or URL, is held; 0 for not."""
        row = self._once(_HELD, name=host)
        return 0.0 if row is None else row[0] / _MICROS

    def any_held(self) -> bool:
        """Whether any host or URL is held."""
        return self._once("SELECT 1 FROM hosts WHERE held_until > {now} LIMIT 1") is not None

    def set_away(self, host: str, reason: str, detail: str, seconds: float) -> None:
        self._do(_AWAY, name=host, span=int(seconds * _MICROS), why=f"{reason}{_SEPARATOR}{detail}")

    def set_reached(self, host: str) -> None:
        """The host answered."""
        self._do(_BACK, name=host)

    def start(self, host: str, owner: str) -> bool:
        """Begin work on a host. False if taken, held, or named as poison after three lost workers."""
        if (row := self._once(_START, name=host, owner=owner, lease=self._lease)) is None:
            return False
        seconds = poison_hold(row.starts)
        if seconds:
            self._do(_POISON, name=host, span=int(seconds * _MICROS))
        return not seconds

    def give_up(self, owner: str) -> None:
        """All work of `owner` is over, which lives: it does not count as lost."""
        self._do(_GIVE_UP, owner=owner)

    def is_poison(self, host: str) -> bool:
        """True where work on the host ended its workers."""
        row = self._once("SELECT starts FROM hosts WHERE name = :name", name=host)
        return row is not None and row.starts >= POISON_STARTS

    def keep(self, hosts: Collection[str], owner: str) -> set[str]:
        """Those of the hosts on which `owner` still works, for another lease."""
        with self._db.write() as connection:
            values = {"owner": owner, "lease": self._lease}
            kept = self._text(_KEEP)
            return {host for host in sorted(hosts) if connection.execute(kept, {"name": host, **values}).first()}

    def fence(self, host: str, owner: str) -> Callable[[Connection], None]:
        """Condition for writes of results: the work is still the owner's, whose lease is renewed. Raises LeaseLost."""
        values = {"name": host, "owner": owner, "lease": self._lease}

        def hold(connection: Connection) -> None:
            if not connection.execute(self._text(_FENCE), values).rowcount:
                raise LeaseLost(f"{host}: another worker works on it by now")

        return hold

    def end(self, host: str, owner: str) -> None:
        """Work on the host is over; it is due again with the first of its sources."""
        self._do(_END, name=host, owner=owner)

    def due(self, most: int) -> list[str]:
        """The hosts that are due and that nobody works on, the longest overdue first."""
        return [row.name for row in self._db.once(self._text(_DUE), {"most": most})]

    def fill(self) -> None:
        """Sets anew when each host is due, and forgets those of which nothing is known."""
        with self._db.write() as connection:
            for statement in (_FILL, _EMPTY, _IDLE):
                connection.execute(self._text(statement))

    def counts(self, most: int = 20) -> HostCounts:
        """How the hosts are doing, with the names of `most` that are held."""
        row, named = self._once(_COUNTS), self._db.once(self._text(_NAMED), {"most": most})
        return HostCounts(
            hosts=row.hosts,
            due=row.due,
            late=max(0.0, -(row.oldest or 0) / _MICROS) if row.due else 0.0,
            held=row.held,
            away=row.away,
            leased=row.leased,
            workers=row.workers,
            named=[
                HeldHost(name=one.name, seconds=one.seconds / _MICROS, poison=one.starts >= POISON_STARTS)
                for one in named
            ],
        )

    def free_poison(self) -> int:
        """Frees the hosts that are held because their work ended its workers; how many."""
        return len(self._db.once(text(_FREE), {"starts": POISON_STARTS}))

    def _do(self, statement: str, **values: Any) -> None:
        self._db.once(self._text(statement), values)

    def _once(self, statement: str, **values: Any) -> Any:
        return next(iter(self._db.once(self._text(statement), values)), None)

    def _text(self, statement: str) -> TextClause:
        if (made := self._made.get(statement)) is None:
            now = _NOW[self._db.engine.dialect.name]
            skip = "" if self._db.sqlite else "FOR UPDATE OF hosts SKIP LOCKED"
            made = self._made[statement] = text(statement.replace("{now}", now).replace("{skip}", skip))
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
