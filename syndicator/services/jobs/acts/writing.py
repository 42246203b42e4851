"""Acts that write what was tried: a category's line into taxonomy.toml, a saved query into feeds.toml."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from syndicator.articles import frontmatter
from syndicator.configuration.entry_rules import Expr, QueryError, matches, parse_query
from syndicator.configuration.sources import registry
from syndicator.configuration.tables import with_table
from syndicator.configuration.toml_files import TomlFile
from syndicator.core import text
from syndicator.core.errors import ConfigError, UsageError
from syndicator.core.model import Article
from syndicator.describing.taxonomy import vocabulary
from syndicator.describing.taxonomy.vocabulary import CategoryDef, fold
from syndicator.publishing.queries import SavedQuery, load_queries, queries_of
from syndicator.services.jobs.task import Acted, Task

_TAXONOMY, _FEEDS = "taxonomy.toml", "feeds.toml"
_PART = 500  # rows read at a time
_LONGEST_SLUG = 80


def stamp(*said: str) -> str:
    """What a form keeps of a line that it shows, to tell whether it was edited since. Pure."""
    return hashlib.sha256("\0".join(said).encode("utf-8", "replace")).hexdigest()[:32]


def category_stamp(config: Any, name: str) -> str:
    """The stamp of the category of this name, "" where taxonomy.toml has none. Raises ConfigError."""
    found = _category(config, name)
    return stamp(found[1].name, found[1].description) if found else ""


def save_category(task: Task) -> Acted:
    """Gives a category its line, or adds it: "name", "description", and the "stamp" of the line that was there when it
    was tried. Raises UsageError where it was edited meanwhile, ConfigError for what cannot be."""
    name, description = " ".join(task.text("name").split()), " ".join(task.text("description").split())
    if category_stamp(task.app.config, name) != task.text("stamp"):
        raise UsageError(f"the category {name!r} was edited meanwhile, and stays as it is; try it again")
    found = _category(task.app.config, name)
    values = {"name": found[1].name if found else name, "description": description}
    _write(task, _TAXONOMY, "category", found[0] if found else None, values, vocabulary.parse)
    said = "has another line" if found else "added"
    return Acted(subject="tags", said=f"{values['name']}: {said}; `describe --all` applies it to what is there")


def plan_query(task: Task) -> Acted:
    """What a saved query would hold, among all articles: "query", "title", and "slug" of one that is there, which it
    takes the place of. Changes nothing. Raises UsageError."""
    before, query, title = _before(task), task.text("query").strip(), " ".join(task.text("title").split())
    slug = before.slug if before else _new_slug(task, title)
    new, old = _parsed(query), before.expr if before else None
    looked = joins = leaves = count = 0
    for article in _articles(task):
        holds, held = _holds(task, new, article), old is not None and _holds(task, old, article)
        looked, count = looked + 1, count + holds
        joins, leaves = joins + (holds and not held), leaves + (held and not holds)
    told = {
        "slug": slug,
        "title": title or (before.title if before else ""),
        "query": query,
        "before": before.query if before else "",
        "stamp": _query_stamp(before),
        "changed": before is not None,
        "looked": looked,
        "count": count,
        "joins": joins,
        "leaves": leaves,
    }
    return Acted(subject="tags", said=f"queries/{slug}: {count} articles", build=False, logged=False, result=told)


def save_query(task: Task) -> Acted:
    """Writes a query into feeds.toml: "slug", "title", "query", and the "stamp" of what was there when it was planned.
    Raises UsageError where it was edited meanwhile, ConfigError for what cannot be."""
    slug, title = task.text("slug"), " ".join(task.text("title").split())
    queries = _queries(task)
    found = next((one for one in queries if one.slug == slug and one.feed is None), None)
    if _query_stamp(found) != task.text("stamp"):
        raise UsageError(f"the query {slug!r} was edited meanwhile, and stays as it is; look at it again")
    values = {"slug": slug, "query": task.text("query").strip()} | ({"title": title} if title else {})
    at = queries.index(found) if found else None
    _write(task, _FEEDS, "feed", at, values, queries_of)
    return Acted(subject="tags", said=f"queries/{slug}: {'has another query' if found else 'is a feed now'}")


def _write(
    task: Task, name: str, kind: str, at: int | None, values: Mapping[str, str], check: Callable[[TomlFile], object]
) -> None:
    """Adds or changes a table of a file of the configuration; comments stay. `check` refuses what no command could
    read. Raises ConfigError, and UsageError where a hand was quicker."""
    path = task.app.config / name
    task.touch("config", name)
    before = task.before[f"config:{name}"]
    try:
        after = with_table(before or "", kind, at, values)
    except ValueError as error:
        raise ConfigError(
            f"{path} is written in a way that cannot be edited safely; edit [[{kind}]] by hand"
        ) from error
    check(TomlFile(path, tomllib.loads(after), after))
    registry.put_text(path, after, seen=before)


def _category(config: Any, name: str) -> tuple[int, CategoryDef] | None:
    path = config / _TAXONOMY
    known = vocabulary.load(path).category if path.exists() else ()
    return next(((at, one) for at, one in enumerate(known) if fold(one.name) == fold(name)), None)


def _queries(task: Task) -> Sequence[SavedQuery]:
    return load_queries(task.app.config / _FEEDS)


def _before(task: Task) -> SavedQuery | None:
    """The query that is to be changed, None for a new one. Raises UsageError for one that is none."""
    slug = task.text("slug")
    found = next((one for one in _queries(task) if one.slug == slug and one.feed is None), None)
    if slug and found is None:
        raise UsageError(f"there is no query {slug!r}")
    return found


def _new_slug(task: Task, title: str) -> str:
    slug = text.slug(title)[:_LONGEST_SLUG].strip("-")
    if not slug:
        raise UsageError("a query needs a name, of which the address of its feed is made")
    if any(one.slug == slug and one.feed is None for one in _queries(task)):
        raise UsageError(f"there is a query {slug!r} already; choose it to change it, or another name")
    return slug


def _query_stamp(query: SavedQuery | None) -> str:
    return stamp(query.slug, query.query, query.title) if query else ""


def _parsed(query: str) -> Expr:
    try:
        return parse_query(query)
    except QueryError as error:
        raise UsageError(f"{error} (at character {error.at + 1})") from error


def _articles(task: Task) -> Iterator[Article]:
    """All articles without their bodies; tells how far it is."""
    index, ids = task.app.store.index, list(task.app.store.visits.stamps())
    for start in range(0, len(ids), _PART):
        yield from index.articles(ids[start : start + _PART]).values()
        task.progress(min(start + _PART, len(ids)), len(ids))


def _holds(task: Task, query: Expr, article: Article) -> bool:
    return not article.hold and matches(query, article, lambda: _body(task, article.id))


def _body(task: Task, id: str) -> str:
    try:
        return text.plain(frontmatter.body(task.app.article_store.read(task.app.store.index.path(id) or "")))
    except (ConfigError, OSError):
        return ""
