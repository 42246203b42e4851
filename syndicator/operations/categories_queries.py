"""Plan changes that try a category or saved query on articles, or save it; they are made later."""

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
from syndicator.publishing.paths import QUESTIONS, get_stem

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
_PART_SIZE = 500  # rows read at a time
_LONGEST_SLUG = 80
TRIED = 200  # newest articles on which a category's line is tried: some seconds
_TRIED_AT_ONCE = 20  # articles to a call of the worker


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
    from syndicator.showing.lists import read_newest_files
    from syndicator.upkeep.tags import jobs

    name = name.strip()
    description = description.strip()
    if not name:
        raise UsageError("a category needs a name")
    articles = read_newest_files(app.archive, TRIED)
    categories = []  # (id of the article, its category now, its category with the description)
    # a worker is a process of its own: it computes while this one answers
    try:
        with open_worker() as worker:
            starts = range(0, len(articles), _TRIED_AT_ONCE)
            for part_number, start in enumerate(starts, 1):
                part = articles[start : start + _TRIED_AT_ONCE]
                categories += worker.call_sync(
                    jobs.categorise_twice, app.configuration.taxonomy, name, description, part
                )
                progress(part_number, len(starts))
    except (WorkerFailed, ValueError) as error:
        raise UsageError(f"{name!r} cannot be tried: {error}") from error

    titles = {article.id: article.title for article in articles}
    moved = []
    joins = Counter[str]()  # by category: articles that it gains
    leaves = Counter[str]()  # by category: articles that it loses
    for article_id, old_category, new_category in categories:
        if old_category == new_category:
            continue
        title = titles[article_id]
        moved.append(
            {"id": article_id, "title": title, "before": old_category, "after": new_category}
        )
        joins[new_category] += 1
        leaves[old_category] += 1
    changed_categories = sorted({*joins, *leaves} - {""})  # "" stands for no category
    feeds = [
        {"feed": category, "joins": joins[category], "leaves": leaves[category]}
        for category in changed_categories
    ]
    return Change(
        subject="tags",
        sentence=f"{name}: {len(moved)} of the newest {len(articles)} articles would move",
        data={
            "moved": moved,
            "looked": len(articles),
            "feeds": feeds,
            "stamp": _stamp_category(_find_category(app.configuration.folder, name)),
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
    entry = _find_category(app.configuration.folder, name)
    # the stamp is that of the category when a form showed it: "" for a new one, None without a form
    if stamp not in (None, _stamp_category(entry)):
        what = f"the category {name!r}"
        if stamp:
            raise EditedMeanwhile(what)
        raise UsageError(f"{what} is listed already")
    if entry is None:
        index = None  # appended
        kept_name = name
        sentence = f"{name}: added; counts for new articles"
    else:
        index, category = entry
        kept_name = category.name
        sentence = f"{kept_name}: described anew; counts for new articles"
    table = (_TAXONOMY, "category", index)
    values = {"name": kept_name, "description": description}
    return _plan_table(app, sentence, table, values, vocabulary.parse)


def _find_category(config: Path, name: str) -> tuple[int, CategoryDef] | None:
    """Return the category called `name` in taxonomy.toml: its index in the list of categories, and
    its definition. None if it is not listed. `config`: folder of the configuration. Case and
    spelling variants of `name` do not matter."""
    from syndicator.describing.taxonomy import vocabulary

    folded_name = vocabulary.fold(name)  # equal for all spellings of a name
    categories = vocabulary.load_any(config / _TAXONOMY).category
    for index, category in enumerate(categories):
        if vocabulary.fold(category.name) == folded_name:
            return index, category
    return None


def _stamp_category(entry: tuple[int, CategoryDef] | None) -> str:
    """Return the stamp of a category: a digest that differs after each edit. "" if `entry` is None,
    for a category that does not exist. `entry`: its index in taxonomy.toml and its definition."""
    if entry is None:
        return ""
    _, category = entry
    return text.stamp(category.name, category.description)


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
    replaced = _find_query(app, slug)  # the saved query, if one is to be changed
    if slug and replaced is None:
        raise UsageError(f"there is no query {slug!r}")
    old_expression = None
    old_text = ""
    try:
        if replaced is None:
            slug = _make_slug(app, title)
            expression = parse_query(query)
        else:
            slug = replaced.slug
            expression = parse_query(query)
            old_expression = replaced.expr
            old_text = replaced.query
            title = title or replaced.title
    except QueryError as error:
        raise UsageError(f"{error} (at character {error.at + 1})") from error

    counts = Counter[str]()
    for article in _iterate_articles(app, progress):
        matches_now = _is_match(app, expression, article)
        matched_before = old_expression is not None and _is_match(app, old_expression, article)
        counts["looked"] += 1
        counts["count"] += matches_now
        counts["joins"] += matches_now and not matched_before
        counts["leaves"] += matched_before and not matches_now

    data = {
        "slug": slug,
        "title": title,
        "query": query,
        "before": old_text,
        "stamp": _stamp_query(replaced),
        "changed": replaced is not None,
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
    saved = _find_query(app, slug)
    # the stamp is that of the query when a form showed it; None without a form
    if stamp not in (None, _stamp_query(saved)):
        raise EditedMeanwhile(f"the query {slug!r}")
    values = {"slug": slug}
    if query.strip():
        values["query"] = query.strip()
    if title:
        values["title"] = title
    feed = get_stem(FeedKey(QUERY, slug))
    if saved is None:
        index = None  # appended
        sentence = f"{feed}: added"
    else:
        index = _load_queries(app).index(saved)
        sentence = f"{feed}: query changed"
    return _plan_table(app, sentence, (_FEEDS, "feed", index), values, parse_queries)


def _resolve_question(app: App, slug: str, title: str) -> tuple[str, str]:
    """Return the slug and the title under which a query is saved.

    A question is a feed that a reader composes by its address, such as
    https://example.org/q/tag/ai.atom. If `slug` is such an address, return the slug of the question
    and, if `title` is "", a title made from the names of its feeds. Otherwise return `slug` and
    `title` as they are. Raises UsageError if the question cannot be read."""
    from syndicator.publishing.questions import QuestionError, parse_question

    path = unquote(slug).removeprefix(app.configuration.settings.base_url).lstrip("/")
    stem, _, ending = path.rpartition(".")
    if ending not in FORMATS:  # the last dot is part of the question itself
        stem = f"{stem}.{ending}"
    is_question = stem.startswith(QUESTIONS)
    if not is_question:
        return slug, title
    try:
        question = parse_question(stem)
    except QuestionError as error:
        raise UsageError(f"{slug}: {error}") from error
    names = {row.key: row.name for row in app.archive.store.index.feeds(question.feeds)}
    return question.stem, title or question.title(names)


def _plan_table(
    app: App,
    sentence: str,
    table: tuple[str, str, int | None],
    values: Mapping[str, str],
    check: Callable[[TomlFile], object],
) -> Change:
    """Return the change that writes `values` to a [[table]] of a file of the configuration.

    `sentence`: the result in words. `table`: name of the file, name of the table, and its index
    among the tables of this name (None to append one). `check`: called with the edited file; raises
    ConfigError if it is invalid. Raises ConfigError if the file is invalid or cannot be edited."""
    from syndicator.configuration import toml_edit
    from syndicator.configuration.toml_files import TomlFile
    from syndicator.operations.changes import texts

    file_name, table_name, index = table
    path = app.configuration.folder / file_name
    text_name = f"config:{file_name}"
    text = texts.read(app, text_name)  # None if there is no such file
    try:
        if index is None:
            edited_text = toml_edit.add_table(text or "", table_name, values)
        else:
            edited_text = toml_edit.set_values(text or "", (table_name, index), values)
    except ValueError as error:
        raise ConfigError(
            f"{path} cannot be edited safely as it is written; edit [[{table_name}]] by hand"
        ) from error
    check(TomlFile(path, tomllib.loads(edited_text), edited_text))
    edits = {text_name: (text, edited_text)}
    return Change(subject="tags", sentence=sentence, data=values, edits=edits)


def _load_queries(app: App) -> Sequence[SavedQuery]:
    """Return the entries of feeds.toml."""
    from syndicator.publishing.queries import load_queries

    return load_queries(app.configuration.folder / _FEEDS)


def _find_query(app: App, slug: str) -> SavedQuery | None:
    """Return the saved query with this slug, None if there is none."""
    for entry in _load_queries(app):
        # an entry of feeds.toml that has `feed` only sets up another feed, such as that of a tag
        is_query = entry.feed is None
        if is_query and entry.slug == slug:
            return entry
    return None


def _make_slug(app: App, title: str) -> str:
    """Return the slug (the name in the address of its feed) of a new query with this title. Raises
    UsageError if the title has no letters, or if a query with this slug exists."""
    slug = text.slug(title)[:_LONGEST_SLUG].strip("-")
    if not slug:
        raise UsageError("a query needs a name, for the address of its feed")
    if _find_query(app, slug) is not None:
        raise UsageError(
            f"there is a query {slug!r} already; choose it to change it, or another name"
        )
    return slug


def _stamp_query(query: SavedQuery | None) -> str:
    """Return a text that is another one after the query was edited; "" for no query."""
    return text.stamp(query.slug, query.query, query.title) if query else ""


def _iterate_articles(app: App, progress: Progress) -> Iterator[Article]:
    """Yield all articles, without their bodies. `progress`: called with the number of articles done
    and of all."""
    index = app.archive.store.index
    article_ids = list(app.archive.store.visits.stamps())
    total = len(article_ids)
    for start in range(0, total, _PART_SIZE):
        end = min(start + _PART_SIZE, total)
        yield from index.articles(article_ids[start:end]).values()
        progress(end, total)


def _is_match(app: App, query: Expr, article: Article) -> bool:
    """Return True if the query finds the article. False also for an article on hold, which has no
    feeds. `article`: without its text, which is read only if the query needs it."""
    from syndicator.app.lookup import read_article
    from syndicator.searching.matching import is_match

    if article.hold:
        return False
    return is_match(query, article, lambda: read_article(app.archive, article.id).text)
