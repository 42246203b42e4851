"""The shipped weights of describing equal those that tools/train makes from the corpus."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("script", ["fit_tags", "fit_excerpts", "fit_none"])
def test_the_scripts_make_the_shipped_weights(shared_folder: Path, script: str) -> None:
    """Each training script, run again, makes the weights that we ship; it exits with an error if
    they differ."""
    command = [sys.executable, "-m", f"tools.train.{script}"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900)
    assert result.returncode == 0, result.stdout + result.stderr
