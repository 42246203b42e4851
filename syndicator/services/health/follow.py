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

from syndicator.core.errors import DiskError, SyndicatorError
from syndicator.core.model import Outcome, Problem
from syndicator.core.reasons import ConditionReason
from syndicator.publishing.selection.staleness import BuildReport
from syndicator.services import webhooks
from syndicator.services.container import App, fault_of
from syndicator.services.health import episodes
from syndicator.services.health.conditions import conditions
from syndicator.services.health.status import observe
from syndicator.services.places import open_outlet
from syndicator.services.stories import digests

# Pauses between two checks of all conditions: five minutes if nothing happens, else 60 times as long as a check takes.
# A check of 50,000 sources blocks the loop for over a second. Both are a choice.
_LOOK: Final = timedelta(minutes=5)
_SHARE: Final = 60
_MAIL_PAUSE: Final = timedelta(minutes=10)  # between two tries of a digest's mail


async def follow(
    app: App, outcomes: Sequence[Outcome], built: BuildReport, *, seconds: float, down: bool = False
) -> tuple[Problem, ...]:
    """Count a run, report changes and send what is due. Returns failed reports. `down`: no source answered."""
    try:
        count(app, outcomes, built, seconds=seconds, down=down)
        untold = await check_health(app, something=bool(outcomes or built.builds))
        return (*untold, *await mail_digests(app), *await webhooks.send(app))
    except SyndicatorError as error:
        return (Problem(what="health", reason=error.reason, detail=str(error)),)
    except OSError as error:
        return (Problem(what="health", reason=DiskError.reason, detail=str(DiskError.of(error))),)


def count(
    app: App, outcomes: Sequence[Outcome], built: BuildReport, *, seconds: float | None = None, down: bool = False
) -> None:
    """Add visits and builds to the counters. `seconds`: how long the run took; None: it was no run."""
    now = app.clock()
    counters = episodes.counted(episodes.read_counters(app.store), outcomes, built, seconds=seconds, now=now, down=down)
    _write_counters(app, counters)


async def check_health(app: App, *, something: bool, configuration: str = "") -> tuple[Problem, ...]:
    """Look for new and recovered conditions if that is due, publish them, and alert. Returns failed reports.
    `something` happened since the last call; `configuration`: why it could not be read."""
    now = app.clock()
    counters = {name: dict(values) for name, values in episodes.read_counters(app.store).items()}
    configuration = configuration or fault_of(app.faults)
    if is_look_due(counters.get("look", {}), now, something=something or bool(configuration)):
        _look(app, now, counters, configuration)
        _write_counters(app, counters)
    _publish(app)
    return (*_write_textfile(app), *await _alert(app))


def _write_counters(app: App, counters: episodes.Counters) -> None:
    app.store.visits.set_note(episodes.COUNTERS, json.dumps(counters, sort_keys=True), app.clock())


def is_look_due(last: Mapping[str, float], now: datetime, *, something: bool) -> bool:
    """True if conditions are to be checked. `last`: `at` (Unix time) and `took` (seconds)."""
    passed = now.timestamp() - last.get("at", 0)
    pause = _SHARE * round(last.get("took", 0)) if something else _LOOK.total_seconds()
    return not 0 <= passed < pause  # also true if the clock was set back


def _look(app: App, now: datetime, counters: dict[str, dict[str, float]], configuration: str) -> None:
    clock = asyncio.get_running_loop().time
    began = clock()
    current = conditions(observe(app.place(configuration)), now)
    before = episodes.read_memory(app.store)
    memory, events = episodes.follow(before, current, now, app.instance)
    if _is_wanted(app) and events:  # before the memory: after a crash an alert is sent twice rather than never
        episodes.write(app.store, episodes.put(episodes.read_outbox(app.store), events), now)
    for event, title in zip(events, episodes.titles(events), strict=True):
        subject, data = f"{event.kind}:{event.subject}", {"title": title, **asdict(event)}
        webhooks.put_condition(app, opened=event.state == "broken", subject=subject, data=data)
    if memory != before:
        episodes.write(app.store, memory, now)
    counters["conditions"] = dict(Counter(str(condition.kind) for condition in current))
    counters["sources"] = {"": len(app.sources)}
    counters["look"] = {"at": now.timestamp(), "took": clock() - began}


def _publish(app: App) -> None:
    settings = app.settings
    with suppress(OSError):  # without a token only the feed is missing
        episodes.feed_token(settings.state_dir)  # `status` needs it and creates none: `up` and `serve` may never run
    outlet = open_outlet(settings, app.environ)
    if settings.health.publish:
        key = episodes.feed_token(settings.state_dir)
        document = episodes.feed_document(episodes.read_memory(app.store).events, settings, key)
        outlet.put(episodes.feed_name(key), document)
    elif outlet.names("health/") and (key := episodes.known_feed_token(settings.state_dir)):
        outlet.delete(episodes.feed_name(key))


def _write_textfile(app: App) -> list[Problem]:
    if path := app.settings.health.textfile:
        from syndicator.services.health import metrics

        try:
            metrics.write(Path(app.settings.at(path)), metrics.of(app.store, app.settings))
        except OSError as error:
            return [Problem(what="health.textfile", reason=DiskError.reason, detail=str(DiskError.of(error)))]
    return []


async def _alert(app: App) -> list[Problem]:
    now = app.clock()
    if not _is_wanted(app) or not episodes.is_due(outbox := episodes.read_outbox(app.store), now):
        return []
    from syndicator.services.health.alert import send

    outbox = await send(app.settings, outbox, now, app.environ)
    episodes.write(app.store, outbox, now)
    return [Problem(what="alert", reason=ConditionReason.ALERT, detail=outbox.fault)] if outbox.fault else []


async def mail_digests(app: App) -> list[Problem]:
    """Mail the newest entry of each digest once; retry failures."""
    state, now = digests.read(app.store), app.clock()
    for digest in app.settings.digest:
        issue: dict[str, Any] = next(iter(state.get(digest.name, {}).get("issues", ())), {})
        if not digest.mail or not issue.get("waits") or issue["tried"] > (now - _MAIL_PAUSE).isoformat():
            continue
        from syndicator.publishing.digests import entry, text
        from syndicator.publishing.entries import Entries
        from syndicator.services.health.alert import deliver

        entries = Entries(app.store.index, app.terms, app.instance, app.settings, {})
        view, alert, fault = entry(digest.name, digests.published(app, issue), entries), app.settings.alert, ""
        if view:  # else all its articles were withdrawn
            fault = await deliver(alert, digest.mail, view.title, text(view.content), now, app.environ)
        issue |= {"waits": bool(fault), "tried": now.isoformat(), "fault": fault}
        digests.write(app, state)
    return [Problem(what="digest", reason=ConditionReason.ALERT, detail=fault) for fault in digests.faults(app.store)]


def _is_wanted(app: App) -> bool:
    return bool(app.settings.alert.command or app.settings.alert.mail)
