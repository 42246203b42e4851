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
    """Return the <entry> of an article as an lxml tree, the same for all feeds. As feedgen makes
    them, its elements have no namespace, because the root element of the feed declares it. Raises
    ValueError for values that XML cannot hold."""
    view = draft.view
    entry = draft.feed_entry.atom_entry()
    if view.language:
        entry.set(XML_LANG, view.language)
    set_text_type(entry.find("title"))
    if view.rights:
        set_text_type(entry.find("rights"))
    _complete_links(entry, view)
    add_media(entry, view)
    if not view.is_own:
        _complete_source(entry, view)
    return entry


def _complete_links(entry: Any, view: View) -> None:
    """Complete the links of article and enclosure, which have only an address in feedgen's entry.
    Add links to related articles, to other reports of the story, and to the licence."""
    entry.find("link").set("rel", "alternate")
    file = view.enclosure
    if file:
        _, enclosure = entry.findall("link")
        enclosure.attrib.update({"rel": "enclosure", "type": file.type, "length": str(file.length)})
    for url in view.related:
        SubElement(entry, "link", rel="related", href=url)
    for name, url in view.also:
        if url not in view.related:
            SubElement(entry, "link", rel="related", href=url, title=name)
    if view.licence:
        SubElement(entry, "link", rel="license", href=view.licence)  # RFC 4946


def _complete_source(entry: Any, view: View) -> None:
    """Complete the <source> of feedgen's entry, which has only title and address of the source
    feed. If the source feed has no address, feedgen makes no <source>: add one."""
    origin = view.origin
    source = entry.find("source")
    if source is None:
        source = SubElement(entry, "source")
        title = add_text(source, "title", origin.title)
    else:
        title, link = source
        link.set("rel", "self")
    set_text_type(title)
    add_text(source, "id", origin.id)
    add_text(source, "updated", (origin.updated or view.published).isoformat())
    if origin.site:
        SubElement(source, "link", rel="alternate", href=origin.site)


def serialise(draft: Draft, entry: Any) -> bytes:
    """Return the bytes of an entry, without the namespaces that its feed declares. `entry`: from
    `make_entry`; it is changed."""
    if draft.has_signs:
        write_signs_as_references(entry, _PLAIN_TEXT_ELEMENTS)
    return serialise_entry(entry, _NAMESPACES)


def write_feed(head: Head, entries: Sequence[bytes]) -> bytes:
    """Return an Atom document. `entries`: the bytes of its entries, from `serialise`, newest
    first."""
    from feedgen.feed import FeedGenerator  # see `make_feed_entry`

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
        """Complete the feed that feedgen made."""
        add_stylesheet(feed, self.head.base)
        set_text_type(feed.find("title"))
        if self.head.description:
            set_text_type(feed.find("subtitle"))
        if self.head.is_archive_document:
            SubElement(feed, qualify_name("fh", "archive"))
        for item in self.head.removed:
            SubElement(
                feed, qualify_name("at", "deleted-entry"), ref=item.urn, when=item.when.isoformat()
            )
        write_signs_as_references(feed, _PLAIN_TEXT_ELEMENTS)


def _list_head_links(head: Head) -> list[dict[str, str]]:
    """Return the links of a feed, as feedgen takes them: to the document itself, the feed's page,
    its hubs, its licence, and the archive documents before and after. An archive document links the
    head feed ("current") instead of the hubs."""
    address = head.base + head.self_name if head.self_name else head.url(ATOM)
    links = [
        {"href": address, "rel": "self", "type": FORMATS[ATOM].media_type},
        {"href": head.home, "rel": "alternate", "type": FORMATS[PAGE].media_type},
    ]
    if head.current:
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
