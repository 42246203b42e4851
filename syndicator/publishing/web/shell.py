"""Make what all pages share (head, navigation, footer); adapt texts; draw QR codes. Pure."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclasses_field
from datetime import datetime
from functools import cached_property
from html import escape
from io import StringIO
from typing import Any, Final
from urllib.parse import urlsplit

from syndicator.configuration.settings import Settings
from syndicator.core import text
from syndicator.publishing import paths
from syndicator.publishing.render.view import clean_language, clean_uri, get_direction

# A tag as nh3 writes it: attribute values may contain > but no ".
_TAG: Final = re.compile(r'<(/?)(h[1-6]|a|img|table|td|th)((?:\s[a-z]+="[^"]*")*)\s*/?>')
_VALUE: Final = re.compile(r'\s([a-z]+)="([^"]*)"')
_MARKUP: Final = re.compile("<[^>]*>")
_DEEPEST_HEADING: Final = 6
_EMPTY: Final = re.compile(r"<p>\s*</p>\s*")  # left of a picture that was left out
_WIDE: Final = '<div class="wide" tabindex="0" role="region" aria-label="Table">'


@dataclass(frozen=True, kw_only=True)
class Page:
    """Values for `base.html`. `name`: file below the web root. `feeds`: (label, link, address,
    media type) of each, the recommended one first. `updated`: time of the newest story. `kind`: the
    page's type in schema.org."""

    name: str
    title: str
    site: str
    language: str
    description: str
    root: str
    direction: str = "ltr"  # in which the language of the page is written
    canonical: str = ""  # "" if the site's address is unknown
    image: str = ""  # for previews of shared links
    kind: str = "CollectionPage"
    subject: Mapping[str, Any] | None = None  # JSON-LD of the article on the page
    updated: datetime | None = None
    contact: str = ""
    feeds: list[tuple[str, str, str, str]] = dataclasses_field(default_factory=list)
    archive: bool = False  # older stories have pages
    indexed: bool = True  # by search engines
    private: bool = False  # its address is a secret

    @cached_property
    def facts(self) -> str:
        """JSON-LD (schema.org), escaped for a script element."""
        document = json.dumps(self._make_facts(), ensure_ascii=False)
        return document.replace("&", r"\u0026").replace("<", r"\u003c").replace(">", r"\u003e")

    @property
    def facts_hash(self) -> str:
        """The hash of the facts for a Content Security Policy. Browsers do not need it, but
        checkers ask for it."""
        digest = hashlib.sha256(self.facts.encode()).digest()
        return f"sha256-{base64.b64encode(digest).decode()}"

    def _make_facts(self) -> dict[str, Any]:
        """Return the data of the page, or of the article on it, for schema.org."""
        facts: dict[str, Any] = {"@context": "https://schema.org", "@type": self.kind}
        if self.subject is not None:
            return {**facts, **self.subject}
        facts |= {"name": self.title, "url": self.canonical, "description": self.description}
        if self.kind != "WebSite":
            facts["isPartOf"] = {"@type": "WebSite", "name": self.site}
        if self.updated is not None:
            facts["dateModified"] = self.updated.isoformat()
        facts["inLanguage"] = self.language
        return {name: value for name, value in facts.items() if value}


def make_page(settings: Settings, name: str, title: str, description: str, **more: Any) -> Page:
    """Return the values of the page in the file `name`. `more`: further fields of `Page`."""
    site = settings.site
    address = "" if name == paths.INDEX else name
    shell: dict[str, Any] = {
        "name": name,
        "title": text.line(title),
        "site": text.line(site.title),
        "language": clean_language(site.language) or "en",
        "description": text.line(description),
        "root": "../" * name.count("/"),
        "canonical": settings.base_url + address if site.url else "",
        "image": f"{settings.base_url}icon.png" if site.url else "",
        "contact": write_contact_link(site.contact),
        "indexed": not settings.publish.secret_path,
        "private": bool(settings.publish.secret_path),
    }
    values = shell | more
    return Page(direction=get_direction(values["language"]), **values)


def make_files(settings: Settings) -> dict[str, bytes]:
    """Return the web manifest and robots.txt, by file name."""
    icons = [
        {"src": "icon.svg", "sizes": "any"},
        {"src": "icon.png", "sizes": "192x192", "type": "image/png"},
    ]
    name = text.line(settings.site.title)
    manifest = {"name": name, "start_url": "index.html", "display": "browser", "icons": icons}
    if settings.publish.secret_path:
        robots = "User-agent: *\nDisallow: /\n"
    else:
        robots = f"User-agent: *\nAllow: /\n\nSitemap: {settings.base_url}sitemap.xml\n"
    return {
        "site.webmanifest": json.dumps(manifest, ensure_ascii=False).encode(),
        "robots.txt": robots.encode(),
    }


def write_contact_link(value: str) -> str:
    """Return the operator's contact as an address to link, "" if it is neither a mail address nor a
    page."""
    value = value.strip()
    if value.lower().startswith("mailto:"):
        return value
    is_mail_address = "@" in value and "/" not in value and not urlsplit(value).scheme
    if is_mail_address:
        return f"mailto:{value}"
    return clean_uri(value)


def adapt_text(html: str, picture: str = "") -> str:
    """Adapt `html` to a page with a title: headings start at level two and skip none, wide tables
    scroll, and pictures become links, since they would load from other hosts. `picture`: the
    address of a picture to leave out. A picture before the text is left out, too: the page shows
    the article's picture there, or none."""
    parts: list[str] = []
    end = 0  # of the last tag
    in_link = False
    has_text = False
    levels = _choose_levels(html)
    level = 2
    for match in _TAG.finditer(html):
        is_closing = bool(match[1])
        name = match[2]
        tag = match[0]
        text_before = html[end : match.start()]
        has_text = has_text or bool(_MARKUP.sub("", text_before).strip())
        if name[0] == "h":
            if not is_closing:
                level = next(levels)
            tag = f"</h{level}>" if is_closing else f"<h{level}>"
        elif name == "a":
            in_link = not is_closing
        elif name in ("td", "th"):  # HTML dropped align=
            tag = tag.replace(' align="', ' class="')
        elif name == "table":
            tag = f"{tag}</div>" if is_closing else f"{_WIDE}{tag}"
        elif not has_text and not in_link:
            tag = ""
        else:
            tag = _write_picture_link(match[3], picture, in_link=in_link)
        parts += [text_before, tag]
        end = match.end()
    return _EMPTY.sub("", "".join([*parts, html[end:]]))


def _choose_levels(html: str) -> Iterator[int]:
    """Yield the level that each heading of `html` gets: from two on, and at most one deeper than
    the heading above it."""
    above: list[int] = []  # the levels in `html` of the headings above, each deeper than the last
    for match in _TAG.finditer(html):
        is_closing = bool(match[1])
        name = match[2]
        if name[0] != "h" or is_closing:
            continue
        level = int(name[1])
        while above and above[-1] >= level:
            above.pop()
        above.append(level)
        yield min(1 + len(above), _DEEPEST_HEADING)


def _write_picture_link(attributes: str, left_out: str, *, in_link: bool) -> str:
    """Return a picture as a link; inside a link, as its description; "" for the address `left_out`,
    and for one that no browser can open from here. `attributes`: of its tag."""
    values = dict(_VALUE.findall(attributes))
    address = values.get("src", "")
    is_absolute = address.lower().startswith(("http://", "https://"))
    if not is_absolute or address == escape(left_out):
        return ""
    words = values.get("alt", "").replace("<", "&lt;").replace(">", "&gt;").strip()
    label = f"Picture: {words}" if words else "Picture"
    if in_link:
        return label
    return f'<a class="picture" href="{address}" rel="noopener noreferrer">{label}</a>'


def qr_svg(address: str) -> str:
    """Return the QR code of an address as an svg element, black on white."""
    import segno

    code = segno.make_qr(address, error="l")
    return str(code.svg_inline(svgclass="qr", light="#fff", title="QR code", omitsize=True))


def qr_lines(address: str) -> Sequence[str]:
    """Return the QR code of an address as lines of half blocks for a terminal."""
    import segno

    drawing = StringIO()
    segno.make_qr(address, error="l").terminal(drawing, compact=True)
    return drawing.getvalue().splitlines()
