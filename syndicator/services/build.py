"""Build: from the article store to published files, including feeds affected by edits, and their freshness."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, time
from pathlib import Path
from typing import Final

from syndicator.core.axes import QUERY, SOURCE, TAG
from syndicator.core.errors import ConfigError, WorkerFailed
from syndicator.core.model import Article, FeedKey, FeedSpec, Problem
from syndicator.describing.taxonomy.vocabulary import Vocabulary, load_any
from syndicator.publishing import paths
from syndicator.publishing.look import look
from syndicator.publishing.queries import finders_of, update_members
from syndicator.publishing.render.head import links
from syndicator.publishing.selection import staleness
from syndicator.publishing.selection.feeds import plan
from syndicator.publishing.selection.staleness import BuildReport, Steps, ended, replaced, settled, stale
from syndicator.services import thumbnails, webhooks
from syndicator.services.container import App, make_fetcher, open_worker
from syndicator.services.places import open_outlet
from syndicator.services.settling import Settling
from syndicator.services.stories.follow import follow as group_stories
from syndicator.store.engine import Store

_SOURCES: Final = "sources shown"  # a digest of the rest in the first line, in the second the fingerprints by source
_STAMP: Final = "sources shown as of"  # `App.sources_stamp`
_TAGS: Final = "tags linked"  # their slugs
_DIGITS: Final = 12  # of a fingerprint: one source is compared with itself alone


def follow(app: App, tags: Iterable[str]) -> None:
    """Mark feeds for rebuild, with archives, if visible fields of their sources, or links of their tags, changed since
    the last build. New and removed sources count. `tags`: those of taxonomy.toml."""
    for note, (changed, now) in ((_SOURCES, _sources(app)), (_TAGS, _tags(app, tags))):
        _forget(app, changed, kept=staleness.SEARCH if note == _TAGS else None)
        if now is not None:
            app.store.visits.set_note(note, now, app.clock())


def edited(before: Mapping[str, str], now: Mapping[str, str]) -> set[str]:
    """The keys whose fingerprint is another one than before, or was or is in one of the two alone. Pure."""
    return {key for key in before.keys() | now.keys() if before.get(key) != now.get(key)}


def _sources(app: App) -> tuple[list[FeedKey], str | None]:
    visits, stamp = app.store.visits, app.sources_stamp
    if stamp and visits.note(_STAMP) == stamp:
        return [], None
    visits.set_note(_STAMP, stamp or None, app.clock())
    now = {key: staleness.of_source(source)[:_DIGITS] for key, source in app.sources.items()}
    whole = hashlib.sha256(repr(sorted(now.items())).encode()).hexdigest()
    digest, _, kept = (visits.note(_SOURCES) or "").partition("\n")
    if digest == whole:
        return [], None
    changed = edited(json.loads(kept), now) if kept else ()
    return [FeedKey(SOURCE, key) for key in changed], f"{whole}\n{json.dumps(now)}"


def _tags(app: App, tags: Iterable[str]) -> tuple[list[FeedKey], str | None]:
    now, kept = sorted(links(app.settings, tags).tags or ()), app.store.visits.note(_TAGS)
    if kept == json.dumps(now):
        return [], None
    changed = set(json.loads(kept)) ^ set(now) if kept else ()
    return [FeedKey(TAG, slug) for slug in changed], json.dumps(now)


def _forget(app: App, changed: Iterable[FeedKey], kept: str | None) -> None:
    """Forget the documents of all feeds that share an article with `changed`. `kept`: prefix of files that stay."""
    keys = {feed for key in changed for feed in app.store.index.beside(key)}
    forgotten: dict[FeedKey, dict[str, str]] = {}
    for row in app.store.index.feeds() if keys else ():
        if row.key in keys and row.files:
            stay = (name for name in row.files if staleness.is_file(name) or (kept and name.startswith(kept)))
            files = {name: "" if paths.is_calendar(name) else row.files[name] for name in stay}
            forgotten[row.key] = files | {staleness.FEED: ""}
    app.store.index.set_files(forgotten)


KEPT = 200  # articles
_NOTE = "freshness"
_SHARE = 0.95
_MIDNIGHT = time()  # of a date without a time of day


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """Seconds from publication to disk, newest article first; `until`: what was added later is not among them."""

    until: datetime | None = None
    seconds: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """The same in two numbers: half of the articles, and 19 of 20, were on disk within so many seconds."""

    articles: int
    median: int
    p95: int


def note(store: Store, began: datetime, now: datetime) -> None:
    """To be called when a build that `began` then has ended `now`."""
    before = read_freshness(store)
    if before.until is not None and before.until <= began:  # later: the clock was set back
        added = store.status.added_between(before.until, began, KEPT)
        states = filter(None, map(store.visits.state, {one.source_key for one in added}))
        firsts = {state.key: state.first_visit for state in states}
        before = replace(before, seconds=(*_seconds(added, firsts, now), *before.seconds)[:KEPT])
    kept = {"until": began.isoformat(), "seconds": before.seconds}
    store.visits.set_note(_NOTE, json.dumps(kept), now)


def read_freshness(store: Store) -> Samples:
    """What was noted."""
    kept = json.loads(store.visits.note(_NOTE) or "{}")
    until = kept.get("until")
    return Samples(until=datetime.fromisoformat(until) if until else None, seconds=tuple(kept.get("seconds", ())))


def of(samples: Samples) -> Freshness | None:
    """The two numbers, None where there is no article to take them of. Pure."""
    if not (ordered := sorted(samples.seconds)):
        return None
    middle, late = ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, int(_SHARE * len(ordered)))]
    return Freshness(articles=len(ordered), median=middle, p95=late)


def _seconds(added: Iterable[Article], firsts: Mapping[str, datetime | None], now: datetime) -> Sequence[int]:
    """Seconds to publication of each followed article whose date has a time. `firsts`: first visits by source. Pure."""
    return [
        int((now - one.published).total_seconds())
        for one in added
        if one.published
        and one.published.time() != _MIDNIGHT
        and (first := firsts.get(one.source_key))
        and first <= one.published <= now
    ]


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
    """Build stale feeds every `seconds` or more, once `settling` has them due, until `over` is set. Returns the
    results; what is stale at the end is left to the next build."""
    clock = asyncio.get_running_loop().time
    report, seen, pause = BuildReport(), 0, seconds
    while not await _is_set(over, pause):
        newest = app.store.index.newest_mark()
        pause = min(_LOOK_SECONDS, seconds)
        if newest > seen and (settling is None or settling.is_due(app)):
            app.store.visits.commit()  # a build sees what is committed
            seen, began = app.store.index.newest_mark(), clock()
            report = together(report, await build_due(app, settling, turn))
            pause = max(seconds, _PAUSES * (clock() - began))
    return report


async def _is_set(event: asyncio.Event, seconds: float) -> bool:
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
    """Build the stale feeds, or all, and notify the hubs of those that changed. Calls `turn` between two feeds.
    `among`: filter of stale feeds; `brief`: as in `publishing.builder.build`."""
    clock = asyncio.get_running_loop().time
    began, began_at = clock(), app.clock()
    await group_stories(app, turn)
    known = vocabulary(app)
    specs, tags, pages = feed_specs(app, known), [tag.name for tag in known.tag], look(app.config)
    axes = app.settings.publish.axes
    if update_members(specs, app.store.index, lambda id: read(app, id).text, axes) and finders_of(axes):
        specs = feed_specs(app, known)  # an author may have a feed now
    outlet = open_outlet(app.settings, app.environ, whole=True)
    follow(app, tags)
    changes = webhooks.changes(app, read_freshness(app.store).until)
    all = all or replaced(app.store.index, outlet)
    shown = thumbnails.publish(app, outlet)
    only = None if all else stale(specs, app.store.index, app.settings, app.instance, pages, owed=not brief)
    left = set() if only is None or among is None else {key for key in only if not among(key)}
    only = only if only is None else only - left
    if only is None or only:  # a build that was killed left its feed stale
        outlet.sweep()
    elif not excused(app) and settled(specs, app.store.index, outlet, app.settings.publish):
        webhooks.put(app, changes, ())
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
    _remember(app, changes, report, began_at, left=bool(left), brief=brief)
    report = replace(report, builds=1, seconds=clock() - began, left=len(left))
    return replace(report, hubs=await _notify_hubs(app, report))


def _remember(
    app: App, changes: webhooks.Changes, report: BuildReport, began: datetime, *, left: bool, brief: bool
) -> None:
    webhooks.put(app, changes, report.shown)
    if not left:
        app.store.visits.set_note(EXCUSED, None, app.clock())
    if brief or not left:  # what is left by a brief one is in its source's feed
        note(app.store, began, app.clock())


async def _turn_by_turn(steps: Steps, turn: Callable[[], object]) -> BuildReport:
    while True:
        try:
            next(steps)
        except StopIteration as ended:
            report: BuildReport = ended.value
            return report
        turn()
        await asyncio.sleep(0)


def excuse(app: App, ids: Iterable[str]) -> None:
    """Remember until the next build that these articles were removed on purpose: validation then allows it."""
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
    """Render HTML in a worker for articles that are published whole and have none, as after a rebuild."""

    def remake(id: str) -> str | None:
        if (path := app.store.index.path(id)) is None:
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
    """The result of `render` in a worker, None if it fails twice: the first failure may be a busy machine's."""
    for _ in range(2):
        with suppress(WorkerFailed):
            return render()
    return None


def read(app: App, id: str) -> Article:
    """An article from its file; an empty one if the file is gone or unreadable, which `reconcile` reports."""
    path = app.store.index.path(id)
    try:
        return app.article_store.get(path) if path else Article(id=id, url="", title="")
    except (ConfigError, OSError):
        return Article(id=id, url="", title="")


def feed_specs(app: App, known: Vocabulary | None = None) -> list[FeedSpec]:
    """Every feed there is to be. `known`: what `vocabulary` gives, where it was read already."""
    known, rows = known or vocabulary(app), app.store.index.feeds()
    specs = plan(
        rows,
        settings=app.settings,
        sources=list(app.sources.values()),
        queries=app.queries,
        categories={one.name: one.description for one in known.category},
        tags=[tag.name for tag in known.tag],
    )
    wanted, faults = {spec.key for spec in specs}, [one for one in app.faults if Path(one.file).name == "feeds.toml"]
    if faults and any(row.key.axis == QUERY and ended(row, wanted, app.settings.publish) for row in rows):
        raise ConfigError.of(faults)  # a feed whose query cannot be read must not end
    return specs


def vocabulary(app: App) -> Vocabulary:
    """The operator's categories and tags."""
    return load_any(app.taxonomy.toml)
