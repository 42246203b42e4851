"""Rules for entries that the operator does not want."""

from __future__ import annotations

from typing import Any

import pytest

from syndicator.configuration.entry_rules import is_muted, shorten_muted_entry
from syndicator.configuration.settings import Publish
from syndicator.core.model import Entry, Source

ENTRY = Entry(
    id="1",
    url="https://a.example/1",
    title="The <b>ferry</b> &amp; the bridge",
    authors=("Jane Doe",),
    summary="<p>It left at <i>nine</i>.</p>",
    content="<p>A sponsored tide.</p>",
    categories=("Boats",),
    language="en-GB",
)


@pytest.mark.parametrize(
    ("fields", "muted"),
    [
        ({}, False),
        ({"mute": "title:ferry"}, True),
        ({"mute": "title:ferr"}, False),
        ({"mute": '"the bridge"'}, True),
        ({"mute": "sponsored"}, True),
        ({"mute": "tag:boats and not author:doe"}, False),
        ({"mute": "tag:news", "tags": ("News",)}, True),
        ({"mute": "category:travel", "category": "Travel"}, True),
        ({"mute": "language:en"}, True),
        ({"mute": "source:a"}, True),
        ({"keep": "tag:boats"}, False),
        ({"keep": "tag:trains"}, True),
        ({"keep": "tag:boats", "mute": "nine"}, True),
        ({"mute": "url:a.example"}, True),
        ({"mute": "url:HTTPS://a.example/1"}, True),
        ({"keep": "url:/sports/"}, True),
    ],
)
def test_mute_leaves_out_what_it_asks_for_and_keep_all_else(
    fields: dict[str, Any], muted: bool
) -> None:
    """`mute` excludes matching entries, `keep` excludes all others."""
    assert (
        is_muted(Source(key="a", url="https://a.example/feed", **fields), ENTRY, Publish()) is muted
    )


@pytest.mark.parametrize(
    ("everywhere", "source", "muted"),
    [
        ({"mute": "title:ferry"}, {}, True),
        ({"mute": "title:train"}, {"mute": "title:ferry"}, True),
        ({"keep": "title:train"}, {"keep": "title:ferry"}, True),
        ({"keep": "title:ferry"}, {"keep": "title:ferry"}, False),
        ({"keep": "title:ferry"}, {"mute": "title:train"}, False),
    ],
)
def test_an_entry_passes_the_queries_of_its_source_and_of_the_instance(
    everywhere: dict[str, Any], source: dict[str, Any], muted: bool
) -> None:
    """`keep` and `mute` of the source and of the settings both apply."""
    configured_source = Source(key="a", url="https://a.example/feed", **source)
    assert is_muted(configured_source, ENTRY, Publish(**everywhere)) is muted


def test_what_is_remembered_of_a_muted_entry_answers_the_same_queries() -> None:
    """The shortened copy of a muted entry still matches the queries."""
    remembered = shorten_muted_entry(ENTRY)

    assert not remembered.content
    assert len(shorten_muted_entry(Entry(id="2", content="x " * 9_000)).summary) == 2_000

    for query in ("sponsored", "nine", "tag:boats", "title:ferry"):
        assert is_muted(
            Source(key="a", url="https://a.example/feed", mute=query), remembered, Publish()
        )
