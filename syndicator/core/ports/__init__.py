"""Values that the store reads and writes, and protocols of the fetcher, published files and hosts.
Times are UTC and have a zone."""

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
        """Send a request and return the answer after all redirects, or `Failed` if there was no
        answer within `request.deadline` seconds. If the call is cancelled, the connection is
        closed."""

    async def aclose(self) -> None:
        """Close the connections for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """The row of a feed's entry in the database. `entry`: the entry itself, as long as its page may
    still be read (only its beginning if it is muted); else None."""

    source_key: str
    entry_id: str
    url: str  # canonical, "" if it has none
    digest: str  # of the entry, to notice changes
    status: EntryStatus
    first_seen: datetime
    tries: int = 0  # failed tries to read its page
    next_try: datetime | None = None  # None: at the next visit
    reason: str | None = None  # why it is refused, skipped or still pending
    detail: str = ""
    article_id: str | None = None
    read_at: datetime | None = None  # when its page was read
    entry: Entry | None = None

    def reopened(self) -> Self:
        """Return a copy of this row for an entry that is pending: the next visit reads it again."""
        return replace(self, status="pending", digest="", next_try=None)

    def done(self, article_id: str, now: datetime) -> Self:
        """Return a copy of this row for an entry that is done: its page was read at `now` and filed
        as the article `article_id`."""
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
    """Numbers of articles. `own`: how many entries of a source have an article. `articles`,
    `sources`: how many articles there are in all, and how many sources have some; both are only
    counted if `own` is 0."""

    own: int
    articles: int = 0
    sources: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """The data by which copies of an article are found.

    `at`: when the article was filed. `data`: its packed sketch. `keys`: lookup keys of the sketch;
    similar texts share some of them. `delete_before`: sketches of articles filed before are deleted
    when this is stored. `since`: the first time at which the article is known to exist. `named`:
    alias key of the original that its page names."""

    at: datetime
    data: bytes
    keys: Sequence[int]
    delete_before: datetime
    since: datetime | None = None
    named: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocks:
    """The digests of the text blocks of an article, whose page is on `host`."""

    host: str
    digests: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleRecord:
    """An article to store in the database; its file is already written.

    `stamp`: of the file. `entry`: the entry that led to it, stored as well. `html`: its body as
    HTML, None if it is not published in full. `same_body`: True if the body did not change, so that
    stored HTML stays. `score`: probability of its category. `is_split`: True if it is no copy any
    more. If `score`, `compared` or `blocks` is None, what is stored stays."""

    article: Article
    stamp: FileStamp
    entry: EntryRow | None = None
    html: str | None = None
    same_body: bool = False
    score: float | None = None
    is_split: bool = False
    compared: Compared | None = None
    blocks: Blocks | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Like:
    """A new article for which similar articles are searched.

    Earlier versions of it are searched in the feed of the source with the key `source`, by `title`
    and by the lookup keys `found_by`. Copies of it are searched among all articles filed since
    `since`, by the lookup keys `keys`."""

    source: str
    title: str
    published: datetime | None
    found_by: Sequence[int]
    keys: Sequence[int]
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the database has about an article with certain alias keys, and about similar articles.

    `withdrawn`, `pruned`: True if the operator withdrew or pruned an article with such a key.
    `articles`: by alias key, (article, its original if it is a copy, else None). `earlier`: ids of
    possible earlier versions, at most 10 by title and 10 by text. `likely`: (article, packed
    sketch) of each possible copy."""

    withdrawn: bool = False
    pruned: bool = False
    articles: Mapping[str, tuple[Article, Article | None]] = field(default_factory=dict)
    earlier: Sequence[str] = ()
    likely: Sequence[tuple[Article, bytes]] = ()

    @property
    def away(self) -> EntryReason | None:
        """The reason why the article must not be filed again: the operator withdrew or pruned it.
        None if it may be filed."""
        if self.withdrawn:
            return EntryReason.WITHDRAWN
        if self.pruned:
            return EntryReason.PRUNED
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRow:
    """A feed that is or was published. `first_slug`: its published id is made from it. `count`:
    number of its articles. `dropped`: True if it has ended. `published`: True if its files are
    published now, False if not at present, None if they never were or never will be again."""

    key: FeedKey
    name: str
    first_slug: str
    count: int = 0
    latest_title: str = ""
    latest_added: datetime | None = None
    mark: int = 0  # the number of its newest mark, 0 if nothing changed
    held: str | None = None  # why validation refused the new files
    dropped: bool = False
    wanted: bool = False  # it has an article that a person wrote: few articles are enough
    moved_to: FeedKey | None = None
    published: bool | None = None

    @property
    def stale(self) -> bool:
        """True if the feed has changed since it was built."""
        return self.mark > 0

    @property
    def built(self) -> bool:
        """True if the feed was ever published."""
        return self.published is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """The last build of a feed. `at`: when it was, in seconds of the caller's clock. `entries`:
    number of entries in its file. `articles`: number of all its articles."""

    at: float
    entries: int
    articles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedFile:
    """A file that a build has published. `owner`: its feed, or a key without an axis for other
    pages. `target`: the same name for all files that are made together, such as the formats of a
    feed. `made_of`: fingerprint of all that the file depends on, "" if it is outdated. `sha256`: of
    its bytes, "" if unknown or not published yet."""

    name: str
    owner: FeedKey
    target: str
    made_of: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The part of a build that is on the disk. `files`: files that were written, or that are
    outdated now. `gone`: names of deleted files. `marks`: numbers of the marks that are done.
    `published`: by feed, the new value of `FeedRow.published`, for feeds that were built or have
    ended."""

    files: Sequence[PublishedFile] = ()
    gone: Collection[str] = ()
    marks: Sequence[int] = ()
    published: Mapping[FeedKey, bool | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """An event that two or more outlets report. `name`: id of the story. `reports`: (outlet,
    article), in the order in which they were added."""

    name: str
    reports: tuple[tuple[str, Article], ...]


class StoryEntry(NamedTuple):
    """An entry that stands for a whole story: the id of the story, and when the last of its reports
    was added."""

    story: str
    latest: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A source that redirected permanently, so that it is fetched at another address than the
    operator's."""

    source: str  # key
    url: str  # as the operator wrote it
    moved_to: str
    since: datetime | None  # None: from an earlier version
    warning: str = ""  # why the operator should look at it
    site_moved: bool = False  # its articles moved too, keeping ids and addresses


class Outlet(Protocol):
    """The published files. They are changed in batches: `put` and `delete` only prepare a change.
    Other methods see it at once, readers see it after `commit`. Bytes are not kept in memory.
    Methods raise UsageError or OSError."""

    def get(self, name: str) -> bytes | None:
        """Return the bytes of a file, None if there is no file."""

    def put(self, name: str, data: bytes, *, heir_of: Sequence[str] = ()) -> bool:
        """Prepare to write `data` to the published file `name`; in a bucket, write it at once.
        Return True if so, and False, with nothing done, if the file has these bytes already.

        `heir_of`: names of files that redirect to this one. Clients compare times, so the new
        file's modification time is at least a second after that of the old file and of these."""

    def delete(self, name: str) -> bool:
        """Prepare to delete the published file `name`. Return True if so, False if there is no such
        file."""

    def names(self, folder: str) -> set[str]:
        """Return the names of the files in a folder under the web root, such as "pictures/"."""

    def written(self, name: str) -> datetime | None:
        """Return the time at which the file `name` was last written, or None if there is no such
        file."""

    def commit(self) -> None:
        """Replace the prepared files, each in one step, then delete those that `delete` prepared.
        When this returns, all is on the disk; the database must not record it before. Raises
        RefusedFiles if some files could not be replaced; all others are written then."""

    def discard(self) -> None:
        """Forget all prepared changes; the published files stay as they are."""

    def sweep(self) -> int:
        """Delete half-written files of processes that were killed while writing. Return the number
        of deleted files. Call it only if no other process is writing."""


class Turn(NamedTuple):
    """The permission for one request to a host. `token`: identifies it when it is given back.
    `away`: code of the failure if the host could not be reached lately, else "". `detail`: of that
    failure, in words."""

    token: int
    away: str = ""
    detail: str = ""


class Busy(NamedTuple):
    """No request is allowed now; ask again after `seconds`. `held`: True if the host asked for a
    pause, False if another request is running."""

    seconds: float
    held: bool = False


class HostTurns(Protocol):
    """Permissions for requests, which all machines share: each host gets one request at a time. A
    permission ends by itself after some time. Methods raise StoreError."""

    def take(self, host: str) -> Turn | Busy:
        """Return the permission for one request to `host`. Return Busy while another request runs,
        during the pause after it, and during a `hold`."""

    def give_back(self, host: str, turn: Turn, pause: float) -> None:
        """Give a permission back. The next request may start after `pause` seconds, or after the
        crawl-delay of the host if that is longer. A permission that has ended is ignored."""

    def set_delay(self, host: str, seconds: float) -> None:
        """Set the crawl-delay of a host for all machines."""

    def hold(self, host: str, seconds: float) -> None:
        """Allow no requests to a host for `seconds`."""

    def set_away(self, host: str, reason: str, detail: str, seconds: float) -> None:
        """Record for `seconds` that a host cannot be reached, and count its failures in a row.
        `reason`: code of the failure; `detail`: the failure in words."""


class Waits(Protocol):
    """The hosts and URLs that asked for a pause."""

    def until(self, what: str) -> datetime | None:
        """Return the time until which a host or a URL asked for a pause, or None if it did not.
        `what`: the host or the URL."""

    def any(self) -> bool:
        """Return False if it is certain that no host and no URL asked for a pause."""

    def add(self, what: str, until: datetime) -> None:
        """Store on the disk that a host or a URL (`what`) asked for a pause until `until`. If a
        later time is stored already, that stays."""
