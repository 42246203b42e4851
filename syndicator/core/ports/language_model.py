"""Values for the language model: a request's material, its reply, and usage so far."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from syndicator.core.model import Problem
from syndicator.core.ports.articles import FileStamp


class Choosable(NamedTuple):
    """A sentence to choose for an excerpt. `opens`: it may be first; `follows`: only directly after
    its predecessor."""

    text: str
    opens: bool
    follows: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Plain text for a language model, with possible categories and tags. `write`: the model writes
    the excerpt."""

    title: str
    text: str
    language: str | None
    write: bool = False
    sentences: tuple[Choosable, ...] = ()
    categories: tuple[tuple[str, str], ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The answer of a language model: untrusted text, tokens used, and the form of request that
    worked."""

    content: str
    tokens: int
    form: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """Usage of a language model today and the state of its endpoint."""

    endpoint: str = ""  # address and model; the sums of the day are for all endpoints
    day: str = ""  # UTC
    calls: int = 0
    tokens: int = 0
    form: str = ""  # of the request that worked last
    failures: int = 0  # in a row
    rests: int = 0  # in a row
    rest_until: datetime | None = None  # no request before
    reason: str = ""  # of the last failure, "" after a success
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The result of asking about an article, with the text that was sent."""

    id: str
    at: datetime
    plan: str  # model and version of the prompt
    key: str  # of plan and text; "" when there was nothing to ask
    status: Literal["accepted", "refused", "failed", "skipped"]
    stamp: FileStamp  # of the file read or written
    reason: str = ""  # short stable code
    detail: str = ""
    answer: str = ""  # as the model gave it
    tries: int = 0  # failed ones
    next_try: datetime | None = None  # None: not before its text changes
    by: str = ""  # the earlier plan of the answer, if not `plan`


@dataclass(frozen=True, slots=True, kw_only=True)
class Enriched:
    """State and results of the language model, for `status`."""

    meter: Meter
    counts: Mapping[str, int]  # articles by status
    refused: tuple[Problem, ...]  # refused answers and failed articles, newest first
