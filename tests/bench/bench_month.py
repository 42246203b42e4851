"""A month of 500 simulated sources: what is asked of them, and how fresh what they publish is,
beside the defaults of Miniflux and FreshRSS.

    python -m tests.bench.bench_month [--sources 500] [--days 30] [--seed 1]

The web is made up and the same for all: sources of six rhythms (5 % publish thirty times a day, 15
% six times, 30 % daily, 30 % weekly, 15 % monthly, 5 % never), three quarters of them with
validators, a fifth with a max-age of ten minutes to a day, a tenth with a ttl of an hour, feeds of
10 to 50 entries and some 60 kB in the middle. A quarter names a hub; of these one in ten never
tells it, the others' hubs push nine articles in ten, after half a minute. These shares are choices.
Time is simulated; ours are the functions that decide in `up` (`source_state.update_after_visit`,
`cadence.plan_next_visit`, `websub.trust`) with a run a minute. The first two days, in which rhythms
are learnt, are not counted.

Peers, by what they document: Miniflux asks every 60 minutes for the 100 feeds that are longest due,
each 60 minutes after its last check or when ttl, max-age or Expires allow (POLLING_FREQUENCY,
BATCH_SIZE and SCHEDULER_ROUND_ROBIN_MIN_INTERVAL, _MAX_INTERVAL of its manual page); with 500 feeds
that is each of them every 5 hours, so a second row gives it a batch for all. FreshRSS: cron at
minutes 13 and 43 (its documentation on Docker), a feed once its ttl_default of 3600 s
(config-user.default.php) has passed. Both send validators. Neither subscribes at hubs without being
set up for it."""

from __future__ import annotations

import argparse
import math
import random
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from syndicator.configuration import cron
from syndicator.core.model import Entry, Fetched, NotModified, ParsedFeed, Source, SourceState
from syndicator.core.ports.subscriptions import Subscription, Tally
from syndicator.visiting import cadence, source_state, websub

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
MINUTE = 60.0
HOUR = 3600.0
DAY = 86400.0
LEARNT = 2 * DAY
HEADERS = 300  # bytes of an answer without its body
# share, articles a day
RHYTHMS = ((0.05, 30.0), (0.15, 6.0), (0.30, 1.0), (0.30, 1 / 7), (0.15, 1 / 30), (0.05, 0.0))
PUSHED = 0.9
TOLD = 0.9
PUSH_SECONDS = 30.0


@dataclass(slots=True)
class Feed:
    """A source as the web has it. Times are seconds since BEGIN; those before it are negative."""

    times: list[float]  # of publication
    size: int
    shown: int
    validates: bool
    max_age: float  # 0: says nothing
    ttl: int  # minutes, 0: says nothing
    pushed: dict[int, float]  # article -> when its hub brings it
    hub: bool

    def newest(self, now: float) -> int:
        """How many articles there are."""
        return bisect_right(self.times, now)


@dataclass(slots=True)
class Seen:
    """What one reader does with one source."""

    requests: int = 0
    bytes: int = 0
    pushes: int = 0
    first: dict[int, float] = field(default_factory=dict)  # article -> when it was seen


def web(sources: int, days: int, seed: int) -> list[Feed]:
    chance = random.Random(seed)
    return [_feed(chance, number / sources, days) for number in range(sources)]


def _feed(chance: random.Random, place: float, days: int) -> Feed:
    rate = next(rate for at, rate in _steps() if place < at)
    times = []
    at = -60 * DAY
    while rate:
        at += chance.expovariate(rate) * DAY
        if at > days * DAY:
            break
        times.append(at)
    hub = chance.random() < 0.25
    told = hub and chance.random() < TOLD
    ways = {
        n: at + PUSH_SECONDS
        for n, at in enumerate(times)
        if told and at > 0 and chance.random() < PUSHED
    }
    return Feed(
        times=times or [-50 * DAY],
        size=int(math.exp(chance.gauss(math.log(60_000), 0.8))),
        shown=chance.choice((10, 10, 20, 30, 50)),
        validates=chance.random() < 0.75,
        max_age=(
            chance.choice((600.0, 1800.0, HOUR, 6 * HOUR, DAY)) if chance.random() < 0.2 else 0.0
        ),
        ttl=60 if chance.random() < 0.1 else 0,
        pushed=ways,
        hub=hub,
    )


def _steps() -> list[tuple[float, float]]:
    made = []
    total = 0.0
    for share, rate in RHYTHMS:
        total += share
        made.append((total + 1e-9, rate))
    return made


def ask(feed: Feed, seen: Seen, now: float, known: int | None) -> int:
    """A request at `now` by who has the version of the feed with `known` articles; the version that
    it has then."""
    newest = feed.newest(now)
    same = feed.validates and known == newest
    seen.requests += now >= LEARNT
    seen.bytes += (HEADERS + (0 if same else feed.size)) if now >= LEARNT else 0
    for number in range(max(0, newest - feed.shown), newest):
        seen.first.setdefault(number, now)
    return newest


def ours(feed: Feed, days: int, chance: random.Random, hubs: bool) -> Seen:
    """As `up` with the default settings."""
    seen = Seen()
    source = Source(key="one", url="https://site.example/feed")
    state = SourceState(key="one", url=source.url)
    now = chance.random() * HOUR
    known = None
    stands: Subscription | None = None
    tally = Tally(hub="h", pushed=50, missed=10)  # what it did for others: hubs are few
    arrivals = sorted((at, number) for number, at in feed.pushed.items()) if hubs else []
    while now < days * DAY:
        while stands and arrivals and arrivals[0][0] <= now:
            at, number = arrivals.pop(0)
            seen.pushes += at >= LEARNT
            if number not in seen.first:
                seen.first[number] = at
                stands = websub.add_counts(stands, pushed=1)
                one = ParsedFeed(format="rss20", entries=(_entry(feed, number),))
                state = source_state.update_after_push(state, one, 1, _at(at))
        before = set(seen.first)
        when = _at(now)
        newest = ask(feed, seen, now, known)
        new = [_entry(feed, number) for number in seen.first.keys() - before]
        if stands and (lost := websub.count_missed(stands, new, state.visits.last_success, when)):
            stands = websub.add_counts(stands, missed=lost)
        result = _answer(feed, newest, known)
        parsed = _parsed(feed, newest) if known != newest else None
        state = source_state.update_after_visit(source, state, result, parsed, when)
        due = cadence.plan_next_visit(
            source,
            state,
            parsed,
            result,
            now=when,
            floor=900,
            ceiling=int(DAY),
            jitter=chance.random(),
            cron_next=cron.find_next_time,
            trust=websub.rate_trust(stands, tally, when) if stands else 0.0,
        )
        known = newest if state.validators.etag or not feed.validates else None
        if hubs and feed.hub and stands is None:
            stands = Subscription(
                token="t",
                secret="s",
                source_key="one",
                hub="h",
                topic="t",
                made_at=when,
                verified_at=when,
                expires=when + timedelta(days=days),
            )
        now = math.ceil((due.at - BEGIN).total_seconds() / MINUTE) * MINUTE
    for at, number in arrivals if stands else ():
        seen.first.setdefault(number, at)
    return seen


def _at(seconds: float) -> datetime:
    return BEGIN + timedelta(seconds=seconds)


def _entry(feed: Feed, number: int) -> Entry:
    return Entry(id=str(number), published=_at(feed.times[number]))


def _parsed(feed: Feed, newest: int) -> ParsedFeed:
    entries = (
        _entry(feed, number) for number in range(newest - 1, max(-1, newest - 1 - feed.shown), -1)
    )
    return ParsedFeed(format="rss20", entries=tuple(entries), ttl_minutes=feed.ttl or None)


def _answer(feed: Feed, newest: int, known: int | None) -> Fetched | NotModified:
    url = "https://site.example/feed"
    headers = {"etag": f'"{newest}"'} if feed.validates else {}
    headers |= {"cache-control": f"max-age={feed.max_age:.0f}"} if feed.max_age else {}
    if feed.validates and known == newest:
        return NotModified(url=url, final_url=url, headers=headers)
    return Fetched(url=url, final_url=url, status=200, headers=headers, body=str(newest).encode())


def miniflux(feeds: list[Feed], days: int, batch: int) -> list[Seen]:
    """A tick an hour, of each the `batch` feeds that are longest due."""
    seen = [Seen() for _ in feeds]
    due = [0.0] * len(feeds)
    versions: list[int | None] = [None] * len(feeds)
    for tick in range(int(days * 24)):
        now = tick * HOUR + MINUTE
        ready = sorted((at, n) for n, at in enumerate(due) if at <= now)[:batch]
        for _, n in ready:
            versions[n] = ask(feeds[n], seen[n], now, versions[n])
            due[n] = now + min(max(HOUR, feeds[n].max_age, feeds[n].ttl * MINUTE), DAY) - MINUTE
    return seen


def freshrss(feeds: list[Feed], days: int) -> list[Seen]:
    """Twice an hour by cron, each feed whose hour has passed."""
    seen = [Seen() for _ in feeds]
    for feed, one in zip(feeds, seen, strict=True):
        known = None
        last = -DAY
        for half in range(int(days * 48)):
            now = half * 1800.0 + 13 * MINUTE
            if now - last >= HOUR - MINUTE:
                known = ask(feed, one, now, known)
                last = now
    return seen


def row(name: str, feeds: list[Feed], seen: list[Seen], days: int) -> None:
    """Prints what one reader did."""
    waits = []
    lost = 0
    articles = 0
    for feed, one in zip(feeds, seen, strict=True):
        for number, at in enumerate(feed.times):
            if LEARNT <= at < (days - 1) * DAY:  # the last day's may come after the end
                articles += 1
                lost += number not in one.first
                waits += [one.first[number] - at] if number in one.first else []
    waits.sort()
    middle = waits[len(waits) // 2]
    late = waits[int(0.95 * len(waits))]
    per = len(feeds) * (days - LEARNT / DAY)
    print(
        f"{name:34} {sum(one.requests for one in seen) / per:8.2f}"
        f" {sum(one.bytes for one in seen) / per / 1000:9.0f} {middle / MINUTE:8.1f}"
        f" {late / MINUTE:8.0f} {lost:6} {articles:8}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sources", type=int, default=500)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    feeds = web(given.sources, given.days, given.seed)
    both: dict[str, Callable[[Feed], bool]] = {
        "all": lambda feed: True,
        "with a hub": lambda feed: feed.hub,
        "with validators and without a wish of the server's": lambda feed: (
            feed.validates and not feed.max_age
        ),
    }
    chance = random.Random(given.seed)
    rows = {
        "ours, polling": [ours(feed, given.days, chance, hubs=False) for feed in feeds],
        "ours, with WebSub": [ours(feed, given.days, chance, hubs=True) for feed in feeds],
        "Miniflux, defaults": miniflux(feeds, given.days, 100),
        "Miniflux, a batch for all": miniflux(feeds, given.days, given.sources),
        "FreshRSS, defaults": freshrss(feeds, given.days),
    }
    for name, chosen in both.items():
        those = [n for n, feed in enumerate(feeds) if chosen(feed)]
        print(
            f"\n{len(those)} sources: {name}\n{'':34} requests   kB a day   delay in minutes  "
            " never  articles"
        )
        print(f"{'a source':34}    a day               median      95 %    seen")
        for reader, seen in rows.items():
            row(reader, [feeds[n] for n in those], [seen[n] for n in those], given.days)


if __name__ == "__main__":
    main()
