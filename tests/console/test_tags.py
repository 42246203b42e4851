"""Tags, categories and queries: seen before they are done, and tried on the articles. Over real requests."""

from __future__ import annotations

from html import unescape
from urllib.parse import quote

import pytest

from syndicator.services.container import open_app
from tests.console.conftest import Browser, Served
from tests.console.test_today import EVIL, article


def test_names_are_counted(browser: Browser) -> None:
    body = browser.get("/tags").body
    assert "AI</bdi>" in body and "artificial intelligence, models" in body and "Cities</bdi>" in body
    assert "A saved query is a feed of its own" in body


def test_a_rename_is_seen_then_done_then_taken_back(served: Served, browser: Browser) -> None:
    path = served.instance.config / "taxonomy.toml"
    path.write_text("# our words\n" + path.read_text())
    before, (found, file) = path.read_text(), article(served, "A seven-watt summariser")
    assert "AI" in found.tags
    form = {"kind": "rename", "old": "ai", "new": "Artificial intelligence"}
    planned = served.done(browser.post("/tags", form | {"then": "plan"}))
    page = browser.get(f"/tags?job={planned.id}").body
    assert "articles would change" in page and "tags/ai will lead to tags/artificial-intelligence" in page
    assert path.read_text() == before
    done = served.done(browser.post("/tags", form | {"then": "apply"}))
    assert 'name = "Artificial intelligence"' in path.read_text() and path.read_text().startswith("# our words\n")
    assert "Artificial intelligence" in file.read_text()
    served.done(browser.post("/do/undo", {"number": str(done.change), "next": "/"}))
    assert article(served, "A seven-watt summariser")[0].tags == found.tags
    assert (served.settings.public_dir / "tags/ai.atom").exists()


def test_a_tag_is_listed_with_its_spellings(served: Served, browser: Browser) -> None:
    path = served.instance.config / "taxonomy.toml"
    before = path.read_text()
    first = served.done(browser.post("/tags", {"then": "add", "name": "Robots", "aliases": "robot, "}))
    served.done(browser.post("/tags", {"then": "alias", "name": "Robots", "alias": "androids"}))
    assert 'aliases = ["robot", "androids"]' in path.read_text()
    twice = served.ended(browser.post("/tags", {"then": "alias", "name": "Robots", "alias": "Robot"}).job)
    assert twice.status == "failed" and "already" in twice.said
    refused = served.ended(browser.post("/do/undo", {"number": str(first.change), "next": "/"}).job)
    assert refused.status == "failed"  # the spelling that came later is in the way
    path.write_text(before)


@pytest.mark.parametrize("name", [EVIL, 'x"\n[[source]]\nkey = "y"', " ", "x" * 90])
def test_a_name_is_a_name(served: Served, browser: Browser, name: str) -> None:
    """TOML injection and stored XSS through taxonomy.toml."""
    path = served.instance.config / "taxonomy.toml"
    before = path.read_text()
    job = served.ended(browser.post("/tags", {"then": "add", "name": name, "aliases": name}).job)
    assert "\n[[source]]" not in path.read_text()
    for page in ("/tags", "/", f"/tags?job={job.id}"):
        assert "<script>alert" not in browser.get(page).body
    path.write_text(before)


def test_a_query_is_tried_while_it_is_typed(browser: Browser) -> None:
    body = browser.get(f"/tags/query?query={quote('tag:AI and watt')}").body
    assert "1 of the newest" in body and "A seven-watt summariser" in body
    assert "query = &#34;tag:AI and watt&#34;" in body or 'query = "tag:AI and watt"' in unescape(body)
    assert "80,412 notes" not in body
    assert 'class="wrong"' in browser.get(f"/tags/query?query={quote('tag:(')}").body
    evil = browser.get(f"/tags?query={quote(EVIL)}").body
    assert "<script>alert" not in evil and "onerror=alert(1)>" not in evil


def test_a_line_of_a_category_is_tried(served: Served, browser: Browser) -> None:
    """Nothing is written."""
    path = served.instance.config / "taxonomy.toml"
    before = path.read_text()
    form = {"then": "try", "name": "Databases", "description": "databases, SQL, storage of data, vector search"}
    job = served.done(browser.post("/tags", form))
    assert job.result["looked"] > 10 and path.read_text() == before
    moved = {one["title"]: one["after"] for one in job.result["moved"]}
    assert moved.get("SQLite is my vector database") == "Databases"
    assert "would move" in browser.get(f"/tags?job={job.id}").body
    with open_app(served.instance.config) as app:
        assert all(one.category != "Databases" for one in app.store.index.each())


def test_names_are_proposed(served: Served, browser: Browser) -> None:
    job = served.done(browser.post("/tags", {"then": "suggest"}))
    assert "To consider" in browser.get(f"/tags?job={job.id}").body
