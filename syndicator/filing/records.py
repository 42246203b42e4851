"""Protocols: the methods of the store that filing calls, as it must not import the store.

`store.visits.Visits` has all of them and says what each does."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from syndicator.core.model import Article, Outcome, SourceState
from syndicator.core.ports import ArticleRecord, EntryRow, Filed, FileStamp, Known, Like


class EntryRecords(Protocol):
    """The entries that sources announced."""

    def entries(self, source_key: str, entry_ids: Sequence[str]) -> dict[str, EntryRow]:
        """Return the stored rows of entries of a source, by entry id."""

    def save_entries(self, rows: Sequence[EntryRow]) -> None:
        """Store rows, in place of earlier ones of the same entries."""

    def pending(self, source_key: str, now: datetime) -> list[EntryRow]:
        """Return the entries of a source that wait and are due at `now`."""

    def count_pending(self, source_key: str) -> int:
        """Count the entries of a source that wait."""

    def count_muted(self, source_key: str) -> int:
        """Count the entries of a source that its rules skip."""

    def list_seen_since(
        self, source_key: str, since: datetime
    ) -> list[tuple[datetime, datetime | None]]:
        """Return (first seen, next try) of each entry first seen after `since`; the next try is
        None unless it waits."""


class ArticleRecords(Protocol):
    """The filed articles, the sources that announced them, and their addresses."""

    def article(self, article_id: str) -> Article | None:
        """Return the article, without its body, or None."""

    def find(self, aliases: Iterable[str]) -> str | None:
        """Return the id of the article with any of the alias keys, or None."""

    def stamp(self, article_id: str) -> FileStamp | None:
        """Return the path and times of the article's file when its row was written, or None."""

    def record(self, record: ArticleRecord) -> None:
        """Store an article with its aliases; mark its feeds stale and its entry done."""

    def carriers(self, article_id: str) -> list[str]:
        """Return the keys of further sources that announced the article."""

    def add_carriers(
        self,
        carried: Iterable[tuple[str, str]],
        names: Mapping[str, str],
        *,
        entry: EntryRow | None = None,
    ) -> None:
        """Store further sources of articles: pairs (article id, source key); `names`: titles of
        sources; `entry`: done with it."""

    def count_filed(self, source_key: str) -> Filed:
        """Count the articles of a source; if it has none, also all articles and sources."""

    def list_newest(self, source_key: str, *, own: bool = False) -> list[tuple[str, str]]:
        """Return address and title of the articles that a source announced; `own`: that it
        filed."""


class Comparisons(Protocol):
    """The data by which copies of an article, and repeated text of a host, are recognised."""

    def look_up(
        self, aliases: Iterable[str], *, named: Iterable[str] = (), like: Like | None = None
    ) -> Known:
        """Return the articles under alias keys, and those that may be copies by `like` or by the
        original `named`."""

    def find_earlier(self, like: Like) -> Sequence[str]:
        """Return ids of articles that may be earlier versions of the one that `like` describes."""

    def read_claims(self, article_id: str) -> tuple[datetime | None, str | None]:
        """Return since when an article may have existed, and the alias key of the original that its
        page names."""

    def copies(self, article_id: str) -> list[str]:
        """Return ids of the articles that are merged into this one."""

    def find_boilerplate(self, host: str) -> frozenset[str]:
        """Return digests of the blocks that repeat on pages of the host."""

    def blocks_by_article(self, host: str) -> dict[str, frozenset[str]]:
        """Return digests of the blocks of pages of the host, by article id."""


class VisitRecords(EntryRecords, ArticleRecords, Comparisons, Protocol):
    """All that a visit reads and writes."""

    def shared(self, first: Callable[[], object] = ...) -> AbstractContextManager[None]:
        """Delay commits inside the block until `commit` or its end. Call `first` before each
        commit."""

    def commit(self) -> None:
        """Commit the writes of the block."""

    def count_uncommitted(self) -> int:
        """Return the number of uncommitted writes."""

    def note(self, key: str) -> str | None:
        """Return a stored note, or None."""

    def set_note(self, key: str, value: str | None, at: datetime) -> None:
        """Store a note, or delete it if `value` is None."""

    def end_visit(self, outcome: Outcome, state: SourceState) -> None:
        """Store the outcome of a visit and the new state of its source."""
