"""Leave notes in the database for the next build: articles removed, tags renamed.

Also read which feeds wait for a confirmation to end."""

import json
from collections.abc import Iterable
from typing import Final

from syndicator.app.archive import Archive
from syndicator.store.engine import Store

EXCUSED = "released"  # the name of the note in databases stays
_TAGS: Final = "tags linked"  # name of a note: slugs
# name of a note: the feeds that wait for a confirmation to end
_WAITING: Final = "feeds that would end"


def excuse(archive: Archive, ids: Iterable[str]) -> None:
    """Note until the next build that these articles were removed on purpose."""
    all_ids = {*excused(archive.store), *ids}
    archive.store.visits.set_note(EXCUSED, json.dumps(sorted(all_ids)), archive.clock())


def excused(store: Store) -> frozenset[str]:
    """Return the ids of articles that were removed on purpose since the last build."""
    return frozenset(json.loads(store.visits.note(EXCUSED) or "[]"))


def note_renamed(archive: Archive, old: str, new: str) -> None:
    """Note that entries link the tag slug `new` instead of `old`, so that no files are marked for
    it: all articles with the tag were rewritten."""
    note = archive.store.visits.note(_TAGS)
    if note:
        renamed = note.replace(f"{json.dumps(old)}:", f"{json.dumps(new)}:")
        archive.store.visits.set_note(_TAGS, renamed, archive.clock())


def read_waiting(store: Store) -> list[str]:
    """Return the feeds, such as tags/ai, that wait for a confirmation to end."""
    stems: list[str] = json.loads(store.visits.note(_WAITING) or "[]")
    return stems
