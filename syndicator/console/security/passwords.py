"""The file of passwords: a name and a scrypt hash each, for this account alone. The console is off without it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from pathlib import Path

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
    """What is kept of a password: method, cost, salt, hash."""
    made = hashlib.scrypt(password.encode(), salt=salt, n=n, r=_R, p=_P, maxmem=_MEMORY, dklen=_LENGTH)
    return "$".join(("scrypt", str(n), *(base64.b64encode(part).decode() for part in (salt, made))))


def matches(password: str, kept: str) -> bool:
    """Whether `kept` was made of `password`; False for what cannot be read."""
    try:
        method, cost, salt, _ = kept.split("$")
        again = hashed(password, base64.b64decode(salt), n=int(cost)) if method == "scrypt" else ""
    except ValueError:
        return False
    return hmac.compare_digest(again, kept)


def read(path: Path) -> dict[str, str]:
    """The hashes by name, none where there is no file. Raises ConfigError for one that others may read or that is
    damaged."""
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
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise UsageError(f"{name!r} is no name: up to {LONGEST_NAME} characters that can be seen")
    if len(password) < LEAST:
        raise UsageError(f"the password is too short: {LEAST} characters at least; a few words are easy to keep")
    disk.make_private_folder(path.parent)
    known = read(path) | {name: hashed(password, secrets.token_bytes(16))}
    disk.write(path, json.dumps(known, indent=1).encode(), mode=disk.PRIVATE)


def check_password(known: dict[str, str], name: str, password: str) -> str:
    """What is kept of the password of `name`, "" where this is not it. Takes as long for a name that nobody has."""
    kept = known.get(name)
    if kept is None:
        hashed(password, _DECOY.encode())
        return ""
    return kept if matches(password, kept) else ""
