"""Edit a source's table in the text of sources.toml, keeping comments; sources as plain values.
Pure."""

import dataclasses
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import tomlkit

from syndicator.core.model import Rules, Source
from syndicator.core.text import stamp as digest

HEADER = re.compile(r"\s*\[\[\s*(source|'source'|\"source\")\s*\]\]")
_TABLE = re.compile(r"\s*\[+\s*[A-Za-z\"']")  # a table begins
HEADERS = re.compile(f"^{HEADER.pattern}", re.M)  # all of a text


def with_rules(text: str, number: int, rules: Rules) -> str:
    """Return `text` with exactly `rules` in source `number` (from 0); equal rules stay as
    written."""
    document: Any = tomlkit.parse(text)
    table = document["source"][number].get("rules")
    if table is None:
        return _with_table(text, number, rules)
    for name, value, default in _each(rules):
        if value == default:
            table.pop(name, None)
        elif name not in table or _plain(table[name]) != value:
            _set(table, name, value)
    return str(tomlkit.dumps(document))


def with_fields(text: str, number: int, changed: Mapping[str, Any]) -> str:
    """Return `text` with these values in source `number`; None removes a key. New keys precede the
    rules."""
    document: Any = tomlkit.parse(text)
    table, new = document["source"][number], dict[str, Any]()
    for name, value in changed.items():
        if value is None:
            table.pop(name, None)
        else:
            (table if name in table else new)[name] = value
    text = str(tomlkit.dumps(document))
    lines = text.splitlines(keepends=True)
    headers = [at for at, line in enumerate(lines) if HEADER.match(line)]
    if not new or number >= len(headers):
        return text
    end = next(
        (at for at in range(headers[number] + 1, len(lines)) if _TABLE.match(lines[at])), len(lines)
    )
    added = [f"{name} = {tomlkit.item(value).as_string()}" for name, value in new.items()]
    return _put(lines, headers[number], end, added)


def _each(rules: Rules) -> list[tuple[str, Any, Any]]:
    return [
        (field.name, getattr(rules, field.name), field.default)
        for field in dataclasses.fields(rules)
    ]


def _plain(value: Any) -> Any:
    """Return a value of the file as plain Python, lists as tuples."""
    value = value.unwrap() if hasattr(value, "unwrap") else value
    return tuple(value) if isinstance(value, list) else value


def _set(table: Any, name: str, value: Any) -> None:
    old = table.get(name)
    if isinstance(old, str) and value == (str(old),):
        return
    if isinstance(old, list) and isinstance(value, tuple) and value[: len(old)] == _plain(old):
        old.extend(value[len(old) :])  # keeps comments in the list
    else:
        table[name] = value


def _with_table(text: str, number: int, rules: Rules) -> str:
    """Return `text` with a new table of rules. By lines: tomlkit misplaces the next source's
    comment."""
    new = tomlkit.table()
    for name, value, default in _each(rules):
        if value != default:
            new.append(name, value)
    lines = text.splitlines(keepends=True)
    headers = [at for at, line in enumerate(lines) if HEADER.match(line)]
    if not new or number >= len(headers):
        return text
    end = headers[number + 1] if number + 1 < len(headers) else len(lines)
    return _put(lines, headers[number], end, ["[source.rules]", new.as_string().strip()])


def _put(lines: Sequence[str], header: int, end: int, new: Sequence[str]) -> str:
    """Return `lines` with `new` at the end of the table from `header` to `end`, before the next
    table's comment."""
    while end > header + 1 and is_blank(lines[end - 1]):
        end -= 1
    above = "\n".join(["".join(lines[:end]).rstrip(), *new])
    return f"{above}\n" + "".join(lines[end:])


def is_blank(line: str) -> bool:
    """Return True for empty lines and comments."""
    return not line.strip() or line.lstrip().startswith("#")


def differing(value: Any, default: Any) -> dict[str, Any]:
    """Return the fields of a dataclass that differ from `default`, with their values."""
    names = [field.name for field in dataclasses.fields(value)]
    return {
        name: getattr(value, name)
        for name in names
        if getattr(value, name) != getattr(default, name)
    }


def table(source: Source) -> dict[str, Any]:
    """Return the fields of `source` that differ from the defaults."""
    values = differing(source, Source(key="", url=""))
    if "rules" in values:
        values["rules"] = differing(source.rules, Rules())
    return values


def stamp(source: Source) -> str:
    """Return a digest of the source's table, to refuse edits of a changed source."""
    return digest(json.dumps(table(source), default=list, sort_keys=True))
