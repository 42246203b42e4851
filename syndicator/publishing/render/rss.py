"""RSS 2.0 with Dublin Core, Media RSS and content:encoded."""

import html
import re
from collections.abc import Iterator, Sequence
from email.utils import format_datetime
from typing import Final

from syndicator.core.formats import ATOM, FORMATS
from syndicator.publishing.render.atom import categories, media
from syndicator.publishing.render.head import Head
from syndicator.publishing.render.view import View
from syndicator.publishing.render.xml import declared, document, element, escaped, plain

_MINUTES: Final = 15  # between two polls
# Start of a tag, comment or declaration (HTML 13.2.5.6), also with < as a reference.
_TAG: Final = re.compile(r"(<|&(?:lt|#0*60|#x0*3c);?)(?=[a-z/!?&])", re.I)


def item(view: View, base: str) -> bytes:
    """Return the <item> of an article, equal in all feeds."""
    described, file = html.escape(view.text, quote=False), view.enclosure
    parts = [
        element("title", plain(_plain(view.title))),
        element("link", escaped(view.url)),
        element("description", plain(described or view.content)),
        *([element("content:encoded", escaped(view.content))] if described and view.content else []),
        element("guid", escaped(view.urn), isPermaLink="false"),
        *(element("category", plain(_plain(term)), domain=scheme) for term, scheme in categories(view, base)),
        *([element("enclosure", url=file.url, length=str(file.length), type=file.type)] if file else []),
        element("pubDate", format_datetime(view.began or view.published)),
        *([element("source", plain(_plain(view.origin.title)), url=view.origin.url)] if view.origin.url else []),
        # one line for all authors: newsboat and Miniflux show only the last dc:creator
        element("dc:creator", plain(_plain(view.author))),
        *media(view),
        *([element("dc:rights", escaped(_plain(view.rights)))] if view.rights else []),
        *([element("creativeCommons:license", escaped(view.licence))] if view.licence else []),
        *_podcast(view),
        # http://source.scripting.com/#1653758422000. The element declares its namespace, since the W3C validator
        # warns of namespaces that it does not know.
        *([element("source:markdown", escaped(view.markdown))] if view.markdown else []),
    ]
    return element("item", "".join(parts)).encode()


def feed(head: Head, items: Sequence[bytes]) -> bytes:
    """Return an RSS document of finished items."""
    title, types = plain(_plain(head.title)), {name: FORMATS[name].media_type for name in (ATOM, "rss")}
    parts = [
        f'<rss{declared(("media", "dc", "content", "atom", "sy"))} version="2.0"><channel>',
        element("title", title),
        element("link", escaped(head.home)),
        element("description", plain(_plain(head.description))),
        element("atom:link", href=head.url("rss"), rel="self", type=types["rss"]),
        *([element("copyright", escaped(_plain(head.rights)))] if head.rights else []),
        element("docs", "https://www.rssboard.org/rss-specification"),
        element("generator", "Syndicator"),
    ]
    image = element("url", escaped(head.image)) + element("title", title) + element("link", escaped(head.home))
    parts += [element("image", image), element("ttl", str(_MINUTES))]
    parts += [element("sy:updatePeriod", "hourly"), element("sy:updateFrequency", str(60 // _MINUTES))]
    parts += [element("language", escaped(head.language))] if head.language else []
    parts.append(element("lastBuildDate", format_datetime(head.updated)))
    parts += [element("atom:link", rel="hub", href=hub) for hub in head.hubs]
    parts += [element("creativeCommons:license", escaped(head.licence))] if head.licence else []
    if head.previous:  # archives are Atom (RFC 5005)
        href = head.document(head.previous, ATOM)
        parts.append(element("atom:link", rel="prev-archive", href=href, type=types[ATOM]))
    return document("".join(parts), items, "</channel></rss>", f"{head.base}feed.css")


def _plain(value: str) -> str:
    """Put a space after each < that could start a tag: some readers take these fields for text and some for HTML, and
    "< b>" is the same to both. The validator takes </b> for markup, too."""
    return _TAG.sub(r"\1 ", value)


def _podcast(view: View) -> Iterator[str]:
    """Yield transcripts, chapters and persons of an episode (Podcasting 2.0)."""
    for line in view.enclosure.podcast if view.enclosure else ():
        kind, _, rest = line.partition(" ")
        main, *values = rest.split("; ")
        attributes = dict(value.split("=", 1) for value in values)
        if kind == "person":
            yield element("podcast:person", escaped(main), **attributes)
        else:
            yield element(f"podcast:{kind}", url=main, **attributes)
