"""Keep the WebSub subscriptions of a process in memory; read pushes of hubs, ask hubs, answer
them."""

import asyncio
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final
from weakref import WeakValueDictionary

from syndicator.app.clients import SharedClient, task_group
from syndicator.app.container import App, Watch
from syndicator.app.contexts import make_context
from syndicator.core.fair_queue import Shares
from syndicator.core.model import OURS, Entry, Fetched, Outcome, Source
from syndicator.core.ports.subscriptions import PATH, Hubs, Offer, Subscription, Tally
from syndicator.core.program import logger
from syndicator.core.requests import PUSH_BYTES, PUSHES, most_of_one
from syndicator.filing.context import RunContext
from syndicator.filing.visit import is_signal, make_due_after_signal, take_push
from syndicator.processes.worker import Worker
from syndicator.store.tables.messages import Subscriptions
from syndicator.visiting import websub
from syndicator.visiting.fetch.responses import DELTA
from syndicator.visiting.websub import is_signed, may_subscribe

_TOKEN_BYTES: Final = 32  # random bytes in a callback and in a secret
# between two subscriptions for a feed that keeps changing its hub or topic
_LEAST_AGE_OF_SUBSCRIPTION: Final = timedelta(days=1)
_CHECK_SECONDS: Final = 0.5  # seconds between two checks of what is due
_MOST_AT_ONCE: Final = 8  # pushes that are read, and hubs that are asked
_JOB_SECONDS: Final = 20.0  # the next job takes what came later, and asks the other hubs
_PRELOAD: Final = ("syndicator.filing.read_article", "syndicator.visiting.feeds.parser")


@dataclass(frozen=True, slots=True)
class Push:
    """A push of a hub: new entries of a source. Its signature was checked."""

    subscription: Subscription
    content_type: str
    body: bytes


class Registry(Hubs):
    """The WebSub subscriptions of a process, and the pushes that wait to be read. The methods that
    visits call are documented in `core.ports.subscriptions.Hubs`. `mint`: returns a random
    token."""

    def __init__(
        self, clock: Callable[[], datetime], mint: Callable[[], str] | None = None
    ) -> None:
        self._clock = clock
        self._mint = mint or (lambda: secrets.token_urlsafe(_TOKEN_BYTES))
        self._callback_base: str | None = None  # None: not known yet; "": hubs are not wanted
        self._by_token: dict[str, Subscription] = {}
        self._wanted_tokens: dict[str, str] = {}  # by source key: token of its wanted subscription
        self._tallies: dict[str, Tally] = {}
        # not stored yet:
        self._changed_tokens: set[str] = set()  # tokens of subscriptions
        self._changed_hubs: set[str] = set()  # hubs whose tally changed
        self._inbox = Shares[Push](PUSHES)  # by source key
        self._waiting_bytes = 0
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self.arrived = asyncio.Event()  # a push waits in the inbox
        self.is_being_read = False  # a job takes pushes
        self.worker: Worker | None = None  # kept for the next pushes; a job without pushes ends it
        self.on_arrival: Callable[[], object] = lambda: None
        self.log = logger("hubs")

    async def end_worker(self) -> None:
        """End the worker process that is kept for the next pushes, if there is one."""
        worker = self.worker
        self.worker = None
        if worker is not None:
            await worker.aclose()

    def begin(self, store: Subscriptions, sources: Mapping[str, Source], base: str) -> None:
        """Load the subscriptions from `store` if this is the first call. Then end the subscriptions
        of sources that were removed or changed, and renew those whose callback address changed.
        `sources`: the configured sources by key. `base`: the setting `site.callback`, with which
        callback addresses begin; "" to have no subscriptions."""
        if self._callback_base is None:
            for subscription in store.all():
                self._put_subscription(subscription)
            self._changed_tokens.clear()
            self._tallies = {tally.hub: tally for tally in store.tallies()}
        self._callback_base = base
        now = self._clock()
        for subscription in list(self._by_token.values()):
            if not subscription.wanted:
                continue
            source = sources.get(subscription.source_key)
            if not base or not _is_still_wanted(subscription, source):
                self._end_subscription(subscription, now)
                continue
            callback = self._make_callback_address(subscription)
            if subscription.callback and subscription.callback != callback:
                # the hub is asked again, with the new address
                self._put_subscription(replace(subscription, next_try=now))

    def save(self, store: Subscriptions) -> None:
        """Write all changes since the last call to the database: subscriptions that were changed or
        deleted, and counts of hubs. Raises StoreError."""
        if not self._changed_tokens and not self._changed_hubs:
            return
        deleted_tokens: list[str] = []
        changed: list[Subscription] = []
        for token in sorted(self._changed_tokens):
            subscription = self._by_token.get(token)
            if subscription is None:
                deleted_tokens.append(token)
            else:
                changed.append(subscription)
        tallies = [self._tallies[hub] for hub in sorted(self._changed_hubs)]
        store.save(changed, deleted_tokens, tallies)
        self._changed_tokens.clear()
        self._changed_hubs.clear()

    def list_due(self, now: datetime) -> list[Subscription]:
        """Return the subscriptions for which a hub must be asked now, the longest overdue first."""
        if not self._callback_base:
            return []
        latest = now + websub.LONGEST  # beyond that the clock was wrong
        due: list[Subscription] = []
        for subscription in self._by_token.values():
            next_try = subscription.next_try
            if next_try is None:
                continue
            if next_try <= now or next_try > latest:
                due.append(subscription)
        due.sort(key=lambda subscription: (subscription.next_try or now, subscription.token))
        return due

    def begin_request(self, token: str) -> Subscription:
        """Record that the hub of the subscription with this token is being asked to begin, extend
        or end it; `list_due` does not return it meanwhile. Return the subscription with the request
        to send."""
        subscription = self._by_token[token]
        requested = websub.record_request(subscription, self._make_callback_address(subscription))
        self._put_subscription(replace(requested, next_try=None))
        return requested

    def change_subscription(
        self, token: str, change: Callable[[Subscription], Subscription | None]
    ) -> None:
        """Call `change` with the subscription that has this token, and put the result in its place.
        If the result is None or has ended, delete the subscription. An unknown token is ignored."""
        subscription = self._by_token.get(token)
        if subscription is None:
            return
        changed = change(subscription)
        if changed is None or websub.may_be_deleted(changed):
            self._delete_subscription(subscription)
        else:
            self._put_subscription(changed)

    def verify(self, token: str, parameters: Mapping[str, str]) -> tuple[int, str]:
        """Answer a hub that asks if this program really made the request to begin or end a
        subscription (WebSub, section 5.3), or that refuses this request. `token`: from the address
        that the hub called; `parameters`: those of its query. Return the HTTP status and the body
        of the answer."""
        subscription = self._by_token.get(token)
        if subscription is None:
            return self._refuse_unknown(), ""
        answer = websub.answer_hub(subscription, parameters, self._clock())
        if answer.status == HTTPStatus.OK:
            self.change_subscription(token, lambda _: answer.after)
        self.log.debug(
            "hub asks",
            hub=subscription.hub,
            mode=parameters.get("hub.mode", ""),
            answer=answer.status,
        )
        return answer.status, answer.body

    def check_token(self, token: str) -> int:
        """Decide if the body of a push may be read. `token`: from the address that the hub called.
        Return an HTTP status: 200 if the body may be read, 410 if the subscription has ended, 404
        if it is unknown or was never asked for, 503 if the subscriptions are not loaded yet."""
        subscription = self._by_token.get(token)
        if subscription is None:
            return self._refuse_unknown()
        if not subscription.wanted:
            return HTTPStatus.GONE
        has_begun = subscription.verified_at or subscription.asked
        return HTTPStatus.OK if has_begun else HTTPStatus.NOT_FOUND

    def push(self, token: str, headers: Mapping[str, str], body: bytes) -> int:
        """Queue a push of a hub for the job that reads pushes. `token`: from the address that the
        hub called. Return the HTTP status of the answer: 202 if the push is queued, 403 if its
        signature is wrong, 503 if there is no room; if `check_token` refuses the token, its
        status."""
        status = self.check_token(token)
        if status != HTTPStatus.OK:
            return status
        subscription = self._by_token[token]
        source_key = subscription.source_key
        if not is_signed(subscription.secret, body, headers.get("x-hub-signature", "")):
            self.log.info(
                "a push was not signed by its hub", source=source_key, hub=subscription.hub
            )
            return HTTPStatus.FORBIDDEN
        if not self._has_room(source_key, len(body)):
            return HTTPStatus.SERVICE_UNAVAILABLE
        self._put_subscription(replace(subscription, last_push=self._clock()))
        self._inbox.add(source_key, Push(subscription, headers.get("content-type", ""), body))
        self._waiting_bytes += len(body)
        self.arrived.set()
        self.on_arrival()
        return HTTPStatus.ACCEPTED

    def _has_room(self, source_key: str, size: int) -> bool:
        """True if another push of `size` bytes of this source may wait. The waiting pushes of one
        source may take at most a quarter of the places and of the bytes; a push that is the only
        one of its source may have more bytes."""
        if not self._inbox.has_room(source_key):
            return False
        if self._waiting_bytes + size > PUSH_BYTES:
            return False
        pushes_of_source = self._inbox.items_of(source_key)
        if not pushes_of_source:
            return True
        bytes_of_source = sum(len(push.body) for push in pushes_of_source)
        return bytes_of_source + size <= most_of_one(PUSH_BYTES)

    @property
    def waiting(self) -> int:
        """The number of pushes that wait."""
        return len(self._inbox)

    def take(self, busy: Collection[str] = ()) -> Push | None:
        """Take a push out of the queue and return it; None if there is none. Sources take turns.
        `busy`: keys of sources whose pushes stay in the queue."""
        push = self._inbox.take(lambda push: push.subscription.source_key not in busy)
        if push is not None:
            self._waiting_bytes -= len(push.body)
        return push

    def record_poll(
        self,
        source: Source,
        offer: Offer | None,
        new: Sequence[Entry],
        last_poll: datetime | None,
        now: datetime,
    ) -> None:
        """Record a visit that fetched the feed of a source. Count the entries that no push had
        brought, and subscribe to the topic that the feed offers.

        `offer`: the topic and its hubs, None if the feed offers none. `new`: entries that no push
        had brought. `last_poll`: when the feed was fetched before, None for never."""
        if not self._callback_base:
            return
        subscription = self._find_wanted(source.key)
        if subscription is not None:
            missed = websub.count_missed(subscription, new, last_poll, now)
            if missed:
                self._count_entries(subscription, missed=missed)
        acceptable_offer = offer if may_subscribe(source) else None
        self._follow_offer(source, acceptable_offer, now)

    def record_push(self, source_key: str, new: int, now: datetime) -> None:
        """Record that a push brought `new` entries of a source."""
        subscription = self._find_wanted(source_key)
        if subscription is not None and new:
            self._count_entries(subscription, pushed=new)

    def trust(self, source_key: str, now: datetime) -> float:
        """Return the share of the new entries of a source that its hub will probably push, judged
        by the past: at least 0 and below 1, and 0 without a subscription."""
        subscription = self._find_wanted(source_key) if self._callback_base else None
        if subscription is None:
            return 0.0
        tally = self._tallies.get(subscription.hub, Tally(hub=subscription.hub))
        return websub.rate_trust(subscription, tally, now)

    def lock_source(self, source_key: str) -> AbstractAsyncContextManager[object]:
        """Return a lock that a visit and the reading of a push hold, so that they do not change the
        same source at the same time."""
        lock = self._locks.get(source_key) or asyncio.Lock()
        self._locks[source_key] = lock
        return lock

    def _follow_offer(self, source: Source, offer: Offer | None, now: datetime) -> None:
        """Subscribe to the topic that a feed offers, if it is not subscribed yet, and end a
        subscription to another topic or hub. A subscription less than a day old is kept, because
        some feeds name another hub on each request. `offer`: the topic and its hubs, None to end
        the subscription."""
        current = self._find_wanted(source.key)
        if offer is None:
            if current is not None:
                self._end_subscription(current, now)
            return
        if current is not None:
            is_offered = current.topic == offer.topic and current.hub in offer.hubs
            is_failing = bool(current.reason) and not current.expires
            can_try_other_hub = is_failing and len(offer.hubs) > 1
            should_change = not is_offered or can_try_other_hub
            is_recent = now - current.made_at < _LEAST_AGE_OF_SUBSCRIPTION
            if not should_change or is_recent:
                return
            self._end_subscription(current, now)
        # the first hub, but not the one that was just left, if there is another
        hub = offer.hubs[0]
        if current is not None:
            other_hubs = [other for other in offer.hubs if other != current.hub]
            if other_hubs:
                hub = other_hubs[0]
        new = Subscription(
            token=self._mint(),
            secret=self._mint(),
            source_key=source.key,
            source_url=source.url,
            hub=hub,
            topic=offer.topic,
            made_at=now,
            next_try=now,
        )
        self._put_subscription(new)

    def _find_wanted(self, source_key: str) -> Subscription | None:
        """Return the subscription of a source that we still want; None if there is none. Others may
        exist whose hub is being asked to end them."""
        token = self._wanted_tokens.get(source_key, "")
        return self._by_token.get(token)

    def _count_entries(
        self, subscription: Subscription, *, pushed: float = 0, missed: float = 0
    ) -> None:
        """Add to the counts of a subscription and of its hub. `pushed`: number of entries that a
        push brought; `missed`: number of entries that no push brought, only a visit."""
        self._put_subscription(websub.add_counts(subscription, pushed=pushed, missed=missed))
        tally = self._tallies.get(subscription.hub, Tally(hub=subscription.hub))
        self._tallies[subscription.hub] = websub.add_counts(tally, pushed=pushed, missed=missed)
        self._changed_hubs.add(subscription.hub)

    def _end_subscription(self, subscription: Subscription, now: datetime) -> None:
        """Mark a subscription as ended, so that its hub is asked to end it. If the hub never knew
        it, delete it at once."""
        ended = websub.plan_unsubscribing(subscription, now)
        if websub.may_be_deleted(ended):
            self._delete_subscription(subscription)
        else:
            self._put_subscription(ended)

    def _put_subscription(self, subscription: Subscription) -> None:
        """Add a subscription, or replace the one with the same token. The next `save` stores it."""
        source_key = subscription.source_key
        self._by_token[subscription.token] = subscription
        if subscription.wanted:
            self._wanted_tokens[source_key] = subscription.token
        elif self._wanted_tokens.get(source_key) == subscription.token:
            del self._wanted_tokens[source_key]
        self._changed_tokens.add(subscription.token)

    def _delete_subscription(self, subscription: Subscription) -> None:
        """Delete a subscription. The next `save` deletes its row."""
        self._put_subscription(replace(subscription, wanted=False))
        del self._by_token[subscription.token]

    def _make_callback_address(self, subscription: Subscription) -> str:
        """Return the address that a hub calls for this subscription."""
        return f"{(self._callback_base or '').rstrip('/')}{PATH}{subscription.token}"

    def _refuse_unknown(self) -> int:
        """Return the HTTP status for an unknown token: 404, or 503 before the subscriptions are
        loaded, so that the hub tries again."""
        if self._callback_base is None:  # not loaded yet
            return HTTPStatus.SERVICE_UNAVAILABLE
        return HTTPStatus.NOT_FOUND


def _is_still_wanted(subscription: Subscription, source: Source | None) -> bool:
    """True if the source of a subscription is still followed at the same address and may be pushed
    by a hub. `source`: None if it was removed from the configuration."""
    if source is None or not source.enabled:
        return False
    return subscription.source_url == source.url and may_subscribe(source)


async def serve_hubs(
    app: App,
    registry: Registry,
    client: SharedClient,
    build_at_once: Callable[[], None],
    *,
    stop: asyncio.Event,
    watch: Watch,
) -> Sequence[Outcome]:
    """Read the pushes that wait, and ask hubs to begin, extend or end the subscriptions that are
    due, for about 20 seconds. Return what the pushes brought, as outcomes of visits.
    `build_at_once`: is called when a push brought something new. Raises StoreError or OSError."""
    intake = Intake(app, registry, client, build_at_once, stop, watch)
    try:
        await intake.run()
    finally:
        if not intake.outcomes:
            await registry.end_worker()
    return intake.outcomes


class Intake:
    """A job that reads pushes and asks hubs, several at the same time."""

    def __init__(
        self,
        app: App,
        registry: Registry,
        client: SharedClient,
        build_at_once: Callable[[], None],
        stop: asyncio.Event,
        watch: Watch,
    ) -> None:
        self.app = app
        self.registry = registry
        self.client = client
        self.build_at_once = build_at_once
        self.stop = stop
        self.watch = watch
        self.outcomes: list[Outcome] = []
        # keys of sources whose push is being read: one of each, because `alone` locks the source
        self._sources_read: set[str] = set()
        self._hubs_asked = 0
        self._ended = asyncio.Event()  # a push was read, or a hub answered

    async def run(self) -> None:
        """Read the pushes that wait and ask the hubs that are due. Begin with further ones for 20
        seconds, or until nothing waits; then wait until all have ended. Raises StoreError or
        OSError."""
        until = self._clock() + _JOB_SECONDS
        self.registry.is_being_read = True
        try:
            async with task_group() as group:
                while not self.stop.is_set():
                    begins_more = self._clock() < until
                    if begins_more:
                        self._ask_hubs(group)
                        self._begin_pushes(group)
                    self.registry.save(self.app.archive.store.subscriptions)
                    is_working = bool(self._hubs_asked or self._sources_read)
                    if not is_working:
                        break
                    await self._wait_a_moment(begins_more=begins_more)
        finally:
            self.registry.is_being_read = False

    def _ask_hubs(self, group: asyncio.TaskGroup) -> None:
        """Start a task in `group` for each hub that must be asked now. At most _MOST_AT_ONCE hubs
        are asked at the same time; the others wait."""
        due = self.registry.list_due(self.app.archive.clock())
        free_places = _MOST_AT_ONCE - self._hubs_asked
        for subscription in due[:free_places]:
            self._hubs_asked += 1
            group.create_task(self._ask(self.registry.begin_request(subscription.token)))

    async def _wait_a_moment(self, *, begins_more: bool) -> None:
        """Wait until a push was read, a hub answered or the job must stop, but at most half a
        second. `begins_more`: True to end the wait also when a push arrives."""
        events = [self._ended, self.stop]
        if begins_more:
            events.append(self.registry.arrived)
        waiting = [asyncio.create_task(event.wait()) for event in events]
        try:
            await asyncio.wait(waiting, timeout=_CHECK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()
            self._ended.clear()

    def _clock(self) -> float:
        """Return the time of the event loop, in seconds."""
        return asyncio.get_running_loop().time()

    def _begin_pushes(self, group: asyncio.TaskGroup) -> None:
        """Start a task in `group` for each push that waits: at most _MOST_AT_ONCE at the same time,
        and only one of each source. The others wait."""
        self.registry.arrived.clear()
        while len(self._sources_read) < _MOST_AT_ONCE:
            push = self.registry.take(self._sources_read)
            if push is None:
                return
            self._sources_read.add(push.subscription.source_key)
            group.create_task(self._read_push(push))

    async def _read_push(self, push: Push) -> None:
        """The work of one task: file the entries of a push, then let the next push of its source be
        read."""
        try:
            await self._file_push(push)
        finally:
            self._sources_read.discard(push.subscription.source_key)
            self._ended.set()

    async def _file_push(self, push: Push) -> None:
        """File the entries of a push, as a visit of its source that gets the push in place of the
        fetched feed. If the hub only signals that there is something new, make the source due
        instead, so that its feed is fetched soon."""
        key = push.subscription.source_key
        source = self.app.configuration.sources.get(key)
        visits = self.app.archive.store.visits
        async with self.registry.lock_source(key):
            state = visits.state(key)
            if source is None or not source.enabled:
                return
            if state is None or state.backoff.disabled:
                return
            if self.stop.is_set():
                return
            if is_signal(source, state, push.subscription.hub):
                visits.save_states([make_due_after_signal(state, self.app.archive.clock())])
                return
            visit = self._make_context().make_visit_context(source, state)
            outcome, new_state = await take_push(visit, _make_answer(push), stop=self.stop)
            if outcome is None:  # the push cannot be read: the new state fetches the feed soon
                visits.save_states([new_state])
                return
            if outcome.reason != OURS:  # `OURS`: this program failed, not the source
                visits.end_visit(outcome, new_state)
        self.outcomes.append(outcome)
        if outcome.added or outcome.changed:
            self.build_at_once()
        self.watch.visited(outcome)

    def _make_context(self) -> RunContext:
        """Return the context in which pushed entries are filed: archive, configuration, client and
        a worker process that parses. The process is kept for the next pushes."""
        if self.registry.worker is None:
            self.registry.worker = Worker(preload=_PRELOAD)
        return make_context(
            self.app.archive,
            self.app.configuration,
            self.app.jitter,
            self.client.open(),
            self.registry.worker,
            self.watch.filed,
            hubs=self.registry,
        )

    async def _ask(self, subscription: Subscription) -> None:
        """Ask a hub to begin or end a subscription, and record its answer. `subscription`: says
        which of the two is asked, and of which hub."""
        try:
            result = await self.client.open().fetch(websub.build_request(subscription))
        finally:
            self._hubs_asked -= 1
            self._ended.set()
        now = self.app.archive.clock()
        self.registry.change_subscription(
            subscription.token, lambda current: websub.record_answer(current, result, now)
        )
        self.registry.log.debug(
            "asked a hub",
            hub=subscription.hub,
            source=subscription.source_key,
            mode=subscription.asked,
        )


def _make_answer(push: Push) -> Fetched:
    """Return a push in the form of an answer to a request for the feed. Its HTTP status says that
    the answer has only new entries, not the whole feed."""
    url = push.subscription.topic
    headers = {"content-type": push.content_type}
    return Fetched(url=url, final_url=url, status=DELTA, headers=headers, body=push.body)
