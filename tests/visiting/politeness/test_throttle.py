"""The pause between requests to one host, in simulated time."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Literal

import pytest

from syndicator.core.model import Fetched, FetchResult, Request
from syndicator.visiting.politeness.fetcher import PoliteFetcher
from syndicator.visiting.politeness.throttle import Throttle
from tests.visiting.simclock import SimClock


class TimedRequests:
    """Requests of some seconds each, with when they began."""

    def __init__(self, pause: float = 1.0) -> None:
        self.clock = SimClock()
        self.throttle = Throttle(pause, self.clock.sleep, self.clock)
        self.began: list[tuple[float, str]] = []
        self.open: dict[str, int] = {}
        self.most_open: dict[str, int] = {}

    async def request(self, host: str, seconds: float = 0.0) -> None:
        """Wait for the turn of the host, then take so many seconds."""
        async with self.throttle.turn(host):
            self.began.append((self.clock.seconds_since_start(), host))
            self.open[host] = self.open.get(host, 0) + 1
            self.most_open[host] = max(self.most_open.get(host, 0), self.open[host])
            try:
                await self.clock.sleep(seconds)
            finally:
                self.open[host] -= 1

    def run_requests(self, *requests: tuple[str, float]) -> list[tuple[float, str]]:
        """Make requests, of (host, seconds that it takes), at once. Return (begin, host) of each
        so far."""

        async def all_of() -> None:
            await asyncio.gather(*(self.request(host, seconds) for host, seconds in requests))

        asyncio.run(self.clock.run(all_of()))
        return self.began


def test_pause_counts_from_the_end_of_a_request() -> None:
    """The pause (1 s) between requests to a host begins when a request ends: after 2 s and 0.5 s of
    work, requests begin at 0, 3 and 4.5."""
    # host and the seconds that its answer takes
    began = TimedRequests(pause=1.0).run_requests(("a", 2.0), ("a", 0.5), ("a", 0))

    assert began == [(0, "a"), (3, "a"), (4.5, "a")]


def test_hosts_do_not_wait_for_each_other() -> None:
    """A host that takes 1,000 seconds to answer does not delay requests to another one, which begin
    at 0 and, after work and pause, 2 seconds."""
    requests = TimedRequests(pause=1.0)

    # host and the seconds that its answer takes
    began = requests.run_requests(("hung", 1000.0), ("hung", 1000.0), ("b", 1.0), ("b", 1.0))

    assert began[:3] == [(0, "hung"), (0, "b"), (2, "b")]


def test_one_connection_per_host() -> None:
    """A host has one open request at a time; two hosts are requested in parallel, so that ten
    requests of a second take five."""
    requests = TimedRequests(pause=0)

    # host and the seconds that its answer takes
    requests.run_requests(*[("a", 1.0)] * 5, *[("b", 1.0)] * 5)

    assert requests.most_open == {"a": 1, "b": 1}
    assert requests.clock.seconds_since_start() == 5


def test_back_off() -> None:
    """A host in back-off is requested after the wait; others are not delayed."""
    requests = TimedRequests()
    requests.throttle.back_off("a", requests.clock() + timedelta(minutes=2))

    assert requests.throttle.backs_off_until("a") == requests.clock() + timedelta(minutes=2)
    assert requests.throttle.backs_off_until("b") is None
    assert requests.run_requests(("a", 0), ("b", 0)) == [(0, "b"), (120, "a")]
    assert requests.throttle.backs_off_until("a") is None


def test_a_host_backs_off_for_at_most_a_quarter_of_an_hour() -> None:
    """A request waits at most 15 minutes (900 s) for a host, however long the host asked to
    wait."""
    requests = TimedRequests()
    requests.throttle.back_off("a", requests.clock() + timedelta(days=300))

    began = requests.run_requests(("a", 0))

    assert began == [(900, "a")]


def test_crawl_delay_outranks_a_shorter_pause_up_to_a_minute() -> None:
    """A Crawl-delay of robots.txt replaces the shorter pause of 1 s, limited to 60 s: 10 s for host
    a, 60 s instead of a day for b."""
    requests = TimedRequests()
    requests.throttle.set_delay("a", 10)
    requests.throttle.set_delay("b", 86_400)
    requests.run_requests(("a", 0), ("a", 0), ("b", 0), ("b", 0))

    assert requests.began == [(0, "a"), (0, "b"), (10, "a"), (60, "b")]


@pytest.mark.parametrize("set_back_by", [timedelta(hours=1), timedelta(days=400)])
def test_a_clock_set_back_stretches_no_wait(set_back_by: timedelta) -> None:
    """If the clock of the machine is set back, pauses (of host a) and waits (of b) do not become
    longer than 1 s and 15 minutes."""
    requests = TimedRequests(pause=1.0)
    requests.run_requests(("a", 0))
    requests.throttle.back_off("b", requests.clock() + timedelta(minutes=5))

    requests.clock.now -= set_back_by
    start = requests.clock.now
    requests.run_requests(("a", 0))

    assert (requests.clock.now - start).total_seconds() <= 1

    requests.run_requests(("b", 0))

    assert (requests.clock.now - start).total_seconds() <= 901


def test_a_cancelled_request_frees_its_place() -> None:
    """Cancelling a running and a waiting request frees the host, so that the next request to it
    runs to its end and none is left open."""
    requests = TimedRequests(pause=0)

    async def cancel_two_then_request() -> None:
        hung = asyncio.ensure_future(requests.request("a", 1000))
        waiting = asyncio.ensure_future(requests.request("a", 1000))
        await asyncio.sleep(0)
        hung.cancel()
        waiting.cancel()
        await asyncio.gather(hung, waiting, return_exceptions=True)
        await requests.request("a")

    asyncio.run(requests.clock.run(cancel_two_then_request()))
    assert requests.open == {"a": 0}


@pytest.mark.slow
def test_hosts_are_forgotten() -> None:
    """Hosts without a pending wait are forgotten, so that memory stays bounded: of 6,000 hosts
    about a thousand are kept."""
    requests = TimedRequests(pause=0.001)
    requests.run_requests(*((f"host{n}", 0) for n in range(3000)))
    requests.clock.now += timedelta(seconds=1)
    requests.run_requests(("last", 0))
    requests.throttle.set_delay("kept", 30)
    for n in range(3000):
        requests.throttle.set_delay(f"other{n}", 0)

    assert len(requests.throttle._hosts) <= 1100


def test_a_picture_goes_after_every_page_that_its_host_is_asked_for() -> None:
    """If pages and a picture wait for one host, all pages are requested first, though the picture
    was asked for second."""
    requests = TimedRequests(pause=1.0)
    kinds_in_order_sent = list[str]()

    class Answers:
        async def fetch(self, request: Request) -> FetchResult:
            kinds_in_order_sent.append(request.kind)
            await requests.clock.sleep(1.0)
            return Fetched(url=request.url, final_url=request.url, status=200, headers={}, body=b"")

        async def aclose(self) -> None:
            return None

    fetcher = PoliteFetcher(Answers(), requests.throttle)

    async def fetch_all() -> None:
        kinds: list[Literal["page", "image"]] = ["page", "image", "page", "page"]
        await asyncio.gather(
            *(fetcher.fetch(Request(url="https://a.example/", kind=kind)) for kind in kinds)
        )

    asyncio.run(requests.clock.run(fetch_all()))
    assert kinds_in_order_sent == ["page", "page", "page", "image"]
