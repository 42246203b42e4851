"""Find the line of a value in a TOML document."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from syndicator.configuration.toml_lines import KeyPath, find_lines

ROOT = Path(__file__).resolve().parents[2]
TEXT = '''# [none]
top = 1

[publish]  # a comment
port = 2
"quoted.key" = """
[not.a.table]
port = 3
"""
a.b = 'x'

[[source]]
key = "a"
headers = { One = "#1", Two = "]" }
  [source.rules]
  select = [
    "a[href]",  # ] in a comment
    'b',
  ]

[[source]]
key = "b"
tags = ["x", "y"]
'''
LINES: dict[KeyPath, int] = {
    ("top",): 2,
    ("publish",): 4,
    ("publish", "port"): 5,
    ("publish", "quoted.key"): 6,
    ("publish", "a", "b"): 10,
    ("source", 0): 12,
    ("source", 0, "key"): 13,
    ("source", 0, "headers", "Two"): 14,
    ("source", 0, "rules"): 15,
    ("source", 0, "rules", "select"): 16,
    ("source", 0, "rules", "select", 1): 18,
    ("source", 1, "key"): 22,
    ("source", 1, "tags", 1): 23,
}


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_every_key_has_its_line(ends: str) -> None:
    """Each key of TEXT has the line in LINES; keys in strings and comments have none."""
    line_by_key = find_lines(TEXT.replace("\n", ends))

    assert {key_path: line_by_key[key_path] for key_path in LINES} == LINES
    assert ("publish", "not") not in line_by_key
    assert ("none",) not in line_by_key


@pytest.mark.parametrize("name", ["syndicator", "sources", "feeds", "taxonomy"])
def test_it_finds_what_tomllib_reads(name: str) -> None:
    """Every value of a real file has a line, and its text stands there."""
    text = (ROOT / "config" / f"{name}.toml").read_text(encoding="utf-8")
    line_by_key = find_lines(text)
    lines = text.splitlines()
    for key_path, value in list_leaves(tomllib.loads(text)):
        line = lines[line_by_key[key_path] - 1]
        assert str(value).lower() in line.lower() or str(key_path[-1]) in line


def list_leaves(value: object, key_path: KeyPath = ()) -> list[tuple[KeyPath, object]]:
    if isinstance(value, dict):
        return [
            leaf for key, inner in value.items() for leaf in list_leaves(inner, (*key_path, key))
        ]
    if isinstance(value, list):
        return [
            leaf
            for number, inner in enumerate(value)
            for leaf in list_leaves(inner, (*key_path, number))
        ]
    return [(key_path, value)]


@pytest.mark.parametrize(
    "text",
    [
        "a = '''x\n''''\nb = 1",
        'a = """\\"""" # "\nb = 1',
        'a = "\\\\"\nb = 1',
        "a = [1, [2, {x = 3}], ]\nb = 1",
        "a = 1979-05-27 07:32:00 # d\nb = 1",
        'a = """""""" \nb = 1',
    ],
)
def test_what_follows_an_odd_value_is_found(text: str) -> None:
    """The key after a value with tricky quotes or brackets has the right line: `b` is in the last
    one."""
    tomllib.loads(text)
    assert find_lines(text)[("b",)] == text.count("\n") + 1
