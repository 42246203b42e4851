"""Articles that wait for the operator before they are published, and their release."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from syndicator.core.errors import ConfigError, UsageError
from syndicator.core.model import Article, Problem
from syndicator.pipeline.entry.filing import release as publish
from syndicator.services import reconcile
from syndicator.services.container import App, filing_context
from syndicator.services.naming import article_id, need_sources


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """What `release` did, or would do. `published`: articles that were on hold; `known`: those that are published
    already; `problems`: files that cannot be read, which stay as they are."""

    articles: tuple[Article, ...]
    known: tuple[Article, ...] = ()
    problems: tuple[Problem, ...] = ()


def release(app: App, named: Sequence[str], *, source: str = "", all: bool = False, dry_run: bool = False) -> Released:
    """Publishes the articles that are on hold: those that are `named` by id, file or address, those of a source, or
    all. Nothing is done unless every name is an article. Raises UsageError, OSError, StoreError."""
    problems = list(reconcile.files(app))
    waiting = app.store.index.on_hold()
    ids = dict.fromkeys(_meant(app, name) for name in named)
    if source or all:
        ids |= {id: None for id, one in app.store.index.articles(list(waiting)).items() if all or _is_of(one, source)}
    if source and not ids:
        need_sources(app, [source])
    context, done = filing_context(app), []
    for id in reversed(ids):  # the latest last, so that it stands first
        path = waiting.get(id)
        if path is None:
            continue
        try:
            article = app.article_store.get(path)
        except ConfigError as error:
            problems.append(reconcile.unreadable(path, error))
            continue
        done.append(article if dry_run else publish(article, path, context))
    known = app.store.index.articles([id for id in ids if id not in waiting])
    return Released(articles=tuple(done), known=tuple(known.values()), problems=tuple(problems))


def _is_of(article: Article, source: str) -> bool:
    return article.source_key == source


def _meant(app: App, name: str) -> str:
    """The id of the article that `name` names. Raises UsageError."""
    id = article_id(app, name)
    if id is None:
        raise UsageError(f"no article {name!r}; `syndicator status` lists the files of those that are on hold")
    return id
