"""Make Prometheus metrics; answer requests for metrics, readiness and the health feed.

They read the database and may run in a thread. Labels have few values."""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    ProcessCollector,
    generate_latest,
    write_to_textfile,
)
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    InfoMetricFamily,
    Metric,
    SummaryMetricFamily,
)
from prometheus_client.registry import Collector

from syndicator import __version__
from syndicator.app.clients import lease_seconds
from syndicator.app.places import has_feeds
from syndicator.configuration.settings import Settings, is_bucket
from syndicator.core.errors import MissingError, SyndicatorError
from syndicator.core.ports.subscriptions import Pictured
from syndicator.core.reasons import ConditionReason
from syndicator.health.episodes import Counters, Event, feed_document, read_counters, read_memory
from syndicator.health.figures import Figures, read_figures
from syndicator.store.engine import Store, open_store_read_only
from syndicator.store.fleet.hosts import HostCounts

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

_NOT_FILED: Final = "Entries that a visit did not file, by reason code; each retry counts"
# Counter -> (name, label, help). Prometheus' naming practices: base units, _total for counters.
_COUNTED: Final = {
    "runs": ("syndicator_runs", "result", "Runs, by how they ended"),
    "visits": ("syndicator_visits", "result", "Visits of sources, by how they ended"),
    "failures": ("syndicator_visit_failures", "reason", "Failed visits by reason code"),
    "filed": ("syndicator_articles_filed", "", "New articles"),
    "changed": ("syndicator_articles_changed", "", "Articles whose text changed"),
    "not_filed": ("syndicator_entries_not_filed", "reason", _NOT_FILED),
    "files": ("syndicator_files_written", "", "Published files that changed"),
}
_TIMED: Final = {
    "run_seconds": ("syndicator_run_duration_seconds", "runs", "How long runs took"),
    "build_seconds": (
        "syndicator_build_duration_seconds",
        "builds",
        "How long builds of feeds took, beside visits",
    ),
}
_FRESH: Final = "From an article's publication to its feeds being on disk, of the last articles"
_LAST: Final = {
    "article": "When an article was last filed",
    "build": "When feeds were last built",
    "run": "When the last run ended",
    "success": "When a visit last succeeded",
}


def of(store: Store, settings: Settings, hosts: HostCounts | None = None) -> Iterator[Metric]:
    """Yield the metrics. `hosts`: counts if machines share the database. Raises StoreError."""
    return families(read_figures(store, settings), read_counters(store), hosts)


def families(
    figures: Figures, counters: Counters, hosts: HostCounts | None = None
) -> Iterator[Metric]:
    """Yield the metrics. Conditions: of the last look, in `counters`."""
    counts = figures.counts
    ill = counters.get("conditions", {})
    yield InfoMetricFamily("syndicator_build", "The version", value={"version": __version__})
    for name, text, value in (
        ("syndicator_sources", "Sources that are followed", counters.get("sources", {}).get("", 0)),
        ("syndicator_articles", "Articles", counts.articles),
        ("syndicator_feeds_published", "Feeds", counts.feeds),
        (
            "syndicator_feeds_held",
            "Feeds of which an older edition stays",
            ill.get(ConditionReason.FEED_HELD, 0),
        ),
        ("syndicator_entries_pending", "Entries that wait to be read", counts.pending),
        ("syndicator_entries_refused", "Entries that make no article", counts.refused),
    ):
        yield GaugeMetricFamily(name, text, value=value)
    if fresh := figures.freshness:
        yield _gauge(
            "syndicator_freshness_seconds",
            _FRESH,
            "quantile",
            {"0.5": fresh.median, "0.95": fresh.p95},
        )
    times = dict(counters.get("times", {}))
    if counts.last_article:
        times["article"] = counts.last_article.timestamp()
    for when, at in sorted(times.items()):  # an event that never happened has no sample
        yield GaugeMetricFamily(f"syndicator_last_{when}_timestamp_seconds", _LAST[when], value=at)
    if figures.pictures:
        yield from _families_of_pictures(figures.pictures)
    if hosts:
        yield from _families_of_hosts(hosts)
    yield _gauge("syndicator_conditions", "What is wrong or worth knowing, by kind", "kind", ill)
    for key, (name, label, text) in _COUNTED.items():
        family = CounterMetricFamily(name, text, labels=[label] if label else [])
        yield _filled(family, counters.get(key, {} if label else {"": 0}))
    for key, (name, counted, text) in _TIMED.items():
        many = int(sum(counters.get(counted, {}).values()))
        yield SummaryMetricFamily(
            name, text, count_value=many, sum_value=counters.get(key, {}).get("", 0)
        )


def _families_of_pictures(pictures: Pictured) -> Iterator[Metric]:
    states = {
        "made": pictures.made,
        "waiting": pictures.waiting,
        "failed": sum(pictures.failed.values()),
    }
    yield _gauge("syndicator_pictures", "Pictures of articles, by their state", "state", states)
    yield _gauge(
        "syndicator_pictures_failed", "Pictures that are not shown", "reason", pictures.failed
    )


def _families_of_hosts(hosts: HostCounts) -> Iterator[Metric]:
    states = {"due": hosts.due, "leased": hosts.leased, "held": hosts.held, "away": hosts.away}
    yield _gauge("syndicator_hosts", "Hosts of sources, by present state", "state", states)
    late = "How long the first of the hosts that are due has waited for a worker"
    yield GaugeMetricFamily("syndicator_hosts_late_seconds", late, value=hosts.late)
    yield GaugeMetricFamily(
        "syndicator_workers", "Workers that work on a host", value=len(hosts.workers)
    )


def _gauge(name: str, text: str, label: str, values: Mapping[str, float]) -> Metric:
    return _filled(GaugeMetricFamily(name, text, labels=[label]), values)


def _filled(family: CounterMetricFamily | GaugeMetricFamily, values: Mapping[str, float]) -> Metric:
    for by, count in sorted(values.items()):
        family.add_metric([by] if by else [], count)
    return family


class _Collector(Collector):
    def __init__(self, measured: Iterable[Metric]) -> None:
        self._measured = list(measured)

    def collect(self) -> Iterable[Metric]:
        return self._measured


def _registry(measured: Iterable[Metric]) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(_Collector(measured))
    return registry


def page(measured: Iterable[Metric]) -> bytes:
    """Return the answer to a scrape, with figures of this process."""
    registry = _registry(measured)
    ProcessCollector(registry=registry)
    return generate_latest(registry)


def write(path: Path, measured: Iterable[Metric]) -> None:
    """Replace the textfile for node_exporter. Raises OSError."""
    write_to_textfile(str(path), _registry(measured))


def unready(settings: Settings, *, writes: bool) -> str:
    """Return why the instance is not ready, in words safe for strangers, or ""."""
    try:
        with _store(settings):
            pass
    except (SyndicatorError, OSError):
        return "database"
    places = {
        "articles": settings.articles_at,
        "public": settings.public_at,
        "state": str(settings.state_dir),
    }
    folders = {name: Path(place) for name, place in places.items() if not is_bucket(place)}
    usable = os.R_OK | os.X_OK | (os.W_OK if writes else 0)
    wrong = [
        name
        for name, folder in folders.items()
        if not folder.is_dir() or not os.access(folder, usable)
    ]
    if wrong:
        return f"folders: {', '.join(wrong)}"
    # an object store would take a request
    built = settings.public_dir is None or has_feeds(settings, {})
    return "" if built else "no feed was built yet"


def measured(settings: Settings) -> bytes:
    """Return Prometheus metrics. Raises StoreError, MissingError."""
    with _store(settings) as store:
        hosts = None if store.single else store.hosts(lease_seconds(settings)).counts()
        return page(of(store, settings, hosts))


def health_feed(settings: Settings, token: str) -> bytes:
    """Return the health feed, without entries before the first run."""
    events: tuple[Event, ...] = ()
    if (store := open_store_read_only(settings.store_url, articles_exist=False)) is not None:
        with store:
            events = read_memory(store).events
    return feed_document(events, settings, token)


@contextmanager
def _store(settings: Settings) -> Iterator[Store]:
    if (store := open_store_read_only(settings.store_url, articles_exist=True)) is None:
        raise MissingError("there is no database yet")
    with store:
        yield store
