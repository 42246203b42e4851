"""The page on which subscribers put topics together."""

from __future__ import annotations

import json

from syndicator.configuration.entry_rules import matches, parse_query
from syndicator.publishing.web import shell
from tests.publishing.test_builder import article


def test_each_name_is_counted_and_every_article_says_what_it_has() -> None:
    made = [article(1), article(2, tags=("LLM",)), article(3, tags=('A "B"',), category="")]
    found = shell.facets(made, {"alpha": "Alpha"})
    assert [(one.field, one.value, one.label, one.count) for one in found] == [
        ("category", "AI", "AI", 2),
        ("tag", "LLM", "LLM", 2),
        ("tag", "AI", "AI", 1),
        ("source", "alpha", "Alpha", 3),
    ]
    rows = json.loads(shell.data(made, found).decode().removeprefix("combine(").removesuffix(");\n"))
    assert rows == [[0, 2, 1, 3], [0, 1, 3], [3]]  # no query can say a name with quotation marks


def test_a_query_finds_the_articles_that_the_page_counted() -> None:
    made = [article(number, tags=("AI",) if number % 2 else ("LLM", "Two words")) for number in range(9)]
    for one in shell.facets(made, {}):
        query = parse_query(f'{one.field}:"{one.value}"')
        assert sum(matches(query, found, lambda: "") for found in made) == one.count, one


def test_the_names_of_a_kind_are_bounded() -> None:
    made = [article(number, tags=(f"Tag {number}",)) for number in range(400)]
    assert sum(one.field == "tag" for one in shell.facets(made, {})) == 150
