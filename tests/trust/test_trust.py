"""All cases of tests/trust/*.toml, and checks of the case files themselves."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.aged.web import serve_web
from tests.trust import pair
from tests.trust.case import Case, read_cases
from tests.trust.life import Life
from tests.trust.memory import run_machine

QUICK = 1  # of each file, the rule itself; the others, and the attacks, are its corners


def make_parameters() -> list[object]:
    """The cases, each with its name; all but the first of each file are marked as slow."""
    before: Counter[str] = Counter()
    results = []
    for case in read_cases():
        before[case.file] += 1
        slow = case.file == "attacks" or before[case.file] > QUICK
        results.append(
            pytest.param(
                case, id=f"{case.file}: {case.name}", marks=[pytest.mark.slow] if slow else []
            )
        )
    return results


@pytest.mark.parametrize("case", make_parameters())
def test_case(case: Case, tmp_path: Path) -> None:
    """Each case of the TOML files: nothing that it forbids happens; if it names a neighbour
    (`without`), nothing changes by following that one."""
    if case.without:
        with run_machine(tmp_path / "machine") as shared:
            assert list(map(str, pair.live_pair(tmp_path, shared, case))) == []
        return
    with serve_web() as web:
        assert Life(tmp_path, web, case).live_days() == []


def test_there_are_cases_for_every_row() -> None:
    """Each rule of trust ("row") has cases, 60 or more in all, so that none is lost when files are
    edited."""
    rows = Counter(case.row for case in read_cases())

    assert set(rows) == {"announce", "answer", "own", "carry", "speak for", "once", "lost"}
    assert sum(rows.values()) >= 60


def test_names_are_told_apart() -> None:
    """Names of cases are unique, so that a failure names one case."""
    assert max(Counter(case.name for case in read_cases()).values()) == 1
