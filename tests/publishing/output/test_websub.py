"""Hubs are notified, and a hub that is down costs nothing."""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qs

import pytest

from syndicator.core.model import Failed, Fetched, FetchResult, Request
from syndicator.publishing.output.websub import notify, refused, urls_of

pytestmark = pytest.mark.anyio


class Hubs:
    """A fetcher whose hubs answer as they were given: each its own list of statuses, then 204."""

    def __init__(self, **answers: list[int | str]) -> None:
        self.answers, self.asked = answers, list[Request]()

    async def fetch(self, request: Request) -> FetchResult:
        self.asked.append(request)
        left = self.answers.get(request.url.split("//")[1].split(".")[0], [])
        answer = left.pop(0) if left else 204
        if isinstance(answer, str):
            return Failed(url=request.url, reason=answer)
        if answer >= 400:
            return Failed(url=request.url, reason=f"http-{answer}", status=answer)
        return Fetched(url=request.url, final_url=request.url, status=answer, headers={}, body=b"")

    async def aclose(self) -> None: ...


async def test_one_request_names_exactly_the_changed_feeds() -> None:
    hubs = Hubs()
    changed = urls_of(
        ["all.atom", "all.html", "archive/all/2025-11.atom", "tags/ai.json", "maps/moved.json"], "https://f.example/"
    )
    assert await notify(changed, ["https://one.example/"], hubs) == []
    (request,) = hubs.asked
    assert (request.method, request.kind) == ("POST", "hub")
    assert parse_qs((request.body or b"").decode()) == {
        "hub.mode": ["publish"],
        "hub.url": ["https://f.example/all.atom", "https://f.example/tags/ai.json"],
    }


async def test_a_request_names_ten_feeds_at_most() -> None:
    hubs = Hubs(two=[400])
    urls = [f"https://f.example/{n}.atom" for n in range(25)]
    problems = await notify(urls, ["https://one.example/", "https://two.example/"], hubs)
    assert [(problem.what, problem.reason) for problem in problems] == [("https://two.example/", "http-400")]
    named = [parse_qs((asked.body or b"").decode())["hub.url"] for asked in hubs.asked if "one." in asked.url]
    assert [len(part) for part in named] == [10, 10, 5] and [url for part in named for url in part] == urls
    assert len([asked for asked in hubs.asked if "two." in asked.url]) == 1


async def test_a_hub_that_takes_no_subscription_has_refused() -> None:
    hubs = Hubs(one=[202], two=[403], three=["connect"])
    asked = [f"https://{n}.example/" for n in ("one", "two", "three")]
    problems = await refused("https://f.example/all.atom", asked, hubs)
    assert [(problem.what, problem.reason) for problem in problems] == [("https://two.example/", "http-403")]
    said = parse_qs((hubs.asked[0].body or b"").decode())
    assert (said["hub.mode"], said["hub.topic"]) == (["subscribe"], ["https://f.example/all.atom"])


async def test_nothing_changed_asks_nobody() -> None:
    hubs = Hubs()
    assert await notify([], ["https://one.example/"], hubs) == [] and hubs.asked == []


async def test_a_passing_fault_is_tried_again_and_a_final_one_is_not() -> None:
    hubs = Hubs(one=[503, "connect"], two=[404], three=["dns", "dns", "dns"])
    problems = await notify(
        ["https://f.example/all.atom"], [f"https://{n}.example/" for n in ("one", "two", "three")], hubs, wait=0.001
    )
    assert [(problem.what, problem.reason) for problem in problems] == [
        ("https://two.example/", "http-404"),
        ("https://three.example/", "dns"),
    ]
    asked = [request.url for request in hubs.asked]
    assert [asked.count(f"https://{n}.example/") for n in ("one", "two", "three")] == [3, 1, 3]


async def test_a_silent_hub_ends_at_the_deadline() -> None:
    class Silent(Hubs):
        async def fetch(self, request: Request) -> FetchResult:
            import anyio

            await anyio.sleep(60)
            return await super().fetch(request)

    async with asyncio.timeout(50):
        problems = await notify(["https://f.example/all.atom"], ["https://one.example/"], Silent(), deadline=0.2)
    assert [problem.reason for problem in problems] == ["timeout"]


async def test_what_a_hub_may_be_on_goes_with_its_request() -> None:
    hubs = Hubs()
    changed = ["https://f.example/all.atom"]
    await notify(changed, ["http://one.example/", "http://two.example/"], hubs, allow=lambda hub: [f"of {hub}"])
    assert {request.url: request.allow for request in hubs.asked} == {
        "http://one.example/": ("of http://one.example/",),
        "http://two.example/": ("of http://two.example/",),
    }
