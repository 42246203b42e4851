"""Cut lines before and after the article that do not belong to it."""

from __future__ import annotations

import pytest

from syndicator.reading.body import edges, overlap
from syndicator.reading.html.blocks import read_blocks
from syndicator.reading.html.document import parse
from syndicator.reading.reader import read

URL = "https://www.harbourpost.example/2024/last-ferry"
STORY = (
    (
        "The ferry left at dawn, as it had done for ninety years, and for the first time nobody"
        " stood on the quay to wave."
    ),
    (
        "Its captain had asked for a successor since the spring, and the county had answered him"
        " with a form to fill in."
    ),
    (
        "Whoever lives on the island will row from now on, or wait for the post boat that comes on"
        " Tuesdays and Fridays."
    ),
)
STORY_HTML = "".join(f"<p>{each}</p>" for each in STORY)


def read_body(
    above: str = "", below: str = "", title: str = "The last ferry leaves the island"
) -> str:
    html = (
        f"<html><head><title>{title}</title><meta name='author' content='Maren"
        " Oduya'></head><body><article>"
    )
    return read(
        f"{html}<h1>{title}</h1><div class='text'>{above}{STORY_HTML}{below}</div></article></body>".encode(),  # noqa: E501
        URL,
    ).body


@pytest.mark.parametrize(
    "line", ["<p>3 May 2024, 18:30</p>", "<p>公開日：2024年5月3日 18時30分</p>"]
)
def test_a_date_above_the_first_paragraph_is_cut(line: str) -> None:
    """A paragraph above the text that only dates the article is cut, in any language: the date
    is metadata, not text."""
    assert read_body(above=line).startswith(STORY[0])


@pytest.mark.parametrize(
    "line",
    [
        "<p>It was a Monday in 2024.</p>",
        "<h2>A dawn without anybody</h2>",
        "<h2>Who rows now?</h2>",
        "<h2>In short</h2><ul><li>The ferry has left.</li><li>Nobody waved to it.</li></ul>",
        "<ul><li>Salt</li><li>Tar</li><li>Rope</li><li>Oakum</li></ul>",
        "<p>What we know:</p>",
        "<p>„Ahoi“</p>",
        "<p>Dear readers,</p>",
        "<p>Moderator: Bo Lens</p>",
    ],
)
def test_lines_that_stay_above_the_text(line: str) -> None:
    """Lines above the first paragraph that belong to the article stay, so the body does not
    start with that paragraph (`STORY[0]`)."""
    assert not read_body(above=line).startswith(STORY[0])


@pytest.mark.parametrize(
    "line",
    [
        "<h3>Weather</h3>",
        "<p>We have got you covered:</p>",
        '<p><a href="/watches">Back to our picks of boats for the summer</a></p>',
        "<p>Subscribe to get the latest posts sent to your email.</p>",
        "<p>Pin it for later!</p>",
        "<p>— Additional reporting by Bo Lens</p>",
        (
            "<p>Bo Lens is a freelance writer who has rowed around the island twice, with a dog and"
            " once without, and who reads aloud on the stairs of the quay.</p><p>For more stories"
            " like this, take our boat.</p>"
        ),
        (
            "<p>Hat Ihnen dieser Artikel gefallen? Dann unterstützen Sie uns bitte mit einer Spende"
            " für das Boot.</p>"
        ),
        "<p>(dmk)</p>",
        (
            "<ul><li><a href='/a'>Photos of an icy moon</a></li><li><a href='/b'>Twin harbours of"
            " the north</a></li></ul>"
        ),
        "<p>We have got you covered:</p><ul><li><a href='/a'>Photos of an icy moon</a></li></ul>",
    ],
)
def test_lines_that_are_cut_below_the_text(line: str) -> None:
    """Lines below the last paragraph (`STORY[-1]`) that advertise, link elsewhere or introduce
    the author are cut."""
    assert read_body(below=line).endswith(STORY[-1])


@pytest.mark.parametrize(
    "line",
    [
        "<p>The island has voted.</p>",
        "<ul><li>Bread on Tuesdays</li><li>Letters on Fridays</li></ul>",
        "<p>Two went: the captain and his dog.</p>",
        (
            "<p>The captain said that he had written for all of the newspapers of the county, and"
            " rowed for one.</p>"
        ),
    ],
)
def test_lines_that_stay_below_the_text(line: str) -> None:
    """Lines below the last paragraph that look like boilerplate but belong to the article stay."""
    assert not read_body(below=line).endswith(STORY[-1])


def test_a_repeated_line_is_cut() -> None:
    """A line that follows an equal one is cut: the page has it twice, the body once."""
    line = "<p>The harbour on the morning of the last departure.</p>"
    body = read_body(above=STORY_HTML + line + line)

    assert body.count("The harbour on the morning") == 1


def test_a_text_without_a_paragraph_keeps_its_lines() -> None:
    """A text of short lines, such as a song, loses none of them: nothing shows where it begins
    or ends."""
    song = "<p>Salt</p><p>And the long way home over the water</p><p>Tar</p><p>Rope</p>"
    page = f"<html><title>Work song</title><body><article><h1>Work song</h1>{song}"
    body = read(page.encode(), URL).body

    assert body.startswith("Salt")
    assert body.rstrip().endswith("Rope")


@pytest.mark.parametrize(
    ("heading", "cut_texts"),
    [("Where to row instead", []), ("Read next", ["Read next", "The northern lake", "The bay"])],
)
def test_a_list_of_links_below_a_heading_of_its_own_stays(
    heading: str, cut_texts: list[str]
) -> None:
    """A list of links below the text is cut, with its heading, only if the heading announces
    other articles ("Read next")."""
    links = "<ul><li><a href='/a'>The northern lake</a></li><li><a href='/b'>The bay</a></li></ul>"
    blocks = read_blocks(
        parse(f"<html><body>{STORY_HTML}<h2>{heading}</h2>{links}".encode(), URL).tree
    )
    overlap.measure_letters(blocks)
    # all blocks are taken for the article before
    cut_blocks = edges.cut_edges(blocks, [True] * len(blocks))

    assert [block.text for block in blocks if block in cut_blocks] == cut_texts
