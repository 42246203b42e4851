"""Every case of the folder, and the cases themselves."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.aged.web import serving
from tests.trust.case import Case, cases
from tests.trust.life import Life


def parameter(case: Case) -> object:
    marks = [pytest.mark.slow] if case.file == "attacks" else []  # a third of all, each a corner of what others show
    return pytest.param(case, id=f"{case.file}: {case.name}", marks=marks)


@pytest.mark.parametrize("case", [parameter(case) for case in cases()])
def test_case(case: Case, tmp_path: Path) -> None:
    with serving() as web:
        assert Life(tmp_path, web, case).live() == []


def test_there_are_cases_for_every_row() -> None:
    rows = Counter(case.row for case in cases())
    assert set(rows) == {"announce", "answer", "own", "carry", "speak for", "once", "lost"}
    assert sum(rows.values()) >= 60


def test_names_are_told_apart() -> None:
    assert max(Counter(case.name for case in cases()).values()) == 1
