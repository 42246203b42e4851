"""Kind of a document (feed, page, OPML, sitemap) and its links to feeds, best first: comments last.
Pure."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from html import unescape
from importlib.resources import files
from typing import Literal
from urllib.parse import urljoin, urlsplit

from syndicator.core import urls
from syndicator.core.errors import NotAFeed
from syndicator.core.model import ParsedFeed
from syndicator.visiting.feeds.fields import one_line, resolve
from syndicator.visiting.feeds.jsonfeed import looks_json, posts_api
from syndicator.visiting.feeds.parser import parse_feed, unpacked

_LONGEST = 500  # characters of an address that are looked at


@cache
def _table() -> tuple[tuple[re.Pattern[str], str], ...]:
    rows = tomllib.loads(
        files("syndicator.visiting").joinpath("data/known_feeds.toml").read_text("utf-8")
    )
    return tuple((re.compile(row["page"]), row["feed"]) for row in rows["known"])


_FORMATS = {
    "atom": "application/atom+xml",
    "rss": "application/rss+xml application/x-rss+xml text/rss+xml",
    "rdf": "application/rdf+xml",
    "json": "application/feed+json application/json",
    "xml": "text/xml application/xml",
}
_TYPES = {type: format for format, types in _FORMATS.items() for type in types.split()}
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
_TAG = re.compile(r"<(base|link|meta|a)\s([^<>]*)", re.I)
_ATTRIBUTE = re.compile(r"([a-zA-Z:-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_BODY = re.compile(
    r"<(?!/?(?:html|head|meta|link|title|base|style|noscript|template)\b)[a-z]", re.I
)
_LIKELY = re.compile(r"(^|[/._-])(rss|atom|feed)s?([/._?-]|$)", re.I)
_OTHER_JSON = re.compile(r"oembed|/wp-json\b")  # alternates of WordPress that are no feeds
_MOST = 50  # links of a page
_READ = 2_000_000  # characters of a page that are looked at


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A feed link of a page, or a guess. `type`: its format, or "known" (by its service), "link"
    (looks like a feed), "guess" (a common path), "api" (posts). `instead_of`: the link that it may
    replace."""

    url: str
    title: str = ""
    type: str = ""
    instead_of: str = ""


@dataclass(frozen=True, slots=True)
class Discovery:
    """The kind of a document. `feeds`: itself, or the feeds it links to."""

    kind: Literal["feed", "page", "opml", "sitemap"]
    feeds: tuple[FeedLink, ...] = ()
    title: str = ""
    article: bool = False  # the page says that it is an article (Open Graph's og:type)


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
        dict.fromkeys(
            link.url for link in _Page(_head(body, headers or {}), url).alternates[:_MOST]
        )
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
        targets = (resolve(url, unescape(place)) for place in places[:_MOST])
        return Discovery(
            "sitemap",
            tuple(dict.fromkeys(FeedLink(target, "", "sitemap") for target in targets if target)),
        )
    page = _Page("" if looks_json(body) else _decoded(body, headers), url)
    links: list[FeedLink] = []
    for link in page.alternates[:_MOST]:
        links += [*(replace(better, instead_of=link.url) for better in known_feeds(link.url)), link]
    # the first address or the posts interface: success of either makes further guesses needless
    if not links:
        first, *others = page.likely or _guesses(url)
        links = [first, *page.posts, *others]
    return Discovery(
        "page",
        tuple(dict.fromkeys([*known_feeds(url), *links]))[:_MOST],
        one_line(page.title),
        page.article,
    )


def known_feeds(url: str) -> list[FeedLink]:
    """Return the feed for the page `url`, or one better than the feed `url`, if
    data/known_feeds.toml has one."""
    matches = ((page.fullmatch(url), feed) for page, feed in _table() if len(url) <= _LONGEST)
    address = next((match.expand(feed) for match, feed in matches if match), "")
    return [FeedLink(address, "", "known")] if address and address != url else []


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


class _Page:
    """Feed links and title of a page, by regular expressions: html.parser is quadratic for unclosed
    tags."""

    def __init__(self, value: str, url: str) -> None:
        self.base, self.article = url, False
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
        href, title = attributes.get("href", ""), attributes.get("title", "")
        if name == "meta":
            is_type = attributes.get("property") == "og:type"
            self.article |= is_type and attributes.get("content", "").lower() == "article"
        elif name == "base":
            self.base = resolve(self.base, href) or self.base
        elif name == "link":
            rels, target = attributes.get("rel", "").lower().split(), resolve(self.base, href)
            self.links.append((rels, target))
            kind = _TYPES.get(attributes.get("type", "").split(";")[0].strip().lower())
            if (
                kind
                and target
                and {"alternate", "feed"} & set(rels)
                and not _OTHER_JSON.search(href)
            ):
                self.alternates.append(FeedLink(target, one_line(title), kind))
        elif (
            len(self.likely) < _MOST
            and _LIKELY.search(href)
            and (target := resolve(self.base, href))
        ):
            self.likely.append(FeedLink(target, one_line(title), "link"))


def _attributes(inside: str) -> dict[str, str]:
    attributes: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(inside[:4000]):
        attributes.setdefault(name.lower(), unescape(double or single or bare).strip())
    return attributes


def _uncommented(value: str) -> str:
    return _without(value, "<!--", "-->")


def _without(value: str, opening: str, closing: str) -> str:
    low = value.lower() if len(value.lower()) == len(value) else value
    pieces, at = [], 0
    while (start := low.find(opening, at)) >= 0 and (end := low.find(closing, start)) >= 0:
        pieces.append(value[at:start])
        at = end + len(closing)
    return "".join(pieces) + value[at:]


_BYTES = 200_000  # of a page that are looked at for the links of its head: a choice


def page_links(body: bytes, url: str, headers: Mapping[str, str]) -> ParsedFeed:
    """Return the hubs in a page's head (WebSub, section 4), as a feed without entries."""
    links = _Page(_head(body[:_BYTES], headers), url).links[:_MOST]
    return ParsedFeed(
        format="page",
        hubs=tuple(target for rels, target in links if "hub" in rels),
        self_url=next((target for rels, target in links if "self" in rels), ""),
    )


# /comments/feed/ (WordPress), /feeds/comments/default (Blogger), ?feed=comments-rss2; /comment/
# alone: opinion pages.
_PATH = re.compile(r"(^|/)comments([-_](feed|rss2?|atom)|\.(xml|rss|atom|rdf|json))?(/|$)", re.I)
_QUERY = re.compile(r"(^|&)(feed=comments|withcomments=)", re.I)
# "Comments on Site", "Site » Comments Feed", and the same in other languages.
_TITLE = re.compile(
    r"^comments (on|for|feed)\b|\bcomments? feed$|^kommentare"
    r" (zu|für)\b|\bkommentar-?feed$|^commentaires (sur|pour)\b"
    r"|\bflux des? commentaires$|^comentarios (en|de|para)\b|\bfeed de (los )?comentarios$"
    r"|^comentários (sobre|em|para)\b|\bfeed de comentários$"
    r"|^commenti (su|a|per)\b|\bfeed dei commenti$|^reacties (op|voor)\b|\breacties ?feed$"
    r"|^komentarze (do|dla)\b|^комментарии (к|на)\b|лента"
    r" комментариев$|のコメント$|コメントフィード$|评论 ?feed$",
    re.I,
)
_ENTRY = re.compile(r"^(by: |comment on )", re.I)  # WordPress
_FRAGMENT = re.compile(r"#(comment|respond|c)-?\d", re.I)
# of a sitemap's name
_OTHER_PAGES = re.compile(r"(categor|tag|author|user|page|image|video|product|archive)", re.I)
# behind the newest of the others: a feed that its site no longer writes; a choice
_ASLEEP = timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedFeed:
    """A feed in a list to choose from. `same_as`: address of an earlier feed with the same
    entries."""

    url: str
    title: str
    format: str
    entries: int
    latest: datetime | None
    comments: bool
    same_as: str = ""


def best_first(feeds: Sequence[tuple[str, str, ParsedFeed]], page: str) -> list[RankedFeed]:
    """Sort feeds (address, title, content): articles before comments, filled, active, about `page`
    first."""
    latest = [when for _, title, feed in feeds if (when := last_date(feed))]
    newest = max(latest, default=None)

    def order(number: int) -> tuple[bool, ...]:
        url, title, feed = feeds[number]
        when = last_date(feed)
        return (
            is_comments(url, title, feed),
            not feed.entries,
            bool(newest and when and newest - when > _ASLEEP),
            not _about(url, feed, page),
            feed.format == "sitemap" and bool(_OTHER_PAGES.search(urlsplit(url).path)),
        )

    ranked: list[RankedFeed] = []
    first: dict[tuple[bool, frozenset[str]], str] = {}
    for number in sorted(range(len(feeds)), key=order):
        url, title, feed = feeds[number]
        comments = is_comments(url, title, feed)
        entries = frozenset(urls.alias(entry.url) for entry in feed.entries if entry.url)
        same_as = first.setdefault((comments, entries), url) if entries else url
        ranked.append(
            RankedFeed(
                url=url,
                title=feed.title or title,
                format=feed.format,
                entries=len(feed.entries),
                latest=last_date(feed),
                comments=comments,
                same_as="" if same_as == url else same_as,
            )
        )
    return ranked


def _about(url: str, feed: ParsedFeed, page: str) -> bool:
    if urls.alias(feed.site_url or "") == urls.alias(page):
        return True
    return not urls.is_root(page) and urls.alias(url).startswith(f"{urls.alias(page).rstrip('/')}/")


def last_date(feed: ParsedFeed) -> datetime | None:
    """Return the time of the newest entry, or None if no entry has one."""
    return max(
        (when for entry in feed.entries if (when := entry.published or entry.updated)), default=None
    )


def is_comments(url: str, title: str, feed: ParsedFeed) -> bool:
    """Return True for a feed of comments, by address, titles or entries. `title`: the page's title
    for it."""
    parts = urlsplit(url)
    if _PATH.search(parts.path) or _QUERY.search(parts.query):
        return True
    if any(_TITLE.search(name.strip()) for name in (title, feed.title)):
        return True
    marks = [
        _ENTRY.match(entry.title) or _FRAGMENT.search(entry.url) or _FRAGMENT.search(entry.id)
        for entry in feed.entries
    ]
    return 2 * sum(map(bool, marks)) > len(marks)
