"""Leave to ask hosts and knowledge of hosts, shared by machines."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple, Protocol


class Turn(NamedTuple):
    """Leave for one request. `token` returns it; `away`: reason and detail of a recent failure, or ""."""

    token: int
    away: str = ""
    detail: str = ""


class Busy(NamedTuple):
    """No leave yet: `seconds` until it is worth to ask again. `held`: it asked to be left alone for so long."""

    seconds: float
    held: bool = False


class HostTurns(Protocol):
    """Leaves, one per host at a time, that expire after `lease` seconds of the keeper's clock. Raises StoreError."""

    def take(self, host: str) -> Turn | Busy:
        """Leave for a request to `host`, unless another one has it, its pause is not over, or it is held."""

    def give_back(self, host: str, turn: Turn, pause: float) -> None:
        """Free the host `pause` seconds from now (or its crawl-delay); ignored if the leave expired."""

    def set_delay(self, host: str, seconds: float) -> None:
        """The host's crawl-delay, for all who ask it."""

    def hold(self, host: str, seconds: float) -> None:
        """Nobody gets leave for so long."""

    def set_away(self, host: str, reason: str, detail: str, seconds: float) -> None:
        """The host was not reached: for so long nobody needs to try. The times in a row are counted."""


class Waits(Protocol):
    """Which hosts and URLs asked us to wait, and until when."""

    def until(self, what: str) -> datetime | None:
        """Until when `what` (a host or a URL) is not to be asked, None when it may be."""

    def any(self) -> bool:
        """False where nothing waits for certain."""

    def add(self, what: str, until: datetime) -> None:
        """Nothing is asked of `what` before `until`; a wait that ends later stays. Durable when it returns."""
