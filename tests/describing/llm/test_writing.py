"""What of an excerpt in a model's own words may stand."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from syndicator.describing.llm.writing import fault
from syndicator.describing.summary.excerpt import summarize
from syndicator.ports import Material

ARTICLES = tomllib.loads((Path(__file__).parent / "answers.toml").read_text("utf-8"))["article"]


def material(article: dict[str, Any]) -> Material:
    return Material(title=article["title"], text=article["text"].strip(), language=article["language"])


def reason(excerpt: str, asked: Material) -> str:
    found = fault(excerpt, asked)
    return found.reason if found else ""


@pytest.mark.parametrize(
    ("article", "case"),
    [(article, case) for article in ARTICLES for case in article["cases"]],
    ids=lambda value: value.get("says", value.get("language", ""))[:60],
)
def test_excerpts(article: dict[str, Any], case: dict[str, str]) -> None:
    assert reason(case["says"], material(article)) == case["is"]


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article["language"])
def test_our_own_excerpt_would_stand(article: dict[str, Any]) -> None:
    asked = material(article)
    ours = summarize(asked.title, asked.text, asked.language)
    assert ours and reason(ours, asked) == ""
