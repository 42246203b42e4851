"""Podcast episodes keep the facts of their own feed in our RSS."""

from __future__ import annotations

import pytest
from lxml import etree

from syndicator.configuration.settings import Publish, Settings, Site
from syndicator.core.model import Enclosure
from tests.publishing.memory import MemoryIndex, MemoryOutlet
from tests.publishing.test_builder import make_article, publish_feeds
from tests.visiting.feeds.test_podcast import LINES

ITUNES = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"
PODCAST = "{https://podcastindex.org/namespace/1.0}"
BAD = (
    "transcript javascript:alert(1); type=text/vtt",
    "transcript https://pod.example/x; type=<b>",
    "chapters https://pod.example/x",
    "person ",
)


def test_transcripts_chapters_and_persons_pass_through() -> None:
    """Valid podcast elements of an enclosure (LINES) are in the feed; invalid ones (BAD) are left
    out. An article without sound has none."""
    sound = Enclosure(
        url="https://pod.example/1.mp3", type="audio/mpeg", length=9, podcast=(*LINES, *BAD)
    )
    outlet = MemoryOutlet()
    settings = Settings(site=Site(url="https://feeds.example/"), publish=Publish(archives=False))
    publish_feeds(
        MemoryIndex([make_article(1, enclosure=sound), make_article(2)]), outlet, settings
    )
    # the newer article, which has no sound, is the first
    item_without_sound, item = etree.fromstring(outlet.files["all.rss"]).iter("item")

    assert not [node for node in item_without_sound if node.tag.startswith(PODCAST)]

    podcast_nodes = [node for node in item if node.tag.startswith(PODCAST)]

    assert [
        (node.tag.removeprefix(PODCAST), node.text, dict(node.attrib)) for node in podcast_nodes
    ] == [
        (
            "transcript",
            None,
            {
                "url": "https://pod.example/1.vtt",
                "type": "text/vtt",
                "language": "en",
                "rel": "captions",
            },
        ),
        ("transcript", None, {"url": "https://pod.example/1.srt", "type": "application/srt"}),
        (
            "chapters",
            None,
            {"url": "https://pod.example/1.json", "type": "application/json+chapters"},
        ),
        (
            "person",
            "Jane Doe",
            {
                "role": "guest",
                "group": "cast",
                "href": "https://jane.example/",
                "img": "https://jane.example/i.jpg",
            },
        ),
        ("person", "Bob, Builder", {}),
    ]
    assert b"<podcast:transcript xmlns:podcast=" in outlet.files["all.rss"]


def test_an_episode_has_duration_and_picture_for_podcast_players() -> None:
    """Only articles with sound have iTunes elements (article 3 has none), and only pictures that
    players can show: JPEG (1), not WebP (2). The newest article is the first in the feed."""
    sound = Enclosure(
        url="https://pod.example/1.mp3", type="audio/mpeg", length=9, duration="1:02:03"
    )
    articles = [
        make_article(1, enclosure=sound, cover="https://pod.example/1.jpg"),
        make_article(2, enclosure=sound, cover="https://pod.example/2.webp"),
        make_article(3, cover="https://pod.example/3.jpg"),
    ]
    outlet = MemoryOutlet()
    publish_feeds(MemoryIndex(articles), outlet, Settings(publish=Publish(archives=False)))
    silent, with_webp, with_jpeg = (
        [
            (node.tag.removeprefix(ITUNES), node.text, dict(node.attrib))
            for node in item
            if node.tag.startswith(ITUNES)
        ]
        for item in etree.fromstring(outlet.files["all.rss"]).iter("item")
    )
    duration = ("duration", "3723", {})  # 1:02:03 in seconds

    assert silent == []
    assert with_webp == [duration]
    assert with_jpeg == [duration, ("image", None, {"href": "https://pod.example/1.jpg"})]


@pytest.mark.parametrize(
    ("name", "type", "is_for_apple"),
    [
        ("1.mp3", "audio/mp3", True),
        ("1.M4A?from=feed", "audio/x-m4a", True),
        ("play?id=1", "audio/mpeg", True),
        ("1.mp4", "video/mp4", True),
        ("1.wav", "audio/wav", False),
        ("1.ogg", "audio/ogg", False),
    ],
)
def test_tags_of_apple_stand_only_beside_files_that_its_players_take(
    name: str, type: str, is_for_apple: bool
) -> None:
    """itunes: elements appear only for media types that Apple's players support; the podcast:
    elements are there for all."""
    sound = Enclosure(
        url=f"https://pod.example/{name}",
        type=type,
        duration="60",
        podcast=("episode 1", "person Jane Doe"),
    )
    outlet = MemoryOutlet()
    publish_feeds(MemoryIndex([make_article(1, enclosure=sound)]), outlet, Settings())
    (item,) = etree.fromstring(outlet.files["all.rss"]).iter("item")
    names = [node.tag.removeprefix(ITUNES) for node in item if node.tag.startswith(ITUNES)]

    assert names == (["duration", "episode"] if is_for_apple else [])
    assert item.find(f"{PODCAST}person") is not None


def test_an_episode_has_its_numbers_and_advice() -> None:
    """Season, episode and the "explicit" flag of a podcast are in RSS only. The last three lines
    are malformed and are ignored."""
    lines = ("season 2", "episode 12", "explicit false", "episode 1 <b>", "explicit no", "season 0")
    sound = Enclosure(url="https://pod.example/1.mp3", type="audio/mpeg", podcast=lines)
    outlet = MemoryOutlet()
    publish_feeds(MemoryIndex([make_article(1, enclosure=sound)]), outlet, Settings())
    (item,) = etree.fromstring(outlet.files["all.rss"]).iter("item")
    results = {
        node.tag.removeprefix(ITUNES): node.text for node in item if node.tag.startswith(ITUNES)
    }

    assert results == {"season": "2", "episode": "12", "explicit": "false"}
    assert b"episode" not in outlet.files["all.json"]
