"""Subscriptions in memory, for server and runs of one process. The server writes no database; the next run does."""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from weakref import WeakValueDictionary

from syndicator.core.model import Entry, Source
from syndicator.core.ports.subscriptions import PATH, Hubs, Offer, Subscription, Tally
from syndicator.core.program import logger
from syndicator.store.tables.subscriptions import Subscriptions
from syndicator.visiting import websub
from syndicator.visiting.websub import is_signed, may_subscribe

if TYPE_CHECKING:
    from syndicator.processes.worker import Worker

_TOKEN_BYTES: Final = 32  # of chance in a callback and in a secret
# What waits to be read: some dozens of the largest feeds, or a burst of a thousand small ones. Choices.
_MOST_BYTES: Final = 64_000_000
_MOST_PUSHES: Final = 1000
_STEADY: Final = timedelta(days=1)  # a feed that names another hub or topic each time gets a subscription a day


@dataclass(frozen=True, slots=True)
class Push:
    """What a hub brought for a source, signed as it should be."""

    subscription: Subscription
    content_type: str
    body: bytes


class Registry(Hubs):
    """`ports.subscriptions.Hubs` and more. `clock`: now, aware UTC. `mint`: an unguessable word."""

    def __init__(self, clock: Callable[[], datetime], mint: Callable[[], str] | None = None) -> None:
        self._clock = clock
        self._mint = mint or (lambda: secrets.token_urlsafe(_TOKEN_BYTES))
        self._base: str | None = None  # None: not known yet; "": hubs are not wanted
        self._by_token: dict[str, Subscription] = {}
        self._of: dict[str, str] = {}  # source key -> token of the one that is wanted
        self._tallies: dict[str, Tally] = {}
        self._changed: set[str] = set()  # tokens
        self._counted: set[str] = set()  # hubs
        self._inbox: deque[Push] = deque()
        self._waiting_bytes = 0
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self.arrived = asyncio.Event()  # something waits in the inbox
        self.attended = False  # a run takes what arrives
        self.worker: Worker | None = None  # that read the last pushes, for the next ones; a run without any ends it
        self.on_arrival: Callable[[], object] = lambda: None
        self.log = logger("hubs")

    async def rest(self) -> None:
        """Ends what is kept ready for pushes."""
        worker, self.worker = self.worker, None
        if worker is not None:
            await worker.aclose()

    def begin(self, store: Subscriptions, sources: Mapping[str, Source], base: str) -> None:
        """Read the store once when a run begins, and end unwanted subscriptions. `base`: `site.callback`."""
        if self._base is None:
            for one in store.all():
                self._put(one, known=True)
            self._tallies = {one.hub: one for one in store.tallies()}
        self._base = base
        now = self._clock()
        for one in list(self._by_token.values()):
            source = sources.get(one.source_key)
            is_same = source is not None and source.enabled and one.source_url == source.url
            if one.wanted and not (source and base and is_same and may_subscribe(source)):
                self._end(one, now)
            elif one.wanted and one.callback and one.callback != self._callback(one):
                self._put(replace(one, next_try=now))

    def save(self, store: Subscriptions) -> None:
        """Stores what changed since the last call. Raises StoreError."""
        if not (self._changed or self._counted):
            return
        gone = [token for token in self._changed if token not in self._by_token]
        changed = [self._by_token[token] for token in sorted(self._changed) if token in self._by_token]
        store.save(changed, gone, [self._tallies[hub] for hub in sorted(self._counted)])
        self._changed.clear()
        self._counted.clear()

    def due(self, now: datetime) -> list[Subscription]:
        """The subscriptions whose hub is to be asked, longest overdue first."""
        if not self._base:
            return []
        latest = now + websub.LONGEST  # beyond that the clock was wrong
        found = [one for one in self._by_token.values() if one.next_try and not now < one.next_try <= latest]
        return sorted(found, key=lambda one: (one.next_try or now, one.token))

    def asking(self, token: str) -> Subscription:
        """The subscription, whose hub is asked now."""
        asked = websub.asking(self._by_token[token], self._callback(self._by_token[token]))
        self._put(replace(asked, next_try=None))
        return asked

    def after(self, token: str, change: Callable[[Subscription], Subscription | None]) -> None:
        """The subscription as `change` makes it of what it is by now; None forgets it."""
        one = self._by_token.get(token)
        changed = change(one) if one else None
        if one is not None and (changed is None or websub.ended(changed)):
            self._forget(one)
        elif changed is not None:
            self._put(changed)

    def verify(self, token: str, asked: Mapping[str, str]) -> tuple[int, str]:
        """Answers a hub that verifies our intent, or denies."""
        if (one := self._by_token.get(token)) is None:
            return self._unknown(), ""
        answer = websub.intent(one, asked, self._clock())
        if answer.status == HTTPStatus.OK:
            self.after(token, lambda _: answer.after)
        self.log.debug("hub asks", hub=one.hub, mode=asked.get("hub.mode", ""), answer=answer.status)
        return answer.status, answer.body

    def known(self, token: str) -> int:
        """200 where a push to this callback is to be read; 410 where it is not wanted any more."""
        if (one := self._by_token.get(token)) is None:
            return self._unknown()
        if not one.wanted:
            return HTTPStatus.GONE
        return HTTPStatus.OK if one.verified_at or one.asked else HTTPStatus.NOT_FOUND

    def push(self, token: str, headers: Mapping[str, str], body: bytes) -> int:
        """Takes what a hub brings, where it is signed with our secret; 403 where it is not. It is read by a run."""
        status = self.known(token)
        if status != HTTPStatus.OK:
            return status
        one = self._by_token[token]
        if not is_signed(one.secret, body, headers.get("x-hub-signature", "")):
            self.log.info("a push was not signed by its hub", source=one.source_key, hub=one.hub)
            return HTTPStatus.FORBIDDEN
        if len(self._inbox) >= _MOST_PUSHES or self._waiting_bytes + len(body) > _MOST_BYTES:
            return HTTPStatus.SERVICE_UNAVAILABLE
        self._put(replace(one, last_push=self._clock()))
        self._inbox.append(Push(one, headers.get("content-type", ""), body))
        self._waiting_bytes += len(body)
        self.arrived.set()
        self.on_arrival()
        return HTTPStatus.ACCEPTED

    def taken(self) -> Iterator[Push]:
        """What waits, each once."""
        self.arrived.clear()
        while self._inbox:
            push = self._inbox.popleft()
            self._waiting_bytes -= len(push.body)
            yield push

    def polled(
        self, source: Source, offer: Offer | None, new: Sequence[Entry], before: datetime | None, now: datetime
    ) -> None:
        if not self._base:
            return
        if (one := self._wanted(source.key)) is not None and (lost := websub.missed(one, new, before, now)):
            self._count(one, missed=lost)
        self._follow(source, offer if may_subscribe(source) else None, now)

    def brought(self, source_key: str, new: int, now: datetime) -> None:
        if (one := self._wanted(source_key)) is not None and new:
            self._count(one, pushed=new)

    def trust(self, source_key: str, now: datetime) -> float:
        one = self._wanted(source_key) if self._base else None
        return websub.trust(one, self._tallies.get(one.hub, Tally(hub=one.hub)), now) if one else 0.0

    def alone(self, source_key: str) -> AbstractAsyncContextManager[object]:
        lock = self._locks.get(source_key) or asyncio.Lock()
        self._locks[source_key] = lock
        return lock

    def _follow(self, source: Source, offer: Offer | None, now: datetime) -> None:
        one = self._wanted(source.key)
        if offer is None:
            if one is not None:
                self._end(one, now)
            return
        if one is not None:
            same = one.topic == offer.topic and one.hub in offer.hubs
            lost = one.reason and not one.expires and len(offer.hubs) > 1  # the hub fails, and there is another one
            if (same and not lost) or now - one.made_at < _STEADY:
                return
            self._end(one, now)
        others = [hub for hub in offer.hubs if one is None or hub != one.hub]
        hub = (others or offer.hubs)[0]
        made = Subscription(
            token=self._mint(),
            secret=self._mint(),
            source_key=source.key,
            source_url=source.url,
            hub=hub,
            topic=offer.topic,
            made_at=now,
            next_try=now,
        )
        self._put(made)

    def _wanted(self, source_key: str) -> Subscription | None:
        return self._by_token.get(self._of.get(source_key, ""))

    def _count(self, one: Subscription, *, pushed: float = 0, missed: float = 0) -> None:
        self._put(websub.counted(one, pushed=pushed, missed=missed))
        tally = self._tallies.get(one.hub, Tally(hub=one.hub))
        self._tallies[one.hub] = websub.counted(tally, pushed=pushed, missed=missed)
        self._counted.add(one.hub)

    def _end(self, one: Subscription, now: datetime) -> None:
        over = websub.farewell(one, now)
        if websub.ended(over):
            self._forget(one)
        else:
            self._put(over)

    def _put(self, one: Subscription, *, known: bool = False) -> None:
        self._by_token[one.token] = one
        if one.wanted:
            self._of[one.source_key] = one.token
        elif self._of.get(one.source_key) == one.token:
            del self._of[one.source_key]
        if not known:
            self._changed.add(one.token)

    def _forget(self, one: Subscription) -> None:
        del self._by_token[one.token]
        if self._of.get(one.source_key) == one.token:
            del self._of[one.source_key]
        self._changed.add(one.token)

    def _callback(self, one: Subscription) -> str:
        return f"{(self._base or '').rstrip('/')}{PATH}{one.token}"

    def _unknown(self) -> int:
        """For a callback that is not known; before the store was read it may be one."""
        return HTTPStatus.SERVICE_UNAVAILABLE if self._base is None else HTTPStatus.NOT_FOUND
