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
from syndicator.searching.matching import is_match

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
    if choice.mute and is_match(parse_query(choice.mute), article, body):
        return True
    if not choice.keep:
        return False
    return not is_match(parse_query(choice.keep), article, body)


def is_muted(source: Source, entry: Entry, everywhere: Choice) -> bool:
    """Return True if `keep` or `mute` of source or settings exclude the entry, by feed data and the
    source's tags."""
    choices = [choice for choice in (source, everywhere) if choice.keep or choice.mute]
    if not choices:
        return False
    article = Article(
        id="",
        url=entry.url,
        title=_remove_markup(entry.title),
        author=", ".join(entry.authors) or None,
        tags=(*entry.categories, *source.tags),
        category=source.category or "",
        language=entry.language or source.language,
        source_key=source.key,
    )

    def get_body() -> str:
        return _remove_markup(f"{entry.summary} {entry.content}")

    return any(leaves_out(choice, article, get_body) for choice in choices)


def shorten_muted_entry(entry: Entry) -> Entry:
    """Return the part of a muted entry to store; edited queries are tested on it later."""
    body = _remove_markup(f"{entry.summary} {entry.content}").strip()
    return replace(entry, summary=body[:_KEPT], content="", enclosures=())


def _remove_markup(value: str) -> str:
    """Return HTML as plain text."""
    return html.unescape(_TAG.sub(" ", value))


def remember_bodies(
    read: Sequence[int], before: Sequence[int], *, is_first: bool
) -> tuple[int, ...]:
    """Return the lengths of texts to remember, newest first. `is_first`: they are of a source's
    first hour, in no order of time. Later texts are compared with these, and for that a few
    suffice: so they are not compared with each other."""
    return (*read, *before)[: NEWEST if is_first else _BODIES]


def has_collapsed(bodies: Sequence[int]) -> bool:
    """Return True if the newest texts are a third as long as those before, or shorter. `bodies`:
    their lengths, the newest first, 0 if refused."""
    newest = bodies[:NEWEST]
    earlier = bodies[NEWEST:]
    if len(earlier) < NEWEST or median(earlier) < _LONG:
        return False
    return _THIRD * median(newest) <= median(earlier)


def before_collapse(bodies: Sequence[int]) -> tuple[int, ...]:
    """Return `bodies` without collapsed texts. Call after a source's rules were corrected."""
    if has_collapsed(bodies):
        return tuple(bodies[NEWEST:])
    return tuple(bodies)
