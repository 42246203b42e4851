"""The Add page: preview what is at an address, and follow it with one button."""

from __future__ import annotations

import re

import pytest

from tests.console.conftest import Browser, RunningConsole
from tests.world import World

OPML = """<opml version="2.0"><head/><body><outline text="Reading">
<outline type="rss" text="{name}" xmlUrl="https://list.example/feed"/></outline></body></opml>"""


def test_a_pasted_list_of_addresses_is_previewed(
    running_console: RunningConsole, browser: Browser, world: World
) -> None:
    """Each address of a pasted list becomes a candidate with a ticked box, with a warning if it
    fails; lines with a path or a variable are skipped."""
    ledger = world.feed_url("ledger")
    meridian = world.feed_url("meridian")
    unreachable = "https://nobody.invalid/"
    addresses = "\n".join([ledger, meridian, unreachable])
    job = running_console.finish_job(browser.post("/operations/look", {"opml": addresses}))
    body = browser.get(f"/add?job={job.id}").body
    candidates = job.result["candidates"]

    assert len(candidates) == 3
    assert "nobody.invalid" in body
    assert body.count(" checked>") == 3
    assert candidates[-1]["url"] == unreachable
    assert candidates[-1]["warning"].startswith(unreachable)

    variable_with_escapes = "https://a.example/?x=$%7BHO%4DE%7d"  # ${HOME}
    for line in ("/etc/passwd", "https://a.example/${TOKEN}", variable_with_escapes):
        form = {"opml": f"{ledger}\n{line}"}
        job = running_console.finish_job(browser.post("/operations/look", form))
        (skipped,) = job.result["skipped"]
        assert skipped["line"] == 2
        assert len(job.result["candidates"]) == 1


def post_look(running_console: RunningConsole, browser: Browser, **form: str) -> str:
    """Looks at an address or a list, as the Add page does; the page of what was found."""
    job = running_console.wait_for_job(browser.post("/operations/look", form).job)
    assert job.status == "done", job
    return browser.get(f"/add?job={job.id}").body


@pytest.mark.slow
def test_a_site_is_followed(
    running_console: RunningConsole, browser: Browser, world: World
) -> None:
    """Adding a site shows a preview of its articles, writes the source with the form's values, and
    can be undone."""
    address = next(source.url for source in world.sources if source.key == "ledger")
    site = re.sub(r"/[^/]*$", "/", address)
    body = post_look(running_console, browser, address=site)

    assert "Found at" in body
    assert "entries" in body
    assert body.count('class="preview"') >= 1
    assert "Where each field came from" in body
    assert "<dt>title</dt>" in body

    (token,) = set(re.findall(r'name="look" value="([^"]+)"', body))
    form = {
        "look": token,
        "take": "0",
        "category": "Cities",
        "tags": "LLM, AI",
        "every": "6h",
        "content": "link",
    }
    job = running_console.finish_job(browser.post("/add", form | {"licence": ""}))
    text = (running_console.instance.config / "sources.toml").read_text()

    assert 'category = "Cities"' in text
    assert 'every = "6h"' in text
    assert 'content = "link"' in text

    again = post_look(running_console, browser, address=site)

    assert "followed already as" in again

    running_console.finish_job(
        browser.post("/operations/undo", {"number": str(job.change), "next": "/"})
    )

    assert 'every = "6h"' not in (running_console.instance.config / "sources.toml").read_text()


def test_a_list_is_pasted(running_console: RunningConsole, browser: Browser) -> None:
    """A pasted OPML list can be followed; markup in the names of its sources is shown as text."""
    body = post_look(
        running_console, browser, opml=OPML.format(name="&lt;script&gt;alert(1)&lt;/script&gt;")
    )

    assert "<script>alert" not in body
    assert "&lt;script&gt;alert(1)" in body

    (token,) = set(re.findall(r'name="look" value="([^"]+)"', body))
    job = running_console.finish_job(browser.post("/add", {"look": token, "take": "0"}))

    assert job.said == "added: list"

    running_console.finish_job(
        browser.post("/operations/undo", {"number": str(job.change), "next": "/"})
    )


def test_who_wrote_a_list_learns_nothing_of_this_machine(
    running_console: RunningConsole, browser: Browser
) -> None:
    """An address with `${VARIABLE}` is refused in a list, in the address field and in the form of a
    source: its value would be sent to that address."""
    # in a list
    document = OPML.format(name="x").replace("list.example/feed", "list.example/feed?key=${HOME}")
    body = post_look(running_console, browser, opml=document)

    assert "names a variable of this machine" in body
    assert 'name="take"' not in body

    # in the address field
    job = running_console.wait_for_job(
        browser.post("/operations/look", {"address": "https://list.example/${HOME}"}).job
    )

    assert job.status == "failed"
    assert "by hand" in job.said

    # in the form of a source
    (stamp,) = re.findall(r'name="stamp" value="([^"]+)"', browser.get("/sources/holt").body)
    path = running_console.instance.config / "sources.toml"
    before = path.read_text()
    form = {"stamp": stamp, "url": "https://list.example/?key=${HOME}"}
    job = running_console.wait_for_job(
        browser.post("/operations/change-source", form | {"key": "holt"}).job
    )

    assert job.status == "failed"
    assert "by hand" in job.said
    assert path.read_text() == before


def test_a_form_names_no_file_of_this_machine(
    running_console: RunningConsole, browser: Browser
) -> None:
    """The import form cannot name a local file: the field `files` is refused."""
    form = {"files": "/etc/hostname", "text": "---\ntitle: A\n---\nB\n"}
    job = running_console.wait_for_job(browser.post("/operations/import-articles", form).job)

    assert job.status == "failed"
    assert "import-articles: files" in job.said


def test_what_is_written_is_one_source_whatever_its_fields_have(
    running_console: RunningConsole, browser: Browser
) -> None:
    """Quotes and line breaks in form fields cannot add a key or another source to sources.toml
    (TOML injection)."""
    body = post_look(running_console, browser, opml=OPML.format(name="x"))
    (token,) = set(re.findall(r'name="look" value="([^"]+)"', body))
    before = (running_console.instance.config / "sources.toml").read_text()
    evil = 'a"\nrobots = "ignore"\n[[source]]\nkey = "evil"\nurl = "https://evil.example/"\n#'
    job = running_console.wait_for_job(
        browser.post("/add", {"look": token, "take": "0", "licence": evil, "tags": evil}).job
    )
    after = (running_console.instance.config / "sources.toml").read_text()

    assert '\n[[source]]\nkey = "evil"' not in after
    assert '\nrobots = "ignore"' not in after
    assert job.status == "failed" or "added: list" in job.said

    (running_console.instance.config / "sources.toml").write_text(before)


def test_a_file_of_this_machine_is_not_read(
    running_console: RunningConsole, browser: Browser
) -> None:
    """Looking at a local path or stdin fails, and shows nothing of the file."""
    local_list = running_console.instance.folder / "list.opml"
    local_list.write_text(OPML.format(name="secret"))
    for address in (
        "/etc/passwd",
        "-",
        "config/sources.toml",
        str(running_console.instance.config / "sources.toml"),
        str(local_list),
    ):
        job = running_console.wait_for_job(
            browser.post("/operations/look", {"address": address}).job
        )
        assert job.status == "failed", address
        assert "root:" not in job.said, address  # of /etc/passwd
        assert "key =" not in job.said, address  # of sources.toml


def test_what_fails_says_why(running_console: RunningConsole, browser: Browser) -> None:
    """If looking at an address fails, here as nothing listens there, the Add page names it."""
    job = running_console.wait_for_job(
        browser.post("/operations/look", {"address": "http://127.0.0.1:9/feed"}).job
    )
    assert job.status == "failed"
    assert "127.0.0.1" in browser.get(f"/add?job={job.id}").body


def test_what_waits_is_cancelled(running_console: RunningConsole, browser: Browser) -> None:
    """A job that waits, as the runner is kept asleep, can be cancelled; it is not run once the
    runner is awake."""
    wake = running_console.console.runner.wake
    running_console.console.runner.wake = lambda: None  # type: ignore[method-assign]
    try:
        job_id = browser.post("/operations/look", {"address": "https://example.org"}).job
        assert "Looking" in browser.get(f"/add?job={job_id}").body
        assert browser.post(f"/jobs/{job_id}/cancel", {"next": "/add"}).status == 303
    finally:
        running_console.console.runner.wake = wake  # type: ignore[method-assign]
    wake()

    assert running_console.wait_for_job(job_id).status == "cancelled"
