"""Read, write and list objects of an S3 bucket by the library obstore, with conditional writes.
All objects have the prefix of the bucket's address."""

import errno
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final

from syndicator.core.errors import MissingError
from syndicator.core.ports.articles import ABSENT, ObjectStamp
from syndicator.core.program import describe_installation

# Environment variables with address and credentials of the store. Where a machine or container has
# a role, obstore finds the credentials itself.
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
_MESSAGE_CHARACTERS: Final = 300


class Bucket:
    """The objects of a bucket: implements `ports.Objects`. Methods raise OSError after several
    tries."""

    def __init__(
        self, url: str, environ: Mapping[str, str], *, patience: timedelta | None = None
    ) -> None:
        """`url`: s3://bucket or s3://bucket/prefix. `environ`: variables with credentials.
        `patience`: how long a request is tried again after errors, None for the usual time. Raises
        MissingError if the package obstore is not installed."""
        try:
            from obstore import exceptions
            from obstore.store import S3Store
        except ModuleNotFoundError as error:
            raise MissingError(
                f"{url} needs the package obstore: {describe_installation('s3')}"
            ) from error
        self.name = url.rstrip("/")
        self._errors = exceptions
        config: Any = {}
        for name in VARIABLES:
            if environ.get(name):
                config[name.lower()] = environ[name]
        endpoint = environ.get("AWS_ENDPOINT_URL_S3") or environ.get("AWS_ENDPOINT_URL") or ""
        client: Any = {"timeout": _REQUEST, "allow_http": endpoint.startswith("http://")}
        retries: Any = {"max_retries": _TRIES, "retry_timeout": patience or _PATIENCE}
        with self._translate_errors(""):
            self._store: S3Store = S3Store.from_url(
                self.name, config=config, client_options=client, retry_config=retries
            )

    def get(self, key: str) -> tuple[bytes, str] | None:
        """Return the bytes of an object and its etag, which changes with the bytes. Return None if
        there is no object."""
        with self._translate_errors(key):
            try:
                answer = self._store.get(key)
                return bytes(answer.bytes()), answer.meta["e_tag"] or ""
            except FileNotFoundError:  # what obstore raises for NotFound
                return None

    def head(self, key: str) -> ObjectStamp | None:
        """Return the stamp of an object (key, etag, size, time); None if there is no object."""
        with self._translate_errors(key):
            try:
                return _make_stamp(self._store.head(key))
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
        """Write an object and return its new etag, which changes with the bytes. `over`: None to
        write in any case, ABSENT to write only if there is no object, or an etag to write only if
        the object still has it. Return None if the object was not written for this reason.
        `headers`: stored with the object."""
        mode: Any = {"e_tag": over}
        if over is None:
            mode = "overwrite"
        elif over == ABSENT:
            mode = "create"
        attributes: Any = dict(headers or {}) or None

        with self._translate_errors(key):
            try:
                result = self._store.put(
                    key, data, mode=mode, attributes=attributes, use_multipart=False
                )
                return result["e_tag"] or ""
            except (
                self._errors.AlreadyExistsError,
                self._errors.PreconditionError,
                FileNotFoundError,
            ):
                if over is None:  # no such bucket
                    raise

        # The object has changed. Perhaps this call did it: if the answer to its first try was lost,
        # the second try found the object that the first one wrote.
        stored = self.get(key)
        if stored is None:
            return None
        stored_data, etag = stored
        if stored_data != data:
            return None
        return etag

    def delete(self, *keys: str) -> None:
        """Delete the objects with these keys. Missing objects are ignored."""
        if not keys:
            return
        named_key = keys[0] if len(keys) == 1 else ""
        with self._translate_errors(named_key):
            self._store.delete(keys)  # S3 accepts missing keys

    def walk(self, prefix: str = "", *, deep: bool = True) -> Iterator[ObjectStamp]:
        """Yield the stamp of each object below the folder `prefix`, which has a slash at the end;
        "" for all objects. `deep`: True for objects in subfolders, too."""
        folder = prefix.rstrip("/") or None
        with self._translate_errors(prefix):
            if not deep:
                objects = self._store.list_with_delimiter(folder)["objects"]
                stamps = [_make_stamp(meta) for meta in objects]
                yield from sorted(stamps, key=lambda stamp: stamp.key)
                return
            for batch in self._store.list(folder):
                for meta in batch:
                    yield _make_stamp(meta)

    def folders(self) -> list[str]:
        """Return the names of the folders at the top, each with a last slash."""
        with self._translate_errors(""):
            prefixes = self._store.list_with_delimiter()["common_prefixes"]
            return [f"{prefix.rstrip('/')}/" for prefix in prefixes]

    @contextmanager
    def _translate_errors(self, key: str) -> Iterator[None]:
        """Run the block. If it raises an error of obstore, raise an OSError instead, which names
        the object `key`, or the bucket if `key` is ""."""
        try:
            yield
        except (self._errors.PermissionDeniedError, self._errors.UnauthenticatedError) as error:
            raise PermissionError(
                errno.EACCES, "the object store refuses", self._place(key)
            ) from error
        except (self._errors.BaseError, FileNotFoundError) as error:
            # the first line says what is wrong; the others are details of the library
            lines = str(error).strip().splitlines()
            first_line = lines[0] if lines else type(error).__name__
            message = first_line[:_MESSAGE_CHARACTERS]
            raise OSError(errno.EREMOTE, message, self._place(key)) from error

    def _place(self, key: str) -> str:
        """Return the address of an object, of the bucket for ""."""
        return f"{self.name}/{key}" if key else self.name


def _make_stamp(meta: Any) -> ObjectStamp:
    """Return the stamp of an object. `meta`: what obstore states about the object."""
    return ObjectStamp(
        key=meta["path"],
        etag=meta["e_tag"] or "",
        size=meta["size"],
        modified=meta["last_modified"],
    )
