"""Make the files of the demo's sites: pages of stories, sitemap, pictures, sounds. Pure.

Each story has the result that reading its page must give. templates/ has the markup of the
sites."""

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
# words before the name of an author
_BYLINE_WORDS = {"en": "By", "de": "Von", "ja": "文・"}
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
_SAMPLE_RATE = 8000  # samples a second of a sound


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """The result that reading a page must give. `tags`: the article must have these and may have
    more. `must_have`: plain texts of one line that must be in its text. `must_not`: such texts that
    must not be in it."""

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
    """An article of a site. `site`: the site's key. `body`: HTML. `guid`: the story's id in the
    feed. `truth`: the result that reading its page must give."""

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


def load_stories() -> tuple[Story, ...]:
    """Return all stories, the articles of the demo's sites. They are sorted by site, and those of a
    site from newest to oldest."""
    folder = files("syndicator.cli.demo").joinpath("stories")  # with a folder for each site
    stories = []
    for site_folder in folder.iterdir():
        if not site_folder.is_dir():
            continue
        for file in site_folder.iterdir():
            if file.name.endswith(".html"):
                slug = file.name.removesuffix(".html")
                text = file.read_text(encoding="utf-8")
                stories.append(parse_story(text, site_folder.name, slug))
    stories.sort(key=lambda story: (story.site, -story.published.timestamp(), story.slug))
    return tuple(stories)


def parse_story(text: str, site: str, slug: str) -> Story:
    """Return the story, an article of the demo, that a file describes. `text`: the content of the
    file: the fields as TOML between two lines of +++, then the body as HTML. `site`: the key of its
    site. `slug`: the file's name without ending.

    The table `truth` in the TOML is the result that reading the story's page must give. If it lacks
    title, author or date, those of the story count."""
    _, head, body = text.split("+++\n", 2)
    fields: dict[str, Any] = tomllib.loads(head)
    stated_truth: dict[str, Any] = fields.pop("truth", {})
    truth: dict[str, Any] = {
        "title": line(fields["title"]),
        "author": fields["author"] or None,
        "date": f"{fields['published']:%Y-%m-%d}",
        "category": None,
    }
    for name, value in stated_truth.items():
        truth[name] = tuple(value) if isinstance(value, list) else value

    fields["labels"] = tuple(fields.get("labels", ()))
    return Story(site=site, slug=slug, body=body.strip(), truth=Truth(**truth), **fields)


def make_path(site: Site, story: Story) -> str:
    """Return the path of a story's page, such as /2025/09/slug, in the pattern of its site."""
    day = story.published
    return site.path.format(y=f"{day:%Y}", m=f"{day:%m}", d=f"{day:%d}", slug=quote(story.slug))


def make_picture_address(base: str, story: Story) -> str:
    """Return the address of a story's picture, "" if it has none."""
    return f"{base}/images/{quote(story.slug)}.png" if story.picture_alt else ""


def render_page(site: Site, base: str, feed_url: str, story: Story, others: Sequence[Story]) -> str:
    """Return the HTML page of a story. `base`: the address of the site. `feed_url`: the address of
    its feed. `others`: related stories that the page links. If the site asks for consent to cookies
    before it shows the story, return the page that asks."""
    if story.extra.get("wall") == "consent":
        return _load_template(f"{site.key}.consent.html").template
    template = _load_template(f"{site.key}.html")
    return template.safe_substitute(_make_values(site, base, feed_url, story, others))


def render_amp_page(site: Site, base: str, feed_url: str, story: Story) -> str:
    """Return the AMP version of a story's page, for phones, as HTML. `base`: the address of the
    site. `feed_url`: the address of its feed."""
    template = _load_template(f"{site.key}.amp.html")
    return template.safe_substitute(_make_values(site, base, feed_url, story, ()))


def render_front_page(site: Site, base: str, feed_path: str, stories: Sequence[Story]) -> str:
    """Return the front page of a site as HTML, with links to its stories and its feed. `base`: the
    address of the site. `feed_path`: the path of its feed; "" for a site without feed."""
    title = escape(site.title)
    feed_link = ""
    if feed_path:
        media_type = feeds.TYPES[site.feed].partition(";")[0]
        feed_link = f'<link rel="alternate" type="{media_type}" title="{title}" href="{feed_path}">'
    return (
        f'<!DOCTYPE html>\n<html lang="{site.language}"><head><meta'
        f' charset="utf-8"><title>{title}</title>'
        f'<link rel="icon" type="image/png" sizes="64x64" href="/icon.png">'
        f"{feed_link}</head><body><h1>{title}</h1><p>{escape(site.tagline)}</p>"
        f"<ul>{_render_list(site, base, stories)}</ul></body></html>\n"
    )


def render_sitemap(site: Site, base: str, stories: Sequence[Story]) -> str:
    """Return the sitemap of a site as XML (sitemaps.org, 0.9): the address of each story and the
    time of its last change. `base`: the address of the site."""
    rows = ""
    for story in stories:
        last_change = story.updated or story.published
        rows += (
            f"<url><loc>{base}{make_path(site, story)}</loc>"
            f"<lastmod>{last_change.isoformat()}</lastmod></url>\n"
        )
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<urlset'
        ' xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    )
    return f"{head}{rows}</urlset>\n"


def render_blogroll(title: str, sites: Sequence[tuple[str, str, str]]) -> str:
    """Return an OPML list of sites with this title. `sites`: for each site its name, the address of
    its feed and the address of its front page."""
    outlines = ""
    for name, feed_url, front_page in sites:
        outlines += (
            f'<outline type="rss" text="{escape(name)}" xmlUrl="{escape(feed_url)}"'
            f' htmlUrl="{escape(front_page)}"/>\n'
        )
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<opml'
        f' version="2.0"><head><title>{escape(title)}</title></head>'
    )
    return f"{head}<body>\n{outlines}</body></opml>\n"


def make_addresses_absolute(base: str, body: str) -> str:
    """Return the HTML `body` with `base` in front of each address that begins with one slash. Feeds
    with whole articles need absolute addresses."""
    return re.sub(r'(src|href)="/(?!/)', rf'\1="{base}/', body)


@cache
def _load_template(name: str) -> Template:
    file = files("syndicator.cli.demo").joinpath("templates", name)
    return Template(file.read_text(encoding="utf-8"))


def _make_values(
    site: Site, base: str, feed_url: str, story: Story, others: Sequence[Story]
) -> Mapping[str, str]:
    """Return the HTML that replaces each placeholder of the site's template on the page of a story,
    by name of the placeholder. `base`: the address of the site. `feed_url`: the address of its
    feed. `others`: related stories."""
    url = base + make_path(site, story)
    values = {name: escape(value) for name, value in _make_text_values(site, story).items()}
    values |= _make_date_values(story)
    values |= _make_picture_values(site, base, story)

    label_links = [
        f'<a rel="tag" href="{base}/tag/{_make_slug(label)}/">{escape(label)}</a>'
        for label in story.labels
    ]
    related_links = [
        f'<a href="{base}{make_path(site, other)}">{escape(other.title)}</a>' for other in others
    ]
    json_ld = _make_json_ld(site, story, url, make_picture_address(base, story))
    page_properties = {"slug": story.slug, "title": story.title}

    wall = story.extra.get("wall", "")  # the kind of wall that hides the text; "" for none
    wall_html = ""
    if wall in ("paywall", "metered"):
        wall_html = _load_template(f"{site.key}.paywall.html").template

    values |= {
        "base": base,
        "url": url,
        "feed_url": feed_url,
        "amp_url": url.replace(".html", ".amp.html"),
        "canonical": f'<link rel="canonical" href="{escape(story.extra.get("canonical", url))}"/>',
        "body": _render_body(site, story),
        "plain_body": story.body,
        "labels": ", ".join(label_links),
        "related": _render_list(site, base, others),
        "related_inline": ", ".join(related_links),
        "json_ld": _encode_script(json_ld),
        "next_data": _encode_script({"props": {"pageProps": page_properties}, "buildId": "k3Jx9"}),
        "wall": wall_html,
        "wall_class": wall,
    }
    return values


def _make_picture_values(site: Site, base: str, story: Story) -> dict[str, str]:
    """Return the address of a story's picture, and HTML that shows it, by name of the placeholder
    in the site's template. `base`: the address of the site. For a story without a picture,
    "picture" is the address of the site's logo and the other values are empty."""
    picture = make_picture_address(base, story)
    if not picture:
        return {
            "picture": f"{base}/logo.svg",
            "picture_meta": "",
            "picture_figure": "",
            "picture_inline": "",
        }
    alt = escape(story.picture_alt)
    caption = f'<img src="{picture}" alt="{alt}"/><figcaption>{alt}</figcaption>'
    figure_class = site.classes.get("figure", "")
    return {
        "picture": picture,
        "picture_meta": f'<meta property="og:image" content="{picture}"/>',
        "picture_figure": f'<figure class="{figure_class}">{caption}</figure>',
        "picture_inline": f'<p><img src="{picture}" alt="{alt}" width="600"></p>',
    }


def _make_text_values(site: Site, story: Story) -> dict[str, str]:
    """Return texts about a story, by name of the placeholder in the site's template. They are plain
    texts: the caller must escape them for HTML."""
    first_name, _, _ = story.author.partition(" ")
    byline_word = _BYLINE_WORDS.get(story.language, "By")
    return {
        "title": story.title,
        "author": story.author,
        "summary": story.summary,
        "section": story.section,
        "language": story.language,
        "slug": story.slug,
        "picture_alt": story.picture_alt,
        "author_slug": _make_slug(story.author),
        "author_first": first_name,
        "section_slug": _make_slug(story.section),
        "labels_plain": ", ".join(story.labels),
        "by": byline_word,
        "agency": story.extra.get("agency", ""),
    }


def _make_date_values(story: Story) -> dict[str, str]:
    """Return the dates of a story, by name of the placeholder in the site's template. Each
    placeholder stands for one way to write the date: ISO, American, English, or that of the story's
    language."""
    published = story.published
    updated = story.updated or published
    year = published.year
    day = published.day
    time = f"{published:%H:%M}"
    english_month = _MONTHS["en"].split()[published.month - 1]
    german_month = _MONTHS["de"].split()[published.month - 1]
    match story.language:
        case "de":
            local_date = f"{day}. {german_month} {year}, {time} Uhr"
        case "ja":
            local_date = f"{year}年{published.month}月{day}日 {time}"
        case _:
            local_date = f"{day} {english_month} {year}, {time}"
    american_hour = published.hour % _NOON or _NOON  # 12 instead of 0
    half_of_day = "AM" if published.hour < _NOON else "PM"
    return {
        "published": published.isoformat(),
        "updated": updated.isoformat(),
        "date": f"{published:%Y-%m-%d}",
        "date_us": f"{english_month} {day}, {year}",
        "date_en": f"{day} {english_month} {year}",
        "time_us": f"{american_hour}:{published:%M} {half_of_day} PDT",
        "date_local": local_date,
    }


def _render_body(site: Site, story: Story) -> str:
    """Return the body of a story as HTML with the classes of its site. If the site promotes itself
    inside its stories, a block with this promotion is inserted."""
    blocks = story.body.split("\n\n")
    if site.promo_after:  # the number of blocks before the promotion
        promotion = _load_template(f"{site.key}.promo.html").template.strip()
        blocks.insert(site.promo_after, promotion)

    def add_class(start_tag: re.Match[str]) -> str:
        """Return the text of a start tag, with the class that the site gives this element. A tag
        without a class is unchanged."""
        element = start_tag[1]
        class_name = site.classes.get(element)
        if not class_name:
            return start_tag[0]
        return f'<{element} class="{class_name}">'

    return re.sub(r"<(\w+)>", add_class, "\n\n".join(blocks))


def _render_list(site: Site, base: str, stories: Sequence[Story]) -> str:
    """Return links to stories as the <li> elements of a list. `base`: the address of the site."""
    return "".join(
        f'<li><a href="{base}{make_path(site, story)}">{escape(story.title)}</a></li>'
        for story in stories
    )


def _make_json_ld(site: Site, story: Story, url: str, picture: str) -> dict[str, Any]:
    """Return the JSON-LD of a story, its data for search engines (schema.org). `url`: the address
    of its page. `picture`: the address of its picture, "" for none."""
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
        # a trap on purpose: some real sites also name themselves here instead of the writer
        fields["author"] = {"@type": "Organization", "name": site.title}
    return fields


def _encode_script(value: Any) -> str:
    """Return a value as JSON for a script element. "</" is written with a backslash, because it
    would end the element."""
    return json.dumps(value, ensure_ascii=False).replace("</", "<\\/")


def _make_slug(text: str) -> str:
    """Return a text for an address: in small letters, with one hyphen in place of each run of
    characters other than a-z and 0-9, and no hyphen at its ends."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


_SKY, _SUN, _FAR, _NEAR, _MEADOW, _HOUSE = range(6)  # numbers of these colours


class _Drawing:
    """A picture in `rows`. Each byte of a row is the number of a pixel's colour."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self.rows = [bytearray([_SKY]) * width for _ in range(height)]

    def fill(self, y: int, start: float, end: float, colour: int) -> None:
        """Give a colour to the pixels of row `y` from column `start` up to, but not including,
        column `end`. Pixels outside of the picture are left out. `colour`: its number in the
        palette."""
        first = max(0, round(start))
        count = min(self.width, round(end)) - first
        if 0 <= y < self.height and count > 0:
            self.rows[y][first : first + count] = bytes([colour]) * count

    def draw_circle(self, x: int, y: int, radius: int, colour: int) -> None:
        """Draw a filled circle around column `x` and row `y`; `radius` is in pixels."""
        for rows_below in range(-radius, radius + 1):  # the centre; negative above it
            half_width = (radius**2 - rows_below**2) ** 0.5
            self.fill(y + rows_below, x - half_width, x + half_width, colour)

    def draw_triangle(self, x: int, top: int, bottom: int, slope: float, colour: int) -> None:
        """Draw a filled triangle with its tip at column `x` of row `top`. Its lowest row is the one
        above `bottom`. On each side, a row reaches `slope` pixels further from `x` than the row
        above. `colour`: its number in the palette."""
        for y in range(top, bottom):
            half_width = (y - top) * slope
            self.fill(y, x - half_width, x + half_width, colour)

    def draw_box(self, left: int, right: int, top: int, bottom: int, colour: int) -> None:
        """Draw a filled box. Column `right` and row `bottom` are no longer part of it."""
        for y in range(top, bottom):
            self.fill(y, left, right, colour)


def draw_picture(name: str, width: int = 960, height: int = 540) -> bytes:
    """Return a PNG picture of mountains, a meadow and a house. Their places and colours follow from
    `name`, so that the same name gives the same picture. `width`, `height`: in pixels."""
    digest = hashlib.sha256(name.encode()).digest()  # numbers that look random
    columns = [width * byte // 255 for byte in digest[:8]]
    ground = height * 7 // 10  # the row where the meadow begins
    drawing = _Drawing(width, height)

    drawing.draw_circle(columns[0], height // 4, height // 10, _SUN)
    for x in columns[1:4]:  # mountains behind
        drawing.draw_triangle(x, height // 5 + x % 90, ground, 1.1, _FAR)
    for x in columns[4:6]:  # mountains before them
        drawing.draw_triangle(x, height * 2 // 5 + x % 60, ground, 1.4, _NEAR)
    drawing.draw_box(0, width, ground, height, _MEADOW)

    house_middle = width // 6 + columns[6] * 2 // 3
    drawing.draw_box(house_middle - 45, house_middle + 45, ground - 30, ground + 45, _HOUSE)
    drawing.draw_triangle(house_middle, ground - 80, ground - 30, 1.2, _NEAR)  # its roof
    drawing.draw_box(house_middle - 12, house_middle + 12, ground, ground + 45, _SUN)  # its door

    palette = _PALETTES[digest[8] % len(_PALETTES)]
    return _encode_png(drawing, palette)


def draw_icon(name: str) -> bytes:
    """Return a square PNG icon with a sun, a mountain or a house. Drawing and colours follow from
    `name`, so that the same name gives the same icon."""
    digest = hashlib.sha256(name.encode()).digest()  # numbers that look random
    middle = _ICON_SIDE // 2
    drawing = _Drawing(_ICON_SIDE, _ICON_SIDE)
    drawing.draw_box(0, _ICON_SIDE, 0, _ICON_SIDE, _NEAR)
    match digest[0] % 3:
        case 0:  # a sun
            drawing.draw_circle(middle, middle, 20, _SUN)
        case 1:  # a mountain
            drawing.draw_triangle(middle, 10, 52, 0.55, _SUN)
        case _:  # a house with its roof
            drawing.draw_box(18, 46, 30, 52, _SUN)
            drawing.draw_triangle(middle, 10, 30, 1.1, _HOUSE)
    palette = _PALETTES[digest[1] % len(_PALETTES)]
    return _encode_png(drawing, palette)


def _encode_png(drawing: _Drawing, palette: Sequence[str]) -> bytes:
    """Return a drawing as a PNG file. `palette`: the colours, each as six hex digits; a pixel of
    the drawing is the number of its colour in this list."""
    bits_of_pixel = 8
    colour_type = 3  # pixels are numbers of colours
    # the three zeros are the compression, the filter and the interlacing that are usual
    header = struct.pack(
        ">IIBBBBB", drawing.width, drawing.height, bits_of_pixel, colour_type, 0, 0, 0
    )
    no_filter = b"\0"  # before each row
    rows = [no_filter + row for row in drawing.rows]
    pixels = zlib.compress(b"".join(rows), 6)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _make_png_chunk(b"IHDR", header)
        + _make_png_chunk(b"PLTE", bytes.fromhex("".join(palette)))
        + _make_png_chunk(b"IDAT", pixels)
        + _make_png_chunk(b"IEND", b"")
    )


def make_logo(name: str) -> bytes:
    """Return an SVG logo: the first letter or digit of `name` in a box; S if it has none."""
    letters = [character for character in name if character.isalnum()]
    first_letter = letters[0].upper() if letters else "S"
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" role="img"><rect width="64"'
        ' height="64" rx="12" fill="#1d3557"/><text x="32" y="44" font-size="36"'
        f' text-anchor="middle" fill="#fff">{first_letter}</text></svg>\n'
    ).encode()


def make_silence(seconds: int = 1) -> bytes:
    """Return a WAV file of silence: 8 kHz, 8 bit, mono."""
    samples = b"\x80" * (_SAMPLE_RATE * seconds)  # 128 is the middle of the wave
    format_chunk = struct.pack(
        "<4sIHHIIHH",
        b"fmt ",
        16,  # bytes that follow in this chunk
        1,  # samples without compression
        1,  # channels: mono
        _SAMPLE_RATE,
        _SAMPLE_RATE,  # bytes a second
        1,  # bytes of a sample
        8,  # bits of a sample
    )
    data_chunk = struct.pack("<4sI", b"data", len(samples)) + samples
    size = len(b"WAVE") + len(format_chunk) + len(data_chunk)
    return struct.pack("<4sI4s", b"RIFF", size, b"WAVE") + format_chunk + data_chunk


def _make_png_chunk(kind: bytes, data: bytes) -> bytes:
    """Return a chunk of a PNG file: length, kind, data, checksum."""
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)
