"""Fill the entry of the library feedgen from an article, for Atom and RSS; add media elements."""

import html
from dataclasses import dataclass
from typing import Any, Final

from lxml.etree import SubElement

from syndicator.publishing.render.view import View
from syndicator.publishing.render.xml import add_text, qualify_name

_THUMBNAIL: Final = qualify_name("media", "thumbnail")
_MEDIA_CONTENT: Final = qualify_name("media", "content")
_CREDIT: Final = qualify_name("media", "credit")


@dataclass(slots=True)
class Draft:
    """An article that is written in several formats. It keeps what Atom and RSS both need. `base`:
    the address of the web root."""

    view: View
    base: str
    _feed_entry: Any = None
    _has_signs: bool | None = None

    @property
    def feed_entry(self) -> Any:
        """The entry of feedgen, made when the first format asks for it."""
        if self._feed_entry is None:
            self._feed_entry = make_feed_entry(self.view, self.base)
        return self._feed_entry

    @property
    def has_signs(self) -> bool:
        """True if a text of the article outside of its HTML has & or <. Only such entries need
        further work before they are serialised."""
        if self._has_signs is None:
            view = self.view
            texts = [view.title, view.category, view.origin.title, view.rights]
            texts += (*view.authors, *view.tags, view.text or view.content)
            all_texts = "".join(texts)
            self._has_signs = "&" in all_texts or "<" in all_texts
        return self._has_signs


def make_feed_entry(view: View, base: str) -> Any:
    """Return feedgen's entry with those fields of an article that feedgen knows. `base`: the
    address of the web root. Raises ValueError for values that feedgen refuses."""
    from feedgen.entry import FeedEntry
    # takes 35 ms: commands that write no feeds should not import it

    entry = FeedEntry()
    entry.id(view.urn)
    entry.title(view.title)
    entry.updated(view.updated)  # else feedgen takes the time of the clock
    entry.published(view.began or view.published)
    entry.author([{"name": author} for author in view.authors])
    entry.link(href=view.url, rel="alternate")
    file = view.enclosure
    if file:
        entry.enclosure(file.url, file.length, file.type)
    entry.category(_list_categories(view, base))
    _add_texts(entry, view)
    if view.rights:
        entry.rights(view.rights)
    if view.origin.url and not view.is_own:
        entry.source(view.origin.url, view.origin.title)
    return entry


def _list_categories(view: View, base: str) -> list[dict[str, str]]:
    """Return the category, if there is one, then the tags, as feedgen takes them. `base`: the
    address of the web root."""
    categories = [{"term": tag, "scheme": f"{base}tags/"} for tag in view.tags]
    if view.category:
        categories.insert(0, {"term": view.category, "scheme": f"{base}categories/"})
    return categories


def _add_texts(entry: Any, view: View) -> None:
    """Add excerpt and content to an entry. An article without an excerpt has the name of its source
    instead: RSS shows it always, Atom only if there is no content either."""
    excerpt = html.escape(view.text, quote=False)
    # an Atom entry needs some text (the validator's MissingTextualContent)
    if view.summary or not view.content:
        entry.summary(excerpt, type="html")  # for Atom and RSS
    else:
        entry.description(excerpt)  # for RSS only
    if view.content:
        entry.content(view.content, type="html")


def add_media(entry: Any, view: View) -> None:
    """Add Media RSS 1.5.1 elements to an entry: for the cover, and for an enclosure whose duration
    is known."""
    if view.cover:
        SubElement(entry, _THUMBNAIL, url=view.cover)
        picture = SubElement(entry, _MEDIA_CONTENT, url=view.cover, medium="image")
        if view.cover_type:
            picture.set("type", view.cover_type)
        add_text(entry, _CREDIT, view.origin.title, role="publishing company", scheme="urn:ebu")
    file = view.enclosure
    if file and view.seconds:
        SubElement(entry, _MEDIA_CONTENT, url=file.url, type=file.type, duration=str(view.seconds))
