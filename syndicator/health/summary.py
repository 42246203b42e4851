"""Sum up the health of an instance or of one source, for `status` and the console."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime

from syndicator.app.lookup import need_sources
from syndicator.app.places import OpenedInstance
from syndicator.configuration.sources.identity import list_moves
from syndicator.core.model import Outcome, Rules, Source, SourceState
from syndicator.core.ports import Enriched, EntryRow, Move
from syndicator.core.ports.subscriptions import Subscription
from syndicator.core.text import describe_duration
from syndicator.health.conditions import Condition, Disk, HeldFeed
from syndicator.health.episodes import Scheduled, feed_url, read_feed_token, read_schedule
from syndicator.health.figures import Figures, read_figures
from syndicator.health.observing import (
    FolderFacts,
    examine,
    examine_source,
    select_current_states,
)
from syndicator.store.status import OnHold, Waiting

_MOST_LISTED = 10  # visits, and entries of each kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The state of an instance, as `status` and the console show it."""

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
        """The state in one line: "297 fine, 3 need you, last article 4 minutes ago"."""
        parts = [f"{self.fine} fine"]
        count = len(self.need_you)
        parts.append("1 needs you" if count == 1 else f"{count} need you")
        retried = sum(_is_retried(condition) for condition in self.conditions)
        if retried == 1:
            parts.append("1 tried again by itself")
        elif retried:
            parts.append(f"{retried} tried again by themselves")
        if self.unvisited:
            parts.append(f"{self.unvisited} not visited yet")
        last_article = self.figures.counts.last_article
        if last_article:
            parts.append(f"last article {describe_duration(self.now - last_article)} ago")
        else:
            parts.append("no article yet")
        return ", ".join(parts)


def _is_retried(condition: Condition) -> bool:
    """True for the condition of a source that fails now and will probably work again without the
    operator."""
    return condition.kind == "source-failing" and not condition.needs_you


def read_health(
    instance: OpenedInstance,
    each: Callable[[SourceState], object] = lambda state: None,
    *,
    walked: FolderFacts | None = None,
) -> Health:
    """Return the health of an instance: its conditions, and numbers of sources, articles and
    entries. A source counts as fine if it was visited, a visit has succeeded, and it does not need
    the operator.

    `each`: is called with the state of every source. `walked`: the facts from the folders, None to
    read the folders now. Raises StoreError or OSError."""
    store = instance.store
    settings = instance.settings
    examined = examine(instance, each, walked=walked)
    facts = examined.seen
    enabled = {key for key, source in instance.sources.items() if source.enabled}
    visited = {state.key for state in facts.states if state.visits.last_visit}
    never_worked = {state.key for state in facts.states if _has_never_worked(state)}
    need_operator = {condition.source for condition in examined.conditions if condition.needs_you}
    others = enabled - need_operator
    fine = (others & visited) - never_worked
    unvisited = others - visited
    token = read_feed_token(settings.state_dir)
    return Health(
        now=instance.now,
        conditions=examined.conditions,
        fine=len(fine),
        unvisited=len(unvisited),
        figures=read_figures(store, settings) if store else Figures(),
        disks=tuple(facts.disks),
        llm=store.status.llm() if store else None,
        moves=list_moves(facts.states),
        muted=sum(state.muted for state in facts.states),
        waiting=sum(state.schedule.waiting for state in facts.states),
        held=tuple(facts.held),
        on_hold=tuple(facts.on_hold),
        for_the_operator=tuple(facts.operator),
        feed=feed_url(settings, token) if token else "",
        schedule=read_schedule(store) if store else (),
    )


def _has_never_worked(state: SourceState) -> bool:
    """True if the last visit of a source failed and no visit has ever succeeded."""
    return bool(state.backoff.reason) and state.visits.last_success is None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHealth:
    """The health of one source. `state`: None if it was never visited; `rules`: the operator's
    rules, each a line such as `select "div.text"`."""

    source: Source
    state: SourceState | None
    conditions: tuple[Condition, ...] = ()
    visits: tuple[Outcome, ...] = ()  # newest first
    entries: tuple[EntryRow, ...] = ()  # refused, or tried and still pending; newest first
    rules: tuple[str, ...] = ()
    hub: Subscription | None = None  # the subscription that pushes it, if a hub does


def read_source_health(instance: OpenedInstance, key: str) -> SourceHealth:
    """Return the health of the source with this key: its state, conditions, last visits, and
    entries that were refused or wait. Raises StoreError, or UsageError if there is no such
    source."""
    need_sources(instance.sources, [key], instance.config)
    source = instance.sources[key]
    rules = _list_rules(source.rules)
    store = instance.store
    stored_state = store.visits.state(key) if store else None
    if store is None or stored_state is None:
        return SourceHealth(source=source, state=None, rules=rules)
    # an empty state if the address was edited since
    (state,) = select_current_states([stored_state], {key: source})
    status = store.status
    wanted_hubs = [hub for hub in store.subscriptions.list_of_source(key) if hub.wanted]
    return SourceHealth(
        source=source,
        state=state,
        conditions=examine_source(instance, store, state).conditions,
        visits=tuple(status.outcomes(key, _MOST_LISTED)),
        entries=status.list_failed_or_waiting(key, _MOST_LISTED),
        rules=rules,
        hub=wanted_hubs[0] if wanted_hubs else None,
    )


def _list_rules(rules: Rules) -> tuple[str, ...]:
    """Return the rules that are not at their defaults, as lines such as `select "div.text"`. A rule
    with several values has a line for each."""
    lines: list[str] = []
    for field in fields(Rules):
        value = getattr(rules, field.name)
        if value == field.default:
            continue
        values = value if isinstance(value, tuple) else (value,)
        lines.extend(f"{field.name} {item!r}" for item in values)
    return tuple(lines)
