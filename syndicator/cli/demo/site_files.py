"""Make the files of the demo's sites: pages of stories, sitemap, pictures, sounds. Pure.

The stories come with expected reading results, in the markup of templates/."""

import hashlib
import json
import re
import struct
import tomllib
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from html import escape
from importlib.resources import files
from string import Template
from typing import Any
from urllib.parse import quote

from syndicator.cli.demo import feeds
from syndicator.cli.demo.feeds import Site
from syndicator.core.text import line

# Nothing in the demo is newer or older than its own autumn, so that it is in nobody's future.
FIRST_DAY = datetime(2025, 9, 1, 6, 0, tzinfo=UTC)
_NOON = 12  # hours
_BY = {"en": "By", "de": "Von", "ja": "文・"}
_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
}
# colours of a drawing: sky, sun, mountains behind and before, meadow, house
_PALETTES = (
    ("bfe3f2", "fff3c4", "8fb3c7", "5f8aa3", "7fae73", "b4573f"),
    ("fbd9b5", "f7f2dc", "c98f79", "9a5f5a", "6f7f52", "3f4f63"),
    ("d6d3f0", "fdf6e3", "a49fd0", "746fb0", "5f9f8f", "c96a4f"),
    ("f3e6c8", "ef9f5f", "c9b27f", "9f8752", "7f9f5f", "7f3f3f"),
    ("2f3f66", "f2ead0", "4f5f8a", "3f4f77", "2f5f5a", "c9a24f"),
    ("cfeae0", "ffd98f", "8fc0ae", "5f9f8a", "4f7f5f", "8f4f6f"),
)
_ICON_SIDE = 64  # pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """The expected result of reading a page. `tags`: a subset of the expected tags; texts are
    plain, one line each."""

    title: str
    author: str | None
    date: str  # YYYY-MM-DD, as the site's own readers see it
    category: str | None  # None: the article is on no subject of the shipped taxonomy
    tags: tuple[str, ...] = ()
    must_have: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()
    is_article: bool = True  # False: a paywall, a consent form and the like
    kind: str = ""  # of a page that is no article


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """An article. `body`: an HTML fragment; `guid`: its id in the feed."""

    site: str
    slug: str
    title: str
    author: str
    published: datetime
    updated: datetime | None = None
    summary: str = ""
    section: str = ""
    labels: tuple[str, ...] = ()
    language: str = "en"
    body: str = ""
    picture_alt: str = ""  # "" means: no picture
    guid: str = ""
    # values that only one site's template uses
    extra: Mapping[str, str] = field(default_factory=dict)
    truth: Truth | None = None

    @property
    def key(self) -> str:
        return f"{self.site}/{self.slug}"


def stories() -> tuple[Story, ...]:
    """Return all shipped stories by site, newest first."""
    folder = files("syndicator.cli.demo").joinpath("stories")
    parsed = [
        parse_story(file.read_text(encoding="utf-8"), site.name, file.name.removesuffix(".html"))
        for site in folder.iterdir()
        if site.is_dir()
        for file in site.iterdir()
        if file.name.endswith(".html")
    ]
    return tuple(
        sorted(parsed, key=lambda story: (story.site, -story.published.timestamp(), story.slug))
    )


def parse_story(text: str, site: str, slug: str) -> Story:
    """Parse a story file: TOML between two lines of +++, then the body as an HTML fragment."""
    _, head, body = text.split("+++\n", 2)
    values: dict[str, Any] = tomllib.loads(head)
    stated: dict[str, Any] = values.pop("truth", {})
    truth: dict[str, Any] = {
        "title": line(values["title"]),
        "author": values["author"] or None,
        "date": f"{values['published']:%Y-%m-%d}",
        "category": None,
        **{
            name: tuple(value) if isinstance(value, list) else value
            for name, value in stated.items()
        },
    }
    values["labels"] = tuple(values.get("labels", ()))
    return Story(site=site, slug=slug, body=body.strip(), truth=Truth(**truth), **values)


def path_of(site: Site, story: Story) -> str:
    """Return the path of the story's page."""
    day = story.published
    return site.path.format(y=f"{day:%Y}", m=f"{day:%m}", d=f"{day:%d}", slug=quote(story.slug))


def picture_of(base: str, story: Story) -> str:
    """Return the address of a story's picture, or ""."""
    return f"{base}/images/{quote(story.slug)}.png" if story.picture_alt else ""


def page(site: Site, base: str, feed_url: str, story: Story, others: Sequence[Story]) -> str:
    """Return the page of a story. `others`: stories for the lists of related ones."""
    if story.extra.get("wall") == "consent":
        return _template(f"{site.key}.consent.html").template
    return _template(f"{site.key}.html").safe_substitute(
        _values(site, base, feed_url, story, others)
    )


def amp(site: Site, base: str, feed_url: str, story: Story) -> str:
    """Return the AMP version of a story."""
    return _template(f"{site.key}.amp.html").safe_substitute(
        _values(site, base, feed_url, story, ())
    )


def front(site: Site, base: str, feed_path: str, stories: Sequence[Story]) -> str:
    """Return the front page with its stories and the link to its feed."""
    media_type = feeds.TYPES[site.feed].partition(";")[0]
    feed = (
        f'<link rel="alternate" type="{media_type}" title="{escape(site.title)}"'
        f' href="{feed_path}">'
        if feed_path
        else ""
    )
    return (
        f'<!DOCTYPE html>\n<html lang="{site.language}"><head><meta'
        f' charset="utf-8"><title>{escape(site.title)}</title>'
        f'<link rel="icon" type="image/png" sizes="64x64" href="/icon.png">'
        f"{feed}</head><body><h1>{escape(site.title)}</h1><p>{escape(site.tagline)}</p>"
        f"<ul>{_list(site, base, stories)}</ul></body></html>\n"
    )


def sitemap(site: Site, base: str, stories: Sequence[Story]) -> str:
    """Return the site's sitemap (sitemaps.org, 0.9)."""
    rows = "".join(
        f"<url><loc>{base}{path_of(site, story)}</loc>"
        f"<lastmod>{(story.updated or story.published).isoformat()}</lastmod></url>\n"
        for story in stories
    )
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<urlset'
        ' xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    )
    return f"{head}{rows}</urlset>\n"


def blogroll(title: str, rows: Sequence[tuple[str, str, str]]) -> str:
    """Return an OPML list of (title, feed, site)."""
    outlines = "".join(
        f'<outline type="rss" text="{escape(name)}" xmlUrl="{escape(feed)}"'
        f' htmlUrl="{escape(home)}"/>\n'
        for name, feed, home in rows
    )
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<opml'
        f' version="2.0"><head><title>{escape(title)}</title></head>'
    )
    return f"{head}<body>\n{outlines}</body></opml>\n"


def absolute(base: str, body: str) -> str:
    """Return `body` with absolute addresses, as in feeds with whole articles."""
    return re.sub(r'(src|href)="/(?!/)', rf'\1="{base}/', body)


@cache
def _template(name: str) -> Template:
    return Template(
        files("syndicator.cli.demo").joinpath("templates", name).read_text(encoding="utf-8")
    )


def _values(
    site: Site, base: str, feed_url: str, story: Story, others: Sequence[Story]
) -> Mapping[str, str]:
    url = base + path_of(site, story)
    picture = picture_of(base, story)
    wall = story.extra.get("wall", "")
    alt = escape(story.picture_alt)
    caption = f'<img src="{picture}" alt="{alt}"/><figcaption>{alt}</figcaption>'
    figure = f'<figure class="{site.classes.get("figure", "")}">{caption}</figure>'
    labels = [
        f'<a rel="tag" href="{base}/tag/{_slug(label)}/">{escape(label)}</a>'
        for label in story.labels
    ]
    links = [
        f'<a href="{base}{path_of(site, other)}">{escape(other.title)}</a>' for other in others
    ]
    inline = f'<p><img src="{picture}" alt="{alt}" width="600"></p>'
    return {
        **{name: escape(value) for name, value in _texts(site, story).items()},
        **_dates(story),
        "base": base,
        "url": url,
        "feed_url": feed_url,
        "amp_url": url.replace(".html", ".amp.html"),
        "canonical": f'<link rel="canonical" href="{escape(story.extra.get("canonical", url))}"/>',
        "picture": picture or f"{base}/logo.svg",
        "picture_meta": f'<meta property="og:image" content="{picture}"/>' if picture else "",
        "picture_figure": figure if picture else "",
        "picture_inline": inline if picture else "",
        "body": _body(site, story),
        "plain_body": story.body,
        "labels": ", ".join(labels),
        "related": _list(site, base, others),
        "related_inline": ", ".join(links),
        "json_ld": _script(_json_ld(site, story, url, picture)),
        "next_data": _script(
            {"props": {"pageProps": {"slug": story.slug, "title": story.title}}, "buildId": "k3Jx9"}
        ),
        "wall": (
            _template(f"{site.key}.paywall.html").template if wall in ("paywall", "metered") else ""
        ),
        "wall_class": wall,
    }


def _texts(site: Site, story: Story) -> dict[str, str]:
    names = ("title", "author", "summary", "section", "language", "slug", "picture_alt")
    return {name: getattr(story, name) for name in names} | {
        "author_slug": _slug(story.author),
        "author_first": story.author.split(" ")[0],
        "section_slug": _slug(story.section),
        "labels_plain": ", ".join(story.labels),
        "by": _BY.get(story.language, "By"),
        "agency": story.extra.get("agency", ""),
    }


def _dates(story: Story) -> dict[str, str]:
    day = story.published
    updated = story.updated or story.published
    month = _MONTHS["en"].split()[day.month - 1]
    local = {
        "de": f"{day.day}. {_MONTHS['de'].split()[day.month - 1]} {day.year}, {day:%H:%M} Uhr",
        "ja": f"{day.year}年{day.month}月{day.day}日 {day:%H:%M}",
    }
    return {
        "published": day.isoformat(),
        "updated": updated.isoformat(),
        "date": f"{day:%Y-%m-%d}",
        "date_us": f"{month} {day.day}, {day.year}",
        "date_en": f"{day.day} {month} {day.year}",
        "time_us": f"{day.hour % _NOON or _NOON}:{day:%M} {'AM' if day.hour < _NOON else 'PM'} PDT",
        "date_local": local.get(story.language, f"{day.day} {month} {day.year}, {day:%H:%M}"),
    }


def _body(site: Site, story: Story) -> str:
    """Return the story in the site's markup, with the site's own block among its paragraphs."""
    blocks = story.body.split("\n\n")
    if site.promo_after:
        blocks.insert(site.promo_after, _template(f"{site.key}.promo.html").template.strip())

    def classed(match: re.Match[str]) -> str:
        name = site.classes.get(match[1])
        return f'<{match[1]} class="{name}">' if name else match[0]

    return re.sub(r"<(\w+)>", classed, "\n\n".join(blocks))


def _list(site: Site, base: str, stories: Sequence[Story]) -> str:
    return "".join(
        f'<li><a href="{base}{path_of(site, story)}">{escape(story.title)}</a></li>'
        for story in stories
    )


def _json_ld(site: Site, story: Story, url: str, picture: str) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": story.title,
        "datePublished": story.published.isoformat(),
        "dateModified": (story.updated or story.published).isoformat(),
        "mainEntityOfPage": url,
        "author": [{"@type": "Person", "name": story.author}],
        "publisher": {"@type": "Organization", "name": site.title},
        "articleSection": story.section,
        "keywords": list(story.labels),
    }
    if picture:
        fields["image"] = [picture]
    if story.extra.get("wall"):
        fields["isAccessibleForFree"] = False
    if site.key == "launchbeat":
        # the trap: a system that names the site where the byline names the writer
        fields["author"] = {"@type": "Organization", "name": site.title}
    return fields


def _script(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False).replace("</", "<\\/")


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


_SKY, _SUN, _FAR, _NEAR, _MEADOW, _HOUSE = range(6)  # numbers of these colours


class _Drawing:
    """A picture of the colours of a palette, drawn by spans of its rows."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self.rows = [bytearray([_SKY]) * width for _ in range(height)]

    def fill(self, y: int, start: float, end: float, colour: int) -> None:
        """Fill a row from column `start` to before `end`, as far as it is inside the picture."""
        first = max(0, round(start))
        count = min(self.width, round(end)) - first
        if 0 <= y < self.height and count > 0:
            self.rows[y][first : first + count] = bytes([colour]) * count

    def draw_circle(self, x: int, y: int, radius: int, colour: int) -> None:
        for row in range(-radius, radius + 1):
            half = (radius**2 - row**2) ** 0.5
            self.fill(y + row, x - half, x + half, colour)

    def draw_triangle(self, x: int, top: int, bottom: int, slope: float, colour: int) -> None:
        """Draw a triangle with its top at column `x`; each row is wider by `slope` on both
        sides."""
        for row in range(top, bottom):
            half = (row - top) * slope
            self.fill(row, x - half, x + half, colour)

    def draw_box(self, left: int, right: int, top: int, bottom: int, colour: int) -> None:
        for row in range(top, bottom):
            self.fill(row, left, right, colour)


def png(name: str, width: int = 960, height: int = 540) -> bytes:
    """Return a drawing of mountains, a meadow and a house, laid out and coloured by a digest of
    `name`; some 5 kB."""
    digest = hashlib.sha256(name.encode()).digest()
    places = [width * byte // 255 for byte in digest[:8]]
    ground = height * 7 // 10
    drawing = _Drawing(width, height)
    drawing.draw_circle(places[0], height // 4, height // 10, _SUN)
    for x in places[1:4]:
        drawing.draw_triangle(x, height // 5 + x % 90, ground, 1.1, _FAR)
    for x in places[4:6]:
        drawing.draw_triangle(x, height * 2 // 5 + x % 60, ground, 1.4, _NEAR)
    drawing.draw_box(0, width, ground, height, _MEADOW)
    house = width // 6 + places[6] * 2 // 3
    drawing.draw_box(house - 45, house + 45, ground - 30, ground + 45, _HOUSE)
    drawing.draw_triangle(house, ground - 80, ground - 30, 1.2, _NEAR)
    drawing.draw_box(house - 12, house + 12, ground, ground + 45, _SUN)
    return _encode_png(drawing, _PALETTES[digest[8] % len(_PALETTES)])


def icon_png(name: str) -> bytes:
    """Return an icon: a sun, mountain or house on a ground, chosen and coloured by a digest of
    `name`."""
    digest = hashlib.sha256(name.encode()).digest()
    middle = _ICON_SIDE // 2
    drawing = _Drawing(_ICON_SIDE, _ICON_SIDE)
    drawing.draw_box(0, _ICON_SIDE, 0, _ICON_SIDE, _NEAR)
    match digest[0] % 3:
        case 0:
            drawing.draw_circle(middle, middle, 20, _SUN)
        case 1:
            drawing.draw_triangle(middle, 10, 52, 0.55, _SUN)
        case _:
            drawing.draw_box(18, 46, 30, 52, _SUN)
            drawing.draw_triangle(middle, 10, 30, 1.1, _HOUSE)
    return _encode_png(drawing, _PALETTES[digest[1] % len(_PALETTES)])


def _encode_png(drawing: _Drawing, palette: Sequence[str]) -> bytes:
    header = struct.pack(">IIBBBBB", drawing.width, drawing.height, 8, 3, 0, 0, 0)
    rows = b"".join(b"\0" + row for row in drawing.rows)
    chunks = (
        (b"IHDR", header),
        (b"PLTE", bytes.fromhex("".join(palette))),
        (b"IDAT", zlib.compress(rows, 6)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def svg(name: str) -> bytes:
    """Return a logo: the first letter of `name` in a box."""
    letter = next((char for char in name if char.isalnum()), "S").upper()
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" role="img"><rect width="64"'
        ' height="64" rx="12" fill="#1d3557"/><text x="32" y="44" font-size="36"'
        f' text-anchor="middle" fill="#fff">{letter}</text></svg>\n'
    ).encode()


def wav(seconds: int = 1) -> bytes:
    """Return silence, 8 kHz, 8 bit, mono."""
    samples = b"\x80" * (8000 * seconds)
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 8000, 8000, 1, 8)
    data = struct.pack("<4sI", b"data", len(samples)) + samples
    return struct.pack("<4sI4s", b"RIFF", 4 + len(form) + len(data), b"WAVE") + form + data


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
