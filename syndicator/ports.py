"""Protocols where two things plug in, or where a wing must not see the store. Implementations are chosen in `app`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from syndicator.model import (
    Article,
    Entry,
    EntryStatus,
    Failed,
    FeedKey,
    FetchResult,
    Outcome,
    Problem,
    Request,
    SourceState,
)


class Fetcher(Protocol):
    """Brings bytes, politely and safely. Never raises for what the network does: a failure is a `Failed`."""

    async def fetch(self, request: Request) -> FetchResult: ...

    async def aclose(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """What the store remembers of an announced entry. `entry` is kept while it is pending."""

    source_key: str
    entry_id: str
    url: str  # canonical, "" when none
    digest: str
    status: EntryStatus
    first_seen: datetime
    tries: int = 0
    next_try: datetime | None = None
    reason: str | None = None  # why refused, skipped or still pending
    detail: str = ""
    article_id: str | None = None
    read_at: datetime | None = None
    entry: Entry | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileStamp:
    """An article file as it was when its row was made."""

    path: str  # relative to the article store, with forward slashes
    mtime_ns: int
    size: int


class VisitStore(Protocol):
    """What a visit remembers. Every method is one transaction; an article, its row, its aliases, its entry's end and
    the stale marks of the feeds it touches are one (`record`)."""

    def states(self) -> dict[str, SourceState]: ...

    def due(self, now: datetime) -> list[SourceState]:
        """Enabled states whose next_due is None or not after `now`, longest overdue first."""

    def drop_state(self, key: str) -> None: ...

    def entries(self, source_key: str, entry_ids: Sequence[str]) -> dict[str, EntryRow]: ...

    def save_entries(self, rows: Sequence[EntryRow]) -> None:
        """Inserts or replaces by (source_key, entry_id)."""

    def pending(self, source_key: str, now: datetime) -> list[EntryRow]:
        """Pending rows whose next_try is None or not after `now`, oldest first_seen first."""

    def find(self, aliases: Iterable[str]) -> str | None:
        """The article id that any of the alias keys (urls.alias, or "guid:<source key>:<entry id>") belongs to."""

    def article(self, id: str) -> Article | None:
        """The row's article, without its body."""

    def stamp(self, id: str) -> FileStamp | None: ...

    def record(
        self,
        article: Article,
        stamp: FileStamp,
        *,
        aliases: Iterable[str],
        stale: Iterable[FeedKey],
        entry: EntryRow | None = None,
        html: str | None = None,
    ) -> None: ...

    def is_withdrawn(self, aliases: Iterable[str]) -> bool: ...

    def withdraw(self, article: Article, aliases: Iterable[str], stale: Iterable[FeedKey], at: datetime) -> None: ...

    def repeated(self, host: str) -> frozenset[str]:
        """Block digests seen in at least 3 of the last 20 articles of `host`."""

    def carriers(self, host: str) -> dict[str, frozenset[str]]:
        """The block digests of the last 20 articles of `host`, by article id."""

    def learn_blocks(self, host: str, article_id: str, blocks: Sequence[str]) -> None: ...

    def save_sketch(self, id: str, at: datetime, data: bytes, keys: Sequence[int], *, forget: datetime) -> None:
        """What article `id`, filed at `at`, is compared by: `data` as the caller packs it, `keys` to find it by.
        Sketches of articles filed before `forget` go."""

    def likely(self, keys: Sequence[int], since: datetime) -> dict[str, bytes]:
        """The sketches of articles filed since then that share one of the keys, by article id."""

    def note(self, key: str) -> str | None:
        """A small remembered text (robots.txt of a host, a host's hold) by key."""

    def set_note(self, key: str, value: str | None, at: datetime) -> None: ...

    def end_visit(self, outcome: Outcome, state: SourceState) -> None:
        """The state and the outcome, in one transaction."""

    def state(self, key: str) -> SourceState | None: ...

    def save_states(self, states: Sequence[SourceState]) -> None:
        """Many states in one transaction."""

    def stamps(self) -> Mapping[str, FileStamp]:
        """The stamp of every article's file by article id, for `ArticleStore.changed`."""

    def forget(self, id: str) -> None:
        """The article's file is gone: its row, aliases and memberships go too, the feeds that showed it are stale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRow:
    """A feed we publish or published. `files`: file name under the web root -> sha256 of its last bytes."""

    key: FeedKey
    name: str
    first_slug: str
    count: int = 0
    latest_title: str = ""
    latest_added: datetime | None = None
    stale: bool = False
    held: str | None = None  # why the gate kept the old file
    dropped: bool = False
    moved_to: FeedKey | None = None
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    id: str
    at: datetime
    feeds: tuple[FeedKey, ...] = ()
    url: str = ""
    aliases: tuple[str, ...] = ()  # alias keys under which it never comes back


class ArticleIndex(Protocol):
    """The article store as the publisher sees it: ids by feed, articles without bodies, and the marks of what is stale.
    Order within a feed: `added` descending, then `published` descending, then id."""

    def feeds(self) -> list[FeedRow]: ...

    def save_feed(self, row: FeedRow) -> None:
        """Inserts or replaces the name, first slug, move and drop of a feed."""

    def ids(self, key: FeedKey, *, limit: int, since: datetime | None, most: int) -> list[str]:
        """The newest `limit` ids of a feed and further ones added after `since`, `most` in all. Without merged copies
        except for axis source."""

    def months(self, key: FeedKey) -> list[str]:
        """UTC months ("2026-11") of `added` that have an article, ascending."""

    def month_ids(self, key: FeedKey, month: str) -> list[str]: ...

    def month_prints(self, key: FeedKey) -> dict[str, str]:
        """The months of a feed, ascending, each with a short text that changes whenever an article of that month joins,
        leaves or changes its file: what an archive document was made of, without reading the articles."""

    def month_entries(self, key: FeedKey, month: str) -> list[tuple[str, datetime, str]]:
        """The articles of a month in the feed's order: id, `added`, a text that changes whenever the file does."""

    def articles(self, ids: Sequence[str]) -> dict[str, Article]: ...

    def each(self) -> Iterator[Article]:
        """Every article that is published, newest first, without bodies."""

    def unjudged(self, stamp: str) -> list[str]:
        """The articles of the feed of everything that `judge` was not told of under this stamp since they last changed,
        newest first."""

    def judge(self, stamp: str, found: Mapping[str, Collection[FeedKey]]) -> None:
        """Makes each article a member of just those saved queries (axis query); a query that gains or loses one becomes
        stale. What it was before is taken back whenever the article changes."""

    def html(self, ids: Sequence[str]) -> dict[str, str]:
        """Sanitised HTML of those articles that are published whole and have been rendered."""

    def save_html(self, id: str, html: str) -> None: ...

    def merge(self, id: str, into: str) -> None:
        """The article is a copy of another: only its source's feed shows it. The feeds it leaves become stale."""

    def split(self, id: str) -> None:
        """Undoes `merge`."""

    def merged(self) -> dict[str, str]:
        """Copies: article id -> the id of the article that stands for it."""

    def path(self, id: str) -> str | None:
        """Where the article's file is, relative to the article store."""

    def withdrawn(self) -> list[Withdrawn]: ...

    def mark_stale(self, keys: Iterable[FeedKey]) -> None: ...

    def mark_fresh(self, key: FeedKey, files: Mapping[str, str]) -> None:
        """Clears stale and held, and remembers the digests of the files written."""

    def hold(self, key: FeedKey, reason: str) -> None:
        """The gate kept the old file: stays stale, with its reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What a language model gets to see of an article: plain text without invisible characters."""

    title: str
    text: str
    language: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a language model answered: untrusted text, the tokens the call cost, and the form of request it took."""

    content: str
    tokens: int
    form: str


class Enricher(Protocol):
    """Asks a language model what an article is about. Never raises for what the network or the model does."""

    async def ask(self, material: Material, form: str) -> Reply | Failed:
        """One question. `form`: the form of request that worked last, "" when none is known."""

    def cost(self, material: Material) -> int:
        """The most tokens that asking this is expected to cost."""

    async def aclose(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """What is remembered of a language model between calls: what today has cost, and how its endpoint is."""

    endpoint: str = ""  # address and model that all but the day's sums are about
    day: str = ""  # UTC
    calls: int = 0
    tokens: int = 0
    form: str = ""  # of the request that worked last
    failures: int = 0  # in a row
    rests: int = 0  # in a row
    rest_until: datetime | None = None  # nothing is asked before
    reason: str = ""  # of the last failure, "" after a success
    detail: str = ""
    failed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What came of asking about an article, for its text as it was then."""

    id: str
    at: datetime
    plan: str  # model and version of the prompt
    key: str  # of plan and text; "" when there was nothing to ask
    status: Literal["accepted", "refused", "failed", "skipped"]
    stamp: FileStamp  # of the file that was looked at, or written
    reason: str = ""  # short stable code
    detail: str = ""
    answer: str = ""  # as the model gave it
    tries: int = 0  # that failed
    next_try: datetime | None = None  # None: not before its text changes
    by: str = ""  # the plan that the answer came from, where that is no longer `plan`


class EnrichStore(Protocol):
    """What was asked of a language model. Every method is one transaction."""

    def unasked(self, plan: str, *, since: datetime, now: datetime, limit: int) -> list[str]:
        """The ids of articles added since then, copies left out, newest first, that were not looked at under `plan`
        with their file as it is, or whose next try is not after `now`."""

    def asked(self, id: str) -> Asked | None: ...

    def save_asked(self, asked: Asked) -> None: ...

    def answer(self, key: str) -> str | None:
        """The model's answer to this plan and text, when there was one."""

    def save_answer(self, key: str, id: str, answer: str, at: datetime) -> None: ...

    def meter(self) -> Meter: ...

    def save_meter(self, meter: Meter, at: datetime) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Enriched:
    """How the language model does, for `status`."""

    meter: Meter
    counts: Mapping[str, int]  # articles by what came of asking
    refused: tuple[Problem, ...]  # answers that were refused, and articles on which asking failed; newest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The state of everything, for `status`."""

    sources: tuple[SourceState, ...]
    articles: int
    feeds: int
    pending: int
    refused: tuple[Problem, ...]
    held: tuple[Problem, ...]
    last_run: datetime | None
    llm: Enriched | None = None  # None: no language model was ever asked


class StatusStore(Protocol):
    def summary(self) -> Summary: ...

    def outcomes(self, key: str, limit: int = 10) -> list[Outcome]: ...

    def check(self) -> list[Problem]:
        """Integrity of the database file."""


class Outlet(Protocol):
    """Where published files go. Writes only when the bytes differ, whole or not at all, with a later mtime."""

    def get(self, name: str) -> bytes | None: ...

    def put(self, name: str, data: bytes, *, heir_of: Sequence[str] = ()) -> bool:
        """True when the bytes changed. `heir_of`: files whose readers are led here; its mtime is later than theirs,
        too."""

    def delete(self, name: str) -> bool: ...
