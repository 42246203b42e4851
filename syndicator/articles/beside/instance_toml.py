"""Read and write the file instance.toml: the UUID of the instance, and whether it has all archives.
Instances of earlier versions keep the archives that those versions published."""

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


def write_new_instance(file: KeptFile, *, begun: bool) -> uuid.UUID:
    """Write the file instance.toml of a new instance and return its new UUID. `begun`: True if
    there are articles already. Then the file was lost, and ConfigError is raised instead. Raises
    OSError."""
    id_line = f'id = "{uuid.uuid4()}"\n'
    if begun:
        raise ConfigError(
            f"{file} is missing although there are articles; restore it from a backup. Only"
            " without one, write this line into it, and every subscriber will see every entry"
            f" once more: {id_line.strip()}"
        )
    text = f"{_NOTE}{id_line}{_ARCHIVES_NOTE}{_ALL_ARCHIVES} = false\n"

    def write_if_missing(current: bytes | None) -> bytes | None:
        """Return the text of the new file. If another process wrote it first (`current`), return
        None to keep it. `update` calls this."""
        if current is not None:
            return None
        return text.encode()

    file.update(write_if_missing)
    # the file may be that of another process
    return parse_id(file.read() or b"", file)


def parse_id(data: bytes, file: KeptFile) -> uuid.UUID:
    """Return the UUID of the instance in `data`, the bytes of `file`. Raises ConfigError, which
    names the file, if there is none."""
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
    """Return True if the instance keeps archives of all feeds of tags and categories, as earlier
    versions published them. If the file does not state it, an earlier version wrote the file, and
    the result is True. If there is no file, it is False. Raises ConfigError, OSError."""
    data = file.read()
    return data is not None and _read_all_archives(data, file) is not False


def record_all_archives(file: KeptFile, *, begun: bool) -> None:
    """Write into the file whether the instance keeps all archives, unless the file states it
    already. It does not state it if an earlier version wrote it. The value is `begun`: True if
    articles were published before. Raises ConfigError, OSError."""

    def add_line(data: bytes | None) -> bytes | None:
        """Return the bytes of the file with the new line; None to leave the file as it is.
        `update` calls this."""
        if data is None or _read_all_archives(data, file) is not None:
            return None
        value = "true" if begun else "false"
        # at the start of the file: at its end the line would belong to a table
        return f"{_ARCHIVES_NOTE}{_ALL_ARCHIVES} = {value}\n".encode() + data

    file.update(add_line)


def _read_all_archives(data: bytes, file: KeptFile) -> bool | None:
    """Return the value of `all_archives` in `data`, the bytes of `file`; None if it is not there.
    Raises ConfigError, which names the file."""
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
    """The methods of `ports.ArticleStore` about instance.toml, for folders and object stores."""

    @abstractmethod
    def file(self, name: str) -> KeptFile:
        """Return the file with this name beside the articles."""

    @abstractmethod
    def has_our_articles(self) -> bool:
        """Return True if we have written articles here."""

    def instance(self) -> uuid.UUID:
        """Return the UUID of the instance, from which all published ids are made. If the instance
        is new, it gets one. Raises ConfigError if the file is invalid or was lost, and OSError."""
        file = self.file(INSTANCE_TOML)
        data = file.read()
        if data is None:
            return write_new_instance(file, begun=self.has_our_articles())
        return parse_id(data, file)

    def minted(self) -> bool:
        """Return True if the instance has a UUID already."""
        return self.file(INSTANCE_TOML).stamp() is not None
