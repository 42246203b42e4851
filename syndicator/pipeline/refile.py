"""The one way in which an article, and who announced it, is written: files first, then what the database knows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from syndicator.core.model import Article
from syndicator.core.ports import EntryRow, VisitStore
from syndicator.core.ports.articles import ArticleStore


def refile(
    article_store: ArticleStore,
    store: VisitStore,
    article: Article,
    *,
    before: Article | None = None,
    path: str | None = None,
    ordered: Collection[str] = (),
    entry: EntryRow | None = None,
    html: str | None = None,
    score: float | None = None,
) -> tuple[Article, bool]:
    """Writes the file of `article`; then records its row, its aliases, the end of its `entry` and the stale marks of
    the feeds that it joins, leaves or stays in, in one transaction. A crash in between leaves a file without a row, or
    with an old one, which the next run records.

    `before` is the article as its file says until now, `path` where that file is, for callers who know; `ordered`
    names fields that an operator asked to change although a hand edited them; `html` is the body rendered, for
    sources that are published whole; `score` how likely its category is, where it was chosen now. Returns the
    article as it stands in its file now, where fields that a hand edited stay, and whether the file changed; with
    neither a change nor an `entry`, nothing is recorded. Raises OSError, ConfigError and StoreError.
    """
    stored, stamp, changed = article_store.put(article, path, ordered=ordered)
    if changed or entry is not None:
        released = bool(stored.hold_reason) and not stored.hold  # by a hand, since the last start
        if released:  # it goes on as one on hold whose file was edited: the next start publishes it as new
            stamp = replace(stamp, mtime_ns=0)
        store.record(
            replace(stored, hold=True) if released else stored,
            stamp,
            entry=entry,
            html=html if stored.body == article.body else None,  # a body edited by hand is rendered by the build
            same_body=before is not None and before.body == stored.body,
            score=score,
            parted=before is not None and bool(before.merged_into) and not stored.merged_into,
        )
    return stored, changed


def carry(
    article_store: ArticleStore, store: VisitStore, id: str, source: str, name: str, *, entry: EntryRow | None = None
) -> None:
    """Remembers that `source`, whose feed is called `name`, announced article `id`: it carries it from then on, unless
    it is the article's own source. In the file beside the articles first, so that no lost database loses it, then in
    the store, with the end of the source's `entry`. Raises OSError, StoreError."""
    article = store.article(id)
    carried = [(id, source)] if article is not None and article.source_key != source else []
    if carried and source not in store.carriers(id):
        article_store.carry(carried)
    store.carry(carried, {source: name}, entry=entry)
