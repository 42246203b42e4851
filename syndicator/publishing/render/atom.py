"""Atom 1.0 (RFC 4287) with media, archives (RFC 5005) and tombstones (RFC 6721)."""

import html
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from syndicator.core.formats import ATOM, FORMATS, PAGE
from syndicator.publishing.render.head import Head
from syndicator.publishing.render.view import View
from syndicator.publishing.render.xml import ATOM as NAMESPACE
from syndicator.publishing.render.xml import declared, document, element, escaped, plain, plain_text

_UPDATED: Final = re.compile(rb"<updated>([^<]+)</updated>")


def entry(view: View, base: str) -> bytes:
    """Return the <entry> of an article, equal in all feeds."""
    parts = [
        element("id", escaped(view.urn)),
        plain_text("title", view.title),
        element("updated", view.updated.isoformat()),
        *(element("author", element("name", plain(author))) for author in view.authors),
        *([element("content", escaped(view.content), type="html")] if view.content else []),
        element("link", href=view.url, rel="alternate"),
    ]
    if view.summary or not view.content:  # some text is required (the validator's MissingTextualContent)
        parts.append(element("summary", escaped(html.escape(view.text, quote=False)), type="html"))
    parts += [element("category", term=term, scheme=scheme) for term, scheme in categories(view, base)]
    published = view.began or view.published
    parts += [element("published", published.isoformat()), element("link", rel="via", href=view.url)]
    parts += [plain_text("rights", view.rights)] if view.rights else []
    parts += [element("link", rel="license", href=view.licence)] if view.licence else []  # RFC 4946
    parts += [element("link", rel="related", href=url) for url in view.related]
    others = ((name, url) for name, url in view.also if url not in view.related)
    parts += [element("link", rel="related", href=url, title=name) for name, url in others]
    if media_file := view.enclosure:
        length = str(media_file.length)
        parts.append(element("link", rel="enclosure", href=media_file.url, type=media_file.type, length=length))
    language = {"xml:lang": view.language} if view.language else {}
    return element("entry", "".join([*parts, *media(view), _source(view)]), **language).encode()


def feed(head: Head, entries: Sequence[bytes]) -> bytes:
    """Return an Atom document of finished entries."""
    # The namespace of tombstones is declared only if there is one: the W3C validator warns of namespaces that it does
    # not know, such as that of RFC 6721. A takedown is worth the warning, as long as `builder` shows it.
    names = declared(("media", *(("at",) if head.removed else ()), *(("fh",) if head.archived else ())))
    language = f' xml:lang="{head.language}"' if head.language else ""
    parts = [
        f'<feed{names} xmlns="{NAMESPACE}"{language}>',
        element("id", escaped(head.urn)),
        plain_text("title", head.title),
        element("updated", head.updated.isoformat()),
    ]
    if head.author or not entries:  # RFC 4287 4.1.1 requires one if entries have none
        parts.append(element("author", element("name", plain(head.author or head.title))))
    parts += [element("link", **link) for link in _head_links(head)]
    parts.append(element("generator", "Syndicator"))
    parts += [element(tag, escaped(value)) for tag, value in (("icon", head.icon), ("rights", head.rights)) if value]
    parts += [plain_text("subtitle", head.description)] if head.description else []
    parts += [element("fh:archive")] if head.archived else []
    parts += [element("at:deleted-entry", ref=item.urn, when=item.when.isoformat()) for item in head.removed]
    return document("".join(parts), _with_distinct_times(entries), "</feed>", f"{head.base}feed.css")


def _with_distinct_times(entries: Sequence[bytes]) -> list[bytes]:
    """Return the entries with distinct `updated` times: move a duplicate to the next free microsecond."""
    seen: set[bytes] = set()
    result: list[bytes] = []
    for entry in entries:
        match = _UPDATED.search(entry)
        stamp = match[1] if match else b""
        while match and stamp in seen:
            stamp = (datetime.fromisoformat(stamp.decode()) + timedelta(microseconds=1)).isoformat().encode()
        seen.add(stamp)
        result.append(entry[: match.start(1)] + stamp + entry[match.end(1) :] if match else entry)
    return result


def categories(view: View, base: str) -> list[tuple[str, str]]:
    """Return the category, then the tags, each as (name, scheme)."""
    terms = [(view.category, f"{base}categories/")] if view.category else []
    return terms + [(tag, f"{base}tags/") for tag in view.tags]


def media(view: View) -> list[str]:
    """Return Media RSS 1.5.1 elements of a cover and of an enclosure with a duration (itunes: would mean podcast)."""
    parts: list[str] = []
    if view.cover:
        type = {"type": view.cover_type} if view.cover_type else {}
        parts.append(element("media:thumbnail", url=view.cover))
        parts.append(element("media:content", url=view.cover, medium="image", **type))
        parts.append(element("media:credit", plain(view.origin.title), role="publishing company", scheme="urn:ebu"))
    if view.enclosure is not None and view.seconds:
        enclosure, duration = view.enclosure, str(view.seconds)
        parts.append(element("media:content", url=enclosure.url, type=enclosure.type, duration=duration))
    return parts


def _source(view: View) -> str:
    origin = view.origin
    children = [
        element("id", escaped(origin.id)),
        plain_text("title", origin.title),
        element("updated", (origin.updated or view.published).isoformat()),
        *([element("link", rel="self", href=origin.url)] if origin.url else []),
        *([element("link", rel="alternate", href=origin.site)] if origin.site else []),
    ]
    return element("source", "".join(children))


def _head_links(head: Head) -> list[dict[str, str]]:
    own = head.base + head.self_name if head.self_name else head.url(ATOM)
    page, has_page = FORMATS[PAGE].media_type, PAGE in head.formats
    links = (
        (True, own, "self", FORMATS[ATOM].media_type),
        (has_page, head.url(PAGE), "alternate", page),
        *((head.current, hub, "hub", "") for hub in head.hubs),
        (not head.current, head.url(ATOM), "current", ""),
        (not has_page, head.base, "alternate", page),
        (head.licence, head.licence, "license", ""),
        (head.previous, head.base + head.previous, "prev-archive", ""),
        (head.following, head.base + head.following, "next-archive", ""),
    )
    return [{"href": href, "rel": rel} | ({"type": type} if type else {}) for show, href, rel, type in links if show]
