"""Atom 1.0 (RFC 4287) with media, archives (RFC 5005) and tombstones (RFC 6721)."""

import html
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator

from syndicator.core.formats import ATOM, FORMATS, PAGE
from syndicator.publishing.render.head import Head
from syndicator.publishing.render.view import View
from syndicator.publishing.render.xml import (
    XML_LANG,
    EntryExtension,
    FeedExtension,
    Part,
    fragment,
    plain,
    plain_text,
    prefixes,
    qualified,
    splice,
)

_DECLARED: Final = ("media",)
# What stands for the values of one document in what those of a feed share: a time and names that none has.
_SOME_TIME: Final = datetime(1, 1, 1, tzinfo=UTC)
_SELF, _PREVIOUS, _FOLLOWING = "\ue000self", "\ue000previous", "\ue000following"
_UPDATED: Final = re.compile(rb"<updated>([^<]+)</updated>")


def entry(view: View, base: str) -> bytes:
    """The <entry> of an article, the same for every feed that carries it."""
    made = FeedEntry()
    made.id(view.urn)
    made.title(view.title)  # its type, and what follows from that: `EntryExtension`
    made.updated(view.updated)
    made.published(view.published)
    made.link(href=view.url, rel="alternate")
    for author in view.authors:
        made.author(name=author)
    made.category(categories(view, base))
    if view.summary or not view.content:  # a reader must have some text to show (the validator's MissingTextualContent)
        made.summary(html.escape(view.text, quote=False), type="html")
    if view.content:
        made.content(view.content, type="html")
    made.register_extension("more", EntryExtension, atom=True, rss=False)
    parts = [Part("link", rel="via", href=view.url)]
    if view.rights:
        parts.append(plain_text("rights", view.rights))
    if view.licence:  # RFC 4946
        parts.append(Part("link", rel="license", href=view.licence))
    parts += [Part("link", rel="related", href=url) for url in view.related]
    given = view.enclosure
    if given is not None:
        parts.append(Part("link", rel="enclosure", href=given.url, type=given.type, length=str(given.length)))
    made.more.parts = [*parts, *media(view), _source(view)]
    if view.language:
        made.more.attributes = {XML_LANG: view.language}
    return plain(fragment(made.atom_entry(), prefixes(*_DECLARED)))


def feed(head: Head, entries: Sequence[bytes]) -> bytes:
    """An Atom document of ready entries."""
    made = _outline(head, not entries) if head.current else _outline_of_archive(head, not entries)
    return splice(made, b"</feed>", _told_apart(entries), f"{head.base}feed.css")


def _outline_of_archive(head: Head, empty: bool) -> bytes:
    """An archive document without its entries, as `_outline` makes it: a feed has many, which differ in their time and
    their links to each other, and making one is most of what a short document costs."""
    previous, following = (_PREVIOUS if head.previous else ""), (_FOLLOWING if head.following else "")
    general = replace(head, updated=_SOME_TIME, self_name=_SELF, previous=previous, following=following)
    made = _kept_outline(general, empty)
    made = made.replace(b"<updated>%b<" % _stamp(_SOME_TIME), b"<updated>%b<" % _stamp(head.updated), 1)
    for mark, name in ((_SELF, head.self_name), (previous, head.previous), (following, head.following)):
        made = made.replace(f'{mark}"'.encode(), f'{html.escape(name)}"'.encode()) if mark else made
    return made


def _stamp(moment: datetime) -> bytes:
    return moment.isoformat().encode()


def _outline(head: Head, empty: bool) -> bytes:
    """A document without its entries. `empty`: there are none."""
    made = FeedGenerator()
    made.id(head.urn)
    made.title(head.title)
    made.subtitle(head.description)
    made.updated(head.updated)
    if head.author or empty:  # readers give it to entries; RFC 4287 4.1.1 asks for one where no entry has its own
        made.author(name=head.author or head.title)
    made.language(head.language)
    made.generator("Syndicator")
    if head.icon:
        made.icon(head.icon)
    if head.rights:
        made.rights(head.rights)
    for link in _head_links(head):
        made.link(link)
    made.register_extension("more", FeedExtension, None, atom=True, rss=False)
    # The namespace of tombstones is declared only where there is one: the W3C validator warns of those that it does not
    # know, such as that of RFC 6721. A takedown that reaches readers is worth that, while `builder` keeps it.
    made.more.declared = (*_DECLARED, *(("at",) if head.removed else ()), *(("fh",) if head.archived else ()))
    parts = [Part(qualified("fh", "archive"))] if head.archived else []
    gone = qualified("at", "deleted-entry")
    made.more.parts = parts + [Part(gone, ref=item.urn, when=item.when.isoformat()) for item in head.removed]
    return plain(made.atom_str())


_kept_outline = lru_cache(4096)(_outline)  # some 2 kB each: those of 1,500 feeds, which a build goes through by month


def _told_apart(entries: Sequence[bytes]) -> list[bytes]:
    """The entries with no `updated` twice: where the microseconds made of two ids agree (see `view`), the later one in
    the document gets the next free microsecond."""
    seen: set[bytes] = set()
    result: list[bytes] = []
    for entry in entries:
        match = _UPDATED.search(entry)
        stamp = match[1] if match else b""
        while match and stamp in seen:
            stamp = (datetime.fromisoformat(stamp.decode()) + timedelta(microseconds=1)).isoformat().encode()
        seen.add(stamp)
        result.append(
            entry if not match or stamp == match[1] else entry[: match.start(1)] + stamp + entry[match.end(1) :]
        )
    return result


def categories(view: View, base: str) -> list[dict[str, str]]:
    """The category and the tags as feedgen takes them, category first."""
    found = [{"term": view.category, "scheme": f"{base}categories/"}] if view.category else []
    return found + [{"term": tag, "scheme": f"{base}tags/"} for tag in view.tags]


def media(view: View) -> list[Part]:
    """Media RSS 1.5.1: media:thumbnail and media:content of a cover; media:content of an enclosure that says how long
    it plays (itunes:duration would make a podcast of the whole feed, which then has to name a category and an
    owner)."""
    parts: list[Part] = []
    if view.cover:
        image = Part(qualified("media", "content"), url=view.cover, medium="image")
        if view.cover_type:
            image.attributes["type"] = view.cover_type
        parts += [Part(qualified("media", "thumbnail"), url=view.cover), image]
    if view.enclosure is not None and view.seconds:
        given, duration = view.enclosure, str(view.seconds)
        parts.append(Part(qualified("media", "content"), url=given.url, type=given.type, duration=duration))
    return parts


def _source(view: View) -> Part:
    children = [
        Part("id", view.origin.id),
        plain_text("title", view.origin.title),
        Part("updated", (view.origin.updated or view.published).isoformat()),
    ]
    if view.origin.url:
        children.append(Part("link", rel="self", href=view.origin.url))
    if view.origin.site:
        children.append(Part("link", rel="alternate", href=view.origin.site))
    return Part("source", children=children)


def _head_links(head: Head) -> list[dict[str, str]]:
    own = head.base + head.self_name if head.self_name else head.url(ATOM)
    links = [{"rel": "self", "href": own, "type": FORMATS[ATOM].media_type}]
    page = FORMATS[PAGE].media_type
    if PAGE in head.formats:
        links.append({"rel": "alternate", "href": head.url(PAGE), "type": page})
    links += [{"rel": "hub", "href": hub} for hub in head.hubs] if head.current else []
    if not head.current:
        links.append({"rel": "current", "href": head.url(ATOM)})
    if PAGE not in head.formats:
        links.append({"rel": "alternate", "href": head.base, "type": page})
    if head.licence:
        links.append({"rel": "license", "href": head.licence})
    if head.previous:
        links.append({"rel": "prev-archive", "href": head.base + head.previous})
    if head.following:
        links.append({"rel": "next-archive", "href": head.base + head.following})
    return links
