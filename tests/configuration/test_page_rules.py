"""CSS selectors in rules: what they match, and messages for invalid ones."""

from __future__ import annotations

import pytest
from lxml import html

from syndicator.configuration import page_rules
from syndicator.core.errors import RulesError

TREE = html.fromstring(
    "<html><head><meta name=a content=b></head><body><p class=x>One</p><p>Two</p></body></html>"
)


@pytest.mark.parametrize(
    ("written", "css", "attribute"),
    [
        ("p.x", "p.x", ""),
        ("meta[name=a]@content", "meta[name=a]", "content"),
        ("meta[name=a]::attr(content)", "meta[name=a]", "content"),
        ("time::attr( datetime ) ", "time", "datetime"),
        ("img@data-src", "img", "data-src"),
        ("a[href*='@b']", "a[href*='@b']", ""),
    ],
)
def test_a_selector_may_end_in_an_attribute(written: str, css: str, attribute: str) -> None:
    """A selector may end in an attribute, as `@name` or `::attr(name)`; an `@` inside quotes
    belongs to the CSS."""
    assert page_rules.split_selector(written) == (css, attribute)
    page_rules.compile_css(css)


def test_matches_are_in_the_order_of_the_page() -> None:
    """Elements that a selector matches come in the order of the page, also for selectors with an
    attribute."""
    assert [element.text for element in page_rules.select_elements(TREE, "p")] == ["One", "Two"]
    assert page_rules.select_elements(TREE, "meta[name=a]@content")[0].get("content") == "b"


@pytest.mark.parametrize(
    ("written", "cure"),
    [
        ("div[[", "unclosed bracket [; write div[class=x]"),
        ("div[class=x", "unclosed bracket [; write div[class=x]"),
        ("p:not(.a", "unclosed bracket (; write div:not(.x)"),
        ("div]", "] closes no bracket"),
        ("p[a='x]", "quotation mark"),
        ("//div", "XPath"),
        (".3col", "[class~='3col']"),
        ("p::text", "attribute"),
        ("a:any-link", "pseudo-class"),
        ("ns|p", "namespaces"),
        ("div >", "at its end"),
        ("", "at its end"),
        ("div{color: red}", "write it like div.promo"),
    ],
)
def test_what_is_no_css_is_named_with_its_cure(written: str, cure: str) -> None:
    """An invalid selector raises with the selector and a hint."""
    with pytest.raises(RulesError) as raised:
        page_rules.compile_css(written)
    assert cure in str(raised.value)
    assert repr(written) in str(raised.value)
