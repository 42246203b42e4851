"""What the worker returns: values that the main process can hold without loading what made them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from syndicator.core.model import Article
from syndicator.pipeline.similarity import Sketch


@dataclass(frozen=True, slots=True, kw_only=True)
class PageReading:
    """A page as it was read: the article as it would be filed, the digests of its blocks, and its body as sanitised
    HTML where its source is published whole. `trace`: where each field came from, for who asked; `matches`: how many
    elements each selector of the rules matches; `ruled`: the fields that a rule says; `doubts`: what speaks against
    publishing it unseen. `sketch`: of the body, for the search for copies; `packed`: the page as it is kept. Both are
    made there because this process does one thing at a time for all sources."""

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
    """What changes of an article: attribute -> value, and for each field a line that says what changes and why; and how
    likely its category is."""

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
    """An article as its page reads today, and what that changes of its file. `html`: the body rendered, where its
    source is published whole."""

    article: Article
    changes: tuple[FieldChange, ...]
    html: str | None
