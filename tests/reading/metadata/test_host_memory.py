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
    new_page = make_page(shape.format(title))

    assert read_with(repeated, new_page).title == title
    # without knowledge of earlier articles
    assert read_with(frozenset(), new_page).title != title


def test_a_numbered_part_stays_in_the_title() -> None:
    """The end "Part 2" stays, although three earlier titles have it: a number tells articles
    apart."""
    earlier = [f"{name} – Part 2" for name in ("A new pier", "Herring is back", "Rain on Sunday")]
    repeated = list_shared_digests(*map(make_page, earlier))
    draft = read_with(repeated, make_page("The ferry stays – Part 2"))
    assert draft.title == "The ferry stays – Part 2"


def test_a_slogan_that_is_the_title_of_all_pages_is_no_title() -> None:
    """If three earlier pages of a host share title and heading, both are passed over on the next
    one for another candidate, here a `<meta>`."""
    slogan = "All about the islands in the bay"
    logo = f"<h1>{slogan}</h1>"
    earlier = [make_page(slogan, heading=f"{logo}<h2>{name}</h2>") for name in TEXTS[:3]]
    repeated = list_shared_digests(*earlier)

    meta = '<meta name="headline" content="The ferry stays">'
    new_page = make_page(slogan, heading=logo, more=meta)

    assert read_with(repeated, new_page).title == "The ferry stays"


def test_a_picture_that_articles_of_a_host_share_is_no_cover() -> None:
    """A picture that three articles of a host share is no cover of the next one; its own picture
    is, if it has one. The digest of the shared picture stays in memory while pages state it."""
    shared = f'<meta property="og:image" content="{PICTURE}">'
    own = '<meta name="twitter:image" content="/pictures/ferry.jpg">'
    earlier = [
        make_page(name, more=shared) for name in ("A new pier", "Herring is back", "Rain on Sunday")
    ]
    repeated = list_shared_digests(*earlier)

    # without knowledge of other articles it is a cover
    assert read_with(frozenset(), earlier[0]).cover == PICTURE
    assert read_with(repeated, make_page("The ferry stays", more=shared)).cover is None

    with_own = read_with(repeated, make_page("The ferry stays", more=shared + own))

    assert with_own.cover == f"{HOST}/pictures/ferry.jpg"
    assert repeated & set(with_own.blocks)


def test_repeated_paragraphs_are_cut_even_if_they_are_longer_than_the_text() -> None:
    """The paragraphs that three earlier articles share are cut; only the article's own sentence
    is left."""
    # fifteen paragraphs below each article
    foot = "".join(f"<p>{text} So it says below every story.</p>" for text in TEXTS * 3)
    earlier = [
        make_page(name, text=f"<p>{name} is what we tell of here, at some length today.</p>{foot}")
        for name in ("A new pier", "Herring is back", "Rain on Sunday")
    ]
    own = "The ferry stays, said the office, for another year at the very least."
    new_page = make_page("The ferry stays", text=f"<p>{own}</p>{foot}")
    draft = read_with(list_shared_digests(*earlier), new_page)

    assert draft.body.strip() == own


def test_a_page_of_repeated_paragraphs_alone_is_kept_and_doubted() -> None:
    """If three earlier articles have all paragraphs of a new one, its text is kept and marked as
    doubtful."""
    pages = [make_page(name) for name in ("A new pier", "Herring is back", "Rain on Sunday")]
    result = read_with(list_shared_digests(*pages), make_page("The ferry stays"))

    assert TEXTS[0] in result.body
    assert "every paragraph" in result.trace["body"]["doubt"]


def test_titles_and_pictures_of_feeds_are_not_remembered_for_the_host() -> None:
    """The digests remembered for a host come from its pages alone: an entry of a feed changes
    title and picture of the article, but adds no digest."""
    entry = Entry(id="1", url=f"{HOST}/1", title="All is lost | Bad news", image=PICTURE)
    page = make_page("A new pier")
    announced = read(page, f"{HOST}/1", entry=entry)
    unannounced = read(page, f"{HOST}/1")

    assert announced.title == "All is lost | Bad news"
    assert announced.cover == PICTURE
    assert set(announced.blocks) <= set(unannounced.blocks)
