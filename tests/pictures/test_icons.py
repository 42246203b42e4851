"""Icons of sources: found in feeds and pages, made and published."""

from __future__ import annotations

import asyncio
import io
import socket
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from syndicator.cli.demo.server import Answer, Request
from syndicator.configuration.settings import Settings
from syndicator.core.model import Source
from syndicator.core.reasons import PictureReason
from syndicator.filing.context import build_site_request
from syndicator.pictures.answers import ICON, parse_answer
from syndicator.pictures.decoder import Decoder, PictureRefused
from syndicator.pictures.icon_squares import make_icon
from syndicator.pictures.icons import find_site
from syndicator.pictures.requests import answer_request
from syndicator.runs import refresh
from tests.instances import Instance
from tests.pictures import sample_pictures
from tests.pictures.site import run_beside_site

SETTINGS = "[publish]\ntag_min = 1\n[fetch]\nallow_loopback = true\npause = 0\n"
RED = (200, 0, 0)
BLUE = (0, 0, 200)
WHITE = (255, 255, 255)
LETTER = 'class="mono '  # a page shows the first letter of a source
PICTURE = 'class="icon" src="../pictures/'  # a page shows the icon of a source


def draw_square(colour: tuple[int, int, int], size: tuple[int, int] = (64, 64)) -> Image.Image:
    """A square in the middle of a transparent picture."""
    width, height = size
    image = Image.new("RGBA", size)
    image.paste((*colour, 255), (width // 4, height // 4, width * 3 // 4, height * 3 // 4))
    return image


def make_png_answer(colour: tuple[int, int, int], size: tuple[int, int] = (64, 64)) -> Answer:
    return Answer(
        body=sample_pictures.encode_image(draw_square(colour, size), "PNG"), type="image/png"
    )


def open_webp(webp: bytes) -> Image.Image:
    return Image.open(io.BytesIO(webp)).convert("RGB")


def read_rounded_colour(image: Image.Image, x: int, y: int) -> tuple[int, ...]:
    """The colour of a pixel, rounded: WebP changes it a little."""
    pixel = image.getpixel((x, y))
    assert isinstance(pixel, tuple)
    return tuple(round(value / 50) * 50 for value in pixel)


class Web:
    """A site with a feed of one article, and a folder that follows it."""

    def __init__(self, folder: Path) -> None:
        self.instance = Instance(folder, settings=SETTINGS)
        self.seen: list[Request] = []
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.base = f"http://127.0.0.1:{self.port}"
        self.answers: dict[str, Answer] = {"/": Answer(body=b"<title>Site</title>")}
        self.state_feed("")
        text = "<p>" + "Some words of an article that is long enough to be one. " * 20 + "</p>"
        page = f"<title>One</title><article><h1>One</h1>{text}</article>"
        self.answers["/one"] = Answer(body=page.encode())
        sources = self.instance.config / "sources.toml"
        sources.write_text(f'[[source]]\nkey = "one"\nurl = "{self.base}/feed"\n')

    def state_feed(self, head: str) -> None:
        """Let the feed have these elements."""
        item = f"<item><title>One</title><link>{self.base}/one</link><guid>1</guid></item>"
        feed = (
            f'<rss version="2.0"><channel><title>Site</title><link>{self.base}/</link>'
            f"{head}{item}</channel></rss>"
        )
        self.answers["/feed"] = Answer(body=feed.encode(), type="application/rss+xml")

    def state_page(self, *links: str) -> None:
        """Let the front page have these links."""
        self.answers["/"] = Answer(body=f"<head>{''.join(links)}</head><p>Site".encode())

    def run_visits(self, after: timedelta = timedelta(0)) -> refresh.RunReport:
        """Visit what is due `after` some time. Return the report."""
        self.instance.now += after
        self.seen.clear()
        return run_beside_site(self.instance, self.answers, self.port, self.seen)

    @property
    def asked_paths(self) -> list[str]:
        """What was asked for in the last run, besides feed, article and robots.txt."""
        visits = ("/robots.txt", "/feed", "/one")
        return [request.path for request in self.seen if request.path not in visits]

    @property
    def published_icon(self) -> Image.Image | None:
        """The icon that is published."""
        paths = sorted((self.instance.folder / "feeds/public/pictures").glob("*.webp"))
        assert len(paths) <= 1
        return open_webp(paths[0].read_bytes()) if paths else None

    @property
    def published_page(self) -> str:
        return self.instance.read_published("sources/one.html")

    def read_reason(self) -> str:
        with self.instance.open_app() as app:
            row = app.archive.store.icons.row("one")
            return row.reason if row else "no row"


@pytest.fixture
def web(tmp_path: Path) -> Web:
    return Web(tmp_path)


def test_the_icon_that_a_feed_states_is_shown_and_its_site_is_not_asked(web: Web) -> None:
    """An icon named in the feed is fetched, and the front page of the site is not. Published in 64
    x 64, it stands on the page of the source, twice, and on the page of the article's category."""
    web.state_feed("<image><url>/feed.png</url><title>Site</title></image>")
    web.answers["/feed.png"] = make_png_answer(RED)
    web.run_visits()

    assert web.asked_paths == ["/feed.png"]
    assert web.published_icon is not None
    assert web.published_icon.size == (64, 64)
    assert read_rounded_colour(web.published_icon, 32, 32) == RED
    assert PICTURE in web.published_page
    assert LETTER not in web.published_page
    assert web.published_page.count(PICTURE) == 2, "in the heading and in the line of the article"
    assert PICTURE in web.instance.read_published("categories/uncategorised.html")


def test_else_the_icon_of_the_site_is_taken_the_smallest_that_is_large_enough(web: Web) -> None:
    """Without an icon in the feed, the front page of the site is read: of the icons that it links,
    the smallest that has 64 x 64 pixels or more is fetched, here that of 96 x 96."""
    web.state_page(
        '<link rel="icon" href="/vector.svg" sizes="any">',
        '<link rel="icon" href="/16.png" sizes="16x16">',
        '<link rel="apple-touch-icon" href="/apple.png">',
        '<link rel="shortcut icon" href="/96.png" sizes="96x96">',
    )
    web.answers["/96.png"] = make_png_answer(BLUE)
    web.run_visits()

    assert web.asked_paths == ["/", "/96.png"]
    assert web.published_icon is not None
    assert read_rounded_colour(web.published_icon, 32, 32) == BLUE


def test_else_the_icon_at_the_usual_address_is_taken(web: Web) -> None:
    """If neither the feed nor the front page of the site names an icon, `/favicon.ico` is fetched
    and published."""
    favicon = sample_pictures.encode_image(draw_square(RED, (32, 32)), "ICO")
    web.answers["/favicon.ico"] = Answer(body=favicon, type="image/x-icon")
    web.run_visits()

    assert web.asked_paths == ["/", "/favicon.ico"]
    assert web.published_icon is not None
    assert read_rounded_colour(web.published_icon, 32, 32) == RED


def test_a_source_without_an_icon_has_a_letter_and_is_asked_again_after_a_month(web: Web) -> None:
    """A source whose site has no icon (404) is shown with a letter. The site is not asked again
    after 29 days, but after 31, and then has an icon."""
    web.run_visits()

    assert web.published_icon is None
    assert web.read_reason() == "http-404"
    assert LETTER in web.published_page

    web.run_visits(after=timedelta(days=29))

    assert web.asked_paths == []

    web.answers["/favicon.ico"] = make_png_answer(RED)
    web.run_visits(after=timedelta(days=2))

    assert web.asked_paths == ["/", "/favicon.ico"]
    assert PICTURE in web.published_page


def test_another_icon_is_shown_after_a_month_and_one_that_is_lost_stays(web: Web) -> None:
    """After a month a changed icon (red, now blue) is fetched and shown. If it is missing after
    another month, the last one stays. Feeds show no icons, and so do not change."""
    web.answers["/favicon.ico"] = make_png_answer(RED)
    web.run_visits()
    feeds_before = {
        name: web.instance.read_published(name) for name in ("all.atom", "sources/one.rss")
    }
    page_with_red_icon = web.published_page
    web.answers["/favicon.ico"] = make_png_answer(BLUE)
    web.run_visits(after=timedelta(days=31))

    assert web.published_icon is not None
    assert read_rounded_colour(web.published_icon, 32, 32) == BLUE
    assert web.published_page != page_with_red_icon

    page_with_blue_icon = web.published_page
    web.answers["/favicon.ico"] = Answer(status=404)
    web.run_visits(after=timedelta(days=31))

    assert web.read_reason() == "http-404"
    assert web.published_page == page_with_blue_icon
    assert {name: web.instance.read_published(name) for name in feeds_before} == feeds_before


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(body=b"<svg xmlns='http://www.w3.org/2000/svg'/>", type="image/png"), "format"),
        (Answer(body=b"<script>alert(1)</script>", type="image/png"), "format"),
        (Answer(body=sample_pictures.stated_png(60_000, 60_000), type="image/png"), "pixels"),
        (make_png_answer(RED, (1, 1)), "small"),
        (make_png_answer(RED, (468, 60)), "no-icon"),
        (Answer(body=sample_pictures.encode_image(Image.new("RGBA", (32, 32)), "PNG")), "no-icon"),
        (Answer(body=make_png_answer(RED).body, headers={"X-Robots-Tag": "noindex"}), "off-limits"),
    ],
    ids=["svg", "html", "a bomb", "a pixel", "a banner", "nothing visible", "forbidden"],
)
def test_what_is_no_icon_leaves_the_letter(web: Web, answer: Answer, reason: str) -> None:
    """If what the site answers for its icon cannot be used, pages show the letter, the reason is
    stored (`picture-…`), and the run reports no problem."""
    web.answers["/favicon.ico"] = answer
    report = web.run_visits()

    assert web.published_icon is None
    assert web.read_reason() == f"picture-{reason}"
    assert LETTER in web.published_page
    assert report.problems == ()


def test_a_huge_file_is_not_read_to_its_end(web: Web) -> None:
    """An icon of a byte more than two megabytes, the most that is read, is refused as too large."""
    two_megabytes = 2_000_000
    web.answers["/favicon.ico"] = Answer(body=bytes(two_megabytes + 1), type="image/x-icon")
    web.run_visits()

    assert web.published_icon is None
    assert web.read_reason() == "too-large"


def test_a_banner_of_the_feed_gives_way_to_the_icon_of_the_site(web: Web) -> None:
    """A wide picture of the feed is no icon; the icon of the site (blue) is taken instead."""
    web.state_feed("<image><url>/banner.png</url><title>Site</title></image>")
    web.answers["/banner.png"] = make_png_answer(RED, (468, 60))
    web.answers["/favicon.ico"] = make_png_answer(BLUE)
    web.run_visits()

    assert web.asked_paths == ["/banner.png", "/", "/favicon.ico"]
    assert web.published_icon is not None
    assert read_rounded_colour(web.published_icon, 32, 32) == BLUE


def test_robots_txt_is_obeyed(web: Web) -> None:
    """An icon that robots.txt forbids is not requested, and the source has none."""
    rules = b"User-agent: *\nDisallow: /favicon.ico\n"
    web.answers["/robots.txt"] = Answer(body=rules, type="text/plain")
    web.answers["/favicon.ico"] = make_png_answer(RED)
    web.run_visits()

    assert web.asked_paths == ["/"]
    assert web.published_icon is None
    assert web.read_reason() == "robots"


def test_without_thumbnails_there_are_no_icons(web: Web) -> None:
    """With `thumbnails = false` no icon is requested or shown, not even one fetched before; pages
    show a letter instead."""
    web.answers["/favicon.ico"] = make_png_answer(RED)
    config = web.instance.config / "syndicator.toml"
    without = SETTINGS.replace("tag_min = 1", "tag_min = 1\nthumbnails = false")
    config.write_text(without)
    web.run_visits()

    assert web.asked_paths == []
    assert web.published_icon is None

    config.write_text(SETTINGS)
    web.run_visits()

    assert PICTURE in web.published_page

    config.write_text(without)
    web.run_visits()

    assert web.published_icon is None
    assert LETTER in web.published_page
    assert PICTURE not in web.published_page


def test_a_source_that_is_paused_is_not_asked(web: Web) -> None:
    """A source had no icon, so its site would be asked again after a month. It is not while the
    source is disabled."""
    web.run_visits()
    sources = web.instance.config / "sources.toml"
    sources.write_text(sources.read_text() + "enabled = false\n")
    web.run_visits(after=timedelta(days=31))

    assert web.asked_paths == []


def test_an_icon_whose_files_are_lost_is_fetched_again(web: Web) -> None:
    """If the files of an icon are deleted, pages show the letter until the next run fetches it
    again."""
    web.answers["/favicon.ico"] = make_png_answer(RED)
    web.run_visits()
    for folder in ("public", "state"):
        for path in (web.instance.folder / f"feeds/{folder}/pictures").rglob("*.webp"):
            path.unlink()
    (web.instance.folder / "feeds/public/index.html").unlink()  # something to build
    web.instance.build()

    assert LETTER in web.published_page

    web.run_visits()

    assert web.published_icon is not None
    assert PICTURE in web.published_page


@pytest.mark.parametrize("format", ["PNG", "JPEG", "GIF", "WEBP", "ICO"])
@pytest.mark.parametrize("size", [(16, 16), (48, 48), (300, 300)])
def test_each_format_and_size_becomes_one_square(format: str, size: tuple[int, int]) -> None:
    """Icons of all formats and sizes become a 64 x 64 WebP without transparency."""
    has_transparency = format in ("PNG", "ICO", "WEBP")
    image = draw_square(RED, size) if has_transparency else sample_pictures.make_gradient(size)
    icon = Image.open(io.BytesIO(make_icon(sample_pictures.encode_image(image, format))))

    assert icon.format == "WEBP"
    assert icon.mode == "RGB"
    assert icon.size == (64, 64)


def test_a_picture_is_shown_whole_on_white_and_a_light_one_on_dark_ground() -> None:
    """A red picture of 100 x 60 pixels is put on a white square; a white one on a dark square, as
    it would not be seen otherwise. (32, 32) is the middle of the icon, (2, 2) its corner; white
    rounds to 250."""
    on_white = open_webp(
        make_icon(sample_pictures.encode_image(draw_square(RED, (100, 60)), "PNG"))
    )

    assert read_rounded_colour(on_white, 32, 32) == RED
    assert read_rounded_colour(on_white, 2, 2) == (250, 250, 250)

    light = open_webp(make_icon(sample_pictures.encode_image(draw_square(WHITE), "PNG")))

    assert read_rounded_colour(light, 32, 32) == (250, 250, 250)
    assert read_rounded_colour(light, 2, 2) == (50, 50, 50)


@pytest.mark.parametrize(
    ("inside", "reason"),
    [
        (make_png_answer(RED, (468, 60)).body, PictureReason.NO_ICON),
        (sample_pictures.stated_png(8_000, 8_000), PictureReason.BROKEN),
        (sample_pictures.stated_png(60_000, 60_000), PictureReason.PIXELS),
    ],
    ids=["a banner", "64 megapixels", "a bomb"],
)
def test_an_icon_file_that_lies_about_its_size_is_refused(
    inside: bytes, reason: PictureReason
) -> None:
    """An ICO file states a picture of 32 x 32 pixels and contains another one, `inside`: the
    decoder refuses it for the reason that the picture inside gives."""
    icon = bytearray(
        sample_pictures.encode_image(draw_square(RED, (32, 32)), "ICO", sizes=[(32, 32)])
    )

    # put `inside` at the place of its picture, with its length in the header
    offset = int.from_bytes(icon[18:22], "little")
    icon[14:18] = len(inside).to_bytes(4, "little")
    decoder = Decoder()
    try:
        with pytest.raises(PictureRefused) as refused:
            asyncio.run(decoder.make_icon(bytes(icon[:offset]) + inside))
    finally:
        decoder.close()

    assert refused.value.reason == reason


@pytest.mark.parametrize("share", [0.2, 0.6, 0.95])
@pytest.mark.parametrize("bitmap_format", ["png", "bmp"])
def test_an_icon_file_that_is_cut_off_gives_an_answer(share: float, bitmap_format: str) -> None:
    """An ICO file of which only a share is left is refused with a reason, and the decoder does not
    raise."""
    image = Image.effect_noise((64, 64), 90).convert("RGBA")
    whole_image = sample_pictures.encode_image(image, "ICO", bitmap_format=bitmap_format)
    answer = answer_request(ICON + whole_image[: int(len(whole_image) * share)])

    assert isinstance(parse_answer(answer), PictureReason)


def test_the_site_is_the_one_that_the_feed_states_or_else_its_host() -> None:
    """The site of a source is the one that its feed links; without a link it is the root of the
    feed's host, so that a secret in the feed's address is not sent."""
    source = Source(key="one", url="https://feeds.example/${TOKEN}/feed")

    assert find_site(source, "https://one.example/blog") == "https://one.example/blog"

    no_link = ""

    assert find_site(source, no_link) == "https://feeds.example/"


def test_a_site_is_asked_without_credentials() -> None:
    """The request for an icon carries no header, secret or cookie of the source. The private
    network that the operator allows the source counts for a site on its own host alone."""
    source = Source(
        key="one",
        url="https://one.example/feed?k=${TOKEN}",
        headers_env={"Cookie": "C"},
        cookies="cookies.txt",
        allow=("10.0.0.0/8",),
    )
    request = build_site_request("https://one.example/", source, Settings())

    assert request.kind == "page"
    assert request.headers == {}
    assert request.secrets == {}
    assert request.cookies == ""
    assert request.allow == source.allow

    request_to_other_host = build_site_request("https://other.example/", source, Settings())

    assert request_to_other_host.allow == ()
