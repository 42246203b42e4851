"""Sum up the health of an instance or of one source, for `status` and the console."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime

from syndicator.app.lookup import need_sources
from syndicator.app.places import Place
from syndicator.configuration.sources.identity import moves
from syndicator.core.model import Outcome, Rules, Source, SourceState
from syndicator.core.ports import Enriched, EntryRow, Move
from syndicator.core.ports.subscriptions import Subscription
from syndicator.core.text import span
from syndicator.health.conditions import Condition, Disk, HeldFeed
from syndicator.health.episodes import Scheduled, feed_url, known_feed_token, read_schedule
from syndicator.health.figures import Figures, read_figures
from syndicator.health.observing import Walked, as_written, examine, examine_source
from syndicator.store.status import OnHold, Waiting

_SHOWN = 10  # visits, and entries of each kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    now: datetime
    conditions: tuple[Condition, ...]
    fine: int  # sources without faults
    unvisited: int  # sources
    figures: Figures
    disks: tuple[Disk, ...]
    llm: Enriched | None = None
    moves: tuple[Move, ...] = ()
    muted: int = 0  # entries
    waiting: int = 0  # entries that the next run takes
    held: tuple[HeldFeed, ...] = ()  # feeds that validation keeps back
    on_hold: tuple[OnHold, ...] = ()  # articles
    for_the_operator: tuple[Waiting, ...] = ()  # entries
    feed: str = ""  # the address of the health feed, if there is one
    schedule: tuple[Scheduled, ...] = ()  # the jobs of `up`

    @property
    def need_you(self) -> tuple[Condition, ...]:
        return tuple(condition for condition in self.conditions if condition.needs_you)

    @property
    def headline(self) -> str:
        """A line such as: 297 fine, 3 need you, last article 4 minutes ago."""
        need = len(self.need_you)
        last = self.figures.counts.last_article
        again = sum(
            condition.kind == "source-failing" and not condition.needs_you
            for condition in self.conditions
        )
        parts = (
            f"{self.fine} fine",
            f"{need} needs you" if need == 1 else f"{need} need you",
            f"{again} tried again by {'itself' if again == 1 else 'themselves'}" if again else "",
            f"{self.unvisited} not visited yet" if self.unvisited else "",
            f"last article {span(self.now - last)} ago" if last else "no article yet",
        )
        return ", ".join(filter(None, parts))


def look(
    place: Place,
    each: Callable[[SourceState], object] = lambda state: None,
    *,
    walked: Walked | None = None,
) -> Health:
    """Return the instance's health; `each` gets every state. Raises StoreError, OSError."""
    store = place.store
    settings = place.settings
    examined = examine(place, each, walked=walked)
    seen = examined.seen
    ill = {condition.source for condition in examined.conditions if condition.needs_you}
    visited = {state.key for state in seen.states if state.visits.last_visit}
    never = {
        state.key
        for state in seen.states
        if state.backoff.reason and state.visits.last_success is None
    }
    followed = {key for key, source in place.sources.items() if source.enabled}
    return Health(
        now=place.now,
        conditions=examined.conditions,
        fine=len((followed & visited) - ill - never),
        unvisited=len(followed - visited - ill),
        figures=read_figures(store, settings) if store else Figures(),
        disks=tuple(seen.disks),
        llm=store.status.llm() if store else None,
        moves=moves(seen.states),
        muted=sum(state.muted for state in seen.states),
        waiting=sum(state.schedule.waiting for state in seen.states),
        held=tuple(seen.held),
        on_hold=tuple(seen.on_hold),
        for_the_operator=tuple(seen.operator),
        feed=feed_url(settings, key) if (key := known_feed_token(settings.state_dir)) else "",
        schedule=read_schedule(store) if store else (),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHealth:
    """The state of a source, None if never visited. `rules`: as in `select "div.text"`."""

    source: Source
    state: SourceState | None
    conditions: tuple[Condition, ...] = ()
    visits: tuple[Outcome, ...] = ()  # newest first
    entries: tuple[EntryRow, ...] = ()  # refused, or tried and still pending; newest first
    rules: tuple[str, ...] = ()
    hub: Subscription | None = None  # the one asked to push it


def look_at(place: Place, key: str) -> SourceHealth:
    """Return the health of one source. Raises UsageError, StoreError."""
    need_sources(place.sources, [key], place.config)
    source = place.sources[key]
    recorded = place.store.visits.state(key) if place.store else None
    named = ((field, getattr(source.rules, field.name)) for field in fields(Rules))
    changed = ((field.name, value) for field, value in named if value != field.default)
    lists = ((name, value if isinstance(value, tuple) else (value,)) for name, value in changed)
    rules = tuple(f"{name} {each!r}" for name, values in lists for each in values)
    if place.store is None or recorded is None:
        return SourceHealth(source=source, state=None, rules=rules)
    (state,) = as_written([recorded], {key: source})
    status = place.store.status
    return SourceHealth(
        source=source,
        state=state,
        conditions=examine_source(place, place.store, state).conditions,
        visits=tuple(status.outcomes(key, _SHOWN)),
        entries=status.troubled(key, _SHOWN),
        rules=rules,
        hub=next((hub for hub in place.store.subscriptions.of(key) if hub.wanted), None),
    )
