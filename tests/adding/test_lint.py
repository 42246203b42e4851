"""Warnings about article files: odd fields and bodies are reported, sound ones are not."""

from __future__ import annotations

import pytest

from syndicator.adding.lint import lint
from syndicator.core.model import Article
from syndicator.core.reasons import LintReason
from syndicator.describing.taxonomy.taxonomy import Taxonomy

BODY = (
    "The lamp of the old harbour now answers questions about the tide. It runs a large language"
    " model on a machine in the keeper's hut, and the pilots ask it each morning. Engineers trained"
    " the artificial intelligence on ninety years of logs; the machine learning model makes"
    " mistakes with neap tides, and the keeper corrects it by hand."
)
GOOD = Article(
    id="a",
    url="https://lampwire.example/lamp",
    title="A lamp that answers in plain words",
    excerpt="The lamp of the old harbour now answers questions about the tide.",
    cover="https://lampwire.example/img/lamp.jpg",
    author="Ada Winter",
    tags=("AI", "LLM", "harbours"),
    category="AI",
    body=BODY,
)


def list_lint_reasons(
    body: str = BODY, taxonomy: Taxonomy | None = None, **changes: object
) -> list[LintReason]:
    from dataclasses import replace

    return [finding.reason for finding in lint(replace(GOOD, body=body, **changes), body, taxonomy)]  # type: ignore[arg-type]


def test_a_good_article_has_nothing_odd() -> None:
    """The sample article GOOD has no lint finding, so that each other test shows one change."""
    # of GOOD with no change
    assert list_lint_reasons() == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"tags": ("Ai", "harbours")}, LintReason.TAG_CASING),
        (
            {"excerpt": "The lamp of the old harbour now answers questions, but often..."},
            LintReason.BAD_EXCERPT,
        ),
        (
            {"excerpt": "The lamp of the old harbour now answers questions about the"},
            LintReason.BAD_EXCERPT,
        ),
        ({"body": f"{BODY}\n\nLampwire event\n\nMore."}, LintReason.BOILERPLATE),
        ({"body": f"{BODY}\n\nJoin the Lampwire 2026 Waitlist\n\nMore."}, LintReason.BOILERPLATE),
        ({"body": f"{BODY}\n\n- **Read also: The bees**"}, LintReason.BOILERPLATE),
        ({"body": f"{BODY}\n\n\n\nMore."}, LintReason.BLANK_RUNS),
        ({"cover": "https://images.unsplash.com/photo-1"}, LintReason.STOCK_IMAGE),
        ({"cover": "https://lampwire.example/img/default-cover.png"}, LintReason.STOCK_IMAGE),
        ({"author": "Lampwire"}, LintReason.SITE_AS_AUTHOR),
        ({"author": "Editorial Team"}, LintReason.SITE_AS_AUTHOR),
    ],
)
def test_one_oddity(changes: dict[str, str], reason: LintReason) -> None:
    """Each odd value (`changes`) of an otherwise good article gives exactly its one finding."""
    assert list_lint_reasons(**changes) == [reason]


def test_a_category_that_the_text_does_not_bear_out() -> None:
    """A category that does not fit the text is reported: the sample is not about finance. Its own
    category is fine."""
    from pathlib import Path

    taxonomy = Taxonomy.from_toml(Path(__file__).parents[2] / "config/taxonomy.toml")

    assert list_lint_reasons(taxonomy=taxonomy, category="Finance") == [
        LintReason.CATEGORY_UNLIKE_TEXT
    ]
    assert list_lint_reasons(taxonomy=taxonomy, category="AI") == []
