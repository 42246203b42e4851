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
    """Decide an entry whose page was read as an article. Raises ConfigError."""
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
    """Return the article that was read with its source, the time of filing and the operator's
    defaults."""
    context = read.context
    added = context.run.take_filing_time()
    is_clock_behind = added > read.now
    latest = read.now
    if is_clock_behind:  # our clock is or was wrong: the server's clock limits the article's dates
        latest = parse_http_date(read.page.headers.get("date", "")) or added
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
    # `complete_article` set `added` to the server's time; feeds are sorted by our own
    return replace(article, published=article.published or article.added, added=added)


def _decide_by_match(read: ReadPage, article: Article, lookup: Known) -> Decision:
    """Decide to file the reading `article` as a new article, or as a revision of the article that
    the entry became earlier (the bound one) or that has its address. `lookup`: what the database
    knows of its addresses and text. Raises ConfigError."""
    context = read.context
    if lookup.away:
        return endings.skip(context, lookup.away)
    bound_id = context.row.article_id
    bound = load_stored(context, bound_id) if bound_id else None
    if bound is not None and _is_redirected(context, bound, article):
        return endings.merge_into_known(context, bound)
    match = ownership.find_known_article(lookup, list_alias_keys(article), article.url)
    if match is None:
        match = _find_former(context, article)
    if bound is not None and _is_still_same(context, bound, article, match):
        return revise_stored(read, article, bound)
    stored = load_stored(context, match.id) if match else None
    if bound is None:
        shown_article = _find_shown_at_other_address(read, article, stored, lookup)
        if shown_article is not None:
            return take_address(read, article, shown_article, stored)
    if stored is None:
        lost_id = bound_id if bound is None else None
        return file_new(read, article, lookup, lost_id=lost_id)
    if ownership.is_former_address(stored, article.url) and not _has_text_of(
        context, article, stored
    ):
        return file_at_former_address(read, article, stored, lookup)
    if bound is None and _may_be_replaced(context, stored, article):
        return file_in_place_of_copy(read, article, stored, lookup)
    return revise_stored(read, article, stored)


def _is_redirected(context: EntryContext, bound: Article, article: Article) -> bool:
    """Return True if the feed announces an address on the site of the entry's article `bound`, but
    its page redirects to another site: what is there is no revision of the article."""
    is_announced_there = urls.same_site(bound.url, context.announced.url)
    return is_announced_there and not urls.same_site(bound.url, article.url)


def _is_still_same(
    context: EntryContext, bound: Article, article: Article, match: Article | None
) -> bool:
    """Return True if the reading `article` is a new version of `bound`, the article that the entry
    became earlier. `match`: the filed article that has its address, None without one. Only a source
    that owns the site may give the article a new address."""
    if not urls.same_site(bound.url, article.url):
        return False
    if match is None:
        return context.rights.owns(article.url)
    return match.id == bound.id


def _find_former(context: EntryContext, article: Article) -> Article | None:
    """Return the article that was once filed at the address of the reading `article` and has
    another address now; None without one. It has the id that this address gives."""
    filed = context.run.store.article(article.id)
    if filed is None or not ownership.is_former_address(filed, article.url):
        return None
    return filed


def _has_text_of(context: EntryContext, article: Article, stored: Article) -> bool:
    """Return True if the reading `article` is still the text of `stored`, which once had its
    address. It counts as the same without a comparison if the source does not own the address."""
    if not context.rights.owns(article.url):
        return True
    return dedupe.is_copy(article, stored, context.run)


def _may_be_replaced(context: EntryContext, stored: Article, article: Article) -> bool:
    """Return True if the owner's reading `article` may be filed in place of `stored`, which a
    source of another site filed for another address of the page and which few can have seen."""
    if stored.url == article.url:
        return False
    is_unseen = stored.unlisted or dedupe.may_be_replaced(stored, context.run.clock())
    return is_unseen and context.has_stronger_claim(stored)


def _find_shown_at_other_address(
    read: ReadPage, article: Article, stored: Article | None, lookup: Known
) -> Article | None:
    """Return the article that feeds show already for the page of the owner's reading `article`,
    because another source linked the page with another address first. It will keep its id and get
    the address of `article`. None without one.

    `stored`: the article that the database knows at the address of `article`."""
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
    if known.added is None or known.added >= context.row.first_seen:
        return None
    return known if context.has_stronger_claim(known) else None


def _find_first_report(context: EntryContext, article: Article, copy: Article) -> Article | None:
    """Return the shown article into which `copy` is merged, if it has the text of `article`; else
    None."""
    shown_article = dedupe.find_shown_article(copy.id, context.run.store)
    if shown_article is None:
        return None
    first = dedupe.load_article(shown_article.id, context.run)
    if first is None or not dedupe.is_copy(article, first, context.run):
        return None
    return first
