"""How the workers are doing together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from syndicator.configuration.settings import load
from syndicator.services.container import lease_seconds
from syndicator.services.worker.run import need_server
from syndicator.store.engine import open_store
from syndicator.store.fleet.hosts import HeldHost
from syndicator.store.fleet.queue import open_queue


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetReport:
    """`due`: hosts that are due, `late` seconds the first of them; `queued` jobs, `oldest` seconds the first; `picked`
    jobs under way; `dead`: hosts whose jobs ended their workers; `workers` that work on something, by name."""

    hosts: int
    due: int
    late: float
    queued: int
    oldest: float
    picked: int
    held: int
    named: Sequence[HeldHost]
    away: int
    dead: Sequence[str]
    workers: Sequence[str]
    freed: int = 0


async def look(config: Path, *, requeue: bool = False) -> FleetReport:
    """What there is. `requeue`: hosts that are held because their work ended its workers are worked on again. Raises
    ConfigError, UsageError, StoreError."""
    settings = load(config)
    need_server(settings)
    lease = lease_seconds(settings)
    with open_store(settings.store_url, articles_exist=True, create=True) as store:
        hosts = store.hosts(lease)
        freed = hosts.free_poison() if requeue else 0
        async with open_queue(store.fleet.address, lease) as queue:
            depths = await queue.look(revive=requeue)
        counts = hosts.counts()
        return FleetReport(
            hosts=counts.hosts,
            due=counts.due,
            late=counts.late,
            queued=depths.queued,
            oldest=depths.oldest,
            picked=depths.picked,
            held=counts.held,
            named=counts.named,
            away=counts.away,
            dead=depths.dead,
            workers=store.fleet.workers(),
            freed=freed,
        )
