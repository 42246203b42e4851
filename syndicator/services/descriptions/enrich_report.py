"""What a pass over articles with the language model did: apart, so that who asks none loads nothing of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from syndicator.core.model import Problem

if TYPE_CHECKING:
    from syndicator.describing.llm.client import Hindrance


@dataclass(slots=True)
class EnrichReport:
    """Result of a pass. `counts`: by outcome; `hindrance`: why it ended early; `wrong`: configuration faults."""

    counts: dict[str, int] = field(default_factory=dict)
    calls: int = 0
    problems: list[Problem] = field(default_factory=list)
    hindrance: Hindrance | None = None
    wrong: str = ""

    @property
    def changed(self) -> int:
        return self.counts.get("accepted", 0)
