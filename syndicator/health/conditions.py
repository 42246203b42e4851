"""Decide which conditions (faults, remarks, each with its cure) follow from facts. Pure.

`status`, the health feed, alerts and metrics share them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any, Final

from syndicator.configuration.entry_rules import NEWEST, has_collapsed
from syndicator.configuration.page_rules import LEAD, Wall, find_wall, list_unmatched
from syndicator.configuration.sources.identity import list_moves
from syndicator.core.model import Problem, Source, SourceState
from syndicator.core.reasons import (
    ConditionReason,
    FetchReason,
    FileReason,
    WorkerReason,
    explain_reason,
)
from syndicator.core.urls import redacted
from syndicator.publishing.selection.ending import join_first_names
from syndicator.sending.hubs import FailingHub
from syndicator.store.status import OnHold, Waiting
from syndicator.store.tables.messages import Waiting as Undelivered

# Failures that usually mend themselves: nobody is alerted before they have lasted for a day.
_PASSING_CODES: Final = {
    FetchReason.DNS,
    FetchReason.CONNECT,
    FetchReason.TLS,
    FetchReason.TIMEOUT,
    FetchReason.TRUNCATED,
    FetchReason.DISCONNECTED,
    FetchReason.PROTOCOL,
    FetchReason.RATE_LIMITED,
    FetchReason.SYSTEM,
    WorkerReason.HUNG,
    WorkerReason.MEMORY,
    WorkerReason.CRASHED,
}
_MOST_NAMED = 3  # sources in one line
_MOST_FILES: Final = 3  # articles on hold in one line
_LASTING_FAILURE: Final = timedelta(days=1)  # a failure needs the operator from then on
# Silence: three times the usual pause between two articles, but longer than a weekend and than a
# pause that the source has made twice before.
_USUAL_PAUSES = 3
_DAY_SECONDS = timedelta(days=1).total_seconds()
_KNOWN_PAUSES = 4
# A disk is nearly full if both the share and the size of its free space are below these; a run
# writes far less between two checks. The same for its inodes. All are a choice.
FREE_SHARE = 0.05
FREE_BYTES = 2 * 2**30
FREE_INODES = 100_000
OVERDUE: Final = timedelta(hours=25)  # a crontab that calls `refresh` once a day is well


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A fault or a remark, with its cure. `identity` tells it from others, also at later checks."""

    kind: ConditionReason
    # source key, name of a feed or file, or folder; "" if there is only one of its kind
    subject: str
    since: datetime | None = None  # None: not known
    reason: str = ""  # in words
    detail: str = ""
    cure: str = ""
    last_success: datetime | None = None
    next_try: datetime | None = None  # None: none, or at once
    code: str = ""  # of `reason`, if it has one
    needs_you: bool = True  # False: only a remark, or it mends itself
    count: int = 1  # of entries or articles concerned
    source: str = ""  # key of the source concerned, "" if none

    @property
    def identity(self) -> str:
        return f"{self.kind}:{self.subject}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """The free space of the disk with the folder `path`: bytes (`free` of `size`) and inodes
    (`free_inodes` of `inodes`). `inodes` is 0 if the file system does not count them."""

    path: str
    free: int
    size: int
    free_inodes: int = 0
    inodes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldFeed:
    """A feed whose new edition is invalid, so that the earlier edition stays published. `stem`:
    path of its files without ending, such as tags/ai; `written`: when the earlier edition was
    written, None if unknown."""

    problem: Problem
    stem: str
    written: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """The facts from which conditions follow."""

    sources: Mapping[str, Source] = field(default_factory=dict)
    states: Sequence[SourceState] = ()
    mixed: frozenset[str] = frozenset()  # sources whose newest articles are of several publishers
    held: Sequence[HeldFeed] = ()  # feeds that validation keeps back
    ending: Sequence[str] = ()  # feeds that would end, which the operator has to confirm
    operator: Sequence[Waiting] = ()  # entries that wait for the operator
    floods: Sequence[Waiting] = ()  # entries that wait because too many came at once
    files: Sequence[Problem] = ()  # article files that cannot be read
    on_hold: Sequence[OnHold] = ()  # articles, the newest first
    outdated: int = 0  # articles with kept pages that an older version read
    disks: Sequence[Disk] = ()
    database: str = ""  # why it cannot be used
    configuration: str = ""  # why it could not be read
    clock: str = ""  # why it must be wrong
    alert: str = ""  # why the last alert was not sent
    webhooks: Sequence[Undelivered] = ()  # receivers, by host, that have taken nothing for a day
    hubs: Sequence[FailingHub] = ()  # hubs that refused the notice of a change


def make_condition(
    kind: ConditionReason, subject: str = "", *, source: str = "", **details: Any
) -> Condition:
    """Return a condition of a kind. `subject`: what the condition is about; if it is "", it is
    about the source. `source`: key of the source, "" for none. `details`: values of other fields of
    the condition. Without them, `reason` and `cure` are the words that belong to the kind."""
    words = {"reason": kind.means, "cure": kind.cure, **details}
    return Condition(kind=kind, subject=subject or source, source=source, **words)


def _make_state_condition(kind: ConditionReason, state: SourceState, **details: Any) -> Condition:
    """Return a condition of the source with this state. It has the times of the last successful and
    of the next visit. `details`: values of other fields of the condition."""
    times = {"last_success": state.visits.last_success, "next_try": state.schedule.next_due}
    return make_condition(kind, source=state.key, **{**times, **details})


def find_all_source_conditions(observed: Observed, now: datetime) -> Iterator[Condition]:
    """Yield the conditions (faults and remarks) of all followed sources and of their entries."""
    followed = _list_enabled(observed)
    flooded = {flood.source for flood in observed.floods}
    for state in followed:
        yield from find_source_conditions(state, now, is_mixed=state.key in observed.mixed)
        if state.warning and state.key not in flooded:  # a flood has its own condition, below
            yield make_condition(
                ConditionReason.SOURCE_WARNING,
                source=state.key,
                detail=state.warning,
                needs_you=False,
            )
    yield from _find_muted_entries(followed)
    yield from _find_moved_sources(followed)
    for flood in observed.floods:
        yield _make_waiting_condition(ConditionReason.FLOOD, flood, subject=flood.source)
    # entries that wait for the operator
    ended_sessions = {state.key for state in followed if _has_ended_session(state)}
    for entries in observed.operator:
        if entries.reason != FetchReason.SESSION_ENDED:
            subject = f"{entries.source} {entries.reason}"
            yield _make_waiting_condition(ConditionReason.ENTRIES_WAIT, entries, subject=subject)
        elif entries.source not in ended_sessions:  # else the source has this condition already
            yield _make_entries_session_condition(entries)


def _find_muted_entries(followed: Sequence[SourceState]) -> Iterator[Condition]:
    """Yield one remark that says how many entries the rules `keep` and `mute` leave out, and of
    which sources; nothing if they leave out none. `followed`: the states of the sources."""
    count = sum(state.muted for state in followed)
    if not count:
        return
    keys = sorted(state.key for state in followed if state.muted)
    detail = f"{count} of {', '.join(keys[:_MOST_NAMED])}"
    if len(keys) > _MOST_NAMED:
        detail += " and others"
    yield make_condition(ConditionReason.MUTED, detail=detail, count=count, needs_you=False)


def _find_moved_sources(followed: Sequence[SourceState]) -> Iterator[Condition]:
    """Yield a condition for each source whose address redirects permanently. It needs the operator
    only if the move comes with a warning. `followed`: the states of the sources."""
    for move in list_moves(followed):
        detail = f"{move.url} is now {move.moved_to}"
        if move.site_moved:
            detail += "; its articles moved along and keep their ids"
        elif move.warning:
            detail += f"; {move.warning}"
        yield make_condition(
            ConditionReason.SOURCE_MOVED,
            source=move.source,
            since=move.since,
            detail=detail,
            needs_you=bool(move.warning),
        )


def _list_enabled(observed: Observed) -> list[SourceState]:
    """Return the states of sources that are configured and not paused."""
    enabled = {key for key, source in observed.sources.items() if source.enabled}
    return [state for state in observed.states if state.key in enabled]


def find_source_conditions(
    state: SourceState, now: datetime, *, is_mixed: bool = False
) -> Iterator[Condition]:
    """Yield the worst fault of a source, if it has any, and a condition for each of its selectors
    that matches nothing. `state`: what its visits brought. `is_mixed`: True if its articles are of
    several publishers; short texts then do not mean that the site has a new layout."""
    # only the first fault of this list
    if state.backoff.disabled:
        yield _make_gone_condition(state)
    elif _has_ended_session(state):
        yield _make_source_session_condition(state)
    elif state.backoff.reason:
        yield _make_failing_condition(state, now)
    elif silence := find_silence_start(state.cadence.recent, now):
        yield _make_silence_condition(state, silence, now)
    elif blocked := find_wall(state.pages.walls):
        yield _make_wall_condition(state, blocked)
    elif not is_mixed and has_collapsed(state.pages.bodies):
        yield _make_collapse_condition(state)
    for rule, pages in list_unmatched(state):
        subject = f"{state.key} {rule}"
        detail = f"{rule}: nothing on the last {pages} pages"
        yield make_condition(
            ConditionReason.SELECTOR_UNMATCHED,
            subject,
            source=state.key,
            detail=detail,
            count=pages,
        )


def _make_silence_condition(state: SourceState, since: datetime, now: datetime) -> Condition:
    """Return the condition of a source that has published nothing since `since`, an unusually long
    time. It needs the operator, except if the source was already unusually silent when it was
    added: then the operator knew it."""
    usual_days = median(_measure_pauses(state.cadence.recent)) / _DAY_SECONDS
    usual_pause = f"{24 * usual_days:.2g} hours"
    if usual_days > 1:
        usual_pause = f"{usual_days:.2g} days"

    article_times = [moment for moment in state.cadence.recent if moment <= now]
    longest_usual_pause = _find_longest_usual_pause(article_times) or timedelta()
    became_unusual = since + longest_usual_pause
    added = state.visits.first_visit
    was_silent_when_added = added is not None and added >= became_unusual
    return _make_state_condition(
        ConditionReason.SOURCE_SILENT,
        state,
        since=since,
        detail=(
            f"its last article is of {since:%Y-%m-%d}; it used to publish about every {usual_pause}"
        ),
        needs_you=not was_silent_when_added,
    )


def _has_ended_session(state: SourceState) -> bool:
    """True if the source is still visited, but its address shows only the login page of its site:
    its cookies are of a session that ended."""
    is_visited = not state.backoff.disabled
    return is_visited and state.backoff.reason == FetchReason.SESSION_ENDED


def _make_source_session_condition(state: SourceState) -> Condition:
    """Return the condition of a source whose own address shows the login page of its site."""
    return _make_state_condition(
        ConditionReason.SESSION_ENDED,
        state,
        since=state.backoff.failing_since,
        reason=_name_session(state.key),
        detail=state.backoff.detail,
        code=FetchReason.SESSION_ENDED,
    )


def _make_entries_session_condition(entries: Waiting) -> Condition:
    """Return the condition of a source whose entries wait because their pages show the login page
    of the site: its session ended. `entries`: the summary of the waiting entries."""
    condition = _make_waiting_condition(
        ConditionReason.SESSION_ENDED, entries, subject=entries.source
    )
    return replace(condition, reason=_name_session(entries.source))


def _name_session(key: str) -> str:
    return f"the session of {key} ended"


def _make_gone_condition(state: SourceState) -> Condition:
    """Return the condition of a source that is not visited any more because its address is gone."""
    code = state.backoff.disabled or ""
    reason, _ = explain_reason(code)
    return _make_state_condition(
        ConditionReason.SOURCE_GONE,
        state,
        since=state.backoff.gone_since or state.visits.last_visit,
        next_try=None,
        reason=reason,
        detail=state.backoff.detail,
        code=code,
    )


def _make_failing_condition(state: SourceState, now: datetime) -> Condition:
    """Return the condition of a source whose last visits failed. It needs the operator in three
    cases: the source never worked, so its address may be wrong; it has failed for a day or longer;
    or the cause does not go away by itself."""
    code = state.backoff.reason or ""
    reason, cure = explain_reason(code)
    visits = state.visits
    since = state.backoff.failing_since or visits.last_success or visits.first_visit
    is_lasting = since is not None and now - since >= _LASTING_FAILURE
    has_never_worked = visits.last_success is None
    needs_operator = has_never_worked or is_lasting or not is_passing(code)
    return _make_state_condition(
        ConditionReason.SOURCE_FAILING,
        state,
        since=since,
        reason=reason,
        detail=state.backoff.detail,
        cure=cure or "look at its address in a browser; correct or remove it in sources.toml",
        code=code,
        needs_you=needs_operator,
        count=max(1, state.backoff.failures),
    )


def _make_wall_condition(state: SourceState, blocked: Wall) -> Condition:
    """Return the condition of a source whose pages are behind a paywall, a login or a question for
    consent. `blocked`: which of these, and on how many of its last pages. If the pages show the
    beginning of their articles, it does not need the operator, who can do nothing about it."""
    shows_beginning = blocked.reason == LEAD
    return _make_state_condition(
        ConditionReason.SOURCE_WALLED,
        state,
        detail=f"{blocked.pages} of its last {blocked.of} pages: {blocked.means}",
        cure=blocked.cure,
        code=blocked.reason,
        needs_you=not shows_beginning,
    )


def _make_collapse_condition(state: SourceState) -> Condition:
    """Return the condition of a source whose newest texts are much shorter than its earlier ones,
    probably because the layout of its site changed."""
    # numbers of characters; 0 for a page that was refused
    newest_lengths = state.pages.bodies[:NEWEST]
    earlier_lengths = state.pages.bodies[NEWEST:]
    refused_pages = newest_lengths.count(0)
    detail = (
        f"{round(median(newest_lengths))} characters in the middle of the last {NEWEST} pages, of"
        f" which {refused_pages} were refused; {round(median(earlier_lengths))} in those before"
    )
    newest_times = state.cadence.recent[:NEWEST]
    since = newest_times[-1] if newest_times else None  # about the time of the first short text
    return _make_state_condition(
        ConditionReason.EXTRACTION_COLLAPSED, state, since=since, detail=detail
    )


def find_silence_start(recent: Sequence[datetime], now: datetime) -> datetime | None:
    """Return the time of the newest article of a source if nothing was published since then for an
    unusually long time, else None. `recent`: times of its last articles; times in the future are
    ignored."""
    article_times = [moment for moment in recent if moment <= now]
    newest = max(article_times, default=now)
    silence = now - newest
    if silence.total_seconds() <= _USUAL_PAUSES * _DAY_SECONDS:
        return None  # three days without an article are never unusual
    longest_usual_pause = _find_longest_usual_pause(article_times)
    if longest_usual_pause is None or silence <= longest_usual_pause:
        return None
    return newest


def _find_longest_usual_pause(article_times: Sequence[datetime]) -> timedelta | None:
    """Return the longest time without an article that is still usual for a source: three times its
    median pause between two articles (a median below a day counts as a day), or its second longest
    pause if that is longer. None if fewer than four pauses are known."""
    pauses = _measure_pauses(article_times)
    if len(pauses) < _KNOWN_PAUSES:
        return None
    usual = max(median(pauses), _DAY_SECONDS)
    second_longest = pauses[-2]  # they are sorted
    return timedelta(seconds=max(_USUAL_PAUSES * usual, second_longest))


def _make_waiting_condition(kind: ConditionReason, entries: Waiting, *, subject: str) -> Condition:
    """Return a condition of entries of one source that wait for the same reason. `entries`: their
    reason, their number and the address of one of them. `subject`: what the condition is about."""
    reason, cure = explain_reason(entries.reason)
    number = "1 entry waits" if entries.count == 1 else f"{entries.count} entries wait"
    detail = f"{number}, such as {entries.example}"
    if entries.detail:
        detail = f"{entries.detail}; {detail}"
    return Condition(
        kind=kind,
        subject=subject,
        source=entries.source,
        since=entries.since,
        reason=reason,
        detail=detail,
        cure=cure,
        next_try=entries.next_try,
        code=entries.reason,
        count=entries.count,
    )


def _measure_pauses(times: Sequence[datetime]) -> list[float]:
    """Return the pauses between times that follow each other: in seconds, the shortest first."""
    in_order = sorted(times)
    return sorted((later - earlier).total_seconds() for earlier, later in pairwise(in_order))


def find_conditions(observed: Observed, now: datetime) -> tuple[Condition, ...]:
    """Return all conditions (faults and remarks) that follow from the facts, first those that need
    the operator."""
    conditions = [
        *_find_machine_conditions(observed, now),
        *find_all_source_conditions(observed, now),
        *_find_standstill(observed, now),
        *_find_feed_conditions(observed),
    ]
    rank_by_kind = {kind: number for number, kind in enumerate(ConditionReason)}

    def make_sort_key(condition: Condition) -> tuple[bool, int, str]:
        """Return a key that sorts conditions that need the operator first, then by kind."""
        is_remark = not condition.needs_you
        return is_remark, rank_by_kind[condition.kind], condition.subject

    printable: list[Condition] = []
    for condition in conditions:
        subject = _make_printable(condition.subject)
        detail = _make_printable(condition.detail)
        printable.append(replace(condition, subject=subject, detail=detail))
    return tuple(sorted(printable, key=make_sort_key))


def _make_printable(value: str) -> str:
    r"""Return a text with escapes such as `\\udce4` for characters that UTF-8 cannot encode. Names
    of files may have them."""
    return value.encode("utf-8", "backslashreplace").decode()


def _find_machine_conditions(observed: Observed, now: datetime) -> Iterator[Condition]:
    """Yield a condition for each fault of the database, the configuration, the clock, the alerts,
    the webhooks and the hubs, and for each disk that is nearly full."""
    # a fault in words, "" if there is none
    faults = {
        ConditionReason.DATABASE: observed.database,
        ConditionReason.CONFIGURATION: observed.configuration,
        ConditionReason.CLOCK: observed.clock,
        ConditionReason.ALERT: observed.alert,
    }
    for kind, detail in faults.items():
        if detail:
            yield make_condition(kind, detail=detail)
    for receiver in observed.webhooks:
        yield make_condition(
            ConditionReason.WEBHOOK,
            receiver.receiver,
            since=receiver.since,
            detail=f"{receiver.fault}; messages that wait: {receiver.count}",
            count=receiver.count,
        )
    for hub in observed.hubs:
        yield _make_hub_condition(hub, now)
    for disk in observed.disks:
        if is_nearly_full(disk):
            yield make_condition(ConditionReason.DISK, disk.path, detail=describe_room(disk))


def _make_hub_condition(failing: FailingHub, now: datetime) -> Condition:
    """Return the condition of a WebSub hub that refuses our notices of changed feeds. It needs the
    operator if it has lasted for a day, or if the cause does not go away by itself."""
    detail = failing.reason
    if failing.detail:
        detail += f": {failing.detail}"
    count = len(failing.untold)
    is_lasting = now - failing.since >= _LASTING_FAILURE
    return make_condition(
        ConditionReason.HUB,
        redacted(failing.hub),
        since=failing.since,
        detail=f"{detail}; feeds that it was not told of: {count}",
        code=failing.reason,
        needs_you=is_lasting or not is_passing(failing.reason),
        count=count,
    )


def is_passing(code: str) -> bool:
    """True if a failure with this reason code usually mends itself."""
    return code in _PASSING_CODES or code.startswith("http-5")


def is_nearly_full(disk: Disk) -> bool:
    """True if a disk has too little room for more data or for more files."""
    has_few_bytes = disk.free < FREE_SHARE * disk.size and disk.free < FREE_BYTES
    has_few_inodes = _has_small_share_of_inodes(disk) and disk.free_inodes < FREE_INODES
    return has_few_bytes or has_few_inodes


def _has_small_share_of_inodes(disk: Disk) -> bool:
    """True if less than 5 % of the inodes are free, each of which is room for one file."""
    return disk.free_inodes < FREE_SHARE * disk.inodes


def describe_room(disk: Disk) -> str:
    """Return the free space of a disk in words: "3.1 GB (4 %) free". If only few more files fit on
    it, the words say how many."""
    free = format_size(disk.free)
    if disk.size:
        free += f" ({100 * disk.free / disk.size:.0f} %)"
    if _has_small_share_of_inodes(disk):
        return f"{free} free, room for {disk.free_inodes} more files"
    return f"{free} free"


def format_size(count: int) -> str:
    """Return a number of bytes in words: "3.1 GB"."""
    for unit_size, unit in ((10**12, "TB"), (10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if count >= unit_size:
            return f"{count / unit_size:.3g} {unit}"
    return f"{count} B"


def _find_standstill(observed: Observed, now: datetime) -> Iterator[Condition]:
    """Yield a condition if the program seems not to run: sources are overdue by more than a day,
    and no source was visited for a day. Else yield nothing."""
    enabled = _list_enabled(observed)
    visits = [state.visits.last_visit for state in enabled if state.visits.last_visit]
    last_visit = max(visits, default=None)
    overdue_times: list[datetime] = []  # when the overdue sources were due
    for state in enabled:
        due = state.schedule.next_due
        if due is None or state.backoff.disabled:
            continue
        if now - due > OVERDUE:
            overdue_times.append(due)
    if not overdue_times or last_visit is None:
        return
    has_recent_visit = now - last_visit <= OVERDUE
    if has_recent_visit:
        return
    yield make_condition(
        ConditionReason.NOT_RUNNING,
        since=min(overdue_times),
        detail=f"{len(overdue_times)} of {len(enabled)} sources are overdue",
        last_success=last_visit,
    )


def _find_feed_conditions(observed: Observed) -> Iterator[Condition]:
    """Yield the conditions of invalid feeds, of feeds that would end, of article files that cannot
    be read, and of articles that are on hold or outdated."""
    for feed in observed.held:  # an invalid new edition is held back, the earlier stays published
        fault = feed.problem.detail
        yield make_condition(
            ConditionReason.FEED_HELD, feed.stem, detail=fault, last_success=feed.written
        )
    if observed.ending:
        count = len(observed.ending)
        detail = f"{count}: {join_first_names(observed.ending)}"
        yield make_condition(ConditionReason.FEEDS_WOULD_END, detail=detail, count=count)
    for problem in observed.files:
        reason, cure = explain_reason(problem.reason)
        # the operator may have deleted the file on purpose
        may_be_meant = problem.reason == FileReason.VANISHED
        yield make_condition(
            ConditionReason.ARTICLE_FILE,
            problem.what,
            reason=reason,
            detail=problem.detail,
            cure=cure,
            code=problem.reason,
            needs_you=not may_be_meant,
        )
    if observed.on_hold:
        yield _make_on_hold_condition(observed.on_hold)
    if observed.outdated:
        yield make_condition(ConditionReason.OUTDATED, count=observed.outdated, needs_you=False)


def _make_on_hold_condition(articles: Sequence[OnHold]) -> Condition:
    """Return the condition of articles on hold: they are not published until the operator releases
    them. Its detail names the files of the first three, each with its reason."""
    first_files: list[str] = []
    for article in articles[:_MOST_FILES]:
        reason = f" ({article.reason})" if article.reason else ""
        first_files.append(article.file + reason)
    detail = ", ".join(first_files)
    number_of_others = len(articles) - len(first_files)
    if number_of_others:
        detail += f" and {number_of_others} more"
    times_added = [article.added for article in articles if article.added]
    return make_condition(
        ConditionReason.ARTICLES_ON_HOLD,
        since=min(times_added, default=None),
        detail=detail,
        count=len(articles),
    )
