"""Read the JSON-LD of a page as a flat list of objects; repair broken JSON. Pure."""

import html
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from syndicator.core import text

Object = dict[str, Any]

_WRAPPER = re.compile(
    r"^\s*(?:<!--|//<!\[CDATA\[|/\*<!\[CDATA\[\*/|<!\[CDATA\[)|(?:-->|//\]\]>|/\*\]\]>\*/|\]\]>)\s*$"
)
_TRAILING_COMMA = re.compile(r",(?=\s{0,200}[}\]])")
_PAIR = re.compile(
    r'"(headline|datePublished|dateModified|thumbnailUrl)"\s{0,20}:\s{0,20}"((?:[^"\\]|\\.){1,400})"'
)
_AUTHOR = re.compile(
    r'"author"\s{0,20}:\s{0,20}\[?\s{0,20}\{[^{}]{0,400}?"name"\s{0,20}:\s{0,20}"((?:[^"\\]|\\.){1,200})"'
)
_MOST_OBJECTS = 2_000
_LONGEST_SCRIPT = 2_000_000  # characters
_LONGEST_VALUE = 20_000
_MOST_AUTHORS = 20
_NESTING_KEYS = ("@graph", "mainEntity", "mainEntityOfPage", "hasPart", "itemListElement")


def read_objects(scripts: Iterable[str]) -> tuple[Object, ...]:
    """Return at most 2,000 objects of JSON-LD `scripts`, flattened in order."""
    objects: list[Object] = []
    for script in scripts:
        for value in _parse_script(script[:_LONGEST_SCRIPT]):
            stack = [value]
            while stack and len(objects) < _MOST_OBJECTS:
                item = stack.pop()
                if isinstance(item, list):
                    stack.extend(reversed(item[:_MOST_OBJECTS]))
                elif isinstance(item, dict):
                    if "@type" in item or "@id" in item or "headline" in item:
                        objects.append(item)
                    nested = [item.get(key) for key in reversed(_NESTING_KEYS)]
                    stack.extend(part for part in nested if isinstance(part, dict | list))
    return tuple(objects)


def list_types(item: Object) -> tuple[str, ...]:
    """Return the @type names of `item`: "NewsArticle" for "http://schema.org/NewsArticle"."""
    stated = item.get("@type")
    values = stated if isinstance(stated, list) else [stated]
    names = [value for value in values if isinstance(value, str)]
    return tuple(name.rsplit("/", 1)[-1].rsplit(":", 1)[-1] for name in names)


def list_texts(value: Any, *keys: str) -> Iterator[str]:
    """Yield the clean texts of a JSON-LD value: a text, each item of a list, the first of `keys` in
    an object."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, str):
            yield clean_text(item)
        elif isinstance(item, dict):
            member = next((item[key] for key in keys if item.get(key)), None)
            if isinstance(member, list):
                member = next((part for part in member if isinstance(part, str)), None)
            if isinstance(member, str):
                yield clean_text(member)


def clean_text(value: str) -> str:
    """Return `value` as one line, its HTML entities resolved twice, since many systems escape
    twice."""
    value = value[:_LONGEST_VALUE]
    for _ in range(2):
        if "&" in value:
            value = html.unescape(value)
    return text.line(value)


def _parse_script(script: str) -> Iterator[Any]:
    """Yield the JSON value of a script, else an article of the fields that can be found in it."""
    script = _WRAPPER.sub("", script.strip()).strip().rstrip(";")
    if not script:
        return
    for attempt in (script, _TRAILING_COMMA.sub("", script)):
        try:
            yield json.loads(attempt, strict=False)
            return
        except RecursionError:
            return
        except ValueError:
            continue
    yield from _salvage_article(script)


def _salvage_article(script: str) -> Iterator[Any]:
    """Yield an article of the headline, dates and authors found in broken JSON."""
    fields: Object = {}
    for name, value in _PAIR.findall(script):
        fields.setdefault(name, _unescape(value))
    if not fields.get("headline") and not fields.get("datePublished"):
        return
    article: Object = {"@type": "Article", **fields}
    names = _AUTHOR.findall(script)[:_MOST_AUTHORS]
    if names:
        article["author"] = [{"@type": "Person", "name": _unescape(name)} for name in names]
    yield article


def _unescape(value: str) -> str:
    """Resolve the escapes of a JSON string, if they are valid."""
    try:
        return str(json.loads(f'"{value}"', strict=False))
    except ValueError:
        return value
