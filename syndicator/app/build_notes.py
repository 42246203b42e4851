"""Leave notes in the database for the next build: articles removed, tags renamed.

Also read which feeds wait for a confirmation to end."""

import json
from collections.abc import Iterable
from typing import Final

from syndicator.app.archive import Archive
from syndicator.store.engine import Store

EXCUSED = "released"  # the name of the note in databases stays
_TAGS_NOTE: Final = "tags linked"  # name of a note: slugs
# name of a note: the feeds that wait for a confirmation to end
_WAITING_NOTE: Final = "feeds that would end"


def excuse_articles(archive: Archive, ids: Iterable[str]) -> None:
    """Note that articles were removed on purpose. The next build then does not report them as
    lost."""
    all_ids = {*read_excused(archive.store), *ids}
    archive.store.visits.set_note(EXCUSED, json.dumps(sorted(all_ids)), archive.clock())


def read_excused(store: Store) -> frozenset[str]:
    """Return the ids of articles that were removed on purpose since the last build."""
    return frozenset(json.loads(store.visits.note(EXCUSED) or "[]"))


def note_renamed(archive: Archive, old: str, new: str) -> None:
    """Rename a tag in the note of the database that lists the tags to which published entries link.
    `old`, `new`: slugs of the tag."""
    note = archive.store.visits.note(_TAGS_NOTE)
    # Without this, the next build would find another link, and mark the files of all articles with
    # the tag. The rename has done so already.
    if note:
        renamed = note.replace(f"{json.dumps(old)}:", f"{json.dumps(new)}:")
        archive.store.visits.set_note(_TAGS_NOTE, renamed, archive.clock())


def read_waiting(store: Store) -> list[str]:
    """Return the paths of feeds, such as tags/ai, that the last edit would end and whose end the
    operator has not confirmed."""
    stems: list[str] = json.loads(store.visits.note(_WAITING_NOTE) or "[]")
    return stems
