"""Writes syndicator/data/schemas/, a JSON Schema for each configuration file, from the models that
read it and what the shipped file says of each key: `python -m tools.schemas`. Editors complete and
check by them (`#:schema`, as Taplo has it); what is valid in the end, the models say alone.

Draft 7 without what later drafts brought, as most editors of TOML know no more."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, create_model

from syndicator.configuration.settings import Settings
from syndicator.configuration.sources.schema import SourceTable
from syndicator.describing.taxonomy.vocabulary import Vocabulary
from syndicator.publishing.queries import FeedsFile

ROOT = Path(__file__).resolve().parent.parent
PLACE = ROOT / "syndicator" / "data" / "schemas"
MODELS: Mapping[str, type[BaseModel]] = {
    "syndicator": Settings,
    "sources": create_model("Sources", source=(tuple[SourceTable, ...], ())),
    "feeds": FeedsFile,
    "taxonomy": Vocabulary,
}
_NOISE = ("title", "description")
_SETTING = re.compile(r"^#? ?(\w+) = .*?  # (.+)$")
_HEADER = re.compile(r"^#? *\[+([a-z.]+)\]+")
_OPTION = re.compile(r'^# {3,5}(\w+) += (?:"[^"]*"|\[.*?\]|\{.*?\}|\S+)(?: {2,}(.*))?$')
_MORE = re.compile(r"^#? {20,}(?:# )?(\S.*)$")


def schema(name: str) -> dict[str, Any]:
    """The schema of the file `name`.toml."""
    made = MODELS[name].model_json_schema(ref_template="#/definitions/{model}")
    made["definitions"] = made.pop("$defs", {})
    made["additionalProperties"] = False
    cleaned: dict[str, Any] = _cleaned(made)
    explained = _explanations(
        (ROOT / "config" / f"{name}.toml").read_text(encoding="utf-8"), name.removesuffix("s")
    )
    for table, node in cleaned["definitions"].items():
        section = table.removesuffix("Table").removesuffix("Def").lower()
        for key, value in node.get("properties", {}).items():
            said = explained.get((section, key)) or explained.get((name, key))
            if said and "$ref" not in value:
                value["description"] = said
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": f"{name}.toml",
        **cleaned,
    }


def _cleaned(node: Any) -> Any:
    """Without the titles that pydantic makes of names, the docstrings of our classes, and null,
    which TOML has not."""
    if isinstance(node, list):
        return [_cleaned(one) for one in node]
    if not isinstance(node, dict):
        return node
    kept = {
        name: _cleaned(value)
        for name, value in node.items()
        if not (name in _NOISE and isinstance(value, str))
    }
    if kept.get("default", 0) is None or "$ref" in kept:
        kept.pop("default", None)
    options = [one for one in kept.get("anyOf", ()) if one != {"type": "null"}]
    if len(options) == 1:
        del kept["anyOf"]
        kept |= options[0]
    return kept


def _explanations(text: str, first: str) -> dict[tuple[str, str], str]:
    """What the comments of a shipped file say of the keys of each table: behind a setting, or in
    the list at its head. `first`: the table that the file begins with."""
    found: dict[tuple[str, str], str] = {}
    section, last = first, ("", "")
    for line in text.splitlines():
        if match := _HEADER.match(line):
            section, last = match[1].rpartition(".")[2], ("", "")
        elif match := _SETTING.match(line) or _OPTION.match(line):
            last = (section, match[1])
            found.setdefault(last, match[2] or "")
        elif last[1] and (match := _MORE.match(line)):
            found[last] = f"{found[last]} {match[1]}".strip()
        else:
            last = ("", "")
    return {key: said.removeprefix("e.g.; ").strip() for key, said in found.items() if said}


def document(name: str) -> str:
    """The file of a schema."""
    return json.dumps(schema(name), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PLACE.mkdir(exist_ok=True)
    for name in MODELS:
        (PLACE / f"{name}.json").write_text(document(name), encoding="utf-8")
