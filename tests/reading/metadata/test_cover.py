"""Choose the cover picture; lazy loading; pictures that are never a cover."""

from __future__ import annotations

import pytest

from syndicator.core.model import Entry
from syndicator.reading.html.document import parse
from syndicator.reading.metadata import cover

URL = "https://paper.example/news/a.html"


def read_cover(html: str, entry: Entry | None = None) -> str | None:
    return cover.choose_cover(parse(f"<html><p>x{html}</html>".encode(), URL), entry).value


def make_og_image(address: str) -> str:
    return f'<meta property="og:image" content="{address}">'


@pytest.mark.parametrize(
    "address",
    ["/img/ferry.jpg", "//paper.example/img/ferry.jpg", "https://paper.example/img/ferry.jpg"],
)
def test_og_image_becomes_absolute(address: str) -> None:
    """The picture that `og:image` names is the cover, with its address resolved against the
    page's."""
    assert read_cover(make_og_image(address)) == "https://paper.example/img/ferry.jpg"


def test_base_counts() -> None:
    """Relative picture addresses are resolved with <base>."""
    base = '<base href="https://cdn.example/x/">'
    picture = '<meta property="og:image" content="ferry.jpg">'

    assert read_cover(base + picture) == "https://cdn.example/x/ferry.jpg"


@pytest.mark.parametrize(
    "address",
    [
        "data:image/png;base64,AAAA",
        "/img/logo.png",
        "/img/default.jpg",
        "/img/no-image.jpg",
        "/img/placeholder.png",
        "/img/spacer.gif",
        "https://secure.gravatar.com/avatar/abc",
        "/favicon.ico",
        "/img/og.png",
        "/img/mark.svg",
        "javascript:x()",
        "/img/{{picture}}",
        "/ads/ferry.jpg",
        "",
    ],
)
def test_stand_ins_are_no_covers(address: str) -> None:
    """Logos, placeholders, avatars, advertisements and invalid addresses are passed over; the
    next declared picture is taken."""
    stand_in = f'<meta property="og:image" content="{address}">'
    next_picture = '<meta name="twitter:image" content="/img/ferry.jpg">'

    assert read_cover(stand_in) is None
    assert read_cover(stand_in + next_picture) == "https://paper.example/img/ferry.jpg"


@pytest.mark.parametrize(
    "address",
    [
        "/sites/default/files/ferry.jpg",
        "/a/img/resize/ab/truck-loading-goods.jpg",
        "/dims4/default/0c0a/strip/true/?url=https%3A%2F%2Fx%2Flogo.png",
        "/2024/logologist-interview.jpg",
        "/img/catalogue/ferry.jpg",
        "/cache/ad/93/ferry.jpg",
    ],
)
def test_pictures_whose_address_only_sounds_like_a_stand_in(address: str) -> None:
    """Words such as `default`, `logo` or `ad` count only as a whole name: these addresses are
    real pictures."""
    assert read_cover(make_og_image(address)) == f"https://paper.example{address}"


def test_jsonld_in_its_many_forms() -> None:
    """The cover is read from JSON-LD if `image` is an address, an object or a list of either."""
    for value in (
        '"/f.jpg"',
        '["/f.jpg"]',
        '{"@type":"ImageObject","url":"/f.jpg"}',
        '[{"url":["/f.jpg"]}]',
    ):
        script = (
            f'<script type="application/ld+json">{{"@type":"Article","image":{value}}}</script>'
        )
        assert read_cover(script) == "https://paper.example/f.jpg"


@pytest.mark.parametrize(
    "img",
    [
        '<img src="/f.jpg" width="800" height="500">',
        '<img src="data:image/gif;base64,R0" data-src="/f.jpg">',
        '<img src="/blank.gif" data-original="/f.jpg">',
        '<img src="/s.jpg" srcset="/s.jpg 320w, /f.jpg 1280w">',
        '<img data-srcset="/s.jpg 1x, /f.jpg 2x">',
    ],
)
def test_the_first_large_figure_of_the_article(img: str) -> None:
    """Without a declared picture, the first large one of the article is the cover, in its
    largest size; tiny ones and portraits are not."""
    tiny = '<img src="/tiny.jpg" width="40" height="40">'
    portrait = '<div class="author-box"><img src="/maren.jpg"></div>'
    article = f'<article class="post">{tiny}{portrait}<figure>{img}</figure></article>'

    assert read_cover(article) == "https://paper.example/f.jpg"


@pytest.mark.parametrize(
    "place",
    [
        "<header><h1>The Last Ferry</h1>{}</header>",
        (
            '<div class="post"><header class="head"><h1>The Last Ferry</h1><div'
            ' class="top">{}</div></header></div>'
        ),
        '<div class="content"><div class="builder-widget-container">{}</div></div>',
        "<article><button>{}</button></article>",
    ],
)
def test_the_picture_in_the_header_of_the_headline_a_builder_s_box_or_a_button_to_enlarge_it(
    place: str,
) -> None:
    """A large picture is the cover in each of these places, which may look like something else."""
    page_with_picture = place.format('<img src="/f.jpg" width="900">')
    assert read_cover(page_with_picture) == "https://paper.example/f.jpg"


def test_pictures_elsewhere_are_no_covers() -> None:
    """Pictures in a sidebar, the header or related posts are not the article's cover."""
    sidebar = '<aside><img src="/f.jpg"></aside>'
    page_header = '<header><img src="/g.jpg" width="900"></header>'
    related = '<article><div class="related-posts"><img src="/f.jpg"></div></article>'

    assert read_cover(sidebar + page_header) is None
    assert read_cover(related) is None


def test_the_entry_s_picture_when_the_page_has_none() -> None:
    """The picture of the feed's entry is the cover only if the page declares none."""
    entry = Entry(id="1", image="/entry.jpg")
    page_with_picture = '<meta property="og:image" content="/page.jpg">'

    assert read_cover("", entry) == "https://paper.example/entry.jpg"
    assert read_cover(page_with_picture, entry) == "https://paper.example/page.jpg"


def test_hostile_srcsets_end() -> None:
    """A `srcset` of up to a million characters that states no address with its size is read to
    its end, and gives no address."""
    assert cover.find_largest("a " * 500_000) == ""
    assert cover.find_largest("," * 500_000) == ""


@pytest.mark.parametrize(
    "address",
    [
        "/img/pixel-9-pro-review.jpg",
        "/img/logo-redesign-of-the-ferry.jpg",
        "/img/blank-pages.jpg",
        "/img/1x1-metre.jpg",
    ],
)
def test_words_in_file_names_do_not_count(address: str) -> None:
    """A file name that only contains `logo`, `pixel` or `blank` among other words is a real
    picture."""
    assert read_cover(make_og_image(address)) == f"https://paper.example{address}"


@pytest.mark.parametrize(
    "declared",
    [
        '<link rel="apple-touch-icon" href="/img/card.png">',
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "The ferry",'
        ' "publisher": {"@type": "Organization", "logo": {"url": "/img/card.png"}}}</script>',
        '<script type="application/ld+json">{"@type": "Person", "name": "Maren Oduya",'
        ' "image": "/img/card.png"}</script>',
    ],
)
def test_a_declared_logo_or_portrait_is_no_cover(declared: str) -> None:
    """A picture (`card.png`) that the page declares as its icon, its publisher's logo or a
    person's portrait is no cover, even if `og:image` names it."""
    assert read_cover(make_og_image("/img/card.png") + declared) is None
