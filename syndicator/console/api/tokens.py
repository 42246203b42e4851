"""Tokens of the API: made by a command, kept as hashes in a private file. No token, no API."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Literal, cast

from syndicator.articles import disk
from syndicator.console.security import LONGEST_NAME, read_passwords
from syndicator.core.errors import UsageError

Scope = Literal["read", "write"]
_PREFIX: Final = "syn_"  # by which scanners find one that was published


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token that was given: its name, and what it allows."""

    name: str
    scope: Scope


def file_of(state_dir: Path) -> Path:
    return state_dir / "console" / "tokens.json"


def create(path: Path, name: str, scope: Scope, days: int, now: datetime) -> str:
    """Make a token, in place of the one that had this name. It is returned and kept nowhere. Raises UsageError,
    ConfigError."""
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise UsageError(f"{name!r} is no name: up to {LONGEST_NAME} characters that can be seen")
    token = _PREFIX + secrets.token_urlsafe(32)
    expires = (now + timedelta(days=days)).isoformat()
    _write(path, read_passwords(path) | {name: f"{scope} {expires} {_hashed(token)}"})
    return token


def revoke(path: Path, name: str) -> None:
    """Delete a token by its name. Raises UsageError if there is none, ConfigError."""
    known = read_passwords(path)
    if name not in known:
        raise UsageError(f"there is no token {name!r}; there are: {', '.join(sorted(known)) or 'none'}")
    _write(path, {other: kept for other, kept in known.items() if other != name})


def find(path: Path, given: str, now: datetime) -> Token | None:
    """The token that was given, None for one that is unknown or has expired. Raises ConfigError."""
    hashed, found = _hashed(given), None
    for name, kept in read_passwords(path).items():
        scope, expires, known = kept.split(" ")
        if hmac.compare_digest(hashed, known) and now < datetime.fromisoformat(expires):
            found = Token(name=name, scope=cast(Scope, scope))
    return found


def _hashed(token: str) -> str:
    """Its 256 random bits cannot be tried, so the hash need not be slow."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _write(path: Path, known: dict[str, str]) -> None:
    disk.make_private_folder(path.parent)
    disk.write(path, json.dumps(known, indent=1).encode(), mode=disk.PRIVATE)
