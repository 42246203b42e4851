"""Read sitemaps as feeds."""

from __future__ import annotations

import pytest

from syndicator.core.errors import NotAFeed
from syndicator.visiting.feeds.parser import parse_feed

NEWS = b"""<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc>https://example.org/old</loc><lastmod>2025-01-01</lastmod></url>
<url><loc>https://example.org/new</loc><news:news><news:publication><news:language>de</news:language></news:publication>
<news:publication_date>2025-03-01T10:00:00Z</news:publication_date><news:title>Neu &amp; gut</news:title>
</news:news></url>
<url><loc>mailto:nobody</loc></url><url/>
</urlset>"""  # noqa: E501


def test_the_newest_addresses_come_first_with_what_is_said_of_them() -> None:
    """Entries of a news sitemap (NEWS) are sorted by date, newest first, and have title, language
    and time; places without a web address are left out."""
    feed = parse_feed(NEWS, "https://example.org/sitemap.xml")

    assert feed.format == "sitemap"
    assert [entry.url for entry in feed.entries] == [
        "https://example.org/new",
        "https://example.org/old",
    ]

    first_entry = feed.entries[0]

    assert first_entry.title == "Neu & gut"
    assert first_entry.language == "de"
    assert first_entry.published is not None
    assert first_entry.published.isoformat() == "2025-03-01T10:00:00+00:00"


def test_an_index_is_refused_with_the_address_to_add() -> None:
    """A sitemap that only lists other sitemaps is refused, and the error names one to use
    instead."""
    index = (
        b"<sitemapindex><sitemap><loc>https://example.org/news.xml</loc></sitemap></sitemapindex>"
    )
    with pytest.raises(NotAFeed, match=r"sitemap-index.*https://example.org/news.xml"):
        parse_feed(index, "https://example.org/sitemap.xml")
