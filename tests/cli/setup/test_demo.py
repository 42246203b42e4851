"""`demo`: its simulated troubles are summarised at the end, not logged one by one."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from syndicator.cli.setup.demo import list_unplanned_failures
from syndicator.core.model import Outcome

NOW = datetime(2026, 3, 10, tzinfo=UTC)


@pytest.mark.slow
def test_it_logs_nothing_and_ends_with_the_address(tmp_path: Path) -> None:
    """`demo` logs nothing, says which sources fail on purpose, and ends with the address to
    open."""
    words = [
        sys.executable,
        "-m",
        "syndicator",
        "demo",
        "--dir",
        str(tmp_path / "demo"),
        "--port",
        "0",
    ]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stderr

        lines = []
        for line in process.stdout:
            lines.append(line)
            if line.startswith("open "):
                break
        process.terminate()
        logged = process.stderr.read()

    assert logged == ""
    assert lines[-2] == "4 sources fail on purpose: the first table says why\n"
    assert any(line.startswith("categories/ai\t") for line in lines)  # as in its address
    assert re.match(r"open http://127\.0\.0\.1:\d+/ ", lines[-1])


def test_a_failure_that_nobody_meant_is_told() -> None:
    """The demo reports failures of sources, here "holt", but not those that are meant to fail
    ("gone")."""
    meant = Outcome(key="gone", at=NOW, status="failed")
    assert list_unplanned_failures(
        [meant, replace(meant, key="holt"), Outcome(key="ledger", at=NOW, status="new")]
    ) == [replace(meant, key="holt")]
