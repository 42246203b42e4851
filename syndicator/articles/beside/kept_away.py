"""The files of withdrawn articles, kept for a while so that a withdrawal can be undone with the operator's edits.

They are kept with the state and not beside the articles: what was withdrawn must be in no backup of the articles, no
repository and no site that is made of their folder. A lost database does not take them along; whoever deletes the
whole state has the article fetched again instead, as long as its source announces it."""

from __future__ import annotations

import shutil
from pathlib import Path

from syndicator.articles import disk


class KeptAway:
    """Files by article id, each under the path that it had in the article store: `folder`/<id>/YYYY/MM/<name>.md."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, id: str, path: str, data: bytes) -> None:
        """Keeps a file; durable when it returns. Raises OSError."""
        disk.write(self.folder / id / path, data)

    def ids(self) -> list[str]:
        """The articles whose files are kept, in order."""
        return sorted(path.name for path in self.folder.iterdir() if path.is_dir()) if self.folder.is_dir() else []

    def get(self, id: str) -> tuple[str, bytes] | None:
        """The path and the bytes that an article's file had, None when it is not kept."""
        place = self.folder / id
        found = next((path for path in sorted(place.rglob("*.md")) if not path.name.startswith(".")), None)
        return (found.relative_to(place).as_posix(), found.read_bytes()) if found else None

    def drop(self, id: str) -> bool:
        """Forgets an article's file; False when it was not kept."""
        if id not in self.ids():
            return False
        shutil.rmtree(self.folder / id)
        return True
