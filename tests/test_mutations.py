"""The mutations of tests/mutations.toml still fit the code; `python -m tests.mutate` runs them."""

from __future__ import annotations

import pytest

from tests.mutate import ROOT, Mutation, mutations

LEAST = 60


def test_there_are_enough() -> None:
    assert len({mutation.rule for mutation in mutations()}) >= LEAST


@pytest.mark.parametrize("mutation", mutations(), ids=lambda mutation: mutation.rule)
def test_a_mutation_fits_the_code(mutation: Mutation) -> None:
    assert (ROOT / mutation.file).read_text(encoding="utf-8").count(mutation.old) == 1
    assert mutation.old != mutation.new
    assert [test for test in mutation.tests if not (ROOT / test.partition("::")[0]).exists()] == []
