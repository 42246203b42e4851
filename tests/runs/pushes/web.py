"""Publishers and their hubs on loopback: what websub.rocks does in the tests of its subscriber's
part (100 to 104, 200 to 205, 300 to 302), and what hubs do besides."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import random
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode
from xml.sax.saxutils import escape

import httpx
from starlette.types import Receive, Scope, Send

_WORDS = [
    "harbour",
    "boats",
    "pilots",
    "morning",
    "wind",
    "north",
    "university",
    "cameras",
    "coast",
    "winter",
    "island",
    "fishermen",
    "lighthouse",
    "river",
    "garden",
    "market",
    "bridge",
    "stone",
    "village",
    "council",
    "report",
    "season",
    "weather",
    "journey",
    "museum",
    "children",
    "teacher",
    "forest",
    "mountain",
    "station",
]


def make_story_text(name: str, place: str) -> str:
    """A text of its own for each post, so that none is taken for a copy of another."""
    chance = random.Random(f"{place}/{name}")
    sentences = []
    for _ in range(14):
        near, region, meeting, other = chance.choices(_WORDS, k=4)
        sentences.append(
            f"The {name} was seen near the {near} of the {region}, where the {meeting} met the"
            f" {other}."
        )
    return "".join(f"<p>{' '.join(sentences[at : at + 3])}</p>" for at in range(0, 14, 3))


def page_of(name: str, body: str, head: str = "") -> str:
    """The page of a post."""
    title = f"<title>The {name}</title>{head}"
    return (
        f"<html><head>{title}</head><body><article><h1>The"
        f" {name}</h1>{body}</article></body></html>"
    )


@dataclass
class Topic:
    """A feed with its hub. `case`: the number of the test at websub.rocks that it behaves as."""

    case: int
    form: str = "rss"  # rss, atom, page
    posts: list[str] = field(default_factory=lambda: ["heron", "otter"])
    etag: str = ""  # of its feed; "": none
    method: str = "sha256"
    lease: str = "864000"
    callback: str = ""
    secret: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)  # of its hub
    verified: list[int] = field(default_factory=list)  # how the subscriber answered
    errors: list[str] = field(default_factory=list)  # what the subscriber did wrong
    polls: int = 0
    conditional: list[str] = field(default_factory=list)  # If-None-Match of each poll
    # of posts that are not as usual; None: it fails
    pages: dict[str, str | None] = field(default_factory=dict)
    asked_pages: list[str] = field(default_factory=list)
    wall: str = ""  # what its feed's address answers instead
    slow: float = 0.0  # seconds that its hub takes
    silent: bool = False  # its hub takes subscriptions and verifies none
    gate: asyncio.Event | None = None  # pages of its posts are answered once this is set


class Web:
    """The application. `base`: its address, without a slash at the end."""

    def __init__(self) -> None:
        self.base = ""
        self.topics: dict[str, Topic] = {}
        self._client = httpx.AsyncClient(trust_env=False, timeout=20)

    async def aclose(self) -> None:
        await self._client.aclose()

    def add_topic(self, case: int, **more: Any) -> str:
        """The address of a new topic."""
        name = f"{case}-{len(self.topics)}"
        self.topics[name] = Topic(case, **more)
        return f"{self.base}/{name}/feed"

    def find_topic(self, url: str) -> Topic:
        return self.topics[url.split("/")[3]]

    # what it answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = b""
        while (event := await receive()).get("more_body") or event.get("body"):
            body += event.get("body", b"")
            if not event.get("more_body"):
                break
        query = {
            name: values[0] for name, values in parse_qs(scope["query_string"].decode()).items()
        }
        status, headers, answer = await self._answer(scope, query, body)
        lines = [(name.encode(), value.encode()) for name, value in headers]
        await send({"type": "http.response.start", "status": status, "headers": lines})
        await send({"type": "http.response.body", "body": answer.encode()})

    async def _answer(
        self, scope: Scope, query: dict[str, str], body: bytes
    ) -> tuple[int, list[tuple[str, str]], str]:
        parts = scope["path"].split("/")
        topic = self.topics.get(parts[1])
        if topic is None:
            return 404, [], "Not found."
        root = f"{self.base}/{parts[1]}"
        if parts[2] == "hub":
            return await self._hub(
                topic, root, query, {k: v[0] for k, v in parse_qs(body.decode()).items()}
            )
        if parts[2] == "post":
            name = "/".join(parts[3:])
            topic.asked_pages.append(name)
            if topic.gate is not None:
                await topic.gate.wait()
            page = (
                topic.pages.get(name, "")
                if name in topic.pages
                else page_of(name, make_story_text(name, parts[1]))
            )
            return (200, [("content-type", "text/html")], page) if page else (500, [], "Sorry.")
        if topic.wall:
            return 200, [("content-type", "text/html")], topic.wall
        asked = {name.decode(): value.decode() for name, value in scope["headers"]}
        return self._feed(topic, root, query, asked)

    def _feed(
        self, topic: Topic, root: str, query: dict[str, str], asked: dict[str, str]
    ) -> tuple[int, list[tuple[str, str]], str]:
        topic.polls += 1
        topic.conditional.append(asked.get("if-none-match", ""))
        if topic.case in (201, 202) and "redirect" not in query:
            return (
                (302 if topic.case == 201 else 301),
                [("location", f"{root}/feed?redirect=complete")],
                "",
            )
        hub, own = self._named(topic, root)
        headers = [("content-type", "text/html" if topic.form == "page" else "text/xml")]
        if topic.case not in (101, 102, 103):
            headers += [("link", f'<{own}>; rel="self"'), ("link", f'<{hub}>; rel="hub"')]
        if topic.case == 104:
            hub += "?error=wrongtag"
        links = f'<link rel="hub" href="{escape(hub)}"/><link rel="self" href="{escape(own)}"/>'
        inside = links if topic.case in (101, 102, 103, 104) else ""
        if topic.etag:
            headers.append(("etag", topic.etag))
            if asked.get("if-none-match") == topic.etag:
                return 304, headers, ""
        return 200, headers, self.render_document(topic, root, topic.posts, inside)

    def _named(self, topic: Topic, root: str) -> tuple[str, str]:
        """The hub and the topic that its subscribers are to use."""
        hub = f"{root}/hub" + ("?redirect=true" if topic.case in (203, 204) else "")
        suffix = {200: "?self=other", 201: "?redirect=complete", 202: "?redirect=complete"}.get(
            topic.case, ""
        )
        return hub, f"{root}/feed{suffix}"

    def render_document(
        self, topic: Topic, root: str, posts: Iterable[str], links: str = ""
    ) -> str:
        """The feed, or the page, with these posts."""
        if topic.form == "page":
            items = "".join(
                f'<li><a class="post" href="{root}/post/{one}">The {one}</a></li>' for one in posts
            )
            return f"<html><head><title>Sightings</title>{links}</head><body><ul>{items}</ul></body></html>"  # noqa: E501
        if topic.form == "atom":
            items = "".join(
                f"<entry><id>{root}/post/{one}</id><title>The {one}</title><link"
                f' href="{root}/post/{one}"/><updated>2026-03-01T00:00:00Z</updated></entry>'
                for one in posts
            )
            head = (
                "<feed"
                f' xmlns="http://www.w3.org/2005/Atom"><title>Sightings</title><id>{root}</id>{links}'
            )
            return f"{head}<updated>2026-03-01T00:00:00Z</updated>{items}</feed>"
        links = links.replace("<link", "<atom:link")
        items = "".join(
            "<item><title>The"
            f" {post}</title><link>{root}/post/{post}</link><guid>{root}/post/{post}</guid></item>"
            for post in posts
        )
        head = (
            '<rss version="2.0"'
            f' xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>Sightings</title>{links}'
        )
        return f"{head}<link>{root}/</link>{items}</channel></rss>"

    # the hub

    async def _hub(
        self, topic: Topic, root: str, query: dict[str, str], asked: dict[str, str]
    ) -> tuple[int, list[tuple[str, str]], str]:
        if "redirect" in query:
            return (307 if topic.case == 203 else 308), [("location", f"{root}/hub")], ""
        topic.asked.append(asked)
        await asyncio.sleep(topic.slow)
        faults = [name for name in ("hub.mode", "hub.topic", "hub.callback") if name not in asked]
        faults += ["wrong_discovery_priority"] if "error" in query else []
        faults += ["invalid_topic"] if asked.get("hub.topic") != self._named(topic, root)[1] else []
        faults += ["invalid_secret"] if not 0 < len(asked.get("hub.secret", "-")) < 200 else []
        faults += (
            ["missing_secret"] if topic.case in (301, 302) and "hub.secret" not in asked else []
        )
        if faults:
            topic.errors += faults
            return 400, [], ", ".join(faults)
        topic.callback = asked["hub.callback"]
        topic.secret = asked.get("hub.secret", topic.secret)
        if not topic.silent:
            named = asked["hub.topic"] + ("/other" if topic.case == 205 else "")
            await self.verify_request(topic, asked["hub.mode"], named)
        return 202, [], ""

    async def verify_request(
        self, topic: Topic, mode: str, named: str, **more: str
    ) -> httpx.Response:
        """Asks the subscriber whether it wants what was asked for in its name."""
        challenge = secrets.token_hex(10)
        words = {
            "hub.mode": mode,
            "hub.topic": named,
            "hub.challenge": challenge,
            "hub.lease_seconds": topic.lease,
        }
        answer = await self._client.get(f"{topic.callback}?{urlencode(words | more)}")
        topic.verified.append(answer.status_code)
        if answer.is_success and answer.text != challenge:
            topic.errors.append("challenge")
        return answer

    async def deny(self, topic: Topic, named: str, reason: str) -> httpx.Response:
        words = {"hub.mode": "denied", "hub.topic": named, "hub.reason": reason}
        return await self._client.get(f"{topic.callback}?{urlencode(words)}")

    async def publish_post(self, url: str, post: str, *, listed: bool = True) -> httpx.Response:
        """A new post, which the hub pushes; how the subscriber answered. `listed`: the feed has it,
        too."""
        topic = self.find_topic(url)
        root = url.rpartition("/")[0]
        if listed:
            topic.posts.insert(0, post)
        return await self.push_document(topic, self.render_document(topic, root, [post]))

    async def push_document(self, topic: Topic, body: str, **headers: str) -> httpx.Response:
        result = hmac.new(
            topic.secret.encode(), body.encode(), getattr(hashlib, topic.method)
        ).hexdigest()
        signed = {} if topic.case == 302 else {"X-Hub-Signature": f"{topic.method}={result}"}
        if topic.case == 301:
            signed = {"X-Hub-Signature": f"{topic.method}={result[::-1]}"}
        kinds = {"page": "text/html", "atom": "application/atom+xml", "rss": "application/rss+xml"}
        return await self._client.post(
            topic.callback,
            content=body.encode(),
            headers={"content-type": kinds[topic.form], **signed, **headers},
        )

    async def get(self, url: str) -> httpx.Response:
        return await self._client.get(url)

    async def post(self, url: str, body: bytes) -> httpx.Response:
        return await self._client.post(url, content=body)


async def wait_until(true: Any, seconds: float = 60.0) -> None:
    """Waits until `true()`. A machine that is busy may take long; one that never gets there
    fails."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110  # files and other people's servers set no event
            await asyncio.sleep(0.02)
