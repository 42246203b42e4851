"""Detect if a document is a feed, page, OPML or sitemap; find a page's feeds and icons. Pure.

Pages are read by regular expressions that are fast for any input; nothing is fetched."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html import unescape
from typing import Literal
from urllib.parse import urljoin, urlsplit

from syndicator.core.errors import NotAFeed
from syndicator.core.model import ParsedFeed
from syndicator.visiting.feeds.fields import one_line, resolve
from syndicator.visiting.feeds.jsonfeed import find_posts_api, looks_json
from syndicator.visiting.feeds.known import MOST, Discovery, FeedLink, find_known_feeds
from syndicator.visiting.feeds.parser import decompress_body, parse_feed

_GZIP = b"\x1f\x8b"  # the first bytes of such a file
_FORMATS = {
    "atom": "application/atom+xml",
    "rss": "application/rss+xml application/x-rss+xml text/rss+xml",
    "rdf": "application/rdf+xml",
    "json": "application/feed+json application/json",
    "xml": "text/xml application/xml",
}
_TYPES = {
    media_type: feed_format
    for feed_format, media_types in _FORMATS.items()
    for media_type in media_types.split()
}
# Paths of sitemaps of news: they list the articles of a whole site, and so are guessed only for its
# front page.
_NEWS_PATHS = ("news-sitemap.xml", "sitemap-news.xml")
# Paths at which the common publishing systems keep their feeds.
_FEED_PATHS = (
    "feed",
    "feed.xml",
    "rss.xml",
    "atom.xml",
    "index.xml",
    "rss",
    "feed.json",
    "feeds/posts/default",
)
# relations of icons; Apple's have a picture without transparency, "mask-icon" is a stencil
_APPLE = frozenset(("apple-touch-icon", "apple-touch-icon-precomposed"))
_ICONS = _APPLE | {"icon"}
_TAG = re.compile(r"<(base|link|meta|a)\s([^<>]*)", re.I)
_ATTRIBUTE = re.compile(r"([a-zA-Z:-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
# The first element that can only be in the body of a page.
_BODY = re.compile(
    r"<(?!/?(?:html|head|meta|link|title|base|style|noscript|template)\b)[a-z]", re.I
)
_LIKELY = re.compile(r"(^|[/._-])(rss|atom|feed)s?([/._?-]|$)", re.I)
_CHARSET = re.compile(r"charset=[\"']?([\w-]+)", re.I)
_CHARSET_IN_PAGE = re.compile(rb"charset=[\"']?([\w-]+)", re.I)
_TITLE = re.compile(r"<title[^<>]*>([^<]*)", re.I)
_OUTLINE = re.compile(r"<outline\s[^<>]*>", re.I)
_OUTLINE_ATTRIBUTE = re.compile(r"([\w:]+)\s*=\s*[\"']([^\"']*)[\"']")
_OPML_TITLE = re.compile(r"<title>([^<]*)</title>")
_SITEMAP_ADDRESS = re.compile(r"<loc>\s*([^<>]+?)\s*</loc>")
_CHARSET_BYTES = 2048  # of a page in which its charset is looked for
_KIND_BYTES = 4096  # of a document by which its kind is known
_LONGEST_TAG = 4000  # characters of a tag that are looked at
_OTHER_JSON = re.compile(r"oembed|/wp-json\b")  # alternates of WordPress that are no feeds
_ICON_SIZE = re.compile(r"([1-9][0-9]{0,3})x[1-9][0-9]{0,3}", re.I)
_LARGE_ICON = 64  # pixels: an icon that is as large is not blurred
_APPLE_SIZE = 180  # pixels, of an apple-touch-icon that does not say it
_MOST_ICONS = 3  # of a page that are tried
_MOST_CHARACTERS = 2_000_000  # of a page that are looked at
_HEAD_BYTES = 200_000  # of a page that are looked at for the links of its head: a choice


def discover(body: bytes, url: str, headers: Mapping[str, str] | None = None) -> Discovery:
    """Return the kind of the document `body` from `url` (feed, sitemap, OPML or page), and the
    addresses of its feeds. `headers`: the headers of the HTTP answer, with lower-case names.

    The feeds of a page are the feed of its service, if the service is well known, and the first of
    these that it has: the feeds that it links by rel=alternate, its links that look like feeds, and
    else addresses that are usual for feeds. An OPML file has the feeds that it lists. An index of
    sitemaps has its sitemaps."""
    try:
        feed = parse_feed(body, url, headers)
    except NotAFeed as refusal:
        # nothing can be found in such a document
        if refusal.reason in ("empty", "too-large"):
            return Discovery("page")
        return _discover_other(body, url, headers or {})
    kind: Literal["feed", "sitemap"] = "sitemap" if feed.format == "sitemap" else "feed"
    link_to_itself = FeedLink(url, feed.title, feed.format)
    return Discovery(kind, (link_to_itself,), feed.title)


def find_linked_feeds(
    body: bytes, url: str, headers: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """Return the addresses of at most 50 feeds that the head of a page links by rel=alternate.
    Links in its body do not count, as visitors may have written them in comments. `body`, `url` and
    `headers`: the page, its address, and the headers of its answer."""
    page = _Page(_read_head(body, headers or {}), url)
    return tuple(dict.fromkeys(link.url for link in page.alternates[:MOST]))


def _read_head(body: bytes, headers: Mapping[str, str]) -> str:
    """Return the text of a page up to the first element of its body, without comments and scripts.
    `headers`: the headers of its answer, which may state its charset."""
    whole_text = _remove_comments(_decode(body, headers))
    text = _remove_between(whole_text, "<script", "</script")
    first_body_element = _BODY.search(text)
    if first_body_element is None:
        return text
    return text[: first_body_element.start()]


def _discover_other(body: bytes, url: str, headers: Mapping[str, str]) -> Discovery:
    """Return the kind and the feeds of a document that is no feed and no sitemap with entries.
    `headers`: the headers of its answer."""
    if body.startswith(_GZIP):
        body = decompress_body(body)
    start = body[:_KIND_BYTES].lower()
    if b"<opml" in start:
        return _read_opml(body, url)
    if b"<urlset" in start or b"<sitemapindex" in start:
        return _read_sitemap(body, url)
    if looks_json(body):  # it has no links; its feeds are guessed
        return _read_page("", url)
    return _read_page(_decode(body, headers), url)


def _read_opml(body: bytes, url: str) -> Discovery:
    """Return the feeds in a list of subscriptions (OPML). It is read by regular expressions, so
    that its entities are never expanded."""
    text = body.decode("utf-8", "replace")
    links = []
    for outline in _OUTLINE.findall(text):
        attributes = dict(_OUTLINE_ATTRIBUTE.findall(outline))
        address = one_line(attributes.get("xmlUrl", "") or attributes.get("xmlurl", ""))
        target = resolve(url, address)
        if target:
            title = one_line(attributes.get("title", "") or attributes.get("text", ""))
            links.append(FeedLink(target, title, "opml"))
    title_match = _OPML_TITLE.search(text)
    title = one_line(title_match[1]) if title_match else ""
    return Discovery("opml", tuple(dict.fromkeys(links)), title)


def _read_sitemap(body: bytes, url: str) -> Discovery:
    """Return the addresses in a document that looks like an index of sitemaps, at most 50."""
    text = body.decode("utf-8", "replace")[:_MOST_CHARACTERS]
    links = []
    for address in _SITEMAP_ADDRESS.findall(text)[:MOST]:
        target = resolve(url, unescape(address))
        if target:
            links.append(FeedLink(target, "", "sitemap"))
    return Discovery("sitemap", tuple(dict.fromkeys(links)))


def _read_page(text: str, url: str) -> Discovery:
    """Return the feeds of the page at `url`: the feed of its service, if that is well known, and
    the feeds that it links. If it links none, they are guessed. `text`: the HTML of the page."""
    page = _Page(text, url)
    links: list[FeedLink] = []
    for link in page.alternates[:MOST]:
        # a feed of a well-known service may have a better one, which comes before it
        for better in find_known_feeds(link.url):
            links.append(replace(better, instead_of=link.url))
        links.append(link)
    if not links:
        # The posts of the publishing system's API come second: the caller tries the addresses in
        # this order, and stops early if one of the first two works.
        first, *others = page.likely or _guess_feeds(url)
        links = [first, *page.posts, *others]
    all_links = dict.fromkeys([*find_known_feeds(url), *links])
    return Discovery("page", tuple(all_links)[:MOST], one_line(page.title), page.is_article)


def _guess_feeds(url: str) -> list[FeedLink]:
    """Return the addresses at which publishing systems usually have feeds, both in the folder of
    the page at `url` and at the root of its site. If the page is at the root, add the usual
    addresses of news sitemaps."""
    parts = urlsplit(url)
    root = f"{parts.scheme}://{parts.netloc}/"
    folder = urljoin(url, ".")
    addresses: list[str] = []
    for base in dict.fromkeys((folder, root)):
        addresses.extend(base + path for path in _FEED_PATHS)
    if folder == root:
        addresses.extend(root + path for path in _NEWS_PATHS)
    return [FeedLink(address, "", "guess") for address in addresses]


def _decode(body: bytes, headers: Mapping[str, str]) -> str:
    """Return the text of a page, at most 2,000,000 characters. The charset is the one in the HTTP
    header, else the one that the page states, else UTF-8."""
    in_header = _CHARSET.search(headers.get("content-type", ""))
    in_page = _CHARSET_IN_PAGE.search(body[:_CHARSET_BYTES])
    charsets = []
    if in_header:
        charsets.append(in_header[1])
    if in_page:
        charsets.append(in_page[1].decode("ascii"))
    charsets.append("utf-8")
    for charset in charsets:
        try:
            return body.decode(charset, "replace")[:_MOST_CHARACTERS]
        except LookupError:
            continue
    return body.decode("latin-1")[:_MOST_CHARACTERS]


@dataclass(frozen=True, slots=True)
class _IconLink:
    """An icon that a page links. `size`: its width in pixels, 0 if unknown."""

    url: str
    size: int  # width in pixels, 0 if unknown


class _Page:
    """The feed links, icons and title of a page.

    It is read by regular expressions, as html.parser takes quadratic time for unclosed tags.
    `base`: the address against which relative links are resolved. `alternates`: links to feeds
    (rel=alternate). `likely`: ordinary links that look like feeds. `posts`: the interface of its
    publishing system, if it has one."""

    def __init__(self, text: str, url: str) -> None:
        """`text`: the HTML of the page at `url`. The attributes are lists of addresses in the page:
        `alternates` are feeds that it links by rel=alternate, `likely` are links that look like
        feeds, and `posts` is the API of its publishing system, if it has one."""
        self.base = url
        self.is_article = False
        self.icons: list[_IconLink] = []
        # relations in lower case, and target, of each link element
        self.links: list[tuple[list[str], str]] = []
        self.alternates: list[FeedLink] = []
        self.likely: list[FeedLink] = []
        text = _remove_comments(text)
        title = _TITLE.search(text)
        self.title = title[1] if title else ""
        self.posts: list[FeedLink] = []
        posts_url = find_posts_api(text, url)
        if posts_url:
            self.posts.append(FeedLink(posts_url, one_line(self.title), "api"))
        for match in _TAG.finditer(text):
            self._read_tag(match[1].lower(), _read_attributes(match[2]))

    def _read_tag(self, name: str, attributes: dict[str, str]) -> None:
        """Store what a tag states: a link, the base of relative links, or that the page is an
        article. `name`: the tag's name, which is "meta", "base", "link" or "a"."""
        href = attributes.get("href", "")
        title = attributes.get("title", "")
        if name == "meta":
            is_type = attributes.get("property") == "og:type"
            if is_type and attributes.get("content", "").lower() == "article":
                self.is_article = True
        elif name == "base":
            self.base = resolve(self.base, href) or self.base
        elif name == "link":
            self._read_link(href, title, attributes)
        elif len(self.likely) < MOST and _LIKELY.search(href):  # an `a` that looks like a feed
            target = resolve(self.base, href)
            if target:
                self.likely.append(FeedLink(target, one_line(title), "link"))

    def _read_link(self, href: str, title: str, attributes: dict[str, str]) -> None:
        """Store the link element in `links`, and also in `icons` or `alternates` if it leads to an
        icon or a feed. `href`, `title`: the values of two of its attributes."""
        relations = attributes.get("rel", "").lower().split()
        target = resolve(self.base, href)
        self.links.append((relations, target))
        is_icon = bool(_ICONS.intersection(relations))
        if is_icon and target and not _is_svg(target, attributes):
            self.icons.append(_IconLink(target, _measure_icon(relations, attributes)))
        if "alternate" not in relations and "feed" not in relations:
            return
        media_type = attributes.get("type", "").split(";")[0].strip().lower()
        feed_format = _TYPES.get(media_type)
        if feed_format and target and not _OTHER_JSON.search(href):
            self.alternates.append(FeedLink(target, one_line(title), feed_format))


def _is_svg(address: str, attributes: dict[str, str]) -> bool:
    """Return True if an icon is an SVG, which the program cannot decode. The path of its `address`
    or its stated type says so."""
    is_named_svg = urlsplit(address).path.lower().endswith((".svg", ".svgz"))
    return is_named_svg or "svg" in attributes.get("type", "").lower()


def _measure_icon(relations: Sequence[str], attributes: dict[str, str]) -> int:
    """Return the width in pixels that a link to an icon states, or 0. If it states several, return
    the largest. An Apple icon that states none has 180 pixels. `relations`: the values of the
    link's attribute `rel`."""
    widths = [int(width) for width in _ICON_SIZE.findall(attributes.get("sizes", ""))]
    is_apple_icon = bool(_APPLE.intersection(relations))
    if not widths and is_apple_icon:
        return _APPLE_SIZE
    return max(widths, default=0)


def _read_attributes(tag: str) -> dict[str, str]:
    """Return the attributes of an HTML tag, by name in lower case. `tag`: the text of the tag after
    its name. If a name occurs twice, the first value counts, as in browsers."""
    attributes: dict[str, str] = {}
    for name, double_quoted, single_quoted, bare in _ATTRIBUTE.findall(tag[:_LONGEST_TAG]):
        value = double_quoted or single_quoted or bare
        attributes.setdefault(name.lower(), unescape(value).strip())
    return attributes


def _remove_comments(text: str) -> str:
    return _remove_between(text, "<!--", "-->")


def _remove_between(text: str, opening: str, closing: str) -> str:
    """Return `text` without the parts that begin with `opening` and end with the next `closing`.
    Upper and lower case do not matter. A part without its `closing` stays."""
    lowered = text.lower()
    if len(lowered) != len(text):  # a letter became two: positions would not fit
        lowered = text
    pieces = []
    position = 0
    while True:
        start = lowered.find(opening, position)
        if start < 0:
            break
        end = lowered.find(closing, start)
        if end < 0:
            break
        pieces.append(text[position:start])
        position = end + len(closing)
    pieces.append(text[position:])
    return "".join(pieces)


def find_linked_icons(body: bytes, url: str, headers: Mapping[str, str]) -> tuple[str, ...]:
    """Return the addresses of at most three icons that the head of a page links, the best first.
    The best is the smallest of those with at least 64 pixels. Larger ones follow, then smaller
    ones, the largest first. `body`, `url` and `headers`: the page, its address, and the headers of
    its answer."""
    head = _read_head(body[:_HEAD_BYTES], headers)
    icons = _Page(head, url).icons[:MOST]
    large_icons = [icon for icon in icons if icon.size >= _LARGE_ICON]
    large_icons.sort(key=lambda icon: icon.size)
    small_icons = [icon for icon in icons if icon.size < _LARGE_ICON]
    small_icons.sort(key=lambda icon: icon.size, reverse=True)
    distinct_urls = dict.fromkeys(icon.url for icon in (*large_icons, *small_icons))
    return tuple(distinct_urls)[:_MOST_ICONS]


def read_websub_links(body: bytes, url: str, headers: Mapping[str, str]) -> ParsedFeed:
    """Return the WebSub links in the head of a page (WebSub section 4) as a feed without entries:
    its hubs, and `self_url`, the address that the page states for itself. `body`, `url` and
    `headers`: the page, its address, and the headers of its answer."""
    head = _read_head(body[:_HEAD_BYTES], headers)
    links = _Page(head, url).links[:MOST]
    hubs = [target for relations, target in links if "hub" in relations]
    self_urls = [target for relations, target in links if "self" in relations]
    first_self_url = self_urls[0] if self_urls else ""
    return ParsedFeed(format="page", hubs=tuple(hubs), self_url=first_self_url)
