"""Withdrawals, where the list beside the articles, the files and the database differ."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

from syndicator.core.model import Article
from syndicator.pipeline.descriptions import learn
from syndicator.services.beside import console
from syndicator.services.container import App

KEPT_FOR = timedelta(days=30)  # the file of a withdrawn article


def settle(app: App) -> None:
    """Does as the list of withdrawn articles says: what is on it is withdrawn, as after a crash in between, what was
    taken off it comes back. A list that is lost is written again from the database. Raises ConfigError, OSError,
    StoreError."""
    files, visits = app.article_store, app.store.visits
    known = {one.id: one for one in app.store.index.withdrawn()}
    if not files.lists_withdrawn() and known:
        files.list_withdrawn(known.values())
    listed = {one.id: one for one in files.withdrawn()}
    for one in listed.values():
        if one.id not in known:
            visits.withdraw(Article(id=one.id, url=one.url, title=""), one.aliases, one.feeds, one.at)
        take_away(app, one.id, one.url)
    for id in app.kept_away.ids():
        if id not in listed:
            _put_back(app, id)
        elif listed[id].at < app.clock() - KEPT_FOR:
            app.kept_away.drop(id)
    for id in known.keys() - listed.keys():
        read_again(app, visits.readmit(id, unread=files.find(id) is None), "a withdrawal was undone")


def take_away(app: App, id: str, url: str, *, keep: bool = True) -> None:
    """Deletes the file of a withdrawn article, which is kept elsewhere first, so that the withdrawal can be undone, and
    all else that has its text."""
    path = app.article_store.find(id)
    if path is None:
        return
    if keep:
        app.kept_away.put(id, path, app.article_store.read(path))
    app.article_store.delete(path)
    forget_text(app, id, url, path)


def forget_text(app: App, id: str, url: str, path: str) -> None:
    """Deletes what else has the text of a withdrawn article, whose file was at `path`. Raises OSError."""
    app.snapshots.forget(id)
    learn.forget(app.settings.state_dir / "learnt.npz")
    console.forget(app.settings.state_dir, id, (id, path, url), path)


def _put_back(app: App, id: str) -> None:
    """The file of an article that is withdrawn no longer, where it was, unless the article has one again."""
    kept = app.kept_away.get(id)
    if kept is not None and app.article_store.find(id) is None:
        path, data = kept
        try:
            app.article_store.put_back(path, data)
        except FileExistsError:  # another article's file has taken its name
            app.article_store.put_back(f"{path.removesuffix('.md')}-{id}.md", data)
    app.kept_away.drop(id)


def read_again(app: App, keys: Collection[str], why: str) -> None:
    """Has the sources visited anew, as if their feeds were not known, for entries that are to be read again after
    all."""
    states = app.store.visits.states()
    due = [replace(states[key].asked_whole(), due_why=why) for key in keys if key in states]
    app.store.visits.save_states(due)
