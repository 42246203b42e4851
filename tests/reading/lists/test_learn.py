"""Lists are learnt from pages without a feed, in several languages and layouts."""

from __future__ import annotations

import pytest

from syndicator import urls
from syndicator.errors import NotAFeed
from syndicator.reading.lists.learn import read_listing
from tests.reading.lists.cases import Case, own

URL = "https://a.example/news/"
NAMES = ("The ferry that came late", "A sheep on the pier again", "Rain for the third week", "Tickets are dearer now")


@pytest.mark.parametrize("case", own(), ids=lambda case: case.name)
def test_all_items_and_no_others_are_found_with_title_date_and_picture(case: Case) -> None:
    found = read_listing(case.html, case.url).entries
    shown = [
        {
            "title": entry.title,
            "url": urls.alias(entry.url),
            "date": entry.published and f"{entry.published:%Y-%m-%d}",
            "image": entry.image or None,
        }
        for entry in found
    ]
    assert shown == [item | {"url": urls.alias(item["url"])} for item in case.items]


@pytest.mark.parametrize(
    "body",
    [
        "<p>Only text.</p>",
        "<ul><li><a href='/p/1'>The ferry that came late</a><li><a href='/p/2'>A sheep on the pier</a></ul>",
        "<ul>" + "".join(f"<li><a href='/tag/{n}'>{name}</a>" for n, name in enumerate(NAMES)) + "</ul>",
    ],
)
def test_what_is_no_list_has_none(body: str) -> None:
    with pytest.raises(NotAFeed, match="no-list"):
        read_listing(f"<html><body>{body}</body></html>".encode(), URL)
