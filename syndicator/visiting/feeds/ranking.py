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
    """A feed in a list from which the operator chooses. `entries`: their number; `latest`: the time
    of the newest; `comments`: it is a feed of comments; `same_as`: the address of a better feed
    with the same entries, "" without one."""

    url: str
    title: str
    format: str
    entries: int
    latest: datetime | None
    comments: bool
    same_as: str = ""


def rank_feeds(feeds: Sequence[tuple[str, str, ParsedFeed]], page: str) -> list[RankedFeed]:
    """Return the feeds, best first. `feeds`: address, title by the page, and content of each;
    `page`: the address at which they were found.

    Of two feeds, the better one is the first that has articles and not comments; has entries; is
    not abandoned; is about `page`; is no sitemap of tags, images and the like."""
    last_dates = [find_last_date(feed) for _, _, feed in feeds]
    newest = max((date for date in last_dates if date is not None), default=None)

    def list_defects(number: int) -> tuple[bool, ...]:
        """Return the defects of a feed, the worst first: a feed with False sorts before True."""
        url, title, feed = feeds[number]
        date = last_dates[number]
        is_abandoned = newest is not None and date is not None and newest - date > _ABANDONED_AFTER
        is_of_other_pages = _OTHER_PAGES.search(urlsplit(url).path) is not None
        return (
            is_comments(url, title, feed),
            not feed.entries,
            is_abandoned,
            not _is_about(url, feed, page),
            feed.format == "sitemap" and is_of_other_pages,
        )

    ranked: list[RankedFeed] = []
    # by kind (comments or articles) and the addresses of the entries: the best feed that has them
    first_urls: dict[tuple[bool, frozenset[str]], str] = {}
    for number in sorted(range(len(feeds)), key=list_defects):
        url, title, feed = feeds[number]
        comments = is_comments(url, title, feed)
        entries = frozenset(urls.alias(entry.url) for entry in feed.entries if entry.url)
        same_as = url
        if entries:
            same_as = first_urls.setdefault((comments, entries), url)
        ranked.append(
            RankedFeed(
                url=url,
                title=feed.title or title,
                format=feed.format,
                entries=len(feed.entries),
                latest=last_dates[number],
                comments=comments,
                same_as="" if same_as == url else same_as,
            )
        )
    return ranked


def _is_about(url: str, feed: ParsedFeed, page: str) -> bool:
    """Return True if the feed states `page` as its site, or if its address is below that of `page`,
    unless `page` is the front page of the site."""
    if urls.alias(feed.site_url or "") == urls.alias(page):
        return True
    if urls.is_root(page):
        return False
    return urls.alias(url).startswith(f"{urls.alias(page).rstrip('/')}/")


def find_last_date(feed: ParsedFeed) -> datetime | None:
    """Return the time of the newest entry, or None if no entry has one."""
    times = [entry.published or entry.updated for entry in feed.entries]
    return max((time for time in times if time is not None), default=None)


def is_comments(url: str, title: str, feed: ParsedFeed) -> bool:
    """Return True for a feed of comments: its address, one of its titles or more than half of its
    entries say so. `title`: the title that the page gives the feed."""
    parts = urlsplit(url)
    if _PATH.search(parts.path) or _QUERY.search(parts.query):
        return True
    if any(_TITLE.search(name.strip()) for name in (title, feed.title)):
        return True
    comments = sum(_is_comment(entry) for entry in feed.entries)
    return 2 * comments > len(feed.entries)


def _is_comment(entry: Entry) -> bool:
    if _ENTRY.match(entry.title):
        return True
    return bool(_FRAGMENT.search(entry.url) or _FRAGMENT.search(entry.id))
