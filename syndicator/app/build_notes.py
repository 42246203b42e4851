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
    """Replace a renamed tag in the note of the tags that entries link. `old`, `new`: slugs. All
    articles with the tag were rewritten, so the next build need not mark their files once more
    because of the link."""
    note = archive.store.visits.note(_TAGS_NOTE)
    if note:
        renamed = note.replace(f"{json.dumps(old)}:", f"{json.dumps(new)}:")
        archive.store.visits.set_note(_TAGS_NOTE, renamed, archive.clock())


def read_waiting(store: Store) -> list[str]:
    """Return the paths of feeds, such as tags/ai, that the last edit would end and whose end the
    operator has not confirmed."""
    stems: list[str] = json.loads(store.visits.note(_WAITING_NOTE) or "[]")
    return stems
