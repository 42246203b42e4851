"""Whether a new article waits for the operator before it is published (`[publish] hold`). Pure."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from syndicator.core.ports import Filed
from syndicator.core.reasons import HoldReason

# The first article of a source waits where sources have so many articles each, on average: so of all articles no more
# than one in so many does. While an instance is new, so is all of it, and its operator is looking.
MANY: Final = 50


def hold_reason(doubts: Collection[str], *, every: bool, categorised: bool, flooded: bool, filed: Filed) -> str:
    """The code of `HoldReason` for which a new article is put on hold, "" where it is published at once. `doubts`: of
    its reading; `every`: the operator wants to look at all; `categorised`: the operator gave it the category;
    `flooded`: it is of a surplus that its source announced at once; `filed`: before it."""
    given = [code for code in doubts if not (categorised and code == HoldReason.UNSURE_CATEGORY)]
    given += [HoldReason.FLOOD.value] if flooded else []
    given += [HoldReason.FIRST.value] if _is_first(filed) else []
    given += [HoldReason.ALL.value] if every else []
    return given[0] if given else ""


def _is_first(filed: Filed) -> bool:
    return filed.own == 0 and filed.articles >= MANY * (filed.sources + 1)
