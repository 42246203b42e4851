"""Whose an article is. Any source may announce an address; the address itself answers, through its page; the article
belongs to the site of its address. What a source says of an article counts where it owns that address or speaks for it,
and so do the terms that the operator set for the source. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from syndicator.core import urls
from syndicator.core.model import Article, Entry, Rules, Source

NONE, SPEAKS, OWNS = 0, 1, 2  # how strong a claim to an article is
_MOST_PARTS = 5  # of a path that a place names


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """Whose articles a source may write. `sites` (urls.site): its own host, those whose front page links its feed and
    those its site moved to; `pages`: alias keys of pages that link its feed, which speak for themselves alone;
    `places`: hosts, and paths on shared hosts, that the operator lets it speak for; `before`: domains (urls.publisher)
    it wrote for before articles had owners."""

    sites: frozenset[str]
    pages: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    before: frozenset[str] = frozenset()

    def owns(self, url: str) -> bool:
        """True if what the source says of the article at `url` counts."""
        if urls.site(url) in self.sites or self.speaks_for(url):
            return True
        return bool(self.before) and urls.publisher(url) in self.before

    def speaks_for(self, url: str) -> bool:
        """True if the page at `url` or the operator lets the source speak for it."""
        return (
            urls.alias(url) in self.pages or urls.site(url) in self.places or not self.places.isdisjoint(_places(url))
        )


def rights_of(source: Source, *, sites: Collection[str] = (), before: Collection[str] = ()) -> Rights:
    """The rights of `source`. `sites`: hosts that gave it the right to speak for them, by a link to the feed at the
    address that the operator wrote (where that redirects to, its server decides, and may send us to anybody's feed) or
    by a move; `before`: domains it wrote for before there were owners, which it keeps until the operator answers with
    speaks_for."""
    own = frozenset((urls.site(source.url), *sites)) - {""}
    if source.speaks_for is None:
        return Rights(sites=own, before=frozenset(before))
    return Rights(sites=own, places=frozenset(map(_normal, source.speaks_for)) - {""})


def _normal(place: str) -> str:
    return place.casefold().removeprefix("www.").rstrip("/")


def _places(url: str) -> Iterator[str]:
    """Every spelling of the place of `url` that speaks_for accepts: its host, a domain above that, one of these with
    its port, and each with the beginning of its path."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimant:
    """A source with its rights."""

    source: Source
    rights: Rights

    def claim(self, url: str) -> int:
        """OWNS if the source's feed is of the site of `url`, or linked by its front page; SPEAKS if the operator or the
        page itself lets it speak for `url`; NONE otherwise. A feed that wrote for the site before articles had owners
        claims nothing: it may write what it brings and takes nothing from others."""
        if urls.site(url) in self.rights.sites:
            return OWNS
        return SPEAKS if self.rights.speaks_for(url) else NONE


class Owners(Mapping[str, Claimant]):
    """The followed sources by key, each with its rights. `rights` finds those of a source; `linked`: pairs of a source
    and a host, besides its own, whose owner it is."""

    def __init__(
        self, sources: Mapping[str, Source], rights: Callable[[Source], Rights], linked: Iterable[tuple[str, str]]
    ) -> None:
        self._sources, self._rights, self._linked = sources, rights, linked

    def __getitem__(self, key: str) -> Claimant:
        source = self._sources[key]
        return Claimant(source=source, rights=self._rights(source))

    def __iter__(self) -> Iterator[str]:
        return iter(self._sources)

    def __len__(self) -> int:
        return len(self._sources)

    def of(self, url: str) -> list[str]:
        """The keys of the sources that own the site of `url`."""
        return self._by_site.get(urls.site(url), [])

    @cached_property
    def _by_site(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for key, site in (*((key, urls.site(source.url)) for key, source in self._sources.items()), *self._linked):
            found.setdefault(site, []).append(key)
        return found


def claim_of(article: Article, known: Mapping[str, Claimant]) -> int:
    """The claim of the source that the file of `article` names; one that is followed no more had the feed it came
    from; a hand that wrote the file owns it."""
    if not article.source_key:
        return OWNS
    holder = known.get(article.source_key)
    if holder is None:
        gone = Source(key=article.source_key, url=article.origin.url)
        holder = Claimant(source=gone, rights=rights_of(gone))
    return holder.claim(article.url)
