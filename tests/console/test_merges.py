"""Undo a merge of tags in the console and keep later edits."""

from __future__ import annotations

import re

from tests.console.conftest import TAXONOMY, Browser, RunningConsole
from tests.console.test_today import find_article


def test_a_merge_is_taken_back(running_console: RunningConsole, browser: Browser) -> None:
    """Undoing a merge gives each article its former tags and the feed its address and id; an
    article whose tags were edited since keeps the edit."""
    path = running_console.instance.config / "taxonomy.toml"
    feeds = running_console.settings.public_dir / "tags"
    path.write_text("# our words\n" + TAXONOMY + '\n[[tag]]\nname = "Robots"\n')
    for title, tags in (
        ("Three evals I trust", "LLM, Robots"),
        ("A seven-watt summariser", "Robots, AI"),
    ):
        article, _ = find_article(running_console, title)
        seen = "\n".join(article.tags)
        form = {
            "id": article.id,
            "tags": tags,
            "seen": seen,
            "category": article.category,
            "next": "/",
        }
        running_console.finish_job(browser.post("/operations/set-tags", form))
    first, (_, file) = (
        find_article(running_console, "Three evals I trust")[0],
        find_article(running_console, "A seven-watt summariser"),
    )
    before = path.read_text()
    text = file.read_text()
    whole_text = (feeds / "robots.atom").read_text()
    id_of = re.compile(r"<id>(urn:uuid:[^<]+)</id>")
    planned = running_console.finish_job(
        browser.post("/operations/merge-tags", {"then": "plan", "old": "Robots", "new": "LLM"})
    )

    assert "cannot be taken back" not in browser.get(f"/tags?job={planned.id}").body

    job = running_console.finish_job(
        browser.post("/operations/merge-tags", {"old": "Robots", "new": "LLM"})
    )

    assert find_article(running_console, "Three evals I trust")[0].tags == ("LLM",)
    assert find_article(running_console, "A seven-watt summariser")[0].tags == ("LLM", "AI")
    assert "Robots" in path.read_text()
    assert "Undo" in browser.get("/changes").body
    assert "Undo" in browser.get(f"/changes/{job.change}").body

    form = {"id": first.id, "tags": "AI", "seen": "LLM", "category": first.category, "next": "/"}
    running_console.finish_job(browser.post("/operations/set-tags", form))
    undo = running_console.finish_job(
        browser.post("/operations/undo", {"number": str(job.change), "next": "/"})
    )

    assert "1 with tags that were edited since" in undo.said
    assert path.read_text() == before
    assert file.read_text() == text
    assert find_article(running_console, "Three evals I trust")[0].tags == ("AI",)

    second_text = (feeds / "robots.atom").read_text()

    assert id_of.findall(second_text)[0] == id_of.findall(whole_text)[0]
    assert "A seven-watt summariser" in second_text
    assert "A seven-watt summariser" not in (feeds / "llm.atom").read_text()

    body = browser.get(f"/changes/{undo.change}").body

    assert "merge again" in body
    assert "/operations/undo" not in body

    refused = running_console.wait_for_job(
        browser.post("/operations/undo", {"number": str(undo.change), "next": "/"}).job
    )

    assert refused.status == "failed"
    assert "cannot be taken back" in refused.said

    second_undo = running_console.wait_for_job(
        browser.post("/operations/undo", {"number": str(job.change), "next": "/"}).job
    )

    assert second_undo.status == "failed"
    assert "already" in second_undo.said


def test_a_merge_is_not_taken_back_where_the_other_tag_went_on(
    running_console: RunningConsole, browser: Browser
) -> None:
    """A merge cannot be undone once the other tag was renamed; the refusal changes nothing."""
    path = running_console.instance.config / "taxonomy.toml"
    path.write_text(TAXONOMY + '\n[[tag]]\nname = "Drones"\n')
    article, _ = find_article(running_console, "A seven-watt summariser")
    form = {
        "id": article.id,
        "tags": "Drones",
        "seen": "\n".join(article.tags),
        "category": article.category,
        "next": "/",
    }
    running_console.finish_job(browser.post("/operations/set-tags", form))
    merge = running_console.finish_job(
        browser.post("/operations/merge-tags", {"old": "Drones", "new": "LLM"})
    )
    running_console.finish_job(
        browser.post("/operations/rename-tag", {"old": "LLM", "new": "Models"})
    )
    taxonomy_before_undo = path.read_text()
    refused = running_console.wait_for_job(
        browser.post("/operations/undo", {"number": str(merge.change), "next": "/"}).job
    )

    assert refused.status == "failed"
    assert path.read_text() == taxonomy_before_undo
    assert find_article(running_console, "A seven-watt summariser")[0].tags == ("Models",)
