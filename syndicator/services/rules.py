"""The rules for a source's pages: what they are, whether they match, and how they are tried and saved."""

from __future__ import annotations

import hashlib

from syndicator.model import Source
from syndicator.pipeline.rule_use import unmatched

__all__ = ["digest", "unmatched"]


def digest(source: Source) -> str:
    """16 hex characters that change exactly when a rule of the source does, and not with a new version."""
    return hashlib.sha256(repr(source.rules).encode("utf-8", "replace")).hexdigest()[:16]
