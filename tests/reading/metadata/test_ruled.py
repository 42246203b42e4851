"""Title, author, date and cover from the operator's rules."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from syndicator.core.model import Draft, Entry, Rules
from syndicator.reading.html.document import parse
from syndicator.reading.metadata.metadata import read_metadata

NOW = datetime(2026, 11, 20, tzinfo=UTC)
ENTRY = Entry(
    id="1",
    title="From the feed",
    authors=("Jane Doe",),
    published=datetime(2026, 1, 1, tzinfo=UTC),
    image="/feed.jpg",
)
PAGE = """<html><head><title>Head</title>
<meta property=og:image content=/head.jpg><meta name=day content=2026-11-02><meta name=who content="Kim Poe, Max Roe">
</head><body><h1>Heading</h1><h2 class=t> The <i>real</i> title - Site </h2><h2 class=t>Second</h2>
<p class=by>By Ada Lovelace</p><p class=desk>The Desk</p><time datetime=2026-11-03T10:00:00Z>today</time>
<p class=day>12 November 2026</p><p class=late>12 November 2031</p><p class=empty> </p>
<figure><img data-src=/boat.jpg src=/blank.gif></figure><a class=pic href=/linked.png>x</a>
<img class=in src=http://10.0.0.1/a.jpg></body></html>"""  # noqa: E501


def read_with_rules(**rules: Any) -> Draft:
    document = parse(PAGE.encode(), "https://a.example/story", {})
    return read_metadata(document, entry=ENTRY, rules=Rules(**rules), now=NOW)


@pytest.mark.parametrize(
    ("rules", "field", "value"),
    [
        ({"title": ("h2.t",)}, "title", "The real title - Site"),
        ({"title": ("h2.t",), "title_suffix": " - Site"}, "title", "The real title"),
        ({"title": (".none", ".empty", "h1")}, "title", "Heading"),
        ({"author": (".by",)}, "author", "Ada Lovelace"),
        ({"author": ("meta[name=who]@content",)}, "author", "Kim Poe, Max Roe"),
        ({"author": (".desk",)}, "author", "The Desk"),
        ({"author": (".by, .desk",)}, "author", "Ada Lovelace, The Desk"),
        ({"date": ("time",)}, "published", datetime(2026, 11, 3, 10, tzinfo=UTC)),
        (
            {"date": ("meta[name=day]::attr(content)",)},
            "published",
            datetime(2026, 11, 2, tzinfo=UTC),
        ),
        ({"date": (".late", ".day")}, "published", datetime(2026, 11, 12, tzinfo=UTC)),
        ({"cover": ("figure",)}, "cover", "https://a.example/boat.jpg"),
        ({"cover": ("a.pic@href",)}, "cover", "https://a.example/linked.png"),
        ({"cover": ("meta[property='og:image']",)}, "cover", "https://a.example/head.jpg"),
    ],
)
def test_a_rule_wins_over_feed_and_page_and_is_named(
    rules: dict[str, Any], field: str, value: object
) -> None:
    """The operator's rule gives the value, although feed and page state others, and the trace
    names the rule."""
    draft = read_with_rules(**rules)
    rule_name, *_ = rules

    assert getattr(draft, field) == value
    assert draft.trace[field]["from"] == f"rules.{rule_name}"


@pytest.mark.parametrize(
    "rules", [{"title": (".none",)}, {"author": (".empty",)}, {"date": (".late",)}, {}]
)
def test_without_a_match_of_the_rule_feed_and_page_count(rules: dict[str, Any]) -> None:
    """If a rule matches nothing usable (`.none` no element, `.empty` one without text, `.late` a
    date in the future), or there is none, the values of the feed's entry are taken."""
    draft = read_with_rules(**rules)

    assert draft.title == "From the feed"
    assert draft.author == "Jane Doe"
    assert draft.published == datetime(2026, 1, 1, tzinfo=UTC)


def test_a_rule_shows_no_private_address() -> None:
    """A rule that matches a picture in a private network is passed over for the page's own
    picture."""
    assert read_with_rules(cover=("img.in",)).cover == "https://a.example/head.jpg"
