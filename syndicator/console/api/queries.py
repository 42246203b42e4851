"""Queries of the API: what each is asked and answers. Models have the fields of the classes that hold the data."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, Final, TypeVar, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, create_model

from syndicator.console.console import Console
from syndicator.core import model, urls
from syndicator.core.errors import UsageError
from syndicator.core.ports import FeedRow
from syndicator.operations.jobs.queue import KEPT
from syndicator.operations.jobs.queue import Job as QueuedJob
from syndicator.operations.log import LoggedChange
from syndicator.publishing import paths
from syndicator.services.health import conditions
from syndicator.services.health.look import Health, look
from syndicator.services.showing import lists
from syndicator.services.showing.lists import Filter, SourceRow, Wanted

_CHANGES: Final = 2000  # the newest, among which pages go


def _picked(kind: type, names: str, help: str, **more: Any) -> type[BaseModel]:
    hints = get_type_hints(kind)
    fields: dict[str, Any] = {name: (hints[name], ...) for name in names.split()} | more
    return create_model(kind.__name__, __config__=ConfigDict(from_attributes=True), __doc__=help, **fields)


ARTICLE: Final = _picked(
    model.Article,
    "id url title author published updated added excerpt category tags language source_key hold merged_into",
    "An article without its text.",
)
STATE: Final = _picked(model.SourceState, "last_visit last_success next_due reason detail", "How its visits go.")
SOURCE: Final = _picked(
    model.Source, "key url title category tags enabled", "A source; null: never visited.", state=(STATE | None, ...)
)
FEED: Final = create_model(
    "Feed", __doc__="A feed: its files are `name`.atom and so on.", name=str, title=str, articles=int, held=str | None
)
CONDITION: Final = _picked(
    conditions.Condition,
    "kind subject source needs_you since reason detail cure count last_success next_try",
    "One thing that is wrong or worth knowing.",
)
CHANGE: Final = _picked(LoggedChange, "number at who act subject said undoes", "What was changed.", undone=bool)
JOB: Final = _picked(
    QueuedJob, "id act at status said done total change result dry_run", "What was asked for. It ends done or failed."
)
STATUS: Final = _picked(Health, "now fine unvisited muted waiting", "Numbers of sources and entries.", counts=Any)


class Nothing(BaseModel):
    """No parameters."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Asked(Nothing):
    """The parameters of every list."""

    limit: int = Field(30, ge=1, le=100, description="The most items of a page.")
    cursor: str = Field("", max_length=500, description="The `next` of the page before; empty for the first page.")


class AskedArticles(Asked):
    filter: Filter = Field("all", description="Which articles: all, or those that somebody should look at.")
    source: str = Field("", max_length=200, description="The key of a source.")
    words: str = Field("", max_length=500, description="Words of the title.")


class AskedOperation(Nothing):
    dry_run: bool = Field(False, description="Show what it would change, and change nothing.")
    wait: float = Field(10, ge=0, le=60, description="Seconds until the answer is a job that goes on (202).")


class AskedSources(Asked):
    words: str = Field("", max_length=500, description="Words of key, title or address.")


Answer = Mapping[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Query:
    """A list, or one answer if there is `Nothing` to ask. Functions get the console and who asks, and run in the thread
    that reads the database. `one`: an item by its key, and its stamp or ""; raises UsageError."""

    name: str
    asked: type[Nothing]
    item: type[BaseModel]
    read: Callable[[Console, str, Any], Answer]
    one: Callable[[Console, str, str], tuple[Answer, str]] | None = None


def _articles(console: Console, who: str, asked: AskedArticles) -> Answer:
    wanted = Wanted(
        filter=asked.filter,
        source=asked.source,
        words=asked.words.split(),
        none=console.settings.describe.uncategorised,
        most=asked.limit + 1,
        after=asked.cursor,
    )
    with console.glance.place() as place:
        found = [one.article for one in lists.articles(place, wanted)]
    return _cut(found, lists.cursor, asked.limit, partial(shown, ARTICLE))


def _article(console: Console, who: str, id: str) -> tuple[Answer, str]:
    with console.glance.place() as place:
        found = lists.article(place, id)
    return shown(ARTICLE, found.article), found.stamp


def _sources(console: Console, who: str, asked: AskedSources) -> Answer:
    with console.glance.place() as place:
        found = lists.sources(place, asked.words.split())
    return _page(found, lambda row: row.source.key, asked, _source_of)


def _source(console: Console, who: str, key: str) -> tuple[Answer, str]:
    with console.glance.place() as place:
        found = lists.source(place, key)
    return _source_of(SourceRow(source=found.health.source, state=found.health.state)), found.stamp


def _source_of(row: SourceRow) -> Answer:
    """A source without what may be secret in its address."""
    return shown(SOURCE, {**asdict(row.source), "url": urls.redacted(row.source.url), "state": row.state})


def _feeds(console: Console, who: str, asked: Asked) -> Answer:
    with console.glance.place() as place:
        rows = place.store.index.plain_feeds() if place.store else []
    found = [row for row in rows if row.files and not row.dropped and row.moved_to is None]
    return _page(found, lambda row: paths.stem(row.key), asked, _feed)


def _feed(row: FeedRow) -> Answer:
    return {"name": paths.stem(row.key), "title": row.name, "articles": row.count, "held": row.held}


def _conditions(console: Console, who: str, asked: Asked) -> Answer:
    with console.glance.place() as place:
        found = look(place).conditions
    return _page(found, lambda one: one.identity, asked, partial(shown, CONDITION))


def _status(console: Console, who: str, asked: Nothing) -> Answer:
    with console.glance.place() as place:
        return shown(STATUS, look(place))


def _changes(console: Console, who: str, asked: Asked) -> Answer:
    found, undone = console.log.newest(_CHANGES), console.log.undone()

    def change(one: LoggedChange) -> Answer:
        return shown(CHANGE, asdict(one) | {"undone": one.number in undone})

    return _page(found, lambda one: f"{one.number:012d}", asked, change, descending=True)


def _jobs(console: Console, who: str, asked: Asked) -> Answer:
    """Those of this token alone: what others asked for may hold secrets."""
    found = [one for one in console.queue.recent(KEPT) if one.who == who]
    return _page(found, lambda one: one.id, asked, partial(shown, JOB), descending=True)


def read_job(console: Console, who: str, id: str) -> tuple[Answer, str]:
    """A job of who asks. Raises UsageError for any other."""
    job = console.queue.get(id)
    if job is None or job.who != who:
        raise UsageError("there is no such job of this token")
    return shown(JOB, job), ""


def shown(kind: type[BaseModel], value: object) -> Answer:
    """The fields that a model shows of a value, as JSON has them."""
    return kind.model_validate(value).model_dump(mode="json")


def _page(
    found: Iterable[T], key: Callable[[T], str], asked: Asked, show: Callable[[T], Answer], *, descending: bool = False
) -> Answer:
    """The items after the cursor, whose item need not be there any more. Pure."""
    is_after = operator.lt if descending else operator.gt
    ordered = sorted(found, key=key, reverse=descending)
    rest = [one for one in ordered if not asked.cursor or is_after(key(one), asked.cursor)]
    return _cut(rest, key, asked.limit, show)


def _cut(found: Sequence[T], key: Callable[[T], str], limit: int, show: Callable[[T], Answer]) -> Answer:
    items = [show(one) for one in found[:limit]]
    return {"items": items, "next": key(found[limit - 1]) if len(found) > limit else None}


QUERIES: Final = (
    Query("articles", AskedArticles, ARTICLE, _articles, _article),
    Query("sources", AskedSources, SOURCE, _sources, _source),
    Query("feeds", Asked, FEED, _feeds),
    Query("conditions", Asked, CONDITION, _conditions),
    Query("changes", Asked, CHANGE, _changes),
    Query("jobs", Asked, JOB, _jobs, read_job),
    Query("status", Nothing, STATUS, _status),
)
