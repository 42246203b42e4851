"""Fingerprints of what a feed is made of besides its articles. Pure."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Mapping
from typing import Final

from syndicator.model import FeedSpec, Source
from syndicator.publishing.render.links import Links, links
from syndicator.settings import Settings

# The name of a feed's fingerprint in FeedRow.files, beside the digests of real files; no file name has a # in it.
FEED: Final = "#about"

# To be raised when documents are written differently, so that the first build after an upgrade writes all of them.
_FORM: Final = "2"

_DIGITS: Final = 32  # of a sha256 in hexadecimal: half of it is more than enough to tell editions apart


def common(settings: Settings, sources: Mapping[str, Source], instance: uuid.UUID, tags: Iterable[str] = ()) -> str:
    """The fingerprint of what all feeds are made with. Once for all of them: with a thousand sources it takes 8 ms.
    `tags`: those of taxonomy.toml, which entries link."""
    publish = settings.publish
    shown = (publish.entry_html, publish.extensions, _settled(links(settings, tags)))
    how = (settings.site, settings.base_url, publish.hubs, publish.archives, *shown)
    return _digest(_FORM, *how, instance, sorted(sources.items()))


def of_feed(spec: FeedSpec, shared: str) -> str:
    """The fingerprint of the settings a feed is made with, `shared` being what `common` gave: when it changes, the feed
    must be made again though no article did."""
    return _digest(spec, shared)


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode("utf-8", "replace")).hexdigest()[:_DIGITS]


def _settled(found: Links) -> tuple[object, ...]:
    """The pages that entries link, in one order: that of a set differs from process to process."""
    tags = None if found.tags is None else sorted(found.tags)
    return (found.categories, tags, found.unsaid)


def of_document(name: str) -> str:
    """The name under which the fingerprint of an archive document is kept in FeedRow.files."""
    return name + "#"


def is_file(name: str) -> bool:
    """False for the name of a fingerprint in FeedRow.files."""
    return "#" not in name
