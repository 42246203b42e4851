"""What the operator wrote against what we remember: sources and their states, files and their rows."""

from __future__ import annotations

from dataclasses import replace

from syndicator import urls
from syndicator.app.wiring import App
from syndicator.articles.feeds import feeds_of
from syndicator.errors import ConfigError
from syndicator.model import Article, Problem, Source, SourceState


def sources(app: App) -> dict[str, SourceState]:
    """A state for every source in sources.toml; a source whose URL the operator changed starts its validators and its
    health anew. States of sources that are gone are dropped; their articles and feeds stay."""
    known = app.store.visits.states()
    for key in known.keys() - app.sources.keys():
        app.store.visits.drop_state(key)
    wanted = {key: _reconciled(source, known.get(key)) for key, source in app.sources.items()}
    app.store.visits.save_states([state for key, state in wanted.items() if state != known.get(key)])
    return wanted


def _reconciled(source: Source, state: SourceState | None) -> SourceState:
    if state is None:
        return SourceState(key=source.key, url=source.url)
    if state.url == source.url:
        return state
    fresh = SourceState(key=source.key, url=source.url)
    return replace(fresh, first_visit=state.first_visit, last_success=state.last_success, recent=state.recent)


def files(app: App) -> tuple[Problem, ...]:
    """Rows for files that have none or were edited by hand; rows of files that were deleted go. Returns the files that
    could not be read, each with its reason: they stay as they are."""
    visits = app.store.visits
    _withdrawals(app)
    rows = visits.stamps()
    changes = app.shelf.changed(rows)
    problems = []
    for stamp in (*changes.new, *changes.edited):
        try:
            article = app.shelf.get(stamp.path)
        except ConfigError as error:
            problems.append(Problem(what=stamp.path, reason="bad-article-file", detail=str(error)))
            continue
        before = visits.article(article.id)
        kept = visits.stamp(article.id)
        if kept and kept.path != stamp.path and article.id not in changes.missing:
            detail = f"{kept.path} has the same id; delete one of the two"
            problems.append(Problem(what=stamp.path, reason="copied-file", detail=detail))
            continue
        stale = set(feeds_of(article)) | (set(feeds_of(before)) if before else set())
        aliases = [urls.alias(article.url), *map(urls.alias, article.aliases)]
        if article.source_id:
            aliases.append(f"guid:{article.source_key}:{article.source_id}")
        visits.record(article, stamp, aliases=aliases, stale=stale)
    for id in changes.missing:
        visits.forget(id)
    return tuple(problems)


def _withdrawals(app: App) -> None:
    """What stands in the shelf's list of withdrawals counts, also where a crash came between the list and the row."""
    known = {one.id for one in app.store.index.withdrawn()}
    for one in app.shelf.withdrawn():
        if one.id not in known:
            app.store.visits.withdraw(Article(id=one.id, url=one.url, title=""), one.aliases, one.feeds, one.at)
        path = app.shelf.find(one.id)
        if path:
            app.shelf.delete(path)
