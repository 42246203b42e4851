"""A job that no test may load in its own process: see tests/processes/test_worker.py."""

from __future__ import annotations


def triple(value: int) -> int:
    return 3 * value
