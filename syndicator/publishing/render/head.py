"""What stands at the top of a feed, whatever the format. Pure."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from syndicator.configuration.settings import Settings
from syndicator.core.formats import FORMATS, PAGE
from syndicator.core.model import FeedSpec, feed_urn
from syndicator.publishing import paths
from syndicator.publishing.render.view import language, line, name, uri

EMPTY: Final = datetime(2000, 1, 1, tzinfo=UTC)  # `updated` of a feed that never had an entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """A withdrawn entry (RFC 6721)."""

    urn: str
    when: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A feed without its entries. Addresses are absolute."""

    urn: str
    title: str
    description: str
    base: str  # the web root, with a last slash
    stem: str
    language: str
    author: str  # "" where the operator named none
    icon: str
    hubs: tuple[str, ...]
    formats: tuple[str, ...]
    updated: datetime
    self_name: str = ""  # archive documents: their own file; "" for the head feed
    current: bool = True
    previous: str = ""  # name of the archive document before this one, in Atom
    following: str = ""
    removed: tuple[Removed, ...] = ()
    rights: str = ""  # the operator's own terms, for people
    licence: str = ""  # the address of a licence, where that is what the operator named

    def url(self, format: str) -> str:
        """The address of this feed in a format."""
        return f"{self.base}{self.stem}.{format}"

    @property
    def archived(self) -> bool:
        """True for an archive document among others. An only one is not called so: the validator calls that incomplete
        (its feed.py), and there is nothing to walk to."""
        return not self.current and bool(self.previous or self.following)

    def document(self, name: str, format: str) -> str:
        """The address of an archive document in a format, "" for no `name`."""
        return f"{self.base}{name.rpartition('.')[0]}.{format}" if name else ""

    @property
    def home(self) -> str:
        """The page that this feed belongs to: its own, else the index."""
        return self.url(PAGE) if PAGE in self.formats else self.base


def head(spec: FeedSpec, settings: Settings, instance: uuid.UUID, updated: datetime | None) -> Head:
    """The head of a feed. `updated`: its newest entry's, None when it has none."""
    site = settings.site
    licence = uri(site.rights) if "://" in site.rights else ""
    title = line(spec.title) or line(spec.name) or spec.key.slug
    return Head(
        urn=feed_urn(instance, spec.key.axis, spec.first_slug),
        title=title,
        description=line(spec.description) or f"{line(spec.name) or title}: the newest articles.",
        base=settings.base_url,
        stem=paths.stem(spec.key),
        language=language(spec.language) or "en",
        author=name(site.author),
        icon=uri(site.icon) or f"{settings.base_url}icon.svg",
        hubs=tuple(found for found in map(uri, settings.publish.hubs) if found),
        formats=tuple(format for format in FORMATS if format in spec.formats),
        updated=updated or EMPTY,
        rights=line(site.rights),
        licence=licence,
    )
