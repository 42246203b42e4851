"""Operations through the API: dry run, apply, undo, conflicting edits, jobs, attacks."""

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
from tests.console.conftest import Browser, RunningConsole

JSON = {"Content_Type": "application/json"}


def post_operation(
    client: Client, name: str, arguments: Any, query: str = "", **headers: str
) -> Answer:
    return client.ask(
        "POST", f"/operations/{name}{query}", json.dumps(arguments), **JSON, **headers
    )


def finish_operation(
    client: Client, name: str, arguments: Any, query: str = "", **headers: str
) -> dict[str, Any]:
    """The job of an operation that went well, once its feeds are built."""
    answer = post_operation(client, name, arguments, query, **headers)
    assert answer.status in (200, 202), answer
    job: dict[str, Any] = answer.json
    while job["status"] not in ("done", "failed", "cancelled"):
        job = client.get(f"/jobs/{job['id']}")
    assert job["status"] == "done", job
    return job


def get_article(client: Client, place: int = 0) -> dict[str, Any]:
    result: dict[str, Any] = client.get("/articles?source=holt")["items"][place]
    return result


def read_instance_files(running_console: RunningConsole) -> dict[str, bytes]:
    roots = (running_console.instance.config, running_console.instance.folder / "feeds/articles")
    return {
        str(path): path.read_bytes() for root in roots for path in root.rglob("*") if path.is_file()
    }


def test_a_dry_run_changes_nothing_and_a_change_is_undone(
    running_console: RunningConsole, writing_client: Client
) -> None:
    """A dry run changes no file and is not logged; the real withdrawal is logged with the token's
    name and can be undone."""
    article_id = get_article(writing_client)["id"]
    before = read_instance_files(running_console)
    changes_before = writing_client.get("/changes")["items"]
    dry_run = finish_operation(writing_client, "withdraw", {"id": article_id}, "?dry_run=true")

    assert dry_run["dry_run"]
    assert dry_run["result"]["withdrawn"] == article_id
    assert dry_run["change"] is None
    assert read_instance_files(running_console) == before
    assert writing_client.get("/changes")["items"] == changes_before

    job = finish_operation(writing_client, "withdraw", {"id": article_id})

    assert writing_client.ask("GET", f"/articles/{article_id}").status == 404

    change = writing_client.get("/changes")["items"][0]

    assert int(change["id"]) == job["change"]
    assert change["who"] == "token writer"
    assert change["act"] == "withdraw"

    finish_operation(writing_client, "undo", {"number": job["change"]})

    assert get_article(writing_client)["id"] == article_id
    assert [item["taken_back"] for item in writing_client.get("/changes")["items"]][:2] == [
        False,
        True,
    ]


def test_an_edit_is_made_of_what_was_shown_and_of_nothing_else(
    running_console: RunningConsole, writing_client: Client
) -> None:
    """An edit with the ETag of an outdated article is refused with 412; with the current one it
    changes only the given field."""
    article_id = get_article(writing_client, 1)["id"]
    etag = writing_client.ask("GET", f"/articles/{article_id}").headers["etag"]
    finish_operation(
        writing_client, "edit", {"id": article_id, "title": "By the first"}, If_Match=etag
    )
    status, detail = writing_client.problem(
        "POST",
        "/operations/edit",
        json.dumps({"id": article_id, "title": "By the second"}),
        **JSON,
        If_Match=etag,
    )

    assert status == 412
    assert "edited meanwhile" in detail

    status, _ = writing_client.problem(
        "POST", "/operations/edit", json.dumps({"id": "no meanwhile"}), **JSON, If_Match=etag
    )

    assert status == 409  # whatever its words are, it is no edit

    again = writing_client.ask("GET", f"/articles/{article_id}")

    assert again.json["title"] == "By the first"
    assert again.headers["etag"] != etag

    finish_operation(
        writing_client,
        "edit",
        {"id": article_id, "excerpt": "Of the second."},
        If_Match=again.headers["etag"],
    )
    article = writing_client.get(f"/articles/{article_id}")

    assert article["title"] == "By the first"
    assert article["excerpt"] == "Of the second."


def test_a_token_that_reads_may_try_and_not_change(
    running_console: RunningConsole, reading_client: Client
) -> None:
    """A `read` token may only ask and dry-run; every operation that changes something is 403."""
    article_id = get_article(reading_client)["id"]
    before = read_instance_files(running_console)
    changing = [
        name for name, operation in list_offered_operations().items() if not operation.is_question
    ]
    for name in changing:
        assert post_operation(reading_client, name, {"id": article_id}).status == 403
        assert (
            post_operation(reading_client, name, {"id": article_id}, "?dry_run=false").status == 403
        )

    assert finish_operation(reading_client, "withdraw", {"id": article_id}, "?dry_run=true")[
        "dry_run"
    ]
    assert read_instance_files(running_console) == before


def test_a_token_that_writes_may_not_change_settings(
    running_console: RunningConsole, reading_client: Client, writing_client: Client
) -> None:
    """Changing settings needs the scope `settings`; `read` and `write` tokens may only dry-run
    it."""
    before = read_instance_files(running_console)
    values = {"values": ["publish.limit=81"]}
    for client in (reading_client, writing_client):
        assert post_operation(client, "change-settings", values).status == 403
        assert finish_operation(client, "change-settings", values, "?dry_run=true")["result"] == {
            "publish.limit": 81
        }

    assert read_instance_files(running_console) == before


def test_a_token_for_settings_may_change_them_and_only_it_takes_them_back(
    running_console: RunningConsole, writing_client: Client, settings_client: Client
) -> None:
    """Only a `settings` token may change settings, or undo such a change; a `write` token may undo
    other changes."""
    path = running_console.instance.config / "syndicator.toml"
    before = path.read_text()
    changed = finish_operation(
        settings_client, "change-settings", {"values": ["publish.limit=81"]}
    )["change"]
    after = path.read_text()

    assert tomllib.loads(after)["publish"]["limit"] == 81

    for number in (str(changed), f" {changed} "):
        status, detail = writing_client.problem(
            "POST", "/operations/undo", json.dumps({"number": number}), **JSON
        )
        assert status == 403
        assert "--settings" in detail

    assert path.read_text() == after

    undo_number = finish_operation(settings_client, "undo", {"number": str(changed)})["change"]

    assert path.read_text() == before
    # which would set it again
    assert post_operation(writing_client, "undo", {"number": str(undo_number)}).status == 403

    article_id = get_article(settings_client)["id"]
    withdrawal = finish_operation(settings_client, "withdraw", {"id": article_id})["change"]
    finish_operation(writing_client, "undo", {"number": str(withdrawal)})  # no setting

    assert writing_client.get(f"/articles/{article_id}")["id"] == article_id


def test_a_token_of_an_unknown_scope_reads(
    running_console: RunningConsole, settings_client: Client
) -> None:
    """A token with a scope that is not known may only read: a withdrawal is 403."""
    path = security.find_tokens_file(running_console.settings.state_dir)
    tokens = path.read_text()
    path.write_text(tokens.replace('"settings ', '"everything '))
    try:
        assert (
            post_operation(
                settings_client, "withdraw", {"id": get_article(settings_client)["id"]}
            ).status
            == 403
        )
    finally:
        path.write_text(tokens)


def test_jobs_are_seen_and_cancelled_by_their_token_alone(
    running_console: RunningConsole, reading_client: Client, writing_client: Client
) -> None:
    """A token sees and cancels only its own jobs; those of another token or of the console are
    404."""
    job = finish_operation(
        writing_client, "withdraw", {"id": get_article(writing_client)["id"]}, "?dry_run=true"
    )
    console_job = running_console.console.queue.add(
        "rest", {"key": "holt"}, who="operator", requested="2026-11-29T00:00:00+00:00"
    )
    for job_id in (job["id"], console_job.id):
        assert reading_client.problem("GET", f"/jobs/{job_id}")[0] == 404
        assert reading_client.problem("POST", f"/jobs/{job_id}/cancel")[0] == 404

    assert reading_client.get("/jobs")["items"] == [] or job["id"] not in {
        item["id"] for item in reading_client.get("/jobs")["items"]
    }
    assert writing_client.get(f"/jobs/{job['id']}")["status"] == "done"

    waiting = running_console.console.queue.get(console_job.id)

    assert waiting is not None
    assert waiting.status != "cancelled"

    own_job = running_console.console.queue.add(
        "rest", {"key": "holt"}, who="token writer", requested="2026-11-29T00:00:00+00:00"
    )

    assert writing_client.ask("POST", f"/jobs/{own_job.id}/cancel").json["status"] == "cancelled"


def test_what_takes_long_is_a_job_to_come_back_to(writing_client: Client) -> None:
    """An operation that is not waited for (`wait=0`) is answered with the address of its job."""
    answer = post_operation(
        writing_client,
        "withdraw",
        {"id": get_article(writing_client)["id"]},
        "?dry_run=true&wait=0",
    )
    assert answer.status in (200, 202)
    assert answer.headers["location"] == f"/api/v1/jobs/{answer.json['id']}"


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
    writing_client: Client, body: bytes, kind: str, status: int
) -> None:
    """A body that is no JSON object, has another media type, or has unknown or wrong arguments is
    refused."""
    assert (
        writing_client.problem("POST", "/operations/withdraw", body, Content_Type=kind)[0] == status
    )


def test_what_cannot_be_done_is_a_problem(writing_client: Client) -> None:
    """Unknown operations, articles, changes and query values are answered with a problem document
    and its status."""
    assert writing_client.problem("POST", "/operations/nothing", "{}", **JSON)[0] == 404
    assert (
        writing_client.problem("POST", "/operations/withdraw", '{"id": "nowhere"}', **JSON)[0]
        == 409
    )
    assert (
        writing_client.problem("POST", "/operations/withdraw?dry_run=perhaps", "{}", **JSON)[0]
        == 422
    )
    assert (
        writing_client.problem(
            "POST", "/operations/withdraw", '{"id": "x"}', **JSON, If_Match='"x"'
        )[0]
        == 422
    )
    assert (
        writing_client.problem("POST", "/operations/undo", '{"number": "999999"}', **JSON)[0] == 409
    )


def test_a_body_beyond_what_the_server_takes_is_not_read(writing_client: Client) -> None:
    """A request body over three megabytes is refused with 413."""
    answer = writing_client.ask("POST", "/operations/edit", b"{" + b" " * 3_100_000 + b"}", **JSON)
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
def test_no_path_leads_out_of_the_articles(
    running_console: RunningConsole, writing_client: Client, path: str
) -> None:
    """A path in place of an article id is refused by every operation, and no file is read or
    changed."""
    before = read_instance_files(running_console)
    for name in ("withdraw", "hide", "edit", "release", "split"):
        answer = post_operation(writing_client, name, {"id": path})
        assert answer.status in (409, 422), answer
        assert "root:" not in answer.text
    assert read_instance_files(running_console) == before


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
    running_console: RunningConsole, writing_client: Client, text: str
) -> None:
    """Whatever a tag's new name is, the taxonomy stays valid and gets no other key."""
    path = running_console.instance.config / "taxonomy.toml"
    before = tomllib.loads(path.read_text())
    for name, arguments in (
        ("add-tag", {"name": text}),
        ("rename-tag", {"old": "AI", "new": text}),
    ):
        post_operation(writing_client, name, arguments)
    after = tomllib.loads(path.read_text())

    assert after.keys() == before.keys()
    assert after["category"] == before["category"]

    known = {str(tag["name"]) for tag in before["tag"]}

    assert all(set(tag) <= {"name", "aliases", "description"} for tag in after["tag"])
    assert {str(tag["name"]) for tag in after["tag"]} - known <= {
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
    running_console: RunningConsole,
    writing_client: Client,
    name: str,
    arguments: dict[str, Any],
    status: int,
) -> None:
    """A program cannot send environment variables or local files anywhere through a source or a
    look: all are refused, nothing changes."""
    before = read_instance_files(running_console)
    assert post_operation(writing_client, name, arguments).status == status
    assert read_instance_files(running_console) == before


def test_who_only_reads_reaches_no_private_network(reading_client: Client) -> None:
    """A `read` token cannot allow itself requests to the private network."""
    asked = {"address": f"http://127.0.0.1:{reading_client.port}/", "allow": ["127.0.0.1"]}
    assert post_operation(reading_client, "look", asked).status == 403


@pytest.mark.parametrize("field", ["title", "category", "language", "mute", "every", "licence"])
def test_no_field_of_a_source_becomes_another_line(
    running_console: RunningConsole, writing_client: Client, field: str
) -> None:
    """Line breaks and quotes in a field cannot add keys or sources to sources.toml."""
    path = running_console.instance.config / "sources.toml"
    before = {source["key"]: source for source in tomllib.loads(path.read_text())["source"]}
    for text in (
        'X"\nevil = true',
        'X"\n[[source]]\nkey = "evil"\nurl = "https://evil.example/"',
        "X'''\nevil = 1",
    ):
        post_operation(writing_client, "change-source", {"key": "holt", field: text})
        after = {source["key"]: source for source in tomllib.loads(path.read_text())["source"]}
        changed = after.pop("holt")
        assert after == {key: source for key, source in before.items() if key != "holt"}
        assert changed.keys() <= {*before["holt"], field}


def test_an_edit_cannot_write_a_field_of_the_file(
    running_console: RunningConsole, writing_client: Client
) -> None:
    """Line breaks in an edited title or excerpt add no field to the front matter: id and `hold`
    stay."""
    article_id = get_article(writing_client, 2)["id"]
    finish_operation(
        writing_client,
        "edit",
        {"id": article_id, "title": "A\n---\nid: evil\nhold: true\n", "excerpt": "B\nhold: true"},
    )
    article = writing_client.get(f"/articles/{article_id}")

    assert article["id"] == article_id
    assert article["hold"] is False


def test_two_browsers_a_shell_and_a_program_edit_one_source_and_lose_nothing(
    running_console: RunningConsole, browser: Browser, writing_client: Client
) -> None:
    """A program, two browsers, an editor and the shell change different fields of one source, and
    all changes stay; only the program's outdated ETag is refused."""
    path = running_console.instance.config / "sources.toml"
    second_browser = running_console.browser()
    etag = writing_client.ask("GET", "/sources/launchbeat").headers["etag"]
    finish_operation(
        writing_client,
        "change-source",
        {"key": "launchbeat", "title": "Of the program"},
        If_Match=etag,
    )
    running_console.finish_job(
        browser.post(
            "/operations/change-source", {"key": "launchbeat", "every": "2h", "then": "apply"}
        )
    )
    path.write_text(path.read_text().replace('"Of the program"', '"Of the program"  # by hand'))
    running_console.finish_job(
        second_browser.post(
            "/operations/change-source", {"key": "launchbeat", "tags": "Money", "then": "apply"}
        )
    )
    running_console.instance.run_command(
        "change", "change-source", "launchbeat", "--language", "en"
    )
    late_edit = json.dumps({"key": "launchbeat", "title": "Too late"})

    assert (
        writing_client.problem(
            "POST", "/operations/change-source", late_edit, **JSON, If_Match=etag
        )[0]
        == 412
    )

    [source] = [
        table for table in tomllib.loads(path.read_text())["source"] if table["key"] == "launchbeat"
    ]
    edited = {name: source[name] for name in ("title", "every", "tags", "language")}

    assert edited == {"title": "Of the program", "every": "2h", "tags": ["Money"], "language": "en"}
    assert "# by hand" in path.read_text()


def test_a_program_imports_a_text_and_no_file_of_this_machine(
    running_console: RunningConsole, writing_client: Client
) -> None:
    """A program may import the text of an article, but not name a local file; a path beside the
    text is ignored."""
    text = (
        "---\ntitle: Of elsewhere\ndate: 2026-02-11\nsource: https://else.example/a\n---\nA text.\n"
    )
    (article,) = finish_operation(writing_client, "import-articles", {"text": text})["result"][
        "articles"
    ]

    assert writing_client.get(f"/articles/{article['id']}")["title"] == "Of elsewhere"

    for files in ({"a.md": "/etc/hostname"}, {}):
        assert post_operation(writing_client, "import-articles", {"files": files}).status == 422

    # is known already
    assert (
        post_operation(
            writing_client, "import-articles", {"text": text, "path": "../../etc/x.md"}
        ).status
        == 200
    )


def test_who_reads_sees_no_secret_of_what_others_asked_for(
    running_console: RunningConsole, reading_client: Client, writing_client: Client
) -> None:
    """A secret in the address of a source is hidden from a `read` token in every answer."""
    secret = "https://holt.example/feed?token=c2VjcmV0IQ"
    finish_operation(writing_client, "change-source", {"key": "holt", "url": secret})
    try:
        for path in ("/changes", "/jobs", "/sources", "/sources/holt", "/status", "/conditions"):
            assert "c2VjcmV0IQ" not in reading_client.ask("GET", path).text, path
    finally:
        finish_operation(
            writing_client, "undo", {"number": writing_client.get("/changes")["items"][0]["id"]}
        )


def test_a_token_that_asks_for_very_much_waits_and_leaves_places_to_others(
    running_console: RunningConsole,
    reading_client: Client,
    writing_client: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One token may have a quarter of eight places for waiting jobs: its third job is 429, another
    token's is taken."""
    monkeypatch.setattr(running_console.console.runner, "wake", lambda: None)
    monkeypatch.setattr(running_console.console.queue, "_tokens", Shares[Job](8))
    answers = [
        post_operation(reading_client, "wake", {"key": "holt"}, "?dry_run=true&wait=0")
        for _ in range(3)
    ]

    assert [answer.status for answer in answers] == [202, 202, 429]
    assert answers[-1].headers["retry-after"]

    other = post_operation(writing_client, "wake", {"key": "holt"}, "?dry_run=true&wait=0")

    assert other.status == 202

    for client, answer in (
        (reading_client, answers[0]),
        (reading_client, answers[1]),
        (writing_client, other),
    ):
        assert client.ask("POST", f"/jobs/{answer.json['id']}/cancel").status == 200
    again = post_operation(reading_client, "wake", {"key": "holt"}, "?dry_run=true&wait=0")

    assert again.status == 202, "a job that is queued no more takes no place"
    assert reading_client.ask("POST", f"/jobs/{again.json['id']}/cancel").status == 200
