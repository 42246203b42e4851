"""Saved queries: their language and feeds.toml."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.configuration.toml_files import read_toml_file
from syndicator.core.errors import ConfigError
from syndicator.core.model import Article, FeedKey
from syndicator.publishing.queries import load_queries, parse_valid_queries
from syndicator.searching.language import QueryError, parse_query
from syndicator.searching.matching import is_match

STORY = Article(
    id="x",
    url="https://alpha.example/1",
    title="Graphics card prices fall",
    author="Ann Writer",
    excerpt="A new chip, the R-1, is out.",
    category="Hardware & chips",
    tags=("AI", "Machine learning"),
    language="en-GB",
    source_key="alpha-news",
)


BODY = "It draws 75 watts.\nBuyers in 東京で新型を待つ wait."


def matches_story(query: str) -> bool:
    return is_match(parse_query(query), STORY, lambda: BODY)


@pytest.mark.parametrize(
    "query",
    [
        "tag:AI",
        "tag:ai",
        "TAG:Ai",
        'tag:"machine learning"',
        "tag:machine-learning",
        'category:"hardware & chips"',
        "source:alpha-news",
        "author:writer",
        'author:"ann writer"',
        "language:en",
        "language:en-gb",
        "chip",
        '"graphics card"',
        "R-1",
        '"75 watts"',
        "新型",
        "title:prices",
        'title:"card prices" and watts',
        "tag:AI and chip",
        "tag:AI chip",
        "tag:Finance or chip",
        "not tag:Finance",
        "tag:AI and not (category:Finance or source:beta)",
        "not not chip",
        "tag:Finance and tag:X or chip",
        "(((chip)))",
    ],
)
def test_holds(query: str) -> None:
    """Each of these queries matches STORY ("Graphics card prices fall" by Ann Writer, with the tags
    AI and Machine learning): fields by their whole value in any case, words of title, excerpt and
    text by whole words, combined with and, or, not."""
    assert matches_story(query)


@pytest.mark.parametrize(
    "query",
    [
        "tag:A",
        "hip",
        '"card graphics"',
        "language:e",
        "author:rite",
        "title:chip",
        "watt",
        "not chip",
        "tag:AI and tag:Finance",
        "not (tag:AI or tag:Finance)",
        "chip not tag:AI",
    ],
)
def test_does_not_hold(query: str) -> None:
    """None of these queries matches STORY ("Graphics card prices fall" by Ann Writer, with "chip"
    in its excerpt, "watts" in its text and the tag AI): fields match whole values, words match
    whole words."""
    assert not matches_story(query)


@pytest.mark.parametrize(
    ("query", "position", "message"),
    [
        ("", 0, "empty"),
        ("tag:AI and", 10, "missing before the end"),
        ("(tag:AI", 0, "never closed"),
        ("tag:AI)", 6, "closing parenthesis"),
        ("or chip", 0, "missing before 'or'"),
        ("colour:red", 0, "unknown field"),
        ("x tag:", 6, "right after the colon"),
        ('chip "open', 5, "never closed"),
        ('chip and ""', 9, "empty phrase"),
        ("(" * 60 + "x" + ")" * 60, 50, "nested"),
    ],
)
def test_a_fault_is_pointed_at(query: str, position: int, message: str) -> None:
    """The error of a faulty query says what is wrong, and at which character."""
    with pytest.raises(QueryError, match=message) as caught:
        parse_query(query)
    assert caught.value.at == position


@pytest.mark.parametrize(
    "query", ["card", "watts or tag:AI", "watts and tag:X", "not (watts or not tag:X)"]
)
def test_the_body_is_read_only_if_title_and_excerpt_do_not_decide(query: str) -> None:
    """The body of an article is read from disk only if title, excerpt and tags do not decide the
    query; none of these queries needs it: "card" is in the title of STORY, which has the tag AI and
    not the tag X."""

    def refuse_to_read_body() -> str:
        raise AssertionError("read for nothing")

    is_found = is_match(parse_query(query), STORY, refuse_to_read_body)

    assert isinstance(is_found, bool)


@given(st.text(st.sampled_from('()":andortg AI\\ \n\x00é'), max_size=40))
def test_any_text_is_read_or_refused(query: str) -> None:
    """Any text is a query or raises QueryError with a position inside the text."""
    try:
        assert isinstance(matches_story(query), bool)
    except QueryError as error:
        assert 0 <= error.at <= len(query)


def write_feeds_file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "feeds.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_file_is_read(tmp_path: Path) -> None:
    """feeds.toml has feeds by query and settings of existing feeds; a missing file has none."""
    path = write_feeds_file(
        tmp_path,
        """
        [[feed]]
        slug = "ai"
        query = 'tag:AI'
        limit = 7
        window = "36h"
        content = "link"
        formats = ["atom"]
        [[feed]]
        feed = "tags/ai"
        title = "All of AI"
        """,
    )
    by_query, existing_feed = load_queries(path)

    assert by_query.key == FeedKey("query", "ai")
    assert by_query.limit == 7
    assert by_query.window_hours == 36
    assert by_query.formats == ("atom",)
    assert by_query.expr is not None
    assert is_match(by_query.expr, STORY, str)  # which has the tag AI

    assert existing_feed.key == FeedKey("tag", "ai")
    assert existing_feed.title == "All of AI"
    assert existing_feed.expr is None

    assert load_queries(tmp_path / "absent.toml") == ()


def test_a_bad_query_is_shown_with_the_number_of_the_character(tmp_path: Path) -> None:
    """The error of a bad query in feeds.toml names the file, its line and the character of the
    query where the parenthesis opens."""
    path = write_feeds_file(tmp_path, "[[feed]]\nslug = 'x'\nquery = 'tag:AI and (chip'\n")

    with pytest.raises(ConfigError) as caught:
        load_queries(path)

    message = str(caught.value)

    assert message.startswith(f"{path}:3: ")
    assert message.endswith(
        "query: this parenthesis is never closed, at character 12 of tag:AI and (chip"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[feed]]\nslug = 'x'\nquery = 'chip'\ntitel = 'X'\n", "did you mean 'title'"),
        ("[[feed]]\nquery = 'chip'\n", "needs a slug"),
        ("[[feed]]\nslug = 'x'\n", "either `query`"),
        ("[[feed]]\nslug = '../x'\nquery = 'chip'\n", "slug"),
        ("[[feed]]\nfeed = 'nowhere/x'\n", "none of"),
        ("[[feed]]\nslug = 'x'\nquery = 'a'\n[[feed]]\nslug = 'x'\nquery = 'b'\n", "own slug"),
        ("[[feed]]\nslug = 'x'\nquery = 'a'\nwindow = 'soon'\n", "not a duration"),
    ],
)
def test_a_bad_file_is_named(tmp_path: Path, text: str, message: str) -> None:
    """A faulty feeds.toml is refused with what is wrong in it."""
    with pytest.raises(ConfigError, match=message):
        load_queries(write_feeds_file(tmp_path, text))


def test_a_query_without_a_slug_gets_one_of_its_title(tmp_path: Path) -> None:
    """A query without a slug gets the slug of its title ("Chips & more"), as its address needs
    one."""
    (saved,) = load_queries(
        write_feeds_file(tmp_path, "[[feed]]\nquery = 'chip'\ntitle = 'Chips & more'\n")
    )
    assert saved.key == FeedKey("query", "chips-and-more")


def test_an_entry_with_a_fault_costs_no_other_one(tmp_path: Path) -> None:
    """A faulty or duplicate query is reported with its line (6: "(" is no query; 8: the slug x is
    there twice); valid ones are kept."""
    text = (
        "[[feed]]\nslug = 'x'\nquery = 'a'\n"
        "[[feed]]\nslug = 'y'\nquery = '('\n"
        "[[feed]]\nslug = 'x'\nquery = 'b'\n"
    )
    found, faults = parse_valid_queries(read_toml_file(write_feeds_file(tmp_path, text)))

    assert [(query.slug, query.query) for query in found] == [("x", "a")]
    assert [fault.line for fault in faults] == [6, 8]


def test_the_shipped_file_loads_and_its_examples_are_right(tmp_path: Path) -> None:
    """The shipped feeds.toml has no query; uncommented, its four examples are valid."""
    shipped = Path(__file__).parents[3] / "config" / "feeds.toml"

    assert load_queries(shipped) == ()

    # from the first example on, the lines with a heading or a setting
    lines = shipped.read_text("utf-8").splitlines()
    first = lines.index("# [[feed]]")
    examples = [
        line.removeprefix("# ") for line in lines[first:] if "=" in line or "[[feed]]" in line
    ]

    assert len(load_queries(write_feeds_file(tmp_path, "\n".join(examples)))) == 4
