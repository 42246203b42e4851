"""Read, write and list objects of an S3 bucket by obstore, with conditional writes.
Objects are under a prefix."""

import errno
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final

from syndicator.core.errors import MissingError
from syndicator.core.ports.articles import ABSENT, ObjectStamp
from syndicator.core.program import install

# Variables with address and credentials. obstore itself finds roles of machines and containers.
VARIABLES: Final = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_S3",
    "AWS_VIRTUAL_HOSTED_STYLE_REQUEST",
    "AWS_SKIP_SIGNATURE",
    "AWS_DISABLE_BULK_DELETE",
)
_REQUEST: Final = timedelta(seconds=30)  # for one try; our files have a few hundred kB. A choice
_PATIENCE: Final = timedelta(seconds=60)  # for all tries: time for a store to restart. A choice
_TRIES: Final = 8


class Bucket:
    """Objects at s3://bucket[/prefix]. `patience`: for retries. Raises OSError, MissingError
    without obstore."""

    def __init__(
        self, url: str, environ: Mapping[str, str], *, patience: timedelta | None = None
    ) -> None:
        try:
            from obstore import exceptions
            from obstore.store import S3Store
        except ModuleNotFoundError as error:
            raise MissingError(f"{url} needs the package obstore: {install('s3')}") from error
        self.name = url.rstrip("/")
        self._errors = exceptions
        config: Any = {name.lower(): value for name in VARIABLES if (value := environ.get(name))}
        endpoint = environ.get("AWS_ENDPOINT_URL_S3") or environ.get("AWS_ENDPOINT_URL") or ""
        client: Any = {"timeout": _REQUEST, "allow_http": endpoint.startswith("http://")}
        retries: Any = {"max_retries": _TRIES, "retry_timeout": patience or _PATIENCE}
        with self._named(""):
            self._store: S3Store = S3Store.from_url(
                self.name, config=config, client_options=client, retry_config=retries
            )

    def get(self, key: str) -> tuple[bytes, str] | None:
        with self._named(key):
            try:
                answer = self._store.get(key)
                return bytes(answer.bytes()), answer.meta["e_tag"] or ""
            except FileNotFoundError:  # what obstore raises for NotFound
                return None

    def head(self, key: str) -> ObjectStamp | None:
        with self._named(key):
            try:
                return _stamp(self._store.head(key))
            except FileNotFoundError:
                return None

    def put(
        self,
        key: str,
        data: bytes,
        *,
        over: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> str | None:
        mode: Any = "overwrite" if over is None else "create" if over == ABSENT else {"e_tag": over}
        attributes: Any = dict(headers or {}) or None
        with self._named(key):
            try:
                done = self._store.put(
                    key, data, mode=mode, attributes=attributes, use_multipart=False
                )
                return done["e_tag"] or ""
            except (
                self._errors.AlreadyExistsError,
                self._errors.PreconditionError,
                FileNotFoundError,
            ):
                if over is None:  # no such bucket
                    raise
        # after a lost answer the client tries again, and conflicts with its own write
        there = self.get(key)
        return there[1] if there is not None and there[0] == data else None

    def delete(self, *keys: str) -> None:
        if not keys:
            return
        with self._named(keys[0] if len(keys) == 1 else ""):
            self._store.delete(keys)  # S3 accepts missing keys

    def walk(self, prefix: str = "", *, deep: bool = True) -> Iterator[ObjectStamp]:
        folder = prefix.rstrip("/") or None
        with self._named(prefix):
            if not deep:
                objects = self._store.list_with_delimiter(folder)["objects"]
                yield from sorted(map(_stamp, objects), key=lambda stamp: stamp.key)
                return
            for part in self._store.list(folder):
                yield from map(_stamp, part)

    def folders(self) -> list[str]:
        with self._named(""):
            return [
                f"{prefix.rstrip('/')}/"
                for prefix in self._store.list_with_delimiter()["common_prefixes"]
            ]

    @contextmanager
    def _named(self, key: str) -> Iterator[None]:
        """Raise the bucket's errors as OSError that names the object `key`."""
        try:
            yield
        except (self._errors.PermissionDeniedError, self._errors.UnauthenticatedError) as error:
            raise PermissionError(
                errno.EACCES, "the object store refuses", self._place(key)
            ) from error
        except (self._errors.BaseError, FileNotFoundError) as error:
            first_line = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise OSError(errno.EREMOTE, first_line[:300], self._place(key)) from error

    def _place(self, key: str) -> str:
        return f"{self.name}/{key}" if key else self.name


def _stamp(meta: Any) -> ObjectStamp:
    return ObjectStamp(
        key=meta["path"],
        etag=meta["e_tag"] or "",
        size=meta["size"],
        modified=meta["last_modified"],
    )
