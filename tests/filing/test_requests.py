"""Addresses in a feed that point into private networks."""

from __future__ import annotations

from syndicator.core.model import Enclosure, Entry, ParsedFeed, Source
from syndicator.filing.context import explain_refusal, may_use_private_networks
from syndicator.filing.entry.select import remove_private_addresses
from syndicator.filing.kinds.kind import remove_private_site

PUBLIC = "https://one.example/"
PRIVATE = "http://10.0.0.1/"
FEED = ParsedFeed(
    format="rss20",
    site_url=PRIVATE,
    entries=(
        Entry(
            id="a",
            url=PRIVATE,
            image="http://printer.local/a.jpg",
            enclosures=(Enclosure(url=f"{PRIVATE}a.mp3"), Enclosure(url=f"{PUBLIC}a.mp3")),
        ),
    ),
)


def test_a_public_feed_names_nothing_on_private_networks() -> None:
    """Private addresses of pictures, enclosures and the site are removed from a public feed; the
    entry's own is refused later, with a reason."""
    source = Source(key="one", url=f"{PUBLIC}feed")
    entry = remove_private_addresses(FEED.entries[0], source)

    assert entry.image == ""
    assert entry.enclosures == (Enclosure(url=f"{PUBLIC}a.mp3"),)
    assert remove_private_site(FEED, source).site_url == ""
    assert entry.url == PRIVATE  # to be refused with a reason
    assert explain_refusal(entry.url, source)


def test_a_source_that_the_operator_lets_in_may() -> None:
    """A source that is itself in a private network, or is allowed one, keeps its private
    addresses."""
    private = Source(key="one", url=f"{PRIVATE}feed")
    allowed = Source(key="one", url=PUBLIC, allow=("10.0.0.0/8",))
    for source in (private, allowed):
        assert may_use_private_networks(source)
        assert remove_private_site(FEED, source) == FEED
        assert remove_private_addresses(FEED.entries[0], source) == FEED.entries[0]
        assert explain_refusal(PRIVATE, source) == ""
    assert not may_use_private_networks(Source(key="one", url=PUBLIC))
