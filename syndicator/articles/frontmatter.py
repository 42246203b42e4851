"""Article files: frontmatter and markdown. The only importer of python-frontmatter and yaml."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import starmap
from textwrap import indent
from typing import Any

import yaml
from frontmatter.default_handlers import YAMLHandler

from syndicator.articles import fields
from syndicator.articles.fields import BODY, guarded, read_day, spelled
from syndicator.core.errors import ConfigError
from syndicator.core.model import Article, article_id

# Every scalar is read as text: `on`, `no`, `1.10` and dates keep their spelling.
_BaseLoader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BaseDumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

# Plain in YAML 1.1 and 1.2 alike; everything else is quoted.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 _./()-]*(?<! )")
_WORDS = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null", "none", "nan", "inf"))
_ESCAPED = re.compile(r"[\\\t\n\r\x85\xa0\u2028\u2029\ufeff]")
_TOML = re.compile(r"\+\+\+\r?\n(.*?)\r?\n\+\+\+[ \t]*(?:\r?\n|$)", re.DOTALL)
_SIMPLE_KEY = 100  # characters; libyaml writes longer keys than 128 in another way
_ESCAPE = re.compile(r"\\(?:U([0-9A-F]{8})|.)")


def _constructed(loader: Any, node: Any, deep: bool = False) -> Any:
    return node.value if type(node) is yaml.ScalarNode else _BaseLoader.construct_object(loader, node, deep)


_TextLoader: Any = type("_TextLoader", (_BaseLoader,), {"construct_object": _constructed, "resolve": lambda *_: ""})

# Strings in quotes unless they are plain to every YAML reader; no anchors for repeated values.
_Dumper: Any = type("_Dumper", (_BaseDumper,), {"ignore_aliases": lambda self, data: True})


def _string(dumper: Any, value: str) -> Any:
    style = None if _quoted(value) == value else "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style='"' if _ESCAPED.search(value) else style)


_Dumper.add_representer(str, _string)


def dump(
    article: Article, extra: Mapping[str, Any] | None = None, *, body: str | None = None, aged: bool = False
) -> bytes:
    """Return the file of `article` with the operator's `extra` keys. `body`: spelling; `aged`: keys of old schemas."""
    settled = fields.settle(article)
    theirs = extra or {}
    as_given = body is not None and BODY.settle(body) == settled.body
    markdown = spelled(body) if body is not None and as_given else guarded(settled.body)
    return _file({**fields.front(settled, theirs, aged=aged), **theirs}, markdown)


def _file(front: Mapping[str, Any], body: str) -> bytes:
    return (f"---\n{''.join(starmap(_lines, front.items()))}---\n\n{body}".strip() + "\n").encode()


def _lines(key: Any, value: Any) -> str:
    """Return the YAML of a key: that of libyaml, without its cost for texts, lists of texts and mappings of them."""
    name, texts = _quoted(key), [_quoted(item) for item in (value if isinstance(value, list) else [value])]
    simple = name and len(name) <= _SIMPLE_KEY
    if simple and texts and None not in texts:
        return f"{name}: {texts[0]}\n" if isinstance(value, str) else "\n- ".join((f"{name}:", *map(str, texts))) + "\n"
    if simple and isinstance(value, dict) and value:
        return f"{name}:\n{indent(''.join(starmap(_lines, value.items())), '  ')}"
    text = YAMLHandler().export({key: value}, Dumper=_Dumper, sort_keys=False, width=10**9)
    # libyaml escapes characters beyond the basic plane; a backslash only ever stands in double quotes here
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)) if match[1] else match[0], text) + "\n"


def _quoted(value: Any) -> str | None:
    """Return a text in the style of `_string`; None if libyaml might escape it, or it is no text."""
    if type(value) is not str or not value.isprintable() or (not value.isascii() and max(value) > "\uffff"):
        return None
    if _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    return None if "\\" in value else "'" + value.replace("'", "''") + "'"


def load(data: bytes, path: str = "") -> Article:
    """Parse an article file. Raises ConfigError that names `path`, fault and cure."""
    try:
        return _remembered(data)
    except ConfigError:
        return _read(data, path)  # again, for an error that names the path


@lru_cache(4)  # a file that is rewritten is read three times on the way
def _remembered(data: bytes) -> Article:
    return _read(data, "")


def _read(data: bytes, path: str) -> Article:
    front, body = _split(data, path)
    values = _parse(front, path, _TextLoader)
    rows = fields.known(values)
    where = path or "article"
    read = {row.key: row.type.read(values.get(row.key, row.type.absent), f"{where}: {row.key}") for row in rows}
    attributes: dict[str, Any] = {row.attribute: read[row.key] for row in rows if row.shown is None}
    id = attributes["id"] or article_id(attributes["url"])
    settled = fields.settle(Article(**{**attributes, "id": id, "body": body}))
    day = read["date"]
    if day and day != fields.day(settled):
        settled = replace(settled, published=read_day(day, f"{where}: date"))
    if "added" in values:
        return settled
    if not settled.title:
        raise ConfigError(f"{where}: title: write what the article is called")
    if settled.published is None:
        raise ConfigError(f"{where}: date: write the day of the article, like '2026-11-24'")
    return replace(settled, added=settled.published)


def extra(data: bytes, path: str = "") -> dict[str, Any]:
    """Return a file's keys that are not ours, with their YAML types, so that a rewrite keeps them."""
    front, _ = _split(data, path)
    as_text = _parse(front, path, _TextLoader)
    if fields.own_keys(as_text).issuperset(as_text):
        return {}  # true of nearly every file; saves half of the time
    try:
        values = _parse(front, path, _SafeLoader)
    except ConfigError:  # a tag or date that only the text loader takes
        values = as_text
    ours = fields.own_keys(as_text if fields.SCHEMA in values else values)
    return {key: value for key, value in values.items() if key not in ours}


def foreign(data: bytes, path: str = "") -> tuple[dict[str, Any], str]:
    """Return keys (YAML types, or TOML types within `+++`) and body of another generator's file. Raises ConfigError."""
    content = data.decode("utf-8-sig", "replace")
    if toml := _TOML.match(content):
        try:
            return tomllib.loads(toml[1]), content[toml.end() :]
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"{path}: the frontmatter is not valid TOML: {error}") from error
    front, body = _split(data, path)
    try:
        return _parse(front, path, _SafeLoader), body
    except ConfigError:  # a tag or date that only the text loader takes
        return _parse(front, path, _TextLoader), body


def by_hand(front: Mapping[str, Any], body: str) -> bytes:
    """Return an article file as a person would write it: `front` in its order, then the body."""
    return _file(front, spelled(body))


def markdown(data: bytes) -> str:
    """Return the body of a file as `load` does, in a quarter of the time. Raises ConfigError."""
    return str(BODY.settle(body(data)))


def body(data: bytes, path: str = "") -> str:
    """Return the unchanged body of a file. Raises ConfigError."""
    return _split(data, path)[1]


def _split(data: bytes, path: str) -> tuple[str, str]:
    try:
        content = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path or 'article'}: not UTF-8 at byte {error.start}; save the file as UTF-8") from error
    handler = YAMLHandler()
    if not handler.detect(content):
        raise ConfigError(f"{path or 'article'}: no frontmatter; the first line has to be ---")
    try:
        return handler.split(content)
    except ValueError as error:
        raise ConfigError(f"{path or 'article'}: the frontmatter has no end; put --- on a line after it") from error


def _parse(front: str, path: str, loader: Any) -> dict[str, Any]:
    try:
        values = _loaded(front, loader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path or 'article'}:" + (f" line {mark.line + 1}:" if mark else "")
        problem = getattr(error, "problem", None) or str(error)
        raise ConfigError(f"{place} the frontmatter is not valid YAML ({problem}); put the value in quotes") from error
    if not isinstance(values, dict):
        raise ConfigError(f"{path or 'article'}: the frontmatter is no list of `key: value` lines")
    return {str(key): value for key, value in values.items()}


@lru_cache(4)  # a rewrite parses a file four times, which would take most of its time
def _loaded(front: str, loader: Any) -> Any:
    return YAMLHandler().load(front, Loader=loader)
