"""Which answers of a language model are accepted."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.core.ports import Choosable, Material
from syndicator.describing.llm.aligned import Accepted, Refusal
from syndicator.describing.llm.validate import check_answer
from syndicator.describing.text import sentences as excerpt_rules

LONG = " ".join(["word"] * 29)
SENTENCES = (
    Choosable("Kestrel Power opened a battery plant in Tromsø.", True, False),
    Choosable("It employs 1,200 people.", False, True),
    Choosable("The government lent the firm $40 million.", True, True),
    Choosable("Researchers doubt the figures.", True, False),
    Choosable(f"First {LONG}.", True, True),
    Choosable(f"Second {LONG}.", True, True),
)
ASKED = Material(
    title="Batteries",
    text="",
    language="en",
    sentences=SENTENCES,
    categories=(("AI", ""), ("Hard-ware", "chips")),
    tags=("LLM", "open source", "C++"),
)


def make_answer_text(sentences: Any = (1,), category: Any = "AI", tags: Any = ("LLM",)) -> str:
    return json.dumps(
        {"sentences": sentences, "category": category, "tags": tags}, ensure_ascii=False
    )


def get_refusal_reason(answer: Accepted | Refusal) -> str:
    return answer.reason if isinstance(answer, Refusal) else ""


@pytest.mark.parametrize(
    ("chosen", "taken"),
    [
        ([1], [1]),
        ([2, 1, 1], [1, 2]),
        ([1, 2, 3], [1, 2, 3]),
        ([1, 3], [1]),  # put behind the first one, the third would be about it
        ([3, 4], [3]),  # a line between them is missing
        ([2, 3], [3]),  # "It" opens nothing
        ([4, 5], [4, 5]),
        ([5, 6], [5]),  # too long together
        ([1, 2, 3, 4], [1, 2, 3]),
    ],
)
def test_an_excerpt_is_a_passage_of_the_article(chosen: list[int], taken: list[int]) -> None:
    """Of the sentences that a model chooses, those that follow each other in the article, make
    sense alone and are short enough are taken."""
    answer = check_answer(make_answer_text(chosen), ASKED)
    assert isinstance(answer, Accepted)
    assert answer.excerpt == " ".join(SENTENCES[number - 1].text for number in taken)


@pytest.mark.parametrize(
    ("chosen", "reason"),
    [
        ([], "empty"),
        (None, "shape"),
        (1, "shape"),
        ([True], "shape"),
        ([1.0], "shape"),
        (["1"], "shape"),
        ("Kestrel Power opened a battery plant in Tromsø.", "shape"),
        ([0], "sentences"),
        ([-1], "sentences"),
        ([7], "sentences"),
        ([1, 10**30], "sentences"),
        ([2], "loose"),
    ],
)
def test_what_names_no_sentence(chosen: Any, reason: str) -> None:
    """An answer whose sentences are not numbers of the six shown ones, or whose only sentence
    ("It employs …", 2) may not open an excerpt, is refused with this reason."""
    assert get_refusal_reason(check_answer(make_answer_text(chosen), ASKED)) == reason


def test_what_the_model_writes_of_its_own_is_not_looked_at() -> None:
    """If the model may only choose, an "excerpt" in its answer is ignored; the excerpt is made
    of the chosen sentences."""
    answer = {"excerpt": "Kestrel denied it.", "sentences": [1], "category": "", "tags": []}
    first_sentence = SENTENCES[0].text

    assert check_answer(json.dumps(answer), ASKED) == Accepted(
        excerpt=first_sentence, category="", tags=()
    )


@pytest.mark.parametrize(
    ("written", "refusal"),
    [
        ("Kestrel Power opened a plant.", "unfounded"),
        ("Kestrel Power opened a battery plant.", ""),
        ([1], "shape"),
    ],
)
def test_a_model_that_may_write_is_held_to_the_article(written: Any, refusal: str) -> None:
    """A written excerpt is refused if the article does not support it (it says "battery plant"),
    or if it is no text."""
    asked = replace(
        ASKED,
        write=True,
        text="Kestrel Power opened a battery plant on Tuesday. It employs 1,200 people.",
    )
    answer = json.dumps({"excerpt": written, "sentences": [1], "category": "AI", "tags": []})
    assert get_refusal_reason(check_answer(answer, asked)) == refusal


@pytest.mark.parametrize(
    ("category", "tags", "refusal"),
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
def test_lists_are_closed(category: Any, tags: Any, refusal: str) -> None:
    """Categories and tags may be spelled with other case or hyphens, but one outside of the
    lists refuses the answer."""
    answer = check_answer(make_answer_text(category=category, tags=tags), ASKED)
    assert get_refusal_reason(answer) == refusal


def test_names_of_the_lists_are_spelled_as_the_operator_does() -> None:
    """Category and tags in the answer get the operator's spelling ("Hard-ware", "open source",
    "LLM"), without duplicates and empty tags."""
    answer_text = make_answer_text(category="hard ware", tags=["Open Source", "llm", "LLM", ""])
    answer = check_answer(answer_text, ASKED)

    assert isinstance(answer, Accepted)
    assert answer.excerpt == SENTENCES[0].text
    assert answer.category == "Hard-ware"
    assert answer.tags == ("open source", "LLM")


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
    """Code fences and the model's thoughts around the JSON are ignored."""
    assert get_refusal_reason(check_answer(before + make_answer_text() + after, ASKED)) == ""


@pytest.mark.parametrize(
    ("answer_text", "reason"),
    [
        ("", "empty"),
        ("<think>hm</think>", "empty"),
        ("I cannot help with that.", "not-json"),
        (make_answer_text()[:-9], "not-json"),
        ("[" * 9_000, "not-json"),
        ("[1]", "shape"),
        ("{}", "shape"),
        ('{"sentences": "5"}', "shape"),
        ("x" * 30_000, "huge"),
    ],
)
def test_what_is_no_answer(answer_text: str, reason: str) -> None:
    """An answer that is not a JSON object of the expected form is refused with this reason."""
    assert get_refusal_reason(check_answer(answer_text, ASKED)) == reason


@given(st.text(max_size=300), st.lists(st.integers()))
def test_no_answer_breaks_it(any_text: str, numbers: list[int]) -> None:
    """Any text as answer is refused, and an answer with any category, tag and numbers is refused
    or gives an excerpt that is not too long."""
    assert isinstance(check_answer(any_text, ASKED), Refusal)

    answer_text = make_answer_text(sentences=numbers, category=any_text, tags=[any_text])
    checked = check_answer(answer_text, ASKED)

    if isinstance(checked, Accepted):
        assert not excerpt_rules.is_too_long(checked.excerpt)
