"""Recognise by its page that an entry is a filed article with another address now."""

from dataclasses import replace

from syndicator.core import urls
from syndicator.core.model import Article
from syndicator.core.ports import Known
from syndicator.core.reasons import EntryReason
from syndicator.filing import dedupe, ownership
from syndicator.filing.context import EntryContext
from syndicator.filing.entry import endings
from syndicator.filing.entry.endings import Decision, EntryResult
from syndicator.filing.entry.fetch_and_read import ReadPage
from syndicator.filing.entry.new_and_revised import list_alias_keys, load_stored, revise_stored


async def decide_new_address(
    context: EntryContext, article: Article, lookup: Known
) -> Decision | None:
    """Decide on a new entry whose article may be a filed one that has a new address now. Either
    this filed article gets the address, or the entry waits until the feed announces it again.
    Return None if the article seems to be new.

    `article`: the article that was read from the entry's page. `lookup`: the answer of the database
    about its addresses and its text."""
    row = context.row
    is_late = row.reason == EntryReason.LATE
    if lookup.away:
        return None
    if not lookup.earlier and not is_late:
        return None
    filed = ownership.find_known_article(lookup, list_alias_keys(article), article.url)
    if filed is not None and not context.has_stronger_claim(filed):
        return None
    moved = await dedupe.find_moved_article(context, article, lookup.earlier)
    if moved is not None:
        return _record_new_address(context, article, moved)
    if not is_late:
        return None
    # an old entry appeared suddenly; if the next visit finds it again, it is filed as new
    waiting = replace(row, reason=EntryReason.LATE, read_at=context.run.clock())
    return endings.wait(waiting, EntryReason.LATE, article.title)


def _record_new_address(context: EntryContext, article: Article, moved: dedupe.Moved) -> Decision:
    """Decide to record that the filed article in `moved` now has the address of `article`, which
    was just read. On the same site, the new address becomes an alias. On another site, it becomes
    the article's address if the article may move there. If it may not, the source only becomes a
    carrier (a source that announced the article, too)."""
    stored = moved.article
    if urls.same_site(stored.url, article.url):
        new_urls = [url for url in (article.url, *article.aliases) if url != stored.url]
        aliases = dict.fromkeys((*stored.aliases, *new_urls))
        changed = replace(stored, aliases=tuple(aliases))
    elif _may_move_to(context, stored, article.url, moved.lead):
        changed = ownership.move_keeping_alias(stored, article.url)
    else:
        return endings.merge_into_known(context, stored)
    row = context.row.done(stored.id, context.run.clock())
    return Decision(act="revise", row=row, article=changed, before=stored, result=EntryResult())


async def decide_host_move(read: ReadPage, article: Article) -> Decision | None:
    """Decide on an entry whose article is filed, but whose page is on another site now. `article`:
    the article that was read from this page. If the former page of the filed article leads to the
    new site, the article gets the new address. If it may not get it, the source becomes a carrier
    (a source that announced the article, too). Return None if the article did not move."""
    context = read.context
    stored = load_stored(context, context.row.article_id or "")
    if stored is None or stored.source_key != context.source.key:
        return None
    if urls.same_site(stored.url, article.url):
        return None
    # the feed still announces the former site: that only its page redirects is no move
    if urls.same_site(stored.url, context.announced.url):
        return None
    if urls.site(stored.url) == context.find_site_before_move(article.url):
        lead = dedupe.Lead.FOR_GOOD  # the whole site moved
    else:
        lead = await dedupe.ask_former_page(context, stored, article)
    if _may_move_to(context, stored, article.url, lead):
        moved = ownership.move_keeping_alias(stored, article.url)
        return revise_stored(read, article, stored, moved=moved)
    if lead is dedupe.Lead.ELSEWHERE:
        return None
    return endings.merge_into_known(context, stored)


def _may_move_to(context: EntryContext, stored: Article, url: str, lead: dedupe.Lead) -> bool:
    """Return True if the `stored` article may get the address `url` on another site. Its source
    must be that of the entry, and must own the new site. In addition, the former page must redirect
    there permanently, or the whole site must have moved there. `lead`: where the former page
    leads."""
    if stored.source_key != context.source.key or not context.rights.owns(url):
        return False
    if lead is dedupe.Lead.FOR_GOOD:
        return True
    return urls.site(stored.url) == context.find_site_before_move(url)
