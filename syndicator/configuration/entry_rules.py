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
_SHORTEST_TO_COMPARE = 300  # characters: a source with shorter texts cannot collapse
_COLLAPSE_FACTOR = 3


class Choice(Protocol):
    """The queries `keep` and `mute`: of a source, or of the settings for all sources."""

    @property
    def mute(self) -> str | None: ...
    @property
    def keep(self) -> str | None: ...


def leaves_out(choice: Choice, article: Article, body: Callable[[], str]) -> bool:
    """Return True if the query `choice.mute` matches an article, or if there is a query
    `choice.keep` that does not match it. `body`: returns the text of the article; it is called only
    if a query needs the text."""
    if choice.mute and is_match(parse_query(choice.mute), article, body):
        return True
    if not choice.keep:
        return False
    return not is_match(parse_query(choice.keep), article, body)


def is_muted(source: Source, entry: Entry, everywhere: Choice) -> bool:
    """Return True if the queries `keep` and `mute` leave an entry of a feed out. `source`: the
    source of the entry, with its own queries. `everywhere`: the queries for all sources, from
    syndicator.toml. Queries are applied to the feed's data about the entry and to the tags and
    category of the source, not to the entry's page, which is not fetched yet."""
    # both are a Choice: they have `keep` and `mute`
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
        """Return the text of the entry. Called only if a query needs it."""
        return _remove_markup(f"{entry.summary} {entry.content}")

    return any(leaves_out(choice, entry_as_article, get_body) for choice in choices)


def shorten_muted_entry(entry: Entry) -> Entry:
    """Return a muted entry with only those of its values that are stored. They are enough to apply
    the queries `keep` and `mute` again, when the operator edits these."""
    body = _remove_markup(f"{entry.summary} {entry.content}").strip()
    return replace(entry, summary=body[:_STORED_CHARACTERS], content="", enclosures=())


def _remove_markup(value: str) -> str:
    """Return the text in a piece of HTML, with a space in place of each tag and with characters in
    place of entities such as `&amp;`."""
    return html.unescape(_TAG.sub(" ", value))


def merge_body_lengths(
    read: Sequence[int], remembered: Sequence[int], *, is_first: bool
) -> tuple[int, ...]:
    """Return the lengths of a source's latest texts, the newest first, to remember until the next
    visit. `read`: the lengths of the texts of this visit. `remembered`: the lengths from earlier
    visits. `is_first`: True for the first visit to the source."""
    # The first visit reads old texts in any order: keep too few of them to be compared.
    most = NEWEST if is_first else _MOST_BODIES
    return (*read, *remembered)[:most]


def has_collapsed(bodies: Sequence[int]) -> bool:
    """Return True if the texts of a source have become much shorter: the median length of the
    newest texts is at most a third of the median of the earlier texts. Return False if there are
    too few earlier texts, or if these were short too. `bodies`: the lengths of the texts, the
    newest first; 0 for a page that was refused."""
    newest = bodies[:NEWEST]
    earlier = bodies[NEWEST:]
    if len(earlier) < NEWEST:
        return False
    if median(earlier) < _SHORTEST_TO_COMPARE:
        return False
    return _COLLAPSE_FACTOR * median(newest) <= median(earlier)


def drop_collapsed(bodies: Sequence[int]) -> tuple[int, ...]:
    """Return the lengths of a source's texts, without the newest ones if these have become much
    shorter than the others (`has_collapsed`). Call this when the rules of the source were
    corrected: the next texts are then compared with the long ones. `bodies`: lengths, the newest
    first."""
    if has_collapsed(bodies):
        return tuple(bodies[NEWEST:])
    return tuple(bodies)
