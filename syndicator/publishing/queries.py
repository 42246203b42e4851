"""Load the saved queries of feeds.toml; find and store the articles that match each.

Also those of the axes whose members builds find. Language: `searching.language`. An article is
matched again only when it, a query or `publish.axes` changes."""

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from syndicator.configuration.settings import FormatName, seconds
from syndicator.configuration.toml_files import TomlFile, read_toml_file
from syndicator.core.axes import AXES, QUERY
from syndicator.core.errors import ConfigError, Fault
from syndicator.core.model import ContentMode, FeedKey, FeedSpec
from syndicator.core.text import slug
from syndicator.publishing import paths, questions
from syndicator.publishing.article_index import Articles
from syndicator.publishing.paths import parse_stem
from syndicator.searching.language import Expr, QueryError, parse_query
from syndicator.searching.matching import matches

_FORM: Final = "1"  # increase when queries match differently
_PART: Final = 500  # articles in memory


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedQuery:
    """A [[feed]] of feeds.toml: a query, or settings for an existing `feed`. None: the general
    setting applies."""

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
    """Return the [[feed]] entries of feeds.toml; none if the file is missing. Raises
    ConfigError."""
    return queries_of(read_toml_file(path)) if path.exists() else ()


def queries_of(file: TomlFile) -> tuple[SavedQuery, ...]:
    """Return the entries of a file that is read already. Raises ConfigError."""
    queries, faults = parse_valid_queries(file)
    if faults:
        raise ConfigError.of(faults)
    return queries


def valid_entries(path: Path) -> tuple[SavedQuery, ...]:
    """Return the valid entries of a file and ignore its faults; none if it is not TOML."""
    with suppress(ConfigError):
        return parse_valid_queries(read_toml_file(path))[0]
    return ()


def parse_valid_queries(file: TomlFile) -> tuple[tuple[SavedQuery, ...], tuple[Fault, ...]]:
    """Return the valid [[feed]] entries of a file, and the faults of the others."""
    tables = file.values.get("feed", ())
    if not (
        isinstance(tables, list | tuple) and all(isinstance(table, Mapping) for table in tables)
    ):
        return (), (
            file.fault("write [[feed]] with two brackets on each side, and its keys below", "feed"),
        )
    queries: dict[FeedKey, SavedQuery] = {}
    faults = [
        file.fault(f"unknown key {name!r} outside of a [[feed]]", name)
        for name in file.values
        if name != "feed"
    ]
    for number, table in enumerate(tables):
        entry = f"[[feed]] {number + 1}"
        try:
            saved = _parse_table(FeedTable.model_validate(table))
        except ValidationError as error:
            faults += file.faults(error, FeedTable, "feed", number, entry=entry)
        except (_Invalid, questions.QuestionError) as error:
            faults.append(file.fault(str(error), "feed", number, error.key, entry=entry))
        else:
            if saved.key in queries:
                message = f"two [[feed]] entries are about {saved.slug!r}; give each its own slug"
                faults.append(file.fault(message, "feed", number, "slug"))
            queries.setdefault(saved.key, saved)
    return tuple(queries.values()), tuple(faults)


class _Invalid(ValueError):
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


def _parse_table(item: FeedTable) -> SavedQuery:
    item = _add_question(item)
    if (item.feed is None) == (item.query is None):
        raise _Invalid(
            "query",
            'give either `query` with a `slug`, or `feed = "tags/ai"` to set up an existing feed',
        )
    feed = parse_stem(item.feed) if item.feed is not None else None
    if item.feed is not None and (feed is None or feed.axis == QUERY):
        paths_of_feeds = ", ".join(
            f"{axis.folder}…" for name, axis in AXES.items() if axis.folder and name != QUERY
        )
        raise _Invalid("feed", f"feed {item.feed!r} is none of all, {paths_of_feeds}")
    if feed is None and item.slug is None and not item.title:
        raise _Invalid(
            "slug", "a query needs a slug, the name of its files, or a title to make one of"
        )
    return SavedQuery(
        slug=item.slug or item.feed or slug(item.title),
        query=item.query or "",
        expr=_parse_expression(item.query) if item.query is not None else None,
        feed=feed,
        window_hours=_round_up_hours(item.window),
        **item.model_dump(include={"title", "description", "limit", "content", "formats"}),
    )


def _add_question(item: FeedTable) -> FeedTable:
    """Add the query to an entry whose slug is the address of a question. Raises _Invalid,
    QuestionError."""
    if not (item.slug or "").startswith(paths.QUESTIONS):
        return item
    question = questions.parse(item.slug or "")
    if item.query is not None or question.stem != item.slug:
        raise _Invalid(
            "slug", f"{question.stem!r} is the address of this question, and it needs no query"
        )
    return item.model_copy(update={"query": question.query})


def _parse_expression(text: str) -> Expr:
    try:
        return parse_query(text)
    except QueryError as error:
        line = " ".join(text.splitlines()) if "\n" in text else text
        raise _Invalid("query", f"{error}\n  {line}\n  {' ' * error.at}^") from error


def _round_up_hours(window: str | None) -> int | None:
    if window is None:
        return None
    try:
        return -(-seconds(window) // 3600)
    except ValueError as error:
        raise _Invalid("window", f"window: {error}") from error


def update_members(
    specs: Sequence[FeedSpec],
    index: Articles,
    body: Callable[[str], str],
    words: Collection[str] = (),
) -> int:
    """Match new and changed articles (all, if a query changed) against the saved queries of `specs`
    and the axes `words` of `publish.axes`; return how many were read. Call before
    `staleness.stale`: feeds with other members become stale. `body`: returns the plain text of an
    article id; called only if title and excerpt do not decide a query."""
    asked = {spec.key: parse_query(spec.query) for spec in specs if spec.query is not None}
    finders = {name: axis.found for name, axis in AXES.items() if axis.found and axis.word in words}
    if not asked and not finders:
        return 0
    stamp = _make_stamp(specs, finders)
    waiting = index.unmatched(stamp)
    for start in range(0, len(waiting), _PART):
        feeds: dict[str, dict[FeedKey, str]] = {}
        for article_id, article in index.articles(waiting[start : start + _PART]).items():
            text = cache(partial(body, article_id))  # read at its first use
            feeds[article_id] = {
                key: key.slug for key, expr in asked.items() if matches(expr, article, text)
            }
            for axis, find in finders.items():
                feeds[article_id] |= {FeedKey(axis, slug): name for slug, name in find(article)}
        index.save_matches(stamp, feeds)
    return len(waiting)


def _make_stamp(specs: Sequence[FeedSpec], axes: Collection[str]) -> str:
    asked = sorted((spec.key.slug, spec.query) for spec in specs if spec.query is not None)
    parts = (_FORM, asked, sorted(axes)) if axes else (_FORM, asked)
    return hashlib.sha256(repr(parts).encode("utf-8", "replace")).hexdigest()[:16]
