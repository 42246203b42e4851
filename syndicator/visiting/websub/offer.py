"""Which hubs a feed or page names, and as what it is known there (WebSub, section 4). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from syndicator.core import secrets
from syndicator.core.model import ParsedFeed, Source
from syndicator.core.ports.subscriptions import Offer
from syndicator.core.urls import redacted
from syndicator.visiting.feeds.fields import resolve

_LONGEST = 2000  # characters of an address: our choice, as no reader makes longer ones
_MOST_HUBS = 4  # of a feed that are looked at
_LINK = re.compile(r"<([^<>]*)>((?:\s*;\s*[\w*!#$&+.^`|~-]+\s*(?:=\s*(?:\"[^\"]*\"|[^\s\",;]*))?)*)")
_REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s\",;]+))", re.IGNORECASE)


def offered(headers: Mapping[str, str], feed: ParsedFeed | None, url: str) -> Offer | None:
    """The offer of a feed fetched from `url`, None where it makes none. Link headers go before what stands in the
    body, for hub and topic each (section 4, and test 104 of websub.rocks); a feed that does not name itself is known by
    the address that answered."""
    said = _header_links(headers.get("link", ""), url)
    hubs = _addresses(said.get("hub", ()) or (feed.hubs if feed else ()))
    topics = _addresses((*said.get("self", ()), feed.self_url if feed else "", url))
    return Offer(hubs=hubs[:_MOST_HUBS], topic=topics[0]) if hubs and topics else None


def may_subscribe(source: Source) -> bool:
    """False for what is not everybody's: a source with credentials, or in a private network. Its address is nothing to
    tell a hub, which could not fetch it either."""
    private = source.headers_env or source.allow or secrets.variables(source.url)
    return not private and redacted(source.url) == source.url


def _header_links(value: str, url: str) -> dict[str, list[str]]:
    """The targets of a Link header (RFC 8288) by relation."""
    found: dict[str, list[str]] = {}
    for target, parameters in _LINK.findall(value[: 20 * _LONGEST]):
        rel = _REL.search(parameters)
        for one in (rel[1] or rel[2]).lower().split() if rel else ():
            found.setdefault(one, []).append(resolve(url, target.strip()))
    return found


def _addresses(found: Iterable[str]) -> tuple[str, ...]:
    """What can be asked: http and https addresses without credentials, each once."""
    return tuple(dict.fromkeys(one for one in found if _is_address(one)))


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        well = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return well and len(url) <= _LONGEST and redacted(url) == url and url.isprintable()
