"""Describe an article that reads differently now."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from syndicator.core.model import Article
from syndicator.upkeep.passes.compare import list_changes

OLD = Article(
    id="a",
    url="https://x.example/a",
    title="T",
    body="One.\n\nTwo.\n\nTwo.\n\nThree.",
    tags=("A", "B"),
    author="Ann",
)


@pytest.mark.parametrize(
    ("fields", "expected"),  # expected: field, old and new value of the change, if any
    [
        ({}, []),
        ({"title": "U"}, [("title", "T", "U")]),
        ({"author": None}, [("author", "Ann", "")]),
        ({"tags": ("B", "C")}, [("tags", "A, B", "B, C")]),
        ({"robots": ("noarchive",)}, [("robots", "", "noarchive")]),
        ({"body": "One.\n\nTwo.\n\nThree."}, [("body", "Two.", "")]),
        ({"body": "One.\n\nNew.\n\nTwo.\n\nThree."}, [("body", "Two.", "New.")]),
        ({"body": "Three.\n\nTwo.\n\nTwo.\n\nOne."}, [("body", "", "")]),  # in another order
        ({"updated": datetime(2026, 1, 1, tzinfo=UTC), "keywords": ("k",)}, []),
    ],
)
def test_each_field_that_differs_is_told(
    fields: dict[str, object], expected: list[tuple[str, str, str]]
) -> None:
    """`list_changes` lists a differing field with old and new value; of a body the paragraphs that
    go and come, none if they have another order. `updated` and keywords are not listed."""
    changes = list_changes(OLD, replace(OLD, **fields))  # type: ignore[arg-type]

    assert [(change.field, change.old, change.new) for change in changes] == expected
