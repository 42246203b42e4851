"""Make an instance's network clients, its language model client and its workers."""

import asyncio
from collections.abc import (
    AsyncIterator,
    Callable,
    Mapping,
)
from contextlib import (
    asynccontextmanager,
    closing,
)
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from syndicator import __version__
from syndicator.app.archive import Archive
from syndicator.app.read_configuration import Configuration
from syndicator.configuration.settings import Llm, Settings
from syndicator.core.errors import ConfigError, find_reported_error
from syndicator.core.ports import Fetcher, HostTurns
from syndicator.core.urls import explain_private
from syndicator.processes.worker import Worker
from syndicator.store.fleet.hosts import HostWaits
from syndicator.visiting.fetch.responses import LONGEST_RETRY
from syndicator.visiting.politeness.throttle import Backoff, Throttle

if TYPE_CHECKING:
    from syndicator.describing.llm.client import Endpoint

# A lease lasts longer than the longest request, by this factor and so many seconds. A choice.
_LEASE_FACTOR = 1.5
_LEASE_MORE = 5.0


def make_user_agent(settings: Settings) -> str:
    """Return the user agent, the name that requests tell a server: the configured one, or else the
    program and its version, with an address to contact the operator."""
    if settings.fetch.user_agent:
        return settings.fetch.user_agent
    contact = settings.site.contact
    # the address of a site with a secret path must not become known
    if not contact and not settings.publish.secret_path:
        contact = settings.site.url
    name = f"Syndicator/{__version__}"
    return f"{name} (+{contact})" if contact else name


def make_fetcher(archive: Archive, settings: Settings, turns: HostTurns | None = None) -> Fetcher:
    """Return the client that fetches feeds and pages. It obeys robots.txt, pauses between requests
    to a host, and refuses private addresses. Pages of sources with `browser = true` are drawn by a
    browser. `turns`: decides when a host may be asked; None if only the database decides."""
    from syndicator.visiting.drawing.fetcher import DrawingFetcher
    from syndicator.visiting.fetch.client import HttpFetcher
    from syndicator.visiting.politeness.fetcher import PoliteFetcher
    from syndicator.visiting.politeness.page_turns import PageTurns
    from syndicator.visiting.politeness.robots import Robots

    user_agent = make_user_agent(settings)
    notes = archive.store.visits
    client = HttpFetcher(
        settings.fetch,
        user_agent=user_agent,
        clock=archive.clock,
        offsets=archive.clock_offsets,
        cookies=archive.cookie_files,
    )

    def store_note_at_once(key: str, value: str | None, now: datetime) -> None:
        notes.set_note(key, value, now)
        notes.commit()  # counts even if this process is killed: the host asked to be left alone

    # several machines share their turns and waits in a table of the database
    hosts = None if archive.store.single else archive.store.hosts(lease_seconds(settings))
    backoff: HostWaits | Backoff
    if hosts:
        backoff = HostWaits(hosts, archive.clock, LONGEST_RETRY)
    else:
        backoff = Backoff(notes.note, store_note_at_once, archive.clock)
    throttle = Throttle(
        settings.fetch.pause,
        asyncio.sleep,
        archive.clock,
        backoff=backoff,
        turns=turns or hosts,
    )

    def make_polite(page_turns: PageTurns | None = None) -> PoliteFetcher:
        """Return a fetcher. `page_turns`: those of a page that a browser draws, if it is one."""
        take_turn = page_turns.turn if page_turns else None
        robots_fetcher = PoliteFetcher(client, throttle, backoff=backoff, take_turn=take_turn)
        robots = Robots(
            robots_fetcher,
            notes.note,
            notes.set_note,
            user_agent=user_agent,
            clock=archive.clock,
            prune=notes.prune_notes,
        )
        return PoliteFetcher(client, throttle, robots, backoff, take_turn)

    @asynccontextmanager
    async def open_page() -> AsyncIterator[Fetcher]:
        """Yield the fetcher for a page that the browser draws. Called for each such page."""
        async with PageTurns(throttle) as page_turns:
            yield make_polite(page_turns)

    return DrawingFetcher(make_polite(), open_page, user_agent=user_agent)


class SharedClient:
    """A network client that is made when it is first needed. Jobs that run at the same time share
    it, because it has the queues of requests to each host."""

    def __init__(self, archive: Archive, settings: Settings) -> None:
        self._archive = archive
        self._settings = settings
        self._fetcher: Fetcher | None = None

    def open(self) -> Fetcher:
        """Return the client. The first call makes it."""
        if self._fetcher is None:
            self._fetcher = make_fetcher(self._archive, self._settings)
        return self._fetcher

    async def aclose(self) -> None:
        if self._fetcher is not None:
            await self._fetcher.aclose()


def lease_seconds(settings: Settings) -> float:
    """Return after how many seconds a lease on a host ends if nobody renews it. No request takes so
    long."""
    return _LEASE_FACTOR * settings.fetch.seconds + _LEASE_MORE


def make_enricher(clock: Callable[[], datetime], configuration: Configuration) -> "Endpoint":
    """Return the client that asks the language model to describe articles. Raises ConfigError if
    the key of the model is not set."""
    from syndicator.describing.llm.client import Endpoint
    from syndicator.visiting.fetch.ssrf import list_allow_lines

    llm = configuration.settings.describe.llm
    key = read_llm_key(configuration.folder, llm, configuration.environ)
    fetcher = make_direct_client(clock, configuration.settings, llm.url)
    return Endpoint(llm, fetcher, key=key, allow=list_allow_lines(llm.url))


def make_direct_client(clock: Callable[[], datetime], settings: Settings, url: str) -> Fetcher:
    """Return a client that makes no pauses and does not read robots.txt, for requests to `url`, an
    address that the operator chose."""
    from syndicator.visiting.fetch.client import HttpFetcher

    fetch_settings = settings.fetch
    if explain_private(url):  # a proxy elsewhere cannot reach this machine or its network
        fetch_settings = fetch_settings.model_copy(update={"proxy": ""})
    return HttpFetcher(fetch_settings, user_agent=make_user_agent(settings), clock=clock)


def read_llm_key(config: Path, llm: Llm, environ: Mapping[str, str]) -> str:
    """Return the secret key of the language model, from the environment variable that `llm` names;
    "" if the model needs no key. `config`: folder of the configuration. Raises ConfigError if the
    variable is not set, or if its value cannot be a key."""
    if not llm.key_env:
        return ""
    where = (
        f"{config}/syndicator.toml: describe.llm.key_env: the environment variable {llm.key_env}"
    )
    key = environ.get(llm.key_env, "").strip()
    if not key:
        raise ConfigError(
            f'{where} is not set; set it to the key, or key_env to "" if the endpoint needs none'
        )
    is_printable = key.isascii() and key.isprintable()
    if not is_printable or " " in key:
        raise ConfigError(
            f"{where} has spaces or unprintable characters, which no key has; copy the key again"
        )
    return key


def make_worker(settings: Settings) -> Worker:
    """Return the worker processes that read feeds and pages."""
    # the module that reads pages is loaded on demand: a run without pages saves 0.3 s
    preload = ("syndicator.visiting.feeds.parser",)
    return Worker(count=settings.fetch.workers, preload=preload)


def open_worker(count: int = 1) -> closing[Worker]:
    """Return a context with `count` worker processes, which end at the end of the context."""
    return closing(Worker(count=count))


@asynccontextmanager
async def task_group() -> AsyncIterator[asyncio.TaskGroup]:
    """Yield a TaskGroup. If its tasks fail, raise the error of one task instead of a group of
    errors, so that callers can catch it by its type."""
    try:
        async with asyncio.TaskGroup() as group:
            yield group
    except BaseExceptionGroup as errors:
        raise find_reported_error(errors) from errors
