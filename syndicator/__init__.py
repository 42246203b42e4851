"""From source URLs to valid Atom, RSS and JSON feeds per tag, category and source."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.3.0"
__all__ = ["NotAnArticle", "Taxonomy", "__version__", "read_article", "summarize"]

if TYPE_CHECKING:
    from syndicator.core.errors import NotAnArticle
    from syndicator.describing.summary.excerpt import summarize
    from syndicator.describing.taxonomy.taxonomy import Taxonomy
    from syndicator.filing.read_article import read_article

_HOMES = {
    "read_article": "syndicator.filing.read_article",
    "summarize": "syndicator.describing.summary.excerpt",
    "Taxonomy": "syndicator.describing.taxonomy.taxonomy",
    "NotAnArticle": "syndicator.core.errors",
}


def __getattr__(name: str) -> Any:
    """The public names, imported when first asked for: `syndicator --help` must not pay for
    them."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'syndicator' has no attribute {name!r}")
