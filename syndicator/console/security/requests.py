"""Which requests are answered at all, and the headers of every answer. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "x-robots-tag": "noindex, nofollow",
}
_HERE = ("localhost", "127.0.0.1", "::1")
_ANY = ("0.0.0.0", "::", "")  # listening on all addresses names none


def hosts(host: str, names: Iterable[str]) -> frozenset[str]:
    """The host names that a request may be for: a page elsewhere whose name was made to lead here (rebinding) has
    another."""
    return frozenset(one.lower() for one in (*_HERE, *(() if host in _ANY else (host,)), *names))


def is_for_us(host: str, allowed: frozenset[str]) -> bool:
    """Whether a request with this Host header is for the console."""
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        return False
    return name is not None and "@" not in host and name in allowed


def is_from_us(host: str, origin: str | None, site: str | None) -> bool:
    """Whether a request that changes something was made by a page of the console, as far as its headers tell: `origin`
    and `site` are what browsers add (Origin, Sec-Fetch-Site)."""
    if site is not None and site not in ("same-origin", "none"):
        return False
    try:
        return origin is None or urlsplit(origin).netloc.lower() == host.lower()
    except ValueError:
        return False
