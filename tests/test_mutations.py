"""The mutations of tests/mutations.toml still fit the code; `python -m tests.mutate` runs them."""

from __future__ import annotations

from tests.mutate import ROOT, Mutation, read_mutations

LEAST = 60


def test_there_are_enough() -> None:
    """mutations.toml breaks at least LEAST different rules."""
    assert len({mutation.rule for mutation in read_mutations()}) >= LEAST


def test_every_mutation_fits_the_code() -> None:
    """The text that each mutation replaces is still in the code."""
    assert [mutation.rule for mutation in read_mutations() if not is_applicable(mutation)] == []


def is_applicable(mutation: Mutation) -> bool:
    """It changes one place of its file, and the tests that are to notice it exist."""
    once = (ROOT / mutation.file).read_text(encoding="utf-8").count(mutation.old) == 1
    tests = (ROOT / test.partition("::")[0] for test in mutation.tests)
    return once and mutation.old != mutation.new and all(test.exists() for test in tests)
