"""Decide which source owns an article and may set its values, by its address. Pure.

An article belongs to the site of its address. Any source may announce it; values come only from a
source that owns or speaks for the address."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import IntEnum
from functools import cached_property

from syndicator.articles.beside.rights_toml import RightsFile
from syndicator.core import urls
from syndicator.core.model import Article, Entry, Origin, Rules, Source, SourceState
from syndicator.core.ports import EntryRow, Known
from syndicator.core.reasons import EntryReason

_MOST_PARTS = 5  # of a path that a place names
_ANY_URL = ""
_WRITTEN_BY_HAND = ""  # the source of an article that no source announced
_NOBODY = ""


class Claim(IntEnum):
    """The strength of a source's claim to an article."""

    NONE = 0
    SPEAKS = 1  # the operator or the page grants it the right
    OWNS = 2  # the article is on a site of the source


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """Rights of a source. `sites` (urls.site): own, linking or moved hosts; `pages`: alias keys of
    pages that link its feed; `places`: granted by the operator; `before`: domains that it wrote for
    before owners existed; `is_mailbox`: it writes its mails, and nothing on the web."""

    sites: frozenset[str]
    pages: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    before: frozenset[str] = frozenset()
    is_mailbox: bool = False

    def owns(self, url: str) -> bool:
        """Return True if the source may write the article at `url`."""
        if self.is_mailbox or urls.is_mail(url):
            return self.is_mailbox and urls.is_mail(url)
        if urls.site(url) in self.sites or self.speaks_for(url):
            return True
        return bool(self.before) and urls.publisher(url) in self.before

    def speaks_for(self, url: str) -> bool:
        """Return True if the page at `url` or the operator grants the right."""
        if urls.alias(url) in self.pages or urls.site(url) in self.places:
            return True
        return not self.places.isdisjoint(_list_places(url))


def make_rights(
    source: Source, *, sites: Collection[str] = (), before: Collection[str] = ()
) -> Rights:
    """Return the rights of `source`. `sites`: further hosts; `before`: domains that stay until
    speaks_for is set."""
    if urls.is_mailbox(source.url):
        return Rights(sites=frozenset(), is_mailbox=True)
    own_sites = frozenset((urls.site(source.url), *sites)) - {""}
    if source.speaks_for is None:
        return Rights(sites=own_sites, before=frozenset(before))
    places = {place.casefold().removeprefix("www.").rstrip("/") for place in source.speaks_for}
    return Rights(sites=own_sites, places=frozenset(places - {""}))


def load_rights(
    file: RightsFile, source: Source, today: date | None = None, answered: str | None = None
) -> Rights:
    """Return the rights of `source` in `file`: to write on the day `today`, or (None) to show its
    articles. `answered`: the site that the feed came from, as a move must match; None: any. Raises
    ConfigError."""
    linked_sites = file.linked(source.key, today) if today else file.shown(source.key)
    sites = list(linked_sites)
    for new, move in file.moved(source.key).items():
        if answered in (None, new):
            sites += [new, move.old]
    return make_rights(source, sites=sites, before=file.before(source.key))


def _list_places(url: str) -> Iterator[str]:
    """Yield each place of `url` that speaks_for accepts: host, higher domain, with port, with path
    prefix."""
    host_and_port, _, path = urls.alias(url).casefold().partition("/")
    name = host_and_port.partition(":")[0]
    port = host_and_port.removeprefix(name)  # with its colon
    labels = name.split(".")
    parts = [part for part in path.split("?")[0].split("/") if part]
    for start in range(len(labels)):
        domain = ".".join(labels[start:])
        for host in {domain, domain + port}:
            for end in range(min(len(parts), _MOST_PARTS) + 1):
                yield "/".join((host, *parts[:end]))


def limit_entry(entry: Entry, rights: Rights, url: str) -> Entry:
    """Return the part of `entry` trusted at `url`: all if the source owns it, else id and
    address."""
    if rights.owns(url):
        return entry
    return Entry(id=entry.id, url=entry.url)


def limit_settings(source: Source, rights: Rights, url: str, *, private: bool = False) -> Source:
    """Return `source` with its settings for `url`; on another site only stricter ones apply
    (content = "link", llm = false). `private`: only the operator reads the feeds, so whole texts
    replace excerpts."""
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
            cookies="",
            rules=Rules(),
        )
    if private and source.content in ("excerpt", "private"):
        return replace(source, content="full")
    return source


def describe_origin(source: Source, state: SourceState, entry: Entry) -> Origin:
    """Return the feed of `entry`, as stored in its article. The address of a mailbox is its
    reader's alone."""
    if urls.is_mailbox(source.url):
        return Origin(title=source.title or state.channel.feed_title, updated=entry.published)
    return Origin(
        title=source.title or state.channel.feed_title,
        url=source.url,
        site=state.channel.site_url,
        id=state.channel.feed_id or source.url,
        updated=entry.updated or entry.published,
    )


def filter_by_site(url: str, addresses: Iterable[str]) -> tuple[str, ...]:
    """Return those `addresses` that are on the site of `url`."""
    site = urls.site(url)
    return tuple(address for address in addresses if urls.site(address) == site)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimant:
    """A source with its rights."""

    source: Source
    rights: Rights

    def claim(self, url: str) -> Claim:
        """Return the claim of the source to the article at `url`."""
        if urls.is_mail(url):
            return Claim.OWNS if self.rights.is_mailbox else Claim.NONE
        if urls.site(url) in self.rights.sites:
            return Claim.OWNS
        return Claim.SPEAKS if self.rights.speaks_for(url) else Claim.NONE


class Owners(Mapping[str, Claimant]):
    """Followed sources with their rights, by key. `linked`: (source, host) for further hosts that
    they own."""

    def __init__(
        self,
        sources: Mapping[str, Source],
        rights: Callable[[Source], Rights],
        linked: Iterable[tuple[str, str]],
    ) -> None:
        self._sources = sources
        self._rights = rights
        self._linked = linked

    def __getitem__(self, key: str) -> Claimant:
        source = self._sources[key]
        return Claimant(source=source, rights=self._rights(source))

    def __iter__(self) -> Iterator[str]:
        return iter(self._sources)

    def __len__(self) -> int:
        return len(self._sources)

    def list_owners(self, url: str) -> list[str]:
        """Return the keys of the sources that own the site of `url`."""
        return self._by_site.get(urls.site(url), [])

    @cached_property
    def granted_rights(self) -> list[Rights]:
        """The rights of sources with `speaks_for`."""
        return [self._rights(source) for source in self._sources.values() if source.speaks_for]

    @cached_property
    def _by_site(self) -> dict[str, list[str]]:
        """The keys of the sources that own a site, by site."""
        keys: dict[str, list[str]] = {}
        for key, source in self._sources.items():
            keys.setdefault(urls.site(source.url), []).append(key)
        for key, site in self._linked:
            keys.setdefault(site, []).append(key)
        return keys


def get_claim(article: Article, claimants: Mapping[str, Claimant]) -> Claim:
    """Return the claim of the article's source to it. A removed source owns the site of its feed;
    an article without a source was written by hand and is owned."""
    if article.source_key == _WRITTEN_BY_HAND:
        return Claim.OWNS
    claimant = claimants.get(article.source_key)
    if claimant is None:
        removed = Source(key=article.source_key, url=article.origin.url)
        claimant = Claimant(source=removed, rights=make_rights(removed))
    return claimant.claim(article.url)


def filed_by_neighbour(article: Article, owners: Owners) -> bool:
    """Return True if a followed source owns or speaks for the article's site, but another source
    filed it."""
    is_site_followed = bool(owners.list_owners(article.url)) or any(
        rights.speaks_for(article.url) for rights in owners.granted_rights
    )
    return is_site_followed and get_claim(article, owners) is Claim.NONE


def move_keeping_alias(article: Article, url: str) -> Article:
    """Return `article` with the address `url`; its former one becomes an alias. Aliases on another
    site stay only if the article was filed there."""
    aliases = []
    for alias in dict.fromkeys((*article.aliases, article.url)):
        if alias == url:
            continue
        if urls.same_site(alias, url) or article.was_filed_at(alias):
            aliases.append(alias)
    return replace(article, url=url, aliases=tuple(aliases))


def is_former_address(article: Article, url: str) -> bool:
    """Return True if the article was filed at the canonical `url` and has another address now."""
    return article.url != url and article.was_filed_at(url)


def find_known_article(
    lookup: Known, aliases: Iterable[str], url: str, source: str = "", home: str | None = None
) -> Article | None:
    """Return the first article under `aliases` that `url` ("": any) may mean, or None: one on the
    site of `url` or on `home`, its former site, or one with the alias `url` that `source` filed,
    that has the same publisher or that was filed at `url`."""
    for key in aliases:
        if key not in lookup.articles:
            continue
        article, first = lookup.articles[key]
        if first and urls.alias(article.url) in map(urls.alias, (first.url, *first.aliases)):
            article = first  # the owner announced this copy's address as its own
        if url == _ANY_URL or urls.site(article.url) in (urls.site(url), home):
            return article
        if url in article.aliases and _may_have_alias(article, url, source):
            return article
    return None


def _may_have_alias(article: Article, url: str, source: str) -> bool:
    """Return True if the alias `url`, on another site, is one that `source` may use: it filed the
    article, the publisher is the same, or the article was filed there."""
    if article.source_key == source or urls.same_publisher(article.url, url):
        return True
    return article.was_filed_at(url)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Errors that versions without ownership left in an article."""

    article: Article
    owner: str = ""  # source of its site, if another one filed it
    text: bool = False  # title and text may be another site's
    aliases: tuple[str, ...] = ()  # of other sites
    strays: tuple[EntryRow, ...] = ()  # entries of other sites that count as it
    reader: str = ""  # source that can read its page again, or ""
    row: EntryRow | None = None  # the reader's entry


def find_fault(
    article: Article, rows: Collection[EntryRow], claimants: Mapping[str, Claimant], since: datetime
) -> Fault | None:
    """Return the fault of `article`, or None. `rows`: its entries; `since`: when ownership
    began."""
    owner = _find_owner(article, rows, claimants)
    strays = tuple(row for row in rows if _is_stray(row, article, claimants))
    same_site = filter_by_site(article.url, article.aliases)
    foreign_aliases = tuple(
        url for url in article.aliases if url not in same_site and not article.was_filed_at(url)
    )
    has_foreign_text = bool(strays and article.revisions) or _is_written_without_claim(
        article, rows, claimants, since
    )
    if not (owner or strays or foreign_aliases or has_foreign_text):
        return None
    rows_by_source = {row.source_key: row for row in rows if row not in strays}
    reader = _NOBODY
    for key in (owner, article.source_key, *rows_by_source):
        if key in claimants:
            reader = key
            break
    return Fault(
        article=article,
        owner=owner,
        text=has_foreign_text,
        aliases=foreign_aliases,
        strays=strays,
        reader=reader,
        row=rows_by_source.get(reader),
    )


def _find_owner(
    article: Article, rows: Collection[EntryRow], claimants: Mapping[str, Claimant]
) -> str:
    """Return the source that owns the article's site and announced it, if another one filed it;
    else ""."""
    if not article.source_key or get_claim(article, claimants) is Claim.OWNS:
        return _NOBODY
    announcing = {row.source_key for row in rows} & claimants.keys()
    owners = [key for key in announcing if claimants[key].claim(article.url) is Claim.OWNS]
    return min(owners, default=_NOBODY)


def _is_stray(row: EntryRow, article: Article, claimants: Mapping[str, Claimant]) -> bool:
    """Return True if an entry leads to another site's article without a right to it."""
    if (row.source_key, row.entry_id) == (article.source_key, article.source_id):
        return False  # the entry that was filed
    claimant = claimants.get(row.source_key)
    if claimant is not None and claimant.rights.owns(article.url):
        return False
    return bool(row.url) and not urls.same_site(row.url, article.url)


def _is_written_without_claim(
    article: Article, rows: Collection[EntryRow], claimants: Mapping[str, Claimant], since: datetime
) -> bool:
    """Return True if a source without a claim wrote the article, and its page was not read again
    since `since`."""
    added = article.added
    if not article.source_key or added is None or added >= since:
        return False
    if get_claim(article, claimants) is not Claim.NONE:
        return False
    if any(row.status == "pending" and row.reason == EntryReason.OWNERSHIP for row in rows):
        return False  # its page is due to be read
    read_times = [
        row.read_at
        for row in rows
        if row.read_at is not None and row.source_key == article.source_key
    ]
    return max(read_times, default=added) < since
