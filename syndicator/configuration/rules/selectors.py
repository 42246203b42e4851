"""The selectors of an operator's rules: CSS (Selectors Level 3), and CSS with the attribute whose value is meant, as
Scrapy writes it, `meta[name=author]::attr(content)`, or shorter, `meta[name=author]@content`. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from syndicator.core.errors import RulesError

_ATTRIBUTE = re.compile(r"(?:::attr\(\s*(?P<long>[\w:.-]+)\s*\)|@(?P<short>[\w:.-]+))\s*$")
_BRACKETS = (("[", "]", "div[class=x]"), ("(", ")", "div:not(.x)"))
_CURES = (  # what is wrong with what is no CSS, the first that is found in it
    (r"^\s*\.?/", "this is XPath; write CSS such as div.promo"),
    (r"[{};]", "only the selector is wanted, without { and }; write it like div.promo"),
    (r"@|::", "only author, date, title, cover and links take an attribute (::attr(name) or @name), at the end"),
    (r"\.\d", "a class that begins with a digit is written [class~='3col']"),
    (r":", "a pseudo-class that is not known here; :not(), :has(), :is(), :nth-child(2) and :first-child are"),
    (r"\|", "namespaces are not known here; write the name alone"),
    (r"(^|[,>+~.#])\s*$", "nothing stands at its end; write it like article > .text, or take the end off"),
    (r"", "write it like div.promo or article > .text"),
)


def matched(tree: Any, selector: str) -> list[Any]:
    """The elements of `tree` that the CSS in `selector` matches, in their order. Raises RulesError for what is no
    CSS."""
    found: list[Any] = compiled(split(selector)[0])(tree)
    return found


def split(selector: str) -> tuple[str, str]:
    """The CSS in `selector`, and the attribute that it names, "" where it means the element's text."""
    found = _ATTRIBUTE.search(selector)
    return (selector[: found.start()], found["long"] or found["short"]) if found else (selector, "")


@lru_cache(maxsize=512)
def compiled(css: str) -> Any:
    """`css` as a function from a tree to its elements. Raises RulesError that says what is wrong and how to write
    it."""
    from cssselect import SelectorError
    from lxml.cssselect import CSSSelector
    from lxml.etree import LxmlError
    from lxml.html import Element

    try:
        made = CSSSelector(css, translator="html")
        made(Element("html"))  # some of what cannot be followed is only seen then, such as a namespace
    except (SelectorError, LxmlError, ValueError) as error:
        raise RulesError(f"{css!r} is no CSS selector that can be followed: {_cure(css)}") from error
    return made


def _cure(css: str) -> str:
    """What is wrong with `css`, which is no selector, and how it is written."""
    bare = re.sub(r"\"[^\"]*\"|'[^']*'", "", css)
    if "'" in bare or '"' in bare:
        return "a quotation mark is never closed; write a[href='x']"
    for opening, closing, example in _BRACKETS:
        if bare.count(opening) > bare.count(closing):
            return f"unclosed bracket {opening}; write {example}"
        if bare.count(opening) < bare.count(closing):
            return f"{closing} closes no bracket; write {example}"
    return next(cure for pattern, cure in _CURES if re.search(pattern, bare))
