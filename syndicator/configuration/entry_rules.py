"""Apply `keep` and `mute` of sources, and notice pages whose texts became much shorter. Pure.

`searching.language` defines the queries."""

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
_STORED_CHARACTERS = 2_000  # characters of a muted entry that are stored
_MOST_BODIES = 20  # lengths of texts that are remembered
NEWEST = 5  # newest texts; they are compared with at least as many before
_LEAST_LENGTH = 300  # characters: a source with shorter texts cannot collapse
_COLLAPSE_FACTOR = 3


class Choice(Protocol):
    """The queries `keep` and `mute`: of a source, or of the settings for all sources."""

    @property
    def mute(self) -> str | None: ...
    @property
    def keep(self) -> str | None: ...


def leaves_out(choice: Choice, article: Article, body: Callable[[], str]) -> bool:
    """Return True if an article is to be left out: `mute` matches it, or `keep` does not. `body`:
    returns its text, if a query needs it."""
    if choice.mute and is_match(parse_query(choice.mute), article, body):
        return True
    if not choice.keep:
        return False
    return not is_match(parse_query(choice.keep), article, body)


def is_muted(source: Source, entry: Entry, everywhere: Choice) -> bool:
    """Return True if an entry is to be left out by the queries `keep` and `mute`: those of its
    source, or those of the settings for all sources (`everywhere`). The queries search what the
    feed says of the entry, not its page, and the tags and category of the source."""
    choices = [choice for choice in (source, everywhere) if choice.keep or choice.mute]
    if not choices:
        return False
    entry_as_article = Article(
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

    return any(leaves_out(choice, entry_as_article, get_body) for choice in choices)


def shorten_muted_entry(entry: Entry) -> Entry:
    """Return the part of a muted entry that is stored. When the operator edits the queries, they
    are tried on it again."""
    body = _remove_markup(f"{entry.summary} {entry.content}").strip()
    return replace(entry, summary=body[:_STORED_CHARACTERS], content="", enclosures=())


def _remove_markup(value: str) -> str:
    """Return the text of HTML, with spaces for tags."""
    return html.unescape(_TAG.sub(" ", value))


def remember_bodies(
    read: Sequence[int], before: Sequence[int], *, is_first: bool
) -> tuple[int, ...]:
    """Return the lengths of texts to remember, the newest first. `read`: of this visit; `before`:
    remembered so far. `is_first`: this is the first visit of a source, whose texts are in no order
    of time; then so few are remembered that they are not compared with each other."""
    return (*read, *before)[: NEWEST if is_first else _MOST_BODIES]


def has_collapsed(bodies: Sequence[int]) -> bool:
    """Return True if the five newest texts are, in the middle, at most a third as long as those
    before. Sources with only short texts never collapse. `bodies`: lengths, the newest first; 0 for
    a page that was refused."""
    newest = bodies[:NEWEST]
    earlier = bodies[NEWEST:]
    if len(earlier) < NEWEST or median(earlier) < _LEAST_LENGTH:
        return False
    return _COLLAPSE_FACTOR * median(newest) <= median(earlier)


def drop_collapsed(bodies: Sequence[int]) -> tuple[int, ...]:
    """Return the lengths without the newest texts if these have collapsed. Call after the rules of
    a source were corrected."""
    if has_collapsed(bodies):
        return tuple(bodies[NEWEST:])
    return tuple(bodies)
