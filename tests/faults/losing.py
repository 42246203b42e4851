"""A disk, and an object store, on which the power goes at a step."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from syndicator.core.ports.articles import Objects, ObjectStamp
from syndicator.publishing.output.disk import Disk

NEVER = 0  # the step of a disk whose power stays on


class PowerCut(BaseException):
    """Nothing runs after it."""


@dataclass
class Power:
    """`cut_at`: the number of the step that is not done any more, nor are those after it."""

    cut_at: int = NEVER
    steps: int = 0

    def step(self) -> None:
        self.steps += 1
        if self.cut_at and self.steps >= self.cut_at:
            raise PowerCut


@dataclass
class LosingDisk(Disk):
    """The operations on a real folder, each a step. `lose` then takes back what was not synced: a
    file's bytes count only once the file is synced, its name once its folder is."""

    power: Power
    _earlier: dict[Path, bytes | None] = field(default_factory=dict)  # on the disk, by changed name
    _unsynced: set[Path] = field(default_factory=set)  # files

    def write(self, path: Path, data: bytes, *, earliest: int) -> int:
        self.power.step()
        for folder in path.parents:
            if folder.exists():
                break
            self._earlier.setdefault(folder, None)
        self._remember(path)
        self._unsynced.add(path)
        return super().write(path, data, earliest=earliest)

    def sync(self, paths: Collection[Path]) -> None:
        for path in sorted(paths):
            self.power.step()
            if path.is_dir():
                self._earlier = {
                    name: data for name, data in self._earlier.items() if name.parent != path
                }
            self._unsynced.discard(path)

    def replace(self, temporary: Path, path: Path) -> None:
        self.power.step()
        self._remember(temporary)
        self._remember(path)
        super().replace(temporary, path)
        self._unsynced.discard(path)
        if temporary in self._unsynced:
            self._unsynced.remove(temporary)
            self._unsynced.add(path)

    def unlink(self, path: Path) -> None:
        self.power.step()
        self._remember(path)
        super().unlink(path)
        self._unsynced.discard(path)

    def lose(self, share: float, dice: random.Random) -> None:
        """Take back this share of the unsynced names, and half of the bytes of unsynced files."""
        for path in sorted(self._earlier, reverse=True):
            if dice.random() < share:
                self._take_back(path, self._earlier[path])
        for path in self._unsynced:
            if path.is_file():
                os.truncate(path, path.stat().st_size // 2)

    def _remember(self, path: Path) -> None:
        if path not in self._earlier:
            self._earlier[path] = path.read_bytes() if path.exists() else None

    def _take_back(self, path: Path, data: bytes | None) -> None:
        self._unsynced.discard(path)
        if path.is_dir():
            shutil.rmtree(path)
        elif data is None:
            path.unlink(missing_ok=True)
        elif path.parent.is_dir():  # else its folder was never on the disk
            path.write_bytes(data)


@dataclass
class LosingObjects:
    """The Objects `below`, each change a step."""

    below: Objects
    power: Power

    @property
    def name(self) -> str:
        return self.below.name

    def get(self, key: str) -> tuple[bytes, str] | None:
        return self.below.get(key)

    def head(self, key: str) -> ObjectStamp | None:
        return self.below.head(key)

    def put(
        self,
        key: str,
        data: bytes,
        *,
        over: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> str | None:
        self.power.step()
        return self.below.put(key, data, over=over, headers=headers)

    def delete(self, *keys: str) -> None:
        self.power.step()
        self.below.delete(*keys)

    def walk(self, prefix: str = "", *, deep: bool = True) -> Iterator[ObjectStamp]:
        return self.below.walk(prefix, deep=deep)

    def folders(self) -> list[str]:
        return self.below.folders()
