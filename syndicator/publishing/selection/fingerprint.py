"""Fingerprints of what a feed is made of besides its articles. Pure.

A field that has its default is in none of them, so a version that adds one makes no feed anew. Sources and the tags of
taxonomy.toml are not in them either: an edit of one that shows makes those feeds anew that show it
(`services.shown_edits`)."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from dataclasses import MISSING, fields
from typing import Any, Final

from syndicator.configuration.settings import Settings
from syndicator.core.formats import PAGE
from syndicator.core.model import FeedSpec, Source
from syndicator.publishing.look import Look
from syndicator.publishing.render.links import Links, links

# The name of a feed's fingerprint in FeedRow.files, beside the digests of real files; no file name has a # in it.
FEED: Final = "#about"
OWED: Final = "#owed"  # there where pages of older stories have changed and were not made again yet
ARTICLES: Final = "#articles/"  # the same, followed by the day of the articles that have a page of their own
SEARCH: Final = "#search/"  # in the row of the feed of everything, followed by the name of a period of the search

# To be raised when documents are written differently, so that the first build after an upgrade writes all of them.
_FORM: Final = "2"

_DIGITS: Final = 32  # of a sha256 in hexadecimal: half of it is more than enough to tell editions apart
_OF_HEADS: Final = frozenset(("limit", "window_hours", "most", "most_older", "share", "query"))  # which articles show
_SHOWN: Final = ("url", "title", "content", "licence", "speaks_for")  # of a source, in the entries of its articles


def common(settings: Settings, instance: uuid.UUID) -> str:
    """The fingerprint of what all feeds are made with."""
    publish = settings.publish
    site = sorted(settings.site.model_dump(exclude_defaults=True).items())
    shown = (publish.thumbnails, publish.entry_html, publish.extensions, _linked(links(settings)))
    return _digest(_FORM, site, settings.base_url, publish.hubs, *shown, instance)


def of_pages(settings: Settings, look: Look | None = None) -> str:
    """The fingerprint of what only pages are made with: templates and stylesheets, ours unless given, and whether there
    are archives to link."""
    return _digest((look or Look()).digest, settings.publish.archives)


def of_entries(shared: str, settings: Settings, look: Look, tags: Iterable[str]) -> str:
    """The fingerprint of what entries, those of pages among them, are made with besides their articles and sources.
    `tags`: those of taxonomy.toml, which entries link."""
    linked = links(settings, tags).tags
    return _digest(shared, of_pages(settings, look), None if linked is None else sorted(linked))


def of_feed(spec: FeedSpec, shared: str, pages: str = "") -> str:
    """The fingerprint of the settings a feed is made with, `shared` being what `common` gave and `pages` what
    `of_pages` did: when it changes, the feed must be made again though no article did."""
    return _digest(_set(spec), shared, pages if PAGE in spec.formats else "")


def of_calendar(spec: FeedSpec, shared: str, pages: str) -> str:
    """The same for the pages of a feed's older stories."""
    return _digest(of_archive(spec, shared), pages)


def of_archive(spec: FeedSpec, shared: str) -> str:
    """The same for the feed's archive documents, to which it is all one which articles the head shows."""
    return _digest([(name, value) for name, value in _set(spec) if name not in _OF_HEADS], shared)


def of_source(source: Source) -> str:
    """The fingerprint of what shows of a source in the entries of its articles (`render.view`), or decides what its
    terms hold for."""
    return _digest(*(getattr(source, name) for name in _SHOWN))


def _set(spec: FeedSpec) -> list[tuple[str, Any]]:
    """The fields that do not have their default, by name."""
    found = ((field.name, getattr(spec, field.name), field.default) for field in fields(spec))
    return sorted((name, value) for name, value, default in found if default is MISSING or value != default)


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode("utf-8", "replace")).hexdigest()[:_DIGITS]


def _linked(found: Links) -> tuple[object, ...]:
    """The kinds of pages that entries link; None for tags where any of them is linked."""
    return (found.categories, found.tags, found.unsaid, found.sources)


def of_document(name: str) -> str:
    """The name under which the fingerprint of an archive document is kept in FeedRow.files."""
    return name + "#"


def is_file(name: str) -> bool:
    """False for the name of a fingerprint in FeedRow.files."""
    return "#" not in name
