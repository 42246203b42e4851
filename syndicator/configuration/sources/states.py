"""What an edit of a source means for what is remembered of it. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from syndicator.configuration.rules.lengths import before_collapse
from syndicator.core.model import Rules, Source, SourceState


def reconciled(source: Source, state: SourceState | None) -> SourceState:
    """The state of `source` as it is written now; `state`: as it was known, None of one that is new. Another address
    starts its validators and its health anew; what is to be visited otherwise than before is due now."""
    terms, rules = _digest(source), source.rules.digest
    if state is None:
        return SourceState(key=source.key, url=source.url, terms=terms, rules=rules)
    if state.url != source.url:
        fresh = SourceState(key=source.key, url=source.url, terms=terms, rules=rules)
        return replace(fresh, first_visit=state.first_visit, last_success=state.last_success, recent=state.recent)
    now = replace(state, terms=terms, rules=rules, unmatched=state.unmatched if rules == state.rules else {})
    if rules != state.rules:
        now = replace(now, bodies=before_collapse(state.bodies))
    if state.terms not in ("", terms):  # an edit may have mended what kept it from being visited: no waiting
        return replace(now, failures=0, next_due=None, feed_due=None, due_why="sources.toml was edited")
    return now


def _digest(source: Source) -> str:
    """A digest of what decides when and how `source` is visited and its pages are read: 16 hex characters, enough to
    notice an edit."""
    terms = (source.kind, source.every, source.cron, source.robots, source.allow, sorted(source.headers_env.items()))
    more: tuple[object, ...] = () if source.rules == Rules() else (source.rules,)  # an earlier version's digests stay
    more += () if source.speaks_for is None else (source.speaks_for,)
    more += (source.keep, source.mute) if source.keep or source.mute else ()
    more = (*more, "force") if source.force else more
    return hashlib.sha256(repr((*terms, source.enabled, *more)).encode()).hexdigest()[:16]
