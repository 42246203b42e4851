"""What speaks against publishing a reading unseen. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from syndicator.core import text
from syndicator.core.model import Draft
from syndicator.core.reasons import HoldReason

_SHORT: Final = 1600  # letters: a page that says it shows a part, and shows more, mostly shows the whole article
_LEAST_SCORE: Final = 0.22  # probability of the likeliest category, below which none fits; both chosen on the corpus


def doubts(draft: Draft, category_score: float | None) -> tuple[str, ...]:
    """Codes of `HoldReason` that a reading gives by itself. `category_score`: how likely its category is; None where
    there is none to choose from."""
    body: Mapping[str, Any] = draft.trace.get("body", {})
    found = {
        HoldReason.PARTIAL: draft.partial and text.width(text.plain(draft.body)) < _SHORT,
        HoldReason.UNSURE_TEXT: bool(body.get("doubt")),
        HoldReason.UNSURE_CATEGORY: category_score is not None and category_score < _LEAST_SCORE,
    }
    return tuple(reason.value for reason, given in found.items() if given)
