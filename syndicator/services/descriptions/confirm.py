"""An operator's decision on tags and category of one article, written into its file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from syndicator.articles.edits import by_of
from syndicator.core.errors import EditedMeanwhile, UsageError
from syndicator.core.model import Article, Problem
from syndicator.describing.taxonomy.vocabulary import load_any
from syndicator.pipeline.descriptions.confirm import (
    ORDERED,
    ChangeCounter,
    Decision,
    FeedChange,
    Names,
    carried_over,
    decided,
    same,
)
from syndicator.pipeline.refile import refile
from syndicator.services import reconcile
from syndicator.services.container import App
from syndicator.services.mending.editorial import withdrawn
from syndicator.services.naming import need_article


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """Effect of a decision. `changed`: the file differs, if only in who confirmed it. `problems`: unreadable files."""

    before: Article
    after: Article
    path: str
    changed: bool
    feeds: tuple[FeedChange, ...]
    problems: tuple[Problem, ...] = ()


def names(app: App) -> Names:
    """Return the names of taxonomy.toml and the published tags. Raises ConfigError."""
    used = [row.name for row in app.store.index.feeds() if row.key.axis == "tag" and row.moved_to is None]
    return Names(load_any(app.config / "taxonomy.toml"), tuple(used))


def plan(app: App, what: str, decide: Callable[[Article, Names], Decision]) -> Confirmed:
    """Plan the decision on the article `what`; changes nothing. Raises UsageError, ConfigError for a broken file."""
    problems = reconcile.files(app)
    if withdrawn(app, what):
        raise UsageError(f"{what!r} is withdrawn; `syndicator withdraw --undo` brings it back, with its tags")
    path = app.store.index.path(need_article(app, what)) or ""
    before = app.article_store.get(path)
    after = decided(before, decide(before, names(app)))
    changes = ChangeCounter(app.store.index.merged())
    if not same(before, after):
        changes.add(before, after)
    return Confirmed(
        before=before,
        after=after,
        path=path,
        changed=not same(before, after) or any(by_of(before, name) != by_of(after, name) for name in ORDERED),
        feeds=changes.feeds(),
        problems=problems,
    )


def write(app: App, path: str, seen: Article, wanted: Article) -> Article:
    """Write tags and category of `wanted` to the file at `path`. Raises UsageError if it differs from `seen`; OSError,
    ConfigError, StoreError."""
    now = app.article_store.get(path)
    if not same(now, seen):
        raise EditedMeanwhile(path)
    new = carried_over(now, wanted)
    stored, _ = refile(app.article_store, app.store.visits, new, before=now, path=path, ordered=ORDERED)
    return stored
