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

_MINUTES: Final = 15  # between two polls; hubs are quicker
# What begins a tag, a comment or a declaration (HTML 13.2.5.6), and the same with its < as a reference.
_TAG: Final = re.compile(r"(<|&(?:lt|#0*60|#x0*3c);?)(?=[a-z/!?&])", re.I)


def item(view: View, base: str) -> bytes:
    """The <item> of an article, the same for every feed that carries it."""
    described, given = html.escape(view.text, quote=False), view.enclosure
    parts = [
        element("title", plain(_plain(view.title))),
        element("link", escaped(view.url)),
        element("description", plain(described or view.content)),
        *([element("content:encoded", escaped(view.content))] if described and view.content else []),
        element("guid", escaped(view.urn), isPermaLink="false"),
        *(element("category", plain(_plain(term)), domain=scheme) for term, scheme in categories(view, base)),
        *([element("enclosure", url=given.url, length=str(given.length), type=given.type)] if given else []),
        element("pubDate", format_datetime(view.published)),
        *([element("source", plain(_plain(view.origin.title)), url=view.origin.url)] if view.origin.url else []),
        # one line for all authors: of several dc:creator, newsboat and Miniflux show the last one alone
        element("dc:creator", plain(_plain(view.author))),
        *media(view),
        *_rights(view),
        *_podcast(view),
        # http://source.scripting.com/#1653758422000. The element declares its namespace itself: the W3C validator warns
        # of namespaces that it does not know, and so only of feeds that have it.
        *([element("source:markdown", escaped(view.markdown))] if view.markdown else []),
    ]
    return element("item", "".join(parts)).encode()


def feed(head: Head, items: Sequence[bytes]) -> bytes:
    """An RSS document of ready items."""
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
    if head.previous:  # an Atom document, as RFC 5005 has them
        href = head.document(head.previous, ATOM)
        parts.append(element("atom:link", rel="prev-archive", href=href, type=types[ATOM]))
    return document("".join(parts), items, "</channel></rss>", f"{head.base}feed.css")


def _plain(value: str) -> str:
    """A plain text that talks about <b> says < b>: some readers take these fields for text and some for HTML, and only
    this is the same to both. Without the space, what a stranger wrote is live markup in the second kind; and the
    validator, too, takes </b> for markup (its validators.py, nonhtml)."""
    return _TAG.sub(r"\1 ", value)


def _rights(view: View) -> Iterator[str]:
    """dc:rights, and the element for licences (http://backend.userland.com/creativeCommonsRssModule)."""
    if view.rights:
        yield element("dc:rights", escaped(_plain(view.rights)))
    if view.licence:
        yield element("creativeCommons:license", escaped(view.licence))


def _podcast(view: View) -> Iterator[str]:
    """Transcripts, chapters and persons of an episode, as its own feed has them (Podcasting 2.0). Its namespace is
    declared where it is used: feeds without sound do not know it."""
    for line in view.enclosure.podcast if view.enclosure else ():
        kind, _, rest = line.partition(" ")
        said, *values = rest.split("; ")
        given = dict(value.split("=", 1) for value in values)
        if kind == "person":
            yield element("podcast:person", escaped(said), **given)
        else:
            yield element(f"podcast:{kind}", url=said, **given)
