"""Webhooks: messages about articles and conditions (standardwebhooks.com). A build puts those about the articles it
published into the database; a run sends those that are due: each at least once, those of one subject in order."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from syndicator.configuration.settings import EventType, Webhook
from syndicator.core import secrets
from syndicator.core.errors import first_of
from syndicator.core.model import Failed, FeedKey, Fetched, Problem, Request, entry_urn
from syndicator.core.ports import Fetcher
from syndicator.core.program import logger
from syndicator.core.reasons import ConditionReason
from syndicator.publishing.render import jsonfeed
from syndicator.publishing.render.view import view
from syndicator.publishing.selection.staleness import off
from syndicator.services.container import App, direct_client
from syndicator.services.places import has_feeds
from syndicator.store import codec
from syndicator.store.tables.messages import Known, Message, Waiting

SECONDS: Final = 15.0  # a run sends for so long
OVERDUE: Final = timedelta(days=1)  # a receiver that takes nothing for so long is a condition
KEPT: Final = timedelta(days=30)  # what nobody took by then is dropped
_DEADLINE: Final = 10.0  # seconds for one answer
_ANSWER: Final = 64_000  # bytes that are read of one
_FIRST, _LONGEST = timedelta(minutes=1), timedelta(hours=1)  # pauses before the next try, doubling
_AT_A_TIME: Final = 100
_TAKEN: Final = range(200, 300)
_REFUSALS: Final = set(range(400, 500)) - {408, 429}  # of one message: the receiver may take another one
_IN_A_ROW: Final = 3  # messages refused: the receiver takes none
_NOTE: Final = "webhooks"


class Changes(NamedTuple):
    """Articles in feeds that differ from what receivers know, and those they know that are in no feed any more."""

    shown: Mapping[str, Known] = {}
    hidden: Sequence[str] = ()


def changes(app: App, built: datetime | None) -> Changes:
    """Find the changes that the next build publishes. `built`: when the last build began; at the first call for a
    receiver, all that was added before counts as known. After a lost database, articles of a day are announced anew."""
    notes, messages = app.store.visits, app.store.messages
    if not any(type.startswith("article.") for hook in app.settings.webhook for type in hook.events):
        if notes.note(_NOTE):
            notes.set_note(_NOTE, None, app.clock())
        return Changes()
    if not notes.note(_NOTE):
        lost = app.clock() - OVERDUE if has_feeds(app.settings, app.environ) else datetime.fromtimestamp(0, UTC)
        messages.begin(built or lost)
        notes.set_note(_NOTE, "begun", app.clock())
    return Changes(shown=messages.changed(), hidden=messages.hidden())


def put(app: App, found: Changes, built: Collection[FeedKey]) -> None:
    """Put messages about those of the changes that a build published. `built`: the feeds that it wrote."""
    messages: list[Message] = []
    known: dict[str, Known] = {}
    ids = _published(app, found.shown, built) if found.shown else []
    articles = app.store.index.articles(ids).values()
    for article in sorted(articles, key=lambda one: (codec.micros_or(one.added), codec.micros_or(one.published))):
        id, before = article.id, found.shown[article.id]
        item = json.loads(jsonfeed.item(view(article, app.terms(article), app.instance, None, "")))
        data = {**item, "_source": article.source_key}  # an item of JSON Feed without its text
        digest = hashlib.sha256(json.dumps(data).encode()).hexdigest()
        known[id] = replace(before, digest=digest)
        if digest != before.digest:
            type: EventType = "article.published" if before.digest is None else "article.changed"
            messages += _messages(app, type, id, data)
    for id in found.hidden:
        messages += _messages(app, "article.withdrawn", id, {"id": entry_urn(app.instance, id)})
    if known or found.hidden:
        app.store.messages.put(messages, known, found.hidden)


def put_condition(app: App, *, opened: bool, subject: str, data: Mapping[str, Any]) -> None:
    """Put messages about a condition that began or ended."""
    if made := list(_messages(app, "condition.opened" if opened else "condition.closed", subject, data)):
        app.store.messages.put(made, {}, ())


def _published(app: App, ids: Iterable[str], built: Collection[FeedKey]) -> list[str]:
    """Those of the articles that a published feed shows as they are now: it was just written, or is not stale."""
    shown = {id: app.store.index.shown(id) for id in ids}
    rows = app.store.index.feeds({key for keys in shown.values() for key in keys})
    fresh = {row.key for row in rows if row.built and not (row.stale or row.dropped or off(row, app.settings.publish))}
    fresh.update(built)
    return [id for id, keys in shown.items() if not fresh.isdisjoint(keys)]


def _messages(app: App, type: EventType, subject: str, data: Mapping[str, Any]) -> Iterator[Message]:
    now = app.clock()
    body = json.dumps({"type": type, "timestamp": now, "data": data}, default=lambda at: at.isoformat())
    id, at = f"msg_{uuid.uuid5(app.instance, body).hex}", codec.micros(now)
    for hook in app.settings.webhook:
        if type in hook.events:
            yield Message(receiver=receiver(hook), subject=subject, id=id, body=body, at=at, next_try=at)


def receiver(hook: Webhook) -> str:
    """The name of a receiver in the database, which shows nothing of its address."""
    return hashlib.sha256(hook.url.encode()).hexdigest()[:12]


def overdue(waiting: Iterable[Waiting], hooks: Iterable[Webhook], now: datetime) -> list[Waiting]:
    """The receivers that have failed to take a message for a day, named by their hosts. Pure."""
    hosts = {receiver(hook): urlsplit(hook.url).hostname or "" for hook in hooks}
    late = (one for one in waiting if one.fault and now - one.since >= OVERDUE and one.receiver in hosts)
    return [replace(one, receiver=hosts[one.receiver]) for one in late]


async def send(app: App) -> list[Problem]:
    """Send the messages that are due, to all receivers at a time. Returns the receivers that failed."""
    if not (waiting := {one.receiver for one in app.store.messages.waiting()}):
        return []
    hooks = {receiver(hook): hook for hook in app.settings.webhook}
    app.store.messages.drop(waiting - hooks.keys(), app.clock() - KEPT)
    until = asyncio.get_running_loop().time() + SECONDS
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_send(app, hooks[key], until)) for key in sorted(waiting & hooks.keys())]
    except BaseExceptionGroup as failed:
        raise first_of(failed) from failed
    return [problem for task in tasks if (problem := task.result())]


async def _send(app: App, hook: Webhook, until: float) -> Problem | None:
    host = urlsplit(hook.url).hostname or ""
    async with aclosing(direct_client(app, hook.url)) as client:
        fault = await _send_all(app, hook, client, until)
    logger("webhooks").info("messages sent", host=host, fault=fault)
    return Problem(what=host, reason=ConditionReason.WEBHOOK, detail=fault) if fault else None


async def _send_all(app: App, hook: Webhook, client: Fetcher, until: float) -> str:
    """Send until nothing is due, the time is over or the receiver fails. Returns the last fault, or ""."""
    store, clock, fault, refused = app.store.messages, asyncio.get_running_loop().time, "", 0
    while messages := store.due(receiver(hook), app.clock(), _AT_A_TIME):
        for message in messages:
            if clock() >= until:
                return fault
            failed = await _post(app, hook, message, client)
            if failed is None:
                store.sent(message)
                refused = 0
                continue
            fault = f"HTTP {failed.status}" if failed.status else failed.detail or failed.reason
            refused += 1
            ended = failed.status not in _REFUSALS or refused == _IN_A_ROW
            store.failed(message, fault, next_try(message.tries, failed, app.clock(), app.jitter()), all=ended)
            if ended:
                return fault
    return fault


async def _post(app: App, hook: Webhook, message: Message, client: Fetcher) -> Failed | None:
    """Send a message. None if the receiver took it: it answered 2xx. Redirects are not followed."""
    body = message.body.encode()
    try:
        key = signing_key(hook.secret.get_secret_value(), app.environ)
    except (KeyError, ValueError) as error:
        return Failed(url=hook.url, reason=ConditionReason.WEBHOOK, detail=f"its secret: {error}")
    request = Request(
        url=hook.url,
        kind="webhook",
        method="POST",
        body=body,
        headers={"content-type": "application/json", **signature(message.id, app.clock(), body, key)},
        secrets=secrets.known(hook.url, app.environ),
        allow=hook.allow,
        deadline=_DEADLINE,
        most=_ANSWER,
    )
    result = await client.fetch(request)
    if isinstance(result, Failed):
        return None if result.status in _TAKEN else result  # its answer was too long, say
    return None if isinstance(result, Fetched) else Failed(url=hook.url, reason="http-304", status=304)


def signing_key(secret: str, environ: Mapping[str, str]) -> bytes:
    """The key that `secret` writes, or the variable it names. Raises KeyError for a variable that is not set,
    ValueError for bad base64."""
    secret = environ[secret[2:-1]] if secret.startswith("$") else secret
    return base64.b64decode(secret.removeprefix("whsec_"), validate=True)


def signature(id: str, at: datetime, body: bytes, key: bytes) -> dict[str, str]:
    """The headers that identify and sign a message sent at that time. Pure."""
    seconds = str(int(at.timestamp()))
    mac = hmac.digest(key, f"{id}.{seconds}.".encode() + body, "sha256")
    signed = f"v1,{base64.b64encode(mac).decode()}"
    return {"webhook-id": id, "webhook-timestamp": seconds, "webhook-signature": signed}


def next_try(tries: int, failed: Failed, now: datetime, jitter: float) -> datetime:
    """When to send a message again: after pauses of a minute to an hour, or as the receiver asks, in a day at most."""
    pause = min(_LONGEST, _FIRST * (1 << min(tries, 10))) * (0.75 + jitter / 2)
    asked = min(failed.retry_after, now + OVERDUE) if failed.retry_after else now
    return max(now + pause, asked)
