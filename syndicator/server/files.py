"""Serves the published files: right types, strong validators, 304 from memory, the maps of moved and gone feeds."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import formatdate, parsedate_to_datetime
from pathlib import Path
from typing import Final
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from syndicator.formats import of_file

# Media types of what is published beside the feeds, whose own are in `formats`.
TYPES: Final = {
    ".opml": "text/x-opml; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
# The path of a request -> the file. Browsers ask for favicon.ico where a document, as a feed, cannot name its icon.
_ALIASES: Final = {"": "index.html", "favicon.ico": "icon.svg"}
_HIDDEN: Final = "maps/"
_MOVED: Final = "maps/moved.json"
CSP: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_SECURITY: Final = {
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "access-control-allow-origin": "*",  # feeds are public: readers that run in a browser may fetch them
}


@dataclass(frozen=True, slots=True)
class _Known:
    """What is remembered of a file between requests, so that a 304 reads nothing from disk but its stat."""

    path: Path
    stamp: tuple[int, int, int]
    etag: str
    modified: str
    mtime: int
    headers: dict[bytes, list[tuple[bytes, bytes]]]  # of a 304, by the tag that a client sends back


def make_app(public: Path, *, hubs: Sequence[str] = (), base_url: str = "") -> ASGIApp:
    """An ASGI application that serves the folder `public` at the root. `hubs` and `base_url` (with a last slash) make
    the Link headers of feeds."""
    return _Files(public, tuple(hubs), base_url)


class _Files:
    """The application: most requests of feed readers are conditional and end in `_remembered`, the rest in
    Starlette."""

    def __init__(self, public: Path, hubs: tuple[str, ...], base_url: str) -> None:
        self.root, self.hubs, self.base = public, hubs, base_url
        self.known: dict[str, _Known] = {}
        self.map = public / _MOVED
        self.maps: tuple[int, Mapping[str, str], frozenset[str]] = (-1, {}, frozenset())
        self.app = Starlette(routes=[Route("/{name:path}", self.answer, methods=["GET", "HEAD"])])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = self._remembered(scope) if scope["type"] == "http" else None
        if headers is None:
            await self.app(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 304, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    def _remembered(self, scope: Scope) -> list[tuple[bytes, bytes]] | None:
        """The headers of a 304, where the one tag asked for is that of a file we know and that has not changed
        since."""
        name = scope["path"][1:]
        name = _ALIASES.get(name, name)
        known = self.known.get(name)
        if known is None or scope["method"] not in ("GET", "HEAD"):
            return None
        asked = [value for header, value in scope["headers"] if header == b"if-none-match"]
        headers = known.headers.get(asked[0]) if len(asked) == 1 else None
        if headers is None or _stamp(known.path) != known.stamp:
            return None
        moved, gone = self._moves()
        return None if name in moved or name in gone else headers

    async def answer(self, request: Request) -> Response:
        name = _ALIASES.get(request.path_params["name"], request.path_params["name"])
        path = self._path(name)
        moved, gone = self._moves()
        if name in moved:
            return RedirectResponse(self._prefix(request) + quote(moved[name]), 301, headers=_SECURITY)
        if name in gone:
            return _plain("Gone: this feed is no longer published.\n", 410)
        known = self._known(name, path) if path else None
        if path is None or known is None:
            return _plain("Not found.\n", 404)
        gz = path.with_name(path.name + ".gz")
        # the outlet writes a .gz after its file: one that is older belongs to the edition before
        made = _stamp(gz) if _takes_gzip(request.headers.get("accept-encoding", "")) else None
        zipped = made is not None and made[0] >= known.stamp[0]
        headers = self._headers(name, _zipped(known.etag) if zipped else known.etag, known.modified)
        if _unchanged(request, known):
            return Response(status_code=304, headers=headers)
        headers["content-type"] = _type(request, name)
        if zipped:
            headers["content-encoding"] = "gzip"
        return Response((gz if zipped else path).read_bytes(), headers=headers)

    def _headers(self, name: str, etag: str, modified: str) -> dict[str, str]:
        format = of_file(name)
        styled = format is not None and format.xml
        headers = {
            "etag": etag,
            "last-modified": modified,
            "vary": "Accept-Encoding, Sec-Fetch-Dest" if styled else "Accept-Encoding",
            "cache-control": "no-cache",
            **_SECURITY,
        }
        links = [f'<{self.base}{quote(name)}>; rel="self"'] if self.base else []
        links += [f'<{hub}>; rel="hub"' for hub in self.hubs]
        if links and format is not None and format.subscribed:
            headers["link"] = ", ".join(links)
        return headers

    def _path(self, name: str) -> Path | None:
        """The file of a request path; None when it leads out of the folder or to something that is not for the web."""
        parts = name.split("/")
        if name.startswith(_HIDDEN) or any(part in ("", ".", "..") or part.startswith(".") for part in parts):
            return None
        if "\\" in name or "\0" in name or not _media_type(name):
            return None
        return self.root.joinpath(*parts)

    def _known(self, name: str, path: Path) -> _Known | None:
        stamp = _stamp(path)
        known = self.known.get(name)
        if stamp is None or (known is not None and known.stamp == stamp):
            return known if stamp else None
        if not path.is_file() or not path.resolve().is_relative_to(self.root.resolve()):
            return None
        etag, mtime = f'"{hashlib.sha256(path.read_bytes()).hexdigest()[:32]}"', stamp[0] // 1_000_000_000
        modified = formatdate(mtime, usegmt=True)
        headers = {
            tag.encode(): [(key.encode(), value.encode()) for key, value in self._headers(name, tag, modified).items()]
            for tag in (etag, _zipped(etag))
        }
        self.known[name] = _Known(path, stamp, etag, modified, mtime, headers)
        return self.known[name]

    def _moves(self) -> tuple[Mapping[str, str], frozenset[str]]:
        stamp = _stamp(self.map)
        if stamp is None:
            return {}, frozenset()
        if self.maps[0] != stamp[0]:
            made = json.loads(self.map.read_text(encoding="utf-8"))
            self.maps = (stamp[0], made["moved"], frozenset(made["gone"]))
        return self.maps[1], self.maps[2]

    def _prefix(self, request: Request) -> str:
        return str(request.scope.get("root_path", "")) + "/"


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """What changes with a file; None where there is none."""
    try:
        stat = path.stat()
    except (OSError, ValueError):
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


def _zipped(etag: str) -> str:
    """The tag of the compressed variant: a strong tag is of bytes, so each has its own (RFC 9110 section 8.8.3.3)."""
    return etag[:-1] + '-gz"'


def _takes_gzip(accepted: str) -> bool:
    """RFC 9110 section 12.5.3: named, and not with a weight of zero."""
    for coding in accepted.lower().split(","):
        name, _, weight = coding.replace(" ", "").partition(";")
        if name == "gzip":
            return not re.fullmatch(r"q=0(\.0*)?", weight)
    return False


def _unchanged(request: Request, known: _Known) -> bool:
    """RFC 9110 section 13.2.2: If-None-Match decides where there is one, else If-Modified-Since."""
    tags = request.headers.get("if-none-match")
    if tags is not None:
        offered = [tag.strip().removeprefix("W/") for tag in tags.split(",")]
        return "*" in offered or known.etag in offered or _zipped(known.etag) in offered
    since = request.headers.get("if-modified-since")
    if since is None:
        return False
    try:
        return known.mtime <= int(parsedate_to_datetime(since).timestamp())
    except (TypeError, ValueError, OverflowError):
        return False


def _media_type(name: str) -> str:
    """The media type of a file, "" for a kind of file that is not served."""
    format = of_file(name)
    return f"{format.media_type}; charset=utf-8" if format else TYPES.get(Path(name).suffix, "")


def _type(request: Request, name: str) -> str:
    """The media type of an answer. A browser that opens a feed as a page (it says so, Fetch Metadata's Sec-Fetch-Dest)
    gets it as plain XML, since Chromium shows feed types as source text and Firefox saves them: only so does the
    stylesheet count."""
    format = of_file(name)
    if format and format.xml and request.headers.get("sec-fetch-dest") == "document":
        return "application/xml; charset=utf-8"
    return _media_type(name)


def _plain(body: str, status: int) -> Response:
    return Response(body, status, headers=_SECURITY, media_type="text/plain")
