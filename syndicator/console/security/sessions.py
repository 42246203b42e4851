"""Who is logged in. A session has an id that its cookie names and a token that its forms carry, both random and new at
each login. Sessions end with the process, after a day, and after four idle hours."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace

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
        found = self._all.get(key)
        if found is None:
            return None
        if now - found.seen > IDLE_SECONDS or now - found.began > WHOLE_SECONDS:
            del self._all[key]
            return None
        self._all[key] = replace(found, seen=now)
        return replace(found, id=id)

    def end(self, id: str) -> None:
        self._all.pop(_key(id), None)


def is_token(session: Session, given: str) -> bool:
    """Whether a form that brought `given` was made for this session. Pure."""
    return hmac.compare_digest(session.token.encode(), given.encode())


def _key(id: str) -> bytes:
    return hashlib.sha256(id.encode()).digest()
