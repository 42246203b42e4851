"""Compute fingerprints of the settings, sources and templates that feeds and pages depend on.

A feed or page is made again if its fingerprint changes. This module imports little, since a run
with nothing to build must not load renderers, templates or an XML library."""

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
_DOCUMENT_VERSION: Final = "5"

# Fields of a FeedSpec that select the articles of the head. They do not change archive documents.
_HEAD_SETTINGS: Final = frozenset(("limit", "window_hours", "most", "most_older", "share", "query"))
# Fields of a source that entries show or that decide what they show.
_SOURCE_FIELDS: Final = ("url", "title", "content", "licence", "speaks_for")
_NO_QUOTES: Final = "no quotes"  # the operator wants no text of the source in stories
_READ_WITH_LOGIN: Final = "session"  # the source is read with the cookies of a login


def fingerprint_shared_input(settings: Settings, instance: uuid.UUID) -> str:
    """Return one fingerprint, a short text, of all settings that every feed depends on and of the
    id of this installation (`instance`). If it changes, all feeds are built again."""
    publish = settings.publish
    pages = make_links(settings)
    site = sorted(settings.site.model_dump(exclude_defaults=True).items())
    linked_pages = (pages.categories, pages.tags, pages.unclassified, pages.sources)
    entry_settings = (publish.thumbnails, publish.entry_html, publish.extensions, linked_pages)
    # If the setting names feeds with archives, each feed has its own answer in its `older` field.
    # Naming one more feed must not change the fingerprint of all, so every list counts as "listed".
    archives = LISTED if isinstance(publish.archives, tuple) else publish.archives
    # Settings that came later count only if they are used, so that the fingerprints of older
    # instances stay.
    later_settings: list[str] = []
    for value in (archives, publish.stories):
        is_used = value != "off"
        if isinstance(value, str) and is_used:
            later_settings.append(value)
    return _digest(
        _DOCUMENT_VERSION,
        site,
        settings.base_url,
        publish.hubs,
        *entry_settings,
        *later_settings,
        instance,
    )


def fingerprint_pages(settings: Settings, look: Look | None = None) -> str:
    """Return the fingerprint of the input that only pages depend on: templates, stylesheets and
    `publish.archives`. `look`: the operator's templates and styles, None for ours."""
    return _digest((look or Look()).digest, settings.publish.archives)


def fingerprint_feed(spec: FeedSpec, shared: str, pages: str = "") -> str:
    """Return the fingerprint of everything besides articles that the files of a feed's head depend
    on. `shared`: from `fingerprint_shared_input`; `pages`: from `fingerprint_pages`, used if the
    feed has a page."""
    return _digest(_list_changed_fields(spec), shared, pages if PAGE in spec.formats else "")


def fingerprint_archive(spec: FeedSpec, shared: str) -> str:
    """Return a fingerprint of everything, except articles, that the archive documents of a feed
    depend on: the settings of the feed, but not those that only select the articles of its newest
    document, and the input that all feeds share. `shared`: its fingerprint, from
    `fingerprint_shared_input`."""
    archive_settings = [
        (name, value) for name, value in _list_changed_fields(spec) if name not in _HEAD_SETTINGS
    ]
    return _digest(archive_settings, shared)


def fingerprint_source(source: Source) -> str:
    """Return a fingerprint, a short text, of the fields of a source that its entries depend on. If
    it changes, the entries are written again."""
    fields_of_source = [getattr(source, name) for name in _SOURCE_FIELDS]
    # Later versions added these fields. They count only if they are used, so that the fingerprints
    # of other sources stay as they were.
    if not source.quotes:
        fields_of_source.append(_NO_QUOTES)
    if source.cookies:
        fields_of_source.append(_READ_WITH_LOGIN)
    return _digest(*fields_of_source)


def _list_changed_fields(spec: FeedSpec) -> list[tuple[str, Any]]:
    """Return the fields of a feed that differ from their defaults, each as (name, value), sorted by
    name. Fields with their default value do not count, so that a field that a later version adds
    does not change the fingerprints of feeds that do not use it."""
    changed: list[tuple[str, Any]] = []
    for field in fields(spec):
        value = getattr(spec, field.name)
        if field.default is MISSING or value != field.default:
            changed.append((field.name, value))
    return sorted(changed)


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode("utf-8", "replace")).hexdigest()[:32]
