"""Detect which fields of an article file were edited by hand, and keep these edits in new versions.
Also tells who wrote a field and who may replace it. Pure."""

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
_NO_HASH = "0" * _HASH_CHARS  # for a field that we never wrote but a person did


def list_field_keys() -> tuple[str, ...]:
    """Return the keys of all fields whose edits are detected: FIELDS, whose hashes are in `digest`,
    and the later fields whose hashes are in `digest2`."""
    return (*FIELDS, *(row.key for row in fields.list_signed()))


def sign(article: Article) -> Article:
    """Return `article` with the digests of all its values. From them, a later call finds which
    values were edited in its file since.

    `digest` has the hashes of the FIELDS, and `digest2` those of later fields that have a value."""
    later_hashes = {}
    for row in fields.list_signed():
        if row.written(article):
            later_hashes[row.key] = _hash(article, row.key)
    digest = "".join(_hash(article, name) for name in FIELDS)
    return replace(article, digest=digest, digest2=_format_hashes(later_hashes))


def sign_merged(merged: Article, ours: Article, in_file: Article) -> Article:
    """Return `merged`, a new version with the operator's edits in it, with the digests of `ours`,
    our version without them. So the edited values do not match their hashes, and count as edits
    next time, too.

    An edit that happens to equal our value keeps its hash of `in_file`, the article as loaded from
    the file, so that it stays an edit."""
    edited = hand_edited(in_file)
    recorded_hashes = _read_hashes(in_file)
    hashes: dict[str, str] = {}
    for name in list_field_keys():
        our_hash = _hash(ours, name)
        is_edit_like_ours = name in edited and our_hash == _hash(merged, name)
        hashes[name] = our_hash
        if is_edit_like_ours:
            hashes[name] = recorded_hashes.get(name, _NO_HASH)

    later_hashes = {}
    for row in fields.list_signed():
        if row.key in edited or row.written(ours):
            later_hashes[row.key] = hashes[row.key]
    digest = "".join(hashes[name] for name in FIELDS)
    return replace(merged, digest=digest, digest2=_format_hashes(later_hashes))


@lru_cache(4)  # a rewrite asks four times, which would hash all fields each time
def hand_edited(article: Article) -> frozenset[str]:
    """Return the keys of the fields that a person has edited in the article's file since we wrote
    it. `article`: as loaded from the file."""
    our_hashes = _read_hashes(article)
    edited: set[str] = set()
    for name in list_field_keys():
        if _is_edited(article, name, our_hashes.get(name)):
            edited.add(name)
    return frozenset(edited)


def _is_edited(article: Article, name: str, recorded_hash: str | None) -> bool:
    """Return True if the field `name` has another value than the one that we wrote.
    `recorded_hash`: the hash of the value that we wrote, None if we wrote none."""
    if recorded_hash is None:
        return bool(_get_hashed_text(article, name))
    return _hash(article, name) != recorded_hash


def _read_hashes(article: Article) -> dict[str, str]:
    """Return the hash of each value that we wrote into the file of `article`, by the field's name.
    They are in its digests. Return {} if we did not write its file."""
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
    """Return the text of `digest2`, such as "authors:1a2b3c rights:4d5e6f"."""
    return " ".join(f"{name}:{field_hash}" for name, field_hash in hashes.items())


def _get_hashed_text(article: Article, name: str) -> str:
    """Return the value of the field `name` as the text that is hashed; "" if it is empty."""
    if name == "body":
        return _trim_body(article.body)
    value = fields.row(name).written(article)  # as it would stand in the file
    if isinstance(value, list):
        return "\x1f".join(value)
    return str(value or "")


@lru_cache(8)  # as for `fields.normalise_body`
def _trim_body(body: str) -> str:
    """Return `body` in its normal form, without blanks at line ends: editors delete these without
    being asked."""
    lines = BODY.settle(body).split("\n")
    return "\n".join(line.rstrip(" \t") for line in lines)


def _hash(article: Article, name: str) -> str:
    """Return six hexadecimal digits that change with the value of the field `name`."""
    data = _get_hashed_text(article, name).encode("utf-8", "surrogatepass")
    return hashlib.sha256(data).hexdigest()[:_HASH_CHARS]


class By(StrEnum):
    """Who wrote the value of a field, as files record it in `excerpt_by`, `tags_by`, `title_by` and
    `category_by`."""

    PUBLISHER = "publisher"  # the page or its feed says so
    EXTRACTIVE = "extractive"  # sentences taken from the text
    MATCHED = "matched"  # the taxonomy's words are in the text
    LEARNT = "learnt"  # learnt from articles that a person confirmed
    LLM = "llm"  # a language model's answer
    OPERATOR = "operator"  # the operator edited the file, or ordered the value by a command


def find_writer(article: Article, field: str) -> By | None:
    """Return who wrote the value of `field`: the operator if it was edited by hand, or else the
    writer that the file records. If the file records none, it is the publisher, or for a category
    the result of `fields.category_by`. Return None if an excerpt or tags have no recorded writer,
    or if the recorded one is unknown."""
    if field in hand_edited(article):
        return By.OPERATOR
    writer = getattr(article, f"{field}_by", "")
    is_recorded = bool(writer)
    if not is_recorded and field == "category":
        writer = category_by(article)
    elif not is_recorded and field not in ("excerpt", "tags"):
        writer = By.PUBLISHER
    for by in By:
        if by == writer:
            return by
    return None  # nobody, or a writer that only a later version knows


def may_write(article: Article, field: str, by: By) -> bool:
    """Return True if the writer `by` may replace the value of `field`. The operator may replace
    every value, and only the operator may replace the operator's values. A language model's value
    may only be replaced by a language model or the publisher."""
    if by is By.OPERATOR:
        return True
    writer = find_writer(article, field)
    if writer is By.OPERATOR:
        return False
    if writer is By.LLM:
        return by in (By.LLM, By.PUBLISHER)
    return True


@lru_cache(4)  # as `hand_edited`
def mark_operator_edits(article: Article) -> Article:
    """Return `article`, as loaded from its file, with "operator" as the writer of its tags and its
    excerpt if they were edited by hand."""
    return _mark_operator(article, article)


def merge(ours_new: Article, in_file: Article, ordered: Collection[str] = ()) -> Article:
    """Return `ours_new`, our new version of an article, with the values that the operator wrote
    into its file, and with the file's time of adding. `in_file`: the article as loaded from the
    file. `ordered`: fields that a command of the operator changes, which are always taken from
    `ours_new`."""
    ours = settle(ours_new)
    operator_values: dict[str, Any] = {}
    for name in list_field_keys():
        # the caller has checked with `may_write` what else `ours_new` may replace; here, only the
        # operator's values are guarded
        writer = By.OPERATOR if name in ordered else By.PUBLISHER
        may_replace = may_write(in_file, name, writer)
        if may_replace:
            continue
        attribute = name if name == "body" else fields.row(name).attribute
        operator_values[attribute] = getattr(in_file, attribute)
    kept_added = in_file.added or ours.added
    added = ours.added if "added" in ordered else kept_added
    merged = replace(ours, **operator_values, added=added)
    signed = sign_merged(merged, ours, in_file)
    return _mark_operator(signed, in_file, ordered)


def _mark_operator(article: Article, in_file: Article, ordered: Collection[str] = ()) -> Article:
    """Return `article` with the operator recorded as the writer of the values that the operator
    wrote into its file. `in_file`: the article as loaded from the file. `ordered`: fields that are
    left out.

    `category_by` stays empty if an empty one means the same writer (`fields.category_by`)."""
    edited = hand_edited(in_file)
    marks: dict[str, Any] = {}
    for name in ("title", "excerpt", "tags", "category"):
        if name in ordered:
            continue
        is_marked = getattr(in_file, f"{name}_by") == By.OPERATOR
        is_marked_by_edit = name in ("excerpt", "tags") and name in edited
        if is_marked or is_marked_by_edit:
            marks[f"{name}_by"] = By.OPERATOR.value
    # An unmarked category gets its writer from excerpt_by and tags_by, which the marks change: find
    # the writer before.
    writer = marks.get("category_by") or article.category_by or category_by(article)
    marked = replace(article, **marks) if marks else article
    if writer == category_by(marked):
        writer = ""  # an empty `category_by` means the same
    if writer == marked.category_by:
        return marked
    return replace(marked, category_by=writer)
