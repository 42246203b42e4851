"""Read the data of the console's pages, and keep the last health until it is stale."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from syndicator.app.clock import utc_now
from syndicator.app.places import OpenedInstance
from syndicator.app.read_configuration import Configuration, join_faults, read_configuration
from syndicator.core.axes import ALL
from syndicator.core.errors import ConfigError
from syndicator.core.model import FeedKey, SourceState
from syndicator.health.observing import FolderFacts, open_read_only, read_folders
from syndicator.health.summary import Health, read_health
from syndicator.showing.choices import Choices, list_choices
from syndicator.showing.lists import (
    Item,
    Line,
    Work,
    list_lines,
    list_newest,
    measure_work,
    name_source,
)

# A page shows the stored health. If that is older than FRESH, the page renews it in the background;
# if it is older than OLDEST, before it is shown.
FRESH = timedelta(seconds=15)
OLDEST = timedelta(minutes=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """The data of the first page of the console."""

    health: Health
    latest: tuple[Item, ...]
    choices: Choices
    names: Mapping[str, str]  # of sources, by key


class Glance:
    """Reads the data of the console's pages. It keeps the last health and configuration, and opens
    the database once for each page. To be called from one thread."""

    def __init__(self, config: Path) -> None:
        """`config`: the folder of configuration."""
        self.config = config
        self._configuration: Configuration | None = None  # the last one that could be read
        self._health: Health | None = None  # the last one; None if it must be read again
        self._names: Mapping[str, str] = {}  # the names of sources, by key
        self.folder_facts = FolderFacts()  # what the last reading of all folders found
        self.work: Mapping[str, Work] = {}  # counts of visits and articles, by key of the source

    @contextmanager
    def open_instance(self) -> Iterator[OpenedInstance]:
        """Open the instance read-only and yield it. If the configuration cannot be read, use the
        last one that could be. Raises ConfigError if there is none, and StoreError if the database
        cannot be read."""
        try:
            self._configuration = read_configuration(self.config, before=self._configuration)
        except ConfigError:
            if self._configuration is None:
                raise
        with open_read_only(self.config, configured=self._configuration) as instance:
            yield instance

    def describe_faults(self) -> str:
        """Read the configuration, and return its faults in words; "" if it has none."""
        try:
            return join_faults(read_configuration(self.config, before=self._configuration).faults)
        except ConfigError as error:
            return str(error)

    def list_dropped_settings(self) -> tuple[str, ...]:
        """Return a sentence for each setting in the configuration that earlier versions had and
        this one does not."""
        if self._configuration is None:
            return ()
        return tuple(str(fault) for fault in self._configuration.dropped)

    def is_stale(self) -> bool:
        """Return True if the health that is kept is so old that it should be read again."""
        return self._health is None or utc_now() - self._health.now > FRESH

    def renew_health(self) -> Health:
        """Read the health of the instance again, and the names of all sources with it. Keep both,
        and return the health."""
        names: dict[str, str] = {}
        with self.open_instance() as instance:

            def record_name(state: SourceState) -> None:
                """Record the name of a source. Called with the state of each source."""
                names[state.key] = name_source(instance.sources[state.key], state)

            health = read_health(instance, record_name, walked=self.folder_facts)
        self._health = health
        self._names = names
        return health

    def forget_health(self) -> None:
        """Forget the health, so that the next page has to read it again. Any thread may call
        this."""
        self._health = None

    def read_today(self, limit: int) -> Today:
        """Return the data of the first page of the console, with the `limit` newest articles. If
        the health that is kept is too old, read it again first."""
        health = self._health
        if health is None or utc_now() - health.now > OLDEST:
            health = self.renew_health()
        with self.open_instance() as instance:
            latest = list_newest(instance, FeedKey(ALL.axis, ALL.slug), limit)
            choices = list_choices(instance)
            return Today(health=health, latest=latest, choices=choices, names=self._names)

    def read_folders_and_work(self) -> tuple[FolderFacts, Mapping[str, Work]]:
        """Read all folders of the instance, and count the visits and articles of each source, which
        may take seconds. Return both; the caller sets `folder_facts` and `work`."""
        with self.open_instance() as instance:
            return read_folders(instance), measure_work(instance)

    def list_source_lines(self, words: Sequence[str]) -> list[Line]:
        """Return the rows of the table of sources, for the sources that match all of `words`."""
        health = self._health or self.renew_health()
        with self.open_instance() as instance:
            return list_lines(instance, words, health.conditions, self.work)
