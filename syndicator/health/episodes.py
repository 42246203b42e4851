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
from syndicator.core.text import legal, line, span
from syndicator.health.conditions import Condition
from syndicator.publishing.kinds.targets import BuildReport
from syndicator.store import codec
from syndicator.store.engine import Store

# Remarks that only `status` shows; nobody is alerted.
_QUIET: Final = frozenset((ConditionReason.MUTED, ConditionReason.SOURCE_WARNING))
# Reported when they need the operator, not before.
_MENDING_ITSELF: Final = frozenset((ConditionReason.SOURCE_SILENT, ConditionReason.HUB))
# A failure that usually mends itself is reported after so many in a row.
_IN_A_ROW: Final = 3
_DAMPED = timedelta(hours=1)
_LONGEST = timedelta(days=1)
_MEMORY: Final = timedelta(days=1)  # an episode so soon after a recovery is a repetition
EVENTS_KEPT: Final = 200
# by a condition and its event
_SHARED: Final = ("reason", "detail", "cure", "code", "last_success", "next_try")
PAUSE: Final = timedelta(minutes=10)  # between two messages
COUNTERS = "counters"
_SCHEDULE: Final = "schedule"  # name of a note
_ATOM = "http://www.w3.org/2005/Atom"
_FILE = "health-token"
_BYTES = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something broke or recovered."""

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
    """A condition over time. `told`: the event that reported it."""

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
    """The episodes that are not over, and the last events, newest first."""

    episodes: tuple[Episode, ...] = ()
    events: tuple[Event, ...] = field(default=())


def follow(
    memory: Memory, conditions: Iterable[Condition], now: datetime, instance: uuid.UUID
) -> tuple[Memory, tuple[Event, ...]]:
    """Return the memory after a check, and the new events."""
    present = {item.identity: item for item in conditions if item.kind not in _QUIET}
    open_ = {item.identity: item for item in memory.episodes}
    ended = (
        item for item in memory.events if item.state == "recovered" and now - item.at < _MEMORY
    )
    again = Counter(f"{item.kind}:{item.subject}" for item in ended)
    ongoing: list[Episode] = []
    events: list[Event] = []
    for identity in sorted(present.keys() | open_.keys()):
        count = again[identity]
        damping = min(_LONGEST, _DAMPED * 2 ** min(count - 1, 10)) if count else timedelta()
        episode, event = _step(open_.get(identity), present.get(identity), damping, now, instance)
        ongoing += [episode] if episode else []
        events += [event] if event else []
    recent = (*events, *memory.events)[:EVENTS_KEPT]
    return Memory(episodes=tuple(ongoing), events=recent), tuple(events)


def dated(conditions: Iterable[Condition], memory: Memory) -> tuple[Condition, ...]:
    """Date conditions without a time by the check that first found them."""
    began = {item.identity: item.began for item in memory.episodes if item.gone is None}
    return tuple(
        item if item.since else replace(item, since=began.get(item.identity)) for item in conditions
    )


def _step(
    episode: Episode | None,
    condition: Condition | None,
    damping: timedelta,
    now: datetime,
    instance: uuid.UUID,
) -> tuple[Episode | None, Event | None]:
    """Return the episode after a check (None: over), and the event to report."""
    if condition is not None:
        new = Episode(began=now, kind=str(condition.kind), subject=condition.subject)
        episode = replace(episode or new, gone=None)
        if episode.told or not _is_telling(condition) or now - episode.began < damping:
            return episode, None
        shared: dict[str, Any] = {name: getattr(condition, name) for name in _SHARED}
        event = Event(
            id=_id(episode, "broken", instance),
            at=now,
            state="broken",
            kind=episode.kind,
            subject=episode.subject,
            since=condition.since or episode.began,
            **shared,
        )
        return replace(episode, told=event), event
    if episode is None or episode.told is None:
        return None, None
    gone = episode.gone or now
    if now - gone < damping:
        return replace(episode, gone=gone), None
    return None, replace(
        episode.told,
        id=_id(episode, "recovered", instance),
        at=now,
        state="recovered",
        next_try=None,
    )


def _is_telling(condition: Condition) -> bool:
    if condition.kind == ConditionReason.SOURCE_FAILING:
        return condition.needs_you or (
            condition.count >= _IN_A_ROW and condition.code != FetchReason.SYSTEM
        )
    return condition.needs_you or condition.kind not in _MENDING_ITSELF


def _id(episode: Episode, state: str, instance: uuid.UUID) -> str:
    return str(
        uuid.uuid5(instance, f"health:{episode.identity}:{episode.began.isoformat()}:{state}")
    )


def titles(events: Iterable[Event]) -> Iterator[str]:
    for event in events:
        about = f"{event.subject}: " if event.subject else ""
        lasted = event.at - event.since
        words = span(lasted) if lasted >= timedelta(minutes=1) else "less than a minute"
        over = f"over after {words}: " if event.state == "recovered" else ""
        means = {str(kind): kind.means for kind in ConditionReason}
        # a kind of another version has no words
        words = event.reason or means.get(event.kind, event.kind)
        yield f"{about}{over}{words}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbox:
    """Events to send, oldest first, with time and fault of the last try."""

    waiting: tuple[Event, ...] = ()
    last: datetime | None = None
    fault: str = ""


_NOTES: Final = {Memory: "episodes", Outbox: "alert"}  # names of notes


def is_due(outbox: Outbox, now: datetime) -> bool:
    return bool(outbox.waiting) and (outbox.last is None or abs(now - outbox.last) >= PAUSE)


def put(outbox: Outbox, events: Sequence[Event]) -> Outbox:
    """Add events (newest first), each once; drop the oldest of too many."""
    waiting = {event.id for event in outbox.waiting}
    new = [event for event in reversed(events) if event.id not in waiting]
    return replace(outbox, waiting=(*outbox.waiting, *new)[-EVENTS_KEPT:])


def read_memory(store: Store) -> Memory:
    noted = store.visits.note(_NOTES[Memory])
    return codec.unpack(Memory, noted) if noted else Memory()


def read_outbox(store: Store) -> Outbox:
    noted = store.visits.note(_NOTES[Outbox])
    return codec.unpack(Outbox, noted) if noted else Outbox()


def write(store: Store, state: Memory | Outbox, now: datetime) -> None:
    store.visits.set_note(_NOTES[type(state)], codec.pack(state), now)


# Counters outlive processes, so that runs of cron count like those of `up`.
# By name, then by label ("" for a counter without labels). Reason codes are those of `reasons`.
Counters = Mapping[str, Mapping[str, float]]


def read_counters(store: Store) -> Counters:
    counters: Counters = json.loads(store.visits.note(COUNTERS) or "{}")
    return counters


def add_to_counters(
    before: Counters,
    outcomes: Sequence[Outcome],
    built: BuildReport,
    *,
    seconds: float | None,
    now: datetime,
    down: bool,
) -> dict[str, dict[str, float]]:
    """Return the counters `before` with visits and builds that ended `now`, and with a run of
    `seconds` unless None. `down`: no source was reachable."""
    after = {name: dict(values) for name, values in before.items()}

    def add(name: str, value: float = 1, by: str = "") -> None:
        values = after.setdefault(name, {})
        values[by] = round(values.get(by, 0) + value, 3)

    if seconds is not None:
        add("runs", by="no-network" if down else "ok")
        add("run_seconds", seconds)
    add("builds", built.builds)
    add("build_seconds", built.seconds)
    add("files", len(built.written))
    for outcome in outcomes:
        add("visits", by=outcome.status)
        add("filed", len(outcome.added))
        add("changed", len(outcome.changed))
        if outcome.reason:
            add("failures", by=outcome.reason)
        for problem in outcome.skipped:
            add("not_filed", by=problem.reason)
    times = after.setdefault("times", {})
    if seconds is not None:
        times["run"] = now.timestamp()
    if any(outcome.status in ("new", "unchanged") for outcome in outcomes):
        times["success"] = now.timestamp()
    if built.builds:
        times["build"] = now.timestamp()
    return after


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduled:
    """A job of `up`: when it last ended, and when it starts next."""

    job: str
    last: datetime
    next: datetime | None


def write_schedule(
    store: Store, ended_at: Mapping[str, datetime], next_runs: Mapping[str, datetime], now: datetime
) -> None:
    """Store when jobs ended and start next, by job: `status` is another process."""
    jobs: dict[str, dict[str, str | None]] = {}
    for job, moment in ended_at.items():
        jobs[job] = {"last": moment.isoformat(), "next": _format_next_run(next_runs.get(job))}
    store.visits.set_note(_SCHEDULE, json.dumps(jobs), now)


def read_schedule(store: Store) -> tuple[Scheduled, ...]:
    """Return the jobs that the last `up` has ended at least once, in the order in which a start
    does them."""
    jobs: dict[str, dict[str, Any]] = json.loads(store.visits.note(_SCHEDULE) or "{}")
    schedule: list[Scheduled] = []
    for job, times in jobs.items():
        last = datetime.fromisoformat(times["last"])
        schedule.append(Scheduled(job=job, last=last, next=_parse_next_run(times["next"])))
    return tuple(schedule)


def _format_next_run(moment: datetime | None) -> str | None:
    """Write a time to the second: nobody waits for less. None: the job is not scheduled."""
    return moment.replace(microsecond=0).isoformat() if moment else None


def _parse_next_run(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def feed_token(state_dir: Path) -> str:
    """Return the secret in the address of the health feed, created at the first call. Raises
    OSError."""
    if not known_feed_token(state_dir):
        state_dir.mkdir(parents=True, exist_ok=True)
        temporary = state_dir / f".{_FILE}.{os.getpid()}"
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(_BYTES) + "\n")
        with suppress(FileExistsError):  # another process was first: its token counts
            os.link(temporary, state_dir / _FILE)
        temporary.unlink()
    if secret := known_feed_token(state_dir):
        return secret
    raise OSError(
        errno.EINVAL, "is empty, or this user may not read it; delete it", str(state_dir / _FILE)
    )


def known_feed_token(state_dir: Path) -> str:
    """Return the token, "" if there is none or this user may not read it."""
    try:
        return (state_dir / _FILE).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def feed_name(key: str) -> str:
    return f"health/{key}.atom"


def feed_url(settings: Settings, key: str) -> str:
    """Return the address of the health feed: among the published feeds if so set, else on our
    server."""
    publish = settings.publish
    base = settings.base_url
    at_home = publish.secret_path and publish.host == "0.0.0.0"
    here = base.removesuffix(f"{publish.secret_path}/") if at_home else f"http://{publish.listen}/"
    return (settings.base_url if settings.health.publish else here) + feed_name(key)


def feed_document(events: Sequence[Event], settings: Settings, key: str) -> bytes:
    """Return the feed of these events, newest first, for the token `key`."""
    updated = max((_moment(event) for event in events), default=datetime.fromtimestamp(0, UTC))
    parts = (
        # another token is another feed
        _element("id", uuid.uuid5(uuid.NAMESPACE_OID, f"health:{key}").urn),
        _element("title", f"Health of {settings.site.title}"),
        f'<link rel="self" type="application/atom+xml" href="{escape(feed_url(settings, key))}" />',
        f"<author>{_element('name', settings.site.title)}</author>",
        _element("updated", _time(updated)),
        *map(_entry, events, titles(events)),
    )
    text = (
        f'<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="{_ATOM}">{"".join(parts)}</feed>\n'
    )
    return text.encode("utf-8", "xmlcharrefreplace")


def _entry(event: Event, headline: str) -> str:
    shown = "<br>\n".join(escape(each) for each in event_lines(event))
    parts = (
        _element("id", f"urn:uuid:{event.id}"),
        _element("title", line(headline)[:300]),
        _element("updated", _time(_moment(event))),
        *(f'<category term="{escape(term)}" />' for term in (event.state, event.kind)),
        f'<content type="html">{escape(legal(shown))}</content>',
    )
    return f"<entry>{''.join(parts)}</entry>"


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(legal(text))}</{name}>"


def event_lines(event: Event) -> list[str]:
    pairs = [
        ("What", event.reason),
        ("Detail", event.detail),
        ("Cure", event.cure if event.state == "broken" else ""),
        ("Since", _time(event.since)),
        ("Until", _time(event.at) if event.state == "recovered" else ""),
        (
            "Last success",
            _time(event.last_success) if event.last_success and event.state == "broken" else "",
        ),
        ("Next try", _time(event.next_try) if event.next_try and event.state == "broken" else ""),
    ]
    return [f"{name}: {line(value)}" for name, value in pairs if value]


def _moment(event: Event) -> datetime:
    return event.at.replace(microsecond=uuid.UUID(event.id).int % 1_000_000)


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
