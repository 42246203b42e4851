"""The files that sources are in."""

from __future__ import annotations

from pathlib import Path


def files_of(path: Path) -> list[Path]:
    """`path`, which is sources.toml, and the files of sources.d beside it in the order of their names."""
    more = path.with_suffix(".d").glob("*.toml")
    return [path, *sorted(one for one in more if not (one.is_dir() or one.name.startswith(".")))]
