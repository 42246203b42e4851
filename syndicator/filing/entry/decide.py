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
    """Decide what becomes of an entry whose page was read as an article: it is filed as a new
    article, or it changes a filed one, which may have moved here from another address. `read`: the
    page, its reading and the entry. Raises ConfigError."""
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

    # a filed article may have moved here; if not, the article that has this address decides
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
    """Return the article that was read from the page, completed by its source, the time of filing
    and the operator's defaults. Dates of the page that are in the future become the present time.
    If this machine's clock is wrong, the present time is that of the server that sent the page."""
    context = read.context
    filing_time = context.run.take_filing_time()
    # filing times never go back, so a later one shows that the clock is wrong, or was
    is_clock_behind = filing_time > read.now
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
    """Decide what becomes of `article`, which was just read, by the filed articles that may be the
    same one. `lookup`: the answer of the database about its addresses and its text. Raises
    ConfigError."""
    context = read.context
    if lookup.away:  # the operator does not want this article
        return endings.skip(context, lookup.away)

    # the article that the entry became earlier
    entry_article_id = context.row.article_id
    entry_article = load_stored(context, entry_article_id) if entry_article_id else None
    if entry_article is not None and _is_redirected(context, entry_article, article):
        return endings.merge_into_known(context, entry_article)

    # the article that has the address of the reading now, or had it once
    known = ownership.find_known_article(lookup, list_alias_keys(article), article.url)
    if known is None:
        known = _find_by_former_address(context, article)
    if entry_article is not None and _is_still_same(context, entry_article, article, known):
        return revise_stored(read, article, entry_article)

    # a new entry may be an article that a source of another site filed with another address
    stored = load_stored(context, known.id) if known else None
    if entry_article is None:
        shown_article = _find_shown_at_other_address(read, article, stored, lookup)
        if shown_article is not None:
            return take_address(read, article, shown_article, stored)

    # no article has the address: file a new one
    if stored is None:
        is_file_lost = entry_article_id is not None and entry_article is None
        lost_id = entry_article_id if is_file_lost else None
        return file_new(read, article, lookup, lost_id=lost_id)

    # an article has the address: file a new one beside it or in its place, or revise it
    is_at_former_address = ownership.is_former_address(stored, article.url)
    if is_at_former_address and not _has_text_of(context, article, stored):
        return file_at_former_address(read, article, stored, lookup)
    if entry_article is None and _may_be_replaced(context, stored, article):
        return file_in_place_of_copy(read, article, stored, lookup)
    return revise_stored(read, article, stored)


def _is_redirected(context: EntryContext, entry_article: Article, article: Article) -> bool:
    """Return True if the page of the entry now redirects to another site, although the feed still
    announces the former one. `entry_article`: the article that the entry became earlier.
    `article`: the article that was read now, which is no new version of it in this case."""
    is_same_announced_site = urls.same_site(entry_article.url, context.announced.url)
    return is_same_announced_site and not urls.same_site(entry_article.url, article.url)


def _is_still_same(
    context: EntryContext, entry_article: Article, article: Article, known: Article | None
) -> bool:
    """Return True if `article`, which was just read, is a new version of `entry_article`, the
    article that the entry became earlier. `known`: the filed article that has the address of
    `article`, None if the address is new."""
    if not urls.same_site(entry_article.url, article.url):
        return False
    if known is None:  # only a source that owns the site may give the article a new address
        return context.rights.owns(article.url)
    return known.id == entry_article.id


def _find_by_former_address(context: EntryContext, article: Article) -> Article | None:
    """Return the filed article that once had the address of `article`, which was just read, and has
    another address now; None without one."""
    # ids are made from addresses, and an article keeps its id when its address changes
    filed = context.run.store.article(article.id)
    if filed is None or not ownership.is_former_address(filed, article.url):
        return None
    return filed


def _has_text_of(context: EntryContext, article: Article, stored: Article) -> bool:
    """Return True if `article`, which was just read, has the text of `stored`, which once had its
    address."""
    if not context.rights.owns(article.url):  # it may not put another text at this address
        return True
    return dedupe.is_copy(article, stored, context.run)


def _may_be_replaced(context: EntryContext, stored: Article, article: Article) -> bool:
    """Return True if `article`, which was just read, may be filed in place of the filed article
    `stored`. For this, `stored` must have another address, the source of the entry must have a
    stronger claim to it than its own source, and few people can have seen it: it is unlisted, or it
    was added in the last week and not edited by hand."""
    if stored.url == article.url:
        return False
    was_seen_by_few = stored.unlisted or dedupe.may_be_replaced(stored, context.run.clock())
    return was_seen_by_few and context.has_stronger_claim(stored)


def _find_shown_at_other_address(
    read: ReadPage, article: Article, stored: Article | None, lookup: Known
) -> Article | None:
    """Return the article that feeds already show for the page of `article`, which was just read,
    but at another address of its site; None without one. A source of another site filed it. Only
    the source that owns the site may change its address.

    `stored`: the filed article that has the address of `article`, None without one. `lookup`: the
    answer of the database about the text of `article`."""
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
    if known is None or known.url == article.url:
        return None
    if not urls.same_site(known.url, article.url):
        return None
    if known.unlisted or known.hold:  # feeds do not show it
        return None
    was_filed_before = known.added is not None and known.added < context.row.first_seen
    if not was_filed_before:
        return None
    return known if context.has_stronger_claim(known) else None


def _find_first_report(context: EntryContext, article: Article, copy: Article) -> Article | None:
    """Return the article into which the filed article `copy` is merged. None if its file is
    missing, or if it does not have the text of `article`, which was just read."""
    shown_article = dedupe.find_shown_article(copy.id, context.run.store)
    if shown_article is None:
        return None
    first = dedupe.load_article(shown_article.id, context.run)
    if first is None or not dedupe.is_copy(article, first, context.run):
        return None
    return first
