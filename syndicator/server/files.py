"""Serve published files: types, strong validators, cached bodies, moved and gone feeds."""

from __future__ import annotations

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
from syndicator.core.formats import CACHE_CONTROL, GZIP_LEVEL, PAGE, cache_control, media_type, of_file
from syndicator.core.ports.request_limits import PART_BYTES

Stamp = tuple[int, int, int]  # what changes with a file: mtime in nanoseconds, size, inode
Key = tuple[str, bool]  # the file, and whether this is its compressed variant

# 64 MiB hold some 1,500 feeds of 50 entries in both variants; a machine with 1 GB has them to spare. A choice.
_MOST: Final = 64 << 20
LARGEST: Final = _MOST >> 4  # one large page pushes no hundred feeds out


class Bodies:
    """Cached bodies, valid for a stamp; beyond `most` bytes the least recently used go."""

    def __init__(self, most: int = _MOST, largest: int = LARGEST) -> None:
        self._most, self._largest = most, largest
        self._held: dict[Key, tuple[Stamp, bytes]] = {}  # the one asked for last stands last
        self._bytes = 0

    def get(self, key: Key, stamp: Stamp) -> bytes | None:
        if (found := self._held.pop(key, None)) is None:
            return None
        if found[0] != stamp:
            self._bytes -= len(found[1])
            return None
        self._held[key] = found
        return found[1]

    def put(self, key: Key, stamp: Stamp, body: bytes) -> None:
        self._drop(key)
        if len(body) > self._largest:
            return
        self._held[key] = (stamp, body)
        self._bytes += len(body)
        while self._bytes > self._most:
            self._drop(next(iter(self._held)))

    def _drop(self, key: Key) -> None:
        found = self._held.pop(key, None)
        self._bytes -= len(found[1]) if found else 0


# The path of a request -> the file. Browsers ask for favicon.ico where a document, as a feed, cannot name its icon.
_ALIASES: Final = {"": "index.html", "favicon.ico": "icon.svg"}
_HIDDEN: Final = "maps/"
QUESTIONS: Final = "q/"
_MISSING: Final = "404.html"
_MOVED: Final = "maps/moved.json"
_REMEMBERED: Final = 10_000  # files, whose tags and headers take some 2 kB each: a choice
_LEAST: Final = 256  # bytes of a file that is compressed: below, the header of a gzip costs what it saves
_CHANGING: Final = 3  # tries at a file that is replaced while it is read
CSP: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; manifest-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_SECURITY: Final = {
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "access-control-allow-origin": "*",  # feeds are public: readers that run in a browser may fetch them
}


Headers = list[tuple[bytes, bytes]]
Answer = tuple[int, Headers, bytes]
# What of a request's header decides on its answer.
_READ: Final = frozenset(
    (b"accept-encoding", b"if-none-match", b"if-modified-since", b"if-range", b"range", b"sec-fetch-dest")
)
_RANGE: Final = re.compile(rb"bytes=(\d{0,18})-(\d{0,18})")


@dataclass(frozen=True, slots=True)
class _Known:
    """A file in memory, so that an answer reads only its stat. `tags`: plain and compressed; `unchanged`: headers of a
    304 by tag; `whole`: headers of a 200 by compression and use as a page."""

    path: Path
    stamp: Stamp
    tags: tuple[bytes, bytes]
    mtime: int
    unchanged: Mapping[bytes, Headers]
    whole: Mapping[tuple[bool, bool], Headers]


Asked = Mapping[bytes, bytes]  # headers of a request
Ask = Callable[[str, Asked], Awaitable[Answer]]  # what answers to a name below the web root


def make_app(
    public: Path, *, hubs: Sequence[str] = (), base_url: str = "", secret_path: str = "", ask: Ask | None = None
) -> ASGIApp:
    """ASGI application of the folder `public`. `hubs` and `base_url` (with slash) make Link headers of feeds. With
    `secret_path`, all of it is below that name, and everything else is not found. `ask`: answers to names below q/ that
    have no file."""
    files = _Files(public, tuple(hubs), base_url, ask)
    return _below(f"/{secret_path}", files) if secret_path else files


def _below(secret: str, app: ASGIApp) -> ASGIApp:
    """`app` below the path `secret`, for its owner alone: in no shared cache, in no search engine. Elsewhere the answer
    depends on nothing, so that it tells nothing; our page for missing files would show the secret."""
    refused = _answering(plain("Not found.\n", 404))

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        path, below = scope["path"][: len(secret)], scope["path"][len(secret) :]
        if not hmac.compare_digest(path.encode(), secret.encode()) or below[:1] not in ("", "/"):
            await refused(scope, receive, send)
            return

        async def privately(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [_private(name, value, secret) for name, value in message["headers"]]
                message["headers"].append((b"x-robots-tag", b"noindex, nofollow"))
            await send(message)

        inner = app if below else _answering(plain("", 303, location="/"))
        await inner({**scope, "path": below}, receive, privately)

    return guarded


def _private(name: bytes, value: bytes, secret: str) -> tuple[bytes, bytes]:
    """A header of an answer below the path `secret`."""
    if name == b"cache-control":
        return name, b"private, " + value
    return name, secret.encode() + value if name == b"location" and value.startswith(b"/") else value


def _answering(answer: Answer) -> ASGIApp:
    """The application with one answer to everything."""

    async def answering(scope: Scope, receive: Receive, send: Send) -> None:
        await _send(answer, scope, send)

    return answering


async def _send(answer: Answer, scope: Scope, send: Send) -> None:
    status, headers, body = answer
    await send({"type": "http.response.start", "status": status, "headers": headers})
    body = b"" if scope["method"] == "HEAD" else body
    last = max(len(body) - 1, 0) // PART_BYTES * PART_BYTES
    for start in range(0, last, PART_BYTES):  # the next part waits until the client has read most of this one
        await send({"type": "http.response.body", "body": body[start : start + PART_BYTES], "more_body": True})
    await send({"type": "http.response.body", "body": body[last:]})


async def elsewhere(scope: Scope, receive: Receive, send: Send) -> None:
    """The application where the published files are in an object store, from which another server hands them out."""
    await _send(plain("Not here: the feeds are served from an object store.\n", 404), scope, send)


class _Files:
    """The application. It does without a framework: of an answer from memory, routing and the objects of a request and
    a response would be half of the CPU (tests/bench/bench_web.py)."""

    def __init__(self, public: Path, hubs: tuple[str, ...], base_url: str, ask: Ask | None) -> None:
        self.root, self.hubs, self.base, self.ask = public, hubs, base_url, ask
        self.known: dict[str, _Known] = {}
        self.bodies = Bodies()
        self.map = public / _MOVED
        self.maps: tuple[int, Mapping[str, str], frozenset[str]] = (-1, {}, frozenset())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer, name = self._answer(scope), scope["path"][1:]
        if self.ask and answer[0] == HTTPStatus.NOT_FOUND and name.startswith(QUESTIONS):
            answer = await self.ask(name, _asked(scope["headers"]))
        await _send(answer, scope, send)

    def _answer(self, scope: Scope) -> Answer:
        if scope["method"] not in ("GET", "HEAD"):
            return plain("Method not allowed.\n", 405, allow="GET, HEAD")
        name = scope["path"][1:]
        name = _ALIASES.get(name, name)
        moved, gone = self._moves()
        if name in moved:
            return plain("", 301, location="/" + quote(moved[name]))
        if name in gone:
            return plain("Gone: this is no longer published.\n", 410)
        if any(axis.folder and name.rstrip("/") == axis.folder.rstrip("/") for axis in AXES.values()):
            return plain("", 303, location="/")
        asked = _asked(scope["headers"])
        page = self._page_of(name) if asked.get(b"sec-fetch-dest") == b"document" else ""
        if page:
            return plain("", 303, location="/" + quote(page), vary="Sec-Fetch-Dest")
        for _ in range(_CHANGING):
            known = self._known(name)
            answer = self._of_file(name, known, asked) if known else None
            if known is None or answer is not None:
                break
        return answer or self._missing(asked)

    def _missing(self, asked: Mapping[bytes, bytes]) -> Answer:
        known = self._known(_MISSING) if asked.get(b"sec-fetch-dest") == b"document" else None
        body = self._whole(_MISSING, known) if known else None
        if body is None:
            return plain("Not found.\n", 404)
        kind = {"content-type": media_type(_MISSING), "content-length": str(len(body))}
        return 404, lines({"cache-control": CACHE_CONTROL, **_SECURITY, **kind}), body

    def _of_file(self, name: str, known: _Known, asked: Mapping[bytes, bytes]) -> Answer | None:
        if (same := known.unchanged.get(asked.get(b"if-none-match", b""))) is not None:
            return 304, same, b""
        part = _RANGE.fullmatch(asked.get(b"range", b""))
        gzipped = not part and takes_gzip(asked.get(b"accept-encoding", b""))
        packed = self._packed(name, known) if gzipped else None
        if _unchanged(asked, known):
            return 304, known.unchanged[known.tags[packed is not None]], b""
        body = packed if packed is not None else self._whole(name, known)
        if body is None:
            return None
        page = asked.get(b"sec-fetch-dest") == b"document"
        headers = known.whole[packed is not None, page]
        if part and asked.get(b"if-range", known.tags[0]) == known.tags[0] and any(part.groups()):
            return _part(part[1], part[2], headers, body)
        return 200, [*headers, (b"content-length", b"%d" % len(body))], body

    def _page_of(self, name: str) -> str:
        format = of_file(name)
        page = f"{name.rpartition('.')[0]}.{PAGE}" if format and format.subscribed else ""
        return page if page and self._known(page) else ""

    def _whole(self, name: str, known: _Known) -> bytes | None:
        if (body := self.bodies.get((name, False), known.stamp)) is None:
            body = _read(known.path)
            if body is None or stamp_of(known.path) != known.stamp:
                return None
            self.bodies.put((name, False), known.stamp, body)
        return body

    def _packed(self, name: str, known: _Known) -> bytes | None:
        """The compressed variant, None where there is none: the .gz, or one made now and kept in memory. The outlet
        writes a .gz after its file, and one that is older belongs to the edition before."""
        if (body := self.bodies.get((name, True), known.stamp)) is None:
            path = known.path.with_name(known.path.name + ".gz")
            made = stamp_of(path)
            body = _read(path) if made is not None and made[0] >= known.stamp[0] else self._compressed(name, known)
            if body is None or stamp_of(known.path) != known.stamp:
                return None
            self.bodies.put((name, True), known.stamp, body)
        return body

    def _compressed(self, name: str, known: _Known) -> bytes | None:
        """The file, compressed; None where that gains nothing or would be done anew for each request."""
        whole = self._whole(name, known) if _LEAST <= known.stamp[1] <= LARGEST and _is_text(name) else None
        return gzip.compress(whole, GZIP_LEVEL, mtime=0) if whole is not None else None

    def _path(self, name: str) -> Path | None:
        parts = name.split("/")
        if name.startswith(_HIDDEN) or any(part in ("", ".", "..") or part.startswith(".") for part in parts):
            return None
        if "\\" in name or "\0" in name or not media_type(name):
            return None
        return self.root.joinpath(*parts)

    def _known(self, name: str) -> _Known | None:
        known = self.known.get(name)
        path = known.path if known else self._path(name)
        stamp = stamp_of(path) if path else None
        if path is None or stamp is None or (known is not None and known.stamp == stamp):
            return known if stamp else None
        if not path.is_file() or not path.resolve().is_relative_to(self.root.resolve()):
            return None
        if len(self.known) >= _REMEMBERED:
            del self.known[next(iter(self.known))]
        self.known[name] = self._learnt(name, path, stamp)
        return self.known[name]

    def _learnt(self, name: str, path: Path, stamp: Stamp) -> _Known:
        plain = f'"{hashlib.sha256(path.read_bytes()).hexdigest()[:32]}"'
        mtime, tags = stamp[0] // 1_000_000_000, (plain, zipped(plain))
        modified = {"last-modified": formatdate(mtime, usegmt=True)}
        heads = [
            {"etag": tag, "accept-ranges": "bytes"} | modified | headers_of(name, self.base, self.hubs) for tag in tags
        ]
        whole = {
            (packed, page): lines(heads[packed] | {"content-type": _type(name, page=page)} | _CODING[packed])
            for packed in (False, True)
            for page in (False, True)
        }
        sent = (tags[0].encode(), tags[1].encode())
        return _Known(path, stamp, sent, mtime, dict(zip(sent, map(lines, heads), strict=True)), whole)

    def _moves(self) -> tuple[Mapping[str, str], frozenset[str]]:
        if (stamp := stamp_of(self.map)) is None:
            return {}, frozenset()
        if self.maps[0] != stamp[0]:
            made = json.loads(self.map.read_text(encoding="utf-8"))
            self.maps = (stamp[0], made["moved"], frozenset(made["gone"]))
        return self.maps[1], self.maps[2]


def headers_of(name: str, base: str, hubs: Sequence[str] = ()) -> dict[str, str]:
    """What the header of an answer says of a name, whatever it holds. `base`, `hubs`: as of `make_app`."""
    format = of_file(name)
    by_reader = format is not None and format.subscribed  # people are sent to a page, see `_answer`
    vary = "Accept-Encoding, Sec-Fetch-Dest" if by_reader else "Accept-Encoding"
    links = [f'<{base}{quote(name)}>; rel="self"'] if base else []
    links += [f'<{hub}>; rel="hub"' for hub in hubs]
    link = {"link": ", ".join(links)} if links and by_reader else {}
    return {"vary": vary, "cache-control": cache_control(name), **_SECURITY, **link}


_CODING: Final[tuple[dict[str, str], dict[str, str]]] = ({}, {"content-encoding": "gzip"})


def _asked(headers: Sequence[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    asked: dict[bytes, bytes] = {}
    for name, value in headers:
        if name in _READ:
            asked[name] = asked[name] + b"," + value if name in asked else value
    return asked


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def stamp_of(path: Path) -> Stamp | None:
    """The stamp of a file, None where there is none."""
    try:
        stat = os.stat(path)  # noqa: PTH116 - three times a request
    except (OSError, ValueError):
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


def zipped(etag: str) -> str:
    """The tag of the compressed variant: a strong tag is of bytes, so each has its own (RFC 9110 section 8.8.3.3)."""
    return etag[:-1] + '-gz"'


@lru_cache(256)
def takes_gzip(accepted: bytes) -> bool:
    """RFC 9110 section 12.5.3: named, and not with a weight of zero."""
    for coding in accepted.lower().split(b","):
        name, _, weight = coding.replace(b" ", b"").partition(b";")
        if name == b"gzip":
            return not re.fullmatch(rb"q=0(\.0*)?", weight)
    return False


def _unchanged(asked: Mapping[bytes, bytes], known: _Known) -> bool:
    """RFC 9110 section 13.2.2: If-None-Match decides where there is one, else If-Modified-Since."""
    tags, since = asked.get(b"if-none-match"), asked.get(b"if-modified-since")
    if tags is not None:
        offered = [tag.strip().removeprefix(b"W/") for tag in tags.split(b",")]
        return b"*" in offered or any(tag in offered for tag in known.tags)
    if since is None:
        return False
    try:
        return known.mtime <= int(parsedate_to_datetime(since.decode("latin-1")).timestamp())
    except (TypeError, ValueError, OverflowError):
        return False


def _part(first: bytes, last: bytes, headers: Headers, body: bytes) -> Answer:
    """The bytes from `first` to `last`, or the `last` ones without a first (RFC 9110 section 14)."""
    size = len(body)
    start = int(first) if first else max(size - int(last), 0)
    end = min(int(last) + 1, size) if first and last else size
    if start >= end:
        return plain("No such range.\n", 416, **{"content-range": f"bytes */{size}"})
    told = ((b"content-range", b"bytes %d-%d/%d" % (start, end - 1, size)), (b"content-length", b"%d" % (end - start)))
    return 206, [*headers, *told], body[start:end]


def _is_text(name: str) -> bool:
    return "charset" in media_type(name) or name.endswith(".svg")


def _type(name: str, *, page: bool) -> str:
    """The media type of an answer. Feeds opened as a page (Sec-Fetch-Dest) are plain XML: Chromium shows feed types as
    source and Firefox saves them, so only this applies the stylesheet."""
    format = of_file(name)
    if format and format.xml and page:
        return "application/xml; charset=utf-8"
    return media_type(name)


def lines(headers: Mapping[str, str]) -> Headers:
    """Headers as they are sent."""
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]


def plain(text: str, status: int, **more: str) -> Answer:
    """An answer of a line of text. `more`: headers."""
    body = text.encode()
    headers = {"cache-control": CACHE_CONTROL, **_SECURITY, **more, "content-length": str(len(body))}
    return status, lines(headers | ({"content-type": "text/plain; charset=utf-8"} if body else {})), body
