"""Writes the files of a new folder. What is there stays as it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from syndicator.errors import UsageError
from syndicator.services.init import program
from syndicator.services.init.start import Start, checked, config_files

_TEMPLATES: Final = Path(__file__).resolve().parents[2] / "data/init"


def write_folder(root: Path, start: Start | None = None, *, config: Path | None = None) -> list[Path]:
    """Makes `root` a folder to run the program in: configuration (in `root`/config, or where `config` says) and `run`.
    Returns what was written. Raises UsageError for a wrong `start`, and where `root` is the program's own folder."""
    if root.resolve() == program.checkout():
        raise UsageError(
            f"{root.resolve()} is the program's own folder, whose files an upgrade changes; name one of your own, "
            "for example: init ../feeds"
        )
    written = write_config(config or root / "config", start)
    return written + write_missing(root, {"run": filled("run", PROGRAM=program.for_shell())})


def write_config(config: Path, start: Start | None = None) -> list[Path]:
    """Writes those of the four files that the folder `config` lacks; which. Raises UsageError for a wrong `start`."""
    return write_missing(config, config_files(checked(start or Start())))


def filled(template: str, **values: str) -> str:
    """The text of a template of ours with its `@NAMES@` replaced. Raises KeyError for one that has no value."""
    text = (_TEMPLATES / template).read_text(encoding="utf-8")
    return re.sub(r"@([A-Z_]+)@", lambda name: values[name[1]], text)


def write_missing(folder: Path, files: Mapping[str, str]) -> list[Path]:
    """Writes those `files` (name -> text; a name may be a path, a script may be run) that `folder` lacks; which."""
    written = []
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            continue
        if text.startswith("#!"):
            path.chmod(0o755)
        written.append(path)
    return written
