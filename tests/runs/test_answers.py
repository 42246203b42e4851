"""Searches that the server answers as feeds."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from syndicator.app.read_configuration import read_configuration
from syndicator.cli import app, load_commands
from syndicator.core.model import entry_urn
from syndicator.core.ports import ArticleRecord
from syndicator.core.requests import QUESTION_SECONDS
from syndicator.runs import daemon
from syndicator.upkeep.tags import rename
from tests.instances import Instance, store_articles

load_commands()
SETTINGS = '[site]\nurl = "https://feeds.example/"\n[publish]\ntag_min = 1\n'


def publish_texts(instance: Instance, content: str) -> None:
    sources = instance.config / "sources.toml"
    plain = re.sub("content = .*\n", "", sources.read_text())
    sources.write_text(plain.replace("[[source]]\n", f'[[source]]\ncontent = "{content}"\n'))


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    instance = Instance(tmp_path, settings=SETTINGS)
    publish_texts(instance, "full")
    with instance.open_app() as app:
        store_articles(
            app,
            "Chips",
            "Prices of GPUs rose.",
            tags=("AI", "GPU"),
            language="en-GB",
            excerpt="A sentence.",
        )
        store_articles(
            app,
            "Markets",
            "Inflation fell.",
            tags=("AI", "Finance"),
            language="en",
            excerpt="A sentence.",
        )
        store_articles(
            app,
            "Preise",
            "Die Inflation sinkt.",
            tags=("Finance",),
            language="de",
            source="two",
            excerpt="A sentence.",
        )
        store_articles(
            app,
            "人工知能の今",
            "新しい半導体。",
            tags=("AI",),
            language="ja",
            excerpt="A sentence.",
        )
    instance.build()
    return instance


def make_client(instance: Instance, **publish: Any) -> TestClient:
    read = read_configuration(instance.config, {})
    settings = read.settings.model_copy(
        update={"publish": read.settings.publish.model_copy(update=publish)}
    )
    read = replace(read, settings=settings)
    site = daemon.Site(settings, answers=daemon.Answers(instance.config, lambda: read))
    return TestClient(site, base_url="http://127.0.0.1", follow_redirects=False)


def list_titles(served: TestClient, name: str) -> list[str]:
    answer = served.get(f"/q/{name}.json")
    assert answer.status_code == 200, answer.text
    return sorted(item["title"] for item in answer.json()["items"])


CASES = [
    ("tag.ai", ["Chips", "Markets", "人工知能の今"]),
    ("tag.finance/tag.gpu", ["Chips", "Markets", "Preise"]),
    ("tag.ai/not.tag.finance", ["Chips", "人工知能の今"]),
    ("tag.ai/lang.en", ["Chips", "Markets"]),
    ("lang.de", ["Preise"]),
    ("source.two", ["Preise"]),
    ("words.inflation", ["Markets", "Preise"]),
    ("words.fell-inflation", ["Markets"]),
    ("not.words.inflation", ["Chips", "人工知能の今"]),
    ("words.gpu", ["Chips"]),
    ("words.半導体", ["人工知能の今"]),
    ("words.nowhere", []),
]


@pytest.mark.parametrize(("name", "expected"), CASES)
def test_what_is_asked_for_is_found(instance: Instance, name: str, expected: list[str]) -> None:
    """The server answers each search address with the titles of the matching articles."""
    assert list_titles(make_client(instance), name) == expected


@pytest.mark.parametrize(("name", "expected"), CASES)
def test_a_saved_question_finds_the_same_at_the_same_address_and_id(
    instance: Instance, name: str, expected: list[str]
) -> None:
    """A search answered by the server and the same search as a saved feed have the same
    articles, address and id; the server then sends the file."""
    answer_text = make_client(instance).get(f"/q/{name}.atom").text
    (instance.config / "feeds.toml").write_text(f'[[feed]]\nslug = "q/{name}"\n')
    instance.build()
    saved_feed = json.loads(instance.read_published(f"q/{name}.json"))

    assert sorted(item["title"] for item in saved_feed["items"]) == expected

    atom = instance.read_published(f"q/{name}.atom")

    assert (
        atom.partition("<id>")[2].partition("</id>")[0]
        == answer_text.partition("<id>")[2].partition("</id>")[0]
    )
    assert make_client(instance).get(f"/q/{name}.atom").text == atom, (
        "the server hands out the file"
    )


def test_an_address_is_answered_in_one_spelling_alone(instance: Instance) -> None:
    """Other spellings of a search redirect to the canonical address; a browser that opens its feed
    is sent to the page."""
    client = make_client(instance)
    for asked, canonical in (
        ("words.GPUs/tag.AI.atom", "../../q/tag.ai/words.gpu.atom"),
        ("tag.ai/tag.ai.rss", "../../q/tag.ai.rss"),
        ("words.node.js%20TCP.html", "../q/words.js-node-tcp.html"),
        ("words.%E4%BB%8A%E3%80%81AI.json", "../q/words.ai-%E4%BB%8A.json"),
    ):
        answer = client.get(f"/q/{asked}")
        assert answer.status_code == 301
        assert answer.headers["location"] == canonical
        assert client.get(canonical.replace("../", "/").replace("//", "/")).status_code == 200
    browser_answer = client.get("/q/tag.ai.atom", headers={"sec-fetch-dest": "document"})

    assert browser_answer.status_code == 303
    assert browser_answer.headers["location"] == "../q/tag.ai.html"
    assert "<h1" in client.get("/q/tag.ai.html").text


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("tag.ai.exe", 404),
        ("tag.ai", 404),
        (".atom", 400),
        ("color.red.atom", 400),
        ("tag..atom", 400),
        ("words.%00%ff.atom", 400),
        ("source.a%22b.atom", 400),
        ("words.TCP%2FIP.atom", 400),  # a slash is one however it is written; words have none
        ("lang.klingon.atom", 400),
        ("../tag.ai.atom", 404),
        ("words." + "-".join(f"word{number}" for number in range(13)) + ".atom", 400),
        ("words." + "x" * 5000 + ".atom", 400),
        ("/".join(["tag.ai"] * 500) + ".atom", 400),
        ("words." + "字" * 70 + ".atom", 400),
    ],
)
def test_what_is_no_question_is_refused_without_a_look_at_anything(
    instance: Instance, monkeypatch: pytest.MonkeyPatch, name: str, status: int
) -> None:
    """Invalid search addresses are refused before the database is opened."""
    monkeypatch.setattr("syndicator.runs.answers.open_read_only", None)
    answer = make_client(instance).get(f"/q/{name}")

    assert answer.status_code == status
    assert answer.text.endswith(".\n") or status == 400


def test_an_answer_has_validators_and_ids_as_everywhere(instance: Instance) -> None:
    """A search answer has entry ids, type and ETag as files have; it is not to be indexed and
    names no hub."""
    client = make_client(instance)
    answer = client.get("/q/tag.gpu.atom", headers={"accept-encoding": "identity"})
    with instance.open_app() as app:
        (article,) = (
            stored for stored in app.archive.store.index.each() if stored.title == "Chips"
        )
        assert entry_urn(app.archive.instance, article.id) in answer.text

    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert "hub" not in answer.headers["link"]
    assert 'href="https://feeds.example/q/tag.gpu.atom"' in answer.text

    for etag in (answer.headers["etag"], client.get("/q/tag.gpu.atom").headers["etag"]):
        again = client.get("/q/tag.gpu.atom", headers={"if-none-match": etag})
        assert again.status_code == 304
        assert again.content == b""

    assert client.head("/q/tag.gpu.atom").content == b""
    assert client.post("/q/tag.gpu.atom").status_code == 405


def test_an_answer_is_kept_until_the_search_changes_and_nothing_is_written(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer to a search is cached in memory until the next build; answering writes no file."""
    client = make_client(instance)
    before = {
        path: path.stat().st_mtime_ns for path in instance.folder.rglob("*") if path.is_file()
    }

    assert list_titles(client, "lang.de") == ["Preise"]
    assert {
        path: path.stat().st_mtime_ns for path in instance.folder.rglob("*") if path.is_file()
    } == before

    with monkeypatch.context() as patched:
        patched.setattr("syndicator.runs.answers.open_read_only", None)
        assert list_titles(client, "lang.de") == ["Preise"]
    with instance.open_app() as app:
        store_articles(app, "Neues", "Mehr.", language="de", excerpt="Ein Satz.")
    instance.build()

    assert list_titles(client, "lang.de") == ["Neues", "Preise"]


@pytest.mark.parametrize(
    ("content", "words"),
    [("excerpt", "inflation"), ("excerpt", "gpu-price"), ("link", "sentence")],
)
def test_words_that_are_not_published_find_nothing(
    instance: Instance, content: str, words: str
) -> None:
    """A search finds words of a text or excerpt only while that is published: not after a change to
    `content`."""
    assert list_titles(make_client(instance), f"words.{words}")

    publish_texts(instance, content)
    instance.build()

    assert list_titles(make_client(instance), f"words.{words}") == []
    assert list_titles(make_client(instance), "words.chip") == ["Chips"]


def test_what_is_held_back_or_gone_is_in_no_answer(instance: Instance) -> None:
    """Held articles are left out although the index still has them."""
    with instance.open_app() as app:
        (held,) = (
            article for article in app.archive.store.index.each() if article.title == "Chips"
        )
        path = app.archive.store.index.path(held.id)
        stored, stamp, _ = app.archive.article_store.put(
            replace(app.archive.article_store.get(path or ""), hold=True)
        )
        app.archive.store.visits.record(ArticleRecord(article=stored, stamp=stamp))
    assert list_titles(make_client(instance), "tag.ai") == ["Markets", "人工知能の今"], (
        "though the search still has it"
    )


def test_a_tag_that_was_renamed_is_asked_for_by_its_new_name(instance: Instance) -> None:
    """A search with the old name of a tag redirects to the one with its new name, and parts in
    another order to the right order."""
    with instance.open_app() as app:
        rename.write_rename(
            app.archive,
            app.configuration,
            rename.plan_rename(app.archive, app.configuration, "rename", "GPU", "Graphics chips"),
        )
    instance.build()
    answer = make_client(instance).get("/q/not.tag.gpu/tag.ai.atom")

    assert answer.status_code == 301

    moved = make_client(instance).get("/q/tag.ai/not.tag.gpu.atom")

    assert moved.status_code == 301
    assert moved.headers["location"] == "../../q/tag.ai/not.tag.graphics-chips.atom"
    assert list_titles(make_client(instance), "tag.ai/not.tag.graphics-chips") == [
        "Markets",
        "人工知能の今",
    ]


def test_questions_can_be_turned_off_and_wait_for_the_first_build(instance: Instance) -> None:
    """Searches answer 404 if they are turned off, and before the first build."""
    assert make_client(instance, questions=False).get("/q/tag.ai.atom").status_code == 404

    (instance.folder / "feeds/public/search/index.js").unlink()

    assert make_client(instance).get("/q/tag.ai.atom").status_code == 404


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ("tag.unheard-of", "the tag 'unheard-of'"),
        ("tag.ai/not.category.nowhere", "the category 'nowhere'"),
        ("source.three", "the source 'three'"),
        ("lang.fr/words.gpu", "the language 'fr'"),
    ],
)
def test_a_name_that_no_article_has_is_an_error(
    instance: Instance, question: str, message: str
) -> None:
    """A search for an unknown tag, category, source or language is a 404 that names it."""
    answer = make_client(instance).get(f"/q/{question}.atom")

    assert answer.status_code == 404
    assert answer.text == f"No article has {message}.\n"


@pytest.mark.parametrize(
    "address",
    [
        *(
            "q/words.GPUs/tag.AI",
            "https://feeds.example/q/tag.ai/words.gpu.rss",
            "/q/tag.ai/words.gpu.atom",
        ),
        *("tag.ai/words.gpu.atom", "https://old.example/q/tag.ai/words.gpu.atom"),
    ],
)
def test_a_command_makes_the_feed_of_an_address_a_file(instance: Instance, address: str) -> None:
    """`build --question` takes a search in any spelling, saves it once in feeds.toml and writes its
    feed."""
    words = ("build", "--question", address, "--config", str(instance.config))
    done = CliRunner().invoke(app, words, catch_exceptions=False)

    assert done.exit_code == 0, done.stdout

    feed = json.loads(instance.read_published("q/tag.ai/words.gpu.json"))

    assert feed["title"] == "AI, gpu"
    assert [item["title"] for item in feed["items"]] == ["Chips"]
    assert feed["feed_url"] == "https://feeds.example/q/tag.ai/words.gpu.json"
    assert "q/tag.ai/words.gpu.html" in instance.read_published("combine.html")

    again = CliRunner().invoke(app, words)

    assert again.exit_code == 0
    assert (instance.config / "feeds.toml").read_text().count("[[feed]]") == 1


def test_pages_offer_no_address_before_a_script_saw_that_something_answers(
    instance: Instance,
) -> None:
    """Search addresses are hidden until a script finds a server that answers."""
    assert '<p id="offered" hidden>' in instance.read_published("combine.html")
    assert '<p id="subscribe" hidden>' in instance.read_published("search.html")


def test_the_script_that_pages_look_for_says_whether_something_answers(instance: Instance) -> None:
    """q/answers.js is empty as a file and sets a flag when served."""
    assert instance.read_published("q/answers.js") == "", "the file"
    assert make_client(instance).get("/q/answers.js").text == "syndicator.isAnswered = true;\n"


@pytest.mark.parametrize("address", ["q/color.red.atom", "color.red"])
def test_what_asks_nothing_is_no_feed(instance: Instance, address: str) -> None:
    """`build --question` refuses an invalid search and creates no feeds.toml."""
    words = ("build", "--question", address, "--config", str(instance.config))
    done = CliRunner().invoke(app, words)

    assert done.exit_code != 0
    assert "'color.red' is no valid part; write tag.…" in str(done.exception)
    assert not (instance.config / "feeds.toml").exists()


def test_a_question_has_so_many_seconds_of_cpu(instance: Instance) -> None:
    """A search that uses more CPU than QUESTION_SECONDS is refused with advice. The fake `cpu`
    clock jumps at each look; a word in no article needs none."""
    configuration = read_configuration(instance.config, {})
    cpu_seconds = [0.0]

    def cpu() -> float:
        cpu_seconds[0] += 2 * QUESTION_SECONDS
        return cpu_seconds[0]

    site = daemon.Site(
        configuration.settings,
        answers=daemon.Answers(instance.config, lambda: configuration, cpu=cpu),
    )
    client = TestClient(site, base_url="http://127.0.0.1", follow_redirects=False)
    answer = client.get("/q/tag.ai/lang.en/words.gpu.atom")

    assert answer.status_code == 400
    assert answer.text == "This question takes too long; leave out some names or words.\n"
    assert client.get("/q/words.nowhere.atom").status_code == 200, "nothing is looked at"
