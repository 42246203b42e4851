"""Read and write instance.toml: the instance's uuid, and which archives it keeps.
An instance of an earlier version keeps some."""

import tomllib
import uuid
from abc import ABC, abstractmethod
from typing import Any, Final

from syndicator.core.errors import ConfigError
from syndicator.core.ports.articles import KeptFile

INSTANCE_TOML: Final = "instance.toml"
_ALL_ARCHIVES: Final = "all_archives"
_NOTE: Final = (
    "# This instance, minted once. All ids in the published feeds are made of it: keep it,"
    " and back it up.\n"
)
_ARCHIVES_NOTE: Final = (
    "# true: without publish.archives, all feeds of tags and categories have archives, in JSON too,"
    " as versions until 0.3\n# published them.\n"
)


def mint(file: KeptFile, *, begun: bool) -> uuid.UUID:
    """Write the file of a new instance and return its uuid. Raises ConfigError if `begun` (there
    are articles, so the file was lost), and OSError."""
    line = f'id = "{uuid.uuid4()}"\n'
    if begun:
        raise ConfigError(
            f"{file} is missing although there are articles; restore it from a backup. Only"
            " without one, write this line into it, and every subscriber will see every entry"
            f" once more: {line.strip()}"
        )
    text = f"{_NOTE}{line}{_ARCHIVES_NOTE}{_ALL_ARCHIVES} = false\n"
    # if another process wrote it first, keep and return its id
    file.update(lambda current: text.encode() if current is None else None)
    return parse_id(file.read() or b"", file)


def parse_id(data: bytes, file: KeptFile) -> uuid.UUID:
    try:
        return uuid.UUID(_parse(data)["id"])
    except (
        tomllib.TOMLDecodeError,
        UnicodeDecodeError,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
    ) as error:
        raise ConfigError(f'{file}: has to say id = "<uuid>"; restore it from a backup') from error


def has_all_archives(file: KeptFile) -> bool:
    """Return False for an instance that this version or a later one minted, True for an older one.
    Raises ConfigError, OSError."""
    data = file.read()
    return data is not None and _says_all_archives(data, file) is not False


def keep_archives(file: KeptFile, *, begun: bool) -> None:
    """Write which archives an instance of an earlier version has, unless the file says so: all of
    them if it has `begun`, since they are published. Raises ConfigError, OSError."""

    def written(data: bytes | None) -> bytes | None:
        if data is None or _says_all_archives(data, file) is not None:
            return None
        value = "true" if begun else "false"
        # at the front, since tables may follow
        return f"{_ARCHIVES_NOTE}{_ALL_ARCHIVES} = {value}\n".encode() + data

    file.update(written)


def _says_all_archives(data: bytes, file: KeptFile) -> bool | None:
    try:
        value = _parse(data).get(_ALL_ARCHIVES)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: cannot be read ({error}); restore it from a backup") from error
    if value is not None and not isinstance(value, bool):
        raise ConfigError(f"{file}: {_ALL_ARCHIVES} is true or false")
    return value


def _parse(data: bytes) -> dict[str, Any]:
    return tomllib.loads(data.decode())


class HasInstance(ABC):
    """Methods of an ArticleStore (see ports) that are the same in folders and object stores."""

    @abstractmethod
    def file(self, name: str) -> KeptFile:
        """Return a file beside the articles."""

    @abstractmethod
    def begun(self) -> bool:
        """Return True if we wrote articles here."""

    def instance(self) -> uuid.UUID:
        file = self.file(INSTANCE_TOML)
        data = file.read()
        if data is None:
            return mint(file, begun=self.begun())
        return parse_id(data, file)

    def minted(self) -> bool:
        return self.file(INSTANCE_TOML).stamp() is not None
