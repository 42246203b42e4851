"""Sources that moved for good, for `status`. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from syndicator.core import urls
from syndicator.core.model import SourceState
from syndicator.core.ports import Move


def moves(states: Sequence[SourceState]) -> tuple[Move, ...]:
    """The sources that are asked for at the address to which theirs moved."""
    moved = [state for state in states if _target(state) not in ("", state.url)]
    if not moved:
        return ()
    owners: dict[str, list[str]] = defaultdict(list)
    for state in states:
        for address in _addresses(state):
            owners[urls.alias(address)].append(state.key)
    return tuple(
        Move(
            source=state.key,
            url=urls.redacted(state.url),
            moved_to=urls.redacted(_target(state)),
            since=state.moved_at,
            warning="" if state.site_moved else _warning(state, _target(state), owners),
            site_moved=state.site_moved,
        )
        for state in moved
    )


def _target(state: SourceState) -> str:
    """The address that is asked in place of the operator's, or will be, "" if there is none."""
    return state.effective_url or (state.moved_to if state.site_moved else None) or ""


def _warning(moved: SourceState, target: str, owners: Mapping[str, Sequence[str]]) -> str:
    """What an operator should know of a move: a redirect may lead to anybody's feed. `owners`: keys by address."""
    others = [key for key in owners[urls.alias(target)] if key != moved.key]
    if others:
        return f"this is the feed of {others[0]}, which you follow too: remove {moved.key} if one is enough"
    if not urls.same_site(target, moved.url):
        return "another site: look whether it is the feed you want, else `syndicator remove` it"
    return ""


def _addresses(state: SourceState) -> list[str]:
    return [state.url, *([state.effective_url] if state.effective_url else [])]
