"""An operator's edit of a file wins: which fields a hand changed since our last write, and how both are joined. Pure.

The file's `digest` is eight hashes of six hex characters, one for each field below, of what we wrote last (not of what
the file says): a field whose hash differs was changed by a hand, and stays so for every later write."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

from syndicator.articles import normal_form
from syndicator.model import Article

_READ: dict[str, Callable[[Article], str]] = {
    "title": lambda article: article.title,
    "date": normal_form.day,
    "excerpt": lambda article: article.excerpt,
    "coverImage": lambda article: article.cover or "",
    "author": lambda article: article.author or "",
    "tags": lambda article: "\x1f".join(article.tags),
    "category": lambda article: article.category,
    # editors trim the ends of lines on their own: that is no edit
    "body": lambda article: "\n".join(line.rstrip(" \t") for line in article.body.split("\n")),
}
FIELDS = tuple(_READ)
_ATTRIBUTE = {"date": "published", "coverImage": "cover"}
_EACH = 6


def stamp(article: Article) -> str:
    """The `digest` of a file that says just what `article` says: 48 hex characters."""
    settled = normal_form.settle(article)
    return "".join(_hash(read(settled)) for read in _READ.values())


def hand_edited(article: Article) -> frozenset[str]:
    """The names (of `FIELDS`) that a hand changed in `article`, as loaded from its file. A file without a digest of
    ours was written by hand: all that it says counts as edited."""
    if not re.fullmatch(r"[0-9a-f]{48}", article.digest):
        return frozenset(name for name, read in _READ.items() if read(article))
    now = stamp(article)
    return frozenset(
        name
        for index, name in enumerate(FIELDS)
        if now[index * _EACH : (index + 1) * _EACH] != article.digest[index * _EACH : (index + 1) * _EACH]
    )


def claim(article: Article) -> Article:
    """`article` as loaded, with tags_by and excerpt_by "operator" where a hand wrote those."""
    return _signed(article, hand_edited(article))


def merge(ours_new: Article, in_file: Article, ordered: Collection[str] = ()) -> Article:
    """What to write over `in_file`: `ours_new` but for the fields that a hand changed, with the digest of `ours_new`,
    so that those stay known as edited, even where `ours_new` says the same (it may have been made from the file).
    `ordered`: names (of `FIELDS`) that an operator asked to change: they are taken from `ours_new` although a hand
    edited them, and stay the operator's. The id and the day it was added never change."""
    ours = normal_form.settle(ours_new)
    edited = hand_edited(in_file)
    kept: dict[str, Any] = {
        (attribute := _ATTRIBUTE.get(name, name)): getattr(in_file, attribute)
        for name in FIELDS
        if name in edited and name not in ordered
    }
    joined = replace(ours, **kept, added=in_file.added or ours.added)
    return _signed(replace(joined, digest=_digest(ours, joined, in_file, edited)), edited)


def _digest(ours: Article, joined: Article, in_file: Article, edited: Collection[str]) -> str:
    """The stamp of `ours`; for an edited field that the file and `ours` agree on, what we wrote before the edit."""
    if not edited:
        return stamp(ours)
    before = in_file.digest if re.fullmatch(r"[0-9a-f]{48}", in_file.digest) else "0" * _EACH * len(FIELDS)
    said, stands = stamp(ours), stamp(joined)
    parts = []
    for index, name in enumerate(FIELDS):
        place = slice(index * _EACH, (index + 1) * _EACH)
        parts.append(before[place] if name in edited and said[place] == stands[place] else said[place])
    return "".join(parts)


def _signed(article: Article, edited: frozenset[str]) -> Article:
    return replace(
        article,
        tags_by="operator" if "tags" in edited else article.tags_by,
        excerpt_by="operator" if "excerpt" in edited else article.excerpt_by,
    )


def _hash(value: str) -> str:
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:_EACH]
