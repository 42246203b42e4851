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
        """True if a text of the entry, such as its title, a tag or its excerpt, contains & or <.
        Only such entries need further work before they are serialised. The answer is computed
        once."""
        if self._has_signs is None:
            view = self.view
            texts = [view.title, view.category, view.origin.title, view.rights]
            texts += [*view.authors, *view.tags]
            texts.append(view.text or view.content)
            all_texts = "".join(texts)
            self._has_signs = "&" in all_texts or "<" in all_texts
        return self._has_signs


def make_feed_entry(view: View, base: str) -> Any:
    """Return an entry object of the library feedgen, filled with the fields of an article that
    feedgen can write as Atom and as RSS. `base`: the address of the web root. Raises ValueError for
    values that feedgen refuses."""
    # The import takes 35 ms, which commands that write no feeds should not spend.
    from feedgen.entry import FeedEntry

    entry = FeedEntry()
    entry.id(view.urn)
    entry.title(view.title)
    entry.updated(view.updated)  # else feedgen takes the time of the clock
    entry.published(view.began or view.published)  # `began`: of the story, if this is its entry
    entry.author([{"name": author} for author in view.authors])
    entry.link(href=view.url, rel="alternate")
    enclosure = view.enclosure
    if enclosure:
        entry.enclosure(enclosure.url, enclosure.length, enclosure.type)
    entry.category(_list_categories(view, base))
    _add_texts(entry, view)
    if view.rights:
        entry.rights(view.rights)
    if view.origin.url and not view.is_own:
        entry.source(view.origin.url, view.origin.title)
    return entry


def _list_categories(view: View, base: str) -> list[dict[str, str]]:
    """Return the category of an article, if it has one, then its tags, each as a dict with the
    attributes of Atom's <category>: `term`, the name, and `scheme`, the address of our list of such
    names. `base`: the address of the web root."""
    categories = [{"term": tag, "scheme": f"{base}tags/"} for tag in view.tags]
    if view.category:
        categories.insert(0, {"term": view.category, "scheme": f"{base}categories/"})
    return categories


def _add_texts(entry: Any, view: View) -> None:
    """Add excerpt and content to feedgen's entry. If the article has no excerpt, the name of its
    source takes its place: always in RSS, in Atom only if there is no content either."""
    excerpt_or_source = html.escape(view.text, quote=False)
    # The validator wants a text in each Atom entry (its MissingTextualContent).
    if view.summary or not view.content:
        entry.summary(excerpt_or_source, type="html")  # for Atom and RSS
    else:
        entry.description(excerpt_or_source)  # for RSS only
    if view.content:
        entry.content(view.content, type="html")


def add_media(entry: Any, view: View) -> None:
    """Add Media RSS 1.5.1 elements to an entry (an lxml tree): for the article's cover picture, and
    for its enclosure (an audio or video file) if the duration is known."""
    if view.cover:
        SubElement(entry, _THUMBNAIL, url=view.cover)
        picture = SubElement(entry, _MEDIA_CONTENT, url=view.cover, medium="image")
        if view.cover_type:
            picture.set("type", view.cover_type)
        add_text(entry, _CREDIT, view.origin.title, role="publishing company", scheme="urn:ebu")
    enclosure = view.enclosure
    if enclosure and view.seconds:
        media = SubElement(entry, _MEDIA_CONTENT, url=enclosure.url, type=enclosure.type)
        media.set("duration", str(view.seconds))
