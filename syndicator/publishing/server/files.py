"""Serve published files over HTTP: types, caching, compression, moved and gone feeds."""

import gzip
import hashlib
import hmac
import json
import os
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
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
    find_format,
    media_type,
)
from syndicator.core.requests import PART_BYTES
from syndicator.publishing.paths import PROBE, QUESTIONS

# Values of a file that change with its content: mtime in nanoseconds, size in bytes, inode.
Stamp = tuple[int, int, int]
Key = tuple[str, bool]  # name of a file; True for its compressed variant

# 64 MiB hold some 1,500 feeds of 50 entries in both variants; a machine with 1 GB has them to
# spare. A choice.
_MOST_BYTES: Final = 64 << 20
LARGEST: Final = _MOST_BYTES >> 4  # so that one large page does not push out a hundred feeds
# Path of a request -> file. Browsers ask for favicon.ico if a document, such as a feed, cannot name
# its icon.
_ALIASES: Final = {"": "index.html", "favicon.ico": "icon.svg"}
_UNSERVED_FOLDER: Final = "maps/"  # not served
_MISSING_PAGE: Final = "404.html"
_MOVES_FILE: Final = "maps/moved.json"
_MOST_CACHED_FILES: Final = 10_000  # files, whose tags and headers take some 2 kB each: a choice
# Smaller files are not compressed: the header of gzip costs what compression saves.
_LEAST_BYTES: Final = 256
_READ_TRIES: Final = 3  # tries at a file that is replaced while it is read
CSP: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; manifest-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_SECURITY_HEADERS: Final = {
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",  # for browsers that do not know frame-ancestors
    "referrer-policy": "no-referrer",
    # feeds are public: readers that run in a browser may fetch them
    "access-control-allow-origin": "*",
}
# Request headers that decide on the answer.
_DECISIVE_HEADERS: Final = frozenset(
    (
        b"accept-encoding",
        b"if-none-match",
        b"if-modified-since",
        b"if-range",
        b"range",
        b"sec-fetch-dest",
    )
)
_MOST_CACHED_CODINGS: Final = 256  # values of Accept-Encoding
_NANOSECONDS_PER_SECOND: Final = 1_000_000_000  # nanoseconds
_TAG_DIGITS: Final = 32
_AXIS_FOLDERS: Final = frozenset(axis.folder.rstrip("/") for axis in AXES.values() if axis.folder)
_BYTE_RANGE: Final = re.compile(rb"bytes=(\d{0,18})-(\d{0,18})")


class BodyCache:
    """Cache of the bodies of answers. A body is valid as long as its file has the stamp with which
    it was read. If all bodies together exceed `most` bytes, the least recently used are dropped. A
    body of more than `largest` bytes is not cached."""

    def __init__(self, most: int = _MOST_BYTES, largest: int = LARGEST) -> None:
        self._most = most
        self._largest = largest
        self._cached: dict[Key, tuple[Stamp, bytes]] = {}  # the last used is last
        self._bytes = 0

    def get(self, key: Key, stamp: Stamp) -> bytes | None:
        """Return the cached body of a file, None if it is not cached or if the file changed since
        it was read. `key`: name and variant of the file; `stamp`: the stamp of the file now (it
        changes if the file does)."""
        entry = self._cached.pop(key, None)
        if entry is None:
            return None
        cached_stamp, body = entry
        if cached_stamp != stamp:
            self._bytes -= len(body)
            return None
        self._cached[key] = entry  # the last used entry is last
        return body

    def put(self, key: Key, stamp: Stamp, body: bytes) -> None:
        """Cache the body of a file, and drop the least recently used bodies if the cache is full. A
        very large body is not cached. `key`: name and variant of the file; `stamp`: the stamp of
        the file when it was read."""
        self._drop_entry(key)
        if len(body) > self._largest:
            return
        self._cached[key] = (stamp, body)
        self._bytes += len(body)
        while self._bytes > self._most:
            least_recently_used = next(iter(self._cached))
            self._drop_entry(least_recently_used)

    def _drop_entry(self, key: Key) -> None:
        entry = self._cached.pop(key, None)
        if entry is not None:
            _, body = entry
            self._bytes -= len(body)


Headers = list[tuple[bytes, bytes]]
Answer = tuple[int, Headers, bytes]  # status, headers, body


@dataclass(frozen=True, slots=True)
class _CachedFile:
    """Facts about a file, cached so that an answer needs only a stat of the file. `tags`: the ETag
    of the plain variant, then that of the compressed one; `mtime`: in seconds; `unchanged`: by
    ETag, the headers of an answer with status 304; `whole`: the headers of an answer with status
    200, by two questions: is it compressed, and is it for a browser's tab?"""

    path: Path
    stamp: Stamp
    tags: tuple[bytes, bytes]
    mtime: int
    unchanged: Mapping[bytes, Headers]
    whole: Mapping[tuple[bool, bool], Headers]


Asked = Mapping[bytes, bytes]  # headers of a request
# A function that answers a question. Arguments: the name below the web root, the client's address,
# the headers of the request.
Ask = Callable[[str, str, Asked], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class _Moves:
    """Addresses that redirect and addresses that are gone, from the file that each build writes.
    `moved`: by old name, the new name; `gone`: names; `mtime`: modification time of the file in
    nanoseconds, -1 if there is no file."""

    mtime: int = -1
    moved: Mapping[str, str] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()


def make_app(
    public: Path,
    *,
    hubs: Sequence[str] = (),
    base_url: str = "",
    secret_path: str = "",
    ask: Ask | None = None,
) -> ASGIApp:
    """Return an ASGI application that serves the folder `public`. `hubs`: the addresses of WebSub
    hubs, which the Link headers of feeds name; `base_url`: the address of the web root with a final
    slash; `secret_path`: serve everything only below this folder of the web root, "" for the web
    root itself; `ask`: answers requests for names below q/ that have no file (questions), None if
    questions are turned off."""
    files = _Files(public, tuple(hubs), base_url, ask)
    if not secret_path:
        return files
    return _serve_below(f"/{secret_path}", files)


def _serve_below(secret: str, app: ASGIApp) -> ASGIApp:
    """Return an application that serves `app` only below the path `secret`, such as "/x7k2". Its
    answers forbid shared caches to store them and search engines to list them. Requests for all
    other paths get the same short answer with status 404."""
    # not the usual page for missing files, whose links would reveal the secret
    refuse = _always_answer(make_text_answer("Not found.\n", 404))
    redirect_to_root = _always_answer(make_text_answer("", 303, location="/"))

    async def serve_secretly(scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request if its path is the secret or below it, as "/x7k2/all.atom" is."""
        beginning = scope["path"][: len(secret)]
        path_below = scope["path"][len(secret) :]
        # in constant time, so that the time of an answer does not reveal a part of the secret
        has_secret = hmac.compare_digest(beginning.encode(), secret.encode())
        is_whole_folder = path_below == "" or path_below.startswith("/")  # not "/x7k2all.atom"
        is_allowed = has_secret and is_whole_folder
        if not is_allowed:
            await refuse(scope, receive, send)
            return

        async def send_privately(message: Message) -> None:
            """Send a part of the answer. The first part has the headers: make them private."""
            if message["type"] == "http.response.start":
                headers = [_make_private(name, value, secret) for name, value in message["headers"]]
                message["headers"] = [*headers, (b"x-robots-tag", b"noindex, nofollow")]
            await send(message)

        scope_below = {**scope, "path": path_below}
        if path_below == "":
            await redirect_to_root(scope_below, receive, send_privately)
        else:
            await app(scope_below, receive, send_privately)

    return serve_secretly


def _make_private(name: bytes, value: bytes, secret: str) -> tuple[bytes, bytes]:
    """Return a response header (name, value) as an answer below the path `secret` needs it:
    Cache-Control forbids shared caches to store the answer, Location leads to a path below
    `secret`. Any other header is returned unchanged."""
    if name == b"cache-control":
        return name, b"private, " + value
    if name == b"location" and value.startswith(b"/"):
        return name, secret.encode() + value
    return name, value


def _always_answer(answer: Answer) -> ASGIApp:
    """Return an application that gives the same answer to every request."""

    async def send_answer(scope: Scope, receive: Receive, send: Send) -> None:
        await _send_answer(answer, scope, send)

    return send_answer


async def _send_answer(answer: Answer, scope: Scope, send: Send) -> None:
    """Send an answer, without its body if the request is HEAD. A large body is sent in parts, so
    that it is not copied into the write buffer as a whole. `scope`: describes the request; `send`:
    sends a message (both from ASGI)."""
    status, headers, body = answer
    await send({"type": "http.response.start", "status": status, "headers": headers})
    if scope["method"] == "HEAD":
        body = b""
    parts_before_last = max(len(body) - 1, 0) // PART_BYTES
    last_start = parts_before_last * PART_BYTES  # where the last part begins, 0 for a small body
    # `send` returns once the client has read most of the part
    for start in range(0, last_start, PART_BYTES):
        part = body[start : start + PART_BYTES]
        await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body", "body": body[last_start:]})


class _Files:
    """The ASGI application that serves files. It does without the request and response objects of
    a framework, because they would double the CPU time of a cached answer
    (tests/bench/bench_web.py)."""

    def __init__(self, public: Path, hubs: tuple[str, ...], base_url: str, ask: Ask | None) -> None:
        self.root = public
        self.hubs = hubs
        self.base = base_url
        self.ask = ask
        self.files: dict[str, _CachedFile] = {}  # by name, the first read is first
        self.bodies = BodyCache()
        self.moves_path = public / _MOVES_FILE
        self.moves = _Moves()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, as ASGI prescribes: with a file or, if there is none and the request is
        a question (its path begins with q/), with the answer of `ask`."""
        answer = self._find_answer(scope)
        status, _, _ = answer
        name = scope["path"][1:]
        # A saved question has a file, which answers it. The file of the probe says that no server
        # answers questions, which is wrong here: so `ask` answers the probe.
        has_answer = status != HTTPStatus.NOT_FOUND and name != PROBE
        if self.ask and name.startswith(QUESTIONS) and not has_answer:
            host, _ = scope.get("client") or ("", 0)
            answer = await self.ask(name, host, _select_headers(scope["headers"]))
        await _send_answer(answer, scope, send)

    def _find_answer(self, scope: Scope) -> Answer:
        """Return the answer to a request, as far as files give it: a redirect, a file, or an error
        such as 404."""
        if scope["method"] not in ("GET", "HEAD"):
            return make_text_answer("Method not allowed.\n", 405, allow="GET, HEAD")
        path = scope["path"][1:]
        name = _ALIASES.get(path, path)
        moves = self._load_moves()
        if name in moves.moved:
            return make_text_answer("", 301, location="/" + quote(moves.moved[name]))
        if name in moves.gone:
            return make_text_answer("Gone: this is no longer published.\n", 410)
        if name.rstrip("/") in _AXIS_FOLDERS:  # such as tags/, which has no page
            return make_text_answer("", 303, location="/")
        headers = _select_headers(scope["headers"])
        if _is_for_browser(headers):
            # somebody opened the file in a tab: if it is a feed, show its page
            page = self._find_page_of_feed(name)
            if page is not None:
                return make_text_answer("", 303, location="/" + quote(page), vary="Sec-Fetch-Dest")
        for _ in range(_READ_TRIES):  # a build may replace the file while it is read
            file = self._find_file(name)
            if file is None:
                break
            answer = self._answer_file(name, file, headers)
            if answer is not None:
                return answer
        return self._answer_missing(headers)

    def _find_page_of_feed(self, name: str) -> str | None:
        """Return the file name of the HTML page of a feed, "all.html" for "all.atom". Return None
        if there is no such page, or if `name` is not a file to which programs subscribe."""
        feed_format = find_format(name)
        if feed_format is None or not feed_format.subscribed:
            return None
        stem, _, _ = name.rpartition(".")
        page = f"{stem}.{PAGE}"
        return page if self._find_file(page) else None

    def _answer_missing(self, request_headers: Asked) -> Answer:
        """Return an answer with status 404. A browser gets the page for missing files if it is
        published. Any other client gets a line of text."""
        if _is_for_browser(request_headers):
            file = self._find_file(_MISSING_PAGE)
            body = self._read_whole(_MISSING_PAGE, file) if file else None
            if body is not None:
                headers = {
                    "cache-control": CACHE_CONTROL,
                    **_SECURITY_HEADERS,
                    "content-type": media_type(_MISSING_PAGE),
                    "content-length": str(len(body)),
                }
                return 404, encode_headers(headers), body
        return make_text_answer("Not found.\n", 404)

    def _answer_file(self, name: str, file: _CachedFile, request_headers: Asked) -> Answer | None:
        """Return the answer with a file: the whole file (status 200), a part of it (206, or 416 if
        there is no such part), or no body if the client has the file already (304). Return None if
        the file was replaced while it was read: the caller must look it up again. `file`: cached
        facts about the file."""
        # most readers send one ETag, which is found at once
        unchanged_headers = file.unchanged.get(request_headers.get(b"if-none-match", b""))
        if unchanged_headers is not None:
            return 304, unchanged_headers, b""

        # the compressed variant, unless a part is asked for
        byte_range = _BYTE_RANGE.fullmatch(request_headers.get(b"range", b""))
        packed = None
        if not byte_range and accepts_gzip(request_headers.get(b"accept-encoding", b"")):
            packed = self._read_packed(name, file)
        is_packed = packed is not None
        plain_tag, gzip_tag = file.tags
        if _is_unchanged(request_headers, file):
            tag = gzip_tag if is_packed else plain_tag
            return 304, file.unchanged[tag], b""
        body = packed if is_packed else self._read_whole(name, file)
        if body is None:
            return None
        headers = file.whole[is_packed, _is_for_browser(request_headers)]
        is_range_of_file = request_headers.get(b"if-range", plain_tag) == plain_tag
        if byte_range and is_range_of_file and any(byte_range.groups()):
            start, end = byte_range.groups()
            return _answer_part(start, end, headers, body)
        return 200, [*headers, (b"content-length", b"%d" % len(body))], body

    def _read_whole(self, name: str, file: _CachedFile) -> bytes | None:
        """Return the bytes of a file, from the cache if possible. Return None if the file was
        replaced since the facts about it (`file`) were read. The stamp of a file changes if the
        file does."""
        body = self.bodies.get((name, False), file.stamp)  # False: not compressed
        if body is None:
            body = _read_file(file.path)
            if body is None or read_stamp(file.path) != file.stamp:
                return None
            self.bodies.put((name, False), file.stamp, body)
        return body

    def _read_packed(self, name: str, file: _CachedFile) -> bytes | None:
        """Return the compressed bytes of a file: from the cache, else from the .gz beside the file,
        else compress the file. Return None if it does not pay to compress the file, or if it was
        replaced since the facts about it (`file`) were read."""
        cached = self.bodies.get((name, True), file.stamp)  # True: compressed
        if cached is not None:
            return cached
        packed_path = file.path.with_name(file.path.name + ".gz")
        packed_stamp = read_stamp(packed_path)
        # the first value of a stamp is the modification time
        has_current_gz = packed_stamp is not None and packed_stamp[0] >= file.stamp[0]
        body = _read_file(packed_path) if has_current_gz else self._compress_file(name, file)
        if body is None or read_stamp(file.path) != file.stamp:
            return None
        self.bodies.put((name, True), file.stamp, body)
        return body

    def _compress_file(self, name: str, file: _CachedFile) -> bytes | None:
        """Return the compressed bytes of a file. Return None if it does not pay to compress it
        (because it is no text, small, or too large for the cache), or if the file was replaced
        since the facts about it (`file`) were read."""
        is_text = "charset" in media_type(name) or name.endswith(".svg")
        _, size, _ = file.stamp
        if not is_text or not _LEAST_BYTES <= size <= LARGEST:
            return None
        whole = self._read_whole(name, file)
        if whole is None:
            return None
        return gzip.compress(whole, GZIP_LEVEL, mtime=0)

    def _find_path(self, name: str) -> Path | None:
        """Return the path of the file `name` below the web root. Return None for a name that is not
        served: that of a hidden file, of a file in maps/ or of an unknown type, and any name that
        may lead out of the web root."""
        if name.startswith(_UNSERVED_FOLDER) or not media_type(name):
            return None
        if "\\" in name or "\0" in name:
            return None
        parts = name.split("/")
        if any(not part or part.startswith(".") for part in parts):
            return None
        return self.root.joinpath(*parts)

    def _find_file(self, name: str) -> _CachedFile | None:
        """Return the facts about a file that its answers need, from the cache unless the file
        changed. Return None if the file does not exist or must not be served, such as a symbolic
        link to a file outside of the web root."""
        cached = self.files.get(name)
        path = cached.path if cached else self._find_path(name)
        if path is None:
            return None
        stamp = read_stamp(path)
        if stamp is None:
            return None
        if cached is not None and cached.stamp == stamp:
            return cached
        if not path.is_file() or not path.resolve().is_relative_to(self.root.resolve()):
            return None
        if len(self.files) >= _MOST_CACHED_FILES:
            first_read = next(iter(self.files))
            del self.files[first_read]
        self.files[name] = self._read_facts(name, path, stamp)
        return self.files[name]

    def _read_facts(self, name: str, path: Path, stamp: Stamp) -> _CachedFile:
        """Read a file and return the facts about it: its ETags, and the headers of all answers with
        it. `stamp`: its modification time in nanoseconds, its size and its inode, read before the
        file."""
        digest = hashlib.sha256(path.read_bytes()).hexdigest()[:_TAG_DIGITS]
        plain_tag = f'"{digest}"'
        gzip_tag = make_gzip_tag(plain_tag)
        modified, _, _ = stamp
        mtime = modified // _NANOSECONDS_PER_SECOND
        shared_headers = {
            "accept-ranges": "bytes",
            "last-modified": formatdate(mtime, usegmt=True),
            **make_headers(name, self.base, self.hubs),
        }
        type_for_programs = media_type(name)
        type_for_browsers = _get_browser_type(name)
        unchanged: dict[bytes, Headers] = {}
        whole: dict[tuple[bool, bool], Headers] = {}
        for is_packed, tag in ((False, plain_tag), (True, gzip_tag)):
            headers = {"etag": tag, **shared_headers}
            unchanged[tag.encode()] = encode_headers(headers)
            if is_packed:
                headers["content-encoding"] = "gzip"
            for_programs = {**headers, "content-type": type_for_programs}
            for_browsers = {**headers, "content-type": type_for_browsers}
            whole[is_packed, False] = encode_headers(for_programs)
            whole[is_packed, True] = encode_headers(for_browsers)
        tags = (plain_tag.encode(), gzip_tag.encode())
        return _CachedFile(path, stamp, tags, mtime, unchanged, whole)

    def _load_moves(self) -> _Moves:
        """Return the addresses that moved or are gone. They come from the file that each build
        writes, which is read again only if it changed. If there is no file, there are no such
        addresses."""
        stamp = read_stamp(self.moves_path)
        if stamp is None:
            return _Moves()
        mtime, _, _ = stamp
        if self.moves.mtime != mtime:
            moves = json.loads(self.moves_path.read_text(encoding="utf-8"))
            self.moves = _Moves(mtime, moves["moved"], frozenset(moves["gone"]))
        return self.moves


def _is_for_browser(request_headers: Asked) -> bool:
    """Return True if a browser requests a document to show it in a tab. Scripts and feed readers
    make other requests."""
    return request_headers.get(b"sec-fetch-dest") == b"document"


def _get_browser_type(name: str) -> str:
    """Return the media type of a file for a browser that shows it in a tab. An XML feed gets the
    type of plain XML, so that browsers apply the stylesheet: with the type of a feed, Chromium
    shows the source, and Firefox saves the file."""
    feed_format = find_format(name)
    if feed_format is not None and feed_format.xml:
        return "application/xml; charset=utf-8"
    return media_type(name)


def make_headers(name: str, base: str, hubs: Sequence[str] = ()) -> dict[str, str]:
    """Return the response headers that depend only on the name of a file. A feed also gets a Link
    header with its own address and those of its hubs. `base`: the address of the web root with a
    final slash, "" if it is unknown; `hubs`: addresses of WebSub hubs."""
    feed_format = find_format(name)
    is_feed = feed_format is not None and feed_format.subscribed
    headers = {
        "vary": "Accept-Encoding",
        "cache-control": cache_control(name),
        **_SECURITY_HEADERS,
    }
    if not is_feed:
        return headers
    headers["vary"] = "Accept-Encoding, Sec-Fetch-Dest"  # browsers get the page of the feed instead
    links = [f'<{base}{quote(name)}>; rel="self"'] if base else []
    links += [f'<{hub}>; rel="hub"' for hub in hubs]
    if links:
        headers["link"] = ", ".join(links)
    return headers


def _select_headers(headers: Sequence[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Return the request headers that decide on the answer, by name. If a header is repeated, its
    values are joined with commas."""
    selected: dict[bytes, bytes] = {}
    for name, value in headers:
        if name not in _DECISIVE_HEADERS:
            continue
        if name in selected:
            selected[name] += b"," + value
        else:
            selected[name] = value
    return selected


def _read_file(path: Path) -> bytes | None:
    """Return the bytes of a file, None if it is missing."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def read_stamp(path: Path) -> Stamp | None:
    """Return the stamp of a file: modification time, size and inode, at least one of which changes
    if the file does. Return None if the file is missing or its path is invalid."""
    try:
        stat = os.stat(path)  # noqa: PTH116 - faster than Path.stat, and called three times a request
    except (OSError, ValueError):
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


def make_gzip_tag(etag: str) -> str:
    """Return the ETag of the compressed variant of a file. `etag`: that of the plain variant with
    its quotes, such as "abc", for which the result is "abc-gz". Both must differ, because the bytes
    of the variants differ (RFC 9110 section 8.8.3.3)."""
    return etag[:-1] + '-gz"'


@lru_cache(_MOST_CACHED_CODINGS)
def accepts_gzip(accepted: bytes) -> bool:
    """Return True if a client accepts gzip. `accepted`: the value of its header Accept-Encoding,
    such as "br, gzip;q=0.5". It must name gzip, with a weight q above zero (RFC 9110 section
    12.5.3)."""
    for coding in accepted.lower().split(b","):
        name, _, weight = coding.replace(b" ", b"").partition(b";")
        if name == b"gzip":
            return not re.fullmatch(rb"q=0(\.0*)?", weight)
    return False


def _is_unchanged(request_headers: Asked, file: _CachedFile) -> bool:
    """Return True if the client has the file already (RFC 9110 section 13.2.2). If the request has
    the header If-None-Match, only this header counts: it must name an ETag of the file. Else the
    file must not be newer than the time in the header If-Modified-Since. `file`: cached facts about
    the file."""
    client_tags = request_headers.get(b"if-none-match")
    if client_tags is not None:
        tags = [tag.strip().removeprefix(b"W/") for tag in client_tags.split(b",")]
        return b"*" in tags or any(tag in tags for tag in file.tags)
    since = request_headers.get(b"if-modified-since")
    if since is None:
        return False
    try:
        since_time = parsedate_to_datetime(since.decode("latin-1"))
        return file.mtime <= int(since_time.timestamp())
    except (TypeError, ValueError, OverflowError):
        return False


def _answer_part(first: bytes, last: bytes, headers: Headers, body: bytes) -> Answer:
    """Return an answer with a part of a body, for which a request asks with the header "Range:
    bytes=FIRST-LAST" (RFC 9110 section 14). `first`, `last`: the two numbers as text, of which one
    may be empty; `headers`: those of an answer with the whole body.

    - "2-5": the bytes with the numbers 2, 3, 4 and 5; the first byte has the number 0;
    - "2-": all bytes from number 2;
    - "-5": the last five bytes.

    If the body has no such part, return an answer with status 416."""
    size = len(body)
    start = 0
    end = size
    if first:
        start = int(first)
        if last:
            end = min(int(last) + 1, size)
    else:  # `last` is a number of bytes at the end
        start = max(size - int(last), 0)
    if start >= end:
        return make_text_answer("No such range.\n", 416, **{"content-range": f"bytes */{size}"})
    part_headers = (
        (b"content-range", b"bytes %d-%d/%d" % (start, end - 1, size)),
        (b"content-length", b"%d" % (end - start)),
    )
    return 206, [*headers, *part_headers], body[start:end]


def encode_headers(headers: Mapping[str, str]) -> Headers:
    """Return headers as ASGI takes them, as pairs of bytes."""
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]


def make_text_answer(text: str, status: int, **more_headers: str) -> Answer:
    """Return an answer with a line of plain text as its body, without a body if `text` is "".
    `more_headers`: further headers, by name."""
    body = text.encode()
    headers = {
        "cache-control": CACHE_CONTROL,
        **_SECURITY_HEADERS,
        **more_headers,
        "content-length": str(len(body)),
    }
    if body:
        headers["content-type"] = "text/plain; charset=utf-8"
    return status, encode_headers(headers), body


# The application if the published files are in an object store, from which another server serves
# them.
serve_nothing = _always_answer(
    make_text_answer("Not here: the feeds are served from an object store.\n", 404)
)
