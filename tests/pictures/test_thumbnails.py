"""Thumbnails made by runs, from a local site."""

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
from tests.instances import Instance, store_articles
from tests.pictures import sample_pictures
from tests.pictures.site import run_beside_site

SETTINGS = "[publish]\ntag_min = 1\n[fetch]\nallow_loopback = true\npause = 0\n"
JPEG = Answer(body=sample_pictures.make_jpeg(), type="image/jpeg")


class Web:
    """A folder, and a site with pictures that it follows no feed of."""

    def __init__(self, folder: Path) -> None:
        self.instance = Instance(folder, settings=SETTINGS)
        self.answers: dict[str, Answer] = {}
        self.seen: list[Request] = []
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    def file_articles(self, *titles: str, **changes: Any) -> None:
        """Files articles, each with its picture at /<title>.jpg, which is there."""
        with self.instance.open_app() as app:
            for title in titles:
                self.answers.setdefault(f"/{title}.jpg", JPEG)
                cover = f"http://127.0.0.1:{self.port}/{title}.jpg"
                store_articles(app, title, "Text.", **{"cover": cover, **changes})

    def run_pictures(self) -> refresh.RunReport:
        """A run in which no source is due."""
        return run_beside_site(self.instance, self.answers, self.port, self.seen)

    @property
    def asked_paths(self) -> list[str]:
        """The pictures that were asked for since the last look."""
        paths = [one.path for one in self.seen if one.path != "/robots.txt"]
        self.seen.clear()
        return paths

    @property
    def published_pictures(self) -> dict[str, bytes]:
        folder = self.instance.folder / "feeds/public/pictures"
        return {path.name: path.read_bytes() for path in sorted(folder.glob("*"))}

    @property
    def kept_pictures(self) -> set[str]:
        return {
            path.name for path in (self.instance.folder / "feeds/state/pictures").rglob("*.webp")
        }

    @property
    def published_feeds(self) -> dict[str, str]:
        """The published feeds, without pages."""
        return {
            name: found
            for name, found in self.instance.read_digests("public").items()
            if name.endswith((".atom", ".rss"))
        }

    def read_outcomes(self) -> dict[str, str]:
        """What became of each article's picture, by title."""
        with self.instance.open_app() as app:
            results = {
                article.title: app.archive.store.pictures.row(article.id)
                for article in app.archive.store.index.each()
            }
            return {
                title: ("shown" if row.picture else row.reason) if row else "none"
                for title, row in results.items()
            }


@pytest.fixture
def web(tmp_path: Path) -> Web:
    found = Web(tmp_path)
    path = found.instance.config / "sources.toml"
    path.write_text(path.read_text().replace("[[source]]", "[[source]]\nenabled = false"))
    return found


def test_a_picture_is_taken_kept_and_published_and_no_feed_knows(web: Web) -> None:
    """A run fetches the pictures of two articles, that of the newest first, and stores and
    publishes a WebP of each; feeds do not change. The next run fetches nothing."""
    web.file_articles("one", "two")
    web.answers["/two.jpg"] = Answer(
        body=sample_pictures.make_half_transparent_png(), type="image/png"
    )
    web.instance.build()
    before = web.published_feeds
    web.run_pictures()

    assert web.read_outcomes() == {"one": "shown", "two": "shown"}
    assert web.asked_paths == ["/two.jpg", "/one.jpg"], "the newest first"
    assert len(web.published_pictures) == 2
    assert set(web.published_pictures) == web.kept_pictures
    assert all(data[8:16] == b"WEBPVP8 " for data in web.published_pictures.values())  # a WebP
    assert web.published_feeds == before

    web.run_pictures()

    assert web.asked_paths == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(status=404), "http-404"),
        (Answer(body=b"<svg/>", type="image/svg+xml"), "picture-format"),
        (Answer(body=sample_pictures.make_jpeg()[:3000], type="image/jpeg"), "picture-broken"),
        (Answer(body=bytes(2_000_001), type="image/jpeg"), "too-large"),
        (
            Answer(body=sample_pictures.make_jpeg(), headers={"X-Robots-Tag": "noimageindex"}),
            "picture-off-limits",
        ),
    ],
    ids=["not there", "another format", "cut off", "over 2 MB", "forbidden by its server"],
)
def test_a_picture_that_cannot_be_had_costs_nothing_but_itself(
    web: Web, answer: Answer, reason: str
) -> None:
    """The picture of article one cannot be had. Both articles and the picture of two are published,
    the reason is counted and shown, the run reports no problem, and the next one does not ask."""
    web.file_articles("one", "two")
    web.answers["/one.jpg"] = answer
    report = web.run_pictures()

    assert web.read_outcomes() == {"one": reason, "two": "shown"}

    with web.instance.open_app() as app:
        # what `explain` tells the operator about the picture of each article
        pictures_by_title = {
            article.title: dict(
                explain.list_state(app.archive.store, app.configuration.settings, article)
            )["picture"]
            for article in app.archive.store.index.each()
        }
        assert app.archive.store.pictures.counts() == Pictured(made=1, failed={reason: 1})

    assert pictures_by_title["one"].startswith(f"none, {reason}: ")
    assert pictures_by_title["two"].startswith("made, ")
    assert report.problems == ()
    assert report.built.held == ()
    assert ">one<" in web.instance.read_published("all.atom")
    assert len(web.published_pictures) == 1

    web.seen.clear()
    web.run_pictures()

    assert web.asked_paths == [], "it is not asked again at once"


def test_robots_txt_is_asked_for_pictures_too(web: Web) -> None:
    """A cover that robots.txt forbids is not requested."""
    web.file_articles("one")
    web.answers["/robots.txt"] = Answer(
        body=b"User-agent: *\nDisallow: /*.jpg\n", type="text/plain"
    )
    web.run_pictures()

    assert web.read_outcomes() == {"one": "robots"}
    assert web.asked_paths == []


def test_a_page_that_wants_its_pictures_in_no_index_is_obeyed(web: Web) -> None:
    """Of pages that state the robots rules `noimageindex` or `max-image-preview:none` no picture is
    fetched; of one that allows large previews it is."""
    web.file_articles("one", robots=("noimageindex",))
    web.file_articles("two", robots=("max-image-preview:none",))
    web.file_articles("three", robots=("max-image-preview:large",))
    web.run_pictures()

    assert web.read_outcomes() == {
        "one": "picture-off-limits",
        "two": "picture-off-limits",
        "three": "shown",
    }
    assert web.asked_paths == ["/three.jpg"]


def test_a_page_that_an_older_version_read_is_looked_at_for_such_rules(web: Web) -> None:
    """The kept page of an article from an older version is searched for rules against pictures:
    "one" forbids them, "two" allows them."""
    web.file_articles("one", "two")
    with web.instance.open_app() as app:
        one, two = (
            article.id
            for article in sorted(app.archive.store.index.each(), key=lambda article: article.title)
        )
        app.archive.snapshots.version = 0  # as the older version kept pages
        app.archive.snapshots.put(one, b"<meta name=robots content='index, NoImageIndex'>", {})
        app.archive.snapshots.put(two, b"<p>", {"x-robots-tag": "max-image-preview: large"})
    web.run_pictures()

    assert web.read_outcomes() == {"one": "picture-off-limits", "two": "shown"}


def test_a_withdrawn_article_takes_its_picture_along(web: Web) -> None:
    """The thumbnail of a withdrawn article is deleted, published and stored."""
    web.file_articles("one")
    web.run_pictures()
    with web.instance.open_app() as app:
        withdraw(app.archive, app.configuration, "https://one.example/one")
    web.instance.build()

    assert web.published_pictures == {}
    assert web.kept_pictures == set()


def test_an_article_put_on_hold_by_hand_shows_no_picture_until_it_is_released(web: Web) -> None:
    """The operator puts one of two articles on hold in its file: only the thumbnail of the other is
    published. With the file as it was before, both are."""
    web.file_articles("one", "two")
    web.answers["/two.jpg"] = Answer(body=sample_pictures.make_half_transparent_png())  # unlike one
    web.run_pictures()
    text = web.instance.find_file("one").read_text()
    web.instance.edit_file("one", "category:", "schema: 4\nhold: true\ncategory:")
    web.run_pictures()

    assert len(web.published_pictures) == 1

    web.instance.find_file("one").write_text(text)
    web.run_pictures()

    assert len(web.published_pictures) == 2


def test_what_is_gone_from_the_web_root_is_copied_again_and_what_is_lost_fetched_again(
    web: Web,
) -> None:
    """A thumbnail that is deleted in the web root (public/) is copied again from the state, without
    a request. Deleted in both, it is fetched again by the next run; feeds do not change."""
    web.file_articles("one")
    web.run_pictures()
    pictures_before = web.published_pictures

    assert web.asked_paths == ["/one.jpg"]

    for path in (web.instance.folder / "feeds/public/pictures").iterdir():
        path.unlink()
    web.file_articles("two", cover=None)  # something to build
    web.instance.build()

    assert web.published_pictures == pictures_before
    assert web.asked_paths == []

    for folder in ("public", "state"):
        for path in (web.instance.folder / f"feeds/{folder}/pictures").rglob("*.webp"):
            path.unlink()
    web.file_articles("three", cover=None)  # something to build
    web.instance.build()
    before = web.published_feeds
    web.run_pictures()

    assert web.published_pictures == pictures_before
    assert web.asked_paths == ["/one.jpg"]

    web.instance.build()

    assert web.published_feeds == before


def test_thumbnails_can_be_switched_off(web: Web) -> None:
    """After the operator switches thumbnails off, the published one is removed and that of a new
    article (two) is not requested. Switched on again, only the new one is fetched: that of one is
    still kept. Both articles have the same picture, and so one file."""
    web.file_articles("one")
    web.run_pictures()
    config = web.instance.config / "syndicator.toml"
    config.write_text(SETTINGS.replace("tag_min = 1", "tag_min = 1\nthumbnails = false"))
    web.file_articles("two")
    web.seen.clear()
    web.run_pictures()

    assert web.published_pictures == {}
    assert web.asked_paths == []
    assert "pictures/" not in web.instance.read_published("all.html")

    config.write_text(SETTINGS)
    web.run_pictures()

    assert len(web.published_pictures) == 1
    assert web.asked_paths == ["/two.jpg"]


def test_of_a_source_that_may_only_be_linked_no_picture_is_shown(web: Web) -> None:
    """The operator lets source one only be linked (`content = "link"`): its article gets no
    thumbnail, that of source two does."""
    path = web.instance.config / "sources.toml"
    path.write_text(path.read_text().replace('key = "one"', 'key = "one"\ncontent = "link"'))
    web.file_articles("one")
    web.file_articles("two", source="two")
    web.run_pictures()

    assert web.read_outcomes() == {"one": "picture-off-limits", "two": "shown"}


def test_a_process_that_cannot_be_started_is_not_the_picture_s_fault(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the decoder's process cannot shut itself off from the system, it exits. The picture is not
    called broken: the reason is `picture-not-shut-off`, and the run goes on."""
    web.file_articles("one")

    # called in the new process, before it reads a picture
    exits = Lazy[[], None]("tests.pictures.liars:exit_not_shut_off")
    monkeypatch.setattr("syndicator.pictures.decoder._PREPARE_FUNCTION", exits)
    web.run_pictures()

    assert web.read_outcomes() == {"one": "picture-not-shut-off"}


def test_a_picture_is_asked_for_without_credentials() -> None:
    """The request for the picture of an article carries no header or secret of the source. The
    private network that the operator allows the source counts for its own host alone."""
    source = Source(
        key="one",
        url="https://one.example/feed?k=${TOKEN}",
        headers_env={"Cookie": "C"},
        allow=("10.0.0.0/8",),
    )
    request = build_picture_request("https://one.example/a.jpg", source, Settings())

    assert request.kind == "image"
    assert request.most == 2_000_000
    assert request.headers == {}
    assert request.secrets == {}
    assert request.allow == source.allow

    request_to_other_host = build_picture_request("https://cdn.example/a.jpg", source, Settings())

    assert request_to_other_host.allow == ()


def test_half_of_a_picture_is_swept_after_its_writer_was_killed(web: Web) -> None:
    """Halves of pictures that a killed run left in the web root and in the state are deleted by the
    next run. It looks for them only if the note "pictures begun" tells that a run was killed."""
    half = web.instance.folder / "feeds/public/pictures/.1.webp.1234.tmp"
    kept_half = web.instance.folder / "feeds/state/pictures/1f/.tmp-999999999-1.webp.part"
    web.file_articles("one")
    web.run_pictures()
    kept_half.parent.mkdir(exist_ok=True)
    for path in (half, kept_half):
        path.write_text("half")
    web.file_articles("two")
    web.run_pictures()

    assert half.exists()  # nobody was killed, and looking at all files takes time
    assert kept_half.exists()

    # what a killed run leaves
    with web.instance.open_app() as app:
        app.archive.store.visits.set_note("pictures begun", "now", app.archive.clock())
    web.file_articles("three")
    web.run_pictures()

    assert not half.exists()
    assert not kept_half.exists()


def test_that_pictures_are_written_is_known_before_the_first_file(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the file of a picture is written, the database has the note "pictures begun", by which
    a later run knows if this one was killed. After the run there is none."""
    notes: list[str | None] = []
    original_put = FileOutlet.put

    def put_with_note(outlet: FileOutlet, name: str, data: bytes, **options: Any) -> bool:
        if name.startswith("pictures/"):
            with web.instance.open_app() as other_app:
                notes.append(other_app.archive.store.visits.note("pictures begun"))
        return original_put(outlet, name, data, **options)

    monkeypatch.setattr(FileOutlet, "put", put_with_note)
    web.file_articles("one")
    web.run_pictures()

    assert notes == ["now"]

    with web.instance.open_app() as app:
        assert app.archive.store.visits.note("pictures begun") is None
