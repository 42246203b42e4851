"""An operator's edit of a file wins: how a new version and a file that a hand may have edited are joined. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from syndicator.articles import fields, hand_edits
from syndicator.articles.normal_form import category_by, settle
from syndicator.articles.provenance import By, may_write
from syndicator.core.model import Article


def claim(article: Article) -> Article:
    """`article` as loaded, with tags_by and excerpt_by "operator" where a hand wrote those."""
    return _claimed(article, article)


def merge(ours_new: Article, in_file: Article, ordered: Collection[str] = ()) -> Article:
    """What to write over `in_file`: `ours_new` but for what is the operator's, with digests by which that stays known.
    `ordered`: names (of `hand_edits.names()`) that an operator asked to change: they are taken from `ours_new` although
    a hand edited them, with what that says of who wrote them. The id never changes, nor when it was added unless
    "added" is ordered: a clock that is right knows better."""
    ours = settle(ours_new)
    kept: dict[str, Any] = {
        (attribute := _attribute(name)): getattr(in_file, attribute)
        for name in hand_edits.names()
        # whoever made `ours_new` asked for itself before; here only the operator's words are guarded
        if not may_write(in_file, name, By.OPERATOR if name in ordered else By.PUBLISHER)
    }
    added = ours.added if "added" in ordered else in_file.added or ours.added
    merged = hand_edits.sign_merged(replace(ours, **kept, added=added), ours, in_file)
    return _claimed(merged, in_file, ordered)


def _attribute(name: str) -> str:
    return name if name == "body" else fields.row(name).attribute


def _claimed(article: Article, in_file: Article, ordered: Collection[str] = ()) -> Article:
    """`article` with the marks of what `in_file` has from the operator: its own marks, and excerpt and tags that a hand
    edited, but for those `ordered`. Other edited fields have no mark; the digests tell them."""
    edited = hand_edits.hand_edited(in_file)
    marks: dict[str, Any] = {
        f"{name}_by": By.OPERATOR.value
        for name in ("title", "excerpt", "tags", "category")
        if name not in ordered
        and (getattr(in_file, f"{name}_by") == By.OPERATOR or (name in edited and name in ("excerpt", "tags")))
    }
    # the language model's category stays known as such when its excerpt or tags were edited, which said so
    by = marks.get("category_by") or article.category_by or category_by(article)
    claimed = replace(article, **{**marks, "category_by": by})
    return replace(claimed, category_by="") if by == category_by(claimed) else claimed
