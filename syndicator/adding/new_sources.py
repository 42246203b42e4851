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
from syndicator.configuration.sources.plain_values import address_key, table
from syndicator.configuration.sources.schema import make_source
from syndicator.core import urls
from syndicator.core.errors import SyndicatorError, UsageError
from syndicator.core.model import ContentMode, Entry, Fetched, Source
from syndicator.core.ports import Fetcher
from syndicator.filing.context import RunContext
from syndicator.processes.worker import Worker

SHOWN = 5  # entries of a feed that are shown to the operator
MOST_ITEMS = 100  # of a page's list that are shown to the operator
# how the list of a page was recognized (`Wrapper.by`), for people
# of a source that is only checked
_ANY_KEY = "unnamed-source"
_ANY_URL = "https://example.org/"
_LEARNT = {"json-ld": "its JSON-LD", "h-feed": "its microformats", "blocks": "what repeats on it"}
CandidateKind = Literal["feed", "sitemap", "article", "list", "opml"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A source that the operator may add.

    `format`: of the feed, or how a list was recognized; `announced`: number of entries; `latest`:
    time of the newest entry; `comments`: it is a feed of comments; `same_as`: address of a better
    candidate with the same entries, "" without one; `known`: it is followed already, by `source`;
    `warning`: for the operator; `entries`: the first ones; `other`: the address that redirects to
    the feed permanently, "" without one; `asked`: of the best candidate, the address that the
    operator entered."""

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
        """The kind of the source for people, such as "feed (atom10, 12 entries)"."""
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
    """The result of a search at one `address`: candidates, the best first, or an error.

    `whole`: the address is a list of subscriptions (`listed`), whose candidates are all added;
    `skipped`: its outlines that cannot be followed; `untried`: number of feeds that the page names
    and that were not fetched; `page`: the answer, if a person may point to a list on it."""

    address: str
    candidates: tuple[Candidate, ...] = ()
    error: SyndicatorError | None = None
    whole: bool = False
    listed: SubscriptionList | None = None
    skipped: tuple[Skipped, ...] = ()
    untried: int = 0
    page: Fetched | None = None


def by_address(sources: Mapping[str, Source]) -> dict[str, Source]:
    """Return the sources by a key of their address. All spellings of an address give the same
    key."""
    return {address_key(source): source for source in sources.values()}


def recognize_followed(sources_by_address: Mapping[str, Source], candidate: Candidate) -> Candidate:
    """Return `candidate` with the configured source that follows it already; unchanged if there is
    none."""
    source = sources_by_address.get(address_key(candidate.source))
    if source is None and candidate.asked:
        source_of_page = sources_by_address.get(urls.alias(candidate.asked))
        # a source that states no kind follows the best candidate of its page
        if source_of_page and source_of_page.kind == "auto":
            source = source_of_page
    if source is None:
        return candidate
    return replace(candidate, source=source, known=True)


def select_feeds(result: Found) -> tuple[Candidate, ...]:
    """Return the candidates that are added if the operator does not choose: all feeds, without
    comments and repeats; if there is no feed, only the best candidate; of a list of subscriptions,
    all."""
    if result.whole:
        return result.candidates
    chosen = []
    for candidate in result.candidates:
        is_feed = candidate.kind not in ("article", "list")
        if is_feed and not candidate.comments and not candidate.same_as:
            chosen.append(candidate)
    return tuple(chosen) or result.candidates[:1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What all searches of one command share. `jitter` returns a random number in [0, 1); `known`:
    followed sources by the key of their address; `run`: with the fetcher and the worker; `allow`:
    lines for private networks that may be used; `browser`: pages are drawn by a browser;
    `previewed`: by key of a previewed source, the fetcher with the answers."""

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
    """Yield a session for the searches of one command, with a new fetcher and a new worker, which
    are closed at the end of the block.

    `jitter` returns a random number in [0, 1); `allow`: private networks that new sources may use,
    such as "10.0.0.0/8:80"; `browser`: their pages are drawn by a browser."""
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
    """The operator's settings for new sources. None and () mean that a setting is not set."""

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
    """Return the `chosen` candidates, each address once. Those that are not followed yet get a free
    key and the settings in `wishes`.

    `beside`: has the keys of removed sources, which only the same address gets again; `sources`:
    the followed ones. Raises UsageError for a bad wish."""
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
        key = wishes.key or _find_free_key(candidate, former_keys, taken_keys)
        if not key:
            key = registry.key_for(candidate.asked or source.url, taken_keys | used_keys)
        configured = _apply_wishes(sources, replace(source, key=key), wishes)
        by_alias[alias] = replace(candidate, source=configured)
        taken_keys.add(key)
    return list(by_alias.values())


def _find_free_key(
    candidate: Candidate, former_keys: Mapping[str, str], taken_keys: Collection[str]
) -> str:
    """Return a key for the candidate: the one that its source states, else the one that the source
    had when it was followed before; "" if it has none or another source has it now. `former_keys`:
    by alias key of the address."""
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
    """Append the sources of those `chosen` candidates that are not followed yet to sources.toml,
    all or none, and return these sources.

    `followed`: the sources as they were read before, which save reading the file again if it has
    not changed since. Raises what `registry.add_sources` does."""
    new = [candidate.source for candidate in chosen if not candidate.known]
    path = configuration.folder / "sources.toml"

    def get_unchanged_sources() -> Mapping[str, Source] | None:
        """Return the sources in memory, None if sources.toml has changed since it was read."""
        stamp = source_cache.stamp(path, __version__)
        return followed if stamp == configuration.sources_stamp else None

    registry.add_sources(path, new, get_unchanged_sources)
    return new


def check_wishes(sources: Mapping[str, Source], wishes: Wishes) -> None:
    """Raise UsageError for a setting that no new source can have, before its address is asked."""
    _apply_wishes(sources, Source(key=wishes.key or _ANY_KEY, url=_ANY_URL), wishes)


def _apply_wishes(sources: Mapping[str, Source], source: Source, wishes: Wishes) -> Source:
    """Return `source`, which has its key, with the operator's settings. Raises UsageError for a bad
    value, and if the key is in `sources` already."""
    values: dict[str, Any] = {}
    for name in ("title", "category", "every", "content", "licence", "backfill", "allow"):
        value = getattr(wishes, name)
        if value not in (None, ()):
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
