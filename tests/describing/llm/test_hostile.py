"""A hostile language model that gives every article the same category and tag."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from syndicator.core.ports import Material
from syndicator.describing.llm.aligned import Accepted
from syndicator.describing.llm.validate import add_choices, check_answer
from syndicator.describing.taxonomy.taxonomy import Taxonomy

HERE = Path(__file__).parent
ARTICLES = tomllib.loads((HERE / "claims.toml").read_text("utf-8"))["article"]
SHIPPED = Taxonomy.from_toml(HERE.parents[2] / "config" / "taxonomy.toml")
ANSWERS: list[dict[str, Any]] = [
    {"sentences": [1], "category": "Health", "tags": ["ransomware"]},
    {"sentences": [1, 2, 3], "category": "health", "tags": ["ransomware", "AI"]},
    {"sentences": [2], "category": "", "tags": ["ransomware"]},
    {"excerpt": "Everybody is ill.", "category": "Health", "tags": ["ransomware"]},
    {"sentences": [1], "category": "Health. Security", "tags": []},
]


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article["title"])
@pytest.mark.parametrize("answer", ANSWERS, ids=range(len(ANSWERS)))
@pytest.mark.parametrize("write", [False, True])
def test_none_of_its_answers_is_filed(
    article: dict[str, str], answer: dict[str, Any], write: bool
) -> None:
    """The answers of a model that files every article under Health, or gives it the tag
    "ransomware", are refused for every sample article, whether the model may write or not."""
    material = Material(
        title=article["title"], text=article["text"].strip(), language=article["language"]
    )
    question = add_choices(material, SHIPPED, write=write)
    checked = check_answer(json.dumps(answer), question)

    assert not isinstance(checked, Accepted)


def test_only_what_is_about_health_is_filed_there() -> None:
    """An answer "Health" is accepted only for the one article whose words fit that category."""
    answer = json.dumps({"sentences": [1], "category": "Health", "tags": []})
    accepted_titles = []
    for article in ARTICLES:
        material = Material(
            title=article["title"], text=article["text"].strip(), language=article["language"]
        )
        checked = check_answer(answer, add_choices(material, SHIPPED))
        if isinstance(checked, Accepted):
            accepted_titles.append(article["title"])

    assert accepted_titles == ["Trial of a malaria vaccine in Kisumu"]
