"""Numbers by value, names by their capitals."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.describing.llm.facts import numbers, unknown_name, unknown_number


@pytest.mark.parametrize(
    ("text", "language", "values"),
    [
        ("1,000 or 1000", "en", ["1000", "1000"]),
        ("1.000 or 1,5", "de", ["1000", "1.5"]),
        ("1.5 and 1,234.50", "en", ["1.5", "1234.5"]),
        ("1.234,50", "de", ["1234.5"]),
        ("1.234,50", "en", ["1234.5"]),
        ("12 000 and 7 000 000", "fr", ["12000", "7000000"]),
        ("12\u202f000", "fr", ["12000"]),
        ("1’234’567", "de", ["1234567"]),
        ("12,34,567", "en", ["1234567"]),
        ("007 and 0.50", "en", ["7", "0.5"]),
        ("in 2024 300 people", "en", ["2024", "300"]),
        ("١٢٣", "ar", ["123"]),
        ("GPT-4o, 10-20, 10:30", "en", ["4", "10", "20", "10", "30"]),
        ("24.11.2026 and 3.11.2", "en", ["24.11.2026", "3.11.2"]),
    ],
)
def test_values(text: str, language: str, values: list[str]) -> None:
    from syndicator.describing.llm.material import visible

    found = [number.value for number in numbers(visible(text), language)]
    assert found == [value if value.count(".") > 1 else Decimal(value) for value in values]


@pytest.mark.parametrize(
    ("excerpt", "article", "language", "unknown"),
    [
        ("It has 40,000 users.", "It has 40000 users.", "en", ""),
        ("It has 40 million users.", "It has 40,000,000 users.", "en", ""),
        ("It has 40 million users.", "It raised $40M.", "en", ""),
        ("It has 40 users.", "It has 40 million users.", "en", ""),
        ("It has 40 million users.", "It has 40 users.", "en", "40"),
        ("It has 40 million users.", "It has 40 billion users.", "en", "40"),
        ("Es kostet 3 Mrd. Euro.", "Es kostet 3 Milliarden Euro.", "de", ""),
        ("Es kostet 3 Millionen Euro.", "Es kostet 3 Milliarden Euro.", "de", "3"),
        ("On 24 November it opened.", "It opened on 24.11.2026.", "en", ""),
        ("Version 3.12 is out.", "Version 3.11 is out.", "en", "3.12"),
        ("It grew by 5%.", "It grew by 5 percent.", "en", ""),
        ("It is 1,000 m long.", "It is 1 m long.", "en", "1,000"),
        ("No number at all.", "None.", "en", ""),
    ],
)
def test_unknown_numbers(excerpt: str, article: str, language: str, unknown: str) -> None:
    assert unknown_number(excerpt, article, language) == unknown


@pytest.mark.parametrize(
    ("excerpt", "article", "language", "unknown"),
    [
        ("Coca-Cola grew.", "Coca Cola grew.", "en", ""),
        ("Coca Cola grew.", "Coca-Cola grew.", "en", ""),
        ("The e-Mail service grew.", "The eMail service grew.", "en", ""),
        ("The plans of Apple.", "Apple's plans.", "en", ""),
        ("Apple’s plans.", "The plans of Apple.", "en", ""),
        ("The U.S. pays.", "The US pays.", "en", ""),
        ("An LLM answers.", "LLMs answer.", "en", ""),
        ("We use OpenAI here.", "We use Openai here.", "en", "OpenAI"),
        ("We met Musk.", "We met tim and the musk ox.", "en", "Musk"),
        ("Musk is heavy.", "There is musk in it.", "en", ""),
        ("Survivors tell.", "They survived and tell.", "en", ""),
        ("Zorblax tells.", "They tell.", "en", "Zorblax"),
        ("It ended. Zorblax tells.", "They tell how it ended.", "en", "Zorblax"),
        ("It ended. “Zorblax” tells.", "They tell how it ended.", "en", "Zorblax"),
        ("I think so, and I know.", "They think.", "en", ""),
        ("Staff of IT left.", "It left, staff says.", "en", "IT"),
        ("Он встретил Петрова.", "Его встретил Петров.", "ru", "Петрова"),
        ("Ο Νίκος μίλησε.", "Μίλησε ο Γιάννης.", "el", "Νίκος"),
        ("新しいスマートフォンが出た。", "新しいスマートフォンの話。", "ja", ""),
        ("新しいマイクロソフトが出た。", "新しいスマートフォンの話。", "ja", "マイクロソフト"),
    ],
)
def test_unknown_names(excerpt: str, article: str, language: str, unknown: str) -> None:
    assert unknown_name(excerpt, article, language) == unknown


@given(st.text(max_size=200), st.sampled_from(["en", "de", "ru", "zh", None]))
def test_a_text_knows_all_that_it_says(text: str, language: str | None) -> None:
    assert unknown_number(text, text, language) == ""
    assert unknown_name(text, text, language) == ""


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_numbers_are_the_same_in_every_spelling_and_in_no_other(one: int, other: int) -> None:
    spellings = [f"{one}", f"{one:,}", f"{one:,}".replace(",", " "), f"{one:,}".replace(",", "’")]
    for spelling in spellings:
        assert unknown_number(f"It has {spelling} parts.", f"There are {one} of them.", "en") == ""
    unknown = unknown_number(f"It has {other:,} parts.", f"There are {one} of them.", "en")
    assert bool(unknown) == (one != other)
