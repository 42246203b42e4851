"""Prometheus metrics from the database. No label has a URL, title or source key, so the series stay few."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest, write_to_textfile
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric, SummaryMetricFamily
from prometheus_client.registry import Collector

from syndicator import __version__
from syndicator.core.ports.subscriptions import Pictured
from syndicator.core.reasons import ConditionReason
from syndicator.services.build import Freshness
from syndicator.services.health.counters import Counters
from syndicator.store.fleet.hosts import HostCounts
from syndicator.store.status import Counts

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

# Counter -> (name, label, help). Prometheus' naming practices: base units, _total for counters.
_COUNTED: Final = {
    "runs": ("syndicator_runs", "result", "Runs, by how they ended"),
    "visits": ("syndicator_visits", "result", "Visits of sources, by how they ended"),
    "failures": ("syndicator_visit_failures", "reason", "Failed visits by reason code"),
    "filed": ("syndicator_articles_filed", "", "New articles"),
    "changed": ("syndicator_articles_changed", "", "Articles whose text changed"),
    "not_filed": (
        "syndicator_entries_not_filed",
        "reason",
        "Entries of which a visit made no article, by reason code; those tried again count each time",
    ),
    "files": ("syndicator_files_written", "", "Published files that changed"),
}
_TIMED: Final = {
    "run_seconds": ("syndicator_run_duration_seconds", "runs", "How long runs took"),
    "build_seconds": ("syndicator_build_duration_seconds", "builds", "How long builds of feeds took, beside visits"),
}
_FRESH: Final = "From an article's publication to its feeds being on disk, of the last articles"
_LAST: Final = {
    "article": "When an article was last filed",
    "build": "When feeds were last built",
    "run": "When the last run ended",
    "success": "When a visit last succeeded",
}


class _Measured(Collector):
    def __init__(
        self,
        counts: Counts,
        counters: Counters,
        fresh: Freshness | None,
        pictures: Pictured | None = None,
        hosts: HostCounts | None = None,
    ) -> None:
        self._counts, self._counters, self._fresh, self._pictures = counts, counters, fresh, pictures
        self._hosts = hosts

    def collect(self) -> Iterator[Metric]:
        yield InfoMetricFamily("syndicator_build", "The version", value={"version": __version__})
        yield from self._gauges()
        yield from _of_pictures(self._pictures) if self._pictures else ()
        yield from _of_hosts(self._hosts) if self._hosts else ()
        ill = GaugeMetricFamily("syndicator_conditions", "What is wrong or worth knowing, by kind", labels=["kind"])
        for kind, count in sorted(self._counters.get("conditions", {}).items()):
            ill.add_metric([kind], count)
        yield ill
        yield from (self._counter(key, name, label, text) for key, (name, label, text) in _COUNTED.items())
        for key, (name, counted, text) in _TIMED.items():
            many = int(sum(self._counters.get(counted, {}).values()))
            total = self._counters.get(key, {}).get("", 0)
            yield SummaryMetricFamily(name, text, count_value=many, sum_value=total)

    def _gauges(self) -> Iterator[Metric]:
        one, noted = self._counts, self._counters
        held = noted.get("conditions", {}).get(ConditionReason.FEED_HELD, 0)
        gauges: tuple[tuple[str, str, float], ...] = (
            ("syndicator_sources", "Sources that are followed", noted.get("sources", {}).get("", 0)),
            ("syndicator_articles", "Articles", one.articles),
            ("syndicator_feeds_published", "Feeds", one.feeds),
            ("syndicator_feeds_held", "Feeds of which an older edition stays", held),
            ("syndicator_entries_pending", "Entries that wait to be read", one.pending),
            ("syndicator_entries_refused", "Entries that make no article", one.refused),
        )
        yield from (GaugeMetricFamily(name, text, value=value) for name, text, value in gauges)
        if self._fresh:
            family = GaugeMetricFamily("syndicator_freshness_seconds", _FRESH, labels=["quantile"])
            family.add_metric(["0.5"], self._fresh.median)
            family.add_metric(["0.95"], self._fresh.p95)
            yield family
        times = dict(self._counters.get("times", {}))
        if one.last_article:
            times["article"] = one.last_article.timestamp()
        for what, at in sorted(times.items()):  # what never was has no sample, rather than a wrong one
            yield GaugeMetricFamily(f"syndicator_last_{what}_timestamp_seconds", _LAST[what], value=at)

    def _counter(self, key: str, name: str, label: str, text: str) -> Metric:
        values = self._counters.get(key, {})
        if not label:
            return CounterMetricFamily(name, text, value=values.get("", 0))
        family = CounterMetricFamily(name, text, labels=[label])
        for by, count in sorted(values.items()):
            family.add_metric([by], count)
        return family


def _of_pictures(found: Pictured) -> Iterator[Metric]:
    states = GaugeMetricFamily("syndicator_pictures", "Pictures of articles, by their state", labels=["state"])
    for state, count in (("made", found.made), ("waiting", found.waiting), ("failed", sum(found.failed.values()))):
        states.add_metric([state], count)
    yield states
    failed = GaugeMetricFamily("syndicator_pictures_failed", "Pictures that are not shown", labels=["reason"])
    for reason, count in found.failed.items():
        failed.add_metric([reason], count)
    yield failed


def _of_hosts(found: HostCounts) -> Iterator[Metric]:
    states = GaugeMetricFamily("syndicator_hosts", "Hosts of sources, by what becomes of them now", labels=["state"])
    for state in ("due", "leased", "held", "away"):
        states.add_metric([state], getattr(found, state))
    yield states
    late = "How long the first of the hosts that are due has waited for a worker"
    yield GaugeMetricFamily("syndicator_hosts_late_seconds", late, value=found.late)
    yield GaugeMetricFamily("syndicator_workers", "Workers that work on a host", value=found.workers)


def page(
    counts: Counts,
    counters: Counters,
    fresh: Freshness | None,
    pictures: Pictured | None = None,
    hosts: HostCounts | None = None,
) -> bytes:
    """The scrape answer with this process's figures. `hosts`: if several machines share the database."""
    registry = CollectorRegistry()
    registry.register(_Measured(counts, counters, fresh, pictures, hosts))
    ProcessCollector(registry=registry)
    return generate_latest(registry)


def write(
    path: Path, counts: Counts, counters: Counters, fresh: Freshness | None, pictures: Pictured | None = None
) -> None:
    """Replace the textfile for node_exporter atomically, without process figures. Raises OSError."""
    registry = CollectorRegistry()
    registry.register(_Measured(counts, counters, fresh, pictures))
    write_to_textfile(str(path), registry)
