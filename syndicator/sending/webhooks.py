"""Queue webhook messages about changed articles and conditions; send them with retries.

A message (standardwebhooks.com) arrives at least once. Messages on one subject, such as an article,
arrive in order."""

import asyncio
import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any, Final
from urllib.parse import urlsplit

from syndicator.app.archive import Archive, find_terms
from syndicator.app.clients import make_direct_client, task_group
from syndicator.app.lookup import read_article
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
from syndicator.publishing.render.view import make_view
from syndicator.publishing.selection.published import is_axis_off
from syndicator.searching.language import parse_query
from syndicator.store import codec
from syndicator.store.engine import Store
from syndicator.store.tables.messages import Known, Message, Waiting

SECONDS: Final = 15.0  # that a run spends on sending
OVERDUE: Final = timedelta(days=1)  # a receiver that accepts nothing for so long is reported
KEPT: Final = timedelta(days=30)  # messages for removed receivers are deleted after this
_DEADLINE: Final = 10.0  # seconds for an answer
_MOST_ANSWER_BYTES: Final = 64_000
# Pauses before the next try double. A random factor from 0.75 to 1.25 keeps messages apart.
_FIRST_PAUSE: Final = timedelta(minutes=1)
_LONGEST_PAUSE: Final = timedelta(hours=1)
_MOST_DOUBLINGS: Final = 10
_LEAST_JITTER: Final = 0.75
_BATCH: Final = 100  # messages that are read from the database together
_ACCEPTED: Final = range(200, 300)
# Statuses that refuse one message: the receiver may accept another. 408 (Request Timeout) and 429
# (Too Many Requests) say that it cannot take any now.
_REFUSALS: Final = set(range(400, 500)) - {408, 429}
_MOST_REFUSED: Final = 3  # messages in a row, after which the receiver counts as failing
_NOTE: Final = "webhooks"  # key of the note that says that changes are recorded
_EVER: Final = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """The changes of which receivers were not told yet. `shown`: by id, what receivers know of each
    article that is published and differs from that. `hidden`: ids of articles that are not
    published any more."""

    shown: Mapping[str, Known] = field(default_factory=dict)
    hidden: Sequence[str] = ()


def list_unsent_changes(
    archive: Archive, configuration: Configuration, built: datetime | None
) -> Changes:
    """Return the changes of articles that the next build will publish, and for which no message is
    stored yet. `built`: when the last build began, None if unknown.

    If no webhook wants messages on articles, changes are not recorded, and there are none. The
    first call with such a webhook begins to record changes: later ones than `built` count. If
    `built` is unknown although feeds exist, the database was lost; then the changes of the last day
    are announced again."""
    notes = archive.store.visits
    messages = archive.store.messages
    if not _has_receiver_of_articles(configuration.settings.webhook):
        if notes.note(_NOTE):
            notes.set_note(_NOTE, None, archive.clock())
        return Changes()

    # the note says that changes are recorded
    if not notes.note(_NOTE):
        begin = built
        if begin is None and has_feeds(configuration.settings, configuration.environ):
            begin = archive.clock() - OVERDUE
        messages.begin(begin or _EVER)
        notes.set_note(_NOTE, "begun", archive.clock())
    return Changes(shown=messages.list_changed(), hidden=messages.list_hidden())


def _has_receiver_of_articles(hooks: Iterable[Webhook]) -> bool:
    """Return True if one of the webhooks wants messages on articles."""
    for hook in hooks:
        if any(event_type.startswith("article.") for event_type in hook.events):
            return True
    return False


def queue_article_messages(
    archive: Archive, configuration: Configuration, changes: Changes, built: Collection[FeedKey]
) -> None:
    """Store messages on the changes of articles that a build has published; they are sent later.
    `changes`: the changes, as `list_unsent_changes` returns them. `built`: the feeds that the build
    wrote."""
    messages: list[Message] = []

    # articles that are new or changed; `published` has what receivers will know of them
    published: dict[str, Known] = {}
    for article in _select_published(archive.store, configuration.settings, changes.shown, built):
        known = changes.shown[article.id]
        source = find_terms(archive, configuration, article)
        item = json.loads(
            jsonfeed.make_item(make_view(article, source, archive.instance, None, ""))
        )
        # an item of JSON Feed without the text of the article
        data = {**item, "_source": article.source_key}
        digest = hashlib.sha256(json.dumps(data).encode()).hexdigest()
        published[article.id] = replace(known, digest=digest)
        if digest == known.digest:  # receivers would get the same data as before
            continue
        event_type: EventType = "article.changed"
        if known.digest is None:  # receivers do not know the article
            event_type = "article.published"
        hooks = _choose_receivers(archive, configuration.settings, article, source)
        messages += _make_messages(archive, hooks, event_type, article.id, data)

    # articles that are not published any more
    for article_id in changes.hidden:
        messages += _make_messages(
            archive,
            configuration.settings.webhook,
            "article.withdrawn",
            article_id,
            {"id": entry_urn(archive.instance, article_id)},
        )
    if published or changes.hidden:
        archive.store.messages.save_messages(messages, published, changes.hidden)


def queue_condition_messages(
    archive: Archive, settings: Settings, *, opened: bool, subject: str, data: Mapping[str, Any]
) -> None:
    """Store messages on a condition of the instance, such as a source that fails; they are sent
    later. `opened`: True if the condition begins, False if it ends. `subject`: names the condition;
    messages on one subject are sent in their order. `data`: the content of the messages."""
    event_type: EventType = "condition.opened" if opened else "condition.closed"
    messages = list(_make_messages(archive, settings.webhook, event_type, subject, data))
    if messages:
        archive.store.messages.save_messages(messages, {}, ())


def _select_published(
    store: Store, settings: Settings, ids: Collection[str], built: Collection[FeedKey]
) -> list[Article]:
    """Return the articles among `ids` that are published as they are now, the oldest first. These
    are the articles of feeds whose files are up to date. `built`: the feeds that the last build
    wrote."""
    if not ids:
        return []
    feeds_by_id = {article_id: store.index.list_feeds_of(article_id) for article_id in ids}
    feed_keys = set(chain.from_iterable(feeds_by_id.values()))

    # the feeds whose files are up to date: those just built, and those without later changes
    current_feeds = set(built)
    for row in store.index.feeds(feed_keys):
        if not row.built or row.stale or row.dropped:
            continue
        if is_axis_off(row, settings.publish):  # feeds of this kind are not published
            continue
        current_feeds.add(row.key)

    published_ids = []
    for article_id, feeds in feeds_by_id.items():
        if not current_feeds.isdisjoint(feeds):
            published_ids.append(article_id)
    articles = store.index.articles(published_ids).values()
    return sorted(articles, key=_get_sort_key)


def _get_sort_key(article: Article) -> tuple[int, int]:
    """Return the key by which articles are sorted, the oldest first."""
    added = codec.to_micros_or_never(article.added)
    published = codec.to_micros_or_never(article.published)
    return added, published


def _choose_receivers(
    archive: Archive, settings: Settings, article: Article, source: Source | None
) -> list[Webhook]:
    """Return the webhooks whose query matches an article, and those without a query. Of the text of
    the article, a query sees only what feeds show. `source`: the source of the article, None if it
    is not followed any more."""

    def read_text() -> str:
        """Return the text of the article. Called only if a query needs it."""
        return read_article(archive, article.id).text

    receivers = []
    for hook in settings.webhook:
        if not hook.query:
            receivers.append(hook)
            continue
        expr = parse_query(hook.query)
        if matches_published(expr, article, source, read_text):
            receivers.append(hook)
    return receivers


def _make_messages(
    archive: Archive,
    hooks: Iterable[Webhook],
    event_type: EventType,
    subject: str,
    data: Mapping[str, Any],
) -> Iterator[Message]:
    """Yield a message for each of `hooks` that wants events of this type. `subject`: the id of the
    article or the name of the condition; messages on one subject are sent in their order. `data`:
    the content of the message."""
    now = archive.clock()
    event = {"type": event_type, "timestamp": now, "data": data}
    body = json.dumps(event, default=lambda moment: moment.isoformat())
    # the same id for all webhooks, as it is the same event
    message_id = f"msg_{uuid.uuid5(archive.instance, body).hex}"
    queued_at = codec.to_micros(now)
    for hook in hooks:
        if event_type in hook.events:
            yield Message(
                receiver=name_receiver(hook),
                subject=subject,
                id=message_id,
                body=body,
                at=queued_at,
                next_try=queued_at,
            )


def name_receiver(hook: Webhook) -> str:
    """Return the name of a receiver in the database: a digest of its address, which may contain
    secrets."""
    return hashlib.sha256(hook.url.encode()).hexdigest()[:12]


def list_overdue_receivers(
    waiting: Iterable[Waiting], hooks: Iterable[Webhook], now: datetime
) -> list[Waiting]:
    """Return the receivers that fail and have accepted no message for a day. `waiting`: the
    receivers for which messages wait. `hooks`: the configured webhooks; receivers that are not
    configured any more are left out. A returned receiver has the host of its address as its name,
    for people."""
    hosts = {name_receiver(hook): urlsplit(hook.url).hostname or "" for hook in hooks}
    overdue = []
    for row in waiting:
        is_configured = row.receiver in hosts
        has_failed_for_a_day = bool(row.fault) and now - row.since >= OVERDUE
        if is_configured and has_failed_for_a_day:
            overdue.append(replace(row, receiver=hosts[row.receiver]))
    return overdue


async def send_due_messages(
    archive: Archive, configuration: Configuration, jitter: Callable[[], float]
) -> list[Problem]:
    """Send the messages that are due, to all receivers at the same time, and stop after SECONDS.
    Return a problem for each receiver that failed. `jitter`: returns a random number from 0 to 1,
    by which the pauses before the next tries differ."""
    # the names of the receivers for which messages wait
    waiting_names = {row.receiver for row in archive.store.messages.waiting()}
    if not waiting_names:
        return []
    hooks = {name_receiver(hook): hook for hook in configuration.settings.webhook}
    removed_names = waiting_names - hooks.keys()  # no longer in the settings
    # messages for them are kept for a month, as the operator may add such a receiver again
    archive.store.messages.drop(removed_names, archive.clock() - KEPT)

    until = asyncio.get_running_loop().time() + SECONDS
    async with task_group() as group:
        tasks = [
            group.create_task(_send_to_receiver(archive, configuration, jitter, hooks[name], until))
            for name in sorted(waiting_names & hooks.keys())
        ]
    problems = [task.result() for task in tasks]
    return [problem for problem in problems if problem is not None]


async def _send_to_receiver(
    archive: Archive,
    configuration: Configuration,
    jitter: Callable[[], float],
    hook: Webhook,
    until: float,
) -> Problem | None:
    """Send the messages to one receiver that are due. Return a problem if the receiver failed, else
    None. `hook`: the webhook of the receiver. `until`: when to stop, as time of the event loop.
    `jitter`: returns a random number from 0 to 1."""
    host = urlsplit(hook.url).hostname or ""
    async with aclosing(
        make_direct_client(archive.clock, configuration.settings, hook.url)
    ) as client:
        fault = await _send_all(archive, configuration.environ, jitter, hook, client, until)
    logger("webhooks").info("messages sent", host=host, fault=fault)
    if not fault:
        return None
    return Problem(what=host, reason=ConditionReason.WEBHOOK, detail=fault)


async def _send_all(
    archive: Archive,
    environ: Mapping[str, str],
    jitter: Callable[[], float],
    hook: Webhook,
    client: Fetcher,
    until: float,
) -> str:
    """Send the messages to one receiver that are due. Stop when there are no more, when the time of
    the event loop is `until`, or when the receiver fails. Return the last fault in words, "" if
    there was none.

    A receiver fails if it does not answer, or if it refuses three messages in a row. Then all of
    its messages wait. `hook`: the webhook of the receiver. `client`: sends the requests. `jitter`:
    returns a random number from 0 to 1."""
    store = archive.store.messages
    get_loop_time = asyncio.get_running_loop().time
    fault = ""
    refused_in_a_row = 0
    while messages := store.due(name_receiver(hook), archive.clock(), _BATCH):
        for message in messages:
            if get_loop_time() >= until:
                return fault
            failed = await _post_message(archive.clock, environ, hook, message, client)
            if failed is None:
                store.record_sent(message)
                refused_in_a_row = 0
                continue

            fault = failed.detail or failed.reason
            if failed.status:
                fault = f"HTTP {failed.status}"
            refused_in_a_row += 1
            # the receiver may accept other messages, unless it refused several in a row
            refuses_only_this_message = (
                failed.status in _REFUSALS and refused_in_a_row < _MOST_REFUSED
            )
            receiver_fails = not refuses_only_this_message
            retry_at = plan_next_try(message.tries, failed, archive.clock(), jitter())
            store.record_failed(message, fault, retry_at, include_all=receiver_fails)
            if receiver_fails:
                return fault
    return fault


async def _post_message(
    clock: Callable[[], datetime],
    environ: Mapping[str, str],
    hook: Webhook,
    message: Message,
    client: Fetcher,
) -> Failed | None:
    """Send one message to a receiver. Return None if the receiver accepted it (HTTP status 2xx),
    else the failure. Redirects are not followed. `environ`: environment variables, which may have
    the secret of the webhook and parts of its address."""
    body = message.body.encode()
    try:
        key = read_signing_key(hook.secret.get_secret_value(), environ)
    except (KeyError, ValueError) as error:
        return Failed(url=hook.url, reason=ConditionReason.WEBHOOK, detail=f"its secret: {error}")
    request = Request(
        url=hook.url,
        kind="webhook",
        method="POST",
        body=body,
        headers={
            "content-type": "application/json",
            **make_signature(message.id, clock(), body, key),
        },
        secrets=secrets.read_known_values(hook.url, environ),
        allow=hook.allow,
        deadline=_DEADLINE,
        most=_MOST_ANSWER_BYTES,
    )
    result = await client.fetch(request)
    if isinstance(result, Fetched):
        return None
    if not isinstance(result, Failed):  # 304 (Not Modified), which makes no sense here
        return Failed(url=hook.url, reason="http-304", status=304)
    if result.status in _ACCEPTED:  # accepted, though its answer is faulty, such as too long
        return None
    return result


def read_signing_key(secret: str, environ: Mapping[str, str]) -> bytes:
    """Return the bytes of the key that signs messages. `secret`: the key in base64 after "whsec_",
    or "${NAME}" for an environment variable that has such a text. `environ`: environment variables,
    by name. Raises KeyError if the variable is not set; ValueError if the base64 is not valid."""
    key_text = secret
    if secret.startswith("$"):
        name = secret[2:-1]  # NAME of ${NAME}
        key_text = environ[name]
    return base64.b64decode(key_text.removeprefix("whsec_"), validate=True)


def make_signature(message_id: str, sent: datetime, body: bytes, key: bytes) -> dict[str, str]:
    """Return the headers of a request that sign a message (Standard Webhooks, scheme v1). `sent`:
    when it is sent. `body`: the body of the request. `key`: the key that signs it."""
    seconds = str(int(sent.timestamp()))
    mac = hmac.digest(key, f"{message_id}.{seconds}.".encode() + body, "sha256")
    signed = f"v1,{base64.b64encode(mac).decode()}"
    return {"webhook-id": message_id, "webhook-timestamp": seconds, "webhook-signature": signed}


def plan_next_try(tries: int, failed: Failed, now: datetime, jitter: float) -> datetime:
    """Return when to send a message again that a receiver did not accept. The pause is about a
    minute after the first failed try and doubles with each further one, up to an hour. If the
    receiver asked for a longer pause (Retry-After), it gets that, up to a day.

    `tries`: the number of failed tries before this one. `failed`: the answer to this one. `jitter`:
    a random number from 0 to 1, by which the pauses of messages differ."""
    doublings = min(tries, _MOST_DOUBLINGS)
    pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * (1 << doublings))
    random_factor = _LEAST_JITTER + jitter / 2  # from 0.75 to 1.25
    next_time = now + pause * random_factor
    if failed.retry_after is None:
        return next_time
    return max(next_time, min(failed.retry_after, now + OVERDUE))
