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

    def entries(self, source_key: str, entry_ids: Sequence[str]) -> dict[str, EntryRow]: ...

    def save_entries(self, rows: Sequence[EntryRow]) -> None: ...

    def pending(self, source_key: str, now: datetime) -> list[EntryRow]: ...

    def count_pending(self, source_key: str) -> int: ...

    def count_muted(self, source_key: str) -> int: ...

    def seen_since(
        self, source_key: str, since: datetime
    ) -> list[tuple[datetime, datetime | None]]: ...


class ArticleRecords(Protocol):
    """The filed articles, the sources that announced them, and their addresses."""

    def article(self, article_id: str) -> Article | None: ...

    def find(self, aliases: Iterable[str]) -> str | None: ...

    def stamp(self, article_id: str) -> FileStamp | None: ...

    def record(self, record: ArticleRecord) -> None: ...

    def carriers(self, article_id: str) -> list[str]: ...

    def carry(
        self,
        carried: Iterable[tuple[str, str]],
        names: Mapping[str, str],
        *,
        entry: EntryRow | None = None,
    ) -> None: ...

    def filed(self, source_key: str) -> Filed: ...

    def listed(self, source_key: str, *, own: bool = False) -> list[tuple[str, str]]: ...


class Comparisons(Protocol):
    """What recognises copies of an article, and text that repeats on a host."""

    def known(
        self, aliases: Iterable[str], *, named: Iterable[str] = (), like: Like | None = None
    ) -> Known: ...

    def earlier(self, like: Like) -> Sequence[str]: ...

    def claims(self, article_id: str) -> tuple[datetime | None, str | None]: ...

    def copies(self, article_id: str) -> list[str]: ...

    def repeated(self, host: str) -> frozenset[str]: ...

    def blocks_by_article(self, host: str) -> dict[str, frozenset[str]]: ...


class VisitRecords(EntryRecords, ArticleRecords, Comparisons, Protocol):
    """All that a visit reads and writes."""

    def shared(self, first: Callable[[], object] = ...) -> AbstractContextManager[None]: ...

    def commit(self) -> None: ...

    def waiting(self) -> int: ...

    def note(self, key: str) -> str | None: ...

    def set_note(self, key: str, value: str | None, at: datetime) -> None: ...

    def end_visit(self, outcome: Outcome, state: SourceState) -> None: ...
