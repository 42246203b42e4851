"""Rebuild a lost database from the files beside the articles; the files win if both differ."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from syndicator.articles.article_store import FileArticleStore
from syndicator.articles.beside import toml_lists
from syndicator.core import urls
from syndicator.core.errors import ConfigError
from syndicator.core.model import FeedKey, Origin
from syndicator.upkeep import editorial, reconcile, reindex
from syndicator.upkeep.tags import rename
from tests.instances import SOURCES, Instance, store_articles

QUERIES = '[[feed]]\nslug = "chips"\nquery = "tag:GPU"\n'
ONE = FeedKey("source", "one")
LONE = FeedKey("source", "lone")


def open_article_store(instance: Instance) -> FileArticleStore:
    return FileArticleStore(instance.folder / "feeds/articles")


def make_feed_history(instance: Instance) -> None:
    """A tag that was renamed, one that was merged, a saved query that ended, a tag with one article
    left of two, and a name that the articles do not give."""
    instance.config.joinpath("feeds.toml").write_text(QUERIES)
    with instance.open_app() as app:
        store_articles(app, "Models", "Of models.", tags=("LLM", "Ships"), tags_by="matched")
        store_articles(
            app, "Chips", "Of chips.", tags=("GPU", "SHIPS"), tags_by="matched", source="two"
        )
        store_articles(app, "Other", "Of others.", tags=("GPU",), tags_by="matched", source="two")
        reconcile.update_source_states(app.archive, app.configuration)
        reconcile.update_from_files(app.archive, app.configuration)
    instance.build()
    with instance.open_app() as app:
        for kind, old, new in (
            ("rename", "LLM", "Models of language"),
            ("merge", "GPU", "Models of language"),
        ):
            rename.write_rename(
                app.archive,
                app.configuration,
                rename.plan_rename(app.archive, app.configuration, kind, old, new),
            )  # type: ignore[arg-type]
        editorial.withdraw(app.archive, app.configuration, "https://one.example/models")
    instance.config.joinpath("feeds.toml").write_text("")
    instance.build()
    write_setting(instance, "tag_min = 2")
    with instance.open_app() as app:
        reconcile.update_from_files(app.archive, app.configuration)
    instance.build()


def write_setting(instance: Instance, line: str) -> None:
    (instance.config / "syndicator.toml").write_text(f"[publish]\n{line}\n")


def read_published_state(instance: Instance) -> dict[str, Any]:
    """Ids and titles of the feeds, redirects and what is gone."""
    public = instance.folder / "feeds/public"
    heads = {
        str(path.relative_to(public)): re.findall(
            r"<id>(urn:[^<]+)</id>|<title>([^<]+)<", path.read_text()
        )[:3]
        for path in sorted(public.rglob("*.atom"))
    }
    return {**heads, **json.loads(instance.read_published("maps/moved.json"))}


def rebuild_from_files(instance: Instance, *lost: str) -> None:
    for folder in lost:
        shutil.rmtree(instance.folder / "feeds" / folder)
    with instance.open_app(create=True) as app:
        reindex.reindex(app.archive, app.configuration)
    instance.build()


@pytest.mark.parametrize("lost", [["state"], ["state", "public"]])
def test_a_lost_database_takes_nothing_with_it(instance: Instance, lost: list[str]) -> None:
    """After losing state and published files, a rebuild publishes the same."""
    instance.fill_once(make_feed_history)
    before = read_published_state(instance)
    files = instance.read_digests("articles")

    assert {"tags/models-of-language.atom", "tags/ships.atom"} <= before.keys()
    assert "queries/chips.atom" in before["gone"]

    rebuild_from_files(instance, *lost)

    assert read_published_state(instance) == before
    assert instance.read_digests("articles") == files


def test_the_file_says_what_the_articles_do_not(instance: Instance) -> None:
    """feeds.toml lists only feeds with facts that articles do not show, such as moves."""
    instance.fill_once(make_feed_history)
    kept_feeds_by_key = {
        feed.key: feed for feed in toml_lists.FEEDS.read(open_article_store(instance))
    }
    models = FeedKey("tag", "models-of-language")

    assert (
        kept_feeds_by_key[FeedKey("tag", "llm")].moved_to
        == kept_feeds_by_key[FeedKey("tag", "gpu")].moved_to
        == models
    )
    assert kept_feeds_by_key[models].first_slug == "llm"
    assert kept_feeds_by_key[FeedKey("query", "chips")].dropped
    assert kept_feeds_by_key[FeedKey("tag", "ships")].name == "Ships"
    assert kept_feeds_by_key[FeedKey("tag", "ships")].published is True
    assert kept_feeds_by_key[ONE].published  # no article of it is left
    assert kept_feeds_by_key.keys() == {
        models,
        ONE,
        *(FeedKey("tag", slug) for slug in ("llm", "gpu", "ships")),
    } | {FeedKey("query", "chips")}


def test_the_first_start_after_an_upgrade_writes_what_only_the_database_knew(
    instance: Instance,
) -> None:
    """Missing files beside the articles are written from the database at start."""
    instance.fill_once(make_feed_history)
    folder = instance.folder / "feeds/articles"
    before = {name: (folder / name).read_bytes() for name in ("feeds.toml", "sources.toml")}
    for name in before:
        (folder / name).unlink()
    with instance.open_app():
        assert {name: (folder / name).read_bytes() for name in before} == before


def test_a_source_that_an_older_version_removed_is_known_by_its_articles(
    instance: Instance,
) -> None:
    """A removed source's address is restored from the origin of its articles."""
    with instance.open_app() as app:
        store_articles(
            app, "Lone", "Text.", source="lone", origin=Origin(url="https://lone.example/feed")
        )
    (instance.folder / "feeds/articles/sources.toml").unlink(missing_ok=True)
    with instance.open_app():
        addresses_by_source = dict(toml_lists.SOURCES.read(open_article_store(instance)))

    assert addresses_by_source["lone"] == ("https://lone.example/feed",)


def test_the_file_is_written_before_the_database(instance: Instance) -> None:
    """Killed in between, the next start makes the database say what the file says."""
    instance.fill_once(make_feed_history)
    with instance.open_app() as app:
        row = next(
            row for row in app.archive.store.index.feeds() if row.key == FeedKey("tag", "ships")
        )
        app.archive.beside.write_feed_address(
            row.__class__(key=row.key, name=row.name, first_slug="boats", moved_to=None)
        )
    with instance.open_app() as app:
        reconcile.update_from_files(app.archive, app.configuration)
        assert {row.key: row.first_slug for row in app.archive.store.index.feeds()}[
            row.key
        ] == "boats"


def test_an_edit_by_hand_counts(instance: Instance) -> None:
    """A redirect of a feed can be added to feeds.toml and taken out by hand."""
    instance.fill_once(make_feed_history)
    path = instance.folder / "feeds/articles/feeds.toml"
    path.write_text(path.read_text() + '\n[[feed]]\nfeed = "tag/boats"\nmoved_to = "tag/ships"\n')
    edited = path.read_bytes()
    with instance.open_app() as app:
        reconcile.update_from_files(app.archive, app.configuration)
    instance.build()

    assert read_published_state(instance)["moved"]["tags/boats.rss"] == "tags/ships.rss"

    path.write_text(
        path.read_text().replace('\n[[feed]]\nfeed = "tag/boats"\nmoved_to = "tag/ships"\n', "")
    )

    assert path.read_bytes() != edited

    with instance.open_app() as app:
        reconcile.update_from_files(app.archive, app.configuration)
    instance.build()

    assert "tags/boats.rss" not in read_published_state(instance)["moved"]


def test_a_feed_given_up_by_hand_ends(instance: Instance) -> None:
    """A feed marked `dropped` in feeds.toml beside the articles ends: its file is deleted and its
    address answers gone."""
    instance.fill_once(make_feed_history)
    path = instance.folder / "feeds/articles/feeds.toml"

    assert instance.read_published("sources/one.atom")

    path.write_text(
        path.read_text().replace(
            'feed = "source/one"\npublished = true', 'feed = "source/one"\ndropped = true'
        )
    )
    with instance.open_app() as app:
        reconcile.update_from_files(app.archive, app.configuration)
    instance.build()

    assert "sources/one.atom" in read_published_state(instance)["gone"]
    assert not (instance.folder / "feeds/public/sources/one.atom").exists()


def test_a_broken_file_stops_a_run_with_its_name_and_changes_nothing(instance: Instance) -> None:
    """A broken feeds.toml beside the articles stops a run and changes nothing."""
    instance.fill_once(make_feed_history)
    before = read_published_state(instance)
    path = instance.folder / "feeds/articles/feeds.toml"
    path.write_text("x")
    with instance.open_app() as app:
        with pytest.raises(ConfigError, match=r"feeds\.toml"):
            reconcile.update_from_files(app.archive, app.configuration)
        with pytest.raises(ConfigError, match=r"feeds\.toml"):
            reindex.reindex(app.archive, app.configuration)
    path.unlink()  # the cure that the message names
    instance.build()

    assert read_published_state(instance) == before
    assert toml_lists.FEEDS.read(open_article_store(instance))


def test_an_instance_with_nothing_to_say_has_no_feeds_toml(instance: Instance) -> None:
    """Without history of feeds, no feeds.toml is written beside the articles."""
    with instance.open_app() as app:
        store_articles(app, "Models", "Of models.", tags=("LLM",))
    instance.build()
    assert not (instance.folder / "feeds/articles/feeds.toml").exists()


def test_an_article_that_still_has_the_old_tag_is_in_the_feed_that_carries_on(
    instance: Instance,
) -> None:
    """An article filed with a tag's old name, as in a copy made during the rename, is in the feed
    of the new name, also after a rebuild."""
    instance.fill_once(make_feed_history)
    with instance.open_app() as app:
        store_articles(app, "Late", "Text that came late.", tags=("LLM",))
    instance.build()

    assert "Late" in instance.read_published("tags/models-of-language.json")
    assert (
        read_published_state(instance)["moved"]["tags/llm.json"] == "tags/models-of-language.json"
    )

    rebuild_from_files(instance, "state", "public")

    assert "Late" in instance.read_published("tags/models-of-language.json")


# -- a source that is removed and added again


def configure_sources(instance: Instance, **sources: str) -> None:
    lines = "".join(f'[[source]]\nkey = "{key}"\nurl = "{url}"\n' for key, url in sources.items())
    (instance.config / "sources.toml").write_text(lines)
    with instance.open_app() as app:
        reconcile.update_source_states(app.archive, app.configuration)
        reconcile.update_from_files(app.archive, app.configuration)
    instance.build()


def feed_id(instance: Instance, name: str) -> str:
    match = re.search(r"<id>(urn:uuid:[^<]+)</id>", instance.read_published(name))
    assert match
    return match[1]


def publish_two_articles(instance: Instance) -> None:
    with instance.open_app() as app:
        store_articles(app, "First", "Text of the first.", source="one")
        store_articles(app, "Second", "Text of the second.", source="two")
    instance.build()


def test_its_key_is_used_again_for_its_address(instance: Instance) -> None:
    """A removed source's key is proposed again for its address and for no other."""
    publish_two_articles(instance)
    (instance.config / "sources.toml").write_text("")
    with instance.open_app() as app:
        beside = app.archive.beside

        assert beside.find_former_keys(())[urls.alias("http://one.example/feed/")] == "one"
        assert "one" not in beside.find_former_keys(("one",)).values()
        assert urls.alias("https://one.example/other") not in beside.find_former_keys(())
        assert app.archive.beside.keys() == {
            "one",
            "two",
        }  # another address must not get one of these


def test_under_another_key_it_carries_on_with_its_feed(instance: Instance) -> None:
    """A source that returns under another key continues its old feed."""
    publish_two_articles(instance)
    article_id = feed_id(instance, "sources/one.atom")
    files = instance.read_digests("articles")
    configure_sources(instance, two="https://two.example/feed")
    configure_sources(instance, two="https://two.example/feed", other="https://one.example/feed")
    with instance.open_app() as app:
        store_articles(app, "Third", "Text of the third.", source="other")
    instance.build()

    assert (
        feed_id(instance, "sources/other.atom")
        == feed_id(instance, "sources/one.atom")
        == article_id
    )
    assert read_published_state(instance)["moved"]["sources/one.atom"] == "sources/other.atom"

    for name in ("sources/other.atom", "sources/other.rss", "sources/other.json"):
        assert re.findall("First|Third|Second", instance.read_published(name))
        assert "Second" not in instance.read_published(name)
        assert "First" in instance.read_published(name)
        assert "Third" in instance.read_published(name)

    assert {
        name: digest
        for name, digest in instance.read_digests("articles").items()
        if name in files and "First" in name
    } == {name: digest for name, digest in files.items() if "First" in name}

    before = read_published_state(instance)
    rebuild_from_files(instance, "state", "public")

    assert read_published_state(instance) == before
    assert "First" in instance.read_published("sources/other.atom")


def test_back_under_its_old_key_its_feed_moves_back(instance: Instance) -> None:
    """A source renamed back to its old key gets its old feed address again."""
    publish_two_articles(instance)
    article_id = feed_id(instance, "sources/one.atom")
    configure_sources(instance, other="https://one.example/feed")
    configure_sources(instance, one="https://one.example/feed")

    assert feed_id(instance, "sources/one.atom") == article_id
    assert read_published_state(instance)["moved"]["sources/other.atom"] == "sources/one.atom"
    assert "First" in instance.read_published("sources/one.atom")


def test_a_key_that_goes_to_another_site_has_a_feed_of_its_own(instance: Instance) -> None:
    """A renamed source keeps its feed id; another site that takes over the old key gets a new
    id."""
    publish_two_articles(instance)
    article_id = feed_id(instance, "sources/one.atom")
    configure_sources(instance, other="https://one.example/feed")
    configure_sources(
        instance, other="https://one.example/feed", one="https://elsewhere.example/feed"
    )

    assert feed_id(instance, "sources/other.atom") == article_id
    assert feed_id(instance, "sources/one.atom") != article_id
    assert "sources/one.atom" not in read_published_state(instance)["moved"]


def test_a_second_feed_that_was_begun_before_this_keeps_its_own_id(instance: Instance) -> None:
    """If a re-added source already has a feed of its own, that feed keeps its id and gets the
    articles of the removed source."""
    publish_two_articles(instance)
    with instance.open_app() as app:
        store_articles(app, "Third", "Text of the third.", source="other")
    instance.build()
    other_feed_id = feed_id(instance, "sources/other.atom")
    configure_sources(instance, other="https://one.example/feed")

    assert feed_id(instance, "sources/other.atom") == other_feed_id
    assert "First" in instance.read_published("sources/other.atom")


def test_a_source_whose_address_was_changed_is_the_same(instance: Instance) -> None:
    """A source with a new address keeps its feed; both addresses are remembered and nothing
    moves."""
    publish_two_articles(instance)
    configure_sources(instance, one="https://one.example/new", two="https://two.example/feed")
    addresses_by_source = dict(toml_lists.SOURCES.read(open_article_store(instance)))

    assert addresses_by_source["one"] == ("https://one.example/feed", "https://one.example/new")
    assert read_published_state(instance)["moved"] == {}


def test_what_was_withdrawn_is_told_at_the_address_that_carries_on(instance: Instance) -> None:
    """Tombstones of a removed source appear in the feed that continues it."""
    instance.tell_of_withdrawals()
    publish_two_articles(instance)
    with instance.open_app() as app:
        store_articles(app, "Gone", "Text that is withdrawn.", source="one")
        editorial.withdraw(app.archive, app.configuration, "https://one.example/gone")
    configure_sources(instance, other="https://one.example/feed")

    assert "deleted-entry" in instance.read_published("sources/other.atom")


def test_a_list_of_sources_is_no_place_for_two_of_one(instance: Instance, tmp_path: Path) -> None:
    """If an older list of sources is restored beside the articles, the sources configured now are
    added to it."""
    publish_two_articles(instance)
    path = instance.folder / "feeds/articles/sources.toml"
    path.write_text('[[source]]\nkey = "lone"\nurls = ["https://lone.example/feed"]\n')
    configure_sources(instance, **dict(re.findall(r'key = "(\w+)"\nurl = "([^"]+)"', SOURCES)))

    assert list(dict(toml_lists.SOURCES.read(open_article_store(instance)))) == [
        "lone",
        "one",
        "two",
    ]
