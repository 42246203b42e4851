"""Attacks on the API over real connections are refused."""

from __future__ import annotations

import http.client
import json
import stat
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from syndicator.app.clock import utc_now
from syndicator.console import security
from syndicator.core.errors import ConfigError, UsageError
from tests.console.api.client import Client
from tests.console.api.conftest import make_client
from tests.console.conftest import Browser, RunningConsole

ATTACKS = tomllib.loads(Path(__file__).with_name("attacks.toml").read_text())["attack"]
PATHS = ("/articles", "/status", "/openapi.json", "/jobs/1", "/nothing")


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_answered_while_there_is_no_token(
    running_console: RunningConsole, path: str
) -> None:
    """Until the first token is made, the API answers 404 everywhere and says how to make one."""
    file = security.find_tokens_file(running_console.settings.state_dir)
    file.unlink(missing_ok=True)
    status, detail = Client(running_console.port, "syn_x").problem("GET", path)

    assert status == 404
    assert "console --token" in detail


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_answered_without_a_valid_token(
    running_console: RunningConsole, reading_client: Client, path: str
) -> None:
    """A missing, altered or malformed token, or one in another header form, is answered 401 without
    a cookie."""
    for token in (
        "",
        "syn_",
        reading_client.token[:-1],
        reading_client.token + "x",
        reading_client.token.upper(),
        "\xe9",
        "a b",
    ):
        assert Client(running_console.port, token).problem("GET", path)[0] == 401
    for header in (
        reading_client.token,
        f"Basic {reading_client.token}",
        "Bearer",
        f"Bearer  {reading_client.token}",
    ):
        assert Client(running_console.port).problem("GET", path, Authorization=header)[0] == 401
    answer = Client(running_console.port).ask("GET", path)

    assert answer.headers["www-authenticate"] == "Bearer"
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("path", PATHS)
def test_a_token_for_programs_opens_no_part_of_the_api(
    running_console: RunningConsole, path: str
) -> None:
    """A token of the scope `programs` is for `syndicator mcp`; the API refuses it with 403 and says
    so."""
    file = security.find_tokens_file(running_console.settings.state_dir)
    token = security.create_token(file, "programs", "programs", 1, utc_now())
    status, detail = Client(running_console.port, token).problem("GET", path)

    assert status == 403
    assert "syndicator mcp" in detail


def test_a_session_of_the_console_is_no_token_and_a_token_no_session(
    running_console: RunningConsole, browser: Browser, reading_client: Client
) -> None:
    """Console cookies do not open the API, and API tokens do not open the console."""
    assert browser.get("/api/v1/status").status == 401

    answer = Browser(running_console.port).get("/", Authorization=f"Bearer {reading_client.token}")

    assert answer.status == 303
    assert answer.headers["location"].startswith("/login")


def test_a_token_in_the_address_does_not_count(
    running_console: RunningConsole, reading_client: Client
) -> None:
    """A token in the query string is ignored, as addresses end up in logs: the answer is 401."""
    path = f"/status?access_token={reading_client.token}"
    status, _ = Client(running_console.port).problem("GET", path)

    assert status == 401


def test_a_token_ends_when_it_expires_or_is_revoked(running_console: RunningConsole) -> None:
    """A token stops working when it expires, is revoked, or another one of its name is made; other
    tokens keep working."""
    path = security.find_tokens_file(running_console.settings.state_dir)
    yesterday = utc_now() - timedelta(days=1)

    # made yesterday, for a day
    expired_token = security.create_token(path, "old", "read", 1, yesterday)
    expired = Client(running_console.port, expired_token)

    assert expired.problem("GET", "/status")[0] == 401

    # made now, for a day
    other = make_client(running_console, "short", "read", days=1)

    assert other.get("/status")

    # two of one name
    first = make_client(running_console, "again", "read")
    second = make_client(running_console, "again", "read")

    assert first.problem("GET", "/status")[0] == 401
    assert second.get("/status")

    security.revoke_token(path, "again")

    assert second.problem("GET", "/status")[0] == 401
    assert other.get("/status")


def test_tokens_are_kept_as_hashes_in_a_private_file(
    running_console: RunningConsole, reading_client: Client
) -> None:
    """The tokens file has mode 0600 and only hashes; while others may read it, the API answers
    503."""
    path = security.find_tokens_file(running_console.settings.state_dir)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert reading_client.token not in path.read_text()
    assert reading_client.token.startswith("syn_")
    assert len(reading_client.token) > 40
    assert set(json.loads(path.read_text())) >= {"reader"}

    path.chmod(0o644)

    assert reading_client.problem("GET", "/status")[0] == 503
    with pytest.raises(ConfigError, match="chmod 600"):
        security.find_token(path, reading_client.token, utc_now())

    path.chmod(0o600)

    assert reading_client.get("/status")


@pytest.mark.parametrize("name", ["", "a\nb", "x" * 61])
def test_a_token_needs_a_name(running_console: RunningConsole, name: str) -> None:
    """A token cannot be made with an empty name, one with a line break or one over 60
    characters."""
    with pytest.raises(UsageError, match="is no name"):
        make_client(running_console, name, "read")


def test_only_names_of_the_console_are_answered(reading_client: Client) -> None:
    """The API refuses a request for a host name that is not the console's (DNS rebinding)."""
    assert reading_client.problem("GET", "/status", Host="evil.example")[0] == 421


def test_only_known_methods_are_answered(reading_client: Client) -> None:
    """Other methods than GET on `/status` get 405, and no CORS header opens the API to other
    sites."""
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "POST"):
        answer = reading_client.ask(method, "/status")
        assert answer.status == 405
        assert "access-control-allow-origin" not in answer.headers


def test_answers_are_kept_by_nobody_and_shown_by_no_browser(reading_client: Client) -> None:
    """Headers of the API forbid caches, type sniffing and any content in a browser."""
    headers = reading_client.ask("GET", "/status").headers

    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack["why"])
def test_no_attack_gets_through(
    running_console: RunningConsole,
    reading_client: Client,
    writing_client: Client,
    attack: dict[str, Any],
) -> None:
    """Each request of attacks.toml is refused with the stated status and leaves sources.toml. It
    may be sent with the token of a client (`as`); `{token}`, `{etag}` and `{digits}` in its headers
    and body are filled in. It is written without an HTTP client's care, so that it stays as odd."""
    path = running_console.instance.config / "sources.toml"
    before = path.read_bytes()
    clients = {
        "": Client(running_console.port),  # without a token
        "reader": reading_client,
        "writer": writing_client,
    }
    client = clients[attack.get("as", "")]
    value_by_placeholder = {
        "{token}": client.token or writing_client.token,
        "{etag}": reading_client.ask("GET", "/sources/holt").headers["etag"],
        "{digits}": "9" * 5000,
    }

    def fill_in(text: str) -> str:
        for placeholder, value in value_by_placeholder.items():
            text = text.replace(placeholder, value)
        return text

    headers = [(name, fill_in(value)) for name, value in attack["header"]]
    if client.token and "Authorization" not in dict(headers):
        headers.append(("Authorization", f"Bearer {client.token}"))
    connection = http.client.HTTPConnection("127.0.0.1", running_console.port, timeout=60)
    connection.putrequest(
        attack.get("method", "GET"), f"/api/v1{attack['path']}", skip_host="Host" in dict(headers)
    )
    body = fill_in(attack.get("body", "")).encode()
    for name, value in (*headers, ("Content-Length", str(len(body)))):
        connection.putheader(name, value)
    connection.endheaders(body)
    answer = connection.getresponse()
    document = json.loads(answer.read())
    connection.close()

    assert answer.status == attack["status"], document
    assert document["status"] == attack["status"]
    assert path.read_bytes() == before


@pytest.mark.parametrize("line", ["read", "read 2026-11-29 {hash}", "read never {hash}"])
def test_a_damaged_file_of_tokens_lets_nobody_in(
    running_console: RunningConsole, reading_client: Client, line: str
) -> None:
    """If a line of the tokens file is damaged, its token opens nothing: the answer is 503."""
    path = security.find_tokens_file(running_console.settings.state_dir)
    valid_tokens = path.read_bytes()
    digest = json.loads(valid_tokens)["reader"].split(" ")[2]
    path.write_text(json.dumps({"reader": line.format(hash=digest)}))
    try:
        assert reading_client.problem("GET", "/status")[0] == 503
    finally:
        path.write_bytes(valid_tokens)
