"""Data of the console's pages, from a read-only database and the current configuration; kept pages of a source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from syndicator.core.axes import ALL
from syndicator.core.errors import ConfigError
from syndicator.core.model import FeedKey, SourceState
from syndicator.describing.taxonomy.vocabulary import Vocabulary, load
from syndicator.services.container import Configuration, configuration, fault_of, utc_now
from syndicator.services.health.look import Health, Walked, look, place_of, walk
from syndicator.services.places import Place
from syndicator.services.showing.lists import Item, Line, Work, lines, name_of, newest, work
from syndicator.store.status import OnHold

# For how long a look at the whole is good: then a page has it made anew behind itself, later before.
FRESH, OLDEST = timedelta(seconds=15), timedelta(minutes=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """How the instance is, what is on hold, and the newest articles."""

    health: Health
    on_hold: tuple[OnHold, ...]
    latest: tuple[Item, ...]
    vocabulary: Vocabulary
    names: Mapping[str, str]  # of sources, by key


class Glance:
    """Opens the place of an instance for one page. Used from one thread."""

    def __init__(self, config: Path) -> None:
        self.config = config
        self._read: Configuration | None = None
        self._seen: tuple[Health, tuple[OnHold, ...]] | None = None
        self._names: Mapping[str, str] = {}
        self.walked = Walked()
        self.work: Mapping[str, Work] = {}

    @contextmanager
    def place(self) -> Iterator[Place]:
        """What is to be looked at now. Raises ConfigError, StoreError."""
        try:
            self._read = configuration(self.config, before=self._read)
        except ConfigError:
            if self._read is None:
                raise
        with place_of(self.config, read=self._read) as place:
            yield place

    def configuration_fault(self) -> str:
        """What is wrong with the configuration as it is now, "" where nothing is."""
        try:
            return fault_of(configuration(self.config, before=self._read).faults)
        except ConfigError as error:
            return str(error)

    def dropped_settings(self) -> tuple[str, ...]:
        """The settings of earlier versions that were still set when a page was last read."""
        return tuple(map(str, self._read.dropped)) if self._read else ()

    def is_stale(self) -> bool:
        """Whether the last look at the whole is too old to be the next page's."""
        return self._seen is None or utc_now() - self._seen[0].now > FRESH

    def renew(self) -> tuple[Health, tuple[OnHold, ...]]:
        """Looks at the whole, for the pages to come."""
        with self.place() as place:
            held, states = place.store.status.on_hold() if place.store else (), list[SourceState]()
            self._seen = seen = look(place, states.append, walked=self.walked), held
            self._names = {one.key: name_of(place.sources[one.key], one) for one in states if one.key in place.sources}
            return seen

    def changed(self) -> None:
        """Something was changed: the next look is a new one. May be called from any thread."""
        self._seen = None

    def today(self, most: int) -> Today:
        seen = self._seen
        health, held = seen if seen and utc_now() - seen[0].now <= OLDEST else self.renew()
        with self.place() as place:
            latest = newest(place, FeedKey(ALL.axis, ALL.slug), most)
            return Today(
                health=health, on_hold=held, latest=latest, vocabulary=vocabulary(self.config), names=self._names
            )

    def walk(self) -> tuple[Walked, Mapping[str, Work]]:
        """Walk through folders and visits, for `walked` and `work`. May run in a thread with a glance of its own."""
        with self.place() as place:
            return walk(place), work(place)

    def lines(self, words: Sequence[str]) -> list[Line]:
        """The sources that have `words`, as the table shows them."""
        health, _ = self._seen or self.renew()
        with self.place() as place:
            return lines(place, words, health.conditions, self.work)


def vocabulary(config: Path) -> Vocabulary:
    """The names of taxonomy.toml, none where it cannot be read: `check` names its faults."""
    try:
        return load(config / "taxonomy.toml")
    except (ConfigError, OSError):
        return Vocabulary()


def now() -> datetime:
    """The time of what is shown."""
    return utc_now()
