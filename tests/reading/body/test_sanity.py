"""Choose the likeliest reading of a page; text in <noscript> counts."""

from __future__ import annotations

import json

import pytest

from syndicator.core.model import Rules
from syndicator.reading.body import overlap
from syndicator.reading.html.blocks import Block, read_blocks
from syndicator.reading.html.document import parse
from syndicator.reading.reader import read
from tests.reading.body.test_class_words import STORY, TEXTS, make_page

MENU = "".join(
    f"<p><a href='/{n}'>A section of the paper that has the number {n}</a></p>" for n in range(9)
)


def read_compared_blocks(markup: str, extracted: str) -> list[Block]:
    blocks = read_blocks(
        parse(f"<html><body>{markup}</body></html>".encode(), "https://a.example/b").tree
    )
    overlap.measure_letters(blocks)
    overlap.compare_with_text(blocks, extracted)
    return blocks


def test_a_page_for_readers_without_scripts_is_read() -> None:
    """If the article stands only in `<noscript>`, it is read from there."""
    noscript = f"<div id='app'></div><noscript><h1>The last ferry</h1>{STORY}</noscript>"
    body = read(make_page(noscript), "https://a.example/b").body
    assert [text for text in TEXTS if text not in body] == []


def test_a_hint_for_readers_without_scripts_is_not_read() -> None:
    """A request in `<noscript>` to enable scripts is no text of the article, whether it is short
    or long."""
    short_request = (
        "<noscript><p>This page needs a program that runs scripts, which yours does not do"
        " today.</p></noscript>"
    )
    long_request = short_request.replace(
        "today.", "today. " + "Please install another one and come again. " * 4
    )
    for request in (short_request, long_request):
        page = make_page(f"<main>{STORY}</main>{request}")
        assert "scripts" not in read(page, "https://a.example/b").body


def set_odds(monkeypatch: pytest.MonkeyPatch, alone: float, compared: float) -> list[str]:
    """Set the log odds that a reading is right: without an extractor (`alone`), and compared with
    its text. Return a list to which each call of the extractor adds."""
    asked: list[str] = []
    monkeypatch.setattr(
        "syndicator.reading.body.body.extract_trafilatura",
        lambda tree: asked.append("extractor") or "\n".join(TEXTS),
    )
    odds = {
        "listing": lambda values: -9.0,
        "right": lambda values: compared if values["asked"] else alone,
    }
    monkeypatch.setattr(
        "syndicator.reading.body.doubt.compute_log_odds", lambda table, values: odds[table](values)
    )
    return asked


@pytest.mark.parametrize(
    ("odds_alone", "odds_compared", "chosen", "asks"),
    [
        (9.0, 9.0, "nothing", []),
        (1.0, 9.0, "extractor", ["extractor"]),
        (1.0, 0.0, "nothing", ["extractor"]),
    ],
)
def test_the_likeliest_reading_is_chosen(
    monkeypatch: pytest.MonkeyPatch,
    odds_alone: float,
    odds_compared: float,
    chosen: str,
    asks: list[str],
) -> None:
    """A reading that is surely right alone (log odds 9) is taken at once, compared with nothing.
    Otherwise an extractor is asked, and of the readings without it and compared with its text,
    that with the better odds wins."""
    asked = set_odds(monkeypatch, odds_alone, odds_compared)
    notes = read(make_page(MENU + STORY), "https://a.example/b").trace["body"]

    assert notes["compared"] == chosen
    assert asked == asks
    assert list(notes["readings"]) == ["nothing", *asks]


def test_the_declared_text_is_compared_before_the_extractor(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """If JSON-LD declares the text, the page is compared with that, and the slower extractor is
    not asked."""
    asked = set_odds(monkeypatch, alone=1.0, compared=9.0)
    declared = json.dumps({"@type": "Article", "articleBody": " ".join(TEXTS)})
    script = f"<script type='application/ld+json'>{declared}</script>"

    notes = read(make_page(script + STORY), "https://a.example/b").trace["body"]

    assert notes["compared"] == "declared text"
    assert asked == []


def test_the_posts_of_a_live_blog_are_declared_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """The posts of a live blog in JSON-LD count as declared text; an update that is no object
    ("broken") is skipped."""
    set_odds(monkeypatch, alone=1.0, compared=9.0)
    posts = [{"@type": "BlogPosting", "articleBody": text} for text in TEXTS]
    declared = json.dumps({"@type": "LiveBlogPosting", "liveBlogUpdate": [*posts, "broken"]})
    script = f"<script type='application/ld+json'>{declared}</script>"
    notes = read(make_page(script + STORY), "https://a.example/b").trace["body"]

    assert notes["compared"] == "declared text"


def test_an_unlikely_text_is_in_doubt_unless_the_operator_chose_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Log odds of -1 are a probability of 0.27: such a text is in doubt, but not if an
    operator's `select` rule chose it."""
    assert "doubt" not in read(make_page(STORY), "https://a.example/b").trace["body"]

    set_odds(monkeypatch, alone=-1.0, compared=-1.0)
    doubted = read(make_page(STORY), "https://a.example/b")

    assert doubted.trace["body"]["doubt"].endswith("probability of 0.27")

    chosen = read(make_page(STORY), "https://a.example/b", rules=Rules(select=("body",)))

    assert "doubt" not in chosen.trace["body"]


def test_of_a_plain_page_no_extractor_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extractor, which is slow, is asked only if our reading is uncertain: not for a long
    article (the story twice, with some words changed), but for the first 200 characters of one."""
    asked: list[str] = []
    monkeypatch.setattr(
        "syndicator.reading.body.body.extract_trafilatura",
        lambda tree: asked.append("extractor") or "",
    )
    long_article = (
        f"<article><h1>The last ferry</h1>{STORY}{STORY.replace('the', 'that')}</article>"
    )
    draft = read(make_page(long_article), "https://a.example/b")

    assert draft.trace["body"]["compared"] == "nothing"
    assert asked == []
    assert [text for text in TEXTS if text not in draft.body] == []

    short_article = f"<article>{STORY[:200]}</article>"

    assert read(make_page(short_article), "https://a.example/b").body
    assert asked == ["extractor"]


def test_a_guess_is_the_prose_of_the_main_container() -> None:
    """Without another reading, the five paragraphs in `<main>` are guessed to be the article,
    not the nine menu lines or the short line."""
    blocks = read_compared_blocks(
        f"<div>{MENU}</div><main>{STORY}<p>Short.</p></main>", extracted=""
    )
    box = overlap.containers.build_containers(blocks)
    overlap.containers.add_up_letters(blocks, box)
    overlap.guess_overlap(blocks, box)

    menu, story, short_line = blocks[:9], blocks[9:14], blocks[14:]

    assert [block.overlap for block in menu] == [0.0] * 9
    assert [block.overlap for block in story] == [1.0] * 5
    assert [block.overlap for block in short_line] == [0.0]
