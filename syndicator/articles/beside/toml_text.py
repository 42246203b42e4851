"""Write tables of our own TOML lists as text, much faster than the library tomlkit. Pure.
For 100,000 rows tomlkit takes 16 s, and this module 0.7 s."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from syndicator.core import text


def write_table(header: str, row: Mapping[str, Any]) -> str:
    """Return the text of a TOML table. `header`: its first line, such as "[[feed]]". `row`: its
    values by key, which must be written as TOML needs it. A value is a text, a boolean, a day, a
    list of texts, or a mapping of these, which is written on one line."""
    lines = (f"{key} = {_write_value(value)}\n" for key, value in row.items())
    return f"\n{header}\n" + "".join(lines)


def quote(key: str) -> str:
    """Return a text or a key in quotes, without the characters that TOML does not allow."""
    # JSON and TOML write texts of the other characters alike
    return json.dumps(text.remove_illegal(key), ensure_ascii=False)


def _write_value(value: Any) -> str:
    """Return a value as TOML writes it. It is a day, a boolean, a mapping, a text, or a list of
    texts."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        pairs = (f"{key} = {_write_value(inner)}" for key, inner in value.items())
        return f"{{ {', '.join(pairs)} }}"
    if isinstance(value, str):
        return quote(value)
    return f"[{', '.join(map(quote, value))}]"
