"""What is said of a model's answer. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SHOWN: Final = 120  # characters of a detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """An answer that passed. `category` "" and no `tags`: the model found none that fits."""

    excerpt: str
    category: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why an answer does not stand. `reason`: a member of `reasons.LlmReason`."""

    reason: str
    detail: str = ""


def short(value: str) -> str:
    """The start of `value`, for a detail."""
    return value if len(value) <= SHOWN else value[: SHOWN - 1] + "…"
