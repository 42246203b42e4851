"""Choose the title of a page and remove the site's name and kickers."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.core.model import Entry, Rules
from syndicator.reading.html.document import parse
from syndicator.reading.metadata import title
from syndicator.reading.metadata.title import SiteTitle

URL = "https://www.harbourpost.example/2024/last-ferry"


def read_title(
    html: str, site: str = "", url: str = URL, entry: Entry | None = None, rules: Rules = Rules()
) -> str:
    return (
        title.choose_title(parse(f"<html>{html}</html>".encode(), url), site, entry, rules).value
        or ""
    )


CASES = tomllib.loads(Path(__file__).with_name("titles.toml").read_text("utf-8"))["case"]


@pytest.mark.parametrize("case", CASES, ids=[case["rule"] for case in CASES])
def test_the_policy(case: dict[str, str]) -> None:
    """Each case of `titles.toml` states a page of the Harbour Post and its title; that title is
    chosen."""
    assert read_title(case["page"], "The Harbour Post") == case["title"]


@pytest.mark.parametrize(
    ("stated", "wanted"),
    [
        ("The Last Ferry | Harbour Post", "The Last Ferry"),
        ("The Last Ferry — harbourpost.example", "The Last Ferry"),
        ("harbourpost.example The Last Ferry", "The Last Ferry"),
        ("The Harbour Post » The Last Ferry", "The Last Ferry"),
        ("Boats: a history", "Boats: a history"),
    ],
)
def test_the_site_s_name_is_cut_from_a_title(stated: str, wanted: str) -> None:
    """The site's name or domain is cut from either end of a title; a colon of the title itself
    stays."""
    assert read_title(f"<title>{stated}</title><p>x", "The Harbour Post") == wanted


@pytest.mark.parametrize(
    ("stated", "wanted"),
    [
        (
            "Le maire refuse « la dernière traversée » | The Harbour Post",
            "Le maire refuse « la dernière traversée »",
        ),
        ("« La mer est vide »", "« La mer est vide »"),
        ("«Hafen» wird «Haven»: ein Streit - The Harbour Post", "«Hafen» wird «Haven»: ein Streit"),
        ("»Die letzte Fähre« läuft aus – The Harbour Post", "»Die letzte Fähre« läuft aus"),
        ("The Last Ferry »", "The Last Ferry"),
    ],
)
def test_quotation_marks_stay_whole(stated: str, wanted: str) -> None:
    """« and » are not cut as separators if they quote; a lone » at the end is."""
    assert read_title(f"<title>{stated}</title><p>x", "The Harbour Post") == wanted


def test_a_heading_in_quotation_marks_stays_whole() -> None:
    """The heading with quotation marks wins over the title without them."""
    page = "<title>La mer est vide</title><h1>« La mer est vide »</h1>"
    assert read_title(page) == "« La mer est vide »"


def test_a_head_cut_at_a_quotation_mark_does_not_cut_the_heading() -> None:
    """If the head's title breaks off at a quotation mark, the whole heading is taken."""
    html = (
        '<meta property="og:title" content="Captain calls the rival ">'
        '<h2>Captain calls the rival "unfit"</h2>'
    )
    assert read_title(html) == 'Captain calls the rival "unfit"'


def test_the_first_of_two_stated_titles_counts() -> None:
    """Of two `og:title`, each of which a heading repeats, the first one is the title; the second
    is a generic word."""
    head = (
        '<meta property="og:title" content="Ferries and their bells">'
        '<meta property="og:title" content="Forum">'
    )
    headings = "<h1>Forum</h1><h1>Ferries and their bells</h1>"

    assert read_title(head + headings) == "Ferries and their bells"


def test_an_h1_in_the_url_beats_one_that_a_head_half_repeats() -> None:
    """Of two headings, the one that the address repeats is the title, although `<title>` is more
    like the other one."""
    html = (
        "<title>Where to Row in Quayport</title>"
        "<h1>The Best Rowing Spots in Quayport</h1>"
        "<h1>Where to Eat and Row</h1>"
    )
    address = "https://paper.example/best-rowing-spots-quayport"

    assert read_title(html, url=address) == "The Best Rowing Spots in Quayport"


def test_a_title_that_has_the_host_s_name_in_it_is_no_name_of_the_site() -> None:
    """Part of a title that contains a word of the host name ("astronomy") is not cut as the
    site's name."""
    page = "<title>New to Astronomy – Which telescope?</title>"
    title_text = read_title(page, url="https://forum.astronomy.example/t/1")

    assert title_text == "New to Astronomy – Which telescope?"


def test_an_issue_that_bears_the_site_s_name_has_a_title() -> None:
    """The site's name with an issue number is a title; the name alone is none."""

    def read(stated: str) -> str:
        return read_title(f"<title>{stated}</title><p>x", site="Harbour Post")

    assert read("Harbour Post 02/2022") == "Harbour Post 02/2022"
    assert read("HarbourPost 13") == "HarbourPost 13"
    assert read("Harbour Post") == ""


def test_an_h1_that_agrees_wins_over_the_head() -> None:
    """A longer `<h1>` that contains the words of the head's title is what readers see, and wins."""
    head = (
        "<title>Last ferry: what now?</title>"
        '<meta property="og:title" content="Last ferry: what now?">'
    )
    heading = "<h1>The last ferry has left: what now for the island?</h1>"

    assert read_title(head + heading) == "The last ferry has left: what now for the island?"


def test_an_h1_that_is_the_site_s_logo_loses() -> None:
    """An `<h1>` that links to the front page with the site's name is a logo, not a title."""
    html = (
        "<title>Small oars - Rowing Notes</title>"
        '<h1 class="logo"><a href="/">Rowing Notes</a></h1>'
        "<h2>Small oars</h2>"
    )
    assert read_title(html) == "Small oars"


def test_an_h1_that_the_url_spells_wins_over_a_lower_heading_that_the_head_has() -> None:
    """If the address spells the `<h1>`, that is the title; if it does not, the heading that
    equals `<title>` is."""
    html = (
        "<title>What is a ferry?</title>"
        "<h1>An introduction to island ferries: what to know</h1>"
        "<h2>What is a ferry?</h2>"
    )
    address_like_the_h1 = "https://paper.example/introduction-to-island-ferries"

    assert (
        read_title(html, url=address_like_the_h1)
        == "An introduction to island ferries: what to know"
    )
    assert read_title(html, url="https://paper.example/p/17") == "What is a ferry?"


def test_an_h1_that_begins_a_head_without_blanks_between_words() -> None:
    """In a script without blanks, such as Japanese, what `<title>` has behind the words of the
    `<h1>` is cut: it is the site's name."""
    headline = "連休における船の運航に関する注意喚起"
    site = "港 独立行政法人 船舶機構"

    assert read_title(f"<title>{headline}：{site}</title><h1>{headline}</h1>") == headline


def test_code_is_left_whole() -> None:
    """The `::` inside of a name from code is not taken for a separator."""
    page = "<title>Ferry::Deck::Rail - Docs</title><h1>Ferry::Deck::Rail</h1>"
    assert read_title(page) == "Ferry::Deck::Rail"


def test_a_head_of_many_sentences_is_no_title() -> None:
    """If the head repeats a whole post as its title, the heading is taken; it is, too, if the
    class of its element has words such as `brand`, which may mark a logo."""
    post = "I go by boat. It is slow. It is kind. It takes a day. I like it."
    head = f'<title>{post}</title><meta property="og:title" content="{post}">'
    heading = '<article class="hentry tag-island-brand tag-boats"><h1>Slow boats</h1>'

    assert read_title(head + heading) == "Slow boats"


def test_a_lone_h1_wins_when_it_shares_a_word() -> None:
    """A single `<h1>` is preferred to `<title>` if they share a word ("ferry"); "0 Comments"
    shares none."""
    head = "<title>Ferry maintenance checklist</title>"

    assert (
        read_title(head + "<h1>How to keep a ferry running</h1>") == "How to keep a ferry running"
    )
    assert read_title(head + "<h1>0 Comments</h1>") == "Ferry maintenance checklist"


def test_words_run_together_in_the_heading_are_spelt_as_in_the_head() -> None:
    """Markup may join words of the heading; the head's title shows where the blank belongs."""
    page = "<title>End-to-End Ferries</title><h1>End-to-End<span>Ferries</span></h1>"
    assert read_title(page) == "End-to-End Ferries"


def test_the_title_of_the_entry_comes_first() -> None:
    """The feed's title wins, unless it is empty, cut off with "…" or only the site's name."""
    own_title = "The Last Ferry Leaves Without a Farewell"
    page = f"<title>{own_title}</title><h1>{own_title}</h1>"

    def read_with_title_of_entry(title: str) -> str:
        return read_title(page, site="Harbour Post", entry=Entry(id="1", title=title))

    assert read_with_title_of_entry("Ferry &#8211; gone") == "Ferry – gone"
    assert read_with_title_of_entry("The Last Ferry Leaves…") == own_title
    assert read_with_title_of_entry("Harbour Post") == own_title
    assert read_with_title_of_entry(" ") == own_title


def test_the_operator_s_suffix() -> None:
    """The suffix that the operator configured is cut from the title, with its brackets."""
    rules = Rules(title_suffix=" (all editions)")
    assert read_title("<title>Ferry gone (all editions)</title>", rules=rules) == "Ferry gone"


@given(
    headline=st.text(max_size=80),
    separator=st.sampled_from([" | ", " - ", ": ", " » ", " :: "]),
    suffix=st.text(max_size=40),
)
def test_any_title_can_be_cut(headline: str, separator: str, suffix: str) -> None:
    """Removing the site's name from any title never raises, and does not lengthen it, except by
    Unicode normalisation (NFC), which may make it four times as long."""
    site = SiteTitle(URL, ("The Harbour Post",))
    title_text = headline + separator + suffix
    cut = site.remove_site_name(title_text)

    assert len(cut) <= len(title_text) * 4
    assert site.may_be_title(cut) in (True, False)


def test_long_titles_end() -> None:
    """Titles of 400,000 characters are handled, and the result has at most 300."""
    long_title = f"<title>{'a - ' * 100_000}</title>"
    long_meta = f"<meta property='og:title' content='{'b | ' * 100_000}'>"

    assert len(read_title(long_title + long_meta + "<h1>x y</h1>")) <= 300
