"""The thumbnails of runs, over a site of our own."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from syndicator.cli.demo.server import Answer, Request
from syndicator.configuration.settings import Settings
from syndicator.core.model import Source
from syndicator.core.ports.subscriptions import Pictured
from syndicator.filing.context import build_picture_request
from syndicator.processes.lazy import Lazy
from syndicator.publishing.output.outlets import FileOutlet
from syndicator.runs import refresh
from syndicator.showing import explain
from syndicator.upkeep.editorial import withdraw
from tests.pictures import made
from tests.pictures.site import run_beside_site
from tests.places import Place, store_articles

SETTINGS = "[publish]\ntag_min = 1\n[fetch]\nallow_loopback = true\npause = 0\n"
JPEG = Answer(body=made.make_jpeg(), type="image/jpeg")


class Web:
    """A folder, and a site with pictures that it follows no feed of."""

    def __init__(self, folder: Path) -> None:
        self.place = Place(folder, settings=SETTINGS)
        self.answers: dict[str, Answer] = {}
        self.seen: list[Request] = []
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    def file(self, *titles: str, **changes: Any) -> None:
        """Files articles, each with its picture at /<title>.jpg, which is there."""
        with self.place.app() as app:
            for title in titles:
                self.answers.setdefault(f"/{title}.jpg", JPEG)
                cover = f"http://127.0.0.1:{self.port}/{title}.jpg"
                store_articles(app, title, "Text.", **{"cover": cover, **changes})

    def run(self) -> refresh.RunReport:
        """A run in which no source is due."""
        return run_beside_site(self.place, self.answers, self.port, self.seen)

    @property
    def asked(self) -> list[str]:
        """The pictures that were asked for since the last look."""
        found = [one.path for one in self.seen if one.path != "/robots.txt"]
        self.seen.clear()
        return found

    @property
    def public(self) -> dict[str, bytes]:
        folder = self.place.folder / "feeds/public/pictures"
        return {path.name: path.read_bytes() for path in sorted(folder.glob("*"))}

    @property
    def kept(self) -> set[str]:
        return {path.name for path in (self.place.folder / "feeds/state/pictures").rglob("*.webp")}

    @property
    def feeds(self) -> dict[str, str]:
        """The published feeds, without pages."""
        return {
            name: found
            for name, found in self.place.digests("public").items()
            if name.endswith((".atom", ".rss"))
        }

    def states(self) -> dict[str, str]:
        """What became of each article's picture, by title."""
        with self.place.app() as app:
            found = {
                article.title: app.archive.store.pictures.row(article.id)
                for article in app.archive.store.index.each()
            }
            return {
                title: ("shown" if row.picture else row.reason) if row else "none"
                for title, row in found.items()
            }


@pytest.fixture
def web(tmp_path: Path) -> Web:
    found = Web(tmp_path)
    path = found.place.config / "sources.toml"
    path.write_text(path.read_text().replace("[[source]]", "[[source]]\nenabled = false"))
    return found


def test_a_picture_is_taken_kept_and_published_and_no_feed_knows(web: Web) -> None:
    web.file("one", "two")
    web.answers["/two.jpg"] = Answer(body=made.see_through(), type="image/png")
    web.place.build()
    before = web.feeds
    web.run()
    assert web.states() == {"one": "shown", "two": "shown"}
    assert web.asked == ["/two.jpg", "/one.jpg"], "the newest first"
    assert len(web.public) == 2 and set(web.public) == web.kept
    assert all(data[8:16] == b"WEBPVP8 " for data in web.public.values())
    assert web.feeds == before
    web.run()
    assert web.asked == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(status=404), "http-404"),
        (Answer(body=b"<svg/>", type="image/svg+xml"), "picture-format"),
        (Answer(body=made.make_jpeg()[:3000], type="image/jpeg"), "picture-broken"),
        (Answer(body=bytes(2_000_001), type="image/jpeg"), "too-large"),
        (
            Answer(body=made.make_jpeg(), headers={"X-Robots-Tag": "noimageindex"}),
            "picture-off-limits",
        ),
    ],
    ids=["not there", "another format", "cut off", "over 2 MB", "forbidden by its server"],
)
def test_a_picture_that_cannot_be_had_costs_nothing_but_itself(
    web: Web, answer: Answer, reason: str
) -> None:
    web.file("one", "two")
    web.answers["/one.jpg"] = answer
    report = web.run()
    assert web.states() == {"one": reason, "two": "shown"}
    with web.place.app() as app:
        told = {
            one.title: dict(explain.list_state(app.archive.store, app.configuration.settings, one))[
                "picture"
            ]
            for one in app.archive.store.index.each()
        }
        assert app.archive.store.pictures.counts() == Pictured(made=1, failed={reason: 1})
    assert told["one"].startswith(f"none, {reason}: ") and told["two"].startswith("made, ")
    assert report.problems == () and report.built.held == ()
    assert ">one<" in web.place.published("all.atom")
    assert len(web.public) == 1
    web.seen.clear()
    web.run()
    assert web.asked == [], "it is not asked again at once"


def test_robots_txt_is_asked_for_pictures_too(web: Web) -> None:
    web.file("one")
    web.answers["/robots.txt"] = Answer(
        body=b"User-agent: *\nDisallow: /*.jpg\n", type="text/plain"
    )
    web.run()
    assert (web.states(), web.asked) == ({"one": "robots"}, [])


def test_a_page_that_wants_its_pictures_in_no_index_is_obeyed(web: Web) -> None:
    web.file("one", robots=("noimageindex",))
    web.file("two", robots=("max-image-preview:none",))
    web.file("three", robots=("max-image-preview:large",))
    web.run()
    off = "picture-off-limits"
    assert (web.states(), web.asked) == ({"one": off, "two": off, "three": "shown"}, ["/three.jpg"])


def test_a_page_that_an_older_version_read_is_looked_at_for_such_rules(web: Web) -> None:
    web.file("one", "two")
    with web.place.app() as app:
        one, two = (
            article.id
            for article in sorted(app.archive.store.index.each(), key=lambda article: article.title)
        )
        app.archive.snapshots.version = 0
        app.archive.snapshots.put(one, b"<meta name=robots content='index, NoImageIndex'>", {})
        app.archive.snapshots.put(two, b"<p>", {"x-robots-tag": "max-image-preview: large"})
    web.run()
    assert web.states() == {"one": "picture-off-limits", "two": "shown"}


def test_a_withdrawn_article_takes_its_picture_along(web: Web) -> None:
    web.file("one")
    web.run()
    with web.place.app() as app:
        withdraw(app.archive, app.configuration, "https://one.example/one")
    web.place.build()
    assert (web.public, web.kept) == ({}, set())


def test_an_article_put_on_hold_by_hand_shows_no_picture_until_it_is_released(web: Web) -> None:
    web.file("one", "two")
    web.answers["/two.jpg"] = Answer(body=made.see_through())
    web.run()
    text = web.place.path("one").read_text()
    web.place.edit("one", "category:", "schema: 4\nhold: true\ncategory:")
    web.run()
    assert len(web.public) == 1
    web.place.path("one").write_text(text)
    web.run()
    assert len(web.public) == 2


def test_what_is_gone_from_the_web_root_is_copied_again_and_what_is_lost_fetched_again(
    web: Web,
) -> None:
    web.file("one")
    web.run()
    whole = web.public
    assert web.asked == ["/one.jpg"]
    for path in (web.place.folder / "feeds/public/pictures").iterdir():
        path.unlink()
    web.file("two", cover=None)  # something to build
    web.place.build()
    assert (web.public, web.asked) == (whole, [])
    for folder in ("public", "state"):
        for path in (web.place.folder / f"feeds/{folder}/pictures").rglob("*.webp"):
            path.unlink()
    web.file("three", cover=None)
    web.place.build()
    before = web.feeds
    web.run()
    assert (web.public, web.asked) == (whole, ["/one.jpg"])
    web.place.build()
    assert web.feeds == before


def test_thumbnails_can_be_switched_off(web: Web) -> None:
    web.file("one")
    web.run()
    config = web.place.config / "syndicator.toml"
    config.write_text(SETTINGS.replace("tag_min = 1", "tag_min = 1\nthumbnails = false"))
    web.file("two")
    web.seen.clear()
    web.run()
    assert (web.public, web.asked) == ({}, [])
    assert "pictures/" not in web.place.published("all.html")
    config.write_text(SETTINGS)
    web.run()
    assert (len(web.public), web.asked) == (1, ["/two.jpg"]), "what is kept is not fetched again"


def test_of_a_source_that_may_only_be_linked_no_picture_is_shown(web: Web) -> None:
    path = web.place.config / "sources.toml"
    path.write_text(path.read_text().replace('key = "one"', 'key = "one"\ncontent = "link"'))
    web.file("one")
    web.file("two", source="two")
    web.run()
    assert web.states() == {"one": "picture-off-limits", "two": "shown"}


def test_a_process_that_cannot_be_started_is_not_the_picture_s_fault(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    web.file("one")
    exits = Lazy[[], None]("tests.pictures.liars:exit_not_shut_off")
    monkeypatch.setattr("syndicator.pictures.decoder._PREPARE", exits)
    web.run()
    assert web.states() == {"one": "picture-not-shut-off"}


def test_a_picture_is_asked_for_without_credentials() -> None:
    source = Source(
        key="one",
        url="https://one.example/feed?k=${TOKEN}",
        headers_env={"Cookie": "C"},
        allow=("10.0.0.0/8",),
    )
    request = build_picture_request("https://one.example/a.jpg", source, Settings())
    assert (request.kind, request.most, request.headers, request.secrets) == (
        "image",
        2_000_000,
        {},
        {},
    )
    assert request.allow == source.allow
    assert build_picture_request("https://cdn.example/a.jpg", source, Settings()).allow == ()


def test_half_of_a_picture_is_swept_after_its_writer_was_killed(web: Web) -> None:
    half = web.place.folder / "feeds/public/pictures/.1.webp.1234.tmp"
    web.file("one")
    web.run()
    half.write_text("half")
    web.file("two")
    web.run()
    assert half.exists()  # nobody was killed, and looking at all files takes time
    with web.place.app() as app:
        app.archive.store.visits.set_note("pictures begun", "now", app.archive.clock())
    web.file("three")
    web.run()
    assert not half.exists()


def test_that_pictures_are_written_is_known_before_the_first_file(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str | None] = []
    put = FileOutlet.put

    def look(outlet: FileOutlet, name: str, data: bytes, **more: Any) -> bool:
        if name.startswith("pictures/"):
            with web.place.app() as other:
                seen.append(other.archive.store.visits.note("pictures begun"))
        return put(outlet, name, data, **more)

    monkeypatch.setattr(FileOutlet, "put", look)
    web.file("one")
    web.run()
    assert seen == ["now"]
    with web.place.app() as app:
        assert app.archive.store.visits.note("pictures begun") is None
