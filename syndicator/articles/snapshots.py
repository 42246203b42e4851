"""Recent pages as they were fetched, gzip in the state folder, so that a re-read needs no fetch."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from syndicator.articles import disk

ANSWERED = "content-location"  # the header that has, of a kept page, the address that answered: its links start there


class Snapshots:
    """Raw pages under `root` by article id. A cache: what is broken or missing counts as absent, nothing is durable."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, id: str, html: bytes, headers: Mapping[str, str]) -> None:
        """Keeps a page. The same page gives the same bytes. Raises OSError."""
        head = json.dumps(dict(headers), sort_keys=True).encode()
        packed = gzip.compress(
            head + b"\n" + html, compresslevel=4, mtime=0
        )  # level 6 costs half again the CPU for 7 % less
        disk.write(self._path(id), packed, durable=False)

    def get(self, id: str) -> tuple[bytes, dict[str, str]] | None:
        """(html, headers), None when the page is not kept."""
        path = self._path(id)
        try:
            head, _, html = gzip.decompress(path.read_bytes()).partition(b"\n")
            headers = json.loads(head)
        except (OSError, EOFError, zlib.error, ValueError):
            return None
        return html, {str(name): str(value) for name, value in headers.items()}

    def forget(self, id: str) -> None:
        """Removes the page of an article, where it is kept."""
        self._path(id).unlink(missing_ok=True)

    def prune(self, before: datetime) -> int:
        """Removes the pages kept before `before` and temporary files that are left over; how many."""
        limit = before.timestamp()
        removed = 0
        for path in sorted(self.root.glob("*/*")) if self.root.is_dir() else []:
            if disk.is_litter(path.name) or path.stat().st_mtime < limit:
                path.unlink(missing_ok=True)
                removed += 1
        return removed

    def scrub(self, secret: Callable[[bytes], bool]) -> None:
        """Removes the pages in whose bytes or headers something is `secret`."""
        for path in sorted(self.root.glob("*/*.gz")):
            try:
                found = secret(gzip.decompress(path.read_bytes()))
            except (OSError, EOFError, zlib.error):
                found = True
            if found:
                path.unlink(missing_ok=True)

    def _path(self, id: str) -> Path:
        if not re.fullmatch(r"[a-z2-7]{6,26}", id):
            raise ValueError(f"not an article id: {id[:40]!r}")
        return self.root / id[:2] / f"{id}.gz"
