"""Choose, name and configure the sources that `add` found; write them to sources.toml."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from syndicator import __version__
from syndicator.app.archive import Archive
from syndicator.app.beside.kept_feeds import Beside
from syndicator.app.clients import make_fetcher, make_worker
from syndicator.app.contexts import make_context
from syndicator.app.read_configuration import Configuration
from syndicator.configuration.sources import registry, source_cache
from syndicator.configuration.sources.opml import Skipped, SubscriptionList
from syndicator.configuration.sources.plain_values import compute_address_key, table
from syndicator.configuration.sources.schema import make_source
from syndicator.core import urls
from syndicator.core.errors import SyndicatorError, UsageError
from syndicator.core.model import ContentMode, Entry, Fetched, Source
from syndicator.core.ports import Fetcher
from syndicator.filing.context import RunContext
from syndicator.processes.worker import Worker

SHOWN = 5  # entries of a feed that are shown to the operator
MOST_ITEMS = 100  # of a page's list that are shown to the operator
# key and address of a source that is made only to check its other settings
_ANY_KEY = "unnamed-source"
_ANY_URL = "https://example.org/"
# how the list of a page was recognized (`Wrapper.by`), for people
_LEARNT = {"json-ld": "its JSON-LD", "h-feed": "its microformats", "blocks": "what repeats on it"}
CandidateKind = Literal["feed", "sitemap", "article", "list", "opml"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A source that the operator may add.

    `format`: the format of a feed, or how a list was recognized. `announced`: the number of its
    entries. `latest`: the time of the newest entry, None if unknown. `comments`: it is a feed of
    comments. `same_as`: the address of a better candidate with the same entries, "" without one.
    `known`: it is followed already, and `source` is the configured one. `warning`: a message for
    the operator. `entries`: the first entries. `other`: the address at which a feed was requested,
    before permanent redirects; "" for a page. `asked`: the address that the operator entered; only
    the best candidate has it. `answer`: the answer that was read, None without one."""

    source: Source
    kind: CandidateKind
    format: str = ""
    announced: int = 0
    latest: datetime | None = None
    comments: bool = False
    same_as: str = ""
    known: bool = False
    warning: str = ""
    entries: tuple[Entry, ...] = ()
    other: str = ""
    asked: str = ""
    answer: Fetched | None = None

    @property
    def what(self) -> str:
        """The kind of the source in words for people, such as "feed (atom10, 12 entries)"."""
        if self.kind == "article":
            return "single article"
        if self.kind == "opml":
            return "from a list"
        if self.kind == "list":
            recognized_by = _LEARNT.get(self.format, self.format)
            return f"page that lists articles ({self.announced} items, by {recognized_by})"
        noun = "entry" if self.announced == 1 else "entries"
        comments = ", comments" if self.comments else ""
        return f"feed ({self.format}, {self.announced} {noun}{comments})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The result of a search at one `address`: candidates, the best first, or an `error`.

    `whole`: the address is a list of subscriptions, all of which are added. `listed`: this list.
    `skipped`: its outlines that cannot be followed. `untried`: the number of feeds that a page
    names and that were not fetched, as there were too many. `page`: the answer, if a person may
    point to a list of articles on it, else None."""

    address: str
    candidates: tuple[Candidate, ...] = ()
    error: SyndicatorError | None = None
    whole: bool = False
    listed: SubscriptionList | None = None
    skipped: tuple[Skipped, ...] = ()
    untried: int = 0
    page: Fetched | None = None


def by_address(sources: Mapping[str, Source]) -> dict[str, Source]:
    """Return the `sources` by a key of their addresses, which is the same for all spellings of an
    address."""
    return {compute_address_key(source): source for source in sources.values()}


def recognize_followed(sources_by_address: Mapping[str, Source], candidate: Candidate) -> Candidate:
    """Return `candidate` with the configured source and marked as known, if this source follows its
    address already. Otherwise return it unchanged. `sources_by_address`: the configured sources,
    see `by_address`."""
    source = sources_by_address.get(compute_address_key(candidate.source))
    if source is None and candidate.asked:
        source_of_page = sources_by_address.get(urls.alias(candidate.asked))
        # a source that states no kind follows the best candidate of its page
        if source_of_page and source_of_page.kind == "auto":
            source = source_of_page
    if source is None:
        return candidate
    return replace(candidate, source=source, known=True)


def select_feeds(result: Found) -> tuple[Candidate, ...]:
    """Return the candidates of `result` that are added if the operator does not choose. Of a list
    of subscriptions, these are all. Of a page, these are its feeds, without feeds of comments and
    feeds that have the same entries as a better one. If no feed remains, it is the best
    candidate."""
    if result.whole:  # a list of subscriptions
        return result.candidates
    chosen = []
    for candidate in result.candidates:
        is_feed = candidate.kind not in ("article", "list")
        if is_feed and not candidate.comments and not candidate.same_as:
            chosen.append(candidate)
    return tuple(chosen) or result.candidates[:1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """The values that all searches of one command share. `jitter`: returns a random number in [0,
    1). `known`: the followed sources by a key of their address. `run`: has the fetcher and the
    worker. `allow`: lines for the private networks that new sources may use. `browser`: a browser
    draws their pages. `previewed`: the fetchers with the answers of the previews, by key of the
    source."""

    archive: Archive
    configuration: Configuration
    jitter: Callable[[], float]
    known: Mapping[str, Source]
    run: RunContext
    allow: tuple[str, ...] = ()
    browser: bool = False
    previewed: dict[str, Fetcher] = field(default_factory=dict)

    @property
    def fetcher(self) -> Fetcher:
        return self.run.fetcher

    @property
    def worker(self) -> Worker:
        return self.run.worker


@asynccontextmanager
async def open_session(
    archive: Archive,
    configuration: Configuration,
    jitter: Callable[[], float],
    allow: Sequence[str] = (),
    *,
    browser: bool = False,
) -> AsyncIterator[Session]:
    """Yield a session for the searches of one command, with a new fetcher and a new worker process.
    Both are closed at the end of the block.

    `jitter`: returns a random number in [0, 1). `allow`: lines that permit private networks to new
    sources, such as "10.0.0.0/8:80". `browser`: True if a browser draws the pages of new
    sources."""
    async with (
        aclosing(make_fetcher(archive, configuration.settings)) as fetcher,
        aclosing(make_worker(configuration.settings)) as worker,
    ):
        run = make_context(archive, configuration, jitter, fetcher, worker, lambda title: None)
        yield Session(
            archive=archive,
            configuration=configuration,
            jitter=jitter,
            known=by_address(configuration.sources),
            run=run,
            allow=tuple(allow),
            browser=browser,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """The operator's settings for new sources. A value of None or () leaves the setting as it
    is."""

    key: str | None = None
    title: str | None = None
    category: str | None = None
    tags: tuple[str, ...] = ()
    every: str | None = None
    content: ContentMode | None = None
    licence: str | None = None
    backfill: int | None = None
    allow: tuple[str, ...] = ()
    browser: bool = False
    select: tuple[str, ...] = ()


def assign_keys(
    beside: Beside, sources: Mapping[str, Source], chosen: Sequence[Candidate], wishes: Wishes
) -> list[Candidate]:
    """Return the `chosen` candidates, each address once. Each new source gets a free key and the
    settings in `wishes`.

    `beside`: knows the keys of removed sources. Such a key is only given to a source with the same
    address. `sources`: the followed sources, by key. Raises UsageError if a wish cannot be met."""
    by_alias: dict[str, Candidate] = {}
    for candidate in chosen:
        by_alias.setdefault(urls.alias(candidate.source.url), candidate)
    new_count = sum(not candidate.known for candidate in by_alias.values())
    names_one_source = bool(wishes.key or wishes.title)
    if names_one_source and new_count > 1:
        option = "--key" if wishes.key else "--title"
        raise UsageError(
            f"{option} names one source, and {new_count} would be added; add them one by one"
        )
    taken_keys = set(sources)
    former_keys = beside.find_former_keys(taken_keys)
    used_keys = beside.keys()
    for alias, candidate in by_alias.items():
        if candidate.known:
            continue
        source = candidate.source
        # the operator's key, the one that the source has had, or one made from its address
        key = wishes.key or _find_own_key(candidate, former_keys, taken_keys)
        if not key:
            key = registry.make_source_key(candidate.asked or source.url, taken_keys | used_keys)
        configured = _apply_wishes(sources, replace(source, key=key), wishes)
        by_alias[alias] = replace(candidate, source=configured)
        taken_keys.add(key)
    return list(by_alias.values())


def _find_own_key(
    candidate: Candidate, former_keys: Mapping[str, str], taken_keys: Collection[str]
) -> str:
    """Return the key that the candidate's own list of subscriptions states, or else the key that it
    had when it was followed earlier. Return "" if it has neither, or if another source has this key
    now.

    `former_keys`: the keys of removed sources, by the alias key of their addresses. `taken_keys`:
    the keys of the followed sources."""
    source = candidate.source
    if source.key and source.key not in taken_keys:
        return source.key
    for url in (source.url, candidate.other):
        key = former_keys.get(urls.alias(url), "") if url else ""
        if key and key not in taken_keys:
            return key
    return ""


def write_sources(
    configuration: Configuration, chosen: Sequence[Candidate], followed: Mapping[str, Source]
) -> list[Source]:
    """Append the sources of the `chosen` candidates that are not followed yet to sources.toml, all
    or none. Return these sources.

    `followed`: the sources in sources.toml when it was read. It is only read again if it has
    changed since. Raises the exceptions of `registry.add_sources`."""
    new = [candidate.source for candidate in chosen if not candidate.known]
    path = configuration.folder / "sources.toml"

    def get_unchanged_sources() -> Mapping[str, Source] | None:
        """Return the sources that were read earlier; None if sources.toml has changed since.
        `registry.add_sources` calls this when it has locked the file."""
        stamp = source_cache.compute_stamp(path, __version__)
        return followed if stamp == configuration.sources_stamp else None

    registry.add_sources(path, new, get_unchanged_sources)
    return new


def check_wishes(sources: Mapping[str, Source], wishes: Wishes) -> None:
    """Raise UsageError if a wish cannot be met by any new source. Call this before the address of a
    source is requested."""
    _apply_wishes(sources, Source(key=wishes.key or _ANY_KEY, url=_ANY_URL), wishes)


def _apply_wishes(sources: Mapping[str, Source], source: Source, wishes: Wishes) -> Source:
    """Return `source`, which has its key already, with the settings in `wishes`. Raises UsageError
    if a value is invalid, or if another source in `sources` has the key."""
    values: dict[str, Any] = {}
    for name in ("title", "category", "every", "content", "licence", "backfill", "allow"):
        value = getattr(wishes, name)
        if value not in (None, ()):  # the operator has set it
            values[name] = value
    values["browser"] = source.browser or wishes.browser
    values["tags"] = tuple(dict.fromkeys((*source.tags, *wishes.tags)))
    if wishes.select:
        values["rules"] = replace(source.rules, select=wishes.select)
    new = make_source(table(replace(source, **values)))
    if new.key in sources:
        raise UsageError(
            f"there is a source {new.key!r} already ({sources[new.key].url}); give another --key"
        )
    return new
