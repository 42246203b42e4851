"""Two tags that were merged are two again."""

from __future__ import annotations

import pytest

from syndicator.core.errors import UsageError
from syndicator.core.model import FeedKey
from syndicator.services.descriptions import rename_tags
from tests.services.descriptions.test_rename_tags import feed_id, fill, moved, retag
from tests.services.places import Place

LLM, GPU = FeedKey("tag", "llm"), FeedKey("tag", "gpu")


def test_each_has_its_feed_and_its_articles_again(place: Place) -> None:
    """Done twice, as after a crash in between, it is the same."""
    fill(place)
    before = {name: feed_id(place, name) for name in ("tags/llm.atom", "tags/gpu.atom")}
    with place.app() as app:
        had = {id: app.store.index.articles([id])[id].tags for id in app.store.visits.stamps()}
    retag(place, "merge", "LLM", "GPU")
    place.build()
    assert moved(place)["tags/llm.atom"] == "tags/gpu.atom"
    for _ in range(2):
        with place.app() as app:
            rename_tags.need_parted(app, LLM, GPU)
            rename_tags.part(app, LLM, GPU, had)
    place.build()
    assert "tags/llm.atom" not in moved(place)
    assert {name: feed_id(place, name) for name in before} == before
    assert place.published("tags/llm.atom").count("</entry>") == 2
    assert place.published("tags/gpu.atom").count("</entry>") == 2
    with place.app() as app:
        assert {id: app.store.index.articles([id])[id].tags for id in had} == had
        assert {id: app.article_store.get(app.store.index.path(id) or "").tags for id in had} == had


def test_a_feed_that_leads_elsewhere_since_is_not_parted(place: Place) -> None:
    fill(place)
    retag(place, "merge", "LLM", "GPU")
    retag(place, "rename", "GPU", "chips")
    with place.app() as app, pytest.raises(UsageError, match="tags/gpu leads to tags/chips"):
        rename_tags.need_parted(app, LLM, GPU)
