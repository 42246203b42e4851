"""Detect edits by hand in an article file, and merge a new version so that they win. Pure.
Also who wrote a field, and who may."""

import hashlib
import re
from collections.abc import Collection
from dataclasses import replace
from enum import StrEnum
from functools import lru_cache
from typing import Any

from syndicator.articles import fields
from syndicator.articles.fields import BODY, category_by, settle
from syndicator.core.model import Article

FIELDS = ("title", "date", "excerpt", "coverImage", "author", "tags", "category", "body")
_HASH_CHARS = 6  # one edit in 16 million goes unnoticed, and eight hashes stay a short line
_DIGEST = re.compile(rf"[0-9a-f]{{{_HASH_CHARS * len(FIELDS)}}}")
_NO_HASH = "0" * _HASH_CHARS  # of a field that we never wrote and a hand did


def names() -> tuple[str, ...]:
    """Return the keys of the fields whose edits are detected."""
    return (*FIELDS, *(row.key for row in fields.signed()))


def sign(article: Article) -> Article:
    """Return `article` with both digests, as in a file without edits."""
    hashes = {row.key: _hash(article, row.key) for row in fields.signed() if row.written(article)}
    return replace(
        article, digest="".join(_hash(article, name) for name in FIELDS), digest2=_joined(hashes)
    )


def sign_merged(merged: Article, ours: Article, in_file: Article) -> Article:
    """Return `merged` with digests of `ours`, so that edits differ; edits equal to ours keep those
    of `in_file`."""
    edited = hand_edited(in_file)
    before = _written(in_file)
    new = {name: _hash(ours, name) for name in names()}
    unchanged = {name for name in edited if new[name] == _hash(merged, name)}
    hashes = {name: before.get(name, _NO_HASH) if name in unchanged else new[name] for name in new}
    later = {
        row.key: hashes[row.key]
        for row in fields.signed()
        if row.key in edited or row.written(ours)
    }
    return replace(merged, digest="".join(hashes[name] for name in FIELDS), digest2=_joined(later))


@lru_cache(4)  # a rewrite asks four times, which would hash all fields each time
def hand_edited(article: Article) -> frozenset[str]:
    """Return those `names()` of `article`, as loaded, that were edited by hand."""
    written = _written(article)
    return frozenset(name for name in names() if _differs(article, name, written.get(name)))


def _differs(article: Article, name: str, written: str | None) -> bool:
    return bool(_text(article, name)) if written is None else _hash(article, name) != written


def _written(article: Article) -> dict[str, str]:
    if not _DIGEST.fullmatch(article.digest):
        return {}
    first = {
        name: article.digest[at * _HASH_CHARS : (at + 1) * _HASH_CHARS]
        for at, name in enumerate(FIELDS)
    }
    return first | {
        name: digest
        for name, _, digest in (part.partition(":") for part in article.digest2.split())
    }


def _joined(hashes: dict[str, str]) -> str:
    return " ".join(f"{name}:{digest}" for name, digest in hashes.items())


def _text(article: Article, name: str) -> str:
    if name == "body":
        return _trimmed(article.body)
    value = fields.row(name).written(article)
    return "\x1f".join(value) if isinstance(value, list) else str(value or "")


@lru_cache(8)  # as `fields.spelled`
def _trimmed(body: str) -> str:
    """Normalise `body`, without blanks at line ends, which editors trim."""
    return "\n".join(line.rstrip(" \t") for line in BODY.settle(body).split("\n"))


def _hash(article: Article, name: str) -> str:
    return hashlib.sha256(_text(article, name).encode("utf-8", "surrogatepass")).hexdigest()[
        :_HASH_CHARS
    ]


class By(StrEnum):
    """Writers of a field's value, as files record them (`excerpt_by`, `tags_by`, `title_by`,
    `category_by`)."""

    PUBLISHER = "publisher"  # the page or its feed says so
    EXTRACTIVE = "extractive"  # sentences taken from the text
    MATCHED = "matched"  # the taxonomy's words are in the text
    LEARNT = "learnt"  # learnt from articles that a person confirmed
    LLM = "llm"  # a language model's answer
    OPERATOR = "operator"  # a hand edited the file, or an operator ordered it


def by_of(article: Article, field: str) -> By | None:
    """Return the writer of `field`: the operator if edited, else the recorded one, else the
    publisher; None if unknown. An unmarked category is the model's if excerpt or tags are."""
    if field in hand_edited(article):
        return By.OPERATOR
    recorded = getattr(article, f"{field}_by", "")
    if not recorded and field not in ("excerpt", "tags"):
        recorded = category_by(article) if field == "category" else By.PUBLISHER
    return next((by for by in By if by == recorded), None)


def may_write(article: Article, field: str, by: By) -> bool:
    """Return True if `by` may replace `field`: operators always, models only values of models and
    publishers."""
    if by is By.OPERATOR:
        return True
    writer = by_of(article, field)
    return writer is not By.OPERATOR and (writer is not By.LLM or by in (By.LLM, By.PUBLISHER))


@lru_cache(4)  # as `hand_edited`
def claim(article: Article) -> Article:
    """Return `article` as loaded, with tags_by and excerpt_by "operator" if these fields were
    edited by hand."""
    return _claimed(article, article)


def merge(ours_new: Article, in_file: Article, ordered: Collection[str] = ()) -> Article:
    """Return `ours_new` with the values of `in_file` for the operator's fields (except `ordered`),
    id and `added`."""
    ours = settle(ours_new)
    theirs: dict[str, Any] = {
        (attribute := name if name == "body" else fields.row(name).attribute): getattr(
            in_file, attribute
        )
        for name in names()
        # the caller checked `ours_new` with may_write; here only the operator's values are guarded
        if not may_write(in_file, name, By.OPERATOR if name in ordered else By.PUBLISHER)
    }
    added = ours.added if "added" in ordered else in_file.added or ours.added
    merged = sign_merged(replace(ours, **theirs, added=added), ours, in_file)
    return _claimed(merged, in_file, ordered)


def _claimed(article: Article, in_file: Article, ordered: Collection[str] = ()) -> Article:
    edited = hand_edited(in_file)
    marks: dict[str, Any] = {
        f"{name}_by": By.OPERATOR.value
        for name in ("title", "excerpt", "tags", "category")
        if name not in ordered
        and (
            getattr(in_file, f"{name}_by") == By.OPERATOR
            or (name in edited and name in ("excerpt", "tags"))
        )
    }
    # an unmarked category is the model's by its excerpt or tags: mark it before an edit hides that
    by = marks.get("category_by") or article.category_by or category_by(article)
    claimed = replace(article, **marks) if marks else article
    by = "" if by == category_by(claimed) else by
    return claimed if by == claimed.category_by else replace(claimed, category_by=by)
