"""Files beside the articles that only grow, a line a fact: cheap to add to, and read only when they changed."""

from __future__ import annotations

from collections.abc import Iterable

from syndicator.core.ports.articles import KeptFile


def read(file: KeptFile) -> list[str]:
    """The whole lines in order; none where there is no file. A last line that a crash cut short (it has no line end) is
    left out. Raises OSError."""
    return whole(file.read())


def whole(data: bytes | None) -> list[str]:
    """The same of the bytes of a file. Pure."""
    data = data or b""
    return data[: data.rfind(b"\n") + 1].decode("utf-8", "replace").split("\n")[:-1]


def append(file: KeptFile, note: str, lines: Iterable[str]) -> None:
    """Adds lines, durable when it returns; makes the file, which `note` begins, where there is none. A last line that
    was cut short goes. Raises OSError."""
    file.append(note.encode(), "".join(f"{line}\n" for line in lines).encode())
