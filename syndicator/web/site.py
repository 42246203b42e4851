"""Serves the published files: right types, strong validators, 304 from memory, the maps of moved and gone feeds."""

from __future__ import annotations

import hashlib
import json
import threading
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
from starlette.types import ASGIApp

TYPES: Final = {
    ".atom": "application/atom+xml; charset=utf-8",
    ".rss": "application/rss+xml; charset=utf-8",
    ".json": "application/feed+json; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".opml": "text/x-opml; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_STYLED: Final = (".atom", ".rss")
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

    stamp: tuple[int, int, int]
    etag: str
    modified: str
    mtime: int


def make_app(public: Path, *, hubs: Sequence[str] = (), base_url: str = "") -> ASGIApp:
    """An ASGI application that serves the folder `public` at the root. `hubs` and `base_url` (with a last slash) make
    the Link headers of feeds."""
    files = _Files(public, tuple(hubs), base_url)
    return Starlette(routes=[Route("/{name:path}", files.answer, methods=["GET", "HEAD"])])


class _Files:
    def __init__(self, public: Path, hubs: tuple[str, ...], base_url: str) -> None:
        self.root, self.hubs, self.base = public, hubs, base_url
        self.known: dict[str, _Known] = {}
        self.maps: tuple[int, Mapping[str, str], frozenset[str]] = (-1, {}, frozenset())
        self.lock = threading.Lock()

    async def answer(self, request: Request) -> Response:
        name = request.path_params["name"] or "index.html"
        path = self._path(name)
        moved, gone = self._moves()
        if name in moved:
            return RedirectResponse(self._prefix(request) + quote(moved[name]), 301, headers=_SECURITY)
        if name in gone:
            return _plain("Gone: this feed is published no more.\n", 410)
        known = self._known(name, path) if path else None
        if path is None or known is None:
            return _plain("Not found.\n", 404)
        headers = self._headers(name, known)
        if _unchanged(request, known):
            return Response(status_code=304, headers=headers)
        return self._body(request, path, headers)

    def _body(self, request: Request, path: Path, headers: dict[str, str]) -> Response:
        data, encoding = _read(path, "gzip" in request.headers.get("accept-encoding", "").lower())
        if encoding:
            headers["content-encoding"] = encoding
            headers["etag"] = headers["etag"][:-1] + '-gz"'
        headers["content-type"] = _type(request, path.suffix)
        return Response(data, headers=headers)

    def _headers(self, name: str, known: _Known) -> dict[str, str]:
        headers = {
            "etag": known.etag,
            "last-modified": known.modified,
            "vary": "Accept-Encoding, Sec-Fetch-Dest" if name.endswith(_STYLED) else "Accept-Encoding",
            "cache-control": "no-cache",
            **_SECURITY,
        }
        links = [f'<{self.base}{quote(name)}>; rel="self"'] if self.base else []
        links += [f'<{hub}>; rel="hub"' for hub in self.hubs]
        if links and name.endswith((".atom", ".rss", ".json")):
            headers["link"] = ", ".join(links)
        return headers

    def _path(self, name: str) -> Path | None:
        """The file of a request path; None when it leads out of the folder or to something that is not for the web."""
        parts = name.split("/")
        if name.startswith(_HIDDEN) or any(part in ("", ".", "..") or part.startswith(".") for part in parts):
            return None
        if "\\" in name or "\0" in name or Path(name).suffix not in TYPES:
            return None
        return self.root.joinpath(*parts)

    def _known(self, name: str, path: Path) -> _Known | None:
        try:
            stat = path.stat()
        except (OSError, ValueError):
            return None
        stamp = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        known = self.known.get(name)
        if known is None or known.stamp != stamp:
            if not path.is_file() or not path.resolve().is_relative_to(self.root.resolve()):
                return None
            digest = hashlib.sha256(path.read_bytes()).hexdigest()[:32]
            mtime = int(stat.st_mtime)
            known = _Known(stamp, f'"{digest}"', formatdate(mtime, usegmt=True), mtime)
            self.known[name] = known
        return known

    def _moves(self) -> tuple[Mapping[str, str], frozenset[str]]:
        try:
            stamp = (self.root / _MOVED).stat().st_mtime_ns
        except OSError:
            return {}, frozenset()
        if self.maps[0] != stamp:
            made = json.loads((self.root / _MOVED).read_text(encoding="utf-8"))
            self.maps = (stamp, made["moved"], frozenset(made["gone"]))
        return self.maps[1], self.maps[2]

    def _prefix(self, request: Request) -> str:
        return str(request.scope.get("root_path", "")) + "/"


def _read(path: Path, gzip: bool) -> tuple[bytes, str]:
    """The bytes to send and their content encoding; the .gz sibling where the client takes it and it is there."""
    if gzip:
        try:
            return path.with_name(path.name + ".gz").read_bytes(), "gzip"
        except OSError:
            pass
    return path.read_bytes(), ""


def _unchanged(request: Request, known: _Known) -> bool:
    """RFC 9110 section 13.2.2: If-None-Match decides where there is one, else If-Modified-Since."""
    tags = request.headers.get("if-none-match")
    if tags is not None:
        bare = known.etag[1:-1]
        offered = [tag.strip().removeprefix("W/") for tag in tags.split(",")]
        return "*" in offered or f'"{bare}"' in offered or f'"{bare}-gz"' in offered
    since = request.headers.get("if-modified-since")
    if since is None:
        return False
    try:
        return known.mtime <= int(parsedate_to_datetime(since).timestamp())
    except (TypeError, ValueError, OverflowError):
        return False


def _type(request: Request, suffix: str) -> str:
    """The media type of a file. A browser that opens a feed as a page (it says so, Fetch Metadata's Sec-Fetch-Dest)
    gets it as plain XML, since Chromium shows feed types as source text and Firefox saves them: only so does the
    stylesheet count."""
    if suffix in _STYLED and request.headers.get("sec-fetch-dest") == "document":
        return "application/xml; charset=utf-8"
    return TYPES[suffix]


def _plain(body: str, status: int) -> Response:
    return Response(body, status, headers=_SECURITY, media_type="text/plain")
