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
from syndicator.publishing.render.head import make_links

# Increase when documents change, so that the first build after an upgrade writes all of them.
_FORM: Final = "5"

# Settings that select the articles of the head.
_HEAD_SETTINGS: Final = frozenset(("limit", "window_hours", "most", "most_older", "share", "query"))
# fields of a source in entries
_SOURCE_FIELDS: Final = ("url", "title", "content", "licence", "speaks_for")
_NO_QUOTES: Final = "no quotes"
_SESSION: Final = "session"


def fingerprint_shared_input(settings: Settings, instance: uuid.UUID) -> str:
    """Return the fingerprint of the input that all feeds share."""
    publish = settings.publish
    pages = make_links(settings)
    site = sorted(settings.site.model_dump(exclude_defaults=True).items())
    linked_pages = (pages.categories, pages.tags, pages.unsaid, pages.sources)
    entry_settings = (publish.thumbnails, publish.entry_html, publish.extensions, linked_pages)
    # the feeds that a list names have their own input: only the kind of the setting is shared
    archives = LISTED if isinstance(publish.archives, tuple) else publish.archives
    # Settings that came later count only if they are used, so that the fingerprints of older
    # instances stay.
    later_settings = [
        value for value in (archives, publish.stories) if isinstance(value, str) and value != "off"
    ]
    return _digest(
        _FORM, site, settings.base_url, publish.hubs, *entry_settings, *later_settings, instance
    )


def fingerprint_pages(settings: Settings, look: Look | None = None) -> str:
    """Return the fingerprint of the input that only pages use: templates, stylesheets, the setting
    for archives."""
    return _digest((look or Look()).digest, settings.publish.archives)


def fingerprint_feed(spec: FeedSpec, shared: str, pages: str = "") -> str:
    """Return the fingerprint of a feed's settings and the input of all feeds. `shared`: from
    `fingerprint_shared_input`; `pages`: from `fingerprint_pages`."""
    return _digest(_list_changed_fields(spec), shared, pages if PAGE in spec.formats else "")


def fingerprint_archive(spec: FeedSpec, shared: str) -> str:
    """Return the fingerprint of the input of a feed's archive documents: that of its head without
    the settings that select the head's articles."""
    archive_settings = [
        (name, value) for name, value in _list_changed_fields(spec) if name not in _HEAD_SETTINGS
    ]
    return _digest(archive_settings, shared)


def fingerprint_source(source: Source) -> str:
    """Return the fingerprint of the fields of a source that entries show or that decide its
    rights."""
    fields_of_source = [getattr(source, name) for name in _SOURCE_FIELDS]
    # fields that came later count only if they are used: older fingerprints must not change
    if not source.quotes:
        fields_of_source.append(_NO_QUOTES)
    if source.cookies:
        fields_of_source.append(_SESSION)
    return _digest(*fields_of_source)


def _list_changed_fields(spec: FeedSpec) -> list[tuple[str, Any]]:
    """Return name and value of the fields that differ from their defaults, by name."""
    changed: list[tuple[str, Any]] = []
    for field in fields(spec):
        value = getattr(spec, field.name)
        if field.default is MISSING or value != field.default:
            changed.append((field.name, value))
    return sorted(changed)


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode("utf-8", "replace")).hexdigest()[:32]
