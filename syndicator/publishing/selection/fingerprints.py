"""Compute fingerprints of what feeds and pages depend on besides articles.

Imports little: a run with nothing to build loads no renderer, template or XML library."""

import hashlib
import uuid
from dataclasses import MISSING, fields
from typing import Any, Final

from syndicator.configuration.settings import LISTED, Settings
from syndicator.core.formats import PAGE
from syndicator.core.model import FeedSpec, Source
from syndicator.publishing.page_design import Look
from syndicator.publishing.render.head import links

# Increase when documents change, so that the first build after an upgrade writes all of them.
_FORM: Final = "5"

# Settings that select the articles of the head.
_OF_HEADS: Final = frozenset(("limit", "window_hours", "most", "most_older", "share", "query"))
# fields of a source in entries
_SHOWN: Final = ("url", "title", "content", "licence", "speaks_for")
_NO_QUOTES: Final = "no quotes"
_SESSION: Final = "session"


def fingerprint_shared_input(settings: Settings, instance: uuid.UUID) -> str:
    """Return the fingerprint of the input that all feeds share."""
    publish = settings.publish
    pages = links(settings)
    site = sorted(settings.site.model_dump(exclude_defaults=True).items())
    linked = (pages.categories, pages.tags, pages.unsaid, pages.sources)
    shown = (publish.thumbnails, publish.entry_html, publish.extensions, linked)
    # which feeds a list names is an input of these feeds
    archives = LISTED if isinstance(publish.archives, tuple) else publish.archives
    # Settings that came later count only where they are used, so that the fingerprints of older
    # instances stay.
    added = (archives, publish.stories)
    in_use = [value for value in added if isinstance(value, str) and value != "off"]
    return _digest(_FORM, site, settings.base_url, publish.hubs, *shown, *in_use, instance)


def fingerprint_pages(settings: Settings, look: Look | None = None) -> str:
    """Return the fingerprint of input that only pages use: templates, stylesheets, the setting for
    archives."""
    return _digest((look or Look()).digest, settings.publish.archives)


def fingerprint_feed(spec: FeedSpec, shared: str, pages: str = "") -> str:
    """Return the fingerprint of a feed's settings, with `shared` (from `common`) and `pages` (from
    `of_pages`)."""
    return _digest(_list_changed_fields(spec), shared, pages if PAGE in spec.formats else "")


def fingerprint_archive(spec: FeedSpec, shared: str) -> str:
    """Return the fingerprint for a feed's archive documents, without settings that select the
    head's articles."""
    return _digest(
        [(name, value) for name, value in _list_changed_fields(spec) if name not in _OF_HEADS],
        shared,
    )


def of_source(source: Source) -> str:
    """Return the fingerprint of the fields of a source that entries show or that decide its
    rights."""
    # must not change the fingerprints of older instances
    later = []
    if not source.quotes:
        later.append(_NO_QUOTES)
    if source.cookies:
        later.append(_SESSION)
    return _digest(*(getattr(source, name) for name in _SHOWN), *later)


def _list_changed_fields(spec: FeedSpec) -> list[tuple[str, Any]]:
    values = ((field.name, getattr(spec, field.name), field.default) for field in fields(spec))
    return sorted(
        (name, value) for name, value, default in values if default is MISSING or value != default
    )


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode("utf-8", "replace")).hexdigest()[:32]
