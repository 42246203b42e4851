"""The HTTP client: httpx's requests over aiohttp's transport. Every address is checked before it is connected to."""

from syndicator.visiting.fetch.client import HttpFetcher
from syndicator.visiting.fetch.ssrf import Refusal, next_hop
from syndicator.visiting.fetch.transport import AddrInfo, Blocked, open_socket

__all__ = ["AddrInfo", "Blocked", "HttpFetcher", "Refusal", "next_hop", "open_socket"]
