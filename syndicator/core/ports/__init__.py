"""Values that the store reads and writes, and protocols of fetcher, outlet and host turns.
Datetimes are aware UTC."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple, Protocol, Self

from syndicator.core.model import (
    Article,
    Entry,
    EntryStatus,
    FeedKey,
    FetchResult,
    Request,
)
from syndicator.core.ports.articles import FileStamp as FileStamp
from syndicator.core.ports.articles import Withdrawn as Withdrawn
from syndicator.core.ports.language_model import Asked as Asked
from syndicator.core.ports.language_model import Choosable as Choosable
from syndicator.core.ports.language_model import Enriched as Enriched
from syndicator.core.ports.language_model import Material as Material
from syndicator.core.ports.language_model import Meter as Meter
from syndicator.core.ports.language_model import Reply as Reply
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
class ArticleRecord:
    """A filed article, to be recorded. `entry`: ends; `html`: rendered body; without it, the stored
    one stays if `same_body`. `parted`: no longer a copy. None for `score` (of the category),
    `compared` or `blocks` leaves the stored value."""

    article: Article
    stamp: FileStamp
    entry: EntryRow | None = None
    html: str | None = None
    same_body: bool = False
    score: float | None = None
    parted: bool = False
    compared: Compared | None = None
    blocks: Blocks | None = None


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
class Built:
    """The last build of a feed. `at`: seconds of the caller's clock; `entries`, `articles`: numbers
    of those shown and of all."""

    at: float
    entries: int
    articles: int


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
    """The part of a build that is on the disk. `files`: written or out of date; `gone`: names of
    deleted files; `marks`: numbers of marks that end; `published`: as in `FeedRow`, of the feeds
    that were built or are over."""

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
