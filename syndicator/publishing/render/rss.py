"""RSS 2.0 with Dublin Core, Media RSS and content:encoded."""

import html
import re
from collections.abc import Iterator, Sequence
from typing import Final

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator

from syndicator.core.formats import ATOM, FORMATS
from syndicator.publishing.render.atom import categories, media
from syndicator.publishing.render.head import Head
from syndicator.publishing.render.view import View
from syndicator.publishing.render.xml import (
    EntryExtension,
    FeedExtension,
    Part,
    fragment,
    plain,
    prefixes,
    qualified,
    splice,
)

# What begins a tag, a comment or a declaration (HTML 13.2.5.6), and the same with its < as a reference.
_TAG: Final = re.compile(r"(<|&(?:lt|#0*60|#x0*3c);?)(?=[a-z/!?&])", re.I)
_DECLARED: Final = ("media", "dc", "content", "atom")


def item(view: View, base: str) -> bytes:
    """The <item> of an article, the same for every feed that carries it."""
    made = FeedEntry()
    made.guid(view.urn, permalink=False)
    made.title(_plain(view.title))
    made.link(href=view.url, rel="alternate")
    made.published(view.published)
    made.description(html.escape(view.text, quote=False), isSummary=True)
    if view.content:
        made.content(view.content)
    made.category([{**found, "term": _plain(found["term"])} for found in categories(view, base)])
    if view.enclosure is not None:
        made.enclosure(view.enclosure.url, str(view.enclosure.length), view.enclosure.type)
    if view.origin.url:
        made.source(view.origin.url, _plain(view.origin.title))
    made.register_extension("more", EntryExtension, atom=False, rss=True)
    # one line for all authors: of several dc:creator, newsboat and Miniflux show the last one alone
    # http://source.scripting.com/#1653758422000. The element declares its namespace itself: the W3C validator warns
    # of namespaces that it does not know, and so only of feeds that have it.
    made.more.parts = [
        Part(qualified("dc", "creator"), _plain(view.author)),
        *media(view),
        *_rights(view),
        *_podcast(view),
        *([Part(qualified("source", "markdown"), view.markdown)] if view.markdown else []),
    ]
    return plain(fragment(made.rss_entry(), prefixes(*_DECLARED)))


def feed(head: Head, items: Sequence[bytes]) -> bytes:
    """An RSS document of ready items."""
    made = FeedGenerator()
    made.title(_plain(head.title))
    made.description(_plain(head.description))
    made.link(href=head.url("rss"), rel="self", type=FORMATS["rss"].media_type)
    # last: feedgen takes the last link that was set as the channel's own
    made.link(href=head.home, rel="alternate")
    made.language(head.language)
    made.generator("Syndicator")
    made.lastBuildDate(head.updated)
    if head.rights:
        made.copyright(_plain(head.rights))
    made.docs("https://www.rssboard.org/rss-specification")
    if head.icon.lower().endswith((".png", ".gif", ".jpg", ".jpeg")):  # RSS 2.0 knows no other kind of image
        made.image(head.icon, _plain(head.title), head.home)
    made.register_extension("more", FeedExtension, None, atom=False, rss=True)
    made.more.declared = _DECLARED
    made.more.parts = [Part(qualified("atom", "link"), rel="hub", href=hub) for hub in head.hubs]
    if head.licence:
        made.more.parts.append(Part(qualified("creativeCommons", "license"), head.licence))
    if head.previous:  # an Atom document, as RFC 5005 has them
        href, type = head.document(head.previous, ATOM), FORMATS[ATOM].media_type
        made.more.parts.append(Part(qualified("atom", "link"), rel="prev-archive", href=href, type=type))
    return splice(plain(made.rss_str()), b"</channel>", items, f"{head.base}feed.css")


def _plain(value: str) -> str:
    """A plain text that talks about <b> says < b>: some readers take these fields for text and some for HTML, and only
    this is the same to both. Without the space, what a stranger wrote is live markup in the second kind; and the
    validator, too, takes </b> for markup (its validators.py, nonhtml)."""
    return _TAG.sub(r"\1 ", value)


def _rights(view: View) -> Iterator[Part]:
    """dc:rights, and the element for licences (http://backend.userland.com/creativeCommonsRssModule)."""
    if view.rights:
        yield Part(qualified("dc", "rights"), _plain(view.rights))
    if view.licence:
        yield Part(qualified("creativeCommons", "license"), view.licence)


def _podcast(view: View) -> Iterator[Part]:
    """Transcripts, chapters and persons of an episode, as its own feed has them (Podcasting 2.0). Its namespace is
    declared where it is used: feeds without sound do not know it."""
    for line in view.enclosure.podcast if view.enclosure else ():
        kind, _, rest = line.partition(" ")
        said, *values = rest.split("; ")
        given = dict(value.split("=", 1) for value in values)
        part = Part(qualified("podcast", kind), said if kind == "person" else "")
        part.attributes = given if kind == "person" else {"url": said, **given}
        yield part
