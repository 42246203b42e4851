"""Limits on requests to our server: for one request, one client, and all clients together."""

import ipaddress
from typing import Final

HEAD_BYTES: Final = 32_768  # request line and header; nginx takes as much, and a browser with many cookies sends half
HEADERS: Final = 100  # lines of a header, as Apache and gunicorn have it; a browser sends some twenty
BODY_BYTES: Final = 65_536  # default: a form with some lines of text
FORM_BYTES: Final = 3_000_000  # for console users: an OPML document of ten thousand feeds
PIPELINED: Final = 32  # requests of a connection that wait for an answer; apt sends ten, browsers and proxies one
HEADER_SECONDS: Final = 10.0  # from the connection, or the end of the answer before, to the end of the header
REQUEST_SECONDS: Final = 30.0  # and to the end of the body: 5 MB at 1.4 Mbit/s
ANSWER_SECONDS: Final = 300.0  # from there to the last byte of the answer: 5 MB at 17 kB/s
LINGER_SECONDS: Final = 2.0  # for a refused client to read the answer; an immediate close could reset it
PART_BYTES: Final = 262_144  # of an answer per write: more would wait in memory for a slow reader
CONNECTIONS: Final = 1000  # of one process; 60,000 hourly readers with 5 s keep-alive use 85
SHARE: Final = 2  # every second descriptor of the process at most: the rest is for fetching and files
CLIENT_SHARE: Final = 4  # a client has every fourth connection at most; a proxy, which is one client, needs about ten


def most_connections(descriptors: int) -> int:
    """Return the maximum of connections if a process may open `descriptors` files (RLIMIT_NOFILE)."""
    return max(1, min(CONNECTIONS, descriptors // SHARE))


def most_of_a_client(connections: int) -> int:
    """Return the maximum of `connections` for one client."""
    return max(1, connections // CLIENT_SHARE)


def client_of(host: str) -> str:
    """Return the client of peer `host`: its IPv4 address or IPv6 /64, the smallest network of a customer."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv4Address):
        return host
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))
