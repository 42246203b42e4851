"""`check` reports names that are used in the configuration but defined nowhere."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from syndicator.configuration.sources.schema import parse_source_files
from syndicator.configuration.toml_files import TomlFile
from syndicator.health.check.names import (
    Names,
    find_unknown_in_queries,
    find_unknown_in_sources,
)
from syndicator.publishing.queries import load_queries

NAMES = Names(
    categories=["AI", "Policy"],
    tags=["LLM", "open source"],
    aliases={"language model": "LLM"},
    sources=["one"],
    used={"tag": ["papers"], "category": ["Sport"]},
)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('category = "AI"', ""),
        (
            'category = "Polcy"',
            "category 'Polcy' is not in taxonomy.toml; write it there, or another here (did you",
        ),
        (
            'category = "Sport"',
            "category 'Sport' is not in taxonomy.toml; write it there, or another here",
        ),
        ('tags = ["LLM", "papers"]', ""),
        (
            'tags = ["language model"]',
            "tag 'language model' is only another name in taxonomy.toml; write 'LLM'",
        ),
        ('tags = ["opensource"]', "(did you mean 'open source'?)"),
    ],
)
def test_of_sources(line: str, message: str) -> None:
    """Tags and categories of a source that the taxonomy does not have are reported with their line;
    without a taxonomy none is."""
    text = f'[[source]]\nkey = "one"\nurl = "https://one.example/"\n{line}\n'
    placed = parse_source_files([TomlFile(Path("sources.toml"), tomllib.loads(text), text)])
    faults = [*find_unknown_in_sources(placed, NAMES)]

    assert [fault.line for fault in faults] == ([4] if message else [])
    assert all(message in fault.message for fault in faults)
    assert [*find_unknown_in_sources(placed, Names())] == []  # no taxonomy: anything goes


@pytest.mark.parametrize(
    ("query", "unknown"),
    [
        ("tag:llm and (category:AI or not source:one)", []),
        ("tag:open-source", []),
        ("tag:papers category:Sport", []),
        (
            "tag:lmm or category:money or source:two",
            ["tag 'lmm'", "category 'money'", "source 'two'"],
        ),
        ('tag:"language model"', ["tag 'language model' is only another name"]),
        ("author:nobody language:xx", []),
    ],
)
def test_of_queries(tmp_path: Path, query: str, unknown: list[str]) -> None:
    """Tags, categories and sources that a saved query names but that do not exist are reported with
    its line."""
    path = tmp_path / "feeds.toml"
    path.write_text(f"[[feed]]\nslug = 'x'\nquery = '{query}'\n")
    file = TomlFile(path, {}, path.read_text())
    faults = [*find_unknown_in_queries(file, load_queries(path), NAMES)]

    assert all(fault.line == 3 for fault in faults)
    assert [part in fault.message for part, fault in zip(unknown, faults, strict=True)] == [
        True
    ] * len(unknown)


@pytest.mark.parametrize(
    ("feed", "well"),
    [("tags/open-source", True), ("tags/opensource", False), ("all", True), ("sources/two", False)],
)
def test_of_feeds_that_exist_anyway(tmp_path: Path, feed: str, well: bool) -> None:
    """A `[[feed]]` table that changes an existing feed must name one that exists, by its slug."""
    path = tmp_path / "feeds.toml"
    path.write_text(f'[[feed]]\nfeed = "{feed}"\nlimit = 3\n')
    assert (
        [*find_unknown_in_queries(TomlFile(path, {}, path.read_text()), load_queries(path), NAMES)]
        == []
    ) is well
