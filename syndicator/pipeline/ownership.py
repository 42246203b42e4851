"""Whose an article is. Any source may announce an address; the address itself answers, through its page; the article
belongs to the site of its address. What a source says of an article counts where it owns that address or speaks for it,
and so do the terms that the operator set for the source. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from syndicator import urls
from syndicator.model import Entry, Rules, Source

_MOST_PARTS = 5  # of a path that a place names


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """Whose articles a source may write, and where what the operator set for it holds. `sites` (urls.site): its own,
    and those whose pages link its feed; `places`: hosts, and paths on shared hosts, that the operator lets it speak
    for; `before`: sites that it wrote for before articles had owners."""

    sites: frozenset[str]
    places: frozenset[str] = frozenset()
    before: frozenset[str] = frozenset()

    def owns(self, url: str) -> bool:
        """True when what the source says of the article at `url` counts."""
        site = urls.site(url)
        return site in self.sites or site in self.before or self.speaks_for(url)

    def speaks_for(self, url: str) -> bool:
        """True where the operator lets the source speak for the host of `url`."""
        return urls.site(url) in self.places or not self.places.isdisjoint(_places(url))


def rights_of(source: Source, *, linked: Collection[str] = (), before: Collection[str] = ()) -> Rights:
    """The rights of `source`. `linked`: sites whose pages link its feed, at the address that the operator wrote: where
    that redirects to, its server decides, and may send us to anybody's feed; `before`: sites it wrote for before there
    were owners, which it keeps until the operator answers with speaks_for."""
    own = frozenset((urls.site(source.url), *linked)) - {""}
    if source.speaks_for is None:
        return Rights(sites=own, before=frozenset(before))
    return Rights(sites=own, places=frozenset(map(_normal, source.speaks_for)) - {""})


def _normal(place: str) -> str:
    return place.casefold().removeprefix("www.").rstrip("/")


def _places(url: str) -> Iterator[str]:
    """What the operator may call a place that has `url`: its host, a domain above that, one of these with its port, and
    each with the beginning of its path."""
    own, _, path = urls.alias(url).casefold().partition("/")
    name, port = own.partition(":")[0], own.removeprefix(own.partition(":")[0])
    labels, parts = name.split("."), [part for part in path.split("?")[0].split("/") if part]
    for start in range(len(labels)):
        for host in {".".join(labels[start:]), ".".join(labels[start:]) + port}:
            for end in range(min(len(parts), _MOST_PARTS) + 1):
                yield "/".join((host, *parts[:end]))


def heard(entry: Entry, rights: Rights, url: str) -> Entry:
    """What counts of the announcement `entry` for the article at `url`: all of it from its owner; from anybody else
    that it exists."""
    return entry if rights.owns(url) else Entry(id=entry.id, url=entry.url)


def terms(source: Source, rights: Rights, url: str) -> Source:
    """`source` as it holds for the article at `url`: on another site no terms of the operator's apply but the stricter
    ones, a title only (content = "link") and no language model (llm = false)."""
    if rights.owns(url):
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
