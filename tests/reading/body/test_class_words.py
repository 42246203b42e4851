"""A class name that means boilerplate is ignored on elements that contain the article."""

from __future__ import annotations

import pytest

from syndicator.core.errors import NotAnArticle
from syndicator.reading.body import containers, overlap
from syndicator.reading.html import hints
from syndicator.reading.html.blocks import Block, read_blocks
from syndicator.reading.html.document import parse
from syndicator.reading.reader import read

TEXTS = [
    (
        "The ferry to the outer islands left its quay at dawn for ninety years, and on Monday it"
        " left for the last time."
    ),
    (
        "Nobody had told the crew until the evening before, when a letter was pushed under the door"
        " of the wheelhouse."
    ),
    (
        "The new boat is faster, but it calls at three islands, and the other five have to make do"
        " with a barge."
    ),
    (
        "Whoever lives there has to plan a visit to a doctor a fortnight ahead, said a teacher on"
        " the smallest of them."
    ),
    (
        "The office says that the old boat cost too much: last year it burnt fuel for a million and"
        " carried few."
    ),
]
STORY = "".join(f"<p>{text}</p>" for text in TEXTS)


def make_page(body: str) -> bytes:
    menu = "".join(f"<li><a href='/{name}'>{name}</a></li>" for name in ("Home", "News", "Sport"))
    html = (
        f"<html><head><title>The last ferry</title></head><body><ul>{menu}</ul>{body}</body></html>"
    )
    return html.encode()


def read_weighed_blocks(markup: str, extracted: str) -> list[Block]:
    """The blocks of `markup` after weighing, with the overlap that the text `extracted` gives
    them."""
    blocks = read_blocks(
        parse(f"<html><body>{markup}</body></html>".encode(), "https://a.example/b").tree
    )
    overlap.measure_letters(blocks)
    overlap.compare_with_text(blocks, extracted)
    box = containers.build_containers(blocks)
    containers.add_up_letters(blocks, box)
    containers.weigh_hints(blocks, box)
    return blocks


def has_hint(block: Block, name: str) -> bool:
    return bool(block.near_hints & hints.get_bit(name)) or bool(block.hints & hints.get_bit(name))


OTHER = "".join(
    f"<p>Another story of the day that is told here at some length and to its end, number {n} of"
    " many.</p>"
    for n in range(9)
)


@pytest.mark.parametrize(
    "name", ["paywall", "event", "newsletter", "footnote", "ad", "sidebar", "rating"]
)
def test_a_box_with_much_of_the_prose_is_no_boilerplate(name: str) -> None:
    """An element that contains much of the article is not boilerplate, whatever its class says;
    the first five blocks are the article."""
    # a class that gives the hint of this name
    word = {"ad": "promo", "footnote": "references"}.get(name, name)
    article_box = f"<div class='{word}'>{STORY}</div>"
    blocks = read_weighed_blocks(f"{article_box}<div>{OTHER}</div>", extracted="\n".join(TEXTS))
    article_blocks = blocks[:5]

    assert not any(has_hint(block, name) for block in article_blocks)


def test_a_small_box_keeps_its_hints() -> None:
    """An element with one paragraph of the article keeps the hint of its class: it may be
    boilerplate that quotes it."""
    small_box = f"<div class='paywall'><p>{TEXTS[0]}</p></div>"
    *_, quoted = read_weighed_blocks(f"<div>{STORY}</div>{small_box}", extracted="\n".join(TEXTS))
    assert has_hint(quoted, "paywall")


def test_a_large_box_without_extracted_text_keeps_its_hints() -> None:
    """A large element keeps the hint of its class if the text that an extractor found, here the
    story, is elsewhere."""
    large_box = f"<div class='footer'>{OTHER}</div>"
    *_, last_of_box = read_weighed_blocks(
        f"<div>{STORY}</div>{large_box}", extracted="\n".join(TEXTS)
    )
    assert has_hint(last_of_box, "footer")


@pytest.mark.parametrize("word", ["related", "author", "comment", "hidden", "modal"])
def test_strong_hints_count_unless_the_box_has_nearly_all_prose(word: str) -> None:
    """A class such as `related` counts although its element has half of the prose, and is
    ignored if it has nearly all."""
    all_prose = "\n".join(TEXTS) + OTHER.replace("<p>", "\n").replace("</p>", "")
    box = f"<div class='{word}'>{STORY}</div>"
    first_of_half, *_ = read_weighed_blocks(f"{box}<div>{OTHER}</div>", extracted=all_prose)
    first_of_nearly_all, *_ = read_weighed_blocks(
        f"{box}<p>{TEXTS[0][:70]}</p>", extracted=all_prose
    )

    assert has_hint(first_of_half, word)
    assert not has_hint(first_of_nearly_all, word)


def test_text_in_a_consent_box_keeps_its_hints() -> None:
    """Classes of elements around all of the text, here `promo` (the hint "ad"), count if one of
    them means a consent dialog: no article is in there."""
    dialog = f"<div class='consent'><div class='promo'>{STORY}</div></div>"
    extracted = "\n".join(TEXTS)
    first_alone, *_ = read_weighed_blocks(dialog, extracted)
    first_beside_other_text, *_ = read_weighed_blocks(f"{dialog}<div>{OTHER}</div>", extracted)

    assert has_hint(first_alone, "consent")
    assert has_hint(first_beside_other_text, "ad")


def test_a_picture_has_the_hints_of_the_elements_around_it() -> None:
    """The class `event` is ignored for the article's text, and so for the picture inside of the
    same element."""
    markup = f"<div class='event'>{STORY}<img src='/a.jpg' alt='The quay'></div>"
    *_, image = read_weighed_blocks(markup, extracted="\n".join(TEXTS))

    assert image.kind == "img"
    assert not has_hint(image, "event")


@pytest.mark.parametrize(
    "word", ["metered-content", "paywall", "events", "field-entity-reference-revisions"]
)
def test_the_article_in_a_box_named_like_boilerplate_is_read(word: str) -> None:
    """All paragraphs are read although the classes of their elements (`sidebar`, `paywall` …)
    sound like boilerplate."""
    page = make_page(f"<main class='sidebar'><div class='{word}'>{STORY}</div></main>")
    try:
        body = read(page, "https://a.example/b").body
    except NotAnArticle as error:
        pytest.fail(str(error))
    assert [text for text in TEXTS if text not in body] == []


@pytest.mark.parametrize("word", ["paywall", "event", "subscription", "comment"])
def test_a_class_on_each_paragraph_of_the_article_does_not_count(word: str) -> None:
    """A boilerplate class on every paragraph of the article (`<div>` or `<p>`) is ignored: all
    are read."""
    for tag in ("div", "p"):
        marked = "".join(f"<{tag} class='{word}'>{text}</{tag}>" for text in TEXTS)
        page = make_page(f"<main><h1>The last ferry</h1>{marked}</main>")
        body = read(page, "https://a.example/b").body
        assert [text for text in TEXTS if text not in body] == []


def test_a_resource_is_no_source() -> None:
    """Class names are matched by whole words: `resource` and `reference` do not mean footnotes,
    `sources` and `references` do."""

    def means_footnote(class_name: str) -> bool:
        return bool(hints.read_words(class_name) & hints.get_bit("footnote"))

    assert not means_footnote("resource-body")
    assert not means_footnote("field--type-entity-reference-revisions")
    assert means_footnote("post-sources")
    assert means_footnote("references")


def test_blocks_know_the_hints_of_the_elements_around_them() -> None:
    """The blocks of a page share the hints of its elements: those of the menu, its link and the
    main element, which have some, and of no others."""
    page = (
        '<nav id="menu"><a class="share" href="/a">Share</a></nav><div class="postContent"'
        ' role="main"><p>Text'
    )
    document = parse(f"<html><body>{page}</body></html>".encode(), "https://a.example/b")
    first_block = read_blocks(document.tree)[0]
    hints_by_element = first_block.own_hints
    tags_with_hints = [element.tag for element, bits in hints_by_element.items() if bits]

    assert tags_with_hints == ["nav", "a", "div"]
    for element, bits in hints_by_element.items():
        assert bits == hints.read_hints(element)


def test_hints_are_weighed_anew_after_another_comparison() -> None:
    """If blocks are compared with one extracted text and then with another one, hints are as if
    only the last comparison, here with an empty text, had been made."""

    def list_hints(blocks: list[Block]) -> list[tuple[int, int]]:
        return [(block.hints, block.near_hints) for block in blocks]

    markup = "".join(f"<p class='paywall'>{text}</p>" for text in TEXTS) + OTHER
    blocks = read_weighed_blocks(markup, extracted="\n".join(TEXTS))

    # the extracted text is the article: the class of its paragraphs does not count
    assert not any(has_hint(block, "paywall") for block in blocks[: len(TEXTS)])

    box = containers.build_containers(blocks)
    for extracted in ("\n".join(TEXTS), ""):
        overlap.compare_with_text(blocks, extracted)
        containers.add_up_letters(blocks, box)
        containers.weigh_hints(blocks, box)

    assert list_hints(blocks) == list_hints(read_weighed_blocks(markup, extracted=""))
