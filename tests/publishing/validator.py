"""Run w3c/feedvalidator over a folder of feeds, in a process of its own: `python validator.py
CHECKOUT FOLDER BASE` prints a JSON line of events for each file. The checkout is named by the
variable FEEDVALIDATOR, or is a folder `feedvalidator` beside this checkout."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

_BESIDE = Path(__file__).resolve().parents[3] / "feedvalidator"
_ABSENT = "w3c/feedvalidator is not beside this checkout (set FEEDVALIDATOR to its folder)"


def find_validator() -> Path | None:
    """Return the checkout of the validator, None without one."""
    folder = Path(os.environ.get("FEEDVALIDATOR", str(_BESIDE)))
    return folder if (folder / "src" / "feedvalidator").is_dir() else None


def need_validator() -> None:
    """Skip the test without the validator."""
    import pytest  # not in the interpreter that runs the validator

    if find_validator() is None:
        pytest.skip(_ABSENT)
    if subprocess.run(
        [_python(), "-c", "import html5lib"], capture_output=True, check=False
    ).returncode:
        pytest.skip(
            "the validator needs html5lib (set FEEDVALIDATOR_PYTHON to an interpreter that has it)"
        )


def _python() -> str:
    return os.environ.get("FEEDVALIDATOR_PYTHON", sys.executable)


def list_events(folder: Path, base: str = "https://feeds.example/") -> dict[str, list[str]]:
    """Return the events that the validator reports, at its level AA and in short, for every Atom
    and RSS file under `folder`, which is published at `base`: by name; an empty list is a valid
    feed. Raises FileNotFoundError without a validator."""
    checkout = find_validator()
    if checkout is None:
        raise FileNotFoundError(_ABSENT)
    command = [_python(), "-W", "ignore", __file__, str(checkout), str(folder), base]
    done = subprocess.run(command, capture_output=True, timeout=1800, check=False)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return {line["file"]: line["events"] for line in map(json.loads, done.stdout.splitlines())}


def _main(checkout: str, folder: str, base: str) -> None:
    sys.path.insert(0, str(Path(checkout) / "src"))
    feedvalidator = importlib.import_module("feedvalidator")
    compatibility = importlib.import_module("feedvalidator.compatibility")

    for path in sorted(Path(folder).rglob("*")):
        if path.suffix in (".atom", ".rss"):
            name = path.relative_to(folder).as_posix()
            given = {"base": base + name, "firstOccurrenceOnly": 0}
            result = feedvalidator.validateString(path.read_bytes(), fallback="utf-8", **given)
            named = [
                f"{type(event).__name__} {event.params}"
                for event in compatibility.AA(result["loggedEvents"])
            ]
            print(json.dumps({"file": name, "events": named}))


if __name__ == "__main__":
    _main(*sys.argv[1:])
