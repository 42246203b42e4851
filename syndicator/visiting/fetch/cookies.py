"""Choose the cookies of a request, read those of an answer, read and write files of them. Pure.

The rules are those of RFC 6265. The files have the format of Netscape's cookies.txt, which browser
extensions export."""

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from syndicator.core import urls
from syndicator.visiting.fetch.responses import parse_http_date

_FIELDS: Final = 7  # of a line: domain, subdomains, path, secure, expires, name, value
_HTTP_ONLY: Final = "#HttpOnly_"  # begin of a line with a cookie that is hidden from scripts
_FLAGS: Final = {"TRUE": True, "FALSE": False}
_WITH_SESSION: Final = 0  # `expires` of a cookie without an end
_LONG_AGO: Final = 1  # `expires` of a cookie that the server deletes: a second after 1970 began
_LONGEST_COOKIE: Final = 4096  # characters of name and value (RFC 6265 section 6.1)
_MOST_DIGITS: Final = 12  # of a number of seconds
_CURE: Final = 'export the cookies again, in the Netscape format ("cookies.txt")'


class BadCookies(ValueError):
    """Raised for text that is no file of cookies. The message names the line and what to do, never
    a value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookie:
    """A cookie. `domain`: a host in lower case; `host_only`: the cookie is not sent to the hosts
    below `domain`; `secure`: it is sent over TLS only; `expires`: seconds since 1970, 0 if it does
    not expire."""

    name: str
    value: str = field(repr=False)
    domain: str
    path: str = "/"
    host_only: bool = True
    secure: bool = False
    expires: int = _WITH_SESSION

    @property
    def identity(self) -> tuple[str, str, str]:
        """Domain, path and name. A cookie replaces the one with the same identity."""
        return self.domain, self.path, self.name

    def is_expired(self, now: datetime) -> bool:
        """Return True if the cookie is no longer valid at `now`."""
        return self.expires != _WITH_SESSION and self.expires <= now.timestamp()


def parse_cookies(text: str) -> tuple[Cookie, ...]:
    """Return the cookies of a file in Netscape's format. Raises BadCookies, also if it has no
    cookie."""
    if text.lstrip().startswith(("[", "{")):
        raise BadCookies(f"line 1: it is JSON; {_CURE}")
    cookies = []
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        is_comment = line.startswith("#") and not line.startswith(_HTTP_ONLY)
        is_empty = not line.strip()
        if is_comment or is_empty:
            continue
        cookies.append(_parse_line(line.removeprefix(_HTTP_ONLY), number))
    if not cookies:
        raise BadCookies(f"line 1: it has no cookie; log in with a browser, then {_CURE}")
    return tuple(cookies)


def _parse_line(line: str, number: int) -> Cookie:
    """Return the cookie that a `line` of a cookies.txt file states in seven parts between tabs.
    `number`: of the line, from 1, for the message of the error. Raises BadCookies."""
    parts = line.split("\t")
    if len(parts) == _FIELDS - 1:  # an empty value, whose tab an editor removed
        parts.append("")
    if len(parts) != _FIELDS:
        raise BadCookies(
            f"line {number}: it has {len(parts)} parts between tabs, and a cookie has {_FIELDS};"
            f" {_CURE}"
        )
    domain, subdomains, path, secure, expires, name, value = parts
    for_subdomains = _FLAGS.get(subdomains.upper())
    is_secure = _FLAGS.get(secure.upper())
    if for_subdomains is None or is_secure is None:
        raise BadCookies(f"line {number}: parts 2 and 4 have to be TRUE or FALSE; {_CURE}")
    seconds, _, _ = expires.strip().partition(".")
    if not seconds.removeprefix("-").isdecimal() or len(seconds) > _MOST_DIGITS:
        raise BadCookies(f"line {number}: part 5 has to be the seconds of its end, or 0; {_CURE}")
    is_name_valid = bool(name) and _is_legal(name)
    if not domain or not is_name_valid or not _is_legal(value):
        raise BadCookies(
            f"line {number}: its domain, name or value is one that no cookie can have; delete the"
            " line, or export the cookies again"
        )
    return Cookie(
        name=name,
        value=value,
        domain=domain.removeprefix(".").lower(),
        path=path if path.startswith("/") else "/",
        host_only=not for_subdomains,
        secure=is_secure,
        expires=max(_WITH_SESSION, int(seconds)),
    )


def _is_legal(value: str) -> bool:
    """Return True if `value` can be sent as the name or value of a cookie."""
    # an empty value is printable, too
    return value.isascii() and value.isprintable() and ";" not in value


def write_cookies(cookies: Iterable[Cookie], comment: str) -> str:
    """Return a Netscape file of `cookies`. `comment`: its second line."""
    lines = ["# Netscape HTTP Cookie File", f"# {comment}"]
    for cookie in cookies:
        if cookie.host_only:
            domain = cookie.domain
            subdomains = "FALSE"
        else:
            domain = f".{cookie.domain}"
            subdomains = "TRUE"
        secure = "TRUE" if cookie.secure else "FALSE"
        parts = [domain, subdomains, cookie.path, secure, str(cookie.expires)]
        parts += [cookie.name, cookie.value]
        lines.append("\t".join(parts))
    return "\n".join(lines) + "\n"


def select_cookies(cookies: Iterable[Cookie], url: str, now: datetime) -> list[Cookie]:
    """Return the cookies that a request for `url` sends: those for its host, path and scheme that
    have not expired. Those with the longest path come first (RFC 6265 section 5.4)."""
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
    """Return the value of the header Cookie: "name=value; name=value"."""
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in cookies)


def _fits_host(cookie: Cookie, host: str) -> bool:
    """Return True if the cookie is sent to `host` (RFC 6265 section 5.1.3). A cookie for a public
    suffix, such as co.uk, is sent to no other host: anybody may register names below it."""
    if host == cookie.domain:
        return True
    if cookie.host_only or not host.endswith(f".{cookie.domain}") or _is_address(host):
        return False
    return "." in cookie.domain and not urls.is_suffix(f"https://{cookie.domain}/")


def _fits_path(path: str, requested_path: str) -> bool:
    """Return True if `path`, of a cookie, is the requested path or a folder above it (RFC 6265
    section 5.1.4)."""
    if requested_path == path:
        return True
    folder = path if path.endswith("/") else f"{path}/"
    return requested_path.startswith(folder)


def _is_address(host: str) -> bool:
    """Return True if `host` is an IP address."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def parse_set_cookie(line: str, url: str, now: datetime) -> Cookie | None:
    """Return the cookie of a header Set-Cookie in the answer from `url` (RFC 6265 section 5.2);
    None if it is malformed or may not be set from there. A cookie that the server deletes is
    returned as an expired one."""
    pair, *attributes = line.split(";")
    name_part, equals, value_part = pair.partition("=")
    name = name_part.strip()
    value = value_part.strip()
    if not equals or not name:
        return None
    if len(name) + len(value) > _LONGEST_COOKIE:
        return None
    if not _is_legal(name) or not _is_legal(value):
        return None
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    attributes_by_name = _read_attributes(attributes)
    is_secure = "secure" in attributes_by_name
    if is_secure and parts.scheme.lower() != "https":
        return None  # without TLS, anybody on the way could have set it
    domain = attributes_by_name.get("domain", "").removeprefix(".").lower()
    path = attributes_by_name.get("path", "")
    if not path.startswith("/") or not _is_legal(path):
        path = _get_default_path(parts.path)
    cookie = Cookie(
        name=name,
        value=value,
        domain=domain or host,
        path=path,
        host_only=not domain or _is_address(host),
        secure=is_secure,
        expires=_read_expiry(attributes_by_name, now),
    )
    return cookie if _fits_host(cookie, host) else None


def _read_attributes(attributes: Sequence[str]) -> dict[str, str]:
    """Return the attributes of a cookie, such as "Path=/", by name in lower case. If a name occurs
    twice, the last value counts."""
    pairs = (attribute.partition("=") for attribute in attributes)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _get_default_path(path: str) -> str:
    """Return the folder of the requested path, which is the path of a cookie that states none (RFC
    6265 section 5.1.4)."""
    folder = path.rpartition("/")[0]
    return folder if folder.startswith("/") else "/"


def _read_expiry(attributes: dict[str, str], now: datetime) -> int:
    """Return when a cookie expires, in seconds since 1970: by Max-Age, else by Expires, else 0
    (_WITH_SESSION). A time in the past, which deletes the cookie, is 1 or more."""
    age = attributes.get("max-age", "")
    if age.removeprefix("-").isdecimal():
        if len(age) > _MOST_DIGITS:
            return _WITH_SESSION
        seconds = int(age)
        return int(now.timestamp()) + seconds if seconds > 0 else _LONG_AGO
    end = parse_http_date(attributes.get("expires", ""))
    if end is None:
        return _WITH_SESSION
    return max(_LONG_AGO, int(end.timestamp()))
