"""Read the JSON-LD of a page as a flat list of its objects; repair broken JSON. Pure."""

import html
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from syndicator.core import text

Object = dict[str, Any]

# comments and CDATA marks that pages put around the JSON of a script
_WRAPPER = re.compile(
    r"^\s*(?:<!--|//<!\[CDATA\[|/\*<!\[CDATA\[\*/|<!\[CDATA\[)|(?:-->|//\]\]>|/\*\]\]>\*/|\]\]>)\s*$"
)
_TRAILING_COMMA = re.compile(r",(?=\s{0,200}[}\]])")
# fields that are read from JSON that cannot be parsed
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
# members whose objects are read as objects of their own
_NESTING_KEYS = ("@graph", "mainEntity", "mainEntityOfPage", "hasPart", "itemListElement")


def read_objects(scripts: Iterable[str]) -> tuple[Object, ...]:
    """Return the objects in JSON-LD `scripts`, at most 2,000, each before the objects inside it.
    Only objects with a type, an id or a headline are returned."""
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
    """Return the names of the types of `item` without their vocabulary: "NewsArticle" if its @type
    is "http://schema.org/NewsArticle"."""
    stated = item.get("@type")
    values = stated if isinstance(stated, list) else [stated]
    names = [value for value in values if isinstance(value, str)]
    return tuple(name.rsplit("/", 1)[-1].rsplit(":", 1)[-1] for name in names)


def list_texts(value: Any, *keys: str) -> Iterator[str]:
    """Yield the texts of a JSON-LD value, cleaned. It may be a text, an object, or a list of these;
    of an object the first member of `keys` that is not empty is the text."""
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
    """Return `value` as one line of plain text. HTML entities are resolved twice, since many
    systems escape twice: "&amp;amp;" becomes "&"."""
    value = value[:_LONGEST_VALUE]
    for _ in range(2):
        if "&" in value:
            value = html.unescape(value)
    return text.line(value)


def _parse_script(script: str) -> Iterator[Any]:
    """Yield the JSON value of a script; if it cannot be parsed even after trailing commas are
    removed, an article with those fields that can be found in the text."""
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
    """Yield an article with the headline, dates, thumbnail and authors that are found in broken
    JSON; nothing if there is neither a headline nor a date."""
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
    """Resolve the escapes of a JSON string (`\\u00fc`); if they are invalid, return it
    unchanged."""
    try:
        return str(json.loads(f'"{value}"', strict=False))
    except ValueError:
        return value
