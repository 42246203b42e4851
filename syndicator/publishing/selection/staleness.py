"""Find feeds that need a build, by marks and by fingerprints of all input besides articles; decide
when to build. Imports little: a run with nothing to build loads no renderer, template or XML
library."""

import hashlib
import uuid
from collections.abc import Callable, Collection, Generator, Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from itertools import islice
from typing import Any, Final

from syndicator.configuration.settings import LISTED, Publish, Settings
from syndicator.core import axes as core_axes
from syndicator.core.axes import ALL, AXES
from syndicator.core.formats import PAGE
from syndicator.core.model import FeedKey, FeedSpec, Problem, Source
from syndicator.core.ports import FeedRow, Outlet
from syndicator.publishing import paths
from syndicator.publishing.look import Look
from syndicator.publishing.render.head import links

# Keys of files of no feed.
ARTICLES: Final = FeedKey("", "articles")  # by day of publication
STORIES: Final = FeedKey("", "stories")  # by story
SEARCH: Final = FeedKey("", "search")  # by period
LISTS: Final = FeedKey("", "lists")  # by part of a long list of feeds

# Increase when documents change, so that the first build after an upgrade writes all of them.
_FORM: Final = "4"

# Settings that select the articles of the head.
_OF_HEADS: Final = frozenset(("limit", "window_hours", "most", "most_older", "share", "query"))
# fields of a source in entries
_SHOWN: Final = ("url", "title", "content", "licence", "speaks_for")
_LOOKED_AT: Final = 8  # feeds compared by `replaced`: a choice, some milliseconds
LONG: Final = 50  # entries, the default of `publish.limit`: a feed with more waits longer
# long feeds without extra waits. A choice, which halves the cost of a busy day (tests/bench/day.py)
FEW: Final = 6
HOUR: Final = 3600.0  # seconds: how often most readers poll
MANY: Final = 25  # waiting articles: half of a head feed, so that readers miss none. A choice


def common(settings: Settings, instance: uuid.UUID) -> str:
    """Return the fingerprint of the input that all feeds share."""
    publish, pages = settings.publish, links(settings)
    site = sorted(settings.site.model_dump(exclude_defaults=True).items())
    linked = (pages.categories, pages.tags, pages.unsaid, pages.sources)
    shown = (publish.thumbnails, publish.entry_html, publish.extensions, linked)
    archives = LISTED if isinstance(publish.archives, tuple) else publish.archives
    # must not change the fingerprints of older instances
    later = (archives, publish.stories)
    new = [value for value in later if isinstance(value, str) and value != "off"]
    return _digest(_FORM, site, settings.base_url, publish.hubs, *shown, *new, instance)


def of_pages(settings: Settings, look: Look | None = None) -> str:
    """Return the fingerprint of input that only pages use: templates, stylesheets, the setting for
    archives."""
    return _digest((look or Look()).digest, settings.publish.archives)


def of_feed(spec: FeedSpec, shared: str, pages: str = "") -> str:
    """Return the fingerprint of a feed's settings, with `shared` (from `common`) and `pages` (from
    `of_pages`)."""
    return _digest(_set(spec), shared, pages if PAGE in spec.formats else "")


def of_calendar(spec: FeedSpec, shared: str, pages: str) -> str:
    return _digest(of_archive(spec, shared), pages)


def of_archive(spec: FeedSpec, shared: str) -> str:
    """Return the fingerprint for a feed's archive documents, without settings that select the
    head's articles."""
    return _digest([(name, value) for name, value in _set(spec) if name not in _OF_HEADS], shared)


def of_source(source: Source) -> str:
    """Return the fingerprint of the fields of a source that entries show or that decide its
    rights."""
    return _digest(*(getattr(source, name) for name in _SHOWN))


def _set(spec: FeedSpec) -> list[tuple[str, Any]]:
    values = ((field.name, getattr(spec, field.name), field.default) for field in fields(spec))
    return sorted(
        (name, value) for name, value, default in values if default is MISSING or value != default
    )


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode("utf-8", "replace")).hexdigest()[:32]


def is_file(name: str) -> bool:
    """Return False for a name with a #: its row in the index is the fingerprint of several files'
    input."""
    return "#" not in name


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildReport:
    """The result of a build. `written`: names of changed or deleted files; `held`: feeds that keep
    their old files, and why; `set_aside`: articles that could not be shown properly; `left`: number
    of stale feeds not built; `shown`: for each written feed, the numbers of its entries and
    articles."""

    written: tuple[str, ...] = ()
    unchanged: int = 0
    held: tuple[Problem, ...] = ()
    set_aside: tuple[Problem, ...] = ()
    ended: tuple[str, ...] = ()  # feeds, such as tags/ai, whose addresses now answer 410
    ending: tuple[Problem, ...] = ()  # that feeds wait for a confirmation to end
    hubs: tuple[Problem, ...] = ()  # hubs that could not be notified
    builds: int = 0
    left: int = 0
    shown: Mapping[FeedKey, tuple[int, int]] = field(default_factory=dict)
    seconds: float = 0.0  # elapsed time


Steps = Generator[None, None, BuildReport]  # a build, step by step


def stale(
    specs: Sequence[FeedSpec],
    feeds: Sequence[FeedRow],
    settings: Settings | None = None,
    instance: uuid.UUID | None = None,
    look: Look | None = None,
    *,
    owed: bool = True,
) -> set[FeedKey]:
    """Return the feeds that need a build: marked stale, never built or, if `settings` and
    `instance` are given, built with other settings or another `look`. `feeds`: all rows; `owed`:
    include feeds that owe calendar pages."""
    rows = {row.key: row for row in feeds}
    shared, pages = (
        (common(settings, instance), of_pages(settings, look))
        if settings and instance
        else ("", "")
    )

    def is_stale(row: FeedRow | None, spec: FeedSpec) -> bool:
        if row is None or row.stale or row.dropped or not row.built or (owed and row.owed):
            return True
        return bool(shared) and row.made_with != of_feed(spec, shared, pages)

    return {spec.key for spec in specs if is_stale(rows.get(spec.key), spec)}


def replaced(
    newest: Iterable[FeedRow], files: Callable[[FeedKey], Mapping[str, str]], outlet: Outlet
) -> bool:
    """Return True if the published files are not those last written, such as a restored older
    folder. Compares files of some of `newest`, the feeds of the newest articles. `files`:
    `ArticleIndex.files`."""
    fresh = (row.key for row in newest if row.made_with and not (row.stale or row.moved_to))
    for made_of in map(files, islice(fresh, _LOOKED_AT)):
        heads = (name for name in made_of if is_file(name) and not name.startswith(paths.ARCHIVES))
        name = next(heads, None)
        if name and hashlib.sha256(outlet.get(name) or b"").hexdigest() != made_of[name]:
            return True
    return False


def unpublished(
    specs: Sequence[FeedSpec],
    rows: Iterable[FeedRow],
    publish: Publish,
    left_alone: Collection[FeedKey] = (),
) -> list[FeedRow]:
    """Return the stale feeds that are not published or are `left_alone`, so that no build marks
    them fresh."""
    wanted = {ALL, *(spec.key for spec in specs)}
    stale = [row for row in rows if row.stale and row.key not in wanted]
    kept = {*wanted, *left_alone}
    return [row for row in stale if not ended(row, kept, publish) and not old_archives(row)]


def ended(row: FeedRow, wanted: Collection[FeedKey], publish: Publish) -> bool:
    """Return True for a published feed that the configuration or the operator dropped, itself or
    its axis."""
    if row.key in wanted or row.moved_to is not None:
        return False
    given_up = AXES[row.key.axis].configured and not row.dropped and is_on(row.key.axis, publish)
    return given_up or bool(row.made_with)


def off(row: FeedRow, publish: Publish) -> bool:
    """Return True for a published feed whose axis is off now. It returns with the axis, with the
    same id."""
    return row.built and not is_on(row.key.axis, publish)


def is_on(axis: str, publish: Publish) -> bool:
    return AXES[axis].word in publish.axes and (
        axis != core_axes.STORIES.axis or publish.stories != "off"
    )


def old_archives(row: FeedRow) -> bool:
    """Return True for a feed that moved and whose archive documents still exist."""
    return bool(row.moved_to and row.made_with)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Changes that are not built yet. `articles`: number of articles filed since the last build;
    `since`: time of the first change, in monotonic seconds, None without changes; `urgent`: build
    now."""

    articles: int = 0
    since: float | None = None
    urgent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """The last build of a feed. `at`: monotonic seconds; `entries`, `articles`: numbers of those
    shown and of all."""

    at: float
    entries: int
    articles: int


def crowd(built: Iterable[Built]) -> float:
    """Return the factor by which many long feeds wait longer, so that all together cost no more
    than `FEW`."""
    return max(1.0, sum(last.entries > LONG for last in built) / FEW)


def is_rested(
    built: Built | None, settle: float, now: float, articles: Callable[[], int], crowd: float = 1.0
) -> bool:
    """Return True if a stale feed may be written again: a short one always, a long one after
    `settle` seconds for each 50 entries, times `crowd` (which alone makes it wait at most an hour),
    or as soon as half of its entries may be out of date. `articles`: returns their number in the
    feed now."""
    if built is None or built.entries <= LONG:
        return True
    rest = settle * built.entries / LONG
    rest = min(rest * crowd, max(rest, HOUR))
    return now - built.at >= rest or 2 * (articles() - built.articles) >= built.entries


def is_due(waiting: Waiting, settle: float, now: float) -> bool:
    """Return True if waiting changes must be built: urgent, many, or the oldest has waited `settle`
    seconds."""
    if waiting.since is None:
        return False
    return waiting.urgent or waiting.articles >= MANY or now - waiting.since >= settle
