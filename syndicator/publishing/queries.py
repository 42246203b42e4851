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
    """Return the [[feed]] entries of feeds.toml, an empty tuple if the file is missing. Raises
    ConfigError with all faults of the file. `path`: of feeds.toml."""
    if not path.exists():
        return ()
    return parse_queries(read_toml_file(path))


def parse_queries(file: TomlFile) -> tuple[SavedQuery, ...]:
    """Return the [[feed]] entries of feeds.toml. `file`: its values. Raises ConfigError with all
    faults of the file."""
    queries, faults = parse_valid_queries(file)
    if faults:
        raise ConfigError.of(faults)
    return queries


def load_valid_queries(path: Path) -> tuple[SavedQuery, ...]:
    """Return the valid [[feed]] entries of feeds.toml, without reporting the faults of the others;
    an empty tuple if the file is not TOML. `path`: of feeds.toml."""
    try:
        queries, _ = parse_valid_queries(read_toml_file(path))
    except ConfigError:
        return ()
    return queries


def parse_valid_queries(file: TomlFile) -> tuple[tuple[SavedQuery, ...], tuple[Fault, ...]]:
    """Return two tuples: the valid [[feed]] entries of feeds.toml, and the faults of the others. If
    two entries are about the same feed, the first is valid, and the second is a fault. `file`: the
    values of feeds.toml, with their lines."""
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
    """Return a [[feed]] entry of feeds.toml, which either defines a new feed by a query or has
    settings for an existing feed. `table`: the entry's keys and values. Raises _Invalid if it does
    both or neither, or has no name; QuestionError if its slug is an invalid question."""
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
    """Return the key of the feed at a path such as "tags/ai". Raises _Invalid if there can be no
    such feed, or if it is that of a saved query."""
    feed = parse_stem(value)
    if feed is None or feed.axis == QUERY:
        folders = [
            f"{axis.folder}…" for name, axis in AXES.items() if axis.folder and name != QUERY
        ]
        raise _Invalid("feed", f"feed {value!r} is none of all, {', '.join(folders)}")
    return feed


def _add_question(table: FeedTable) -> FeedTable:
    """Return a [[feed]] entry of feeds.toml with its query, if the entry saves a question. Its slug
    is then the address of the question, such as "q/tag.ai" for articles with the tag "ai", and the
    query follows from it. Return any other entry unchanged. Raises _Invalid if the entry has a
    query already or the address is not in its normal form, QuestionError if it is no question."""
    if table.slug is None or not table.slug.startswith(paths.QUESTIONS):
        return table
    question = questions.parse_question(table.slug)
    if table.query is not None or question.stem != table.slug:
        raise _Invalid(
            "slug", f"{question.stem!r} is the address of this question, and it needs no query"
        )
    return table.model_copy(update={"query": question.query})


def _parse_expression(text: str) -> Expr:
    """Return the parsed query. `text`: as the operator wrote it. Raises _Invalid if it is wrong;
    the message names the character and shows the query."""
    try:
        return parse_query(text)
    except QueryError as error:
        on_one_line = " ".join(text.split("\n"))
        raise _Invalid(
            "query", f"query: {error}, at character {error.at + 1} of {on_one_line}"
        ) from error


def _round_up_hours(window: str | None) -> int | None:
    """Return a duration such as "2 days" in hours, rounded up; None if `window` is None. Raises
    _Invalid if the text is no duration."""
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
    """Find and store the feeds to which articles belong by a saved query or by their authors, for
    new and changed articles, and for all if a query changed. Return how many articles were
    examined. This marks feeds as changed: call it before `find_changed_feeds`. `specs`: the feeds,
    of which those with a query count; `body`: returns the plain text of an article, by its id,
    called only if title and excerpt do not decide; `words`: the values of `publish.axes`."""
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
    """Return a fingerprint of the saved queries of feeds and of the names of axes (kinds of feeds).
    It is stored with each article that was compared with the queries: if the stored one differs,
    the article is compared again."""
    queries = sorted((spec.key.slug, spec.query) for spec in specs if spec.query is not None)
    # without axes, the fingerprint is the same as in versions that had none
    parts = (_MATCHING_VERSION, queries, sorted(axes)) if axes else (_MATCHING_VERSION, queries)
    return hashlib.sha256(repr(parts).encode("utf-8", "replace")).hexdigest()[:_STAMP_DIGITS]
