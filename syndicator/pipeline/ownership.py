"""Whose an article is. Any source may announce an address; the address itself answers, through its page; the article
belongs to the site of its address. What a source says of an article counts where it owns that address or speaks for it,
and so do the terms that the operator set for the source. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from syndicator import urls
from syndicator.model import Entry, Rules, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """Whose articles a source may write. `sites` (urls.site): its own, and those whose pages link its feed; `moved`:
    the site to which its feed moved for good, which may write, while the operator's terms were not meant for it;
    `hosts`: the operator's word."""

    sites: frozenset[str]
    moved: str = ""
    hosts: tuple[str, ...] = ()

    def owns(self, url: str) -> bool:
        """True when what the source says of the article at `url` counts."""
        return self.covers(url) or (bool(self.moved) and urls.site(url) == self.moved)

    def covers(self, url: str) -> bool:
        """True when the operator's terms for the source (content, licence, robots, rules, tags ...) hold at `url`."""
        return urls.site(url) in self.sites or any(is_at(url, host) for host in self.hosts)


def rights_of(
    source: Source, moved_to: str | None = None, *, linked: Collection[str] = (), before: Collection[str] = ()
) -> Rights:
    """The rights of `source`. `moved_to`: the address its feed moved to; `linked`: sites whose pages link the feed;
    `before`: sites it wrote for before there were owners, which it keeps until the operator answers with speaks_for."""
    moved = urls.site(moved_to) if moved_to else ""
    hosts = tuple(before) if source.speaks_for is None else source.speaks_for
    return Rights(sites=frozenset((urls.site(source.url), *linked)) - {""}, moved=moved, hosts=hosts)


def is_at(url: str, place: str) -> bool:
    """True when `url` is at `place`: a host with its subdomains ("example.org"), with the beginning of a path where
    strangers share the host ("github.com/alice"), or a site as `urls.site` names it."""
    host, _, path = place.casefold().partition("/")
    own, _, rest = urls.alias(url).casefold().partition("/")
    own = own if ":" in host else own.partition(":")[0]
    inside = not path or f"{rest}/".startswith(f"{path.rstrip('/')}/")
    named = host.removeprefix("www.")
    return ((own == named or own.endswith(f".{named}")) and inside) or urls.site(url) == place


def heard(entry: Entry, rights: Rights, url: str) -> Entry:
    """What counts of the announcement `entry` for the article at `url`: all of it from its owner; from anybody else
    that it exists."""
    return entry if rights.owns(url) else Entry(id=entry.id, url=entry.url)


def terms(source: Source, rights: Rights, url: str) -> Source:
    """`source` as it holds for the article at `url`: on another site no terms of the operator's apply but the stricter
    ones, a title only (content = "link") and no language model (llm = false)."""
    if rights.covers(url):
        return source
    return replace(
        source,
        category=None,
        tags=(),
        content="link" if source.content == "link" else "excerpt",
        language=None,
        licence=None,
        robots="obey",
        allow=(),
        headers_env={},
        rules=Rules(),
    )


def of_site(url: str, addresses: Iterable[str]) -> tuple[str, ...]:
    """Those of `addresses` that are on the site of `url`: an article is found under no other."""
    site = urls.site(url)
    return tuple(address for address in addresses if urls.site(address) == site)
