"""A small S3 of our own on loopback: objects, conditional writes, listings in pages, and what can
go wrong."""

from __future__ import annotations

import hashlib
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape, unescape

BUCKET = "tests"


@dataclass(frozen=True)
class Kept:
    data: bytes
    headers: dict[str, str]
    at: datetime

    @property
    def etag(self) -> str:
        return f'"{hashlib.md5(self.data, usedforsecurity=False).hexdigest()}"'


class S3:
    """The bucket BUCKET. `objects`: by key. `requests`: how many there were of each kind. `before`:
    is called with the kind and the key before each request is done, and may change the bucket as
    another client would; what it returns is done in place of the request: "drop" (the connection
    ends), "lose" (the answer is lost, the request is done), or a status. `page`: keys in one page
    of a listing."""

    def __init__(self, page: int = 3) -> None:
        self.objects: dict[str, Kept] = {}
        self.requests: Counter[str] = Counter()
        self.before: Callable[[str, str], str | int | None] = lambda kind, key: None
        self.page = page
        self.lock = threading.RLock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.s3 = self
        self.endpoint = f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def environ(self) -> dict[str, str]:
        keys = {
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "us-east-1",
        }
        return {**keys, "AWS_ENDPOINT_URL": self.endpoint}

    def url(self, prefix: str) -> str:
        return f"s3://{BUCKET}/{prefix}"

    def put(self, key: str, data: bytes, **headers: str) -> None:
        """As another client does."""
        with self.lock:
            self.objects[key] = Kept(data, headers, datetime.now(UTC))

    def list_objects(self, prefix: str) -> dict[str, bytes]:
        """The objects of a prefix, by the rest of their keys."""
        with self.lock:
            results = sorted(self.objects.items())
        return {
            key.removeprefix(f"{prefix}/"): one.data
            for key, one in results
            if key.startswith(f"{prefix}/")
        }

    @contextmanager
    def running(self) -> Iterator[S3]:
        thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    s3: S3


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    lost = False

    @property
    def s3(self) -> S3:
        return self.server.s3

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        bucket, _, key = unquote(parts.path[1:]).partition("/")
        if bucket != BUCKET:
            self._send(404, _error("NoSuchBucket"))
        elif key:
            self._done("get", key, lambda: self._read(key, whole=True))
        else:
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            self._done("list", asked.get("prefix", ""), lambda: self._list(asked))

    def do_HEAD(self) -> None:
        key = self._key()
        self._done("head", key, lambda: self._read(key, whole=False))

    def do_PUT(self) -> None:
        key = self._key()
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if not unquote(self.path).startswith(f"/{BUCKET}/"):
            self._send(404, _error("NoSuchBucket"))
            return
        self._done("put", key, lambda: self._write(key, data))

    def do_POST(self) -> None:
        """Deletes several objects."""
        asked = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        keys = [unescape(key) for key in re.findall(r"<Key>([^<]*)</Key>", asked)]

        def gone() -> None:
            for key in keys:
                self.s3.objects.pop(key, None)
            deleted = "".join(f"<Deleted><Key>{escape(key)}</Key></Deleted>" for key in keys)
            self._send(200, f"<DeleteResult>{deleted}</DeleteResult>".encode())

        self._done("delete", keys[0], gone)

    def _key(self) -> str:
        return unquote(urlsplit(self.path).path[1:]).partition("/")[2]

    def _done(self, kind: str, key: str, act: Callable[[], None]) -> None:
        self.s3.requests[kind] += 1
        what = self.s3.before(kind, key)
        if what == "drop":
            self.close_connection = True
            return
        self.lost = what == "lose"
        if isinstance(what, int):
            self._send(what, _error("Told"))
            return
        with self.s3.lock:
            act()

    def _read(self, key: str, *, whole: bool) -> None:
        one = self.s3.objects.get(key)
        if one is None:
            self._send(404, _error("NoSuchKey") if whole else b"")
            return
        modified = format_datetime(one.at, usegmt=True)
        headers = {"ETag": one.etag, "Last-Modified": modified, **one.headers}
        self._send(200, one.data, head=not whole, **headers)

    def _write(self, key: str, data: bytes) -> None:
        one = self.s3.objects.get(key)
        wanted = self.headers.get("If-Match")
        if (self.headers.get("If-None-Match") == "*" and one) or (
            wanted and one and one.etag != wanted
        ):
            self._send(412, _error("PreconditionFailed"))
            return
        if wanted and one is None:
            self._send(404, _error("NoSuchKey"))
            return
        named = ("Content-Type", "Cache-Control", "Content-Encoding")
        kept = {name: value for name in named if (value := self.headers.get(name))}
        self.s3.objects[key] = Kept(data, kept, datetime.now(UTC))
        self._send(200, ETag=self.s3.objects[key].etag)

    def _list(self, asked: dict[str, str]) -> None:
        prefix = asked.get("prefix", "")
        delimiter = asked.get("delimiter", "")
        keys = []
        inner = set()
        for key in sorted(self.s3.objects):
            rest = key.removeprefix(prefix)
            if not key.startswith(prefix):
                continue
            if delimiter and delimiter in rest:
                inner.add(prefix + rest.split(delimiter)[0] + delimiter)
            else:
                keys.append(key)
        start = int(asked.get("continuation-token", 0))
        part = keys[start : start + self.s3.page]
        more = start + self.s3.page < len(keys)
        token = (
            f"<NextContinuationToken>{start + self.s3.page}</NextContinuationToken>" if more else ""
        )
        rows = "".join(_row(key, self.s3.objects[key]) for key in part)
        rows += "".join(
            f"<CommonPrefixes><Prefix>{escape(one)}</Prefix></CommonPrefixes>"
            for one in sorted(inner)
        )
        body = f"<ListBucketResult><IsTruncated>{str(more).lower()}</IsTruncated>{token}{rows}</ListBucketResult>"  # noqa: E501
        self._send(200, body.encode())

    def _send(self, status: int, body: bytes = b"", *, head: bool = False, **headers: str) -> None:
        if self.lost:
            self.close_connection = True
            return
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if not head and body:
            self.wfile.write(body)


def _row(key: str, one: Kept) -> str:
    at = one.at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return (
        f"<Contents><Key>{escape(key)}</Key><LastModified>{at}</LastModified><ETag>{escape(one.etag)}</ETag>"
        f"<Size>{len(one.data)}</Size></Contents>"
    )


def _error(code: str) -> bytes:
    return f"<Error><Code>{code}</Code><Message>{code}</Message></Error>".encode()
