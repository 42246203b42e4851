"""The boxes in which a page asks for consent to cookies: their text is never the article's. Pure.

They are long texts in plain paragraphs, which a page for machines may have whole beside an article of two lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from syndicator.reading.body import containers
from syndicator.reading.html import class_hints
from syndicator.reading.html.blocks import Block

# Class names and ids of such boxes. Of 2,449 open pages 380 have one, and none of their articles has a word in it.
_BOX = re.compile(
    r"onetrust-(?:consent|banner|pc)|cookie-?law|cybotcookiebot|cookiescript|moove_gdpr|\bcli-modal|eu-cookie"
    r"|(?:cookie|consent|gdpr)s?[-_]?(?:consent|notice|banner|bar|popup|modal|dialog|overlay|settings|manager|preferences"
    r"|wall|message|alert|layer|disclaimer|compliance)",
    re.I,
)
_WHOLE = frozenset(("html", "body", "main", "article"))  # whose class names may tell what the page is about
_LEAST = 100  # letters of prose in other boxes below which the request is all that the page has
_MOST_NAMED = 300  # characters of class names and id


def without(blocks: Sequence[Block]) -> list[Block]:
    """The measured `blocks` without those in boxes of consent; all of them where the page has next to no other text."""
    asking = class_hints.bit("consent")
    known: dict[Any, bool] = {}
    inside = {block for block in blocks if block.hints & asking and _is_in_box(block.element, known)}
    rest = [block for block in blocks if block not in inside] if inside else list(blocks)
    enough = sum(block.letters for block in rest if containers.is_prose(block)) >= _LEAST
    return rest if enough else list(blocks)


def _is_in_box(element: Any, known: dict[Any, bool]) -> bool:
    fresh = []
    node = element
    while node is not None and node not in known:
        fresh.append(node)
        node = node.getparent()
    found = node is not None and known[node]
    for each in reversed(fresh):
        found = known[each] = found or _is_box(each)
    return found


def _is_box(element: Any) -> bool:
    return element.tag not in _WHOLE and _names_box(f"{element.get('class')} {element.get('id')}"[:_MOST_NAMED])


@lru_cache(maxsize=5_000)
def _names_box(named: str) -> bool:
    return _BOX.search(named) is not None
