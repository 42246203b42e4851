"""The queue of hosts to be worked on. The state of sources is the truth: a queue that is lost costs nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Work on `host` until nothing of it is due. `ticket`: what the queue knows it by."""

    host: str
    ticket: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Depths:
    """What is in the queue. `oldest`: seconds for which a job has waited."""

    queued: int = 0
    picked: int = 0
    dead: Sequence[str] = field(default_factory=tuple)  # hosts whose jobs ended their workers
    oldest: float = 0.0


class Queue(Protocol):
    """Hosts in, jobs out, each to one worker at a time. Raises StoreError."""

    async def offer(self, hosts: Collection[str]) -> None:
        """Puts those of the hosts into the queue that are not in it. Forgets what is not needed of jobs that ended."""

    async def take(self, most: int) -> list[Job]:
        """At most so many jobs, the oldest first: new ones, and those of workers that do not answer any more."""

    async def keep(self, jobs: Collection[Job]) -> None:
        """Says that these are still worked on."""

    async def end(self, job: Job, *, dead: bool = False) -> None:
        """The job is over. `dead`: it is to be looked at, and named until it is offered again by `revive`."""

    async def look(self, *, revive: bool = False) -> Depths:
        """What there is. `revive`: forgets which jobs are dead."""
