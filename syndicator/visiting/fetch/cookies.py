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
    """Raised for a text that is no file of cookies. The message names the faulty line and what to
    do. It never contains the value of a cookie."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookie:
    """A cookie. `domain`: a host in lower case. `host_only`: it is only sent to this host, not to
    hosts below it. `secure`: it is only sent over TLS. `expires`: seconds since 1970, 0 if it does
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
        """Domain, path and name. A new cookie replaces an old one with the same identity."""
        return self.domain, self.path, self.name

    def is_expired(self, now: datetime) -> bool:
        """Return True if the cookie is no longer valid at `now`."""
        return self.expires != _WITH_SESSION and self.expires <= now.timestamp()


def parse_cookies(text: str) -> tuple[Cookie, ...]:
    """Return the cookies in a file in Netscape's format. Raises BadCookies if a line is faulty or
    if there is no cookie."""
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
    """Return the cookie in a line of a cookies.txt file, which has seven parts with tabs between
    them. `number`: the number of the line, from 1, for messages. Raises BadCookies if the line is
    faulty."""
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
    seconds, _, _ = expires.strip().partition(".")  # some programs write a fraction
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
        expires=max(_WITH_SESSION, int(seconds)),  # some write -1 for a cookie without an end
    )


def _is_legal(value: str) -> bool:
    """Return True if `value` may be the name or the value of a cookie. An empty text may be."""
    return value.isascii() and value.isprintable() and ";" not in value


def write_cookies(cookies: Iterable[Cookie], comment: str) -> str:
    """Return `cookies` as the text of a file in Netscape's format. `comment`: written as a comment
    on its second line."""
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
    """Return those of `cookies` that a request for `url` sends: they are for its host, path and
    scheme, and have not expired. Cookies with a longer path come first (RFC 6265 section 5.4)."""
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
    """Return the cookies as the value of a header Cookie: "name=value; name=value"."""
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in cookies)


def _fits_host(cookie: Cookie, host: str) -> bool:
    """Return True if the cookie may be sent to `host`: its domain is this host, or is above it (RFC
    6265 section 5.1.3). A domain that is a public suffix, such as co.uk, must be the host itself,
    as anybody may register names below it."""
    if host == cookie.domain:
        return True
    if cookie.host_only or not host.endswith(f".{cookie.domain}") or _is_address(host):
        return False
    # a top-level domain, such as "com"
    if "." not in cookie.domain:
        return False
    return not urls.is_public_suffix(f"https://{cookie.domain}/")


def _fits_path(path: str, requested_path: str) -> bool:
    """Return True if a cookie for `path` may be sent to `requested_path`: both are the same, or
    `path` is a folder that contains the other (RFC 6265 section 5.1.4)."""
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
    """Return the cookie in `line`, the value of a header Set-Cookie from the address `url` (RFC
    6265 section 5.2). If the server deletes the cookie, it is returned as one that has expired.
    Return None if the line is malformed, or if this address may not set the cookie."""
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
    """Return the attributes of a cookie, by name in lower case. Each of `attributes` is a text such
    as "Path=/". If a name occurs twice, the last value counts."""
    pairs = (attribute.partition("=") for attribute in attributes)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _get_default_path(path: str) -> str:
    """Return the path of a cookie that states none: the folder of the requested `path` (RFC 6265
    section 5.1.4)."""
    folder = path.rpartition("/")[0]
    return folder if folder.startswith("/") else "/"


def _read_expiry(attributes: dict[str, str], now: datetime) -> int:
    """Return when a cookie expires, in seconds since 1970: by its attribute Max-Age, else by
    Expires. Return 0 (_WITH_SESSION) if it has neither, and 1 (_LONG_AGO) for a time in the past,
    by which a site deletes a cookie. `attributes`: those of its header, by name in lower case."""
    age = attributes.get("max-age", "")
    if age.removeprefix("-").isdecimal():
        if len(age) > _MOST_DIGITS:  # so long that it never ends
            return _WITH_SESSION
        seconds = int(age)
        return int(now.timestamp()) + seconds if seconds > 0 else _LONG_AGO
    end = parse_http_date(attributes.get("expires", ""))
    if end is None:
        return _WITH_SESSION
    return max(_LONG_AGO, int(end.timestamp()))
