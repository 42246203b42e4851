"""Choose the cookies of a request, read those of an answer, read and write files of them. Pure.

The rules are those of RFC 6265; the file has the form of Netscape, which extensions of browsers
write."""

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from syndicator.core import urls
from syndicator.visiting.fetch.responses import parse_http_date

_FIELDS: Final = 7  # of a line: domain, subdomains, path, secure, expires, name, value
_HTTP_ONLY: Final = "#HttpOnly_"  # such a line is a cookie, no comment
_FLAGS: Final = {"TRUE": True, "FALSE": False}
_WITH_SESSION: Final = 0  # `expires` of a cookie without an end
_LONG_AGO: Final = 1  # `expires` of a cookie that the server deletes
_LONGEST: Final = 4096  # characters of a cookie (RFC 6265 section 6.1)
_MOST_DIGITS: Final = 12  # of seconds
_CURE: Final = 'export the cookies again, in the Netscape format ("cookies.txt")'


class BadCookies(ValueError):
    """The text is no file of cookies. The message names the line and the cure, never a value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookie:
    """A cookie. `domain`: a host in lower case; `host_only`: it is not for hosts below that;
    `expires`: seconds since 1970, 0 for none."""

    name: str
    value: str = field(repr=False)
    domain: str
    path: str = "/"
    host_only: bool = True
    secure: bool = False
    expires: int = _WITH_SESSION

    @property
    def identity(self) -> tuple[str, str, str]:
        """Domain, path and name: a renewed cookie has those of the one that it replaces."""
        return self.domain, self.path, self.name

    def is_expired(self, now: datetime) -> bool:
        """Return True if the cookie has ended at `now`."""
        return self.expires != _WITH_SESSION and self.expires <= now.timestamp()


def parse_cookies(text: str) -> tuple[Cookie, ...]:
    """Return the cookies of a Netscape file. Raises BadCookies."""
    if text.lstrip().startswith(("[", "{")):
        raise BadCookies(f"line 1: it is JSON; {_CURE}")
    cookies = []
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        is_comment = line.startswith("#") and not line.startswith(_HTTP_ONLY)
        if is_comment or not line.strip():
            continue
        cookies.append(_parse_line(line.removeprefix(_HTTP_ONLY), number))
    if not cookies:
        raise BadCookies(f"line 1: it has no cookie; log in with a browser, then {_CURE}")
    return tuple(cookies)


def _parse_line(line: str, number: int) -> Cookie:
    """Return the cookie of a line of a file. Raises BadCookies."""
    parts = line.split("\t")
    if len(parts) == _FIELDS - 1:  # an empty value, whose tab an editor removed
        parts.append("")
    if len(parts) != _FIELDS:
        raise BadCookies(
            f"line {number}: it has {len(parts)} parts between tabs, and a cookie has {_FIELDS};"
            f" {_CURE}"
        )
    domain, subdomains, path, secure, expires, name, value = parts
    if subdomains.upper() not in _FLAGS or secure.upper() not in _FLAGS:
        raise BadCookies(f"line {number}: parts 2 and 4 have to be TRUE or FALSE; {_CURE}")
    seconds = expires.strip().partition(".")[0]
    if not seconds.removeprefix("-").isdecimal() or len(seconds) > _MOST_DIGITS:
        raise BadCookies(f"line {number}: part 5 has to be the seconds of its end, or 0; {_CURE}")
    if not domain or not name or not _is_legal(name) or not _is_legal(value):
        raise BadCookies(
            f"line {number}: its domain, name or value is one that no cookie can have; delete the"
            " line, or export the cookies again"
        )
    return Cookie(
        name=name,
        value=value,
        domain=domain.removeprefix(".").lower(),
        path=path if path.startswith("/") else "/",
        host_only=not _FLAGS[subdomains.upper()],
        secure=_FLAGS[secure.upper()],
        expires=max(_WITH_SESSION, int(seconds)),
    )


def _is_legal(value: str) -> bool:
    """Return True if a header can have the text as a name or value."""
    return value.isascii() and (value.isprintable() or not value) and ";" not in value


def write_cookies(cookies: Iterable[Cookie], comment: str) -> str:
    """Return a Netscape file of `cookies`. `comment`: its second line."""
    lines = ["# Netscape HTTP Cookie File", f"# {comment}"]
    for cookie in cookies:
        subdomains = "FALSE" if cookie.host_only else "TRUE"
        domain = cookie.domain if cookie.host_only else f".{cookie.domain}"
        secure = "TRUE" if cookie.secure else "FALSE"
        parts = (domain, subdomains, cookie.path, secure, str(cookie.expires))
        lines.append("\t".join((*parts, cookie.name, cookie.value)))
    return "\n".join(lines) + "\n"


def select_cookies(cookies: Iterable[Cookie], url: str, now: datetime) -> list[Cookie]:
    """Return the cookies that a request for `url` sends, those with the longest path first (RFC
    6265 section 5.4)."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    is_safe = parts.scheme.lower() == "https"
    selected = []
    for cookie in cookies:
        if cookie.secure and not is_safe:
            continue
        if cookie.is_expired(now):
            continue
        if _fits_host(cookie, host) and _fits_path(cookie.path, parts.path or "/"):
            selected.append(cookie)
    return sorted(selected, key=lambda cookie: -len(cookie.path))


def join_cookies(cookies: Sequence[Cookie]) -> str:
    """Return the value of the header Cookie."""
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in cookies)


def _fits_host(cookie: Cookie, host: str) -> bool:
    """Return True if the cookie is for `host` (RFC 6265 section 5.1.3). None is for all hosts below
    a public suffix, such as co.uk."""
    if host == cookie.domain:
        return True
    if cookie.host_only or not host.endswith(f".{cookie.domain}") or _is_address(host):
        return False
    return "." in cookie.domain and not urls.is_suffix(f"https://{cookie.domain}/")


def _fits_path(path: str, requested: str) -> bool:
    """Return True if the cookie's `path` is the requested one or a folder above it (RFC 6265
    section 5.1.4)."""
    if requested == path:
        return True
    return requested.startswith(path if path.endswith("/") else f"{path}/")


def _is_address(host: str) -> bool:
    """Return True if `host` is an IP address."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def parse_set_cookie(line: str, url: str, now: datetime) -> Cookie | None:
    """Return the cookie of a Set-Cookie header in the answer of `url` (RFC 6265 section 5.2), None
    if it is not valid there. One that the server deletes has expired."""
    pair, *attributes = line.split(";")
    name, equals, value = pair.partition("=")
    name = name.strip()
    value = value.strip()
    if not equals or not name or len(name) + len(value) > _LONGEST:
        return None
    if not _is_legal(name) or not _is_legal(value):
        return None
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    given = _read_attributes(attributes)
    is_secure = "secure" in given
    if is_secure and parts.scheme.lower() != "https":  # anybody on the way could have set it
        return None
    domain = given.get("domain", "").removeprefix(".").lower()
    path = given.get("path", "")
    if not path.startswith("/") or not _is_legal(path):
        path = _get_default_path(parts.path)
    cookie = Cookie(
        name=name,
        value=value,
        domain=domain or host,
        path=path,
        host_only=not domain or _is_address(host),
        secure=is_secure,
        expires=_read_expiry(given, now),
    )
    return cookie if _fits_host(cookie, host) else None


def _read_attributes(attributes: Sequence[str]) -> dict[str, str]:
    """Return attributes by name, in lower case; of several with one name the last."""
    pairs = (attribute.partition("=") for attribute in attributes)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _get_default_path(path: str) -> str:
    """Return the folder of a page (RFC 6265 section 5.1.4)."""
    folder = path.rpartition("/")[0]
    return folder if folder.startswith("/") else "/"


def _read_expiry(given: dict[str, str], now: datetime) -> int:
    """Return `expires` by Max-Age, else Expires."""
    age = given.get("max-age", "")
    if age.removeprefix("-").isdecimal():
        if len(age) > _MOST_DIGITS:
            return _WITH_SESSION
        seconds = int(age)
        return int(now.timestamp()) + seconds if seconds > 0 else _LONG_AGO
    end = parse_http_date(given.get("expires", ""))
    if end is None:
        return _WITH_SESSION
    return max(_LONG_AGO, int(end.timestamp()))
