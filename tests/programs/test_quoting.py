"""How articles are quoted to programs."""

from __future__ import annotations

import unicodedata
from dataclasses import asdict
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from syndicator.core.model import Article, Source
from syndicator.programs.permission import Permission
from syndicator.programs.quoting import TEXT_CHARACTERS, clean_text, quote_article
from syndicator.publishing.render.view import View, make_view
from tests.instances import NOW

LICENCE = "https://creativecommons.org/licenses/by/4.0/"


def make_sample(**fields: object) -> View:
    fields = {"source_key": "one", "title": "A ferry", "added": NOW, **fields}
    article = Article(id="a", url="https://one.example/a", **fields)  # type: ignore[arg-type]
    source = Source(key="one", url="https://one.example/feed", title="One", content="full")
    return make_view(article, source, UUID(int=0), None, "")


def test_a_quote_has_address_source_date_and_licence() -> None:
    """What a program gets has address, source, date and licence; all texts of others are in
    `untrusted`."""
    sample = make_sample(rights=(f"licence: {LICENCE} (rel-license, page)",), excerpt="It waits.")
    quote = quote_article(sample, Permission("full"), "The text.")

    assert quote.address == "https://one.example/a"
    assert quote.source_key == "one"
    assert quote.published == "2026-03-10T12:00:00Z"
    assert quote.licence == LICENCE
    assert quote.untrusted.source == "One"
    assert quote.untrusted.excerpt == "It waits."
    assert quote.untrusted.text == "The text."


def test_text_that_may_not_be_read_is_not_quoted_whoever_asks_for_it() -> None:
    """Without permission the quote is empty and names the reason."""
    quote = quote_article(make_sample(), Permission("excerpt", ("noarchive",)), "The text.")
    assert quote.untrusted.text == ""
    assert quote.withheld_because == ("noarchive",)


def test_what_publishers_wrote_stands_under_untrusted_alone() -> None:
    """All text of publishers is inside `untrusted`."""
    sample = make_sample(
        excerpt="publishers words", author="publishers words", tags=("publishers words",)
    )
    quote = asdict(quote_article(sample, Permission("full"), "publishers words"))
    quote.pop("untrusted")

    assert "publishers words" not in repr(quote)


def test_fields_have_bounds() -> None:
    """Each field of a quote is cut, so that no article can fill the memory of a program."""
    long = "x" * 1_000_000
    sample = make_sample(excerpt=long, tags=tuple(f"{n}{long}" for n in range(50)), author=long)
    quote = quote_article(sample, Permission("full"), long)

    assert len(repr(quote)) < TEXT_CHARACTERS + 10_000


@given(st.text())
def test_a_text_has_no_character_that_nobody_sees(text: str) -> None:
    """Invisible characters, which can hide instructions, are removed from any text."""
    cleaned = clean_text(f"{text}\u202eab\U000e0041c\u200b", 10_000)

    assert "abc" in cleaned

    unseen = [
        letter
        for letter in cleaned
        if unicodedata.category(letter) == "Cf" and letter in "\u202e\u200b\U000e0041\u2066\ufeff"
    ]

    assert unseen == []
