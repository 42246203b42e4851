"""Which fields of an article file a hand changed since our last write. Pure.

The file's `digest` is eight hashes of six hexadecimal characters, one for each of FIELDS in this order, of what we
wrote last (not of what the file says): a field whose hash differs was changed by a hand, and stays so for every later
write. Neither the order nor the number of FIELDS ever changes: old files would read as edited by hand."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

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
_HASH_CHARS = 6  # one edit in 16 million goes unnoticed, and eight hashes stay one readable line
_DIGEST = re.compile(rf"[0-9a-f]{{{_HASH_CHARS * len(FIELDS)}}}")
_NO_HASH = "0" * _HASH_CHARS


def digest(article: Article) -> str:
    """The `digest` of a file that says just what `article` says: 48 hexadecimal characters."""
    return "".join(_hashes(article).values())


def hand_edited(article: Article) -> frozenset[str]:
    """The names (of FIELDS) that a hand changed in `article`, as loaded from its file. A file without a digest of ours
    was written by hand: every field that is not empty counts as edited."""
    if not _DIGEST.fullmatch(article.digest):
        return frozenset(name for name, read in _READ.items() if read(article))
    written = _parts(article.digest)
    return frozenset(name for name, now in _hashes(article).items() if now != written[name])


def digest_after(ours: Article, joined: Article, in_file: Article) -> str:
    """The `digest` of `joined`, which is `ours` but for what a hand edited in `in_file`: the hashes of `ours`, so that
    the edits stay known. An edited field on which `ours` and `joined` agree (`ours` may have been made from the file)
    keeps the hash of what we wrote before the edit."""
    edited = hand_edited(in_file)
    before = _parts(in_file.digest) if _DIGEST.fullmatch(in_file.digest) else dict.fromkeys(FIELDS, _NO_HASH)
    new, stands = _hashes(ours), _hashes(joined)
    return "".join(before[name] if name in edited and new[name] == stands[name] else new[name] for name in FIELDS)


def _hashes(article: Article) -> dict[str, str]:
    settled = normal_form.settle(article)
    return {name: _hash(read(settled)) for name, read in _READ.items()}


def _parts(digest: str) -> dict[str, str]:
    return {name: digest[at * _HASH_CHARS : (at + 1) * _HASH_CHARS] for at, name in enumerate(FIELDS)}


def _hash(value: str) -> str:
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:_HASH_CHARS]
