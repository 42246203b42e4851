"""Report what asking the language model about articles came to: counts, faults, lines to print.

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
    """The result of a pass of questions. `counts`: number of articles by status (accepted, refused,
    failed). `calls`: number of requests to the model. `hindrance`: why the pass ended early, None
    if it did not. `wrong`: fault of the configuration, "" for none."""

    counts: dict[str, int] = field(default_factory=dict)
    calls: int = 0
    problems: list[Problem] = field(default_factory=list)
    hindrance: "Refusal | None" = None
    wrong: str = ""

    @property
    def changed(self) -> int:
        """Number of articles that an answer changed."""
        return self.counts.get("accepted", 0)

    @property
    def fault(self) -> SyndicatorError | None:
        """The error with which a command must end; None for none. A used-up budget is no error,
        because it is usual."""
        if self.wrong:
            return ConfigError(self.wrong)
        if self.hindrance is not None and self.hindrance.reason == "resting":
            return MissingError(f"the language model is not asked now: {self.hindrance.detail}")
        return None

    def lines(self) -> Iterator[str]:
        """Yield the lines to print. There are none if nothing was asked and nothing went wrong."""
        if self.calls or self.counts:
            accepted = counted(self.counts.get("accepted", 0), "answer")
            refused = self.counts.get("refused", 0)
            failed = self.counts.get("failed", 0)
            answers = f"{accepted} accepted, {refused} refused, {failed} failed"
            yield f"language model: {counted(self.calls, 'call')}; {answers}"
        for problem in self.problems:
            yield (
                f"not described by the language model: {problem.what}: {problem.reason}"
                f" {problem.detail}".rstrip()
            )
        if self.hindrance:
            yield f"language model: {self.hindrance.reason} {self.hindrance.detail}"
