"""References of a feed into private networks."""

from __future__ import annotations

from syndicator.core.model import Enclosure, Entry, ParsedFeed, Source
from syndicator.pipeline.entry.select import public_only
from syndicator.pipeline.requests import let_in, refusal

PUBLIC, PRIVATE = "https://one.example/", "http://10.0.0.1/"
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
    found = public_only(FEED, Source(key="one", url=f"{PUBLIC}feed"))
    entry = found.entries[0]
    assert (found.site_url, entry.image, entry.enclosures) == ("", "", (Enclosure(url=f"{PUBLIC}a.mp3"),))
    assert entry.url == PRIVATE  # to be refused with a reason
    assert refusal(entry.url, Source(key="one", url=f"{PUBLIC}feed"))


def test_a_source_that_the_operator_lets_in_may() -> None:
    for source in (Source(key="one", url=f"{PRIVATE}feed"), Source(key="one", url=PUBLIC, allow=("10.0.0.0/8",))):
        assert let_in(source)
        assert public_only(FEED, source) == FEED
        assert refusal(PRIVATE, source) == ""
    assert not let_in(Source(key="one", url=PUBLIC))
