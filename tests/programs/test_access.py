"""The access check of the MCP server over HTTP."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from starlette.responses import PlainTextResponse

from syndicator.console import security
from syndicator.core.errors import MissingError
from syndicator.programs.access import Gate, need_token

NOW = datetime.now(UTC)


@pytest.fixture
def tokens(tmp_path: Path) -> Path:
    return tmp_path / "console" / "tokens.json"


def ask_gate(tokens: Path, token: str, to: str = "http://127.0.0.1/mcp") -> int:
    lines: list[str] = []
    gate = Gate(PlainTextResponse("passed"), tokens, lines.append)

    async def send() -> int:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(gate)) as client:
            answer = await client.post(to, headers={"authorization": f"Bearer {token}"})
        return answer.status_code

    return asyncio.run(send())


def make_token(tokens: Path, scope: security.Scope, now: datetime = NOW) -> str:
    return security.create_token(tokens, scope, scope, 1, now)


def test_a_token_for_programs_passes(tokens: Path) -> None:
    """A token of the scope `programs` opens the MCP server."""
    assert ask_gate(tokens, make_token(tokens, "programs")) == 200


@pytest.mark.parametrize("scope", security.SCOPES)
def test_no_token_of_the_api_passes(tokens: Path, scope: security.Scope) -> None:
    """Tokens of the API, whatever their scope, do not open the MCP server."""
    assert ask_gate(tokens, make_token(tokens, scope)) == 403


def test_a_token_for_programs_permits_nothing_else() -> None:
    """A token of the scope `programs` has no scope of the API."""
    token = security.Token("a", "programs")
    assert [scope for scope in security.SCOPES if token.may(scope)] == []
    assert token.may("programs")


@pytest.mark.parametrize("token", ["", "syn_", "syn_" + "a" * 43])
def test_unknown_tokens_do_not_pass(tokens: Path, token: str) -> None:
    """No token, an incomplete one or one never issued is refused with 401."""
    make_token(tokens, "programs")
    assert ask_gate(tokens, token) == 401


def test_an_expired_token_does_not_pass(tokens: Path) -> None:
    """A token that expired is refused with 401: it was issued two days ago."""
    assert ask_gate(tokens, make_token(tokens, "programs", NOW - timedelta(days=2))) == 401


@pytest.mark.parametrize(
    ("to", "status"),
    [
        ("http://localhost/mcp", 200),
        ("http://evil.example/mcp", 421),
        ("http://127.0.0.1.evil.example/mcp", 421),
        ("http://127.0.0.1/", 404),
        ("http://127.0.0.1/mcp/", 404),
        ("http://127.0.0.1/api/v1/articles", 404),
    ],
)
def test_only_this_machine_and_one_path_are_answered(tokens: Path, to: str, status: int) -> None:
    """Other hosts and paths are refused."""
    assert ask_gate(tokens, make_token(tokens, "programs"), to) == status


def test_damaged_tokens_let_nobody_pass(tokens: Path) -> None:
    """If the file of tokens is damaged, nobody gets in: the answer is 503."""
    token = make_token(tokens, "programs")
    tokens.write_text("{")
    assert ask_gate(tokens, token) == 503


def test_without_a_token_for_programs_nothing_is_served(tmp_path: Path) -> None:
    """The MCP server over HTTP does not start until a `programs` token exists."""
    tokens = security.find_tokens_file(tmp_path / "feeds/state")
    (tmp_path / "config").mkdir()
    (tmp_path / "config/syndicator.toml").write_text("")
    make_token(tokens, "settings")

    with pytest.raises(MissingError, match="--programs"):
        need_token(tmp_path / "config")

    make_token(tokens, "programs")

    assert need_token(tmp_path / "config") == tokens
