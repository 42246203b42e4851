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
    """The result of asking the language model about articles. `counts`: number of articles by
    status (accepted, refused, failed). `calls`: number of requests to the model. `hindrance`: why
    the questions ended early, None if they did not. `wrong`: a fault of the configuration that
    ended them, "" for none."""

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
        """The error with which the command must end, None for none. It is an error if the
        configuration is wrong or the endpoint of the model is paused, but not if the budget is used
        up."""
        if self.wrong:
            return ConfigError(self.wrong)
        # "resting": the endpoint is paused
        if self.hindrance is not None and self.hindrance.reason == "resting":
            return MissingError(f"the language model is not asked now: {self.hindrance.detail}")
        return None

    def lines(self) -> Iterator[str]:
        """Yield the lines to print: one on the numbers of answers, one on each problem, and one on
        why the questions ended early. Yield none if nothing was asked and nothing went wrong."""
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
