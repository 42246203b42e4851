"""Check passwords, sessions, API tokens and origins of requests; slow down wrong logins."""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Literal, NamedTuple
from urllib.parse import urlsplit

from syndicator.articles import disk
from syndicator.core.errors import ConfigError, UsageError

# RFC 7914 with the cost of OWASP's cheat sheet on password storage: 128 MB and a third of a second
# a try.
_N = 2**17
_R = 8
_P = 1
_LENGTH = 32
_MEMORY = 256 * 2**20
LEAST = 10
LONGEST_NAME = 60  # characters of a password, and of a name
_DECOY = "a name that nobody has takes as long to refuse"
IDLE_SECONDS = 4 * 3600
WHOLE_SECONDS = 24 * 3600
_MOST = 1000  # sessions, without login too; the oldest are dropped
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
FREE = 5  # failures of an address without waiting
_LONGEST = 900.0  # seconds
_FORGOTTEN = 3600.0  # after the last failure
_THROTTLE_MOST = 10_000  # addresses remembered
# failures of all addresses in _FORGOTTEN without waiting; each more costs a second, up to a minute
ALL_FREE = 40
_ALL = ""
_PREFIX: Final = "syn_"  # scanners for leaked secrets look for it


def file_of(state_dir: Path) -> Path:
    return state_dir / "console" / "passwords.json"


def hashed(password: str, salt: bytes, *, n: int = _N) -> str:
    """Return the hash of a password, with method, cost (`n`) and salt."""
    digest = hashlib.scrypt(
        password.encode(), salt=salt, n=n, r=_R, p=_P, maxmem=_MEMORY, dklen=_LENGTH
    )
    return "$".join(
        ("scrypt", str(n), *(base64.b64encode(part).decode() for part in (salt, digest)))
    )


def matches(password: str, password_hash: str) -> bool:
    """Return True if `hash` is that of `password`, False if it is unreadable."""
    try:
        method, cost, salt, _ = password_hash.split("$")
        again = hashed(password, base64.b64decode(salt), n=int(cost)) if method == "scrypt" else ""
    except ValueError:
        return False
    return hmac.compare_digest(again, password_hash)


def read_passwords(path: Path) -> dict[str, str]:
    """Return hashes by name. Raises ConfigError for a file that others may read or that is
    damaged."""
    try:
        mode = path.stat().st_mode
        hashes = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"{path} cannot be read ({error}); `syndicator console --set-password` writes it"
        ) from error
    if mode & 0o077:
        raise ConfigError(f"{path} may be read by others; chmod 600 it, and set the password anew")
    if not isinstance(hashes, dict) or not all(
        isinstance(password_hash, str) for password_hash in hashes.values()
    ):
        raise ConfigError(
            f"{path} is no list of passwords; `syndicator console --set-password` writes it"
        )
    return hashes


def set_password(path: Path, name: str, password: str) -> None:
    """Set the password of `name`; others keep theirs. Raises UsageError, ConfigError."""
    need_name(name)
    if len(password) < LEAST:
        raise UsageError(
            f"the password is too short: {LEAST} characters at least; a few words are easy to keep"
        )
    write_hashes(path, read_passwords(path) | {name: hashed(password, secrets.token_bytes(16))})


def need_name(name: str) -> None:
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise UsageError(f"{name!r} is no name: up to {LONGEST_NAME} characters that can be seen")


def write_hashes(path: Path, hashes: dict[str, str]) -> None:
    disk.make_private_folder(path.parent)
    disk.write(path, json.dumps(hashes, indent=1).encode(), mode=disk.PRIVATE)


def check_password(hashes: dict[str, str], name: str, password: str) -> str:
    """Return the hash of the password of `name`, "" if it is wrong. Unknown names take as long."""
    if (password_hash := hashes.get(name)) is None:
        hashed(password, _DECOY.encode())
        return ""
    return password_hash if matches(password, password_hash) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session of `who` ("": nobody, for the login form's token). `by`: hash of the password;
    changing it ends it."""

    id: str
    token: str
    who: str = ""
    by: str = ""
    began: float = 0.0
    seen: float = 0.0


class Sessions:
    """All sessions by hashed id, so that memory holds no cookie. `clock`: monotonic seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._all: dict[bytes, Session] = {}

    def begin(self, who: str = "", by: str = "") -> Session:
        now = self._clock()
        session_id = secrets.token_urlsafe(32)
        token = secrets.token_urlsafe(32)
        session = Session(id=session_id, token=token, who=who, by=by, began=now, seen=now)
        while len(self._all) >= _MOST:
            del self._all[
                min(self._all, key=lambda key: (bool(self._all[key].who), self._all[key].seen))
            ]
        self._all[_key(session.id)] = replace(session, id="")
        return session

    def find(self, session_id: str) -> Session | None:
        key = _key(session_id)
        now = self._clock()
        if (session := self._all.get(key)) is None:
            return None
        if now - session.seen > IDLE_SECONDS or now - session.began > WHOLE_SECONDS:
            del self._all[key]
            return None
        self._all[key] = replace(session, seen=now)
        return replace(session, id=session_id)

    def end(self, session_id: str) -> None:
        self._all.pop(_key(session_id), None)


def is_token(session: Session, token: str) -> bool:
    """Return True if `token` is that of the session's forms. Pure."""
    return hmac.compare_digest(session.token.encode(), token.encode())


def _key(session_id: str) -> bytes:
    return hashlib.sha256(session_id.encode()).digest()


def hosts(host: str, names: Iterable[str]) -> frozenset[str]:
    """Return the host names that requests may use; others mean DNS rebinding."""
    return frozenset(name.lower() for name in (*_HERE, *(() if host in _ANY else (host,)), *names))


def is_for_us(host: str, allowed: frozenset[str]) -> bool:
    """Return True if a request with this Host header is for the console."""
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        return False
    return name is not None and "@" not in host and name in allowed


def is_from_us(host: str, origin: str | None, site: str | None) -> bool:
    """Return True if the browser's `origin` and `site` headers (Origin, Sec-Fetch-Site) name the
    console."""
    if site is not None and site not in ("same-origin", "none"):
        return False
    try:
        return origin is None or urlsplit(origin).netloc.lower() == host.lower()
    except ValueError:
        return False


class Throttle:
    """Failed logins by address. `clock`: monotonic seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._failed: dict[str, tuple[int, float]] = {}  # how many, and when the last

    def wait(self, address: str) -> float:
        now = self._clock()
        return max(self._left(address, now, FREE), self._left(_ALL, now, ALL_FREE))

    def failed(self, address: str) -> None:
        now = self._clock()
        if len(self._failed) >= _THROTTLE_MOST:
            self._failed = {
                who: state for who, state in self._failed.items() if now - state[1] < _FORGOTTEN / 4
            }
        for who in (address, _ALL):
            count, last = self._failed.get(who, (0, now))
            self._failed[who] = (count + 1 if now - last < _FORGOTTEN else 1, now)

    def succeeded(self, address: str) -> None:
        self._failed.pop(address, None)
        count, last = self._failed.get(_ALL, (0, 0.0))
        self._failed[_ALL] = (max(0, count - 1), last)

    def _left(self, who: str, now: float, free: int) -> float:
        count, last = self._failed.get(who, (0, now))
        if count < free or now - last >= _FORGOTTEN:
            return 0.0
        pause = (
            min(2.0 ** (count - free + 1), _LONGEST) if who else min(float(count - free + 1), 60.0)
        )
        return max(0.0, last + pause - now)


Scope = Literal["read", "write", "settings", "programs"]
# Each permits what the one before it permits, too.
SCOPES: Final[tuple[Scope, ...]] = ("read", "write", "settings")
# Permits the answers of `syndicator mcp` over HTTP and nothing else; no other scope permits those.
PROGRAMS: Final[Scope] = "programs"


class Token(NamedTuple):
    name: str
    scope: Scope

    def may(self, scope: Scope) -> bool:
        """Return True if the token permits what needs `scope`."""
        if PROGRAMS in (self.scope, scope):
            return self.scope == scope
        return SCOPES.index(self.scope) >= SCOPES.index(scope)


def tokens_file_of(state_dir: Path) -> Path:
    return state_dir / "console" / "tokens.json"


def create_token(path: Path, name: str, scope: Scope, days: int, now: datetime) -> str:
    """Return a new token, which replaces one of this name. Only its hash is stored. Raises
    UsageError, ConfigError."""
    need_name(name)
    token = _PREFIX + secrets.token_urlsafe(32)
    expires = (now + timedelta(days=days)).isoformat()
    write_hashes(path, read_passwords(path) | {name: f"{scope} {expires} {_hashed(token)}"})
    return token


def revoke_token(path: Path, name: str) -> None:
    """Delete a token by its name. Raises UsageError if there is none, ConfigError."""
    hashes = read_passwords(path)
    if name not in hashes:
        raise UsageError(
            f"there is no token {name!r}; there are: {', '.join(sorted(hashes)) or 'none'}"
        )
    write_hashes(
        path, {other: password_hash for other, password_hash in hashes.items() if other != name}
    )


def find_token(path: Path, text: str, now: datetime) -> Token | None:
    """Return the token with this text; None if it is unknown or expired. Raises ConfigError."""
    hashed = _hashed(text)
    token = None
    scopes: dict[str, Scope] = {scope: scope for scope in (*SCOPES, PROGRAMS)}
    try:
        for name, line in read_passwords(path).items():
            scope, expires, token_hash = line.split(" ")
            if hmac.compare_digest(
                hashed.encode(), token_hash.encode()
            ) and now < datetime.fromisoformat(expires):
                token = Token(name, scopes.get(scope, "read"))
    except (ValueError, TypeError) as error:  # half a line, or a time without a zone
        raise ConfigError(
            f"{path} is damaged ({error}); `syndicator console --token NAME` writes it"
        ) from error
    return token


def has_scope(path: Path, scope: Scope) -> bool:
    """Return True if there is a token with this very scope, expired ones included. Raises
    ConfigError."""
    return any(line.partition(" ")[0] == scope for line in read_passwords(path).values())


def _hashed(token: str) -> str:
    """Hash a token. A fast hash will do: 256 random bits cannot be guessed."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
