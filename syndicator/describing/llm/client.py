"""An OpenAI-compatible endpoint as `ports.Enricher`, over the one door to the network that the caller hands in."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Sequence
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from syndicator.describing.llm import prompt
from syndicator.describing.llm.prompt import FORMS, Lists
from syndicator.model import Failed, Fetched, FetchResult, Request
from syndicator.ports import Fetcher, Material, Reply
from syndicator.settings import Llm

CONNECT_SECONDS: Final = 3.0  # a host that does not even take the connection by then is not there
_NOT_SO: Final = (400, 422)  # what endpoints answer to a form of request that they do not know
LONGEST: Final = 50_000  # characters of an answer that are handed on
SECRET: Final = 8  # characters from which on a key is kept out of everything
_MASK: Final = "[key]"
_ESCAPED: Final = re.compile(r"\\+(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)


class Endpoint:
    """settings: address, model and seconds. lists: what it may choose from. key: sent as a bearer token, "" for none.
    allow: what of private networks the address may be on. fence: a random word that parts article and instruction."""

    def __init__(
        self,
        settings: Llm,
        lists: Lists,
        fetcher: Fetcher,
        *,
        key: str = "",
        allow: Sequence[str] = (),
        fence: Callable[[], str] = lambda: secrets.token_hex(12),
    ) -> None:
        self._settings, self._lists, self._fetcher = settings, lists, fetcher
        self._key, self._allow, self._fence = key, tuple(allow), fence

    async def ask(self, material: Material, form: str) -> Reply | Failed:
        said = prompt.messages(material, self._lists, self._fence())
        result: FetchResult | None = None
        for one in FORMS[FORMS.index(form) if form in FORMS else 0 :]:
            result = await self._fetcher.fetch(self._request(prompt.body(self._settings.model, said, self._lists, one)))
            if not (isinstance(result, Failed) and result.status in _NOT_SO):
                return self._masked(_reply(result, one))
        assert isinstance(result, Failed)
        return self._masked(result)

    def cost(self, material: Material) -> int:
        return prompt.cost(prompt.messages(material, self._lists, ""))

    async def aclose(self) -> None:
        await self._fetcher.aclose()

    def _request(self, body: bytes) -> Request:
        headers = {"content-type": "application/json"}
        if self._key:
            headers["authorization"] = f"Bearer {self._key}"
        return Request(
            url=completions(self._settings.url),
            kind="llm",
            method="POST",
            body=body,
            headers=headers,
            allow=self._allow,
            deadline=self._settings.seconds,
            connect=min(CONNECT_SECONDS, self._settings.seconds),
        )

    def _masked(self, result: Reply | Failed) -> Reply | Failed:
        """What goes on from here is stored and shown: an endpoint that sends the key back gets it nowhere."""
        if isinstance(result, Failed):
            return Failed(
                url=result.url,
                reason=result.reason,
                detail=self._without_key(result.detail),
                status=result.status,
                retry_after=result.retry_after,
            )
        return Reply(content=self._without_key(result.content)[:LONGEST], tokens=result.tokens, form=result.form)

    def _without_key(self, value: str) -> str:
        """A key so short that it may be a word ("ollama", "none") is no secret."""
        if len(self._key) < SECRET:
            return value
        masked = value.replace(self._key, _MASK)
        plain = _ESCAPED.sub(lambda match: chr(int(match[1], 16)) if match[1] else match[2], masked)
        return _MASK if self._key in plain else masked


def completions(url: str) -> str:
    """Where an endpoint takes questions, from the base address as OpenAI's clients have it ("http://host:port/v1")."""
    parts = urlsplit(url.strip())
    path = parts.path.rstrip("/")
    path = path if path.endswith("/chat/completions") else f"{path}/chat/completions"
    return urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))


def _reply(result: FetchResult, form: str) -> Reply | Failed:
    """The first choice's content in a chat completion
    (https://platform.openai.com/docs/api-reference/chat/object)."""
    if isinstance(result, Failed):
        return result
    if not isinstance(result, Fetched):
        return Failed(url=result.url, reason="http-304", detail="a 304 to a question")
    try:
        value = json.loads(result.body)
        content = _content(value["choices"][0]["message"]["content"])
        return Reply(content=content, tokens=_tokens(value), form=form)
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        detail = f"{len(result.body)} bytes that are no chat completion"
        return Failed(url=result.url, reason="not-a-completion", detail=detail, status=result.status)


def _content(value: Any) -> str:
    """Text, or a list of parts with text; null, as a model that only thought or refused has it, is nothing said."""
    if isinstance(value, list):
        return "".join(str(part.get("text") or "") for part in value)
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def _tokens(value: Any) -> int:
    """What the call took, 0 when it is not said."""
    usage = value.get("usage")
    total = usage.get("total_tokens") if isinstance(usage, dict) else None
    return total if isinstance(total, int) and not isinstance(total, bool) and 0 < total < 10**9 else 0
