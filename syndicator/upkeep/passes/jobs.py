"""Name the worker's functions that a pass calls, so that callers do not import them."""

# mypy: implicit-reexport
# ruff: noqa: F401

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from syndicator.reading.reader import compare_rules
    from syndicator.upkeep.passes.describe_again import describe_articles
    from syndicator.upkeep.passes.read_again import read_again
else:  # type checkers see functions, the program their names
    from syndicator.processes.lazy import lazy_names

    _MODULES = {
        "reading.reader": "compare_rules",
        "upkeep.passes.describe_again": "describe_articles",
        "upkeep.passes.read_again": "read_again",
    }
    globals().update(lazy_names(_MODULES))
    __all__ = list(lazy_names(_MODULES))
