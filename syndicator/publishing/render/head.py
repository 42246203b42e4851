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
_SEARCHED_CHARACTERS: Final = (
    3000  # characters of the whole text's HTML that are searched for the excerpt
)
# The whole text repeats the excerpt if at most so many characters precede it, such as a subheading
# or caption.
_ABOVE: Final = 300
_SEPARATOR: Final = " \N{MIDDLE DOT} "


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """A withdrawn entry (RFC 6721). `urn`: its entry id; `when`: the time when it was withdrawn."""

    urn: str
    when: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The values of a feed document without its entries. Addresses are absolute."""

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
    current: bool = True  # the head feed, not an archive document
    previous: str = ""  # name of the archive document before this one, in Atom
    following: str = ""
    removed: tuple[Removed, ...] = ()  # withdrawn entries that the document announces
    rights: str = ""  # the operator's own terms, for people
    licence: str = ""  # the address of the licence, if the operator named one
    archives: tuple[str, ...] = (ATOM, JSON)  # the formats of its archive documents, if it has any

    def url(self, feed_format: str) -> str:
        """Return the address of the head feed in a format."""
        return f"{self.base}{self.stem}.{feed_format}"

    @property
    def image(self) -> str:
        """The address of an icon in a format that RSS allows (PNG, GIF or JPEG): the feed's icon,
        or ours if its ending shows another format."""
        if self.icon.lower().endswith((".png", ".gif", ".jpg", ".jpeg")):
            return self.icon
        return f"{self.base}icon.png"

    @property
    def is_archive_document(self) -> bool:
        """True for an archive document that has one before or after it. A single one is not marked
        as an archive, because the validator reports it as incomplete."""
        return not self.current and bool(self.previous or self.following)

    def get_document_url(self, name: str, feed_format: str) -> str:
        """Return the address of an archive document in a format. `name`: of its Atom file; if it is
        "", there is no document: return ""."""
        if not name:
            return ""
        return f"{self.base}{name.rpartition('.')[0]}.{feed_format}"

    @property
    def home(self) -> str:
        """The address of the feed's own page, or of the front page if it has none."""
        return self.url(PAGE) if PAGE in self.formats else self.base


def make_head(
    spec: FeedSpec, settings: Settings, instance: uuid.UUID, updated: datetime | None
) -> Head:
    """Return the head of a feed: its id, titles, addresses and formats. Characters and addresses
    that some format does not allow are removed. `updated`: the time of its newest entry, None if
    it has no entries."""
    site = settings.site
    name = clean_line(spec.name)
    title = clean_line(spec.title) or name or spec.key.slug
    description = clean_line(spec.description)
    if not description:
        description = f"{name or title}: the newest articles."
    icon = clean_uri(site.icon) or f"{settings.base_url}icon.svg"
    cleaned_hubs = [clean_uri(hub) for hub in settings.publish.hubs]
    hubs = tuple(hub for hub in cleaned_hubs if hub)  # "" was no usable address
    formats = tuple(feed_format for feed_format in FORMATS if feed_format in spec.formats)
    licence = ""
    if "://" in site.rights:  # the operator wrote the address of a licence
        licence = clean_uri(site.rights)
    return Head(
        urn=feed_urn(instance, spec.key.axis, spec.first_slug),
        title=title,
        description=description,
        base=settings.base_url,
        stem=paths.get_stem(spec.key),
        language=clean_language(spec.language) or "en",
        author=clean_name(site.author),
        icon=icon,
        hubs=hubs,
        formats=formats,
        updated=updated or EMPTY,
        rights=clean_line(site.rights),
        licence=licence,
        archives=_list_archive_formats(spec, settings.publish.archives),
    )


def _list_archive_formats(spec: FeedSpec, setting: Archives) -> tuple[str, ...]:
    """Return the formats of a feed's archive documents; an empty tuple if the feed has no archives,
    or no Atom, the format whose documents RFC 5005 links. `setting`: `publish.archives`."""
    if ATOM not in spec.formats or spec.older is Older.NONE:
        return ()
    allowed = _list_allowed_archive_formats(spec, setting)
    return tuple(feed_format for feed_format in allowed if feed_format in spec.formats)


def _list_allowed_archive_formats(spec: FeedSpec, setting: Archives) -> tuple[str, ...]:
    """Return the formats that the archives of a feed may have, whatever formats the feed has.
    `setting`: `publish.archives`; True, the form of older instances, allows JSON; any other form
    allows pages instead, for tags, sources and feeds chosen one by one."""
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
    """The pages that entries may link to. This depends only on settings and taxonomy.toml, so that
    a new feed does not change entries. `base`: the address of the web root; `categories`,
    `sources`: True if they have pages; `tags`: slugs of the tags that surely have a page, None for
    all tags; `unclassified`: the category of unclassified articles, which entries do not name."""

    base: str
    categories: bool = True
    tags: frozenset[str] | None = None
    unclassified: str = ""
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
    """Return the links to our pages that entries may contain, as the settings allow. `named`: tags
    of taxonomy.toml. They have a page from their first article on; other tags surely have one only
    if the setting `tag_min` is 1, since any article is enough then."""
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
        unclassified=settings.describe.uncategorised,
        sources=SOURCE in axes_with_pages,
    )


def write_card(view: View, links: Links) -> str:
    """Return the content of an entry as HTML: picture, excerpt, "Source · category · tags", other
    outlets, then the whole text if it may be shown (it is sanitised already). Picture and excerpt
    are left out if the whole text has them."""
    parts = [*_write_picture(view), *_write_excerpt(view)]
    parts.append(f"<p>{_SEPARATOR.join(_list_names(view, links))}</p>")
    parts += write_other_reports(view, links.base)
    parts += (view.explained, view.html)
    return "".join(parts)


def write_whole_text(view: View, base: str) -> str:
    """Return the content of an entry as HTML without picture, source and tags: the whole text, ""
    if it may not be shown. If other outlets report the same story, excerpt and links to them come
    first. `base`: the address of the web root."""
    if not view.also:
        return view.html
    parts = [*_write_excerpt(view), *write_other_reports(view, base), view.explained, view.html]
    return "".join(parts)


def write_other_reports(view: View, base: str) -> Iterator[str]:
    """Yield one paragraph of HTML with links to the reports of other outlets on the same story and
    to the story's page; nothing if there are no other reports. `base`: the address of the web
    root."""
    if not view.also:
        return
    outlets = ", ".join(write_link(name, url) for name, url in view.also)
    timeline = ""
    if view.story:
        timeline = _SEPARATOR + write_link("Timeline", base + paths.story_name(view.story))
    yield f"<p>Also: {outlets}{timeline}</p>"


def _write_picture(view: View) -> Iterator[str]:
    """Yield HTML that shows the cover as a link to the article; nothing if there is no cover or the
    whole text has the same picture."""
    if not view.cover or escape(view.cover) in view.html:
        return
    # If an address ends in src=, the W3C validator takes that for an attribute (its validators.py,
    # absUrlMixin): write the = as a reference.
    address = _SRC.sub(r"\1&#61;", escape(view.cover))
    yield f'<p><a href="{escape(view.url)}"><img src="{address}" alt=""></a></p>'


def _write_excerpt(view: View) -> Iterator[str]:
    """Yield the excerpt as a paragraph of HTML; nothing if there is none or the whole text begins
    with it."""
    # compare without spaces, since there may be none between two blocks of HTML
    beginning = "".join(unescape(_MARKUP.sub("", view.html[:_SEARCHED_CHARACTERS])).split())
    excerpt = "".join(view.summary.split())
    if not excerpt:
        return
    is_repeated = 0 <= beginning.find(excerpt) <= _ABOVE
    if not is_repeated:
        yield f"<p>{escape(view.summary, quote=False)}</p>"


def _list_names(view: View, links: Links) -> Iterator[str]:
    """Yield the names of the article's source, category and tags as HTML links. No name is written
    twice, whatever its upper and lower case: a tag that repeats the category or another tag is left
    out. The category of unclassified articles is left out, too."""
    parts = urlsplit(view.url)
    front_page = f"{parts.scheme}://{parts.netloc}/" if parts.netloc else ""  # a mail has none
    yield write_link(view.origin.title, view.origin.site or front_page)
    names_left_out = {links.unclassified.casefold()}
    if view.category and view.category.casefold() not in names_left_out:
        names_left_out.add(view.category.casefold())
        yield write_link(view.category, links.category(view.category))
    for tag in view.tags:
        if tag.casefold() not in names_left_out:
            names_left_out.add(tag.casefold())
            yield write_link(tag, links.tag(tag))


def write_link(name: str, address: str) -> str:
    """Return an HTML link with the text `name`; only the name, escaped, if `address` is ""."""
    label = escape(name, quote=False)
    if not address:
        return label
    return f'<a href="{escape(address)}">{label}</a>'
