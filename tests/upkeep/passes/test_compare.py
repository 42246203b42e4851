"""Describe an article that reads differently now."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from syndicator.core.model import Article
from syndicator.upkeep.passes.compare import list_changes
from syndicator.upkeep.passes.revision import FieldChange

OLD = Article(
    id="a",
    url="https://x.example/a",
    title="T",
    body="One.\n\nTwo.\n\nTwo.\n\nThree.",
    tags=("A", "B"),
    author="Ann",
)


@pytest.mark.parametrize(
    ("fields", "difference"),
    [
        ({}, None),
        ({"title": "U"}, ("title", "T", "U")),
        ({"author": None}, ("author", "Ann", "")),
        ({"tags": ("B", "C")}, ("tags", "A, B", "B, C")),
        ({"robots": ("noarchive",)}, ("robots", "", "noarchive")),
        ({"body": "One.\n\nTwo.\n\nThree."}, ("body", "Two.", "")),
        ({"body": "One.\n\nNew.\n\nTwo.\n\nThree."}, ("body", "Two.", "New.")),
        ({"body": "Three.\n\nTwo.\n\nTwo.\n\nOne."}, ("body", "", "")),  # in another order
        ({"updated": datetime(2026, 1, 1, tzinfo=UTC), "keywords": ("k",)}, None),
    ],
)
def test_each_field_that_differs_is_told(
    fields: dict[str, object], difference: tuple[str, str, str] | None
) -> None:
    """`list_changes` lists a differing field with old and new value; of a body the paragraphs that
    go and come, none if they have another order. `updated` and keywords are not listed.
    `difference` is (field, old, new)."""
    expected = (
        (FieldChange(field=difference[0], old=difference[1], new=difference[2]),)
        if difference
        else ()
    )
    assert list_changes(OLD, replace(OLD, **fields)) == expected  # type: ignore[arg-type]
