"""What of a language model's answers may stand."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.describing.llm.prompt import Lists
from syndicator.describing.llm.validate import Accepted, Refusal, judge
from syndicator.describing.summary.excerpt import summarize
from syndicator.ports import Material

ARTICLES = tomllib.loads((Path(__file__).parent / "answers.toml").read_text("utf-8"))["article"]
LISTS = Lists(categories=(("AI", ""), ("Hard-ware", "chips")), tags=("LLM", "open source", "C++"))


def material(article: dict[str, Any]) -> Material:
    return Material(title=article["title"], text=article["text"].strip(), language=article["language"])


ENERGY = material(ARTICLES[0])
FINE = ARTICLES[0]["cases"][0]["says"]


def content(excerpt: Any = FINE, category: Any = "AI", tags: Any = ("LLM",)) -> str:
    return json.dumps({"excerpt": excerpt, "category": category, "tags": tags}, ensure_ascii=False)


def reason(answer: Accepted | Refusal) -> str:
    return answer.reason if isinstance(answer, Refusal) else ""


@pytest.mark.parametrize(
    ("article", "case"),
    [(article, case) for article in ARTICLES for case in article["cases"]],
    ids=lambda value: value.get("says", value.get("language", ""))[:60],
)
def test_excerpts(article: dict[str, Any], case: dict[str, str]) -> None:
    judged = judge(content(case["says"]), material(article), LISTS)
    assert reason(judged) == case["is"], judged


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article["language"])
def test_our_own_excerpt_would_stand(article: dict[str, Any]) -> None:
    asked = material(article)
    ours = summarize(asked.title, asked.text, asked.language)
    assert ours and reason(judge(content(ours), asked, LISTS)) == ""


@pytest.mark.parametrize(
    ("category", "tags", "is_"),
    [
        ("ai", ["Open Source", "c++", "LLM", "llm"], ""),
        ("hard ware", [], ""),
        ("", [], ""),
        (None, None, ""),
        ("Finance", [], "category"),
        ("AI, Hard-ware", [], "category"),
        ("AI", ["LLM", "Miracles"], "tag"),
        ("AI", ["C"], "tag"),
        ("AI", "LLM", "shape"),
        (["AI"], [], "shape"),
        ("AI", [{"name": "LLM"}], "shape"),
    ],
)
def test_lists_are_closed(category: Any, tags: Any, is_: str) -> None:
    assert reason(judge(content(category=category, tags=tags), ENERGY, LISTS)) == is_


def test_names_of_the_lists_are_spelled_as_the_operator_does() -> None:
    answer = judge(content(category="hard ware", tags=["Open Source", "llm", "LLM"]), ENERGY, LISTS)
    assert answer == Accepted(excerpt=FINE, category="Hard-ware", tags=("open source", "LLM"))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ""),
        ("```json\n", "\n```"),
        ("```\n", "\n```\n"),
        ("  ```JSON\n", "```"),
        ("<think>\nWell {...}\n</think>\n", ""),
        ("<thinking>x</thinking>```json\n", "\n```"),
    ],
)
def test_fences_and_thoughts_around_an_answer_are_no_fault(before: str, after: str) -> None:
    assert reason(judge(before + content() + after, ENERGY, LISTS)) == ""


@pytest.mark.parametrize(
    ("content_", "code"),
    [
        ("", "empty"),
        ("<think>hm</think>", "empty"),
        ("I cannot help with that.", "not-json"),
        (content()[:-9], "not-json"),
        ("[" * 9_000, "not-json"),
        ("[1]", "shape"),
        ("{}", "shape"),
        ('{"excerpt": 5}', "shape"),
        ("x" * 30_000, "huge"),
    ],
)
def test_what_is_no_answer(content_: str, code: str) -> None:
    assert reason(judge(content_, ENERGY, LISTS)) == code


def test_what_a_reader_does_not_see_is_taken_out() -> None:
    answer = judge(content(FINE.replace("battery", "bat\u200btery\u2060\U000e0041")), ENERGY, LISTS)
    assert isinstance(answer, Accepted) and answer.excerpt == FINE


@given(st.text(max_size=300))
def test_no_answer_breaks_it(any_: str) -> None:
    assert isinstance(judge(any_, ENERGY, LISTS), Refusal)
    judged = judge(content(any_, any_, [any_]), ENERGY, LISTS)
    assert isinstance(judged, Refusal)
