"""The terms under which a text is found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.core.text import each_term


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Robots lift a box", {"robot", "lift", "box"}),
        ("Café ÉCLAIR über Straße", {"cafe", "eclair", "uber", "strasse"}),
        ("GPT-4o, C++ & R", {"gpt", "4o"}),
        ("in 5 days", {"in", "5", "day"}),
        ("glass bus gas", {"glass", "bus", "gas"}),
        ("人工知能の今", {"人工", "工知", "知能", "能の", "の今"}),
        ("AI新聞 X", {"ai", "新聞"}),
        ("犬", {"犬"}),
        ("서울 시장", {"서울", "시장"}),
        ("ภาษาไทย", {"ภา", "าษ", "ษา", "าไ", "ไท", "ทย"}),
        ("Москва ёлка", {"москва", "елка"}),
        ("हिन्दी में", {"हिन्दी", "में"}),
        ("Ｆｕｌｌ ﬁne", {"full", "fine"}),
        ("ΣΟΦΟΣ", {"σοφοσ"}),
        ("", set()),
    ],
)
def test_the_terms_of_a_text(text: str, expected: set[str]) -> None:
    """Words become search terms in lower case, without accents and simple plurals; Chinese,
    Japanese and Thai text becomes pairs of characters."""
    assert set(each_term(text)) == expected


@given(st.text())
def test_a_term_is_found_by_itself_and_holds_nothing_that_files_use(text: str) -> None:
    """No term contains a space, line feed or comma, which separate the fields of search files, or
    more than 66 characters."""
    for term in each_term(text):
        assert not {" ", "\n", ","} & set(term)
        assert len(term) <= 66


@given(st.text(st.characters(max_codepoint=127)))
def test_text_beside_other_scripts_has_the_same_terms(text: str) -> None:
    """ASCII text has the same terms with and without a Chinese word after it, though ASCII alone
    may be split by a faster way."""
    terms_of_ascii = list(each_term(text))
    terms_with_chinese = list(each_term(f"{text} 犬"))

    assert terms_with_chinese == [*terms_of_ascii, "犬"]
