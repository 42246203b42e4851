"""Decide by robots.txt (RFC 9309) if a URL may be fetched; cache robots.txt for a day.

Parsed by protego, which is imported only here."""

import asyncio
import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

from protego import Protego

from syndicator.core.model import Failed, Fetched, FetchResult, Request, Source
from syndicator.core.ports import Fetcher
from syndicator.core.reasons import FetchReason
from syndicator.core.urls import host
from syndicator.core.usage import statements
from syndicator.visiting.fetch.responses import CLIENT_ERROR
from syndicator.visiting.politeness.throttle import LONGEST_DELAY

OPERATOR = "operator"  # the origin of a permission that robots.txt did not give
_NOTE_PREFIX = "robots "  # of the notes in the database
# states of a cached file, in existing databases
_FOUND = "file"
_MISSING = "none"
_UNREACHABLE = "away"
_CACHED_FOR = timedelta(days=1)  # RFC 9309 section 2.4: at most 24 hours
_UNREACHABLE_FOR = timedelta(minutes=30)  # until an unreachable robots.txt is retried
_MOST_BYTES = 512_000  # bytes to read; RFC 9309 section 2.5 requires 500 KiB
_MOST_LICENCE_BYTES = 20_000  # bytes to read of a licence
_MOST_CACHED = 16_000_000  # characters cached for all origins
_PRUNE_AFTER = 1_000_000  # new characters; pruning after each note cost a tenth of a first visit
# a User-agent line with more than one word
_NAME = re.compile(r"^(\s*user-?agent\s*:\s*[^\s#]+)\s.*$", re.I)
_MOST_PARSED = 256  # files kept parsed


class RobotsVerdict(NamedTuple):
    """The permission to fetch an address. `by`: who gave or refused it, such as "robots.txt" or
    "operator". `delay`: the crawl-delay in seconds, at most 60, None without one. `cause`: the
    reason code if robots.txt could not be read, else "". `usage`: its usage lines
    (`usage.statements.lines`)."""

    allowed: bool
    by: str
    delay: float | None = None
    cause: str = ""
    usage: str = ""


class _Document(NamedTuple):
    """A robots.txt or a licence that was fetched at the time `fetched`. `text`: its content, or the
    reason code if it could not be reached."""

    fetched: datetime
    status: str  # _FOUND, _MISSING or _UNREACHABLE
    text: str


def get_product(user_agent: str) -> str:
    """Return the product token of a User-Agent, by which a robots.txt names this program.
    "Syndicator/1.0 (...)" gives "Syndicator". The result is "*" if the User-Agent is empty."""
    return user_agent.split("/", 1)[0].split(" ", 1)[0] or "*"


class Robots:
    """The verdicts of robots.txt files. Each file is fetched by `fetcher` and cached for a day, in
    the database for other processes, too.

    `fetcher` itself must not check robots.txt. `get`, `set_note` and `prune` read, write and delete
    notes in the database."""

    def __init__(
        self,
        fetcher: Fetcher,
        get: Callable[[str], str | None],
        set_note: Callable[[str, str | None, datetime], None],
        *,
        user_agent: str,
        clock: Callable[[], datetime],
        prune: Callable[[str, datetime, int], None] = lambda prefix, before, most: None,
    ) -> None:
        """`fetcher`: fetches the files; it must not check robots.txt itself. `get(key)`,
        `set_note(key, text, now)` and `prune(prefix, before, most)`: read, write and delete notes
        in the database. `user_agent`: the one of the requests, which begins with the name of this
        program."""
        self._fetcher = fetcher
        self._get_note = get
        self._set_note = set_note
        self._prune = prune
        self._product = get_product(user_agent)
        self._clock = clock
        # by address: held while it is requested
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._parsed: dict[tuple[str, datetime], Protego] = {}
        self._cached_characters = _PRUNE_AFTER  # since the last pruning

    async def find_verdict(
        self, url: str, source: Source | None = None, *, allow: tuple[str, ...] = ()
    ) -> RobotsVerdict:
        """Return what the robots.txt of its host says on fetching `url`; nothing is raised. If
        robots.txt cannot be reached, nothing is permitted (RFC 9309 section 2.3.1.4). `source`: its
        setting may say that robots.txt is ignored. `allow`: lines that permit private addresses of
        the host."""
        if source is not None and source.robots == "ignore":
            return RobotsVerdict(allowed=True, by=OPERATOR)
        parts = urlsplit(url)
        host_and_port = parts.netloc.rpartition("@")[2]
        origin = f"{parts.scheme}://{host_and_port}"
        # concurrent pages of an origin cause one request
        async with self._locks.setdefault(origin, asyncio.Lock()):
            robots_txt = self._load_cached(origin)
            if robots_txt is None:
                robots_txt = await self._fetch_and_cache(
                    f"{origin}/robots.txt", allow, _MOST_BYTES, note_name=origin
                )
        if robots_txt.status == _MISSING:
            return RobotsVerdict(allowed=True, by="no robots.txt")
        if robots_txt.status == _UNREACHABLE:
            reason = robots_txt.text
            return RobotsVerdict(
                allowed=False, by=f"robots.txt unreachable ({reason})", cause=reason
            )
        usage = statements.select_usage_lines(robots_txt.text, self._product, url)
        # parsing is slow, so that the rules are kept until the file is fetched again
        key = (origin, robots_txt.fetched)
        if key not in self._parsed:
            if len(self._parsed) >= _MOST_PARSED:
                self._parsed.clear()
            self._parsed[key] = parse_robots_txt(robots_txt.text)
        verdict = decide_access(self._parsed[key], url, self._product)
        return verdict._replace(usage=usage)

    async def find_licence(self, usage: str, url: str, *, allow: tuple[str, ...] = ()) -> str:
        """Return the text of the licence that robots.txt names for the page `url` (RSL 1.0). Return
        "" if it names none, or if the licence cannot be fetched. `usage`: the usage lines of
        robots.txt, in its verdict. `allow`: lines that permit private addresses of the host of
        `url`."""
        address = statements.find_licence(usage, url)
        if not address:
            return ""
        async with self._locks.setdefault(address, asyncio.Lock()):
            document = self._load_cached(address)
            if document is None:
                # the licence may be at another host
                allow_there = allow if host(address) == host(url) else ()
                document = await self._fetch_and_cache(
                    address, allow_there, _MOST_LICENCE_BYTES, note_name=address
                )
        if document.status != _FOUND:
            return ""
        return document.text

    def _load_cached(self, name: str) -> _Document | None:
        """Return the robots.txt or licence that is cached under `name`. Return None if there is
        none, or if it is older than a day. If it could not be reached, this is tried again after
        half an hour."""
        raw = self._get_note(f"{_NOTE_PREFIX}{name}")
        if raw is None:
            return None
        try:
            fetched, status, text = json.loads(raw)
            document = _Document(datetime.fromisoformat(fetched), str(status), str(text))
            age = self._clock() - document.fetched
        except (ValueError, TypeError):
            return None
        longest_age = _UNREACHABLE_FOR if document.status == _UNREACHABLE else _CACHED_FOR
        is_current = timedelta(0) <= age < longest_age
        return document if is_current else None

    async def _fetch_and_cache(
        self, url: str, allow: tuple[str, ...], most_bytes: int, *, note_name: str
    ) -> _Document:
        """Fetch `url`, a robots.txt or a licence, and return its first `most_bytes` bytes as a
        document. Also cache it in the database under `note_name`. `allow`: lines that permit
        private addresses.

        Failures of this machine's network are not cached. Private addresses are not cached either,
        as the operator may permit them at any time."""
        result = await self._fetcher.fetch(Request(url=url, kind="robots", allow=allow))
        now = self._clock()
        document = _make_document(result, now, most_bytes)
        if isinstance(result, Failed):
            # no server has answered
            was_not_asked = result.no_network or result.ours or result.unasked
            if was_not_asked or result.reason == FetchReason.BLOCKED_ADDRESS:
                return document
        content = json.dumps([now.isoformat(), document.status, document.text])
        self._set_note(f"{_NOTE_PREFIX}{note_name}", content, now)
        self._cached_characters += len(document.text)
        if self._cached_characters >= _PRUNE_AFTER:
            self._cached_characters = 0
            self._prune(_NOTE_PREFIX, now - _CACHED_FOR, _MOST_CACHED)
        return document


def _make_document(result: FetchResult, now: datetime, most_bytes: int) -> _Document:
    """Return the robots.txt or licence in `result`, the answer to a request for it. Only its first
    `most_bytes` bytes are used. If there is none, the document says whether it is missing or could
    not be reached."""
    if isinstance(result, Fetched):
        return _Document(now, _FOUND, result.body[:most_bytes].decode("utf-8", "replace"))
    if not isinstance(result, Failed):
        return _Document(now, _UNREACHABLE, "not modified")
    if means_all_allowed(result):
        return _Document(now, _MISSING, "")
    return _Document(now, _UNREACHABLE, result.reason)


def parse_robots_txt(text: str) -> Protego:
    """Return the rules of a robots.txt in parsed form. As in Google's parser, only the first word
    of a User-agent line counts: "User-agent: Foo Bar" is for Foo."""
    lines = (_NAME.sub(r"\1", line) for line in text.lstrip("\ufeff").splitlines())
    return Protego.parse("\n".join(lines))


def means_all_allowed(result: Failed) -> bool:
    """Return True if this failure to fetch robots.txt means that everything is permitted. It does
    for a status from 400 to 499, except 429, and for too many redirects (RFC 9309 sections 2.3.1.2
    and 2.3.1.3)."""
    if result.reason == "redirects":
        return True
    return result.status in CLIENT_ERROR and result.status != HTTPStatus.TOO_MANY_REQUESTS


def decide_access(rules: Protego, url: str, agent: str) -> RobotsVerdict:
    """Return whether robots.txt permits to fetch `url`, with the crawl-delay that it asks for.
    `rules`: the parsed robots.txt. `agent`: the name of this program in robots.txt."""
    delay = rules.crawl_delay(agent)
    if delay is not None:
        delay = max(0.0, min(float(delay), LONGEST_DELAY))
    return RobotsVerdict(bool(rules.can_fetch(url, agent)), "robots.txt", delay)
