"""Which sources carry which articles, where the file beside the articles and the database differ."""

from __future__ import annotations

from syndicator.services.container import App

_NOTE = "carried"  # the note with the stamp of the file whose lines the database has
_NO_FILE = "none"


def settle(app: App) -> None:
    """Records those lines of the file that the database lacks, as after a crash between the two or with a database that
    was restored. Looks no further than at the file's stamp where that is the one of last time. Where there is no file
    it is made of what the database knows: an earlier version kept no carriers, but it did keep which source announced
    which article. Raises OSError, StoreError."""
    store, files = app.store.visits, app.article_store
    stamp, noted = files.carried_stamp(), store.note(_NOTE)
    if stamp is None:
        found = dict.fromkeys((*store.carried(), *(store.announced() if noted is None else ())))
        if found:
            files.carry(found)
        stamp = files.carried_stamp() or _NO_FILE
    if stamp == noted:
        return
    known = set(store.carried())
    lacking = [one for one in files.carried() if one not in known]
    store.carry(lacking, _feed_names(app))
    store.set_note(_NOTE, stamp, app.clock())


def _feed_names(app: App) -> dict[str, str]:
    """What the feeds of sources are called."""
    states = app.store.visits.states()
    return {key: one.title or (states[key].feed_title if key in states else "") for key, one in app.sources.items()}
