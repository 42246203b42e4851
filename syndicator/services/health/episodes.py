"""Episodes: conditions over time, their begin and end reported once. One that returns within a day waits an hour, then
twice as long each time. Notes in the database outlast restarts. Pure."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from syndicator.core.model import Outcome
from syndicator.core.reasons import ConditionReason, FetchReason
from syndicator.publishing.selection.staleness import BuildReport
from syndicator.services.health.conditions import Condition
from syndicator.store import codec
from syndicator.store.engine import Store

# Counts, or remarks on what is well: `status` has them, nobody is called for them.
_QUIET: Final = frozenset((ConditionReason.MUTED, ConditionReason.SOURCE_WARNING))
# A failure that mends itself more often than not is told when it has come so often in a row.
_IN_A_ROW: Final = 3
_DAMPED, _LONGEST = timedelta(hours=1), timedelta(days=1)
_MEMORY: Final = timedelta(days=1)  # for which a recovery makes the next episode a repetition
EVENTS_KEPT: Final = 200
_SHARED: Final = ("reason", "detail", "cure", "code", "last_success", "next_try")  # by a condition and its event


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One message: something broke or recovered. `id` is of it alone and stays."""

    id: str  # a uuid
    at: datetime
    state: Literal["broken", "recovered"]
    kind: str
    subject: str
    since: datetime
    reason: str = ""
    detail: str = ""
    cure: str = ""
    code: str = ""
    last_success: datetime | None = None
    next_try: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """A condition over time. `began`: first seen; `gone`: since when it is over; `told`: the event that reported it."""

    began: datetime
    kind: str
    subject: str
    told: Event | None = None
    gone: datetime | None = None

    @property
    def identity(self) -> str:
        return f"{self.kind}:{self.subject}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What is remembered: the episodes that are not over, and the last events, newest first."""

    episodes: tuple[Episode, ...] = ()
    events: tuple[Event, ...] = field(default=())


def follow(
    memory: Memory, found: Iterable[Condition], now: datetime, instance: uuid.UUID
) -> tuple[Memory, tuple[Event, ...]]:
    """What is remembered after a look at `now` that found these conditions, and the events that are new."""
    present = {one.identity: one for one in found if one.kind not in _QUIET}
    open_ = {one.identity: one for one in memory.episodes}
    ended = (one for one in memory.events if one.state == "recovered" and now - one.at < _MEMORY)
    again = Counter(f"{one.kind}:{one.subject}" for one in ended)
    kept: list[Episode] = []
    events: list[Event] = []
    for identity in sorted(present.keys() | open_.keys()):
        damping = damping_of(again[identity])
        episode, event = _step(open_.get(identity), present.get(identity), damping, now, instance)
        kept += [episode] if episode else []
        events += [event] if event else []
    recent = (*events, *memory.events)[:EVENTS_KEPT]
    return Memory(episodes=tuple(kept), events=recent), tuple(events)


def dated(found: Iterable[Condition], memory: Memory) -> tuple[Condition, ...]:
    """The conditions with the time of the first look at them, if nothing else dates them. Pure."""
    began = {one.identity: one.began for one in memory.episodes if one.gone is None}
    return tuple(one if one.since else replace(one, since=began.get(one.identity)) for one in found)


def damping_of(again: int) -> timedelta:
    """How long something has to last to be told that recovered `again` times within a day."""
    return min(_LONGEST, _DAMPED * 2 ** min(again - 1, 10)) if again else timedelta()


def _step(
    episode: Episode | None, condition: Condition | None, damping: timedelta, now: datetime, instance: uuid.UUID
) -> tuple[Episode | None, Event | None]:
    """An episode after a look: as it goes on, None where it is over; and what is to be told."""
    if condition is not None:
        new = Episode(began=now, kind=str(condition.kind), subject=condition.subject)
        episode = replace(episode or new, gone=None)
        if episode.told or not _is_telling(condition) or now - episode.began < damping:
            return episode, None
        event = _event(condition, episode, now, instance)
        return replace(episode, told=event), event
    if episode is None or episode.told is None:
        return None, None
    gone = episode.gone or now
    if now - gone < damping:
        return replace(episode, gone=gone), None
    return None, replace(episode.told, id=_id(episode, "recovered", instance), at=now, state="recovered", next_try=None)


def _is_telling(condition: Condition) -> bool:
    """False for a source that was silent when it was added, and for first failures that most likely pass."""
    if condition.kind == ConditionReason.SOURCE_FAILING:
        return condition.needs_you or (condition.count >= _IN_A_ROW and condition.code != FetchReason.SYSTEM)
    return condition.needs_you or condition.kind != ConditionReason.SOURCE_SILENT


def _event(condition: Condition, episode: Episode, now: datetime, instance: uuid.UUID) -> Event:
    id, since = _id(episode, "broken", instance), condition.since or episode.began
    shared: dict[str, Any] = {name: getattr(condition, name) for name in _SHARED}
    return Event(id=id, at=now, state="broken", kind=episode.kind, subject=episode.subject, since=since, **shared)


def _id(episode: Episode, state: str, instance: uuid.UUID) -> str:
    return str(uuid.uuid5(instance, f"health:{episode.identity}:{episode.began.isoformat()}:{state}"))


def titles(events: Iterable[Event]) -> Iterator[str]:
    """What happened, in one line each."""
    for event in events:
        about = f"{event.subject}: " if event.subject else ""
        over = f"over after {_length(event.at - event.since)}: " if event.state == "recovered" else ""
        means = {str(kind): kind.means for kind in ConditionReason}
        words = event.reason or means.get(event.kind, event.kind)  # a kind of another version has no words
        yield f"{about}{over}{words}"


def _length(time: timedelta) -> str:
    seconds = max(0, int(time.total_seconds()))
    for unit, least in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= least:
            count = seconds // least
            return f"{count} {unit}" + ("s" if count > 1 else "")
    return "less than a minute"


_EPISODES, _OUTBOX = "episodes", "alert"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbox:
    """The events that were not sent yet, oldest first, when it was last tried, and what was wrong then."""

    waiting: tuple[Event, ...] = ()
    last: datetime | None = None
    fault: str = ""


PAUSE: Final = timedelta(minutes=10)  # between two messages: what happens meanwhile is in the next one


def is_due(outbox: Outbox, now: datetime) -> bool:
    """True if a message is to be sent. A clock that was set back delays none for longer than the pause. Pure."""
    return bool(outbox.waiting) and (outbox.last is None or abs(now - outbox.last) >= PAUSE)


def put(outbox: Outbox, events: Sequence[Event]) -> Outbox:
    """With further events (newest first), each once; the oldest of too many go. Pure."""
    known = {event.id for event in outbox.waiting}
    new = [event for event in reversed(events) if event.id not in known]
    return replace(outbox, waiting=(*outbox.waiting, *new)[-EVENTS_KEPT:])


def read_memory(store: Store) -> Memory:
    noted = store.visits.note(_EPISODES)
    return codec.unpack(Memory, noted) if noted else Memory()


def write_memory(store: Store, memory: Memory, now: datetime) -> None:
    store.visits.set_note(_EPISODES, codec.pack(memory), now)


def read_outbox(store: Store) -> Outbox:
    noted = store.visits.note(_OUTBOX)
    return codec.unpack(Outbox, noted) if noted else Outbox()


def write_outbox(store: Store, outbox: Outbox, now: datetime) -> None:
    store.visits.set_note(_OUTBOX, codec.pack(outbox), now)


# Counters outlive processes, so that runs of cron count like those of `up`.
# Name of a counter -> what it is divided by ("" where by nothing) -> the count. Reasons are those of `reasons`.
Counters = Mapping[str, Mapping[str, float]]

COUNTERS = "counters"


def read_counters(store: Store) -> Counters:
    """The counts up to the last run."""
    found: Counters = json.loads(store.visits.note(COUNTERS) or "{}")
    return found


def counted(
    before: Counters, outcomes: Sequence[Outcome], built: BuildReport, *, seconds: float, now: datetime, down: bool
) -> dict[str, dict[str, float]]:
    """`before` plus a run that ended `now` after `seconds`; `down`: no source was reachable. Times are Unix seconds."""
    after = {name: dict(values) for name, values in before.items()}

    def add(name: str, value: float = 1, by: str = "") -> None:
        values = after.setdefault(name, {})
        values[by] = round(values.get(by, 0) + value, 3)

    add("runs", by="no-network" if down else "ok")
    add("run_seconds", seconds)
    add("builds", built.builds)
    add("build_seconds", built.seconds)
    add("files", len(built.written))
    for outcome in outcomes:
        add("visits", by=outcome.status)
        add("filed", len(outcome.added))
        add("changed", len(outcome.changed))
        if outcome.reason:
            add("failures", by=outcome.reason)
        for problem in outcome.skipped:
            add("not_filed", by=problem.reason)
    times = after.setdefault("times", {})
    times["run"] = now.timestamp()
    if any(outcome.status in ("new", "unchanged") for outcome in outcomes):
        times["success"] = now.timestamp()
    if built.builds:
        times["build"] = now.timestamp()
    return after
