"""Security of the console: password file (scrypt, private; no file, no console), sessions, allowed requests, headers of
answers, limits on logins."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from syndicator.articles import disk
from syndicator.core.errors import ConfigError, UsageError

# RFC 7914 with the cost that OWASP's cheat sheet of password storage asks for: 128 MB and a third of a second a try.
_N, _R, _P, _LENGTH = 2**17, 8, 1, 32
_MEMORY = 256 * 2**20
LEAST, LONGEST_NAME = 10, 60  # characters of a password, and of a name
_DECOY = "a name that nobody has takes as long to refuse"


def file_of(state_dir: Path) -> Path:
    return state_dir / "console" / "passwords.json"


def hashed(password: str, salt: bytes, *, n: int = _N) -> str:
    """The hash of a password, with its method, cost and salt."""
    made = hashlib.scrypt(password.encode(), salt=salt, n=n, r=_R, p=_P, maxmem=_MEMORY, dklen=_LENGTH)
    return "$".join(("scrypt", str(n), *(base64.b64encode(part).decode() for part in (salt, made))))


def matches(password: str, kept: str) -> bool:
    """True if `kept` is the hash of `password`; False if it cannot be read."""
    try:
        method, cost, salt, _ = kept.split("$")
        again = hashed(password, base64.b64decode(salt), n=int(cost)) if method == "scrypt" else ""
    except ValueError:
        return False
    return hmac.compare_digest(again, kept)


def read_passwords(path: Path) -> dict[str, str]:
    """The hashes by name. Raises ConfigError for a file that others may read or that is damaged."""
    try:
        mode = path.stat().st_mode
        found = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} cannot be read ({error}); `syndicator console --set-password` writes it") from error
    if mode & 0o077:
        raise ConfigError(f"{path} may be read by others; chmod 600 it, and set the password anew")
    if not isinstance(found, dict) or not all(isinstance(one, str) for one in found.values()):
        raise ConfigError(f"{path} is no list of passwords; `syndicator console --set-password` writes it")
    return found


def set_password(path: Path, name: str, password: str) -> None:
    """Gives `name` this password; who else has one keeps it. Raises UsageError, ConfigError."""
    need_name(name)
    if len(password) < LEAST:
        raise UsageError(f"the password is too short: {LEAST} characters at least; a few words are easy to keep")
    write_hashes(path, read_passwords(path) | {name: hashed(password, secrets.token_bytes(16))})


def need_name(name: str) -> None:
    """Raise UsageError if nobody can be called that."""
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise UsageError(f"{name!r} is no name: up to {LONGEST_NAME} characters that can be seen")


def write_hashes(path: Path, known: dict[str, str]) -> None:
    """Write hashes by name to a private file."""
    disk.make_private_folder(path.parent)
    disk.write(path, json.dumps(known, indent=1).encode(), mode=disk.PRIVATE)


def check_password(known: dict[str, str], name: str, password: str) -> str:
    """The hash of the password of `name`, "" if it is wrong. Takes as long for an unknown name."""
    if (kept := known.get(name)) is None:
        hashed(password, _DECOY.encode())
        return ""
    return kept if matches(password, kept) else ""


IDLE_SECONDS, WHOLE_SECONDS = 4 * 3600, 24 * 3600
_MOST = 1000  # of all, those of nobody included; the oldest go


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """`who` is "" before the login, where a session only keeps the token of its form. `by`: what was kept of the
    password that it began with; with another one it is over."""

    id: str
    token: str
    who: str = ""
    by: str = ""
    began: float = 0.0
    seen: float = 0.0


class Sessions:
    """All sessions, by what their ids hash to: what can be read of this process's memory is no cookie. `clock`:
    seconds, steady."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._all: dict[bytes, Session] = {}

    def begin(self, who: str = "", by: str = "") -> Session:
        now = self._clock()
        id, token = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        made = Session(id=id, token=token, who=who, by=by, began=now, seen=now)
        while len(self._all) >= _MOST:
            del self._all[min(self._all, key=lambda one: (bool(self._all[one].who), self._all[one].seen))]
        self._all[_key(made.id)] = replace(made, id="")
        return made

    def find(self, id: str) -> Session | None:
        """The session of an id that a cookie brought; None for one that has ended."""
        key, now = _key(id), self._clock()
        if (found := self._all.get(key)) is None:
            return None
        if now - found.seen > IDLE_SECONDS or now - found.began > WHOLE_SECONDS:
            del self._all[key]
            return None
        self._all[key] = replace(found, seen=now)
        return replace(found, id=id)

    def end(self, id: str) -> None:
        self._all.pop(_key(id), None)


def is_token(session: Session, given: str) -> bool:
    """True if a form with the token `given` was made for this session. Pure."""
    return hmac.compare_digest(session.token.encode(), given.encode())


def _key(id: str) -> bytes:
    return hashlib.sha256(id.encode()).digest()


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
    """The host names that requests may name: DNS rebinding uses others."""
    return frozenset(one.lower() for one in (*_HERE, *(() if host in _ANY else (host,)), *names))


def is_for_us(host: str, allowed: frozenset[str]) -> bool:
    """True if a request with this Host header is for the console."""
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        return False
    return name is not None and "@" not in host and name in allowed


def is_from_us(host: str, origin: str | None, site: str | None) -> bool:
    """True if the browser's `origin` and `site` headers (Origin, Sec-Fetch-Site) name the console."""
    if site is not None and site not in ("same-origin", "none"):
        return False
    try:
        return origin is None or urlsplit(origin).netloc.lower() == host.lower()
    except ValueError:
        return False


FREE = 5  # failures of an address that cost no waiting
_LONGEST = 900.0  # seconds
_FORGOTTEN = 3600.0  # after the last failure
_THROTTLE_MOST = 10_000  # addresses remembered
ALL_FREE = 40  # failures of all addresses together in _FORGOTTEN, after which each costs a second more, up to a minute
_ALL = ""


class Throttle:
    """Failures by address. `clock`: seconds, steady."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._failed: dict[str, tuple[int, float]] = {}  # how many, and when the last

    def wait(self, address: str) -> float:
        """Seconds until this address may try again, 0 for now."""
        now = self._clock()
        return max(self._left(address, now, FREE), self._left(_ALL, now, ALL_FREE))

    def failed(self, address: str) -> None:
        now = self._clock()
        if len(self._failed) >= _THROTTLE_MOST:
            self._failed = {who: one for who, one in self._failed.items() if now - one[1] < _FORGOTTEN / 4}
        for who in (address, _ALL):
            count, last = self._failed.get(who, (0, now))
            self._failed[who] = (count + 1 if now - last < _FORGOTTEN else 1, now)

    def succeeded(self, address: str) -> None:
        """The last try, which was counted as it began, was right."""
        self._failed.pop(address, None)
        count, last = self._failed.get(_ALL, (0, 0.0))
        self._failed[_ALL] = (max(0, count - 1), last)

    def _left(self, who: str, now: float, free: int) -> float:
        count, last = self._failed.get(who, (0, now))
        if count < free or now - last >= _FORGOTTEN:
            return 0.0
        pause = min(2.0 ** (count - free + 1), _LONGEST) if who else min(float(count - free + 1), 60.0)
        return max(0.0, last + pause - now)
