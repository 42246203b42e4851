"""Sources that moved for good, for `status`. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from syndicator import urls
from syndicator.model import SourceState
from syndicator.ports import Move


def moves(states: Sequence[SourceState]) -> tuple[Move, ...]:
    """The sources that are asked for at the address to which theirs moved."""
    return tuple(
        Move(
            source=state.key,
            url=urls.redacted(state.url),
            moved_to=urls.redacted(state.effective_url),
            since=state.moved_at,
            warning=_warning(state, state.effective_url, states),
        )
        for state in states
        if state.effective_url and state.effective_url != state.url
    )


def _warning(moved: SourceState, target: str, states: Sequence[SourceState]) -> str:
    """What an operator should know of a move: a redirect may lead to anybody's feed."""
    same = urls.alias(target)
    others = [other.key for other in states if other is not moved and same in map(urls.alias, _addresses(other))]
    if others:
        return f"this is the feed of {others[0]}, which you follow too: remove {moved.key} if one is enough"
    if not urls.same_site(target, moved.url):
        return "another site: look whether it is the feed you want, else `syndicator remove` it"
    return ""


def _addresses(state: SourceState) -> list[str]:
    return [state.url, *([state.effective_url] if state.effective_url else [])]
