"""Load the saved queries of feeds.toml; find and store the articles that match each.

It also finds the articles of axes whose feeds are made of fields of the article, such as authors.
`searching.language` defines the language of queries. An article is matched again only when it, a
query or `publish.axes` changes."""

import hashlib
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from syndicator.configuration.settings import FormatName, parse_duration
from syndicator.configuration.toml_files import TomlFile, read_toml_file
from syndicator.core.axes import AXES, QUERY
from syndicator.core.errors import ConfigError, Fault
from syndicator.core.model import ContentMode, FeedKey, FeedSpec
from syndicator.core.text import slug
from syndicator.publishing import paths, questions
from syndicator.publishing.article_index import Articles
from syndicator.publishing.paths import parse_stem
from syndicator.searching.language import Expr, QueryError, parse_query
from syndicator.searching.matching import is_match

_MATCHING_VERSION: Final = "1"  # increase when queries match differently
_STAMP_DIGITS: Final = 16
_SECONDS_PER_HOUR: Final = 3600  # seconds
_BATCH_SIZE: Final = 500  # articles in memory


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedQuery:
    """A [[feed]] of feeds.toml. It either defines a feed by a query (`query` as text, `expr` as
    parsed), or sets up the existing feed `feed`. A setting that is None is left to the general
    setting."""

    slug: str
    query: str = ""
    expr: Expr | None = None
    feed: FeedKey | None = None
    title: str = ""
    description: str = ""
    limit: int | None = None
    window_hours: int | None = None
    content: ContentMode | None = None
    formats: tuple[str, ...] | None = None

    @property
    def key(self) -> FeedKey:
        """The feed that this entry defines or configures."""
        return self.feed or FeedKey(QUERY, self.slug)


def load_queries(path: Path) -> tuple[SavedQuery, ...]:
    """Return the [[feed]] entries of feeds.toml; an empty tuple if the file is missing. Raises
    ConfigError."""
    if not path.exists():
        return ()
    return parse_queries(read_toml_file(path))


def parse_queries(file: TomlFile) -> tuple[SavedQuery, ...]:
    """Return the entries of a file that is read already. Raises ConfigError with all faults."""
    queries, faults = parse_valid_queries(file)
    if faults:
        raise ConfigError.of(faults)
    return queries


def load_valid_queries(path: Path) -> tuple[SavedQuery, ...]:
    """Return the valid entries of a file and ignore its faults; an empty tuple if the file is not
    TOML."""
    try:
        queries, _ = parse_valid_queries(read_toml_file(path))
    except ConfigError:
        return ()
    return queries


def parse_valid_queries(file: TomlFile) -> tuple[tuple[SavedQuery, ...], tuple[Fault, ...]]:
    """Return the valid [[feed]] entries of a file, and the faults of the others. If two entries are
    about the same feed, the first counts, and the second is a fault."""
    tables = file.values.get("feed", ())
    is_list = isinstance(tables, list | tuple)
    if not is_list or not all(isinstance(table, Mapping) for table in tables):
        message = "write [[feed]] with two brackets on each side, and its keys below"
        return (), (file.fault(message, "feed"),)
    queries: dict[FeedKey, SavedQuery] = {}
    faults = [
        file.fault(
            f"unknown key {name!r} outside of a [[feed]]; every feed starts with a line [[feed]]",
            name,
        )
        for name in file.values
        if name != "feed"
    ]
    for number, table in enumerate(tables):
        entry = f"[[feed]] {number + 1}"
        try:
            query = _parse_table(FeedTable.model_validate(table))
        except ValidationError as error:
            faults += file.faults(error, FeedTable, "feed", number, entry=entry)
            continue
        except (_Invalid, questions.QuestionError) as error:
            faults.append(file.fault(str(error), "feed", number, error.key, entry=entry))
            continue
        if query.key in queries:
            message = f"two [[feed]] entries are about {query.slug!r}; give each its own slug"
            faults.append(file.fault(message, "feed", number, "slug"))
            continue
        queries[query.key] = query
    return tuple(queries.values()), tuple(faults)


class _Invalid(ValueError):
    """A fault of the field `key` of a [[feed]]."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


class FeedTable(BaseModel):
    """A [[feed]] of feeds.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    slug: Annotated[str, Field(pattern=r"^(q/.*|[a-z0-9](-?[a-z0-9]){0,79})$")] | None = None
    query: str | None = None
    feed: str | None = None
    title: str = ""
    description: str = ""
    limit: Annotated[int, Field(ge=1, le=1000)] | None = None
    window: str | None = None
    content: Literal["full", "excerpt", "link"] | None = None
    formats: tuple[FormatName, ...] | None = None


class FeedsFile(BaseModel):
    """The whole feeds.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    feed: tuple[FeedTable, ...] = ()


def _parse_table(table: FeedTable) -> SavedQuery:
    """Return the [[feed]] of feeds.toml in `table`: it either defines a feed by a query, or sets up
    an existing feed. Raises _Invalid if it does both or neither, or has no slug; QuestionError if
    its question is invalid."""
    table = _add_question(table)
    has_feed = table.feed is not None
    has_query = table.query is not None
    has_both_or_neither = has_feed == has_query
    if has_both_or_neither:
        raise _Invalid(
            "query",
            'give either `query` with a `slug`, or `feed = "tags/ai"` to set up an existing feed',
        )
    has_name = bool(table.slug is not None or table.title)
    if has_query and not has_name:
        raise _Invalid(
            "slug", "a query needs a slug, the name of its files, or a title to make one of"
        )
    feed = _parse_feed(table.feed) if table.feed is not None else None
    expression = _parse_expression(table.query) if table.query is not None else None
    return SavedQuery(
        slug=table.slug or table.feed or slug(table.title),
        query=table.query or "",
        expr=expression,
        feed=feed,
        window_hours=_round_up_hours(table.window),
        **table.model_dump(include={"title", "description", "limit", "content", "formats"}),
    )


def _parse_feed(value: str) -> FeedKey:
    """Return the feed at a path such as tags/ai. Raises _Invalid."""
    feed = parse_stem(value)
    if feed is None or feed.axis == QUERY:
        folders = [
            f"{axis.folder}…" for name, axis in AXES.items() if axis.folder and name != QUERY
        ]
        raise _Invalid("feed", f"feed {value!r} is none of all, {', '.join(folders)}")
    return feed


def _add_question(table: FeedTable) -> FeedTable:
    """Return the table with its query added if its slug is the address of a question, such as
    q/tag.ai; else unchanged. Raises _Invalid if the table has a query already or the address is not
    in its normal form, and QuestionError."""
    if table.slug is None or not table.slug.startswith(paths.QUESTIONS):
        return table
    question = questions.parse_question(table.slug)
    if table.query is not None or question.stem != table.slug:
        raise _Invalid(
            "slug", f"{question.stem!r} is the address of this question, and it needs no query"
        )
    return table.model_copy(update={"query": question.query})


def _parse_expression(text: str) -> Expr:
    """Parse a query. Raises _Invalid, whose message names the character and shows the query."""
    try:
        return parse_query(text)
    except QueryError as error:
        shown = " ".join(text.split("\n"))
        raise _Invalid(
            "query", f"query: {error}, at character {error.at + 1} of {shown}"
        ) from error


def _round_up_hours(window: str | None) -> int | None:
    """Return the hours of a duration such as "2 days", rounded up; None if there is no duration.
    Raises _Invalid."""
    if window is None:
        return None
    try:
        return math.ceil(parse_duration(window) / _SECONDS_PER_HOUR)
    except ValueError as error:
        raise _Invalid("window", f"window: {error}") from error


def update_members(
    specs: Sequence[FeedSpec],
    index: Articles,
    body: Callable[[str], str],
    words: Collection[str] = (),
) -> int:
    """Find the feeds of each new or changed article, of all articles if a query changed, and store
    them. Return how many articles were examined. Feeds whose articles change become stale, so call
    this before `find_changed_feeds`. `specs`: feeds, of which those with a saved query count;
    `words`: the values of `publish.axes`; `body`: returns the plain text of an article id, called
    only if title and excerpt do not decide a query."""
    expressions = {spec.key: parse_query(spec.query) for spec in specs if spec.query is not None}
    # axes whose feeds follow from the article, such as its authors
    finders = {name: axis.found for name, axis in AXES.items() if axis.found and axis.word in words}
    if not expressions and not finders:
        return 0
    stamp = _make_stamp(specs, finders)
    unmatched_ids = index.list_unmatched(stamp)
    for start in range(0, len(unmatched_ids), _BATCH_SIZE):
        batch_ids = unmatched_ids[start : start + _BATCH_SIZE]
        feeds_by_article: dict[str, dict[FeedKey, str]] = {}
        for article_id, article in index.articles(batch_ids).items():
            read_text = cache(partial(body, article_id))  # read at its first use
            feed_names: dict[FeedKey, str] = {}
            for key, expression in expressions.items():
                if is_match(expression, article, read_text):
                    feed_names[key] = key.slug
            for axis, find_members in finders.items():
                for slug_of_feed, name in find_members(article):
                    feed_names[FeedKey(axis, slug_of_feed)] = name
            feeds_by_article[article_id] = feed_names
        index.save_matches(stamp, feeds_by_article)
    return len(unmatched_ids)


def _make_stamp(specs: Sequence[FeedSpec], axes: Collection[str]) -> str:
    """Return a fingerprint of the saved queries of `specs` and of the names `axes`. It is stored
    with each matched article: an article with another fingerprint is matched again. Without axes it
    is the same as in versions that had none."""
    queries = sorted((spec.key.slug, spec.query) for spec in specs if spec.query is not None)
    parts = (_MATCHING_VERSION, queries, sorted(axes)) if axes else (_MATCHING_VERSION, queries)
    return hashlib.sha256(repr(parts).encode("utf-8", "replace")).hexdigest()[:_STAMP_DIGITS]
