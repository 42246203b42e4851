"""The texts that changes are made of, by name: read before and after a change, and put back by undo.

"config:sources.toml" is a file of the configuration, "article:2026/11/x.md" an article file, "list:KEY" the learnt list
of a source, "tags:ID" the tags of an article, "feed:tag/SLUG" where the address of a feed leads.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from syndicator.configuration.sources import registry
from syndicator.core.errors import UsageError
from syndicator.core.model import FeedKey
from syndicator.core.ports import FeedRow
from syndicator.core.requests import Wrapper
from syndicator.services import reconcile
from syndicator.services.container import App
from syndicator.services.descriptions import rename_tags
from syndicator.services.naming import source_file
from syndicator.store import codec

Text = str | None  # None: no such file or row
Progress = Callable[[int, int], None]


def of_source(app: App, key: str) -> str:
    """The name of the file in which a source stands: sources.toml or one of sources.d."""
    return f"config:{source_file(app, key).relative_to(app.config)}"


def read(app: App, name: str) -> Text:
    """The text of this name. Raises OSError."""
    kind, _, path = name.partition(":")
    try:
        return _READ[kind](app, path)
    except FileNotFoundError:
        return None


def put(app: App, wanted: Mapping[str, Text], progress: Progress) -> None:
    """Make the texts what is wanted, after a check that each could be. Raises UsageError, OSError, StoreError."""
    by_kind: dict[str, dict[str, Text]] = {kind: {} for kind in _PUT}
    for name, text in wanted.items():
        kind, _, path = name.partition(":")
        by_kind[kind][path] = text
    for path, text in by_kind["config"].items():
        _need_toml(path, text)
    for kind, texts in by_kind.items():
        if texts:
            _PUT[kind](app, texts, progress)


def write(app: App, edits: Mapping[str, tuple[Text, Text]]) -> None:
    """Write files of the configuration and article files, each from the text before it to the one after it. Raises
    UsageError if one was edited since, or is no article then."""
    for name, (before, after) in edits.items():
        kind, _, path = name.partition(":")
        if kind == "config":
            registry.put_text(app.config / path, after, seen=before)
            continue
        old, new = ((text or "").encode("utf-8", "surrogateescape") for text in (before, after))
        app.article_store.edit(path, new, over=old)
        wrong = [one for one in (*reconcile.files(app), *reconcile.file(app, path)) if one.what == path]
        if wrong:
            raise UsageError(f"{path}: {wrong[0].detail}")


def packed_list(wrapper: Wrapper) -> str:
    """A learnt list as text. Pure."""
    return json.dumps(json.loads(codec.pack(wrapper)), indent=1)


def unpacked_list(text: str) -> Wrapper:
    """The list of such a text. Pure. Raises ValueError, TypeError for any other."""
    return codec.unpack(Wrapper, text)


def _config(app: App, path: str) -> Text:
    return (app.config / path).read_bytes().decode("utf-8", "surrogateescape")


def _put_config(app: App, texts: Mapping[str, Text], progress: Progress) -> None:
    for path, text in texts.items():
        registry.put_text(app.config / path, text, seen=read(app, f"config:{path}"))


def _need_toml(path: str, text: Text) -> None:
    try:
        tomllib.loads(text or "")
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path} would be no TOML then ({error}); edit it by hand") from error


def _article(app: App, path: str) -> Text:
    return app.article_store.read(path).decode("utf-8", "surrogateescape")


def _put_articles(app: App, texts: Mapping[str, Text], progress: Progress) -> None:
    for path, text in texts.items():
        if text is None:
            app.article_store.delete(path)
        else:
            app.article_store.edit(path, text.encode("utf-8", "surrogateescape"))
    reconcile.files(app)


def _list(app: App, key: str) -> Text:
    state = app.store.visits.state(key)
    return packed_list(state.listing) if state and state.listing else None


def _put_lists(app: App, texts: Mapping[str, Text], progress: Progress) -> None:
    visits = app.store.visits
    for key, text in texts.items():
        if (state := visits.state(key)) is not None:
            listing = unpacked_list(text) if text is not None else None
            visits.save_states([replace(state.asked_whole(), listing=listing)])


def _tags(app: App, id: str) -> Text:
    article = app.store.visits.article(id)
    return "".join(f"{tag}\n" for tag in article.tags) if article else None


def _put_tags(app: App, texts: Mapping[str, Text], progress: Progress) -> None:
    rename_tags.put_tags(app, {id: tuple((text or "").splitlines()) for id, text in texts.items()}, progress)


def _feed(app: App, path: str) -> Text:
    row = next((row for row in app.store.index.feeds() if row.key == _key(path)), None)
    return (f"leads to {row.moved_to.axis}/{row.moved_to.slug}" if row.moved_to else "here") if row else None


def _put_feeds(app: App, texts: Mapping[str, Text], progress: Progress) -> None:
    keys = [_key(path) for path in texts]
    rows: Iterable[FeedRow] = [row for row in app.store.index.feeds() if row.key in keys and row.moved_to]
    for row in rows:
        app.store.index.save_feed(replace(row, moved_to=None))
    app.store.index.show_again(keys)
    app.store.index.mark_stale(keys)


def _key(path: str) -> FeedKey:
    axis, _, slug = path.partition("/")
    return FeedKey(axis, slug)


_READ: Mapping[str, Callable[[App, str], Text]] = {
    "config": _config,
    "article": _article,
    "list": _list,
    "tags": _tags,
    "feed": _feed,
}
# in the order in which they are put: an article's tags need the feed
_PUT: Mapping[str, Callable[[App, Mapping[str, Text], Progress], None]] = {
    "config": _put_config,
    "list": _put_lists,
    "feed": _put_feeds,
    "tags": _put_tags,
    "article": _put_articles,
}
