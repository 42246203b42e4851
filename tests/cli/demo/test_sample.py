"""docs/sample contains exactly the files that the service makes today."""

from __future__ import annotations

import pytest

from syndicator.publishing import validate
from tests.cli.demo import sample


@pytest.mark.slow
def test_the_sample_is_what_is_made_today() -> None:
    """The kept sample files are what the code makes today; after an intended change,
    `.venv/bin/python -m tests.cli.demo.sample` makes them again."""
    sample_files = sample.make_sample_files()
    assert sample_files == sample.read_sample_files()
    assert {name.rpartition(".")[2] for name in sample_files} == {"md", "atom", "rss"}


def test_the_sample_is_valid() -> None:
    """The sample feed files kept in the package are valid Atom and RSS."""
    kept_sample_files = sample.read_sample_files()
    assert validate.find_atom_fault(kept_sample_files[f"{sample.TAG}.atom"]) is None
    assert validate.check_rss(kept_sample_files[f"{sample.TAG}.rss"]).fault is None


def test_its_page_names_every_file() -> None:
    """README.md of the sample links each of its files."""
    page = (sample.FOLDER / "README.md").read_text(encoding="utf-8")
    assert [name for name in sample.read_sample_files() if f"({name})" not in page] == []
