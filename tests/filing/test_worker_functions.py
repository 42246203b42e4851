"""The functions that worker processes call, and the modules that they import."""

from __future__ import annotations

import subprocess
import sys

import pytest

from syndicator.filing import worker_functions
from syndicator.processes.lazy import Lazy

# What reads pages and feeds: for the worker's processes alone.
HEAVY = {
    "trafilatura",
    "lxml",
    "feedparser",
    "nupunkt",
    "tokenizers",
    "numpy",
    "markdown_it",
    "nh3",
}
LOADED = (
    "import sys, syndicator.filing.visit; print(*{name.partition('.')[0] for name in sys.modules})"
)


@pytest.mark.parametrize("name", worker_functions.__all__)
def test_a_job_is_the_function_of_its_name(name: str) -> None:
    """Each job of the worker loads the function of the same name when it is first called."""
    job = getattr(worker_functions, name)
    assert isinstance(job, Lazy)
    assert job.load().__name__ == name


def test_a_visit_loads_nothing_that_reads_pages() -> None:
    """Importing the visit code loads none of the heavy modules, which only workers need."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED], capture_output=True, text=True, check=True, timeout=60
    )
    assert HEAVY.isdisjoint(done.stdout.split())
