"""An article that another source brought first goes to its own site's source once that announces it."""

from __future__ import annotations

from syndicator.model import Article
from syndicator.pipeline.context import EntryContext, Page, VisitContext, rights_in
from syndicator.pipeline.owners.claims import OWNS, Claimant, claim_of
from syndicator.pipeline.owners.links import ask_page


def adopts(context: VisitContext, article: Article) -> bool:
    """True when the context's source has a stronger claim to `article` than the one that filed it. One that no source
    filed (a hand put its file there) is nobody's to take."""
    if article.source_key in ("", context.source.key):
        return False
    mine = Claimant(source=context.source, rights=context.rights).claim(article.url)
    return mine > _claimed(context, article)


async def may_adopt(context: EntryContext, id: str) -> bool:
    """The same for the known article `id` that an entry announces; where it is nobody's so far, its page that was kept
    is asked whether it links the source's feed."""
    article = context.run.store.article(id)
    if article is None:
        return False
    kept = context.run.snapshots.get(id) if _claimed(context, article) < OWNS else None
    if kept is not None:
        await ask_page(context, Page(html=kept[0], url=article.url, headers=kept[1]))
    return adopts(context, article)


def hand_over(context: VisitContext, article: Article) -> None:
    """The source that filed `article` carries it from now on. To be called before the article is filed as another's:
    a crash in between leaves a carrier too many, which shows nothing twice. Raises OSError, StoreError."""
    run, key = context.run, article.source_key
    if key and key != context.source.key:
        if key not in run.store.carriers(article.id):
            run.article_store.carry([(article.id, key)])
        run.store.carry([(article.id, key)], {})


def _claimed(context: VisitContext, article: Article) -> int:
    run, key = context.run, article.source_key
    holder = run.sources.get(key)
    known = {key: Claimant(source=holder, rights=rights_in(run.rights_file, holder))} if holder else {}
    return claim_of(article, known)
