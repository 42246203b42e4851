"""Values of HTTP requests, answers and lists of links; and limits on clients of our server."""

import hashlib
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from syndicator.core.reasons import FetchReason

_UNASKED: Final = frozenset(
    {FetchReason.UNSET_VARIABLE, FetchReason.BAD_COOKIES, FetchReason.NO_BROWSER}
)  # found before a request
OURS = FetchReason.SYSTEM
REMEMBERED = 150  # items by which a list is recognised; a choice
# Limits on requests to our server: for one request, one client, and all clients together.
# request line and header; nginx takes as much, and a browser with many cookies sends half
HEAD_BYTES: Final = 32_768
# lines of a header, as Apache and gunicorn have it; a browser sends some twenty
HEADERS: Final = 100
BODY_BYTES: Final = 65_536  # default: a form with some lines of text
FORM_BYTES: Final = 3_000_000  # for console users: an OPML document of ten thousand feeds
# requests of a connection that wait for an answer; apt sends ten, browsers and proxies one
PIPELINED: Final = 32
# from the connection, or the end of the answer before, to the end of the header
HEADER_SECONDS: Final = 10.0
REQUEST_SECONDS: Final = 30.0  # and to the end of the body: 5 MB at 1.4 Mbit/s
ANSWER_SECONDS: Final = 300.0  # from there to the last byte of the answer: 5 MB at 17 kB/s
# for a refused client to read the answer; an immediate close could reset it
LINGER_SECONDS: Final = 2.0
PART_BYTES: Final = 262_144  # of an answer per write: more would wait in memory for a slow reader
CONNECTIONS: Final = 1000  # of one process; 60,000 hourly readers with 5 s keep-alive use 85
# every second descriptor of the process at most: the rest is for fetching and files
SHARE: Final = 2
# a client has every fourth connection at most; a proxy, which is one client, needs about ten
SHARE_OF_ONE: Final = 4
# Places of those who wait (`core.fair_queue`), of which one client, token or source has every
# fourth at most. Choices. requests for feeds of questions: at 0.3 s each, the last of a client's
# 32 waits for 10 s
QUESTIONS: Final = 128
# of CPU for one question; those at 100,000 articles take a quarter of it
QUESTION_SECONDS: Final = 2.0
JOBS: Final = 200  # jobs of the API
PUSHES: Final = 1000  # pushes of hubs, and
# their bytes: some dozens of the largest feeds, or a burst of a thousand small ones
PUSH_BYTES: Final = 64_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One outbound request. `deadline`: seconds for DNS, connection, redirects and body
    together."""

    url: str
    kind: Literal["feed", "page", "robots", "hub", "llm", "image", "webhook"] = "page"
    etag: str | None = None
    last_modified: str | None = None
    deadline: float = 15.0
    headers: Mapping[str, str] = field(default_factory=dict)  # sent to the first origin only
    # of `url`: core/secrets.py
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    # file whose cookies go to the host of `url`, below the folder of the configuration
    cookies: str = ""
    allow: tuple[str, ...] = ()  # private networks permitted for the first origin
    method: Literal["GET", "POST"] = "GET"
    body: bytes | None = None
    robots: Literal["obey", "ignore"] = "obey"  # "ignore": the operator overrides robots.txt
    stay: bool = False  # True: return a redirect to another host, do not follow it
    connect: float | None = None  # seconds for DNS, connection and TLS; None: the deadline
    most: int | None = None  # bytes of the answer as sent, below fetch.wire_bytes
    draw: bool = False  # a page that scripts fill: let a browser draw it


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    url: str  # requested
    final_url: str  # after redirects
    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes  # with content encoding undone
    moved_to: str | None = None  # target if all redirects so far were 301 or 308
    permit: str = ""  # permitted by: robots.txt, no robots.txt, operator; "" if not checked
    warning: str = ""  # for the operator, although the fetch succeeded

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    url: str
    final_url: str
    headers: Mapping[str, str]
    moved_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A failed request. `reason`: a code of `core.reasons`, or "http-" with the status."""

    url: str
    reason: str
    detail: str = ""
    status: int | None = None
    retry_after: datetime | None = None
    fresh_seconds: float = 0.0  # freshness by the answer's headers

    @property
    def no_network(self) -> bool:
        """True if no connection to the host was possible."""
        return self.reason in (FetchReason.DNS, FetchReason.CONNECT)

    @property
    def ours(self) -> bool:
        """True if this machine was short of files or memory: no request was made."""
        return self.reason == OURS

    @property
    def unasked(self) -> bool:
        """True if no request was made: the host is paused until `retry_after`, credentials are
        missing, or there is no browser."""
        if self.reason in _UNASKED:
            return True
        return self.reason == FetchReason.RATE_LIMITED and self.status is None


FetchResult = Fetched | NotModified | Failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An article in a list."""

    url: str  # canonical
    title: str = ""
    published: datetime | None = None
    image: str = ""  # absolute, "" when none


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A list item as displayed. `form`: tags and classes around its link ("li.post > a"); `path`:
    tags only; `shape`: of its address; `layout`: order of picture, title and date ("ptd")."""

    item: Item
    key: str  # urls.alias
    form: str = ""
    path: str = ""
    shape: str = ""
    layout: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An item that was on the list before."""

    url: str
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrapper:
    """Marks that recognise the items of a list, most frequent first; several, as a new layout
    changes some."""

    by: str = ""  # learnt from "json-ld", "h-feed" or "blocks"
    forms: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    shapes: tuple[str, ...] = ()
    layouts: tuple[str, ...] = ()
    dated: int = 0
    title_length: int = 0  # median, in characters
    newest_first: bool = False
    seen: tuple[Seen, ...] = ()
    note: str = ""
    pointed: bool = False
    whole: bool = False  # when learnt, the page was a list, not an article


def most_connections(descriptors: int) -> int:
    """Return the maximum of connections if a process may open `descriptors` files
    (RLIMIT_NOFILE)."""
    return max(1, min(CONNECTIONS, descriptors // SHARE))


def most_of_one(places: int) -> int:
    """Return the maximum of `places` for one client, token or source."""
    return max(1, places // SHARE_OF_ONE)


def client_of(host: str) -> str:
    """Return the client of peer `host`: its IPv4 address or IPv6 /64, the smallest network of a
    customer."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv4Address):
        return host
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))
