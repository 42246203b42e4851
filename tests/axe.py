"""axe-core, which says what of a page keeps people from using it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest


def fetch_axe_script(folder: Path) -> Path:
    """Its file, from npm into `folder`; the test is skipped where that is not to be had."""
    npm = shutil.which("npm")
    if not npm:
        pytest.skip("no npm here, which axe-core comes from")
    command = [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "axe-core@4"]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=120)
    found = folder / "node_modules/axe-core/axe.min.js"
    if done.returncode or not found.exists():
        pytest.skip("npm cannot serve axe-core")
    return found
