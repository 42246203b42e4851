"""Notify a hub of each changed feed; a hub that is down costs no time."""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qs

import pytest

from syndicator.core.model import Failed, Fetched, FetchResult, Request
from syndicator.publishing.output.websub import notify_hub, select_feed_names

pytestmark = pytest.mark.anyio

HUB = "https://hub.example/"


class Hub:
    """A fetcher whose hub gives these answers, then 204. A text stands for a failure without an
    answer."""

    def __init__(self, *answers: int | str) -> None:
        self.answers = list(answers)
        self.asked = list[Request]()

    async def fetch(self, request: Request) -> FetchResult:
        self.asked.append(request)
        answer = self.answers.pop(0) if self.answers else 204
        if isinstance(answer, str):
            return Failed(url=request.url, reason=answer)
        if answer >= 400:
            return Failed(url=request.url, reason=f"http-{answer}", status=answer)
        return Fetched(url=request.url, final_url=request.url, status=answer, headers={}, body=b"")

    async def aclose(self) -> None: ...


def list_addresses(count: int) -> list[str]:
    return [f"https://f.example/{number}.atom" for number in range(count)]


def test_the_feeds_among_the_written_files() -> None:
    """Only current feed documents are announced to the hub: no HTML pages, archives or redirect
    maps."""
    written = [
        "tags/ai.json",
        "all.atom",
        "all.html",
        "archive/all/2025-11.atom",
        "maps/moved.json",
    ]
    assert select_feed_names(written) == ["all.atom", "tags/ai.json"]


async def test_each_address_has_a_request_of_its_own_with_url_and_topic() -> None:
    """The hub gets one POST per address, with `hub.url` and `hub.topic`; it accepts all nine, so
    that no failure is reported."""
    hub = Hub()
    urls = list_addresses(9)
    notice = await notify_hub(HUB, urls, hub)

    assert notice.urls_not_notified == ()
    assert notice.failed is None
    assert {(request.method, request.kind, request.url) for request in hub.asked} == {
        ("POST", "hub", HUB)
    }

    forms = [parse_qs((request.body or b"").decode()) for request in hub.asked]

    assert forms == [
        {"hub.mode": ["publish"], "hub.url": [url], "hub.topic": [url]} for url in urls
    ]


async def test_an_address_that_the_hub_refuses_costs_no_other() -> None:
    """If the hub refuses one address (the second, with 403), all nine are sent and only that one is
    reported."""
    hub = Hub(204, 403)  # its first answers, then always 204
    urls = list_addresses(9)
    notice = await notify_hub(HUB, urls, hub)

    assert notice.urls_not_notified == (urls[1],)
    assert notice.failed is not None
    assert notice.failed.reason == "http-403"
    assert len(hub.asked) == 9


async def test_a_hub_that_refuses_a_whole_batch_gets_no_more_requests() -> None:
    """If the hub refuses all four requests of a batch, the other 96 addresses are not sent and all
    100 are reported."""
    hub = Hub(*[400] * 100)  # it answers each request with 400
    urls = list_addresses(100)
    notice = await notify_hub(HUB, urls, hub)

    assert notice.urls_not_notified == tuple(urls)
    assert len(hub.asked) == 4


async def test_a_repeated_address_is_sent_to_the_hub_once() -> None:
    """Two addresses given twice cost two requests. The hub accepts the first (204) and refuses the
    second (403), which is reported once."""
    hub = Hub(204, 403)
    urls = list_addresses(2)
    notice = await notify_hub(HUB, [*urls, *urls], hub)

    assert notice.urls_not_notified == (urls[1],)
    assert len(hub.asked) == 2


async def test_no_hub_is_asked_if_nothing_changed() -> None:
    """If no feed changed (an empty list of addresses), no request is sent to the hub."""
    hub = Hub()
    notice = await notify_hub(HUB, [], hub)

    assert notice.urls_not_notified == ()
    assert notice.failed is None
    assert hub.asked == []


@pytest.mark.parametrize(
    ("answers", "reason", "requests"),
    [
        ([503, "connect"], None, 3),
        ([429, 500, 502], "http-502", 3),
        (["dns"] * 3, "dns", 3),
        ([404], "http-404", 1),
    ],
)
async def test_a_passing_fault_is_tried_again_and_a_final_one_is_not(
    answers: list[int | str], reason: str | None, requests: int
) -> None:
    """Errors that may pass (429, 5xx, no connection) are tried three times in all; a 404 is final
    and is reported at once. The hub gives these answers, then 204; `reason` is that of the last
    failure, None for a success."""
    hub = Hub(*answers)
    (url,) = list_addresses(1)
    notice = await notify_hub(HUB, [url], hub, first_retry_seconds=0.001)

    assert (notice.failed.reason if notice.failed else None) == reason
    assert notice.urls_not_notified == ((url,) if reason else ())
    assert len(hub.asked) == requests


class SilentHub(Hub):
    """A hub that answers nothing after the first few."""

    async def fetch(self, request: Request) -> FetchResult:
        if len(self.asked) >= 4:
            await asyncio.sleep(60)
        return await super().fetch(request)


@pytest.mark.parametrize(("seconds_each", "seconds_in_all"), [(0.2, 60), (60, 0.2)])
async def test_a_silent_hub_ends_at_the_deadline(
    seconds_each: float, seconds_in_all: float
) -> None:
    """A hub that stops answering after four requests fails with a timeout: per request
    (`seconds_each`) or for all together (`seconds_in_all`). The other five are reported."""
    urls = list_addresses(9)
    async with asyncio.timeout(50):
        notice = await notify_hub(
            HUB, urls, SilentHub(), seconds_each=seconds_each, seconds_in_all=seconds_in_all
        )

    assert notice.urls_not_notified == tuple(urls[4:])
    assert notice.failed is not None
    assert notice.failed.reason == "timeout"
    assert notice.failed.detail == "no answer in 0.2 s"


async def test_the_networks_allowed_for_a_hub_are_in_its_request() -> None:
    """Private networks that the operator allows for the hub are passed on to the fetcher, which
    blocks private addresses otherwise."""
    hub = Hub()
    await notify_hub(HUB, list_addresses(1), hub, allow=["10.0.0.0/8"])
    assert hub.asked[0].allow == ("10.0.0.0/8",)
