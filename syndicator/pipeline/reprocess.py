"""What was learnt to repeat on a host after its first articles were filed is taken out of these too."""

from __future__ import annotations

from dataclasses import replace

from syndicator import urls
from syndicator.articles.membership import feeds_of
from syndicator.articles.provenance import By, by_of, may_write
from syndicator.errors import NotAnArticle, WorkerFailed
from syndicator.model import Article, Entry, Source
from syndicator.pipeline.context import Tools
from syndicator.pipeline.dedupe.merge import remember
from syndicator.pipeline.remote import read_and_render


async def tidy(host: str, learnt: frozenset[str], source: Source, tools: Tools) -> tuple[str, ...]:
    """Reads those recent articles of `source` on `host` again that carry a block of `learnt`, from the pages that were
    kept, and files them without it. It is our reading that gets better, not the publisher's text that changed: neither
    `updated` nor `revisions` moves. Returns the ids of the articles that changed."""
    changed = []
    for id, blocks in tools.store.carriers(host).items():
        if blocks & learnt and await _again(id, source, tools):
            changed.append(id)
    return tuple(changed)


async def _again(id: str, source: Source, tools: Tools) -> bool:
    path, kept = tools.article_store.find(id), tools.snapshots.get(id)
    if path is None or kept is None:
        return False
    old = tools.article_store.get(path)
    if old.source_key != source.key:
        return False
    html, headers = kept
    try:
        new, whole = await tools.worker.call(
            read_and_render,
            html,
            old.url,
            tools.taxonomy,
            render=source.content == "full",
            entry=Entry(id=old.source_id or old.url, url=old.url, categories=old.keywords),
            rules=source.rules,
            repeated=tools.store.repeated(urls.host(old.url)),
            headers=headers,
            now=tools.clock(),
            own=source.tags,
        )
    except (NotAnArticle, WorkerFailed):
        return False  # it reads worse than the first time: the first reading stays
    now = tools.article_store.get(path)  # other visits went on meanwhile: a copy may have been merged into it
    return _file(now, new, whole, source, tools)


def _file(old: Article, new: Article, html: str | None, source: Source, tools: Tools) -> bool:
    better = _better(old, new, source.category or tools.settings.describe.uncategorised)
    stored, stamp, changed = tools.article_store.put(better)
    if changed:
        remember(stored, tools.store, tools.clock())
        aliases = [urls.alias(stored.url), *map(urls.alias, stored.aliases)]
        stale = {*feeds_of(old), *feeds_of(stored)}
        html = html if stored.body == new.body else None
        tools.store.record(stored, stamp, aliases=aliases, stale=stale, html=html)
    return changed


def _better(old: Article, new: Article, otherwise: str) -> Article:
    """`old` with the text of `new`, and with what that text says of itself: the words that went may have given it its
    excerpt, tags and category. What a hand or a language model wrote stays."""
    better = replace(old, body=new.body)
    if by_of(old, "excerpt") is By.EXTRACTIVE:  # a publisher's own does not come from the text
        better = replace(better, excerpt=new.excerpt)
    if may_write(old, "tags", By.MATCHED):
        better = replace(better, tags=new.tags, tags_by=new.tags_by)
    if may_write(old, "category", By.MATCHED):
        better = replace(better, category=new.category or otherwise)
    return better
