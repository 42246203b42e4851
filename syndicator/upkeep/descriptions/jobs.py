"""Names of the worker's functions for filed articles, as in `filing.jobs`."""

# mypy: implicit-reexport
# ruff: noqa: F401

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from syndicator.reading.reader import tried
    from syndicator.upkeep.descriptions.again import redescribe_many, reread
    from syndicator.upkeep.descriptions.answers import (
        apply_answer,
        make_question,
        tried_category,
    )
    from syndicator.upkeep.learn import group_files, learn_files, suggest_files
else:  # type checkers see functions, the program their names
    from syndicator.processes.worker import lazy_names

    _MODULES = {
        "reading.reader": "tried",
        "upkeep.descriptions.again": "redescribe_many reread",
        "upkeep.descriptions.answers": "apply_answer make_question tried_category",
        "upkeep.learn": "group_files learn_files suggest_files",
    }
    globals().update(lazy_names(_MODULES))
    __all__ = list(lazy_names(_MODULES))
