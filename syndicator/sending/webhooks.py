"""Queue webhook messages about changed articles and conditions; send them with retries.

A message (standardwebhooks.com) arrives at least once, in order per subject."""

import asyncio
import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from syndicator.app.archive import Archive, find_terms
from syndicator.app.clients import direct_client, task_group
from syndicator.app.lookup import read
from syndicator.app.places import has_feeds
from syndicator.app.read_configuration import Configuration
from syndicator.configuration.settings import EventType, Settings, Webhook
from syndicator.core import secrets
from syndicator.core.model import (
    Article,
    Failed,
    FeedKey,
    Fetched,
    Problem,
    Request,
    Source,
    entry_urn,
)
from syndicator.core.ports import Fetcher
from syndicator.core.program import logger
from syndicator.core.reasons import ConditionReason
from syndicator.publishing.published_texts import matches_published
from syndicator.publishing.render import jsonfeed
from syndicator.publishing.render.view import view
from syndicator.publishing.selection.published import is_off
from syndicator.searching.language import parse_query
from syndicator.store import codec
from syndicator.store.engine import Store
from syndicator.store.tables.messages import Known, Message, Waiting

SECONDS: Final = 15.0  # a run sends for so long
OVERDUE: Final = timedelta(days=1)  # a receiver that takes nothing for so long is a condition
KEPT: Final = timedelta(days=30)  # messages of removed receivers are dropped after this
_DEADLINE: Final = 10.0  # seconds for an answer
_ANSWER: Final = 64_000  # the most bytes of an answer
_FIRST = timedelta(minutes=1)
_LONGEST = timedelta(hours=1)  # pauses before the next try, doubling
_AT_A_TIME: Final = 100
_TAKEN: Final = range(200, 300)
# of one message: the receiver may accept another
_REFUSALS: Final = set(range(400, 500)) - {408, 429}
_IN_A_ROW: Final = 3  # refused messages, after which the receiver counts as failing
_NOTE: Final = "webhooks"


class Changes(NamedTuple):
    """`shown`: published articles that differ from the receivers' version. `hidden`: ids of
    articles to remove."""

    shown: Mapping[str, Known] = {}
    hidden: Sequence[str] = ()


def changes(archive: Archive, configuration: Configuration, built: datetime | None) -> Changes:
    """Return the changes that the next build publishes. `built`: when the last build began. The
    first call skips earlier articles; after a lost database, those of the last day are announced
    again."""
    notes = archive.store.visits
    messages = archive.store.messages
    if not any(
        event_type.startswith("article.")
        for hook in configuration.settings.webhook
        for event_type in hook.events
    ):
        if notes.note(_NOTE):
            notes.set_note(_NOTE, None, archive.clock())
        return Changes()
    if not notes.note(_NOTE):
        lost = (
            archive.clock() - OVERDUE
            if has_feeds(configuration.settings, configuration.environ)
            else datetime.fromtimestamp(0, UTC)
        )
        messages.begin(built or lost)
        notes.set_note(_NOTE, "begun", archive.clock())
    return Changes(shown=messages.changed(), hidden=messages.hidden())


def put(
    archive: Archive, configuration: Configuration, changes: Changes, built: Collection[FeedKey]
) -> None:
    """Store messages about the changes that a build published. `built`: its feeds."""
    messages: list[Message] = []
    published: dict[str, Known] = {}
    ids = (
        _published(archive.store, configuration.settings, changes.shown, built)
        if changes.shown
        else []
    )
    articles = archive.store.index.articles(ids).values()
    for article in sorted(
        articles, key=lambda item: (codec.micros_or(item.added), codec.micros_or(item.published))
    ):
        article_id, before = article.id, changes.shown[article.id]
        source = find_terms(archive, configuration, article)
        item = json.loads(jsonfeed.item(view(article, source, archive.instance, None, "")))
        data = {**item, "_source": article.source_key}  # an item of JSON Feed without its text
        digest = hashlib.sha256(json.dumps(data).encode()).hexdigest()
        published[article_id] = replace(before, digest=digest)
        if digest != before.digest:
            event_type: EventType = (
                "article.published" if before.digest is None else "article.changed"
            )
            hooks = _choose_receivers(archive, configuration.settings, article, source)
            messages += _messages(archive, hooks, event_type, article_id, data)
    for article_id in changes.hidden:
        messages += _messages(
            archive,
            configuration.settings.webhook,
            "article.withdrawn",
            article_id,
            {"id": entry_urn(archive.instance, article_id)},
        )
    if published or changes.hidden:
        archive.store.messages.put(messages, published, changes.hidden)


def put_condition(
    archive: Archive, settings: Settings, *, opened: bool, subject: str, data: Mapping[str, Any]
) -> None:
    if messages := list(
        _messages(
            archive,
            settings.webhook,
            "condition.opened" if opened else "condition.closed",
            subject,
            data,
        )
    ):
        archive.store.messages.put(messages, {}, ())


def _published(
    store: Store, settings: Settings, ids: Iterable[str], built: Collection[FeedKey]
) -> list[str]:
    """Return the ids in a feed of `built`, or in one that is not stale."""
    shown = {article_id: store.index.shown(article_id) for article_id in ids}
    rows = store.index.feeds({key for keys in shown.values() for key in keys})
    fresh = {
        row.key
        for row in rows
        if row.built and not (row.stale or row.dropped or is_off(row, settings.publish))
    }
    fresh.update(built)
    return [article_id for article_id, keys in shown.items() if not fresh.isdisjoint(keys)]


def _choose_receivers(
    archive: Archive, settings: Settings, article: Article, source: Source | None
) -> list[Webhook]:
    """Return the receivers whose query matches what is published of an article."""

    def read_text() -> str:
        return read(archive, article.id).text

    return [
        hook
        for hook in settings.webhook
        if not hook.query or matches_published(parse_query(hook.query), article, source, read_text)
    ]


def _messages(
    archive: Archive,
    hooks: Iterable[Webhook],
    event_type: EventType,
    subject: str,
    data: Mapping[str, Any],
) -> Iterator[Message]:
    now = archive.clock()
    body = json.dumps(
        {"type": event_type, "timestamp": now, "data": data}, default=lambda at: at.isoformat()
    )
    message_id = f"msg_{uuid.uuid5(archive.instance, body).hex}"
    at = codec.micros(now)
    for hook in hooks:
        if event_type in hook.events:
            yield Message(
                receiver=receiver(hook),
                subject=subject,
                id=message_id,
                body=body,
                at=at,
                next_try=at,
            )


def receiver(hook: Webhook) -> str:
    """Return the name of a receiver in the database, which does not reveal its address."""
    return hashlib.sha256(hook.url.encode()).hexdigest()[:12]


def overdue(waiting: Iterable[Waiting], hooks: Iterable[Webhook], now: datetime) -> list[Waiting]:
    """Return the receivers that have accepted nothing for a day, named by host."""
    hosts = {receiver(hook): urlsplit(hook.url).hostname or "" for hook in hooks}
    late = (
        row for row in waiting if row.fault and now - row.since >= OVERDUE and row.receiver in hosts
    )
    return [replace(row, receiver=hosts[row.receiver]) for row in late]


async def send(
    archive: Archive, configuration: Configuration, jitter: Callable[[], float]
) -> list[Problem]:
    """Send the due messages. Returns the receivers that failed."""
    if not (waiting := {row.receiver for row in archive.store.messages.waiting()}):
        return []
    hooks = {receiver(hook): hook for hook in configuration.settings.webhook}
    archive.store.messages.drop(waiting - hooks.keys(), archive.clock() - KEPT)
    until = asyncio.get_running_loop().time() + SECONDS
    async with task_group() as group:
        tasks = [
            group.create_task(_send(archive, configuration, jitter, hooks[key], until))
            for key in sorted(waiting & hooks.keys())
        ]
    return [problem for task in tasks if (problem := task.result())]


async def _send(
    archive: Archive,
    configuration: Configuration,
    jitter: Callable[[], float],
    hook: Webhook,
    until: float,
) -> Problem | None:
    host = urlsplit(hook.url).hostname or ""
    async with aclosing(direct_client(archive.clock, configuration.settings, hook.url)) as client:
        fault = await _send_all(archive, configuration.environ, jitter, hook, client, until)
    logger("webhooks").info("messages sent", host=host, fault=fault)
    return Problem(what=host, reason=ConditionReason.WEBHOOK, detail=fault) if fault else None


async def _send_all(
    archive: Archive,
    environ: Mapping[str, str],
    jitter: Callable[[], float],
    hook: Webhook,
    client: Fetcher,
    until: float,
) -> str:
    """Send until nothing is due, the time is over or the receiver fails. Returns the last fault, or
    ""."""
    store = archive.store.messages
    clock = asyncio.get_running_loop().time
    fault = ""
    refused = 0
    while messages := store.due(receiver(hook), archive.clock(), _AT_A_TIME):
        for message in messages:
            if clock() >= until:
                return fault
            failed = await _post(archive.clock, environ, hook, message, client)
            if failed is None:
                store.sent(message)
                refused = 0
                continue
            fault = f"HTTP {failed.status}" if failed.status else failed.detail or failed.reason
            refused += 1
            ended = failed.status not in _REFUSALS or refused == _IN_A_ROW
            store.failed(
                message,
                fault,
                next_try(message.tries, failed, archive.clock(), jitter()),
                include_all=ended,
            )
            if ended:
                return fault
    return fault


async def _post(
    clock: Callable[[], datetime],
    environ: Mapping[str, str],
    hook: Webhook,
    message: Message,
    client: Fetcher,
) -> Failed | None:
    """Send a message. None if the receiver answered 2xx. Redirects are not followed."""
    body = message.body.encode()
    try:
        key = signing_key(hook.secret.get_secret_value(), environ)
    except (KeyError, ValueError) as error:
        return Failed(url=hook.url, reason=ConditionReason.WEBHOOK, detail=f"its secret: {error}")
    request = Request(
        url=hook.url,
        kind="webhook",
        method="POST",
        body=body,
        headers={
            "content-type": "application/json",
            **signature(message.id, clock(), body, key),
        },
        secrets=secrets.known(hook.url, environ),
        allow=hook.allow,
        deadline=_DEADLINE,
        most=_ANSWER,
    )
    result = await client.fetch(request)
    if isinstance(result, Failed):
        return None if result.status in _TAKEN else result  # its answer was too long, say
    return (
        None if isinstance(result, Fetched) else Failed(url=hook.url, reason="http-304", status=304)
    )


def signing_key(secret: str, environ: Mapping[str, str]) -> bytes:
    """Return the key in `secret`, or in the variable it names. Raises KeyError, ValueError."""
    secret = environ[secret[2:-1]] if secret.startswith("$") else secret
    return base64.b64decode(secret.removeprefix("whsec_"), validate=True)


def signature(message_id: str, at: datetime, body: bytes, key: bytes) -> dict[str, str]:
    seconds = str(int(at.timestamp()))
    mac = hmac.digest(key, f"{message_id}.{seconds}.".encode() + body, "sha256")
    signed = f"v1,{base64.b64encode(mac).decode()}"
    return {"webhook-id": message_id, "webhook-timestamp": seconds, "webhook-signature": signed}


def next_try(tries: int, failed: Failed, now: datetime, jitter: float) -> datetime:
    """Return when to send a message again: after a minute to an hour, or when asked, within a
    day."""
    pause = min(_LONGEST, _FIRST * (1 << min(tries, 10))) * (0.75 + jitter / 2)
    asked = min(failed.retry_after, now + OVERDUE) if failed.retry_after else now
    return max(now + pause, asked)
