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
    insert_entries,
    qualify_name,
    select_namespaces,
    serialise_entry,
    write_signs_as_references,
)

_ARTWORK_TYPES: Final = ("image/jpeg", "image/png")  # Apple accepts no other types for itunes:image
# Audio and video files for which Apple's podcast elements are allowed: beside other files, the
# validator warns of these elements.
_APPLE_ENDINGS: Final = (".m4a", ".mp3", ".mov", ".mp4", ".m4v")
_APPLE_TYPES: Final = (
    "audio/mp4",
    "audio/mpeg",
    "audio/x-m4a",
    "video/mp4",
    "video/quicktime",
    "video/x-m4v",
)
# Kinds of lines in `Enclosure.podcast` that are written as Apple's elements.
_APPLE_KINDS: Final = ("season", "episode", "explicit")
_POLL_MINUTES: Final = 15  # between two polls of a reader, as we recommend
_ITEM_NAMESPACES: Final = select_namespaces("media", "dc", "content")
_NAMESPACES: Final = {**_ITEM_NAMESPACES, **select_namespaces("atom", "sy")}
_CREATOR: Final = qualify_name("dc", "creator")
_RIGHTS: Final = qualify_name("dc", "rights")
_ATOM_LINK: Final = qualify_name("atom", "link")
# Elements in which & and < are written as hexadecimal references.
_PLAIN: Final = ("title", "description", "category", "source", _CREATOR)
# Elements that some readers take for text and others for HTML.
_FOR_TEXT_AND_HTML: Final = ("title", "category", "source", _CREATOR, _RIGHTS)
_END_TAGS: Final = b"</channel></rss>"
# Held while feedgen writes a date: it sets the locale of the whole process and restores the old one
# afterwards, which two threads must not do at the same time.
_LOCALE_LOCK: Final = Lock()
# Start of a tag, comment or declaration (HTML 13.2.5.6), also with < as a reference.
_TAG: Final = re.compile(r"(<|&(?:lt|#0*60|#x0*3c);?)(?=[a-z/!?&])", re.I)


def make_item(draft: Draft) -> Any:
    """Return the RSS <item> of an article as an lxml tree. All feeds contain the same item.
    `draft`: the article, and the entry that the library feedgen made from it. Raises ValueError if
    a text has characters that XML does not allow."""
    view = draft.view
    with _LOCALE_LOCK:  # feedgen changes the locale of the process while it writes a date
        item = draft.feed_entry.rss_entry()
    # one element for all authors, since newsboat and Miniflux show only the last dc:creator
    add_text(item, _CREATOR, view.author)
    if view.rights:
        add_text(item, _RIGHTS, view.rights)
    if draft.has_signs:  # its texts contain & or <
        _add_space_after_tag_signs(item.iterchildren(*_FOR_TEXT_AND_HTML))
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
    """Return an item as bytes, without the namespaces that its feed declares. `draft`: the article;
    `item`: its lxml tree from `make_item`, which is changed."""
    if draft.has_signs:  # its texts contain & or <
        write_signs_as_references(item, _PLAIN)
    return serialise_entry(item, _ITEM_NAMESPACES)


def write_feed(head: Head, items: Sequence[bytes]) -> bytes:
    """Return a whole RSS document as bytes. `head`: the values of the feed; `items`: the bytes of
    its items, from `serialise`, newest first."""
    from feedgen.feed import FeedGenerator  # takes 35 ms: import it only when feeds are written

    feed = FeedGenerator()
    feed.title(head.title)
    feed.description(head.description)
    self_link = {"href": head.url(RSS), "rel": "self", "type": FORMATS[RSS].media_type}
    home_link = {"href": head.home, "rel": "alternate"}
    feed.link([self_link, home_link])  # the last becomes the <link> of the channel
    feed.rights(head.rights)
    feed.docs("https://www.rssboard.org/rss-specification")
    feed.generator("Syndicator")
    feed.image(head.image, head.title, head.home)
    feed.language(head.language)
    feed.lastBuildDate(head.updated)  # else feedgen takes the time of the clock
    feed.ttl(_POLL_MINUTES)
    # feedgen calls the extension when it writes the document
    feed.register_extension("more", partial(_HeadExtension, head), atom=False)
    with _LOCALE_LOCK:  # feedgen changes the locale of the process while it writes a date
        document = feed.rss_str()
    return insert_entries(document, _END_TAGS, items)


@dataclass(frozen=True, slots=True)
class _HeadExtension:
    """An extension of feedgen, for the parts of a feed for which it has no field. feedgen calls the
    methods, whose names it prescribes."""

    head: Head

    def extend_ns(self) -> dict[str, str]:
        """Return the namespaces that the root element of the feed declares, by prefix."""
        return dict(_NAMESPACES)

    def extend_rss(self, feed: Any) -> None:
        """Add to the channel of `feed`, the root element that feedgen made, everything that feedgen
        cannot write: stylesheet, how often to poll, hubs, licence and a link to the archive."""
        add_stylesheet(feed, self.head.base)
        channel = feed.find("channel")
        _add_space_after_tag_signs(channel.iter("title", "description", "copyright"))
        add_text(channel, qualify_name("sy", "updatePeriod"), "hourly")
        add_text(channel, qualify_name("sy", "updateFrequency"), str(60 // _POLL_MINUTES))
        for hub in self.head.hubs:
            SubElement(channel, _ATOM_LINK, rel="hub", href=hub)
        if self.head.licence:
            add_local(channel, "creativeCommons", "license", self.head.licence)
        if self.head.previous:  # archives are Atom (RFC 5005)
            archive = self.head.get_document_url(self.head.previous, ATOM)
            SubElement(
                channel, _ATOM_LINK, rel="prev-archive", href=archive, type=FORMATS[ATOM].media_type
            )
        write_signs_as_references(channel, _PLAIN)


def _add_space_after_tag_signs(elements: Any) -> None:
    """In the text of each element, put a space after each < that could start an HTML tag. Some
    readers take these texts for plain text, others for HTML; all of them show "< b>" in the same
    way. `elements`: an iterable of lxml elements, which are changed."""
    for element in elements:
        element.text = _TAG.sub(r"\1 ", element.text)


def _is_playable_by_apple(enclosure: Enclosure) -> bool:
    """Return True if Apple's players accept a file, judged by the ending of its address or by its
    type. One of the two is enough, because some podcasts have unusual types, such as audio/mp3, and
    some have addresses without an ending."""
    if urlsplit(enclosure.url).path.lower().endswith(_APPLE_ENDINGS):
        return True
    return enclosure.type in _APPLE_TYPES


def _add_podcast(item: Any, view: View) -> None:
    """Add the podcast elements of an episode to an RSS item (an lxml tree), nothing if the article
    has no enclosure. Any episode gets the elements of Podcasting 2.0 for transcripts, chapters and
    persons. If Apple's players accept the file, it also gets Apple's elements for duration,
    picture, season and episode numbers, and "explicit"."""
    if view.enclosure is None:
        return
    is_for_apple = _is_playable_by_apple(view.enclosure)
    if is_for_apple and view.seconds:
        add_local(item, "itunes", "duration", str(view.seconds))
    if is_for_apple and view.cover and view.cover_type in _ARTWORK_TYPES:
        add_local(item, "itunes", "image", "", href=view.cover)
    for line in view.enclosure.podcast:  # such as "transcript https://...; type=text/vtt"
        kind, _, rest = line.partition(" ")
        if kind in _APPLE_KINDS:
            if is_for_apple:
                add_local(item, "itunes", kind, rest)
            continue
        name_or_address, *pairs = rest.split("; ")
        attributes = dict(pair.split("=", 1) for pair in pairs)
        if kind == "person":
            add_local(item, "podcast", "person", name_or_address, **attributes)
        else:  # a transcript or chapters
            add_local(item, "podcast", kind, "", url=name_or_address, **attributes)
