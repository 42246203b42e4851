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
@pytest.mark.parametrize("says", ANSWERS, ids=range(len(ANSWERS)))
@pytest.mark.parametrize("write", [False, True])
def test_none_of_its_answers_is_filed(
    article: dict[str, str], says: dict[str, Any], write: bool
) -> None:
    """Answers that an article's hostile text asks for are refused for every article."""
    material = Material(
        title=article["title"], text=article["text"].strip(), language=article["language"]
    )
    assert not isinstance(
        check_answer(json.dumps(says), add_choices(material, SHIPPED, write=write)), Accepted
    )


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
