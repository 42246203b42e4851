"""Published files, compared with those of a build that nothing disturbed."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from tests.instances import Instance

Files = Mapping[str, bytes]


def read_files(folder: Path) -> Files:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def drop_temporary_files(files: Files) -> Files:
    """Return the files without temporary ones."""
    return {
        name: data for name, data in files.items() if not name.rpartition("/")[2].startswith(".")
    }


def check_whole(found: Files, before: Files, after: Files) -> None:
    """Each file is that of before or that of after, and none is missing that both have; a temporary
    one may be torn."""
    published = drop_temporary_files(found)
    assert before.keys() & after.keys() <= published.keys()
    for name, data in published.items():
        assert data in (before.get(name), after.get(name)), name


def copy_instance(prepared: Instance) -> Instance:
    """Return a copy of the instance, in place of the last one."""
    folder = prepared.folder.parent / "copy"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(prepared.folder, folder)
    instance = object.__new__(Instance)
    instance.folder = folder
    instance.config = folder / "config"
    instance.now = prepared.now
    return instance
