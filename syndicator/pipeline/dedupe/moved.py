"""Entries of a site that gave its articles new addresses and ids: they are the articles that they were.

Within one source, whatever their age; on another site only what the old address redirects to, or names as its own.
What counts is the text; of times, that those of a column that says the same every week are apart: a site that moves
keeps its times, gets their zone wrong, or loses them. An article that the feed still announces beside the entry, or
that was filed from the same visit, is another one."""

from __future__ import annotations

from datetime import datetime, timedelta

from syndicator.core import urls
from syndicator.core.errors import NotAnArticle, WorkerFailed
from syndicator.core.model import Article, Fetched, Rules
from syndicator.core.reasons import EntryReason
from syndicator.core.text import plain, words
from syndicator.pipeline import jobs
from syndicator.pipeline.context import EntryContext
from syndicator.pipeline.dedupe.merge import in_file, parted, sketched
from syndicator.pipeline.requests import page_request, without_credentials
from syndicator.pipeline.similarity import same_story

# Zones are 14 hours from UTC at most: a site that mistakes its own is off by no more.
SHIFT = timedelta(hours=14)
_MOST_ASKED = 2  # old addresses of an entry that are asked where they are now


async def earlier(context: EntryContext, article: Article) -> Article | None:
    """The article, as its file has it, that `article` is under a new address, None when there is none. The entry is new
    and so is its address. Asks old addresses where titles alone agree and the entry is older than it is new."""
    run, made, late = context.run, sketched(article.body), _is_late(context, article)
    asked = []
    for id in run.store.earlier(context.source.key, article.title, article.published, made.keys if made else ()):
        old = in_file(id, run)
        if old is None or parted(article, old) or not _may_be(context, old):
            continue
        here = urls.site(old.url) in (urls.site(article.url), context.home(article.url))
        same = is_same(article, old, late=late)
        if here and same:
            return old
        if same or (here and words(old.title) == words(article.title)):
            asked.append(old)
    for old in asked[:_MOST_ASKED] if late else ():
        if await _leads_to(context, old, article):
            return old
    return None


def is_same(new: Article, old: Article, *, late: bool) -> bool:
    """True when `new` is the text of `old`, by text, title and time. `late`: it was there before the visit that found
    it, and was not announced then. Pure."""
    exact = words(new.title) == words(old.title) and _second(new.published) == _second(old.published) is not None
    one, other = sketched(new.body), sketched(old.body)
    if one is None or other is None:
        return exact and _within(words(plain(new.body)), words(plain(old.body)))
    if exact:
        return same_story(one, other, one_source=False)
    return same_story(one, other, one_source=True) and (late or _times_agree(new.published, old.published))


def _may_be(context: EntryContext, old: Article) -> bool:
    """True where nothing says that the two are two."""
    if old.added is None or old.added >= context.row.first_seen:
        return False
    known = {*map(urls.alias, (old.url, *old.aliases)), urls.guid_alias(old.source_key, old.source_id)}
    return known.isdisjoint(context.in_feed)


def _is_late(context: EntryContext, article: Article) -> bool:
    """True when the entry says that it was there at a visit that did not find it."""
    if context.row.reason == EntryReason.LATE:
        return True
    before = context.unannounced
    return before is not None and article.published is not None and article.published < before


async def _leads_to(context: EntryContext, old: Article, article: Article) -> bool:
    """True when the old address redirects to the new one, or its page names that as its own."""
    run, source = context.run, context.terms(old.url)
    request = page_request(old.url, source, run.settings, run.environ)
    answer = without_credentials(request, source, run.environ) or await run.fetcher.fetch(request)
    if not isinstance(answer, Fetched):
        return False
    wanted = {*map(urls.alias, (article.url, *article.aliases))}
    if urls.alias(answer.final_url) in wanted:
        return True
    try:
        reading = await run.worker.call(
            jobs.read_and_render,
            answer.body,
            answer.final_url,
            run.taxonomy,
            render=False,
            entry=None,
            rules=Rules(),
            repeated=frozenset(),
            headers=answer.headers,
            now=run.clock(),
        )
    except (NotAnArticle, WorkerFailed):
        return False
    return urls.alias(reading.article.url) in wanted


def _times_agree(one: datetime | None, other: datetime | None) -> bool:
    return one is None or other is None or abs(one - other) <= SHIFT


def _second(at: datetime | None) -> datetime | None:
    return at.replace(microsecond=0) if at else None


def _within(one: list[str], other: list[str]) -> bool:
    """True when the one text stands in the other, whichever is longer: a page may have been cut, or have none."""
    short, long = sorted((one, other), key=len)
    return not short or f" {' '.join(short)} " in f" {' '.join(long)} "
