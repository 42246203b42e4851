"""The Articles pages: search, view, edit with a preview, keep each edit."""

from __future__ import annotations

import re
from html import unescape

import pytest
from lxml import html

from syndicator.app.container import open_app
from syndicator.console.routes.articles import BEGINNING, take_beginning
from syndicator.core.model import Article
from syndicator.core.ports import ArticleRecord
from syndicator.store.tables.browse import UNSURE, Wanted
from tests.console.conftest import Browser, RunningConsole
from tests.console.test_today import EVIL, find_article


def list_titles(browser: Browser, address: str) -> list[str]:
    body = browser.get(address).body
    return [
        unescape(one) for one in re.findall(r'<h3 lang="[^"]*"><a [^>]*><bdi>(.*?)</bdi>', body)
    ]


def set_category_score(running_console: RunningConsole, title: str, score: float) -> Article:
    """Let the category of the article be so likely, from 0 to 1; its row."""
    article_id = find_article(running_console, title)[0].id
    with open_app(running_console.instance.config) as app:
        visits = app.archive.store.visits
        row = visits.article(article_id)
        stamp = visits.stamp(article_id)
        assert row
        assert stamp
        visits.record(ArticleRecord(article=row, stamp=stamp, score=score))
    return row


def test_what_is_unsure_comes_first_with_reason_date_and_excerpt(
    running_console: RunningConsole, browser: Browser
) -> None:
    """The Articles page shows those with an unlikely category (31 %), with reason, date and
    excerpt; likely ones (90 %) only with `filter=all`, where no reason is given."""
    unlikely = set_category_score(running_console, "What my scraper owes your server", 0.31)
    likely = set_category_score(running_console, "A seven-watt summariser", 0.9)
    unsure_titles = list_titles(browser, "/articles")
    all_titles = list_titles(browser, "/articles?filter=all")

    assert unlikely.title in unsure_titles
    assert likely.title not in unsure_titles
    assert likely.title in all_titles
    assert len(unsure_titles) < len(all_titles)
    assert set(unsure_titles) < set(all_titles)

    body = unescape(browser.get("/articles").body)

    assert unlikely.published

    line = f"<b>{unlikely.category}: 31 % likely</b> · {unlikely.published:%Y-%m-%d} "

    assert line in body
    assert unlikely.excerpt in body[body.index(line) :]
    assert "<b>" not in browser.get("/articles?filter=all").body


def test_a_row_has_a_date_and_the_beginning_of_its_text(
    running_console: RunningConsole, browser: Browser
) -> None:
    """A row of the Articles page shows the date of the article and has a button for the beginning
    of its text, which is about BEGINNING characters; an unknown article has none (404)."""
    article, _ = find_article(running_console, "A seven-watt summariser")
    page = html.fromstring(browser.get("/articles?filter=all").body)
    row = page.get_element_by_id(f"a-{article.id}")

    assert article.published

    (when,) = row.xpath(".//time")

    assert when.text == f"{article.published.day} {article.published:%b %Y}"
    assert when.get("title") == f"Published {article.published:%Y-%m-%d %H:%M} UTC"

    (button,) = row.xpath(".//button[@data-peek]")

    assert button.get("data-peek") == article.id

    # what the button loads
    answer = browser.get(f"/articles/{article.id}/beginning")
    paragraphs = html.fromstring(answer.body).xpath("//bdi/text()")

    assert paragraphs[-1] in article.body or paragraphs[-1].endswith(" …")  # whole, or cut
    assert sum(map(len, paragraphs)) <= BEGINNING + 100
    assert browser.get("/articles/nosucharticle/beginning").status == 404


@pytest.mark.parametrize(
    ("paragraphs", "beginning"),
    [
        (["One two.", "Three four."], ["One two.", "Three four."]),
        (["One two.", "Three four five."], ["One two.", "Three four …"]),
        (["One two three four five six."], ["One two three four …"]),
        ([], []),
    ],
)
def test_a_beginning_ends_where_there_is_no_more_room(
    paragraphs: list[str], beginning: list[str]
) -> None:
    """The beginning of a text has up to 19 characters here, the length of "One two." and "Three
    four." together, in whole words, with "…" where it is cut."""
    room = 19
    assert take_beginning(paragraphs, room) == beginning


def test_forms_offer_what_articles_have(running_console: RunningConsole, browser: Browser) -> None:
    """With an empty taxonomy, forms offer the categories and tags that articles have."""
    path = running_console.instance.config / "taxonomy.toml"
    before = path.read_text()
    path.write_text("")  # as a new folder has it
    try:
        for address in ("/articles?filter=all", "/", "/sources", "/sources/holt"):
            tree = html.fromstring(browser.get(address).body)
            assert "AI" in tree.xpath("//select[@name='category']/option/text()"), address
        tags = html.fromstring(browser.get("/").body).xpath("//datalist/option/@value")
        assert {"AI", "LLM"} <= {*tags}
    finally:
        path.write_text(before)


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("q=WATT+seven", {"A seven-watt summariser"}),
        ("q=100%25", {"The last mainframe whisperer teaches a model COBOL"}),  # its text says 100
        ("q=_", set()),
        ("filter=merged", {"The pothole commons"}),
        ("filter=untagged&source=holt&q=scraper", {"What my scraper owes your server"}),
        ("filter=nonsense&q=pothole", set()),  # as "unsure": a copy
    ],
)
def test_a_search_finds_what_it_says(browser: Browser, query: str, titles: set[str]) -> None:
    """The Articles page searches titles and texts regardless of case, without wildcards, and
    filters by state and source."""
    assert set(list_titles(browser, f"/articles?{query}")) == titles


def test_how_likely_a_category_is_is_known_of_what_was_read(
    running_console: RunningConsole, browser: Browser
) -> None:
    """Every article that was read has a category score; the list of unsure ones starts with the
    least likely and shows scores under UNSURE thousandths in percent."""
    set_category_score(running_console, "Three evals I trust", 0.31)  # so that one is unlikely
    with open_app(running_console.instance.config) as app:
        rows, *_ = app.archive.store.browse.articles(Wanted(most=100))
        unsure_rows, *_ = app.archive.store.browse.articles(Wanted(filter="unsure", most=100))

    scores = [row.score for row in rows]

    assert scores
    assert all(score is not None and 0 <= score <= 1 for score in scores)

    unsure_scores = [row.score for row in unsure_rows if not row.article.hold]

    # without a score: at the end, as if 1
    assert unsure_scores == sorted(unsure_scores, key=lambda score: 1 if score is None else score)

    unlikely_percents = [
        round(100 * score) for score in unsure_scores if score and score < UNSURE / 1000
    ]
    shown_percents = re.findall(r"<b>.+: (\d+) % likely", browser.get("/articles").body)

    assert unlikely_percents
    assert [int(percent) for percent in shown_percents] == unlikely_percents


def test_what_was_confirmed_is_unsure_no_more(
    running_console: RunningConsole, browser: Browser
) -> None:
    """An article whose category the operator confirmed is no longer listed as unsure."""
    article = set_category_score(running_console, "What my scraper owes", 0.31)

    assert article.title in list_titles(browser, "/articles")

    # the form that confirms the category as it is; `seen`: the tags that it showed
    form = {
        "id": article.id,
        "tags": "",
        "category": article.category,
        "seen": "\n".join(article.tags),
        "next": "/articles",
    }
    running_console.finish_job(browser.post("/operations/set-tags", form))

    assert article.title not in list_titles(browser, "/articles")


def test_an_edit_is_seen_before_it_is_saved(
    running_console: RunningConsole, browser: Browser
) -> None:
    """An edit of title, excerpt and author is previewed as a difference, saved, published and
    undone; saving the outdated form again is refused."""
    article, path = find_article(running_console, "A seven-watt summariser")
    address = f"/articles/{article.id}"
    before = path.read_text()
    page = browser.get(address).body
    # the stamp says which state of the article the form shows
    (stamp,) = re.findall(r'name="stamp" value="([^"]+)"', page)
    form = {
        "stamp": stamp,
        "title": "Seven watts",
        "excerpt": "One sentence.",
        "author": "",
        "cover": "",
        "body": article.body,
    }
    body = browser.post(address, form | {"then": "preview"}).body

    assert "Preview of its entry" in body
    assert "+title: Seven watts" in unescape(body)
    assert path.read_text() == before

    job = running_console.finish_job(browser.post("/operations/edit", form | {"id": article.id}))
    after, _ = find_article(running_console, "Seven watts")

    assert after.title == "Seven watts"
    assert after.excerpt == "One sentence."
    assert after.author is None
    assert after.body == article.body
    assert "Seven watts" in (running_console.settings.public_dir / "all.atom").read_text()
    assert "Seven watts: edited" in browser.get(address).body  # its history

    # another edit with the stamp of before
    stale = running_console.wait_for_job(
        browser.post("/operations/edit", form | {"id": article.id, "title": "Late"}).job
    )

    assert stale.status == "failed"
    assert "edited meanwhile" in stale.said
    assert find_article(running_console, "Seven watts")[0].title == "Seven watts"

    running_console.finish_job(
        browser.post("/operations/undo", {"number": str(job.change), "next": "/"})
    )

    assert path.read_text() == before


@pytest.mark.parametrize(
    ("field", "value"), [("title", " "), ("cover", "javascript:alert(1)"), ("cover", "file:///x")]
)
def test_what_cannot_be_is_not_saved(
    running_console: RunningConsole, browser: Browser, field: str, value: str
) -> None:
    """An edit with an empty title or an unsafe cover address fails and leaves the file as it is."""
    article, path = find_article(running_console, "A Rust port nobody asked for")
    before = path.read_text()
    address = f"/articles/{article.id}"
    (stamp,) = re.findall(r'name="stamp" value="([^"]+)"', browser.get(address).body)
    job = running_console.wait_for_job(
        browser.post("/operations/edit", {"id": article.id, "stamp": stamp, field: value}).job
    )

    assert job.status == "failed"
    assert path.read_text() == before


def test_a_text_writes_no_key_of_the_file(
    running_console: RunningConsole, browser: Browser
) -> None:
    """Line breaks and markup in an edited title or author add no key to the front matter of the
    article's file, and are shown as text."""
    article, _ = find_article(running_console, "A Rust port nobody asked for")
    address = f"/articles/{article.id}"
    (stamp,) = re.findall(r'name="stamp" value="([^"]+)"', browser.get(address).body)
    evil = f"x'\nhold: true\nid: 'aaaa'\n---\n{EVIL}"
    form = {"id": article.id, "stamp": stamp, "title": evil, "author": evil}
    job = running_console.finish_job(browser.post("/operations/edit", form))
    after, _ = find_article(running_console, "alert(1)")  # a part of EVIL, now in its title

    assert after.id == article.id
    assert after.hold is False

    for page in (address, f"/changes/{job.change}", "/changes", "/articles?filter=all", "/"):
        assert "<script>alert" not in browser.get(page).body, page
    running_console.finish_job(
        browser.post("/operations/undo", {"number": str(job.change), "next": "/"})
    )


def test_copies_are_parted(running_console: RunningConsole, browser: Browser) -> None:
    """An article that was taken for a copy of another is split from it: it is published on its own,
    in the feed of everything."""
    copy, _ = find_article(running_console, "The pothole commons")

    assert "A copy of" in browser.get(f"/articles/{copy.id}").body

    running_console.finish_job(browser.post("/operations/split", {"id": copy.id, "next": "/"}))

    assert copy.url in (running_console.settings.public_dir / "all.atom").read_text()


def test_a_story_is_joined_and_left(running_console: RunningConsole, browser: Browser) -> None:
    """Two chosen articles are joined to a story, and one is split from it again. The page of an
    article has a heading for its story while it has one."""
    first, _ = find_article(running_console, "A seven-watt summariser")
    second, _ = find_article(running_console, "Three evals I trust")
    heading = "Other articles of its story"
    running_console.finish_job(
        browser.post("/each", {"act": "join", "id": [first.id, second.id], "next": "/articles"})
    )

    assert heading in browser.get(f"/articles/{first.id}").body

    running_console.finish_job(
        browser.post("/operations/split", {"id": first.id, "story": "true", "next": "/"})
    )

    assert heading not in browser.get(f"/articles/{first.id}").body


@pytest.mark.parametrize("id", ["nothing", "..%2F..%2Fconfig%2Fsources.toml", "%00", "a" * 300])
def test_an_id_names_an_article_and_no_file(browser: Browser, id: str) -> None:
    """An id that is no article, even a path, is a 404 and shows no file."""
    answer = browser.get(f"/articles/{id}")
    assert answer.status == 404
    assert "[[source]]" not in answer.body
