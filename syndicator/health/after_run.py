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
    """Count a finished run, check the health of the instance, and send the alerts, digests and
    webhook messages that are due. Return a problem for each of these tasks that failed. It raises
    neither SyndicatorError nor OSError: they become problems, too.

    `jitter`: returns a random number; it spreads the retries of webhooks. `outcomes`: results of
    the run's visits. `built`: report of its builds. `seconds`: how long the run took. `down`: True
    if no source answered."""
    has_news = bool(outcomes or built.builds)
    try:
        record_counters(archive, outcomes, built, seconds=seconds, down=down)
        failed_alerts = await check_health(archive, configuration, has_news=has_news)
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
    """Add visits and builds to the counters in the database. `outcomes`: results of the visits;
    `built`: report of the builds. `seconds`: how long the run took, None if there was no run, only
    a build. `down`: True if no source answered."""
    # Processes take turns, so that none overwrites what another has just counted.
    with archive.store.fleet.in_turn():
        counters = episodes.read_counters(archive.store)
        counters = episodes.add_to_counters(
            counters, outcomes, built, seconds=seconds, now=archive.clock(), down=down
        )
        _write_counters(archive, counters)


async def check_health(
    archive: Archive, configuration: Configuration, *, has_news: bool, unreadable_because: str = ""
) -> tuple[Problem, ...]:
    """Check all conditions (faults and remarks) if a check is due, and report those that began or
    ended. In any case, write the health feed and the file of metrics, and send an alert that is
    due. Return a problem for each report that failed.

    `has_news`: True if something happened since the last call. `unreadable_because`: why the
    configuration could not be read, "" if it could."""
    now = archive.clock()
    counters = episodes.read_counters(archive.store)
    last_check = counters.get("look", {})
    fault = unreadable_because or join_faults(configuration.faults)
    if is_check_due(last_check, now, has_news=has_news or bool(fault)):
        counters_of_check = _report_conditions(archive, configuration, now, fault)
        with archive.store.fleet.in_turn():
            # read again: another process may have counted during the check
            counters = episodes.read_counters(archive.store)
            _write_counters(archive, {**counters, **counters_of_check})
    _publish_health_feed(archive.store, configuration)
    failed_files = _write_textfile(archive.store, configuration.settings)
    failed_alerts = await _send_due_alert(archive, configuration)
    return (*failed_files, *failed_alerts)


def _write_counters(archive: Archive, counters: episodes.Counters) -> None:
    archive.store.visits.set_note(
        episodes.COUNTERS, json.dumps(counters, sort_keys=True), archive.clock()
    )


def is_check_due(last: Mapping[str, float], now: datetime, *, has_news: bool) -> bool:
    """True if the conditions are to be checked now. `last`: the last check; "at" is when it was
    (Unix time), "took" is how many seconds it took; empty before the first check. `has_news`: True
    if something happened since then; the pause between two checks is then shorter."""
    passed = now.timestamp() - last.get("at", 0)
    if passed < 0:  # the clock was set back
        return True
    if has_news:
        return passed >= _PAUSE_PER_CHECK * round(last.get("took", 0))
    return passed >= _QUIET_PAUSE.total_seconds()


def _report_conditions(
    archive: Archive, configuration: Configuration, now: datetime, fault: str
) -> episodes.Counters:
    """Find the conditions of this moment. Put those that began or ended since the last check into
    the outbox of alerts and the queue of webhooks. `fault`: what is wrong with the configuration,
    "" for nothing.

    Return the counters of this check: "conditions" (number by kind), "sources" (their number) and
    "look" (when the check was and how many seconds it took)."""
    store = archive.store
    read_monotonic_clock = asyncio.get_running_loop().time
    began = read_monotonic_clock()
    present = examine(make_opened_instance(archive, configuration, fault)).conditions
    stored_memory = episodes.read_memory(store)
    memory, events = episodes.update_episodes(stored_memory, present, now, archive.instance)

    # The outbox is stored before the memory: after a crash between the two, the same events are
    # found again, and an alert is sent twice rather than never.
    if events and _has_alerts(configuration.settings):
        outbox = episodes.add_to_outbox(episodes.read_outbox(store), events)
        episodes.write_state(store, outbox, now)
    for event, title in zip(events, episodes.iterate_headlines(events), strict=True):
        webhooks.queue_condition_messages(
            archive,
            configuration.settings,
            opened=event.state == "broken",
            subject=f"{event.kind}:{event.subject}",
            data={"title": title, **asdict(event)},
        )
    if memory != stored_memory:
        episodes.write_state(store, memory, now)

    return {
        "conditions": Counter(str(condition.kind) for condition in present),
        "sources": {"": len(configuration.sources)},
        "look": {"at": now.timestamp(), "took": read_monotonic_clock() - began},
    }


def _publish_health_feed(store: Store, configuration: Configuration) -> None:
    """Write the health feed, an Atom feed of the events, to the published files. If the setting
    `health.publish` is off, delete it from them. Its name contains a secret token."""
    settings = configuration.settings
    # `status` shows the address of the feed but creates no token, and it may be called before any
    # server runs: so create it here. Without the token only the feed is missing.
    with suppress(OSError):
        episodes.ensure_feed_token(settings.state_dir)
    outlet = open_outlet(settings, configuration.environ)
    if settings.health.publish:
        token = episodes.ensure_feed_token(settings.state_dir)
        events = episodes.read_memory(store).events
        document = episodes.render_health_feed(events, settings, token)
        outlet.put(episodes.feed_name(token), document)
    elif outlet.names("health/"):  # it was published before
        token = episodes.read_feed_token(settings.state_dir)
        if token:
            outlet.delete(episodes.feed_name(token))
    outlet.commit()


def _write_textfile(store: Store, settings: Settings) -> list[Problem]:
    """Write the metrics to the file that the setting `health.textfile` names, if it names one.
    Return a list with the problem if that fails, else an empty list."""
    path = settings.health.textfile
    if not path:
        return []
    from syndicator.health import metrics

    try:
        metrics.write_textfile(Path(settings.at(path)), metrics.read_metrics(store, settings))
    except OSError as error:
        detail = str(DiskError.of(error))
        return [Problem(what="health.textfile", reason=DiskError.reason, detail=detail)]
    return []


async def _send_due_alert(archive: Archive, configuration: Configuration) -> list[Problem]:
    """Send the events in the outbox if an alert is due. Return a list with the problem if that
    fails, else an empty list."""
    now = archive.clock()
    if not _has_alerts(configuration.settings):
        return []
    outbox = episodes.read_outbox(archive.store)
    if not episodes.is_message_due(outbox, now):
        return []
    from syndicator.health.alert import send_alert

    outbox = await send_alert(configuration.settings, outbox, now, configuration.environ)
    episodes.write_state(archive.store, outbox, now)
    if not outbox.fault:
        return []
    return [Problem(what="alert", reason=ConditionReason.ALERT, detail=outbox.fault)]


async def mail_digests(archive: Archive, configuration: Configuration) -> list[Problem]:
    """Mail the newest issue of each digest that has mail addresses, if it was not mailed yet. A
    failed mail is tried again after ten minutes. Return a problem for each digest whose last mail
    failed."""
    now = archive.clock()
    stored = digests.read_issues(archive.store)
    for digest in configuration.settings.digest:
        issues_newest_first = stored.get(digest.name, {}).get("issues", ())
        if not digest.mail or not issues_newest_first:
            continue
        issue: dict[str, Any] = issues_newest_first[0]
        if not issue.get("waits"):  # it was mailed
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
        published = digests.drop_unpublished(archive.store, issue)
        entry = make_digest_entry(digest.name, published, entries)
        fault = ""
        if entry:  # else all its articles were withdrawn, and there is nothing to mail
            alert = configuration.settings.alert
            content = write_plain_text(entry.content)
            fault = await send_mail(
                alert, digest.mail, entry.title, content, now, configuration.environ
            )
        # `issue` is a part of `stored`, which is written with it
        issue |= {"waits": bool(fault), "tried": now.isoformat(), "fault": fault}
        digests.write_issues(archive, stored)
    return [
        Problem(what="digest", reason=ConditionReason.ALERT, detail=fault)
        for fault in digests.list_mail_faults(archive.store)
    ]


def _has_alerts(settings: Settings) -> bool:
    return bool(settings.alert.command or settings.alert.mail)
