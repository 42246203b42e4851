"""The Today page: what it shows, and what its buttons do to files, with undo."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from syndicator.app.container import open_app
from syndicator.core.model import Article
from tests.console.conftest import Browser, RunningConsole

EVIL = "\"><script>alert(1)</script><img src=x onerror=alert(1)>'{{7*7}}"


def find_article(running_console: RunningConsole, part: str) -> tuple[Article, Path]:
    """An article of the instance by a part of its title, and the path of its file."""
    with open_app(running_console.instance.config) as app:
        for article_id, stamp in app.archive.store.visits.stamps().items():
            result = app.archive.article_store.get(stamp.path)
            if part in result.title:
                return result, app.archive.article_store.root / (
                    app.archive.store.index.path(article_id) or ""
                )
    raise AssertionError(part)


def test_one_sentence_says_how_all_is(browser: Browser) -> None:
    """Of the console's four visited sources one is gone. The heading of the Today page counts fine
    sources, those that need the operator, and the age of the last article; all 17 articles
    follow."""
    body = browser.get("/").body
    match = re.search(r"<h1>(.*?)</h1>", body)

    assert match
    assert re.match(r"3 fine, 1 needs you, last article .* ago", match[1])
    assert body.count('class="row item"') == 17


def test_what_needs_you_has_its_cure_as_a_button(
    running_console: RunningConsole, browser: Browser
) -> None:
    """The Today page shows the failing source "gone" with its reason and a button to retry; fine
    sources are not shown. The retry is reported and is no change of the instance."""
    body = browser.get("/").body

    assert '/sources/gone"' in body
    assert "answered 410" in body
    assert 'action="/operations/retry"' in body
    assert "holt</a> <span" not in body  # the healthy stay out of sight

    job = running_console.finish_job(
        browser.post("/operations/retry", {"key": "gone", "next": "/"})
    )

    assert "gone: " in job.said
    assert job.change is None


def test_tags_are_corrected_in_place_and_taken_back(
    running_console: RunningConsole, browser: Browser
) -> None:
    """Tags and category corrected on the Today page become the operator's, are published and
    logged, and are undone once."""
    before, path = find_article(running_console, "A seven-watt summariser")
    text_before = path.read_text()
    form = {
        "id": before.id,
        "tags": "llm, ai",
        "category": "Cities",
        "seen": "\n".join(before.tags),  # the tags that the form showed
        "next": "/",
    }
    job = running_console.finish_job(browser.post("/operations/set-tags", form))
    after, _ = find_article(running_console, "A seven-watt summariser")

    assert after.tags == ("LLM", "AI")
    assert after.category == "Cities"
    assert after.tags_by == "operator"
    assert "cities" in (running_console.settings.public_dir / "categories/cities.atom").read_text()

    body = browser.get(f"/?job={job.id}").body

    assert "Undo" in body
    assert "LLM, AI; Cities" in body

    changes = browser.get(f"/changes/{job.change}").body

    assert "operator" in changes
    assert "category: Cities" in changes

    running_console.finish_job(
        browser.post("/operations/undo", {"number": str(job.change), "next": "/"})
    )

    assert path.read_text() == text_before

    second_undo = running_console.wait_for_job(
        browser.post("/operations/undo", {"number": str(job.change), "next": "/"}).job
    )

    assert second_undo.status == "failed"
    assert "taken back already" in second_undo.said


def test_tags_that_changed_meanwhile_are_not_overwritten(
    running_console: RunningConsole, browser: Browser
) -> None:
    """Saving tags fails if the form showed others (`seen`) than the article now has."""
    article, _ = find_article(running_console, "Three evals I trust")
    form = {
        "id": article.id,
        "tags": "LLM",
        "category": article.category,
        "seen": "Other",  # a tag that the article has not
        "next": "/",
    }
    job = running_console.wait_for_job(browser.post("/operations/set-tags", form).job)

    assert job.status == "failed"
    assert job.reason == "edited-meanwhile"
    assert find_article(running_console, "Three evals I trust")[0].tags == article.tags


def test_a_withdrawn_article_comes_back(running_console: RunningConsole, browser: Browser) -> None:
    """Withdrawing takes an article out of the feed; undo restores it in the same file."""
    article, path = find_article(running_console, "Three evals I trust")
    job = running_console.finish_job(
        browser.post("/operations/withdraw", {"id": article.id, "next": "/"})
    )
    feed = running_console.settings.public_dir / "all.atom"

    assert article.url not in feed.read_text()

    running_console.finish_job(
        browser.post("/operations/undo", {"number": str(job.change), "next": "/"})
    )

    assert article.url in feed.read_text()
    assert find_article(running_console, "Three evals I trust")[1] == path


def test_what_is_hidden_is_published_again(
    running_console: RunningConsole, browser: Browser
) -> None:
    """An article hidden from feeds stays visible on the Today page and can be released there."""
    article, _ = find_article(running_console, "SQLite is my vector database")
    running_console.finish_job(browser.post("/operations/hide", {"id": article.id, "next": "/"}))
    feed = running_console.settings.public_dir / "all.atom"

    assert article.url not in feed.read_text()
    assert "SQLite is my vector" in browser.get("/").body  # stands with what is on hold

    running_console.finish_job(browser.post("/operations/release", {"id": article.id, "next": "/"}))

    assert article.url in feed.read_text()


def test_a_source_rests_and_wakes_and_comments_stay(
    running_console: RunningConsole, browser: Browser
) -> None:
    """Pausing a source (`rest`) keeps comments of sources.toml; undo takes back only the pause, not
    a later edit by hand."""
    path = running_console.instance.config / "sources.toml"
    commented = path.read_text().replace('key = "holt"', 'key = "holt"  # a friend', 1)
    before = f"# what we follow\n{commented}"
    path.write_text(before)
    job = running_console.finish_job(browser.post("/operations/rest", {"key": "holt", "next": "/"}))
    rested = path.read_text()

    assert "enabled = false" in rested
    assert "# a friend" in rested
    assert rested.startswith("# what we follow\n")

    path.write_text(rested + "\n# written by a hand meanwhile\n")
    running_console.finish_job(
        browser.post("/operations/undo", {"number": str(job.change), "next": "/"})
    )

    assert path.read_text() == f"{before}\n# written by a hand meanwhile\n"


def test_an_edit_that_is_in_the_way_stays(
    running_console: RunningConsole, browser: Browser
) -> None:
    """A source is paused, which writes `enabled = false`; undo fails if that line was edited since,
    and leaves that edit."""
    path = running_console.instance.config / "sources.toml"
    job = running_console.finish_job(
        browser.post("/operations/rest", {"key": "parallel", "next": "/"})
    )
    by_hand = path.read_text().replace("enabled = false", "enabled = false  # on holiday")
    path.write_text(by_hand)
    refused = running_console.wait_for_job(
        browser.post("/operations/undo", {"number": str(job.change), "next": "/"}).job
    )

    assert refused.status == "failed"
    assert "edited since" in refused.said
    assert path.read_text() == by_hand

    # the next tests need the source
    running_console.finish_job(browser.post("/operations/wake", {"key": "parallel", "next": "/"}))


def test_a_source_that_was_removed_is_put_back(
    running_console: RunningConsole, browser: Browser
) -> None:
    """Undoing the removal of a source restores sources.toml exactly."""
    path = running_console.instance.config / "sources.toml"
    before = path.read_text()
    job = running_console.finish_job(
        browser.post("/operations/remove-source", {"key": "launchbeat", "next": "/"})
    )

    assert '"launchbeat"' not in path.read_text()

    running_console.finish_job(
        browser.post("/operations/undo", {"number": str(job.change), "next": "/"})
    )

    assert path.read_text() == before


@pytest.mark.parametrize("name", ["tags", "category", "id", "seen"])
def test_what_a_form_brings_runs_nowhere(
    running_console: RunningConsole, browser: Browser, name: str
) -> None:
    """Hostile text in any field of the tags form is refused, shown as text and never evaluated
    ("49" would be 7 times 7)."""
    article, path = find_article(running_console, "Three evals I trust")
    whole_text = path.read_text()
    form = {
        "id": article.id,
        "tags": "AI",
        "category": article.category,
        "seen": "\n".join(article.tags),
        "next": "/",
    }
    job = running_console.wait_for_job(
        browser.post("/operations/set-tags", form | {name: EVIL}).job
    )
    body = browser.get(f"/?job={job.id}").body

    assert "<script>alert" not in body
    assert "<img src=x" not in body
    assert "49" not in job.said
    assert job.status == "failed"
    assert path.read_text() == whole_text


def test_a_title_runs_nowhere(running_console: RunningConsole, browser: Browser) -> None:
    """Markup in the title or excerpt of an article file is shown as text on the Today page, and
    runs neither there nor in the log of changes (stored XSS)."""
    article, path = find_article(running_console, "The pothole commons")
    evil_title = "title: '" + EVIL.replace("'", "''") + "'"  # as YAML quotes it
    evil_excerpt = "excerpt: '<b>bold</b> javascript:alert(1)'"
    text = path.read_text()
    text = re.sub(r"(?m)^title:.*$", lambda line: evil_title, text)
    text = re.sub(r"(?m)^excerpt:.*$", lambda line: evil_excerpt, text)
    path.write_text(text)
    running_console.instance.run_command("build")
    running_console.console.glance.forget_health()
    # so that the article is in the log of changes, too
    running_console.finish_job(browser.post("/operations/hide", {"id": article.id, "next": "/"}))

    assert "&lt;script&gt;" in browser.get("/").body

    for page in ("/", "/changes"):
        body = browser.get(page).body
        assert "<script>alert" not in body
        # no tag of it is complete, but where the whole text is shown
        assert "onerror=alert(1)>" not in unescape(body).replace(EVIL, "")


def test_a_button_does_what_it_says_and_nothing_else(
    running_console: RunningConsole, browser: Browser
) -> None:
    """Unknown operation names answer 404 and queue no job."""
    job_count = len(running_console.queue.recent(500))
    for name in ("nothing", "../confirm", "__init__"):
        assert browser.post(f"/operations/{name}", {"id": "x", "next": "/"}).status == 404
    assert len(running_console.queue.recent(500)) == job_count


def test_where_the_configuration_is_wrong_it_says_so_and_goes_on(
    running_console: RunningConsole, browser: Browser
) -> None:
    """With a fault in sources.toml, the Today page shows the fault and still works."""
    path = running_console.instance.config / "sources.toml"
    whole_text = path.read_text()
    browser.get("/")
    try:
        path.write_text(whole_text + "\nkey = \n")
        body = browser.get("/").body
        assert "The configuration has a fault" in body
        assert "sources.toml" in body
    finally:
        path.write_text(whole_text)


def test_a_dropped_setting_is_named(running_console: RunningConsole, browser: Browser) -> None:
    """The Today page names a removed setting with its file and line."""
    path = running_console.instance.config / "syndicator.toml"
    whole_text = path.read_text()

    assert "no setting any more" not in browser.get("/").body

    text_with_dropped_setting = whole_text.replace("[fetch]\n", "[fetch]\nredirects = 3\n")
    line = text_with_dropped_setting.splitlines().index("redirects = 3") + 1
    message = f"syndicator.toml:{line}: fetch.redirects is no setting any more: it is"
    try:
        path.write_text(text_with_dropped_setting)
        assert message in browser.get("/").body
    finally:
        path.write_text(whole_text)
