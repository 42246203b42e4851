"""Tables of TOML as the files beside the articles have them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from syndicator.core import text


def toml_table(name: str, row: Mapping[str, Any]) -> str:
    """One table of the array `name`: texts (without the characters that no file can have), lists of texts, and truth
    values."""
    return f"\n[[{name}]]\n" + "".join(f"{key} = {_value(value)}\n" for key, value in row.items())


def _value(value: Any) -> str:
    """JSON, which TOML has the same for texts of legal characters and for lists of these."""
    return json.dumps(_legal(value), ensure_ascii=False)


def _legal(value: Any) -> Any:
    if isinstance(value, list):
        return [_legal(one) for one in value]
    return text.legal(value) if isinstance(value, str) else value
