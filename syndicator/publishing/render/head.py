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
from syndicator.core.axes import AXES, CATEGORY, SOURCE, TAG, listed
from syndicator.core.formats import ATOM, FORMATS, JSON, PAGE
from syndicator.core.model import FeedKey, FeedSpec, Older, feed_urn
from syndicator.core.text import slug
from syndicator.publishing import paths
from syndicator.publishing.render.view import View, clean_language, clean_line, uri
from syndicator.publishing.render.view import clean_name as view_name

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
        return (
            self.icon
            if self.icon.lower().endswith((".png", ".gif", ".jpg", ".jpeg"))
            else f"{self.base}icon.png"
        )

    @property
    def archived(self) -> bool:
        """True for one archive document of several: the validator reports a single one as
        incomplete."""
        return not self.current and bool(self.previous or self.following)

    def document(self, name: str, feed_format: str) -> str:
        """Return the address of the archive document `name` in a format; "" if `name` is ""."""
        return f"{self.base}{name.rpartition('.')[0]}.{feed_format}" if name else ""

    @property
    def home(self) -> str:
        """The feed's own page, else the front page."""
        return self.url(PAGE) if PAGE in self.formats else self.base


def head(spec: FeedSpec, settings: Settings, instance: uuid.UUID, updated: datetime | None) -> Head:
    """Return the head of a feed. `updated`: of the newest entry, None without entries."""
    site = settings.site
    licence = uri(site.rights) if "://" in site.rights else ""
    title = clean_line(spec.title) or clean_line(spec.name) or spec.key.slug
    return Head(
        urn=feed_urn(instance, spec.key.axis, spec.first_slug),
        title=title,
        description=clean_line(spec.description)
        or f"{clean_line(spec.name) or title}: the newest articles.",
        base=settings.base_url,
        stem=paths.stem(spec.key),
        language=clean_language(spec.language) or "en",
        author=view_name(site.author),
        icon=uri(site.icon) or f"{settings.base_url}icon.svg",
        hubs=tuple(hub for hub in map(uri, settings.publish.hubs) if hub),
        formats=tuple(feed_format for feed_format in FORMATS if feed_format in spec.formats),
        updated=updated or EMPTY,
        rights=clean_line(site.rights),
        licence=licence,
        archives=_list_archive_formats(spec, settings.publish.archives),
    )


def _list_archive_formats(spec: FeedSpec, setting: Archives) -> tuple[str, ...]:
    """Return the formats of a feed's archive documents, none without Atom."""
    if ATOM not in spec.formats or spec.older is Older.NONE:
        return ()
    return tuple(
        feed_format
        for feed_format in _list_allowed_archive_formats(spec, setting)
        if feed_format in spec.formats
    )


def _list_allowed_archive_formats(spec: FeedSpec, setting: Archives) -> tuple[str, ...]:
    if not setting:
        return ()
    is_archived = listed(spec.key.axis).archived
    if setting is True:
        return (ATOM, JSON) if is_archived else ()
    if spec.key.axis in (TAG, SOURCE) or spec.older is Older.OWN:
        return (ATOM, PAGE)
    return (ATOM,) if is_archived else ()


@dataclass(frozen=True, slots=True)
class Links:
    """The pages that entries link to, by settings and taxonomy.toml only, so that new feeds change
    no entries. `tags`: slugs of tags that surely have a page; None: all. `unsaid`: the category of
    unclassified articles."""

    base: str
    categories: bool = True
    tags: frozenset[str] | None = None
    unsaid: str = ""
    sources: bool = True

    def category(self, name: str) -> str:
        return self._page(CATEGORY, name) if self.categories else ""

    def tag(self, name: str) -> str:
        """Return the address of a tag's page, "" if it might not exist."""
        return self._page(TAG, name) if self.tags is None or slug(name) in self.tags else ""

    def source(self, key: str) -> str:
        return (
            self.base + paths.file_name(FeedKey(SOURCE, key), PAGE) if key and self.sources else ""
        )

    def _page(self, axis: str, name: str) -> str:
        return self.base + paths.file_name(FeedKey(axis, slug(name)), PAGE)


def links(settings: Settings, named: Iterable[str] = ()) -> Links:
    """Return the links for `settings`; `named`: tags of taxonomy.toml, which have a page with one
    article."""
    publish = settings.publish
    pages = {
        name for name, axis in AXES.items() if PAGE in publish.formats and axis.word in publish.axes
    }
    sure = None if publish.tag_min == 1 else frozenset(map(slug, named))
    return Links(
        base=settings.base_url,
        categories=CATEGORY in pages,
        tags=sure if TAG in pages else frozenset(),
        unsaid=settings.describe.uncategorised,
        sources=SOURCE in pages,
    )


def write_card(view: View, links: Links) -> str:
    """Return the entry as HTML: picture, excerpt, "Source · category · tags", then the whole,
    already sanitised text if it may be shown. Picture and excerpt are left out if the whole text
    repeats them."""
    names = f"<p>{_BETWEEN.join(_list_names(view, links))}</p>"
    return "".join(
        [
            *_write_picture(view),
            *_write_excerpt(view),
            names,
            *write_other_reports(view, links.base),
            view.explained,
            view.html,
        ]
    )


def write_whole_text(view: View, base: str) -> str:
    """Return the whole text and the reports of other outlets as HTML, without picture, source and
    tags."""
    if not view.also:
        return view.html
    return "".join(
        [*_write_excerpt(view), *write_other_reports(view, base), view.explained, view.html]
    )


def write_other_reports(view: View, base: str) -> Iterator[str]:
    """Yield as HTML the other outlets of the story, and the link to the story's page. `base`: the
    web root."""
    if view.also:
        named = ", ".join(write_link(name, url) for name, url in view.also)
        more = (
            f"{_BETWEEN}{write_link('Timeline', base + paths.story_name(view.story))}"
            if view.story
            else ""
        )
        yield f"<p>Also: {named}{more}</p>"


def _write_picture(view: View) -> Iterator[str]:
    # The validator takes src= at the end of an address for an attribute (its validators.py,
    # absUrlMixin)
    shown = _SRC.sub(r"\1&#61;", escape(view.cover))
    if view.cover and escape(view.cover) not in view.html:
        yield f'<p><a href="{escape(view.url)}"><img src="{shown}" alt=""></a></p>'


def _write_excerpt(view: View) -> Iterator[str]:
    begins = "".join(unescape(_MARKUP.sub("", view.html[:_BEGINNING])).split())
    words = "".join(view.summary.split())  # blocks may have no spaces between them
    if words and not 0 <= begins.find(words) <= _ABOVE:
        yield f"<p>{escape(view.summary, quote=False)}</p>"


def _list_names(view: View, links: Links) -> Iterator[str]:
    parts = urlsplit(view.url)
    front_page = f"{parts.scheme}://{parts.netloc}/" if parts.netloc else ""  # a mail has none
    yield write_link(view.origin.title, view.origin.site or front_page)
    shown = {links.unsaid.casefold()}
    for name, address in (
        (view.category, links.category),
        *((tag, links.tag) for tag in view.tags),
    ):
        if name and name.casefold() not in shown:
            shown.add(name.casefold())
            yield write_link(name, address(name))


def write_link(name: str, address: str) -> str:
    """Return a name as HTML, linked if it has an address."""
    shown = escape(name, quote=False)
    return f'<a href="{escape(address)}">{shown}</a>' if address else shown
