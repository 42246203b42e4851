"""Keep lists in files beside the articles, and find edits of these files.

An entry is written to the file first, then to the database. If both differ, the file counts. A lost
file is written again from the database."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Generic, TypeVar

from syndicator.articles.beside import tab_lists
from syndicator.articles.beside.tab_lists import Decided, TabList
from syndicator.core.ports.articles import KeptFiles
from syndicator.store.engine import Store
from syndicator.store.tables import story_updates

_NO_FILE: Final = "none"  # the stamp of a file that does not exist
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Edits(Generic[T]):
    """The differences between a file and the database. `stamp`: identifies the present content of
    the file."""

    entries: list[T]  # all of the file
    added: list[T]  # those that only the file has
    removed: list[T]  # those that only the database has
    stamp: str


def _find_none() -> Iterable[T]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedList(Generic[T]):
    """A list that is in a file and in the database. Methods raise OSError, StoreError."""

    kept: TabList[T]
    note: str  # name of the database's note with the stamp of the file that it agrees with
    find_recorded: Callable[[Store], list[T]]  # the database's entries, in the order of a file

    def find_edits(
        self,
        files: KeptFiles,
        store: Store,
        find_first: Callable[[], Iterable[T]] = _find_none,
    ) -> Edits[T] | None:
        """Return the differences between the file and the database. None if the file has not
        changed since the last `note_read`. A lost file is written again first, from the database.
        `find_first`: returns more entries for a file that has never existed."""
        noted = store.visits.note(self.note)  # stamp of the file that the database agrees with
        stamp = self.kept.stamp(files)
        if stamp is None:
            first_entries = find_first() if noted is None else ()
            missing = list(dict.fromkeys((*self.find_recorded(store), *first_entries)))
            if missing:
                self.kept.append(files, missing)
                stamp = self.kept.stamp(files)
        stamp = stamp or _NO_FILE
        if stamp == noted:
            return None
        entries = self.kept.read(files)
        recorded = self.find_recorded(store)
        only_recorded = dict.fromkeys(recorded)  # in the database, but not in the file
        for entry in entries:
            only_recorded.pop(entry, None)
        recorded_set = set(recorded)
        return Edits(
            entries=entries,
            added=[entry for entry in entries if entry not in recorded_set],
            removed=list(only_recorded),
            stamp=stamp,
        )

    def note_read(self, store: Store, stamp: str, now: datetime) -> None:
        """Note that the database has the content of the file with this stamp."""
        store.visits.set_note(self.note, stamp, now)

    def note_written(self, files: KeptFiles, store: Store, now: datetime) -> None:
        """Note that the database has all that was appended to the file."""
        self.note_read(store, self.kept.stamp(files) or _NO_FILE, now)


def _find_decided(store: Store) -> list[Decided]:
    """Return the members of all stories in the database, as entries of the file."""
    members = sorted(store.stories.members())
    return [Decided(member.article, member.story, member.final) for member in members]


CARRIED: Final = RecordedList(
    kept=tab_lists.CARRIED,
    note="carried",
    find_recorded=lambda store: store.visits.list_carriers(),
)
PRUNED: Final = RecordedList(
    kept=tab_lists.PRUNED,
    note="pruned",
    find_recorded=lambda store: sorted(store.visits.pruned()),
)
STORIES: Final = RecordedList(
    kept=tab_lists.STORIES,
    note="stories read",
    find_recorded=_find_decided,
)
LEADS: Final = RecordedList(
    kept=tab_lists.LEADS,
    note="leads read",
    find_recorded=lambda store: sorted(store.stories.leads().items()),
)
FOLDED: Final = RecordedList(
    kept=tab_lists.FOLDED,
    note=story_updates.FOLDED_NOTE,
    find_recorded=lambda store: store.stories.folded(),
)
