"""Notice that the operator exported the cookies of a source again, and make its entries due."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from syndicator.app.archive import Archive
from syndicator.app.read_configuration import Configuration
from syndicator.core.reasons import FetchReason

_NOTE: Final = "files of cookies"  # in the database: the digests of those at the last call
_ANY_TIME: Final = datetime.max.replace(tzinfo=UTC)
_OF_SESSIONS: Final = (FetchReason.SESSION_ENDED, FetchReason.BAD_COOKIES)


def resume_sessions(archive: Archive, configuration: Configuration) -> None:
    """If a source's file of cookies changed since the last call, make due what waited for new
    cookies: the source and its entries. The digests of the files are noted in the database, to
    compare them at the next call. Raises StoreError."""
    visits = archive.store.visits
    file_by_source = {}
    for source in configuration.sources.values():
        if source.cookies:
            file_by_source[source.key] = source.cookies
    stored = visits.note(_NOTE)
    if not file_by_source and stored is None:
        return
    stored_digests: Mapping[str, str] = json.loads(stored or "{}")
    digests = {file: archive.cookie_files.digest(file) for file in set(file_by_source.values())}
    if digests == stored_digests:
        return
    for key, file in file_by_source.items():
        if digests[file] != stored_digests.get(file):
            _make_due(archive, key)
    visits.set_note(_NOTE, json.dumps(digests, sort_keys=True), archive.clock())


def _make_due(archive: Archive, key: str) -> None:
    """Make the entries of a source due that failed because a session (a login by cookies) had ended
    or its cookies were bad. Make the source due, too, if it has such entries, or if it failed
    itself for this reason. `key`: of the source."""
    visits = archive.store.visits
    waiting = [row for row in visits.pending(key, _ANY_TIME) if row.reason in _OF_SESSIONS]
    visits.save_entries([replace(row, next_try=None) for row in waiting])
    state = visits.state(key)
    if state is None:
        return
    has_failed = state.backoff.reason in _OF_SESSIONS
    is_affected = bool(waiting) or has_failed
    if not is_affected:
        return
    schedule = replace(
        state.schedule, next_due=None, feed_due=None, due_why="its cookies were exported again"
    )
    backoff = replace(state.backoff, failures=0)
    visits.save_states([replace(state, schedule=schedule, backoff=backoff)])
