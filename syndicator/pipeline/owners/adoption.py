"""An article that another source brought first goes to its own site's source once that announces it."""

from __future__ import annotations

from dataclasses import replace

from syndicator.core.model import Article, Entry, Origin, Source, SourceState
from syndicator.pipeline.context import EntryContext, Page, VisitContext
from syndicator.pipeline.dedupe.merge import in_file
from syndicator.pipeline.owners.links import linked_by
from syndicator.pipeline.ownership import OWNS, Claimant, claim_of
from syndicator.pipeline.refile import refile


def adopts(context: VisitContext, article: Article) -> bool:
    """True when the context's source has a stronger claim to `article` than the one that filed it. One that no source
    filed (a hand put its file there) is nobody's to take."""
    if article.source_key in ("", context.source.key):
        return False
    mine = Claimant(source=context.source, rights=context.rights).claim(article.url)
    return mine > claim_of(article, context.run.owners)


async def may_adopt(context: EntryContext, id: str) -> bool:
    """The same for the known article `id` that an entry announces; if no source of its site filed it, its page that was
    kept is looked at for a link to the source's feed."""
    article = context.run.store.article(id)
    if article is None:
        return False
    kept = context.run.snapshots.get(id) if claim_of(article, context.run.owners) < OWNS else None
    if kept is not None:
        context = await linked_by(context, Page(html=kept[0], url=article.url, headers=kept[1]))
    return adopts(context, article)


def take_name(context: EntryContext, id: str) -> None:
    """Name the context's source, which may adopt article `id` and cannot read its page, as the one that it comes from.
    The text stays as it was read; one that was unlisted is added now. Raises OSError, ConfigError, StoreError."""
    article = in_file(id, context.run)
    if article is None or not adopts(context, article):
        return
    hand_over(context, article)
    source, state, entry = context.source, context.state, context.announced
    named = replace(
        article,
        source_key=source.key,
        source_id=entry.id,
        origin=origin_of(source, state, entry),
        published=article.published or entry.published,
        added=context.run.added() if article.unlisted else article.added,
        unlisted=False,
    )
    ordered = ("added",) if article.unlisted else ()
    refile(context.run.article_store, context.run.store, named, before=article, ordered=ordered)


def keep_as_copy(context: VisitContext, article: Article, id: str) -> None:
    """Make `article`, which a neighbour filed under another address, a copy of the one with this `id`, which the
    context's source, that owns it, is about to file. Raises OSError, ConfigError, StoreError."""
    refile(context.run.article_store, context.run.store, replace(article, merged_into=id, also=()), before=article)


def origin_of(source: Source, state: SourceState, entry: Entry) -> Origin:
    """What an article says of the feed that its `entry` came from. Pure."""
    return Origin(
        title=source.title or state.feed_title,
        url=source.url,
        site=state.site_url,
        id=state.feed_id or source.url,
        updated=entry.updated or entry.published,
    )


def hand_over(context: VisitContext, article: Article) -> None:
    """The source that filed `article` carries it from now on. To be called before the article is filed as another's:
    a crash in between leaves a carrier too many, which shows nothing twice. Raises OSError, StoreError."""
    run, key = context.run, article.source_key
    if key and key != context.source.key:
        if key not in run.store.carriers(article.id):
            run.article_store.carry([(article.id, key)])
        run.store.carry([(article.id, key)], {})
