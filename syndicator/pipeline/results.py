"""Results of the worker, which load no page library; the reasons to hold an article."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from syndicator.core.model import Article
from syndicator.core.ports import Filed
from syndicator.core.reasons import HoldReason
from syndicator.describing.text.sketches import Sketch


@dataclass(frozen=True, slots=True, kw_only=True)
class PageReading:
    """A page as read: article, block digests, HTML of the body if published whole. `trace`: origins of fields;
    `matches`: elements per selector; `ruled`: fields set by rules; `doubts`: reasons to hold it; `sketch` and `packed`
    page, made in the worker to spare this process."""

    article: Article
    blocks: tuple[str, ...] = ()
    html: str | None = None
    trace: Mapping[str, Any] = field(default_factory=dict)
    matches: Mapping[str, int] = field(default_factory=dict)
    ruled: frozenset[str] = frozenset()
    doubts: tuple[str, ...] = ()  # codes of `reasons.HoldReason`
    category_score: float | None = None  # how likely its category is
    sketch: Sketch | None = None
    packed: bytes = b""
    alternate: str | None = None  # AMP or print version of a page that is a stub
    next_page: str | None = None  # of the same article


@dataclass(frozen=True, slots=True, kw_only=True)
class Redescription:
    """Changes of an article: values by attribute, a line per field with the reason, and the category's score."""

    values: Mapping[str, Any]
    why: tuple[str, ...]
    score: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """A field, by its key in the file, as it was and as it is now; of the body, the paragraphs that go and come."""

    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reread:
    """An article as its page reads today and the changes. `html`: the body, if published whole."""

    article: Article
    changes: tuple[FieldChange, ...]
    html: str | None


# The first article of a source waits where sources have so many articles each, on average: so of all articles no more
# than one in so many does. While an instance is new, so is all of it, and its operator is looking.
MANY: Final = 50


def hold_reason(doubts: Collection[str], *, every: bool, categorised: bool, flooded: bool, filed: Filed) -> str:
    """The `HoldReason` code of a new article, or "". `doubts` of its reading; `every`: the operator checks all;
    `categorised` by the operator; `flooded`: too many at once; `filed` before."""
    given = [code for code in doubts if not (categorised and code == HoldReason.UNSURE_CATEGORY)]
    given += [HoldReason.FLOOD.value] if flooded else []
    given += [HoldReason.FIRST.value] if filed.own == 0 and filed.articles >= MANY * (filed.sources + 1) else []
    given += [HoldReason.ALL.value] if every else []
    return given[0] if given else ""
