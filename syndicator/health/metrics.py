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
from syndicator.health.episodes import (
    Counters,
    Event,
    read_counters,
    read_memory,
    render_health_feed,
)
from syndicator.health.figures import Figures, read_figures
from syndicator.store.engine import Store, open_store_read_only
from syndicator.store.fleet.hosts import HostCounts

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

_NOT_FILED_HELP: Final = "Entries that a visit did not file, by reason code; each retry counts"
# Name in our counters -> name of the metric, its label, its help. Names as Prometheus advises: base
# units; the library appends _total to counters.
_COUNTED: Final = {
    "runs": ("syndicator_runs", "result", "Runs, by how they ended"),
    "visits": ("syndicator_visits", "result", "Visits of sources, by how they ended"),
    "failures": ("syndicator_visit_failures", "reason", "Failed visits by reason code"),
    "filed": ("syndicator_articles_filed", "", "New articles"),
    "changed": ("syndicator_articles_changed", "", "Articles whose text changed"),
    "not_filed": ("syndicator_entries_not_filed", "reason", _NOT_FILED_HELP),
    "files": ("syndicator_files_written", "", "Published files that changed"),
}
# Name of a sum of seconds -> name of the metric, name of the counter of what was timed, help.
_TIMED: Final = {
    "run_seconds": ("syndicator_run_duration_seconds", "runs", "How long runs took"),
    "build_seconds": (
        "syndicator_build_duration_seconds",
        "builds",
        "How long builds of feeds took, beside visits",
    ),
}
_FRESHNESS_HELP: Final = (
    "From an article's publication to its feeds being on disk, of the last articles"
)
_LAST: Final = {
    "article": "When an article was last filed",
    "build": "When feeds were last built",
    "run": "When the last run ended",
    "success": "When a visit last succeeded",
}


def read_metrics(
    store: Store, settings: Settings, hosts: HostCounts | None = None
) -> Iterator[Metric]:
    """Read the numbers of an instance from the database and yield them as metrics of Prometheus.
    `hosts`: counts of the hosts of sources, None if only one machine uses the database. Raises
    StoreError."""
    return make_families(read_figures(store, settings), read_counters(store), hosts)


def make_families(
    figures: Figures, counters: Counters, hosts: HostCounts | None = None
) -> Iterator[Metric]:
    """Yield the metrics of an instance; Prometheus calls each a family, of one sample or more.

    `figures`: numbers of articles, feeds and entries in the database now. `counters`: counts that
    runs and the last check of conditions stored, by name and label. `hosts`: counts of the hosts of
    sources, None if only one machine uses the database."""
    yield InfoMetricFamily("syndicator_build", "The version", value={"version": __version__})
    yield from _iterate_figure_families(figures, counters)
    times = dict(counters.get("times", {}))
    if figures.counts.last_article:
        times["article"] = figures.counts.last_article.timestamp()
    for event, timestamp in sorted(times.items()):  # an event that never happened has no sample
        name = f"syndicator_last_{event}_timestamp_seconds"
        yield GaugeMetricFamily(name, _LAST[event], value=timestamp)
    if figures.pictures:
        yield from _iterate_picture_families(figures.pictures)
    if hosts:
        yield from _iterate_host_families(hosts)
    conditions = counters.get("conditions", {})
    help_text = "What is wrong or worth knowing, by kind"
    yield _make_gauge("syndicator_conditions", help_text, "kind", conditions)
    for key, (name, label, help_text) in _COUNTED.items():
        if label:
            family = CounterMetricFamily(name, help_text, labels=[label])
            values = counters.get(key, {})
        else:
            family = CounterMetricFamily(name, help_text)
            values = counters.get(key, {"": 0})  # before the first event it is 0
        yield _add_values(family, values)
    for key, (name, counter_key, help_text) in _TIMED.items():
        count = int(sum(counters.get(counter_key, {}).values()))
        seconds = counters.get(key, {}).get("", 0)
        yield SummaryMetricFamily(name, help_text, count_value=count, sum_value=seconds)


def _iterate_figure_families(figures: Figures, counters: Counters) -> Iterator[Metric]:
    """Yield a metric for each number of sources, articles, feeds and entries, and one that says how
    fresh feeds are."""
    counts = figures.counts
    sources = counters.get("sources", {}).get("", 0)
    held_feeds = counters.get("conditions", {}).get(ConditionReason.FEED_HELD, 0)
    for name, help_text, value in (
        ("syndicator_sources", "Sources that are followed", sources),
        ("syndicator_articles", "Articles", counts.articles),
        ("syndicator_feeds_published", "Feeds", counts.feeds),
        ("syndicator_feeds_held", "Feeds of which an older edition stays", held_feeds),
        ("syndicator_entries_pending", "Entries that wait to be read", counts.pending),
        ("syndicator_entries_refused", "Entries that make no article", counts.refused),
    ):
        yield GaugeMetricFamily(name, help_text, value=value)
    if figures.freshness:
        quantiles = {"0.5": figures.freshness.median, "0.95": figures.freshness.p95}
        yield _make_gauge("syndicator_freshness_seconds", _FRESHNESS_HELP, "quantile", quantiles)


def _iterate_picture_families(pictures: Pictured) -> Iterator[Metric]:
    """Yield two metrics on pictures of articles: their number by state, and the number of those
    that failed by reason."""
    states = {
        "made": pictures.made,
        "waiting": pictures.waiting,
        "failed": sum(pictures.failed.values()),
    }
    yield _make_gauge(
        "syndicator_pictures", "Pictures of articles, by their state", "state", states
    )
    yield _make_gauge(
        "syndicator_pictures_failed", "Pictures that are not shown", "reason", pictures.failed
    )


def _iterate_host_families(hosts: HostCounts) -> Iterator[Metric]:
    """Yield three metrics on hosts of sources: their number by state, how many seconds the work on
    them is late, and the number of workers."""
    states = {"due": hosts.due, "leased": hosts.leased, "held": hosts.held, "away": hosts.away}
    yield _make_gauge("syndicator_hosts", "Hosts of sources, by present state", "state", states)
    late = "How long the first of the hosts that are due has waited for a worker"
    yield GaugeMetricFamily("syndicator_hosts_late_seconds", late, value=hosts.late)
    yield GaugeMetricFamily(
        "syndicator_workers", "Workers that work on a host", value=len(hosts.workers)
    )


def _make_gauge(name: str, text: str, label: str, values: Mapping[str, float]) -> Metric:
    """Return a gauge (a metric that may go up and down) with one sample for each of `values`.
    `text`: its help; `label`: name of its label; `values`: number by value of the label."""
    return _add_values(GaugeMetricFamily(name, text, labels=[label]), values)


def _add_values(
    family: CounterMetricFamily | GaugeMetricFamily, values: Mapping[str, float]
) -> Metric:
    """Add a sample for each of `values` to the metric `family`, and return it. `values`: number by
    value of the label; the key "" is for a metric without labels."""
    for label_value, count in sorted(values.items()):
        labels = [label_value] if label_value else []
        family.add_metric(labels, count)
    return family


class _Collector(Collector):
    """Collector of metrics that are measured already."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = list(metrics)

    def collect(self) -> Iterable[Metric]:
        return self._metrics


def _make_registry(metrics: Iterable[Metric]) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(_Collector(metrics))
    return registry


def render_page(measured: Iterable[Metric]) -> bytes:
    """Return the text that Prometheus gets when it asks: the metrics in `measured`, and the memory
    and CPU time that this process uses."""
    registry = _make_registry(measured)
    ProcessCollector(registry=registry)
    return generate_latest(registry)


def write_textfile(path: Path, measured: Iterable[Metric]) -> None:
    """Replace the file at `path` with the metrics, for the textfile collector of node_exporter.
    Raises OSError."""
    write_to_textfile(str(path), _make_registry(measured))


def describe_missing_part(settings: Settings, *, writes: bool) -> str:
    """Return what keeps the instance from being ready, such as "database"; "" if it is ready. It is
    ready if its database opens, its folders can be read, and a feed was published. `writes`: True
    if the folders must be writable, too. Strangers may read the text, so it has no secrets."""
    try:
        with _open_store(settings):
            pass
    except (SyndicatorError, OSError):
        return "database"
    locations = {
        "articles": settings.articles_at,
        "public": settings.public_at,
        "state": str(settings.state_dir),
    }
    rights = os.R_OK | os.X_OK
    if writes:
        rights |= os.W_OK
    unusable: list[str] = []
    for name, location in locations.items():
        if is_bucket(location):  # an object store has no folders
            continue
        folder = Path(location)
        if not folder.is_dir() or not os.access(folder, rights):
            unusable.append(name)
    if unusable:
        return f"folders: {', '.join(unusable)}"
    is_public_folder = settings.public_dir is not None
    # an object store is not asked: that would take a request
    if is_public_folder and not has_feeds(settings, {}):
        return "no feed was built yet"
    return ""


def measure_instance(settings: Settings) -> bytes:
    """Open the database and return its metrics as text for Prometheus. Raises StoreError, or
    MissingError if there is no database yet."""
    with _open_store(settings) as store:
        hosts = None
        if not store.single:  # several machines share the work
            hosts = store.hosts(lease_seconds(settings)).counts()
        return render_page(read_metrics(store, settings, hosts))


def make_health_feed(settings: Settings, token: str) -> bytes:
    """Return the health feed as an Atom document, made from the database. Before the first run, it
    has no entries. `token`: the secret in its address."""
    events: tuple[Event, ...] = ()
    store = open_store_read_only(settings.store_url, articles_exist=False)
    if store is not None:
        with store:
            events = read_memory(store).events
    return render_health_feed(events, settings, token)


@contextmanager
def _open_store(settings: Settings) -> Iterator[Store]:
    """Open the database read-only, yield it, and close it at the end. Raises StoreError, or
    MissingError if there is no database yet."""
    store = open_store_read_only(settings.store_url, articles_exist=True)
    if store is None:
        raise MissingError("there is no database yet")
    with store:
        yield store
