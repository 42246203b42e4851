"""Split two tags that were merged."""

from __future__ import annotations

from syndicator.operations.changes import texts
from tests.instances import Instance
from tests.upkeep.tags.test_rename import (
    read_feed_id,
    read_moved_feeds,
    rename_tag,
    store_tagged_articles,
)


def test_each_has_its_feed_and_its_articles_again(instance: Instance) -> None:
    """The tag LLM is merged into GPU, each of two articles. Undoing the merge gives both tags their
    feed ids and articles back; done twice, as after a crash in between, the result is the same."""
    store_tagged_articles(instance)
    feed_ids_before = {
        name: read_feed_id(instance, name) for name in ("tags/llm.atom", "tags/gpu.atom")
    }
    with instance.open_app() as app:
        tags_before = {
            article_id: app.archive.store.index.articles([article_id])[article_id].tags
            for article_id in app.archive.store.visits.stamps()
        }
    rename_tag(instance, "merge", "LLM", "GPU")
    instance.build()

    assert read_moved_feeds(instance)["tags/llm.atom"] == "tags/gpu.atom"

    # as undo does: where each feed's address leads, and the tags of each article
    former_texts = {"feed:tag/llm": "here", "feed:tag/gpu": "here"}
    former_texts |= {
        f"tags:{article_id}": "".join(f"{tag}\n" for tag in tags)
        for article_id, tags in tags_before.items()
    }
    for _ in range(2):
        with instance.open_app() as app:
            texts.write(app, {name: (None, text) for name, text in former_texts.items()})
    instance.build()

    assert "tags/llm.atom" not in read_moved_feeds(instance)
    assert {name: read_feed_id(instance, name) for name in feed_ids_before} == feed_ids_before
    assert instance.read_published("tags/llm.atom").count("</entry>") == 2
    assert instance.read_published("tags/gpu.atom").count("</entry>") == 2

    # in the database and in the files
    with instance.open_app() as app:
        assert {
            article_id: app.archive.store.index.articles([article_id])[article_id].tags
            for article_id in tags_before
        } == tags_before
        assert {
            article_id: app.archive.article_store.get(
                app.archive.store.index.path(article_id) or ""
            ).tags
            for article_id in tags_before
        } == tags_before


def test_where_the_address_of_a_feed_leads_is_a_text(instance: Instance) -> None:
    """The text of `feed:tag/SLUG` says where its address leads: to another feed, nowhere else
    ("here"), or None if unknown. LLM was merged into GPU, and GPU renamed to chips."""
    store_tagged_articles(instance)
    rename_tag(instance, "merge", "LLM", "GPU")
    rename_tag(instance, "rename", "GPU", "chips")
    with instance.open_app() as app:
        assert texts.read(app, "feed:tag/llm") == "leads to tag/gpu"
        assert texts.read(app, "feed:tag/gpu") == "leads to tag/chips"
        assert texts.read(app, "feed:tag/chips") == "here"
        assert texts.read(app, "feed:tag/none") is None
