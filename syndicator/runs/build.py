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
from syndicator.app.build_notes import (
    _TAGS_NOTE,
    _WAITING_NOTE,
    EXCUSED,
    read_excused,
    read_waiting,
)
from syndicator.app.clients import open_worker
from syndicator.app.container import App
from syndicator.app.feeds import plan_feed_specs
from syndicator.app.lookup import read_article
from syndicator.app.places import open_outlet
from syndicator.configuration.settings import LISTED
from syndicator.core.axes import ALL, AXES, SOURCE, STORIES, TAG
from syndicator.core.errors import ConfigError, WorkerFailed
from syndicator.core.formats import FORMATS
from syndicator.core.model import FeedKey, FeedSpec
from syndicator.core.ports import FeedRow, Outlet, Progress
from syndicator.describing.taxonomy.vocabulary import Vocabulary, load_any
from syndicator.describing.text.sentences import split
from syndicator.health.freshness import add_samples, read_freshness
from syndicator.pictures import thumbnails
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
    choose_waiting_feeds,
    describe_waiting,
    find_ending_feeds,
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

_SOURCES_NOTE: Final = "sources shown"  # name of a note: fingerprints by source key
_ICONS_NOTE: Final = "icons shown"  # name of a note: names of pictures by source key
_MOST_COMPARED: Final = 3  # newest articles whose files show if others replaced them; a choice
# Stories on the front page, reports of each story, and their age. All three are choices.
_MOST_NEWS: Final = 30
_MOST_REPORTS: Final = 7
_NEWS_AGE: Final = timedelta(days=1)
_FINGERPRINT_DIGITS: Final = 12  # of a fingerprint: a source is compared only with itself
_INPUTS_NOTE: Final = "built with"  # name of a note: `_fingerprint_inputs` of the last build
# name of a note: a build has begun and not ended, and may have left half-written files
_BEGUN_NOTE: Final = "build begun"
_MOST_RENDERINGS = 2  # the first failure may be a busy machine's
_MOST_UNSTORED = 100  # articles whose HTML is stored in one transaction: a choice
# Builds while visits go on. A reader hardly notices a quarter of a minute; builds that take long,
# as on a first start, get a fifth of the time and leave the rest to the visits. All three are
# choices.
BUILD_SECONDS = 15.0
LONGEST = 60.0  # of a build beside visits: then the next begins with what is urgent
_PAUSE_PER_SECOND = 4  # seconds without a build for each second of a build
_LOOK_SECONDS = 1.0  # how soon something new is seen after the pause


def _fingerprint_inputs(app: App, pages: Look, icons: Mapping[str, str]) -> str:
    """Return a hash of everything that published files are made of, except articles: version of the
    program, settings, sources, queries, taxonomy, page files and icons. `pages`: the operator's own
    page files; `icons`: name of the icon's picture by source key."""
    configuration = app.configuration
    taxonomy_file = configuration.taxonomy.toml
    taxonomy = taxonomy_file.read_bytes() if taxonomy_file.exists() else b""
    # for each kind of feeds (axis), the number of articles that one needs to be published
    minimums: list[tuple[str, int | None]] = []
    for axis in AXES:
        minimum = LEAST[axis](configuration.settings.publish) if axis in LEAST else 1
        minimums.append((axis, minimum))
    program = (__version__, minimums, sorted(FORMATS), pages.digest, app.archive.instance)
    inputs = (
        program,
        configuration.settings,
        configuration.sources_stamp or sorted(configuration.sources.items()),
        configuration.queries,
        configuration.faults,
        taxonomy,
        sorted(icons.items()),
    )
    return hashlib.sha256(repr(inputs).encode("utf-8", "replace")).hexdigest()


def has_new_inputs(app: App) -> bool:
    """True if something that published files are made of, other than articles, changed since the
    last build, such as a setting or a source."""
    icons = read_shown(app.archive.store, app.configuration.settings)
    inputs = _fingerprint_inputs(app, load_look(app.configuration.folder), icons)
    return app.archive.store.visits.note(_INPUTS_NOTE) != inputs


def _is_up_to_date(app: App, inputs: str, outlet: Outlet) -> bool:
    """True if the published files are up to date: nothing that they are made of changed since the
    last build, and nobody replaced them. `inputs`: hash of everything but articles, from
    `_fingerprint_inputs`; `outlet`: the published files."""
    index = app.archive.store.index
    if app.archive.store.visits.note(_INPUTS_NOTE) != inputs:
        return False
    if index.newest_mark():  # an article changed
        return False
    if read_excused(app.archive.store) or index.list_outdated_owners():
        return False
    if outlet.get(paths.INDEX) is None:  # there is no front page
        return False
    return not _is_replaced(app, outlet)


def _is_replaced(app: App, outlet: Outlet) -> bool:
    """True if the published files of the feeds that have the newest articles are not those that
    this program wrote, for example because somebody restored an old copy of the folder. `outlet`:
    the published files."""
    index = app.archive.store.index
    newest_ids = index.ids(ALL, limit=_MOST_COMPARED, since=None, most=_MOST_COMPARED)
    keys: set[FeedKey] = set()
    for article_id in newest_ids:
        keys.update(index.list_feeds_of(article_id))
    return are_files_replaced(index.feeds(keys), index, outlet)


def mark_outdated_files(app: App, tags: Iterable[str], icons: Mapping[str, str]) -> None:
    """Mark as outdated the published files that show a source, an icon or a link to a tag that
    changed since the last call. The next build writes them again. `tags`: names of the tags in
    taxonomy.toml; `icons`: name of the icon's picture by source key."""
    sources: dict[str, str] = {}
    for key, source in app.configuration.sources.items():
        sources[key] = fingerprints.fingerprint_source(source)[:_FINGERPRINT_DIGITS]
    # stories quote other sources, too
    _mark_changed(app, _SOURCES_NOTE, SOURCE, sources, (ARTICLES, STORY_PAGES, SEARCH, STORIES))
    _mark_changed(app, _ICONS_NOTE, SOURCE, icons, (STORY_PAGES, STORIES))
    # the fingerprint of a tag is always "": only whether a page links it counts
    tags_linked = dict.fromkeys(make_links(app.configuration.settings, tags).tags or (), "")
    _mark_changed(app, _TAGS_NOTE, TAG, tags_linked, (ARTICLES, STORY_PAGES))


def _mark_changed(
    app: App, note: str, axis: str, current: Mapping[str, str], other_files: Sequence[FeedKey]
) -> None:
    """Find the sources or tags whose fingerprint changed since the last call. Mark as outdated the
    files of the feeds that share articles with them and, if there are any such feeds,
    `other_files`. The first call marks nothing.

    `note`: name of the note in the database that has the fingerprints of the last call. `axis`:
    SOURCE or TAG. `current`: the fingerprints of now, by key of the source or slug of the tag."""
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
    """Return the fingerprints in the text of a note, by slug. Earlier versions of this program
    wrote a digest on a line before them, or only a list of slugs, which then get the fingerprint
    ""."""
    _, _, document = text.rpartition("\n")
    stored: Mapping[str, str] | list[str] = json.loads(document)
    if isinstance(stored, list):
        return dict.fromkeys(stored, "")
    return stored


async def build_meanwhile(
    app: App,
    over: asyncio.Event,
    seconds: float = BUILD_SECONDS,
    turn: Callable[[], object] = lambda: None,
) -> BuildReport:
    """Build the changed feeds again and again, while visits go on, until `over` is set. Return one
    report of all these builds. `seconds`: the pause after a build; it is longer if builds take
    long. `turn`: is called between two files."""
    read_clock = asyncio.get_running_loop().time
    report = BuildReport()
    built_mark = 0  # each change of an article gets a mark, a growing number
    pause = seconds
    while True:
        with suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), pause)
        if over.is_set():
            return report
        pause = min(_LOOK_SECONDS, seconds)  # if there is nothing new, look again soon
        if app.archive.store.index.newest_mark() <= built_mark:
            continue
        app.archive.store.visits.commit()  # a build sees committed rows
        built_mark = app.archive.store.index.newest_mark()
        began = read_clock()
        report = merge_reports(report, await build_feeds(app, turn=turn))
        build_seconds = read_clock() - began
        pause = max(seconds, _PAUSE_PER_SECOND * build_seconds)


def merge_reports(first: BuildReport, second: BuildReport) -> BuildReport:
    """Return one report of two builds. Lists of files and hubs are joined, and a file that both
    builds wrote is listed once; numbers of builds and seconds are added. The other fields are those
    of `second`, the later build."""
    written = dict.fromkeys((*first.written, *second.written))
    set_aside = dict.fromkeys((*first.set_aside, *second.set_aside))
    return replace(
        second,
        written=tuple(written),
        set_aside=tuple(set_aside),
        ended=(*first.ended, *second.ended),
        hubs=(*first.hubs, *second.hubs),
        builds=first.builds + second.builds,
        seconds=first.seconds + second.seconds,
    )


async def build_due(
    app: App, settling: Settling, turn: Callable[[], object] = lambda: None
) -> BuildReport:
    """Make a build if one is due, after a build under way has ended. Return its report, an empty
    one if no build was due. `settling`: decides when a build is due and which feeds it includes.
    `turn`: is called between two files."""
    async with settling.build_lock:
        if not settling.is_due(app):
            return BuildReport()
        with settling.building(app) as accepts:
            report = await build_feeds(app, turn=turn, accepts=accepts, seconds=LONGEST)
        settling.record_build(report.shown, report.left)
        return report


async def build_feeds(
    app: App,
    *,
    include_all: bool = False,
    turn: Callable[[], object] = lambda: None,
    accepts: Callable[[FeedKey], bool] | None = None,
    seconds: float = inf,
    end_feeds: bool = False,
) -> BuildReport:
    """Build the feeds that changed, the most urgent first, and notify hubs. Return the report.

    `include_all`: write every file again. `turn`: is called between two files. `accepts`: returns
    False for a feed that is left to a later build, None to leave none. `seconds`: after this time,
    the rest is left to the next build. `end_feeds`: confirm the end of feeds that wait for it."""
    read_clock = asyncio.get_running_loop().time
    began = read_clock()
    deadline = began + seconds
    archive = app.archive
    began_at = archive.clock()
    store = archive.store
    settings = app.configuration.settings
    await _prepare_archive(app, turn)
    pages = load_look(app.configuration.folder)
    outlet = open_outlet(settings, app.configuration.environ, whole=True, held=store.check_lock)
    inputs = _fingerprint_inputs(app, pages, read_shown(store, settings))
    changes = webhooks.list_unsent_changes(archive, app.configuration, read_freshness(store).until)
    confirmed = read_waiting(store) if end_feeds else []

    # if nothing changed, only messages that wait are sent
    may_skip = not (include_all or confirmed)
    if may_skip and _is_up_to_date(app, inputs, outlet) and not digests.is_due(archive, settings):
        webhooks.queue_article_messages(archive, app.configuration, changes, ())
        hubs = await notify_hubs(archive, settings, ())
        return BuildReport(hubs=hubs, ending=describe_waiting(read_waiting(store)))

    _begin_build(app, outlet, inputs)
    pictures = thumbnails.publish_thumbnails(store, settings, outlet)
    icons = read_shown(store, settings)  # without those whose files are lost
    inputs = _fingerprint_inputs(app, pages, icons)
    task = _plan_task(app, outlet, inputs, icons, confirmed, anew=include_all, accepts=accepts)
    scope = task.scope
    steps = _take_steps(task, outlet, pages, lambda: read_clock() >= deadline)
    report = await _run_steps(steps, turn)

    # only now, when published files no longer name these thumbnails
    thumbnails.remove_thumbnails(store, settings, outlet, pictures)
    if not scope.is_empty:
        all_feeds = {spec.key for spec in task.plan.specs}
        archive.beside.write_feed_facts(all_feeds if scope.feeds is None else scope.feeds)
    webhooks.queue_article_messages(archive, app.configuration, changes, report.shown)
    _record_build(app, began_at, inputs, has_left=bool(scope.left))
    has_built = bool(report.written or report.unchanged or report.held)
    return replace(
        report,
        builds=int(has_built),
        seconds=read_clock() - began,
        left=len(scope.left) + report.left,
        hubs=await notify_hubs(archive, settings, report.written),
        ending=describe_waiting(task.spared.stems),
    )


async def _prepare_archive(app: App, turn: Callable[[], object]) -> None:
    """Update the stored facts about articles that published files show besides the articles' own
    fields: their stories and their related articles. `turn`: is called between two steps."""
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
    """The feeds that a build looks at. `feeds`: None for all feeds; `left`: changed feeds that are
    left to a later build."""

    feeds: Collection[FeedKey] | None = None
    left: Collection[FeedKey] = ()

    @property
    def is_empty(self) -> bool:
        return self.feeds is not None and not self.feeds


def decide_scope(
    changed: Collection[FeedKey],
    everything: Collection[FeedKey],
    accepts: Callable[[FeedKey], bool] | None,
    *,
    is_only_marked: bool,
) -> Scope:
    """Decide which feeds a build examines: only those in `changed` if just articles changed since
    the last build (`is_only_marked`), else all feeds (`everything`). `accepts`: returns False for a
    changed feed that is left to a later build, None to leave none."""
    waiting: set[FeedKey] = set()
    if accepts:
        waiting = {key for key in changed if not accepts(key)}
    if is_only_marked:
        return Scope(feeds={*changed} - waiting, left=waiting)
    if not waiting:
        return Scope()  # all feeds
    return Scope(feeds={*everything} - waiting, left=waiting)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """All that is decided before a build begins. `app`: with the settings for this build; `anew`:
    True to write every file again; `tags`: those of taxonomy.toml; `icons`: by source key, the name
    of its picture."""

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
    accepts: Callable[[FeedKey], bool] | None,
) -> _Task:
    """Plan a build: which feeds there are, which of them stay until the operator confirms their
    end, and which of them the build examines.

    `outlet`: the published files. `inputs`: hash of everything but articles, from
    `_fingerprint_inputs`. `icons`: name of the icon's picture by source key. `confirmed`: paths of
    feeds whose end is confirmed, such as tags/ai. `anew`: True to write every file again.
    `accepts`: returns False for a feed that is left to a later build, None to leave none."""
    taxonomy = load_any(app.configuration.taxonomy.toml)
    tags = [tag.name for tag in taxonomy.tag]
    # True if only articles changed since the last build
    is_only_marked = app.archive.store.visits.note(_INPUTS_NOTE) == inputs

    # feeds whose end waits for a confirmation
    waiting = read_waiting(app.archive.store)
    spared = Spared(app=app)
    if waiting or not is_only_marked:
        spared = _spare_feeds(app, taxonomy, confirmed)
        is_only_marked = is_only_marked and spared.stems == waiting
    if not is_only_marked:
        mark_outdated_files(spared.app, tags, icons)

    _record_unknown_files(spared.app, outlet)
    plan = _plan_feeds(spared.app, taxonomy, spared.kept)
    anew = anew or _is_replaced(spared.app, outlet)
    scope = Scope()
    if not anew:
        outdated = app.archive.store.index.list_outdated_owners()
        changed = find_changed_feeds(plan.specs, plan.rows, outdated)
        everything = {spec.key for spec in plan.specs}
        scope = decide_scope(changed, everything, accepts, is_only_marked=is_only_marked)
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
    """Feeds that the operator's last edit would end, but that stay until the operator confirms it.
    `stems`: their paths, such as tags/ai; `kept`: the feeds whose files stay unchanged; `app`: with
    the settings that hold until then."""

    app: App
    kept: Collection[FeedKey] = ()
    stems: Sequence[str] = ()


def _spare_feeds(app: App, taxonomy: Vocabulary, confirmed: Iterable[str]) -> Spared:
    """Find the feeds that end by the present configuration, although the operator has not confirmed
    it. Store their paths, and return them with the settings by which they stay. `confirmed`: paths
    of feeds whose end is confirmed, such as tags/ai."""
    publish = app.configuration.settings.publish
    rows = app.archive.store.index.plain_feeds()
    planned = {spec.key for spec in plan_feed_specs(app.configuration, taxonomy, rows)}
    confirmed_keys: set[FeedKey] = set()
    for stem in confirmed:
        key = paths.parse_stem(stem)
        if key is not None:
            confirmed_keys.add(key)
    ending = find_ending_feeds(rows, planned, publish)
    waiting = choose_waiting_feeds(ending, confirmed_keys, publish)
    stems = sorted(map(paths.get_stem, waiting.feeds))
    note = json.dumps(stems) if stems else None
    app.archive.store.visits.set_note(_WAITING_NOTE, note, app.archive.clock())
    settings = app.configuration.settings.model_copy(update={"publish": waiting.publish})
    app_until_confirmed = replace(app, configuration=replace(app.configuration, settings=settings))
    return Spared(app=app_until_confirmed, kept=waiting.feeds_with_kept_files, stems=stems)


def _list_news(app: App) -> list[list[str]]:
    """Return the newest stories for the front page, none if stories are off. Each story is a list
    of article ids: first its lead article, then its newest reports."""
    if app.configuration.settings.publish.stories == "off":
        return []
    stories = app.archive.store.stories
    newest = stories.list_news(app.archive.clock() - _NEWS_AGE, _MOST_NEWS)
    reports_by_story = stories.articles([story.story for story in newest])
    news: list[list[str]] = []
    for story in newest:
        newest_reports = reports_by_story[story.story][-_MOST_REPORTS:]
        report_ids = [article_id for article_id, _ in newest_reports]
        known_ids = [article_id for article_id in (story.lead, *report_ids) if article_id]
        news.append(list(dict.fromkeys(known_ids)))  # the lead may be among the reports
    return news


def _take_steps(task: _Task, outlet: Outlet, pages: Look, is_over: Callable[[], bool]) -> Steps:
    """Return a generator that makes the planned build. Each step writes at most one file; at the
    end, the generator returns the report. `outlet`: the published files. `pages`: the operator's
    page files. `is_over`: returns True when the time for this build is used up; the rest is then
    left to the next build."""
    # imported here, so that a run that builds nothing does not load them
    from syndicator.publishing.builder import build
    from syndicator.publishing.kinds.site import Inputs

    app = task.app
    plan = task.plan
    archive = app.archive
    with _open_renderer(app) as remake:
        inputs = Inputs(
            specs=plan.specs,
            rows=plan.rows,
            marks=plan.marks,
            index=archive.store.index,
            outlet=outlet,
            settings=app.configuration.settings,
            sources=app.configuration.sources,
            source_of=partial(find_terms, archive, app.configuration),
            instance=archive.instance,
            remake=remake,
            excused=read_excused(archive.store),
            news=_list_news(app),
            digests=digests.make_due_issues(archive, app.configuration),
            split=_split_sentences,
            now=archive.clock(),
            markdown=partial(_read_markdown, app),
            entry_cache=app.entries,
            whole=task.anew,
            planned=task.scope.feeds,
            feeds_to_keep=task.spared.kept,
            look=pages,
            tags=task.tags,
            icons=task.icons,
        )
        return (yield from build(inputs, is_over))


def _split_sentences(text: str, language: str) -> list[str]:
    """Return the sentences of a text. `language`: the code of its language, such as "en"."""
    return [sentence.text for sentence in split(text, language=language)]


def _record_unknown_files(app: App, outlet: Outlet) -> None:
    """If the database knows no published files, because it was lost and rebuilt, record in it the
    files that are in `outlet`."""
    index = app.archive.store.index
    if index.has_files():
        return
    files = list(adopt_unknown_files(index.plain_feeds(), outlet))
    index.record_progress(Progress(files=files))


def _begin_build(app: App, outlet: Outlet, inputs: str) -> None:
    """Note in the database that a build begins. If the last build did not end, or if the inputs
    changed since, delete temporary files in `outlet` first. `inputs`: hash of everything but
    articles."""
    visits = app.archive.store.visits
    are_inputs_new = visits.note(_INPUTS_NOTE) != inputs
    if are_inputs_new or visits.note(_BEGUN_NOTE):
        outlet.sweep()
    visits.set_note(_BEGUN_NOTE, "now", app.archive.clock())
    visits.commit()  # before the first temporary file: a kill may come with the next


def _record_build(app: App, began: datetime, inputs: str, *, has_left: bool) -> None:
    """Note in the database that a build ended, and measure how fresh its feeds are. `began`: when
    it began; `inputs`: hash of everything but articles; `has_left`: True if changed feeds are left
    to a later build."""
    archive = app.archive
    visits = archive.store.visits
    visits.set_note(_INPUTS_NOTE, inputs, archive.clock())
    visits.set_note(_BEGUN_NOTE, None, archive.clock())
    if not has_left:  # else the later build needs this note, too
        visits.set_note(EXCUSED, None, archive.clock())
    # also if feeds are left: their new articles are in the feed of their source already
    add_samples(archive.store, began, archive.clock())


async def _run_steps(steps: Steps, turn: Callable[[], object]) -> BuildReport:
    """Run the generator of a build to its end and return the report of the build. After each step,
    call `turn` and let other tasks run."""
    while True:
        try:
            next(steps)
        except StopIteration as end:  # its value is what the generator returned
            report: BuildReport = end.value
            return report
        turn()
        await asyncio.sleep(0)


@contextmanager
def _open_renderer(app: App) -> Iterator[Callable[[str], str | None]]:
    """Yield a function that makes the HTML of an article that has none in the database. The
    function gets the id of the article and returns its HTML, None if the article cannot be read or
    rendered. A worker process makes the HTML, which is stored for later builds; when the context
    ends, so does the process."""
    index = app.archive.store.index
    unstored: dict[str, str] = {}  # HTML by id of the article

    def store_html() -> None:
        """Store the HTML made since the last call, for later builds."""
        if unstored:
            index.save_html(unstored)
            unstored.clear()

    def render_article(article_id: str) -> str | None:
        """The build calls this for each article that has no stored HTML."""
        if article_id in unstored:
            return unstored[article_id]
        path = index.path(article_id)
        if path is None:
            return None
        from syndicator.publishing.render.html import render_markdown

        try:
            article = app.archive.article_store.get(path)
        except (ConfigError, OSError):
            return None  # `reconcile` reports the file; the build shows the article's excerpt
        for _ in range(_MOST_RENDERINGS):
            with suppress(WorkerFailed):
                html = worker.call_sync(render_markdown, article.body, article.url)
                unstored[article_id] = html
                if len(unstored) >= _MOST_UNSTORED:
                    store_html()
                return html
        return None  # the build reports the article and shows its excerpt

    with open_worker() as worker:
        yield render_article
    store_html()


def _read_markdown(app: App, article_id: str) -> str:
    """Return the Markdown text of an article from its file, "" if there is no file or it cannot be
    read."""
    # imported here, so that a build that reads no file does not load it
    from syndicator.articles.frontmatter import markdown

    path = app.archive.store.index.path(article_id)
    if not path:
        return ""
    try:
        return markdown(app.archive.article_store.read(path))
    except (ConfigError, OSError):
        return ""


@dataclass(frozen=True, slots=True)
class _Plan:
    """A plan of feeds. `specs`: the feeds to publish; `rows`: of all feeds that ever existed;
    `marks`: by feed, its marks. A mark says that an article of the feed changed since its last
    build."""

    specs: Sequence[FeedSpec]
    rows: Sequence[FeedRow]
    marks: Mapping[FeedKey, Sequence[int]]


def _plan_feeds(app: App, taxonomy: Vocabulary, left_alone: Collection[FeedKey]) -> _Plan:
    """Find the articles of saved queries and authors, then plan which feeds are published. Return
    the plan. Marks (each says that an article of a feed changed) of feeds that are not published
    are deleted, except those of feeds in `left_alone`, whose files stay unchanged for now."""
    index = app.archive.store.index
    publish = app.configuration.settings.publish
    plan = _read_plan(app, taxonomy)

    def read_text(article_id: str) -> str:
        """`update_members` calls this for articles in whose text a saved query searches."""
        return read_article(app.archive, article_id).text

    has_changed = update_members(plan.specs, index, read_text, publish.axes)
    if has_changed:
        plan = _read_plan(app, taxonomy)  # an author may have a feed now
    useless_marks: list[int] = []
    for row in find_unbuilt_changes(plan.specs, plan.rows, publish, left_alone):
        useless_marks += plan.marks.get(row.key, ())
    if useless_marks:
        index.record_progress(Progress(marks=useless_marks))  # this deletes them
    return plan


def _read_plan(app: App, taxonomy: Vocabulary) -> _Plan:
    """Return the plan of the feeds, from the configuration and the rows of feeds in the
    database."""
    index = app.archive.store.index
    marks = index.marks()
    rows = index.plain_feeds()
    published_archives: Collection[FeedKey] = ()  # feeds that have archives already
    if app.configuration.settings.publish.archives == LISTED:
        published_archives = index.archived(BY_CHOICE)
    archived = find_feeds_with_archives(rows, published_archives)
    specs = plan_feed_specs(app.configuration, taxonomy, rows, archived)
    return _Plan(specs=specs, rows=rows, marks=marks)
