"""Make the head of a feed, as any format writes it; write an entry as an HTML card. Pure."""

import re
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape, unescape
from typing import Final
from urllib.parse import urlsplit

from syndicator.configuration.settings import Archives, Settings
from syndicator.core.axes import AXES, CATEGORY, SOURCE, TAG, find_axis
from syndicator.core.formats import ATOM, FORMATS, JSON, PAGE
from syndicator.core.model import FeedKey, FeedSpec, Older, feed_urn
from syndicator.core.text import slug
from syndicator.publishing import paths
from syndicator.publishing.render.view import (
    View,
    clean_language,
    clean_line,
    clean_name,
    clean_uri,
)

EMPTY: Final = datetime(2000, 1, 1, tzinfo=UTC)  # `updated` of a feed that never had an entry
_MARKUP: Final = re.compile(r"<[^>]*>")
_SRC: Final = re.compile(r"(src)=$", re.IGNORECASE)
_BEGINNING: Final = 3000  # characters of the whole text's HTML that are searched for the excerpt
# characters above the excerpt in the whole text, such as a subheading or caption
_ABOVE: Final = 300
_BETWEEN: Final = " \N{MIDDLE DOT} "


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
    base: str  # the web root, with a final slash
    stem: str
    language: str
    author: str  # "" for none
    icon: str
    hubs: tuple[str, ...]
    formats: tuple[str, ...]
    updated: datetime
    self_name: str = ""  # file of an archive document; "" for the head feed
    current: bool = True
    previous: str = ""  # name of the archive document before this one, in Atom
    following: str = ""
    removed: tuple[Removed, ...] = ()
    rights: str = ""  # the operator's own terms, for people
    licence: str = ""  # the address of the licence, if the operator named one
    archives: tuple[str, ...] = (ATOM, JSON)  # the formats of its archive documents, if it has any

    def url(self, feed_format: str) -> str:
        return f"{self.base}{self.stem}.{feed_format}"

    @property
    def image(self) -> str:
        """The icon as PNG, GIF or JPEG, as RSS requires."""
        if self.icon.lower().endswith((".png", ".gif", ".jpg", ".jpeg")):
            return self.icon
        return f"{self.base}icon.png"

    @property
    def is_archive_document(self) -> bool:
        """True for one archive document of several: the validator reports a single one as
        incomplete."""
        return not self.current and bool(self.previous or self.following)

    def get_document_url(self, name: str, feed_format: str) -> str:
        """Return the address of an archive document in a format, "" for no document. `name`: of its
        Atom file."""
        if not name:
            return ""
        return f"{self.base}{name.rpartition('.')[0]}.{feed_format}"

    @property
    def home(self) -> str:
        """The feed's own page, else the front page."""
        return self.url(PAGE) if PAGE in self.formats else self.base


def make_head(
    spec: FeedSpec, settings: Settings, instance: uuid.UUID, updated: datetime | None
) -> Head:
    """Return the head of a feed. `updated`: the time of its newest entry, None without entries."""
    site = settings.site
    name = clean_line(spec.name)
    title = clean_line(spec.title) or name or spec.key.slug
    description = clean_line(spec.description) or f"{name or title}: the newest articles."
    hubs = [clean_uri(hub) for hub in settings.publish.hubs]
    return Head(
        urn=feed_urn(instance, spec.key.axis, spec.first_slug),
        title=title,
        description=description,
        base=settings.base_url,
        stem=paths.stem(spec.key),
        language=clean_language(spec.language) or "en",
        author=clean_name(site.author),
        icon=clean_uri(site.icon) or f"{settings.base_url}icon.svg",
        hubs=tuple(hub for hub in hubs if hub),
        formats=tuple(feed_format for feed_format in FORMATS if feed_format in spec.formats),
        updated=updated or EMPTY,
        rights=clean_line(site.rights),
        licence=clean_uri(site.rights) if "://" in site.rights else "",
        archives=_list_archive_formats(spec, settings.publish.archives),
    )


def _list_archive_formats(spec: FeedSpec, setting: Archives) -> tuple[str, ...]:
    """Return the formats of a feed's archive documents; none if the feed has no archives or no
    Atom."""
    if ATOM not in spec.formats or spec.older is Older.NONE:
        return ()
    allowed = _list_allowed_archive_formats(spec, setting)
    return tuple(feed_format for feed_format in allowed if feed_format in spec.formats)


def _list_allowed_archive_formats(spec: FeedSpec, setting: Archives) -> tuple[str, ...]:
    """Return the formats that the archives of a feed may have, by its axis and the setting
    `publish.archives`."""
    if not setting:
        return ()
    is_archived = find_axis(spec.key.axis).archived
    if setting is True:
        return (ATOM, JSON) if is_archived else ()
    if spec.key.axis in (TAG, SOURCE) or spec.older is Older.OWN:
        return (ATOM, PAGE)
    return (ATOM,) if is_archived else ()


@dataclass(frozen=True, slots=True)
class Links:
    """The pages that entries link to. They depend on settings and taxonomy.toml only, so that new
    feeds change no entries. `base`: the web root; `categories`, `sources`: they have pages; `tags`:
    slugs of the tags that surely have a page, None for all; `unsaid`: the category of unclassified
    articles."""

    base: str
    categories: bool = True
    tags: frozenset[str] | None = None
    unsaid: str = ""
    sources: bool = True

    def category(self, name: str) -> str:
        """Return the address of a category's page, "" if categories have none."""
        return self._make_address(CATEGORY, name) if self.categories else ""

    def tag(self, name: str) -> str:
        """Return the address of a tag's page, "" if it might not exist."""
        if self.tags is not None and slug(name) not in self.tags:
            return ""
        return self._make_address(TAG, name)

    def source(self, key: str) -> str:
        """Return the address of the page of the source `key`, "" if sources have none."""
        if not key or not self.sources:
            return ""
        return self.base + paths.file_name(FeedKey(SOURCE, key), PAGE)

    def _make_address(self, axis: str, name: str) -> str:
        return self.base + paths.file_name(FeedKey(axis, slug(name)), PAGE)


def make_links(settings: Settings, named: Iterable[str] = ()) -> Links:
    """Return the links that the settings allow. `named`: tags of taxonomy.toml, which have a page
    from their first article on."""
    publish = settings.publish
    axes_with_pages: set[str] = set()
    if PAGE in publish.formats:
        axes_with_pages = {name for name, axis in AXES.items() if axis.word in publish.axes}
    tags: frozenset[str] | None = frozenset()
    if TAG in axes_with_pages:
        tags = None if publish.tag_min == 1 else frozenset(map(slug, named))
    return Links(
        base=settings.base_url,
        categories=CATEGORY in axes_with_pages,
        tags=tags,
        unsaid=settings.describe.uncategorised,
        sources=SOURCE in axes_with_pages,
    )


def write_card(view: View, links: Links) -> str:
    """Return an entry as HTML: picture, excerpt, "Source · category · tags", then the whole text,
    which is sanitised already, if it may be shown. Picture and excerpt are left out if the whole
    text repeats them."""
    parts = [*_write_picture(view), *_write_excerpt(view)]
    parts.append(f"<p>{_BETWEEN.join(_list_names(view, links))}</p>")
    parts += write_other_reports(view, links.base)
    parts += (view.explained, view.html)
    return "".join(parts)


def write_whole_text(view: View, base: str) -> str:
    """Return the whole text and the reports of other outlets as HTML, without picture, source and
    tags. `base`: the web root."""
    if not view.also:
        return view.html
    parts = [*_write_excerpt(view), *write_other_reports(view, base), view.explained, view.html]
    return "".join(parts)


def write_other_reports(view: View, base: str) -> Iterator[str]:
    """Yield as HTML the other outlets of the story, and the link to the story's page. `base`: the
    web root."""
    if not view.also:
        return
    outlets = ", ".join(write_link(name, url) for name, url in view.also)
    timeline = ""
    if view.story:
        timeline = _BETWEEN + write_link("Timeline", base + paths.story_name(view.story))
    yield f"<p>Also: {outlets}{timeline}</p>"


def _write_picture(view: View) -> Iterator[str]:
    """Yield the cover, linked to the article, unless the whole text has it."""
    if not view.cover or escape(view.cover) in view.html:
        return
    # The validator takes src= at the end of an address for an attribute (its validators.py,
    # absUrlMixin)
    address = _SRC.sub(r"\1&#61;", escape(view.cover))
    yield f'<p><a href="{escape(view.url)}"><img src="{address}" alt=""></a></p>'


def _write_excerpt(view: View) -> Iterator[str]:
    """Yield the excerpt, unless the whole text begins with it."""
    # compared without spaces: blocks may have none between them
    beginning = "".join(unescape(_MARKUP.sub("", view.html[:_BEGINNING])).split())
    excerpt = "".join(view.summary.split())
    if not excerpt:
        return
    is_repeated = 0 <= beginning.find(excerpt) <= _ABOVE
    if not is_repeated:
        yield f"<p>{escape(view.summary, quote=False)}</p>"


def _list_names(view: View, links: Links) -> Iterator[str]:
    """Yield source, category and tags as HTML links, each name once."""
    parts = urlsplit(view.url)
    front_page = f"{parts.scheme}://{parts.netloc}/" if parts.netloc else ""  # a mail has none
    yield write_link(view.origin.title, view.origin.site or front_page)
    written = {links.unsaid.casefold()}
    if view.category and view.category.casefold() not in written:
        written.add(view.category.casefold())
        yield write_link(view.category, links.category(view.category))
    for tag in view.tags:
        if tag.casefold() not in written:
            written.add(tag.casefold())
            yield write_link(tag, links.tag(tag))


def write_link(name: str, address: str) -> str:
    """Return a name as HTML, linked if it has an address."""
    label = escape(name, quote=False)
    if not address:
        return label
    return f'<a href="{escape(address)}">{label}</a>'
