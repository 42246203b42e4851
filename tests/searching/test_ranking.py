"""The order of search results."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from syndicator.core.model import Article, Origin
from syndicator.searching.documents import Document, TermTexts, make_document
from syndicator.searching.language import And, Term, parse_search
from syndicator.searching.matching import is_match_with_texts
from syndicator.searching.ranking import (
    MOST_WORDS,
    Candidate,
    Frequencies,
    choose_words,
    list_misspellings,
    plan_search,
    rank_candidates,
    require_most,
)

NOW = datetime(2026, 11, 24, tzinfo=UTC)
FILLER = " ".join(f"filler{number}" for number in range(300))


def make_candidate(id: str, title: str, body: str = "", added: int = 0, **more: str) -> Candidate:
    article = Article(
        id=id,
        url=f"https://a.example/{id}",
        title=title,
        excerpt=more.get("excerpt", ""),
        author=more.get("author"),
        origin=Origin(title="The Ledger"),
        added=NOW,
    )
    return Candidate(id=id, added=added, document=make_document(article, f"{body} {FILLER}"))


def list_ranked(search: str, *candidates: Candidate, **counts: int) -> list[str]:
    words = plan_search(parse_search(search)).words
    frequencies = Frequencies(total=1000, terms={word: counts.get(word, 10) for word in words})
    return [candidate.id for candidate in rank_candidates(words, candidates, frequencies)]


@pytest.mark.parametrize(
    ("search", "first", "second"),
    [
        pytest.param(
            "best books 2025",
            make_candidate("1", "The best books of 2025"),
            make_candidate("2", "A year in reading", "best books 2025 " * 3, added=9),
            id="title before text",
        ),
        pytest.param(
            "ferry",
            make_candidate("1", "Notes", "ferry ferry ferry ferry"),
            make_candidate("2", "Notes", "ferry", added=9),
            id="often before once",
        ),
        pytest.param(
            "quiet harbour",
            make_candidate("1", "Notes", f"quiet harbour {FILLER}"),
            make_candidate("2", "Notes", f"quiet {FILLER} harbour", added=9),
            id="near before far",
        ),
        pytest.param(
            "quiet harbour",
            make_candidate("1", "Notes", f"quiet old harbour {FILLER}"),
            make_candidate("2", "Notes", f"quiet {FILLER} harbour", added=9),
            id="near and not in a row before far",
        ),
        pytest.param(
            "quiet harbour",
            make_candidate("1", "The quiet harbour"),
            make_candidate("2", "The harbour so quiet", added=9),
            id="in a row before near",
        ),
        pytest.param(
            "quiet harbour",
            make_candidate("1", "Quiet harbour"),
            make_candidate("2", "One quiet harbour", excerpt="Quiet harbour", added=9),
            id="the whole title before a part",
        ),
        pytest.param(
            "ferry bridge tide",
            make_candidate("1", "Notes", f"ferry {FILLER} bridge {FILLER} tide"),
            make_candidate("2", "Ferry and bridge", added=9),
            id="all words before most",
        ),
        pytest.param(
            "ferry",
            make_candidate("1", "Notes", "ferry", added=9),
            make_candidate("2", "Notes", "ferry"),
            id="newer before older among equals",
        ),
        pytest.param(
            "doe",
            make_candidate("1", "Notes", author="Jane Doe"),
            make_candidate("2", "Notes", "doe", added=9),
            id="a name before text",
        ),
    ],
)
def test_the_better_article_is_first(search: str, first: Candidate, second: Candidate) -> None:
    """Of each pair the article that matches better comes first, even if the other was added
    later (`added=9`; else 0). A candidate has an id, a title and a text; FILLER is 300 other words.
    The id of a case says why the first is better."""
    assert list_ranked(search, second, first) == [first.id, second.id]


def test_a_rare_word_counts_for_more() -> None:
    """Each article has two of the three words; the one with the rare "zebra" beats the newer one
    with the common "bridge"."""
    with_rare_word = make_candidate("1", "Zebra and ferry")
    newer = make_candidate("2", "Bridge and ferry", added=9)
    # numbers of the 1,000 articles with each word
    ranked = list_ranked("ferry zebra bridge", newer, with_rare_word, zebra=2, bridge=900)
    assert ranked == ["1", "2"]


def test_half_of_the_words_are_not_most() -> None:
    """An article is found if it has more than half of the words: one of two or two of four are
    too few, two of three are enough."""
    with_one_word = make_candidate("1", title="Ferry")
    with_two_words = make_candidate("2", title="Ferry bridge")

    assert list_ranked("ferry bridge", with_one_word) == []
    assert list_ranked("ferry bridge tide storm", with_two_words) == []
    assert list_ranked("ferry bridge tide", with_two_words) == ["2"]


def test_phrases_and_fields_must_match_and_words_rank() -> None:
    """Phrases, fields and `not` are conditions (`exact`); only the loose words and those of the
    field `words`, by their stems, rank the results."""
    search = plan_search(parse_search('ferry "quiet harbour" tag:ai words:tides not storm'))

    assert search.words == ("ferry", "tide")
    assert isinstance(search.exact, And)
    # the phrase, which is of no field; the tag; `not storm` follows
    assert search.exact.parts[:2] == (Term("", "quiet harbour"), Term("tag", "ai"))


@pytest.mark.parametrize(
    ("query", "is_matching"),
    [
        ('"quiet harbour"', True),
        ('"harbour quiet"', False),
        ('"quiet harbours"', True),
        ("words:harbour-quiet", True),
        ('"東京で"', True),
        ('"で東京"', False),
    ],
)
def test_texts_of_terms_are_matched(query: str, is_matching: bool) -> None:
    """Queries match the document's words, which are stems ("harbours" too); phrases only in order,
    also in Japanese, which has no blanks; `words:` in any order."""
    document = make_document(Article(id="1", url="", title="A quiet harbour"), "これは東京です")

    assert document.title == " quiet harbour "

    # the article has no text of its own: only the document can match
    empty_article = Article(id="", url="", title="")
    found = is_match_with_texts(parse_search(query), empty_article, TermTexts(document))

    assert found is is_matching


def test_the_rarest_words_rank() -> None:
    """Of twelve words the rarest `MOST_WORDS` rank, and most of them are required; two words
    alone need no such conditions. `require_most` returns sets of words: an article that has all
    words of one set has enough."""
    search = plan_search(parse_search(" ".join(f"w{number}" for number in range(12))))
    # each word is rarer than the one before
    counts = {word: 100 - number for number, word in enumerate(search.words)}
    chosen = choose_words(search, Frequencies(total=1000, terms=counts))

    assert chosen == search.words[-MOST_WORDS:]
    assert require_most(chosen[:2], Frequencies(total=9, terms={})) == []
    assert all(len(some) > 4 for some in require_most(chosen, Frequencies(total=9, terms=counts)))


def test_a_word_with_a_wrong_letter() -> None:
    """A misspelling may add, drop, swap or change a letter; short words and scripts without an
    alphabet have none."""
    misspellings = set(list_misspellings("harbor"))

    assert "harbour" in misspellings  # u is added
    assert "harborz" in misspellings  # z is added
    assert "haror" in misspellings  # b is dropped
    assert "hrabor" in misspellings  # a and r are swapped
    assert "garbor" in misspellings  # h is changed
    assert "harbor" not in misspellings

    assert list_misspellings("bear") == []
    assert list_misspellings("人工知能人工") == []


def test_a_document_is_packed_whole() -> None:
    """A packed document is unpacked with all of its tokens, also an empty one."""
    document = make_document(
        Article(id="1", url="", title="Ünder 人工", tags=("C++",), language="de"), ""
    )

    assert Document.unpack(document.pack()) == document
    assert "§tag-c-plus-plus" in document.tokens  # the mark of a field
    assert "¶under" in document.tokens  # the mark of a word of the title
    assert Document.unpack(Document().pack()) == Document()
