"""Which entries of a source the operator does not want read, by its `keep` and `mute`. Pure."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from functools import lru_cache

from syndicator.configuration.rules.query import Expr, matches, parse
from syndicator.core.model import Article, Entry, Source

_TAG = re.compile(r"<[^<>]{0,1000}>")
_KEPT = 2_000  # characters of an entry that was muted: enough to ask another query about it


def is_muted(source: Source, entry: Entry) -> bool:
    """True for an entry that `mute` of the source asks for, or that its `keep` does not. Both are asked about what the
    feed says of it: title, text, author and language, `tag:` for the feed's own tags and those of the source, and
    `category:` for the source's."""
    if not source.keep and not source.mute:
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

    def said(query: str) -> bool:
        return matches(_parsed(query), article, lambda: _text(f"{entry.summary} {entry.content}"))

    return bool(source.mute and said(source.mute)) or bool(source.keep and not said(source.keep))


def remembered(entry: Entry) -> Entry:
    """What is kept of a muted entry, to ask an edited query about it when its feed has it no more."""
    return replace(entry, summary=_text(f"{entry.summary} {entry.content}").strip()[:_KEPT], content="", enclosures=())


def _text(value: str) -> str:
    return html.unescape(_TAG.sub(" ", value))


@lru_cache(maxsize=256)
def _parsed(query: str) -> Expr:
    return parse(query)
