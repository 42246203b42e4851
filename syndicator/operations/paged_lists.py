"""Page through articles, sources, feeds, jobs and more, for the API and `status --list`.

Such a named list is called a query, as in the API's addresses; a saved query is something else."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

from syndicator.core import urls
from syndicator.core.errors import UsageError
from syndicator.operations.changes.log import Log
from syndicator.operations.jobs.queue import KEPT, Queue
from syndicator.operations.operation import Argument, WithArguments, convert_to_json
from syndicator.publishing import paths
from syndicator.searching.language import write_field
from syndicator.showing.lists import FILTERS, Wanted

if TYPE_CHECKING:
    from syndicator.app.places import OpenedInstance

_PART_SIZE = 200  # articles read at a time
_ORDERS = ("best", "newest")
Item = Mapping[str, Any]

_SHOWN_FIELDS = (
    "id",
    "url",
    "title",
    "author",
    "excerpt",
    "tags",
    "category",
    "language",
    "published",
    "updated",
    "added",
    "cover",
    "hold",
    "partial",
)


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list. `next`: id after which the next part begins, "" at the end."""

    items: Sequence[Item]
    next: str = ""


@dataclass(frozen=True, slots=True)
class Query(WithArguments):
    """A named list. `function` yields its items, each with an `id`; `columns`: keys that a table
    shows."""

    columns: tuple[str, ...]

    def read(
        self,
        instance: "OpenedInstance",
        arguments: Mapping[str, Any],
        *,
        after: str = "",
        most: int = 100,
    ) -> Page:
        """Return at most `most` items: those behind the item with the id `after`, or the first ones
        if it is "". Raises UsageError if there is no such item any more."""
        listed = self.function(instance, **arguments)
        # this also advances the iterator to the item behind `after`
        if after and not any(item["id"] == after for item in listed):
            raise UsageError(f"the list of {self.name} has no {after!r} any more; begin anew")
        items = list(islice(listed, most + 1))  # one more says whether the list goes on
        page = items[:most]
        last_id = ""
        if len(items) > most:
            last_id = str(page[-1]["id"])
        return Page([convert_to_json(item) for item in page], last_id)


def changes(
    instance: "OpenedInstance", about: Annotated[str, Argument("Of one article or source.")] = ""
) -> Iterator[Item]:
    """Logged changes, newest first, each with the reason if it cannot be taken back."""
    log = Log(instance.settings.state_dir)
    undone = log.undone()
    for change in log.newest(100_000):
        if about in ("", change.subject):
            more = {"taken_back": change.number in undone, "lasting": change.lasting}
            yield {"id": str(change.number), **convert_to_json(change), **more}


def jobs(instance: "OpenedInstance") -> Iterator[Item]:
    """Jobs, newest first, without their arguments."""
    for job in Queue(instance.settings.state_dir).recent(KEPT):
        yield {name: value for name, value in convert_to_json(job).items() if name != "args"}


def articles(
    instance: "OpenedInstance",
    filter: Annotated[str, Argument("all, unsure, untagged, partial, hold, merged.")] = "all",
    source: Annotated[str, Argument("Of one source.", completes="source")] = "",
    words: Annotated[tuple[str, ...], Argument("A search, as saved queries are written.")] = (),
    tag: Annotated[str, Argument("With this tag.")] = "",
    category: Annotated[str, Argument("Of this category.")] = "",
    language: Annotated[str, Argument("In this language.")] = "",
    after: Annotated[str, Argument("Published since this day, month or year.")] = "",
    before: Annotated[str, Argument("Published before this day, month or year.")] = "",
    story: Annotated[str, Argument("Of this story: the `story` of an article.")] = "",
    sort: Annotated[str, Argument("best, newest.")] = "best",
) -> Iterator[Item]:
    """Articles, newest first; of a search with words the best first; unsure ones by doubt, fifty at
    most."""
    from syndicator.showing.lists import has_source
    from syndicator.showing.lists import list_articles as listed

    chosen = next((name for name in FILTERS if name == filter), None)
    if chosen is None:
        raise UsageError(f"{filter!r} is none of {', '.join(FILTERS)}")
    if sort not in _ORDERS:
        raise UsageError(f"{sort!r} is none of {', '.join(_ORDERS)}")
    fields = {
        "tag": tag,
        "category": category,
        "language": language,
        "after": after,
        "before": before,
    }
    given_fields = [write_field(name, value) for name, value in fields.items() if value]
    search = " ".join([*words, *given_fields])
    ids = _choose_articles(instance, search, story, sort)
    if source and not has_source(instance, source):
        raise UsageError(f"no article has the source {source!r}")
    wanted = Wanted(filter=chosen, source=source, ids=ids, most=_PART_SIZE)
    skip = 0
    while part := listed(instance, replace(wanted, skip=skip))[0]:
        stories: Mapping[str, str] = {}
        if instance.store:
            stories = instance.store.stories.find_stories([item.article.id for item in part])
        for item in part:
            shown = {name: getattr(item.article, name) for name in _SHOWN_FIELDS}
            more = {"source": item.article.source_key, "path": item.path}
            yield {**shown, **more, "story": stories.get(item.article.id, "")}
        skip += len(part)


def _choose_articles(
    instance: "OpenedInstance", search: str, story: str, sort: str
) -> list[str] | None:
    """Return the ids of the articles that a search finds and that are in a story, in order; None
    for all articles. `story`: "" for any; `sort`: "best" or "newest". Raises UsageError for an
    unknown story."""
    from syndicator.showing.lists import find_articles, sort_newest

    if not search and not story:
        return None
    found = find_articles(instance, search) if search else []
    ids = found
    if story:
        reports = instance.store.stories.articles([story]).get(story, []) if instance.store else []
        if not reports:
            raise UsageError(f"there is no story {story!r}")
        members = [article_id for article_id, _ in reversed(reports)]
        ids = members
        if search:
            ids = [article_id for article_id in found if article_id in members]
    if sort == "newest" and ids:
        return sort_newest(instance, ids)
    return ids


def sources(
    instance: "OpenedInstance",
    words: Annotated[tuple[str, ...], Argument("Words of the key, title or address.")] = (),
) -> Iterator[Item]:
    """Sources in configured order, each with the result of its last visit and the time of the
    next."""
    from syndicator.health.documents import describe_state
    from syndicator.showing.lists import find_sources as listed

    for source, state in listed(instance, words):
        shown = {
            "id": source.key,
            "title": source.title,
            "url": urls.redacted(source.url),
            "enabled": source.enabled,
        }
        described_state = describe_state(state) if state else {}
        yield {**described_state, **shown}


def feeds(instance: "OpenedInstance") -> Iterator[Item]:
    """Feeds published now or before, each with its number of articles and the target if its address
    redirects."""
    if instance.store is None:
        return
    for row in instance.store.index.plain_feeds():
        moved = paths.get_stem(row.moved_to) if row.moved_to else ""
        yield {
            "id": paths.get_stem(row.key),
            "name": row.name,
            "articles": row.count,
            "moved_to": moved,
        }


def conditions(instance: "OpenedInstance") -> Iterator[Item]:
    """Conditions that are wrong or worth knowing, each with its cure."""
    from syndicator.health.observing import examine

    for condition in examine(instance).conditions:
        yield {"id": condition.identity, **convert_to_json(condition), "kind": condition.kind.value}


QUERIES: Mapping[str, Query] = {
    query.name: query
    for query in (
        Query("articles", articles, ("id", "title", "source", "category")),
        Query("changes", changes, ("id", "at", "who", "act", "said")),
        Query("conditions", conditions, ("kind", "subject", "reason", "cure")),
        Query("feeds", feeds, ("id", "name", "articles", "moved_to")),
        Query("jobs", jobs, ("id", "at", "act", "status", "said")),
        Query("sources", sources, ("id", "url", "title")),
    )
}
