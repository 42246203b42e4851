"""Which uses a site allows: from its headers, metas, robots.txt and feeds (cases.toml)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.core.model import Article, Fetched, Source
from syndicator.core.text import line
from syndicator.core.usage import statements as robots_txt
from syndicator.core.usage.statements import (
    PLACES,
    Statement,
    Terms,
    derive_terms,
    list_field_names,
    load_vocabularies,
    parse_statement,
    read_statements,
)
from syndicator.publishing.render.view import find_permitted_mode, may_copy_picture
from syndicator.reading.html.document import parse
from syndicator.reading.metadata import usage
from syndicator.visiting.feeds.parser import parse_feed
from syndicator.visiting.politeness.fetcher import _add_usage
from syndicator.visiting.politeness.robots import RobotsVerdict

URL = "https://news.example/news/open/1"
CASES = tomllib.loads((Path(__file__).parent / "cases.toml").read_text(encoding="utf-8"))["case"]
SPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:creativeCommons="http://backend.userland.com/creativeCommonsRssModule"'
)


def make_answer(case: Mapping[str, Any]) -> Fetched:
    """The page of a case as the fetcher hands it over."""
    html = f"<html><head>{case.get('head', '')}</head><body><p>Text.</p></body></html>"
    usage_lines = robots_txt.select_usage_lines(case.get("robots_txt", ""), "Syndicator", URL)
    fetched = Fetched(
        url=URL, final_url=URL, status=200, headers=case.get("headers", {}), body=html.encode()
    )
    verdict = RobotsVerdict(allowed=True, by="robots.txt", usage=usage_lines)
    marked = _add_usage(fetched, verdict, case.get("rsl", ""))
    assert isinstance(marked, Fetched)
    return marked


def list_statements(case: Mapping[str, Any]) -> tuple[str, ...]:
    page = make_answer(case)
    feed = (
        f'<rss version="2.0" {SPACES}><channel><title>N</title>{case.get("channel", "")}'
        f"<item><title>One</title><link>{URL}</link>{case.get('item', '')}</item></channel></rss>"
    )
    entry = parse_feed(feed.encode(), "https://news.example/feed").entries[0]
    return usage.read_terms(parse(page.body, URL, page.headers), entry)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["shows"])
def test_what_is_said_and_what_follows(case: dict[str, Any]) -> None:
    """Each case: the statements that are found, and the terms derived from them."""
    lines = list_statements(case)

    assert list(lines) == case["lines"]

    terms = derive_terms(lines)

    assert terms.most == case.get("most", "full")
    assert terms.model == case.get("model", True)
    assert terms.picture == case.get("picture", True)
    assert terms.free == case.get("free", "")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["shows"])
def test_what_is_published_of_it(case: dict[str, Any]) -> None:
    """Each case: what may be published, and the effect of an operator's licence."""
    article = Article(id="a", url=URL, title="T", rights=list_statements(case))
    whole_source = Source(key="k", url=URL, content="full")

    assert find_permitted_mode(article, whole_source)[0] == case.get("most", "full")
    assert may_copy_picture(article, whole_source) is case.get("picture", True)

    licensed = Source(key="k", url=URL, content="full", licence="by letter")

    assert find_permitted_mode(article, licensed) == (
        "full",
        (),
    )  # the operator has the publisher's word
    assert may_copy_picture(article, licensed)


@given(
    st.sampled_from(["search", "ai-input", "licence", "rights"]),
    st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=200),
    st.sampled_from([row.name for row in load_vocabularies()]),
    st.sampled_from(PLACES),
)
def test_a_line_is_read_as_it_was_written(
    use: str, value: str, vocabulary: str, place: Any
) -> None:
    """A statement survives writing and reading."""
    statement = Statement(use, line(value), vocabulary, place)
    assert parse_statement(statement.line()) == statement


@given(st.lists(st.text(max_size=60)))
def test_no_line_of_a_hand_breaks_anything(lines: list[str]) -> None:
    """`derive_terms` accepts any lines."""
    assert isinstance(derive_terms(lines), Terms)


@given(st.text(max_size=300), st.text(max_size=30))
def test_any_robots_txt_is_read(text: str, path: str) -> None:
    """Any robots.txt and path are read without an error, and only known usage fields are
    returned."""
    usage_lines = robots_txt.select_usage_lines(
        f"User-agent: *\nContent-Usage: {text}\n{text}", "Syndicator", f"https://x.example/{path}"
    )
    assert {name for name, _ in robots_txt.read_usage_lines(usage_lines)} <= list_field_names(
        "robots-txt"
    )


def test_a_field_says_each_thing_once_and_not_without_end() -> None:
    """Repeated statements count once, at most twenty are read."""
    links = [("rel=license", f"https://x.example/{number % 50}") for number in range(500)]
    assert len(read_statements("page", links, URL)) == 20
    assert (
        len(read_statements("page", [("rel=license", escape("https://x.example/"))] * 3, URL)) == 1
    )


@pytest.mark.parametrize("name", sorted(list_field_names("robots-txt")))
def test_every_vocabulary_of_robots_txt_is_read_alone(name: str) -> None:
    """Usage lines of robots.txt are found under each of their names."""
    assert (
        robots_txt.select_usage_lines(f"User-agent: *\n{name.title()}: x=y\n", "Syndicator", URL)
        == f"{name}: x=y"
    )
