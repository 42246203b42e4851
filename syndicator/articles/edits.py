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
    return (*FIELDS, *(row.key for row in fields.list_signed()))


def sign(article: Article) -> Article:
    """Return `article` with both digests, as in a file without edits."""
    later_hashes = {}
    for row in fields.list_signed():
        if row.written(article):
            later_hashes[row.key] = _hash(article, row.key)
    digest = "".join(_hash(article, name) for name in FIELDS)
    return replace(article, digest=digest, digest2=_format_hashes(later_hashes))


def sign_merged(merged: Article, ours: Article, in_file: Article) -> Article:
    """Return `merged` with digests of `ours`, so that edits differ; edits equal to ours keep those
    of `in_file`."""
    edited = hand_edited(in_file)
    recorded = _read_hashes(in_file)
    hashes: dict[str, str] = {}
    for name in names():
        our_hash = _hash(ours, name)
        is_edit_kept = name in edited and our_hash == _hash(merged, name)
        hashes[name] = recorded.get(name, _NO_HASH) if is_edit_kept else our_hash
    later_hashes = {}
    for row in fields.list_signed():
        if row.key in edited or row.written(ours):
            later_hashes[row.key] = hashes[row.key]
    digest = "".join(hashes[name] for name in FIELDS)
    return replace(merged, digest=digest, digest2=_format_hashes(later_hashes))


@lru_cache(4)  # a rewrite asks four times, which would hash all fields each time
def hand_edited(article: Article) -> frozenset[str]:
    """Return those `names()` of `article`, as loaded, that were edited by hand."""
    recorded = _read_hashes(article)
    return frozenset(name for name in names() if _is_edited(article, name, recorded.get(name)))


def _is_edited(article: Article, name: str, recorded_hash: str | None) -> bool:
    """Return True if a field differs from the recorded hash; None: we wrote no value."""
    if recorded_hash is None:
        return bool(_text(article, name))
    return _hash(article, name) != recorded_hash


def _read_hashes(article: Article) -> dict[str, str]:
    """Return the hashes of the fields that we wrote, by name, from the digests of `article`."""
    if not _DIGEST.fullmatch(article.digest):
        return {}
    hashes = {}
    for index, name in enumerate(FIELDS):
        start = index * _HASH_CHARS
        hashes[name] = article.digest[start : start + _HASH_CHARS]
    for part in article.digest2.split():
        name, _, field_hash = part.partition(":")
        hashes[name] = field_hash
    return hashes


def _format_hashes(hashes: dict[str, str]) -> str:
    return " ".join(f"{name}:{field_hash}" for name, field_hash in hashes.items())


def _text(article: Article, name: str) -> str:
    """Return the value of a field as one text, as it is hashed."""
    if name == "body":
        return _trim_body(article.body)
    value = fields.row(name).written(article)
    return "\x1f".join(value) if isinstance(value, list) else str(value or "")


@lru_cache(8)  # as `fields.spelled`
def _trim_body(body: str) -> str:
    """Normalise `body`, without blanks at line ends, which editors trim."""
    return "\n".join(line.rstrip(" \t") for line in BODY.settle(body).split("\n"))


def _hash(article: Article, name: str) -> str:
    data = _text(article, name).encode("utf-8", "surrogatepass")
    return hashlib.sha256(data).hexdigest()[:_HASH_CHARS]


class By(StrEnum):
    """Writers of a field's value, as files record them (`excerpt_by`, `tags_by`, `title_by`,
    `category_by`)."""

    PUBLISHER = "publisher"  # the page or its feed says so
    EXTRACTIVE = "extractive"  # sentences taken from the text
    MATCHED = "matched"  # the taxonomy's words are in the text
    LEARNT = "learnt"  # learnt from articles that a person confirmed
    LLM = "llm"  # a language model's answer
    OPERATOR = "operator"  # a hand edited the file, or an operator ordered it


def find_writer(article: Article, field: str) -> By | None:
    """Return the writer of `field`: the operator if edited, else the recorded one, else the
    publisher; None if unknown. An unmarked category is the model's if excerpt or tags are."""
    if field in hand_edited(article):
        return By.OPERATOR
    recorded = getattr(article, f"{field}_by", "")
    if not recorded and field == "category":
        recorded = category_by(article)
    elif not recorded and field not in ("excerpt", "tags"):
        recorded = By.PUBLISHER
    return next((by for by in By if by == recorded), None)


def may_write(article: Article, field: str, by: By) -> bool:
    """Return True if `by` may replace `field`: operators always, models only values of models and
    publishers."""
    if by is By.OPERATOR:
        return True
    writer = find_writer(article, field)
    if writer is By.OPERATOR:
        return False
    return writer is not By.LLM or by in (By.LLM, By.PUBLISHER)


@lru_cache(4)  # as `hand_edited`
def mark_operator_edits(article: Article) -> Article:
    """Return `article` as loaded, with tags_by and excerpt_by "operator" if these fields were
    edited by hand."""
    return _mark_operator(article, article)


def merge(ours_new: Article, in_file: Article, ordered: Collection[str] = ()) -> Article:
    """Return `ours_new` with the values of `in_file` for the operator's fields (except `ordered`),
    id and `added`."""
    ours = settle(ours_new)
    operator_values: dict[str, Any] = {}
    for name in names():
        # the caller checked `ours_new` with may_write; here only the operator's values are guarded
        writer = By.OPERATOR if name in ordered else By.PUBLISHER
        if may_write(in_file, name, writer):
            continue
        attribute = name if name == "body" else fields.row(name).attribute
        operator_values[attribute] = getattr(in_file, attribute)
    added = in_file.added or ours.added
    if "added" in ordered:
        added = ours.added
    merged = sign_merged(replace(ours, **operator_values, added=added), ours, in_file)
    return _mark_operator(merged, in_file, ordered)


def _mark_operator(article: Article, in_file: Article, ordered: Collection[str] = ()) -> Article:
    """Return `article` with the operator as the writer of those fields that are the operator's in
    `in_file`, except `ordered`."""
    edited = hand_edited(in_file)
    marks: dict[str, Any] = {}
    for name in ("title", "excerpt", "tags", "category"):
        if name in ordered:
            continue
        is_marked = getattr(in_file, f"{name}_by") == By.OPERATOR
        is_marked_by_edit = name in ("excerpt", "tags") and name in edited
        if is_marked or is_marked_by_edit:
            marks[f"{name}_by"] = By.OPERATOR.value
    # an unmarked category is the model's by its excerpt or tags: mark it before an edit hides that
    writer = marks.get("category_by") or article.category_by or category_by(article)
    marked = replace(article, **marks) if marks else article
    if writer == category_by(marked):
        writer = ""
    if writer == marked.category_by:
        return marked
    return replace(marked, category_by=writer)
