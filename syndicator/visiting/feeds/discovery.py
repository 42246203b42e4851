"""Detect if a document is a feed, page, OPML or sitemap; find a page's feeds and icons. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html import unescape
from typing import Literal
from urllib.parse import urljoin, urlsplit

from syndicator.core.errors import NotAFeed
from syndicator.core.model import ParsedFeed
from syndicator.visiting.feeds.fields import one_line, resolve
from syndicator.visiting.feeds.jsonfeed import looks_json, posts_api
from syndicator.visiting.feeds.known import MOST, Discovery, FeedLink, known_feeds
from syndicator.visiting.feeds.parser import parse_feed, unpacked

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
# Where the common publishing systems keep their feeds.
# of a whole site: guessed for its front page alone
_NEWS = ("news-sitemap.xml", "sitemap-news.xml")
_GUESSES = (
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
_BODY = re.compile(
    r"<(?!/?(?:html|head|meta|link|title|base|style|noscript|template)\b)[a-z]", re.I
)
_LIKELY = re.compile(r"(^|[/._-])(rss|atom|feed)s?([/._?-]|$)", re.I)
_OTHER_JSON = re.compile(r"oembed|/wp-json\b")  # alternates of WordPress that are no feeds
_ICON_SIZE = re.compile(r"([1-9][0-9]{0,3})x[1-9][0-9]{0,3}", re.I)
_LARGE_ICON = 64  # pixels: an icon that is as large is not blurred
_APPLE_SIZE = 180  # pixels, of an apple-touch-icon that does not say it
_MOST_ICONS = 3  # of a page that are tried
_READ = 2_000_000  # characters of a page that are looked at
_BYTES = 200_000  # of a page that are looked at for the links of its head: a choice


def discover(body: bytes, url: str, headers: Mapping[str, str] | None = None) -> Discovery:
    """Return the kind of `body` and its feeds. A page has those of its service, else rel=alternate
    links, else links that look like feeds, else common paths to try; OPML its feeds; a sitemap
    index its sitemaps."""
    try:
        feed = parse_feed(body, url, headers)
    except NotAFeed as refusal:
        return (
            Discovery("page")
            if refusal.reason in ("empty", "too-large")
            else _other(body, url, headers or {})
        )
    kind: Literal["feed", "sitemap"] = "sitemap" if feed.format == "sitemap" else "feed"
    return Discovery(kind, (FeedLink(url, feed.title, feed.format),), feed.title)


def linked_feeds(
    body: bytes, url: str, headers: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """Return at most 50 rel=alternate feeds of the page's head. Links elsewhere may be a
    stranger's."""
    return tuple(
        dict.fromkeys(link.url for link in _Page(_head(body, headers or {}), url).alternates[:MOST])
    )


def _head(body: bytes, headers: Mapping[str, str]) -> str:
    head = _without(_uncommented(_decoded(body, headers)), "<script", "</script")
    end = _BODY.search(head)
    return head[: end.start()] if end else head


def _other(body: bytes, url: str, headers: Mapping[str, str]) -> Discovery:
    if body.startswith(b"\x1f\x8b"):
        body = unpacked(body)
    start = body[:4096].lower()
    if b"<opml" in start:
        # regular expressions: no entity of the file is ever expanded
        value = body.decode("utf-8", "replace")
        title = re.search(r"<title>([^<]*)</title>", value)
        outlines = []
        for outline in re.findall(r"<outline\s[^<>]*>", value, re.I):
            attributes = dict(re.findall(r"([\w:]+)\s*=\s*[\"']([^\"']*)[\"']", outline))
            target = resolve(
                url, one_line(attributes.get("xmlUrl", "") or attributes.get("xmlurl", ""))
            )
            if target:
                outlines.append(
                    FeedLink(
                        target,
                        one_line(attributes.get("title", "") or attributes.get("text", "")),
                        "opml",
                    )
                )
        return Discovery(
            "opml", tuple(dict.fromkeys(outlines)), one_line(title[1]) if title else ""
        )
    if b"<urlset" in start or b"<sitemapindex" in start:
        places = re.findall(r"<loc>\s*([^<>]+?)\s*</loc>", body.decode("utf-8", "replace")[:_READ])
        targets = (resolve(url, unescape(place)) for place in places[:MOST])
        return Discovery(
            "sitemap",
            tuple(dict.fromkeys(FeedLink(target, "", "sitemap") for target in targets if target)),
        )
    page = _Page("" if looks_json(body) else _decoded(body, headers), url)
    links: list[FeedLink] = []
    for link in page.alternates[:MOST]:
        links += [*(replace(better, instead_of=link.url) for better in known_feeds(link.url)), link]
    # the first address or the posts interface: success of either makes further guesses needless
    if not links:
        first, *others = page.likely or _guesses(url)
        links = [first, *page.posts, *others]
    return Discovery(
        "page",
        tuple(dict.fromkeys([*known_feeds(url), *links]))[:MOST],
        one_line(page.title),
        page.article,
    )


def _guesses(url: str) -> list[FeedLink]:
    parts = urlsplit(url)
    root = f"{parts.scheme}://{parts.netloc}/"
    here = urljoin(url, ".")
    places = [base + path for base in dict.fromkeys((here, root)) for path in _GUESSES]
    places += [root + path for path in _NEWS] if here == root else []
    return [FeedLink(place, "", "guess") for place in places]


def _decoded(body: bytes, headers: Mapping[str, str]) -> str:
    match = re.search(r"charset=[\"']?([\w-]+)", headers.get("content-type", ""), re.I)
    inside = re.search(rb"charset=[\"']?([\w-]+)", body[:2048], re.I)
    for name in (match[1] if match else "", inside[1].decode("ascii") if inside else "", "utf-8"):
        try:
            if name:
                return body.decode(name, "replace")[:_READ]
        except LookupError:
            continue
    return body.decode("latin-1")[:_READ]


@dataclass(frozen=True, slots=True)
class _IconLink:
    url: str
    size: int  # width in pixels, 0 if unknown


class _Page:
    """Feed links and title of a page, by regular expressions: html.parser is quadratic for unclosed
    tags."""

    def __init__(self, value: str, url: str) -> None:
        self.base = url
        self.article = False
        self.icons: list[_IconLink] = []
        # relations in lower case, and target, of each link element
        self.links: list[tuple[list[str], str]] = []
        self.alternates: list[FeedLink] = []
        self.likely: list[FeedLink] = []
        value = _uncommented(value)
        title = re.search(r"<title[^<>]*>([^<]*)", value, re.I)
        self.title = title[1] if title else ""
        api = posts_api(value, url)
        self.posts = [FeedLink(api, one_line(self.title), "api")] if api else []
        for match in _TAG.finditer(value):
            self._tag(match[1].lower(), _attributes(match[2]))

    def _tag(self, name: str, attributes: dict[str, str]) -> None:
        href = attributes.get("href", "")
        title = attributes.get("title", "")
        if name == "meta":
            is_type = attributes.get("property") == "og:type"
            self.article |= is_type and attributes.get("content", "").lower() == "article"
        elif name == "base":
            self.base = resolve(self.base, href) or self.base
        elif name == "link":
            rels = attributes.get("rel", "").lower().split()
            target = resolve(self.base, href)
            self.links.append((rels, target))
            if target and _ICONS & set(rels) and not _is_svg(target, attributes):
                self.icons.append(_IconLink(target, _icon_size(rels, attributes)))
            kind = _TYPES.get(attributes.get("type", "").split(";")[0].strip().lower())
            if (
                kind
                and target
                and {"alternate", "feed"} & set(rels)
                and not _OTHER_JSON.search(href)
            ):
                self.alternates.append(FeedLink(target, one_line(title), kind))
        elif (
            len(self.likely) < MOST
            and _LIKELY.search(href)
            and (target := resolve(self.base, href))
        ):
            self.likely.append(FeedLink(target, one_line(title), "link"))


def _is_svg(address: str, attributes: dict[str, str]) -> bool:
    """Return True for a drawing, which we cannot decode."""
    is_named_svg = urlsplit(address).path.lower().endswith((".svg", ".svgz"))
    return is_named_svg or "svg" in attributes.get("type", "").lower()


def _icon_size(rels: Sequence[str], attributes: dict[str, str]) -> int:
    """Return the width that an icon states, in pixels; 0 if it is unknown."""
    widths = [int(width) for width in _ICON_SIZE.findall(attributes.get("sizes", ""))]
    if not widths and not _APPLE.isdisjoint(rels):
        return _APPLE_SIZE
    return max(widths, default=0)


def _attributes(inside: str) -> dict[str, str]:
    attributes: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(inside[:4000]):
        attributes.setdefault(name.lower(), unescape(double or single or bare).strip())
    return attributes


def _uncommented(value: str) -> str:
    return _without(value, "<!--", "-->")


def _without(value: str, opening: str, closing: str) -> str:
    low = value.lower() if len(value.lower()) == len(value) else value
    pieces = []
    at = 0
    while (start := low.find(opening, at)) >= 0 and (end := low.find(closing, start)) >= 0:
        pieces.append(value[at:start])
        at = end + len(closing)
    return "".join(pieces) + value[at:]


def linked_icons(body: bytes, url: str, headers: Mapping[str, str]) -> tuple[str, ...]:
    """Return the addresses of at most three icons that a page's head names, the best first: the
    smallest of those that are large enough, then the larger ones of the others."""
    icons = _Page(_head(body[:_BYTES], headers), url).icons[:MOST]
    large = [icon for icon in icons if icon.size >= _LARGE_ICON]
    small = [icon for icon in icons if icon.size < _LARGE_ICON]
    large.sort(key=lambda icon: icon.size)
    small.sort(key=lambda icon: icon.size, reverse=True)
    return tuple(dict.fromkeys(icon.url for icon in (*large, *small)))[:_MOST_ICONS]


def page_links(body: bytes, url: str, headers: Mapping[str, str]) -> ParsedFeed:
    """Return the hubs in a page's head (WebSub, section 4), as a feed without entries."""
    links = _Page(_head(body[:_BYTES], headers), url).links[:MOST]
    return ParsedFeed(
        format="page",
        hubs=tuple(target for rels, target in links if "hub" in rels),
        self_url=next((target for rels, target in links if "self" in rels), ""),
    )
