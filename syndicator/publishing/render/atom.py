"""Write Atom 1.0 entries and feeds (RFC 4287), archives (RFC 5005) and tombstones (RFC 6721).

Entries also have Media RSS elements for covers."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from lxml.etree import SubElement

from syndicator.core.formats import ATOM, FORMATS, PAGE
from syndicator.publishing.render.feed_entry import Draft, add_media
from syndicator.publishing.render.head import Head
from syndicator.publishing.render.view import View
from syndicator.publishing.render.xml import (
    XML_LANG,
    add_stylesheet,
    add_text,
    insert_entries,
    qualify_name,
    select_namespaces,
    serialise_entry,
    set_text_type,
    write_signs_as_references,
)

_NAMESPACES: Final = select_namespaces("media")
_PLAIN_TEXT_ELEMENTS: Final = ("title", "name")  # elements whose text is not HTML
_END_TAGS: Final = b"</feed>"


def make_entry(draft: Draft) -> Any:
    """Return the Atom <entry> of an article as an lxml tree. All feeds contain the same entry. Its
    elements have no namespace: the root element of the feed declares the namespace of Atom.
    `draft`: the article, and the entry that the library feedgen made from it. Raises ValueError if
    a text has characters that XML does not allow."""
    view = draft.view
    entry = draft.feed_entry.atom_entry()  # feedgen fills the usual elements, we add the rest
    if view.language:
        entry.set(XML_LANG, view.language)
    set_text_type(entry.find("title"))
    if view.rights:
        set_text_type(entry.find("rights"))
    _complete_links(entry, view)
    add_media(entry, view)
    if not view.is_own:  # an entry that we wrote, such as a digest, has no source feed
        _complete_source(entry, view)
    return entry


def _complete_links(entry: Any, view: View) -> None:
    """Add attributes to the links that feedgen made: the first is the link to the article, the
    second, if any, the link to the enclosure (an audio or video file). Then add links to related
    articles, to reports of other outlets on the same story, and to the licence."""
    entry.find("link").set("rel", "alternate")
    enclosure = view.enclosure
    if enclosure:
        _, enclosure_link = entry.findall("link")
        enclosure_link.set("rel", "enclosure")
        enclosure_link.set("type", enclosure.type)
        enclosure_link.set("length", str(enclosure.length))
    for url in view.related:
        SubElement(entry, "link", rel="related", href=url)
    for outlet, url in view.also:
        if url not in view.related:
            SubElement(entry, "link", rel="related", href=url, title=outlet)
    if view.licence:
        SubElement(entry, "link", rel="license", href=view.licence)  # RFC 4946


def _complete_source(entry: Any, view: View) -> None:
    """Complete the <source> of an entry, which describes the feed that the article came from.
    feedgen wrote only the title and the address of that feed, or no <source> if the feed has no
    address."""
    origin = view.origin
    source = entry.find("source")
    if source is None:
        source = SubElement(entry, "source")
        title = add_text(source, "title", origin.title)
    else:
        title, link = source  # its two child elements
        link.set("rel", "self")
    set_text_type(title)
    add_text(source, "id", origin.id)
    add_text(source, "updated", (origin.updated or view.published).isoformat())
    if origin.site:
        SubElement(source, "link", rel="alternate", href=origin.site)


def serialise(draft: Draft, entry: Any) -> bytes:
    """Return an entry as bytes, without the namespaces that its feed declares. `draft`: the
    article; `entry`: its lxml tree from `make_entry`, which is changed."""
    if draft.has_signs:  # its texts contain & or <
        write_signs_as_references(entry, _PLAIN_TEXT_ELEMENTS)
    return serialise_entry(entry, _NAMESPACES)


def write_feed(head: Head, entries: Sequence[bytes]) -> bytes:
    """Return a whole Atom document as bytes. `head`: the values of the feed; `entries`: the bytes
    of its entries, from `serialise`, newest first."""
    from feedgen.feed import FeedGenerator  # takes 35 ms: import it only when feeds are written

    feed = FeedGenerator()
    feed.id(head.urn)
    feed.title(head.title)
    feed.subtitle(head.description)
    feed.updated(head.updated)  # else feedgen takes the time of the clock
    feed.language(head.language)
    feed.generator("Syndicator")
    feed.icon(head.icon)
    feed.rights(head.rights)
    feed.link(_list_head_links(head))
    if head.author or not entries:  # RFC 4287 4.1.1: a feed needs an author if no entry has one
        feed.author(name=head.author or head.title)
    # feedgen calls the extension when it writes the document, in the next line
    feed.register_extension("more", partial(_HeadExtension, head), rss=False)
    return insert_entries(feed.atom_str(), _END_TAGS, entries)


@dataclass(frozen=True, slots=True)
class _HeadExtension:
    """An extension of feedgen, for the parts of a feed for which it has no field. feedgen calls the
    methods, whose names it prescribes."""

    head: Head

    def extend_ns(self) -> dict[str, str]:
        """Return the namespaces that the root element of the feed declares, by prefix."""
        # The namespace of tombstones is declared only if the feed has a tombstone: the W3C
        # validator warns of namespaces that it does not know, such as that of RFC 6721. A
        # withdrawn article is worth this warning for the days that its tombstone is published.
        namespaces = dict(_NAMESPACES)
        if self.head.removed:
            namespaces |= select_namespaces("at")
        if self.head.is_archive_document:
            namespaces |= select_namespaces("fh")
        return namespaces

    def extend_atom(self, feed: Any) -> None:
        """Add to `feed`, the root element that feedgen made, everything that feedgen cannot write:
        stylesheet, text types, the mark of an archive document, and withdrawn entries."""
        add_stylesheet(feed, self.head.base)
        set_text_type(feed.find("title"))
        if self.head.description:
            set_text_type(feed.find("subtitle"))
        if self.head.is_archive_document:
            SubElement(feed, qualify_name("fh", "archive"))
        for removed in self.head.removed:
            withdrawn_at = removed.when.isoformat()
            SubElement(
                feed, qualify_name("at", "deleted-entry"), ref=removed.urn, when=withdrawn_at
            )
        write_signs_as_references(feed, _PLAIN_TEXT_ELEMENTS)


def _list_head_links(head: Head) -> list[dict[str, str]]:
    """Return the links of a feed document, each as the attributes of its <link> element. They lead
    to the document itself, the feed's page, the licence, and the archive documents before and after
    this document. The head feed, which has the newest entries, also links its WebSub hubs; an
    archive document links the head feed instead."""
    own_address = head.url(ATOM)
    if head.self_name:  # an archive document
        own_address = head.base + head.self_name
    links = [
        {"href": own_address, "rel": "self", "type": FORMATS[ATOM].media_type},
        {"href": head.home, "rel": "alternate", "type": FORMATS[PAGE].media_type},
    ]
    if head.current:  # this is the head feed
        links += [{"href": hub, "rel": "hub"} for hub in head.hubs]
    else:
        links.append({"href": head.url(ATOM), "rel": "current"})
    if head.licence:
        links.append({"href": head.licence, "rel": "license"})
    if head.previous:
        links.append({"href": head.base + head.previous, "rel": "prev-archive"})
    if head.following:
        links.append({"href": head.base + head.following, "rel": "next-archive"})
    return links
