"""After visits and builds: count them, find new and recovered conditions, alert, mail digests."""

import asyncio
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from syndicator.app.configured import fault_of
from syndicator.app.container import App
from syndicator.app.places import open_outlet
from syndicator.core.errors import DiskError, SyndicatorError
from syndicator.core.model import Outcome, Problem
from syndicator.core.reasons import ConditionReason
from syndicator.health import episodes
from syndicator.health.conditions import conditions
from syndicator.health.status import observe
from syndicator.publishing.kinds.targets import BuildReport
from syndicator.sending import digests, webhooks

# Pauses between two checks of all conditions: five minutes if nothing happens, else 60 times as
# long as a check takes. A check of 50,000 sources blocks the loop for over a second. Both are a
# choice.
_LOOK: Final = timedelta(minutes=5)
_SHARE: Final = 60
_MAIL_PAUSE: Final = timedelta(minutes=10)  # between two tries of a digest's mail


async def report_run(
    app: App, outcomes: Sequence[Outcome], built: BuildReport, *, seconds: float, down: bool = False
) -> tuple[Problem, ...]:
    """Record a run that took `seconds`, report what changed and send what is due. `down`: no source
    answered. Returns the reports that failed."""
    try:
        record_counters(app, outcomes, built, seconds=seconds, down=down)
        failed_alerts = await check_health(app, has_news=bool(outcomes or built.builds))
        failed_digests = await mail_digests(app)
        failed_webhooks = await webhooks.send(app)
        return (*failed_alerts, *failed_digests, *failed_webhooks)
    except SyndicatorError as error:
        return (Problem(what="health", reason=error.reason, detail=str(error)),)
    except OSError as error:
        return (Problem(what="health", reason=DiskError.reason, detail=str(DiskError.of(error))),)


def record_counters(
    app: App,
    outcomes: Sequence[Outcome],
    built: BuildReport,
    *,
    seconds: float | None = None,
    down: bool = False,
) -> None:
    """Add visits and builds to the counters. `seconds`: how long the run took; None: it was no
    run."""
    counters = episodes.read_counters(app.store)
    counters = episodes.add_to_counters(
        counters, outcomes, built, seconds=seconds, now=app.clock(), down=down
    )
    _write_counters(app, counters)


async def check_health(
    app: App, *, has_news: bool, unreadable_because: str = ""
) -> tuple[Problem, ...]:
    """Look for new and recovered conditions if that is due, publish them, and alert. `has_news`:
    something happened since the last call; `unreadable_because`: why the configuration could not be
    read. Returns the reports that failed."""
    now = app.clock()
    counters = episodes.read_counters(app.store)
    fault = unreadable_because or fault_of(app.faults)
    if is_look_due(counters.get("look", {}), now, has_news=has_news or bool(fault)):
        counters_of_look = _report_conditions(app, now, fault)
        _write_counters(app, {**counters, **counters_of_look})
    _publish(app)
    failed_files = _write_textfile(app)
    failed_alerts = await _alert(app)
    return (*failed_files, *failed_alerts)


def _write_counters(app: App, counters: episodes.Counters) -> None:
    app.store.visits.set_note(episodes.COUNTERS, json.dumps(counters, sort_keys=True), app.clock())


def is_look_due(last: Mapping[str, float], now: datetime, *, has_news: bool) -> bool:
    """True if conditions are to be checked. `last`: `at` (Unix time) and `took` (seconds)."""
    passed = now.timestamp() - last.get("at", 0)
    pause = _SHARE * round(last.get("took", 0)) if has_news else _LOOK.total_seconds()
    return not 0 <= passed < pause  # also true if the clock was set back


def _report_conditions(app: App, now: datetime, fault: str) -> episodes.Counters:
    """Find the present conditions, and put what began or ended into the outbox of alerts and the
    queue of webhooks. `fault`: of the configuration. Returns the counters that change."""
    clock = asyncio.get_running_loop().time
    began = clock()
    current = conditions(observe(app.place(fault)), now)
    before = episodes.read_memory(app.store)
    memory, events = episodes.follow(before, current, now, app.instance)
    # before the memory: after a crash an alert is sent twice rather than never
    if _is_wanted(app) and events:
        episodes.write(app.store, episodes.put(episodes.read_outbox(app.store), events), now)
    for event, title in zip(events, episodes.titles(events), strict=True):
        data = {"title": title, **asdict(event)}
        webhooks.put_condition(
            app, opened=event.state == "broken", subject=f"{event.kind}:{event.subject}", data=data
        )
    if memory != before:
        episodes.write(app.store, memory, now)
    return {
        "conditions": Counter(str(condition.kind) for condition in current),
        "sources": {"": len(app.sources)},
        "look": {"at": now.timestamp(), "took": clock() - began},
    }


def _publish(app: App) -> None:
    settings = app.settings
    with suppress(OSError):  # without a token only the feed is missing
        # `status` needs it and creates none: `up` and `serve` may never run
        episodes.feed_token(settings.state_dir)
    outlet = open_outlet(settings, app.environ)
    if settings.health.publish:
        key = episodes.feed_token(settings.state_dir)
        document = episodes.feed_document(episodes.read_memory(app.store).events, settings, key)
        outlet.put(episodes.feed_name(key), document)
    elif outlet.names("health/") and (key := episodes.known_feed_token(settings.state_dir)):
        outlet.delete(episodes.feed_name(key))
    outlet.commit()


def _write_textfile(app: App) -> list[Problem]:
    if path := app.settings.health.textfile:
        from syndicator.health import metrics

        try:
            metrics.write(Path(app.settings.at(path)), metrics.of(app.store, app.settings))
        except OSError as error:
            return [
                Problem(
                    what="health.textfile", reason=DiskError.reason, detail=str(DiskError.of(error))
                )
            ]
    return []


async def _alert(app: App) -> list[Problem]:
    now = app.clock()
    if not _is_wanted(app) or not episodes.is_due(outbox := episodes.read_outbox(app.store), now):
        return []
    from syndicator.health.alert import send

    outbox = await send(app.settings, outbox, now, app.environ)
    episodes.write(app.store, outbox, now)
    return (
        [Problem(what="alert", reason=ConditionReason.ALERT, detail=outbox.fault)]
        if outbox.fault
        else []
    )


async def mail_digests(app: App) -> list[Problem]:
    """Mail the newest entry of each digest once; retry failures."""
    now = app.clock()
    stored = digests.read(app.store)
    for digest in app.settings.digest:
        issue: dict[str, Any] = next(iter(stored.get(digest.name, {}).get("issues", ())), {})
        if not digest.mail or not issue.get("waits"):
            continue
        if issue["tried"] > (now - _MAIL_PAUSE).isoformat():
            continue
        from syndicator.health.alert import deliver
        from syndicator.publishing.digests import entry, text
        from syndicator.publishing.entries import Entries

        entries = Entries(app.store.index, app.terms, app.instance, app.settings, {})
        view = entry(digest.name, digests.published(app, issue), entries)
        fault = ""
        if view:  # else all its articles were withdrawn
            alert = app.settings.alert
            fault = await deliver(
                alert, digest.mail, view.title, text(view.content), now, app.environ
            )
        issue |= {"waits": bool(fault), "tried": now.isoformat(), "fault": fault}
        digests.write(app, stored)
    return [
        Problem(what="digest", reason=ConditionReason.ALERT, detail=fault)
        for fault in digests.faults(app.store)
    ]


def _is_wanted(app: App) -> bool:
    return bool(app.settings.alert.command or app.settings.alert.mail)
