"""What cannot be the article is noticed, and the extractor's word taken instead."""

from __future__ import annotations

import pytest

from syndicator.reading.body import doubt, overlap
from syndicator.reading.html.blocks import Block, read_blocks
from syndicator.reading.html.document import parse
from syndicator.reading.reader import read
from tests.reading.body.test_class_words import STORY, TEXTS, page

MENU = "".join(f"<p><a href='/{n}'>A section of the paper that has the number {n}</a></p>" for n in range(9))


def blocks_of(markup: str, extracted: str) -> list[Block]:
    blocks = read_blocks(parse(f"<html><body>{markup}</body></html>".encode(), "https://a.example/b").tree)
    overlap.measure(blocks)
    overlap.compare(blocks, extracted)
    return blocks


def test_a_menu_in_place_of_what_the_extractor_took_is_wrong() -> None:
    blocks = blocks_of(MENU + STORY, "\n".join(TEXTS))
    assert "nothing" in doubt.wrong(blocks[:9], blocks, declared=True)
    assert "links" in doubt.wrong(blocks[:11], blocks, declared=True)
    assert doubt.wrong(blocks[9:], blocks, declared=True) == ""
    doubt.believe(blocks)
    assert [block.score > 0.9 for block in blocks] == [False] * 9 + [True] * 5


def test_an_extractor_that_took_next_to_nothing_is_not_asked() -> None:
    blocks = blocks_of(MENU + STORY, TEXTS[0])
    assert doubt.wrong(blocks[:9], blocks, declared=True) == ""


def test_a_thread_in_boxes_of_comments_is_the_page_unless_the_page_is_an_article() -> None:
    thread = "".join(f"<div class='comment'><p>{text}</p></div>" for text in TEXTS)
    blocks = blocks_of(
        f"<p>{TEXTS[0]} Or so it was said.</p>{thread}", "\n".join([TEXTS[0] + " Or so it was said.", *TEXTS])
    )
    assert "comments" in doubt.wrong(blocks[:1], blocks, declared=False)
    assert doubt.wrong(blocks[:1], blocks, declared=True) == ""


def test_an_extraction_that_is_a_menu_is_not_believed() -> None:
    blocks = blocks_of(MENU + STORY, "")
    box = overlap.containers.build(blocks)
    overlap.containers.add_up(blocks, box)
    menu = "\n".join(block.text for block in blocks[:9])
    texts = {"fast": menu, "balanced": "\n".join(TEXTS)}
    assert overlap.compare_extractions(blocks, box, texts.__getitem__) == "balanced"
    assert [block.overlap > 0.5 for block in blocks] == [False] * 9 + [True] * 5


def test_a_page_for_readers_without_scripts_is_read() -> None:
    noscript = f"<div id='app'></div><noscript><h1>The last ferry</h1>{STORY}</noscript>"
    body = read(page(noscript), "https://a.example/b").body
    assert [text for text in TEXTS if text not in body] == []


def test_a_hint_for_readers_without_scripts_is_not_read() -> None:
    hint = "<noscript><p>This page needs a program that runs scripts, which yours does not do today.</p></noscript>"
    long = hint.replace("today.", "today. " + "Please install another one and come again. " * 4)
    for each in (hint, long):
        assert "scripts" not in read(page(f"<main>{STORY}</main>{each}"), "https://a.example/b").body


def test_a_text_of_the_second_try_is_in_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever looks at what is unclear looks at it too: the second try makes its scores sure."""
    sure = read(page(STORY), "https://a.example/b").trace["body"]
    assert {"second try", "doubt"}.isdisjoint(sure)
    monkeypatch.setattr("syndicator.reading.body.body.unsure", lambda kept, blocks, summary: True)
    monkeypatch.setattr("syndicator.reading.body.body.wrong", lambda kept, blocks, declared: "what was kept is links")
    again = read(page(STORY), "https://a.example/b").trace["body"]
    assert again["second try"] == again["doubt"] == "what was kept is links"


def shares(letters: int, score: float, *, linked: int = 0) -> Block:
    """A block of prose of that many letters, `linked` of them in links."""
    own = "".join(chr(97 + place % 26) for place in range(letters))
    return Block("p", None, (), 0, 0, text=own, linked=linked, own=own, letters=letters, score=score)


def heading(score: float) -> Block:
    return Block("h", None, (), 0, 0, text="Salt", own="salt", letters=4, score=score)


SUMMARY = "".join(chr(97 + place % 7) for place in range(160))


@pytest.mark.parametrize(
    ("kept", "left", "summary", "asks"),
    [
        ([shares(900, 0.9)], [], "", False),
        ([shares(290, 0.9)], [], "", True),  # little text
        ([shares(900, 0.9)], [shares(170, 0.5)], "", False),
        ([shares(900, 0.9)], [shares(190, 0.5)], "", True),  # more than a fifth may be article or not
        ([shares(900, 0.9)], [heading(0.5)] * 2, "", False),
        ([shares(900, 0.9)], [heading(0.5)] * 3, "", True),  # headings that may be article or not
        ([shares(900, 0.9), *[heading(0.9)] * 20], [heading(0.5)] * 3, "", False),  # few among many
        ([shares(900, 0.9), shares(900, 0.9, linked=900)], [], "", True),  # links
        ([shares(900, 0.9)], [shares(500, 0.1)], "", True),  # much prose left out
        ([shares(900, 0.9)], [Block("h", None, (), 0, 0, text=SUMMARY, own=SUMMARY, letters=50)], SUMMARY, True),
        ([shares(900, 0.9)], [], SUMMARY, False),  # stands nowhere on the page, so it says nothing
    ],
)
def test_when_an_extractor_is_asked(kept: list[Block], left: list[Block], summary: str, asks: bool) -> None:
    assert doubt.unsure(kept, [*kept, *left], summary) is asks


def test_of_a_plain_page_no_extractor_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(
        "syndicator.reading.body.body.extract_trafilatura", lambda tree, focus: asked.append(focus) or ""
    )
    draft = read(
        page(f"<article><h1>The last ferry</h1>{STORY}{STORY.replace('the', 'that')}</article>"), "https://a.example/b"
    )
    assert draft.trace["body"]["compared"] == "nothing"
    assert asked == []
    assert [text for text in TEXTS if text not in draft.body] == []
    assert read(page(f"<article>{STORY[:200]}</article>"), "https://a.example/b").body
    assert asked == ["fast", "balanced"]


def test_a_guess_is_the_prose_of_the_main_container() -> None:
    blocks = blocks_of(f"<div>{MENU}</div><main>{STORY}<p>Short.</p></main>", "")
    box = overlap.containers.build(blocks)
    overlap.containers.add_up(blocks, box)
    overlap.guess(blocks, box)
    assert [block.overlap for block in blocks] == [0.0] * 9 + [1.0] * 5 + [0.0]
