"""What a feed is made of besides its articles. Pure."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from typing import Final

from syndicator.model import FeedSpec, Source
from syndicator.settings import Settings

# Kept in FeedRow.files beside the digests of real files; no file name has a # in it.
ABOUT: Final = "#about"


def common(settings: Settings, sources: Mapping[str, Source], instance: uuid.UUID) -> str:
    """A print of what all feeds are made with. Once for all of them: with a thousand sources it takes 8 ms."""
    publish = settings.publish
    return _print(settings.site, settings.base_url, publish.hubs, publish.archives, instance, sorted(sources.items()))


def about(spec: FeedSpec, shared: str) -> str:
    """A print of the settings a feed was made with (`shared`: what `common` gave): when it changes, the feed must be
    made again though no article did."""
    return _print(spec, shared)


def _print(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode("utf-8", "replace")).hexdigest()[:32]


def of_document(name: str) -> str:
    """The name under which the print of an archive document is kept."""
    return name + "#"


def is_file(name: str) -> bool:
    """False for a print among the names of FeedRow.files."""
    return "#" not in name
