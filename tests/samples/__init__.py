"""Odd and hostile inputs as data files: our own, which are always there, and the many of others in
../shared where that folder is beside the checkout. README.md says what the files look like."""

from __future__ import annotations

import gzip
import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OWN = Path(__file__).resolve().parent
_PAGES = OWN.parent / "reading/pages"
_TEXTS = OWN.parent / "gate/data/own_pages.toml"
_MANIFEST = "corpus/pages/manifest.jsonl.gz"
SHARED = OWN.parent.parent.parent / "shared"


@dataclass(frozen=True, slots=True)
class Samples:
    """`own`: the folder of our samples. `others`: a folder of the same layout, None where there is
    none."""

    own: Path
    others: Path | None

    def files(self, folder: str, *patterns: str, every: int = 1) -> list[Path]:
        """The files below `folder` that match one of `patterns`: all of our own, and of the others
        each `every`-th. Raises LookupError when we have none of our own, as a test over nothing
        would pass."""
        own = _below(self.own / folder, patterns)
        if not own:
            raise LookupError(f"tests/samples has no {folder} with {' or '.join(patterns)}")
        return own + (_below(self.others / folder, patterns)[::every] if self.others else [])

    def rows(self, kind: str, every: int = 1) -> list[dict[str, Any]]:
        """The rows of vectors/`kind`: all of our own, and of the others each `every`-th. Raises
        LookupError as `files` does."""
        results: list[dict[str, Any]] = []
        for path in self.files(f"vectors/{kind}", "*.jsonl"):
            lines = path.read_text(encoding="utf-8").splitlines()
            results += map(json.loads, lines if path.is_relative_to(self.own) else lines[::every])
        return results

    def pages(self, every: int = 1, most: int | None = None) -> list[Path]:
        """Web pages: at most `most` of our own, which the tests of the reader describe, and of the
        others each `every`-th, in the order of their manifest."""
        others = [
            (self.others or OWN) / "corpus/pages" / row["file"] for row in self._manifest()[::every]
        ]
        return sorted(_PAGES.glob("*.html"))[:most] + others

    def texts(self, most: int) -> list[str]:
        """The reference texts of pages: all of our own, and the first `most` of the others."""
        own = tomllib.loads(_TEXTS.read_text(encoding="utf-8"))["body"].values()
        return [
            *own,
            *(
                [text for row in self._manifest() if (text := (row["truth"] or {}).get("text"))][
                    :most
                ]
            ),
        ]

    def _manifest(self) -> list[dict[str, Any]]:
        """What the others' pages are; [] where they are not."""
        if self.others is None:
            return []
        return [
            json.loads(line)
            for line in read_sample(self.others / _MANIFEST).decode("utf-8").splitlines()
        ]


def read_sample(path: Path) -> bytes:
    """The content of a file of samples, unpacked where its name ends in .gz."""
    data = path.read_bytes()
    return gzip.decompress(data) if path.suffix == ".gz" else data


def _below(folder: Path, patterns: tuple[str, ...]) -> list[Path]:
    return sorted(path for pattern in patterns for path in folder.rglob(pattern) if path.is_file())
