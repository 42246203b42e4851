"""Name the worker's functions for the language model, so that callers do not import them."""

# mypy: implicit-reexport
# ruff: noqa: F401

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from syndicator.upkeep.model.answers import apply_answer, make_question
else:  # type checkers see functions, the program their names
    from syndicator.processes.lazy import lazy_names

    _MODULES = {"upkeep.model.answers": "apply_answer make_question"}
    globals().update(lazy_names(_MODULES))
    __all__ = list(lazy_names(_MODULES))
