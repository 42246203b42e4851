"""What every article store remembers beside its files: the uuid of this instance, withdrawals, carriers, prunings."""

from __future__ import annotations

import tomllib
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterable
from datetime import datetime

from syndicator.articles.beside import carried, pruned, withdrawals
from syndicator.core.errors import ConfigError
from syndicator.core.model import Article, FeedKey
from syndicator.core.ports import Withdrawn
from syndicator.core.ports.articles import KeptFile

_INSTANCE = "instance.toml"


class Listed(ABC):
    """The part of an ArticleStore (see ports) that is the same wherever its files are."""

    @abstractmethod
    def file(self, name: str) -> KeptFile:
        """A file beside the articles."""

    @abstractmethod
    def begun(self) -> bool:
        """True when we wrote articles here."""

    def instance(self) -> uuid.UUID:
        file = self.file(_INSTANCE)
        data = file.read()
        return self._mint(file) if data is None else _instance(data, file)

    def minted(self) -> bool:
        return self.file(_INSTANCE).stamp() is not None

    def withdraw(self, article: Article, at: datetime, feeds: Iterable[FeedKey] | None = None) -> None:
        self.list_withdrawn([withdrawals.withdrawn_of(article, at, feeds)])

    def list_withdrawn(self, new: Iterable[Withdrawn]) -> None:
        added = {entry.id: entry for entry in new}

        def after(listed: list[Withdrawn]) -> Iterable[Withdrawn] | None:
            before = {entry.id: entry for entry in listed}
            return (added | before).values() if added.keys() - before.keys() else None

        withdrawals.update(self.file(withdrawals.WITHDRAWN_TOML), after)

    def unlist_withdrawn(self, id: str) -> None:
        withdrawals.update(
            self.file(withdrawals.WITHDRAWN_TOML), lambda listed: [entry for entry in listed if entry.id != id]
        )

    def lists_withdrawn(self) -> bool:
        return self.file(withdrawals.WITHDRAWN_TOML).stamp() is not None

    def withdrawn(self) -> list[Withdrawn]:
        return withdrawals.read(self.file(withdrawals.WITHDRAWN_TOML))

    def carry(self, announced: Iterable[tuple[str, str]]) -> None:
        carried.append(self.file(carried.CARRIED_TSV), announced)

    def carried(self) -> list[tuple[str, str]]:
        return carried.read(self.file(carried.CARRIED_TSV))

    def carried_stamp(self) -> str | None:
        return self.file(carried.CARRIED_TSV).stamp()

    def prune(self, aliases: Iterable[tuple[str, str]]) -> None:
        pruned.append(self.file(pruned.PRUNED_TSV), aliases)

    def pruned(self) -> list[tuple[str, str]]:
        return pruned.read(self.file(pruned.PRUNED_TSV))

    def pruned_stamp(self) -> str | None:
        return self.file(pruned.PRUNED_TSV).stamp()

    def compact(self) -> None:
        carried.compact(self.file(carried.CARRIED_TSV))
        pruned.compact(self.file(pruned.PRUNED_TSV))

    def _mint(self, file: KeptFile) -> uuid.UUID:
        line = f'id = "{uuid.uuid4()}"\n'
        if self.begun():
            raise ConfigError(
                f"{file} is missing although there are articles; restore it from a backup. Only without one, write "
                f"this line into it, and every subscriber will see every entry once more: {line.strip()}"
            )
        note = "# This instance, minted once. All ids in the published feeds are made of it: keep it, and back it up.\n"
        file.update(lambda there: (note + line).encode() if there is None else None)  # one of two writers mints it
        return _instance(file.read() or b"", file)


def _instance(data: bytes, file: KeptFile) -> uuid.UUID:
    try:
        return uuid.UUID(tomllib.loads(data.decode())["id"])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise ConfigError(f'{file}: has to say id = "<uuid>"; restore it from a backup') from error
