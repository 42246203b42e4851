"""Read the JSON-LD of a page as a flat list of objects; repair broken JSON. Pure."""

import html
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from syndicator.core import text

Object = dict[str, Any]

_WRAP = re.compile(
    r"^\s*(?:<!--|//<!\[CDATA\[|/\*<!\[CDATA\[\*/|<!\[CDATA\[)|(?:-->|//\]\]>|/\*\]\]>\*/|\]\]>)\s*$"
)
_TRAILING = re.compile(r",(?=\s{0,200}[}\]])")
_PAIR = re.compile(
    r'"(headline|datePublished|dateModified|thumbnailUrl)"\s{0,20}:\s{0,20}"((?:[^"\\]|\\.){1,400})"'
)
_AUTHOR = re.compile(
    r'"author"\s{0,20}:\s{0,20}\[?\s{0,20}\{[^{}]{0,400}?"name"\s{0,20}:\s{0,20}"((?:[^"\\]|\\.){1,200})"'
)
_MOST_OBJECTS = 2_000
_NESTED = ("@graph", "mainEntity", "mainEntityOfPage", "hasPart", "itemListElement")


def read(scripts: Iterable[str]) -> tuple[Object, ...]:
    """Return at most 2,000 objects of JSON-LD `scripts`, flattened in order."""
    out: list[Object] = []
    for script in scripts:
        for value in _values(script[:2_000_000]):
            stack = [value]
            while stack and len(out) < _MOST_OBJECTS:
                item = stack.pop()
                if isinstance(item, list):
                    stack.extend(reversed(item[:_MOST_OBJECTS]))
                elif isinstance(item, dict):
                    if "@type" in item or "@id" in item or "headline" in item:
                        out.append(item)
                    stack.extend(
                        item[key]
                        for key in reversed(_NESTED)
                        if isinstance(item.get(key), dict | list)
                    )
    return tuple(out)


def types(item: Object) -> tuple[str, ...]:
    """Return the @type names of `item`: "NewsArticle" for "http://schema.org/NewsArticle"."""
    stated = item.get("@type")
    values = stated if isinstance(stated, list) else [stated]
    return tuple(
        value.rsplit("/", 1)[-1].rsplit(":", 1)[-1] for value in values if isinstance(value, str)
    )


def strings(value: Any, *keys: str) -> Iterator[str]:
    """Yield the clean texts of a JSON-LD value: a text, each item of a list, the first of `keys` in
    an object."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, str):
            yield clean(item)
        elif isinstance(item, dict):
            member = next((item[key] for key in keys if item.get(key)), None)
            if isinstance(member, list):
                member = next((each for each in member if isinstance(each, str)), None)
            if isinstance(member, str):
                yield clean(member)


def clean(value: str) -> str:
    """Return `value` as one line, its HTML entities resolved twice, since many systems escape
    twice."""
    value = value[:20_000]
    for _ in range(2):
        value = html.unescape(value) if "&" in value else value
    return text.line(value)


def _values(script: str) -> Iterator[Any]:
    script = _WRAP.sub("", script.strip()).strip().rstrip(";")
    if not script:
        return
    for attempt in (script, _TRAILING.sub("", script)):
        try:
            yield json.loads(attempt, strict=False)
            return
        except RecursionError:
            return
        except ValueError:
            continue
    yield from _salvage(script)


def _salvage(script: str) -> Iterator[Any]:
    item: Object = {}
    for name, value in _PAIR.findall(script):
        item.setdefault(name, _unescape(value))
    people = [{"@type": "Person", "name": _unescape(name)} for name in _AUTHOR.findall(script)[:20]]
    if item.get("headline") or item.get("datePublished"):
        yield {"@type": "Article", **item, **({"author": people} if people else {})}


def _unescape(value: str) -> str:
    try:
        return str(json.loads(f'"{value}"', strict=False))
    except ValueError:
        return value
