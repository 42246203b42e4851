"""Which articles `reread` reads again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from syndicator.core import urls
from syndicator.core.errors import UsageError
from syndicator.core.model import Source
from syndicator.core.ports.articles import Snapshots
from syndicator.core.text import suggestion
from syndicator.services import reconcile
from syndicator.services.container import App
from syndicator.services.naming import article_id
from syndicator.store.index import Index

ROWS = 500  # rows read at a time
_READING = "reading version"  # the note with the version that ran last


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """What the operator asked for. `what`: the key or address of a source, or the address or id of an article; "" is
    all. `since`: those added from then on. `outdated`: those that an older version read."""

    what: str = ""
    since: datetime | None = None
    outdated: bool = False


def chosen(app: App, which: Which) -> list[str]:
    """The ids of the articles that are meant, oldest first. Articles whose source is followed no more are left out:
    nobody knows its rules. Raises UsageError."""
    key, id = _meant(app, which.what)
    ids = [id] if id else list(app.store.visits.stamps())  # copies of a story too
    if which.outdated:
        older = app.snapshots.outdated()
        ids = [one for one in ids if one in older]
    found = []
    for start in range(0, len(ids), ROWS):
        for article in app.store.index.articles(ids[start : start + ROWS]).values():
            at = article.added or article.published
            if article.source_key in app.sources and key in ("", article.source_key) and not _before(at, which.since):
                found.append((at.timestamp() if at else 0.0, article.id))
    return [id for _, id in sorted(found)]


def outdated(index: Index, snapshots: Snapshots, followed: Collection[str]) -> int:
    """How many articles of the sources `followed` (keys) an older version read, whose pages are kept."""
    return sum(key in followed for key in index.sources(sorted(snapshots.outdated())).values())


def newly_outdated(app: App) -> int:
    """`outdated` at the first run of a version that reads otherwise than the one before, 0 ever after: an operator who
    leaves them as they are is told once."""
    version = str(app.snapshots.version)
    if app.store.visits.note(_READING) == version:
        return 0
    app.store.visits.set_note(_READING, version, app.clock())
    return outdated(app.store.index, app.snapshots, app.sources)


def due_again(app: App, which: Which) -> int:
    """How many entries the next run asks for once more because the rules of their source were changed since it."""
    key, id = _meant(app, which.what)
    states = app.store.visits.states()

    def changed(source: Source) -> bool:
        return source.key in states and states[source.key].rules not in (None, source.rules.digest)

    meant = [source for source in app.sources.values() if not id and key in ("", source.key)]
    return sum(len(reconcile.due_again(app, source)) for source in meant if changed(source))


def _before(at: datetime | None, since: datetime | None) -> bool:
    return at is not None and since is not None and at < since


def _meant(app: App, what: str) -> tuple[str, str]:
    """The key of the source and the id of the article that `what` names, "" for any. Raises UsageError."""
    if not what or what in app.sources:
        return what, ""
    alias = urls.alias(what)
    key = next((source.key for source in app.sources.values() if urls.alias(source.url) == alias), None)
    if key:
        return key, ""
    id = article_id(app, what)
    article = app.store.visits.article(id) if id else None
    if id is None or article is None:
        raise UsageError(
            f"no source or article {what!r}{suggestion(what, app.sources)}; give the key or address of a source "
            "(`syndicator sources` lists them), or the address, id or file of an article"
        )
    if article.source_key not in app.sources:
        raise UsageError(f"{what!r}: its source {article.source_key!r} is not in sources.toml, so it has no rules")
    return "", id
