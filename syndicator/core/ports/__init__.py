"""Protocols where parts plug in or must not see the store, and their values. `services.container` chooses the
implementations. Store methods for services only are not here. Datetimes are aware UTC."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from syndicator.core.model import Article, Entry, EntryStatus, FeedKey, FetchResult, Outcome, Request, SourceState
from syndicator.core.ports.articles import FileStamp as FileStamp
from syndicator.core.ports.llm import Asked as Asked
from syndicator.core.ports.llm import Choosable as Choosable
from syndicator.core.ports.llm import Enriched as Enriched
from syndicator.core.ports.llm import Enricher as Enricher
from syndicator.core.ports.llm import Material as Material
from syndicator.core.ports.llm import Meter as Meter
from syndicator.core.ports.llm import Reply as Reply
from syndicator.core.ports.subscriptions import Picture
from syndicator.core.reasons import EntryReason


class Fetcher(Protocol):
    """Fetches URLs. Nothing is stored but what the implementation remembers of a host."""

    async def fetch(self, request: Request) -> FetchResult:
        """The answer after redirects within `request.deadline` seconds (not counting the wait for a turn), or a
        `Failed`. `request.headers` reach the request's origin only. Cancelling closes the connection."""

    async def aclose(self) -> None:
        """Closes the connections. The fetcher must not be used afterwards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """An entry in the store. `entry` is kept while pending, its start while muted."""

    source_key: str
    entry_id: str
    url: str  # canonical, "" when none
    digest: str
    status: EntryStatus
    first_seen: datetime
    tries: int = 0  # to read its page, failed ones
    next_try: datetime | None = None  # None: at the next visit
    reason: str | None = None  # why refused, skipped or still pending
    detail: str = ""
    article_id: str | None = None
    read_at: datetime | None = None
    entry: Entry | None = None

    def reopened(self) -> EntryRow:
        """The entry as one that is to be read at the next visit, by what the feed says of it then."""
        return replace(self, status="pending", digest="", next_try=None)

    def done(self, article_id: str, now: datetime) -> EntryRow:
        """The entry as one that is this article of the store."""
        return replace(self, status="done", article_id=article_id, read_at=now, reason=None, detail="", entry=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """Numbers of articles of one source, of all, and of sources; the latter two only if the source has none."""

    own: int
    articles: int = 0
    sources: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What an article filed at `at` is compared by: its packed sketch, and the keys by which similar texts find it.
    `since`: how early the article is believed to exist; a known one stays. `named`: alias of the original that its page
    names. Sketches filed before `forget` are deleted; their keys stay."""

    at: datetime
    data: bytes
    keys: Sequence[int]
    forget: datetime
    since: datetime | None = None
    named: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocks:
    """The digests of the blocks of text of an article of `host`."""

    host: str
    digests: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Like:
    """An article of `source`, for which the store looks for similar ones: earlier ones in the feed of the source by
    title and by `found_by`, and those filed since `since` by `keys` (values of its sketch)."""

    source: str
    title: str
    published: datetime | None
    found_by: Sequence[int]
    keys: Sequence[int]
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the store has at some alias keys: the articles by key, each with the one that it is merged into. `earlier`
    (ids, at most 10 by title and 10 by text) and `likely` (articles with their sketches) are those that are alike."""

    withdrawn: bool = False
    pruned: bool = False
    articles: Mapping[str, tuple[Article, Article | None]] = field(default_factory=dict)
    earlier: Sequence[str] = ()
    likely: Sequence[tuple[Article, bytes]] = ()

    @property
    def away(self) -> EntryReason | None:
        """Why an article must not be filed: an operator withdrew or pruned it. None for everything else."""
        if self.withdrawn:
            return EntryReason.WITHDRAWN
        return EntryReason.PRUNED if self.pruned else None


class VisitStore(Protocol):
    """The store for visits, for one thread. Each write is one transaction, committed when it returns; within `shared`,
    at the next `commit`, in order. An article, its row, aliases, entry and stale marks are one (`record`). Reads see
    commits and own writes. Every method raises StoreError with the cure (damage, disk full, locked for 10 s), DiskError
    without descriptors."""

    def shared(self, first: Callable[[], object] = lambda: None) -> AbstractContextManager[None]:
        """Inside the block writes wait for `commit`, which its end calls too. `first` is called before each commit."""

    def commit(self) -> None:
        """Makes durable what was written within `shared` since the last commit."""

    def waiting(self) -> int:
        """How many writes wait for a commit."""

    def entries(self, source_key: str, entry_ids: Sequence[str]) -> dict[str, EntryRow]:
        """The rows of those of the entries that are known, by entry id."""

    def save_entries(self, rows: Sequence[EntryRow]) -> None:
        """Inserts or replaces the rows by (source_key, entry_id), all in one transaction."""

    def pending(self, source_key: str, now: datetime) -> list[EntryRow]:
        """Pending rows whose next_try is None or not after `now`, oldest first_seen first."""

    def seen_since(self, source_key: str, since: datetime) -> list[tuple[datetime, datetime | None]]:
        """When each entry first seen after `since` was seen, and the next try of pending ones."""

    def listed(self, source_key: str) -> list[tuple[str, str]]:
        """Address and title of the newest articles in the feed of the source, at most as many as a list remembers."""

    def count_pending(self, source_key: str) -> int:
        """How many rows of the source are pending, whenever their next try is."""

    def muted(self, source_key: str) -> list[EntryRow]:
        """The rows of the source that its `keep` and `mute` left out."""

    def count_muted(self, source_key: str) -> int:
        """How many they are."""

    def find(self, aliases: Iterable[str]) -> str | None:
        """The article id that any of the alias keys (urls.alias, urls.guid_alias) belongs to."""

    def article(self, id: str) -> Article | None:
        """The article as its row has it, without its body; None when there is no row."""

    def stamp(self, id: str) -> FileStamp | None:
        """The article's file as it was when its row was written; None when there is no row."""

    def record(
        self,
        article: Article,
        stamp: FileStamp,
        *,
        entry: EntryRow | None = None,
        html: str | None = None,
        same_body: bool = False,
        score: float | None = None,
        parted: bool = False,
        compared: Compared | None = None,
        blocks: Blocks | None = None,
    ) -> None:
        """Record the article with memberships, aliases (addresses, GUID, those of `entry`), the end of `entry` and
        stale marks of its feeds in one transaction. `html`: rendered body; else the old one if `same_body`. `score`: of
        its category, None keeps it. `parted`: it is no copy any more; else a copy stays one. `compared`, `blocks`: new
        ones, else the old ones stay."""

    def carriers(self, id: str) -> list[str]:
        """The keys of the sources that announced article `id`, besides the one that its file names."""

    def carry(
        self, carried: Iterable[tuple[str, str]], names: Mapping[str, str], *, entry: EntryRow | None = None
    ) -> None:
        """Remember carriers (article id, source key), show the articles in their feeds, which become stale, and end
        `entry`; one transaction. Call after the article store's `carry`. `names`: of new feeds."""

    def filed(self, source_key: str) -> Filed:
        """How many articles the entries of a source have become, and what there is beside it."""

    def known(self, aliases: Iterable[str], *, named: Iterable[str] = (), like: Like | None = None) -> Known:
        """What is known at the alias keys, by one query. `named`: further keys that count for `withdrawn` (an operator
        withdrew the article) and `pruned` (and it is not there again) alone. `like`: look for similar articles."""

    def repeated(self, host: str) -> frozenset[str]:
        """The digests of blocks of text that are in at least 3 of the last 20 articles of `host`: boilerplate."""

    def blocks_by_article(self, host: str) -> dict[str, frozenset[str]]:
        """The block digests of the last 20 articles of `host`, by article id."""

    def save_sketch(self, id: str, compared: Compared) -> None:
        """Store what article `id` is compared by; one transaction."""

    def claims(self, id: str) -> tuple[datetime | None, str | None]:
        """`since` and `named` of the sketch of article `id`; None for what is not known (any more)."""

    def copies(self, id: str) -> list[str]:
        """The ids of the articles that are merged into article `id`."""

    def earlier(self, like: Like) -> Sequence[str]:
        """`Known.earlier` alone."""

    def note(self, key: str) -> str | None:
        """A small text remembered by key; None when there is none."""

    def set_note(self, key: str, value: str | None, at: datetime) -> None:
        """Stores the text, or deletes it for None. `at`: now. One transaction."""

    def end_visit(self, outcome: Outcome, state: SourceState) -> None:
        """Store outcome and state together, so that a killed visit is repeated. Keeps 50 outcomes a source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRow:
    """A feed we publish or published. `made_with`: digest of its settings when it was built; "" where nothing of it is
    published now, None where nothing ever was. `owed`: pages of older stories were left to a later build."""

    key: FeedKey
    name: str
    first_slug: str
    count: int = 0
    latest_title: str = ""
    latest_added: datetime | None = None
    mark: int = 0  # the number of its stale mark, 0 when it is fresh
    held: str | None = None  # why validation kept the old files
    dropped: bool = False
    wanted: bool = False  # has an article whose file a hand wrote: published however few it has
    moved_to: FeedKey | None = None
    made_with: str | None = None
    owed: bool = False

    @property
    def stale(self) -> bool:
        """True when something changed since it was built."""
        return self.mark > 0

    @property
    def built(self) -> bool:
        """True when it was published once."""
        return self.made_with is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """A feed that was written as of mark `seen` (`FeedRow.mark`). `made_with`, `owed`: as of `FeedRow`; `files`: as of
    `ArticleIndex.files`, None if all three are as before."""

    key: FeedKey
    seen: int
    files: Mapping[str, str] | None = None
    made_with: str | None = None
    owed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """An article that the operator took off every feed."""

    id: str
    at: datetime
    feeds: tuple[FeedKey, ...] = ()
    url: str = ""
    aliases: tuple[str, ...] = ()  # alias keys under which it never comes back


class ArticleIndex(Protocol):
    """Articles for publishing: ids by feed, articles without bodies, stale feeds. Feed order: `added` descending,
    `published` descending, id. Reads see commits; each write is a durable transaction; a killed build's feed stays
    stale. Raises as `VisitStore` does."""

    def feeds(self, among: Collection[FeedKey] | None = None) -> list[FeedRow]:
        """Every feed that is or was published, by axis and slug, or those `among` these. A build calls it once for all,
        and deletes the marks that it saw then."""

    def save_feed(self, row: FeedRow) -> None:
        """Stores the name, first slug, move and drop of a feed; the rest of the row only where the feed is new."""

    def ids(self, key: FeedKey, *, limit: int, since: datetime | None, most: int) -> list[str]:
        """The newest `limit` ids of a feed and those added after `since`, `most` in all. Copies: source feed only."""

    def month_ids(self, key: FeedKey, month: str) -> list[str]:
        """The ids of the articles of a feed that were added in a UTC month ("2026-11"), in the feed's order."""

    def month_fingerprints(self, key: FeedKey) -> dict[str, tuple[int, str]]:
        """UTC months ("2026-11") in which articles were added, ascending, with count and a fingerprint of their
        files."""

    def month_entries(self, key: FeedKey, month: str) -> list[tuple[str, datetime, str]]:
        """Id, `added` and a fingerprint of the file of each article added in a UTC month, in feed order."""

    def days(self, key: FeedKey) -> dict[str, tuple[int, str]]:
        """The UTC days ("2026-11-26") on which articles of a feed were published, as entries show it: how many and
        a fingerprint that changes whenever one joins, leaves, or changes its file or thumbnail. Reads no article."""

    def day_ids(self, key: FeedKey, first: str, last: str) -> dict[str, list[str]]:
        """Ids of a feed's articles published from `first` to `last`, inclusive, by day."""

    def latest(self, key: FeedKey, most: int) -> list[str]:
        """The ids of the `most` articles of a feed that were published last, the latest first."""

    def articles(self, ids: Sequence[str]) -> dict[str, Article]:
        """Those of the articles that are known, by id in the order asked for, without bodies."""

    def path(self, id: str) -> str | None:
        """The file of an article below the article store, None where it is not known."""

    def sources(self, ids: Sequence[str]) -> dict[str, str]:
        """The source key of those of the articles that are known, by id."""

    def each(self) -> Iterator[Article]:
        """Every published article without body, newest first, in batches; withdrawn ones may be missing."""

    def unmatched(self, stamp: str) -> list[str]:
        """The ids, newest first, of the published articles for which `save_matches` was not called with this `stamp` (a
        fingerprint of all saved queries) since they last changed."""

    def save_matches(self, stamp: str, found: Mapping[str, Mapping[FeedKey, str]]) -> None:
        """Store the queries and other found feeds of each article, with names, replacing the old ones; changed feeds
        become stale. One transaction per few hundred articles; a kill leaves the rest to the next call."""

    def html(self, ids: Sequence[str]) -> dict[str, str]:
        """The sanitised HTML of the bodies that are published in full and have been rendered, by article id."""

    def pictures(self, ids: Sequence[str]) -> dict[str, Picture]:
        """The thumbnails of those of the articles that have one."""

    def merged(self) -> dict[str, str]:
        """Copies: article id -> the id of the article that stands for it."""

    def on_hold(self) -> dict[str, str]:
        """The articles that wait for the operator's release, the latest first: id -> path of the file."""

    def withdrawn(self) -> list[Withdrawn]:
        """What the operator withdrew, oldest first."""

    def pruned(self) -> set[str]:
        """The ids of the articles that were pruned."""

    def files(self, key: FeedKey) -> dict[str, str]:
        """What is published of a feed: by name of each file the digest of its bytes, or of its inputs."""

    def save_files(self, key: FeedKey, files: Mapping[str, str]) -> None:
        """Store the same, of files that are of no feed."""

    def mark_fresh(self, *fresh: Fresh) -> None:
        """Mark feeds as not held, and not stale unless marked since, all or none. Call after their files are on disk: a
        kill in between writes them again."""

    def keep_back(self, key: FeedKey, reason: str) -> None:
        """Validation kept the old files: the feed stays stale, with the reason as one line for the operator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A source that is asked for at another address than the operator wrote, as its own redirects for good."""

    source: str  # key
    url: str  # as the operator wrote it
    moved_to: str
    since: datetime | None  # None: before this was noted
    warning: str = ""  # why the operator should look at it
    site_moved: bool = False  # its articles moved along, and keep their ids and addresses


class Outlet(Protocol):
    """Published files by relative path, replaced atomically. Heads of feeds are durable when `put` returns, all others
    when `settle` does. Methods raise UsageError for names outside the root, OSError."""

    def get(self, name: str) -> bytes | None:
        """The bytes of a file, None when there is none."""

    def put(self, name: str, data: bytes, *, heir_of: Sequence[str] = ()) -> bool:
        """Writes the file when its bytes differ from `data`; returns whether they did. A written file gets an mtime at
        least a second after its old one and after those of the files `heir_of`, whose addresses redirect here: clients
        that compare times then see that it changed."""

    def delete(self, name: str) -> bool:
        """Deletes the file; returns whether there was one."""

    def names(self, folder: str) -> set[str]:
        """The names of the files in a folder under the web root, such as "pictures/"."""

    def written(self, name: str) -> datetime | None:
        """When the file was written, None when there is none."""

    def settle(self) -> None:
        """Waits until all files that were put are on the disk."""

    def sweep(self) -> int:
        """Removes what a writer that was killed left half-written; how many. For whoever is the only writer."""
