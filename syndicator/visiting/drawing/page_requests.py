"""Decide what a page that is drawn may load, and when it is complete. Pure."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

# Limits of one page; choices.
MOST_REQUESTS: Final = 150  # of a page with many modules about a hundred
MOST_BYTES: Final = 25_000_000  # of all its answers, decompressed

_LOADED: Final = frozenset({"document", "script", "xhr", "fetch"})
# Scripts wait for style sheets, which change no text.
_LEFT_EMPTY: Final = frozenset({"stylesheet"})

LOOK_SECONDS: Final = 0.25  # between two looks at a page
# Looks that find neither a change nor a request: then it is complete. Looks and not seconds, as a
# script that computes keeps us from looking. A choice, as are the seconds.
_QUIET_LOOKS: Final = 4
_RESTLESS: Final = 8.0  # a page that always changes, such as by a clock, is taken after so long
_LATEST: Final = 20.0  # also while it still asks for something


class Treatment(Enum):
    """The three ways to treat a request of a page."""

    LOAD = auto()  # by our fetcher
    EMPTY = auto()  # it is answered without a request
    REFUSE = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """A request of a page. `kind`: its purpose, as browsers name it ("document", "script", "xhr",
    "image"); `is_framed`: a document in another one; `accept`: its header."""

    url: str
    kind: str
    method: str = "GET"
    is_framed: bool = False
    accept: str = ""


@dataclass(slots=True)
class Budget:
    """The requests and bytes that a page has used so far."""

    requests: int = 0
    used_bytes: int = 0

    @property
    def is_spent(self) -> bool:
        """True if the page may load nothing more."""
        return self.requests >= MOST_REQUESTS or self.used_bytes >= MOST_BYTES

    @property
    def bytes_left(self) -> int:
        """The bytes that the page may still load."""
        return max(0, MOST_BYTES - self.used_bytes)


def choose_treatment(request: PageRequest, budget: Budget) -> Treatment:
    """Return how `request` is treated. Only reading is permitted (GET); pages in frames are not
    loaded."""
    if request.kind in _LEFT_EMPTY:
        return Treatment.EMPTY
    if request.kind not in _LOADED or request.method != "GET" or request.is_framed:
        return Treatment.REFUSE
    if not request.url.startswith(("http://", "https://")):
        return Treatment.REFUSE
    return Treatment.REFUSE if budget.is_spent else Treatment.LOAD


def is_complete(*, seconds: float, quiet_looks: int, pending: int) -> bool:
    """Return True if a page is to be read as it is now. `seconds`: since it was opened;
    `quiet_looks`: so many found nothing new; `pending`: requests without an answer."""
    if seconds >= _LATEST:
        return True
    if pending:
        return False
    return quiet_looks >= _QUIET_LOOKS or seconds >= _RESTLESS
