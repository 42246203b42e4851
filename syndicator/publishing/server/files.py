"""Serve published files over HTTP: types, caching, compression, moved and gone feeds."""

import gzip
import hashlib
import hmac
import json
import os
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from email.utils import formatdate, parsedate_to_datetime
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import Final
from urllib.parse import quote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from syndicator.core.axes import AXES
from syndicator.core.formats import (
    CACHE_CONTROL,
    GZIP_LEVEL,
    PAGE,
    cache_control,
    media_type,
    of_file,
)
from syndicator.core.requests import PART_BYTES
from syndicator.publishing.paths import PROBE, QUESTIONS

Stamp = tuple[int, int, int]  # mtime in nanoseconds, size, inode of a file
Key = tuple[str, bool]  # the file, and whether this is its compressed variant

# 64 MiB hold some 1,500 feeds of 50 entries in both variants; a machine with 1 GB has them to
# spare. A choice.
_MOST: Final = 64 << 20
LARGEST: Final = _MOST >> 4  # so that one large page does not push out a hundred feeds
# Path of a request -> file. Browsers ask for favicon.ico if a document, such as a feed, cannot name
# its icon.
_ALIASES: Final = {"": "index.html", "favicon.ico": "icon.svg"}
_HIDDEN: Final = "maps/"
_MISSING: Final = "404.html"
_MOVED: Final = "maps/moved.json"
_REMEMBERED: Final = 10_000  # files, whose tags and headers take some 2 kB each: a choice
# bytes of a file at least for compression: below, the header of gzip costs what it saves
_LEAST: Final = 256
_CHANGING: Final = 3  # tries at a file that is replaced while it is read
CSP: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; manifest-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_SECURITY: Final = {
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",  # for browsers that do not know frame-ancestors
    "referrer-policy": "no-referrer",
    # feeds are public: readers that run in a browser may fetch them
    "access-control-allow-origin": "*",
}
# Request headers that decide on the answer.
_READ: Final = frozenset(
    (
        b"accept-encoding",
        b"if-none-match",
        b"if-modified-since",
        b"if-range",
        b"range",
        b"sec-fetch-dest",
    )
)
_RANGE: Final = re.compile(rb"bytes=(\d{0,18})-(\d{0,18})")
_CODING: Final[tuple[dict[str, str], dict[str, str]]] = ({}, {"content-encoding": "gzip"})


class BodyCache:
    """Cache of bodies, each valid for a stamp. Beyond `most` bytes it drops the least recently
    used."""

    def __init__(self, most: int = _MOST, largest: int = LARGEST) -> None:
        self._most = most
        self._largest = largest
        self._held: dict[Key, tuple[Stamp, bytes]] = {}  # the last used is last
        self._bytes = 0

    def get(self, key: Key, stamp: Stamp) -> bytes | None:
        if (entry := self._held.pop(key, None)) is None:
            return None
        if entry[0] != stamp:
            self._bytes -= len(entry[1])
            return None
        self._held[key] = entry
        return entry[1]

    def put(self, key: Key, stamp: Stamp, body: bytes) -> None:
        self._drop(key)
        if len(body) > self._largest:
            return
        self._held[key] = (stamp, body)
        self._bytes += len(body)
        while self._bytes > self._most:
            self._drop(next(iter(self._held)))

    def _drop(self, key: Key) -> None:
        entry = self._held.pop(key, None)
        self._bytes -= len(entry[1]) if entry else 0


Headers = list[tuple[bytes, bytes]]
Answer = tuple[int, Headers, bytes]


@dataclass(frozen=True, slots=True)
class _CachedFile:
    """Facts of a file, cached so that an answer needs only its stat. `tags`: plain and compressed;
    `unchanged`: headers of a 304 by tag; `whole`: headers of a 200 by (compressed, shown as a
    page)."""

    path: Path
    stamp: Stamp
    tags: tuple[bytes, bytes]
    mtime: int
    unchanged: Mapping[bytes, Headers]
    whole: Mapping[tuple[bool, bool], Headers]


Asked = Mapping[bytes, bytes]  # headers of a request
Ask = Callable[[str, str, Asked], Awaitable[Answer]]  # answers a name below the web root to a peer


def make_app(
    public: Path,
    *,
    hubs: Sequence[str] = (),
    base_url: str = "",
    secret_path: str = "",
    ask: Ask | None = None,
) -> ASGIApp:
    """Return an ASGI application that serves the folder `public`. `hubs`, `base_url` (with slash):
    for Link headers of feeds. `secret_path`: serve everything below this name only. `ask`: answers
    names below q/ that have no file."""
    files = _Files(public, tuple(hubs), base_url, ask)
    return _serve_below(f"/{secret_path}", files) if secret_path else files


def _serve_below(secret: str, app: ASGIApp) -> ASGIApp:
    """Serve `app` below the path `secret`, out of shared caches and search engines. All other paths
    get one answer, which, unlike our page for missing files, does not reveal the secret."""
    refused = _always_answer(make_text_answer("Not found.\n", 404))

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"][: len(secret)]
        below = scope["path"][len(secret) :]
        if not hmac.compare_digest(path.encode(), secret.encode()) or below[:1] not in ("", "/"):
            await refused(scope, receive, send)
            return

        async def privately(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    _make_private(name, value, secret) for name, value in message["headers"]
                ]
                message["headers"].append((b"x-robots-tag", b"noindex, nofollow"))
            await send(message)

        inner = app if below else _always_answer(make_text_answer("", 303, location="/"))
        await inner({**scope, "path": below}, receive, privately)

    return guarded


def _make_private(name: bytes, value: bytes, secret: str) -> tuple[bytes, bytes]:
    """Return a header as sent below the path `secret`."""
    if name == b"cache-control":
        return name, b"private, " + value
    return name, secret.encode() + value if name == b"location" and value.startswith(
        b"/"
    ) else value


def _always_answer(answer: Answer) -> ASGIApp:
    """Return an application with one answer to everything."""

    async def answering(scope: Scope, receive: Receive, send: Send) -> None:
        await _send_answer(answer, scope, send)

    return answering


async def _send_answer(answer: Answer, scope: Scope, send: Send) -> None:
    status, headers, body = answer
    await send({"type": "http.response.start", "status": status, "headers": headers})
    body = b"" if scope["method"] == "HEAD" else body
    last = max(len(body) - 1, 0) // PART_BYTES * PART_BYTES
    # the next part waits until the client has read most of this one
    for start in range(0, last, PART_BYTES):
        await send(
            {
                "type": "http.response.body",
                "body": body[start : start + PART_BYTES],
                "more_body": True,
            }
        )
    await send({"type": "http.response.body", "body": body[last:]})


class _Files:
    """ASGI application. Objects of a framework would double the CPU of a cached answer
    (tests/bench/bench_web.py)."""

    def __init__(self, public: Path, hubs: tuple[str, ...], base_url: str, ask: Ask | None) -> None:
        self.root = public
        self.hubs = hubs
        self.base = base_url
        self.ask = ask
        self.cached: dict[str, _CachedFile] = {}
        self.bodies = BodyCache()
        self.map = public / _MOVED
        self.maps: tuple[int, Mapping[str, str], frozenset[str]] = (-1, {}, frozenset())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = self._answer(scope)
        name = scope["path"][1:]
        has_no_file = answer[0] == HTTPStatus.NOT_FOUND or name == PROBE
        if self.ask and has_no_file and name.startswith(QUESTIONS):
            host, _ = scope.get("client") or ("", 0)
            answer = await self.ask(name, host, _select_headers(scope["headers"]))
        await _send_answer(answer, scope, send)

    def _answer(self, scope: Scope) -> Answer:
        if scope["method"] not in ("GET", "HEAD"):
            return make_text_answer("Method not allowed.\n", 405, allow="GET, HEAD")
        name = scope["path"][1:]
        name = _ALIASES.get(name, name)
        moved, gone = self._moves()
        if name in moved:
            return make_text_answer("", 301, location="/" + quote(moved[name]))
        if name in gone:
            return make_text_answer("Gone: this is no longer published.\n", 410)
        if any(
            axis.folder and name.rstrip("/") == axis.folder.rstrip("/") for axis in AXES.values()
        ):
            return make_text_answer("", 303, location="/")
        asked = _select_headers(scope["headers"])
        feed_format = of_file(name) if asked.get(b"sec-fetch-dest") == b"document" else None
        page = f"{name.rpartition('.')[0]}.{PAGE}"
        if feed_format and feed_format.subscribed and self._cached(page):
            return make_text_answer("", 303, location="/" + quote(page), vary="Sec-Fetch-Dest")
        for _ in range(_CHANGING):
            file = self._cached(name)
            answer = self._of_file(name, file, asked) if file else None
            if file is None or answer is not None:
                break
        return answer or self._missing(asked)

    def _missing(self, asked: Mapping[bytes, bytes]) -> Answer:
        file = self._cached(_MISSING) if asked.get(b"sec-fetch-dest") == b"document" else None
        body = self._whole(_MISSING, file) if file else None
        if body is None:
            return make_text_answer("Not found.\n", 404)
        kind = {"content-type": media_type(_MISSING), "content-length": str(len(body))}
        return 404, encode_headers({"cache-control": CACHE_CONTROL, **_SECURITY, **kind}), body

    def _of_file(self, name: str, file: _CachedFile, asked: Mapping[bytes, bytes]) -> Answer | None:
        if (same := file.unchanged.get(asked.get(b"if-none-match", b""))) is not None:
            return 304, same, b""
        part = _RANGE.fullmatch(asked.get(b"range", b""))
        gzipped = not part and accepts_gzip(asked.get(b"accept-encoding", b""))
        packed = self._packed(name, file) if gzipped else None
        if _is_unchanged(asked, file):
            return 304, file.unchanged[file.tags[packed is not None]], b""
        body = packed if packed is not None else self._whole(name, file)
        if body is None:
            return None
        page = asked.get(b"sec-fetch-dest") == b"document"
        headers = file.whole[packed is not None, page]
        if part and asked.get(b"if-range", file.tags[0]) == file.tags[0] and any(part.groups()):
            return _answer_part(part[1], part[2], headers, body)
        return 200, [*headers, (b"content-length", b"%d" % len(body))], body

    def _whole(self, name: str, file: _CachedFile) -> bytes | None:
        if (body := self.bodies.get((name, False), file.stamp)) is None:
            body = _read_file(file.path)
            if body is None or stamp_of(file.path) != file.stamp:
                return None
            self.bodies.put((name, False), file.stamp, body)
        return body

    def _packed(self, name: str, file: _CachedFile) -> bytes | None:
        """Return the compressed file: the .gz beside it unless that is older, else one made and
        cached; or None."""
        if (body := self.bodies.get((name, True), file.stamp)) is None:
            path = file.path.with_name(file.path.name + ".gz")
            is_current = (packed := stamp_of(path)) is not None and packed[0] >= file.stamp[0]
            body = _read_file(path) if is_current else self._compressed(name, file)
            if body is None or stamp_of(file.path) != file.stamp:
                return None
            self.bodies.put((name, True), file.stamp, body)
        return body

    def _compressed(self, name: str, file: _CachedFile) -> bytes | None:
        """Compress the file; None if that gains nothing or the result is too large to cache."""
        is_text = "charset" in media_type(name) or name.endswith(".svg")
        whole = self._whole(name, file) if _LEAST <= file.stamp[1] <= LARGEST and is_text else None
        return gzip.compress(whole, GZIP_LEVEL, mtime=0) if whole is not None else None

    def _path(self, name: str) -> Path | None:
        parts = name.split("/")
        if name.startswith(_HIDDEN) or any(
            part in ("", ".", "..") or part.startswith(".") for part in parts
        ):
            return None
        if "\\" in name or "\0" in name or not media_type(name):
            return None
        return self.root.joinpath(*parts)

    def _cached(self, name: str) -> _CachedFile | None:
        file = self.cached.get(name)
        path = file.path if file else self._path(name)
        stamp = stamp_of(path) if path else None
        if path is None or stamp is None or (file is not None and file.stamp == stamp):
            return file if stamp else None
        if not path.is_file() or not path.resolve().is_relative_to(self.root.resolve()):
            return None
        if len(self.cached) >= _REMEMBERED:
            del self.cached[next(iter(self.cached))]
        self.cached[name] = self._learnt(name, path, stamp)
        return self.cached[name]

    def _learnt(self, name: str, path: Path, stamp: Stamp) -> _CachedFile:
        plain = f'"{hashlib.sha256(path.read_bytes()).hexdigest()[:32]}"'
        mtime = stamp[0] // 1_000_000_000
        tags = (plain, make_gzip_tag(plain))
        modified = {"last-modified": formatdate(mtime, usegmt=True)}
        heads = [
            {"etag": tag, "accept-ranges": "bytes"}
            | modified
            | make_headers(name, self.base, self.hubs)
            for tag in tags
        ]
        # A feed opened as a page is plain XML, so that the stylesheet applies: Chromium shows the
        # source of feed types, Firefox saves them.
        feed_format = of_file(name)
        types = (
            media_type(name),
            "application/xml; charset=utf-8"
            if feed_format and feed_format.xml
            else media_type(name),
        )
        whole = {
            (packed, page): encode_headers(
                heads[packed] | {"content-type": types[page]} | _CODING[packed]
            )
            for packed in (False, True)
            for page in (False, True)
        }
        sent = (tags[0].encode(), tags[1].encode())
        return _CachedFile(
            path,
            stamp,
            sent,
            mtime,
            dict(zip(sent, map(encode_headers, heads), strict=True)),
            whole,
        )

    def _moves(self) -> tuple[Mapping[str, str], frozenset[str]]:
        if (stamp := stamp_of(self.map)) is None:
            return {}, frozenset()
        if self.maps[0] != stamp[0]:
            moves = json.loads(self.map.read_text(encoding="utf-8"))
            self.maps = (stamp[0], moves["moved"], frozenset(moves["gone"]))
        return self.maps[1], self.maps[2]


def make_headers(name: str, base: str, hubs: Sequence[str] = ()) -> dict[str, str]:
    """Return the headers that depend only on a name. `base`, `hubs`: as in `make_app`."""
    feed_format = of_file(name)
    by_reader = (
        feed_format is not None and feed_format.subscribed
    )  # browsers get a page, see `_answer`
    vary = "Accept-Encoding, Sec-Fetch-Dest" if by_reader else "Accept-Encoding"
    links = [f'<{base}{quote(name)}>; rel="self"'] if base else []
    links += [f'<{hub}>; rel="hub"' for hub in hubs]
    link = {"link": ", ".join(links)} if links and by_reader else {}
    return {"vary": vary, "cache-control": cache_control(name), **_SECURITY, **link}


def _select_headers(headers: Sequence[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    asked: dict[bytes, bytes] = {}
    for name, value in headers:
        if name in _READ:
            asked[name] = asked[name] + b"," + value if name in asked else value
    return asked


def _read_file(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def stamp_of(path: Path) -> Stamp | None:
    """Return the stamp of a file, None if missing."""
    try:
        stat = os.stat(path)  # noqa: PTH116 - three times a request
    except (OSError, ValueError):
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


def make_gzip_tag(etag: str) -> str:
    """Return the tag of the compressed variant: strong tags differ if bytes differ (RFC 9110
    section 8.8.3.3)."""
    return etag[:-1] + '-gz"'


@lru_cache(256)
def accepts_gzip(accepted: bytes) -> bool:
    """Return True if Accept-Encoding names gzip with a weight above zero (RFC 9110 section
    12.5.3)."""
    for coding in accepted.lower().split(b","):
        name, _, weight = coding.replace(b" ", b"").partition(b";")
        if name == b"gzip":
            return not re.fullmatch(rb"q=0(\.0*)?", weight)
    return False


def _is_unchanged(asked: Mapping[bytes, bytes], file: _CachedFile) -> bool:
    """Return True if If-None-Match or, without it, If-Modified-Since matches (RFC 9110 section
    13.2.2)."""
    tags = asked.get(b"if-none-match")
    since = asked.get(b"if-modified-since")
    if tags is not None:
        offered = [tag.strip().removeprefix(b"W/") for tag in tags.split(b",")]
        return b"*" in offered or any(tag in offered for tag in file.tags)
    if since is None:
        return False
    try:
        return file.mtime <= int(parsedate_to_datetime(since.decode("latin-1")).timestamp())
    except (TypeError, ValueError, OverflowError):
        return False


def _answer_part(first: bytes, last: bytes, headers: Headers, body: bytes) -> Answer:
    """Answer with the bytes from `first` to `last`; with no `first`, the final `last` bytes (RFC
    9110 section 14)."""
    size = len(body)
    start = int(first) if first else max(size - int(last), 0)
    end = min(int(last) + 1, size) if first and last else size
    if start >= end:
        return make_text_answer("No such range.\n", 416, **{"content-range": f"bytes */{size}"})
    extra = (
        (b"content-range", b"bytes %d-%d/%d" % (start, end - 1, size)),
        (b"content-length", b"%d" % (end - start)),
    )
    return 206, [*headers, *extra], body[start:end]


def encode_headers(headers: Mapping[str, str]) -> Headers:
    """Encode headers for ASGI."""
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]


def make_text_answer(text: str, status: int, **more: str) -> Answer:
    """Return an answer of one line of text. `more`: headers."""
    body = text.encode()
    headers = {
        "cache-control": CACHE_CONTROL,
        **_SECURITY,
        **more,
        "content-length": str(len(body)),
    }
    return (
        status,
        encode_headers(headers | ({"content-type": "text/plain; charset=utf-8"} if body else {})),
        body,
    )


# The application if the published files are in an object store, from which another server serves
# them.
elsewhere = _always_answer(
    make_text_answer("Not here: the feeds are served from an object store.\n", 404)
)
