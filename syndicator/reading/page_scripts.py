"""Recognise a page that only scripts fill. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from syndicator.core.errors import NotAnArticle
from syndicator.reading.html.document import parse

_UNSEEN: Final = ("script", "style", "noscript", "template", "head")
_MOST_LETTERS: Final = 200  # of a page that is a shell: a menu, a line on cookies; a choice


def is_filled_by_scripts(html: bytes, url: str, headers: Mapping[str, str] | None = None) -> bool:
    """Return True if a page has scripts and next to no text. Called in the worker process."""
    try:
        tree = parse(html, url, headers).tree
    except NotAnArticle:
        return False
    has_scripts = any(_is_program(script) for script in tree.iter("script"))
    return has_scripts and _count_letters(tree) <= _MOST_LETTERS


def _is_program(script: Any) -> bool:
    """Return True for a script that runs, False for data such as JSON-LD."""
    kind = (script.get("type") or "").lower()
    return kind in ("", "module") or "javascript" in kind


def _count_letters(tree: Any) -> int:
    """Return how many letters and digits of the page a reader without scripts sees."""
    letters = 0
    for text in tree.itertext():
        letters += sum(character.isalnum() for character in text)
    for element in tree.iter(*_UNSEEN):
        if any(ancestor.tag in _UNSEEN for ancestor in element.iterancestors()):
            continue  # counted with it
        for text in element.itertext():
            letters -= sum(character.isalnum() for character in text)
    return letters
