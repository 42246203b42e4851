"""What the console keeps of articles in the state folder: jobs, and the files before and after each change."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from syndicator.articles import disk

_OPEN: Final = ("queued", "running", "building")  # jobs that have not ended


def forget(state_dir: Path, id: str, names: Iterable[str], path: str) -> None:
    """Deletes what has the text of article `id`, whose file is at `path`: the ended jobs that name it by one of
    `names`, the web pages of jobs, and its file in changes. Those stay listed; an edit of it can be undone no more.
    Raises OSError."""
    console = state_dir / "console"
    spelled = [json.dumps(name)[1:-1].encode() for name in names if name]
    for job in (console / "jobs").glob("*.json"):
        data = job.read_bytes()
        if any(name in data for name in spelled) and _read(data).get("status") not in _OPEN:
            job.unlink(missing_ok=True)
    for page in (console / "jobs").glob("*.page"):
        page.unlink(missing_ok=True)
    for kept in (console / "kept").glob("*.json"):
        files = _read(kept.read_bytes())
        if files.pop(f"article:{path}", None) is not None:
            disk.write(kept, json.dumps(files).encode())
    log = console / "changes.jsonl"
    if log.exists():
        disk.write(log, b"".join(_without_text(line, id) for line in log.read_bytes().splitlines(keepends=True)))


def _without_text(line: bytes, id: str) -> bytes:
    change = _read(line)
    if change.get("subject") != id:
        return line
    return json.dumps(change | {"said": change["act"], "args": {}}).encode() + b"\n"


def _read(data: bytes) -> dict[str, Any]:
    """The object in a JSON text; an empty one if it is damaged."""
    try:
        found = json.loads(data)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
