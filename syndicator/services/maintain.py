"""Commands that maintain the article store and the list of sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from syndicator import urls
from syndicator.errors import ConfigError, UsageError
from syndicator.model import Article, FeedKey, Problem
from syndicator.pipeline.dedupe.merge import WINDOW, also_of, remember
from syndicator.pipeline.entry.release import was_released
from syndicator.pipeline.refile import refile
from syndicator.ports import FileStamp
from syndicator.services import reconcile
from syndicator.services.build import excuse
from syndicator.services.container import App
from syndicator.services.descriptions.redescribe import learn
from syndicator.services.naming import article_id, need_article, need_sources
from syndicator.services.recovery import carriers, prunings, withdrawals
from syndicator.sources import registry


def remove(app: App, keys: Iterable[str]) -> list[str]:
    """Takes sources out of sources.toml, all or, where one of them is not there, none. Their articles and feeds stay.
    Returns their keys. Raises UsageError."""
    known = list(dict.fromkeys(keys))
    need_sources(app, known)
    for key in known:
        registry.remove_source(app.config / "sources.toml", key)
    return known


def apply_moves(app: App) -> list[tuple[str, str, str]]:
    """Writes adopted permanent moves to sources.toml. Returns (key, old, new)."""
    moved = []
    for key, state in app.store.visits.states().items():
        source = app.sources.get(key)
        if source and state.effective_url and state.effective_url != source.url:
            registry.update_url(app.config / "sources.toml", key, state.effective_url)
            moved.append((key, source.url, state.effective_url))
    return moved


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """What a withdrawal does, or undoing one. `feeds`: that show the article. `copies`: articles merged into it, which
    are published by themselves without it; they belong to other sites. `kept`: its file is kept."""

    id: str
    url: str
    title: str
    feeds: tuple[FeedKey, ...]
    copies: tuple[Article, ...] = ()
    kept: bool = True


def plan_withdrawal(app: App, what: str) -> Withdrawal:
    """What withdrawing an article, named by URL, file or id, would do; nothing is changed. Raises UsageError."""
    if article_id(app, what) is None and _withdrawn(app, what):
        raise UsageError(f"{what!r} is withdrawn already; `syndicator withdraw --undo` brings it back")
    id = need_article(app, what)
    article = app.store.visits.article(id)
    assert article is not None
    copies = [copy for copy, into in app.store.index.merged().items() if into == id]
    return Withdrawal(
        id=id,
        url=article.url,
        title=article.title,
        feeds=tuple(app.store.index.shown(id)),
        copies=tuple(app.store.index.articles(sorted(copies)).values()),
    )


def withdraw(app: App, what: str, *, purge: bool = False) -> Withdrawal:
    """Removes an article, named by URL, file or id, from every feed and page for good. Its file is kept for
    `withdrawals.KEPT_FOR`, unless `purge`: then it is forgotten at once, and so is its page; also of an article that
    was withdrawn before. Raises UsageError."""
    if purge and (before := _withdrawn(app, what)):
        app.kept_away.drop(before.id)
        app.snapshots.forget(before.id)
        return replace(before, kept=False)
    planned = plan_withdrawal(app, what)
    article = app.store.visits.article(planned.id)
    assert article is not None
    _name_copy(app, article, named=False)
    app.article_store.withdraw(article, app.clock(), planned.feeds)
    app.store.visits.withdraw(article, (), planned.feeds, app.clock())
    withdrawals.take_away(app, planned.id, keep=not purge)
    if purge:
        app.snapshots.forget(planned.id)
    return replace(planned, kept=not purge)


def plan_return(app: App, what: str) -> Withdrawal:
    """What undoing the withdrawal of an article, named by URL or id, would do. Changes nothing. Raises UsageError."""
    found = _withdrawn(app, what)
    if found is None:
        path = app.article_store.root / "withdrawn.toml"
        raise UsageError(f"no article {what!r} was withdrawn; {path} lists those that were")
    return found


def undo_withdrawal(app: App, what: str) -> Withdrawal:
    """Lets a withdrawn article come back: as its file was, with the operator's edits, where that is kept; otherwise it
    is read again once its source announces it. Raises UsageError."""
    found = plan_return(app, what)
    app.article_store.unlist_withdrawn(found.id)  # whatever happens now, the next start ends it
    reconcile.files(app)
    article = app.store.visits.article(found.id)
    if article is not None:
        _name_copy(app, article, named=True)
    return found


def _name_copy(app: App, copy: Article, *, named: bool) -> None:
    """Has the article that stands for `copy`, if there is one, name its address as another one of the story, or not."""
    path = app.store.index.path(copy.merged_into)
    if not path:
        return
    first = app.article_store.get(path)
    others = tuple(url for url in first.also if urls.alias(url) != urls.alias(copy.url))
    also = also_of(first, copy.url) if named else others
    if also != first.also:
        refile(app.article_store, app.store.visits, replace(first, also=also), before=first, path=path)


def _withdrawn(app: App, what: str) -> Withdrawal | None:
    alias = urls.alias(what)
    for one in app.article_store.withdrawn():
        if what == one.id or alias in (urls.alias(one.url), *one.aliases):
            kept = one.id in app.kept_away.ids()
            return Withdrawal(id=one.id, url=one.url, title="", feeds=one.feeds, kept=kept)
    return None


def split(app: App, what: str) -> list[Article]:
    """Undoes the merge of a copy (named by URL, file or id) or of every copy of an article: each stands for itself
    again, for good. Returns the copies. Raises UsageError."""
    id = need_article(app, what)
    merged = app.store.index.merged()
    copies = [id] if id in merged else [copy for copy, into in merged.items() if into == id]
    if not copies:
        raise UsageError(f"{what!r} is merged with no other article")
    return [_split(app, copy, merged[copy]) for copy in copies]


def _split(app: App, copy: str, original: str) -> Article:
    paths = [app.store.index.path(id) or "" for id in (copy, original)]
    theirs, first = map(app.article_store.get, paths)
    also = tuple(url for url in first.also if urls.alias(url) != urls.alias(theirs.url))
    apart = tuple(dict.fromkeys((*first.split_from, copy)))
    files, store = app.article_store, app.store.visits
    refile(files, store, replace(first, also=also, split_from=apart), before=first, path=paths[1])
    apart = tuple(dict.fromkeys((*theirs.split_from, original)))
    parted = replace(theirs, merged_into="", split_from=apart)
    stored, _ = refile(files, store, parted, before=theirs, path=paths[0])
    app.store.index.split(copy)
    return stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Reindexed:
    articles: int
    problems: tuple[Problem, ...]
    learnt: int = 0  # articles with a tag that a person confirmed


def reindex(app: App) -> Reindexed:
    """Rebuilds the database's rows from the article files, and learns tags from them. Returns the files that cannot be
    read: they stay as they are, and so does what the database knows of their articles. Feeds may lack those of which it
    knows nothing, for want of better."""
    problems: list[Problem] = []
    unread: list[str] = []
    recent: list[Article] = []
    now = app.clock()
    app.article_store.sweep()
    app.beside.apply()
    withdrawals.settle(app)

    known, on_hold = app.store.visits.stamps(), app.store.index.on_hold()
    places: dict[str, str] = {}  # id -> the file that has it

    def readable() -> Iterator[tuple[Article | str, FileStamp]]:
        for stamp in app.article_store.walk():
            try:
                article = app.article_store.get(stamp.path)
            except (ConfigError, OSError) as error:
                problems.append(reconcile.unreadable(stamp.path, error))
                unread.append(app.article_store.id_at(stamp.path))
                yield unread[-1], stamp
                continue
            other = reconcile.elsewhere(app, article, stamp, known.get(article.id))
            other = places.setdefault(article.id, other or stamp.path)
            if other != stamp.path:
                problems.append(reconcile.double(stamp.path, other))
                continue
            if was_released(article, on_hold=article.id in on_hold):  # the next run publishes it
                yield replace(article, hold=True), replace(stamp, mtime_ns=0)
                continue
            if article.added and article.added >= now - WINDOW:
                recent.append(article)
            yield reconcile.as_shown(article), stamp

    carriers.settle(app)  # makes the file where it was lost
    app.article_store.compact()
    prunings.settle(app)
    count = app.store.reindex(readable(), app.article_store.withdrawn(), app.article_store.carried())
    gone = known.keys() - set(app.store.visits.stamps())
    unknown = {id for id in unread if app.store.visits.stamp(id) is None}  # after a lost database
    if gone or unknown:
        excuse(app, gone | unknown)
    if reconcile.are_many(len(gone), len(known)):
        app.store.visits.reopen(gone)
    app.beside.note()
    for article in recent:
        remember(article, app.store.visits, now)
    return Reindexed(articles=count, problems=tuple(problems), learnt=learn(app).articles)
