"""From the article store to the published files."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from syndicator.core.errors import ConfigError, WorkerFailed
from syndicator.core.model import Article, FeedKey, FeedSpec, Problem
from syndicator.describing.taxonomy.vocabulary import Vocabulary
from syndicator.describing.taxonomy.vocabulary import load as load_vocabulary
from syndicator.publishing.look import look
from syndicator.publishing.queries import finders_of, update_members
from syndicator.publishing.selection.feeds import plan
from syndicator.publishing.selection.staleness import BuildReport, Steps, replaced, settled, stale
from syndicator.services import freshness, shown_edits, thumbnails
from syndicator.services.container import App, make_fetcher, open_worker
from syndicator.services.places.opening import open_outlet
from syndicator.services.settling import Settling

EXCUSED = "released"  # the name of the note in databases stays


# Builds while visits go on. A reader hardly notices a quarter of a minute; builds that take long, as on a first start,
# get a fifth of the time and leave the rest to the visits. All three are choices.
BUILD_SECONDS = 15.0
_PAUSES = 4  # for each second of a build
_LOOK_SECONDS = 1.0  # how soon something new is seen after the pause


async def build_meanwhile(
    app: App,
    over: asyncio.Event,
    seconds: float = BUILD_SECONDS,
    turn: Callable[[], object] = lambda: None,
    settling: Settling | None = None,
) -> BuildReport:
    """Builds what becomes stale, `seconds` or more after the build before and once `settling` has it due, until `over`
    is set; so no slow source holds up what came from another. Returns what it built. What is stale at its end is the
    next build's."""
    clock = asyncio.get_running_loop().time
    report, seen, pause = BuildReport(), 0, seconds
    while not await _is_set(over, pause):
        newest = app.store.index.newest_mark()
        pause = min(_LOOK_SECONDS, seconds)
        if newest > seen and (settling is None or settling.is_due(app)):
            seen, began = newest, clock()
            report = together(report, await build_due(app, settling, turn))
            pause = max(seconds, _PAUSES * (clock() - began))
    return report


async def _is_set(event: asyncio.Event, seconds: float) -> bool:
    """Whether `event` is set, which is waited for for so long."""
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return False
    return True


def together(first: BuildReport, second: BuildReport) -> BuildReport:
    """Two builds, one after the other, as one. A feed that was held is stale, so the second one has tried it again."""
    return replace(
        second,
        written=tuple(dict.fromkeys((*first.written, *second.written))),
        set_aside=tuple(dict.fromkeys((*first.set_aside, *second.set_aside))),
        ended=(*first.ended, *second.ended),
        hubs=(*first.hubs, *second.hubs),
        builds=first.builds + second.builds,
        seconds=first.seconds + second.seconds,
    )


async def build_due(app: App, settling: Settling | None, turn: Callable[[], object] = lambda: None) -> BuildReport:
    """As `build_feeds`; nothing where `settling` has it wait. Two of one `settling` are made one after the other."""
    if settling is None:
        return await build_feeds(app, turn=turn)
    async with settling.alone:
        if not settling.is_due(app):
            return BuildReport()
        with settling.building(app) as part:
            report = await build_feeds(app, turn=turn, among=part.among, brief=part.brief)
        settling.built(report.shown, report.left)
        return report


async def build_feeds(
    app: App,
    *,
    all: bool = False,
    turn: Callable[[], object] = lambda: None,
    among: Callable[[FeedKey], bool] | None = None,
    brief: bool = False,
) -> BuildReport:
    """Builds the stale feeds, or all of them, and notifies the hubs of exactly those that changed. Others have their
    turn between two feeds, and `turn` is called. `among`: only those stale feeds of which this is true; the others stay
    so for the next build. `brief`: as in `publishing.builder.build`."""
    clock = asyncio.get_running_loop().time
    began, began_at = clock(), app.clock()
    known = vocabulary(app)
    specs, tags, pages = feed_specs(app, known), [tag.name for tag in known.tag], look(app.config)
    axes = app.settings.publish.axes
    if update_members(specs, app.store.index, lambda id: read(app, id).text, axes) and finders_of(axes):
        specs = feed_specs(app, known)  # an author may have a feed now
    outlet = open_outlet(app.settings, app.environ, whole=True)
    shown_edits.follow(app, tags)
    all = all or replaced(app.store.index, outlet)
    shown = thumbnails.publish(app, outlet)
    only = None if all else stale(specs, app.store.index, app.settings, app.instance, pages, owed=not brief)
    left = set() if only is None or among is None else {key for key in only if not among(key)}
    only = only if only is None else only - left
    if only is None or only:  # a build that was killed left its feed stale
        outlet.sweep()
    elif not excused(app) and settled(specs, app.store.index, outlet, app.settings.publish):
        return BuildReport()
    from syndicator.publishing.builder import build

    with _renderer(app) as remake:
        steps = build(
            specs,
            index=app.store.index,
            outlet=outlet,
            settings=app.settings,
            sources=app.sources,
            source_of=app.terms,
            instance=app.instance,
            only=only,
            remake=remake,
            excused=excused(app),
            tags=tags,
            markdown=lambda id: read(app, id).body,
            look=pages,
            kept=app.entries,
            brief=brief,
        )
        report = await _turn_by_turn(steps, turn)
    thumbnails.take_off(app, outlet, shown)
    app.beside.note({spec.key for spec in specs} if only is None else only)
    if not left:
        app.store.visits.set_note(EXCUSED, None, app.clock())
    if brief or not left:  # what is left by a brief one is in its source's feed
        freshness.note(app.store, began_at, app.clock())
    report = replace(report, builds=1, seconds=clock() - began, left=len(left))
    return replace(report, hubs=await _notify_hubs(app, report))


async def _turn_by_turn(steps: Steps, turn: Callable[[], object]) -> BuildReport:
    """Takes the steps of a build, and lets others have their turn in between."""
    while True:
        try:
            next(steps)
        except StopIteration as ended:
            report: BuildReport = ended.value
            return report
        turn()
        await asyncio.sleep(0)


def excuse(app: App, ids: Iterable[str]) -> None:
    """Remembers, until the next build has ended, that these articles were taken off the store on purpose: feeds may
    lack them then, which validation would take for a loss otherwise."""
    app.store.visits.set_note(EXCUSED, json.dumps(sorted({*excused(app), *ids})), app.clock())


def excused(app: App) -> frozenset[str]:
    """The ids given to `excuse` since the last build."""
    return frozenset(json.loads(app.store.visits.note(EXCUSED) or "[]"))


async def _notify_hubs(app: App, report: BuildReport) -> tuple[Problem, ...]:
    from syndicator.publishing.output.websub import notify, urls_of

    hubs = app.settings.publish.hubs
    changed = urls_of(report.written, app.settings.base_url)
    if not hubs or not changed:
        return ()
    from syndicator.visiting.fetch.ssrf import endpoint

    fetcher = make_fetcher(app)
    try:
        return tuple(await notify(changed, hubs, fetcher, allow=endpoint))
    finally:
        await fetcher.aclose()


@contextmanager
def _renderer(app: App) -> Iterator[Callable[[str], str | None]]:
    """Makes the HTML of articles that are published whole where a rebuilt database has none. In a worker, started when
    first needed: it is CPU work on other people's text."""

    def remake(id: str) -> str | None:
        path = app.store.index.path(id)
        if path is None:
            return None
        from syndicator.publishing.render.html import render_markdown

        try:
            article = app.article_store.get(path)
        except (ConfigError, OSError):
            return None  # `reconcile` names the file; the build shows the article's excerpt
        html = _once_more(lambda: worker.call_sync(render_markdown, article.body, article.url))
        if html is not None:  # else the build names the article and shows its excerpt
            app.store.index.save_html(id, html)
        return html

    with open_worker(app) as worker:
        yield remake


def _once_more(render: Callable[[], str]) -> str | None:
    """The result of `render` in a worker, None if it fails twice: a busy machine may be to blame for the first time,
    and nothing would try the text again before its feed changes."""
    for _ in range(2):
        with suppress(WorkerFailed):
            return render()
    return None


def read(app: App, id: str) -> Article:
    """An article from its file; an empty one where that is gone or cannot be read, which `reconcile` tells the
    operator."""
    path = app.store.index.path(id)
    try:
        return app.article_store.get(path) if path else Article(id=id, url="", title="")
    except (ConfigError, OSError):
        return Article(id=id, url="", title="")


def feed_specs(app: App, known: Vocabulary | None = None) -> list[FeedSpec]:
    """Every feed there is to be. `known`: what `vocabulary` gives, where it was read already."""
    known = known or vocabulary(app)
    return plan(
        app.store.index.feeds(),
        settings=app.settings,
        sources=list(app.sources.values()),
        queries=app.queries,
        categories={one.name: one.description for one in known.category},
        tags=[tag.name for tag in known.tag],
    )


def vocabulary(app: App) -> Vocabulary:
    """The operator's categories and tags."""
    path = app.config / "taxonomy.toml"
    return load_vocabulary(path) if path.exists() else Vocabulary()
