"""Tokens of the API, created by a command, stored as hashes in a private file. Without a token the API is off."""

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
_PREFIX: Final = "syn_"  # scanners for leaked secrets look for it


class Token(NamedTuple):
    """Name of a token and its scope."""

    name: str
    scope: Scope


def file_of(state_dir: Path) -> Path:
    return state_dir / "console" / "tokens.json"


def create(path: Path, name: str, scope: Scope, days: int, now: datetime) -> str:
    """Return a new token, which replaces one of this name. Only its hash is stored. Raises UsageError, ConfigError."""
    need_name(name)
    token = _PREFIX + secrets.token_urlsafe(32)
    expires = (now + timedelta(days=days)).isoformat()
    write_hashes(path, read_passwords(path) | {name: f"{scope} {expires} {_hashed(token)}"})
    return token


def revoke(path: Path, name: str) -> None:
    """Delete a token by its name. Raises UsageError if there is none, ConfigError."""
    hashes = read_passwords(path)
    if name not in hashes:
        raise UsageError(f"there is no token {name!r}; there are: {', '.join(sorted(hashes)) or 'none'}")
    write_hashes(path, {other: hash for other, hash in hashes.items() if other != name})


def find(path: Path, text: str, now: datetime) -> Token | None:
    """Return the token with this text; None if it is unknown or expired. Raises ConfigError."""
    hashed, token = _hashed(text), None
    try:
        for name, line in read_passwords(path).items():
            scope, expires, hash = line.split(" ")
            if hmac.compare_digest(hashed.encode(), hash.encode()) and now < datetime.fromisoformat(expires):
                token = Token(name, "write" if scope == "write" else "read")
    except (ValueError, TypeError) as error:  # half a line, or a time without a zone
        raise ConfigError(f"{path} is damaged ({error}); `syndicator console --token NAME` writes it") from error
    return token


def _hashed(token: str) -> str:
    """Hash a token. A fast hash will do: 256 random bits cannot be guessed."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
