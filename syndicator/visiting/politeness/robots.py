"""robots.txt (RFC 9309): parsed by protego, which only this module imports, and remembered for a day."""

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

from syndicator.core.model import Failed, Fetched, Request, Source
from syndicator.core.ports import Fetcher
from syndicator.core.urls import host
from syndicator.core.usage import vocabularies
from syndicator.visiting.fetch.decompress import CLIENT_ERROR
from syndicator.visiting.politeness.throttle import LONGEST_DELAY

OPERATOR = "operator"
_PREFIX = "robots "  # of a note's key in databases: it stays as it is
_LIFE = timedelta(days=1)  # RFC 9309 section 2.4: at most 24 hours
_AWAY_LIFE = timedelta(minutes=30)  # how soon an unreachable robots.txt is asked for again
_MOST = 512_000  # bytes that are read; RFC 9309 section 2.5 asks for 500 KiB, which is Google's limit too
_LICENCE = 20_000  # bytes of a licence: what is read of one within a page
_TOTAL = 16_000_000  # characters that are remembered of all origins: a thousand files of the usual few KB are 4 MB
_PRUNE_AFTER = 1_000_000  # characters noted since; looking at all notes after each took a tenth of a first visit
_NAME = re.compile(r"^(\s*user-?agent\s*:\s*[^\s#]+)\s.*$", re.I)
_PARSED = 256  # files kept parsed


class RobotsVerdict(NamedTuple):
    """Whether a URL may be read. `by`: who decided that: "robots.txt", "operator", "no robots.txt" or "robots.txt
    unreachable (<reason>)". `delay`: crawl-delay in seconds, at most 60."""

    allowed: bool
    by: str
    delay: float | None = None
    cause: str = ""  # why robots.txt could not be read: a reason code of model.Failed, "" when it was
    usage: str = ""  # what it says may be done with the answer: `usage.robots_txt.lines`


class _Rules(NamedTuple):
    fetched: datetime
    status: str  # "file", "none" or "away"
    text: str


def product(user_agent: str) -> str:
    """The product token of a User-Agent: what a robots.txt group names."""
    return user_agent.split("/", 1)[0].split(" ", 1)[0] or "*"


class Robots:
    """`await robots.verdict(url, source)`. `fetcher` waits for the host's turn and asks no robots.txt itself; `get`,
    `set`: notes that outlive the process; `user_agent`: its product token picks the rules; `prune` forgets expired
    notes and those beyond 16 MB, with the first note and after each million characters."""

    def __init__(
        self,
        fetcher: Fetcher,
        get: Callable[[str], str | None],
        set: Callable[[str, str | None, datetime], None],
        *,
        user_agent: str,
        clock: Callable[[], datetime],
        prune: Callable[[str, datetime, int], None] = lambda prefix, before, most: None,
    ) -> None:
        self._fetcher = fetcher
        self._get = get
        self._set = set
        self._prune = prune
        self._product = product(user_agent)
        self._clock = clock
        self._asking: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._parsed: dict[tuple[str, datetime], Protego] = {}
        self._noted = _PRUNE_AFTER  # characters since the last pruning

    async def verdict(self, url: str, source: Source | None = None, *, allow: tuple[str, ...] = ()) -> RobotsVerdict:
        """Whether `url` may be read. Never raises for what the network does. `source.robots` = "ignore": the operator
        has decided, nothing is fetched. `allow`: private networks that the host may be in (`model.Request.allow`)."""
        if source is not None and source.robots == "ignore":
            return RobotsVerdict(True, OPERATOR)
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        # pages of one origin that ask at the same time cause one request
        async with self._asking.setdefault(origin, asyncio.Lock()):
            rules = self._remembered(origin) or await self._fetched(f"{origin}/robots.txt", allow, _MOST, origin)
        if rules.status == "none":
            return RobotsVerdict(True, "no robots.txt")
        if rules.status == "away":
            return RobotsVerdict(False, f"robots.txt unreachable ({rules.text})", cause=rules.text)
        usage = vocabularies.lines(rules.text, self._product, url)
        key = (origin, rules.fetched)
        if key not in self._parsed:
            if len(self._parsed) >= _PARSED:
                self._parsed.clear()
            self._parsed[key] = parse(rules.text)
        return decide(self._parsed[key], url, self._product)._replace(usage=usage)

    async def licence(self, usage: str, url: str, *, allow: tuple[str, ...] = ()) -> str:
        """The document of the licence that robots.txt names (`License`, RSL 1.0) for `url`, remembered for a day; ""
        where it names none, or one that cannot be had. `usage`: of the verdict on `url`. Asked for as robots.txt is."""
        at = vocabularies.licence_at(usage, url)
        if not at:
            return ""
        async with self._asking.setdefault(at, asyncio.Lock()):
            known = self._remembered(at) or await self._fetched(at, allow if host(at) == host(url) else (), _LICENCE)
        return known.text if known.status == "file" else ""

    def _remembered(self, origin: str) -> _Rules | None:
        raw = self._get(_note(origin))
        if raw is None:
            return None
        try:
            at, status, text = json.loads(raw)
            rules = _Rules(datetime.fromisoformat(at), str(status), str(text))
            age = self._clock() - rules.fetched
        except (ValueError, TypeError):
            return None
        life = _AWAY_LIFE if rules.status == "away" else _LIFE
        return rules if timedelta(0) <= age < life else None

    async def _fetched(self, url: str, allow: tuple[str, ...], most: int, name: str = "") -> _Rules:
        """What is at `url`, `most` bytes of it, and remembers it by `name` (`url` itself, where that is empty)."""
        result = await self._fetcher.fetch(Request(url=url, kind="robots", allow=allow))
        now = self._clock()
        if isinstance(result, Fetched):
            rules = _Rules(now, "file", result.body[:most].decode("utf-8", "replace"))
        elif isinstance(result, Failed) and allows_all(result):
            rules = _Rules(now, "none", "")
        else:
            rules = _Rules(now, "away", result.reason if isinstance(result, Failed) else "not modified")
        if isinstance(result, Failed) and (result.no_network or result.ours or result.unasked):
            return rules  # the host was not asked (no network, no free file handle, it backs off): nothing to remember
        self._set(_note(name or url), json.dumps([now.isoformat(), rules.status, rules.text]), now)
        self._noted += len(rules.text)
        if self._noted >= _PRUNE_AFTER:
            self._noted = 0
            self._prune(_PREFIX, now - _LIFE, _TOTAL)
        return rules


def parse(text: str) -> Protego:
    """The rules of a robots.txt. A group's name ends at its first space: "Foo Bar" is a group for Foo, as Google's
    parser has it (RFC 9309 2.2.1 allows no space in a product token at all)."""
    lines = (_NAME.sub(r"\1", line) for line in text.lstrip("\ufeff").splitlines())
    return Protego.parse("\n".join(lines))


def allows_all(result: Failed) -> bool:
    """True for a failure that allows everything, as there is no robots.txt: 4xx other than 429, and too many redirects
    (RFC 9309 sections 2.3.1.2 and 2.3.1.3). 429 means that the host is overloaded: treated as unreachable."""
    if result.reason == "redirects":
        return True
    return result.status in CLIENT_ERROR and result.status != HTTPStatus.TOO_MANY_REQUESTS


def decide(rules: Protego, url: str, agent: str) -> RobotsVerdict:
    """What parsed rules say about `url` for the product token `agent`."""
    delay = rules.crawl_delay(agent)
    bounded = None if delay is None else max(0.0, min(float(delay), LONGEST_DELAY))
    return RobotsVerdict(bool(rules.can_fetch(url, agent)), "robots.txt", bounded)


def _note(origin: str) -> str:
    return f"{_PREFIX}{origin}"
