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
_MORE_THAN_ALL = 100_000  # more changes than a log has
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
    """A part of a list. `next`: id of its last item, by which the following part is asked for; ""
    at the end of the list."""

    items: Sequence[Item]
    next: str = ""


@dataclass(frozen=True, slots=True)
class Query(WithArguments):
    """A named list. `function`: yields its items, each with an `id`; `columns`: the keys of an item
    that a table shows."""

    columns: tuple[str, ...]

    def read(
        self,
        instance: "OpenedInstance",
        arguments: Mapping[str, Any],
        *,
        after: str = "",
        limit: int = 100,
    ) -> Page:
        """Return a page of the list, with at most `limit` items. `arguments`: of the list, by name.
        `after`: id of the last item of the page before, "" for the first page. Raises UsageError if
        the list has no item with this id any more."""
        iterator = self.function(instance, **arguments)
        if after:
            # `any` stops at the item with this id, so that the iterator goes on behind it
            has_item = any(item["id"] == after for item in iterator)
            if not has_item:
                raise UsageError(f"the list of {self.name} has no {after!r} any more; begin anew")
        items_and_one_more = list(islice(iterator, limit + 1))
        items = items_and_one_more[:limit]
        has_next_page = len(items_and_one_more) > limit
        next_id = str(items[-1]["id"]) if has_next_page else ""
        return Page([convert_to_json(item) for item in items], next_id)


def changes(
    instance: "OpenedInstance", about: Annotated[str, Argument("Of one article or source.")] = ""
) -> Iterator[Item]:
    """Logged changes, newest first, each with the reason if it cannot be taken back."""
    log = Log(instance.settings.state_dir)
    undone_numbers = log.undone()
    for change in log.newest(_MORE_THAN_ALL):
        if about and change.subject != about:
            continue
        yield {
            "id": str(change.number),
            **convert_to_json(change),
            "taken_back": change.number in undone_numbers,
            "lasting": change.lasting,
        }


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
    from syndicator.showing.lists import has_source, list_articles

    # an element of FILTERS has the type of a filter, which `filter` has not
    known_filter = next((name for name in FILTERS if name == filter), None)
    if known_filter is None:
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
    search = " ".join([*words, *given_fields])  # fields as in the language of searches
    article_ids = _choose_articles(instance, search, story, sort)
    if source and not has_source(instance, source):
        raise UsageError(f"no article has the source {source!r}")
    selection = Wanted(filter=known_filter, source=source, ids=article_ids, most=_PART_SIZE)
    yielded_count = 0
    while True:
        part, *_ = list_articles(instance, replace(selection, skip=yielded_count))
        if not part:
            return
        story_by_article: Mapping[str, str] = {}
        if instance.store:
            story_by_article = instance.store.stories.find_stories(
                [item.article.id for item in part]
            )
        for item in part:
            article = item.article
            yield {
                **{name: getattr(article, name) for name in _SHOWN_FIELDS},
                "source": article.source_key,
                "path": item.path,
                "story": story_by_article.get(article.id, ""),
            }
        yielded_count += len(part)


def _choose_articles(
    instance: "OpenedInstance", search: str, story: str, sort: str
) -> list[str] | None:
    """Return the ids of the articles that match a search and are in a story, in the order `sort`,
    "best" or "newest". None for all articles.

    `search`: "" if there is no search. `story`: id of the story, "" for any article. Raises
    UsageError if the story is unknown."""
    from syndicator.showing.lists import find_articles, sort_newest

    if not search and not story:
        return None
    article_ids = find_articles(instance, search) if search else []
    if story:
        members: Sequence[tuple[str, object]] = ()
        if instance.store:
            members = instance.store.stories.articles([story]).get(story, ())
        if not members:
            raise UsageError(f"there is no story {story!r}")
        member_ids = [article_id for article_id, _ in reversed(members)]  # newest first
        if search:
            article_ids = [article_id for article_id in article_ids if article_id in member_ids]
        else:
            article_ids = member_ids
    if sort == "newest" and article_ids:
        return sort_newest(instance, article_ids)
    return article_ids


def sources(
    instance: "OpenedInstance",
    words: Annotated[tuple[str, ...], Argument("Words of the key, title or address.")] = (),
) -> Iterator[Item]:
    """Sources in configured order, each with the result of its last visit and the time of the
    next."""
    from syndicator.health.documents import describe_state
    from syndicator.showing.lists import find_sources

    for source, state in find_sources(instance, words):
        described_state = describe_state(state) if state else {}
        yield {
            **described_state,
            "id": source.key,
            "title": source.title,
            "url": urls.redacted(source.url),
            "enabled": source.enabled,
        }


def feeds(instance: "OpenedInstance") -> Iterator[Item]:
    """Feeds published now or before, each with its number of articles and the target if its address
    redirects."""
    if instance.store is None:
        return
    for feed in instance.store.index.plain_feeds():
        # the stem of a feed is its path without an ending such as .atom
        target = paths.get_stem(feed.moved_to) if feed.moved_to else ""
        yield {
            "id": paths.get_stem(feed.key),
            "name": feed.name,
            "articles": feed.count,
            "moved_to": target,
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
