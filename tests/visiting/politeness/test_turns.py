"""Several machines share hosts: one request at a time among all of them."""

from __future__ import annotations

import asyncio
import itertools
from datetime import timedelta

from syndicator.core.model import Failed, Fetched, FetchResult, Request
from syndicator.core.ports import HostTurns
from syndicator.visiting.politeness.fetcher import PoliteFetcher
from syndicator.visiting.politeness.throttle import PATIENCE, Throttle
from tests.visiting.politeness.common_turns import CommonTurns
from tests.visiting.simclock import SimClock


class TwoMachines:
    """Two processes that share hosts, over answers of some seconds."""

    def __init__(self, pause: float = 2.0, seconds: float = 1.0) -> None:
        self.clock = SimClock()
        self.turns = CommonTurns(self.clock)
        common: HostTurns = self.turns
        self.throttles = [
            Throttle(pause, self.clock.sleep, self.clock, turns=common) for _ in range(2)
        ]
        self.fetchers = [PoliteFetcher(self, throttle) for throttle in self.throttles]
        self.seconds = seconds
        self.open = 0
        self.most_open = 0
        self.began = list[float]()
        self.answer: FetchResult | None = None

    async def fetch(self, request: Request) -> FetchResult:
        self.began.append(self.clock.seconds_since_start())
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        await self.clock.sleep(self.seconds)
        self.open -= 1
        if self.answer:
            return self.answer
        return Fetched(url=request.url, final_url=request.url, status=200, headers={}, body=b"")

    async def aclose(self) -> None:
        pass

    def request_from(self, *numbers: int) -> list[FetchResult]:
        """Request the same page from these machines at once; return their results."""

        async def all_of() -> list[FetchResult]:
            request = Request(url="https://a.example/page", kind="feed")
            return list(
                await asyncio.gather(*(self.fetchers[number].fetch(request) for number in numbers))
            )

        return asyncio.run(self.clock.run(all_of()))


def test_machines_ask_a_host_one_at_a_time_and_keep_its_pause() -> None:
    """Two machines never request a host at the same time, and keep its pause between all their
    requests."""
    machines = TwoMachines(pause=2.0, seconds=1.0)

    results = machines.request_from(0, 1, 0, 1)

    assert all(isinstance(result, Fetched) for result in results)
    assert machines.most_open == 1

    # a second for the answer, two for the pause; sums of floats end a hair below
    gaps = [later - before for before, later in itertools.pairwise(machines.began)]
    assert min(gaps) >= 3.0 - 1e-6


def test_a_host_that_others_have_for_long_is_waited_for_and_not_for_ever() -> None:
    """If another machine keeps the turn of a host, a request waits PATIENCE seconds, then fails
    without having been sent; it is retried a minute later."""
    machines = TwoMachines()
    machines.turns.take("a.example")  # by a machine that stopped
    (result,) = machines.request_from(0)

    assert isinstance(result, Failed)
    assert result.unasked  # so no try of the page is counted
    assert machines.began == []
    assert PATIENCE <= machines.clock.seconds_since_start() < PATIENCE + 5
    assert result.retry_after
    assert result.retry_after >= machines.clock() + timedelta(seconds=60)
    assert result.detail.startswith("other machines ask the host")


def test_a_host_that_is_free_soon_is_waited_for() -> None:
    """If a paused host is free before PATIENCE seconds are over, the request waits for it and is
    then sent."""
    machines = TwoMachines()
    machines.turns.hold("a.example", PATIENCE - 5)

    (result,) = machines.request_from(0)

    assert isinstance(result, Fetched)
    assert machines.began[0] >= PATIENCE - 5


def test_a_host_that_is_held_for_long_is_not_waited_for() -> None:
    """If a host is known to be paused for longer than a request would wait, the request fails at
    once and is retried when the pause ends."""
    machines = TwoMachines()
    machines.turns.hold("a.example", 600)

    (result,) = machines.request_from(0)

    assert isinstance(result, Failed)
    assert result.unasked
    assert machines.clock.seconds_since_start() == 0
    assert result.retry_after == machines.clock() + timedelta(seconds=600)


def test_what_one_did_not_reach_the_other_does_not_try() -> None:
    """If one machine finds that a host does not exist, the other fails with the same reason without
    a request of its own."""
    machines = TwoMachines()
    machines.answer = Failed(url="https://a.example/page", reason="dns", detail="no such name")
    machines.request_from(0)

    assert machines.turns.away == {"a.example": ("dns", "no such name")}

    (result,) = machines.request_from(1)

    assert isinstance(result, Failed)
    assert result.reason == "dns"
    assert result.detail == "no such name"
    assert len(machines.began) == 1


def test_a_crawl_delay_that_one_read_holds_for_the_other() -> None:
    """A Crawl-delay of 20 seconds that one machine read holds between requests of both (a second is
    for the first answer)."""
    machines = TwoMachines()
    machines.throttles[0].set_delay("a.example", 20)
    machines.throttles[0].set_delay("a.example", 20)  # a second time changes nothing

    assert machines.turns.delays == {"a.example": 20}

    machines.request_from(1)
    machines.request_from(0)

    assert machines.began[1] - machines.began[0] >= 21


def test_leave_is_given_back_where_a_request_is_cancelled() -> None:
    """A cancelled request gives the turn of its host back, so that another machine can request it
    at once."""
    machines = TwoMachines(pause=0, seconds=1000)  # for which an answer takes

    async def cancel_after_a_second() -> None:
        task = asyncio.ensure_future(
            machines.fetchers[0].fetch(Request(url="https://a.example/", kind="feed"))
        )
        await machines.clock.sleep(1)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(machines.clock.run(cancel_after_a_second()))

    machines.seconds = 0
    (result,) = machines.request_from(1)

    assert isinstance(result, Fetched)
    assert machines.clock.seconds_since_start() < 5
