"""Explain for `show` why an article is as it is, or why an address is no article yet."""

from collections.abc import Iterator, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from syndicator.adding.search import unanswered
from syndicator.app import feeds, lookup
from syndicator.app.archive import Archive, find_terms
from syndicator.app.clients import make_fetcher, open_worker
from syndicator.app.lookup import find_article_id
from syndicator.app.read_configuration import Configuration
from syndicator.articles import fields as articles_fields
from syndicator.articles.beside.tab_lists import PRUNED
from syndicator.articles.edits import FIELDS, By, by_of, sign
from syndicator.articles.fields import settle
from syndicator.articles.frontmatter import dump, load
from syndicator.articles.snapshots import ANSWERED
from syndicator.articles.stores.paths import loaded
from syndicator.configuration.settings import Settings
from syndicator.core import urls
from syndicator.core.errors import (
    ConfigError,
    MissingError,
    NotAFeed,
    NotAnArticle,
    RulesError,
    UsageError,
    WorkerFailed,
)
from syndicator.core.formats import PAGE
from syndicator.core.model import (
    Article,
    Entry,
    Failed,
    Fetched,
    ReadArticle,
    Request,
    Rules,
    Source,
    SourceState,
)
from syndicator.core.ports import EntryRow, Fetcher
from syndicator.core.reasons import HoldReason
from syndicator.core.usage.statements import terms
from syndicator.describing.llm import prompt
from syndicator.describing.taxonomy.taxonomy import Taxonomy
from syndicator.describing.taxonomy.vocabulary import load_any
from syndicator.filing import ownership, worker_functions
from syndicator.filing.context import feed_request, page_request, without_credentials
from syndicator.filing.entry.new_article import as_filed
from syndicator.filing.read_article import load_taxonomy, own_names, read_article, spelled
from syndicator.filing.visit import introduced
from syndicator.pictures import outcomes
from syndicator.publishing.entries import Entries, renderers
from syndicator.publishing.page_design import look
from syndicator.publishing.paths import stem
from syndicator.publishing.web.article_html import alone
from syndicator.publishing.web.pages import Pages
from syndicator.store.engine import Store
from syndicator.upkeep.model.answers import make_question
from syndicator.upkeep.passes.read_again import read_again

_FENCE = "(a line of random letters)"
_BY: Final = {
    By.OPERATOR: "your edit of the file",
    By.LLM: "the language model",
    By.EXTRACTIVE: "sentences of its text",
}
# Names of the file's fields in the trace of a reading.
_TRACED: Final = {
    "title": "title",
    "date": "published",
    "coverImage": "cover",
    "author": "author",
    "body": "body",
}
_DESCRIBED: Final = ("tags", "category")  # explained by `tag_reasons` and `category_reason`
_FEED: Final = "its feed, or its page when it was filed"
_ANY_TIME = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An article, its file, and the reasons for the article's fields and state."""

    article: ReadArticle
    markdown: str
    why: Mapping[str, Any]


def llm_history(
    archive: Archive, configuration: Configuration, article_id: str
) -> Mapping[str, Any]:
    if (asked := archive.store.enrichment.asked(article_id)) is None:
        return (
            {"llm": "not asked yet"}
            if configuration.settings.describe.llm.url and archive.store.index.path(article_id)
            else {}
        )
    why = ": ".join(part for part in (asked.reason, asked.detail) if part)
    again = f"; asked again from {asked.next_try.isoformat()}" if asked.next_try else ""
    verdict = (
        f"{asked.status}{f' ({why})' if why else ''}, {asked.by or asked.plan},"
        f" {asked.at.isoformat()}{again}"
    )
    shown: dict[str, Any] = {"llm": verdict} | (
        {"llm_answer": asked.answer} if asked.answer else {}
    )
    if (path := archive.store.index.path(article_id)) and asked.key:
        try:  # as it would be sent now: text and taxonomy may have changed since
            article = archive.article_store.get(path)
            messages = prompt.messages(
                make_question(
                    configuration.taxonomy, article, configuration.settings.describe.llm.write
                ),
                _FENCE,
            )
            shown["llm_asked"] = [
                f"{message['role']}: {message['content']}" for message in messages
            ]
        except ConfigError as error:
            shown["llm_asked"] = [str(error)]
        except FileNotFoundError:
            pass
    return shown


def origins(article: Article, reading: Article | None, trace: Mapping[str, Any]) -> dict[str, str]:
    """Return the origin of each field. `reading`, `trace`: of the kept page, or None and {}."""
    return {
        key: _origin(key, article, reading, trace)
        for key in FIELDS
        if key not in _DESCRIBED
        and (articles_fields.row(key).written(article) if key != "body" else article.body)
    }


def _origin(key: str, article: Article, reading: Article | None, trace: Mapping[str, Any]) -> str:
    by = by_of(article, key)
    if by in _BY:
        return _BY[by]
    if key == "excerpt":
        return "its publisher's own"
    if reading is None or not _same(key, article, reading):
        return _FEED
    step = trace.get(_TRACED[key])
    return f"its page: {step.get('from', '')}" if isinstance(step, Mapping) else "its page"


def _same(key: str, article: Article, other: Article) -> bool:
    if key == "body":
        return article.body.strip() == other.body.strip()
    row = articles_fields.row(key)
    return bool(row.written(article) == row.written(other))


def tag_reasons(article: Article, source: Source | None, taxonomy: Taxonomy) -> dict[str, str]:
    by = by_of(article, "tags")
    if by in (By.OPERATOR, By.LLM):
        return dict.fromkeys(article.tags, _BY[by])
    own = spelled(source.tags, taxonomy) if source else ()
    names = own_names(article.author, article.url)
    published = taxonomy.mapped(article.keywords, article.text, article.title, names)
    scored = taxonomy.scored(article.title, article.text)
    return {tag: _tag_reason(tag, article, own, published, scored) for tag in article.tags}


def _tag_reason(
    tag: str,
    article: Article,
    own: tuple[str, ...],
    published: list[str],
    scored: Mapping[str, tuple[float, str]],
) -> str:
    if tag in own:
        return "its source has it in sources.toml"
    chance, why = scored.get(tag, (0.0, ""))
    if tag in published:
        return "its publisher's" + (f", and {why} ({chance:.2f})" if chance >= 0.01 else "")  # noqa: PLR2004
    if tag == article.category and chance < 0.01:  # noqa: PLR2004
        return "its category"
    return f"{why} ({chance:.2f})" if why else "as it was filed: the taxonomy does not have it now"


def category_reason(
    article: Article, source: Source | None, taxonomy: Taxonomy, uncategorised: str
) -> str:
    by = by_of(article, "category")
    if by in (By.OPERATOR, By.LLM):
        return _BY[by]
    guess = taxonomy.category(article.title, article.text, article.section, article.keywords)
    if guess.name == article.category:
        return f"its text fits best ({guess.score:.2f})"
    unclear = f"no category of the taxonomy is clear ({guess.score:.2f})"
    if source and article.category == source.category:
        return f"its source has it in sources.toml; {unclear}"
    if article.category == uncategorised:
        return f"{unclear}: describe.uncategorised"
    return f"as it was filed; now {guess.name or 'none'} ({guess.score:.2f})"


def entry(archive: Archive, configuration: Configuration, what: str, feed_format: str) -> bytes:
    """Return an article's entry in a feed format. Raises UsageError, MissingError."""
    taxonomy = load_any(configuration.taxonomy.toml)
    tags = [tag.name for tag in taxonomy.tag]
    specs = feeds.feed_specs(configuration, taxonomy, archive.store.index.feeds())
    table = renderers(Pages(specs, configuration.settings, look(configuration.folder), tags))
    if feed_format not in table:
        raise UsageError(f"no format {feed_format!r}; there are {', '.join(table)}")
    if (article_id := find_article_id(archive, what)) is None:
        raise UsageError(
            f"{what!r} is not published; give the address or the id of an article, or its file"
        )
    index = archive.store.index
    body = lambda article_id: lookup.read(archive, article_id).body
    entries = Entries(
        index,
        partial(find_terms, archive, configuration),
        archive.instance,
        configuration.settings,
        table,
        tags=tags,
        markdown=body,
    )
    views = entries.views([article_id], None)
    rendered = entries.made([feed_format], views[0], None) if views else None
    if rendered is None:
        raise MissingError(
            f"{what}: {entries.problems[article_id].reason}: {entries.problems[article_id].detail}"
        )
    return alone(rendered[feed_format]) if feed_format == PAGE else rendered[feed_format]


def standing(store: Store, settings: Settings, article: Article) -> Iterator[tuple[str, Any]]:
    """Yield feeds, merges, addresses, carriers and the next visit."""
    visits = store.visits
    index = store.index
    into = article.merged_into or index.merged().get(article.id, "")
    yield "feeds", [stem(key) for key in sorted(index.shown(article.id))]
    if article.hold:
        why = next(
            (reason.means for reason in HoldReason if reason == article.hold_reason),
            "you said so in its file",
        )
        yield "on hold", f"{why}; `syndicator release {article.id}` publishes it"
    others = index.articles([into, *visits.copies(article.id)])
    named = {article_id: f"{other.title} ({other.url})" for article_id, other in others.items()}
    if into:
        yield "merged into", named.pop(into, into)
    if named:
        yield "stands for", sorted(named.values())
    lists = {
        "also at": article.also,
        "other addresses": article.aliases,
        "split from": article.split_from,
    }
    lists["announced by"] = tuple(sorted({article.source_key, *visits.carriers(article.id)} - {""}))
    yield from ((name, list(values)) for name, values in lists.items() if values)
    yield "source", article.source_key or None
    if picture := store.pictures.row(article.id):
        yield (
            "picture",
            (outcomes.told(picture) if settings.publish.thumbnails else "none: thumbnails are off"),
        )
    if (state := visits.state(article.source_key)) is not None:
        due = state.schedule.next_due
        why = state.schedule.due_why
        when = due.isoformat(timespec="seconds") if due else "now"
        yield "next visit", f"{when} ({why})" if why else when


def show_filed(archive: Archive, configuration: Configuration, article_id: str) -> Shown:
    """Explain a filed article. Raises MissingError, ConfigError."""
    path = archive.store.index.path(article_id)
    try:
        data = archive.article_store.read(path) if path else None
    except FileNotFoundError:
        data = None
    place = f"{archive.article_store.name}/{path}"
    if data is None:
        raise MissingError(
            f"{place}: the file of {article_id} is gone; `syndicator reindex` forgets it"
        )
    return show_article(archive, configuration, loaded(data, place), data)


def show_article(
    archive: Archive, configuration: Configuration, article: Article, data: bytes
) -> Shown:
    return Shown(
        article=unread(article),
        markdown=data.decode("utf-8", "replace"),
        why=dict(_why(archive, configuration, article)),
    )


def unread(article: Article) -> ReadArticle:
    return ReadArticle(**{field.name: getattr(article, field.name) for field in fields(Article)})


def _why(
    archive: Archive, configuration: Configuration, article: Article
) -> Iterator[tuple[str, Any]]:
    taxonomy = load_taxonomy(configuration.taxonomy)
    source = find_terms(archive, configuration, article)
    reading, page = _of_page(archive, configuration, article, source)
    trace = reading.trace if reading else {}
    yield "origins", origins(article, reading, trace)
    yield "tags", tag_reasons(article, source, taxonomy)
    yield (
        "category",
        category_reason(article, source, taxonomy, configuration.settings.describe.uncategorised),
    )
    yield from (
        (name, value) for name, value in trace.items() if name not in ("category", "excerpt")
    )
    yield "robots", article.robots
    yield "rights", rights(article)
    yield "page", page
    if archive.store.index.path(article.id) is None:
        yield "state", "not filed; the next run files what is in the folder of articles"
        return
    yield from standing(archive.store, configuration.settings, article)
    yield from llm_history(archive, configuration, article.id).items()


def rights(article: Article) -> list[str]:
    free = terms(article.rights).free
    cure = [f'{free} lets you publish it whole: `content = "full"` of its source'] if free else []
    return [*article.rights, *cure]


def _of_page(
    archive: Archive, configuration: Configuration, article: Article, source: Source | None
) -> tuple[ReadArticle | None, str]:
    """Return the present reading of the kept page, or None, and a sentence on it."""
    snapshot = archive.snapshots.get(article.id) if archive.store.index.path(article.id) else None
    if snapshot is None:
        return None, f"not kept; `syndicator reread --source {article.id} --fetch` fetches it again"
    if source is None:
        return None, f"kept, but its source {article.source_key!r} is followed no more"
    html, headers = snapshot
    repeated = archive.store.visits.repeated(urls.own_host(article.url))
    now = archive.clock()
    try:
        reading = read_article(
            html,
            headers.get(ANSWERED) or article.url,
            load_taxonomy(configuration.taxonomy),
            entry=Entry(
                id=article.source_id or article.url, url=article.url, categories=article.keywords
            ),
            rules=source.rules,
            repeated=repeated,
            headers=headers,
            now=now,
        )
        again = read_again(
            html,
            headers,
            article,
            source,
            owned=archive.rights_of(configuration.sources[source.key]).owns(article.url),
            files=configuration.taxonomy,
            repeated=repeated,
            now=now,
            uncategorised=configuration.settings.describe.uncategorised,
        )
    except NotAnArticle as refusal:
        return None, f"kept, and no article as it reads today: {refusal}"
    except RulesError as error:
        return None, f"kept, and cannot be read: source {source.key!r}: {error}"
    if again is None:
        return reading, "kept; it reads today as it is filed"
    changed = ", ".join(change.field for change in again.changes)
    return reading, f"kept; `syndicator reread --source {article.id}` would change: {changed}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """The owner of an address, its feed's `entry`, the `row` and the source's `state`."""

    source: Source | None = None
    entry: Entry | None = None
    row: EntryRow | None = None
    state: SourceState | None = None
    told: str = "no source of yours owns this address"


async def announced(
    archive: Archive, configuration: Configuration, fetcher: Fetcher, url: str
) -> Announced:
    """Return the announcement of an address: from waiting rows, else from the feed, fetched now."""
    visits = archive.store.visits
    alias = urls.alias(url)
    owners = [
        source for source in configuration.sources.values() if archive.rights_of(source).owns(url)
    ]
    if not owners:
        return Announced()
    rows = (
        (owner, row)
        for owner in owners
        for row in (*visits.pending(owner.key, _ANY_TIME), *visits.refused(owner.key))
    )
    source, row = next(
        (pair for pair in rows if urls.alias(pair[1].url) == alias), (owners[0], None)
    )
    state = visits.state(source.key) or SourceState(key=source.key, url=source.url)
    entry = row.entry if row else None
    words = f"announced by {source.key}"
    if entry is None:
        request = feed_request(
            source, state.asked_whole(), configuration.settings, configuration.environ
        )
        feed = None
        result = without_credentials(request, source, configuration.environ) or await fetcher.fetch(
            request
        )
        with suppress(NotAFeed, WorkerFailed), open_worker() as worker:
            if isinstance(result, Fetched):
                feed = await worker.call(
                    worker_functions.parse_feed, result.body, result.final_url, dict(result.headers)
                )
        entry = (
            next((item for item in feed.entries if urls.alias(item.url) == alias), None)
            if feed
            else None
        )
        state = introduced(state, feed) if feed and entry else state
        if entry is None:
            words = f"the feed of {source.key} " + (
                "does not announce it (any more)" if feed else "cannot be read now"
            )
    heard = ownership.heard(entry, archive.rights_of(source), url) if entry else None
    return Announced(source=source, entry=heard, row=row, state=state, told=words)


def show_file(
    path: Path,
    url: str | None,
    archive: Archive | None = None,
    configuration: Configuration | None = None,
) -> Shown:
    """Explain a saved page from `url`, or an article file. Raises MissingError, UsageError,
    NotAnArticle."""
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise MissingError(f"{path}: no such file, and no article has this id") from error
    except OSError as error:
        raise MissingError(f"{path}: {error.strerror}") from error
    if path.suffix == ".md":
        article = load(data, str(path))
        if archive and configuration:
            return show_article(archive, configuration, article, data)
        why = {
            "origins": origins(article, None, {}),
            "robots": article.robots,
            "rights": rights(article),
        }
        return Shown(article=unread(article), markdown=data.decode("utf-8", "replace"), why=why)
    if not url:
        raise UsageError(f"{path} is a saved page: say where it came from with --url https://…")
    return _shown(data, url, {}, archive, configuration, Announced(), {})


async def show_url(url: str, archive: Archive, configuration: Configuration) -> Shown:
    """Explain the article at `url`, or its page as a visit would. Raises NetworkDown, MissingError,
    NotAnArticle."""
    article_id = find_article_id(archive, url)
    if article_id is not None:
        return show_filed(archive, configuration, article_id)
    async with aclosing(make_fetcher(archive, configuration.settings)) as fetcher:
        announcement = await announced(archive, configuration, fetcher, url)
        request = Request(url=url, deadline=configuration.settings.fetch.seconds)
        if source := announcement.source:
            request = page_request(url, source, configuration.settings, configuration.environ)
        result = (
            source and without_credentials(request, source, configuration.environ)
        ) or await fetcher.fetch(request)
    if isinstance(result, Failed):
        raise unanswered(url, result)
    assert isinstance(result, Fetched)
    repeated = archive.store.visits.repeated(urls.own_host(result.final_url))
    why = {
        "repeated": f"{len(repeated)} blocks of this host are known to repeat",
        "source": announcement.source.key if announcement.source else None,
        "entry": announcement.told,
        "state": _state(archive, url, announcement),
        "permitted by": result.permit,
    }
    shown = _shown(
        result.body,
        result.final_url,
        result.headers,
        archive,
        configuration,
        announcement,
        why,
        repeated,
    )
    # a redirect, or its canonical address
    article_id = find_article_id(archive, shown.article.url) or find_article_id(
        archive, result.final_url
    )
    return show_filed(archive, configuration, article_id) if article_id else shown


def _state(archive: Archive, url: str, announcement: Announced) -> str:
    record = archive.store.visits.known([urls.alias(url)])
    if record.withdrawn:
        return "withdrawn; `syndicator withdraw --undo` brings it back"
    if record.pruned:
        return (
            f"pruned; without its lines in {PRUNED.file(archive.article_store)} it is fetched again"
        )
    if (row := announcement.row) is None:
        return "not filed"
    again = f"; next try {row.next_try.isoformat()}" if row.next_try else ""
    why = ": ".join(part for part in (row.reason, row.detail) if part)
    return f"{row.status}{f' ({why})' if why else ''}{again}"


def _shown(
    html: bytes,
    url: str,
    headers: Mapping[str, str],
    archive: Archive | None,
    configuration: Configuration | None,
    announcement: Announced,
    why: Mapping[str, Any],
    repeated: frozenset[str] = frozenset(),
) -> Shown:
    taxonomy = load_taxonomy(configuration.taxonomy) if configuration else Taxonomy()
    now = archive.clock() if archive else None
    source = announcement.source
    rules = source.rules if source else Rules()
    try:
        read = read_article(
            html,
            url,
            taxonomy,
            entry=announcement.entry,
            rules=rules,
            repeated=repeated,
            headers=headers,
            now=now,
        )
    except NotAnArticle as refusal:
        raise NotAnArticle(refusal.kind, f"{url}: {refusal.detail}") from refusal
    uncategorised = configuration.settings.describe.uncategorised if configuration else ""
    new = replace(read.filed(), added=now)
    if now and source and announcement.state:
        tags = tuple(dict.fromkeys((*spelled(source.tags, taxonomy), *read.tags)))
        entry = announcement.entry or Entry(id=read.url, url=read.url)
        new = as_filed(
            replace(read.filed(), tags=tags),
            entry,
            source,
            announcement.state,
            now,
            uncategorised,
        )
    article = sign(settle(new))
    reasons = {
        **read.trace,
        "tags": tag_reasons(article, source, taxonomy),
        "category": category_reason(article, source, taxonomy, uncategorised),
        "robots": article.robots,
        "rights": rights(article),
        **why,
    }
    shown = replace(read, category=article.category, tags=article.tags)
    return Shown(article=shown, markdown=dump(article).decode(), why=reasons)
