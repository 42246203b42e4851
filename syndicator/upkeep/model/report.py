"""Describe the result of asking the language model: counts, faults, lines to print.

A module of its own, because most runs ask nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from syndicator.core.errors import ConfigError, MissingError, SyndicatorError
from syndicator.core.model import Problem
from syndicator.core.text import counted

if TYPE_CHECKING:
    from syndicator.describing.llm.aligned import Refusal


@dataclass(slots=True)
class AskReport:
    """Result of a pass. `hindrance`: why it ended early; `wrong`: configuration faults."""

    counts: dict[str, int] = field(default_factory=dict)
    calls: int = 0
    problems: list[Problem] = field(default_factory=list)
    hindrance: "Refusal | None" = None
    wrong: str = ""

    @property
    def changed(self) -> int:
        return self.counts.get("accepted", 0)

    @property
    def fault(self) -> SyndicatorError | None:
        if self.wrong:
            return ConfigError(self.wrong)
        if self.hindrance is not None and self.hindrance.reason == "resting":
            return MissingError(f"the language model is not asked now: {self.hindrance.detail}")
        return None

    def lines(self) -> Iterator[str]:
        if self.calls or self.counts:
            accepted, refused, failed = (
                self.counts.get(name, 0) for name in ("accepted", "refused", "failed")
            )
            answers = f"{counted(accepted, 'answer')} accepted, {refused} refused, {failed} failed"
            yield f"language model: {counted(self.calls, 'call')}; {answers}"
        for problem in self.problems:
            yield (
                f"not described by the language model: {problem.what}: {problem.reason}"
                f" {problem.detail}".rstrip()
            )
        if self.hindrance:
            yield f"language model: {self.hindrance.reason} {self.hindrance.detail}"
