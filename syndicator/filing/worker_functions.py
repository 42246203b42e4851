"""Name the worker's functions, so that this process never loads the page libraries."""

# mypy: implicit-reexport
# ruff: noqa: F401

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from syndicator.configuration.sources.subscription_list import read_subscriptions
    from syndicator.filing.read_article import read_and_render
    from syndicator.reading.lists.learn import find_pointed_lists, read_list, read_listing
    from syndicator.reading.mail.message import read_mail
    from syndicator.reading.next_page import find_next_address
    from syndicator.reading.page_scripts import is_filled_by_scripts
    from syndicator.reading.pointing import make_pointable_copy, suggest_selectors
    from syndicator.reading.reader import find_page_kind
    from syndicator.visiting.feeds.discovery import (
        discover,
        find_linked_feeds,
        find_linked_icons,
        read_websub_links,
    )
    from syndicator.visiting.feeds.parser import parse_feed
else:
    # Type checkers see the functions. The program sees only their names ("module:function"), by
    # which the worker process finds them.
    from syndicator.processes.lazy import lazy_names

    _MODULES = {
        "configuration.sources.subscription_list": "read_subscriptions",
        "filing.read_article": "read_and_render",
        "reading.lists.learn": "find_pointed_lists read_list read_listing",
        "reading.mail.message": "read_mail",
        "reading.next_page": "find_next_address",
        "reading.page_scripts": "is_filled_by_scripts",
        "reading.pointing": "make_pointable_copy suggest_selectors",
        "reading.reader": "find_page_kind",
        "visiting.feeds.discovery": (
            "discover find_linked_feeds find_linked_icons read_websub_links"
        ),
        "visiting.feeds.parser": "parse_feed",
    }
    globals().update(lazy_names(_MODULES))
    __all__ = list(lazy_names(_MODULES))
