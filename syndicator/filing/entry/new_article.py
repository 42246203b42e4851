"""Complete a new article: what its source adds, its id, and whether it waits for the operator."""

from dataclasses import replace
from datetime import datetime

from syndicator.core.model import Article, Entry, Source, SourceState, make_article_id
from syndicator.core.reasons import EntryReason, HoldReason
from syndicator.filing import ownership
from syndicator.filing.context import EntryContext
from syndicator.filing.page_reading import PageReading, choose_hold_reason


def complete_article(
    article: Article,
    entry: Entry,
    source: Source,
    state: SourceState,
    now: datetime,
    uncategorised: str,
) -> Article:
    """Return the `article` that was read from a page, completed by its `source` and by its `entry`
    in the feed. They add where the article comes from and when it was filed. If the page has no
    category or language, it gets the one that the operator set for the source.

    `now`: the time of filing; a later date of the page becomes this time. `uncategorised`: the
    category if neither the page nor the source has one. Pure."""
    same_site_urls = ownership.filter_by_site(article.url, (*article.aliases, entry.url))
    aliases = dict.fromkeys(same_site_urls)
    aliases.pop(article.url, None)
    enclosure = entry.enclosures[0] if entry.enclosures else None
    return replace(
        article,
        published=_limit_time(article.published, now),
        updated=_limit_time(article.updated, now),
        added=now,
        source_key=source.key,
        source_id=entry.id,
        category=article.category or source.category or uncategorised,
        language=article.language or source.language,
        enclosure=enclosure,
        aliases=tuple(aliases),
        origin=ownership.describe_origin(source, state, entry),
    )


def _limit_time(time: datetime | None, latest: datetime) -> datetime | None:
    """Return the earlier one of `time` and `latest`; None if `time` is None."""
    if time is None:
        return None
    return min(time, latest)


def find_free_id(context: EntryContext, url: str) -> str:
    """Return an unused id for an article at `url`, as another article has the usual id of this
    address. The id is made from `url` with "#2" at its end, or else with "#3" and so on."""
    number = 2
    while context.run.store.article(make_article_id(f"{url}#{number}")) is not None:
        number += 1
    return make_article_id(f"{url}#{number}")


def find_hold(context: EntryContext, reading: PageReading, article: Article) -> str:
    """Return the HoldReason code if the new `article` has to wait for the operator before it is
    published; "" if it need not wait. `reading`: the result of reading its page, with doubts about
    it."""
    source = context.limit_source(article.url)
    if source.content == "private":
        return HoldReason.PRIVATE
    mode = context.run.settings.publish.hold
    if mode == "off":
        return ""
    return choose_hold_reason(
        reading.doubts,
        every=mode == "all",
        categorised=bool(source.category),
        flooded=context.row.reason == EntryReason.FLOOD,
        filed=context.run.store.count_filed(context.source.key),
    )
