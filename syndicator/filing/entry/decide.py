"""Decide what becomes of a page that was read: a new article, a revision, a copy or a move."""

from dataclasses import replace
from functools import partial

from syndicator.configuration import page_rules
from syndicator.core import urls
from syndicator.core.model import Article
from syndicator.core.ports import Known
from syndicator.filing import dedupe, ownership
from syndicator.filing.context import EntryContext
from syndicator.filing.entry import endings
from syndicator.filing.entry.endings import Decision
from syndicator.filing.entry.fetch_and_read import ReadPage
from syndicator.filing.entry.moves import decide_host_move, decide_new_address
from syndicator.filing.entry.new_and_revised import (
    file_at_former_address,
    file_in_place_of_copy,
    file_new,
    list_alias_keys,
    load_stored,
    revise_stored,
    take_address,
)
from syndicator.filing.entry.new_article import complete_article
from syndicator.visiting.fetch.responses import parse_http_date

_NOT_A_WALL = ""  # the page showed a whole article


async def decide_read(read: ReadPage) -> Decision:
    """Decide what becomes of an entry whose page was read as an article. Raises ConfigError.

    If the article moved here from another address, the moved article is changed. Otherwise the
    article that has this address decides, or the reading is filed as new."""
    context = read.context
    run = context.run
    reading = read.reading
    dedupe.remember_sketch(reading.article.body, reading.sketch)
    article = _complete_reading(read)
    if run.report_trace:
        run.report_trace(article.id, reading.trace)

    # ask the database for articles at its addresses and, for a new entry, for copies
    is_known_entry = bool(context.row.article_id)
    copy_query = None
    if not is_known_entry:
        copy_query = dedupe.build_copy_query(article, context.source.key, run.clock())
    look_up = partial(
        run.store.look_up,
        list_alias_keys(article),
        named=[urls.alias(url) for url in article.also],
        like=copy_query,
    )
    lookup = look_up()

    # the article may have moved to another address; if not, what has its address decides
    if is_known_entry:
        decision = await decide_host_move(read, article)
    else:
        decision = await decide_new_address(context, article, lookup)
    if decision is None:
        if lookup.earlier or is_known_entry:
            # old pages were requested, which takes time: the database may know more by now
            lookup = look_up()
        decision = _decide_by_match(read, article, lookup)

    if not read.page.html:  # the feed's text was read, which says nothing of the page
        return decision
    wall = page_rules.LEAD if article.partial else _NOT_A_WALL
    result = replace(decision.result, matches=reading.matches, wall=wall)
    return replace(decision, result=result)


def _complete_reading(read: ReadPage) -> Article:
    """Return the article that was read, with its source, the time of filing, and the operator's
    defaults. Its dates are limited to the present. If this machine's clock is wrong, the present is
    that of the server that sent the page."""
    context = read.context
    filing_time = context.run.take_filing_time()
    is_clock_behind = filing_time > read.now  # it is, or was, wrong
    latest = read.now
    if is_clock_behind:
        latest = parse_http_date(read.page.headers.get("date", "")) or filing_time
    article = complete_article(
        read.reading.article,
        read.entry,
        read.source,
        context.state,
        latest,
        context.run.settings.describe.uncategorised,
    )
    if not is_clock_behind:
        return article
    # `complete_article` set `added` to the server's time, but feeds are sorted by this machine's
    return replace(article, published=article.published or article.added, added=filing_time)


def _decide_by_match(read: ReadPage, article: Article, lookup: Known) -> Decision:
    """Decide what becomes of the reading `article`, by the filed articles that may be the same one.
    These are the article that the entry became earlier (`entry_article`), the one that has the
    address of the reading, and the one that once had this address (both in `known`). `lookup`: what
    the database knows of the addresses and the text of the reading. Raises ConfigError."""
    context = read.context
    if lookup.away:
        return endings.skip(context, lookup.away)
    entry_article_id = context.row.article_id
    entry_article = load_stored(context, entry_article_id) if entry_article_id else None
    if entry_article is not None and _is_redirected(context, entry_article, article):
        return endings.merge_into_known(context, entry_article)
    known = ownership.find_known_article(lookup, list_alias_keys(article), article.url)
    if known is None:
        known = _find_by_former_address(context, article)
    if entry_article is not None and _is_still_same(context, entry_article, article, known):
        return revise_stored(read, article, entry_article)
    stored = load_stored(context, known.id) if known else None
    if entry_article is None:
        shown_article = _find_shown_at_other_address(read, article, stored, lookup)
        if shown_article is not None:
            return take_address(read, article, shown_article, stored)
    if stored is None:
        is_file_lost = entry_article_id is not None and entry_article is None
        lost_id = entry_article_id if is_file_lost else None
        return file_new(read, article, lookup, lost_id=lost_id)
    is_at_former_address = ownership.is_former_address(stored, article.url)
    if is_at_former_address and not _has_text_of(context, article, stored):
        return file_at_former_address(read, article, stored, lookup)
    if entry_article is None and _may_be_replaced(context, stored, article):
        return file_in_place_of_copy(read, article, stored, lookup)
    return revise_stored(read, article, stored)


def _is_redirected(context: EntryContext, entry_article: Article, article: Article) -> bool:
    """Return True if the feed still announces the entry on the site of `entry_article`, the article
    that it became earlier, but the page redirects to another site. The reading `article` is then no
    revision of `entry_article`."""
    is_announced_there = urls.same_site(entry_article.url, context.announced.url)
    return is_announced_there and not urls.same_site(entry_article.url, article.url)


def _is_still_same(
    context: EntryContext, entry_article: Article, article: Article, known: Article | None
) -> bool:
    """Return True if the reading `article` is a new version of `entry_article`, the article that
    the entry became earlier. Both must be on one site.

    `known`: the filed article that has the address of the reading. If it is None, this address is
    new, and only a source that owns the site may give it to `entry_article`."""
    if not urls.same_site(entry_article.url, article.url):
        return False
    if known is None:
        return context.rights.owns(article.url)
    return known.id == entry_article.id


def _find_by_former_address(context: EntryContext, article: Article) -> Article | None:
    """Return the filed article that once had the address of the reading `article` and has another
    address now; None without one. It still has the id that is made from the former address."""
    filed = context.run.store.article(article.id)
    if filed is None or not ownership.is_former_address(filed, article.url):
        return None
    return filed


def _has_text_of(context: EntryContext, article: Article, stored: Article) -> bool:
    """Return True if the reading `article` still has the text of `stored`, which once had its
    address. If the source does not own the address, the text is not compared and counts as the
    same."""
    if not context.rights.owns(article.url):
        return True
    return dedupe.is_copy(article, stored, context.run)


def _may_be_replaced(context: EntryContext, stored: Article, article: Article) -> bool:
    """Return True if the reading `article` may be filed in place of `stored`. For this, `stored`
    must have another address of the page, the source must have the stronger claim to it, and few
    people can have seen it: no feed lists it, or it was added in the last week and not edited by
    hand."""
    if stored.url == article.url:
        return False
    was_seen_by_few = stored.unlisted or dedupe.may_be_replaced(stored, context.run.clock())
    return was_seen_by_few and context.has_stronger_claim(stored)


def _find_shown_at_other_address(
    read: ReadPage, article: Article, stored: Article | None, lookup: Known
) -> Article | None:
    """Return the article that feeds already show for the same page, under another address of the
    site; None without one. A source of another site linked the page with that address first. The
    source of the reading `article` owns the site, so the returned article will keep its id and get
    the address of the reading.

    `stored`: the filed article that has the address of the reading, None without one. `lookup`:
    what the database knows of the text of the reading."""
    context = read.context
    if not context.rights.owns(article.url):
        return None
    if stored is None:
        known = dedupe.find_shown_at_other_address(
            article, context.run, context.run.clock(), lookup
        )
    elif stored.merged_into:
        known = _find_first_report(context, article, stored)
    else:
        known = stored
    if known is None or known.url == article.url or not urls.same_site(known.url, article.url):
        return None
    if known.unlisted or known.hold:
        return None
    was_filed_before = known.added is not None and known.added < context.row.first_seen
    if not was_filed_before:
        return None
    return known if context.has_stronger_claim(known) else None


def _find_first_report(context: EntryContext, article: Article, copy: Article) -> Article | None:
    """Return the shown article into which `copy` is merged; None if it does not have the text of
    `article`, or if its file is missing."""
    shown_article = dedupe.find_shown_article(copy.id, context.run.store)
    if shown_article is None:
        return None
    first = dedupe.load_article(shown_article.id, context.run)
    if first is None or not dedupe.is_copy(article, first, context.run):
        return None
    return first
