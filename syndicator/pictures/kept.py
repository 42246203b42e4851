"""Thumbnails in the state folder: what is published can be deleted and made again without asking any site."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from pathlib import Path
from typing import Final

from syndicator.articles import disk

FOLDER: Final = "pictures/"  # in names, which are those of the published files
_NAME: Final = re.compile(r"pictures/([0-9a-f]{2})([0-9a-f]{18})\.webp")
_DIGITS: Final = 20  # of a sha256 in hexadecimal: 80 bits, no two by chance


class KeptPictures:
    """WebP files under `root`, each named after its bytes. A cache: nothing in it is durable, what is missing is made
    again."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, webp: bytes) -> str:
        """Keeps a thumbnail; its name. Raises OSError."""
        name = f"{FOLDER}{hashlib.sha256(webp).hexdigest()[:_DIGITS]}.webp"
        path = self._path(name)
        if not path.exists():
            disk.write(path, webp, durable=False)
        return name

    def get(self, name: str) -> bytes | None:
        """The bytes of a thumbnail, None where it is not kept or not whole."""
        try:
            found = self._path(name).read_bytes()
        except OSError:
            return None
        return found if hashlib.sha256(found).hexdigest()[:_DIGITS] == Path(name).stem else None

    def drop_all_but(self, names: Collection[str]) -> int:
        """Deletes the thumbnails that are not among `names`; how many."""
        stay = {self._path(name) for name in names}
        going = [path for path in sorted(self.root.glob("*/*")) if path not in stay]
        for path in going:
            path.unlink(missing_ok=True)
        return len(going)

    def _path(self, name: str) -> Path:
        found = _NAME.fullmatch(name)
        if found is None:
            raise ValueError(f"not the name of a thumbnail: {name[:60]!r}")
        return self.root / found[1] / f"{found[1]}{found[2]}.webp"
