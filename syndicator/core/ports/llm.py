"""What passes between us and the operator's language model, and what is remembered of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple, Protocol

from syndicator.core.model import Failed, Problem
from syndicator.core.ports.articles import FileStamp


class Choosable(NamedTuple):
    """A sentence that an excerpt may use. `opens`: also first. `follows`: directly after the one before it."""

    text: str
    opens: bool
    follows: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Plain text for a language model: sentences, supported categories, tags. `write`: it writes the excerpt itself."""

    title: str
    text: str
    language: str | None
    write: bool = False
    sentences: tuple[Choosable, ...] = ()
    categories: tuple[tuple[str, str], ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a language model answered: untrusted text, the tokens the call cost, and the form of request it took."""

    content: str
    tokens: int
    form: str


class Enricher(Protocol):
    """Asks a language model what an article is about. Stores nothing."""

    async def ask(self, material: Material, form: str) -> Reply | Failed:
        """One question; the answer is untrusted. `form`: of the request that worked last, tried first. Never raises."""

    def cost(self, material: Material) -> int:
        """The most tokens, of question and answer together, that asking this is expected to cost."""

    async def aclose(self) -> None:
        """Closes the connections. The enricher must not be used afterwards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """What is remembered of a language model between calls: what today has cost, and how its endpoint does."""

    endpoint: str = ""  # address and model; all but the sums of the day belong to it
    day: str = ""  # UTC
    calls: int = 0
    tokens: int = 0
    form: str = ""  # of the request that worked last
    failures: int = 0  # in a row
    rests: int = 0  # in a row
    rest_until: datetime | None = None  # nothing is asked before
    reason: str = ""  # of the last failure, "" after a success
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What came of asking about an article, for its text as it was then."""

    id: str
    at: datetime
    plan: str  # model and version of the prompt
    key: str  # of plan and text; "" when there was nothing to ask
    status: Literal["accepted", "refused", "failed", "skipped"]
    stamp: FileStamp  # of the file that was looked at, or written
    reason: str = ""  # short stable code
    detail: str = ""
    answer: str = ""  # as the model gave it
    tries: int = 0  # that failed
    next_try: datetime | None = None  # None: not before its text changes
    by: str = ""  # the plan that the answer came from, where that is no longer `plan`


@dataclass(frozen=True, slots=True, kw_only=True)
class Enriched:
    """How the language model does, for `status`."""

    meter: Meter
    counts: Mapping[str, int]  # articles by what came of asking
    refused: tuple[Problem, ...]  # answers that were refused, and articles on which asking failed; newest first
