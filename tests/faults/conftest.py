"""Prints the fault table at the end of a run of this folder."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from _pytest.terminal import TerminalReporter

from tests.faults.instance import NOT_SMALL, Instance
from tests.faults.table import Row
from tests.objects.conftest import bucket, s3
from tests.world import World, serve_world

__all__ = ["bucket", "s3"]

HERE = Path(__file__).parent
WIDTHS = (30, 34, 62, 12)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Several processes one after the other, on a machine that others use too, take longer than a
    hung test may."""
    for item in items:
        if item.path.parent == HERE and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(300))


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[Instance]:
    """Our own web without its slow site, and a configuration that follows it."""
    with serve_world(World(without={"slow"})) as world:
        yield Instance(tmp_path, world)


@pytest.fixture
def small_instance(tmp_path: Path) -> Iterator[Instance]:
    """The same with two sites and one that fails, for tests that run it more than once."""
    with serve_world(World(without=NOT_SMALL)) as world:
        yield Instance(tmp_path, world)


@pytest.fixture(autouse=True)
def in_the_table(
    request: pytest.FixtureRequest, record_property: Callable[[str, object], None]
) -> None:
    row = getattr(request.function, "row", None)
    if row is not None:
        record_property("row", (row.fault, row.how, row.invariant))


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    results: dict[Row, Counter[str]] = {}
    for word in ("passed", "failed", "error", "skipped"):
        for report in terminalreporter.stats.get(word, []):
            for name, value in getattr(report, "user_properties", ()):
                if name == "row" and (report.when == "call" or word != "passed"):
                    results.setdefault(Row(*value), Counter())[word] += 1
    if not results:
        return
    terminalreporter.section("faults")
    for line in (
        _line(("fault", "how injected", "what must hold", "result")),
        "-" * (sum(WIDTHS) + 6),
    ):
        terminalreporter.write_line(line)
    for row in sorted(results, key=lambda row: row.fault):
        result = ", ".join(f"{count} {word}" for word, count in results[row].items())
        terminalreporter.write_line(_line((row.fault, row.how, row.invariant, result)))


def _line(cells: tuple[str, str, str, str]) -> str:
    columns = [
        [part.ljust(width) for part in textwrap.wrap(cell, width)]
        for cell, width in zip(cells, WIDTHS, strict=True)
    ]
    lines = []
    for at in range(max(map(len, columns))):
        parts = [
            column[at] if at < len(column) else " " * width
            for column, width in zip(columns, WIDTHS, strict=True)
        ]
        lines.append("  ".join(parts).rstrip())
    return "\n".join(lines)
