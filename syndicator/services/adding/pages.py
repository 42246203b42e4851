"""A page that is followed for itself: as an article, or as a list of articles."""

from __future__ import annotations

from dataclasses import replace

from syndicator.configuration.sources.opml import LONGEST_TITLE
from syndicator.core import urls
from syndicator.core.errors import MissingError, NotAFeed, NotAnArticle, WorkerFailed
from syndicator.core.model import Fetched, ParsedFeed, Rules, Source
from syndicator.pipeline import jobs
from syndicator.services.adding.found import MOST_ITEMS, SHUT_PAGE, Candidate, if_known
from syndicator.services.adding.session import Session
from syndicator.visiting.feeds.discovery import Discovery


async def page_candidates(session: Session, url: str, answer: Fetched, found: Discovery) -> list[Candidate]:
    """The page at `url` as an article, as a list of articles, or both, what it is first. A front page is no article,
    what says that it is an article no list but where it is nothing else. Raises MissingError for what is neither."""
    page = _page_candidate(session, url, answer, found)
    listed = await _list(session, page, answer)
    if urls.is_root(url):
        return listed
    if listed and listed[0].whole:
        return [*listed, page]
    if found.article:
        return [page]
    refused = await _refused(session, answer)
    if refused and not listed:
        raise MissingError(f"{url} names no feed, and is neither an article nor a list of them: {refused}")
    return [*listed, page] if refused else [page, *listed]


def _page_candidate(session: Session, url: str, answer: Fetched, found: Discovery) -> Candidate:
    title = found.title[:LONGEST_TITLE].strip() or None
    source = Source(key="", url=url, kind="page", title=title, allow=session.allow)
    warning = SHUT_PAGE if answer.warning else ""
    return if_known(session.known, Candidate(source=source, kind="article", warning=warning, answer=answer))


async def _list(session: Session, page: Candidate, answer: Fetched) -> list[Candidate]:
    """The page as a list, none where its links are none of articles."""
    told = (answer.body, answer.final_url, dict(answer.headers))
    try:
        feed: ParsedFeed = await session.worker.call(jobs.read_listing, *told)
    except (NotAFeed, WorkerFailed):
        return []
    source = page.source if page.known else replace(page.source, kind="list")
    learnt = feed.listing.by if feed.listing else ""
    latest = max((entry.published for entry in feed.entries if entry.published), default=None)
    listed = replace(page, kind="list", source=source, format=learnt, announced=len(feed.entries), latest=latest)
    whole = feed.listing is not None and feed.listing.whole
    return [replace(listed, entries=feed.entries[:MOST_ITEMS], whole=whole)]


async def _refused(session: Session, answer: Fetched) -> str:
    """Why a visit would not file the page itself, "" where it would."""
    try:
        await session.worker.call(
            jobs.read_and_render,
            answer.body,
            answer.final_url,
            session.app.taxonomy,
            render=False,
            entry=None,
            rules=Rules(),
            repeated=frozenset(),
            headers=dict(answer.headers),
            now=session.app.clock(),
        )
    except (NotAnArticle, WorkerFailed) as refusal:
        return str(refusal)
    return ""
