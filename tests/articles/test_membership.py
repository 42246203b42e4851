"""Which feeds an article belongs to, and their slugs."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.articles.fields import feeds_of, named_feeds_of
from syndicator.core import text
from syndicator.core.model import FeedKey
from tests.articles.samples import make_full_article
from tests.samples import Samples


def test_an_article_is_in_all_its_tags_its_category_and_its_source() -> None:
    """An article is in the feed of everything and in those of its tags (once, by slug, and named as
    its first spelling), category and source; a copy is in that of its source only."""
    article = make_full_article(tags=("AI", "C++", "ai"), category="Big Science", source_key="src")

    assert feeds_of(article) == [
        FeedKey("all", "all"),
        FeedKey("tag", "ai"),
        FeedKey("tag", "c-plus-plus"),
        FeedKey("category", "big-science"),
        FeedKey("source", "src"),
    ]
    assert named_feeds_of(article)[FeedKey("tag", "ai")] == "AI"

    bare = make_full_article(tags=(), category="", source_key="")
    assert feeds_of(bare) == [FeedKey("all", "all")]

    copy = replace(article, merged_into="another")
    assert feeds_of(copy) == [FeedKey("source", "src")]


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("AI", "ai"),
        ("Large Language Models", "large-language-models"),
        ("C", "c"),
        ("C++", "c-plus-plus"),
        ("C#", "c-sharp"),
        ("A*", "a-star"),
        (".NET", "dot-net"),
        ("NET", "net"),
        ("Node.js", "node-js"),
        ("R&D", "r-and-d"),
        ("GPT-4", "gpt-4"),
        ("Köln", "koln"),
        ("naïve  Bayes", "naive-bayes"),
        ("  AI ", "ai"),
        ("ａｉ", "ai"),
        ("../../etc/passwd", "etc-passwd"),
    ],
)
def test_slugs_of_names(name: str, slug: str) -> None:
    """Names of tags become slugs for addresses: readable, and different for different things such
    as C, C++ and C#."""
    assert text.slug(name) == slug


def test_names_that_differ_in_more_than_case_accents_and_punctuation_do_not_collide() -> None:
    """Names that mean different things have different slugs, also if they differ only in a sign, a
    script or a long end."""
    names = [
        "C",
        "C++",
        "C#",
        "C+",
        "NET",
        ".NET",
        "AI",
        "公式",
        "攻势",
        "日本",
        "con",
        "CON1",
        "COM1",
        "$A",
        "A",
        "я",
        "ja",
        "?",
        "??",
        "/",
        "١",
        "1",
        "½",
        "µ",
        "u",
        "=",
        "a=b",
    ]
    names += ["AI 🚀", "x" * 61, "x" * 62, "", "1 2", "a b"]

    slugs = {name: text.slug(name) for name in names}

    clashes = [(a, b) for a in names for b in names if a < b and slugs[a] == slugs[b]]
    assert clashes == []


def test_slugs_of_hostile_names_are_plain(samples: Samples) -> None:
    """The slug of a hostile name, such as a path, has only letters a to z, digits and single
    hyphens, at most 60 of them, and is no name that Windows reserves."""
    for row in samples.rows("paths", every=10):
        assert_plain(text.slug(row["name"]))


@given(st.text())
def test_any_slug_is_plain_and_case_makes_no_difference(name: str) -> None:
    """Any text has a plain slug (short, only letters a to z, digits and hyphens), which does not
    depend on spaces around it. Folding the case twice changes nothing more."""
    assert_plain(text.slug(name))
    assert text.slug(name.strip()) == text.slug(name)

    folded = text.remove_illegal(name).casefold()

    assert text.slug(folded) == text.slug(folded.casefold())


def assert_plain(slug: str) -> None:
    assert re.fullmatch(r"[a-z0-9](-?[a-z0-9])*", slug), slug
    assert len(slug) <= 60
    assert slug not in ("con", "nul", "aux", "prn", "com1", "lpt9", "index")
