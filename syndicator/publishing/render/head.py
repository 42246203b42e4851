"""What stands at the top of a feed, whatever the format. Pure.

Which names in an entry lead to a page of ours. An entry that shows itself: picture, excerpt, and of which source,
category and tags it is, as HTML."""

import re
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape, unescape
from typing import Final
from urllib.parse import urlsplit

from syndicator.configuration.settings import Settings
from syndicator.core.axes import AXES, CATEGORY, SOURCE, TAG
from syndicator.core.formats import ATOM, FORMATS, JSON, PAGE
from syndicator.core.model import FeedKey, FeedSpec, feed_urn
from syndicator.core.text import slug
from syndicator.publishing import paths
from syndicator.publishing.render.view import View, language, line, uri
from syndicator.publishing.render.view import name as view_name

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
    archives: tuple[str, ...] = (ATOM, JSON)  # the formats of its archive documents

    def url(self, format: str) -> str:
        """The address of this feed in a format."""
        return f"{self.base}{self.stem}.{format}"

    @property
    def image(self) -> str:
        """The icon as RSS takes it: PNG, GIF or JPEG."""
        return self.icon if self.icon.lower().endswith((".png", ".gif", ".jpg", ".jpeg")) else f"{self.base}icon.png"

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
        author=view_name(site.author),
        icon=uri(site.icon) or f"{settings.base_url}icon.svg",
        hubs=tuple(found for found in map(uri, settings.publish.hubs) if found),
        formats=tuple(format for format in FORMATS if format in spec.formats),
        updated=updated or EMPTY,
        rights=line(site.rights),
        licence=licence,
        archives=tuple(
            format
            for format in (ATOM, JSON)
            if format in spec.formats and (format == ATOM or settings.publish.archives is True)
        ),
    )


@dataclass(frozen=True, slots=True)
class Links:
    """The pages that an entry can lead to. They follow from the settings and taxonomy.toml alone and not from the feeds
    that there are: else the first article of a tag would write all entries anew. `tags`: the slugs of those tags that
    have a page from their first article on; None: all have. `unsaid`: the category that says nothing."""

    base: str
    categories: bool = True
    tags: frozenset[str] | None = None
    unsaid: str = ""
    sources: bool = True

    def category(self, name: str) -> str:
        """The address of a category's page, "" where it has none."""
        return self._page(CATEGORY, name) if self.categories else ""

    def tag(self, name: str) -> str:
        """The address of a tag's page, "" where it is not sure to have one."""
        return self._page(TAG, name) if self.tags is None or slug(name) in self.tags else ""

    def source(self, key: str) -> str:
        """The address of a source's page, "" where it has none."""
        return self.base + paths.file_name(FeedKey(SOURCE, key), PAGE) if key and self.sources else ""

    def _page(self, axis: str, name: str) -> str:
        return self.base + paths.file_name(FeedKey(axis, slug(name)), PAGE)


def links(settings: Settings, named: Iterable[str] = ()) -> Links:
    """The pages there are by `settings`; `named`: the tags of taxonomy.toml, which need one article alone."""
    publish = settings.publish
    pages = {name for name, axis in AXES.items() if PAGE in publish.formats and axis.word in publish.axes}
    sure = None if publish.tag_min == 1 else frozenset(map(slug, named))
    return Links(
        base=settings.base_url,
        categories=CATEGORY in pages,
        tags=sure if TAG in pages else frozenset(),
        unsaid=settings.describe.uncategorised,
        sources=SOURCE in pages,
    )


_MARKUP: Final = re.compile(r"<[^>]*>")
_SRC: Final = re.compile(r"(src)=$", re.IGNORECASE)
_BEGINNING: Final = 3000  # characters of the whole text's HTML in which an excerpt that opens it is looked for
_ABOVE: Final = 300  # characters that may stand above the excerpt in the whole text: a sub-heading, a line, a caption
_BETWEEN: Final = " \N{MIDDLE DOT} "


def card(view: View, links: Links) -> str:
    """What a reader shows of `view`: the picture, the excerpt, "Source · category · tags", then the whole text where it
    may be shown. All of it is our own markup round escaped texts; the whole text was sanitised when it was made. What
    the whole text begins with or shows itself is not there twice."""
    names = f"<p>{_BETWEEN.join(_names(view, links))}</p>"
    return "".join([*_picture(view), *_excerpt(view), names, *reported(view, links.base), view.html])


def plain(view: View, base: str) -> str:
    """The same without picture, source and tags: the whole text, and what other outlets report."""
    return "".join([*_excerpt(view), *reported(view, base), view.html]) if view.also else view.html


def reported(view: View, base: str) -> Iterator[str]:
    """The other outlets that report it, and the page of the story that it stands for. `base`: of addresses here."""
    if view.also:
        named = ", ".join(linked(name, url) for name, url in view.also)
        more = f"{_BETWEEN}{linked('Timeline', base + paths.story_name(view.story))}" if view.story else ""
        yield f"<p>Also: {named}{more}</p>"


def _picture(view: View) -> Iterator[str]:
    # The validator takes a src= at the end of an address for the attribute (its validators.py, absUrlMixin)
    shown = _SRC.sub(r"\1&#61;", escape(view.cover))
    if view.cover and escape(view.cover) not in view.html:
        yield f'<p><a href="{escape(view.url)}"><img src="{shown}" alt=""></a></p>'


def _excerpt(view: View) -> Iterator[str]:
    begins = "".join(unescape(_MARKUP.sub("", view.html[:_BEGINNING])).split())
    words = "".join(view.summary.split())  # blocks need not have spaces between them
    if words and not 0 <= begins.find(words) <= _ABOVE:
        yield f"<p>{escape(view.summary, quote=False)}</p>"


def _names(view: View, links: Links) -> Iterator[str]:
    yield linked(view.origin.title, view.origin.site or _root(view.url))
    said = {links.unsaid.casefold()}
    for name, address in ((view.category, links.category), *((tag, links.tag) for tag in view.tags)):
        if name and name.casefold() not in said:
            said.add(name.casefold())
            yield linked(name, address(name))


def linked(name: str, address: str) -> str:
    """A name as HTML, linked if it has an address."""
    shown = escape(name, quote=False)
    return f'<a href="{escape(address)}">{shown}</a>' if address else shown


def _root(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/"
