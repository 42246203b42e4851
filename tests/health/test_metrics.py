"""Metrics: their format and names, and correct counts."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from prometheus_client import parser

from syndicator.core.model import Outcome, Problem
from syndicator.core.ports.subscriptions import Pictured
from syndicator.health import metrics
from syndicator.health.episodes import Counters, add_to_counters
from syndicator.health.figures import Figures
from syndicator.health.freshness import Freshness
from syndicator.publishing.kinds.targets import BuildReport
from syndicator.store.status import Counts

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
COUNTS = Counts(articles=7, feeds=3, pending=2, refused=1, last_article=NOW)
RUN = (
    Outcome(key="one", at=NOW, status="new", added=("a", "b"), changed=("c",)),
    Outcome(
        key="two",
        at=NOW,
        status="failed",
        reason="dns",
        skipped=(Problem(what="https://two.example/secret?token=1", reason="http-404"),),
    ),
)
PICTURES = Pictured(made=5, waiting=2, failed={"picture-format": 1, "gone": 3})
FIGURES = Figures(counts=COUNTS, freshness=Freshness(articles=9, median=40, p95=300))
BUILT = BuildReport(written=("all.atom", "all.rss"), builds=2, seconds=1.5)


def add_run(before: Counters, *, down: bool = False) -> dict[str, dict[str, float]]:
    return add_to_counters(before, RUN, BUILT, seconds=4.25, now=NOW, down=down)


def read_samples(text: str) -> dict[str, float]:
    samples = [
        sample
        for family in parser.text_string_to_metric_families(text)
        for sample in family.samples
    ]
    return {
        "".join([sample.name, *sorted(sample.labels.values())]): sample.value for sample in samples
    }


def test_counters_go_on_from_run_to_run() -> None:
    """Counters of two runs add up (the second had no network), and gauges show the present
    state."""
    twice = add_run(add_run({}), down=True)
    twice["conditions"] = {"feed-held": 2}
    samples = read_samples(metrics.render_page(metrics.make_families(FIGURES, twice)).decode())
    expected = {
        "syndicator_articles": 7,
        "syndicator_feeds_published": 3,
        "syndicator_feeds_held": 2,
        "syndicator_entries_pending": 2,
        "syndicator_conditionsfeed-held": 2,
        "syndicator_freshness_seconds0.5": 40,
        "syndicator_freshness_seconds0.95": 300,
        "syndicator_runs_totalok": 1,
        "syndicator_runs_totalno-network": 1,
        "syndicator_visits_totalnew": 2,
        "syndicator_visits_totalfailed": 2,
        "syndicator_visit_failures_totaldns": 2,
        "syndicator_articles_filed_total": 4,
        "syndicator_articles_changed_total": 2,
        "syndicator_entries_not_filed_totalhttp-404": 2,
        "syndicator_files_written_total": 4,
        "syndicator_run_duration_seconds_sum": 8.5,
        "syndicator_run_duration_seconds_count": 2,
        "syndicator_build_duration_seconds_sum": 3,
        "syndicator_build_duration_seconds_count": 4,
        "syndicator_last_run_timestamp_seconds": NOW.timestamp(),
        "syndicator_last_success_timestamp_seconds": NOW.timestamp(),
        "syndicator_last_article_timestamp_seconds": NOW.timestamp(),
    }

    assert {name: samples.get(name) for name in expected} == expected
    assert samples["process_resident_memory_bytes"] > 0


def test_times_are_of_what_was_done() -> None:
    """The time of the last build or success is set only if the run did that: a failed run sets only
    its own."""
    failed = add_to_counters({}, RUN[1:], BuildReport(), seconds=1, now=NOW, down=False)
    assert failed["times"] == {"run": NOW.timestamp()}


def test_names_follow_the_conventions_of_prometheus() -> None:
    """Metric names follow prometheus.io/docs/practices/naming: a prefix, base units, `_total` for
    counters only; each has a help text."""
    text = metrics.render_page(
        metrics.make_families(replace(FIGURES, pictures=PICTURES), add_run({}))
    ).decode()
    for family in parser.text_string_to_metric_families(text):
        assert re.fullmatch(r"(syndicator|process)_[a-z][a-z_]*", family.name)
        assert family.documentation
        assert family.type != "unknown"
        assert all(
            sample.name.endswith("_total") for sample in family.samples if family.type == "counter"
        )
        assert not any(
            sample.name.endswith("_total") for sample in family.samples if family.type != "counter"
        )
        assert not re.search(r"_(ms|millis|minutes|hours|kb|mb)$", family.name)


def test_no_label_has_an_address_or_a_source_in_it() -> None:
    """Labels of metrics are of a few kinds and contain no address and no source, so that their
    number stays small."""
    text = metrics.render_page(metrics.make_families(FIGURES, add_run({}))).decode()
    labels = {
        (name, value)
        for family in parser.text_string_to_metric_families(text)
        for sample in family.samples
        for name, value in sample.labels.items()
    }

    assert {name for name, _ in labels} <= {"kind", "quantile", "reason", "result", "version"}
    assert "://" not in text
    assert "two" not in {value for _, value in labels}


def test_the_textfile_is_replaced_whole_and_has_no_process(tmp_path: Path) -> None:
    """The metrics file is replaced at once, leaves no temporary file, and has no metrics of a
    process that has ended."""
    path = tmp_path / "syndicator.prom"
    path.write_text("half")
    metrics.write_textfile(path, metrics.make_families(Figures(counts=COUNTS), add_run({})))
    text = path.read_text()

    assert read_samples(text)["syndicator_articles"] == 7
    assert "process_" not in text
    assert [file.name for file in tmp_path.iterdir()] == ["syndicator.prom"]


def test_pictures_are_counted_by_state_and_reason() -> None:
    """Metrics of pictures are there with their counts, or not at all where pictures are off."""
    samples = read_samples(
        metrics.render_page(
            metrics.make_families(replace(FIGURES, pictures=PICTURES), add_run({}))
        ).decode()
    )
    states = {
        name.removeprefix("syndicator_pictures"): value
        for name, value in samples.items()
        if "_pictures" in name
    }

    assert states == {
        "made": 5,
        "waiting": 2,
        "failed": 4,
        "_failedpicture-format": 1,
        "_failedgone": 3,
    }
    assert not [
        name
        for name in read_samples(
            metrics.render_page(metrics.make_families(FIGURES, add_run({}))).decode()
        )
        if "picture" in name
    ]
