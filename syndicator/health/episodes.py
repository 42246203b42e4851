"""Follow conditions over time; keep the outbox of alerts and counters; write the health feed.

Each condition is reported once when it begins and once when it ends."""

import errno
import json
import os
import secrets
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from typing import Any, Final, Literal

from syndicator.configuration.settings import Settings
from syndicator.core.model import Outcome
from syndicator.core.reasons import ConditionReason, FetchReason
from syndicator.core.text import describe_duration, line, remove_illegal
from syndicator.health.conditions import Condition
from syndicator.publishing.kinds.targets import BuildReport
from syndicator.store import codec
from syndicator.store.engine import Store

# Remarks that only `status` shows; nobody is alerted.
_STATUS_ONLY_KINDS: Final = frozenset((ConditionReason.MUTED, ConditionReason.SOURCE_WARNING))
# Reported when they need the operator, not before.
_SELF_MENDING_KINDS: Final = frozenset((ConditionReason.SOURCE_SILENT, ConditionReason.HUB))
# A source that fails is reported after so many failed visits in a row.
_FAILED_VISITS_TO_TELL: Final = 3
# A condition that comes and goes is reported after an hour; each recovery of the last day doubles
# that, to a day at most.
_FIRST_DAMPING: Final = timedelta(hours=1)
_LONGEST_DAMPING: Final = timedelta(days=1)
_MOST_DOUBLINGS: Final = 10
_REPETITION_TIME: Final = timedelta(days=1)  # an episode so soon after a recovery is a repetition
EVENTS_KEPT: Final = 200
PAUSE: Final = timedelta(minutes=10)  # between two messages
COUNTERS = "counters"
_SCHEDULE_NOTE: Final = "schedule"  # name of a note
_ATOM = "http://www.w3.org/2005/Atom"
_TOKEN_FILE = "health-token"
_TOKEN_BYTES = 24
_MOST_HEADLINE_CHARACTERS: Final = 300  # characters of a headline
_TIME_WITHOUT_EVENTS: Final = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """The beginning ("broken") or the end ("recovered") of an episode, as it is reported to the
    operator. `at`: when it is reported; `since`: when the condition began. All fields from `reason`
    on are those of the condition."""

    id: str  # a uuid
    at: datetime
    state: Literal["broken", "recovered"]
    kind: str
    subject: str
    since: datetime
    reason: str = ""
    detail: str = ""
    cure: str = ""
    code: str = ""
    last_success: datetime | None = None
    next_try: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """A condition from its beginning to its end. `told`: the event that reported its beginning,
    None before that. `gone`: when a check first did not find it any more, None while it lasts."""

    began: datetime
    kind: str
    subject: str
    told: Event | None = None
    gone: datetime | None = None

    @property
    def identity(self) -> str:
        return f"{self.kind}:{self.subject}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """The episodes that have not ended, and the last events, newest first."""

    episodes: tuple[Episode, ...] = ()
    events: tuple[Event, ...] = field(default=())


def update_episodes(
    memory: Memory, conditions: Iterable[Condition], now: datetime, instance: uuid.UUID
) -> tuple[Memory, tuple[Event, ...]]:
    """Compare the conditions that a check found with those of earlier checks. Return the new memory
    to store, and the events (conditions that began or ended) to report now.

    `memory`: the episodes, each a condition from its beginning to its end, of earlier checks.
    `conditions`: those that were found now. `instance`: uuid of the instance, from which the ids of
    events are made."""
    present = {
        condition.identity: condition
        for condition in conditions
        if condition.kind not in _STATUS_ONLY_KINDS
    }
    known = {episode.identity: episode for episode in memory.episodes}
    recoveries = _count_recoveries(memory.events, now)
    ongoing: list[Episode] = []
    events: list[Event] = []
    for identity in sorted(present.keys() | known.keys()):
        damping = _find_damping(recoveries[identity])
        episode, event = _advance_episode(
            known.get(identity), present.get(identity), damping, now, instance
        )
        if episode is not None:
            ongoing.append(episode)
        if event is not None:
            events.append(event)
    recent = (*events, *memory.events)[:EVENTS_KEPT]
    return Memory(episodes=tuple(ongoing), events=recent), tuple(events)


def _count_recoveries(events: Iterable[Event], now: datetime) -> Counter[str]:
    """Return how often each condition ended in the last day, by its identity ("kind:subject").
    `events`: the reported beginnings and ends of conditions."""
    recoveries = Counter[str]()
    for event in events:
        if event.state == "recovered" and now - event.at < _REPETITION_TIME:
            recoveries[f"{event.kind}:{event.subject}"] += 1
    return recoveries


def _find_damping(recoveries: int) -> timedelta:
    """Return how long a condition must last before its beginning is reported, and be away before
    its end is reported. `recoveries`: how often it ended in the last day. The time is 0 for none,
    1 hour for one, then doubles with each, up to a day: a condition that comes and goes is not
    reported every time."""
    if not recoveries:
        return timedelta()
    doublings = min(recoveries - 1, _MOST_DOUBLINGS)
    factor = 1 << doublings  # a power of two
    return min(_LONGEST_DAMPING, _FIRST_DAMPING * factor)


def date_conditions(conditions: Iterable[Condition], memory: Memory) -> tuple[Condition, ...]:
    """Return the conditions with the times when they began. A condition without such a time gets
    the time of the check that first found it, None if no earlier check did. `memory`: the episodes
    of earlier checks, each a condition from its beginning to its end."""
    first_found: dict[str, datetime] = {}  # by identity of the condition
    for episode in memory.episodes:
        if episode.gone is None:  # it lasts
            first_found[episode.identity] = episode.began
    dated: list[Condition] = []
    for condition in conditions:
        since = condition.since or first_found.get(condition.identity)
        dated.append(replace(condition, since=since))
    return tuple(dated)


def _advance_episode(
    episode: Episode | None,
    condition: Condition | None,
    damping: timedelta,
    now: datetime,
    instance: uuid.UUID,
) -> tuple[Episode | None, Event | None]:
    """Update the episode of one condition, the time from its beginning to its end, after a check.
    Return the new episode (None if it is over) and the event to report now (None for nothing). The
    beginning is reported once, when the condition has lasted for `damping`.

    `episode`: the episode before the check, None if there was none. `condition`: the condition that
    the check found, None if it found none. `instance`: uuid from which ids of events are made."""
    if condition is None:
        return _advance_absent_condition(episode, damping, now, instance)
    if episode is None:
        ongoing = Episode(began=now, kind=str(condition.kind), subject=condition.subject)
    else:
        ongoing = replace(episode, gone=None)  # it is back if it was away
    if ongoing.told:
        return ongoing, None
    is_too_recent = now - ongoing.began < damping
    if is_too_recent or not _is_worth_telling(condition):
        return ongoing, None
    event = Event(
        id=_make_event_id(ongoing, "broken", instance),
        at=now,
        state="broken",
        kind=ongoing.kind,
        subject=ongoing.subject,
        since=condition.since or ongoing.began,
        reason=condition.reason,
        detail=condition.detail,
        cure=condition.cure,
        code=condition.code,
        last_success=condition.last_success,
        next_try=condition.next_try,
    )
    return replace(ongoing, told=event), event


def _advance_absent_condition(
    episode: Episode | None, damping: timedelta, now: datetime, instance: uuid.UUID
) -> tuple[Episode | None, Event | None]:
    """Update the episode of a condition that a check did not find. Return the new episode (None if
    it is over) and the event to report now (None for nothing). The end is reported when the
    condition has been away for `damping`, and only if its beginning was reported. `episode`: before
    the check, None if there was none. `instance`: uuid from which ids of events are made."""
    if episode is None or episode.told is None:
        return None, None
    away_since = episode.gone or now
    if now - away_since < damping:
        return replace(episode, gone=away_since), None
    recovery = replace(
        episode.told,
        id=_make_event_id(episode, "recovered", instance),
        at=now,
        state="recovered",
        next_try=None,
    )
    return None, recovery


def _is_worth_telling(condition: Condition) -> bool:
    """True if the operator is to be told of a condition that has begun: always if it needs the
    operator. Else a failing source is reported after three failed visits in a row, unless this
    machine is the cause, and other kinds are reported if they do not mend themselves."""
    if condition.needs_you:
        return True
    if condition.kind == ConditionReason.SOURCE_FAILING:
        # `SYSTEM`: this machine is the cause
        return condition.count >= _FAILED_VISITS_TO_TELL and condition.code != FetchReason.SYSTEM
    return condition.kind not in _SELF_MENDING_KINDS


def _make_event_id(episode: Episode, state: str, instance: uuid.UUID) -> str:
    """Return the id of the event that reports the beginning ("broken") or the end ("recovered") of
    an episode: a uuid. The same event always has the same id, so that one that is sent again after
    a crash can be recognized. `instance`: uuid of the instance."""
    name = f"health:{episode.identity}:{episode.began.isoformat()}:{state}"
    return str(uuid.uuid5(instance, name))


def iterate_headlines(events: Iterable[Event]) -> Iterator[str]:
    """Yield a headline for each event, such as "blog: over after 2 hours: the source fails"."""
    meanings = {str(kind): kind.means for kind in ConditionReason}
    for event in events:
        # an event of another version of this program may have a kind that has no words here
        headline = event.reason or meanings.get(event.kind, event.kind)
        if event.state == "recovered":
            duration = event.at - event.since
            duration_text = describe_duration(duration)
            if duration < timedelta(minutes=1):
                duration_text = "less than a minute"
            headline = f"over after {duration_text}: {headline}"
        if event.subject:
            headline = f"{event.subject}: {headline}"
        yield headline


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbox:
    """The events to send, oldest first. `last`: when the last message was sent or tried, None for
    never; `fault`: why it failed, "" if it did not."""

    waiting: tuple[Event, ...] = ()
    last: datetime | None = None
    fault: str = ""


_NOTE_NAMES: Final = {Memory: "episodes", Outbox: "alert"}  # names of notes in the database


def is_message_due(outbox: Outbox, now: datetime) -> bool:
    """True if events wait in the outbox and the last message was sent at least ten minutes ago."""
    if not outbox.waiting:
        return False
    if outbox.last is None:
        return True
    return abs(now - outbox.last) >= PAUSE  # `abs`: the clock may have been set back


def add_to_outbox(outbox: Outbox, events: Sequence[Event]) -> Outbox:
    """Return the outbox with these events added, except those that it has already. `events`: newest
    first. The outbox keeps the newest EVENTS_KEPT events, in the order of their time."""
    waiting_ids = {event.id for event in outbox.waiting}
    oldest_first = reversed(events)
    new = [event for event in oldest_first if event.id not in waiting_ids]
    waiting = (*outbox.waiting, *new)
    return replace(outbox, waiting=waiting[-EVENTS_KEPT:])


def read_memory(store: Store) -> Memory:
    """Return the stored episodes of conditions and the last events; empty before the first
    check."""
    noted = store.visits.note(_NOTE_NAMES[Memory])
    return codec.unpack(Memory, noted) if noted else Memory()


def read_outbox(store: Store) -> Outbox:
    """Return the stored outbox, the events to send; empty if none was stored yet."""
    noted = store.visits.note(_NOTE_NAMES[Outbox])
    return codec.unpack(Outbox, noted) if noted else Outbox()


def write_state(store: Store, state: Memory | Outbox, now: datetime) -> None:
    """Store the memory or the outbox in the database, in place of the earlier one."""
    store.visits.set_note(_NOTE_NAMES[type(state)], codec.pack(state), now)


# Counts by name, then by label: {"visits": {"new": 3, "failed": 1}, "filed": {"": 40}}. A counter
# without labels has the label "". They are in the database: runs of cron count like those of `up`.
Counters = Mapping[str, Mapping[str, float]]


def read_counters(store: Store) -> Counters:
    """Return the stored counters, by name and label; empty before the first run."""
    counters: Counters = json.loads(store.visits.note(COUNTERS) or "{}")
    return counters


def add_to_counters(
    counters: Counters,
    outcomes: Sequence[Outcome],
    built: BuildReport,
    *,
    seconds: float | None,
    now: datetime,
    down: bool,
) -> dict[str, dict[str, float]]:
    """Return new counters: `counters`, increased by what a run or build did, with the times of the
    last run, successful visit and build. `outcomes`: results of the visits. `built`: report of the
    builds. `seconds`: how long the run took, None if only a build was made. `now`: when it ended.
    `down`: True if no source could be reached."""
    new_counters = {name: dict(values) for name, values in counters.items()}

    def increase(name: str, value: float = 1, label: str = "") -> None:
        """Increase a counter. `label`: "" for a counter without labels."""
        values = new_counters.setdefault(name, {})
        values[label] = round(values.get(label, 0) + value, 3)

    if seconds is not None:
        increase("runs", label="no-network" if down else "ok")
        increase("run_seconds", seconds)
    increase("builds", built.builds)
    increase("build_seconds", built.seconds)
    increase("files", len(built.written))
    for outcome in outcomes:
        increase("visits", label=outcome.status)
        increase("filed", len(outcome.added))
        increase("changed", len(outcome.changed))
        if outcome.reason:
            increase("failures", label=outcome.reason)
        for problem in outcome.skipped:
            increase("not_filed", label=problem.reason)

    times = new_counters.setdefault("times", {})
    if seconds is not None:
        times["run"] = now.timestamp()
    if any(outcome.status in ("new", "unchanged") for outcome in outcomes):
        times["success"] = now.timestamp()
    if built.builds:
        times["build"] = now.timestamp()
    return new_counters


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduled:
    """A job of `up`: when it last ended, and when it starts next."""

    job: str
    last: datetime
    next: datetime | None


def write_schedule(
    store: Store, ended_at: Mapping[str, datetime], next_runs: Mapping[str, datetime], now: datetime
) -> None:
    """Store when each job of `up` last ended and when it starts next, so that `status`, another
    process, can show it. `ended_at`: when jobs ended, by name of the job; `next_runs`: when they
    start next, by name; a job that is not scheduled is missing there."""
    jobs: dict[str, dict[str, str | None]] = {}
    for job, moment in ended_at.items():
        jobs[job] = {"last": moment.isoformat(), "next": _format_next_run(next_runs.get(job))}
    store.visits.set_note(_SCHEDULE_NOTE, json.dumps(jobs), now)


def read_schedule(store: Store) -> tuple[Scheduled, ...]:
    """Return the jobs that have ended at least once since the last start of `up`, in the order in
    which `up` starts them."""
    jobs: dict[str, dict[str, Any]] = json.loads(store.visits.note(_SCHEDULE_NOTE) or "{}")
    schedule: list[Scheduled] = []
    for job, times in jobs.items():
        last = datetime.fromisoformat(times["last"])
        schedule.append(Scheduled(job=job, last=last, next=_parse_next_run(times["next"])))
    return tuple(schedule)


def _format_next_run(moment: datetime | None) -> str | None:
    """Return a time in ISO 8601, to the second; None if the job is not scheduled."""
    return moment.replace(microsecond=0).isoformat() if moment else None


def _parse_next_run(text: str | None) -> datetime | None:
    """Return the time of an ISO text; None for None."""
    return datetime.fromisoformat(text) if text else None


def ensure_feed_token(state_dir: Path) -> str:
    """Return the secret token in the address of the health feed. The first call creates it and
    stores it in a file in `state_dir`. Raises OSError if the file cannot be written, or if it
    exists and is empty or cannot be read."""
    token = read_feed_token(state_dir)
    if token:
        return token
    state_dir.mkdir(parents=True, exist_ok=True)
    # A complete file appears at once, by a link: no other process ever reads half a token.
    temporary = state_dir / f".{_TOKEN_FILE}.{os.getpid()}"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(_TOKEN_BYTES) + "\n")
    with suppress(FileExistsError):  # another process was first: its token counts
        os.link(temporary, state_dir / _TOKEN_FILE)
    temporary.unlink()
    token = read_feed_token(state_dir)
    if token:
        return token
    raise OSError(
        errno.EINVAL,
        "is empty, or this user may not read it; delete it",
        str(state_dir / _TOKEN_FILE),
    )


def read_feed_token(state_dir: Path) -> str:
    """Return the secret token in the address of the health feed, from its file in `state_dir`; ""
    if there is no file yet, or if this user may not read it."""
    try:
        return (state_dir / _TOKEN_FILE).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def feed_name(token: str) -> str:
    return f"health/{token}.atom"


def feed_url(settings: Settings, token: str) -> str:
    """Return the address of the health feed. It is among the published feeds if `health.publish` is
    set, else on this program's own server. `token`: the secret in the address."""
    publish = settings.publish
    name = feed_name(token)
    if settings.health.publish:
        return settings.base_url + name
    is_for_whole_network = publish.host == "0.0.0.0"
    if publish.secret_path and is_for_whole_network:
        # the secret path is for readers of the feeds; the health feed has its own secret
        return settings.base_url.removesuffix(f"{publish.secret_path}/") + name
    return f"http://{publish.listen}/{name}"


def render_health_feed(events: Sequence[Event], settings: Settings, token: str) -> bytes:
    """Return the Atom document of the health feed, with an entry for each event. `events`: newest
    first; `token`: the secret in the address of the feed."""
    updated = max((_date_entry(event) for event in events), default=_TIME_WITHOUT_EVENTS)
    address = escape(feed_url(settings, token))
    parts = [
        # another token is another feed, so the id is made of it
        _render_element("id", uuid.uuid5(uuid.NAMESPACE_OID, f"health:{token}").urn),
        _render_element("title", f"Health of {settings.site.title}"),
        f'<link rel="self" type="application/atom+xml" href="{address}" />',
        f"<author>{_render_element('name', settings.site.title)}</author>",
        _render_element("updated", _format_time(updated)),
    ]
    for event, headline in zip(events, iterate_headlines(events), strict=True):
        parts.append(_render_entry(event, headline))
    text = (
        f'<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="{_ATOM}">{"".join(parts)}</feed>\n'
    )
    return text.encode("utf-8", "xmlcharrefreplace")


def _render_entry(event: Event, headline: str) -> str:
    """Return the Atom entry of an event in the health feed, as XML. Its content is HTML, which is
    escaped once more for XML."""
    html = "<br>\n".join(escape(text) for text in list_event_lines(event))
    parts = (
        _render_element("id", f"urn:uuid:{event.id}"),
        _render_element("title", line(headline)[:_MOST_HEADLINE_CHARACTERS]),
        _render_element("updated", _format_time(_date_entry(event))),
        f'<category term="{escape(event.state)}" />',
        f'<category term="{escape(event.kind)}" />',
        f'<content type="html">{escape(remove_illegal(html))}</content>',
    )
    return f"<entry>{''.join(parts)}</entry>"


def _render_element(name: str, text: str) -> str:
    """Return an XML element with the text, escaped and without characters that XML forbids."""
    return f"<{name}>{escape(remove_illegal(text))}</{name}>"


def list_event_lines(event: Event) -> list[str]:
    """Return the fields of an event as lines such as "Cure: free some space". Empty fields have no
    line. A condition that ended has no cure, but the time until which it lasted."""
    fields = {"What": event.reason, "Detail": event.detail}
    if event.state == "broken":
        fields["Cure"] = event.cure
        fields["Since"] = _format_time(event.since)
        if event.last_success:
            fields["Last success"] = _format_time(event.last_success)
        if event.next_try:
            fields["Next try"] = _format_time(event.next_try)
    else:
        fields["Since"] = _format_time(event.since)
        fields["Until"] = _format_time(event.at)
    return [f"{name}: {line(value)}" for name, value in fields.items() if value]


def _date_entry(event: Event) -> datetime:
    """Return the time of an event for the health feed. Its microseconds are made from the id of the
    event, so that events of one check have different times. Feed readers sort entries by time."""
    return event.at.replace(microsecond=uuid.UUID(event.id).int % 1_000_000)


def _format_time(moment: datetime) -> str:
    """Return a time in UTC in the form of RFC 3339, such as 2026-12-03T07:15:00Z."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
