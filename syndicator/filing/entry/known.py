"""Decide an entry by its address and what the database knows of it, before its page is fetched."""

from syndicator.core import urls
from syndicator.core.model import Article
from syndicator.core.ports import Known
from syndicator.core.reasons import EntryReason, FetchReason, PageReason
from syndicator.filing import ownership
from syndicator.filing.context import EntryContext, explain_refusal
from syndicator.filing.entry import endings
from syndicator.filing.entry.endings import Decision, EntryResult
from syndicator.filing.entry.new_and_revised import load_stored, may_revise
from syndicator.filing.granted_rights import may_adopt


async def decide_unread(context: EntryContext) -> Decision | None:
    """Decide on an entry before its page is fetched, by its address and by the stored articles.
    Return None if its page must be read to decide."""
    row = context.row
    announced_url = context.announced.url
    lookup = context.run.store.look_up(context.aliases)
    if lookup.away:  # the operator does not want this article
        return endings.skip(context, lookup.away)
    refusal = explain_refusal(announced_url, context.source)
    if refusal:
        return endings.refuse(context, FetchReason.BLOCKED_ADDRESS, refusal)

    # the entry became an article earlier
    if row.article_id:
        linked = _find_linked_only(context, row.article_id, lookup)
        if linked is None:
            return None
        return endings.merge_into_known(context, linked)

    # the entry is new, but its article may be filed already
    article = context.find_known_article(lookup)
    if article is None and urls.is_front_page(announced_url):
        return endings.refuse(context, PageReason.FRONT_PAGE, "")
    if article is None:
        return None
    if _is_at_former_host(context, article):
        return _move_to_announced_address(context, article)
    if _may_show_another(context, article, row.url) or await may_adopt(context, article):
        return None
    return endings.merge_into_known(context, article)


def _is_at_former_host(context: EntryContext, article: Article) -> bool:
    """Return True if the filed `article` still has its address on the former host of the source's
    site, which has moved. The source must have filed the article, and the article's address must
    differ from that of the entry only by the host."""
    announced_url = context.announced.url
    new_site = urls.site(announced_url)
    former_site = context.find_site_before_move(announced_url)
    if new_site == former_site:  # there was no move
        return False
    if article.source_key != context.source.key:
        return False
    if urls.site(article.url) != former_site:
        return False
    url_on_former_site = announced_url.replace(new_site, former_site, 1)
    return urls.alias(url_on_former_site) == urls.alias(article.url)


def _move_to_announced_address(context: EntryContext, article: Article) -> Decision:
    """Decide to give the filed `article` the address of the entry. Its former address becomes an
    alias. If the file of the article is missing, only the entry is recorded as done."""
    stored = load_stored(context, article.id)
    if stored is None:  # there is no file to write the new address to
        return endings.merge_into_known(context, article)
    moved = ownership.move_keeping_alias(stored, context.row.url)
    row = context.row.done(article.id, context.run.clock())
    return Decision(
        act="revise", row=row, article=moved, before=stored, result=EntryResult(changed=article.id)
    )


def _may_show_another(context: EntryContext, article: Article, url: str) -> bool:
    """Return True if the page at `url` may be another article by now, so that it must be read:
    `url` is a former address of `article`, and the source owns its site."""
    return ownership.is_former_address(article, url) and context.rights.owns(url)


def _find_linked_only(context: EntryContext, article_id: str, lookup: Known) -> Article | None:
    """Return the article that the entry became earlier if its source may not change it: neither
    revise it nor adopt it. The page of the entry need not be read then. Return None if the source
    may change the article, or if this is not certain.

    `article_id`: the id of the article. `lookup`: the answer of the database about the entry's
    addresses."""
    url = context.announced.url
    article = context.run.store.article(article_id)
    # OWNERSHIP: the article is to get another source
    if article is None or context.row.reason == EntryReason.OWNERSHIP:
        return None
    linked = ownership.find_known_article(lookup, [urls.alias(url)], url)
    if linked is None or linked.id != article_id:
        return None
    if may_revise(context, article) or context.has_stronger_claim(article):
        return None
    return article
