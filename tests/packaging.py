"""What tests of packages need: whether there is an index to install from, and the wheel of this
tree."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@cache
def index_reachable() -> bool:
    """Whether pip, with its own settings, finds a package at its index."""
    words = (
        "install --dry-run --ignore-installed --no-deps --quiet --retries 0 --timeout 15 hatchling"
    )
    return (
        subprocess.run(
            [sys.executable, "-m", "pip", *words.split()], capture_output=True, timeout=120
        ).returncode
        == 0
    )


def build_package(out: Path) -> tuple[Path, Path]:
    """The sdist and the wheel that is made of it, in `out`."""
    uv = Path(sys.executable).parent / "uv"
    done = subprocess.run(
        [uv, "build", "--out-dir", out, ROOT], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    (sdist,), (wheel,) = out.glob("*.tar.gz"), out.glob("*.whl")
    return sdist, wheel
