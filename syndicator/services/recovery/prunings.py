"""Which articles were pruned, where the file beside the articles and the database differ."""

from __future__ import annotations

from syndicator.services.container import App
from syndicator.services.recovery.withdrawals import read_again

NOTE = "pruned"  # the note with the stamp of the file whose lines the database has


def settle(app: App) -> None:
    """Makes the database remember just the lines of the file. Looks no further than at the file's stamp where that is
    the one of last time. What the database has of lines that are gone is forgotten, and its sources are asked for it
    again; a file that is lost is written anew. Raises OSError, StoreError."""
    files, visits = app.article_store, app.store.visits
    if files.pruned_stamp() == visits.note(NOTE):
        return
    known = set(visits.pruned())
    if known and files.pruned_stamp() is None:
        files.prune(sorted(known))
    listed = files.pruned()
    if gone := known.difference(listed):
        read_again(app, visits.forget_pruned(gone), "a pruning was undone")
    visits.prune((), listed)
    note(app)


def note(app: App) -> None:
    """The database has what the file says."""
    app.store.visits.set_note(NOTE, app.article_store.pruned_stamp(), app.clock())
