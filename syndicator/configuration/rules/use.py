"""Which selectors of a source's rules have stopped to match, counted over the pages that its visits read. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from syndicator.core.model import SourceState

ENOUGH = 10  # pages in a row without a match, from which the operator is told; a choice


def counted(before: Mapping[str, int], pages: Iterable[Mapping[str, int]]) -> Mapping[str, int]:
    """Of each selector, how many pages in a row it did not match: `before`, and after the `pages` that were read since,
    each with the number of matches by selector (`reading.rules.matches`). Selectors that are no longer written are
    dropped."""
    for page in pages:
        before = {rule: before.get(rule, 0) + 1 for rule, number in page.items() if not number}
    return before


def unmatched(state: SourceState) -> tuple[tuple[str, int], ...]:
    """The selectors that matched nothing on the last ten pages of the source or more, as in `select "div.text"`, each
    with that number of pages."""
    return tuple((rule, pages) for rule, pages in sorted(state.unmatched.items()) if pages >= ENOUGH)
