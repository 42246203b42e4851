"""Add a format and an axis by one row each: the whole service uses them.
A format is a row in `formats` and one in `renderers`; an axis is a row in `axes`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree, html
from starlette.testclient import TestClient

from syndicator.configuration.settings import Settings, load
from syndicator.core.axes import AXES, Axis
from syndicator.core.errors import ConfigError
from syndicator.core.formats import FORMATS, Format
from syndicator.core.model import FeedKey, feed_urn
from syndicator.publishing.entries import RENDERERS, Renderer, list_renderers
from syndicator.publishing.output.redirects import resolve_moves
from syndicator.publishing.render.feed_entry import Draft
from syndicator.publishing.render.head import Head
from syndicator.publishing.selection.feeds import LEAST
from syndicator.publishing.server.files import make_app
from syndicator.publishing.validate import Check
from syndicator.publishing.web.pages import Pages
from tests.instances import Instance, store_articles
from tests.publishing.test_builder import ATOM

SETTINGS = """\
[site]
url = "https://feeds.example/"
[publish]
tag_min = 1
formats = ["txt", "atom", "html"]
"""


def make_line(draft: Draft) -> bytes:
    if "unprintable" in draft.view.title:
        raise ValueError("no letters for it")
    return f"{draft.view.title} {draft.view.url}".encode()


def join_lines(head: Head, entries: Sequence[bytes]) -> bytes:
    return b"\n".join([head.title.encode(), *entries, b""])


def check_lines(data: bytes) -> Check:
    return Check(fault="invalid: too loud" if b"!" in data else None)


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Instance:
    """An installation of a service with the format "txt" and the axis "language"."""
    monkeypatch.setitem(FORMATS, "txt", Format(label="Plain text", media_type="text/plain"))
    monkeypatch.setitem(
        RENDERERS, "txt", Renderer(entry=make_line, feed=join_lines, check=check_lines)
    )
    monkeypatch.setitem(
        AXES,
        "language",
        Axis(
            members=lambda article: (
                [(article.language, article.language.upper())] if article.language else []
            ),
            folder="languages/",
            heading="Languages",
            place=9,
            archived=True,
            configured=True,
        ),
    )
    return Instance(tmp_path, settings=SETTINGS)


def fill_instance(instance: Instance, *titles: str, **fields: str) -> Instance:
    with instance.open_app() as app:
        for title in titles:
            store_articles(app, title, "Of it.", **fields)
    assert instance.build().held == ()
    return instance


def test_every_format_can_be_written_and_every_axis_has_a_place() -> None:
    """Every format in the table has a renderer, and no two axes share a place in lists or a word in
    queries."""
    assert FORMATS.keys() == list_renderers(Pages((), Settings())).keys()
    assert len({axis.place for axis in AXES.values()}) == len(AXES)
    assert len({axis.word for axis in AXES.values()}) == len(AXES)


def test_the_files_are_there(instance: Instance) -> None:
    """The added axis (languages) is published in each format, the added one (txt: a title, then a
    line for each article) too. `instance` has both."""
    fill_instance(instance, "One", "Two")  # two articles in English

    assert instance.read_published("languages/en.txt") == (
        "EN - Syndicator\nTwo https://one.example/two\nOne https://one.example/one\n"
    )
    # without the .gz files
    assert {path.name for path in (instance.folder / "feeds/public/languages").glob("*[!z]")} == {
        "en.atom",
        "en.html",
        "en.txt",
    }

    with instance.open_app() as app:
        urn = feed_urn(app.archive.instance, "language", "en")

    assert (
        etree.fromstring(instance.read_published("languages/en.atom").encode()).findtext(
            f"{ATOM}id"
        )
        == urn
    )


def test_the_pages_and_the_list_name_them(instance: Instance) -> None:
    """The added axis (languages) and format (txt) are linked from the list of feeds, from their own
    page, and in the OPML."""
    fill_instance(instance, "One")
    page = html.fromstring(instance.read_published("feeds.html"))
    (section,) = [
        found
        for found in page.iter("section")
        if (found.findtext("h2") or "").startswith("Languages")
    ]
    links = {link.text: (link.get("href"), link.get("type")) for link in section.iter("a")}

    assert links["EN"][0] == "languages/en.html"
    assert links["Plain text"] == ("languages/en.txt", "text/plain")

    own = html.fromstring(instance.read_published("languages/en.html"))

    assert ("text/plain", "../languages/en.txt") in [
        (link.get("type"), link.get("href")) for link in own.xpath("//link[@rel='alternate']")
    ]
    assert 'xmlUrl="https://feeds.example/languages/en.atom"' in instance.read_published(
        "feeds.opml"
    )


def test_the_server_knows_the_type(instance: Instance) -> None:
    """The server sends the media type of the added format "txt" and a `self` link to the file."""
    fill_instance(instance, "One")
    client = TestClient(
        make_app(instance.folder / "feeds/public", base_url="https://feeds.example/")
    )
    answer = client.get("/languages/en.txt")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["link"] == '<https://feeds.example/languages/en.txt>; rel="self"'


def test_a_feed_that_is_not_valid_is_held_in_every_format(instance: Instance) -> None:
    """If one format of a feed is invalid, all formats keep their last published version. The check
    of the format txt refuses a "!" as "too loud". Each feed has the new article "Two!"."""
    fill_instance(instance, "One")
    before = instance.read_digests("public")
    with instance.open_app() as app:
        store_articles(app, "Two!", "Of it.")
    report = instance.build()

    reasons = {problem.detail.partition(": ")[2] for problem in report.held}  # after the file name

    assert {problem.what for problem in report.held} == {"all", "languages/en", "sources/one"}
    assert reasons == {"invalid: too loud"}

    after = instance.read_digests("public")
    changed = [name for name in before if "languages/en." in name and before[name] != after[name]]

    assert changed == []


def test_an_entry_that_one_format_cannot_hold_is_left_out_of_all_and_named(
    instance: Instance,
) -> None:
    """An article that one format cannot render is left out of all formats and reported. The format
    txt of `instance` fails for a title with the word "unprintable"."""
    with instance.open_app() as app:
        store_articles(app, "One", "Of it.")
        store_articles(app, "An unprintable one", "Of it.")
    report = instance.build()

    assert report.held == ()

    (problem,) = report.set_aside

    assert problem.what == "https://one.example/an-unprintable-one"
    assert problem.reason == "cannot-render"
    assert problem.detail == "txt: no letters for it"

    for feed_format in ("txt", "atom", "html"):
        text = instance.read_published(f"languages/en.{feed_format}")
        assert "https://one.example/one" in text and "unprintable" not in text, feed_format


def test_an_axis_may_be_off_and_its_feeds_end_with_it(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The added axis may be switched off: its feeds are not made, and published ones answer 410.
    LEAST says how many articles a feed needs; None switches the axis off."""
    monkeypatch.setitem(LEAST, "language", lambda publish: None)
    fill_instance(instance, "One")

    assert not (instance.folder / "feeds/public/languages").exists()
    assert "Languages" not in instance.read_published("feeds.html")

    monkeypatch.setitem(LEAST, "language", lambda publish: 1)

    assert "languages/en.txt" in instance.build().written

    # off again; `written` names deleted files too
    monkeypatch.setitem(LEAST, "language", lambda publish: None)

    assert "languages/en.txt" in instance.build().written

    client = TestClient(make_app(instance.folder / "feeds/public"))

    assert client.get("/languages/en.txt").status_code == 410


def test_a_feed_of_it_may_be_set_up_and_move(instance: Instance) -> None:
    """A feed of the added axis (languages) can be configured in feeds.toml and renamed: its old
    address redirects."""
    (instance.config / "feeds.toml").write_text(
        '[[feed]]\nfeed = "languages/en"\nformats = ["txt"]\n'
    )
    fill_instance(instance, "One")

    assert not (instance.folder / "feeds/public/languages/en.atom").exists()

    # rename languages/en to languages/eng: the old row names the new one
    old = FeedKey("language", "en")
    new = FeedKey("language", "eng")
    with instance.open_app() as app:
        row = next(row for row in app.archive.store.index.feeds() if row.key == old)
        app.archive.store.index.save_feed(replace(row, moved_to=new))
        app.archive.store.index.save_feed(replace(row, key=new, first_slug="en", published=None))

        assert resolve_moves(app.archive.store.index.feeds()) == {old: new}
    instance.build()

    assert '"/languages/en.txt" "/languages/eng.txt";' in instance.read_published("maps/nginx.conf")


def test_settings_take_the_names_of_the_table_and_no_other(instance: Instance) -> None:
    """The setting `formats` accepts the added format "txt"; the error for an unknown one ("pdf")
    lists all, with it."""
    assert load(instance.config, {}).publish.formats == ("txt", "atom", "html")
    (instance.config / "syndicator.toml").write_text('[publish]\nformats = ["atom", "pdf"]\n')
    with pytest.raises(
        ConfigError, match=r"publish\.formats: the formats are atom, rss, json, html, txt"
    ):
        load(instance.config, {})


def test_archives_follow_the_table(instance: Instance) -> None:
    """The added axis has archives since its row in the table says `archived`; sources have none.
    With limit = 1 all but the newest of three articles are archived."""
    (instance.config / "syndicator.toml").write_text(
        SETTINGS + "limit = 1\nwindow_hours = 0\narchives = true\n"
    )
    fill_instance(instance, "One", "Two", "Three")

    assert list((instance.folder / "feeds/public/archive/languages/en").glob("*.atom"))
    assert not (instance.folder / "feeds/public/archive/sources").exists()
