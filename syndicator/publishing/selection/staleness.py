"""Which feeds need a build. Imports little: a run with nothing to build loads no renderer, template or XML library.

Fingerprints of what a feed is made of besides its articles. When to build while articles come."""

import hashlib
import uuid
from collections.abc import Callable, Collection, Generator, Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from itertools import islice
from typing import Any, Final

from syndicator.configuration.settings import Publish, Settings
from syndicator.core import axes as core_axes
from syndicator.core.axes import ALL, AXES
from syndicator.core.formats import PAGE
from syndicator.core.model import FeedKey, FeedSpec, Problem, Source
from syndicator.core.ports import FeedRow, Outlet
from syndicator.publishing import paths
from syndicator.publishing.look import Look
from syndicator.publishing.render.head import Links, links

# Keys of files that are of no feed.
ARTICLES: Final = FeedKey("", "articles")  # by the day of the articles that have a page of their own
STORIES: Final = FeedKey("", "stories")  # by story
SEARCH: Final = FeedKey("", "search")  # by the name of a period
LISTS: Final = FeedKey("", "lists")  # by the part of a long list of feeds

# To be raised when documents are written differently, so that the first build after an upgrade writes all of them.
_FORM: Final = "3"

_DIGITS: Final = 32  # of a sha256 in hexadecimal: half of it is more than enough to tell editions apart
_OF_HEADS: Final = frozenset(("limit", "window_hours", "most", "most_older", "share", "query"))  # which articles show
_SHOWN: Final = ("url", "title", "content", "licence", "speaks_for")  # of a source, in the entries of its articles


def common(settings: Settings, instance: uuid.UUID) -> str:
    """The fingerprint of what all feeds are made with."""
    publish = settings.publish
    site = sorted(settings.site.model_dump(exclude_defaults=True).items())
    shown = (publish.thumbnails, publish.entry_html, publish.extensions, _linked(links(settings)))
    later = (publish.archives, publish.stories)  # no instance of before has these
    new = [value for value in later if isinstance(value, str) and value != "off"]
    return _digest(_FORM, site, settings.base_url, publish.hubs, *shown, *new, instance)


def of_pages(settings: Settings, look: Look | None = None) -> str:
    """The fingerprint of what only pages are made with: templates and stylesheets, ours unless given, and whether there
    are archives to link."""
    return _digest((look or Look()).digest, settings.publish.archives)


def of_feed(spec: FeedSpec, shared: str, pages: str = "") -> str:
    """The fingerprint of the settings a feed is made with, `shared` being what `common` gave and `pages` what
    `of_pages` did: when it changes, the feed must be made again though no article did."""
    return _digest(_set(spec), shared, pages if PAGE in spec.formats else "")


def of_calendar(spec: FeedSpec, shared: str, pages: str) -> str:
    """The same for the pages of a feed's older stories."""
    return _digest(of_archive(spec, shared), pages)


def of_archive(spec: FeedSpec, shared: str) -> str:
    """The same for the feed's archive documents, to which it is all one which articles the head shows."""
    return _digest([(name, value) for name, value in _set(spec) if name not in _OF_HEADS], shared)


def of_source(source: Source) -> str:
    """The fingerprint of what shows of a source in the entries of its articles (`render.view`), or decides what its
    terms hold for."""
    return _digest(*(getattr(source, name) for name in _SHOWN))


def _set(spec: FeedSpec) -> list[tuple[str, Any]]:
    found = ((field.name, getattr(spec, field.name), field.default) for field in fields(spec))
    return sorted((name, value) for name, value, default in found if default is MISSING or value != default)


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode("utf-8", "replace")).hexdigest()[:_DIGITS]


def _linked(found: Links) -> tuple[object, ...]:
    """The kinds of pages that entries link; None for tags where any of them is linked."""
    return (found.categories, found.tags, found.unsaid, found.sources)


def is_file(name: str) -> bool:
    """False for a name with a #, which is of inputs of several files."""
    return "#" not in name


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildReport:
    """What a build did. `written`: names of files that changed or went, below the web root. `held`: feeds whose old
    files stayed, and why. `set_aside`: articles that could not be shown as they should. `left`: how many stale feeds it
    was not asked for; `shown`: how many entries each feed shows that it wrote, and how many articles it has."""

    written: tuple[str, ...] = ()
    unchanged: int = 0
    held: tuple[Problem, ...] = ()
    set_aside: tuple[Problem, ...] = ()
    ended: tuple[str, ...] = ()  # feeds, such as tags/ai, whose addresses answer 410 from now on
    hubs: tuple[Problem, ...] = ()  # hubs that could not be notified
    builds: int = 0
    left: int = 0
    shown: Mapping[FeedKey, tuple[int, int]] = field(default_factory=dict)
    seconds: float = 0.0  # of all of them, those in which others had their turn included


_LOOKED_AT: Final = 8  # feeds, to see whether what is published was replaced: a choice, some milliseconds

Steps = Generator[None, None, BuildReport]  # a build, step by step; what it returns in the end


def stale(
    specs: Sequence[FeedSpec],
    feeds: Sequence[FeedRow],
    settings: Settings | None = None,
    instance: uuid.UUID | None = None,
    look: Look | None = None,
    *,
    owed: bool = True,
) -> set[FeedKey]:
    """The feeds that need a build: marked stale, or never built yet, or, where settings and instance are given, built
    with other settings than these or with another `look` of pages. `feeds`: all rows; `owed`: those of whose pages some
    were left to a later build, too."""
    rows = {row.key: row for row in feeds}
    shared, pages = (common(settings, instance), of_pages(settings, look)) if settings and instance else ("", "")

    def is_stale(row: FeedRow | None, spec: FeedSpec) -> bool:
        if row is None or row.stale or row.dropped or not row.built or (owed and row.owed):
            return True
        return bool(shared) and row.made_with != of_feed(spec, shared, pages)

    return {spec.key for spec in specs if is_stale(rows.get(spec.key), spec)}


def replaced(newest: Iterable[FeedRow], files: Callable[[FeedKey], Mapping[str, str]], outlet: Outlet) -> bool:
    """True when what is published is not what was written last, as where the folder of an earlier day was restored.
    `newest`: the feeds of the newest articles, which changed last and differ first, of which a few are looked at;
    `files`: of a feed, as of `ArticleIndex`."""
    fresh = (row.key for row in newest if row.made_with and not (row.stale or row.moved_to))
    return any(_differs(files(key), outlet) for key in islice(fresh, _LOOKED_AT))


def _differs(files: Mapping[str, str], outlet: Outlet) -> bool:
    names = [name for name in files if is_file(name) and not name.startswith(paths.ARCHIVES)]
    return any(hashlib.sha256(outlet.get(name) or b"").hexdigest() != files[name] for name in names[:1])


def unpublished(specs: Sequence[FeedSpec], rows: Iterable[FeedRow], publish: Publish) -> list[FeedRow]:
    """The stale feeds of which nothing is published: no build is to make them fresh."""
    wanted = {ALL, *(spec.key for spec in specs)}
    stale = (row for row in rows if row.stale and row.key not in wanted)
    return [row for row in stale if not ended(row, wanted, publish) and not old_archives(row)]


def ended(row: FeedRow, wanted: Collection[FeedKey], publish: Publish) -> bool:
    """True for a feed that ended, because the configuration names it or its axis no more or the operator gave it up,
    and that still stands where it stood."""
    if row.key in wanted or row.moved_to is not None:
        return False
    given_up = AXES[row.key.axis].configured and not row.dropped and is_on(row.key.axis, publish)
    return given_up or bool(row.made_with)


def off(row: FeedRow, publish: Publish) -> bool:
    """True for a feed that was published once and whose axis is not published now. It comes back with its axis, with
    the id that it had."""
    return row.built and not is_on(row.key.axis, publish)


def is_on(axis: str, publish: Publish) -> bool:
    """True for an axis whose feeds are published."""
    return AXES[axis].word in publish.axes and (axis != core_axes.STORIES.axis or publish.stories != "off")


def old_archives(row: FeedRow) -> bool:
    """True for a feed that moved and whose archive documents are still there."""
    return bool(row.moved_to and row.made_with)


LONG: Final = 50  # entries: a feed with more waits longer. What readers are used to, and `publish.limit` by default
FEW: Final = 6  # long feeds, whose cost nobody notices. A choice, with which a busy day costs half (tests/bench/day.py)
HOUR: Final = 3600.0  # seconds: how often most readers ask
MANY: Final = 25  # articles that wait: half of a head feed, so that no reader misses what is pushed out. A choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What is not built yet. `articles`: those filed since the last build; `since`: when the first thing that waits was
    seen, in seconds of a steady clock, None where nothing waits; `urgent`: what is not to wait is there."""

    articles: int = 0
    since: float | None = None
    urgent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """The last build of a feed. `at`: seconds of a steady clock; `entries`: how many it showed; `articles`: how many
    were in the feed."""

    at: float
    entries: int
    articles: int


def crowd(built: Iterable[Built]) -> float:
    """By how much each long feed rests longer because there are many: so that all of them cost what a few would."""
    return max(1.0, sum(one.entries > LONG for one in built) / FEW)


def is_rested(built: Built | None, settle: float, now: float, articles: Callable[[], int], crowd: float = 1.0) -> bool:
    """True when a stale feed may be written again. A long one (of 200 entries) costs what several short ones do, and is
    one in which much comes: it is written once in `settle` seconds for each 50 entries, times the `crowd` and once an
    hour at least, and sooner only where half of what it shows may be pushed out, with `articles` in it by now. Short
    ones are written with every build."""
    if built is None or built.entries <= LONG:
        return True
    rest = settle * built.entries / LONG
    rest = min(rest * crowd, max(rest, HOUR))
    return now - built.at >= rest or 2 * (articles() - built.articles) >= built.entries


def is_due(waiting: Waiting, settle: float, now: float) -> bool:
    """True when what waits is to be built: it is urgent, or many, or the oldest has waited `settle` seconds."""
    if waiting.since is None:
        return False
    return waiting.urgent or waiting.articles >= MANY or now - waiting.since >= settle
