"""What health remembers between runs, as notes in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from syndicator.services.health.episodes import EVENTS_KEPT, Event, Memory
from syndicator.store import codec
from syndicator.store.engine import Store

_EPISODES, _OUTBOX = "episodes", "alert"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbox:
    """The events that were not sent yet, oldest first, when it was last tried, and what was wrong then."""

    waiting: tuple[Event, ...] = ()
    last: datetime | None = None
    fault: str = ""


PAUSE: Final = timedelta(minutes=10)  # between two messages: what happens meanwhile is in the next one


def is_due(outbox: Outbox, now: datetime) -> bool:
    """Whether a message is to be sent. A clock that was set back delays none for longer than the pause. Pure."""
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
