"""Runs w3c/feedvalidator over files, in a process of its own: `python validator.py CHECKOUT FILE…` prints a JSON line
of events a file. Found through the variable FEEDVALIDATOR (its checkout) or in a folder `feedvalidator` beside this
checkout; it needs html5lib in the interpreter that FEEDVALIDATOR_PYTHON names, else in this one."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

_BESIDE = Path(__file__).resolve().parents[3] / "feedvalidator"


def checkout() -> Path:
    """Where the validator is; skips the test where it is not."""
    found = Path(os.environ.get("FEEDVALIDATOR", str(_BESIDE)))
    if not (found / "src" / "feedvalidator").is_dir():
        pytest.skip("w3c/feedvalidator is not beside this checkout (set FEEDVALIDATOR to its folder)")
    return found


def events(files: Sequence[Path]) -> dict[str, list[str]]:
    """What the validator says of each file at its level AA, in short; an empty list is a clean feed."""
    python = os.environ.get("FEEDVALIDATOR_PYTHON", sys.executable)
    command = [python, "-W", "ignore", __file__, str(checkout()), *map(str, files)]
    done = subprocess.run(command, capture_output=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return {line["file"]: line["events"] for line in map(json.loads, done.stdout.splitlines())}


def _main(folder: str, files: Sequence[str]) -> None:
    sys.path.insert(0, str(Path(folder) / "src"))
    feedvalidator = importlib.import_module("feedvalidator")
    compatibility = importlib.import_module("feedvalidator.compatibility")

    for name in files:
        kind = "rss" if name.endswith(".rss") else "atom"
        given = {"base": f"https://feeds.example/{Path(name).name}", "firstOccurrenceOnly": 0}
        result = feedvalidator.validateString(Path(name).read_bytes(), fallback="utf-8", **given)
        found = compatibility.AA(result["loggedEvents"])
        said = [f"{type(event).__name__} {event.params}" for event in found]
        print(json.dumps({"file": name, "kind": kind, "events": said}))


if __name__ == "__main__":
    _main(sys.argv[1], sys.argv[2:])
