"""Ownership: an article belongs to the site of its address. Any source may announce an address, but its words and the
operator's terms count only if it owns or speaks for the address. Also faults left by versions without owners. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property

from syndicator.articles.beside.lists import RightsFile
from syndicator.core import urls
from syndicator.core.model import Article, Entry, Origin, Rules, Source, SourceState
from syndicator.core.ports import EntryRow, Known
from syndicator.core.reasons import EntryReason

NONE, SPEAKS, OWNS = 0, 1, 2  # how strong a claim to an article is
_MOST_PARTS = 5  # of a path that a place names


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """Rights of a source. `sites` (urls.site): own, linking or moved hosts; `pages`: alias keys of pages that link its
    feed; `places`: granted by the operator; `before`: domains (urls.publisher) written for before owners existed."""

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
    """The rights of `source`. `sites`: granted by a link to the address the operator wrote (a redirect proves nothing)
    or by a move; `before`: domains of before owners, until speaks_for is set."""
    own = frozenset((urls.site(source.url), *sites)) - {""}
    if source.speaks_for is None:
        return Rights(sites=own, before=frozenset(before))
    return Rights(
        sites=own,
        places=frozenset(place.casefold().removeprefix("www.").rstrip("/") for place in source.speaks_for) - {""},
    )


def rights_in(file: RightsFile, source: Source, today: date | None = None, answered: str | None = None) -> Rights:
    """The rights of `source` as the file beside the articles has them. With `today`, those by which it may write now;
    without, those by which what it wrote is published, which it keeps when it loses the others. `answered`: the site
    that its feed came from, which has to be the one that its own site moved to; None: any. Raises ConfigError."""
    sites = [*(file.linked(source.key, today) if today else file.shown(source.key))]
    for new, move in file.moved(source.key).items():
        if answered in (None, new):
            sites += [new, move.old]
    return rights_of(source, sites=sites, before=file.before(source.key))


def _places(url: str) -> Iterator[str]:
    """Every spelling of `url`'s place that speaks_for accepts: host, higher domain, with port, with path prefix."""
    own, _, path = urls.alias(url).casefold().partition("/")
    name, port = own.partition(":")[0], own.removeprefix(own.partition(":")[0])
    labels, parts = name.split("."), [part for part in path.split("?")[0].split("/") if part]
    for start in range(len(labels)):
        for host in {".".join(labels[start:]), ".".join(labels[start:]) + port}:
            yield from ("/".join((host, *parts[:end])) for end in range(min(len(parts), _MOST_PARTS) + 1))


def heard(entry: Entry, rights: Rights, url: str) -> Entry:
    """The trusted part of `entry` for the article at `url`: all of it from the owner, else its existence."""
    return entry if rights.owns(url) else Entry(id=entry.id, url=entry.url)


def terms(source: Source, rights: Rights, url: str, *, private: bool = False) -> Source:
    """`source` with its terms for `url`: on another site only stricter ones apply (content = "link", llm = false).
    `private`: the operator alone reads the feeds, and gets whole texts for excerpts."""
    if not rights.owns(url):
        source = replace(
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
    return replace(source, content="full") if private and source.content == "excerpt" else source


def origin_of(source: Source, state: SourceState, entry: Entry) -> Origin:
    """What an article says of the feed that its `entry` came from."""
    return Origin(
        title=source.title or state.feed_title,
        url=source.url,
        site=state.site_url,
        id=state.feed_id or source.url,
        updated=entry.updated or entry.published,
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
        """OWNS if the feed is of `url`'s site or linked by its front page; SPEAKS if operator or page allow; else NONE.
        `before` claims nothing: such a source may write but takes nothing."""
        if urls.site(url) in self.rights.sites:
            return OWNS
        return SPEAKS if self.rights.speaks_for(url) else NONE


class Owners(Mapping[str, Claimant]):
    """The followed sources with their rights. `linked`: pairs of a source and a further host that it owns."""

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
    def speaking(self) -> list[Rights]:
        """The rights of the sources that the operator lets speak for other places."""
        return [self._rights(source) for source in self._sources.values() if source.speaks_for]

    @cached_property
    def _by_site(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for key, site in (*((key, urls.site(source.url)) for key, source in self._sources.items()), *self._linked):
            found.setdefault(site, []).append(key)
        return found


def claim_of(article: Article, known: Mapping[str, Claimant]) -> int:
    """The claim of `article`'s source; a removed source had its feed's site; a hand owns its file."""
    if not article.source_key:
        return OWNS
    if (holder := known.get(article.source_key)) is None:
        gone = Source(key=article.source_key, url=article.origin.url)
        holder = Claimant(source=gone, rights=rights_of(gone))
    return holder.claim(article.url)


def filed_by_neighbour(article: Article, owners: Owners) -> bool:
    """True if the site of `article` is followed, at its own host or by a source that the operator lets speak for it,
    and none of its sources filed the article."""
    followed = bool(owners.of(article.url)) or any(one.speaks_for(article.url) for one in owners.speaking)
    return followed and claim_of(article, owners) == NONE


def known_at(
    known: Known, aliases: Iterable[str], url: str, source: str = "", home: str | None = None
) -> Article | None:
    """The first article of the alias keys that may be at `url`: of that site, or filed under that address by this
    `source` or on this domain. Foreign aliases of old databases count for nothing. `home`: the former site."""
    for key in aliases:
        if key not in known.articles:
            continue
        article = _by_its_owner(*known.articles[key])
        named = url in article.aliases and (article.source_key == source or urls.same_publisher(article.url, url))
        if not url or named or urls.site(article.url) in (urls.site(url), home):
            return article
    return None


def _by_its_owner(article: Article, first: Article | None) -> Article:
    """The article, or the one that it is a copy of and that has its address by the word of its own site's source:
    spelled otherwise, or before that site gave it a new one."""
    named = first is not None and urls.alias(article.url) in map(urls.alias, (first.url, *first.aliases))
    return first if first is not None and named else article


def strayed(old: Article, announced: str, answered: str) -> bool:
    """True when an address on the site of the article `old` was `announced` and another site `answered`: a redirect
    there is no revision of the article, nor another one."""
    return urls.same_site(old.url, announced) and not urls.same_site(old.url, answered)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with one article."""

    article: Article
    owner: str = ""  # key of its own site's source, where another one filed it
    text: bool = False  # title and text may be another site's
    aliases: tuple[str, ...] = ()  # of other sites
    strays: tuple[EntryRow, ...] = ()  # entries of other sites that count as it
    reader: str = ""  # key of the source whose next visit can read its page again; "" where there is none
    row: EntryRow | None = None  # its entry of that source, where it announced the article


def fault_of(
    article: Article, rows: Collection[EntryRow], known: Mapping[str, Claimant], since: datetime
) -> Fault | None:
    """The fault of `article`, or None. `rows`: its entries; `known`: followed sources; `since`: when owners began."""
    owner = _owner(article, rows, known)
    strays = tuple(row for row in rows if _strayed(row, article, known))
    aliases = tuple(url for url in article.aliases if url not in of_site(article.url, article.aliases))
    text = bool(strays and article.revisions) or _foreign(article, rows, known, since)
    if not (owner or strays or aliases or text):
        return None
    announced = {row.source_key: row for row in rows if row not in strays}
    reader = next((key for key in (owner, article.source_key, *announced) if key in known), "")
    row = announced.get(reader)
    return Fault(article=article, owner=owner, text=text, aliases=aliases, strays=strays, reader=reader, row=row)


def _owner(article: Article, rows: Collection[EntryRow], known: Mapping[str, Claimant]) -> str:
    """The source of the article's own site that announced it, where one without that claim filed it."""
    if not article.source_key or claim_of(article, known) == OWNS:
        return ""
    keys = {row.source_key for row in rows} & known.keys()
    return min((key for key in keys if known[key].claim(article.url) == OWNS), default="")


def _strayed(row: EntryRow, article: Article, known: Mapping[str, Claimant]) -> bool:
    """True for an entry that now leads to another site: one that its source did not file as this article, and that has
    no right to it."""
    filed = (row.source_key, row.entry_id) == (article.source_key, article.source_id)
    claimant = known.get(row.source_key)
    entitled = claimant is not None and claimant.rights.owns(article.url)
    return not filed and not entitled and bool(row.url) and not urls.same_site(row.url, article.url)


def _foreign(article: Article, rows: Collection[EntryRow], known: Mapping[str, Claimant], since: datetime) -> bool:
    """True where a source without a claim wrote the article and nobody has read its page for itself since then."""
    if not article.source_key or claim_of(article, known) != NONE or article.added is None or article.added >= since:
        return False
    read = [row.read_at for row in rows if row.read_at is not None and row.source_key == article.source_key]
    due = any(row.status == "pending" and row.reason == EntryReason.OWNERSHIP for row in rows)
    return not due and max(read, default=article.added) < since
