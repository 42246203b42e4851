"""Names of the worker's functions, so that this process never loads the page libraries."""

# mypy: implicit-reexport
# ruff: noqa: F401

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from syndicator.configuration.sources.subscriptions import read_subscriptions
    from syndicator.pipeline.descriptions.answers import (
        apply_answer,
        make_question,
        offers_many,
        tried_category,
    )
    from syndicator.pipeline.descriptions.learn import group_files, learn_files, suggest_files
    from syndicator.pipeline.descriptions.reread import redescribe_many, reread
    from syndicator.pipeline.read_article import read_and_render
    from syndicator.reading.lists.learn import pointed, read_list, read_listing
    from syndicator.reading.next_page import address_of_next
    from syndicator.reading.pointing import shown_page, suggested
    from syndicator.reading.reader import kind_of, tried
    from syndicator.visiting.feeds.discovery import discover, linked_feeds, page_links
    from syndicator.visiting.feeds.parser import parse_feed
else:  # type checkers see functions, the program their names
    from syndicator.processes.worker import Lazy

    _MODULES = {
        "configuration.sources.subscriptions": "read_subscriptions",
        "pipeline.descriptions.answers": "apply_answer make_question offers_many tried_category",
        "pipeline.descriptions.learn": "group_files learn_files suggest_files",
        "pipeline.descriptions.reread": "redescribe_many reread",
        "pipeline.read_article": "read_and_render",
        "reading.lists.learn": "pointed read_list read_listing",
        "reading.next_page": "address_of_next",
        "reading.pointing": "shown_page suggested",
        "reading.reader": "kind_of tried",
        "visiting.feeds.discovery": "discover linked_feeds page_links",
        "visiting.feeds.parser": "parse_feed",
    }
    for _module, _names in _MODULES.items():
        globals().update({name: Lazy(f"syndicator.{_module}:{name}") for name in _names.split()})
    __all__ = [name for _names in _MODULES.values() for name in _names.split()]
