"""Addresses of moved feeds redirect; those of ended feeds answer 410."""

from __future__ import annotations

import json
from typing import Any

from syndicator.core.model import FeedKey
from syndicator.core.ports import FeedRow
from syndicator.publishing.output.redirects import (
    CADDY,
    JSON,
    NGINX,
    delete_unneeded_thumbnails,
    make_redirect_maps,
    resolve_moves,
)
from tests.publishing.memory import MemoryOutlet


def make_tag_row(slug: str, to: str = "", **more: Any) -> FeedRow:
    target = FeedKey("tag", to) if to else None
    return FeedRow(key=FeedKey("tag", slug), name=slug, first_slug=slug, moved_to=target, **more)


def test_a_feed_that_moved_twice_redirects_to_its_last_address() -> None:
    """If tag a was renamed to b and b to c, both old feeds redirect directly to c, without a
    chain."""
    rows = [make_tag_row("a", to="b"), make_tag_row("b", to="c"), make_tag_row("c")]
    assert resolve_moves(rows) == {
        FeedKey("tag", "a"): FeedKey("tag", "c"),
        FeedKey("tag", "b"): FeedKey("tag", "c"),
    }


def test_feeds_that_moved_in_a_circle_are_gone() -> None:
    """Feeds whose moves form a circle have no redirect: the redirect maps list them as gone. Here a
    moved to b and b back to a; c moved to a, into the circle."""
    rows = [make_tag_row("a", to="b"), make_tag_row("b", to="a"), make_tag_row("c", to="a")]

    assert resolve_moves(rows) == {}

    gone = json.loads(make_redirect_maps(rows, "https://feeds.example/")[JSON])["gone"]

    assert {"tags/a.atom", "tags/b.rss", "tags/c.json"} <= set(gone)


def test_every_map_says_the_same_with_the_path_of_the_web_root() -> None:
    """The redirect maps for our server (JSON), nginx and Caddy contain the same moved and deleted
    feeds, below the path of the site (/feeds/)."""
    redirect_maps = make_redirect_maps(
        [make_tag_row("old", to="new"), make_tag_row("new"), make_tag_row("ended", dropped=True)],
        "https://site.example/feeds/",
    )
    json_map = json.loads(redirect_maps[JSON])

    assert json_map["moved"]["tags/old.atom"] == "tags/new.atom"
    assert "tags/ended.atom" in json_map["gone"]
    assert b'"/feeds/tags/old.atom" "/feeds/tags/new.atom";' in redirect_maps[NGINX]
    assert b'"/feeds/tags/ended.atom" 1;' in redirect_maps[NGINX]
    assert b'redir "/feeds/tags/old.atom" "/feeds/tags/new.atom" 301' in redirect_maps[CADDY]
    assert b'respond "/feeds/tags/ended.atom" 410' in redirect_maps[CADDY]


def test_files_of_others_stay_beside_thumbnails() -> None:
    """Of the files in pictures/, only our thumbnails that no page needs are deleted; those of the
    operator (logo.webp) stay."""
    outlet = MemoryOutlet()
    needed = "pictures/00000000000000000001.webp"
    unneeded = "pictures/00000000000000000002.webp"
    outlet.files |= dict.fromkeys([needed, unneeded, "pictures/logo.webp"], b"")

    assert delete_unneeded_thumbnails(outlet, [needed]) == {unneeded}
    assert sorted(outlet.files) == [needed, "pictures/logo.webp"]
