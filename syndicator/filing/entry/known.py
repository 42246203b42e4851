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
    """Decide an entry by its address and what the database knows of it, without its page; None if
    its page must be read."""
    row = context.row
    announced_url = context.announced.url
    lookup = context.run.store.look_up(context.aliases)
    if lookup.away:
        return endings.skip(context, lookup.away)
    refusal = explain_refusal(announced_url, context.source)
    if refusal:
        return endings.refuse(context, FetchReason.BLOCKED_ADDRESS, refusal)
    if row.article_id:
        article = _find_linked_only(context, row.article_id, lookup)
        return endings.merge_into_known(context, article) if article else None
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
    """Return True if the source's site moved to another host, and the filed `article` still has the
    address there that corresponds to the announced one: same path, former host."""
    announced_url = context.announced.url
    new_site = urls.site(announced_url)
    former_site = context.find_site_before_move(announced_url)
    if new_site == former_site:  # there was no move
        return False
    if urls.site(article.url) != former_site or article.source_key != context.source.key:
        return False
    url_on_former_site = announced_url.replace(new_site, former_site, 1)
    return urls.alias(url_on_former_site) == urls.alias(article.url)


def _move_to_announced_address(context: EntryContext, article: Article) -> Decision:
    """Decide to give the filed `article` the announced address; its former address becomes an
    alias."""
    stored = load_stored(context, article.id)
    # its file is gone, so the new address cannot be written
    if stored is None:
        return endings.merge_into_known(context, article)
    moved = ownership.move_keeping_alias(stored, context.row.url)
    row = context.row.done(article.id, context.run.clock())
    return Decision(
        act="revise", row=row, article=moved, before=stored, result=EntryResult(changed=article.id)
    )


def _may_show_another(context: EntryContext, article: Article, url: str) -> bool:
    """Return True if `url` is a former address of `article` on the source's own site: the site may
    show another article there by now, so the page must be read."""
    return ownership.is_former_address(article, url) and context.rights.owns(url)


def _find_linked_only(context: EntryContext, article_id: str, lookup: Known) -> Article | None:
    """Return the article `article_id` that the entry became earlier, if the entry only links to it:
    its source may neither revise nor adopt it, so its page need not be read. None otherwise."""
    url = context.announced.url
    article = context.run.store.article(article_id)
    if article is None or context.row.reason == EntryReason.OWNERSHIP:
        return None
    linked = ownership.find_known_article(lookup, [urls.alias(url)], url)
    if linked is None or linked.id != article_id:
        return None
    if may_revise(context, article) or context.has_stronger_claim(article):
        return None
    return article
