"""Sort the feeds found at one address, best first; feeds of comments go last. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from syndicator.core import urls
from syndicator.core.model import Entry, ParsedFeed

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
# in the name of a sitemap: it lists other pages than articles
_OTHER_PAGES = re.compile(r"(categor|tag|author|user|page|image|video|product|archive)", re.I)
# a feed whose newest entry is so much older than that of another feed is abandoned; our choice
_ABANDONED_AFTER = timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedFeed:
    """A feed in a list from which the operator chooses. `entries`: the number of its entries.
    `latest`: the time of the newest one, None if unknown. `comments`: it is a feed of comments.
    `same_as`: the address of a better feed that has the same entries, "" without one."""

    url: str
    title: str
    format: str
    entries: int
    latest: datetime | None
    comments: bool
    same_as: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _FoundFeed:
    """A feed before it is ranked. `title`: the title that the page gives it. `latest`: the time of
    its newest entry, None if unknown. `has_comments`: it is a feed of comments."""

    url: str
    title: str
    feed: ParsedFeed
    latest: datetime | None
    has_comments: bool


def rank_feeds(feeds: Sequence[tuple[str, str, ParsedFeed]], page: str) -> list[RankedFeed]:
    """Return the feeds that were found at the address `page`, the best first. `feeds`: a triple for
    each feed: its address, the title that the page gives it, and its content.

    A feed with fewer or less serious defects comes first (`_list_defects`). If several feeds have
    the same entries, `same_as` of the later ones is the address of the best one."""
    found = [
        _FoundFeed(
            url=url,
            title=title,
            feed=feed,
            latest=find_last_date(feed),
            has_comments=is_comments(url, title, feed),
        )
        for url, title, feed in feeds
    ]
    newest = max((item.latest for item in found if item.latest is not None), default=None)

    ranked: list[RankedFeed] = []
    # by kind (comments or articles) and the addresses of the entries: the best feed that has them
    best_urls: dict[tuple[bool, frozenset[str]], str] = {}
    for item in sorted(found, key=lambda item: _list_defects(item, page, newest)):
        entries = item.feed.entries
        entry_aliases = frozenset(urls.alias(entry.url) for entry in entries if entry.url)
        same_as = ""
        if entry_aliases:
            best_url = best_urls.setdefault((item.has_comments, entry_aliases), item.url)
            if best_url != item.url:
                same_as = best_url
        ranked.append(
            RankedFeed(
                url=item.url,
                title=item.feed.title or item.title,
                format=item.feed.format,
                entries=len(entries),
                latest=item.latest,
                comments=item.has_comments,
                same_as=same_as,
            )
        )
    return ranked


def _list_defects(item: _FoundFeed, page: str, newest: datetime | None) -> tuple[bool, ...]:
    """Return a sort key for a feed, so that the best feed comes first. It has True for each defect
    that the feed has, the worst defect first: it has comments and not articles, it has no entries,
    it is no longer written, it is not about `page`, it is a sitemap of tags, images and the like.

    `page`: the address at which the feed was found. `newest`: the time of the newest entry in all
    feeds found there, None if no entry has a time."""
    has_no_entries = not item.feed.entries
    is_abandoned = False
    if newest is not None and item.latest is not None:
        is_abandoned = newest - item.latest > _ABANDONED_AFTER
    is_about_other_page = not _is_about_page(item.url, item.feed, page)
    lists_no_articles = False
    if item.feed.format == "sitemap":
        lists_no_articles = _OTHER_PAGES.search(urlsplit(item.url).path) is not None
    return (
        item.has_comments,
        has_no_entries,
        is_abandoned,
        is_about_other_page,
        lists_no_articles,
    )


def _is_about_page(url: str, feed: ParsedFeed, page: str) -> bool:
    """Return True if the feed at `url` is about `page`. It is if it states this address as its
    site, or if its own address is below that of the page. For the front page of a site only the
    first counts, as all addresses of the site are below it."""
    if urls.alias(feed.site_url or "") == urls.alias(page):
        return True
    if urls.is_root(page):
        return False
    return urls.alias(url).startswith(f"{urls.alias(page).rstrip('/')}/")


def find_last_date(feed: ParsedFeed) -> datetime | None:
    """Return the time of the newest entry; None if no entry has a time."""
    times = [entry.published or entry.updated for entry in feed.entries]
    return max((time for time in times if time is not None), default=None)


def is_comments(url: str, title: str, feed: ParsedFeed) -> bool:
    """Return True if a feed has comments and not articles. Its address `url` or one of its titles
    says so, or more than half of its entries are comments. `title`: the title that a page gives the
    feed."""
    parts = urlsplit(url)
    if _PATH.search(parts.path) or _QUERY.search(parts.query):
        return True
    if any(_TITLE.search(name.strip()) for name in (title, feed.title)):
        return True
    comments = sum(_is_comment(entry) for entry in feed.entries)
    return 2 * comments > len(feed.entries)


def _is_comment(entry: Entry) -> bool:
    """Return True if an entry of a feed is a comment: its title says so, or its address or id leads
    to a comment in a page."""
    if _ENTRY.match(entry.title):
        return True
    return bool(_FRAGMENT.search(entry.url) or _FRAGMENT.search(entry.id))
