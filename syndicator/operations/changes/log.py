"""Log each change with its texts before and after; undo an edit but keep later ones."""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any, BinaryIO

from syndicator.articles import disk
from syndicator.operations.operation import Inverse

_REMEMBERED = 2000  # changes that are looked through
KEPT_BYTES = 20_000_000  # of the files of one change: more is not kept, and cannot be undone
_UNKEPT = "the articles with the old tag were not recorded: by an earlier version, or as too many"
_LASTING = {
    "undo": "it took back a merge: merge again instead",
    "prune": "what is pruned is deleted for good",
    "retag": _UNKEPT,
    "merge-tags": _UNKEPT,
}
_AROUND = 3  # lines of context that must match, fewer next to a later edit


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedChange:
    """A logged change. `act`: its operation; `undoes`: the change that it took back; `inverse`:
    takes it back."""

    number: int
    at: str
    who: str
    act: str
    subject: str
    subjects: list[str] = field(default_factory=list)
    said: str
    args: Mapping[str, Any] = field(default_factory=dict)
    undoes: int | None = None
    kept: bool = True  # False: it has no files to put back
    inverse: Inverse | None = None

    @property
    def back(self) -> Inverse | None:
        """Return the operation that takes this change back. For changes of earlier versions it is
        derived."""
        if self.inverse is not None or self.kept:
            return self.inverse
        if self.act in ("withdraw", "bring-back"):
            return ("restore" if self.act == "withdraw" else "withdraw"), {"id": self.subject}
        if self.act == "retag" and self.args.get("kind") != "merge":
            return "rename-tag", {"old": self.args["new"], "new": self.args["old"]}
        return None

    @property
    def lasting(self) -> str:
        """Return why the change cannot be taken back, or ""."""
        if self.kept or self.back is not None:
            return ""
        other = (
            f"it changed no file, or files of more than {KEPT_BYTES // 1_000_000} MB together,"
            " which are not kept"
        )
        return _LASTING.get(self.act, other)


class Log:
    """The log of an instance: one line a change in changes.jsonl, and one file a change with its
    texts."""

    def __init__(self, state_dir: Path) -> None:
        self.root = state_dir / "console"
        self.path = self.root / "changes.jsonl"

    def add(
        self, change: LoggedChange, files: Mapping[str, tuple[str | None, str | None]]
    ) -> LoggedChange:
        """Append `change` under the next number, durably, with `files`: (before, after) by name.
        Return it."""
        whole = json.dumps(files, ensure_ascii=True).encode()
        is_kept = bool(files) and len(whole) <= KEPT_BYTES
        with self.alone("changes.lock"):
            newest = self.newest(20)  # the last may be half a line
            number = (newest[0].number if newest else 0) + 1
            numbered = LoggedChange(**{**asdict(change), "number": number, "kept": is_kept})
            if is_kept:
                disk.make_private_folder(self.root / "kept")
                disk.write(self.root / "kept" / f"{number}.json", whole, mode=disk.PRIVATE)
            with open(self.path, "a+b", opener=_for_us_alone) as file:
                file.write(_line_end(file))
                file.write(json.dumps(asdict(numbered), ensure_ascii=True).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
            return numbered

    @contextmanager
    def alone(self, name: str = "edits.lock") -> Iterator[None]:
        """Hold a lock shared by all commands and jobs of this machine."""
        disk.make_private_folder(self.root)
        with open(self.root / name, "ab", opener=_for_us_alone) as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # until it is closed
            yield

    def newest(self, most: int = 100) -> list[LoggedChange]:
        try:
            lines = _tail(self.path, most)
        except FileNotFoundError:
            return []
        return [change for line in reversed(lines) if (change := _read(line)) is not None]

    def get(self, number: int) -> LoggedChange | None:
        return next((change for change in self.newest(100_000) if change.number == number), None)

    def of(self, subject: str, most: int = 20) -> list[LoggedChange]:
        """Return up to `most` changes of an article id or a source key, newest first."""
        return [
            change
            for change in self.newest(_REMEMBERED)
            if subject in (change.subject, *change.subjects)
        ][:most]

    def files(self, number: int) -> dict[str, tuple[str | None, str | None]]:
        """Return the texts of a change by name: (before, after)."""
        try:
            texts = json.loads((self.root / "kept" / f"{int(number)}.json").read_bytes())
        except (OSError, ValueError):
            return {}
        return {name: (before, after) for name, (before, after) in texts.items()}

    def undone(self) -> set[int]:
        """Return the numbers of changes that are taken back now."""
        numbers: set[int] = set()
        for change in self.newest(_REMEMBERED):
            if change.undoes is not None and change.number not in numbers:
                numbers.add(change.undoes)
        return numbers


def _for_us_alone(path: str, flags: int) -> int:
    descriptor = os.open(path, flags, disk.PRIVATE)
    os.fchmod(descriptor, disk.PRIVATE)
    return descriptor


def _tail(path: Path, most: int) -> list[bytes]:
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        step = 1 << 16
        data = b""
        while size and data.count(b"\n") <= most:
            begin = max(0, size - step)
            file.seek(begin)
            data = file.read(size - begin) + data
            size = begin
    return data.splitlines()[-most:]


def _line_end(file: BinaryIO) -> bytes:
    """Return a newline if the file ends in half a line, as after a power failure."""
    if not file.seek(0, os.SEEK_END):
        return b""
    file.seek(-1, os.SEEK_END)
    return b"" if file.read(1) == b"\n" else b"\n"


def _read(line: bytes) -> LoggedChange | None:
    try:
        return LoggedChange(**json.loads(line))
    except (ValueError, TypeError):  # half a line: the machine stopped while it was written
        return None


def undone(before: str | None, after: str | None, now: str | None) -> str | None:
    """Return `now` without the edit from `before` to `after` (None: no file). Raises ValueError on
    a conflict."""
    if now == after:
        return before
    if before is None or after is None or now is None:
        raise ValueError("it was edited since")
    old, new, here = (text.splitlines(keepends=True) for text in (before, after, now))
    lines = here
    hunks = SequenceMatcher(None, new, old, autojunk=False).get_opcodes()
    for _, i1, i2, j1, j2 in reversed([hunk for hunk in hunks if hunk[0] != "equal"]):
        lines = _put(lines, new, (i1, i2), old[j1:j2])
    return "".join(lines)


def _put(
    here: list[str], new: Sequence[str], span: tuple[int, int], back: Sequence[str]
) -> list[str]:
    """Return `here` with lines `span` of `new` replaced by `back`. Finds them by their content and
    neighbours."""
    first, last = span
    for around in range(_AROUND, -1, -1):
        above = new[max(0, first - around) : first]
        below = new[last : last + around]
        pattern = [*above, *new[first:last], *below]
        places = [
            at
            for at in range(len(here) - len(pattern) + 1)
            if here[at : at + len(pattern)] == pattern
        ]
        if pattern and len(places) == 1:
            at = places[0] + len(above)
            return [*here[:at], *back, *here[at + last - first :]]
    raise ValueError("it was edited since in the same place")
