"""Protocols of replaceable parts, of the store, and of turns at hosts. Datetimes are aware UTC."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple, Protocol, Self

from syndicator.core.model import (
    Article,
    Entry,
    EntryStatus,
    FeedKey,
    FetchResult,
    Outcome,
    Request,
    SourceState,
)
from syndicator.core.ports.articles import FileStamp as FileStamp
from syndicator.core.ports.articles import Withdrawn as Withdrawn
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
    """Fetches URLs. It remembers only the state of hosts."""

    async def fetch(self, request: Request) -> FetchResult:
        """Return the final answer, or `Failed` after `request.deadline` seconds. Cancelling
        disconnects."""

    async def aclose(self) -> None:
        """Close the connections for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """An entry in the store. `entry`: all of it while pending, only its beginning while muted, else
    None."""

    source_key: str
    entry_id: str
    url: str  # canonical, "" when none
    digest: str
    status: EntryStatus
    first_seen: datetime
    tries: int = 0  # failed tries to read its page
    next_try: datetime | None = None  # None: at the next visit
    reason: str | None = None  # why refused, skipped or still pending
    detail: str = ""
    article_id: str | None = None
    read_at: datetime | None = None
    entry: Entry | None = None

    def reopened(self) -> Self:
        """Return the row as pending, so that the next visit reads the entry again."""
        return replace(self, status="pending", digest="", next_try=None)

    def done(self, article_id: str, now: datetime) -> Self:
        """Return the row as done: its article is `article_id`."""
        return replace(
            self,
            status="done",
            article_id=article_id,
            read_at=now,
            reason=None,
            detail="",
            entry=None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """Counts of filed articles: `own` of one source. If that is 0, `articles` and `sources` are the
    totals."""

    own: int
    articles: int = 0
    sources: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Data for finding copies of an article. `at`: when filed; `data`: its sketch; `keys`: similar
    texts share some; `since`: first known existence; `named`: alias key of the original. Saving
    deletes sketches older than `forget`."""

    at: datetime
    data: bytes
    keys: Sequence[int]
    forget: datetime
    since: datetime | None = None
    named: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocks:
    """Digests of the text blocks of an article on `host`."""

    host: str
    digests: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Like:
    """A new article, to find similar ones: in its `source`'s feed by title and `found_by`,
    elsewhere by `keys` since `since`."""

    source: str
    title: str
    published: datetime | None
    found_by: Sequence[int]
    keys: Sequence[int]
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Articles under some alias keys, each with the one that it is merged into, or None. Similar
    articles: `earlier` (ids, at most 10 by title and 10 by text), `likely` (with sketches)."""

    withdrawn: bool = False
    pruned: bool = False
    articles: Mapping[str, tuple[Article, Article | None]] = field(default_factory=dict)
    earlier: Sequence[str] = ()
    likely: Sequence[tuple[Article, bytes]] = ()

    @property
    def away(self) -> EntryReason | None:
        """The reason not to file an article: the operator withdrew or pruned it. None otherwise."""
        if self.withdrawn:
            return EntryReason.WITHDRAWN
        return EntryReason.PRUNED if self.pruned else None


class VisitStore(Protocol):
    """The store for visits, for one thread. Each write is one transaction, durable on return (in a
    `shared` block at the next `commit`). Raises StoreError, DiskError."""

    def shared(self, first: Callable[[], object] = lambda: None) -> AbstractContextManager[None]:
        """Delay commits inside the block until `commit` or its end. Call `first` before each
        commit."""

    def commit(self) -> None: ...

    def waiting(self) -> int:
        """Return the number of uncommitted writes."""

    def entries(self, source_key: str, entry_ids: Sequence[str]) -> dict[str, EntryRow]:
        """Return the stored rows of the entries, by entry id."""

    def save_entries(self, rows: Sequence[EntryRow]) -> None:
        """Insert or replace the rows by (source_key, entry_id) in one transaction."""

    def pending(self, source_key: str, now: datetime) -> list[EntryRow]:
        """Return pending rows whose next_try is None or not after `now`, oldest first_seen
        first."""

    def seen_since(
        self, source_key: str, since: datetime
    ) -> list[tuple[datetime, datetime | None]]:
        """Return (first seen, next try) of each entry first seen after `since`; next try is None
        unless pending."""

    def listed(self, source_key: str, *, own: bool = False) -> list[tuple[str, str]]:
        """Return address and title of the newest articles in the source's feed, at most
        `requests.REMEMBERED`. `own`: not those of other sources."""

    def count_pending(self, source_key: str) -> int: ...

    def muted(self, source_key: str) -> list[EntryRow]:
        """Return the rows of the source that its `keep` and `mute` left out."""

    def count_muted(self, source_key: str) -> int: ...

    def find(self, aliases: Iterable[str]) -> str | None:
        """Return the id of the article with any of the alias keys (urls.alias, urls.guid_alias), or
        None."""

    def article(self, id: str) -> Article | None:
        """Return the article from its row, without body, or None."""

    def stamp(self, id: str) -> FileStamp | None:
        """Return the stamp of the article's file when its row was written, or None."""

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
        """Record the article with memberships, aliases and stale marks; mark `entry` done. `html`:
        rendered body; without it, the stored one stays if `same_body`. `parted`: no longer a copy.
        None for `score` (of the category), `compared` or `blocks` leaves the stored value."""

    def carriers(self, id: str) -> list[str]:
        """Return the keys of further sources that announced article `id`, besides the one in its
        file."""

    def carry(
        self,
        carried: Iterable[tuple[str, str]],
        names: Mapping[str, str],
        *,
        entry: EntryRow | None = None,
    ) -> None:
        """Add carriers (article id, source key); mark feeds stale, `entry` done. Call
        `ArticleStore.carry` first."""

    def filed(self, source_key: str) -> Filed:
        """Count the articles of a source; if it has none, also all articles and sources."""

    def known(
        self, aliases: Iterable[str], *, named: Iterable[str] = (), like: Like | None = None
    ) -> Known:
        """Look up the alias keys in one query. `named`: further keys, checked only for `withdrawn`
        and `pruned`."""

    def repeated(self, host: str) -> frozenset[str]:
        """Return the digests of boilerplate: blocks in at least 3 of the last 20 articles of
        `host`."""

    def blocks_by_article(self, host: str) -> dict[str, frozenset[str]]:
        """Return the block digests of the last 20 articles of `host`, by article id."""

    def claims(self, id: str) -> tuple[datetime | None, str | None]:
        """Return `since` and `named` of the sketch of article `id`, each None if unknown."""

    def copies(self, id: str) -> list[str]: ...

    def earlier(self, like: Like) -> Sequence[str]:
        """Return `Known.earlier` alone."""

    def note(self, key: str) -> str | None: ...

    def set_note(self, key: str, value: str | None, at: datetime) -> None:
        """Store a note, or delete it if `value` is None. `at`: now. One transaction."""

    def end_visit(self, outcome: Outcome, state: SourceState) -> None:
        """Store outcome and state together, so that a killed visit is repeated. At most 50 outcomes
        a source remain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRow:
    """A feed that is or was published. `published`: None if it never was, or ended for good; False
    while it is not."""

    key: FeedKey
    name: str
    first_slug: str
    count: int = 0
    latest_title: str = ""
    latest_added: datetime | None = None
    mark: int = 0  # the number of its newest mark, 0 if nothing changed
    held: str | None = None  # why validation refused the new files
    dropped: bool = False
    wanted: bool = False  # contains a hand-written article: published below the minimum
    moved_to: FeedKey | None = None
    published: bool | None = None

    @property
    def stale(self) -> bool:
        """True if the feed changed since it was built."""
        return self.mark > 0

    @property
    def built(self) -> bool:
        """True if the feed was ever published."""
        return self.published is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedFile:
    """A row of the table of files. `owner`: its feed, or a key without axis; `target`: the file, or
    those that belong together, as builds know it; `made_of`: a fingerprint of its input, "" if it
    is out of date; `sha256`: of its bytes, "" if they are unknown or it is not published yet."""

    name: str
    owner: FeedKey
    target: str
    made_of: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What a build brought to the disk. `files`: written or out of date; `gone`: names of deleted
    files; `marks`: numbers of marks that end; `published`: as in `FeedRow`, of the feeds that were
    built or are over."""

    files: Sequence[PublishedFile] = ()
    gone: Collection[str] = ()
    marks: Sequence[int] = ()
    published: Mapping[FeedKey, bool | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """An event that two or more outlets report. `reports`: (outlet, article), first added first."""

    name: str
    reports: tuple[tuple[str, Article], ...]


class StoryEntry(NamedTuple):
    """An entry for a story: the story's name, and when the last of its reports was added."""

    story: str
    latest: datetime


class ArticleIndex(Protocol):
    """Articles for publishing. Feed order: `added` descending, `published` descending, id. Reads
    see committed data; each write is a durable transaction; a feed stays stale if its build is
    killed. Raises as `VisitStore` does."""

    def feeds(self, among: Collection[FeedKey] | None = None) -> list[FeedRow]:
        """Return the feeds ever published, only those in `among` if given."""

    def save_feed(self, row: FeedRow) -> None:
        """Store name, first slug, move and drop of a feed; other fields only of a new feed."""

    def ids(self, key: FeedKey, *, limit: int, since: datetime | None, most: int) -> list[str]:
        """Return the newest `limit` ids and all since `since`, at most `most`. Copies appear in
        source feeds only."""

    def month_fingerprints(self, key: FeedKey) -> dict[str, tuple[int, str]]:
        """Return by UTC month of adding ("2026-11"), ascending: number of articles, fingerprint of
        their files."""

    def month_entries(self, key: FeedKey, month: str) -> list[tuple[str, datetime, str]]:
        """Return id, `added` and file fingerprint of each article added in a UTC month, in feed
        order."""

    def days(self, key: FeedKey) -> dict[str, tuple[int, str]]:
        """Return by UTC day of publication: number of articles, fingerprint of members, files and
        thumbnails."""

    def day_ids(self, key: FeedKey, first: str, last: str) -> dict[str, list[str]]:
        """Return the ids of a feed's articles published from `first` to `last`, inclusive, by
        day."""

    def latest(self, key: FeedKey, most: int) -> list[str]:
        """Return the ids of the `most` last published articles of a feed, latest first."""

    def articles(self, ids: Sequence[str]) -> dict[str, Article]:
        """Return the stored articles by id, in the order of `ids`, without bodies."""

    def path(self, id: str) -> str | None: ...

    def sources(self, ids: Sequence[str]) -> dict[str, str]: ...

    def each(self) -> Iterator[Article]:
        """Iterate over published articles without body, newest first, in batches; withdrawn ones
        may be missing."""

    def unmatched(self, stamp: str) -> list[str]:
        """Return published ids, newest first, changed since `save_matches(stamp)`. `stamp`: digest
        of all queries."""

    def save_matches(self, stamp: str, found: Mapping[str, Mapping[FeedKey, str]]) -> None:
        """Store the feeds that builds find, article id -> {feed: name}, and mark changed ones
        stale. `stamp`: as in `unmatched`. One transaction for a few hundred articles; after a crash
        the next call does the rest."""

    def words(self, ids: Sequence[str]) -> dict[str, bytes]:
        """Return the bytes of `save_words` by id, for articles unchanged since."""

    def save_words(self, found: Mapping[str, bytes]) -> None:
        """Store the packed words of texts, by article id."""

    def html(self, ids: Sequence[str]) -> dict[str, str]:
        """Return the sanitised HTML of bodies that are published in full, by article id."""

    def reports(self, ids: Sequence[str]) -> dict[str, Story]:
        """Return the published stories by article id, without articles that have none."""

    def story_articles(self, stories: Collection[str]) -> dict[str, list[tuple[str, str]]]:
        """Return lists of (article id, outlet) by story, first added first."""

    def pictures(self, ids: Sequence[str]) -> dict[str, Picture]: ...

    def merged(self) -> dict[str, str]:
        """Return copies: article id -> id of the article shown instead."""

    def behind(self) -> set[str]:
        """Return the ids of articles for which the entry of another one stands (see `folds`)."""

    def folds(self) -> dict[str, StoryEntry]:
        """Return the entries that an earlier version published for a story, by the id of the
        article that has it."""

    def on_hold(self) -> dict[str, str]:
        """Return the articles that wait for the operator's release, latest first: id -> path."""

    def withdrawn(self) -> list[Withdrawn]:
        """Return the withdrawn articles, oldest first."""

    def pruned(self) -> set[str]: ...

    def told(self) -> dict[str, str]:
        """Return the published stories by name, each with a fingerprint of its reports."""

    def targets(self, owners: Collection[FeedKey]) -> dict[str, str]:
        """Return the published targets of `owners`: id -> fingerprint, "" if it is out of date."""

    def files(self, targets: Collection[str]) -> dict[str, PublishedFile]:
        """Return the published files of `targets`, by name."""

    def outdated(self) -> set[FeedKey]:
        """Return the owners of files that are out of date."""

    def record(self, progress: Progress) -> None:
        """Note what is on the disk, and end marks, in one transaction."""

    def keep_back(self, key: FeedKey, reason: str) -> None:
        """Record why validation refused new files; the feed stays stale. `reason`: one line for the
        operator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A permanent redirect of a source: it is fetched at another address than configured."""

    source: str  # key
    url: str  # as the operator wrote it
    moved_to: str
    since: datetime | None  # None: from an earlier version
    warning: str = ""  # why the operator should look at it
    site_moved: bool = False  # its articles moved too, keeping ids and addresses


class Outlet(Protocol):
    """Published files, written by batches: `put` and `delete` stage changes, which the other
    methods see at once and readers after `commit`. Memory holds only names. Raises UsageError,
    OSError."""

    def get(self, name: str) -> bytes | None: ...

    def put(self, name: str, data: bytes, *, heir_of: Sequence[str] = ()) -> bool:
        """Stage the file if its bytes differ; return True if so. Its mtime is a second later than
        before and than those of `heir_of` (files that redirect here): clients compare times. A
        bucket is written at once."""

    def delete(self, name: str) -> bool:
        """Stage the deletion of the file; return True if it existed."""

    def names(self, folder: str) -> set[str]:
        """Return the names of the files in a folder under the web root, such as "pictures/"."""

    def written(self, name: str) -> datetime | None:
        """Return the time of the last write of the file, or None."""

    def commit(self) -> None:
        """Replace the staged files, each atomically, then delete those to be deleted. Afterwards
        all is on the disk: only then may rows say that it is written. Raises RefusedFiles once the
        others are written."""

    def discard(self) -> None:
        """Forget what is staged; the published files stay."""

    def sweep(self) -> int:
        """Delete half-written files of killed writers; return their number. Only for a sole
        writer."""


class Turn(NamedTuple):
    """Permission for one request; return it with its `token`. `away`, `detail`: the host's recent
    failure, or ""."""

    token: int
    away: str = ""
    detail: str = ""


class Busy(NamedTuple):
    """Refusal for now: ask again after `seconds`. `held`: the host asked us to wait."""

    seconds: float
    held: bool = False


class HostTurns(Protocol):
    """Turns, one at a time per host; they expire after a lease on the shared clock. Raises
    StoreError."""

    def take(self, host: str) -> Turn | Busy:
        """Return a turn at `host`, or Busy during another's turn, the pause after it, or a
        `hold`."""

    def give_back(self, host: str, turn: Turn, pause: float) -> None:
        """Free the host after `pause` seconds or its longer crawl-delay. An expired turn is
        ignored."""

    def set_delay(self, host: str, seconds: float) -> None:
        """Set the host's crawl-delay for all machines."""

    def hold(self, host: str, seconds: float) -> None:
        """Grant no turns at the host for `seconds`."""

    def set_away(self, host: str, reason: str, detail: str, seconds: float) -> None:
        """Record for `seconds` that the host cannot be reached. Failures in a row are counted."""


class Waits(Protocol):
    """Hosts and URLs that asked us to wait."""

    def until(self, what: str) -> datetime | None:
        """Return the end of the wait of a host or a URL, or None."""

    def any(self) -> bool:
        """Return False if certainly nothing waits."""

    def add(self, what: str, until: datetime) -> None:
        """Durably record a wait of `what` until `until`; a stored later end stays."""
