"""The Lists page: follow a list by pointing at one item, replace the learnt list, undo."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from urllib.parse import urljoin

import pytest

from syndicator.app.container import open_app
from tests.console.conftest import Browser, RunningConsole
from tests.console.test_today import EVIL
from tests.reading.lists.test_pointed import NOTICES, STORIES, make_front_page
from tests.world import World

FRONT = "/front"


@pytest.fixture
def site(world: World) -> Iterator[str]:
    """A site without a feed, whose front page has a list and another beside it."""
    hostile = [(9, f"{EVIL.replace('<', '&lt;')} of week nine"), *NOTICES]
    world.fail_site(
        "holt",
        200,
        path=FRONT,
        body=make_front_page(STORIES, hostile),
        headers={"content-type": "text/html"},
    )
    world.fail_site("holt", 404, path="/robots.txt", body=b"")
    yield urljoin(next(source.url for source in world.sources if source.key == "holt"), FRONT)
    world.heal_site("holt")


def run_look_job(running_console: RunningConsole, browser: Browser, site: str) -> str:
    job = running_console.finish_job(browser.post("/operations/look", {"address": site}))
    assert f'href="/lists?job={job.id}"' in browser.get(f"/add?job={job.id}").body
    return job.id


def find_element_number(browser: Browser, job: str, text: str) -> str:
    """The number of the element of the frame that begins with a text."""
    (frame,) = re.findall(r"<iframe [^>]*>", browser.get(f"/lists?job={job}").body)
    assert 'sandbox="allow-scripts"' in frame
    answer = browser.get(re.findall(r'src="([^"]+)"', frame)[0])
    assert answer.headers["content-security-policy"].startswith(
        "sandbox allow-scripts; default-src 'none'"
    )
    return re.findall(rf'data-n="(\d+)">{text}', answer.body)[0]


def test_a_list_is_pointed_to_followed_and_taken_back(
    running_console: RunningConsole, browser: Browser, site: str
) -> None:
    """A list is followed by pointing at one of its items (six notices), replaced by the other list
    of its page (eight stories), and both changes are undone in reverse order."""
    path = running_console.instance.config / "sources.toml"
    before = path.read_text()
    job = run_look_job(running_console, browser, site)
    number = find_element_number(browser, job, "Harbour notice of week 2")
    body = browser.post(f"/lists/{job}/point", {"number": number}).body

    assert "6 articles" in body
    assert "Harbour notice of week 5" in unescape(body)
    assert "story" not in body
    assert "<img src=x" not in body
    assert "<script>alert" not in body
    assert len(re.findall(r'data-light="([\d ]+)"', body)[0].split()) == 6
    assert path.read_text() == before

    follow = running_console.finish_job(
        browser.post(f"/lists/{job}", {"number": number, "choice": "0"})
    )

    assert 'kind = "list"' in path.read_text()
    assert f'url = "{site}"' in path.read_text()

    key = follow.said.split(":")[1].split(",")[0].strip()
    with open_app(running_console.instance.config) as app:
        state = app.archive.store.visits.state(key)

        assert state
        assert state.discovery.listing
        assert state.discovery.listing.pointed
        assert len(state.discovery.listing.seen) == 6
    running_console.instance.run_command("refresh", "--source", key)
    with open_app(running_console.instance.config) as app:
        state = app.archive.store.visits.state(key)

        assert state
        assert state.visits.last_success
        assert state.discovery.listing
        assert len(state.discovery.listing.seen) == 6

        rows = [
            *app.archive.store.visits.pending(key, datetime.max.replace(tzinfo=UTC)),
            *app.archive.store.visits.list_refused(key),
        ]

        # there are no pages behind them
        assert len(rows) == 6
        assert all("/notice/" in row.url for row in rows)
    # now the other list of its page, in place of this one
    second_job = running_console.finish_job(browser.post("/operations/fetch-list", {"key": key}))
    number = find_element_number(browser, second_job.id, "The ferry that came late for the 3th")
    body = browser.post(f"/lists/{second_job.id}/point", {"number": number}).body

    assert "8 articles" in body
    assert "Use this list" in body
    assert "2026-03-03" in body

    replacement = running_console.finish_job(
        browser.post(f"/lists/{second_job.id}", {"number": number, "choice": "0"})
    )
    with open_app(running_console.instance.config) as app:
        replaced_state = app.archive.store.visits.state(key)

        assert replaced_state
        assert replaced_state.discovery.listing
        assert len(replaced_state.discovery.listing.seen) == 8
        assert replaced_state.schedule.next_due is None

    assert "The ferry" in browser.get(f"/changes/{replacement.change}").body

    refused_undo = running_console.wait_for_job(
        browser.post("/operations/undo", {"number": str(follow.change), "next": "/"}).job
    )

    assert refused_undo.status == "failed"
    assert f"take change {replacement.change} back first" in refused_undo.said

    running_console.finish_job(
        browser.post("/operations/undo", {"number": str(replacement.change), "next": "/"})
    )
    with open_app(running_console.instance.config) as app:
        restored_state = app.archive.store.visits.state(key)

        assert restored_state
        assert restored_state.discovery.listing
        assert len(restored_state.discovery.listing.seen) == 6
    running_console.finish_job(
        browser.post("/operations/undo", {"number": str(follow.change), "next": "/"})
    )

    assert path.read_text() == before


def test_what_a_strangers_page_says_is_a_number_or_nothing(
    running_console: RunningConsole, browser: Browser, site: str
) -> None:
    """Element numbers and choices come from a stranger's page: anything but a plain number is
    answered 404."""
    job = run_look_job(running_console, browser, site)
    for number in ("", "-1", "1e3", "٣", "1;2", "0x1", "9" * 30, EVIL, '{"pointed": 1}'):
        assert browser.post(f"/lists/{job}/point", {"number": number}).status == 404
        assert browser.post(f"/lists/{job}", {"number": number, "choice": "0"}).status == 404

    assert "in no list" in browser.post(f"/lists/{job}/point", {"number": "9999999"}).body

    number = find_element_number(browser, job, "Harbour notice of week 2")
    for choice in ("", "-1", "9", EVIL):
        assert browser.post(f"/lists/{job}", {"number": number, "choice": choice}).status == 404


@pytest.mark.parametrize("id", ["x", "../../config", "00000000000000000000-00000000"])
def test_a_job_that_is_none_has_no_page(browser: Browser, id: str) -> None:
    """An unknown job id answers 404."""
    for path in (f"/lists?job={id}", f"/lists/{id}/page"):
        assert browser.get(path).status == 404
    assert browser.post(f"/lists/{id}/point", {"number": "1"}).status == 404


def test_a_page_on_which_nothing_is_found_can_be_pointed_at(
    running_console: RunningConsole, browser: Browser, world: World
) -> None:
    """If no list is found on a page, the console says so and offers to point at one."""
    menu_items = "".join(f'<li><a href="/n/{n}">{name}</a></li>' for n, name in enumerate("abcde"))
    body = f"<html><body><nav><ul class=menu>{menu_items}</ul></nav></body></html>".encode()
    world.fail_site("holt", 404)
    world.fail_site("holt", 200, path="/menu", body=body, headers={"content-type": "text/html"})
    address = urljoin(next(source.url for source in world.sources if source.key == "holt"), "/menu")
    job = running_console.finish_job(browser.post("/operations/look", {"address": address}))
    add_page = browser.get(f"/add?job={job.id}").body
    world.heal_site("holt")

    assert 'role="alert"' in add_page
    assert "Point to one of them" in add_page


def test_a_source_of_another_kind_has_no_list(
    running_console: RunningConsole, browser: Browser
) -> None:
    """A source that is a feed has no list to point to; asking for one fails with a message."""
    job = running_console.wait_for_job(
        browser.post("/operations/fetch-list", {"key": "launchbeat"}).job
    )

    assert job.status == "failed"
    assert "has no learnt list" in job.said
    assert "Point to its list" not in browser.get("/sources/launchbeat").body
