"""Read the figures that `status`, console and metrics share: counts, freshness, pictures."""

from dataclasses import dataclass, field

from syndicator.configuration.settings import Settings
from syndicator.core.ports.subscriptions import Pictured
from syndicator.health import freshness
from syndicator.health.freshness import Freshness
from syndicator.store.engine import Store
from syndicator.store.status import Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Numbers of an instance. `freshness`: None before the first samples; `pictures`: None if
    thumbnails are off."""

    counts: Counts = field(default_factory=Counts)
    freshness: Freshness | None = None
    pictures: Pictured | None = None


def read_figures(store: Store, settings: Settings) -> Figures:
    """Return the figures of an instance. Raises StoreError."""
    return Figures(
        counts=store.status.counts(),
        freshness=freshness.measure_freshness(freshness.read_freshness(store)),
        pictures=store.pictures.counts() if settings.publish.thumbnails else None,
    )
