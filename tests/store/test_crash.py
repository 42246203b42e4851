"""Kill a writer at any moment: articles and rows stay consistent."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


def run_crashes(root: Path, rounds: int, seed: int) -> dict[str, Any]:
    return run_module("tests.store.crash", str(root), str(rounds), str(seed))


def run_module(*words: str) -> dict[str, Any]:
    command = [sys.executable, "-m", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    assert done.stderr == ""
    return document


def assert_no_faults(found: dict[str, Any]) -> None:
    figures = ("healthy", "articles", "adopted", "litter", "errors")
    assert {name: fault for name, fault in found.items() if fault and name not in figures} == {}


@pytest.mark.slow
def test_a_writer_killed_at_random_moments_does_no_harm(tmp_path: Path) -> None:
    """After a writer was killed 25 times at random moments, the database is sound and no
    acknowledged article is lost."""
    result = run_crashes(tmp_path, rounds=25, seed=1)

    assert_no_faults(result)
    assert result["healthy"]
    assert result["articles"] > 1  # written between the kills


@pytest.mark.slow
def test_two_hundred_deaths_do_no_harm(tmp_path: Path) -> None:
    """After a writer was killed 200 times, no acknowledged article is lost; some files without a
    row were adopted or removed, which shows that kills hit critical moments."""
    result = run_crashes(tmp_path, rounds=200, seed=2)

    assert_no_faults(result)
    assert result["healthy"]
    assert result["articles"] > 50

    # some deaths came between the file and its row, or while the file was written
    assert result["adopted"] + result["litter"] > 0


@pytest.mark.slow
def test_a_disk_that_fills_up_at_twenty_points_does_no_harm_and_is_named(tmp_path: Path) -> None:
    """If the disk fills up at any of twenty points, writing fails with an error, no acknowledged
    article is lost, and no temporary file is left."""
    result = run_module("tests.store.full", str(tmp_path))

    assert_no_faults(result)
    assert len(result["errors"]) == 20
    assert {error.partition(":")[0] for error in result["errors"]} == {"OSError", "StoreError"}
    assert result["litter"] == 0  # each failed write took its temporary file along
