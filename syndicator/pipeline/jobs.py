"""Worker functions by name, so that this process never loads the page libraries: it stays small and starts fast."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from syndicator.configuration.sources.opml import read_opml
    from syndicator.pipeline.descriptions.answers import apply_answer, make_question, offers_many, tried_category
    from syndicator.pipeline.descriptions.learn import group_files, learn_files, suggest_files
    from syndicator.pipeline.descriptions.reread import redescribe_many, reread
    from syndicator.pipeline.read_article import read_and_render
    from syndicator.reading.lists.learn import pointed, read_list, read_listing
    from syndicator.reading.next_page import address_of_next
    from syndicator.reading.pointing import shown_page, suggested
    from syndicator.reading.reader import kind_of, tried
    from syndicator.visiting.feeds.discovery import discover, linked_feeds, page_links
    from syndicator.visiting.feeds.parser import parse_feed
else:  # a type checker sees the functions themselves; at run time there are only their names
    from syndicator.processes.worker import Lazy

    address_of_next = Lazy("syndicator.reading.next_page:address_of_next")
    apply_answer = Lazy("syndicator.pipeline.descriptions.answers:apply_answer")
    discover = Lazy("syndicator.visiting.feeds.discovery:discover")
    group_files = Lazy("syndicator.pipeline.descriptions.learn:group_files")
    make_question = Lazy("syndicator.pipeline.descriptions.answers:make_question")
    kind_of = Lazy("syndicator.reading.reader:kind_of")
    learn_files = Lazy("syndicator.pipeline.descriptions.learn:learn_files")
    linked_feeds = Lazy("syndicator.visiting.feeds.discovery:linked_feeds")
    offers_many = Lazy("syndicator.pipeline.descriptions.answers:offers_many")
    page_links = Lazy("syndicator.visiting.feeds.discovery:page_links")
    pointed = Lazy("syndicator.reading.lists.learn:pointed")
    parse_feed = Lazy("syndicator.visiting.feeds.parser:parse_feed")
    read_and_render = Lazy("syndicator.pipeline.read_article:read_and_render")
    read_list = Lazy("syndicator.reading.lists.learn:read_list")
    read_listing = Lazy("syndicator.reading.lists.learn:read_listing")
    read_opml = Lazy("syndicator.configuration.sources.opml:read_opml")
    redescribe_many = Lazy("syndicator.pipeline.descriptions.reread:redescribe_many")
    reread = Lazy("syndicator.pipeline.descriptions.reread:reread")
    shown_page = Lazy("syndicator.reading.pointing:shown_page")
    suggested = Lazy("syndicator.reading.pointing:suggested")
    suggest_files = Lazy("syndicator.pipeline.descriptions.learn:suggest_files")
    tried_category = Lazy("syndicator.pipeline.descriptions.answers:tried_category")
    tried = Lazy("syndicator.reading.reader:tried")

__all__ = [
    "address_of_next",
    "apply_answer",
    "discover",
    "group_files",
    "kind_of",
    "learn_files",
    "linked_feeds",
    "make_question",
    "offers_many",
    "page_links",
    "parse_feed",
    "pointed",
    "read_and_render",
    "read_list",
    "read_listing",
    "read_opml",
    "redescribe_many",
    "reread",
    "shown_page",
    "suggest_files",
    "suggested",
    "tried",
    "tried_category",
]
