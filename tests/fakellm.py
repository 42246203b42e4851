"""A language model of our own on loopback that behaves as it is told: honestly, or in one of the
ways that models and their endpoints fail."""

from __future__ import annotations

import http.server
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest


@dataclass
class Said:
    """One response. `after`: seconds before it comes."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    after: float = 0.0


@dataclass
class Question:
    """One request as the server saw it."""

    payload: dict[str, Any]
    headers: dict[str, str]
    path: str

    @property
    def system(self) -> str:
        return str(self.payload["messages"][0]["content"])

    @property
    def article(self) -> str:
        """What stands between the two fences."""
        first, *inner, last = str(self.payload["messages"][1]["content"]).split("\n")
        assert first == last
        assert first not in inner
        return "\n".join(inner)

    @property
    def title(self) -> str:
        return self.article.partition("\n")[0].removeprefix("Title: ")

    @property
    def text(self) -> str:
        return self.article.partition("\n\n")[2]

    @property
    def sentences(self) -> list[str]:
        """Those that may be chosen, without their numbers."""
        return [line.partition(". ")[2] for line in self.text.split("\n")]


Behaviour = Callable[[Question], Said]


def make_completion(content: Any, tokens: int = 900) -> Said:
    """A chat completion that says `content`."""
    value = {
        "choices": [{"message": {"role": "assistant", "content": content}}],
        "usage": {"total_tokens": tokens},
    }
    return Said(body=json.dumps(value).encode(), headers={"Content-Type": "application/json"})


def make_answer(
    sentences: Any = (2,), category: str = "AI", tags: tuple[str, ...] = ("LLM",), **more: Any
) -> Said:
    chosen = list(sentences) if isinstance(sentences, tuple) else sentences
    said = {"sentences": chosen, "category": category, "tags": list(tags)}
    return make_completion(json.dumps(said, ensure_ascii=False), **more)


def choose_best_sentences(question: Question) -> tuple[int, ...]:
    """What an honest model chooses: the second sentence, which no excerpt of ours is, or the only
    one."""
    return (min(2, len(question.sentences)),)


def answer_honestly(question: Question) -> Said:
    """Takes of the lists it is shown what stands first."""
    categories = re.findall(r"(?m)^- ([^:\n]+)", question.system)
    tags = question.system.rpartition("Tags: ")[2].strip().split(", ")
    return make_answer(
        choose_best_sentences(question),
        category=(*categories, "")[0],
        tags=tuple(tags[:1]) if tags != ["(none)"] else (),
    )


def answer_obediently(question: Question) -> Said:
    """Does what the article says, where the article says something to it."""
    order = re.search(
        r"ignore .* sentence (\d+) .* category \"(\w+)\"", question.text, re.IGNORECASE
    )
    return make_answer((int(order[1]),), category=order[2]) if order else answer_honestly(question)


def make_constant_behaviour(said: Said) -> Behaviour:
    return lambda question: said


def make_late_behaviour(seconds: float) -> Behaviour:
    def behave(question: Question) -> Said:
        said = answer_honestly(question)
        said.after = seconds
        return said

    return behave


def only_bare(question: Question) -> Said:
    """An endpoint that knows no response_format."""
    return (
        Said(400, b'{"error": "unknown field"}')
        if "response_format" in question.payload
        else answer_honestly(question)
    )


BEHAVIOURS: dict[str, Behaviour] = {
    "honest": answer_honestly,
    "slow": make_late_behaviour(1.5),
    "rate-limits": make_constant_behaviour(Said(429, b"{}", {"Retry-After": "600"})),
    "fails": make_constant_behaviour(Said(500, b"oops")),
    "refuses-key": make_constant_behaviour(Said(401, b"{}")),
    "redirects": make_constant_behaviour(
        Said(307, b"", {"Location": "http://127.0.0.2:9/elsewhere"})
    ),
    "lies-in-category": lambda question: make_answer(
        choose_best_sentences(question), category="Horoscopes"
    ),
    "lies-in-tags": lambda question: make_answer(
        choose_best_sentences(question), tags=("LLM", "Miracles")
    ),
    "files-elsewhere": lambda question: make_answer(
        choose_best_sentences(question), category="Health"
    ),
    "tags-elsewhere": lambda question: make_answer(
        choose_best_sentences(question), tags=("ransomware",)
    ),
    "writes": lambda question: make_completion(
        json.dumps({"excerpt": "The model denied it.", "category": "AI", "tags": []})
    ),
    "no-such-sentence": lambda question: make_answer((99,)),
    "counts-from-zero": lambda question: make_answer((0,)),
    "names-no-sentence": lambda question: make_answer(()),
    "no-numbers": lambda question: make_answer(["the second"]),
    "obeys": answer_obediently,
    "not-json": make_constant_behaviour(
        make_completion('Sure! Here is your description: {"excerpt": ')
    ),
    "wrong-shape": make_constant_behaviour(make_completion('["an excerpt"]')),
    "empty": make_constant_behaviour(make_completion("")),
    "null": make_constant_behaviour(make_completion(None)),
    "huge": make_constant_behaviour(make_completion("x" * 400_000)),
    "huge-body": make_constant_behaviour(Said(200, b" " * 6_000_000)),
    "deep": make_constant_behaviour(Said(200, b"[" * 100_000)),
    "html": make_constant_behaviour(Said(200, b"<html>Welcome to nginx</html>")),
    "code-fence": lambda question: make_completion("```json\n" + honest_json(question) + "\n```"),
    "thinks": lambda question: make_completion(
        "<think>Let me see.</think>\n" + honest_json(question)
    ),
    "only-bare": only_bare,
    "key-back": lambda question: make_completion(
        f"Your key is {question.headers.get('authorization')}"
    ),
}


def honest_json(question: Question) -> str:
    return json.dumps(
        {"sentences": choose_best_sentences(question), "category": "ai", "tags": ["llm", "GPU"]}
    )


class FakeLlm:
    """`llm.behaviour = BEHAVIOURS["slow"]`; `llm.seen` are the questions; `llm.most_open` how many
    at a time."""

    def __init__(self) -> None:
        self.behaviour: Behaviour = answer_honestly
        self.seen: list[Question] = []
        self.open = self.most_open = 0
        self._lock = threading.Lock()
        llm = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: Any) -> None:
                """Quiet."""

            def do_POST(self) -> None:
                llm._answer(self)

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                """Clients that hang up are part of the tests."""

        self.server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/v1"

    def _answer(self, handler: http.server.BaseHTTPRequestHandler) -> None:
        size = int(handler.headers.get("content-length") or 0)
        headers = {name.lower(): value for name, value in handler.headers.items()}
        question = Question(json.loads(handler.rfile.read(size)), headers, handler.path)
        with self._lock:
            self.seen.append(question)
            self.open += 1
            self.most_open = max(self.most_open, self.open)
        try:
            said = self.behaviour(question)
            time.sleep(said.after)
        finally:
            with self._lock:
                self.open -= 1
        handler.send_response(said.status)
        for name, value in {**said.headers, "Content-Length": str(len(said.body))}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(said.body)

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@contextmanager
def serve_fake_llm() -> Iterator[FakeLlm]:
    llm = FakeLlm()
    try:
        yield llm
    finally:
        llm.close()


@pytest.fixture
def llm() -> Iterator[FakeLlm]:
    with serve_fake_llm() as started:
        yield started
