"""A command writes rules into sources.toml."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicator.configuration.sources.registry import edit_source, load_sources
from syndicator.core.errors import ConfigError, UsageError
from syndicator.core.model import Rules

BEFORE = """\
# all of them

[[source]]  # the first
key = "one"
url = "https://one.example/feed"
every = "6h"  # often enough

# --- others ---

[[source]]
key = "two"
url = "https://two.example/feed"
[source.rules]
select = [  # the text
    "article",  # old pages
]
remove = ["aside"]
"""


def save_rules(path: Path, key: str, rules: Rules) -> None:
    edit_source(path, key, lambda source: replace(source, rules=rules))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "sources.toml").write_text(BEFORE)
    return tmp_path / "sources.toml"


def test_a_first_rule_gets_a_table_of_its_own_before_the_comment_of_the_next_source(
    path: Path,
) -> None:
    """The first rule of a source creates `[source.rules]` right after that source."""
    save_rules(path, "one", Rules(select=("div.text",), date=("time@datetime",)))
    table = '[source.rules]\nselect = ["div.text"]\ndate = ["time@datetime"]\n'
    assert path.read_text() == BEFORE.replace("often enough\n", f"often enough\n{table}")


def test_only_what_differs_is_touched_and_comments_stay(path: Path) -> None:
    """Saving rules changes only the changed keys and keeps comments."""
    save_rules(path, "two", Rules(select=("article", "main"), title=("h1",)))
    text = path.read_text()

    assert load_sources(path)[1].rules == Rules(select=("article", "main"), title=("h1",))

    for comment in (
        "# all of them",
        "# the first",
        "# --- others ---",
        "# the text",
        "# old pages",
    ):
        assert comment in text

    assert "aside" not in text

    save_rules(path, "two", Rules(select=("article", "main"), title=("h1",)))

    assert path.read_text() == text


@pytest.mark.parametrize("rules", ['rules = { select = "article" }', 'rules.select = ["article"]'])
def test_rules_in_one_line_are_edited_too(path: Path, rules: str) -> None:
    """Rules that are an inline table or dotted keys are edited as well, and comments stay."""
    path.write_text(BEFORE.replace('every = "6h"', rules))
    save_rules(path, "one", Rules(select=("article",), remove=("p",)))

    assert load_sources(path)[0].rules == Rules(select=("article",), remove=("p",))
    assert "# often" in path.read_text()


def test_what_cannot_be_written_leaves_the_file_as_it_is(path: Path) -> None:
    """An invalid selector or an unknown source raises and leaves the file unchanged."""
    with pytest.raises(ConfigError, match="unclosed bracket"):
        save_rules(path, "one", Rules(select=("div[[",)))
    with pytest.raises(UsageError, match="has no source 'three'"):
        save_rules(path, "three", Rules())
    assert path.read_text() == BEFORE


_TEXTS = st.lists(
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1),
    max_size=3,
)


@settings(max_examples=25)
@given(first=_TEXTS, then=_TEXTS, key=st.sampled_from(["one", "two"]))
def test_any_text_survives(
    tmp_path_factory: pytest.TempPathFactory, first: list[str], then: list[str], key: str
) -> None:
    """Rules with any text are read back as written, also after being replaced and emptied."""
    path = tmp_path_factory.mktemp("any") / "sources.toml"
    path.write_text(BEFORE)
    for texts in (first, then, []):
        save_rules(path, key, Rules(keep=tuple(texts)))
        assert {source.key: source.rules for source in load_sources(path)}[key] == Rules(
            keep=tuple(texts)
        )
