"""Build the published files from the article store: choose the feeds, build, notify hubs."""

import asyncio
import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from math import inf
from typing import Final

from syndicator import __version__
from syndicator.app.archive import find_terms
from syndicator.app.build_notes import _TAGS, _WAITING, EXCUSED, excused, read_waiting
from syndicator.app.clients import open_worker
from syndicator.app.container import App
from syndicator.app.feeds import feed_specs
from syndicator.app.lookup import read
from syndicator.app.places import open_outlet
from syndicator.configuration.settings import LISTED, Settings
from syndicator.core.axes import ALL, AXES, SOURCE, STORIES, TAG
from syndicator.core.errors import ConfigError, WorkerFailed
from syndicator.core.formats import FORMATS
from syndicator.core.model import FeedKey, FeedSpec
from syndicator.core.ports import FeedRow, Outlet, Progress
from syndicator.describing.taxonomy.vocabulary import Vocabulary, load_any
from syndicator.describing.text.sentences import split
from syndicator.health.freshness import add_samples, read_freshness
from syndicator.pictures import thumbnails
from syndicator.pictures.copying import were_begun
from syndicator.pictures.icons import read_shown
from syndicator.publishing import paths
from syndicator.publishing.kinds.adopting import adopt_unknown_files
from syndicator.publishing.kinds.targets import (
    ARTICLES,
    SEARCH,
    STORY_PAGES,
    BuildReport,
    Steps,
)
from syndicator.publishing.page_design import Look, load_look
from syndicator.publishing.published_texts import list_feeds_with_pages
from syndicator.publishing.queries import update_members
from syndicator.publishing.render.head import make_links
from syndicator.publishing.selection import fingerprints
from syndicator.publishing.selection.archived import BY_CHOICE, find_feeds_with_archives
from syndicator.publishing.selection.ending import (
    decide_waiting,
    describe_waiting,
    find_given_up,
)
from syndicator.publishing.selection.feeds import LEAST
from syndicator.publishing.selection.published import (
    are_files_replaced,
    find_changed_feeds,
    find_unbuilt_changes,
)
from syndicator.runs.build_timing import Settling
from syndicator.sending import digests, webhooks
from syndicator.sending.hubs import notify_hubs
from syndicator.stories import hourly_updates
from syndicator.stories.group_new import group_new_articles as group_stories
from syndicator.upkeep.answers.related import find_all_related
from syndicator.upkeep.answers.terms import read_terms

_SOURCES: Final = "sources shown"  # name of a note: fingerprints by source key
_ICONS: Final = "icons shown"  # name of a note: names of pictures by source key
_LOOKED_AT: Final = 3  # newest articles, to see if the published files were replaced: a choice
# stories on the front page with their other reports, and _REPORTS of each: choices
_NEWS: Final = 30
_REPORTS: Final = 7
_NEWS_OF: Final = timedelta(days=1)
_DIGITS: Final = 12  # of a fingerprint: a source is compared only with itself
_BUILT: Final = "built with"  # name of a note: `_fingerprint_inputs` of the last build
# name of a note: a build has begun and not ended, and may have left half-written files
_BEGUN: Final = "build begun"
_TOGETHER = 100  # articles whose HTML is stored in one transaction: a choice
# Builds while visits go on. A reader hardly notices a quarter of a minute; builds that take long,
# as on a first start, get a fifth of the time and leave the rest to the visits. All three are
# choices.
BUILD_SECONDS = 15.0
LONGEST = 60.0  # of a build beside visits: then the next begins with what is urgent
_REST = 4  # seconds without a build for each second of a build
_LOOK_SECONDS = 1.0  # how soon something new is seen after the pause


def _fingerprint_inputs(app: App, pages: Look, icons: Mapping[str, str]) -> str:
    """Return a fingerprint of what files are made of besides articles. `icons`: of sources."""
    taxonomy = (
        app.configuration.taxonomy.toml.read_bytes()
        if app.configuration.taxonomy.toml.exists()
        else b""
    )
    sources = app.configuration.sources_stamp or sorted(app.configuration.sources.items())
    least = [
        (axis, LEAST[axis](app.configuration.settings.publish) if axis in LEAST else 1)
        for axis in AXES
    ]
    ours = (__version__, least, sorted(FORMATS), pages.digest, app.archive.instance)
    parts = (
        ours,
        app.configuration.settings,
        sources,
        app.configuration.queries,
        app.configuration.faults,
        taxonomy,
        sorted(icons.items()),
    )
    return hashlib.sha256(repr(parts).encode("utf-8", "replace")).hexdigest()


def has_new_inputs(app: App) -> bool:
    """Return True if settings, sources, their icons or page files differ from those of the last
    build."""
    icons = read_shown(app.archive.store, app.configuration.settings)
    inputs = _fingerprint_inputs(app, load_look(app.configuration.folder), icons)
    return app.archive.store.visits.note(_BUILT) != inputs


def _is_built(app: App, inputs: str, outlet: Outlet) -> bool:
    index = app.archive.store.index
    if (
        app.archive.store.visits.note(_BUILT) != inputs
        or index.newest_mark()
        or excused(app.archive.store)
    ):
        return False
    if index.list_outdated_owners() or outlet.get(paths.INDEX) is None:
        return False
    return not _is_replaced(app, outlet)


def _is_replaced(app: App, outlet: Outlet) -> bool:
    index = app.archive.store.index
    newest = index.ids(ALL, limit=_LOOKED_AT, since=None, most=_LOOKED_AT)
    rows = index.feeds({key for article_id in newest for key in index.list_feeds_of(article_id)})
    return are_files_replaced(rows, index, outlet)


def mark_outdated_files(app: App, tags: Iterable[str], icons: Mapping[str, str]) -> None:
    """Mark files that show a source or its icon, or link a tag, which changed since the last
    call."""
    sources = {
        key: fingerprints.fingerprint_source(source)[:_DIGITS]
        for key, source in app.configuration.sources.items()
    }
    # stories quote other sources, too
    _mark_changed(app, _SOURCES, SOURCE, sources, (ARTICLES, STORY_PAGES, SEARCH, STORIES))
    _mark_changed(app, _ICONS, SOURCE, icons, (STORY_PAGES, STORIES))
    # of a tag it only counts whether it is linked
    tags_linked = dict.fromkeys(make_links(app.configuration.settings, tags).tags or (), "")
    _mark_changed(app, _TAGS, TAG, tags_linked, (ARTICLES, STORY_PAGES))


def _mark_changed(
    app: App, note: str, axis: str, current: Mapping[str, str], other_files: Sequence[FeedKey]
) -> None:
    """Mark the files beside each slug of `axis` whose fingerprint (`current`) differs from that in
    `note`, and `other_files`."""
    stored_text = app.archive.store.visits.note(note)
    current_text = json.dumps(current, sort_keys=True)
    if stored_text == current_text:
        return
    stored = _parse_fingerprints(stored_text) if stored_text else current
    outdated: set[FeedKey] = set()
    for slug in stored.keys() | current.keys():
        if stored.get(slug) != current.get(slug):
            outdated.update(app.archive.store.index.list_related_feeds(FeedKey(axis, slug)))
    if outdated:
        app.archive.store.index.mark_files_outdated({*outdated, *other_files})
    app.archive.store.visits.set_note(note, current_text, app.archive.clock())


def _parse_fingerprints(text: str) -> Mapping[str, str]:
    """Parse a note, also of earlier versions: they put a digest on a line before it, or wrote a
    list of slugs."""
    _, _, stored = text.rpartition("\n")
    found = json.loads(stored)
    return found if isinstance(found, dict) else dict.fromkeys(found, "")


async def build_meanwhile(
    app: App,
    over: asyncio.Event,
    seconds: float = BUILD_SECONDS,
    turn: Callable[[], object] = lambda: None,
) -> BuildReport:
    """Build what is new every `seconds`, or later after a long build, until `over` is set. Return
    the report of all builds together."""
    clock = asyncio.get_running_loop().time
    report = BuildReport()
    built_mark = 0
    pause = seconds
    while True:
        with suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), pause)
        if over.is_set():
            return report
        pause = min(_LOOK_SECONDS, seconds)
        if app.archive.store.index.newest_mark() <= built_mark:
            continue
        app.archive.store.visits.commit()  # a build sees committed rows
        built_mark = app.archive.store.index.newest_mark()
        began = clock()
        report = together(report, await build_feeds(app, turn=turn))
        pause = max(seconds, _REST * (clock() - began))


def together(first: BuildReport, second: BuildReport) -> BuildReport:
    return replace(
        second,
        written=tuple(dict.fromkeys((*first.written, *second.written))),
        set_aside=tuple(dict.fromkeys((*first.set_aside, *second.set_aside))),
        ended=(*first.ended, *second.ended),
        hubs=(*first.hubs, *second.hubs),
        builds=first.builds + second.builds,
        seconds=first.seconds + second.seconds,
    )


async def build_due(
    app: App, settling: Settling, turn: Callable[[], object] = lambda: None
) -> BuildReport:
    """Build if `settling` allows it now; never twice at the same time."""
    async with settling.alone:
        if not settling.is_due(app):
            return BuildReport()
        with settling.building(app) as among:
            report = await build_feeds(app, turn=turn, among=among, seconds=LONGEST)
        settling.built(report.shown, report.left)
        return report


async def build_feeds(
    app: App,
    *,
    include_all: bool = False,
    turn: Callable[[], object] = lambda: None,
    among: Callable[[FeedKey], bool] | None = None,
    seconds: float = inf,
    end_feeds: bool = False,
) -> BuildReport:
    """Build the feeds that changed, and notify hubs. `include_all`: make every file anew; `turn`:
    called between two files; `among`: returns whether a feed is built now, or left to a later build
    (None: all are built); `seconds`: what is not built by then is left to the next build, the most
    urgent first; `end_feeds`: confirm that the feeds of `read_waiting` end."""
    clock = asyncio.get_running_loop().time
    began = clock()
    began_at = app.archive.clock()
    settings = app.configuration.settings
    await _prepare_archive(app, turn)
    pages = load_look(app.configuration.folder)
    environ = app.configuration.environ
    outlet = open_outlet(settings, environ, whole=True, held=app.archive.store.check_lock)
    inputs = _fingerprint_inputs(app, pages, read_shown(app.archive.store, settings))
    changes = webhooks.changes(
        app.archive, app.configuration, read_freshness(app.archive.store).until
    )
    confirmed = read_waiting(app.archive.store) if end_feeds else []
    may_skip = not (include_all or confirmed)
    if may_skip and _is_built(app, inputs, outlet) and not digests.due(app.archive, settings):
        webhooks.put(app.archive, app.configuration, changes, ())
        hubs = await notify_hubs(app.archive, settings, ())
        return BuildReport(hubs=hubs, ending=describe_waiting(read_waiting(app.archive.store)))
    _begin(app, outlet, inputs)
    pictures = thumbnails.publish_thumbnails(app.archive.store, settings, outlet)
    icons = read_shown(app.archive.store, settings)  # without those whose files are lost
    inputs = _fingerprint_inputs(app, pages, icons)
    task = _plan_task(app, outlet, inputs, icons, confirmed, anew=include_all, among=among)
    scope = task.scope
    steps = _steps(task, outlet, pages, lambda: clock() - began >= seconds)
    report = await _turn_by_turn(steps, turn)
    thumbnails.remove_thumbnails(task.app.archive.store, settings, outlet, pictures)
    if not scope.is_empty:
        everything = {spec.key for spec in task.plan.specs}
        app.archive.beside.note(everything if scope.feeds is None else scope.feeds)
    webhooks.put(app.archive, app.configuration, changes, report.shown)
    _remember(app, began_at, inputs, left=bool(scope.left))
    return replace(
        report,
        builds=int(any((report.written, report.unchanged, report.held))),
        seconds=clock() - began,
        left=len(scope.left) + report.left,
        hubs=await notify_hubs(app.archive, settings, report.written),
        ending=describe_waiting(task.spared.stems),
    )


async def _prepare_archive(app: App, turn: Callable[[], object]) -> None:
    """Find out what builds show of articles besides their own values: stories, related ones."""
    archive = app.archive
    configuration = app.configuration
    await read_terms(archive)
    await group_stories(archive, configuration, turn)
    hourly_updates.mark_stale_if_due(archive, configuration.settings)
    with_pages = list_feeds_with_pages(configuration.settings, configuration.sources)
    source_of = partial(find_terms, archive, configuration)
    await find_all_related(archive, source_of, with_pages)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which feeds a build looks at. `feeds`: None for all; `left`: changed feeds that wait for a
    later build."""

    feeds: Collection[FeedKey] | None = None
    left: Collection[FeedKey] = ()

    @property
    def is_empty(self) -> bool:
        return self.feeds is not None and not self.feeds


def decide_scope(
    changed: Collection[FeedKey],
    everything: Collection[FeedKey],
    among: Callable[[FeedKey], bool] | None,
    *,
    is_only_marked: bool,
) -> Scope:
    """Return the feeds of `everything` that a build looks at: the `changed` ones, if only marks
    tell what changed, else all. `among`: returns whether a changed feed is built now."""
    left = {key for key in changed if among and not among(key)}
    if is_only_marked:
        return Scope(feeds={*changed} - left, left=left)
    if not left:
        return Scope()
    return Scope(feeds={*everything} - left, left=left)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """The settings and the scope of a build. `app`: with the settings that hold for it; `anew`:
    make every file anew; `tags`: of taxonomy.toml; `icons`: names of pictures by source key."""

    app: App
    plan: "_Plan"
    scope: Scope
    spared: "Spared"
    tags: Sequence[str]
    icons: Mapping[str, str]
    anew: bool


def _plan_task(
    app: App,
    outlet: Outlet,
    inputs: str,
    icons: Mapping[str, str],
    confirmed: Sequence[str],
    *,
    anew: bool,
    among: Callable[[FeedKey], bool] | None,
) -> _Task:
    """Plan a build with these `inputs`. `confirmed`: stems of feeds that may end."""
    taxonomy = load_any(app.configuration.taxonomy.toml)
    tags = [tag.name for tag in taxonomy.tag]
    is_only_marked = app.archive.store.visits.note(_BUILT) == inputs
    waiting = read_waiting(app.archive.store)
    spared = Spared(app=app)
    if waiting or not is_only_marked:
        spared = _spare_feeds(app, taxonomy, confirmed)
        is_only_marked = is_only_marked and spared.stems == waiting
    if not is_only_marked:
        mark_outdated_files(spared.app, tags, icons)
    _learn_files(spared.app, outlet)
    plan = _plan_feeds(spared.app, taxonomy, spared.kept)
    anew = anew or _is_replaced(spared.app, outlet)
    scope = Scope()
    if not anew:
        changed = find_changed_feeds(
            plan.specs, plan.rows, app.archive.store.index.list_outdated_owners()
        )
        everything = {spec.key for spec in plan.specs}
        scope = decide_scope(changed, everything, among, is_only_marked=is_only_marked)
    return _Task(
        app=spared.app,
        plan=plan,
        scope=scope,
        spared=spared,
        tags=tags,
        icons=icons,
        anew=anew,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Spared:
    """Feeds that the configuration would end, and that stay until the operator confirms it. `app`:
    with the settings that hold until then; `kept`: those of them whose files stay as they are;
    `stems`: all of them, such as tags/ai."""

    app: App
    kept: Collection[FeedKey] = ()
    stems: Sequence[str] = ()


def _spare_feeds(app: App, taxonomy: Vocabulary, confirmed: Iterable[str]) -> Spared:
    """Spare feeds that the configuration gave up, and note them. `confirmed`: those that may
    end."""
    publish = app.configuration.settings.publish
    rows = app.archive.store.index.plain_feeds()
    wanted = {spec.key for spec in feed_specs(app.configuration, taxonomy, rows)}
    keys = {key for key in map(paths.parse_stem, confirmed) if key is not None}
    waiting = decide_waiting(find_given_up(rows, wanted, publish), keys, publish)
    stems = sorted(map(paths.stem, waiting.feeds))
    app.archive.store.visits.set_note(
        _WAITING, json.dumps(stems) if stems else None, app.archive.clock()
    )
    settings = app.configuration.settings.model_copy(update={"publish": waiting.publish})
    return Spared(app=_with_settings(app, settings), kept=waiting.kept, stems=stems)


def _with_settings(app: App, settings: Settings) -> App:
    return replace(app, configuration=replace(app.configuration, settings=settings))


def _news(app: App) -> list[list[str]]:
    if app.configuration.settings.publish.stories == "off":
        return []
    stories = app.archive.store.stories.news(app.archive.clock() - _NEWS_OF, _NEWS)
    articles = app.archive.store.stories.articles([news.story for news in stories])
    newest = {
        news.story: [article_id for article_id, _ in articles[news.story][-_REPORTS:]]
        for news in stories
    }
    return [list(dict.fromkeys(filter(None, (news.lead, *newest[news.story])))) for news in stories]


def _steps(task: _Task, outlet: Outlet, pages: Look, is_over: Callable[[], bool]) -> Steps:
    """Return the steps of the build `task`. `is_over`: returns True once the rest is to be left."""
    from syndicator.publishing.builder import build
    from syndicator.publishing.kinds.site import Inputs

    app = task.app
    plan = task.plan
    with _renderer(app) as remake:
        inputs = Inputs(
            specs=plan.specs,
            rows=plan.rows,
            marks=plan.marks,
            index=app.archive.store.index,
            outlet=outlet,
            settings=app.configuration.settings,
            sources=app.configuration.sources,
            source_of=partial(find_terms, app.archive, app.configuration),
            instance=app.archive.instance,
            remake=remake,
            excused=excused(app.archive.store),
            news=_news(app),
            digest=digests.collect(app.archive, app.configuration),
            split=lambda text, language: [one.text for one in split(text, language=language)],
            now=app.archive.clock(),
            markdown=lambda id: _body(app, id),
            kept=app.entries,
            whole=task.anew,
            planned=task.scope.feeds,
            left_alone=task.spared.kept,
            look=pages,
            tags=task.tags,
            icons=task.icons,
        )
        return (yield from build(inputs, is_over))


def _learn_files(app: App, outlet: Outlet) -> None:
    """Let a new database know what is published."""
    index = app.archive.store.index
    if not index.has_files():
        index.record_progress(
            Progress(files=list(adopt_unknown_files(index.plain_feeds(), outlet)))
        )


def _begin(app: App, outlet: Outlet, inputs: str) -> None:
    """Clear up after a writer that was killed, and note that a build begins."""
    visits = app.archive.store.visits
    if visits.note(_BUILT) != inputs or visits.note(_BEGUN) or were_begun(app.archive.store):
        outlet.sweep()
    visits.set_note(_BEGUN, "now", app.archive.clock())
    visits.commit()  # before the first temporary file: a kill may come with the next


def _remember(app: App, began: datetime, inputs: str, *, left: bool) -> None:
    app.archive.store.visits.set_note(_BUILT, inputs, app.archive.clock())
    app.archive.store.visits.set_note(_BEGUN, None, app.archive.clock())
    if not left:
        app.archive.store.visits.set_note(EXCUSED, None, app.archive.clock())
    # articles of feeds that are left are in the feed of their source
    add_samples(app.archive.store, began, app.archive.clock())


async def _turn_by_turn(steps: Steps, turn: Callable[[], object]) -> BuildReport:
    """Take the steps of a build; after each, call `turn` and let other tasks run."""
    while True:
        try:
            next(steps)
        except StopIteration as ended:
            report: BuildReport = ended.value
            return report
        turn()
        await asyncio.sleep(0)


@contextmanager
def _renderer(app: App) -> Iterator[Callable[[str], str | None]]:
    """Yield a function that renders an article without stored HTML in a worker, and store it for
    later builds."""
    made: dict[str, str] = {}  # not yet stored

    def store() -> None:
        if made:
            app.archive.store.index.save_html(made)
            made.clear()

    def remake(article_id: str) -> str | None:
        if article_id in made:
            return made[article_id]
        if (path := app.archive.store.index.path(article_id)) is None:
            return None
        from syndicator.publishing.render.html import render_markdown

        try:
            article = app.archive.article_store.get(path)
        except (ConfigError, OSError):
            return None  # `reconcile` reports the file; the build shows the article's excerpt
        for _ in range(2):  # the first failure may be a busy machine's
            with suppress(WorkerFailed):
                html = worker.call_sync(render_markdown, article.body, article.url)
                made[article_id] = html
                if len(made) >= _TOGETHER:
                    store()
                return html
        return None  # the build reports the article and shows its excerpt

    with open_worker() as worker:
        yield remake
    store()


def _body(app: App, article_id: str) -> str:
    from syndicator.articles.frontmatter import (
        markdown,  # a build that reads no file does not load it
    )

    path = app.archive.store.index.path(article_id)
    try:
        return markdown(app.archive.article_store.read(path)) if path else ""
    except (ConfigError, OSError):
        return ""


@dataclass(frozen=True, slots=True)
class _Plan:
    """The feeds to publish, the rows of all that ever were, and the marks of each."""

    specs: Sequence[FeedSpec]
    rows: Sequence[FeedRow]
    marks: Mapping[FeedKey, Sequence[int]]


def _plan_feeds(app: App, taxonomy: Vocabulary, left_alone: Collection[FeedKey]) -> _Plan:
    """Assign articles to queries and authors, and plan the feeds. Feeds that are not published lose
    their marks."""
    index = app.archive.store.index
    publish = app.configuration.settings.publish
    plan = _read_plan(app, taxonomy)
    if update_members(plan.specs, index, lambda id: read(app.archive, id).text, publish.axes):
        plan = _read_plan(app, taxonomy)  # an author may have a feed now
    marks: list[int] = []
    for row in find_unbuilt_changes(plan.specs, plan.rows, publish, left_alone):
        marks += plan.marks.get(row.key, ())
    if marks:
        index.record_progress(Progress(marks=marks))
    return plan


def _read_plan(app: App, taxonomy: Vocabulary) -> _Plan:
    index = app.archive.store.index
    marks = index.marks()
    rows = index.plain_feeds()
    recorded = (
        index.archived(BY_CHOICE) if app.configuration.settings.publish.archives == LISTED else ()
    )
    return _Plan(
        feed_specs(app.configuration, taxonomy, rows, find_feeds_with_archives(rows, recorded)),
        rows,
        marks,
    )
