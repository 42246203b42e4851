"""The subscription lists."""

from __future__ import annotations

from lxml import etree

from syndicator.configuration.settings import Publish, Settings, Site
from syndicator.publishing.queries import SavedQuery
from syndicator.publishing.render.xml import write_opml
from syndicator.publishing.selection.feeds import plan_feeds
from tests.publishing.memory import MemoryIndex
from tests.publishing.test_builder import SOURCES, make_article

HOW = Settings(
    site=Site(title="Example & co", url="https://feeds.example/"), publish=Publish(tag_min=1)
)


def test_each_kind_of_feed_is_a_folder_and_names_are_short() -> None:
    """The OPML has the feed of everything and a folder for each kind of feed, whose entries have
    short names without the title of the site."""
    rows = MemoryIndex([make_article(1, category="Work", tags=("AI", "C++"))]).feeds()
    queries = [SavedQuery(slug="long-reads", query="tag:AI")]
    specs = plan_feeds(
        rows, settings=HOW, sources=list(SOURCES.values()), queries=queries, categories={}
    )
    body = etree.fromstring(write_opml("Example & co", specs, HOW.base_url)).find("body")
    everything, *folders = body  # one outline for each

    assert everything.get("title") == "Example & co"
    assert everything.get("xmlUrl") == "https://feeds.example/all.atom"
    assert {
        folder.get("text"): [(feed.get("text"), feed.get("xmlUrl")) for feed in folder]
        for folder in folders
    } == {
        "Categories": [("Work", "https://feeds.example/categories/work.atom")],
        "Tags": [
            ("AI", "https://feeds.example/tags/ai.atom"),
            ("C++", "https://feeds.example/tags/c-plus-plus.atom"),
        ],
        "Saved queries": [("Long reads", "https://feeds.example/queries/long-reads.atom")],
        "Sources": [("Alpha", "https://feeds.example/sources/alpha.atom")],
    }
    assert all(folder.get("type") is None for folder in folders)  # they are no feeds
