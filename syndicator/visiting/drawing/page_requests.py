"""Decide which requests of a page are answered while it is drawn, and when it is complete. Pure."""

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
# A page is complete after so many looks in a row that found no change and no new request. It is not
# a number of seconds, because a script that computes for long delays the looks, too. This and the
# seconds below are our choices.
_QUIET_LOOKS: Final = 4
# a page that changes all the time, as one with a clock does, is complete after so many seconds
_CHANGING_SECONDS: Final = 8.0
_MOST_SECONDS: Final = 20.0  # then any page is complete, also if requests are not answered yet


class Treatment(Enum):
    """How a request of a page is treated: loaded by this program's fetcher, given an empty answer
    without a request, or refused."""

    LOAD = auto()
    EMPTY = auto()
    REFUSE = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """A request of a page that is being drawn. `kind`: its purpose, as browsers name it, such as
    "document", "script", "xhr" or "image". `is_framed`: it comes from a frame in the page.
    `accept`: the value of its header Accept, "" without one."""

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
    """Return how `request` of a page is treated. Style sheets get an empty answer. Documents,
    scripts and data are loaded, if the request is a GET outside frames and the page's `budget` of
    requests and bytes is not spent. All others are refused."""
    if request.kind in _LEFT_EMPTY:
        return Treatment.EMPTY
    if request.kind not in _LOADED or request.method != "GET" or request.is_framed:
        return Treatment.REFUSE
    if not request.url.startswith(("http://", "https://")):
        return Treatment.REFUSE
    return Treatment.REFUSE if budget.is_spent else Treatment.LOAD


def is_complete(*, seconds: float, quiet_looks: int, pending: int) -> bool:
    """Return True if a page in Chromium needs no further waiting.

    `seconds`: the time since the page was opened. `quiet_looks`: how many looks at the page, up to
    now and in a row, found no change. `pending`: the number of the page's requests that have no
    answer yet."""
    if seconds >= _MOST_SECONDS:
        return True
    if pending:
        return False
    # a page with a clock changes all the time, and never has quiet looks
    return quiet_looks >= _QUIET_LOOKS or seconds >= _CHANGING_SECONDS
