"""The only importer of trafilatura: which text of a page it takes for the article."""

from __future__ import annotations

from itertools import islice
from typing import Any, Literal

# Pages above either are not shown to it: its time is the square of their size. The largest real one of 801 has 11,533
# elements, the widest element 1,521 children.
_MOST_ELEMENTS = 50_000
_MOST_CHILDREN = 6_000
Focus = Literal["fast", "balanced"]


def extract(tree: Any, focus: Focus = "fast") -> str:
    """The text that trafilatura takes from `tree` (not changed), "" when it finds none, fails or would take too long.

    "fast" is its own extractor alone, half the time of "balanced", which asks readability and jusText too.
    """
    from trafilatura import bare_extraction

    elements = list(islice(tree.iter(), _MOST_ELEMENTS + 2))
    if len(elements) > _MOST_ELEMENTS + 1 or max(map(len, elements)) > _MOST_CHILDREN:
        return ""
    found = bare_extraction(
        tree, fast=focus == "fast", include_comments=False, include_tables=True, with_metadata=False
    )
    body = getattr(found, "body", None)
    return "\n".join(_lines(body)) if body is not None else ""


def _lines(body: Any) -> list[str]:
    return ["".join(element.itertext()) for element in body]
