"""Decide which source owns an article and may set its values, by its address. Pure.

An article belongs to the site of its address. Any source may announce it, but only a source that
owns the address or speaks for it may set the article's values."""

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

_MOST_PARTS = 5  # parts of the path in a place of `speaks_for`
_ANY_URL = ""  # in place of an address: every article fits
_WRITTEN_BY_HAND = ""  # the source of an article that no source announced
_NOBODY = ""  # in place of the key of a source


class Claim(IntEnum):
    """The strength of a source's claim to an article. A higher number is stronger."""

    NONE = 0
    SPEAKS = 1  # the operator or the page grants it the right
    OWNS = 2  # the article is on a site of the source


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """The rights of a source to write articles.

    `sites`: sites on which it may write (`urls.site`): its own, those whose front page links its
    feed, and those of a move. `pages`: single pages that link its feed, as alias keys. `places`:
    hosts and paths that the operator granted it (`speaks_for`). `before`: domains for which it
    wrote before the program had rights. `is_mailbox`: it may write its mails, and nothing on the
    web."""

    sites: frozenset[str]
    pages: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    before: frozenset[str] = frozenset()
    is_mailbox: bool = False

    def owns(self, url: str) -> bool:
        """Return True if the source may write the article at `url`."""
        if urls.is_mail(url):
            return self.is_mailbox
        if self.is_mailbox:
            return False
        if urls.site(url) in self.sites or self.speaks_for(url):
            return True
        # domains of articles that it filed before rights were checked
        return bool(self.before) and urls.publisher(url) in self.before

    def speaks_for(self, url: str) -> bool:
        """Return True if the source has a right to the single page at `url`: this page links the
        source's feed, or the operator granted the source the site of the page or a part of it."""
        is_linking_page = urls.alias(url) in self.pages
        if is_linking_page or urls.site(url) in self.places:
            return True
        return not self.places.isdisjoint(_list_places(url))


def make_rights(
    source: Source, *, sites: Collection[str] = (), before: Collection[str] = ()
) -> Rights:
    """Return the rights of `source` to write articles: on the site of its own address, and in the
    places that the operator grants it (its setting `speaks_for`). A mailbox has no rights on the
    web.

    `sites`: further sites that it owns. `before`: domains of articles that it filed before the
    program checked rights; it keeps the right to these if `speaks_for` is not set."""
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
    """Return the rights of `source` to write articles, by its settings and by the rights file
    `file`, which has links on front pages and moves between sites. Raises ConfigError.

    `today`: the date, to leave out links that were not confirmed lately; None to include all links.
    `answered`: the site that the feed came from, to leave out moves to other sites; None to include
    all moves."""
    linked_sites = file.linked(source.key, today) if today else file.shown(source.key)
    sites = list(linked_sites)
    for new_site, move in file.moved(source.key).items():
        if answered in (None, new_site):
            sites += [new_site, move.old]
    return make_rights(source, sites=sites, before=file.before(source.key))


def _list_places(url: str) -> Iterator[str]:
    """Yield the places to which the page at `url` belongs, in each spelling that the operator may
    use in `speaks_for`: the host and each domain above it, with and without the port, alone and
    with each beginning of the path.

    For example, "https://a.example.org/b" gives "a.example.org", "a.example.org/b", "example.org",
    "example.org/b", "org" and "org/b"."""
    host_and_port, _, path = urls.alias(url).casefold().partition("/")
    name = host_and_port.partition(":")[0]
    port = host_and_port.removeprefix(name)  # ":8080", or ""
    labels = name.split(".")
    path_parts = [part for part in path.split("?")[0].split("/") if part]
    most_parts = min(len(path_parts), _MOST_PARTS)
    for first_label in range(len(labels)):
        domain = ".".join(labels[first_label:])
        for host in {domain, domain + port}:
            for part_count in range(most_parts + 1):
                yield "/".join((host, *path_parts[:part_count]))


def limit_entry(entry: Entry, rights: Rights, url: str) -> Entry:
    """Return the part of `entry` that is trusted for the page at `url`: the whole entry if its
    source owns the page, else only its id and address. `rights`: the rights of the source."""
    if rights.owns(url):
        return entry
    return Entry(id=entry.id, url=entry.url)


def limit_settings(source: Source, rights: Rights, url: str, *, private: bool = False) -> Source:
    """Return `source` with only those settings that it may use for the page at `url`. `rights`: the
    rights of the source. `private`: True if only the operator can read the published feeds, so that
    whole texts may be published in place of excerpts."""
    # on a page that it does not own, only settings by which it publishes less remain
    if not rights.owns(url):
        is_link_only = source.content == "link"
        source = replace(
            source,
            category=None,
            tags=(),
            content="link" if is_link_only else "excerpt",
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
    """Return the values that an article stores about the feed of `source`, which announced it: the
    title, address, site and id of the feed, and the time in its `entry`."""
    title = source.title or state.channel.feed_title
    # the address of a mailbox is private
    if urls.is_mailbox(source.url):
        return Origin(title=title, updated=entry.published)
    return Origin(
        title=title,
        url=source.url,
        site=state.channel.site_url,
        id=state.channel.feed_id or source.url,
        updated=entry.updated or entry.published,
    )


def filter_by_site(url: str, addresses: Iterable[str]) -> tuple[str, ...]:
    """Return the `addresses` that are on the site of `url`."""
    site = urls.site(url)
    return tuple(address for address in addresses if urls.site(address) == site)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimant:
    """A source with its rights."""

    source: Source
    rights: Rights

    def claim(self, url: str) -> Claim:
        """Return how strong the claim of the source to the article at `url` is: OWNS if it owns the
        site, SPEAKS if it has a right to this page, else NONE."""
        if urls.is_mail(url):
            return Claim.OWNS if self.rights.is_mailbox else Claim.NONE
        if urls.site(url) in self.rights.sites:
            return Claim.OWNS
        return Claim.SPEAKS if self.rights.speaks_for(url) else Claim.NONE


class Owners(Mapping[str, Claimant]):
    """The followed sources with their rights, by key. `rights`: returns the rights of a source.
    `linked`: pairs (source key, site) of further sites that sources own."""

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
        """Return the keys of the sources that own the site of `url`: it is the site of their
        address, or was linked to them."""
        return self._by_site.get(urls.site(url), [])

    @cached_property
    def granted_rights(self) -> list[Rights]:
        """The rights of those sources for which the operator set `speaks_for`."""
        return [self._rights(source) for source in self._sources.values() if source.speaks_for]

    @cached_property
    def _by_site(self) -> dict[str, list[str]]:
        """The keys of the sources that own each site, by site: those whose address is on it, and
        those whose feed its front page links."""
        keys: dict[str, list[str]] = {}
        for key, source in self._sources.items():
            keys.setdefault(urls.site(source.url), []).append(key)
        for key, site in self._linked:
            keys.setdefault(site, []).append(key)
        return keys


def get_claim(article: Article, claimants: Mapping[str, Claimant]) -> Claim:
    """Return the claim that the source of the article has to it. A source that was removed still
    owns the site of its feed. An article that was written by hand counts as owned. `claimants`: the
    followed sources, by key."""
    if article.source_key == _WRITTEN_BY_HAND:
        return Claim.OWNS
    claimant = claimants.get(article.source_key)
    if claimant is None:
        removed = Source(key=article.source_key, url=article.origin.url)
        claimant = Claimant(source=removed, rights=make_rights(removed))
    return claimant.claim(article.url)


def filed_by_neighbour(article: Article, owners: Owners) -> bool:
    """Return True if a source that has no claim to `article` filed it, although another source has
    one: it owns the article's site, or the operator lets it write the article. `owners`: the
    sources with their rights."""
    is_followed = bool(owners.list_owners(article.url))
    if not is_followed:
        is_followed = any(rights.speaks_for(article.url) for rights in owners.granted_rights)
    return is_followed and get_claim(article, owners) is Claim.NONE


def move_keeping_alias(article: Article, url: str) -> Article:
    """Return `article` with the new address `url`, and with its former address among its aliases.
    Aliases on other sites than `url` are removed, except those at which the article was filed
    once."""
    aliases = []
    for alias in dict.fromkeys((*article.aliases, article.url)):
        if alias == url:
            continue
        if urls.same_site(alias, url) or article.was_filed_at(alias):
            aliases.append(alias)
    return replace(article, url=url, aliases=tuple(aliases))


def is_former_address(article: Article, url: str) -> bool:
    """Return True if the article was once filed at `url`, a canonical address, and has another
    address now."""
    return article.url != url and article.was_filed_at(url)


def find_known_article(
    lookup: Known,
    aliases: Iterable[str],
    url: str,
    source: str = "",
    former_site: str | None = None,
) -> Article | None:
    """Return the first article in `lookup` that has one of the alias keys `aliases` and belongs to
    the address `url`; None without one. With `url` "", return the first article with such a key.

    An alias key alone proves nothing, as any feed can state one. So the article must be on the site
    of `url`, or on `former_site` (from which that site moved). Otherwise `url` must be among its
    aliases, and `source`, the key of a source, must be allowed to use this alias."""
    for alias_key in aliases:
        if alias_key not in lookup.articles:
            continue
        # the article, and the one into which it is merged or None
        article, shown_article = lookup.articles[alias_key]
        if shown_article:
            shown_urls = (shown_article.url, *shown_article.aliases)
            if urls.alias(article.url) in map(urls.alias, shown_urls):
                article = shown_article  # the owner announced this copy's address as its own
        if url == _ANY_URL:
            return article
        if urls.site(article.url) in (urls.site(url), former_site):
            return article
        if url in article.aliases and _may_have_alias(article, url, source):
            return article
    return None


def _may_have_alias(article: Article, url: str, source: str) -> bool:
    """Return True if an entry of `source` with the address `url` may mean `article`, which has this
    address as an alias on another site. This is so if the source filed the article, if both
    addresses are of one publisher, or if the article was once filed at `url`. `source`: a key."""
    if article.source_key == source or urls.same_publisher(article.url, url):
        return True
    return article.was_filed_at(url)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Errors in an article that come from versions of Syndicator in which sources had no rights.

    `owner`: the source of the article's site if another source filed it, else "". `text`: the title
    and text may be those of another site. `aliases`: addresses on other sites. `strays`: rows of
    entries of other sites that are stored as this article. `reader`: the source that can read its
    page again, "" without one. `row`: the entry of the source `reader`, None without one."""

    article: Article
    owner: str = ""
    text: bool = False
    aliases: tuple[str, ...] = ()
    strays: tuple[EntryRow, ...] = ()
    reader: str = ""
    row: EntryRow | None = None


def find_fault(
    article: Article, rows: Collection[EntryRow], claimants: Mapping[str, Claimant], since: datetime
) -> Fault | None:
    """Return the errors that sources of other sites may have made in `article` before their rights
    were checked; None without any.

    `rows`: the entries that are stored as this article. `claimants`: the followed sources, by key.
    `since`: when this database began to check rights."""
    owner = _find_owner(article, rows, claimants)
    strays = tuple(row for row in rows if _is_stray(row, article, claimants))
    same_site_aliases = filter_by_site(article.url, article.aliases)
    foreign_aliases = []
    for url in article.aliases:
        if url not in same_site_aliases and not article.was_filed_at(url):
            foreign_aliases.append(url)
    may_be_revised_by_stray = bool(strays and article.revisions)
    has_foreign_text = may_be_revised_by_stray or _is_written_without_claim(
        article, rows, claimants, since
    )
    has_fault = owner or strays or foreign_aliases or has_foreign_text
    if not has_fault:
        return None

    # the source that can read the page again: the owner if possible, else one that announced it
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
        aliases=tuple(foreign_aliases),
        strays=strays,
        reader=reader,
        row=rows_by_source.get(reader),
    )


def _find_owner(
    article: Article, rows: Collection[EntryRow], claimants: Mapping[str, Claimant]
) -> str:
    """Return the key of the source that should have filed the article in place of its present
    source: it owns the article's site, and one of its entries is among `rows`, the entries that are
    stored as this article. Return "" if there is none, or if the article is right as it is: its
    source owns the site, or it was written by hand. `claimants`: the followed sources, by key."""
    is_by_hand = article.source_key == _WRITTEN_BY_HAND
    if is_by_hand or get_claim(article, claimants) is Claim.OWNS:
        return _NOBODY
    announcing_keys = {row.source_key for row in rows} & claimants.keys()
    owner_keys = [key for key in announcing_keys if claimants[key].claim(article.url) is Claim.OWNS]
    return min(owner_keys, default=_NOBODY)  # any of them, but always the same


def _is_stray(row: EntryRow, article: Article, claimants: Mapping[str, Claimant]) -> bool:
    """Return True if the entry of `row` is stored as the article by mistake: its address is on
    another site, and its source may not write the article. `claimants`: the followed sources, by
    key."""
    is_entry_of_file = row.source_key == article.source_key and row.entry_id == article.source_id
    if is_entry_of_file:  # the article was filed from this entry
        return False
    claimant = claimants.get(row.source_key)
    if claimant is not None and claimant.rights.owns(article.url):
        return False
    return bool(row.url) and not urls.same_site(row.url, article.url)


def _is_written_without_claim(
    article: Article, rows: Collection[EntryRow], claimants: Mapping[str, Claimant], since: datetime
) -> bool:
    """Return True if the title and text of the article may be those of another site: a source
    without a claim to it filed it before `since`, and its page was not read again since then. If
    the page is due to be read again, return False.

    `rows`: the entries that are stored as this article. `claimants`: the followed sources, by key.
    `since`: when this database began to check rights."""
    is_by_hand = article.source_key == _WRITTEN_BY_HAND
    added = article.added
    if is_by_hand or added is None or added >= since:
        return False
    if get_claim(article, claimants) is not Claim.NONE:
        return False
    for row in rows:
        if row.status == "pending" and row.reason == EntryReason.OWNERSHIP:  # due to be read
            return False
    last_read = added
    for row in rows:
        if row.source_key == article.source_key and row.read_at is not None:
            last_read = max(last_read, row.read_at)
    return last_read < since
