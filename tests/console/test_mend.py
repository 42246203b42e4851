"""The Mend page: point at a part of an article, try the rule, save, apply, undo."""

from __future__ import annotations

import re
from html import unescape

import pytest

from tests.console.conftest import Browser, RunningConsole
from tests.console.test_source import read_form
from tests.console.test_today import EVIL, find_article

MEND = "/sources/launchbeat/mend"


def read_stamp(body: str) -> str:
    (one, *_) = re.findall(r'name="stamp" value="([^"]+)"', body)
    return str(one)


def test_a_kept_page_is_shown_in_a_frame_that_is_shut_in(browser: Browser) -> None:
    """A page from the web is shown in a sandboxed frame that loads nothing, sends nothing and does
    not have the form token."""
    body = browser.get(MEND).body
    frame = re.findall(r"<iframe [^>]*>", body)[0]

    assert 'sandbox="allow-scripts"' in frame

    answer = browser.get(re.findall(r'src="([^"]+)"', frame)[0])
    policy = answer.headers["content-security-policy"]

    assert policy.startswith("sandbox allow-scripts; default-src 'none'")
    assert "connect-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    assert "http://" not in answer.body
    assert "<img" not in answer.body

    token = browser.get("/").token

    assert token not in answer.body


def test_pointing_makes_selectors(browser: Browser) -> None:
    """Pointing at a paragraph of a saved page proposes a selector and says on how many of the saved
    pages it matches."""
    body = browser.get(MEND).body
    (article_id, *_) = re.findall(r'name="id" value="([^"]+)"', body)
    page = browser.get(f"{MEND}/pages/{article_id}").body
    (number, *_) = re.findall(r'<p data-n="(\d+)">The ', page)
    proposal = browser.post(
        f"{MEND}/point", {"id": article_id, "number": number, "role": "select"}
    ).body

    assert "entry-content" in proposal
    assert "5 of 5 pages" in proposal
    assert (
        browser.post(
            f"{MEND}/point", {"id": article_id, "number": "999999", "role": "nonsense"}
        ).status
        == 200
    )
    assert (
        browser.post(f"{MEND}/point", {"id": "../x", "number": "1", "role": "title"}).status == 404
    )


def test_rules_are_tried_saved_applied_and_taken_back(
    running_console: RunningConsole, browser: Browser
) -> None:
    """Rules are tried without effect, saved with comments kept, applied to articles, and both steps
    undone."""
    path = running_console.instance.config / "sources.toml"
    path.write_text(path.read_text().replace('key = "launchbeat"', 'key = "launchbeat"  # ours', 1))
    before, (_, file) = (
        path.read_text(),
        find_article(running_console, "Fourteen cities share one model"),
    )
    whole_text = file.read_text()
    form = {
        "key": "launchbeat",
        "stamp": read_stamp(browser.get(MEND).body),
        "select": ".entry-content > p",
        "remove": "",
    }
    tried = running_console.finish_job(browser.post("/operations/try-rules", form))
    body = browser.get(f"{MEND}?job={tried.id}").body

    assert "matches on all 5" in body
    assert unescape(body).count("now ") >= 1
    assert path.read_text() == before
    assert file.read_text() == whole_text

    saved = running_console.finish_job(browser.post("/operations/save-rules", form))

    assert 'select = [".entry-content > p"]' in path.read_text()
    assert "# ours" in path.read_text()
    assert file.read_text() == whole_text

    planned = running_console.finish_job(
        browser.post("/operations/reread", {"source": "launchbeat", "then": "plan"})
    )
    page = browser.get(f"{MEND}?job={planned.id}").body
    count = planned.result["count"]

    assert count > 0
    assert f"Apply to {count} article" in page
    assert 'class="del"' in page
    assert file.read_text() == whole_text

    applied = running_console.finish_job(
        browser.post("/operations/reread", {"source": "launchbeat"})
    )

    assert file.read_text() != whole_text
    assert applied.result["count"] == count

    running_console.finish_job(
        browser.post("/operations/undo", {"number": str(applied.change), "next": "/"})
    )

    assert file.read_text() == whole_text

    running_console.finish_job(
        browser.post("/operations/undo", {"number": str(saved.change), "next": "/"})
    )

    assert path.read_text() == before


def test_rules_are_not_saved_over_an_edit(
    running_console: RunningConsole, browser: Browser
) -> None:
    """Saving rules fails if the source was changed since the page was opened (`stamp`)."""
    path = running_console.instance.config / "sources.toml"
    stamp = read_stamp(browser.get(MEND).body)
    running_console.finish_job(
        browser.post(
            "/operations/change-source",
            read_form(browser.get("/sources/launchbeat").body) | {"every": "6h"},
        )
    )
    before = path.read_text()
    job = running_console.wait_for_job(
        browser.post(
            "/operations/save-rules", {"key": "launchbeat", "stamp": stamp, "select": "p"}
        ).job
    )

    assert job.status == "failed"
    assert "edited meanwhile" in job.said
    assert path.read_text() == before


@pytest.mark.parametrize("rule", ["..", "p { color: red }", EVIL, "//p", "p[", 'x"]\nkeep = ["y'])
def test_a_selector_that_is_none_is_named_and_runs_nowhere(
    running_console: RunningConsole, browser: Browser, rule: str
) -> None:
    """An invalid or hostile selector is refused, shown as text and never saved."""
    path = running_console.instance.config / "sources.toml"
    before = path.read_text()
    stamp = read_stamp(browser.get(MEND).body)
    for name in ("try-rules", "save-rules"):
        form = {"key": "launchbeat", "stamp": stamp, "select": rule}
        job = running_console.wait_for_job(browser.post(f"/operations/{name}", form).job)
        assert job.status == "failed", (name, job)
        assert "<script>alert" not in browser.get(f"{MEND}?job={job.id}").body

    assert path.read_text() == before


def test_a_source_without_kept_pages_says_what_to_do(browser: Browser) -> None:
    """The Mend page of a source without saved pages explains this; an unknown source is 404."""
    assert "No page of this source is kept" in browser.get("/sources/gone/mend").body
    assert browser.get("/sources/nobody/mend").status == 404
