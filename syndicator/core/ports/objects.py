"""Files in an object store, as those who keep articles, pages or feeds there see it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

ABSENT: Final = ""  # in place of an etag: there must be no such object


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectStamp:
    """An object as a listing shows it. `etag` changes whenever its bytes do."""

    key: str
    etag: str
    size: int
    modified: datetime


class Objects(Protocol):
    """Objects by key: a relative path with forward slashes. An object is replaced in one step and durable when `put`
    returns. Every method raises OSError, with an `errno` of `errors.OURS`, when the store cannot be reached or refuses,
    after some tries."""

    @property
    def name(self) -> str:
        """Where it is, as the operator wrote it, without a last slash."""

    def get(self, key: str) -> tuple[bytes, str] | None:
        """The bytes and the etag of an object, None when there is none."""

    def head(self, key: str) -> ObjectStamp | None:
        """The same without the bytes."""

    def put(
        self, key: str, data: bytes, *, over: str | None = None, headers: Mapping[str, str] | None = None
    ) -> str | None:
        """Writes an object where the one there has the etag `over` (ABSENT: where there is none; None: in any case),
        with `headers` such as Content-Type. Returns its etag, None where another writer was quicker; an object that has
        these very bytes counts as written."""

    def delete(self, *keys: str) -> None:
        """Deletes those of the objects that are there."""

    def walk(self, prefix: str = "", *, deep: bool = True) -> Iterator[ObjectStamp]:
        """The objects whose keys begin with the folder `prefix` ("" or a path with a last slash), in order of key; not
        `deep`: without those of folders in it."""

    def folders(self) -> list[str]:
        """The first parts of all keys that have more than one, each with a slash."""
