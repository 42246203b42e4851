"""The reader: rules, repeats, the feed's own content, hostile pages, determinism."""

from __future__ import annotations

import gzip
import json
import sys
import time
from importlib import util
from pathlib import Path

import pytest

from syndicator import text
from syndicator.errors import ConfigError, NotAnArticle
from syndicator.model import Entry, Rules
from syndicator.reading.reader import read

URL = "https://site.example/2026/story"
STORY = [
    "The ferry left at dawn, as it had done for ninety years, and for the first time nobody stood on the quay to wave.",
    "Its last captain, who had the wheel from his mother, said that he had expected to feel more than he did.",
    "From Monday on a bridge carries the road, and the crossing that took forty minutes will take less than three.",
    "What becomes of the ship is open; the town would like to keep it, the harbour would like to have its berth.",
]
PROMO = "Our summer festival brings forty bands to the meadow beside the harbour, and there is still room for you."


def _page(*paragraphs: str, extra: str = "") -> bytes:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    head = "<head><title>The last ferry</title></head>"
    article = f"<article><h1>The last ferry</h1><div class='text'>{body}</div>{extra}</article>"
    return f"<html>{head}<body>{article}</body></html>".encode()


def test_the_same_bytes_give_the_same_draft() -> None:
    assert read(_page(*STORY), URL) == read(_page(*STORY), URL)


def test_what_repeats_on_a_host_is_dropped_and_still_learnt() -> None:
    page = _page(*STORY[:2], PROMO, *STORY[2:])
    first = read(page, URL)
    assert PROMO in first.body
    digest = next(d for d in first.blocks if d not in read(_page(*STORY), URL).blocks)
    second = read(page, URL, repeated=frozenset({digest}))
    assert PROMO not in second.body
    assert STORY[3] in second.body
    assert second.blocks == first.blocks
    assert any("repeats" in cut["rule"] for cut in second.trace["body"]["cut"])
    assert PROMO in read(page, URL, repeated=frozenset({digest}), rules=Rules(keep=(PROMO,))).body


def test_a_repeat_is_known_whatever_its_links_say() -> None:
    def footer(*titles: str) -> str:
        links = ", ".join(f"<a href='/{title}'>{title}</a>" for title in titles)
        return f"This notebook has no comments, so write a letter if something here is wrong. Older notes: {links}."

    first, second = (_page(*STORY, footer(*titles)) for titles in (("Wells", "Mills"), ("The old lime kiln", "Weirs")))
    digests = frozenset(read(first, URL).blocks) & frozenset(read(second, URL).blocks)
    bare = read(second, URL, repeated=digests - frozenset(read(_page(*STORY), URL).blocks))
    assert "Older notes" in read(second, URL).body and "Older notes" not in bare.body
    kept = read(second, URL, repeated=digests, rules=Rules(keep=("This notebook has no comments",)))
    assert "Older notes" in kept.body


def test_an_operator_selects_and_removes() -> None:
    page = _page(*STORY, extra=f"<div class='note promo'><p>{PROMO}</p></div>")
    assert PROMO not in read(page, URL, rules=Rules(remove=("div.promo",))).body
    only = read(page, URL, rules=Rules(select=("div.note > p",)))
    assert only.body == PROMO
    assert STORY[0] in read(page, URL, rules=Rules(select=("#nowhere",))).body


def test_a_selector_that_is_no_css_is_named() -> None:
    with pytest.raises(ConfigError, match=r"div\[\["):
        read(_page(*STORY), URL, rules=Rules(remove=("div[[",)))


def test_the_feed_has_the_text_that_the_page_lacks() -> None:
    entry = Entry(id="1", content="".join(f"<p>{p}</p>" for p in STORY) + "<p>The post X appeared first on Y.</p>")
    draft = read(_page("A stub."), URL, entry=entry)
    assert text.plain(draft.body) == "\n\n".join(STORY)
    assert draft.trace["body"]["from"] == "feed"


def test_the_feed_has_the_text_behind_a_wall() -> None:
    wall = b"<html><head><title>Just a moment...</title></head><body><p>Verify you are human.</p></body></html>"
    entry = Entry(id="1", title="The last ferry", content="".join(f"<p>{p}</p>" for p in STORY))
    assert STORY[2] in read(wall, URL, entry=entry).body
    with pytest.raises(NotAnArticle):
        read(wall, URL)


def test_rules_may_prefer_the_feed() -> None:
    entry = Entry(id="1", content="".join(f"<p>{p}</p>" for p in STORY[:3]))
    draft = read(_page(*STORY), URL, entry=entry, rules=Rules(content="feed"))
    assert STORY[0] in draft.body
    assert STORY[3] not in draft.body


def test_the_free_lead_of_a_locked_story_is_partial() -> None:
    page = (Path(__file__).parent / "pages" / "paywall_lead_fr.html").read_bytes()
    assert read(page, URL).partial is True
    assert read(_page(*STORY), URL).partial is False


HOSTILE = [
    "deepdiv:3000",
    "deepspan:3000",
    "deepblockquote:3000",
    "deepul:2000",
    "deeptable:300",
    "deepb:3000",
    "fmt_a:2000",
    "fmt_mix:300",
    "adopt:2000",
    "attrs:5000",
    "bigattr:500000",
    "comments:5000",
    "lt:5000",
    "ltbang:5000",
    "entities:5000",
    "spaces:200000",
    "newlines:100000",
    "nospace:200000",
    "colspan:100000000",
    "jsonld_deep:20000",
    "jsonld_bad:5000",
    "nul:5000",
    "surrog:2000",
    "tablewide:2000",
    "tablerows:1000",
    "imgs:1000",
    "links:1000",
    "brs:2000",
    "bigtext:100000",
    "para:500",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pages_end(shared: Path, name: str) -> None:
    spec = util.spec_from_file_location("hostile", shared / "tools" / "hostile" / "hostile.py")
    assert spec is not None and spec.loader is not None
    made = util.module_from_spec(spec)
    spec.loader.exec_module(made)
    started = time.process_time()
    try:
        body = read(made.gen(name).encode("utf-8", "replace"), URL).body
    except NotAnArticle as error:
        body = error.kind
    assert body
    assert time.process_time() - started < 10
    assert sys.getrecursionlimit() <= 10_000


@pytest.mark.slow
def test_nearly_every_article_of_the_corpus_is_one(shared: Path) -> None:
    pages = shared / "corpus" / "pages"
    with gzip.open(pages / "manifest.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines][::8]
    refused = 0
    for row in rows:
        with gzip.open(pages / row["file"]) as file:
            html = file.read()
        try:
            read(html, row["url"] or URL)
        except NotAnArticle:
            refused += 1
    assert refused <= 0.03 * len(rows)


@pytest.mark.parametrize("picture", ["", "<figure><img src='/quay.jpg' width=800 height=500 alt='The quay'></figure>"])
def test_a_heading_goes_with_the_text_that_was_cut_and_one_over_a_lower_one_stays(picture: str) -> None:
    def page(promo: str) -> bytes:
        story = "".join(f"<p>{paragraph}</p>" for paragraph in STORY)
        article = f"<h1>The last ferry</h1>{story}{promo}{picture}<h2>The bridge</h2><h3>Its pillars</h3>{story}"
        return (
            f"<html><head><title>The last ferry</title></head><body><article>{article}</article></body></html>".encode()
        )

    promoted = page(f"<h3>Come to the festival</h3><p>{PROMO}</p>")
    digest = next(block for block in read(promoted, URL).blocks if block not in read(page(""), URL).blocks)
    body = read(promoted, URL, repeated=frozenset({digest})).body
    assert [line for line in body.splitlines() if line.startswith("#")] == ["## The bridge", "### Its pillars"]
    assert ("quay.jpg" in body) == bool(picture)
