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
_COST = 2**17
_BLOCK_SIZE = 8
_PARALLEL = 1
_HASH_BYTES = 32  # bytes of a hash
_SALT_BYTES = 16
_MEMORY = 256 * 2**20  # bytes at most
_RIGHTS_OF_OTHERS = 0o077  # mode of a file that other accounts may read or write
LEAST = 10  # characters of a password
LONGEST_NAME = 60  # characters
_SALT_FOR_UNKNOWN_NAME = "a name that nobody has takes as long to refuse"
IDLE_SECONDS = 4 * 3600
WHOLE_SECONDS = 24 * 3600
_MOST_SESSIONS = 1000  # sessions, without login too; the oldest are dropped
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
_NAMES_OF_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
_ALL_ADDRESSES = ("0.0.0.0", "::", "")  # listening on all addresses names none
FREE = 5  # failures of an address without waiting
_LONGEST_PAUSE = 900.0  # seconds that one address waits at most
_LONGEST_PAUSE_FOR_ALL = 60.0  # seconds that all addresses wait at most
_FORGET_AFTER_SECONDS = 3600.0  # after the last failure
# the same if too many addresses are remembered
_FORGET_AFTER_SECONDS_WHEN_FULL = _FORGET_AFTER_SECONDS / 4
_MOST_ADDRESSES = 10_000  # addresses remembered
# failures of all addresses in _FORGET_AFTER_SECONDS without waiting; each more costs a second, up
# to a minute
ALL_FREE = 40
_ALL = ""  # the key of the failures of all addresses; also that of an unknown address
_TOKEN_PREFIX: Final = "syn_"  # scanners for leaked secrets look for it


def find_passwords_file(state_dir: Path) -> Path:
    return state_dir / "console" / "passwords.json"


def hash_password(password: str, salt: bytes, *, cost: int = _COST) -> str:
    """Return the hash of a password as the text "scrypt$cost$salt$digest". `salt`: random bytes.
    `cost`: how much work it is to compute the hash (N in RFC 7914)."""
    digest = hashlib.scrypt(
        password.encode(),
        salt=salt,
        n=cost,
        r=_BLOCK_SIZE,
        p=_PARALLEL,
        maxmem=_MEMORY,
        dklen=_HASH_BYTES,
    )
    salt_text = base64.b64encode(salt).decode()
    digest_text = base64.b64encode(digest).decode()
    return f"scrypt${cost}${salt_text}${digest_text}"


def is_password(password: str, password_hash: str) -> bool:
    """Return True if `password_hash` is a hash of `password`, as `hash_password` returns it. Return
    False also if it cannot be parsed."""
    try:
        method, cost, salt, _ = password_hash.split("$")
        if method != "scrypt":
            return False
        computed_hash = hash_password(password, base64.b64decode(salt), cost=int(cost))
    except ValueError:
        return False
    return hmac.compare_digest(computed_hash, password_hash)


def read_passwords(path: Path) -> dict[str, str]:
    """Return the texts in the file of passwords or of API tokens, by name of the user or token:
    hashes of passwords, or lines that describe tokens. Return {} if the file is missing. Raises
    ConfigError if the file is damaged, or if other accounts of this machine may read it."""
    try:
        mode = path.stat().st_mode
        hashes = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"{path} cannot be read ({error}); `syndicator console --set-password` writes it"
        ) from error
    if mode & _RIGHTS_OF_OTHERS:
        raise ConfigError(f"{path} may be read by others; chmod 600 it, and set the password anew")
    if not isinstance(hashes, dict) or not all(isinstance(text, str) for text in hashes.values()):
        raise ConfigError(
            f"{path} is no list of passwords; `syndicator console --set-password` writes it"
        )
    return hashes


def set_password(path: Path, name: str, password: str) -> None:
    """Set the password of the user `name` in the file `path`; other users keep theirs. Raises
    UsageError if the password is too short or the name is not valid, and ConfigError if the file
    cannot be read."""
    need_name(name)
    if len(password) < LEAST:
        raise UsageError(
            f"the password is too short: {LEAST} characters at least; a few words are easy to keep"
        )
    hashes = read_passwords(path)
    hashes[name] = hash_password(password, secrets.token_bytes(_SALT_BYTES))
    write_hashes(path, hashes)


def need_name(name: str) -> None:
    """Raise UsageError if `name` cannot be the name of a user or a token: if it is empty, longer
    than LONGEST_NAME characters, or has a character that is not printable."""
    can_be_seen = bool(name.strip()) and name.isprintable()
    is_valid = can_be_seen and len(name) <= LONGEST_NAME
    if not is_valid:
        raise UsageError(f"{name!r} is no name: up to {LONGEST_NAME} characters that can be seen")


def write_hashes(path: Path, hashes: dict[str, str]) -> None:
    """Write the file of passwords or of API tokens anew, so that only this account of the machine
    may read it. `hashes`: the texts for the file, by name of the user or token."""
    disk.make_private_folder(path.parent)
    disk.write(path, json.dumps(hashes, indent=1).encode(), mode=disk.PRIVATE)


def check_password(hashes: dict[str, str], name: str, password: str) -> str:
    """Return the hash of the password of the user `name` if `password` is right; "" if the password
    or the name is wrong. `hashes`: the hashes of passwords, by name of the user."""
    password_hash = hashes.get(name)
    if password_hash is None:
        # takes as long as to check a password, so that nobody can find out which names exist
        hash_password(password, _SALT_FOR_UNKNOWN_NAME.encode())
        return ""
    return password_hash if is_password(password, password_hash) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session of a browser. `token`: each of its forms must send this. `who`: the user, "" before
    the login. `by`: the hash of the password that the user logged in with; a new password ends the
    session. `began`, `seen`: the times of its start and of its last request, in monotonic
    seconds."""

    id: str
    token: str
    who: str = ""
    by: str = ""
    began: float = 0.0
    seen: float = 0.0


class Sessions:
    """All sessions, stored under the hashes of their ids, so that somebody who reads the memory of
    this process cannot use them. `clock`: returns the time in monotonic seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._sessions: dict[bytes, Session] = {}

    def begin(self, who: str = "", by: str = "") -> Session:
        """Begin a session and return it. `who`: the name of the user, "" before the login. `by`:
        the hash of the password of the login, "" before it. If there are too many sessions, the
        least useful ones end."""
        now = self._clock()
        session = Session(
            id=secrets.token_urlsafe(32),
            token=secrets.token_urlsafe(32),
            who=who,
            by=by,
            began=now,
            seen=now,
        )
        while len(self._sessions) >= _MOST_SESSIONS:
            del self._sessions[self._find_least_useful()]
        # without the id: who reads the memory of this process must not be able to use the session
        self._sessions[_compute_key(session.id)] = replace(session, id="")
        return session

    def _find_least_useful(self) -> bytes:
        """Return the key of the session that is to end if there are too many: the one whose last
        use is longest ago among the sessions without a login; if there are none, among all."""

        def rank(key: bytes) -> tuple[bool, float]:
            """Return a value that is smaller for a session that is less useful."""
            session = self._sessions[key]
            is_logged_in = bool(session.who)
            return is_logged_in, session.seen

        return min(self._sessions, key=rank)

    def find(self, session_id: str) -> Session | None:
        """Return the session with this id, and record that it was used now. Return None if there is
        no such session. If it was not used for IDLE_SECONDS, or began more than WHOLE_SECONDS ago,
        end it and return None."""
        key = _compute_key(session_id)
        now = self._clock()
        session = self._sessions.get(key)
        if session is None:
            return None
        was_idle = now - session.seen > IDLE_SECONDS
        is_too_old = now - session.began > WHOLE_SECONDS
        if was_idle or is_too_old:
            del self._sessions[key]
            return None
        self._sessions[key] = replace(session, seen=now)
        return replace(session, id=session_id)

    def end(self, session_id: str) -> None:
        self._sessions.pop(_compute_key(session_id), None)


def is_token(session: Session, token: str) -> bool:
    """Return True if `token`, which a form sent, is the token of the session. Pure."""
    return hmac.compare_digest(session.token.encode(), token.encode())


def _compute_key(session_id: str) -> bytes:
    return hashlib.sha256(session_id.encode()).digest()


def list_allowed_hosts(host: str, names: Iterable[str]) -> frozenset[str]:
    """Return the names of this machine, in small letters, that requests may have in their Host
    header. A request with another name is refused, as it may come from a page of a stranger whose
    name leads to this machine (DNS rebinding). `host`: the address at which the console listens.
    `names`: further names of this machine."""
    allowed = {*_NAMES_OF_THIS_MACHINE, *names}
    if host not in _ALL_ADDRESSES:
        allowed.add(host)
    return frozenset(name.lower() for name in allowed)


def is_for_us(host: str, allowed: frozenset[str]) -> bool:
    """Return True if `host`, the Host header of a request, is a name of this console. `allowed`:
    the names of the console, in small letters."""
    if "@" in host:
        return False
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        return False
    return name is not None and name in allowed


def is_from_us(host: str, origin: str | None, site: str | None) -> bool:
    """Return False if the headers of a request say that a page of another site sent it; otherwise
    True. `host`, `origin` and `site`: the headers Host, Origin and Sec-Fetch-Site of the request.
    `origin` and `site` are None if the request does not have them."""
    if site is not None and site not in ("same-origin", "none"):
        return False
    if origin is None:
        return True
    try:
        return urlsplit(origin).netloc.lower() == host.lower()
    except ValueError:
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Failures:
    """The number of failed logins, and the time of the last one in monotonic seconds."""

    count: int
    last: float


_NO_FAILURES: Final = _Failures(count=0, last=0.0)


class Throttle:
    """Counter of failed logins that makes clients wait: each address for its own failures, and all
    clients for the failures of all. `clock`: returns the time in monotonic seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._failures: dict[str, _Failures] = {}

    def get_wait_seconds(self, address: str) -> float:
        """Return how many seconds the client at `address` must wait before it may try to log in: 0
        if it need not wait. Failed logins of this client count, and those of all clients."""
        now = self._clock()
        wait_of_address = self._compute_wait(address, now, FREE)
        wait_of_all = self._compute_wait(_ALL, now, ALL_FREE)
        return max(wait_of_address, wait_of_all)

    def count_failure(self, address: str) -> None:
        """Count a failed login of the client at `address`, for this address and for all
        clients."""
        now = self._clock()
        if len(self._failures) >= _MOST_ADDRESSES:  # make room
            self._failures = {
                key: failures
                for key, failures in self._failures.items()
                if now - failures.last < _FORGET_AFTER_SECONDS_WHEN_FULL
            }
        for key in (address, _ALL):
            count = self._count_recent(key, now) + 1
            self._failures[key] = _Failures(count=count, last=now)

    def forget_failures(self, address: str) -> None:
        """Forget all failed logins of the client at `address`, because it has logged in. The count
        for all clients becomes one less: the caller had counted this login as failed before it
        checked the password."""
        self._failures.pop(address, None)
        failures_of_all = self._failures.get(_ALL, _NO_FAILURES)
        remaining_count = max(0, failures_of_all.count - 1)
        self._failures[_ALL] = replace(failures_of_all, count=remaining_count)

    def _count_recent(self, key: str, now: float) -> int:
        """Return the number of failed logins of a client, or of all clients. It is 0 if there was
        none in the last hour. `key`: the address of the client, or _ALL."""
        failures = self._failures.get(key)
        if failures is None or now - failures.last >= _FORGET_AFTER_SECONDS:
            return 0
        return failures.count

    def _compute_wait(self, key: str, now: float, free: int) -> float:
        """Return how many seconds are left of the pause that failed logins cause. `key`: the
        address of a client, or _ALL for the failures of all clients. `now`: in monotonic seconds.
        `free`: the number of failures from which on there is a pause. The pause begins with the
        last failure."""
        count = self._count_recent(key, now)
        if count < free:
            return 0.0
        surplus = count - free + 1
        if key == _ALL:
            pause = min(float(surplus), _LONGEST_PAUSE_FOR_ALL)  # a second more for each failure
        else:
            pause = min(2.0**surplus, _LONGEST_PAUSE)  # twice as long for each failure
        end_of_pause = self._failures[key].last + pause
        return max(0.0, end_of_pause - now)


Scope = Literal["read", "write", "settings", "programs"]
# Each permits what the one before it permits, too.
SCOPES: Final[tuple[Scope, ...]] = ("read", "write", "settings")
# Permits the answers of `syndicator mcp` over HTTP and nothing else; no other scope permits those.
PROGRAMS: Final[Scope] = "programs"


class Token(NamedTuple):
    """An API token. `scope`: the actions that it permits."""

    name: str
    scope: Scope

    def may(self, scope: Scope) -> bool:
        """Return True if the token permits actions that need `scope`. A token permits actions of
        its own scope and of the lower ones: "settings" includes "write", "write" includes "read".
        The scope PROGRAMS includes no other, and no other includes it."""
        if PROGRAMS in (self.scope, scope):
            return self.scope == scope
        return SCOPES.index(self.scope) >= SCOPES.index(scope)  # SCOPES: the lowest one first


def find_tokens_file(state_dir: Path) -> Path:
    return state_dir / "console" / "tokens.json"


def create_token(path: Path, name: str, scope: Scope, days: int, now: datetime) -> str:
    """Create an API token and return its text, which a client must send. The file `path` gets a
    hash of the text, but not the text. A token of the same name is replaced. `scope`: the actions
    that the token permits. `days`: how long it is valid, from `now`. Raises UsageError if the name
    is not valid, and ConfigError if the file cannot be read."""
    need_name(name)
    token_text = _TOKEN_PREFIX + secrets.token_urlsafe(32)
    expires = (now + timedelta(days=days)).isoformat()
    lines_by_name = read_passwords(path)
    lines_by_name[name] = f"{scope} {expires} {_hash_token(token_text)}"
    write_hashes(path, lines_by_name)
    return token_text


def revoke_token(path: Path, name: str) -> None:
    """Delete the token `name` from the file `path`. Raises UsageError if there is no such token,
    and ConfigError if the file cannot be read."""
    lines_by_name = read_passwords(path)
    if name not in lines_by_name:
        names = ", ".join(sorted(lines_by_name)) or "none"
        raise UsageError(f"there is no token {name!r}; there are: {names}")
    del lines_by_name[name]
    write_hashes(path, lines_by_name)


def find_token(path: Path, text: str, now: datetime) -> Token | None:
    """Return the API token in the file `path` whose text is `text`. Return None if there is no such
    token, or if it has expired. Raises ConfigError if the file cannot be read."""
    text_hash = _hash_token(text).encode()
    token = None
    # a token with a scope that is not known here may only read
    known_scopes: dict[str, Scope] = {scope: scope for scope in (*SCOPES, PROGRAMS)}
    try:
        for name, line in read_passwords(path).items():
            scope, expires, token_hash = line.split(" ")  # as `create_token` writes it
            is_same = hmac.compare_digest(text_hash, token_hash.encode())
            if is_same and now < datetime.fromisoformat(expires):
                token = Token(name, known_scopes.get(scope, "read"))
    except (ValueError, TypeError) as error:  # half a line, or a time without a zone
        raise ConfigError(
            f"{path} is damaged ({error}); `syndicator console --token NAME` writes it"
        ) from error
    return token


def has_scope(path: Path, scope: Scope) -> bool:
    """Return True if the file has a token with exactly this scope. Expired tokens count, too.
    Raises ConfigError if the file cannot be read."""
    lines = read_passwords(path).values()
    return any(line.partition(" ")[0] == scope for line in lines)


def _hash_token(token: str) -> str:
    """Return the hash of a token's text. A fast hash is enough, because nobody can guess 256 random
    bits."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
