"""Define operations that try a category or saved query on filed articles, and save it."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated
from urllib.parse import unquote

from syndicator.core import text
from syndicator.core.axes import QUERY
from syndicator.core.errors import ConfigError, EditedMeanwhile, UsageError, WorkerFailed
from syndicator.core.formats import FORMATS
from syndicator.core.model import FeedKey
from syndicator.operations.operation import Argument, Change, Progress, Stamp, operation
from syndicator.publishing.paths import QUESTIONS, stem

if TYPE_CHECKING:
    from pathlib import Path

    from syndicator.app.container import App
    from syndicator.configuration.toml_files import TomlFile
    from syndicator.core.model import Article
    from syndicator.describing.taxonomy.vocabulary import CategoryDef
    from syndicator.publishing.queries import SavedQuery
    from syndicator.searching.language import Expr

_TAXONOMY = "taxonomy.toml"
_FEEDS = "feeds.toml"
_PART = 500  # rows read at a time
_LONGEST_SLUG = 80
TRIED = 200  # newest articles on which a category's line is tried: some seconds


@operation("try-category", unlocked=True, is_question=True)
def try_category(
    app: App,
    progress: Progress,
    name: Annotated[str, Argument("The category, there or new.", positional=True)],
    description: Annotated[str, Argument("The words that describe it.", positional=True)] = "",
) -> Change:
    """Show which of the newest articles a category would win and lose with this description.
    Changes nothing."""
    from syndicator.app.clients import open_worker
    from syndicator.showing.lists import newest_files
    from syndicator.upkeep.tags import jobs

    name = name.strip()
    description = description.strip()
    if not name:
        raise UsageError("a category needs a name")
    articles = newest_files(app.archive, TRIED)
    tried = []
    try:
        with open_worker() as worker:
            parts = [articles[at : at + 20] for at in range(0, len(articles), 20)]
            for number, part in enumerate(parts, 1):
                tried += worker.call_sync(
                    jobs.categorise_twice, app.configuration.taxonomy, name, description, part
                )
                progress(number, len(parts))
    except (WorkerFailed, ValueError) as error:
        raise UsageError(f"{name!r} cannot be tried: {error}") from error
    titles = {article.id: article.title for article in articles}
    changed = [row for row in tried if row[1] != row[2]]
    moved = [
        {"id": article_id, "title": titles[article_id], "before": before, "after": after}
        for article_id, before, after in changed
    ]
    joins, leaves = (Counter(article[when] for article in moved) for when in ("after", "before"))
    names = sorted(filter(None, {*joins, *leaves}))
    feeds = [{"feed": name, "joins": joins[name], "leaves": leaves[name]} for name in names]
    return Change(
        subject="tags",
        sentence=f"{name}: {len(moved)} of the newest {len(articles)} articles would move",
        data={
            "moved": moved,
            "looked": len(articles),
            "feeds": feeds,
            "stamp": _stamp(_category(app.configuration.folder, name)),
        },
    )


@operation("save-category", quick=True)
def save_category(
    app: App,
    name: Annotated[str, Argument("The category, there or new.", positional=True)],
    description: Annotated[str, Argument("The words that describe it.", positional=True)] = "",
    stamp: Stamp = None,
) -> Change:
    """Write a category to taxonomy.toml, or give it another description."""
    from syndicator.describing.taxonomy import vocabulary

    name = " ".join(name.split())
    description = " ".join(description.split())
    entry = _category(app.configuration.folder, name)
    if stamp not in (None, _stamp(entry)):
        what = f"the category {name!r}"
        raise EditedMeanwhile(what) if stamp else UsageError(f"{what} is listed already")
    at = entry[0] if entry else None
    values = {"name": entry[1].name if entry else name, "description": description}
    sentence = (
        f"{values['name']}: {'described anew' if entry else 'added'}; counts for new articles"
    )
    return _edit(app, sentence, (_TAXONOMY, "category", at), values, vocabulary.parse)


def _category(config: Path, name: str) -> tuple[int, CategoryDef] | None:
    from syndicator.describing.taxonomy import vocabulary

    categories = vocabulary.load_any(config / _TAXONOMY).category
    folded = vocabulary.fold(name)
    return next(
        (pair for pair in enumerate(categories) if vocabulary.fold(pair[1].name) == folded), None
    )


def _stamp(entry: tuple[int, CategoryDef] | None) -> str:
    return text.stamp(entry[1].name, entry[1].description) if entry else ""


@operation("try-query", unlocked=True, is_question=True)
def try_query(
    app: App,
    progress: Progress,
    query: Annotated[str, Argument("The query.", positional=True)],
    title: Annotated[str, Argument("The name of its feed.")] = "",
    slug: Annotated[str, Argument("A saved query to replace, by the address of its feed.")] = "",
) -> Change:
    """Show which articles a saved query matches, and how many it would gain and lose. Changes
    nothing."""
    from syndicator.searching.language import QueryError, parse_query

    query = query.strip()
    title = " ".join(title.split())
    before = _query(app, slug)
    if slug and before is None:
        raise UsageError(f"there is no query {slug!r}")
    slug = before.slug if before else _new_slug(app, title)
    try:
        new = parse_query(query)
        old = before.expr if before else None
    except QueryError as error:
        raise UsageError(f"{error} (at character {error.at + 1})") from error
    counts = Counter[str]()
    for article in _articles(app, progress):
        matches_new = _holds(app, new, article)
        matches_old = old is not None and _holds(app, old, article)
        counts["looked"] += 1
        counts["count"] += matches_new
        counts["joins"] += matches_new and not matches_old
        counts["leaves"] += matches_old and not matches_new
    data = {
        "slug": slug,
        "title": title or (before.title if before else ""),
        "query": query,
        "before": before.query if before else "",
        "stamp": _query_stamp(before),
        "changed": before is not None,
        "looked": counts["looked"],
        "count": counts["count"],
        "joins": counts["joins"],
        "leaves": counts["leaves"],
    }
    return Change(subject="tags", sentence=f"queries/{slug}: {counts['count']} articles", data=data)


@operation("save-query", quick=True)
def save_query(
    app: App,
    slug: Annotated[
        str, Argument("The address of its feed: queries/SLUG, or of a question.", positional=True)
    ],
    query: Annotated[str, Argument("The query; a question needs none.", positional=True)] = "",
    title: Annotated[str, Argument("The name of its feed.")] = "",
    stamp: Stamp = None,
) -> Change:
    """Write a saved query, which is a feed of its own, to feeds.toml."""
    from syndicator.publishing.queries import parse_queries

    slug, title = _resolve_question(app, slug, " ".join(title.split()))
    saved = _query(app, slug)
    if stamp not in (None, _query_stamp(saved)):
        raise EditedMeanwhile(f"the query {slug!r}")
    values = {"slug": slug}
    if query.strip():
        values["query"] = query.strip()
    if title:
        values["title"] = title
    at = _queries(app).index(saved) if saved else None
    sentence = f"{stem(FeedKey(QUERY, slug))}: {'query changed' if saved else 'added'}"
    return _edit(app, sentence, (_FEEDS, "feed", at), values, parse_queries)


def _resolve_question(app: App, slug: str, title: str) -> tuple[str, str]:
    """Return slug and title of a saved query, or of the question whose address `slug` is."""
    from syndicator.publishing.questions import QuestionError, parse_question

    path = unquote(slug).removeprefix(app.configuration.settings.base_url).lstrip("/")
    address, _, ending = path.rpartition(".")
    if ending not in FORMATS:
        address = f"{address}.{ending}"
    if not address.startswith(QUESTIONS):
        return slug, title
    try:
        question = parse_question(address)
    except QuestionError as error:
        raise UsageError(f"{slug}: {error}") from error
    names = {row.key: row.name for row in app.archive.store.index.feeds(question.feeds)}
    return question.stem, title or question.title(names)


def _edit(
    app: App,
    sentence: str,
    place: tuple[str, str, int | None],
    values: Mapping[str, str],
    check: Callable[[TomlFile], object],
) -> Change:
    """Plan the edit of the table at `place` (file, list, number). `check` validates the file.
    Raises ConfigError."""
    from syndicator.configuration import toml_edit
    from syndicator.configuration.toml_files import TomlFile
    from syndicator.operations.changes import texts

    name, kind, at = place
    path = app.configuration.folder / name
    before = texts.read(app, f"config:{name}")
    try:
        if at is None:
            after = toml_edit.add_table(before or "", kind, values)
        else:
            after = toml_edit.set_values(before or "", (kind, at), values)
    except ValueError as error:
        raise ConfigError(
            f"{path} cannot be edited safely as it is written; edit [[{kind}]] by hand"
        ) from error
    check(TomlFile(path, tomllib.loads(after), after))
    return Change(
        subject="tags", sentence=sentence, data=values, edits={f"config:{name}": (before, after)}
    )


def _queries(app: App) -> Sequence[SavedQuery]:
    from syndicator.publishing.queries import load_queries

    return load_queries(app.configuration.folder / _FEEDS)


def _query(app: App, slug: str) -> SavedQuery | None:
    return next(
        (query for query in _queries(app) if query.slug == slug and query.feed is None), None
    )


def _new_slug(app: App, title: str) -> str:
    slug = text.slug(title)[:_LONGEST_SLUG].strip("-")
    if not slug:
        raise UsageError("a query needs a name, for the address of its feed")
    if _query(app, slug) is not None:
        raise UsageError(
            f"there is a query {slug!r} already; choose it to change it, or another name"
        )
    return slug


def _query_stamp(query: SavedQuery | None) -> str:
    return text.stamp(query.slug, query.query, query.title) if query else ""


def _articles(app: App, progress: Progress) -> Iterator[Article]:
    index = app.archive.store.index
    ids = list(app.archive.store.visits.stamps())
    for start in range(0, len(ids), _PART):
        yield from index.articles(ids[start : start + _PART]).values()
        progress(min(start + _PART, len(ids)), len(ids))


def _holds(app: App, query: Expr, article: Article) -> bool:
    from syndicator.app.lookup import read
    from syndicator.searching.matching import is_match

    return not article.hold and is_match(query, article, lambda: read(app.archive, article.id).text)
