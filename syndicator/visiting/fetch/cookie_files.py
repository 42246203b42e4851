"""Read the files of cookies that sources name; store the cookies that sites renew beside them."""

import hashlib
import html
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from syndicator.articles import disk
from syndicator.core import urls
from syndicator.core.program import logger
from syndicator.visiting.fetch.cookies import (
    BadCookies,
    Cookie,
    join_cookies,
    parse_cookies,
    parse_set_cookie,
    select_cookies,
    write_cookies,
)

RENEWED: Final = ".renewed"  # ending of the file with the renewed cookies of an exported file
_LARGEST: Final = 5_000_000  # bytes of a file: all cookies of a browser are less than a tenth
_MOST_RENEWED: Final = 200  # cookies: a site that sends more sends nonsense
_MADE_FROM: Final = "Renewed by Syndicator, beside the exported file with this SHA-256: "
_SHORTEST: Final = 8  # characters of a value that is masked in pages
_LONGEST_WORD: Final = 15  # letters: "subscriber", "Deutschland"
_LONGEST_NUMBER: Final = 19  # digits: a date, the number of an account
_CURE: Final = "export the cookies of the site, and put them there"


@dataclass(frozen=True, slots=True)
class _LoadedFile:
    """The cookies in a file that the operator exported (`exported`), and those that the site
    renewed since (`renewed`). `digest`: SHA-256 of the exported file. `stamps`: the states of both
    files when they were read."""

    stamps: tuple[tuple[int, ...], ...]
    exported: tuple[Cookie, ...]
    renewed: tuple[Cookie, ...]
    digest: str

    @property
    def cookies(self) -> tuple[Cookie, ...]:
        """The exported cookies. A renewed cookie replaces the exported one with the same
        identity."""
        return tuple(_merge_cookies(self.exported, self.renewed))


class CookieFiles:
    """The files of cookies in the configuration's folder. Safe for several threads.

    A file is named by its path relative to the folder. It is read again only if it has changed."""

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        """`folder`: has the files of cookies. `clock`: returns the present time."""
        self._folder = folder
        self._clock = clock
        self._loaded: dict[str, _LoadedFile] = {}
        self._lock = threading.Lock()
        self._log = logger("visiting")

    def path(self, name: str) -> Path:
        """Return the path of the file `name`."""
        return self._folder / name

    def digest(self, name: str) -> str:
        """Return the SHA-256 of the exported file of cookies `name`; "" if it cannot be read."""
        try:
            return _compute_digest(self.path(name).read_bytes())
        except OSError:
            return ""

    def cookies(self, name: str) -> tuple[Cookie, ...]:
        """Return the cookies of the file `name`, with renewed values. Raises BadCookies if it
        cannot be read; its message has the path, the line and what to do."""
        with self._lock:
            return self._load(name).cookies

    def header(self, name: str, url: str) -> str:
        """Return the value of the header Cookie for a request to `url`; "" if none of the cookies
        fits. `name`: the file. Raises BadCookies if it cannot be read."""
        return join_cookies(select_cookies(self.cookies(name), url, self._clock()))

    def list_secret_values(self, name: str, url: str) -> frozenset[str]:
        """Return the values of the cookies for the host of `url` with which a stranger could use
        the session there, also values that the site has renewed. Each value is returned in every
        spelling in which a page may show it. `name`: the file of cookies. Raises BadCookies if it
        cannot be read."""
        host = urls.host(url).partition(":")[0]
        values: set[str] = set()
        with self._lock:
            loaded = self._load(name)
        for cookie in (*loaded.exported, *loaded.renewed):
            is_for_host = host == cookie.domain or host.endswith(f".{cookie.domain}")
            if not is_for_host or not is_secret_value(cookie.value):
                continue
            values |= _list_spellings(cookie.value)
        return frozenset(values)

    def store_renewed(self, name: str, url: str, lines: Iterable[str]) -> None:
        """Store the cookies that an answer from `url` sets, beside the exported file `name`.
        `lines`: the values of the answer's headers Set-Cookie. Raises BadCookies if the file cannot
        be read."""
        now = self._clock()
        parsed = (parse_set_cookie(line, url, now) for line in lines)
        sent = [cookie for cookie in parsed if cookie is not None]
        if not sent:
            return
        with self._lock:
            loaded = self._load(name)
            is_safe = url.lower().startswith("https:")
            new = _select_changes(loaded.cookies, sent, now, is_safe=is_safe)
            if not new:
                return
            # the newest ones are last
            renewed = tuple(_merge_cookies(loaded.renewed, new))[-_MOST_RENEWED:]
            self._write_renewed(name, loaded, renewed)

    def _load(self, name: str) -> _LoadedFile:
        """Return the cookies of the file `name`, with those that the site has renewed. It is read
        again only if it or its file of renewed cookies has changed. The caller must hold the lock.
        Raises BadCookies if the file cannot be read."""
        exported_path = self.path(name)
        renewed_path = self.path(name + RENEWED)
        stamps = (_get_stamp(exported_path), _get_stamp(renewed_path))
        cached = self._loaded.get(name)
        if cached is not None and cached.stamps == stamps:
            return cached
        data = _read_file(exported_path)
        digest = _compute_digest(data)
        try:
            cookies = parse_cookies(data.decode("utf-8", "replace"))
        except BadCookies as error:
            raise BadCookies(f"{exported_path}, {error}") from error
        loaded = _LoadedFile(stamps, cookies, _read_renewed(renewed_path, digest), digest)
        self._loaded[name] = loaded
        return loaded

    def _write_renewed(self, name: str, loaded: _LoadedFile, renewed: tuple[Cookie, ...]) -> None:
        """Write the renewed cookies of the file `name` to the disk and remember them. If they
        cannot be written, log a warning; this process uses them nevertheless. `loaded`: the content
        of the file until now. `renewed`: all its renewed cookies."""
        path = self.path(name + RENEWED)
        text = write_cookies(renewed, _MADE_FROM + loaded.digest)
        try:
            disk.write(path, text.encode(), mode=disk.PRIVATE)
        except OSError as error:
            self._log.warning(
                "renewed cookies cannot be kept", path=str(path), detail=error.strerror
            )
        exported_stamp, _ = loaded.stamps
        stamps = (exported_stamp, _get_stamp(path))
        self._loaded[name] = _LoadedFile(stamps, loaded.exported, renewed, loaded.digest)


def _read_file(path: Path) -> bytes:
    """Return the bytes of an exported file of cookies. Raises BadCookies if it is missing, too
    large or cannot be read."""
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        raise BadCookies(f"{path}: {error.strerror}; {_CURE}") from error
    if len(data) > _LARGEST:
        raise BadCookies(f"{path}: it has more than {_LARGEST:,} bytes; {_CURE}")
    return data


def _read_renewed(path: Path, digest: str) -> tuple[Cookie, ...]:
    """Return the cookies in the file of renewed cookies at `path`. Return () if this file is
    missing, is damaged (as after a crash), or was made from another exported file. `digest`: the
    SHA-256 of the exported file."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ()
    if f"{_MADE_FROM}{digest}\n" not in text:
        return ()
    try:
        return parse_cookies(text)
    except BadCookies:
        return ()


def _select_changes(
    known: Iterable[Cookie], sent: Iterable[Cookie], now: datetime, *, is_safe: bool
) -> list[Cookie]:
    """Return those of the cookies `sent` by an answer that change the `known` cookies. If the
    answer did not come over TLS (`is_safe` is False), it must not replace a cookie that is sent
    only over TLS."""
    by_identity = {cookie.identity: cookie for cookie in known}
    changes = []
    for cookie in sent:
        known_cookie = by_identity.get(cookie.identity)
        # an expired cookie deletes the known one; here there is none
        if known_cookie is None and cookie.is_expired(now):
            continue
        if known_cookie is not None and known_cookie.secure and not is_safe:
            continue
        if known_cookie != cookie:
            changes.append(cookie)
    return changes


def _merge_cookies(older: Iterable[Cookie], newer: Iterable[Cookie]) -> list[Cookie]:
    """Return the cookies of both lists, the newer ones last. A newer cookie replaces an older one
    with the same domain, path and name (`identity`)."""
    cookies = {cookie.identity: cookie for cookie in older}
    for cookie in newer:
        cookies.pop(cookie.identity, None)
        cookies[cookie.identity] = cookie
    return list(cookies.values())


def is_secret_value(value: str) -> bool:
    """Return True if somebody who reads this value of a cookie might use the session.

    Words, numbers and addresses are not secret. They are not masked in results, as articles may
    contain them: a cookie `country=Deutschland` must not remove this word from pages."""
    plain = unquote(value)
    # too short for a secret, or an address
    if len(plain) < _SHORTEST or "://" in plain:
        return False
    # a word
    if len(plain) <= _LONGEST_WORD and not any(letter.isdigit() for letter in plain):
        return False
    # not a number
    return len(plain) > _LONGEST_NUMBER or any(letter.isalpha() for letter in plain)


def _list_spellings(value: str) -> set[str]:
    """Return the spellings that `value` may have in HTML, in scripts and in addresses."""
    return {value, unquote(value), html.escape(value), value.replace("/", "\\/")}


def _get_stamp(path: Path) -> tuple[int, ...]:
    """Return the modification time, size and inode of a file, which show whether it was changed.
    Return () if there is no file."""
    try:
        stat = path.stat()
    except OSError:
        return ()
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


def _compute_digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
