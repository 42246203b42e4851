"""Recognise a page without text of its own, which scripts fill in the browser. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from syndicator.core.errors import NotAnArticle
from syndicator.reading.html.document import parse

_UNSEEN: Final = ("script", "style", "noscript", "template", "head")
# such a page still has a menu and a line on cookies: so many letters and digits at most (a choice)
_MOST_LETTERS: Final = 200


def is_filled_by_scripts(html: bytes, url: str, headers: Mapping[str, str] | None = None) -> bool:
    """Return True if a page has scripts that browsers run, and at most 200 letters and digits of
    visible text. Return False if it has more text, or if it is no HTML. `html`, `headers`: the
    answer of the server for `url`. Called in the worker process."""
    try:
        tree = parse(html, url, headers).tree
    except NotAnArticle:
        return False
    has_scripts = any(_is_program(script) for script in tree.iter("script"))
    return has_scripts and _count_letters(tree) <= _MOST_LETTERS


def _is_program(script: Any) -> bool:
    """Return True if browsers run a script, by its type. Other types are data, such as JSON-LD."""
    kind = (script.get("type") or "").lower()
    return kind in ("", "module") or "javascript" in kind


def _count_letters(tree: Any) -> int:
    """Return how many letters and digits of the page `tree` are visible in a browser."""
    letters = 0
    for text in tree.itertext():
        letters += sum(character.isalnum() for character in text)
    # subtract those in elements that browsers do not show, such as scripts
    for element in tree.iter(*_UNSEEN):
        if any(ancestor.tag in _UNSEEN for ancestor in element.iterancestors()):
            continue  # already subtracted with this ancestor
        for text in element.itertext():
            letters -= sum(character.isalnum() for character in text)
    return letters
