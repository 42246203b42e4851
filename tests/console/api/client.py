"""A program that asks the API, over a real connection."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass(frozen=True, slots=True)
class Client:
    port: int
    token: str = ""

    def ask(
        self, method: str, path: str, body: bytes | str | None = None, **headers: str
    ) -> Answer:
        sent = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, f"/api/v1{path}", body, sent)
            answer = connection.getresponse()
            results = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, results, answer.read().decode())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Any:
        """The answer, which has to be a good one, as JSON."""
        answer = self.ask("GET", path, **headers)
        assert (answer.status, answer.headers["content-type"]) == (200, "application/json"), answer
        return answer.json

    def problem(
        self, method: str, path: str, body: bytes | str | None = None, **headers: str
    ) -> tuple[int, str]:
        """Status and detail of an answer that has to be a problem (RFC 9457)."""
        answer = self.ask(method, path, body, **headers)
        assert answer.headers["content-type"] == "application/problem+json", answer
        assert answer.json["status"] == answer.status
        assert answer.json["title"]
        assert answer.json["type"] == "about:blank"
        return answer.status, answer.json["detail"]
