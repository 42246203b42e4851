"""How often each selector of an operator's rules matches a page. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syndicator.configuration.page_rules import matched
from syndicator.core.model import Rules

FIELDS = ("title", "author", "date", "cover")
_SELECTORS = ("select", "remove", *FIELDS)


def matches(tree: Any, rules: Rules) -> Mapping[str, int]:
    """For each selector, by its rule as in `select "div.text"`, how many elements of the page it matches; of `select`
    those that have text, as others are passed over. Raises RulesError for one that is no CSS."""
    return {
        f'{rule} "{selector}"': sum(1 for element in matched(tree, selector) if rule != "select" or _has_text(element))
        for rule in _SELECTORS
        for selector in getattr(rules, rule)
    }


def _has_text(element: Any) -> bool:
    return any(part.strip() for part in element.itertext())
