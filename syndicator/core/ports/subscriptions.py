"""Values for WebSub subscriptions, thumbnails and icons; how visits report what hubs pushed."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from syndicator.core.model import Entry, Source

PATH = "/websub/"  # path of callbacks below `site.callback`, followed by the subscription's token
Mode = Literal["subscribe", "unsubscribe"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The hubs that a feed names. `hubs`: best first; `topic`: the address of the feed at these
    hubs."""

    hubs: tuple[str, ...]
    topic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A subscription of this instance at a hub. Times are UTC and have a zone."""

    token: str  # the unguessable part of its callback
    secret: str  # for the hub's signatures
    source_key: str
    hub: str
    topic: str
    source_url: str = ""  # as the operator wrote it; after a change the subscription is void
    made_at: datetime
    callback: str = ""  # last sent to the hub
    wanted: bool = True  # False: to be unsubscribed
    asked: Mode | None = None  # requested, not yet verified
    verified_at: datetime | None = None
    expires: datetime | None = None  # the end of its lease
    next_try: datetime | None = None  # of the first request, a retry or a renewal
    tries: int = 0  # without success, in a row
    reason: str = ""  # of the last failure
    detail: str = ""
    last_push: datetime | None = None
    pushed: float = 0.0  # entries that the hub pushed first; old ones weigh less
    missed: float = 0.0  # entries that a poll found before the hub

    def active(self, now: datetime) -> bool:
        """Return True if the hub (a server that pushes new entries to us) does so at `now`: the
        subscription was not ended, and its time has not run out."""
        return self.wanted and self.expires is not None and now < self.expires


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many entries a hub pushed and missed, in all subscriptions there together. Old entries
    weigh less."""

    hub: str
    pushed: float = 0.0
    missed: float = 0.0


class Hubs(Protocol):
    """Receives reports on visits and pushes, by which hubs are judged."""

    def record_poll(
        self,
        source: Source,
        offer: Offer | None,
        new: Sequence[Entry],
        before: datetime | None,
        now: datetime,
    ) -> None:
        """Record that a visit read the whole feed of `source`. `offer`: the hubs that the feed
        names, None if it names none (a hub is a server that pushes new entries to us). `new`:
        entries that no hub had pushed. `before`: the time of the visit before, None if there was
        none. `now`: the time of this visit."""

    def record_push(self, source_key: str, new: int, now: datetime) -> None:
        """Report a push for a source. `new`: number of its new entries."""

    def trust(self, source_key: str, now: datetime) -> float:
        """Return the share of a source's new entries that its hub will probably push, judged by the
        past. It is at least 0 and below 1."""

    def lock_source(self, source_key: str) -> AbstractAsyncContextManager[object]:
        """Return a lock for a source. It keeps a visit and a push from running at the same time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """The thumbnail of an article: a published WebP, named after its bytes."""

    name: str  # below the web root
    width: int  # pixels
    height: int
    alt: str = ""  # empty: pages show the title beside it


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureRow:
    """What is stored about the picture of an article: its thumbnail, or why it has none."""

    id: str  # of the article
    url: str  # of the picture
    tries: int = 0  # failed fetches
    next_try: datetime | None = None  # None: no more
    picture: Picture | None = None
    reason: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IconRow:
    """What is stored about the icon of a source: its name, or why it has none."""

    source_key: str
    next_try: datetime  # when it is looked for again
    name: str = ""  # of the published WebP, below the web root; "" for none
    tries: int = 0  # failed fetches
    reason: str = ""  # why there is none, or no newer one
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictured:
    """How many thumbnails of articles in feeds were made, how many wait, and by reason, how many
    failed."""

    made: int = 0
    waiting: int = 0
    failed: Mapping[str, int] = field(default_factory=dict)
