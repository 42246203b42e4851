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
    """The Sources page lists all sources, with `gone` as the reason of the one that fails, and
    searches them regardless of case; `%` is no wildcard."""
    body = browser.get("/sources").body
    body_of_search = browser.get("/sources?q=HOLT").body
    body_of_percent_sign = browser.get("/sources?q=%25").body

    assert "4 sources" in body
    assert "gone" in body or "http-410" in body
    assert "1 source<" in body_of_search
    assert "No source matches" in body_of_percent_sign


def list_source_keys(browser: Browser, query: str = "") -> list[str]:
    """The keys of the rows of the Sources page, in their order."""
    rows = re.findall(
        r'<tr class="item">.*?value="([^"]+)"', browser.get(f"/sources?{query}").body, re.S
    )
    return [unescape(row) for row in rows]


def test_sources_are_sorted_and_chosen(browser: Browser) -> None:
    """Sources are sorted by health (the failing "gone" first) unless sorting by name or number of
    articles is asked for, can be filtered, and unknown parameters are ignored."""
    assert list_source_keys(browser)[0] == "gone"
    assert list_source_keys(browser, "only=sick") == ["gone"]
    assert list_source_keys(browser, "only=paused") == []
    assert list_source_keys(browser, "sort=articles")[-1] == "gone"  # it has none
    assert list_source_keys(browser, "sort=x&only=y&page=-1")[0] == "gone"  # as without

    body_by_name = browser.get("/sources?sort=name").body
    titles = re.findall(r'<a href="/sources/[^>]*><bdi>(.*?)</bdi>', body_by_name)

    assert titles == sorted(titles, key=str.casefold)
    assert "holt" not in titles  # a key: its feed has another title

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

    # pause both
    job = running_console.finish_job(browser.post("/each", chosen | {"act": "rest"}))

    assert set(list_source_keys(browser, "only=paused")) == {"holt", "parallel"}
    assert job.said == "2 sources paused"

    running_console.finish_job(
        browser.post("/operations/undo", {"number": str(job.change), "next": "/"})
    )

    assert path.read_text() == before

    # give both another interval
    job = running_console.finish_job(browser.post("/each", chosen | {"act": "change-source"}))

    assert path.read_text().count('every = "12h"') == 2
    assert list_source_keys(browser, "only=paused") == []

    running_console.finish_job(
        browser.post("/operations/undo", {"number": str(job.change), "next": "/"})
    )

    assert path.read_text() == before

    # no actions for sources
    for act in ("prune", "", "../x"):
        answer = browser.post("/each", chosen | {"act": act})
        assert running_console.wait_for_job(answer.job).status == "failed", act


def test_a_page_tells_how_one_goes(browser: Browser) -> None:
    """The page of a source shows its articles, rhythm, visits and failures; an unknown source is
    404."""
    body = browser.get("/sources/holt").body

    assert "5 articles in the last 12 weeks" in body
    assert "Next visit in" in body
    assert "publishes about every" in body
    assert body.count("<tr>") == 2  # the heading, and one visit
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
    commented = path.read_text().replace('key = "holt"', 'key = "holt" # friend', 1)
    path.write_text(f"# ours\n{commented}")
    save = "/operations/change-source"

    # both browsers open the form of `holt`, the second that of `parallel`, too
    first_form = read_form(browser.get("/sources/holt").body)
    second_form = read_form(second_browser.get("/sources/holt").body)
    form_of_parallel = read_form(second_browser.get("/sources/parallel").body)

    # the first saves; so the form of the second is outdated
    job = running_console.finish_job(
        browser.post(save, first_form | {"every": "6h", "tags": "LLM, AI"})
    )
    late_job = running_console.wait_for_job(
        second_browser.post(save, second_form | {"category": "Cities"}).job
    )

    assert late_job.status == "failed"
    assert "edited meanwhile" in late_job.said

    path.write_text(path.read_text() + "# by an editor\n")

    # another source: no conflict
    running_console.finish_job(second_browser.post(save, form_of_parallel | {"category": "Cities"}))

    # the second opens the form of `holt` anew
    new_form = read_form(second_browser.get("/sources/holt").body)
    running_console.finish_job(second_browser.post(save, new_form | {"category": "Cities"}))
    text = path.read_text()

    assert text.startswith("# ours\n")
    assert text.endswith("# by an editor\n")
    assert "# friend" in text
    assert 'every = "6h"' in text
    assert text.count('category = "Cities"') == 2
    assert 'tags = ["LLM", "AI"]' in text

    # the first change is undone, the later ones stay
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
    form = read_form(browser.get("/sources/launchbeat").body)
    answer = browser.post("/operations/change-source", form | {field: value})
    job = running_console.wait_for_job(answer.job)

    assert job.status == "failed", job
    assert path.read_text() == before


def test_a_field_writes_itself_alone(running_console: RunningConsole, browser: Browser) -> None:
    """Quotes and markup in a form field cannot add keys or sources to sources.toml, and are shown
    as text."""
    path = running_console.instance.config / "sources.toml"
    address = "/sources/launchbeat"
    evil = f'x"\nrobots = "ignore"\n[[source]]\nkey = "evil"\n{EVIL}'
    form = read_form(browser.get(address).body)
    answer = browser.post("/operations/change-source", form | {"title": evil, "licence": evil})
    job = running_console.wait_for_job(answer.job)

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

    def save_lead(value: str) -> None:
        form = read_form(browser.get("/sources/holt").body)
        answer = browser.post("/operations/change-source", form | {"lead": value})
        running_console.finish_job(answer)

    save_lead("true")

    assert path.read_text().count("lead = true") == 1
    assert '<option value="true" selected>' in browser.get("/sources/holt").body

    save_lead("false")

    assert path.read_text().count("lead = true") == 0
    assert '<option value="false" selected>' in browser.get("/sources/holt").body
