"""Which fields of an article file a hand changed since our last write. Pure.

The file has hashes of what we wrote last. A field whose hash differs was changed by a hand, and stays so for every
later write. A hash has six hexadecimal characters.

- `digest`: the hashes of FIELDS, one after the other. Neither the order nor the number of FIELDS ever changes: any
  other length counts as a file that was written by hand, and all its fields as edited.
- `digest2`: "name:hash" for the signed fields of later schemas (`fields.signed`), by name, so that more can come. One
  that we did not write has no hash: it is ours while it is empty, and a hand's where a hand filled it in."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from functools import lru_cache

from syndicator.articles import fields
from syndicator.articles.field_types import BODY
from syndicator.core.model import Article

FIELDS = ("title", "date", "excerpt", "coverImage", "author", "tags", "category", "body")
_HASH_CHARS = 6  # one edit in 16 million goes unnoticed, and eight hashes stay a short line
_DIGEST = re.compile(rf"[0-9a-f]{{{_HASH_CHARS * len(FIELDS)}}}")
_NO_HASH = "0" * _HASH_CHARS  # before an edit that we know of, of a field that we never wrote


def names() -> tuple[str, ...]:
    """The fields, by their keys in the file, whose edits are known."""
    return (*FIELDS, *(row.key for row in fields.signed()))


def digest(article: Article) -> str:
    """The `digest` of a file of just this `article`: 48 hexadecimal characters."""
    return "".join(_hash(article, name) for name in FIELDS)


def sign(article: Article) -> Article:
    """`article` with both digests, as a file has them that no hand edited."""
    hashes = {row.key: _hash(article, row.key) for row in fields.signed() if row.written(article)}
    return replace(article, digest=digest(article), digest2=_joined(hashes))


def sign_merged(merged: Article, ours: Article, in_file: Article) -> Article:
    """`merged`, which is `ours` but for what a hand edited in `in_file`, with the digests of `ours`, so that the edits
    stay known. An edited field on which `ours` and `merged` agree (`ours` may have been made from the file) keeps the
    hash of what we wrote before the edit."""
    edited, before = hand_edited(in_file), _written(in_file)
    new = {name: _hash(ours, name) for name in names()}
    kept = {name for name in edited if new[name] == _hash(merged, name)}
    hashes = {name: before.get(name, _NO_HASH) if name in kept else new[name] for name in new}
    later = {row.key: hashes[row.key] for row in fields.signed() if row.key in edited or row.written(ours)}
    return replace(merged, digest="".join(hashes[name] for name in FIELDS), digest2=_joined(later))


def hand_edited(article: Article) -> frozenset[str]:
    """The names (of `names()`) that a hand changed in `article`, as loaded from its file."""
    written = _written(article)
    return frozenset(name for name in names() if _differs(article, name, written.get(name)))


def is_hand_edited(article: Article, name: str) -> bool:
    """True when a hand changed the field `name` of `article`, as loaded from its file."""
    return _differs(article, name, _written(article).get(name))


def _differs(article: Article, name: str, written: str | None) -> bool:
    return bool(_text(article, name)) if written is None else _hash(article, name) != written


def _written(article: Article) -> dict[str, str]:
    """The hashes of what we wrote last, of each field that has one: none in a file that was written by hand."""
    if not _DIGEST.fullmatch(article.digest):
        return {}
    first = {name: article.digest[at * _HASH_CHARS : (at + 1) * _HASH_CHARS] for at, name in enumerate(FIELDS)}
    return first | {name: hash for name, _, hash in (part.partition(":") for part in article.digest2.split())}


def _joined(hashes: dict[str, str]) -> str:
    return " ".join(f"{name}:{hash}" for name, hash in hashes.items())


def _text(article: Article, name: str) -> str:
    """The field as text, "" where it is empty."""
    if name == "body":
        return _trimmed(article.body)
    value = fields.row(name).written(article)
    return "\x1f".join(value) if isinstance(value, list) else str(value or "")


@lru_cache(8)  # as with `field_types.spelled`
def _trimmed(body: str) -> str:
    """Editors trim the ends of lines on their own: that is no edit."""
    return "\n".join(line.rstrip(" \t") for line in BODY.settle(body).split("\n"))


def _hash(article: Article, name: str) -> str:
    return hashlib.sha256(_text(article, name).encode("utf-8", "surrogatepass")).hexdigest()[:_HASH_CHARS]
