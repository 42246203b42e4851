"""An operator's edit of a file wins: how a new version and a file that a hand may have edited are joined. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from syndicator.articles import normal_form
from syndicator.articles.hand_edits import FIELDS, digest_after, hand_edited
from syndicator.articles.provenance import By, may_write
from syndicator.model import Article

_ATTRIBUTE = {"date": "published", "coverImage": "cover"}


def claim(article: Article) -> Article:
    """`article` as loaded, with tags_by and excerpt_by "operator" where a hand wrote those."""
    return _signed(article, hand_edited(article))


def merge(ours_new: Article, in_file: Article, ordered: Collection[str] = ()) -> Article:
    """What to write over `in_file`: `ours_new` but for what is the operator's, with a digest by which that stays known.
    `ordered`: names (of FIELDS) that an operator asked to change: they are taken from `ours_new` although a hand edited
    them, and stay the operator's. The id and the day it was added never change."""
    ours = normal_form.settle(ours_new)
    kept: dict[str, Any] = {
        (attribute := _ATTRIBUTE.get(name, name)): getattr(in_file, attribute)
        for name in FIELDS
        # whoever made `ours_new` asked for itself before; here only the operator's words are guarded
        if not may_write(in_file, name, By.OPERATOR if name in ordered else By.PUBLISHER)
    }
    joined = replace(ours, **kept, added=in_file.added or ours.added)
    return _signed(replace(joined, digest=digest_after(ours, joined, in_file)), hand_edited(in_file))


def _signed(article: Article, edited: Collection[str]) -> Article:
    return replace(
        article,
        tags_by=By.OPERATOR if "tags" in edited else article.tags_by,
        excerpt_by=By.OPERATOR if "excerpt" in edited else article.excerpt_by,
    )
