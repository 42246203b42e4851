"""The JSON Schemas of the configuration files match the models."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from syndicator.setup.start import Start, make_config_files
from tools import schemas

ROOT = Path(__file__).resolve().parents[1]
NAMES = list(schemas.MODELS)
KINDS: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
}


def load_committed_schema(name: str) -> Any:
    return json.loads((schemas.PLACE / f"{name}.json").read_text(encoding="utf-8"))


def list_schema_faults(value: Any, node: Any, whole: Any, at: str = "") -> Iterator[str]:
    """Where `value` breaks a schema, as far as ours go (JSON Schema, draft 7)."""
    if "$ref" in node:
        node = whole["definitions"][node["$ref"].rpartition("/")[2]]
    if "anyOf" in node and all([*list_schema_faults(value, one, whole)] for one in node["anyOf"]):
        yield at
    kind = node.get("type")
    if kind and (
        not isinstance(value, KINDS[kind]) or (isinstance(value, bool) and kind != "boolean")
    ):
        yield at
        return
    if "enum" in node and value not in node["enum"]:
        yield at
    if isinstance(value, int | float) and not (
        node.get("minimum", value) <= value <= node.get("maximum", value)
    ):
        yield at
    if isinstance(value, str) and not re.search(node.get("pattern", ""), value):
        yield at
    for number, one in enumerate(value if isinstance(value, list) else ()):
        yield from list_schema_faults(one, node.get("items", {}), whole, f"{at}/{number}")
    for name, one in value.items() if isinstance(value, dict) else ():
        inside = node.get("properties", {}).get(name, node.get("additionalProperties", {}))
        yield from (
            [f"{at}/{name}"]
            if inside is False
            else list_schema_faults(one, inside, whole, f"{at}/{name}")
        )
    yield from (
        f"{at}/{name}"
        for name in node.get("required", ())
        if isinstance(value, dict) and name not in value
    )


@pytest.mark.parametrize("name", NAMES)
def test_they_are_what_the_models_say(name: str) -> None:
    """The committed schemas are up to date."""
    path = schemas.PLACE / f"{name}.json"
    assert path.read_text(encoding="utf-8") == schemas.document(name), (
        "run: python -m tools.schemas"
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_shipped_files_name_them_and_keep_to_them(name: str) -> None:
    """Shipped files name their schema and are valid."""
    path = ROOT / "config" / f"{name}.toml"
    text = path.read_text(encoding="utf-8")
    directive, _, named = text.partition("\n")[0].partition(" ")
    assert directive == "#:schema"
    assert (path.parent / named).resolve() == schemas.PLACE / f"{name}.json"
    assert [
        *list_schema_faults(
            tomllib.loads(text), load_committed_schema(name), load_committed_schema(name)
        )
    ] == []


def test_a_new_folder_names_them_where_the_program_is() -> None:
    """Files written by `init` name the schemas of the installed program."""
    for name, text in make_config_files(Start(example="ai")).items():
        assert text.startswith(f"#:schema {schemas.PLACE}/{Path(name).stem}.json\n")


@pytest.mark.parametrize(
    ("name", "text", "wrong"),
    [
        ("syndicator", "[publish]\nprot = 1\nlimit = 'x'", ["/publish/prot", "/publish/limit"]),
        ("syndicator", "[publish]\nformats = ['atm']", ["/publish/formats/0"]),
        ("syndicator", "[fetch]\nworkers = 99", ["/fetch/workers"]),
        ("sources", "[[source]]\nkey = 'a'\nkind = 'x'", ["/source/0/kind", "/source/0/url"]),
        (
            "sources",
            "[[source]]\nkey = 'a'\nurl = 'b'\nrules = {select = 'p', remove = 1}",
            ["/source/0/rules/remove"],
        ),
        ("feeds", "[[feed]]\nslug = 'A'", ["/feed/0/slug"]),
        ("taxonomy", "[[tag]]\nalias = []", ["/tag/0/alias", "/tag/0/name"]),
    ],
)
def test_mistakes_break_them(name: str, text: str, wrong: list[str]) -> None:
    """Each mistake in a configuration file is found by its schema."""
    assert [
        *list_schema_faults(
            tomllib.loads(text), load_committed_schema(name), load_committed_schema(name)
        )
    ] == wrong


def test_what_the_files_say_of_a_key_stands_in_them() -> None:
    """Schemas contain the descriptions of keys from the shipped files."""
    tables = {
        **load_committed_schema("syndicator")["definitions"],
        **load_committed_schema("sources")["definitions"],
    }
    assert tables["Publish"]["properties"]["tag_min"]["description"].startswith(
        "a tag gets a feed when"
    )
    assert "paragraphs" in tables["RulesTable"]["properties"]["keep"]["description"]
    keys = [
        key
        for table in tables.values()
        for key in table["properties"].values()
        if "$ref" not in key
    ]
    assert sum("description" in key for key in keys) / len(keys) > 0.9
