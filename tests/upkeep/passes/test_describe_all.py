"""Describe all filed articles again."""

from __future__ import annotations

from syndicator.core.model import Article
from syndicator.upkeep.passes.describe_all import plan_descriptions
from syndicator.upkeep.passes.one_pass import Plan, write_plan
from tests.instances import TAXONOMY, Instance, store_articles

MODELS = (
    "A large language model answers questions about the weather. The large language model was"
    " trained on the weather of ten years, and knows no other weather.\n\nEvery large language"
    " model needs a chatbot around it, says the machine learning group."
)


def describe_all(instance: Instance) -> Plan:
    with instance.open_app() as app:
        planned = plan_descriptions(app.archive, app.configuration)
        write_plan(app.archive, planned)
    return planned


def test_describing_again_changes_nothing_when_nothing_was_edited(instance: Instance) -> None:
    """A second `describe` changes no article if nothing was edited in between."""
    with instance.open_app() as app:
        store_articles(app, "Models", MODELS)
    describe_all(instance)
    before = instance.read_digests("articles")

    assert describe_all(instance).articles == ()
    assert instance.read_digests("articles") == before


def test_an_edited_taxonomy_reaches_the_shelf(instance: Instance) -> None:
    """A new tag of the taxonomy (weather) is added to the old article it fits, without a revision;
    the other one keeps its bytes. The plan lists the feeds that change, and writes nothing."""
    with instance.open_app() as app:
        store_articles(app, "Models", MODELS)
        store_articles(
            app,
            "Gardens",
            "Roses want sun. Tulips want rain, and a wall that keeps the wind away from them.",
        )
    describe_all(instance)
    before = instance.load_article("Models")

    assert before.tags == ("LLM",)
    assert before.tags_by == "matched"
    assert before.category == "AI"

    instance.build()
    instance.write_taxonomy(TAXONOMY + '\n[[tag]]\nname = "weather"\n')
    gardens = instance.find_file("Gardens").read_bytes()
    with instance.open_app() as app:
        planned = plan_descriptions(app.archive, app.configuration)

        assert [item.title for item in planned.articles] == ["Models"]
        assert planned.articles[0].revision.lines == ("tags: +weather (its text says so)",)

        # number of entries that join, leave and change
        changes_by_feed = {
            feed.feed: (feed.joins, feed.leaves, feed.changes) for feed in planned.feeds
        }

        assert changes_by_feed["tags/weather"] == (1, 0, 0)
        assert changes_by_feed["tags/llm"] == (0, 0, 1)
        assert changes_by_feed["all"] == (0, 0, 1)
        assert changes_by_feed["sources/one"] == (0, 0, 1)
        assert instance.load_article("Models") == before  # not before it is applied

        write_plan(app.archive, planned)
    after = instance.load_article("Models")

    assert set(after.tags) == {"LLM", "weather"}
    assert after.updated == before.updated
    assert after.revisions == before.revisions
    assert after.published == before.published
    assert instance.find_file("Gardens").read_bytes() == gardens
    assert instance.build().held == ()
    assert "Models" in instance.read_published("tags/weather.atom")


def test_what_a_hand_edited_is_never_overwritten(instance: Instance) -> None:
    """Fields that the operator edited (tags and title) survive describing, which changes category
    and excerpt, and later readings."""
    with instance.open_app() as app:
        store_articles(
            app,
            "Models",
            MODELS,
            tags=("Old",),
            category="Old",
            excerpt="Old one.",
            excerpt_by="extractive",
        )
    instance.edit_file("Models", "- Old", "- Mine")
    instance.edit_file("Models", "title: Models", "title: Better models")
    planned = describe_all(instance)

    assert [line.partition(":")[0] for line in planned.articles[0].revision.lines] == [
        "category",
        "excerpt",
    ]

    after = instance.load_article("Better models")

    assert after.tags == ("Mine",)
    assert after.category == "AI"
    # and stays so: the title is still known as the operator's
    assert describe_all(instance).articles == ()

    with instance.open_app() as app:
        edited_article = app.archive.article_store.get(
            str(instance.find_file("Better models").relative_to(app.archive.article_store.root))
        )

        assert edited_article.tags_by == "operator"

        # a new reading has another title and tags
        again, _, _ = app.archive.article_store.put(
            Article(id=edited_article.id, url=edited_article.url, title="Theirs", tags=("Theirs",))
        )

        assert again.title == "Better models"
        assert again.tags == ("Mine",)


def test_only_articles_added_since_a_day(instance: Instance) -> None:
    """With `since`, only articles added from that time on are looked at."""
    with instance.open_app() as app:
        store_articles(app, "Models", MODELS)
        later_article = store_articles(app, "More models", MODELS)
        planned = plan_descriptions(app.archive, app.configuration, since=later_article.added)

        assert [item.title for item in planned.articles] == ["More models"]
        assert planned.looked == 1


def test_a_file_that_says_no_article_is_named_and_costs_no_other(instance: Instance) -> None:
    """A broken file is reported; other articles are described."""
    with instance.open_app() as app:
        store_articles(app, "Models", MODELS)
        store_articles(app, "Broken", MODELS)
    instance.find_file("Broken").write_text("no frontmatter")
    planned = describe_all(instance)

    assert [item.title for item in planned.articles] == ["Models"]
    assert [problem.reason for problem in planned.problems] == ["bad-article-file"]


def test_the_sources_own_tags_and_category_stay(instance: Instance) -> None:
    """Tags and category that the operator gave a source survive `describe`. A tag given by its
    alias ("large language model") is called as in the taxonomy (LLM)."""
    sources = instance.config / "sources.toml"
    sources.write_text(
        sources.read_text() + '\n[[source]]\nkey = "three"\nurl = "https://three.example/"\n'
    )
    sources.write_text(
        sources.read_text() + 'category = "Gardens"\ntags = ["large language model", "Roses"]\n'
    )
    with instance.open_app() as app:
        store_articles(app, "Roses", "Roses want sun.", source="three")
    describe_all(instance)
    article = instance.load_article("Roses")

    assert article.tags == ("LLM", "Roses")  # the operator's word, as the taxonomy calls it now
    assert article.category in ("Gardens", "AI")
