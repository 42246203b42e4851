"""Answers of the API about an instance that followed five sources."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from syndicator.console.api.server import make_openapi_document
from tests.console.api.client import Client
from tests.console.conftest import Browser, RunningConsole


def list_all_items(client: Client, path: str, limit: int) -> list[Any]:
    """All items, page by page."""
    results = []
    cursor = ""
    join = "&" if "?" in path else "?"
    while True:
        page = client.get(f"{path}{join}limit={limit}&cursor={cursor}")
        assert len(page["items"]) <= limit
        results += page["items"]
        if not (cursor := page["next"]):
            return results


@pytest.mark.parametrize("name", ["articles", "sources", "feeds", "conditions", "changes", "jobs"])
def test_pages_have_every_item_once(reading_client: Client, name: str) -> None:
    """Paging by two gives the same items as one page, none twice; changes and jobs may be empty."""
    whole = list_all_items(reading_client, f"/{name}", 100)

    assert list_all_items(reading_client, f"/{name}", 2) == whole
    assert len({str(item) for item in whole}) == len(whole)
    assert whole or name in ("changes", "jobs")


def test_articles_are_newest_first_and_can_be_chosen(reading_client: Client) -> None:
    """`/articles` is newest first, and can be filtered by source, words and doubtful tags."""
    articles = list_all_items(reading_client, "/articles", 100)

    assert all(newer["added"] >= older["added"] for newer, older in pairwise(articles))

    chosen = list_all_items(reading_client, "/articles?source=holt", 1)

    assert chosen == [article for article in articles if article["source"] == "holt"]
    assert len(chosen) > 1

    word = max(chosen[0]["title"].split(), key=len)

    assert chosen[0] in list_all_items(reading_client, f"/articles?words={word}&filter=all", 100)
    assert {
        item["id"] for item in list_all_items(reading_client, "/articles?filter=unsure", 1)
    } <= {article["id"] for article in articles}


def test_articles_of_a_search_can_be_sorted(reading_client: Client) -> None:
    """With `sort=newest`, found articles are newest first rather than best first."""
    articles = list_all_items(reading_client, "/articles?language=en&sort=newest", 100)
    assert len(articles) > 1
    assert all(newer["added"] >= older["added"] for newer, older in pairwise(articles))


def test_the_document_has_the_fields_of_articles(reading_client: Client) -> None:
    """The OpenAPI document names exactly the fields that articles have, in lists and alone."""
    schemas = make_openapi_document()["components"]["schemas"]
    listed_article = reading_client.get("/articles?limit=1")["items"][0]

    assert listed_article.keys() == schemas["ListedArticle"]["properties"].keys()

    whole_article = reading_client.get(f"/articles/{listed_article['id']}")

    assert whole_article.keys() == schemas["Article"]["properties"].keys()


def test_an_article_and_a_source_have_the_etag_of_what_can_be_edited(
    running_console: RunningConsole, reading_client: Client
) -> None:
    """Articles and sources have an ETag: unchanged they are answered 304, after an edit of the
    source's table it differs."""
    article_id = reading_client.get("/articles?limit=1")["items"][0]["id"]
    for path, field in ((f"/articles/{article_id}", "title"), ("/sources/holt", "url")):
        answer = reading_client.ask("GET", path)
        assert answer.status == 200
        assert answer.json[field]
        again = reading_client.ask("GET", path, If_None_Match=answer.headers["etag"])
        assert again.status == 304
        assert again.text == ""
    sources = running_console.instance.config / "sources.toml"
    before = reading_client.ask("GET", "/sources/holt").headers["etag"]
    sources.write_text(sources.read_text().replace('key = "holt"', 'key = "holt"\nllm = false', 1))

    assert reading_client.ask("GET", "/sources/holt").headers["etag"] != before


def test_the_status_is_that_of_the_instance(reading_client: Client) -> None:
    """`/status` counts all articles and the fine sources; `/conditions` has the failing source."""
    status = reading_client.get("/status")

    assert status["articles"] == len(list_all_items(reading_client, "/articles", 100))
    assert status["fine"] >= 1
    assert "source-failing" in {item["kind"] for item in reading_client.get("/conditions")["items"]}


def test_changes_have_what_the_console_did(
    running_console: RunningConsole, browser: Browser, reading_client: Client
) -> None:
    """A pause from the console's form ("rest") is the newest change in the API, with its subject
    and author."""
    running_console.finish_job(browser.post("/operations/rest", {"key": "holt", "next": "/"}))
    change = reading_client.get("/changes")["items"][0]

    assert change["act"] == "rest"
    assert change["subject"] == "holt"
    assert change["who"] == "operator"
    assert change["taken_back"] is False


@pytest.mark.parametrize(
    ("path", "status", "detail"),
    [
        ("/articles?limit=0", 422, "no number from 1 to 100"),
        ("/articles?limit=101", 422, "no number"),
        ("/articles?limit=x", 422, "no number"),
        ("/articles?filter=x", 422, "is none of"),
        ("/articles?nothing=1", 422, "unknown key 'nothing'"),
        ("/articles?cursor=1", 422, "begin anew"),
        ("/articles?sort=x", 422, "is none of best, newest"),
        ("/articles?story=x", 422, "there is no story 'x'"),
        ("/articles?tag=nowhere", 422, "no article has the tag 'nowhere'"),
        ("/articles?source=nowhere", 422, "no article has the source 'nowhere'"),
        ("/articles?language=tlh", 422, "no article has the language 'tlh'"),
        ("/articles?after=yesterday", 400, "after: needs a year, month or day"),
        ("/articles?words=" + "(" * 900 + "a" + ")" * 900, 400, "more than 1000 characters"),
        ("/articles?words=" + "(" * 400 + "a" + ")" * 400, 400, "50 nested parentheses"),
        ("/articles?words=" + "a%20" * 400, 400, "more than 50 terms"),
        ("/articles?words=" + "a%20" * 1500, 400, "more than 1000 characters"),
        ("/articles?words=a%00b", 400, "a control character"),
        ("/articles?words=%22", 400, "a quotation mark is never closed"),
        ("/articles/nothing", 404, "there is no article"),
        ("/articles/..%2F..%2Fconfig%2Fsyndicator.toml", 404, ""),
        ("/articles/%00", 404, ""),
        ("/sources/..%2fsources.toml", 404, ""),
        ("/sources/nothing", 404, "nothing"),
        ("/jobs/..%2f..%2ftokens", 404, ""),
        ("/nothing", 404, "Not Found"),
        ("/articles/", 404, ""),
    ],
)
def test_what_cannot_be_answered_is_a_problem(
    reading_client: Client, path: str, status: int, detail: str
) -> None:
    """A wrong parameter, id or path is answered with the status and the reason, and never with a
    file."""
    answered_status, answered_detail = reading_client.problem("GET", path)
    assert answered_status == status
    assert detail in answered_detail


@pytest.mark.parametrize("name", ["articles", "sources"])
def test_a_list_has_so_many_parameters(reading_client: Client, name: str) -> None:
    """A request may have 100 parameters; 3,000 are 400, and 50 work."""
    parameter = "words=zq"
    too_many = "&".join([parameter] * 3000)
    enough = "&".join([parameter] * 50)

    assert reading_client.problem("GET", f"/{name}?{too_many}") == (400, "at most 100 parameters")
    assert reading_client.get(f"/{name}?{enough}")["items"] == []  # no text has the word


def test_the_document_names_every_path(reading_client: Client) -> None:
    """The API serves the OpenAPI 3.1 document, and every path in it exists."""
    document = reading_client.get("/openapi.json")

    assert document == make_openapi_document()
    assert document["openapi"].startswith("3.1")

    for path in document["paths"]:
        assert reading_client.ask("GET", path.format(key="x", name="x")).status in (
            200,
            404,
            405,
        ), path
