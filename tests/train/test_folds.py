"""Weights of a cross-validation fold replace the shipped ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicator import reading
from tools.train import folds


def test_a_fold_has_its_own_tables_and_the_shipped_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fold of the training replaces the files that it has (here the page types); all others
    are the shipped ones."""
    shipped = reading.file_text
    monkeypatch.setattr(reading, "file_text", shipped)  # what `use` sets is undone
    (tmp_path / folds.TYPES).write_text("fitted", "utf-8")
    folds.use(tmp_path)

    assert reading.file_text(folds.TYPES) == "fitted"
    assert reading.file_text("bylines.toml") == shipped("bylines.toml")
