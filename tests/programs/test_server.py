"""The MCP server, called by the official SDK over standard input and over HTTP."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest
from mcp import StdioServerParameters
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from syndicator.configuration.settings import load
from syndicator.console import security
from syndicator.programs.quoting import NOTICE
from tests.commands import ROOT, run_syndicator
from tests.instances import Instance
from tests.programs.conftest import CASES, find_id

TOOLS = {"search", "article", "feeds", "stories", "sources"}
MOST_CHARACTERS = 100_000  # of an answer
Ask = Callable[[Client], Coroutine[Any, Any, Any]]


def ask_over_stdio(instance: Instance, ask: Ask) -> Any:
    command = ["-m", "syndicator", "mcp", "--config", str(instance.config)]
    parameters = StdioServerParameters(command=sys.executable, args=command, cwd=ROOT)

    async def connect() -> Any:
        async with Client(parameters) as client:
            return await ask(client)

    return asyncio.run(connect())


@contextmanager
def serve_mcp(instance: Instance) -> Iterator[str]:
    """Serve over HTTP in a process of its own; yield the address."""
    command = [sys.executable, "-m", "syndicator", "mcp", "--port", "0"]
    process = subprocess.Popen(
        [*command, "--config", str(instance.config)], cwd=ROOT, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    try:
        line = process.stderr.readline()
        match = re.search(r"http://\S+", line)
        assert match, line + process.stderr.read()
        yield match[0]
    finally:
        process.terminate()
        process.wait(10)
        process.stderr.close()


def make_token(instance: Instance, scope: security.Scope = "programs", days: int = 1) -> str:
    path = security.find_tokens_file(load(instance.config).state_dir)
    return security.create_token(path, f"the {scope} one", scope, days, datetime.now(UTC))


def ask_over_http(address: str, token: str, ask: Ask) -> Any:
    async def connect() -> Any:
        headers = {"authorization": f"Bearer {token}"}
        async with httpx2.AsyncClient(headers=headers) as http_client:
            transport = streamable_http_client(address, http_client=http_client)
            async with Client(transport) as client:
                return await ask(client)

    return asyncio.run(connect())


async def use_all_tools(client: Client) -> dict[str, Any]:
    listed = await client.list_tools()
    result = await client.call_tool("search", {"query": "opentext"})
    assert result.structured_content is not None
    article_id = result.structured_content["articles"][0]["id"]
    answers = {
        "search": result,
        "article": await client.call_tool("article", {"id": article_id}),
        "feeds": await client.call_tool("feeds", {}),
        "stories": await client.call_tool("stories", {}),
        "sources": await client.call_tool("sources", {}),
    }
    assert {tool.name for tool in listed.tools} == answers.keys() == TOOLS
    assert all(tool.annotations and tool.annotations.read_only_hint for tool in listed.tools)
    return answers


def check_answers(answers: dict[str, Any]) -> None:
    for answer in answers.values():
        assert not answer.is_error
        assert answer.structured_content["notice"] == NOTICE
        # the text for models that read no structure says the same
        assert json.loads(answer.content[0].text) == answer.structured_content
    article = answers["article"].structured_content["article"]
    assert article["address"] == "https://full.example/opentitle-ferry"
    assert "opentext" in article["untrusted"]["text"]


def test_a_program_reads_over_standard_input_and_output(instance: Instance) -> None:
    """A client over stdin and stdout can use all tools and gets the expected answers."""
    check_answers(ask_over_stdio(instance, use_all_tools))


def test_a_program_with_a_token_reads_over_http(instance: Instance) -> None:
    """A client with a token over HTTP gets the same answers; the server listens on loopback."""
    token = make_token(instance)
    with serve_mcp(instance) as address:
        assert address.startswith("http://127.0.0.1:")
        check_answers(ask_over_http(address, token, use_all_tools))


def test_hostile_questions_are_refused_and_tell_no_path(instance: Instance) -> None:
    """Hostile arguments give errors without local paths."""
    unpublished = [find_id(instance, name) for name in ("held", "copy", "withdrawn")]
    calls: list[tuple[str, dict[str, Any]]] = [
        ("search", {"query": "ferry", "limit": 10**9}),
        ("search", {"query": "ferry", "limit": -1}),
        ("search", {"query": "ferry", "start": 10**30}),
        ("search", {"query": "x" * 10_000}),
        ("search", {"query": " ".join(f"w{n}" for n in range(200))}),
        ("search", {"query": "(" * 900}),
        ("search", {"query": "url:a"}),
        ("article", {"id": "../" * 10 + "etc/passwd"}),
        ("article", {"id": "a" * 100_000}),
        ("article", {"id": "a" * 26, "start": 10**12}),
        ("feeds", {"limit": 10**6}),
        ("stories", {"days": 10**6}),
        ("sources", {"after": "x" * 10_000}),
        *(("article", {"id": article_id}) for article_id in unpublished),
    ]

    async def call_all(client: Client) -> list[Any]:
        return [await client.call_tool(tool, arguments) for tool, arguments in calls]

    answers = ask_over_stdio(instance, call_all)
    assert [call for call, answer in zip(calls, answers, strict=True) if not answer.is_error] == []
    texts = " ".join(answer.content[0].text for answer in answers)
    assert str(instance.folder) not in texts
    assert "Traceback" not in texts


def test_answers_have_a_bounded_size_and_name_nothing_unpublished(instance: Instance) -> None:
    """The largest answers of all tools stay below a limit and contain no article that may not be
    read."""

    async def ask_for_most(client: Client) -> list[Any]:
        return [
            await client.call_tool("search", {"query": "ferry", "limit": 25}),
            await client.call_tool("article", {"id": find_id(instance, "Long")}),
            await client.call_tool("article", {"id": find_id(instance, "Injection")}),
            await client.call_tool("feeds", {"limit": 100}),
            await client.call_tool("sources", {"limit": 100}),
        ]

    for answer in ask_over_stdio(instance, ask_for_most):
        text = answer.content[0].text
        assert not answer.is_error
        assert len(text) < MOST_CHARACTERS
        hidden = [case.name for case in CASES if not case.readable]
        assert [name for name in hidden if f"{name}title" in text] == []


def test_a_broken_instance_is_the_operators_affair(instance: Instance) -> None:
    """If the instance is broken, the program learns only that; no setting or path is shown."""
    (instance.config / "syndicator.toml").write_text("[publish]\nlimit = 'secret value'\n")

    async def search(client: Client) -> Any:
        return await client.call_tool("search", {"query": "ferry"})

    answer = ask_over_stdio(instance, search)
    assert answer.is_error
    assert "cannot be answered now" in answer.content[0].text
    assert "secret value" not in answer.content[0].text
    assert str(instance.folder) not in answer.content[0].text


def test_http_needs_a_token_for_programs_before_it_starts(instance: Instance) -> None:
    """`mcp --port` needs a token with scope `programs`."""
    make_token(instance, "settings")
    answer = run_syndicator("mcp", "--port", "0", "--config", str(instance.config))

    assert answer.returncode == 69
    assert "--programs" in answer.stderr


def test_only_tokens_for_programs_pass(instance: Instance) -> None:
    """Only valid tokens with scope `programs` are accepted, from allowed origins."""
    token = make_token(instance)
    others = [make_token(instance, scope) for scope in security.SCOPES]
    initialize = {"jsonrpc": "2.0", "id": 1, "method": "ping", "params": {}}
    plain = {"accept": "application/json, text/event-stream", "content-type": "application/json"}
    bearer = {**plain, "authorization": f"Bearer {token}"}
    with serve_mcp(instance) as address:

        def post(headers: dict[str, str], to: str = address, body: Any = initialize) -> int:
            return httpx.post(to, headers=headers, json=body, timeout=10).status_code

        assert post(bearer) not in (401, 403, 404, 421)
        assert post(plain) == 401
        assert post({**plain, "authorization": token}) == 401
        assert post({**plain, "authorization": "Bearer syn_wrong"}) == 401
        assert post({**plain, "authorization": f"Basic {token}"}) == 401
        assert [
            post({**plain, "authorization": f"Bearer {token_text}"}) for token_text in others
        ] == [403] * 3
        assert post({**bearer, "host": "evil.example"}) == 421
        assert post({**bearer, "origin": "https://evil.example"}) == 403
        assert post(bearer, to=address + "/../api/v1/articles") == 404
        assert post(bearer, body={"fill": "x" * 200_000}) == 413
        path = security.find_tokens_file(load(instance.config).state_dir)
        security.revoke_token(path, "the programs one")
        assert post(bearer) == 401


def test_a_wrong_token_reaches_no_tool(instance: Instance) -> None:
    """With a wrong token the session fails before any tool answers."""
    make_token(instance)
    with (
        serve_mcp(instance) as address,
        pytest.raises((MCPError, httpx2.HTTPError, ExceptionGroup)),
    ):
        ask_over_http(address, "syn_wrong", use_all_tools)


def test_without_the_extra_the_command_says_how_to_install_it(
    instance: Instance, tmp_path: Path
) -> None:
    """Without the package `mcp` the error names the lock file."""
    blocked = tmp_path / "blocked" / "mcp.py"
    blocked.parent.mkdir()
    blocked.write_text("raise ModuleNotFoundError(\"No module named 'mcp'\", name='mcp')\n")
    answer = subprocess.run(
        [sys.executable, "-m", "syndicator", "mcp", "--config", str(instance.config)],
        cwd=ROOT,
        env={"PYTHONPATH": str(blocked.parent)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert answer.returncode == 69
    assert "requirements-mcp.lock" in answer.stderr
