"""Define the methods of the database that filing calls, as filing must not import it.

`store.visits.Visits` has all these methods and says what each does."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from syndicator.core.model import Article, Outcome, SourceState
from syndicator.core.ports import ArticleRecord, EntryRow, Filed, FileStamp, Known, Like


class EntryRecords(Protocol):
    """The stored entries that sources announced."""

    def entries(self, source_key: str, entry_ids: Sequence[str]) -> dict[str, EntryRow]:
        """Return the stored rows of the entries `entry_ids` of a source, by entry id. Unknown ids
        are left out."""

    def save_entries(self, rows: Sequence[EntryRow]) -> None:
        """Store rows. Each replaces the stored row of the same entry."""

    def pending(self, source_key: str, now: datetime) -> list[EntryRow]:
        """Return the pending entries of a source whose next try is due at `now`."""

    def count_pending(self, source_key: str) -> int:
        """Return the number of pending entries of a source."""

    def count_muted(self, source_key: str) -> int:
        """Return the number of entries of a source that are skipped by a `mute` or `keep` rule."""

    def list_seen_since(
        self, source_key: str, since: datetime
    ) -> list[tuple[datetime, datetime | None]]:
        """Return a pair (first seen, next try) for each entry of a source that was first seen after
        `since`. The next try is None unless the entry is pending and waits for it."""


class ArticleRecords(Protocol):
    """The filed articles, the sources that announced them, and their addresses."""

    def article(self, article_id: str) -> Article | None:
        """Return the article without its body, None if the id is unknown."""

    def find(self, aliases: Iterable[str]) -> str | None:
        """Return the id of an article that has one of the alias keys `aliases`; None without
        one."""

    def stamp(self, article_id: str) -> FileStamp | None:
        """Return the path and the times of the article's file, as they were when its row was
        written. None if the id is unknown."""

    def record(self, record: ArticleRecord) -> None:
        """Store an article with its aliases, and its entry as done. The feeds that show the article
        are marked as stale."""

    def carriers(self, article_id: str) -> list[str]:
        """Return the keys of the carriers of an article: sources that announced it and did not file
        it."""

    def add_carriers(
        self,
        carried: Iterable[tuple[str, str]],
        names: Mapping[str, str],
        *,
        entry: EntryRow | None = None,
    ) -> None:
        """Store carriers: sources that announced articles which other sources filed. `carried`:
        pairs (id of an article, key of its carrier). `names`: the titles of these sources, by key.
        `entry`: the row of an entry to mark as done, None without one."""

    def count_filed(self, source_key: str) -> Filed:
        """Return the number of articles that a source filed. If this is 0, the result also has the
        numbers of all articles and of all sources."""

    def list_newest(self, source_key: str, *, own: bool = False) -> list[tuple[str, str]]:
        """Return (address, title) of the newest articles that a source announced. `own`: only of
        those that it filed itself."""


class Comparisons(Protocol):
    """The data by which copies of articles, and text that repeats on pages of a host, are found."""

    def look_up(
        self, aliases: Iterable[str], *, named: Iterable[str] = (), like: Like | None = None
    ) -> Known:
        """Return the stored articles that have one of the alias keys `aliases` (forms in which
        different spellings of an address are equal), and those that may be copies of a new article.
        `like`: describes the new article, None to look for no copies. `named`: the alias keys of
        the original that its page names."""

    def find_earlier(self, like: Like) -> Sequence[str]:
        """Return the ids of articles that may be earlier versions of the article that `like`
        describes."""

    def read_claims(self, article_id: str) -> tuple[datetime | None, str | None]:
        """Return two values of an article, each None if unknown: the time since when it may have
        existed, and the alias key of the original that its page names."""

    def copies(self, article_id: str) -> list[str]:
        """Return the ids of the articles that are merged into the article."""

    def find_boilerplate(self, host: str) -> frozenset[str]:
        """Return digests of the blocks that repeat on several pages of the host."""

    def blocks_by_article(self, host: str) -> dict[str, frozenset[str]]:
        """Return digests of the blocks on the saved pages of a host, by article id."""


class VisitRecords(EntryRecords, ArticleRecords, Comparisons, Protocol):
    """All methods of the database that a visit calls."""

    def shared(self, first: Callable[[], object] = ...) -> AbstractContextManager[None]:
        """Return a context in which writes are committed together, at `commit` or at its end.
        `first` is called before each commit."""

    def commit(self) -> None:
        """Commit the writes of the `shared` block so far."""

    def count_uncommitted(self) -> int:
        """Return the number of uncommitted writes."""

    def note(self, key: str) -> str | None:
        """Return the stored note `key`, None if there is none."""

    def set_note(self, key: str, value: str | None, at: datetime) -> None:
        """Store a note, or delete it if `value` is None."""

    def end_visit(self, outcome: Outcome, state: SourceState) -> None:
        """Store the outcome of a visit and the new state of its source."""
