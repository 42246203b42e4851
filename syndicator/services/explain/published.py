"""How an article stands in feeds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from syndicator.core.errors import MissingError, UsageError
from syndicator.core.formats import PAGE
from syndicator.core.model import Article
from syndicator.core.reasons import HoldReason
from syndicator.pictures import outcomes
from syndicator.publishing.entries import Entries, renderers
from syndicator.publishing.look import look
from syndicator.publishing.paths import stem
from syndicator.publishing.web.pages import Pages
from syndicator.publishing.web.story import alone
from syndicator.services import build
from syndicator.services.container import App
from syndicator.services.naming import article_id


def entry(app: App, what: str, format: str) -> bytes:
    """The entry of an article, named by address, id or file, as it stands in the feeds of a format. Raises UsageError,
    MissingError."""
    tags = [tag.name for tag in build.vocabulary(app).tag]
    table = renderers(Pages(build.feed_specs(app), app.settings, look(app.config), tags))
    if format not in table:
        raise UsageError(f"no format {format!r}; there are {', '.join(table)}")
    id = article_id(app, what)
    if id is None:
        raise UsageError(f"{what!r} is not published; give the address or the id of an article, or its file")
    index, body = app.store.index, lambda id: build.read(app, id).body
    entries = Entries.of(index, app.terms, app.instance, app.settings, table, tags=tags, markdown=body)
    found = entries.views([id], None)
    made = entries.made([format], found[0], None) if found else None
    if made is None:
        raise MissingError(f"{what}: {entries.problems[id].reason}: {entries.problems[id].detail}")
    return alone(made[format]) if format == PAGE else made[format]


def standing(app: App, article: Article) -> Iterator[tuple[str, Any]]:
    """In which feeds a filed article is, what it was merged with, which addresses find it, who announced it, and when
    its source is visited next. What does not hold is left out."""
    visits, index = app.store.visits, app.store.index
    into = article.merged_into or index.merged().get(article.id, "")
    yield "feeds", [stem(key) for key in sorted(index.shown(article.id))]
    if article.hold:
        why = next((reason.means for reason in HoldReason if reason == article.hold_reason), "you said so in its file")
        yield "on hold", f"{why}; `syndicator release {article.id}` publishes it"
    named = {id: f"{one.title} ({one.url})" for id, one in index.articles([into, *visits.copies(article.id)]).items()}
    if into:
        yield "merged into", named.pop(into, into)
    if named:
        yield "stands for", sorted(named.values())
    yield from _lists({"also at": article.also, "other addresses": article.aliases, "split from": article.split_from})
    yield from _lists({"announced by": tuple(sorted({article.source_key, *visits.carriers(article.id)} - {""}))})
    yield "source", article.source_key or None
    picture = app.store.pictures.row(article.id)
    if picture:
        yield "picture", outcomes.told(picture) if app.settings.publish.thumbnails else "none: thumbnails are off"
    state = visits.state(article.source_key)
    if state is not None:
        when = state.next_due.isoformat(timespec="seconds") if state.next_due else "now"
        yield "next visit", f"{when}{f' ({state.due_why})' if state.due_why else ''}"


def _lists(found: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, list[str]]]:
    yield from ((name, list(values)) for name, values in found.items() if values)
