"""What `check` finds wrong with an installation."""

from __future__ import annotations

import shutil

import pytest

from syndicator.reasons import CheckReason
from syndicator.services.check import check
from tests.services.places import SOURCES, Place, store_articles


def reasons(place: Place) -> dict[str, str]:
    return {problem.reason: problem.what for problem in check(place.config)}


def test_a_folder_that_cannot_be_written_is_named(place: Place) -> None:
    assert "not-writable" not in reasons(place)
    public = place.folder / "feeds/public"
    (public / ".check").mkdir(parents=True)  # as good as no right to write: root is let in everywhere
    assert reasons(place)["not-writable"] == str(public)


@pytest.mark.parametrize("url", ["feeds.example.org", "ftp://feeds.example.org/", "not a url"])
def test_an_address_that_is_none_is_named(place: Place, url: str) -> None:
    (place.config / "syndicator.toml").write_text(f'[site]\nurl = "{url}"\n')
    found = [problem.detail for problem in check(place.config) if problem.reason == CheckReason.NO_SITE_URL]
    assert len(found) == 1 and url in found[0]


def test_no_trace_of_the_check_is_left(place: Place) -> None:
    reasons(place)
    assert list(place.folder.rglob(".check")) == []


def test_sources_that_write_for_others_are_named_until_the_operator_answers(place: Place) -> None:
    with place.app() as app:
        store_articles(app, "Mine", "Text.")
        for site in ("b", "a"):
            store_articles(app, f"Theirs {site}", "Text.", url=f"https://www.{site}.example/1", id=site * 26)
    (place.folder / "feeds/articles/rights.toml").unlink()  # an earlier version had none
    (problem,) = (found for found in check(place.config) if found.reason == "speaks-for")
    assert problem.what == "one" and 'speaks_for = ["a.example", "b.example"]' in problem.detail
    with place.app() as app:
        one = app.sources["one"]
        assert app.rights_of(one).owns("https://a.example/2") and not app.rights_of(one).owns("https://c.example/2")
        assert not app.rights_of(app.sources["two"]).owns("https://a.example/2")
    sources = place.config / "sources.toml"
    for answer in ("[]", '["a.example"]'):
        said = f'url = "https://one.example/feed"\nspeaks_for = {answer}\n'
        sources.write_text(SOURCES.replace('url = "https://one.example/feed"\n', said))
        assert "speaks-for" not in reasons(place)
        with place.app() as app:
            assert app.rights_of(app.sources["one"]).owns("https://a.example/2") is (answer != "[]")
            assert not app.rights_of(app.sources["one"]).owns("https://b.example/2")


def test_what_comes_after_the_first_start_is_no_right(place: Place) -> None:
    with place.app() as app:
        store_articles(app, "Theirs", "Text.", url="https://a.example/1")
    assert "speaks-for" not in reasons(place)


def test_a_lost_database_leaves_the_rights_as_they_were(place: Place) -> None:
    with place.app() as app:
        store_articles(app, "Theirs", "Text.", url="https://a.example/1")
    rights = place.folder / "feeds/articles/rights.toml"
    rights.unlink()
    with place.app():
        before = rights.read_bytes()
    assert b"a.example" in before
    shutil.rmtree(place.folder / "feeds/state")
    with place.app(create=True):
        assert rights.read_bytes() == before
    rights.unlink()  # articles of an earlier version, restored without a database
    shutil.rmtree(place.folder / "feeds/state")
    with place.app(create=True):
        assert rights.read_bytes() == before
