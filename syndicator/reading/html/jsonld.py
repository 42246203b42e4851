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
    """Return the objects in a page's JSON-LD as a flat list, at most 2,000. An object comes before
    the objects inside of it. Objects that have neither a type nor an id nor a headline are left
    out. `scripts`: the texts of the scripts."""
    objects: list[Object] = []
    for script in scripts:
        for value in _parse_script(script[:_LONGEST_SCRIPT]):
            remaining = [value]  # the values to read, the next one last
            while remaining and len(objects) < _MOST_OBJECTS:
                item = remaining.pop()
                if isinstance(item, list):
                    remaining.extend(reversed(item[:_MOST_OBJECTS]))
                elif isinstance(item, dict):
                    if "@type" in item or "@id" in item or "headline" in item:
                        objects.append(item)
                    nested = [item.get(key) for key in reversed(_NESTING_KEYS)]
                    remaining.extend(part for part in nested if isinstance(part, dict | list))
    return tuple(objects)


def list_types(item: Object) -> tuple[str, ...]:
    """Return the names of the types of a JSON-LD object, () if it has none. The vocabulary before a
    name is removed: "http://schema.org/NewsArticle" gives "NewsArticle"."""
    stated_types = item.get("@type")
    values = stated_types if isinstance(stated_types, list) else [stated_types]
    names: list[str] = []
    for value in values:
        if isinstance(value, str):
            after_slash = value.rpartition("/")[2]
            names.append(after_slash.rpartition(":")[2])  # "schema:NewsArticle"
    return tuple(names)


def list_texts(value: Any, *keys: str) -> Iterator[str]:
    """Yield the texts in a JSON-LD value, each as one line of plain text. `value`: a text, an
    object, or a list of these; anything else has no text. `keys`: the members in which the text of
    an object may be; the first that is not empty counts. If it is a list, its first text counts."""
    items = value if isinstance(value, list) else [value]
    for item in items:
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
    systems escape twice: "&amp;amp;" becomes "&". Only the first 20,000 characters are read."""
    unescaped = value[:_LONGEST_VALUE]
    for _ in range(2):
        if "&" in unescaped:
            unescaped = html.unescape(unescaped)
    return text.line(unescaped)


def _parse_script(script: str) -> Iterator[Any]:
    """Yield the JSON value of `script`, the text of a JSON-LD script. If it is no valid JSON, even
    without trailing commas, yield an article with the fields that can be found in it. Yield nothing
    for an empty script, or for one that is nested too deeply."""
    content = _WRAPPER.sub("", script.strip()).strip().rstrip(";")
    if not content:
        return
    for attempt in (content, _TRAILING_COMMA.sub("", content)):
        try:
            yield json.loads(attempt, strict=False)
            return
        except RecursionError:
            return
        except ValueError:  # no valid JSON
            continue
    yield from _salvage_article(content)


def _salvage_article(script: str) -> Iterator[Any]:
    """Yield an article with the headline, dates, thumbnail and authors that are found in `script`,
    broken JSON. Yield nothing if there is neither a headline nor a date of publication."""
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
    """Return `value`, the content of a JSON string, with its escapes such as `\\u00fc` resolved.
    Return it unchanged if an escape is invalid."""
    try:
        return str(json.loads(f'"{value}"', strict=False))
    except ValueError:
        return value
