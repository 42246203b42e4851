"""Read the data of the console's pages, and keep the last health until it is stale."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from syndicator.app.clock import utc_now
from syndicator.app.places import Place
from syndicator.app.read_configuration import Configuration, configuration, fault_of
from syndicator.core.axes import ALL
from syndicator.core.errors import ConfigError
from syndicator.core.model import FeedKey, SourceState
from syndicator.health.observing import Walked, open_read_only, walk
from syndicator.health.summary import Health, look
from syndicator.showing.choices import Choices, list_choices
from syndicator.showing.lists import Item, Line, Work, lines, name_of, newest, work

# Age of the health after which a page renews it: after FRESH in the background, after OLDEST before
# it is shown.
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
    """Opener of the instance for one page at a time, in one thread."""

    def __init__(self, config: Path) -> None:
        self.config = config
        self._read: Configuration | None = None
        self._health: Health | None = None
        self._names: Mapping[str, str] = {}
        self.walked = Walked()
        self.work: Mapping[str, Work] = {}

    @contextmanager
    def place(self) -> Iterator[Place]:
        """Open the instance read-only. Raises ConfigError, StoreError."""
        try:
            self._read = configuration(self.config, before=self._read)
        except ConfigError:
            if self._read is None:
                raise
        with open_read_only(self.config, configured=self._read) as place:
            yield place

    def configuration_fault(self) -> str:
        """Return the faults of the configuration as it is now, "" if there are none."""
        try:
            return fault_of(configuration(self.config, before=self._read).faults)
        except ConfigError as error:
            return str(error)

    def dropped_settings(self) -> tuple[str, ...]:
        """Return the settings of earlier versions that are still set."""
        if self._read is None:
            return ()
        return tuple(str(fault) for fault in self._read.dropped)

    def is_stale(self) -> bool:
        return self._health is None or utc_now() - self._health.now > FRESH

    def renew(self) -> Health:
        """Read the health anew, and the names of sources with it."""
        names: dict[str, str] = {}
        with self.place() as place:

            def note_name(state: SourceState) -> None:
                names[state.key] = name_of(place.sources[state.key], state)

            health = look(place, note_name, walked=self.walked)
        self._health = health
        self._names = names
        return health

    def changed(self) -> None:
        """Let the next page read the health again. Any thread may call it."""
        self._health = None

    def today(self, most: int) -> Today:
        """Return the data of the first page, with the `most` newest articles."""
        health = self._health
        if health is None or utc_now() - health.now > OLDEST:
            health = self.renew()
        with self.place() as place:
            latest = newest(place, FeedKey(ALL.axis, ALL.slug), most)
            choices = list_choices(place)
            return Today(health=health, latest=latest, choices=choices, names=self._names)

    def walk(self) -> tuple[Walked, Mapping[str, Work]]:
        """Read folders and visits. Returns `walked`, and `work` by source."""
        with self.place() as place:
            return walk(place), work(place)

    def lines(self, words: Sequence[str]) -> list[Line]:
        """Return the sources that match all `words`, as the table shows them."""
        health = self._health or self.renew()
        with self.place() as place:
            return lines(place, words, health.conditions, self.work)
