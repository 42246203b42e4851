"""Explain for `show` why an article is as it is, or why an address is no article yet."""

from collections.abc import Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, fields, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from syndicator.adding.search import make_unanswered_error
from syndicator.app import feeds, lookup
from syndicator.app.archive import Archive, find_terms
from syndicator.app.clients import make_fetcher
from syndicator.app.lookup import find_article_id
from syndicator.app.read_configuration import Configuration
from syndicator.articles.edits import sign
from syndicator.articles.fields import settle
from syndicator.articles.frontmatter import dump, load
from syndicator.articles.snapshots import ANSWERED
from syndicator.articles.stores.paths import load_article
from syndicator.configuration.settings import Settings
from syndicator.core import urls
from syndicator.core.errors import (
    ConfigError,
    MissingError,
    NotAnArticle,
    RulesError,
    UsageError,
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
)
from syndicator.core.ports.language_model import Asked
from syndicator.core.reasons import HoldReason
from syndicator.core.usage.statements import derive_terms
from syndicator.describing.llm import prompt
from syndicator.describing.taxonomy.taxonomy import Taxonomy
from syndicator.describing.taxonomy.vocabulary import load_any
from syndicator.filing.context import build_page_request, find_missing_credentials
from syndicator.filing.entry.new_article import complete_article
from syndicator.filing.read_article import load_taxonomy, read_article, spell_tags
from syndicator.pictures import outcomes
from syndicator.publishing.entries import Entries, list_renderers
from syndicator.publishing.page_design import load_look
from syndicator.publishing.paths import get_stem
from syndicator.publishing.web.article_html import unwrap_story
from syndicator.publishing.web.pages import Pages
from syndicator.showing.announcements import Announcement, describe_state, find_announcement
from syndicator.showing.field_origins import explain_category, explain_tags, find_origins
from syndicator.store.engine import Store
from syndicator.upkeep.model.answers import make_question
from syndicator.upkeep.passes.read_again import read_again

# A prompt that is sent marks the article's text with random letters, which no article can contain
# on purpose. A prompt that is shown has these words instead.
_FENCE: Final = "(a line of random letters)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An article, its file, and the reasons for its fields and its state. `why`: by name of a field
    or fact, such as "tags" or "next visit", its reason."""

    article: ReadArticle
    markdown: str
    why: Mapping[str, Any]


def describe_model_answer(
    archive: Archive, configuration: Configuration, article_id: str
) -> Mapping[str, Any]:
    """Return what the language model was asked about an article, and what it answered. The keys are
    "llm" (how it ended), "llm_answer" and "llm_asked"; those for which nothing is known are left
    out. Return {} if the model was not asked and none is configured."""
    result = archive.store.enrichment.read_result(article_id)
    path = archive.store.index.path(article_id)
    if result is None:
        if configuration.settings.describe.llm.url and path:
            return {"llm": "not asked yet"}
        return {}
    reasons: dict[str, Any] = {"llm": _describe_outcome(result)}
    if result.answer:
        reasons["llm_answer"] = result.answer
    if not path or not result.key:  # no file, or no question was sent
        return reasons

    # the question as it would be sent now: the text or the taxonomy may have changed since then
    try:
        article = archive.article_store.get(path)
        question = make_question(
            configuration.taxonomy, article, configuration.settings.describe.llm.write
        )
        messages = prompt.build_messages(question, _FENCE)
    except ConfigError as error:
        reasons["llm_asked"] = [str(error)]
    except FileNotFoundError:  # without its file, an article has no question
        pass
    else:
        reasons["llm_asked"] = [f"{message['role']}: {message['content']}" for message in messages]
    return reasons


def _describe_outcome(result: Asked) -> str:
    """Return in words how a question to the language model ended, which model was asked and when,
    and when it is asked again. `result`: the question as it is stored."""
    outcome = str(result.status)
    why = ": ".join(part for part in (result.reason, result.detail) if part)
    if why:
        outcome += f" ({why})"
    model = result.by or result.plan
    outcome += f", {model}, {result.at.isoformat()}"
    if result.next_try:
        outcome += f"; asked again from {result.next_try.isoformat()}"
    return outcome


def render_entry(
    archive: Archive, configuration: Configuration, what: str, feed_format: str
) -> bytes:
    """Return an article as a feed or its page shows it. `what`: the address, id or file of the
    article. `feed_format`: a format of feeds, such as "atom", or the format PAGE of the article's
    page. Raises UsageError if the format or the article is unknown; MissingError if the article
    cannot be shown."""
    # the functions that write an article, by format
    taxonomy = load_any(configuration.taxonomy.toml)
    tags = [tag.name for tag in taxonomy.tag]
    specs = feeds.plan_feed_specs(configuration, taxonomy, archive.store.index.feeds())
    renderers = list_renderers(
        Pages(specs, configuration.settings, load_look(configuration.folder), tags)
    )
    if feed_format not in renderers:
        raise UsageError(f"no format {feed_format!r}; there are {', '.join(renderers)}")

    article_id = find_article_id(archive, what)
    if article_id is None:
        raise UsageError(
            f"{what!r} is not published; give the address or the id of an article, or its file"
        )

    entries = Entries(
        archive.store.index,
        partial(find_terms, archive, configuration),
        archive.instance,
        configuration.settings,
        renderers,
        tags=tags,
        markdown=lambda article_id: lookup.read_article(archive, article_id).body,
    )
    views = entries.views([article_id], None)
    rendered = entries.render_entry([feed_format], views[0], None) if views else None
    if rendered is None:
        problem = entries.problems[article_id]
        raise MissingError(f"{what}: {problem.reason}: {problem.detail}")
    if feed_format == PAGE:
        return unwrap_story(rendered[feed_format])
    return rendered[feed_format]


def list_state(store: Store, settings: Settings, article: Article) -> Iterator[tuple[str, Any]]:
    """Yield (name, value) for each fact that is known about a filed article: its feeds, why it is
    on hold, the articles it is merged with, its addresses, the sources that announce it, its
    picture, and the next visit of its source. Facts without a value are left out."""
    visits = store.visits
    yield "feeds", [get_stem(key) for key in sorted(store.index.list_feeds_of(article.id))]
    if article.hold:
        yield "on hold", _describe_hold(article)
    yield from _list_merges(store, article)

    announcing_sources = {article.source_key, *visits.carriers(article.id)} - {""}
    lists_by_name = {
        "also at": list(article.also),
        "other addresses": list(article.aliases),
        "split from": list(article.split_from),
        "announced by": sorted(announcing_sources),
    }
    for name, values in lists_by_name.items():
        if values:
            yield name, values
    yield "source", article.source_key or None

    picture = store.pictures.row(article.id)
    if picture and settings.publish.thumbnails:
        yield "picture", outcomes.describe_picture(picture)
    elif picture:
        yield "picture", "none: thumbnails are off"

    state = visits.state(article.source_key)
    if state is not None:
        due = state.schedule.next_due
        when = due.isoformat(timespec="seconds") if due else "now"
        why = state.schedule.due_why
        yield "next visit", f"{when} ({why})" if why else when


def _describe_hold(article: Article) -> str:
    """Return in words why an article is on hold (not published yet), and the command that publishes
    it."""
    why = "you said so in its file"
    for reason in HoldReason:
        if reason == article.hold_reason:
            why = reason.means
    return f"{why}; `syndicator release {article.id}` publishes it"


def _list_merges(store: Store, article: Article) -> Iterator[tuple[str, Any]]:
    """Yield ("merged into", title and address of the article that is shown in place of this one),
    and ("stands for", titles and addresses of the articles that were merged into this one). Yield
    nothing for an article that was not merged."""
    merged_into = article.merged_into or store.index.merged().get(article.id, "")
    others = store.index.articles([merged_into, *store.visits.copies(article.id)])
    descriptions = {
        article_id: f"{other.title} ({other.url})" for article_id, other in others.items()
    }
    if merged_into:
        yield "merged into", descriptions.pop(merged_into, merged_into)
    if descriptions:
        yield "stands for", sorted(descriptions.values())


def show_filed(archive: Archive, configuration: Configuration, article_id: str) -> Shown:
    """Return the article with this id, its file, and the reasons for its fields and its state.
    Raises MissingError if the file is gone, and ConfigError if it is faulty."""
    path = archive.store.index.path(article_id)
    try:
        data = archive.article_store.read(path) if path else None
    except FileNotFoundError:
        data = None
    file = f"{archive.article_store.name}/{path}"
    if data is None:
        raise MissingError(
            f"{file}: the file of {article_id} is gone; `syndicator reindex` forgets it"
        )
    return show_article(archive, configuration, load_article(data, file), data)


def show_article(
    archive: Archive, configuration: Configuration, article: Article, data: bytes
) -> Shown:
    """Return an article, its file, and the reasons for its fields and its state. `data`: the
    content of the file."""
    return Shown(
        article=_make_reading(article),
        markdown=data.decode("utf-8", "replace"),
        why=dict(_list_reasons(archive, configuration, article)),
    )


def _make_reading(article: Article) -> ReadArticle:
    """Return an article as if it had been read from a page, without a trace of how its fields were
    found."""
    return ReadArticle(**{field.name: getattr(article, field.name) for field in fields(Article)})


def _list_reasons(
    archive: Archive, configuration: Configuration, article: Article
) -> Iterator[tuple[str, Any]]:
    """Yield (name, reason) for the fields and the state of an article. The name is that of a field
    or of a fact, such as "tags" or "next visit"."""
    taxonomy = load_taxonomy(configuration.taxonomy)
    source = find_terms(archive, configuration, article)
    reading, page_sentence = _read_kept_page(archive, configuration, article, source)
    trace = reading.trace if reading else {}  # how each field was found on the page
    uncategorised = configuration.settings.describe.uncategorised
    yield "origins", find_origins(article, reading, trace)
    yield "tags", explain_tags(article, source, taxonomy)
    yield "category", explain_category(article, source, taxonomy, uncategorised)
    for name, value in trace.items():
        if name not in ("category", "excerpt"):  # "category" and "origins" explain these
            yield name, value
    yield "robots", article.robots
    yield "rights", list_rights(article)
    yield "page", page_sentence
    if archive.store.index.path(article.id) is None:
        yield "state", "not filed; the next run files what is in the folder of articles"
        return
    yield from list_state(archive.store, configuration.settings, article)
    yield from describe_model_answer(archive, configuration, article.id).items()


def list_rights(article: Article) -> list[str]:
    """Return the statements of the publisher on the rights of an article. If one of them is a free
    licence, a sentence on what it permits comes last."""
    rights = list(article.rights)
    licence = derive_terms(article.rights).free
    if licence:
        rights.append(f'{licence} lets you publish it whole: `content = "full"` of its source')
    return rights


def _read_kept_page(
    archive: Archive, configuration: Configuration, article: Article, source: Source | None
) -> tuple[ReadArticle | None, str]:
    """Read the page of an article again, if a copy of the page is kept. Return the article as it is
    read now, and a sentence for people on how it differs from the filed one. If the page is not
    kept, or cannot be read, return None and a sentence that says so. `source`: that of the article,
    None if it is not followed any more."""
    is_filed = archive.store.index.path(article.id) is not None
    snapshot = archive.snapshots.get(article.id) if is_filed else None
    if snapshot is None:
        return None, f"not kept; `syndicator reread --source {article.id} --fetch` fetches it again"
    if source is None:
        return None, f"kept, but its source {article.source_key!r} is followed no more"
    html, headers = snapshot
    # texts that many pages of the host have, so that they belong to no article
    repeated = archive.store.visits.find_boilerplate(urls.own_host(article.url))
    now = archive.clock()
    entry = Entry(id=article.source_id or article.url, url=article.url, categories=article.keywords)
    try:
        reading = read_article(
            html,
            headers.get(ANSWERED) or article.url,
            load_taxonomy(configuration.taxonomy),
            entry=entry,
            rules=source.rules,
            repeated=repeated,
            headers=headers,
            now=now,
        )
        comparison = read_again(
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
    if comparison is None:
        return reading, "kept; it reads today as it is filed"
    changed_fields = ", ".join(change.field for change in comparison.changes)
    command = f"syndicator reread --source {article.id}"
    return reading, f"kept; `{command}` would change: {changed_fields}"


def show_file(
    path: Path,
    url: str | None,
    archive: Archive | None = None,
    configuration: Configuration | None = None,
) -> Shown:
    """Return the article in a file, with the reasons for its fields. `path`: the markdown file of
    an article, or a saved page. `url`: the address of the saved page, None for a markdown file.
    `archive`, `configuration`: None outside an instance. Raises MissingError if the file cannot be
    read; UsageError if the address of a page is missing; NotAnArticle if the page has no
    article."""
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise MissingError(
            f"{path}: no such file, and no article has this id; `syndicator status --list articles`"
            " has the ids of all, `syndicator show URL` takes an address, too"
        ) from error
    except OSError as error:
        raise MissingError(f"{path}: {error.strerror}") from error
    if path.suffix == ".md":
        article = load(data, str(path))
        if archive and configuration:
            return show_article(archive, configuration, article, data)
        # outside an instance, less is known
        why = {
            "origins": find_origins(article, None, {}),
            "robots": article.robots,
            "rights": list_rights(article),
        }
        return Shown(
            article=_make_reading(article), markdown=data.decode("utf-8", "replace"), why=why
        )
    if not url:
        raise UsageError(f"{path} is a saved page: say where it came from with --url https://…")
    return _explain_page(data, url, {}, archive, configuration, Announcement(), {})


async def show_url(url: str, archive: Archive, configuration: Configuration) -> Shown:
    """Return the article at the address `url`, its file, and the reasons for its fields and its
    state. If the article is not filed, its page is fetched, and the article is returned as a visit
    would file it. Raises NetworkDown or MissingError if the page cannot be fetched; NotAnArticle if
    it has no article."""
    article_id = find_article_id(archive, url)
    if article_id is not None:
        return show_filed(archive, configuration, article_id)
    async with aclosing(make_fetcher(archive, configuration.settings)) as fetcher:
        announcement = await find_announcement(archive, configuration, fetcher, url)
        source = announcement.source
        missing_credentials: Failed | None = None
        if source:
            request = build_page_request(url, source, configuration.settings, configuration.environ)
            missing_credentials = find_missing_credentials(request, source, configuration.environ)
        else:
            request = Request(url=url, deadline=configuration.settings.fetch.seconds)
        result = missing_credentials or await fetcher.fetch(request)
    if isinstance(result, Failed):
        error = make_unanswered_error(url, result)
        raise type(error)(f"no article of the archive has this address, and {error}")
    assert isinstance(result, Fetched)
    # texts that many pages of the host have, so that they belong to no article
    repeated = archive.store.visits.find_boilerplate(urls.own_host(result.final_url))
    why = {
        "repeated": f"{len(repeated)} blocks of this host are known to repeat",
        "source": source.key if source else None,
        "entry": announcement.sentence,
        "state": describe_state(archive, url, announcement),
        "permitted by": result.permit,
    }
    page = _explain_page(
        result.body,
        result.final_url,
        result.headers,
        archive,
        configuration,
        announcement,
        why,
        repeated,
    )
    # the article may be filed under the address that its page names, or to which `url` redirects
    for address in (page.article.url, result.final_url):
        article_id = find_article_id(archive, address)
        if article_id:
            return show_filed(archive, configuration, article_id)
    return page


def _explain_page(
    html: bytes,
    url: str,
    headers: Mapping[str, str],
    archive: Archive | None,
    configuration: Configuration | None,
    announcement: Announcement,
    why: Mapping[str, Any],
    repeated: frozenset[str] = frozenset(),
) -> Shown:
    """Return the article on a page as a visit would file it, with the reasons for its fields.

    `html`, `url`, `headers`: the page, its address and the headers of the response. `archive`,
    `configuration`: None outside an instance. `announcement`: how the source of the page announces
    it. `why`: further reasons, by name. `repeated`: texts that many pages of the host have. Raises
    NotAnArticle if the page has no article."""
    taxonomy = load_taxonomy(configuration.taxonomy) if configuration else Taxonomy()
    now = archive.clock() if archive else None
    source = announcement.source
    try:
        reading = read_article(
            html,
            url,
            taxonomy,
            entry=announcement.entry,
            rules=source.rules if source else Rules(),
            repeated=repeated,
            headers=headers,
            now=now,
        )
    except NotAnArticle as refusal:
        raise NotAnArticle(refusal.kind, f"{url}: {refusal.detail}") from refusal

    # the article as it would be filed: with the tags, category and terms of its source
    uncategorised = configuration.settings.describe.uncategorised if configuration else ""
    if now and source and announcement.state:
        tags = tuple(dict.fromkeys((*spell_tags(source.tags, taxonomy), *reading.tags)))
        entry = announcement.entry or Entry(id=reading.url, url=reading.url)
        draft = replace(reading.filed(), tags=tags)
        filed = complete_article(draft, entry, source, announcement.state, now, uncategorised)
    else:
        filed = replace(reading.filed(), added=now)
    article = sign(settle(filed))  # in the form and with the digests of a file

    reasons = {
        **reading.trace,
        "tags": explain_tags(article, source, taxonomy),
        "category": explain_category(article, source, taxonomy, uncategorised),
        "robots": article.robots,
        "rights": list_rights(article),
        **why,
    }
    described = replace(reading, category=article.category, tags=article.tags)
    return Shown(article=described, markdown=dump(article).decode(), why=reasons)
