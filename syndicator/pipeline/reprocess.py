"""Remove blocks from filed articles that were found to repeat on their host."""

from __future__ import annotations

from dataclasses import replace

from syndicator.articles.edits import By, by_of, may_write
from syndicator.core import urls
from syndicator.core.errors import NotAnArticle, RulesError, WorkerFailed
from syndicator.core.model import Article, Entry
from syndicator.pipeline.context import Page, VisitContext
from syndicator.pipeline.dedupe import compared
from syndicator.pipeline.refile import refile


async def reprocess(context: VisitContext, host: str, repeated: frozenset[str]) -> tuple[str, ...]:
    """Read saved pages of `host` that contain `repeated` blocks again; return ids of changed articles."""
    changed = []
    for id, blocks in context.run.store.blocks_by_article(host).items():
        if blocks & repeated and await _reread(context, id):
            changed.append(id)
    return tuple(changed)


async def _reread(context: VisitContext, id: str) -> bool:
    run = context.run
    path, snapshot = run.article_store.find(id), run.snapshots.get(id)
    if path is None or snapshot is None:
        return False
    old = run.article_store.get(path)
    if old.source_key != context.source.key:
        return False
    source, (html, headers) = context.terms(old.url), snapshot
    entry = Entry(id=old.source_id or old.url, url=old.url, categories=old.keywords)
    try:
        reading = await context.read(Page(html=html, url=old.url, headers=headers), source, entry, run.clock())
    except (NotAnArticle, WorkerFailed, RulesError):
        return False  # keep the first reading
    old = run.article_store.get(path)  # it may have changed meanwhile
    stored, changed = refile(
        run.article_store,
        run.store,
        better_reading(old, reading.article, source.category or run.settings.describe.uncategorised),
        before=old,
        path=path,
        html=reading.html,
        compared=lambda stored: compared(stored, run.clock()),
    )
    if changed:
        context.log.info("read again", host=urls.host(stored.url), article=stored.id, title=stored.title)
    return changed


def better_reading(old: Article, new: Article, otherwise: str) -> Article:
    """Return `old` with text and description of `new`, except edits. `otherwise`: category if none fits. Pure."""
    better = replace(old, body=new.body)
    if by_of(old, "excerpt") is By.EXTRACTIVE:
        better = replace(better, excerpt=new.excerpt)
    if may_write(old, "tags", By.MATCHED):
        better = replace(better, tags=new.tags, tags_by=new.tags_by)
    if may_write(old, "category", By.MATCHED):
        better = replace(better, category=new.category or otherwise)
    return better
