"""The limits of a search, its dates, and its speed."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from syndicator.core.model import Article
from syndicator.searching.candidates import require
from syndicator.searching.language import (
    MOST_CHARACTERS,
    MOST_TERMS,
    QueryError,
    Term,
    parse_query,
    parse_search,
    write_field,
)
from syndicator.searching.matching import is_match
from syndicator.searching.ranking import plan_search

PUBLISHED = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("after:2026", True),
        ("after:2026-11-24", True),
        ("after:2026-11-25", False),
        ("before:2026-11-24", False),
        ("before:2026-11-25", True),
        ("before:2026-12", True),
        ("not before:2026", True),
    ],
)
def test_dates_are_of_publication(query: str, is_found: bool) -> None:
    """`after:` and `before:` compare the publication date with a year, month or day; an article
    without a date matches neither."""
    article = Article(id="1", url="https://a.example/1", title="One", published=PUBLISHED)

    assert is_match(parse_query(query), article, str) is is_found

    undated = Article(id="2", url="https://a.example/2", title="Two")
    query_without_not = query.removeprefix("not ")

    assert not is_match(parse_query(query_without_not), undated, str)


@pytest.mark.parametrize("value", ["tomorrow", "2026-13", "2026-02-30", "26", "2026-1"])
def test_an_impossible_date_is_refused(value: str) -> None:
    """A value that is no date is an error that points at the value."""
    with pytest.raises(QueryError, match="needs a year, month or day") as caught:
        parse_query(f"after:{value}")
    assert caught.value.at == len("after:")


@pytest.mark.parametrize(
    "text",
    [
        " ".join(["a1"] * 10_000),
        "(" * 1000 + "a1" + ")" * 1000,
        "(" * 400 + "a1" + ")" * 400,
        "a1 or " * (MOST_TERMS + 1) + "a1",
        '"' * 999,
        "x" * (MOST_CHARACTERS + 1),
        "not " * 250,
    ],
)
def test_a_hostile_search_is_refused_soon(text: str) -> None:
    """Searches that are too long, too deep or have too many words are refused within a second of
    processor time."""
    began = time.process_time()
    with pytest.raises(QueryError):
        parse_search(text)

    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    "text", ["a\0b", "(a|b)*c", "\ud800 x", "a' & 'b", '"a" "b\\', "§tag-x ¶a"]
)
def test_a_search_of_any_characters_requires_only_tokens(text: str) -> None:
    """What a search asks of the index (`require`) has no control characters or operators, whatever
    the user types; a search may be refused instead."""
    try:
        search = parse_search(text)
    except QueryError:
        return
    plan_search(search)  # raises no error
    tokens = repr(require(search))

    assert not any(character in tokens for character in "\0&|*\\§¶")


def test_a_long_saved_query_is_read_in_time_that_grows_with_it() -> None:
    """Parsing takes time in proportion to the query: 20,000 words take less than 5 seconds of
    processor time."""
    began = time.process_time()
    parse_query(" or ".join(f"w{number}" for number in range(20_000)))
    assert time.process_time() - began < 5


def test_a_written_field_is_one_term() -> None:
    """Quotation marks in the value of a written field become blanks, so that it stays one term; as
    they were, they would end it, and `or` would be an operator."""
    assert parse_query(write_field("tag", 'a" or "b')) == Term("tag", "a  or  b")
