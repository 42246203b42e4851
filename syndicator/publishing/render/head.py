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
        """The address of a picture for RSS, which allows only PNG, GIF and JPEG: the feed's icon
        if its address ends like one of these, else our own "icon.png"."""
        if self.icon.lower().endswith((".png", ".gif", ".jpg", ".jpeg")):
            return self.icon
        return f"{self.base}icon.png"

    @property
    def is_archive_document(self) -> bool:
        """True for an archive document that has one before or after it. A single one is not marked
        as an archive, because the validator reports it as incomplete."""
        return not self.current and bool(self.previous or self.following)

    def get_document_url(self, name: str, feed_format: str) -> str:
        """Return the address of an archive document in a format, "" if `name` is "". `name`: the
        name of its Atom file, such as "tags/ai-2026-11.atom"; `feed_format`: the file ending."""
        if not name:
            return ""
        name_without_ending, _, _ = name.rpartition(".")
        return f"{self.base}{name_without_ending}.{feed_format}"

    @property
    def home(self) -> str:
        """The address of the feed's own page, or of the front page if it has none."""
        return self.url(PAGE) if PAGE in self.formats else self.base


def make_head(
    spec: FeedSpec, settings: Settings, instance: uuid.UUID, updated: datetime | None
) -> Head:
    """Return the head of a feed: its id, titles, addresses and formats, without characters that
    some format does not allow. `spec`: what the feed is called and contains; `instance`: the id of
    this installation, part of the ids of its feeds; `updated`: the time of the feed's newest entry,
    None if it has no entries."""
    site = settings.site
    name = clean_line(spec.name)
    title = clean_line(spec.title) or name or spec.key.slug
    description = clean_line(spec.description)
    if not description:
        description = f"{name or title}: the newest articles."
    icon = clean_uri(site.icon) or f"{settings.base_url}icon.svg"
    cleaned_hubs = [clean_uri(hub) for hub in settings.publish.hubs]
    hubs = tuple(hub for hub in cleaned_hubs if hub)  # "" stands for an unusable address
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
    """Return the formats of a feed's archive documents, which hold its older entries. The tuple is
    empty if the feed has no archives. `setting`: the setting `publish.archives`."""
    if spec.older is Older.NONE:
        return ()
    if ATOM not in spec.formats:  # RFC 5005 links archives from Atom feeds
        return ()
    allowed = _list_allowed_archive_formats(spec, setting)
    return tuple(feed_format for feed_format in allowed if feed_format in spec.formats)


def _list_allowed_archive_formats(spec: FeedSpec, setting: Archives) -> tuple[str, ...]:
    """Return the formats in which the settings allow archives of a feed; the feed itself may have
    fewer formats. `setting`: the setting `publish.archives`. If it is True, as in older instances,
    archives are Atom and JSON. Any other value allows Atom, and HTML pages too for tags, sources
    and feeds that the operator chose one by one; a false value allows no archives."""
    if not setting:
        return ()
    has_archives_by_default = find_axis(spec.key.axis).archived
    if setting is True:
        return (ATOM, JSON) if has_archives_by_default else ()
    is_chosen_by_operator = spec.older is Older.OWN
    if is_chosen_by_operator or spec.key.axis in (TAG, SOURCE):
        return (ATOM, PAGE)
    return (ATOM,) if has_archives_by_default else ()


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
    """Return the pages of ours that entries may link to, as the settings allow: those of
    categories, tags and sources. `named`: the tags of taxonomy.toml. Such a tag has a page from its
    first article on. Another tag has one from `tag_min` articles on (a setting), so that its page
    surely exists only if `tag_min` is 1."""
    publish = settings.publish
    axes_with_pages: set[str] = set()
    if PAGE in publish.formats:
        axes_with_pages = {name for name, axis in AXES.items() if axis.word in publish.axes}
    tags: frozenset[str] | None = frozenset()
    if TAG in axes_with_pages:
        # None stands for all tags
        tags = None if publish.tag_min == 1 else frozenset(map(slug, named))
    return Links(
        base=settings.base_url,
        categories=CATEGORY in axes_with_pages,
        tags=tags,
        unclassified=settings.describe.uncategorised,
        sources=SOURCE in axes_with_pages,
    )


def write_card(view: View, links: Links) -> str:
    """Return the content of an entry as an HTML card: picture, excerpt, a line "Source · category ·
    tags", links to reports of other outlets, then the whole text if it may be shown (it is
    sanitised already). Picture and excerpt are left out if the whole text has them. `links`: the
    pages that the card may link to."""
    parts = [*_write_picture(view), *_write_excerpt(view)]
    parts.append(f"<p>{_SEPARATOR.join(_link_names(view, links))}</p>")
    parts += write_other_reports(view, links.base)
    parts.append(view.explained)  # what the other reports add to this article
    parts.append(view.html)
    return "".join(parts)


def write_whole_text(view: View, base: str) -> str:
    """Return the whole text of an article as HTML, without a line of source and tags; "" if the
    text may not be shown. If other outlets report the same story, put the excerpt and links to
    their reports before the text. `base`: the address of the web root."""
    if not view.also:
        return view.html
    parts = [*_write_excerpt(view), *write_other_reports(view, base)]
    parts.append(view.explained)  # what the other reports add to this article
    parts.append(view.html)
    return "".join(parts)


def write_other_reports(view: View, base: str) -> Iterator[str]:
    """Yield one paragraph of HTML with links to the reports of other outlets on the same story and
    to the story's page; nothing if there are no other reports. `base`: the address of the web
    root."""
    if not view.also:
        return
    outlets = ", ".join(write_link(outlet, url) for outlet, url in view.also)
    timeline = ""
    if view.story:
        timeline = _SEPARATOR + write_link("Timeline", base + paths.story_name(view.story))
    yield f"<p>Also: {outlets}{timeline}</p>"


def _write_picture(view: View) -> Iterator[str]:
    """Yield HTML that shows the cover as a link to the article; nothing if there is no cover or the
    whole text has the same picture."""
    if not view.cover or escape(view.cover) in view.html:
        return
    # The W3C validator takes "src=" at the end of an address for an attribute (its validators.py,
    # absUrlMixin). So write this "=" as a character reference.
    address = _SRC.sub(r"\1&#61;", escape(view.cover))
    yield f'<p><a href="{escape(view.url)}"><img src="{address}" alt=""></a></p>'


def _write_excerpt(view: View) -> Iterator[str]:
    """Yield the excerpt as a paragraph of HTML; nothing if there is no excerpt, or if it stands
    near the beginning of the whole text."""
    # Compare without spaces: two blocks of HTML may follow each other without one.
    excerpt = "".join(view.summary.split())
    if not excerpt:
        return
    first_text = unescape(_MARKUP.sub("", view.html[:_SEARCHED_CHARACTERS]))
    beginning = "".join(first_text.split())
    is_repeated = 0 <= beginning.find(excerpt) <= _ABOVE
    if not is_repeated:
        yield f"<p>{escape(view.summary, quote=False)}</p>"


def _link_names(view: View, links: Links) -> Iterator[str]:
    """Yield the names of the article's source, category and tags as HTML links. A tag that repeats
    the category or another tag, except for upper and lower case, is left out, as is the category
    that unclassified articles have (`links.unclassified`)."""
    address_parts = urlsplit(view.url)
    front_page = ""
    if address_parts.netloc:  # an article that came by mail has no host
        front_page = f"{address_parts.scheme}://{address_parts.netloc}/"
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
