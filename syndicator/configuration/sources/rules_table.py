"""Edits of a source's table in the text of sources.toml that keep comments; a source as plain values. Pure."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from syndicator.core.model import Rules, Source
from syndicator.core.text import stamp as digest

HEADER = re.compile(r"\s*\[\[\s*(source|'source'|\"source\")\s*\]\]")
_TABLE = re.compile(r"\s*\[+\s*[A-Za-z\"']")  # a table begins
HEADERS = re.compile(f"^{HEADER.pattern}", re.M)  # all of a text


def with_rules(text: str, number: int, rules: Rules) -> str:
    """`text` of sources.toml in which source `number` (from 0) has exactly `rules`; equal ones are not touched."""
    import tomlkit

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
    """`text` in which source `number` (from 0) has these values, None: not; new keys go above its table of rules, where
    tomlkit would not put them. The caller checks the result."""
    import tomlkit

    document: Any = tomlkit.parse(text)
    table, new = document["source"][number], dict[str, Any]()
    for name, value in changed.items():
        if value is None:
            table.pop(name, None)
        elif name in table:
            table[name] = list(value) if isinstance(value, tuple) else value
        else:
            new[name] = list(value) if isinstance(value, tuple) else value
    text = str(tomlkit.dumps(document))
    lines = text.splitlines(keepends=True)
    headers = [at for at, line in enumerate(lines) if HEADER.match(line)]
    if not new or number >= len(headers):
        return text
    end = next((at for at in range(headers[number] + 1, len(lines)) if _TABLE.match(lines[at])), len(lines))
    return _put(lines, headers[number], end, [f"{name} = {tomlkit.item(one).as_string()}" for name, one in new.items()])


def _each(rules: Rules) -> list[tuple[str, Any, Any]]:
    return [(one.name, getattr(rules, one.name), one.default) for one in dataclasses.fields(rules)]


def _plain(value: Any) -> Any:
    """What a value in the file means: a list, or a text that stands for a list of one."""
    value = value.unwrap() if hasattr(value, "unwrap") else value
    return tuple(value) if isinstance(value, list) else value


def _set(table: Any, name: str, value: Any) -> None:
    old = table.get(name)
    if not isinstance(value, tuple):
        table[name] = value
    elif isinstance(old, str) and value == (str(old),):
        return
    elif isinstance(old, list) and value[: len(old)] == _plain(old):  # what is added leaves comments in the list alone
        old.extend(value[len(old) :])
    else:
        table[name] = list(value)


def _with_table(text: str, number: int, rules: Rules) -> str:
    """`text` with a new table at the source's end, by lines, as tomlkit misplaces the comment above the next source."""
    import tomlkit

    made = tomlkit.table()
    for name, value, default in _each(rules):
        if value != default:
            made.append(name, list(value) if isinstance(value, tuple) else value)
    lines = text.splitlines(keepends=True)
    headers = [at for at, line in enumerate(lines) if HEADER.match(line)]
    if not made or number >= len(headers):
        return text
    end = headers[number + 1] if number + 1 < len(headers) else len(lines)
    return _put(lines, headers[number], end, ["[source.rules]", made.as_string().strip()])


def _put(lines: Sequence[str], header: int, end: int, new: Sequence[str]) -> str:
    """`lines` with the `new` ones behind what stands from `header` to `end`, before the comment of what follows."""
    while end > header + 1 and _says_nothing(lines[end - 1]):
        end -= 1
    made = "\n".join(["".join(lines[:end]).rstrip(), *new])
    return f"{made}\n" + "".join(lines[end:])


def _says_nothing(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def differing(value: Any, default: Any) -> dict[str, Any]:
    """The fields of a dataclass that differ from those of `default`, with their values."""
    names = [field.name for field in dataclasses.fields(value)]
    return {name: getattr(value, name) for name in names if getattr(value, name) != getattr(default, name)}


def table(source: Source) -> dict[str, Any]:
    """What of `source` differs from the defaults: texts, numbers, lists and tables."""
    found = differing(source, Source(key="", url=""))
    if "rules" in found:
        found["rules"] = differing(source.rules, Rules())
    return found


def stamp(source: Source) -> str:
    """A digest of the table of a source, to refuse an edit of anything else. Pure."""
    return digest(json.dumps(table(source), default=list, sort_keys=True))
