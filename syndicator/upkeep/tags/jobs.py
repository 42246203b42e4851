"""Name the worker's functions on tags and categories, so that callers do not import them."""

# mypy: implicit-reexport
# ruff: noqa: F401

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from syndicator.upkeep.learn import (
        group_article_files,
        learn_from_files,
        suggest_tags_from_files,
    )
    from syndicator.upkeep.tags.try_category import categorise_twice
else:  # type checkers see functions, the program their names
    from syndicator.processes.lazy import lazy_names

    _MODULES = {
        "upkeep.learn": "group_article_files learn_from_files suggest_tags_from_files",
        "upkeep.tags.try_category": "categorise_twice",
    }
    globals().update(lazy_names(_MODULES))
    __all__ = list(lazy_names(_MODULES))
