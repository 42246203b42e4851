"""The client of language model servers, against a local server."""

from __future__ import annotations

import asyncio
import socket
import time
from typing import Any

import pytest

from syndicator.configuration.settings import Fetch, Llm
from syndicator.core.model import Failed
from syndicator.core.ports import Choosable, Material, Reply
from syndicator.describing.llm.client import Endpoint, build_completions_url
from syndicator.visiting.fetch.client import HttpFetcher
from syndicator.visiting.fetch.ssrf import list_allow_lines
from tests.fakellm import BEHAVIOURS, FakeLlm, Said, llm, make_completion, make_constant_behaviour
from tests.visiting.conftest import NOW

__all__ = ["llm"]

ONE, OTHER = (Choosable(text, True, True) for text in ("One sentence.", "Another sentence."))
ASKED = Material(
    title="T",
    text="One sentence. Another sentence.",
    language="en",
    sentences=(ONE, OTHER),
    categories=(("AI", ""),),
)


def ask_model(
    url: str,
    *,
    allow: tuple[str, ...] | None = None,
    form: str = "",
    key: str = "",
    **settings: Any,
) -> Reply | Failed:
    async def go() -> Reply | Failed:
        client = HttpFetcher(Fetch(), user_agent="Syndicator/0", clock=lambda: NOW)
        values = {"url": url, "model": "tiny", "seconds": 5.0} | settings
        allowed = list_allow_lines(url) if allow is None else allow
        endpoint = Endpoint(Llm(**values), client, key=key, allow=allowed)
        try:
            return await endpoint.ask(ASKED, form)
        finally:
            await endpoint.aclose()

    return asyncio.run(go())


def get_failure_reason(result: Reply | Failed) -> str:
    assert isinstance(result, Failed)
    return result.reason


def test_a_question_and_its_answer(llm: FakeLlm) -> None:
    """A request sends the article's title, language and numbered sentences to the server, without
    a key if none is set, and gets its answer: here that of a server that chooses sentence 2, uses
    900 tokens and accepts a schema."""
    reply = ask_model(llm.url)

    assert isinstance(reply, Reply)
    assert '"sentences": [2]' in reply.content
    assert reply.tokens == 900
    assert reply.form == "schema"

    (question,) = llm.seen

    assert question.path == "/v1/chat/completions"
    assert question.headers.get("authorization") is None
    assert question.article == "Title: T\nLanguage: en\n\n1. One sentence.\n2. Another sentence."


def test_each_question_has_a_fence_of_its_own(llm: FakeLlm) -> None:
    """Each request encloses the article in a new random line (the fence), so that no text can
    guess it."""
    fences = set()
    for _ in range(3):
        ask_model(llm.url)
        _, user_message = llm.seen[-1].payload["messages"]
        fence, *_ = user_message["content"].split("\n")
        fences.add(fence)

    assert len(fences) == 3
    assert all(len(fence) >= 16 for fence in fences)


def test_only_the_operators_host_and_port_are_let_through(llm: FakeLlm) -> None:
    """Only the configured address may be reached: another port, another host or a redirect is
    refused; a local name is fine."""
    # the server is at 127.0.0.1
    only_other_port = list_allow_lines("http://127.0.0.1:1/v1")
    only_other_host = list_allow_lines(llm.url.replace("127.0.0.1", "127.0.0.2"))

    for allow in ((), only_other_port, only_other_host):
        assert get_failure_reason(ask_model(llm.url, allow=allow)) == "blocked-address"

    assert isinstance(ask_model(llm.url.replace("127.0.0.1", "localhost")), Reply)

    llm.behaviour = BEHAVIOURS["redirects"]

    assert get_failure_reason(ask_model(llm.url)) == "http-307"


@pytest.mark.slow
def test_a_host_that_takes_no_connection_is_given_up_soon() -> None:
    """A server that accepts no connection fails as `connect` in less than 50 seconds, although
    an answer may take 60."""
    with socket.socket() as full_server:
        full_server.bind(("127.0.0.1", 0))
        full_server.listen(0)
        port = full_server.getsockname()[1]
        # these connections fill the queue, so that no further one is accepted
        waiting = [socket.socket() for _ in range(3)]
        for connection in waiting:
            connection.setblocking(False)
            connection.connect_ex(("127.0.0.1", port))
        started = time.monotonic()
        result = ask_model(f"http://127.0.0.1:{port}/v1", seconds=60)
        for connection in waiting:
            connection.close()
    assert get_failure_reason(result) == "connect"
    assert time.monotonic() - started < 50


def test_the_known_form_is_begun_with(llm: FakeLlm) -> None:
    """Finding the form that a server accepts takes 3 requests; starting with the known form
    takes 1."""
    llm.behaviour = BEHAVIOURS["only-bare"]  # the form that is tried last
    ask_model(llm.url, form="")
    requests_without_known_form = len(llm.seen)

    assert requests_without_known_form == 3

    reply = ask_model(llm.url, form="bare")

    assert isinstance(reply, Reply)
    assert len(llm.seen) == requests_without_known_form + 1


def test_a_question_that_no_form_mends_fails(llm: FakeLlm) -> None:
    """If the server answers 400 to all three forms of the request, the question fails as
    `http-400`."""
    llm.behaviour = make_constant_behaviour(Said(400, b"{}"))
    assert get_failure_reason(ask_model(llm.url)) == "http-400"
    assert len(llm.seen) == 3


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("said", "said"),
        (None, ""),
        ([{"type": "text", "text": "sa"}, {"type": "text", "text": "id"}], "said"),
    ],
)
def test_shapes_of_content(llm: FakeLlm, content: Any, text: str) -> None:
    """The content of a completion may be a string, missing or a list of parts, which are joined."""
    llm.behaviour = make_constant_behaviour(make_completion(content))
    reply = ask_model(llm.url)

    assert isinstance(reply, Reply)
    assert reply.content == text


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'{"choices": []}',
        b'{"choices": [{"message": 5}]}',
        b"[" * 99_999,
        b"\xff",
    ],
)
def test_what_is_no_completion(llm: FakeLlm, body: bytes) -> None:
    """An answer of the server that is not a completion, such as other JSON, endless nesting or
    no text, fails as `not-a-completion`."""
    llm.behaviour = make_constant_behaviour(Said(200, body))
    assert get_failure_reason(ask_model(llm.url)) == "not-a-completion"


@pytest.mark.parametrize("tokens", [None, "many", -1, True, 10**30, [], 1.5])
def test_a_strange_count_of_tokens_is_none(llm: FakeLlm, tokens: Any) -> None:
    """An invalid token count is read as 0."""
    llm.behaviour = make_constant_behaviour(make_completion("said", tokens=tokens))
    reply = ask_model(llm.url)

    assert isinstance(reply, Reply)
    assert reply.tokens == 0


def test_a_key_that_comes_back_is_masked(llm: FakeLlm) -> None:
    """The API key is sent to the server. If its answer contains the key, plainly or with
    escapes, no trace of it is left in the reply."""
    key = "s3ntinel-t0ken"
    escaped_key = "".join(f"\\u{ord(character):04x}" for character in key)  # s is \\u0073
    partly_escaped_key = "s3ntinel\\-t0ken"

    for returned_key in (key, escaped_key, partly_escaped_key):
        llm.behaviour = make_constant_behaviour(make_completion(f"it is {returned_key}"))
        reply = ask_model(llm.url, key=key)
        assert isinstance(reply, Reply)
        assert key not in reply.content
        assert "s3ntinel" not in reply.content
        assert "0073" not in reply.content

    assert llm.seen[0].headers["authorization"] == f"Bearer {key}"


@pytest.mark.parametrize(
    ("base", "url"),
    [
        ("http://h:1/v1", "http://h:1/v1/chat/completions"),
        ("http://h:1/v1/", "http://h:1/v1/chat/completions"),
        ("https://h", "https://h/chat/completions"),
        ("https://h/v1/chat/completions", "https://h/v1/chat/completions"),
        ("https://h/openai?api-version=2", "https://h/openai/chat/completions?api-version=2"),
    ],
)
def test_where_questions_go(base: str, url: str) -> None:
    """The address of completions is made from the configured one, with or without its ending,
    and keeps its query."""
    assert build_completions_url(base) == url
