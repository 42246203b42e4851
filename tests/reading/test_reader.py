"""Read pages: rules, repeats, the feed's own content, hostile pages, determinism."""

from __future__ import annotations

import gzip
import json
import sys
import time
from pathlib import Path

import pytest

from syndicator.core import text
from syndicator.core.errors import ConfigError, NotAnArticle
from syndicator.core.model import Entry, Rules
from syndicator.reading.reader import read
from tests.reading import hostile

URL = "https://site.example/2026/story"
STORY = [
    (
        "The ferry left at dawn, as it had done for ninety years, and for the first time nobody"
        " stood on the quay to wave."
    ),
    (
        "Its last captain, who had the wheel from his mother, said that he had expected to feel"
        " more than he did."
    ),
    (
        "From Monday on a bridge carries the road, and the crossing that took forty minutes will"
        " take less than three."
    ),
    (
        "What becomes of the ship is open; the town would like to keep it, the harbour would like"
        " to have its berth."
    ),
]
PROMO = (
    "Our summer festival brings forty bands to the meadow beside the harbour, and there is still"
    " room for you."
)


def make_page(*paragraphs: str, extra: str = "") -> bytes:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    head = "<head><title>The last ferry</title></head>"
    article = f"<article><h1>The last ferry</h1><div class='text'>{body}</div>{extra}</article>"
    return f"<html>{head}<body>{article}</body></html>".encode()


def test_the_same_bytes_give_the_same_draft() -> None:
    """Reading is deterministic: the same page gives an equal draft, digests and trace included."""
    assert read(make_page(*STORY), URL) == read(make_page(*STORY), URL)


def test_repeated_blocks_are_cut_and_their_digests_kept() -> None:
    """A block whose digest is known as repeated is cut, with a reason in the trace, unless a
    `keep` rule names it."""
    # a promotion in the middle of the story's four paragraphs
    page = make_page(*STORY[:2], PROMO, *STORY[2:])
    at_first = read(page, URL)

    assert PROMO in at_first.body

    story_digests = read(make_page(*STORY), URL).blocks
    (promo_digest,) = set(at_first.blocks) - set(story_digests)
    repeated = frozenset({promo_digest})
    later = read(page, URL, repeated=repeated)

    assert PROMO not in later.body
    assert STORY[3] in later.body
    assert later.blocks == at_first.blocks
    assert any("repeats" in cut["rule"] for cut in later.trace["body"]["cut"])

    kept = read(page, URL, repeated=repeated, rules=Rules(keep=(PROMO,)))

    assert PROMO in kept.body


def test_an_article_of_repeated_blocks_alone_is_not_cut() -> None:
    """If all blocks are known as repeated, none is cut; if only the first one is, it is."""
    page = make_page(*STORY)
    whole = read(page, URL)

    assert read(page, URL, repeated=frozenset(whole.blocks)).body == whole.body
    assert STORY[0] not in read(page, URL, repeated=frozenset(whole.blocks[:1])).body


def test_the_feeds_own_content_teaches_nothing_of_its_host() -> None:
    """Text taken from the feed, by a rule or because the page has only its first paragraph,
    gives no digests of blocks: the host's pages need not contain it."""
    entry = Entry(id="1", url=URL, content="".join(f"<p>{paragraph}</p>" for paragraph in STORY))
    by_rule = read(make_page(*STORY), URL, entry=entry, rules=Rules(content="feed"))
    instead_of_a_stub = read(make_page(STORY[0]), URL, entry=entry)

    for draft in (by_rule, instead_of_a_stub):
        assert STORY[3] in draft.body
        assert draft.blocks == ()


def test_a_repeated_block_is_recognised_with_other_links() -> None:
    """Two footers that differ only in their links share a digest, so the footer is cut; a `keep`
    rule keeps it."""

    def footer(*titles: str) -> str:
        links = ", ".join(f"<a href='/{title}'>{title}</a>" for title in titles)
        return (
            "This notebook has no comments, so write a letter if something here is wrong. Older"
            f" notes: {links}."
        )

    first = make_page(*STORY, footer("Wells", "Mills"))
    second = make_page(*STORY, footer("The old lime kiln", "Weirs"))
    shared_digests = frozenset(read(first, URL).blocks) & frozenset(read(second, URL).blocks)
    # of the story and the footer, which the pages share, the footer's alone
    footer_digests = shared_digests - frozenset(read(make_page(*STORY), URL).blocks)
    keep_footer = Rules(keep=("This notebook has no comments",))

    assert "Older notes" in read(second, URL).body
    assert "Older notes" not in read(second, URL, repeated=footer_digests).body
    assert "Older notes" in read(second, URL, repeated=shared_digests, rules=keep_footer).body


def test_private_addresses_of_a_page_are_ignored() -> None:
    """Addresses in private networks and passwords are removed from a public page; a page that is
    itself private keeps them."""
    linked = (
        "See <a href='http://192.168.0.1/admin'>the router</a> and <a"
        " href='https://me:pw@site.example/'>mine</a>"
    )
    picture = "<img src='http://printer.local/a.jpg' alt='A printer' width='900' height='600'>"
    head = (
        "<base href='http://10.0.0.1/'><link rel='amphtml' href='http://10.0.0.2/amp'><link"
        " rel='canonical' href='http://10.0.0.3/story'><meta property='og:image'"
        " content='http://10.0.0.4/a.jpg'>"
    )
    page = make_page(*STORY, f"{linked}, or <a href='/2025/'>last year</a>. {picture}").replace(
        b"<head>", b"<head>" + head.encode()
    )
    result = read(page, URL)

    assert "See the router and mine, or [last year](https://site.example/2025/)." in result.body
    assert "10.0.0" not in repr(
        (result.body, result.cover, result.aliases, result.duplicate_of, result.alternate)
    )
    assert "printer.local" not in repr((result.body, result.cover))

    # the same page at a private address, which is fetched only if the operator allows it
    inside = read(page, "http://10.0.0.9/story")

    assert "[the router](http://192.168.0.1/admin)" in inside.body
    assert inside.cover == "http://10.0.0.4/a.jpg"


def test_an_operator_selects_and_removes() -> None:
    """`remove` cuts an element, `select` reads it alone, and a `select` without a match is
    ignored."""
    page = make_page(*STORY, extra=f"<div class='note promo'><p>{PROMO}</p></div>")

    removed = read(page, URL, rules=Rules(remove=("div.promo",)))
    selected = read(page, URL, rules=Rules(select=("div.note > p",)))
    without_match = read(page, URL, rules=Rules(select=("#nowhere",)))

    assert PROMO not in removed.body
    assert selected.body == PROMO
    assert STORY[0] in without_match.body


def test_an_error_names_the_invalid_selector() -> None:
    """A selector that cannot be parsed (`div[[`) is a configuration error that quotes it."""
    with pytest.raises(ConfigError, match=r"div\[\["):
        read(make_page(*STORY), URL, rules=Rules(remove=("div[[",)))


def test_the_feed_has_the_text_that_the_page_lacks() -> None:
    """If the page has only a stub, the body is the feed's content, without the feed's own
    closing line."""
    story = "".join(f"<p>{paragraph}</p>" for paragraph in STORY)
    closing_line = "<p>The post X appeared first on Y.</p>"
    entry = Entry(id="1", content=story + closing_line)
    draft = read(make_page("A stub."), URL, entry=entry)

    assert text.plain(draft.body) == "\n\n".join(STORY)
    assert draft.trace["body"]["from"] == "feed"


def test_the_feed_has_the_text_behind_a_wall() -> None:
    """If the page is a bot check, the feed's content is read; without it the page is refused."""
    bot_check = (
        b"<html><head><title>Just a moment...</title></head><body><p>Verify you are"
        b" human.</p></body></html>"
    )
    entry = Entry(id="1", title="The last ferry", content="".join(f"<p>{p}</p>" for p in STORY))

    assert STORY[2] in read(bot_check, URL, entry=entry).body
    with pytest.raises(NotAnArticle):
        read(bot_check, URL)


def test_rules_may_prefer_the_feed() -> None:
    """With the rule `content="feed"` the feed's three paragraphs are the body, although the page
    has a fourth."""
    entry = Entry(id="1", content="".join(f"<p>{p}</p>" for p in STORY[:3]))
    draft = read(make_page(*STORY), URL, entry=entry, rules=Rules(content="feed"))

    assert STORY[0] in draft.body
    assert STORY[3] not in draft.body


def test_the_free_lead_of_a_locked_story_is_partial() -> None:
    """A page that shows only the lead of a paid article is marked as partial; a whole one is
    not."""
    lead_of_paid_article = Path(__file__).parent / "pages" / "paywall_lead_fr.html"

    assert read(lead_of_paid_article.read_bytes(), URL).partial is True
    assert read(make_page(*STORY), URL).partial is False


REQUESTS_TO_PAY = [
    (
        "<div class='x1'><h3>Subscribe to continue reading</h3><p>Already a subscriber? Log"
        " in</p></div>"
    ),
    "<section><p>Diesen Artikel weiterlesen mit Bote+</p><p>Jetzt testen</p></section>",
    "<aside><p>Cet article est réservé aux abonnés</p></aside>",
    "<p>Subscribe to read the rest.</p>",
]


@pytest.mark.parametrize("request_to_pay", REQUESTS_TO_PAY)
def test_a_request_to_pay_at_the_end_makes_a_text_partial(request_to_pay: str) -> None:
    """A request to subscribe after the text marks it as partial, in several languages and
    elements."""
    lead = "".join(f"<p>{paragraph}</p>" for paragraph in STORY[:3])
    article = f"<article><h1>The last ferry</h1>{lead}{request_to_pay}</article>"
    page = f"<html><head><title>The last ferry</title></head><body>{article}"

    assert read(page.encode(), URL).partial is True


def test_a_story_on_walls_is_whole() -> None:
    """The words "subscribe to continue reading" within a paragraph do not make a long text
    partial."""
    quoting_paragraph = STORY[0] + " A line said: subscribe to continue reading."
    long_text = [quoting_paragraph, *STORY[1:], *STORY]

    assert read(make_page(*long_text), URL).partial is False


def test_a_locked_story_that_breaks_off_is_partial() -> None:
    """A long text that is declared as not free is partial only if it ends with an ellipsis."""
    not_free = (
        b'<script type=\'application/ld+json\'>{"@type": "NewsArticle", "isAccessibleForFree":'
        b" false}</script>"
    )
    # sixteen different paragraphs
    long_story = [f"{paragraph} It was day {day}." for day in range(4) for paragraph in STORY]
    whole = make_page(*long_story)
    broken_off = make_page(*long_story, "And what nobody had reckoned with was\u2026")

    for page, is_partial in ((broken_off, True), (whole, False)):
        locked_page = page.replace(b"</head>", not_free + b"</head>")
        assert read(locked_page, URL).partial is is_partial


def test_the_second_copy_of_an_article_is_cut() -> None:
    """A second copy of the text, for desktops or in one piece for machines, is left out."""
    text_once = "".join(f"<p>{paragraph}</p>" for paragraph in STORY)
    for_desktops = f"<div class='desktop'>{text_once}</div>"
    for_machines = f"<div itemprop='articleBody'>{' '.join(STORY)}</div>"

    for copy in (for_desktops, for_machines):
        main = f"<main><div>{text_once}</div>{copy}</main>"
        page = f"<html><head><title>A ferry</title></head><body>{main}</body></html>"
        assert read(page.encode(), URL).body == "\n\n".join(STORY)


def test_a_refrain_stays() -> None:
    """A paragraph that returns between others is no copy of the article: both stay."""
    refrain = PROMO
    more_text = [f"{paragraph} Again." for paragraph in STORY]
    page = make_page(STORY[0], refrain, STORY[1], refrain, STORY[2], STORY[3], *more_text)

    assert read(page, URL).body.count(refrain) == 2


def test_the_captions_of_a_gallery_are_not_the_first_words() -> None:
    """Captions of a slide show above the text are not read as its beginning."""
    slides = "".join(
        f"<li class='slide'><img src='/{n}.jpg' width=800 height=500><div"
        " class='slide-caption'><p>The ferry on its last morning, seen from the pier in picture"
        f" number {n} of all, by a reader.</p></div></li>"
        for n in range(3)
    )
    story = "".join(f"<p>{paragraph}</p>" for paragraph in STORY)
    article = f"<article><h1>A</h1><ul>{slides}</ul>{story}</article>"
    page = f"<html><head><title>A</title></head><body>{article}</body></html>"

    assert text.plain(read(page.encode(), URL).body).strip().startswith(STORY[0])


@pytest.mark.parametrize("name", hostile.PAGES)
def test_hostile_pages_end(name: str) -> None:
    """Each hostile page is read or refused within 10 seconds of processor time, and without
    raising the recursion limit far."""
    page = hostile.PAGES[name].encode("utf-8", "replace")
    started = time.process_time()
    try:
        body_or_refusal = read(page, URL).body
    except NotAnArticle as error:
        body_or_refusal = error.kind

    assert body_or_refusal
    assert time.process_time() - started < 10
    assert sys.getrecursionlimit() <= 10_000


@pytest.mark.slow
def test_nearly_every_article_of_the_corpus_is_one(shared_folder: Path) -> None:
    """At most 3 % of the corpus pages, of which every eighth is read, are refused: all of them
    are articles."""
    pages = shared_folder / "corpus" / "pages"
    with gzip.open(pages / "manifest.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    rows = rows[::8]
    refused = 0
    for row in rows:
        with gzip.open(pages / row["file"]) as file:
            html = file.read()
        try:
            read(html, row["url"] or URL)
        except NotAnArticle:
            refused += 1

    assert refused <= 0.03 * len(rows)


@pytest.mark.parametrize(
    "picture", ["", "<figure><img src='/quay.jpg' width=800 height=500 alt='The quay'></figure>"]
)
def test_a_heading_is_cut_with_its_text_and_stays_above_a_lower_heading(
    picture: str,
) -> None:
    """If a promotion is cut as repeated, its heading is, too, but not a picture below it. "The
    bridge" stays, because a subsection with text follows."""

    def make_sectioned_page(promo: str) -> bytes:
        story = "".join(f"<p>{paragraph}</p>" for paragraph in STORY)
        section = "<h2>The bridge</h2><h3>Its pillars</h3>" + "".join(
            f"<p>A year later: {paragraph}</p>" for paragraph in STORY
        )
        article = f"<article><h1>The last ferry</h1>{story}{promo}{picture}{section}</article>"
        head = "<head><title>The last ferry</title></head>"
        return f"<html>{head}<body>{article}</body></html>".encode()

    promoted = make_sectioned_page(promo=f"<h3>Come to the festival</h3><p>{PROMO}</p>")
    story_digests = read(make_sectioned_page(promo=""), URL).blocks
    promo_digest = next(
        digest for digest in read(promoted, URL).blocks if digest not in story_digests
    )
    body = read(promoted, URL, repeated=frozenset({promo_digest})).body

    assert [line for line in body.splitlines() if line.startswith("#")] == [
        "## The bridge",
        "### Its pillars",
    ]
    assert ("quay.jpg" in body) == bool(picture)


def test_a_page_without_address_has_its_canonical_one() -> None:
    """A page that is read without an address gets its canonical one, and none if it states none."""
    canonical = b"<link rel='canonical' href='https://site.example/2026/story'>"
    page = make_page(*STORY).replace(b"<head>", b"<head>" + canonical)
    draft = read(page, url=None)

    assert draft.url == "https://site.example/2026/story"
    assert draft.aliases == ()
    assert draft.duplicate_of is None
    assert read(make_page(*STORY), url=None).url == ""
