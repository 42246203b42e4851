"""Podcasting 2.0 data of an episode are read, stored and published."""

from __future__ import annotations

import pytest

from syndicator.articles import frontmatter
from syndicator.core.model import Enclosure
from syndicator.visiting.feeds.parser import parse_feed
from tests.articles.samples import make_full_article

URL = "https://pod.example/feed"
FEED = """\
<rss version="2.0" xmlns:podcast="https://podcastindex.org/namespace/1.0"><channel><title>Pod</title>
<item><title>One</title><link>https://pod.example/1</link><enclosure url="/1.mp3" type="audio/mpeg" length="9"/>
{}
</item><item><title>Two</title><link>https://pod.example/2</link><enclosure url="/2.mp3" type="audio/mpeg" length="9"/>
</item></channel></rss>"""  # noqa: E501
PARTS = """\
<podcast:transcript url="/1.vtt" type="text/vtt" language="en" rel="captions"/>
<podcast:transcript url="https://pod.example/1.srt" type="application/srt"/>
<podcast:chapters url="/1.json" type="application/json+chapters"/>
<podcast:person role="guest" group="cast" href="https://jane.example/" img="https://jane.example/i.jpg">
Jane Doe</podcast:person>
<podcast:person>Bob;  Builder</podcast:person><podcast:person/><podcast:value type="lightning"/>"""
LINES = (
    "transcript https://pod.example/1.vtt; type=text/vtt; language=en; rel=captions",
    "transcript https://pod.example/1.srt; type=application/srt",
    "chapters https://pod.example/1.json; type=application/json+chapters",
    (
        "person Jane Doe; role=guest; group=cast; href=https://jane.example/;"
        " img=https://jane.example/i.jpg"
    ),
    "person Bob, Builder",
)


def parse_enclosures(parts: str) -> list[Enclosure]:
    return [entry.enclosures[0] for entry in parse_feed(FEED.format(parts).encode(), URL).entries]


def test_each_episode_has_its_own_parts() -> None:
    """Podcast elements belong to the episode in which they are; the second episode of the sample
    has none."""
    first_episode, second_episode = parse_enclosures(PARTS)

    assert first_episode.url == "https://pod.example/1.mp3"
    assert first_episode.podcast == LINES
    assert second_episode.podcast == ()


ITUNES = FEED.replace(
    "https://podcastindex.org/namespace/1.0", "http://www.itunes.com/dtds/podcast-1.0.dtd"
).replace("xmlns:podcast", "xmlns:itunes")


@pytest.mark.parametrize(
    ("parts", "lines"),
    [
        (
            "<itunes:explicit>Yes</itunes:explicit><itunes:episode> 12 </itunes:episode>"
            "<itunes:season>2</itunes:season>",
            ("season 2", "episode 12", "explicit true"),
        ),
        ("<itunes:explicit>clean</itunes:explicit>", ("explicit false",)),
        ("<itunes:explicit>maybe</itunes:explicit><itunes:episode>0</itunes:episode>", ()),
        ("<itunes:episode>12; x</itunes:episode><itunes:season>1234567</itunes:season>", ()),
    ],
)
def test_numbers_and_advice_of_an_episode_are_read(parts: str, lines: tuple[str, ...]) -> None:
    """Season, episode and "explicit" of a podcast entry are read if valid, belong to that entry
    only, and survive in the article file."""
    feed = ITUNES.format(parts).encode()
    first_episode, second_episode = [entry.enclosures[0] for entry in parse_feed(feed, URL).entries]

    assert first_episode.podcast == lines
    assert second_episode.podcast == ()

    stored_article = frontmatter.load(frontmatter.dump(make_full_article(enclosure=first_episode)))

    assert stored_article.enclosure == first_episode


def test_a_feed_that_is_broken_is_read_as_far_as_it_goes() -> None:
    """If the XML of a feed breaks, the podcast elements before that place are read (LINES are what
    is read of PARTS)."""
    broken = PARTS + "<podcast:person>&nbsp;<b>"

    first_episode = parse_enclosures(broken)[0]

    assert first_episode.podcast[:2] == LINES[:2]


def test_they_are_kept_in_the_file() -> None:
    """Podcast elements of an enclosure are stored in the article file and read back unchanged."""
    enclosure = parse_enclosures(PARTS)[0]
    result = frontmatter.load(frontmatter.dump(make_full_article(enclosure=enclosure)))
    assert result.enclosure == enclosure
