"""Build the objects that commands work with, from settings."""

import asyncio
import os
import random
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import (
    AbstractContextManager,
    ExitStack,
    asynccontextmanager,
    closing,
    contextmanager,
    suppress,
)
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from syndicator import __version__
from syndicator.articles import disk
from syndicator.articles.article_store import open_articles
from syndicator.articles.beside import feeds_toml
from syndicator.articles.beside.feeds_toml import KeptAway
from syndicator.articles.beside.lists import FOLLOWED, RightsFile
from syndicator.configuration.settings import Llm, Settings, dropped_settings, load
from syndicator.configuration.sources import remembered
from syndicator.core.errors import ConfigError, Fault, LockedError, MissingError, first_of
from syndicator.core.model import Article, Outcome, Source
from syndicator.core.ports import Enricher, Fetcher, HostTurns
from syndicator.core.ports.articles import ArticleStore, Snapshots
from syndicator.core.ports.subscriptions import Hubs
from syndicator.core.program import logger
from syndicator.core.urls import private
from syndicator.describing.taxonomy.vocabulary import TaxonomyFiles
from syndicator.describing.taxonomy.vocabulary import load as load_vocabulary
from syndicator.pipeline.context import FilingContext, RunContext
from syndicator.pipeline.ownership import Owners, Rights, rights_in, terms
from syndicator.pipeline.refile import sequence
from syndicator.processes.worker import Worker
from syndicator.publishing.kept import KeptEntries
from syndicator.publishing.queries import SavedQuery, load_queries, valid_entries
from syndicator.services.beside import Beside, open_rights
from syndicator.services.places import Place, begun, indexed, keep_settings, kept_pages
from syndicator.store.database import Database
from syndicator.store.engine import Store, is_gone, open_store
from syndicator.store.fleet.followed import Fleet
from syndicator.store.fleet.hosts import HostWaits

_POLL_SECONDS = 0.2  # between two tries to get the lock
_LEASE_FACTOR, _LEASE_MORE = 1.5, 5.0  # of the longest request, and seconds more: a choice
_INSTANCE = "instance"  # the note with this instance's uuid
# fields of an App as in its configuration
_AS_READ = ("queries", "sources_stamp", "sources_before", "faults")


def utc_now() -> datetime:
    """Return the time in whole seconds: files store no fractions."""
    return datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The objects of an opened instance. Time, randomness and environment come from its fields
    alone."""

    config: Path
    settings: Settings
    sources: Mapping[str, Source]
    queries: tuple[SavedQuery, ...]
    store: Store
    article_store: ArticleStore
    beside: Beside
    rights_file: RightsFile
    snapshots: Snapshots
    kept_away: KeptAway
    taxonomy: TaxonomyFiles
    clock: Callable[[], datetime]
    jitter: Callable[[], float]
    environ: Mapping[str, str]
    sources_stamp: str = ""  # differs after every edit of the sources; "" if not known
    # the stamp before an edit that only added sources, and how many
    sources_before: tuple[str, int] = ("", 0)
    faults: tuple[Fault, ...] = ()  # of the configuration
    is_reconciled: bool = False  # with the article files: the caller did it before several changes
    entries: KeptEntries = field(default_factory=KeptEntries)  # for its builds
    # by host: `clock` minus the host's clock
    clock_offsets: dict[str, timedelta] = field(default_factory=dict)

    def rights_of(self, source: Source) -> Rights:
        return rights_in(self.rights_file, source)

    def terms(self, article: Article) -> Source | None:
        """Return the source of `article` with its terms for it; None for a removed source."""
        source = self.sources.get(article.source_key)
        private = bool(self.settings.publish.secret_path)
        return (
            terms(source, self.rights_of(source), article.url, private=private) if source else None
        )

    @property
    def instance(self) -> uuid.UUID:
        return self.article_store.instance()

    def place(self, fault: str = "") -> Place:
        names = ("config", "sources", "settings", "store", "article_store", "environ")
        return Place(now=self.clock(), fault=fault, **{name: getattr(self, name) for name in names})


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Callbacks that show the progress of a run."""

    started: Callable[[int], None] = lambda sources: None
    visited: Callable[[Outcome], None] = lambda outcome: None
    filed: Callable[[str], None] = lambda title: None
    # receives how many more pages will be read, and how many more were
    pages: Callable[[int, int], None] = lambda more, read: None
    turn: Callable[[], object] = lambda: None  # between two steps of a build


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """The configuration files, read and checked; the taxonomy is read by the worker."""

    settings: Settings
    sources: tuple[Source, ...]
    queries: tuple[SavedQuery, ...]
    sources_stamp: str = ""  # differs after every edit of the sources
    sources_before: tuple[str, int] = ("", 0)  # as in `App`
    dropped: tuple[Fault, ...] = ()  # settings of earlier versions that are still set
    # of all files; the last valid content counts in place of faulty tables
    faults: tuple[Fault, ...] = ()
    source_faults: tuple[Fault, ...] = ()  # those of the sources
    taxonomy: Path | None = None  # the file that counts; None: taxonomy.toml


def fault_of(faults: Sequence[Fault]) -> str:
    return str(ConfigError.of(faults)) if faults else ""


def configuration(
    config: Path,
    environ: Mapping[str, str] = os.environ,
    *,
    before: Configuration | None = None,
    remember: bool = False,
) -> Configuration:
    """Read the configuration folder. Unchanged sources come from `before` or the cache, which
    `remember` updates. Other faulty tables are in `faults`. Raises ConfigError for faults in
    syndicator.toml."""
    need_folder(config)
    settings = load(config, environ)
    cached = (
        remembered.Read(before.sources, before.sources_stamp, faults=before.source_faults)
        if before
        else None
    )
    cache = settings.state_dir / "sources.cache"
    read = remembered.read(
        config / "sources.toml", cache, __version__, before=cached, remember=remember
    )
    queries, wrong = valid_queries(config, settings, remember=remember)
    taxonomy, untaken = _last_valid(
        config / "taxonomy.toml", settings, load_vocabulary, remember=remember
    )
    return Configuration(
        settings=settings,
        sources=read.sources,
        queries=queries,
        sources_stamp=read.stamp,
        sources_before=(read.base, read.added),
        dropped=dropped_settings(config, environ),
        source_faults=read.faults,
        faults=(*read.faults, *wrong, *untaken),
        taxonomy=taxonomy if taxonomy.exists() else None,
    )


def valid_queries(
    config: Path, settings: Settings, *, remember: bool = False
) -> tuple[tuple[SavedQuery, ...], tuple[Fault, ...]]:
    """Return the entries of feeds.toml, faulty ones in their last valid version, and the faults."""
    path = config / "feeds.toml"
    last, faults = _last_valid(path, settings, load_queries, remember=remember)
    queries = (*load_queries(last), *(valid_entries(path) if faults else ()))
    return tuple({query.key: query for query in queries}.values()), faults


def _last_valid(
    path: Path, settings: Settings, read: Callable[[Path], object], *, remember: bool
) -> tuple[Path, tuple[Fault, ...]]:
    """Return `path`, or if it has faults the copy of its last valid version, and the faults."""
    copy = settings.state_dir / "valid" / path.name
    if not path.exists():
        return path, ()
    with suppress(OSError):  # `read` says why
        if path.is_file() and copy.read_bytes() == path.read_bytes():
            return path, ()
    try:
        read(path)
    except ConfigError as error:
        if not error.faults:  # it cannot be read at all
            raise
        return copy, error.faults
    if remember:
        with suppress(OSError):  # an earlier copy stays
            disk.write(copy, path.read_bytes())
    return path, ()


@contextmanager
def open_app(
    config: Path,
    *,
    clock: Callable[[], datetime] = utc_now,
    jitter: Callable[[], float] = random.random,
    environ: Mapping[str, str] = os.environ,
    create: bool = False,
    remake: Callable[[App], object] | None = None,
    read: Configuration | None = None,
    entries: KeptEntries | None = None,
    held: Callable[[], object] = lambda: None,
) -> Iterator[App]:
    """Open the app of a configuration folder. `create`: allow a new database although articles
    exist; `remake`: called if the database was lost; `held`: check from `locked`. Raises
    ConfigError, StoreError, MissingError."""
    if read is None:
        read = configuration(config, environ, remember=True)
        for fault in read.faults:
            logger("configuration").warning(f"{fault}; what was valid before counts")
    settings = read.settings
    article_store = open_articles(settings.articles_at, environ)
    has_begun = begun(article_store, settings, environ)
    settings.state_dir.mkdir(parents=True, exist_ok=True)
    gone = remake is not None and has_begun and is_gone(settings.store_url)
    store = open_store(settings.store_url, articles_exist=has_begun, create=create or gone)
    store.guard(held)
    try:
        article_store = indexed(article_store, store, clock)
        _need_article_store(article_store, store)
        names = {
            "feeds": feeds_toml.FEEDS,
            "sources": feeds_toml.SOURCES,
            "followed": FOLLOWED.name,
        }
        files = {name: article_store.file(file) for name, file in names.items()}
        beside = Beside(**files, store=store, publish=settings.publish, clock=clock)
        beside.begin()
        _keep_instance(article_store, store, clock(), begun=has_begun)
        app = App(
            **{name: getattr(read, name) for name in _AS_READ},
            settings=keep_settings(settings, article_store, begun=has_begun),
            config=config,
            sources={source.key: source for source in read.sources},
            store=store,
            article_store=article_store,
            beside=beside,
            rights_file=open_rights(read.sources, article_store, store),
            snapshots=kept_pages(settings, environ),
            kept_away=KeptAway(settings.state_dir / "withdrawn"),
            taxonomy=taxonomy_files(config, settings, read.taxonomy),
            clock=clock,
            jitter=jitter,
            environ=environ,
            entries=entries or KeptEntries(),
        )
        if remake is not None and gone:
            remake(app)
        yield app
    finally:
        store.close()


def _keep_instance(
    article_store: ArticleStore, store: Store, now: datetime, *, begun: bool
) -> None:
    """Create the instance's uuid, or check it if `begun`. Raises ConfigError."""
    noted = store.visits.note(_INSTANCE)
    if begun and not article_store.minted():
        line = f'id = "{noted or "<uuid of a backup>"}"'
        line += "" if noted else " (a new one shows every entry to all once more)"
        lost = f"{article_store.name}/instance.toml is lost, from which all published ids are made"
        raise ConfigError(f"{lost}; restore it, or write this line into it: {line}")
    instance = str(article_store.instance())
    if instance != noted:
        store.visits.set_note(_INSTANCE, instance, now)


def _need_article_store(article_store: ArticleStore, store: Store) -> None:
    """Raise MissingError if all article files are gone: they would be published under new ids."""
    gone = not article_store.minted() and next(article_store.walk(), None) is None
    if gone and (count := len(store.visits.stamps())):
        raise MissingError(
            f"{article_store.name} is not the folder it was: the database knows {count} articles"
            " and no file is there; mount it or restore it from a backup. To begin anew, move"
            f" {store.name} away"
        )


def need_folder(config: Path) -> None:
    if not (config / "sources.toml").exists():
        raise ConfigError(
            f"{config}/sources.toml does not exist; `syndicator init` makes one, --config names"
            " another"
        )


def taxonomy_files(config: Path, settings: Settings, valid: Path | None = None) -> TaxonomyFiles:
    """Return the files of the taxonomy and of learnt tags. `valid`: in place of taxonomy.toml."""
    return TaxonomyFiles.of(valid or config / "taxonomy.toml", settings.state_dir / "learnt.npz")


@contextmanager
def locked(
    settings: Settings, *, wait: bool = False, give_up: Callable[[], bool] = lambda: False
) -> Iterator[Callable[[], object]]:
    """Hold the lock of runs. Yields a check that raises StoreAway if it is lost. Raises
    LockedError; with `wait`, waits until `give_up` returns True, then raises SystemExit(0)."""
    with ExitStack() as held:
        hold: Callable[[str], AbstractContextManager[Callable[[], object]]] = partial(
            _hold_file, settings
        )
        if not settings.store_url.startswith("sqlite"):
            hold = Fleet(held.enter_context(closing(Database(settings.store_url, 10)))).hold
        while True:
            try:
                check = held.enter_context(hold("a run"))
                break
            except LockedError:
                if not wait:
                    raise
            if give_up():
                raise SystemExit(0)
            time.sleep(_POLL_SECONDS)
        yield check


@contextmanager
def _hold_file(settings: Settings, name: str) -> Iterator[Callable[[], object]]:
    from filelock import FileLock, Timeout

    settings.state_dir.mkdir(parents=True, exist_ok=True)
    lock = FileLock(settings.state_dir / "run.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise LockedError(f"another run holds {lock.lock_file}; --wait waits for it") from error
    try:
        yield lambda: None
    finally:
        lock.release()


def filing_context(app: App) -> FilingContext:
    return FilingContext(
        store=app.store.visits,
        article_store=app.article_store,
        clock=app.clock,
        added=sequence(app.clock, app.store.ahead.newest_added()),
        ranks={key: place for place, key in enumerate(app.sources)},
        owners=owners(app),
    )


def owners(app: App) -> Owners:
    """Return the sources with their rights to write articles."""

    def rights(source: Source) -> Rights:
        return rights_in(app.rights_file, source, app.clock().date())

    return Owners(app.sources, rights, app.rights_file.all_linked())


def make_context(
    app: App,
    fetcher: Fetcher,
    worker: Worker,
    filed: Callable[[str], None],
    *,
    asked: bool = False,
    hubs: Hubs | None = None,
    pages: Callable[[int, int], None] = lambda more, read: None,
) -> RunContext:
    """Return the context of visits. `filed` gets each title, `pages` the pages as `Watch` has it;
    `asked`: a person named the sources."""
    filing, names = filing_context(app), [each.name for each in fields(FilingContext)]
    shared = ("settings", "sources", "rights_file", "snapshots", "taxonomy", "jitter", "environ")
    return RunContext(
        **{name: getattr(filing, name) for name in names},
        **{name: getattr(app, name) for name in shared},
        fetcher=fetcher,
        worker=worker,
        progress=filed,
        count_pages=pages,
        asked=asked,
        hubs=hubs,
    )


@asynccontextmanager
async def task_group() -> AsyncIterator[asyncio.TaskGroup]:
    """Yield a TaskGroup that raises the error of a task instead of a group."""
    try:
        async with asyncio.TaskGroup() as group:
            yield group
    except BaseExceptionGroup as failed:
        raise first_of(failed) from failed


def open_worker(app: App, count: int = 1) -> closing[Worker]:
    return closing(Worker(count=count))


def user_agent(settings: Settings) -> str:
    contact = settings.site.contact or ("" if settings.publish.secret_path else settings.site.url)
    return settings.fetch.user_agent or f"Syndicator/{__version__}" + (
        f" (+{contact})" if contact else ""
    )


def make_fetcher(app: App, turns: HostTurns | None = None) -> Fetcher:
    """Return the network client: no private addresses, pauses, robots.txt first."""

    from syndicator.visiting.fetch.client import HttpFetcher
    from syndicator.visiting.fetch.decompress import LONGEST_RETRY
    from syndicator.visiting.politeness.fetcher import PoliteFetcher
    from syndicator.visiting.politeness.robots import Robots
    from syndicator.visiting.politeness.throttle import Backoff, Throttle

    settings, agent, notes = app.settings.fetch, user_agent(app.settings), app.store.visits
    client = HttpFetcher(settings, user_agent=agent, clock=app.clock, offsets=app.clock_offsets)

    def note_now(key: str, value: str | None, at: datetime) -> None:
        notes.set_note(key, value, at)
        notes.commit()  # a host that asked to be left alone is, whatever becomes of this process

    hosts = None if app.store.single else app.store.hosts(lease_seconds(app.settings))
    turns = turns or hosts
    backoff = (
        HostWaits(hosts, app.clock, LONGEST_RETRY)
        if hosts
        else Backoff(notes.note, note_now, app.clock)
    )
    throttle = Throttle(settings.pause, asyncio.sleep, app.clock, backoff=backoff, turns=turns)
    asking = PoliteFetcher(client, throttle, backoff=backoff)
    robots = Robots(
        asking,
        notes.note,
        notes.set_note,
        user_agent=agent,
        clock=app.clock,
        prune=notes.prune_notes,
    )
    return PoliteFetcher(client, throttle, robots, backoff)


class SharedClient:
    """The network client of `make_fetcher`, made when it is first needed, for all that goes on at
    the same time: it has the queue of each host."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._fetcher: Fetcher | None = None

    def open(self) -> Fetcher:
        self._fetcher = self._fetcher or make_fetcher(self._app)
        return self._fetcher

    async def aclose(self) -> None:
        if self._fetcher is not None:
            await self._fetcher.aclose()


def lease_seconds(settings: Settings) -> float:
    """Return the seconds after which an unrenewed lease on a host ends: longer than any request."""
    return _LEASE_FACTOR * settings.fetch.seconds + _LEASE_MORE


def make_enricher(app: App) -> Enricher:
    """Return the client of the language model. Raises ConfigError without a key."""
    from syndicator.describing.llm.client import Endpoint
    from syndicator.visiting.fetch.ssrf import endpoint

    llm = app.settings.describe.llm
    key = llm_key(app.config, llm, app.environ)
    return Endpoint(llm, direct_client(app, llm.url), key=key, allow=endpoint(llm.url))


def direct_client(app: App, url: str) -> Fetcher:
    """Return a network client without pauses and robots.txt."""
    from syndicator.visiting.fetch.client import HttpFetcher

    # a proxy elsewhere cannot reach this machine or its network
    fetch = (
        app.settings.fetch.model_copy(update={"proxy": ""}) if private(url) else app.settings.fetch
    )
    return HttpFetcher(fetch, user_agent=user_agent(app.settings), clock=app.clock)


def llm_key(config: Path, llm: Llm, environ: Mapping[str, str]) -> str:
    """Return the key of the language model, "" if none is configured. Raises ConfigError."""
    if not llm.key_env:
        return ""
    where = (
        f"{config}/syndicator.toml: describe.llm.key_env: the environment variable {llm.key_env}"
    )
    if not (key := environ.get(llm.key_env, "").strip()):
        raise ConfigError(
            f'{where} is not set; set it to the key, or key_env to "" if the endpoint needs none'
        )
    if not key.isascii() or not key.isprintable() or " " in key:
        raise ConfigError(
            f"{where} has spaces or unprintable characters, which no key has; copy the key again"
        )
    return key
