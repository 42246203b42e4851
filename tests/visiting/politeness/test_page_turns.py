"""A page with several hosts takes one turn at each of them."""

from __future__ import annotations

import asyncio

from syndicator.visiting.politeness.page_turns import PageTurns
from syndicator.visiting.politeness.throttle import Throttle
from tests.visiting.simclock import SimClock

Began = list[tuple[float, str]]


class Site:
    """Pages of some parts, each of which takes a second, with when they began."""

    def __init__(self) -> None:
        self.clock = SimClock()
        self.throttle = Throttle(10.0, self.clock.sleep, self.clock)
        self.began: Began = []

    async def load_part(self, turns: PageTurns | Throttle, host: str, part: str) -> None:
        async with turns.turn(host):
            self.began.append((self.clock.seconds_since_start(), part))
            await self.clock.sleep(1.0)

    async def load_page(self, name: str, *hosts: str) -> None:
        """Load a document from the first host, then a part from each of the hosts."""
        async with PageTurns(self.throttle) as turns:
            await self.load_part(turns, hosts[0], f"{name} document")
            await asyncio.gather(*(self.load_part(turns, host, f"{name} {host}") for host in hosts))

    def load_pages(self, *pages: tuple[str, ...]) -> Began:
        async def load_all() -> None:
            await asyncio.gather(*(self.load_page(name, *hosts) for name, *hosts in pages))

        asyncio.run(self.clock.run(load_all()))
        return self.began


def test_no_pause_lies_between_the_parts_of_a_page() -> None:
    """The document and two parts of one page on host a are loaded one after the other without the
    10-second pause of the host; each takes a second."""
    began = Site().load_pages(("page", "a", "a"))

    assert began == [(0, "page document"), (1, "page a"), (2, "page a")]


def test_the_pause_lies_between_pages() -> None:
    """The pause of 10 seconds comes after the last part of the first page, which ends at second 3;
    so the second page begins at 13."""
    # name of the page, and the hosts of its parts after the document
    began = Site().load_pages(("first", "a", "a"), ("second", "a"))

    # after document and two parts of the first page
    assert began[3:] == [(13, "second document"), (14, "second a")]


def test_a_host_is_asked_for_one_part_at_a_time() -> None:
    """Three parts of a page on one host, each of which takes a second, are requested one after the
    other, after its document."""
    began = Site().load_pages(("page", "a", "a", "a"))

    assert began == [(0, "page document"), (1, "page a"), (2, "page a"), (3, "page a")]


def test_each_host_of_a_page_has_its_pause() -> None:
    """After a part of a page is loaded from host b (seconds 1 to 2), the next request to b waits
    for the pause of 10 seconds, too."""
    site = Site()

    async def load() -> None:
        await site.load_page("page", "a", "b")
        await site.load_part(site.throttle, "b", "other page")

    asyncio.run(site.clock.run(load()))
    assert site.began[-2:] == [(1, "page b"), (12, "other page")]
