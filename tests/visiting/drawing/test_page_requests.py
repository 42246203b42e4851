"""Which requests a drawn page may make, and when it is complete."""

from __future__ import annotations

import pytest

from syndicator.core.requests import Request
from syndicator.visiting.drawing.fetcher import make_part_request
from syndicator.visiting.drawing.page_requests import (
    MOST_BYTES,
    MOST_REQUESTS,
    Budget,
    PageRequest,
    Treatment,
    choose_treatment,
    is_complete,
)

SCRIPT = "https://a.example/app.js"


@pytest.mark.parametrize("kind", ["document", "script", "xhr", "fetch"])
def test_documents_and_scripts_and_what_they_read_are_loaded(kind: str) -> None:
    """While a page is drawn, its documents, scripts and the data that scripts read are loaded."""
    assert choose_treatment(PageRequest(url=SCRIPT, kind=kind), Budget()) is Treatment.LOAD


@pytest.mark.parametrize(
    "kind", ["image", "font", "media", "websocket", "eventsource", "manifest", "ping", "other"]
)
def test_nothing_else_is_loaded(kind: str) -> None:
    """While a page is drawn, only documents, scripts and data are loaded; pictures, fonts, sockets
    and the like are refused."""
    assert choose_treatment(PageRequest(url=SCRIPT, kind=kind), Budget()) is Treatment.REFUSE


def test_style_sheets_are_empty() -> None:
    """Style sheets are answered with an empty one: the text needs no style, and scripts may wait
    for the sheet."""
    sheet = PageRequest(url="https://a.example/a.css", kind="stylesheet")
    assert choose_treatment(sheet, Budget()) is Treatment.EMPTY


def test_only_reading_is_permitted() -> None:
    """Scripts of a drawn page may send GET requests only, since others could change something on
    the site."""
    sent = PageRequest(url=SCRIPT, kind="fetch", method="POST")
    assert choose_treatment(sent, Budget()) is Treatment.REFUSE


def test_frames_are_not_read() -> None:
    """Documents in frames, such as advertisements, are not loaded."""
    frame = PageRequest(url="https://ads.example/", kind="document", is_framed=True)
    assert choose_treatment(frame, Budget()) is Treatment.REFUSE


@pytest.mark.parametrize("url", ["ftp://a.example/", "file:///etc/passwd", "chrome://version"])
def test_only_the_web_is_loaded(url: str) -> None:
    """A drawn page loads HTTP addresses only, no files of this machine and no pages of the
    browser."""
    assert choose_treatment(PageRequest(url=url, kind="fetch"), Budget()) is Treatment.REFUSE


@pytest.mark.parametrize(
    ("budget", "treatment"),
    [
        (Budget(requests=MOST_REQUESTS - 1, used_bytes=MOST_BYTES - 1), Treatment.LOAD),
        (Budget(requests=MOST_REQUESTS), Treatment.REFUSE),
        (Budget(used_bytes=MOST_BYTES), Treatment.REFUSE),
    ],
)
def test_requests_and_bytes_are_limited(budget: Budget, treatment: Treatment) -> None:
    """A page may load MOST_REQUESTS parts and MOST_BYTES bytes; once either is used up, further
    requests are refused."""
    assert choose_treatment(PageRequest(url=SCRIPT, kind="script"), budget) is treatment


@pytest.mark.parametrize(
    ("seconds", "quiet_looks", "pending", "complete"),
    [
        (1.5, 4, 0, True),
        (1.5, 3, 0, False),
        (5.0, 9, 1, False),  # it waits for an answer
        (7.9, 0, 0, False),
        (8.0, 0, 0, True),  # a clock runs in it
        (19.9, 0, 1, False),
        (20.0, 0, 1, True),  # it asks without end
    ],
)
def test_a_page_is_complete_when_it_is_quiet_or_has_had_its_time(
    seconds: float, quiet_looks: int, pending: int, complete: bool
) -> None:
    """A page is complete after four quiet looks at it, or after 8 seconds without a pending
    request, or after 20 seconds in any case."""
    assert is_complete(seconds=seconds, quiet_looks=quiet_looks, pending=pending) is complete


PAGE = Request(
    url="https://a.example/news",
    headers={"authorization": "Bearer secret"},
    secrets={"TOKEN": "a-long-secret"},
    allow=("10.0.0.0/8:443",),
    robots="ignore",
    deadline=7.0,
    draw=True,
)


def test_a_part_of_the_page_s_origin_has_its_networks_and_no_credentials() -> None:
    """A request of a page to its own origin may use the private networks that its source allows,
    but carries no credentials of the source."""
    page_request = PageRequest(
        url="https://a.example:443/api", kind="fetch", accept="application/json"
    )

    # PAGE is a page of https://a.example; 900 bytes may still be loaded
    part = make_part_request(PAGE, page_request, 900)

    assert part == Request(
        url="https://a.example:443/api",
        headers={"accept": "application/json"},
        allow=("10.0.0.0/8:443",),
        robots="ignore",
        deadline=7.0,
        most=900,
    )


@pytest.mark.parametrize(
    "url",
    ["https://a.example:8443/", "http://a.example/", "https://b.example/", "https://10.0.0.1/"],
)
def test_a_part_of_another_origin_has_no_private_networks(url: str) -> None:
    """A request of a page to another origin (host, port or scheme) may not use the private networks
    that its source allows."""
    assert make_part_request(PAGE, PageRequest(url=url, kind="fetch"), 900).allow == ()


def test_robots_txt_of_other_sites_is_obeyed() -> None:
    """A part of a page on another site obeys the robots.txt of that site, also if the source says
    to ignore its own."""
    part = make_part_request(PAGE, PageRequest(url="https://b.example/x.js", kind="script"), 900)

    assert part.robots == "obey"
    assert part.kind == "page"
    assert part.draw is False
