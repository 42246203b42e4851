"""An article that was on hold is published."""

from __future__ import annotations

from dataclasses import replace

from syndicator.core.model import Article
from syndicator.pipeline.context import FilingContext
from syndicator.pipeline.dedupe.merge import merge_copy, remember
from syndicator.pipeline.refile import refile


def was_released(article: Article, *, on_hold: bool) -> bool:
    """True for the article of a file whose hold a hand ended, by `hold: false` or without the line, and that is not
    published yet. `on_hold`: it was when it was last recorded. Pure."""
    return not article.hold and (on_hold or bool(article.hold_reason))


def release(article: Article, path: str, context: FilingContext) -> Article:
    """Publishes `article`, as its file at `path` has it, as one that was added now: it stands on top of its feeds and
    in the archive of this month, so that nobody misses it who has read them up to here. It is told beside the copies of
    its story that were published meanwhile. Done twice, or after a crash half way, it is as if done once. Raises
    OSError, ConfigError, StoreError."""
    now = context.added()
    new = replace(article, hold=False, hold_reason="", added=now)
    if not new.also and not new.merged_into:
        new = merge_copy(new, context, now)
    stored, _ = refile(context.article_store, context.store, new, before=article, path=path, ordered=("added", "hold"))
    remember(stored, context.store, now)
    return stored
