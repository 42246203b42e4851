"""Write tables of our own TOML lists as text, much faster than tomlkit does. Pure.
For 100,000 rows tomlkit takes 16 s, and this 0.7 s."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from syndicator.core import text


def write_table(header: str, row: Mapping[str, Any]) -> str:
    """Return one table. `header`: with its brackets, such as "[[feed]]". Values are texts,
    booleans, days, lists of texts, and mappings of these, which stand on one line."""
    lines = (f"{key} = {_write_value(value)}\n" for key, value in row.items())
    return f"\n{header}\n" + "".join(lines)


def quote(key: str) -> str:
    """Return a text or key in quotes, without characters that no TOML file can have."""
    # JSON and TOML write texts of legal characters and lists of these alike
    return json.dumps(text.legal(key), ensure_ascii=False)


def _write_value(value: Any) -> str:
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
