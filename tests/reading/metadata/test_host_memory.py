"""Remove slogans, pictures and paragraphs that many articles of a host share."""

from __future__ import annotations

import pytest

from syndicator.core.model import Draft, Entry
from syndicator.reading.reader import read
from tests.reading.body.test_class_words import TEXTS

HOST = "https://paper.example"
PICTURE = f"{HOST}/pictures/blue-card.jpg"
LEAST = 3  # articles that share a thing


def make_page(title: str, *, heading: str = "", more: str = "", text: str = "") -> bytes:
    body = text or "".join(f"<p>{each}</p>" for each in TEXTS)
    head = f"<title>{title}</title>{more}"
    return f"<html><head>{head}</head><body><main>{heading}{body}</main></body></html>".encode()


def list_shared_digests(*pages: bytes) -> frozenset[str]:
    """The digests that all of these articles share, as the store counts them."""
    shared = [set(read(html, f"{HOST}/{number}").blocks) for number, html in enumerate(pages)]
    assert len(shared) >= LEAST
    return frozenset(set.intersection(*shared))


def read_with(repeated: frozenset[str], html: bytes) -> Draft:
    return read(html, f"{HOST}/new", repeated=repeated)


@pytest.mark.parametrize(
    ("shape", "title"),
    [
        ("{} – Every tide, every day", "The ferry stays"),
        ("The bay in words | {}", "The ferry stays"),
        ("The bay in words | {} – Every tide, every day", "The ferry stays"),
    ],
)
def test_ends_that_titles_of_a_host_share_are_cut(shape: str, title: str) -> None:
    """If three earlier articles of the host share the start or end of their titles, it is cut
    from the next one."""
    earlier = [shape.format(name) for name in ("A new pier", "Herring is back", "Rain on Sunday")]
    repeated = list_shared_digests(*(make_page(each) for each in earlier))

    assert read_with(repeated, make_page(shape.format(title))).title == title
    assert read_with(frozenset(), make_page(shape.format(title))).title != title


def test_a_numbered_part_stays_in_the_title() -> None:
    """The end "Part 2" stays, although three earlier titles have it: a number tells articles
    apart."""
    earlier = [f"{name} – Part 2" for name in ("A new pier", "Herring is back", "Rain on Sunday")]
    repeated = list_shared_digests(*map(make_page, earlier))
    draft = read_with(repeated, make_page("The ferry stays – Part 2"))
    assert draft.title == "The ferry stays – Part 2"


def test_a_slogan_that_is_the_title_of_all_pages_is_no_title() -> None:
    """If all pages of a host share title and heading, both are passed over for another
    candidate."""
    slogan = "All about the islands in the bay"
    logo = f"<h1>{slogan}</h1>"
    repeated = list_shared_digests(
        *(make_page(slogan, heading=f"{logo}<h2>{name}</h2>") for name in TEXTS[:3])
    )
    meta = '<meta name="headline" content="The ferry stays">'

    assert (
        read_with(repeated, make_page(slogan, heading=logo, more=meta)).title == "The ferry stays"
    )


def test_a_picture_that_articles_of_a_host_share_is_no_cover() -> None:
    """A picture that three articles of a host share is no cover; the next candidate is taken,
    and the digest stays in memory."""
    meta = f'<meta property="og:image" content="{PICTURE}">'
    pages = [
        make_page(name, more=meta) for name in ("A new pier", "Herring is back", "Rain on Sunday")
    ]
    repeated = list_shared_digests(*pages)

    assert read_with(frozenset(), pages[0]).cover == PICTURE
    assert read_with(repeated, make_page("The ferry stays", more=meta)).cover is None

    own = '<meta name="twitter:image" content="/pictures/ferry.jpg">'
    result = read_with(repeated, make_page("The ferry stays", more=meta + own))

    assert result.cover == f"{HOST}/pictures/ferry.jpg"
    assert repeated & set(result.blocks)  # it is remembered as long as pages state it


def test_repeated_paragraphs_are_cut_even_if_they_are_longer_than_the_text() -> None:
    """The paragraphs that three earlier articles share are cut; only the article's own sentence
    is left."""
    foot = "".join(f"<p>{text} So it says below every story.</p>" for text in TEXTS * 3)
    pages = [
        make_page(name, text=f"<p>{name} is what we tell of here, at some length today.</p>{foot}")
        for name in ("A new pier", "Herring is back", "Rain on Sunday")
    ]
    repeated = list_shared_digests(*pages)
    own = "The ferry stays, said the office, for another year at the very least."
    result = read_with(repeated, make_page("The ferry stays", text=f"<p>{own}</p>{foot}"))

    assert result.body.strip() == own


def test_a_page_of_repeated_paragraphs_alone_is_kept_and_doubted() -> None:
    """If all paragraphs repeat, the text is kept and marked as doubtful."""
    pages = [make_page(name) for name in ("A new pier", "Herring is back", "Rain on Sunday")]
    result = read_with(list_shared_digests(*pages), make_page("The ferry stays"))

    assert TEXTS[0] in result.body
    assert "every paragraph" in result.trace["body"]["doubt"]


def test_titles_and_pictures_of_feeds_are_not_remembered_for_the_host() -> None:
    """The digests remembered for a host come from its pages alone: the feed's title and picture
    add none."""
    entry = Entry(id="1", url=f"{HOST}/1", title="All is lost | Bad news", image=PICTURE)
    html = make_page("A new pier")
    announced = read(html, f"{HOST}/1", entry=entry)

    assert announced.title == "All is lost | Bad news"
    assert announced.cover == PICTURE

    digests = set(announced.blocks) - set(read(html, f"{HOST}/1").blocks)

    assert digests == set()
