"""Tokens of the API: made by a command, kept as hashes in a private file. No token, no API."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Literal, NamedTuple

from syndicator.console.security import need_name, read_passwords, write_hashes
from syndicator.core.errors import ConfigError, UsageError

Scope = Literal["read", "write"]
_PREFIX: Final = "syn_"  # by which scanners find one that was published


class Token(NamedTuple):
    """A token that was given: its name, and what it allows."""

    name: str
    scope: Scope


def file_of(state_dir: Path) -> Path:
    return state_dir / "console" / "tokens.json"


def create(path: Path, name: str, scope: Scope, days: int, now: datetime) -> str:
    """Make a token, in place of one of this name; it is kept nowhere. Raises UsageError, ConfigError."""
    need_name(name)
    token = _PREFIX + secrets.token_urlsafe(32)
    expires = (now + timedelta(days=days)).isoformat()
    write_hashes(path, read_passwords(path) | {name: f"{scope} {expires} {_hashed(token)}"})
    return token


def revoke(path: Path, name: str) -> None:
    """Delete a token by its name. Raises UsageError if there is none, ConfigError."""
    known = read_passwords(path)
    if name not in known:
        raise UsageError(f"there is no token {name!r}; there are: {', '.join(sorted(known)) or 'none'}")
    write_hashes(path, {other: kept for other, kept in known.items() if other != name})


def find(path: Path, given: str, now: datetime) -> Token | None:
    """The token that was given, None for one that is unknown or has expired. Raises ConfigError."""
    hashed, found = _hashed(given), None
    try:
        for name, kept in read_passwords(path).items():
            scope, expires, known = kept.split(" ")
            if hmac.compare_digest(hashed.encode(), known.encode()) and now < datetime.fromisoformat(expires):
                found = Token(name, "write" if scope == "write" else "read")
    except (ValueError, TypeError) as error:  # half a line, or a time without a zone
        raise ConfigError(f"{path} is damaged ({error}); `syndicator console --token NAME` writes it") from error
    return found


def _hashed(token: str) -> str:
    """Its 256 random bits cannot be tried, so the hash need not be slow."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
