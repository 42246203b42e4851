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
    def undo_operation(self) -> Inverse | None:
        """Return the operation, with its arguments, that undoes this change. None if undo restores
        the texts before the change instead, or if nothing undoes it."""
        if self.inverse is not None or self.kept:
            return self.inverse
        # earlier versions did not log the operation
        if self.act == "withdraw":
            return "restore", {"id": self.subject}
        if self.act == "bring-back":
            return "withdraw", {"id": self.subject}
        is_rename = self.act == "retag" and self.args.get("kind") != "merge"
        if is_rename:
            return "rename-tag", {"old": self.args["new"], "new": self.args["old"]}
        return None

    @property
    def lasting(self) -> str:
        """Return the reason for which the change cannot be undone, in words; "" if it can."""
        if self.kept or self.undo_operation is not None:
            return ""
        usual_reason = (
            f"it changed no file, or files of more than {KEPT_BYTES // 1_000_000} MB together,"
            " which are not kept"
        )
        return _LASTING.get(self.act, usual_reason)


class Log:
    """The log of changes of an instance, in its state folder. The file changes.jsonl has a line for
    each change; the texts of a change are in a file of its own."""

    def __init__(self, state_dir: Path) -> None:
        self.root = state_dir / "console"
        self.path = self.root / "changes.jsonl"

    def add(
        self, change: LoggedChange, files: Mapping[str, tuple[str | None, str | None]]
    ) -> LoggedChange:
        """Append a change to the log. Return it with its new number, when it is on disk. `files`:
        the changed texts, each as (before, after) by its name. They are kept for undo, unless they
        have more than KEPT_BYTES together."""
        kept_content = json.dumps(files, ensure_ascii=True).encode()
        is_kept = bool(files) and len(kept_content) <= KEPT_BYTES
        with self.hold_lock("changes.lock"):
            newest = self.newest(20)  # more than one, as the last lines may be damaged
            number = newest[0].number + 1 if newest else 1
            numbered = LoggedChange(**{**asdict(change), "number": number, "kept": is_kept})
            # first the texts: an entry of the log that names them must find them
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
    def hold_lock(self, name: str = "edits.lock") -> Iterator[None]:
        """Wait for a lock and hold it until the `with` block ends. All commands and jobs on this
        machine share it. `name`: name of the lock's file."""
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

    def list_changes_of(self, subject: str, limit: int = 20) -> list[LoggedChange]:
        """Return at most `limit` changes of an article or a source, newest first. `subject`: id of
        the article or key of the source."""
        changes = []
        for change in self.newest(_MOST_LOOKED_THROUGH):
            is_of_subject = subject == change.subject or subject in change.subjects
            if is_of_subject:
                changes.append(change)
        return changes[:limit]

    def read_texts(self, number: int) -> dict[str, tuple[str | None, str | None]]:
        """Return the texts that a change edited, each as (before, after) by its name; {} if they
        were not kept. Before or after is None if there was no such text. `number`: number of the
        change."""
        try:
            texts = json.loads((self.root / "kept" / f"{int(number)}.json").read_bytes())
        except (OSError, ValueError):
            return {}
        return {name: (before, after) for name, (before, after) in texts.items()}

    def undone(self) -> set[int]:
        """Return the numbers of the changes that are undone now. A change is not among them if its
        undo was undone, too."""
        undone_numbers: set[int] = set()
        # newest first, so that each undo is seen before the change that it undoes
        for change in self.newest(_MOST_LOOKED_THROUGH):
            if change.undoes is None:  # it is no undo
                continue
            is_itself_undone = change.number in undone_numbers
            if not is_itself_undone:
                undone_numbers.add(change.undoes)
        return undone_numbers


def _open_private(path: str, flags: int) -> int:
    """Open a file so that only the user of this process may read it, and return its descriptor. A
    parameter `opener` of open() calls it. `flags`: those of os.open."""
    descriptor = os.open(path, flags, disk.PRIVATE)
    # os.open leaves the rights of a file that exists as they are
    os.fchmod(descriptor, disk.PRIVATE)
    return descriptor


def _read_last_lines(path: Path, limit: int) -> list[bytes]:
    """Return the last `limit` lines of a file, in their order. It may be large, so that it is read
    in blocks from its end."""
    with path.open("rb") as file:
        data_start = file.seek(0, os.SEEK_END)  # where `data` begins in the file
        data = b""
        while data_start and data.count(b"\n") <= limit:
            block_start = max(0, data_start - _BLOCK_BYTES)
            file.seek(block_start)
            data = file.read(data_start - block_start) + data
            data_start = block_start
    return data.splitlines()[-limit:]


def _end_half_line(file: BinaryIO) -> bytes:
    """Return the bytes to write before the next line of the log: a newline if the last line of the
    file has none, as after a power failure; else b""."""
    is_empty = file.seek(0, os.SEEK_END) == 0
    if is_empty:
        return b""
    file.seek(-1, os.SEEK_END)
    last_byte = file.read(1)
    return b"" if last_byte == b"\n" else b"\n"


def _parse_change(line: bytes) -> LoggedChange | None:
    """Return the change on a line of the log. None if the line cannot be read: the machine may have
    stopped while it was written."""
    try:
        return LoggedChange(**json.loads(line))
    except (ValueError, TypeError):
        return None


def revert_edit(text_before: str | None, text_after: str | None, now: str | None) -> str | None:
    """Undo one edit of a text, but keep all later edits. Return the resulting text.

    `text_before`, `text_after`: the text before and after the edit to undo. `now`: the present
    text. None stands for a missing file. Raises ValueError if a later edit changed the same
    lines."""
    if now == text_after:
        return text_before
    if text_before is None or text_after is None or now is None:
        raise ValueError("it was edited since")
    lines_before = text_before.splitlines(keepends=True)
    lines_after = text_after.splitlines(keepends=True)
    lines = now.splitlines(keepends=True)
    # each step says which lines of `lines_after` were which lines of `lines_before`
    steps = SequenceMatcher(None, lines_after, lines_before, autojunk=False).get_opcodes()
    for tag, start, end, start_before, end_before in reversed(steps):
        if tag != "equal":
            restored = lines_before[start_before:end_before]
            lines = _put_back(lines, lines_after, (start, end), restored)
    return "".join(lines)


def _put_back(
    lines: list[str], lines_after: Sequence[str], span: tuple[int, int], restored: Sequence[str]
) -> list[str]:
    """Replace the lines that an edit wrote by the lines `restored`. Return all lines of the text.

    `lines`: the text as it is now, perhaps with later edits. `lines_after`: the text right after
    the edit. `span`: the lines of `lines_after` that the edit wrote, as (index of the first, index
    after the last). They are searched in `lines` together with their neighbours: first with
    _MOST_CONTEXT_LINES above and below, then with fewer, until they occur exactly once. Raises
    ValueError if they never do."""
    start, end = span
    written = lines_after[start:end]
    for context in range(_MOST_CONTEXT_LINES, -1, -1):
        above = lines_after[max(0, start - context) : start]
        below = lines_after[end : end + context]
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
