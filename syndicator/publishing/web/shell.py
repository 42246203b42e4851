"""Make the values that all HTML pages share; adapt article texts; draw QR codes. Pure."""

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
from syndicator.core.formats import FORMATS, subscribed
from syndicator.publishing import paths
from syndicator.publishing.render.view import clean_language, clean_uri, get_direction

# A tag as nh3 writes it: attribute values may contain > but no ".
_TAG: Final = re.compile(r'<(/?)(h[1-6]|a|img|table|td|th)((?:\s[a-z]+="[^"]*")*)\s*/?>')
_ATTRIBUTE: Final = re.compile(r'\s([a-z]+)="([^"]*)"')
_MARKUP: Final = re.compile("<[^>]*>")
_DEEPEST_HEADING: Final = 6
_EMPTY_PARAGRAPH: Final = re.compile(r"<p>\s*</p>\s*")  # remains where a picture was left out
# Around a table, so that a wide one can be scrolled, also with the keyboard.
_SCROLLED_BOX: Final = '<div class="wide" tabindex="0" role="region" aria-label="Table">'


@dataclass(frozen=True, kw_only=True)
class Page:
    """The values for the template `base.html`, which all pages share: head, navigation, footer.
    `name`: the page's file below the web root; `root`: the path from the page to the web root, such
    as "../"; `kind`: the page's type in schema.org; `updated`: time of its newest story; `feeds`:
    (label, link, address, media type) of each feed file that the page recommends, the best
    first."""

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
        """The structured data of the page for search engines (JSON-LD with words of schema.org),
        escaped so that it can stand in a script element."""
        document = json.dumps(self._make_facts(), ensure_ascii=False)
        return document.replace("&", r"\u0026").replace("<", r"\u003c").replace(">", r"\u003e")

    @property
    def facts_hash(self) -> str:
        """The hash of `facts` for the page's Content Security Policy. Browsers do not need it for
        data, but programs that check pages ask for it."""
        digest = hashlib.sha256(self.facts.encode()).digest()
        return f"sha256-{base64.b64encode(digest).decode()}"

    def _make_facts(self) -> dict[str, Any]:
        """Return the structured data of the page, which tell search engines what the page is
        (https://schema.org). On an article's page they describe the article (`subject`), else the
        page itself, without empty fields."""
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
    """Return the values that the template of every page needs, such as its title, language and path
    to the web root. `name`: the file name of the page; `more`: further fields of `Page`, which also
    replace values that are derived from the settings."""
    site = settings.site
    has_known_address = bool(site.url)
    name_in_address = "" if name == paths.INDEX else name
    fields: dict[str, Any] = {
        "name": name,
        "title": text.line(title),
        "site": text.line(site.title),
        "language": clean_language(site.language) or "en",
        "description": text.line(description),
        "root": "../" * name.count("/"),
        "canonical": settings.base_url + name_in_address if has_known_address else "",
        "image": f"{settings.base_url}icon.png" if has_known_address else "",
        "contact": write_contact_link(site.contact),
        "indexed": not settings.publish.secret_path,
        "private": bool(settings.publish.secret_path),
    }
    fields |= more
    return Page(direction=get_direction(fields["language"]), **fields)


def list_feed_files(
    stem: str, formats: Sequence[str], root: str, base: str
) -> list[tuple[str, str, str, str]]:
    """Return the files of a feed to which programs can subscribe, each as (label, link, address,
    media type). `stem`: path of the feed, such as "tags/ai"; `formats`: the formats in which it is
    published; `root`: path from the page with the link to the web root; `base`: address of the web
    root."""
    rows: list[tuple[str, str, str, str]] = []
    for name in subscribed(formats):
        file = f"{stem}.{name}"
        feed_format = FORMATS[name]
        rows.append((feed_format.label, f"{root}{file}", f"{base}{file}", feed_format.media_type))
    return rows


def make_files(settings: Settings) -> dict[str, bytes]:
    """Return the web manifest and robots.txt, by file name. The robots.txt of a private instance
    forbids everything."""
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
    """Return the operator's contact as an address for a link: "a@example.org" gives
    "mailto:a@example.org". Return "" if it is neither a mail address nor an http(s) address."""
    value = value.strip()
    if value.lower().startswith("mailto:"):
        return value
    is_mail_address = "@" in value and "/" not in value and not urlsplit(value).scheme
    if is_mail_address:
        return f"mailto:{value}"
    return clean_uri(value)


def adapt_text(html: str, picture: str = "") -> str:
    """Return the whole text of an article, adapted to our page of the article. Headings start at
    level two and skip no level; wide tables can be scrolled; pictures become links, because they
    would be loaded from other hosts. Pictures before the first text are left out, since the page
    shows the cover there. `html`: the text, sanitised; `picture`: the address of a picture that is
    left out, too, "" for none."""
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
        if name[0] == "h":  # a heading
            if not is_closing:
                level = next(levels)
            tag = f"</h{level}>" if is_closing else f"<h{level}>"
        elif name == "a":
            in_link = not is_closing
        elif name in ("td", "th"):  # HTML 5 has no attribute align
            tag = tag.replace(' align="', ' class="')
        elif name == "table":
            tag = f"{tag}</div>" if is_closing else f"{_SCROLLED_BOX}{tag}"
        elif not has_text and not in_link:  # a picture before the text
            tag = ""
        else:  # another picture; match[3] has its attributes
            tag = _write_picture_link(match[3], picture, in_link=in_link)
        parts += [text_before, tag]
        end = match.end()
    parts.append(html[end:])
    return _EMPTY_PARAGRAPH.sub("", "".join(parts))  # paragraphs that had only a picture


def _choose_levels(html: str) -> Iterator[int]:
    """Yield a new level for each heading of a text, in their order. The highest headings get level
    two, and a heading is at most one level deeper than the one before it. `html`: the text."""
    # the old levels of the headings that contain the current one, each deeper than the one before
    above: list[int] = []
    for match in _TAG.finditer(html):
        is_closing = bool(match[1])
        name = match[2]
        if name[0] != "h" or is_closing:
            continue
        old_level = int(name[1])  # 3 for "h3"
        while above and above[-1] >= old_level:
            above.pop()
        above.append(old_level)
        yield min(1 + len(above), _DEEPEST_HEADING)


def _write_picture_link(attributes: str, left_out: str, *, in_link: bool) -> str:
    """Return HTML that replaces a picture: a link to the picture or, if it is inside of a link
    already (`in_link`), only its description. Return "" if the address of the picture is not an
    absolute http(s) address, or is `left_out`. `attributes`: the text of the attributes of its img
    tag."""
    values = dict(_ATTRIBUTE.findall(attributes))
    address = values.get("src", "")
    is_absolute = address.lower().startswith(("http://", "https://"))
    if not is_absolute or address == escape(left_out):
        return ""
    description = values.get("alt", "").replace("<", "&lt;").replace(">", "&gt;").strip()
    label = f"Picture: {description}" if description else "Picture"
    if in_link:
        return label
    return f'<a class="picture" href="{address}" rel="noopener noreferrer">{label}</a>'


def draw_qr_svg(address: str) -> str:
    """Return the QR code of an address as an svg element, black on white."""
    import segno

    code = segno.make_qr(address, error="l")
    return str(code.svg_inline(svgclass="qr", light="#fff", title="QR code", omitsize=True))


def draw_qr_lines(address: str) -> Sequence[str]:
    """Return the QR code of an address as lines of block characters to print in a terminal."""
    import segno

    drawing = StringIO()
    segno.make_qr(address, error="l").terminal(drawing, compact=True)
    return drawing.getvalue().splitlines()
