"""Minimum scores of recognising page types, on domains not used for training.
On real pages, if ../shared is beside the checkout: `python -m tools.train.fit_pages --folds` prints
the figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.train import fit_pages

FLOORS = {"right": 0.885, "listings typed": 0.78, "right forum": 0.84}


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_types_of_pages_of_domains_that_were_not_fitted(shared_folder: Path) -> None:
    """The types of pages are recognised well enough on domains that training did not see."""
    figures = fit_pages.figures(fit_pages.examples_of(fit_pages.rows()))
    assert {name: figures[name] for name, floor in FLOORS.items() if figures[name] < floor} == {}
