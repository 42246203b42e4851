"""`axes`: feeds of a removed axis end, and return unchanged when it is added again."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree

import pytest

from syndicator.core.errors import ConfigError
from syndicator.upkeep import reconcile
from tests.instances import Instance, store_articles

ATOM = "{http://www.w3.org/2005/Atom}"
ALL = ["all", "categories", "tags", "queries", "sources"]


def build_axes(instance: Instance, axes: list[str]) -> tuple[str, ...]:
    """Builds with these axes. Returns the feeds that ended."""
    path = instance.config / "syndicator.toml"
    path.write_text(f"[publish]\ntag_min = 2\naxes = {json.dumps(axes)}\n")
    report = instance.build()
    assert report.held == ()
    return report.ended


def read_feed_ids(instance: Instance) -> dict[str, str]:
    """The published feeds with their ids."""
    public = instance.folder / "feeds/public"
    paths = [path for path in sorted(public.rglob("*.atom")) if "archive" not in path.parts]
    return {
        str(path.relative_to(public)): str(ElementTree.parse(path).findtext(f"{ATOM}id"))
        for path in paths
    }


def list_gone_feeds(instance: Instance) -> set[str]:
    document: Any = json.loads(instance.read_published("maps/moved.json"))
    return {name for name in document["gone"] if name.endswith(".atom")}


@pytest.fixture
def filled_instance(instance: Instance) -> Instance:
    """With a tag that has fewer articles left than a new one needs."""
    return instance.fill_once(store_tagged_articles)


def store_tagged_articles(instance: Instance) -> None:
    (instance.config / "feeds.toml").write_text('[[feed]]\nslug = "chips"\nquery = "tag:GPU"\n')
    with instance.open_app() as app:
        store_articles(app, "First", "Text.", tags=("GPU", "Bees"), category="AI")
        store_articles(app, "Second", "Text.", tags=("GPU", "Bees"), category="AI", source="two")
    build_axes(instance, ALL)
    instance.edit_file("Second", "- Bees\n", "")
    with instance.open_app() as app:
        reconcile.update_from_files(app.archive, app.configuration)
    build_axes(instance, ALL)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("axes_left", "ended_feeds"),
    [
        (["all", "tags", "categories", "queries"], {"sources/one", "sources/two"}),
        (["all", "sources", "categories", "queries"], {"tags/gpu", "tags/bees"}),
        (["all", "sources", "tags", "queries"], {"categories/ai"}),
        (["all", "sources", "tags", "categories"], {"queries/chips"}),
        (["sources", "tags", "categories", "queries"], {"all"}),
        (
            [],
            {
                "all",
                "categories/ai",
                "queries/chips",
                "sources/one",
                "sources/two",
                "tags/bees",
                "tags/gpu",
            },
        ),
    ],
)
def test_feeds_of_an_axis_end_and_come_back_with_it(
    filled_instance: Instance, axes_left: list[str], ended_feeds: set[str]
) -> None:
    """With the axes `axes_left`, the feeds `ended_feeds` are deleted and listed as gone; with all
    axes they return with the same ids."""
    before = read_feed_ids(filled_instance)
    kept_digests = filled_instance.read_digests("public")

    assert set(build_axes(filled_instance, axes_left)) == ended_feeds

    names = {f"{name}.atom" for name in ended_feeds}

    assert set(read_feed_ids(filled_instance)) == set(before) - names
    assert list_gone_feeds(filled_instance) == names

    public = filled_instance.folder / "feeds/public"
    stems = {
        str(path.relative_to(public)).partition(".")[0]
        for path in public.rglob("*")
        if path.is_file()
    }

    assert stems.isdisjoint(ended_feeds)
    assert not any(
        f"{name}.atom" in filled_instance.read_published("feeds.opml") for name in ended_feeds
    )

    before_again = filled_instance.read_digests("public")

    assert build_axes(filled_instance, axes_left) == ()
    assert filled_instance.read_digests("public") == before_again  # once
    assert build_axes(filled_instance, ALL) == ()
    assert read_feed_ids(filled_instance) == before
    assert list_gone_feeds(filled_instance) == set()

    after = filled_instance.read_digests("public")

    assert {name for name in kept_digests if after[name] != kept_digests[name]} <= {
        "index.html",
        "index.html.gz",
    }


def test_what_comes_meanwhile_is_in_the_feeds_that_come_back(filled_instance: Instance) -> None:
    """An article filed while only tags had feeds is in the other feeds when these return; the index
    page always shows the newest."""
    build_axes(filled_instance, ["tags"])
    with filled_instance.open_app() as app:
        store_articles(app, "Third", "Text.", tags=("GPU",))
    build_axes(filled_instance, ["tags"])

    assert "Third" in filled_instance.read_published("tags/gpu.atom")
    assert "Third" in filled_instance.read_published("index.html")

    with filled_instance.open_app() as app:
        store_articles(app, "Fourth", "Text.")  # in no feed that is published
    build_axes(filled_instance, ["tags"])

    assert "Fourth" in filled_instance.read_published("index.html")

    build_axes(filled_instance, ALL)

    assert "Third" in filled_instance.read_published("all.atom")
    assert "Third" in filled_instance.read_published("sources/one.atom")


def test_a_word_that_is_no_axis_is_refused_with_those_there_are(instance: Instance) -> None:
    """An unknown axis is refused with the list of axes."""
    with pytest.raises(
        ConfigError, match="'tag' is none of all, categories, tags, queries, sources"
    ):
        build_axes(instance, ["tag"])
