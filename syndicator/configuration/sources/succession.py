"""Whether a source carries on with the feed of one that was removed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from syndicator.core import urls
from syndicator.core.ports import FeedRow

Addresses = Mapping[str, tuple[str, ...]]  # key of a source -> where it was, the newest last


def successions(wanted: Mapping[str, str], kept: Addresses, rows: Mapping[str, FeedRow]) -> dict[str, str]:
    """Removed sources that have a feed (`rows`, by key), each with the source that is at the newest of its addresses at
    which there is one (`wanted`: key -> address, as configured). A feed that moved to a source that is there stays."""
    found: dict[str, str] = {}
    gone = sorted(kept.keys() & rows.keys() - wanted.keys())
    at = {urls.alias(url): key for key, url in wanted.items()} if gone else {}
    for key in gone:
        target = rows[key].moved_to
        heirs = [at[alias] for alias in map(urls.alias, reversed(kept[key])) if alias in at]
        if heirs and (target is None or target.slug not in wanted):
            found[key] = heirs[0]
    return found


def departures(wanted: Mapping[str, str], kept: Addresses, rows: Mapping[str, FeedRow]) -> list[str]:
    """Sources whose feed moved to another source's and no longer has to: that other one was removed, or the key was
    given to an address that it never had."""
    found = []
    for key in sorted(wanted.keys() & rows.keys()):
        target = rows[key].moved_to
        if target is not None and (target.slug not in wanted or not is_at(wanted[key], kept.get(key, ()))):
            found.append(key)
    return found


def with_address(known: tuple[str, ...], url: str) -> tuple[str, ...]:
    """`known` with `url` as the newest."""
    if known and (known[-1] == url or urls.alias(known[-1]) == urls.alias(url)):
        return known
    return (*(other for other in known if urls.alias(other) != urls.alias(url)), url)


def is_at(url: str, known: Iterable[str]) -> bool:
    """True when `url` is one of the addresses, or another spelling of one."""
    return urls.alias(url) in map(urls.alias, known)
