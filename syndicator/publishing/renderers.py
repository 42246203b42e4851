"""How each format is written and checked: one table, under the names of `formats.FORMATS`. Pages are the format of a
build: they link to one another, and so are made by something that knows which there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from syndicator.core.formats import PAGE
from syndicator.publishing.render import atom, jsonfeed, rss
from syndicator.publishing.render.head import Head
from syndicator.publishing.render.view import View
from syndicator.publishing.validate import schema
from syndicator.publishing.web.pages import Pages


@dataclass(frozen=True, slots=True, kw_only=True)
class Renderer:
    """The functions of a format. Faults are sentences that start with "not-well-formed: " or "invalid: ", None where
    there is none."""

    entry: Callable[[View, str], bytes]  # of an article and the web root's address; raises ValueError where it cannot
    feed: Callable[[Head, Sequence[bytes]], bytes]  # of the entries that were made, newest first
    fault: Callable[[bytes], str | None]  # why a whole document must not be published
    entry_fault: Callable[[bytes], str | None] = lambda entry: None  # why an entry must not be in any


RENDERERS: Final[dict[str, Renderer]] = {
    "atom": Renderer(
        entry=atom.entry, feed=atom.feed, fault=schema.assembled_atom_fault, entry_fault=schema.atom_entry_fault
    ),
    "rss": Renderer(entry=rss.item, feed=rss.feed, fault=schema.rss_fault),
    "json": Renderer(entry=lambda view, base: jsonfeed.item(view), feed=jsonfeed.feed, fault=schema.json_fault),
}


def renderers(pages: Pages) -> Mapping[str, Renderer]:
    """The whole table, with the pages of a build."""
    page = Renderer(entry=lambda view, base: pages.story(view), feed=pages.feed_page, fault=schema.page_fault)
    return {**RENDERERS, PAGE: page}
