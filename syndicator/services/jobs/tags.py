"""Acts on tags, categories and saved queries: propose, list, rename, merge, try and save."""

from __future__ import annotations

import hashlib
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Any, Literal

from syndicator.articles import disk, frontmatter
from syndicator.configuration.entry_rules import Expr, QueryError, matches, parse_query
from syndicator.configuration.sources import registry
from syndicator.configuration.tables import with_table
from syndicator.configuration.toml_files import TomlFile
from syndicator.core import text
from syndicator.core.axes import ALL
from syndicator.core.errors import ConfigError, UsageError, WorkerFailed
from syndicator.core.model import Article, FeedKey
from syndicator.describing.taxonomy import vocabulary
from syndicator.describing.taxonomy.edit import Change, knows, place, rewritten
from syndicator.describing.taxonomy.vocabulary import CategoryDef, TagDef, Vocabulary, fold, load
from syndicator.pipeline import jobs
from syndicator.publishing.queries import SavedQuery, load_queries, queries_of
from syndicator.services.container import open_worker
from syndicator.services.descriptions import redescribe, rename_tags
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
    """Write a category: "name", "description", "stamp" of the trial. Raises UsageError if edited, ConfigError."""
    name, description = " ".join(task.text("name").split()), " ".join(task.text("description").split())
    if category_stamp(task.app.config, name) != task.text("stamp"):
        raise UsageError(f"the category {name!r} was edited meanwhile, and stays as it is; try it again")
    found = _category(task.app.config, name)
    values = {"name": found[1].name if found else name, "description": description}
    _write_writing(task, _TAXONOMY, "category", found[0] if found else None, values, vocabulary.parse)
    said = "has another line" if found else "added"
    return Acted(subject="tags", said=f"{values['name']}: {said}; `describe --all` applies it to what is there")


def plan_query(task: Task) -> Acted:
    """Plan a saved query over all articles: "query", "title", "slug" of one to replace. Raises UsageError."""
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
    """Write a query: "slug", "title", "query", "stamp" of the plan. Raises UsageError if edited since, ConfigError."""
    slug, title = task.text("slug"), " ".join(task.text("title").split())
    queries = _queries(task)
    found = next((one for one in queries if one.slug == slug and one.feed is None), None)
    if _query_stamp(found) != task.text("stamp"):
        raise UsageError(f"the query {slug!r} was edited meanwhile, and stays as it is; look at it again")
    values = {"slug": slug, "query": task.text("query").strip()} | ({"title": title} if title else {})
    at = queries.index(found) if found else None
    _write_writing(task, _FEEDS, "feed", at, values, queries_of)
    return Acted(subject="tags", said=f"queries/{slug}: {'has another query' if found else 'is a feed now'}")


def _write_writing(
    task: Task, name: str, kind: str, at: int | None, values: Mapping[str, str], check: Callable[[TomlFile], object]
) -> None:
    """Write a table of a configuration file, keeping comments; `check` validates. Raises ConfigError, UsageError."""
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
    slug = task.text("slug")
    found = next((one for one in _queries(task) if one.slug == slug and one.feed is None), None)
    if slug and found is None:
        raise UsageError(f"there is no query {slug!r}")
    return found


def _new_slug(task: Task, title: str) -> str:
    if not (slug := text.slug(title)[:_LONGEST_SLUG].strip("-")):
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


TRIED = 200  # newest articles on which a category's line is tried: some seconds
_FILE = "taxonomy.toml"


def suggest(task: Task) -> Acted:
    """What articles speak of and taxonomy.toml lacks. Changes nothing."""
    found = [one._asdict() for one in redescribe.suggest(task.app)]
    said = f"{len(found)} names to consider as tags"
    return Acted(subject="tags", said=said, logged=False, build=False, result={"proposals": found})


def add_tag(task: Task) -> Acted:
    """Lists a tag in taxonomy.toml, with "aliases" where there are some."""
    name, aliases = task.text("name").strip(), tuple(one.strip() for one in task.texts("aliases") if one.strip())
    known = _vocabulary(task)
    if any(knows(tag, name) for tag in known.tag):
        raise UsageError(f"{name!r} is listed already")
    _write(task, Change(tag=_tag(name, aliases)))
    return Acted(subject="tags", said=f"{name}: listed; `describe --all` looks for it in the articles that are there")


def add_alias(task: Task) -> Acted:
    """Another spelling of a tag that is listed."""
    name, alias, known = task.text("name").strip(), task.text("alias").strip(), _vocabulary(task)
    if (at := place(known, name)) is None:
        raise UsageError(f"no tag {name!r} in taxonomy.toml")
    if any(knows(tag, alias) for tag in known.tag):
        raise UsageError(f"{alias!r} is listed already; merge it to make one of two tags")
    tag = known.tag[at]
    _write(task, Change(tag=_tag(tag.name, (*tag.aliases, alias), tag.description), at=at))
    return Acted(subject="tags", said=f"{tag.name}: is known as {alias}, too")


def plan_retag(task: Task) -> Acted:
    """What a rename or a merge would do. Changes nothing."""
    planned = rename_tags.plan(task.app, _kind(task), task.text("old"), task.text("new"))
    return Acted(subject="tags", said=_said(planned), logged=False, build=False, result=_planned(planned))


def retag(task: Task) -> Acted:
    """Rename or merge a tag in taxonomy.toml, articles and feeds, whose addresses stay good."""
    planned = rename_tags.plan(task.app, _kind(task), task.text("old"), task.text("new"))
    if planned.kind == "merge":  # a rename is taken back by another
        task.touch("config", _FILE)
        for id in planned.articles:
            task.touch("tags", id)
    rename_tags.act(task.app, planned, task.progress)
    kept = {"kind": planned.kind, "old": planned.old, "new": planned.new}
    kept |= {"old_feed": planned.old_feed.slug, "new_feed": planned.new_feed.slug}
    return Acted(subject="tags", said=_said(planned), result=_planned(planned), args=kept)


def _said(planned: rename_tags.Retagging) -> str:
    count = len(planned.articles)
    return f"{planned.old} → {planned.new}: {count} {'article' if count == 1 else 'articles'}"


def try_category(task: Task) -> Acted:
    """Which of the newest articles a category would win and lose with another description. Changes nothing."""
    name, description = task.text("name").strip(), task.text("description").strip()
    if not name:
        raise UsageError("a category needs a name")
    index, articles = task.app.store.index, []
    for id in index.ids(FeedKey(ALL.axis, ALL.slug), limit=TRIED, since=None, most=TRIED):
        with suppress(ConfigError, OSError):
            articles.append(task.app.article_store.get(index.path(id) or ""))
    try:
        with open_worker(task.app) as worker:
            parts = [articles[at : at + 20] for at in range(0, len(articles), 20)]
            tried = []
            for number, part in enumerate(parts, 1):
                tried += worker.call_sync(jobs.tried_category, task.app.taxonomy, name, description, part)
                task.progress(number, len(parts))
    except (WorkerFailed, ValueError) as error:
        raise UsageError(f"{name!r} cannot be tried: {error}") from error
    titles = {one.id: one.title for one in articles}
    moved = [
        {"id": id, "title": titles[id], "before": before, "after": after}
        for id, before, after in tried
        if before != after
    ]
    said = f"{name}: {len(moved)} of the newest {len(articles)} articles would move"
    result = {
        "moved": moved,
        "looked": len(articles),
        "feeds": _feeds(moved),
        "stamp": category_stamp(task.app.config, name),
    }
    return Acted(subject="tags", said=said, logged=False, build=False, result=result)


def _feeds(moved: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    joins, leaves = Counter(one["after"] for one in moved), Counter(one["before"] for one in moved)
    names = sorted(name for name in {*joins, *leaves} if name)
    return [{"feed": name, "joins": joins[name], "leaves": leaves[name]} for name in names]


def _kind(task: Task) -> Literal["rename", "merge"]:
    return "merge" if task.text("kind") == "merge" else "rename"


def _tag(name: str, aliases: tuple[str, ...] = (), description: str = "") -> TagDef:
    try:
        return TagDef(name=name, aliases=aliases, description=description)
    except ValueError as error:
        raise UsageError(f"{name!r} is no name of a tag: one to 80 characters") from error


def _vocabulary(task: Task) -> Vocabulary:
    path = task.app.config / _FILE
    return load(path) if path.exists() else Vocabulary()


def _write(task: Task, change: Change) -> None:
    path = (task.app.config / _FILE).resolve()  # a symlink stays one
    task.touch("config", _FILE)
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    disk.write(path, rewritten(text, change, path).encode())


def _planned(planned: rename_tags.Retagging) -> dict[str, Any]:
    moved = planned.old_feed != planned.new_feed
    return {
        "kind": planned.kind,
        "old": planned.old,
        "new": planned.new,
        "articles": len(planned.articles),
        "redirect": f"tags/{planned.old_feed.slug} will lead to tags/{planned.new_feed.slug}" if moved else "",
        "feeds": [asdict(one) for one in planned.feeds[:50]],
        "notes": list(planned.notes),
    }
