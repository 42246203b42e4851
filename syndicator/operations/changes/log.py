"""Log each change with its texts before and after; undo an edit, but keep later edits."""

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

_MOST_LOOKED_THROUGH = 2000  # changes that are looked through
_MORE_THAN_ALL = 100_000  # more than a log has
KEPT_BYTES = 20_000_000  # of the files of one change: more is not kept, and cannot be undone
_UNKEPT = "the articles with the old tag were not recorded: by an earlier version, or as too many"
_LASTING = {
    "undo": "it took back a merge: merge again instead",
    "prune": "what is pruned is deleted for good",
    "retag": _UNKEPT,
    "merge-tags": _UNKEPT,
}
_BLOCK_BYTES = 1 << 16  # of the log that are read at once
_MOST_CONTEXT_LINES = 3  # lines of context that must match, fewer next to a later edit


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedChange:
    """A change in the log.

    `at`: ISO time. `who`: the person or token that asked for it. `act`: name of its operation.
    `subject`, `subjects`: ids of articles or keys of sources. `said`: the result in words. `args`:
    the operation's arguments. `undoes`: number of the change that it took back, None for none.
    `kept`: False if the log does not have its texts. `inverse`: operation, with arguments, that
    takes it back; None if its texts are put back instead."""

    number: int
    at: str
    who: str
    act: str
    subject: str
    subjects: list[str] = field(default_factory=list)
    said: str
    args: Mapping[str, Any] = field(default_factory=dict)
    undoes: int | None = None
    kept: bool = True
    inverse: Inverse | None = None

    @property
    def back(self) -> Inverse | None:
        """Return the operation, with its arguments, that takes this change back. None if its texts
        are put back instead, or if nothing takes it back. Earlier versions did not log the
        operation; for their changes, it is made from the logged values."""
        if self.inverse is not None or self.kept:
            return self.inverse
        if self.act in ("withdraw", "bring-back"):
            return ("restore" if self.act == "withdraw" else "withdraw"), {"id": self.subject}
        if self.act == "retag" and self.args.get("kind") != "merge":
            return "rename-tag", {"old": self.args["new"], "new": self.args["old"]}
        return None

    @property
    def lasting(self) -> str:
        """Return why the change cannot be taken back; "" if it can."""
        if self.kept or self.back is not None:
            return ""
        other = (
            f"it changed no file, or files of more than {KEPT_BYTES // 1_000_000} MB together,"
            " which are not kept"
        )
        return _LASTING.get(self.act, other)


class Log:
    """The log of changes of an instance, in its state folder. The file changes.jsonl has a line for
    each change; the texts of a change are in a file of its own."""

    def __init__(self, state_dir: Path) -> None:
        self.root = state_dir / "console"
        self.path = self.root / "changes.jsonl"

    def add(
        self, change: LoggedChange, files: Mapping[str, tuple[str | None, str | None]]
    ) -> LoggedChange:
        """Append a change to the log and return it with its new number. It is on disk when this
        returns. `files`: by name, the text before and after of all that was changed. They are not
        kept if they have more than KEPT_BYTES together."""
        kept_content = json.dumps(files, ensure_ascii=True).encode()
        is_kept = bool(files) and len(kept_content) <= KEPT_BYTES
        with self.alone("changes.lock"):
            newest = self.newest(20)  # more than one, as the last lines may be damaged
            number = newest[0].number + 1 if newest else 1
            numbered = LoggedChange(**{**asdict(change), "number": number, "kept": is_kept})
            if is_kept:
                disk.make_private_folder(self.root / "kept")
                disk.write(self.root / "kept" / f"{number}.json", kept_content, mode=disk.PRIVATE)
            with open(self.path, "a+b", opener=_open_private) as file:
                file.write(_end_half_line(file))
                file.write(json.dumps(asdict(numbered), ensure_ascii=True).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
            return numbered

    @contextmanager
    def alone(self, name: str = "edits.lock") -> Iterator[None]:
        """Hold a lock until the block ends. All commands and jobs on this machine share it. `name`:
        of its file."""
        disk.make_private_folder(self.root)
        with open(self.root / name, "ab", opener=_open_private) as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # until it is closed
            yield

    def newest(self, limit: int = 100) -> list[LoggedChange]:
        """Return the last `limit` changes, newest first. Lines that cannot be read are left out."""
        try:
            lines = _read_last_lines(self.path, limit)
        except FileNotFoundError:
            return []
        changes = []
        for line in reversed(lines):
            change = _parse_change(line)
            if change is not None:
                changes.append(change)
        return changes

    def get(self, number: int) -> LoggedChange | None:
        """Return the change with this number, None if there is none."""
        for change in self.newest(_MORE_THAN_ALL):
            if change.number == number:
                return change
        return None

    def of(self, subject: str, limit: int = 20) -> list[LoggedChange]:
        """Return at most `limit` changes of an article or a source, newest first. `subject`: id of
        the article or key of the source."""
        changes = []
        for change in self.newest(_MOST_LOOKED_THROUGH):
            if subject == change.subject or subject in change.subjects:
                changes.append(change)
        return changes[:limit]

    def files(self, number: int) -> dict[str, tuple[str | None, str | None]]:
        """Return the texts of a change, as (before, after) by name; {} if they were not kept. None
        stands for a missing file."""
        try:
            texts = json.loads((self.root / "kept" / f"{int(number)}.json").read_bytes())
        except (OSError, ValueError):
            return {}
        return {name: (before, after) for name, (before, after) in texts.items()}

    def undone(self) -> set[int]:
        """Return the numbers of the changes that are taken back now. A change whose undoing was
        itself taken back is not among them."""
        undone_numbers: set[int] = set()
        for change in self.newest(_MOST_LOOKED_THROUGH):  # the undoing comes before what it undoes
            if change.undoes is None:
                continue
            is_undone = change.number in undone_numbers
            if not is_undone:
                undone_numbers.add(change.undoes)
        return undone_numbers


def _open_private(path: str, flags: int) -> int:
    """Open a file that only the user of this process may read. A file that exists with other rights
    gets these."""
    descriptor = os.open(path, flags, disk.PRIVATE)
    os.fchmod(descriptor, disk.PRIVATE)
    return descriptor


def _read_last_lines(path: Path, limit: int) -> list[bytes]:
    """Return the last `limit` lines of a file, reading it in blocks from its end."""
    with path.open("rb") as file:
        start = file.seek(0, os.SEEK_END)
        data = b""
        while start and data.count(b"\n") <= limit:
            block_start = max(0, start - _BLOCK_BYTES)
            file.seek(block_start)
            data = file.read(start - block_start) + data
            start = block_start
    return data.splitlines()[-limit:]


def _end_half_line(file: BinaryIO) -> bytes:
    """Return a newline if the last line of the file is not finished, as after a power failure; else
    b""."""
    if not file.seek(0, os.SEEK_END):
        return b""
    file.seek(-1, os.SEEK_END)
    return b"" if file.read(1) == b"\n" else b"\n"


def _parse_change(line: bytes) -> LoggedChange | None:
    """Return the change on a line of the log. None if the line cannot be read: the machine may have
    stopped while it was written."""
    try:
        return LoggedChange(**json.loads(line))
    except (ValueError, TypeError):
        return None


def revert_edit(text_before: str | None, text_after: str | None, now: str | None) -> str | None:
    """Return the text `now` without an earlier edit, and with all later ones. `text_before`,
    `text_after`: the text before and after that edit. None stands for a missing file. Raises
    ValueError if a later edit changed the same lines."""
    if now == text_after:
        return text_before
    if text_before is None or text_after is None or now is None:
        raise ValueError("it was edited since")
    old_lines = text_before.splitlines(keepends=True)
    new_lines = text_after.splitlines(keepends=True)
    lines = now.splitlines(keepends=True)
    matcher = SequenceMatcher(None, new_lines, old_lines, autojunk=False)
    for tag, new_start, new_end, old_start, old_end in reversed(matcher.get_opcodes()):
        if tag != "equal":
            restored = old_lines[old_start:old_end]
            lines = _put_back(lines, new_lines, (new_start, new_end), restored)
    return "".join(lines)


def _put_back(
    lines: list[str], edited: Sequence[str], span: tuple[int, int], restored: Sequence[str]
) -> list[str]:
    """Return `lines`, the text as it is now, with the lines `restored` in place of those that an
    edit wrote. `edited`: the text right after that edit; `span`: where it wrote in this text, as
    (first line, line behind the last).

    The written lines are searched in `lines` together with their neighbours: first with
    _MOST_CONTEXT_LINES above and below, then with fewer, until they occur exactly once. Raises
    ValueError if they never do."""
    start, end = span
    written = edited[start:end]
    for context in range(_MOST_CONTEXT_LINES, -1, -1):
        above = edited[max(0, start - context) : start]
        below = edited[end : end + context]
        pattern = [*above, *written, *below]
        last_index = len(lines) - len(pattern)
        matches = [
            index
            for index in range(last_index + 1)
            if lines[index : index + len(pattern)] == pattern
        ]
        is_unique = len(matches) == 1
        if pattern and is_unique:
            written_start = matches[0] + len(above)
            written_end = written_start + len(written)
            return [*lines[:written_start], *restored, *lines[written_end:]]
    raise ValueError("it was edited since in the same place")
