"""After a run: count visits and builds, check conditions, send alerts, mail digests."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from syndicator.app.archive import Archive, find_terms, make_opened_instance
from syndicator.app.places import open_outlet
from syndicator.app.read_configuration import Configuration, join_faults
from syndicator.configuration.settings import Settings
from syndicator.core.errors import DiskError, SyndicatorError
from syndicator.core.model import Outcome, Problem
from syndicator.core.reasons import ConditionReason
from syndicator.health import episodes
from syndicator.health.observing import examine
from syndicator.publishing.kinds.targets import BuildReport
from syndicator.sending import digests, webhooks
from syndicator.store.engine import Store

# Pauses between two checks of all conditions: five minutes if nothing happens, else 60 times as
# long as a check takes. A check of 50,000 sources blocks the loop for over a second. Both are a
# choice.
_QUIET_PAUSE: Final = timedelta(minutes=5)
_PAUSE_PER_CHECK: Final = 60
_MAIL_PAUSE: Final = timedelta(minutes=10)  # between two tries of a digest's mail


async def report_run(
    archive: Archive,
    configuration: Configuration,
    jitter: Callable[[], float],
    outcomes: Sequence[Outcome],
    built: BuildReport,
    *,
    seconds: float,
    down: bool = False,
) -> tuple[Problem, ...]:
    """Record a finished run, check the conditions, and send alerts, digests and webhook messages
    that are due. Return a problem for each of these that failed; never raises SyndicatorError or
    OSError.

    `outcomes`: of its visits; `built`: report of its builds; `seconds`: how long it took. `jitter`:
    returns a random number that spreads retries of webhooks. `down`: True if no source answered."""
    try:
        record_counters(archive, outcomes, built, seconds=seconds, down=down)
        failed_alerts = await check_health(
            archive, configuration, has_news=bool(outcomes or built.builds)
        )
        failed_digests = await mail_digests(archive, configuration)
        failed_webhooks = await webhooks.send_due_messages(archive, configuration, jitter)
        return (*failed_alerts, *failed_digests, *failed_webhooks)
    except SyndicatorError as error:
        return (Problem(what="health", reason=error.reason, detail=str(error)),)
    except OSError as error:
        return (Problem(what="health", reason=DiskError.reason, detail=str(DiskError.of(error))),)


def record_counters(
    archive: Archive,
    outcomes: Sequence[Outcome],
    built: BuildReport,
    *,
    seconds: float | None = None,
    down: bool = False,
) -> None:
    """Add visits and builds to the stored counters. `seconds`: how long the run took, None if they
    were no run. `down`: True if no source answered."""
    with archive.store.fleet.in_turn():
        counters = episodes.read_counters(archive.store)
        counters = episodes.add_to_counters(
            counters, outcomes, built, seconds=seconds, now=archive.clock(), down=down
        )
        _write_counters(archive, counters)


async def check_health(
    archive: Archive, configuration: Configuration, *, has_news: bool, unreadable_because: str = ""
) -> tuple[Problem, ...]:
    """Check the conditions if a check is due: record and report those that began or ended. In any
    case, write the health feed and the file of metrics, and send an alert that is due.

    `has_news`: True if something happened since the last call. `unreadable_because`: why the
    configuration could not be read, "" if it was. Return a problem for each report that failed."""
    now = archive.clock()
    counters = episodes.read_counters(archive.store)
    fault = unreadable_because or join_faults(configuration.faults)
    if is_look_due(counters.get("look", {}), now, has_news=has_news or bool(fault)):
        counters_of_look = _report_conditions(archive, configuration, now, fault)
        with archive.store.fleet.in_turn():
            counters = episodes.read_counters(archive.store)
            _write_counters(archive, {**counters, **counters_of_look})
    _publish_health_feed(archive.store, configuration)
    failed_files = _write_textfile(archive.store, configuration.settings)
    failed_alerts = await _send_due_alert(archive, configuration)
    return (*failed_files, *failed_alerts)


def _write_counters(archive: Archive, counters: episodes.Counters) -> None:
    archive.store.visits.set_note(
        episodes.COUNTERS, json.dumps(counters, sort_keys=True), archive.clock()
    )


def is_look_due(last: Mapping[str, float], now: datetime, *, has_news: bool) -> bool:
    """True if the conditions are to be checked now. `last`: empty before the first check, else with
    two values of the last check: `at`, when it was (Unix time), and `took`, how many seconds it
    took."""
    passed = now.timestamp() - last.get("at", 0)
    if passed < 0:  # the clock was set back
        return True
    if has_news:
        return passed >= _PAUSE_PER_CHECK * round(last.get("took", 0))
    return passed >= _QUIET_PAUSE.total_seconds()


def _report_conditions(
    archive: Archive, configuration: Configuration, now: datetime, fault: str
) -> episodes.Counters:
    """Find the present conditions. Those that began or ended since the last check are put into the
    outbox of alerts and the queue of webhooks. `fault`: of the configuration, "" for none. Return
    the counters of a check: conditions by kind, sources, and how long the check took."""
    clock = asyncio.get_running_loop().time
    began = clock()
    present = examine(make_opened_instance(archive, configuration, fault)).conditions
    stored_memory = episodes.read_memory(archive.store)
    memory, events = episodes.update_episodes(stored_memory, present, now, archive.instance)
    # stored before the memory: after a crash an alert is sent twice rather than never
    if events and _has_alerts(configuration.settings):
        outbox = episodes.add_to_outbox(episodes.read_outbox(archive.store), events)
        episodes.write_state(archive.store, outbox, now)
    for event, title in zip(events, episodes.iterate_headlines(events), strict=True):
        data = {"title": title, **asdict(event)}
        webhooks.queue_condition_messages(
            archive,
            configuration.settings,
            opened=event.state == "broken",
            subject=f"{event.kind}:{event.subject}",
            data=data,
        )
    if memory != stored_memory:
        episodes.write_state(archive.store, memory, now)
    return {
        "conditions": Counter(str(condition.kind) for condition in present),
        "sources": {"": len(configuration.sources)},
        "look": {"at": now.timestamp(), "took": clock() - began},
    }


def _publish_health_feed(store: Store, configuration: Configuration) -> None:
    """Write the health feed to the published files. If `health.publish` is off, delete it from
    them."""
    settings = configuration.settings
    with suppress(OSError):  # without a token only the feed is missing
        # `status` needs it and creates none: `up` and `serve` may never run
        episodes.ensure_feed_token(settings.state_dir)
    outlet = open_outlet(settings, configuration.environ)
    if settings.health.publish:
        key = episodes.ensure_feed_token(settings.state_dir)
        document = episodes.render_health_feed(episodes.read_memory(store).events, settings, key)
        outlet.put(episodes.feed_name(key), document)
    elif outlet.names("health/"):  # published before
        key = episodes.read_feed_token(settings.state_dir)
        if key:
            outlet.delete(episodes.feed_name(key))
    outlet.commit()


def _write_textfile(store: Store, settings: Settings) -> list[Problem]:
    """Write the metrics to the file `health.textfile`, if it is set. Return a problem if that
    fails."""
    path = settings.health.textfile
    if not path:
        return []
    from syndicator.health import metrics

    try:
        metrics.write(Path(settings.at(path)), metrics.read_metrics(store, settings))
    except OSError as error:
        detail = str(DiskError.of(error))
        return [Problem(what="health.textfile", reason=DiskError.reason, detail=detail)]
    return []


async def _send_due_alert(archive: Archive, configuration: Configuration) -> list[Problem]:
    """Send the waiting events if an alert is due. Return a problem if that fails."""
    now = archive.clock()
    if not _has_alerts(configuration.settings):
        return []
    outbox = episodes.read_outbox(archive.store)
    if not episodes.is_due(outbox, now):
        return []
    from syndicator.health.alert import send_alert

    outbox = await send_alert(configuration.settings, outbox, now, configuration.environ)
    episodes.write_state(archive.store, outbox, now)
    if not outbox.fault:
        return []
    return [Problem(what="alert", reason=ConditionReason.ALERT, detail=outbox.fault)]


async def mail_digests(archive: Archive, configuration: Configuration) -> list[Problem]:
    """Mail the newest issue of each digest, if that was not done yet. A failed mail is tried again
    after ten minutes. Return a problem for each digest whose mail failed and is not sent yet."""
    now = archive.clock()
    stored = digests.read_issues(archive.store)
    for digest in configuration.settings.digest:
        issues_newest_first = stored.get(digest.name, {}).get("issues", ())
        issue: dict[str, Any] = next(iter(issues_newest_first), {})
        if not digest.mail or not issue.get("waits"):
            continue
        if issue["tried"] > (now - _MAIL_PAUSE).isoformat():
            continue
        from syndicator.health.alert import send_mail
        from syndicator.publishing.digests import make_digest_entry, write_plain_text
        from syndicator.publishing.entries import Entries

        entries = Entries(
            archive.store.index,
            partial(find_terms, archive, configuration),
            archive.instance,
            configuration.settings,
            {},
        )
        view = make_digest_entry(
            digest.name, digests.drop_unpublished(archive.store, issue), entries
        )
        fault = ""
        if view:  # else all its articles were withdrawn
            alert = configuration.settings.alert
            content = write_plain_text(view.content)
            fault = await send_mail(
                alert, digest.mail, view.title, content, now, configuration.environ
            )
        issue |= {"waits": bool(fault), "tried": now.isoformat(), "fault": fault}
        digests.write_issues(archive, stored)
    return [
        Problem(what="digest", reason=ConditionReason.ALERT, detail=fault)
        for fault in digests.list_mail_faults(archive.store)
    ]


def _has_alerts(settings: Settings) -> bool:
    return bool(settings.alert.command or settings.alert.mail)
