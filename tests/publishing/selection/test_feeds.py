"""Which feeds exist."""

from __future__ import annotations

from typing import Any

import pytest

from syndicator.configuration.settings import Publish, Settings, Site
from syndicator.core.model import FeedKey, FeedSpec, Older, Source
from syndicator.core.ports import FeedRow
from syndicator.publishing.queries import SavedQuery
from syndicator.publishing.selection.feeds import plan_feeds
from syndicator.searching.language import parse_query

SECRET = "k3uq7mdz2xw5ab4tnreh"
SETTINGS = Settings(site=Site(title="Example"), publish=Publish(limit=20))
ALPHA = Source(key="alpha", url="https://alpha.example/feed", title="Alpha News", language="de")


def make_row(axis: str, slug: str, count: int, **more: Any) -> FeedRow:
    return FeedRow(key=FeedKey(axis, slug), name=slug.upper(), first_slug=slug, count=count, **more)


def list_keys(
    *rows: FeedRow, queries: tuple[SavedQuery, ...] = (), sources: tuple[Source, ...] = (ALPHA,)
) -> list[FeedKey]:
    return [
        spec.key
        for spec in plan_feeds(
            rows, settings=SETTINGS, sources=sources, queries=queries, categories={}
        )
    ]


def test_an_empty_shelf_has_one_feed() -> None:
    """Without articles there is only the feed of everything, so that a new instance can be
    subscribed to."""
    assert list_keys() == [FeedKey("all", "all")]


def test_a_tag_gets_a_feed_at_three_and_keeps_it() -> None:
    """A tag gets a feed once it has three articles; a published feed stays even without articles,
    since readers subscribe to it."""
    tag = FeedKey("tag", "ai")

    assert tag not in list_keys(make_row("tag", "ai", count=2))
    assert tag in list_keys(make_row("tag", "ai", count=3))
    assert tag in list_keys(make_row("tag", "ai", count=0, published=True))


def test_a_tag_of_the_taxonomy_has_its_feed_from_its_first_article() -> None:
    """A tag of taxonomy.toml (`tags`, with descriptions) needs one article, other tags need
    `tag_min`. A tag with the name of a source without articles gets no feed by it."""
    rows = [
        make_row("tag", "open-source", count=1),
        make_row("tag", "ai", count=1),
        make_row("tag", "chips", count=0),
        make_row("source", "law", count=0),
    ]
    specs = plan_feeds(
        rows,
        settings=SETTINGS,
        sources=(),
        queries=(),
        categories={},
        tags={"Open source": "Free to change", "Chips": "", "Law": ""},
    )

    assert [spec.key for spec in specs] == [FeedKey("all", "all"), FeedKey("tag", "open-source")]
    assert specs[1].description == "Free to change"


def test_only_feeds_of_the_axes_that_are_published() -> None:
    """Only feeds of the kinds in `publish.axes` are planned, also if a feed of another kind (the
    category c) is published now."""
    query = SavedQuery(slug="q", query="chip", expr=parse_query("chip"))
    rows = [
        make_row("source", "alpha", count=9),
        make_row("tag", "ai", count=9),
        make_row("category", "c", count=9, published=True),
    ]

    def list_slugs(*axes: str) -> list[str]:
        settings = replace_axes(SETTINGS, axes)
        return [
            feed.key.slug
            for feed in plan_feeds(
                rows, settings=settings, sources=(), queries=(query,), categories={}
            )
        ]

    assert list_slugs("all", "tags") == ["all", "ai"]
    assert list_slugs("categories", "sources", "queries") == ["c", "alpha", "q"]
    assert list_slugs() == []


def replace_axes(settings: Settings, words: tuple[str, ...]) -> Settings:
    return settings.model_copy(
        update={"publish": settings.publish.model_copy(update={"axes": words})}
    )


def test_moved_and_dropped_feeds_are_none() -> None:
    """A feed that moved has no files of its own; one that was dropped exists once it has an article
    again."""
    moved = make_row("tag", "llm", count=9, moved_to=FeedKey("tag", "language-models"))
    dropped = make_row("category", "old", count=0, dropped=True)
    dropped_with_an_article = make_row("category", "old", count=1, dropped=True)

    assert list_keys(moved, dropped) == [FeedKey("all", "all")]
    assert FeedKey("category", "old") in list_keys(dropped_with_an_article)


def test_a_removed_source_keeps_its_feed() -> None:
    """The feed of a source that is no longer configured (`sources` is empty) stays published, since
    readers may be subscribed to it."""
    row = make_row("source", "alpha", count=5)

    assert FeedKey("source", "alpha") in list_keys(row, sources=())


def test_the_order_is_fixed() -> None:
    """The order of feeds does not depend on the order of their rows: everything, categories, tags
    by name, sources, saved queries."""
    query = SavedQuery(slug="q", query="chip", expr=parse_query("chip"))
    rows = [
        make_row("source", "alpha", 1),
        make_row("tag", "b", 3),
        make_row("tag", "a", 3),
        make_row("category", "c", 1),
    ]
    wanted = ["all", "c", "a", "b", "alpha", "q"]

    assert [key.slug for key in list_keys(*rows, queries=(query,))] == wanted
    assert [key.slug for key in list_keys(*rows[::-1], queries=(query,))] == wanted


def test_a_category_named_like_a_tag_says_so() -> None:
    """A category with the same name as a tag has "(category)" in its title, so that readers can
    tell the two feeds apart."""
    rows = [
        make_row("tag", "ai", count=3),
        make_row("category", "ai", count=1),
        make_row("category", "law", count=1),
    ]
    titles = {
        spec.key: spec.title
        for spec in plan_feeds(rows, settings=SETTINGS, sources=(), queries=(), categories={})
    }

    assert titles[FeedKey("category", "ai")] == "AI (category) - Example"
    assert titles[FeedKey("tag", "ai")] == "AI - Example"
    assert titles[FeedKey("category", "law")] == "LAW - Example"


def test_titles_languages_and_overrides() -> None:
    """Feeds take titles, languages and descriptions from the site, their source or category;
    feeds.toml overrides those of a feed (`override`), and names saved queries by their address."""
    override = SavedQuery(
        slug="tags/a", feed=FeedKey("tag", "a"), title="All of A", limit=700, formats=("atom",)
    )
    query = SavedQuery(slug="big-chips", query="chip", expr=parse_query("chip"), window_hours=1)
    rows = [make_row("source", "alpha", 1), make_row("tag", "a", 3), make_row("category", "c", 1)]
    specs = {
        spec.key.slug: spec
        for spec in plan_feeds(
            rows,
            settings=SETTINGS,
            sources=[ALPHA],
            queries=(override, query),
            categories={"C": "Things."},
        )
    }

    assert specs["all"].title == "Example"
    assert specs["c"].description == "Things."
    assert specs["alpha"].name == "Alpha News"
    assert specs["alpha"].language == "de"

    # overridden
    assert specs["a"].title == "All of A"
    assert specs["a"].limit == 700
    assert specs["a"].most == 700
    assert specs["a"].formats == ("atom",)

    # the saved query
    assert specs["big-chips"].title == "Big chips - Example"
    assert specs["big-chips"].window_hours == 1


def test_a_larger_limit_counts_for_the_day_and_older_articles_and_a_sources_feed_has_no_share() -> (
    None
):
    """A larger `limit` raises both bounds: 500 articles in all (`most`) and 200 with older ones
    (`most_older`). A source may fill its own feed (share 1.0), and a third of other feeds."""

    def plan_feed(axis: str, publish: Publish) -> FeedSpec:
        rows = [make_row("source", "alpha", 5)]
        settings = Settings(publish=publish)
        specs = plan_feeds(rows, settings=settings, sources=(), queries=(), categories={})
        return next(spec for spec in specs if spec.key.axis == axis)

    default = plan_feed("all", Publish())
    assert default.most == 500
    assert default.most_older == 200
    assert default.share == 0.33

    larger = plan_feed("all", Publish(limit=300))
    assert larger.most == 500
    assert larger.most_older == 300
    assert larger.share == 0.33

    largest = plan_feed("all", Publish(limit=600))
    assert largest.most == 600
    assert largest.most_older == 600
    assert largest.share == 0.33

    of_source = plan_feed("source", Publish())
    assert of_source.most == 500
    assert of_source.most_older == 200
    assert of_source.share == 1.0


def test_a_saved_question_has_the_names_of_its_feeds_as_title() -> None:
    """A saved question without a title is named by its parts, with the names of tags; one with a
    title ("Mine") keeps it."""
    rows = [make_row("tag", "ai", 3), make_row("source", "alpha", 1)]
    saved_query = SavedQuery(slug="q/tag.ai/words.gpu/not.tag.law", query="tag:ai")
    query_with_title = SavedQuery(slug="q/source.alpha", query="source:alpha", title="Mine")
    specs = plan_feeds(
        rows, settings=SETTINGS, sources=(), queries=(saved_query, query_with_title), categories={}
    )
    titles = {spec.key.slug: (spec.name, spec.title) for spec in specs if spec.key.axis == "query"}

    assert titles == {
        "q/tag.ai/words.gpu/not.tag.law": ("AI, gpu, not law", "AI, gpu, not law"),
        "q/source.alpha": ("Mine", "Mine"),
    }


@pytest.mark.parametrize(
    ("publish", "hours"),
    [
        (Publish(), 72),
        (Publish(secret_path=SECRET), 24),
        (Publish(secret_path=SECRET, window_hours=72), 72),
    ],
)
def test_a_private_feed_of_everything_has_a_day(publish: Publish, hours: int) -> None:
    """The feed of everything shows 24 hours on a private instance, unless the operator set a
    window."""
    rows = [make_row("category", "ai", 9)]
    settings = Settings(publish=publish)
    everything, category = plan_feeds(
        rows, settings=settings, sources=(), queries=(), categories={}
    )

    assert everything.window_hours == hours
    assert category.window_hours == 72
    assert everything.limit == 50
    assert everything.older is Older.OF_AXIS  # the archives have the rest
