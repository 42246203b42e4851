"""The Tags pages: preview changes of tags, categories and queries before they are made."""

from __future__ import annotations

import re
import tomllib
from html import unescape
from urllib.parse import quote

import pytest
from lxml import html

from syndicator.app.container import open_app
from tests.console.conftest import Browser, RunningConsole
from tests.console.test_today import EVIL, find_article


def test_names_are_counted(browser: Browser) -> None:
    """The Tags page shows tags, categories with descriptions, and what a saved query is."""
    body = browser.get("/tags").body

    assert "AI</bdi>" in body
    assert "artificial intelligence, models" in body
    assert "Cities</bdi>" in body
    assert "A saved query is a feed of all" in body


def test_unlisted_tags_that_one_article_has_are_folded(
    running_console: RunningConsole, browser: Browser
) -> None:
    """A tag of a single article that the taxonomy lacks (LLM) is folded away, unless it is chosen;
    one of many articles (AI) is shown, though the taxonomy lacks it, too."""
    path = running_console.instance.config / "taxonomy.toml"
    taxonomy = path.read_text()
    path.write_text("")  # lists no tag
    try:
        page = html.fromstring(browser.get("/tags").body)
        page_with_llm_chosen = html.fromstring(browser.get("/tags?tag=LLM").body)
    finally:
        path.write_text(taxonomy)
    section = "//section[@aria-labelledby='all']"
    (folded,) = page.xpath(f"{section}//details")

    assert page.xpath(f"{section}/ul/li//bdi/text()") == ["AI"]
    assert folded.get("open") is None
    assert folded.xpath("string(summary)") == "1 tag used once, not in taxonomy.toml"
    assert folded.xpath(".//li//bdi/text()") == ["LLM"]
    # the attribute `open` is there, and empty
    assert page_with_llm_chosen.xpath(f"{section}//details/@open") == [""]


def test_a_rename_is_seen_then_done_then_taken_back(
    running_console: RunningConsole, browser: Browser
) -> None:
    """A rename is previewed with its redirect, made in taxonomy and articles with comments kept,
    and undone."""
    path = running_console.instance.config / "taxonomy.toml"
    path.write_text("# our words\n" + path.read_text())
    before = path.read_text()
    article, file = find_article(running_console, "A seven-watt summariser")
    form = {"old": "ai", "new": "Artificial intelligence"}

    assert "AI" in article.tags

    # the preview
    preview = running_console.finish_job(
        browser.post("/operations/rename-tag", form | {"then": "plan"})
    )
    page = browser.get(f"/tags?job={preview.id}").body

    assert "articles would change" in page
    assert "tags/ai will lead to tags/artificial-intelligence" in page
    assert path.read_text() == before

    # the rename itself
    job = running_console.finish_job(browser.post("/operations/rename-tag", form))

    assert 'name = "Artificial intelligence"' in path.read_text()
    assert path.read_text().startswith("# our words\n")
    assert "Artificial intelligence" in file.read_text()

    running_console.finish_job(
        browser.post("/operations/undo", {"number": str(job.change), "next": "/"})
    )

    assert find_article(running_console, "A seven-watt summariser")[0].tags == article.tags
    assert (running_console.settings.public_dir / "tags/ai.atom").exists()


def test_a_tag_is_listed_with_its_spellings(
    running_console: RunningConsole, browser: Browser
) -> None:
    """A tag is added with one other spelling (alias), then gets a second; a spelling is not added
    twice, in whatever case. To undo the adding of the tag is refused, as a spelling came later."""
    path = running_console.instance.config / "taxonomy.toml"
    before = path.read_text()
    adding_of_tag = running_console.finish_job(
        browser.post("/operations/add-tag", {"name": "Robots", "aliases": "robot, "})
    )
    running_console.finish_job(
        browser.post("/operations/add-alias", {"name": "Robots", "alias": "androids"})
    )

    assert 'aliases = ["robot", "androids"]' in path.read_text()

    repeated = running_console.wait_for_job(
        browser.post("/operations/add-alias", {"name": "Robots", "alias": "Robot"}).job
    )

    assert repeated.status == "failed"
    assert "already" in repeated.said

    undo_form = {"number": str(adding_of_tag.change), "next": "/"}
    refused_undo = running_console.wait_for_job(browser.post("/operations/undo", undo_form).job)

    assert refused_undo.status == "failed"

    path.write_text(before)


def test_a_tag_is_described_by_clicking_its_name(
    running_console: RunningConsole, browser: Browser
) -> None:
    """A tag's name links the form for its description. The description is saved, with single
    spaces, and shown; undo restores the file."""
    path = running_console.instance.config / "taxonomy.toml"
    before = path.read_text()

    assert 'href="/tags?tag=LLM#change"' in browser.get("/tags").body

    form = {"name": "LLM", "description": 'large  "language" models', "next": "/tags?tag=LLM"}
    job = running_console.finish_job(browser.post("/operations/describe-tag", form))

    assert 'large "language" models' in unescape(browser.get("/tags?tag=LLM").body)
    assert path.read_text() != before

    running_console.finish_job(
        browser.post("/operations/undo", {"number": str(job.change), "next": "/"})
    )

    assert path.read_text() == before


@pytest.mark.parametrize("name", [EVIL, 'x"\n[[source]]\nkey = "y"', " ", "x" * 90])
def test_a_name_is_a_name(running_console: RunningConsole, browser: Browser, name: str) -> None:
    """A tag name with quotes, line breaks or markup cannot add a table to taxonomy.toml or run in a
    page."""
    path = running_console.instance.config / "taxonomy.toml"
    before = path.read_text()
    job = running_console.wait_for_job(
        browser.post("/operations/add-tag", {"name": name, "aliases": name}).job
    )

    assert "\n[[source]]" not in path.read_text()

    for page in ("/tags", "/", f"/tags?job={job.id}"):
        assert "<script>alert" not in browser.get(page).body
    path.write_text(before)


def test_a_query_is_tried_while_it_is_typed(browser: Browser) -> None:
    """A query shows its count and matching articles, and no other; a mistake is marked, and hostile
    input is escaped."""
    body = browser.get(f"/tags/query?query={quote('tag:AI and watt')}").body

    assert "1 of the newest" in body
    assert "A seven-watt summariser" in body
    assert 'name="query" value="tag:AI and watt"' in body
    assert "80,412 notes" not in body  # another article

    body_of_mistake = browser.get(f"/tags/query?query={quote('tag:(')}").body

    assert 'class="wrong"' in body_of_mistake

    body_of_hostile_query = browser.get(f"/tags?query={quote(EVIL)}").body

    assert "<script>alert" not in body_of_hostile_query
    assert "onerror=alert(1)>" not in body_of_hostile_query


def test_a_line_of_a_category_is_tried(running_console: RunningConsole, browser: Browser) -> None:
    """Trying the description of a new category lists the articles that would move to it, and writes
    nothing."""
    path = running_console.instance.config / "taxonomy.toml"
    before = path.read_text()
    form = {"name": "Databases", "description": "databases, SQL, storage of data, vector search"}
    job = running_console.finish_job(browser.post("/operations/try-category", form))

    new_category_by_title = {article["title"]: article["after"] for article in job.result["moved"]}

    assert job.result["looked"] > 10  # so many articles were compared with the description
    assert new_category_by_title["SQLite is my vector database"] == "Databases"
    assert "would move" in browser.get(f"/tags?job={job.id}").body

    # nothing was written: neither the taxonomy nor an article
    assert path.read_text() == before
    with open_app(running_console.instance.config) as app:
        categories = {article.category for article in app.archive.store.index.each()}
    assert "Databases" not in categories


def test_a_line_is_written_and_taken_back(
    running_console: RunningConsole, browser: Browser
) -> None:
    """The description of a category is tried, saved with comments kept, and undone; an outdated
    form is refused. A new category is saved, too; its undoing leaves a later comment."""
    path = running_console.instance.config / "taxonomy.toml"
    path.write_text(path.read_text().replace('name = "Cities"', 'name = "Cities"  # ours'))
    before = path.read_text()
    form = {"name": "cities", "description": 'cities,  streets and "potholes"'}

    # try it: the page offers to save it, and lists the feeds that would change, if any
    trial = running_console.finish_job(browser.post("/operations/try-category", form))
    page = unescape(browser.get(f"/tags?job={trial.id}").body)

    assert "Save this description" in page
    assert ("Feeds that it touches" in page) == bool(trial.result["feeds"])

    # save it; the stamp says which state of the file the form was made from
    stamped = form | {"stamp": trial.result["stamp"]}
    save = running_console.finish_job(browser.post("/operations/save-category", stamped))
    saved_text = path.read_text()

    assert tomllib.loads(saved_text)["category"][1] == {
        "name": "Cities",
        "description": 'cities, streets and "potholes"',
    }
    assert "# ours" in saved_text
    assert saved_text.count("[[category]]") == before.count("[[category]]")

    # another form with the stamp of before
    late_job = running_console.wait_for_job(
        browser.post("/operations/save-category", stamped | {"description": "quicker"}).job
    )

    assert late_job.status == "failed"
    assert "edited meanwhile" in late_job.said
    assert path.read_text() == saved_text

    # undo
    running_console.finish_job(
        browser.post("/operations/undo", {"number": str(save.change), "next": "/"})
    )

    assert path.read_text() == before

    # a new category
    new_category_form = {"name": "Databases", "description": "SQL", "stamp": ""}
    second_save = running_console.finish_job(
        browser.post("/operations/save-category", new_category_form)
    )

    assert tomllib.loads(path.read_text())["category"][-1] == {
        "name": "Databases",
        "description": "SQL",
    }

    # its undoing, after somebody added a comment
    path.write_text(path.read_text() + "# a hand\n")
    running_console.finish_job(
        browser.post("/operations/undo", {"number": str(second_save.change), "next": "/"})
    )

    assert path.read_text().rstrip() == before.rstrip() + "\n# a hand"

    path.write_text(before)


def test_a_query_becomes_a_feed_and_is_changed_and_taken_back(
    running_console: RunningConsole, browser: Browser
) -> None:
    """A query is tried, saved as a feed, narrowed with a count of leaving articles, and both steps
    undone; repeated and outdated forms are refused."""
    path = running_console.instance.config / "feeds.toml"
    before = path.read_text() if path.exists() else None

    # try it: nothing is written; the page shows the table that would be
    asked = {"query": 'tag:AI and not "press release"', "title": 'AI, and "no" news'}
    job = running_console.finish_job(browser.post("/operations/try-query", asked))
    planned = job.result

    assert planned["slug"] == "ai-and-no-news"
    assert planned["changed"] is False
    assert 0 < planned["count"] < planned["looked"]
    assert (path.read_text() if path.exists() else None) == before

    page_of_trial = browser.get(f"/tags?job={job.id}").body
    blocks = re.findall(r"<pre[^>]*>(.*?)</pre>", page_of_trial, re.S)
    (shown_table,) = [block for block in blocks if "[[feed]]" in block]
    expected_feed = {"slug": "ai-and-no-news", "query": planned["query"], "title": planned["title"]}

    assert tomllib.loads(unescape(shown_table))["feed"] == [expected_feed]

    # save it; the stamp says which state of the file the form was made from
    form = expected_feed | {"stamp": planned["stamp"]}
    save = running_console.finish_job(browser.post("/operations/save-query", form))
    (feed,) = tomllib.loads(path.read_text())["feed"]

    assert feed == expected_feed
    assert (running_console.settings.public_dir / "queries/ai-and-no-news.atom").exists()

    body = browser.get("/tags").body

    assert "AI, and" in unescape(body)
    assert f'<span class="count">{planned["count"]}</span>' in body

    # try the same again
    repeated = running_console.wait_for_job(browser.post("/operations/try-query", asked).job)

    assert repeated.status == "failed"
    assert "already" in repeated.said

    # try a narrower query for the same feed, beside which somebody wrote a comment meanwhile
    path.write_text(path.read_text().replace("[[feed]]", "[[feed]]  # ours"))
    narrower = {"query": "tag:AI and watt", "title": "", "slug": planned["slug"]}
    job = running_console.finish_job(browser.post("/operations/try-query", narrower))

    assert job.result["joins"] == 0
    assert job.result["leaves"] > 0
    assert job.result["leaves"] == planned["count"] - job.result["count"]

    page = unescape(browser.get(f"/tags?job={job.id}").body)

    assert f"0 join, {job.result['leaves']} leave" in page
    assert "Change the feed" in page

    # save it with the stamp of the first trial, then with its own
    changed = {name: job.result[name] for name in ("slug", "title", "query", "stamp")}
    stale = running_console.wait_for_job(
        browser.post("/operations/save-query", changed | {"stamp": planned["stamp"]}).job
    )

    assert stale.status == "failed"
    assert "edited meanwhile" in stale.said

    second_save = running_console.finish_job(browser.post("/operations/save-query", changed))

    assert tomllib.loads(path.read_text())["feed"][0]["query"] == "tag:AI and watt"
    assert "# ours" in path.read_text()

    # undo both
    running_console.finish_job(
        browser.post("/operations/undo", {"number": str(second_save.change), "next": "/"})
    )

    assert tomllib.loads(path.read_text())["feed"][0]["query"] == asked["query"]

    path.write_text(path.read_text().replace("[[feed]]  # ours", "[[feed]]"))
    running_console.finish_job(
        browser.post("/operations/undo", {"number": str(save.change), "next": "/"})
    )

    assert (path.read_text() if path.exists() else None) == before


@pytest.mark.parametrize(
    "evil", [EVIL, 'x"\n[[feed]]\nslug = "y"\nquery = "tag:AI', "tag:(", "\x00", "x" * 3000]
)
def test_a_query_or_a_line_is_one_value(
    running_console: RunningConsole, browser: Browser, evil: str
) -> None:
    """Hostile queries and descriptions add at most one table to feeds.toml or taxonomy.toml, and
    never run in a page. Each form starts from the files as they were."""
    taxonomy = running_console.instance.config / "taxonomy.toml"
    feeds = running_console.instance.config / "feeds.toml"
    taxonomy_before = taxonomy.read_text()
    feeds_before = feeds.read_text() if feeds.exists() else None
    category_count = len(tomllib.loads(taxonomy_before)["category"])
    forms = [
        ("save-query", {"query": evil, "title": evil, "slug": "evil", "stamp": ""}),
        ("save-query", {"query": "tag:AI", "title": evil, "slug": "../evil", "stamp": ""}),
        ("try-query", {"query": evil, "title": evil, "slug": evil}),
        ("save-category", {"name": "Cities", "description": evil, "stamp": ""}),
        ("save-category", {"name": evil, "description": evil, "stamp": ""}),
    ]
    for name, form in forms:
        job = running_console.wait_for_job(browser.post(f"/operations/{name}", form).job)
        for path in ("/tags", f"/tags?job={job.id}", "/changes"):
            assert "<script>alert" not in browser.get(path).body, form
        if feeds.exists():
            assert len(tomllib.loads(feeds.read_text()).get("feed", ())) <= 1
            assert "../evil" not in feeds.read_text()
        assert len(tomllib.loads(taxonomy.read_text())["category"]) <= category_count + 1

        taxonomy.write_text(taxonomy_before)
        feeds.unlink(missing_ok=True)
        if feeds_before is not None:
            feeds.write_text(feeds_before)


def test_names_are_proposed(running_console: RunningConsole, browser: Browser) -> None:
    """The job that suggests tags shows its proposals on the Tags page."""
    job = running_console.finish_job(browser.post("/operations/suggest-tags"))
    assert "Proposed tags" in browser.get(f"/tags?job={job.id}").body
