"""Turns at hosts and waits, shared by several machines."""

from datetime import datetime
from typing import NamedTuple, Protocol


class Turn(NamedTuple):
    """Permission for one request; return it with its `token`. `away`, `detail`: the host's recent failure, or ""."""

    token: int
    away: str = ""
    detail: str = ""


class Busy(NamedTuple):
    """Refusal for now: ask again after `seconds`. `held`: the host asked us to wait."""

    seconds: float
    held: bool = False


class HostTurns(Protocol):
    """Turns, one at a time per host; they expire after a lease on the shared clock. Raises StoreError."""

    def take(self, host: str) -> Turn | Busy:
        """Take a turn at `host`, unless another caller has it, its pause lasts or it is held."""

    def give_back(self, host: str, turn: Turn, pause: float) -> None:
        """Free the host after `pause` seconds or its longer crawl-delay. An expired turn is ignored."""

    def set_delay(self, host: str, seconds: float) -> None:
        """Set the host's crawl-delay for all machines."""

    def hold(self, host: str, seconds: float) -> None:
        """Grant no turns at the host for `seconds`."""

    def set_away(self, host: str, reason: str, detail: str, seconds: float) -> None:
        """Record for `seconds` that the host cannot be reached. Failures in a row are counted."""


class Waits(Protocol):
    """Hosts and URLs that asked us to wait."""

    def until(self, what: str) -> datetime | None:
        """Return the end of the wait of `what` (a host or a URL), or None."""

    def any(self) -> bool:
        """Return False if certainly nothing waits."""

    def add(self, what: str, until: datetime) -> None:
        """Durably record a wait of `what` until `until`; a stored later end stays."""
