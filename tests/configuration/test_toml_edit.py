"""Add, change or remove a table in a TOML file and leave the rest unchanged."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.configuration.toml_edit import (
    add_table,
    remove_table,
    set_settings,
    set_values,
    write_table,
)
from syndicator.configuration.toml_lines import KeyPath, list_sections
from syndicator.core.errors import ConfigError

FILE = """# ours
[[feed]]  # the first
slug = "a"
query = 'tag:A'  # why

# about the second
[[feed]]
query = "tag:B"
slug = "b"
limit = 5

# the end
"""
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40)


def test_what_is_not_said_stays() -> None:
    """Changing a table rewrites only values that differ; a new table is appended, also to an empty
    file."""
    first_feed: KeyPath = ("feed", 0)
    changed = set_values(FILE, first_feed, {"slug": "a", "query": "tag:C"})

    assert changed == FILE.replace("query = 'tag:A'", 'query = "tag:C"')

    added = add_table(FILE, "feed", {"slug": "c", "query": "x"})

    assert added == FILE.rstrip() + '\n\n[[feed]]\nslug = "c"\nquery = "x"\n'
    assert add_table("", "feed", {"slug": "c"}) == '[[feed]]\nslug = "c"\n'


@given(slug=WORDS, query=WORDS)
def test_whatever_is_written_is_one_value(slug: str, query: str) -> None:
    """Any text is written as one value, into the first or the second table of FILE or into a new
    one."""
    values = {"slug": slug, "query": query}
    first, second = tomllib.loads(FILE)["feed"]

    def read_feeds(text: str) -> list[dict[str, Any]]:
        feeds: list[dict[str, Any]] = tomllib.loads(text)["feed"]
        return feeds

    assert read_feeds(set_values(FILE, ("feed", 0), values)) == [first | values, second]
    assert read_feeds(set_values(FILE, ("feed", 1), values)) == [first, second | values]
    assert read_feeds(add_table(FILE, "feed", values)) == [first, second, values]


@pytest.mark.parametrize(
    ("text", "key_path", "values", "expected"),
    [
        (
            "feed = [{a = 1}, {a = 2}]  # x\n",
            ("feed", 1),
            {"a": 3},
            "feed = [{a = 1}, {a = 3}]  # x\n",
        ),
        (
            't = """\n[[feed]]\n"""\n[[feed]]\na = 1\n\n[[feed]]\na = 2\n',
            ("feed", 1),
            {"a": 3},
            't = """\n[[feed]]\n"""\n[[feed]]\na = 1\n\n[[feed]]\na = 3\n',
        ),
        ("[a]\nx = 1\n# of b\n[b]\n", ("a",), {"y": 2}, "[a]\nx = 1\ny = 2\n# of b\n[b]\n"),
        ("[a]\nx = 1", ("a",), {"y": 2}, "[a]\nx = 1\ny = 2\n"),
        ("a.x = 1  # one\n[b]\n", ("a",), {"x": 2}, "a.x = 2  # one\n[b]\n"),
        ("a = {x = 1}\n", ("a",), {"x": 2}, "a = {x = 2}\n"),
        ("['a']\nx = 1\n", ("a",), {"x": 2}, "['a']\nx = 2\n"),
        ("[a.b]\nx = 1\n", ("a", "b"), {"x": 2}, "[a.b]\nx = 2\n"),
        ("[a.b]\nx = 1\n", ("a",), {"y": 2}, "[a.b]\nx = 1\n\n[a]\ny = 2\n"),
        ("[a]\n# why\nx = 1\ny = 2\n", ("a",), {"y": None}, "[a]\n# why\nx = 1\n"),
        ("# mine\n\n# of a\n[a]\n", (), {"x": 1}, "# mine\n\nx = 1\n\n# of a\n[a]\n"),
        ("", (), {"x": 1}, "x = 1\n"),
        ("", ("a",), {"x": 1}, "[a]\nx = 1\n"),
        ("x = 1", ("a",), {"y": 2}, "x = 1\n\n[a]\ny = 2\n"),
        ("[a]", ("a",), {"y": 2}, "[a]\ny = 2\n"),
        ("x = 1\r\n[a]", ("a",), {"y": 2}, "x = 1\r\n[a]\r\ny = 2\r\n"),
        ("[a]\r\nx = 1\r\n", ("a",), {"y": 2}, "[a]\r\nx = 1\r\ny = 2\r\n"),
        ("[a]\r\nx = 1\r\n", ("b",), {"y": 2}, "[a]\r\nx = 1\r\n\r\n[b]\r\ny = 2\r\n"),
        (
            '[a]\nx = [\n  "one",  # first\n]\n',
            ("a",),
            {"x": ["one", "two"]},
            '[a]\nx = [\n  "one",  # first\n  "two",\n]\n',
        ),
        (
            "[[f]]\na = 1\n\n# of g\n[[g]]\nb = 1\n\n# of the second f\n[[f]]\na = 2\n",
            ("f", 0),
            {"c": 3},
            "[[f]]\na = 1\nc = 3\n\n# of g\n[[g]]\nb = 1\n\n# of the second f\n[[f]]\na = 2\n",
        ),
        (
            "[[f]]\na = 1\n\n# next\n[[f]]\na = 2\n",
            ("f", 0, "rules"),
            {"x": "y"},
            '[[f]]\na = 1\n[f.rules]\nx = "y"\n\n# next\n[[f]]\na = 2\n',
        ),
        (
            "[[f]]\na = 1\n# of the rules\n[f.rules]\nx = 1\n",
            ("f", 0),
            {"b": 2},
            "[[f]]\na = 1\nb = 2\n# of the rules\n[f.rules]\nx = 1\n",
        ),
        ("[a]\nx = 1\n", ("a",), {"x": True}, "[a]\nx = true\n"),
        ("[a]\nx = 0x10\n", ("a",), {"x": 16}, "[a]\nx = 0x10\n"),
    ],
)
def test_an_edit(text: str, key_path: KeyPath, values: dict[str, Any], expected: str) -> None:
    """`set_values` changes the values at a key path and keeps everything else; each case has the
    expected text."""
    assert set_values(text, key_path, values) == expected


@pytest.mark.parametrize(
    ("text", "number", "expected"),
    [
        (FILE, 0, FILE[FILE.index("# about") :]),
        (FILE, 1, FILE[: FILE.index("# about")] + "# the end\n"),
        ("[[feed]]\na = 1\n", 0, ""),
        ("[[feed]]\na = 1\n# below\n\n[[feed]]\na = 2\n", 0, "[[feed]]\na = 2\n"),
        ("[[feed]]\na = 1\n# of b\n[[feed]]\na = 2\n", 0, "# of b\n[[feed]]\na = 2\n"),
        ("[[feed]]\na = 1\n[feed.b]\nc = 1\n\n[d]\n", 0, "[d]\n"),
        ("feed = [{a = 1}, {a = 2}]\n", 0, "feed = [{a = 2}]\n"),
        ("[[feed]]\r\na = 1\r\n\r\n[[feed]]\r\na = 2\r\n", 1, "[[feed]]\r\na = 1\r\n"),
        ('[[feed]]\na = """\n# text"""\n\n[[feed]]\n', 0, "[[feed]]\n"),
        ('[[feed]]\na = """\n# text"""\n[[feed]]\n', 1, '[[feed]]\na = """\n# text"""\n'),
    ],
)
def test_a_table_is_removed_with_its_comment(text: str, number: int, expected: str) -> None:
    """A removed table takes the comment directly above it and its subtables along; other comments
    and line endings stay."""
    assert remove_table(text, "feed", number) == expected


@pytest.mark.parametrize(
    "edit",
    [
        lambda: add_table("feed = [{a = 1}]\n", "feed", {"a": 2}),
        lambda: set_values("a = 1\n", ("feed", 0), {"a": 2}),
        lambda: set_values("[[feed]]\n", ("feed", 1), {"a": 2}),
        lambda: set_values("a = 1\n", ("a",), {"b": 2}),
        lambda: set_values("source = [{a = 1}]\n", ("source", 0, "rules"), {"b": 2}),
        lambda: remove_table("[[f]]\na = 1\n[g]\nb = 1\n[f.c]\nd = 1\n", "f", 0),
        lambda: set_values("a = ", ("a",), {"b": 1}),
    ],
)
def test_what_cannot_be_edited_is_refused(edit: Any) -> None:
    """An edit that would overwrite a value or has no table to work on raises ValueError."""
    with pytest.raises(ValueError, match=r"overwrite|no table|header|safely|Invalid|immutable"):
        edit()


def test_a_table_is_written_with_its_subtables() -> None:
    """A written table has its values, lists and inline tables, leaves out None, and ends with its
    subtables."""
    values = {"key": "a", "headers": {"One": "1"}, "tags": ("x", "y"), "none": None}
    text = write_table("source", values, {"rules": {"keep": ["p"]}})
    assert text == (
        '[[source]]\nkey = "a"\nheaders = {One = "1"}\ntags = ["x", "y"]\n\n'
        '[source.rules]\nkeep = ["p"]\n'
    )


def test_settings_are_put_in_their_sections() -> None:
    """Settings are changed in or added to their section, with comments kept; a missing section is
    appended."""
    text = (
        "# mine\n[publish]  # here\nlimit = 5\n\n[[webhook]]\na = 1\n[site]\nb = 1\n[[webhook]]\n"
    )
    after = set_settings(text, {"site": {"url": "u"}, "publish": {"limit": 6}, "fetch": {"x": 1}})

    assert after == (
        "# mine\n[publish]  # here\nlimit = 6\n\n[[webhook]]\na = 1\n"
        '[site]\nb = 1\nurl = "u"\n[[webhook]]\n'
        "\n[fetch]\nx = 1\n"
    )


def test_settings_that_cannot_be_edited_are_refused() -> None:
    """If a section is not a table, the operator is asked to edit by hand."""
    with pytest.raises(ConfigError, match="by hand"):
        set_settings("publish = 1\n", {"publish": {"limit": 5}})


# -- random files

_VALUES = ["1", '"#"', "'[x]'", "[1, 2]", "[\n  1,  # one\n\n  2,\n]", "{ y = 1 }", "1979-05-27"]
_VALUES += ['"""\n[[feed]]\n# no comment\n"""', "'''\n[a]\n# none'''"]
_BLANK = st.sampled_from(["", "\n", "# words\n", "\n# words\n\n", "  # [[feed]]\n"])
_HEADS = ["[[feed]]", "[[tag]]", " [[ 'feed' ]]  # here", "[[tag]] # x", '[["feed"]]']
_KEYS = st.dictionaries(
    st.sampled_from(["a", "b", '"c d"', "e.f", "'g'"]),
    st.tuples(st.sampled_from(_VALUES), st.sampled_from(["", "  # why", " "])),
    max_size=3,
)


@st.composite
def draw_toml_file(draw: st.DrawFn) -> str:
    parts = [draw(_BLANK)]
    for number in range(draw(st.integers(1, 5))):
        head = draw(st.sampled_from(_HEADS)) if number else "[[feed]]"
        parts.append(f"{head}\n")
        for key, (value, end) in draw(_KEYS).items():
            parts += [draw(_BLANK), f"{key} = {value}{end}\n"]
        if draw(st.booleans()):
            kind = "feed" if "feed" in head else "tag"
            parts += [draw(_BLANK), f"[{kind}.rules]\n", "x = 1 # x\n"]
        parts.append(draw(_BLANK))
    return "".join(parts).replace("\n", draw(st.sampled_from(["\n", "\r\n"])))


def differing_lines(before: str, after: str) -> tuple[str, str]:
    """What is between the lines at the start and at the end that both texts have."""
    old = before.split("\n")
    new = after.split("\n")
    while old and new and old[0] == new[0]:
        del old[0], new[0]
    while old and new and old[-1] == new[-1]:
        del old[-1], new[-1]
    return "\n".join(old), "\n".join(new)


@given(text=draw_toml_file(), number=st.integers(0, 4))
def test_only_the_edited_key_differs(text: str, number: int) -> None:
    """In any TOML file, an edit of one `[[feed]]` changes the line of its key alone: a new key, `a`
    or a key of its rules; taking a new key back, or writing values as they are, leaves the text."""
    tables = tomllib.loads(text)["feed"]
    number %= len(tables)
    key_path: KeyPath = ("feed", number)
    table = tables[number]

    # a new key, and its removal
    added = set_values(text, key_path, {"new": "x"})
    old, new = differing_lines(text, added)

    assert old == ""
    assert new.strip(" \r") == 'new = "x"'
    assert set_values(added, key_path, {"new": None}) == text

    # values as they are
    same_values = {name: table[name] for name in ("a", "b", "g") if name in table}

    assert set_values(text, key_path, same_values) == text

    # another value, where the drawn table has such a key
    if table.get("a") == 1:
        old, new = differing_lines(text, set_values(text, key_path, {"a": 2}))
        assert new == old.replace("1", "2", 1)
        assert old.startswith("a = 1")
    if "rules" in table:
        changed = set_values(text, (*key_path, "rules"), {"x": 2})
        assert [line.strip() for line in differing_lines(text, changed)] == [
            "x = 1 # x",
            "x = 2 # x",
        ]


@given(text=draw_toml_file(), number=st.integers(0, 4))
def test_a_removed_table_takes_nothing_of_others_along(text: str, number: int) -> None:
    """Removing a table, with its subtables, loses no line before or after it but comments and empty
    lines."""
    number %= len(tomllib.loads(text)["feed"])
    text_after = remove_table(text, "feed", number)

    # the lines of other tables
    own_sections = [
        section for section in list_sections(text) if section.key_path[:2] == ("feed", number)
    ]
    lines = text.split("\n")
    lines_of_others = [*lines[: own_sections[0].first], *lines[own_sections[-1].end :]]

    # those of them that are left are crossed out one by one, as a line may stand there twice
    lost = [line.strip() for line in lines_of_others]
    for line in text_after.split("\n"):
        if line.strip() in lost:
            lost.remove(line.strip())

    assert [line for line in lost if line and not line.startswith("#")] == []


def test_reading_the_configuration_does_not_load_tomlkit() -> None:
    """Only edits import tomlkit, as its import is slow."""
    code = "import sys, syndicator.configuration.sources.registry; print('tomlkit' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
