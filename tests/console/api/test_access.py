"""Attacks on the API, each over a real connection: nothing gets through."""

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
from tests.console.api.conftest import made
from tests.console.conftest import Browser, Served

ATTACKS = tomllib.loads(Path(__file__).with_name("attacks.toml").read_text())["attack"]
PATHS = ("/articles", "/status", "/openapi.json", "/jobs/1", "/nothing")


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_answered_while_there_is_no_token(served: Served, path: str) -> None:
    file = security.find_tokens_file(served.settings.state_dir)
    file.unlink(missing_ok=True)
    status, detail = Client(served.port, "syn_x").problem("GET", path)
    assert status == 404 and "console --token" in detail


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_answered_without_a_valid_token(
    served: Served, reader: Client, path: str
) -> None:
    for token in (
        "",
        "syn_",
        reader.token[:-1],
        reader.token + "x",
        reader.token.upper(),
        "\xe9",
        "a b",
    ):
        assert Client(served.port, token).problem("GET", path)[0] == 401
    for header in (reader.token, f"Basic {reader.token}", "Bearer", f"Bearer  {reader.token}"):
        assert Client(served.port).problem("GET", path, Authorization=header)[0] == 401
    answer = Client(served.port).ask("GET", path)
    assert answer.headers["www-authenticate"] == "Bearer" and "set-cookie" not in answer.headers


@pytest.mark.parametrize("path", PATHS)
def test_a_token_for_programs_opens_no_part_of_the_api(served: Served, path: str) -> None:
    file = security.find_tokens_file(served.settings.state_dir)
    token = security.create_token(file, "programs", "programs", 1, utc_now())
    status, detail = Client(served.port, token).problem("GET", path)
    assert status == 403 and "syndicator mcp" in detail


def test_a_session_of_the_console_is_no_token_and_a_token_no_session(
    served: Served, browser: Browser, reader: Client
) -> None:
    assert browser.get("/api/v1/status").status == 401
    answer = Browser(served.port).get("/", Authorization=f"Bearer {reader.token}")
    assert answer.status == 303 and answer.headers["location"].startswith("/login")


def test_a_token_in_the_address_does_not_count(served: Served, reader: Client) -> None:
    assert Client(served.port).problem("GET", f"/status?access_token={reader.token}")[0] == 401


def test_a_token_ends_when_it_expires_or_is_revoked(served: Served) -> None:
    path, now = security.find_tokens_file(served.settings.state_dir), utc_now()
    old = Client(
        served.port, security.create_token(path, "old", "read", 1, now - timedelta(days=1))
    )
    assert old.problem("GET", "/status")[0] == 401
    short = made(served, "short", "read", days=1)
    assert short.get("/status")
    first, second = made(served, "again", "read"), made(served, "again", "read")
    assert first.problem("GET", "/status")[0] == 401 and second.get("/status")
    security.revoke_token(path, "again")
    assert second.problem("GET", "/status")[0] == 401 and short.get("/status")


def test_tokens_are_kept_as_hashes_in_a_private_file(served: Served, reader: Client) -> None:
    path = security.find_tokens_file(served.settings.state_dir)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (
        reader.token not in path.read_text()
        and reader.token.startswith("syn_")
        and len(reader.token) > 40
    )
    assert set(json.loads(path.read_text())) >= {"reader"}
    path.chmod(0o644)
    assert reader.problem("GET", "/status")[0] == 503
    with pytest.raises(ConfigError, match="chmod 600"):
        security.find_token(path, reader.token, utc_now())
    path.chmod(0o600)
    assert reader.get("/status")


@pytest.mark.parametrize("name", ["", "a\nb", "x" * 61])
def test_a_token_needs_a_name(served: Served, name: str) -> None:
    with pytest.raises(UsageError, match="is no name"):
        made(served, name, "read")


def test_only_names_of_the_console_are_answered(reader: Client) -> None:
    """DNS rebinding."""
    assert reader.problem("GET", "/status", Host="evil.example")[0] == 421


def test_only_known_methods_are_answered(reader: Client) -> None:
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "POST"):
        answer = reader.ask(method, "/status")
        assert answer.status == 405 and "access-control-allow-origin" not in answer.headers


def test_answers_are_kept_by_nobody_and_shown_by_no_browser(reader: Client) -> None:
    headers = reader.ask("GET", "/status").headers
    assert headers["cache-control"] == "no-store" and headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack["why"])
def test_no_attack_gets_through(
    served: Served, reader: Client, writer: Client, attack: dict[str, Any]
) -> None:
    path = served.instance.config / "sources.toml"
    before = path.read_bytes()
    client = {"reader": reader, "writer": writer}.get(attack.get("as", ""), Client(served.port))
    etag = reader.ask("GET", "/sources/holt").headers["etag"]
    known = {"{token}": client.token or writer.token, "{etag}": etag, "{digits}": "9" * 5000}

    def filled(text: str) -> str:
        for name, value in known.items():
            text = text.replace(name, value)
        return text

    headers = [(name, filled(value)) for name, value in attack["header"]]
    if client.token and "Authorization" not in dict(headers):
        headers.append(("Authorization", f"Bearer {client.token}"))
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=60)
    connection.putrequest(
        attack.get("method", "GET"), f"/api/v1{attack['path']}", skip_host="Host" in dict(headers)
    )
    body = filled(attack.get("body", "")).encode()
    for name, value in (*headers, ("Content-Length", str(len(body)))):
        connection.putheader(name, value)
    connection.endheaders(body)
    answer = connection.getresponse()
    found = json.loads(answer.read())
    connection.close()
    assert (answer.status, found["status"]) == (attack["status"], attack["status"]), found
    assert path.read_bytes() == before


@pytest.mark.parametrize("line", ["read", "read 2026-11-29 {hash}", "read never {hash}"])
def test_a_damaged_file_of_tokens_lets_nobody_in(served: Served, reader: Client, line: str) -> None:
    path = security.find_tokens_file(served.settings.state_dir)
    kept = path.read_bytes()
    digest = json.loads(kept)["reader"].split(" ")[2]
    path.write_text(json.dumps({"reader": line.format(hash=digest)}))
    try:
        assert reader.problem("GET", "/status")[0] == 503
    finally:
        path.write_bytes(kept)
