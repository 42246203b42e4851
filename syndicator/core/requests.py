"""Values for HTTP requests, their answers and lists of links; limits on clients of our server."""

import hashlib
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from syndicator.core.reasons import FetchReason

_UNASKED: Final = frozenset(
    {FetchReason.UNSET_VARIABLE, FetchReason.BAD_COOKIES, FetchReason.NO_BROWSER}
)  # failures that are noticed before a request is sent
OURS = FetchReason.SYSTEM  # failure of this machine, not of a host
REMEMBERED = 150  # items of a list page that are kept to recognise the list; a choice
# Limits on requests to our server: for one request, for one client, and for all clients together.
# request line and header: nginx accepts as much, a browser with many cookies sends half of it
HEAD_BYTES: Final = 32_768
# lines of a header, the limit of Apache and gunicorn; a browser sends some twenty
HEADERS: Final = 100
BODY_BYTES: Final = 65_536  # usual body: a form with some lines of text
FORM_BYTES: Final = 3_000_000  # body from console users: an OPML document of ten thousand feeds
# requests that a client may send before it has the answer to the first; apt sends ten, browsers and
# proxies one
PIPELINED: Final = 32
# time for the header, from the connection or the end of the answer before
HEADER_SECONDS: Final = 10.0
REQUEST_SECONDS: Final = 30.0  # time for header and body: 5 MB at 1.4 Mbit/s
ANSWER_SECONDS: Final = 300.0  # time to send the answer: 5 MB at 17 kB/s
# time for a refused client to read the answer: TCP may discard it if we close at once
LINGER_SECONDS: Final = 2.0
# bytes of an answer in one write: more would wait in memory for a slow client
PART_BYTES: Final = 262_144
CONNECTIONS: Final = 1000  # of one process; 60,000 hourly readers with 5 s keep-alive use 85
# connections use at most one of two file descriptors: the others are for fetching and files
SHARE: Final = 2
# a client has at most one of four connections; a proxy, which is one client, needs about ten
SHARE_OF_ONE: Final = 4
# Places in queues (`core.fair_queue`), of which a client, token or source has at most a quarter.
# All are choices.
# requests that ask for a feed by a question: at 0.3 s each, the last of a client's 32 waits 10 s
QUESTIONS: Final = 128
# CPU time for one question; with 100,000 articles it takes a quarter of that
QUESTION_SECONDS: Final = 2.0
JOBS: Final = 200  # jobs of the API
PUSHES: Final = 1000  # pushes of hubs
# bytes of all waiting pushes: some dozens of the largest feeds, or a thousand small ones
PUSH_BYTES: Final = 64_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request to send. `deadline`: seconds for name lookup, connection, redirects and body
    together. `etag`, `last_modified`: of an earlier answer, if the program has one; the server may
    then answer that nothing changed."""

    url: str
    kind: Literal["feed", "page", "robots", "hub", "llm", "image", "webhook"] = "page"
    etag: str | None = None
    last_modified: str | None = None
    deadline: float = 15.0
    headers: Mapping[str, str] = field(default_factory=dict)  # sent to the first origin only
    # variable name -> value for ${NAME} in `url`: core/secrets.py
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
    """The answer to a request, with a body."""

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
        """The SHA-256 of the body, in hexadecimal."""
        return hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """The answer 304: the earlier answer is still current. `url` was requested; `final_url` is the
    address after redirects; `moved_to` is the target if all redirects were permanent."""

    url: str
    final_url: str
    headers: Mapping[str, str]
    moved_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A request without a usable answer. `reason`: a code of `core.reasons`, or "http-" with the
    status. `status`: of the answer, None if there was none. `retry_after`: when the host allows the
    next request, None if it did not say."""

    url: str
    reason: str
    detail: str = ""
    status: int | None = None
    retry_after: datetime | None = None
    fresh_seconds: float = 0.0  # freshness by the answer's headers

    @property
    def no_network(self) -> bool:
        """True if no connection to the host was possible, as without a network."""
        return self.reason in (FetchReason.DNS, FetchReason.CONNECT)

    @property
    def ours(self) -> bool:
        """True if no request was sent because this machine lacked open files or memory."""
        return self.reason == OURS

    @property
    def unasked(self) -> bool:
        """True if no request was sent, because the host is paused until `retry_after`, credentials
        are missing, or there is no browser."""
        if self.reason in _UNASKED:
            return True
        # a host that limits requests; without a status it was not asked this time
        return self.reason == FetchReason.RATE_LIMITED and self.status is None


FetchResult = Fetched | NotModified | Failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An article that a list page links."""

    url: str  # canonical
    title: str = ""
    published: datetime | None = None
    image: str = ""  # absolute, "" when none


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An item of a list page, with the marks by which such items are recognised. `key`: alias key
    of its address. `form`: tags and classes around its link, such as "li.post > a". `path`: the
    same without classes. `shape`: the pattern of its address. `layout`: the order of picture, title
    and date, such as "ptd"."""

    item: Item
    key: str  # urls.alias
    form: str = ""
    path: str = ""
    shape: str = ""
    layout: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An item that an earlier visit saw on the list."""

    url: str
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrapper:
    """The marks by which the items of a list page are found again. Each kind of mark has the most
    frequent ones first. There are several kinds because a new layout of the page changes only some
    of them."""

    by: str = ""  # from what it was learnt: "json-ld", "h-feed" or "blocks"
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
    """Return the number of connections that the server of this process may accept at a time.
    `descriptors`: the number of files that the process may open (RLIMIT_NOFILE)."""
    return max(1, min(CONNECTIONS, descriptors // SHARE))


def most_of_one(places: int) -> int:
    """Return the number of `places`, such as those in a queue, that one client, token or source may
    have: a quarter of them, but at least 1."""
    return max(1, places // SHARE_OF_ONE)


def name_client(host: str) -> str:
    """Return the name under which the requests of a client are counted. `host`: its IP address. The
    name is the address for IPv4, and the network, such as "2001:db8::/64", for IPv6, because each
    customer of a provider has a whole network of addresses."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])  # without the interface, as in %eth0
    except ValueError:  # no IP address, such as "localhost"
        return host
    if isinstance(address, ipaddress.IPv4Address):
        return host
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))
