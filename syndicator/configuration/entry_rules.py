"""`keep` and `mute` of sources (their language: `searching.language`), and pages whose texts became
much shorter. Pure."""

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from statistics import median
from typing import Protocol

from syndicator.core.model import Article, Entry, Source
from syndicator.searching.language import parse_query
from syndicator.searching.matching import matches

_TAG = re.compile(r"<[^<>]{0,1000}>")
_KEPT = 2_000  # characters stored of a muted entry, to test other queries
_BODIES = 20  # remembered lengths of texts
NEWEST = 5  # texts, compared with at least as many before them
_LONG = 300  # characters: shorter texts were incomplete before
_THIRD = 3


class Choice(Protocol):
    """`keep` and `mute` of a source, or for all sources."""

    @property
    def mute(self) -> str | None: ...
    @property
    def keep(self) -> str | None: ...


def leaves_out(choice: Choice, article: Article, body: Callable[[], str]) -> bool:
    """Return True if `mute` matches the article or `keep` does not. `body`: as in `matches`."""
    if choice.mute and matches(parse_query(choice.mute), article, body):
        return True
    return bool(choice.keep) and not matches(parse_query(choice.keep or ""), article, body)


def is_muted(source: Source, entry: Entry, everywhere: Choice) -> bool:
    """Return True if `keep` or `mute` of source or settings exclude the entry, by feed data and the
    source's tags."""
    choices = [choice for choice in (source, everywhere) if choice.keep or choice.mute]
    if not choices:
        return False
    article = Article(
        id="",
        url=entry.url,
        title=_text(entry.title),
        author=", ".join(entry.authors) or None,
        tags=(*entry.categories, *source.tags),
        category=source.category or "",
        language=entry.language or source.language,
        source_key=source.key,
    )
    return any(
        leaves_out(choice, article, lambda: _text(f"{entry.summary} {entry.content}"))
        for choice in choices
    )


def remembered(entry: Entry) -> Entry:
    """Return the part of a muted entry to store; edited queries are tested on it later."""
    return replace(
        entry,
        summary=_text(f"{entry.summary} {entry.content}").strip()[:_KEPT],
        content="",
        enclosures=(),
    )


def _text(value: str) -> str:
    return html.unescape(_TAG.sub(" ", value))


def remember_bodies(
    read: Sequence[int], before: Sequence[int], *, is_first: bool
) -> tuple[int, ...]:
    """Return the lengths of texts to remember, newest first. `is_first`: they are of a source's
    first hour, in no order of time. Later texts are compared with these, and for that a few
    suffice: so they are not compared with each other."""
    return (*read, *before)[: NEWEST if is_first else _BODIES]


def has_collapsed(bodies: Sequence[int]) -> bool:
    """Return True if the newest of `bodies` are a third as long as before. Lengths, newest first, 0
    if refused."""
    newest = bodies[:NEWEST]
    before = bodies[NEWEST:]
    if len(before) < NEWEST or median(before) < _LONG:
        return False
    return _THIRD * median(newest) <= median(before)


def before_collapse(bodies: Sequence[int]) -> tuple[int, ...]:
    """Return `bodies` without collapsed texts. Call after a source's rules were corrected."""
    return tuple(bodies[NEWEST:] if has_collapsed(bodies) else bodies)
