"""Values for a language model: what it is asked, its reply, and how much it was used."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from syndicator.core.model import Problem
from syndicator.core.ports.articles import FileStamp


class Choosable(NamedTuple):
    """A sentence that may be chosen for an excerpt. `opens`: True if it may be the first one of the
    excerpt; `follows`: True if it directly follows the sentence before it in the article."""

    text: str
    opens: bool
    follows: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What a language model is asked about an article. `text`: plain text. `write`: True if the
    model writes the excerpt in its own words, False if it chooses from `sentences`. `categories`:
    (name, description) of each category to choose from. `tags`: the tags to choose from."""

    title: str
    text: str
    language: str | None
    write: bool = False
    sentences: tuple[Choosable, ...] = ()
    categories: tuple[tuple[str, str], ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The answer of a language model. `content`: its text, which must not be trusted. `tokens`: how
    many tokens it took. `form`: the form of request that the model's server accepted."""

    content: str
    tokens: int
    form: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """How much a language model was used today, and the state of its server."""

    endpoint: str = ""  # address and model; the sums of the day are for all endpoints
    day: str = ""  # UTC
    calls: int = 0
    tokens: int = 0
    form: str = ""  # of the request that worked last
    failures: int = 0  # in a row
    rests: int = 0  # pauses in a row
    rest_until: datetime | None = None  # end of a pause
    reason: str = ""  # of the last failure, "" after a success
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The result of asking a language model about an article."""

    id: str  # of the article
    at: datetime
    plan: str  # model and version of the prompt
    key: str  # digest of the plan and the text; "" if there was nothing to ask
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
