"""Where a taxonomy is on disk. Naming the files costs nothing: only the process that reads pages loads them."""

from __future__ import annotations

from pathlib import Path


class TaxonomyFiles(tuple[str, str, int]):
    """(taxonomy.toml, learnt state, a number that changes when either does): what a worker needs to load it."""

    __slots__ = ()

    @classmethod
    def of(cls, toml: Path, learnt: Path) -> TaxonomyFiles:
        """The files `toml` and `learnt`, absent or not, with the sum of their times of change (nanoseconds)."""
        changed = sum(path.stat().st_mtime_ns for path in (toml, learnt) if path.exists())
        return cls((str(toml), str(learnt), changed))
