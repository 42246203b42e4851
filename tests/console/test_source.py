"""The Sources pages: find, view and edit sources; conflicting edits are refused."""

from __future__ import annotations

import re
from html import unescape

import pytest

from tests.console.conftest import Browser, RunningConsole
from tests.console.test_today import EVIL


def read_form(body: str) -> dict[str, str]:
    """The fields of the form on the page of a source, as it shows them."""
    from lxml import html

    (form,) = [one for one in html.fromstring(body).forms if "stamp" in one.fields]
    return {name: form.fields[name] or "" for name in form.fields if name}


def test_all_are_listed_and_found(browser: Browser) -> None:
    """The Sources page lists all sources and searches them regardless of case; `%` is no
    wildcard."""
    body = browser.get("/sources").body

    assert "4 sources" in body
    assert "http-410" in body.replace("gone", "http-410")
    assert "1 source<" in browser.get("/sources?q=HOLT").body
    assert "No source matches" in browser.get("/sources?q=%25").body


def list_source_names(browser: Browser, query: str = "") -> list[str]:
    rows = re.findall(
        r'<tr class="item">.*?value="([^"]+)"', browser.get(f"/sources?{query}").body, re.S
    )
    return [unescape(row) for row in rows]


def test_sources_are_sorted_and_chosen(browser: Browser) -> None:
    """Sources are sorted by health unless asked otherwise, can be filtered, and unknown parameters
    are ignored."""
    assert list_source_names(browser)[0] == "gone"  # the sickest
    assert list_source_names(browser, "only=sick") == ["gone"]
    assert list_source_names(browser, "only=paused") == []

    names = re.findall(
        r'<a href="/sources/[^>]*><bdi>(.*?)</bdi>', browser.get("/sources?sort=name").body
    )

    # which its feed calls otherwise
    assert names == sorted(names, key=str.casefold)
    assert "holt" not in names
    assert list_source_names(browser, "sort=articles")[-1] == "gone"
    assert list_source_names(browser, "sort=x&only=y&page=-1")[0] == "gone"

    body = browser.get("/sources").body

    assert ", 5 articles in the last 12 weeks" in body
    assert "1 visit, " in body


def test_several_are_paused_and_resumed_without_a_script(
    running_console: RunningConsole, browser: Browser
) -> None:
    """Two chosen sources are paused, or get another interval, as one change; undo restores the
    file; other actions are refused."""
    path = running_console.instance.config / "sources.toml"
    before = path.read_text()
    chosen = {
        "id": ["holt", "parallel"],
        "next": "/sources?only=paused",
        "category": "",
        "every": "12h",
        "tags": "",
    }
    job = running_console.finish_job(browser.post("/each", chosen | {"act": "rest"}))

    assert {*list_source_names(browser, "only=paused")} == {
        "holt",
        "parallel",
    }
    assert job.said == "2 sources paused"

    running_console.finish_job(
        browser.post("/operations/undo", {"number": str(job.change), "next": "/"})
    )

    assert path.read_text() == before

    job = running_console.finish_job(browser.post("/each", chosen | {"act": "change-source"}))

    assert path.read_text().count('every = "12h"') == 2
    assert list_source_names(browser, "only=paused") == []

    running_console.finish_job(
        browser.post("/operations/undo", {"number": str(job.change), "next": "/"})
    )

    assert path.read_text() == before

    for act in ("prune", "", "../x"):
        assert (
            running_console.wait_for_job(browser.post("/each", chosen | {"act": act}).job).status
            == "failed"
        )


def test_a_page_tells_how_one_goes(browser: Browser) -> None:
    """The page of a source shows its articles, rhythm, visits and failures; an unknown source is
    404."""
    body = browser.get("/sources/holt").body

    assert "5 articles in the last 12 weeks" in body
    assert "Next visit in" in body
    assert "publishes about every" in body
    assert body.count("<tr>") == 2
    assert "answered 410" in browser.get("/sources/gone").body
    assert browser.get("/sources/..%2Fx").status == 404
    assert browser.get("/sources/nobody").status == 404


def test_two_browsers_and_an_editor_lose_nothing(
    running_console: RunningConsole, browser: Browser
) -> None:
    """Two browsers and an editor change one source: the outdated form is refused, all other changes
    and comments stay, also after an undo."""
    path = running_console.instance.config / "sources.toml"
    second_browser = running_console.browser()
    path.write_text(
        "# ours\n" + path.read_text().replace('key = "holt"', 'key = "holt" # friend', 1)
    )
    first = read_form(browser.get("/sources/holt").body)
    second = read_form(second_browser.get("/sources/holt").body)
    parallel = read_form(second_browser.get("/sources/parallel").body)
    job = running_console.finish_job(
        browser.post("/operations/change-source", first | {"every": "6h", "tags": "LLM, AI"})
    )
    late_job = running_console.wait_for_job(
        second_browser.post("/operations/change-source", second | {"category": "Cities"}).job
    )

    assert late_job.status == "failed"
    assert "edited meanwhile" in late_job.said

    path.write_text(path.read_text() + "# by an editor\n")
    running_console.finish_job(
        second_browser.post("/operations/change-source", parallel | {"category": "Cities"})
    )  # another source: no conflict
    again = read_form(second_browser.get("/sources/holt").body)
    running_console.finish_job(
        second_browser.post("/operations/change-source", again | {"category": "Cities"})
    )
    text = path.read_text()

    assert text.startswith("# ours\n")
    assert text.endswith("# by an editor\n")
    assert "# friend" in text
    assert 'every = "6h"' in text
    assert text.count('category = "Cities"') == 2
    assert 'tags = ["LLM", "AI"]' in text

    running_console.finish_job(
        browser.post("/operations/undo", {"number": str(job.change), "next": "/"})
    )

    assert 'every = "6h"' not in path.read_text()
    assert 'category = "Cities"' in path.read_text()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("every", "soon"),
        ("url", "ftp://x/"),
        ("content", "all"),
        ("keep", "tag:("),
        ("url", "javascript:alert(1)"),
    ],
)
def test_what_cannot_be_is_not_written(
    running_console: RunningConsole, browser: Browser, field: str, value: str
) -> None:
    """A form with an invalid value fails, and sources.toml stays as it is."""
    path = running_console.instance.config / "sources.toml"
    before = path.read_text()
    job = running_console.wait_for_job(
        browser.post(
            "/operations/change-source",
            read_form(browser.get("/sources/launchbeat").body) | {field: value},
        ).job
    )

    assert job.status == "failed" and path.read_text() == before, job


def test_a_field_writes_itself_alone(running_console: RunningConsole, browser: Browser) -> None:
    """Quotes and markup in a form field cannot add keys or sources to sources.toml, and are shown
    as text."""
    path = running_console.instance.config / "sources.toml"
    address = "/sources/launchbeat"
    evil = f'x"\nrobots = "ignore"\n[[source]]\nkey = "evil"\n{EVIL}'
    job = running_console.wait_for_job(
        browser.post(
            "/operations/change-source",
            read_form(browser.get(address).body) | {"title": evil, "licence": evil},
        ).job
    )

    assert '\nrobots = "ignore"' not in path.read_text()
    assert '\nkey = "evil"' not in path.read_text()

    for page in (address, "/sources", "/changes", f"/?job={job.id}"):
        assert "<script>alert" not in browser.get(page).body
    if job.change:
        running_console.finish_job(
            browser.post("/operations/undo", {"number": str(job.change), "next": "/"})
        )


def test_a_source_is_told_to_lead_stories_and_not_to(
    running_console: RunningConsole, browser: Browser
) -> None:
    """The form writes and removes `lead = true`, and shows the current choice."""
    path = running_console.instance.config / "sources.toml"
    for value, written in (("true", 1), ("false", 0)):
        form = read_form(browser.get("/sources/holt").body)
        running_console.finish_job(
            browser.post("/operations/change-source", form | {"lead": value})
        )
        assert path.read_text().count("lead = true") == written
        assert f'<option value="{value}" selected>' in browser.get("/sources/holt").body
