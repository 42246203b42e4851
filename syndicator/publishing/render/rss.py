"""Write RSS 2.0 items and feeds, with Dublin Core, Media RSS and content:encoded."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import Any, Final
from urllib.parse import urlsplit

from lxml.etree import SubElement

from syndicator.core.formats import ATOM, FORMATS, RSS
from syndicator.core.model import Enclosure
from syndicator.publishing.render.feed_entry import Draft, add_media
from syndicator.publishing.render.head import Head
from syndicator.publishing.render.view import View
from syndicator.publishing.render.xml import (
    add_local,
    add_stylesheet,
    add_text,
    declared,
    insert_entries,
    qualified,
    refer_to_signs,
    serialise_entry,
)

_ARTWORK: Final = ("image/jpeg", "image/png")  # Apple takes no other for itunes:image
# audio and video with tags of Apple; the validator warns of them beside others
_APPLE_ENDINGS: Final = (".m4a", ".mp3", ".mov", ".mp4", ".m4v")
_APPLE_TYPES: Final = (
    "audio/mp4",
    "audio/mpeg",
    "audio/x-m4a",
    "video/mp4",
    "video/quicktime",
    "video/x-m4v",
)
_OF_APPLE: Final = ("season", "episode", "explicit")  # lines of an episode with tags of Apple
_MINUTES: Final = 15  # between two polls
_ITEM_NAMESPACES: Final = declared("media", "dc", "content")
_NAMESPACES: Final = {**_ITEM_NAMESPACES, **declared("atom", "sy")}
_CREATOR: Final = qualified("dc", "creator")
_RIGHTS: Final = qualified("dc", "rights")
_ATOM_LINK: Final = qualified("atom", "link")
_PLAIN: Final = ("title", "description", "category", "source", _CREATOR)
_FOR_TEXT_AND_HTML: Final = ("title", "category", "source", _CREATOR, _RIGHTS)
_CLOSING: Final = b"</channel></rss>"
# feedgen sets the locale of the process while it writes a date: of two threads, one would restore
# that of the other.
_LOCALE: Final = Lock()
# Start of a tag, comment or declaration (HTML 13.2.5.6), also with < as a reference.
_TAG: Final = re.compile(r"(<|&(?:lt|#0*60|#x0*3c);?)(?=[a-z/!?&])", re.I)


def make_item(draft: Draft) -> Any:
    """Return the <item> of an article as a tree, equal in all feeds. Raises ValueError for values
    that XML cannot hold."""
    view = draft.view
    with _LOCALE:
        item = draft.feed_entry.rss_entry()
    # one line for all authors: newsboat and Miniflux show only the last dc:creator
    add_text(item, _CREATOR, view.author)
    if view.rights:
        add_text(item, _RIGHTS, view.rights)
    if draft.has_signs:
        _space_tags(item.iterchildren(*_FOR_TEXT_AND_HTML))
    add_media(item, view)
    if view.licence:
        add_local(item, "creativeCommons", "license", view.licence)
    _add_podcast(item, view)
    if view.markdown:
        # http://source.scripting.com/#1653758422000. The element declares its namespace, since the
        # W3C validator warns of namespaces that it does not know.
        add_local(item, "source", "markdown", view.markdown)
    return item


def serialise(draft: Draft, item: Any) -> bytes:
    """Return the bytes of an item inside a feed."""
    if draft.has_signs:
        refer_to_signs(item, _PLAIN)
    return serialise_entry(item, _ITEM_NAMESPACES)


def write_feed(head: Head, items: Sequence[bytes]) -> bytes:
    """Return an RSS document of finished items."""
    from feedgen.feed import FeedGenerator  # see `make_feed_entry`

    feed = FeedGenerator()
    feed.title(head.title)
    feed.description(head.description)
    own = {"href": head.url(RSS), "rel": "self", "type": FORMATS[RSS].media_type}
    feed.link([own, {"href": head.home, "rel": "alternate"}])  # of the channel: the last
    feed.rights(head.rights)
    feed.docs("https://www.rssboard.org/rss-specification")
    feed.generator("Syndicator")
    feed.image(head.image, head.title, head.home)
    feed.language(head.language)
    feed.lastBuildDate(head.updated)  # else feedgen takes the time of the clock
    feed.ttl(_MINUTES)
    feed.register_extension("more", partial(_HeadExtension, head), atom=False)
    with _LOCALE:
        document = feed.rss_str()
    return insert_entries(document, _CLOSING, items)


@dataclass(frozen=True, slots=True)
class _HeadExtension:
    """What feedgen has no field for; feedgen calls the methods."""

    head: Head

    def extend_ns(self) -> dict[str, str]:
        return dict(_NAMESPACES)

    def extend_rss(self, feed: Any) -> None:
        add_stylesheet(feed, self.head.base)
        channel = feed.find("channel")
        _space_tags(channel.iter("title", "description", "copyright"))
        add_text(channel, qualified("sy", "updatePeriod"), "hourly")
        add_text(channel, qualified("sy", "updateFrequency"), str(60 // _MINUTES))
        for hub in self.head.hubs:
            SubElement(channel, _ATOM_LINK, rel="hub", href=hub)
        if self.head.licence:
            add_local(channel, "creativeCommons", "license", self.head.licence)
        if self.head.previous:  # archives are Atom (RFC 5005)
            archive = self.head.document(self.head.previous, ATOM)
            SubElement(
                channel, _ATOM_LINK, rel="prev-archive", href=archive, type=FORMATS[ATOM].media_type
            )
        refer_to_signs(channel, _PLAIN)


def _space_tags(elements: Any) -> None:
    """Put a space after each < that could start a tag: some readers take these fields for text and
    some for HTML, and "< b>" is the same to both. The validator takes </b> for markup, too."""
    for element in elements:
        element.text = _TAG.sub(r"\1 ", element.text)


def _is_for_apple(enclosure: Enclosure) -> bool:
    """Return True for a file that Apple's players take, by its address or its type: both may be
    unusual, as audio/mp3 is."""
    if urlsplit(enclosure.url).path.lower().endswith(_APPLE_ENDINGS):
        return True
    return enclosure.type in _APPLE_TYPES


def _add_podcast(item: Any, view: View) -> None:
    """Add duration, picture, numbers and advice of an episode (Apple's tags, for the types that it
    takes); transcripts, chapters and persons (Podcasting 2.0)."""
    if view.enclosure is None:
        return
    is_for_apple = _is_for_apple(view.enclosure)
    if is_for_apple and view.seconds:
        add_local(item, "itunes", "duration", str(view.seconds))
    if is_for_apple and view.cover and view.cover_type in _ARTWORK:
        add_local(item, "itunes", "image", "", href=view.cover)
    for line in view.enclosure.podcast:
        kind, _, rest = line.partition(" ")
        if kind in _OF_APPLE:
            if is_for_apple:
                add_local(item, "itunes", kind, rest)
            continue
        main, *values = rest.split("; ")
        attributes = dict(value.split("=", 1) for value in values)
        if kind == "person":
            add_local(item, "podcast", "person", main, **attributes)
        else:
            add_local(item, "podcast", kind, "", url=main, **attributes)
