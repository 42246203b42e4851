"""All metadata of our sample pages; values of entries; the trace."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from syndicator.core.model import Draft, Entry, Rules
from syndicator.reading.html.document import parse
from syndicator.reading.metadata.metadata import read_metadata

PAGES = Path(__file__).parent / "pages"
NAMES = sorted(path.stem for path in PAGES.glob("*.toml"))


def load_truth(name: str) -> dict[str, Any]:
    return tomllib.loads((PAGES / f"{name}.toml").read_text("utf-8"))


def read_sample(name: str) -> Draft:
    return read_metadata(parse((PAGES / f"{name}.html").read_bytes(), load_truth(name)["url"]))


def read_small_page(head: str = "", body: str = "", url: str = "https://paper.example/a") -> Draft:
    return read_metadata(
        parse(f"<html><head>{head}</head><body>{body}</body></html>".encode(), url)
    )


@pytest.mark.parametrize("name", NAMES)
def test_title(name: str) -> None:
    """The title of each sample page is the one in its `.toml` file."""
    assert read_sample(name).title == load_truth(name)["title"]


@pytest.mark.parametrize("name", NAMES)
def test_author(name: str) -> None:
    """The authors of each sample page are those in its `.toml` file, joined by commas."""
    assert (read_sample(name).author or "") == ", ".join(load_truth(name)["author"])


@pytest.mark.parametrize("name", NAMES)
def test_day_of_publication(name: str) -> None:
    """Each sample page has the day that its `.toml` file states, with a time zone, or no date."""
    published = read_sample(name).published
    stated_day = load_truth(name)["date"]

    if published:
        assert published.date().isoformat() == stated_day
        assert published.tzinfo is not None
    else:
        assert stated_day == ""


@pytest.mark.parametrize("name", NAMES)
def test_cover(name: str) -> None:
    """The cover of each sample page is the one in its `.toml` file, or none."""
    assert (read_sample(name).cover or "") == load_truth(name)["image"]


def _normalise_blanks(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("name", NAMES)
def test_language_and_charset(name: str) -> None:
    """Each sample page has the stated language and is decoded well enough to contain the
    expected texts."""
    truth = load_truth(name)
    page = parse((PAGES / f"{name}.html").read_bytes(), truth["url"])

    assert page.language == truth["language"]

    page_text = _normalise_blanks("".join(page.tree.itertext()))

    for expected in truth["must_have"]:
        assert _normalise_blanks(expected) in page_text


@pytest.mark.parametrize("name", NAMES)
def test_nothing_of_the_surroundings(name: str) -> None:
    """Title, author and cover of each sample page contain none of the texts around the article
    that its `.toml` file lists as `must_not`."""
    sample = read_sample(name)
    metadata = f"{sample.title} {sample.author} {sample.cover}"

    assert [unwanted for unwanted in load_truth(name)["must_not"] if unwanted in metadata] == []


def test_at_least_twenty_pages_in_six_languages() -> None:
    """The samples stay varied: at least 20 pages in 6 languages."""
    assert len(NAMES) >= 20
    assert len({load_truth(name)["language"][:2] for name in NAMES}) >= 6


def make_entry(**fields: Any) -> Entry:
    return Entry(id="1", **fields)


PAGE = (
    b'<html lang="en"><head><title>Boats | Paper</title><meta property="og:site_name"'
    b' content="Paper"><meta name="author" content="Ann Other"><meta'
    b' property="article:published_time"'
    b' content="2020-01-02T03:04:05Z"></head><body><h1>Boats</h1><p>Text.</p></body></html>'
)


def test_a_sane_entry_outranks_the_page() -> None:
    """Title, author and date of the feed's entry win over those that the page states ("Boats",
    Ann Other, 2 January 2020), with markup removed from the title."""
    announced = make_entry(
        title="Boats &amp; <b>tides</b>",
        authors=("Bo Sailor",),
        published=datetime(2020, 1, 1, tzinfo=UTC),
    )
    draft = read_metadata(parse(PAGE, "https://paper.example/boats"), entry=announced)

    assert draft.title == "Boats & tides"
    assert draft.author == "Bo Sailor"
    assert draft.published == datetime(2020, 1, 1, tzinfo=UTC)
    assert draft.trace["title"]["from"] == "entry"


def test_an_empty_entry_changes_no_field_of_the_page() -> None:
    """An entry that names only the site ("Paper") as title and author, with the date 1970, says
    nothing: the values that the page states stay."""
    announced = make_entry(
        title="Paper",
        authors=("desk@paper.example", "Paper"),
        published=datetime(1970, 1, 1, tzinfo=UTC),
    )
    draft = read_metadata(parse(PAGE, "https://paper.example/boats"), entry=announced)

    assert draft.title == "Boats"
    assert draft.author == "Ann Other"
    assert draft.published == datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_the_operator_s_suffix_is_cut() -> None:
    """The suffix that the operator configured is cut from the title."""
    page = parse(b"<title>Boats - all the tides</title><p>Text.</p>", "https://paper.example/boats")
    assert read_metadata(page, rules=Rules(title_suffix=" - all the tides")).title == "Boats"


def test_a_page_without_metadata_has_none() -> None:
    """A page that states nothing about itself gets empty values, never guesses."""
    draft = read_small_page(body="<p>Only text.</p>")

    assert draft.title == ""
    assert draft.author is None
    assert draft.published is None
    assert draft.cover is None
    assert draft.description == ""
    assert draft.keywords == ()
    assert draft.section == ""
    assert draft.sitename == ""


def test_keywords_section_and_description_of_the_publisher() -> None:
    """Description, keywords (each once), section and rules for robots are read from the head."""
    head = (
        '<meta name="description" content="A short one."><meta name="keywords" content="boats,'
        ' tides,boats"><meta property="article:section" content="Sea"><meta property="og:site_name"'
        ' content="Paper"><meta name="robots" content="NoSnippet, max-snippet: 50">'
    )
    draft = read_small_page(head)

    assert draft.description == "A short one."
    assert draft.keywords == ("boats", "tides")
    assert draft.section == "Sea"
    assert draft.robots == ("nosnippet", "max-snippet:50")


def test_the_trace_names_the_chosen_and_the_considered_candidates() -> None:
    """The trace names where a value came from and which other candidates there were."""
    trace = read_sample("wordpress_en").trace

    assert trace["author"]["from"] == "json-ld"
    assert "h1: The Last Ferry Leaves Without a Farewell" in trace["title"]["candidates"]
    assert set(trace) == {"title", "author", "published", "updated", "cover"}
