"""Decide which source owns an article and may set its values, by its address. Pure.

An article belongs to the site of its address. Any source may announce it; values come only from a
source that owns or speaks for the address."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property

from syndicator.articles.beside.rights_toml import RightsFile
from syndicator.core import urls
from syndicator.core.model import Article, Entry, Origin, Rules, Source, SourceState
from syndicator.core.ports import EntryRow, Known
from syndicator.core.reasons import EntryReason

NONE = 0
SPEAKS = 1
OWNS = 2  # how strong a claim to an article is
_MOST_PARTS = 5  # of a path that a place names


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
        """True if the source may write the article at `url`."""
        if self.is_mailbox or urls.is_mail(url):
            return self.is_mailbox and urls.is_mail(url)
        if urls.site(url) in self.sites or self.speaks_for(url):
            return True
        return bool(self.before) and urls.publisher(url) in self.before

    def speaks_for(self, url: str) -> bool:
        """True if the page at `url` or the operator grants the right."""
        return (
            urls.alias(url) in self.pages
            or urls.site(url) in self.places
            or not self.places.isdisjoint(_places(url))
        )


def rights_of(
    source: Source, *, sites: Collection[str] = (), before: Collection[str] = ()
) -> Rights:
    """Return the rights of `source`. `sites`: further hosts; `before`: domains that stay until
    speaks_for is set."""
    if urls.is_mailbox(source.url):
        return Rights(sites=frozenset(), is_mailbox=True)
    own = frozenset((urls.site(source.url), *sites)) - {""}
    if source.speaks_for is None:
        return Rights(sites=own, before=frozenset(before))
    return Rights(
        sites=own,
        places=frozenset(
            place.casefold().removeprefix("www.").rstrip("/") for place in source.speaks_for
        )
        - {""},
    )


def rights_in(
    file: RightsFile, source: Source, today: date | None = None, answered: str | None = None
) -> Rights:
    """Return the rights of `source` in `file`: to write on the day `today`, or (None) to show its
    articles. `answered`: site that the feed came from, as a move must match; None: any. Raises
    ConfigError."""
    sites = [*(file.linked(source.key, today) if today else file.shown(source.key))]
    for new, move in file.moved(source.key).items():
        if answered in (None, new):
            sites += [new, move.old]
    return rights_of(source, sites=sites, before=file.before(source.key))


def _places(url: str) -> Iterator[str]:
    """Yield each place of `url` that speaks_for accepts: host, higher domain, with port, with path
    prefix."""
    own, _, path = urls.alias(url).casefold().partition("/")
    name = own.partition(":")[0]
    port = own.removeprefix(own.partition(":")[0])
    labels = name.split(".")
    parts = [part for part in path.split("?")[0].split("/") if part]
    for start in range(len(labels)):
        for host in {".".join(labels[start:]), ".".join(labels[start:]) + port}:
            yield from (
                "/".join((host, *parts[:end])) for end in range(min(len(parts), _MOST_PARTS) + 1)
            )


def heard(entry: Entry, rights: Rights, url: str) -> Entry:
    """Return the part of `entry` trusted at `url`: all if the source owns it, else id and
    address."""
    return entry if rights.owns(url) else Entry(id=entry.id, url=entry.url)


def terms(source: Source, rights: Rights, url: str, *, private: bool = False) -> Source:
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


def origin_of(source: Source, state: SourceState, entry: Entry) -> Origin:
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


def of_site(url: str, addresses: Iterable[str]) -> tuple[str, ...]:
    """Return those `addresses` that are on the site of `url`."""
    site = urls.site(url)
    return tuple(address for address in addresses if urls.site(address) == site)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimant:
    """A source with its rights."""

    source: Source
    rights: Rights

    def claim(self, url: str) -> int:
        """Return OWNS for the source's sites, SPEAKS if operator or page grant the right, else
        NONE."""
        if urls.is_mail(url):
            return OWNS if self.rights.is_mailbox else NONE
        if urls.site(url) in self.rights.sites:
            return OWNS
        return SPEAKS if self.rights.speaks_for(url) else NONE


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

    def of(self, url: str) -> list[str]:
        """Return the keys of the sources that own the site of `url`."""
        return self._by_site.get(urls.site(url), [])

    @cached_property
    def speaking(self) -> list[Rights]:
        """Return the rights of sources with `speaks_for`."""
        return [self._rights(source) for source in self._sources.values() if source.speaks_for]

    @cached_property
    def _by_site(self) -> dict[str, list[str]]:
        keys: dict[str, list[str]] = {}
        for key, site in (
            *((key, urls.site(source.url)) for key, source in self._sources.items()),
            *self._linked,
        ):
            keys.setdefault(site, []).append(key)
        return keys


def claim_of(article: Article, claimants: Mapping[str, Claimant]) -> int:
    """Return the claim of the article's source. A removed source owns its feed's site; a hand owns
    its file."""
    if not article.source_key:
        return OWNS
    if (holder := claimants.get(article.source_key)) is None:
        gone = Source(key=article.source_key, url=article.origin.url)
        holder = Claimant(source=gone, rights=rights_of(gone))
    return holder.claim(article.url)


def filed_by_neighbour(article: Article, owners: Owners) -> bool:
    """True if a followed source owns or speaks for the article's site, but another source filed
    it."""
    followed = bool(owners.of(article.url)) or any(
        rights.speaks_for(article.url) for rights in owners.speaking
    )
    return followed and claim_of(article, owners) == NONE


def move_keeping_alias(article: Article, url: str) -> Article:
    """Return `article` with the address `url`; its former one becomes an alias. Aliases on another
    site stay only if the article was filed there."""
    former = dict.fromkeys((*article.aliases, article.url))
    stay = (alias for alias in former if urls.same_site(alias, url) or article.was_filed_at(alias))
    return replace(article, url=url, aliases=tuple(alias for alias in stay if alias != url))


def is_former_address(article: Article, url: str) -> bool:
    """True if the article was filed at the canonical `url` and has another address now."""
    return article.url != url and article.was_filed_at(url)


def known_at(
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
        named = url in article.aliases and (
            article.source_key == source
            or urls.same_publisher(article.url, url)
            or article.was_filed_at(url)
        )
        if not url or named or urls.site(article.url) in (urls.site(url), home):
            return article
    return None


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


def fault_of(
    article: Article, rows: Collection[EntryRow], claimants: Mapping[str, Claimant], since: datetime
) -> Fault | None:
    """Return the fault of `article`, or None. `rows`: its entries; `since`: when ownership
    began."""
    owner = _owner(article, rows, claimants)
    strays = tuple(row for row in rows if _strayed(row, article, claimants))
    own = of_site(article.url, article.aliases)
    aliases = tuple(
        url for url in article.aliases if url not in own and not article.was_filed_at(url)
    )
    text = bool(strays and article.revisions) or _foreign(article, rows, claimants, since)
    if not (owner or strays or aliases or text):
        return None
    announced = {row.source_key: row for row in rows if row not in strays}
    reader = next((key for key in (owner, article.source_key, *announced) if key in claimants), "")
    row = announced.get(reader)
    return Fault(
        article=article,
        owner=owner,
        text=text,
        aliases=aliases,
        strays=strays,
        reader=reader,
        row=row,
    )


def _owner(article: Article, rows: Collection[EntryRow], claimants: Mapping[str, Claimant]) -> str:
    if not article.source_key or claim_of(article, claimants) == OWNS:
        return ""
    keys = {row.source_key for row in rows} & claimants.keys()
    return min((key for key in keys if claimants[key].claim(article.url) == OWNS), default="")


def _strayed(row: EntryRow, article: Article, claimants: Mapping[str, Claimant]) -> bool:
    """True if an entry leads to another site's article without a right to it."""
    filed = (row.source_key, row.entry_id) == (article.source_key, article.source_id)
    claimant = claimants.get(row.source_key)
    entitled = claimant is not None and claimant.rights.owns(article.url)
    return not filed and not entitled and bool(row.url) and not urls.same_site(row.url, article.url)


def _foreign(
    article: Article, rows: Collection[EntryRow], claimants: Mapping[str, Claimant], since: datetime
) -> bool:
    """True if a source without a claim wrote the article, and its page was not read again since
    `since`."""
    added = article.added
    if (
        not article.source_key
        or added is None
        or added >= since
        or claim_of(article, claimants) != NONE
    ):
        return False
    read = [
        row.read_at
        for row in rows
        if row.read_at is not None and row.source_key == article.source_key
    ]
    due = any(row.status == "pending" and row.reason == EntryReason.OWNERSHIP for row in rows)
    return not due and max(read, default=added) < since
