"""The bytes of article files stay as earlier versions wrote them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from syndicator.articles import frontmatter
from syndicator.articles.stores import paths
from syndicator.core.model import Article
from tests.articles.samples import TRAPS, make_full_article, strings_of
from tests.samples import OWN, Samples

HERE = Path(__file__).resolve().parent
# An article with every odd text of our samples as a tag, as version 0.3 wrote it. Never write this
# file anew.
WRITTEN_BY_0_3 = HERE / "written/strings.md"
OPERATOR_KEYS: dict[str, Any] = {
    "draft": True,
    "weight": 1.5,
    "count": 12,
    "nothing": None,
    "day": date(2026, 11, 24),
    "time": datetime(2026, 11, 24, 10, 30, tzinfo=UTC),
    "bytes": b"\x00\xff" * 50,
    "empty list": [],
    "empty": {},
    "content": "a name that python-frontmatter uses",
    "handler": ["another", "another"],
    "nested": {
        "list": [1, "on", {"deep": ["it's", "two\nlines", "\U0001f600"]}],
        "on": "no",
        "": "",
    },
    "on": "yes",
    "\U0001f600 key": "back\\slash \U0001f600",
    "k" * 100: "as long as a simple key of the writer by hand",
    "k" * 127: ["a"],
    "k" * 129: "longer than a simple key of libyaml",
    "long key: 'quoted' " * 20: {"inner " * 30: "text"},
}
# Edited by hand: a rewrite writes them in our spelling.
EDITED = {"story-11-the-tide-gauge-15-years-on-pofnig.md", "story-98-before-lc76de.md"}
AGED = sorted((HERE.parent / "aged").glob("*/instance/feeds/articles/**/*.md"))


def make_article_with_odd_texts() -> Article:
    strings = sorted({*TRAPS, *strings_of(Samples(OWN, None), every=1)})
    return make_full_article(
        title=strings[-1], tags=tuple(strings), body="{{< figure >}}\n\n    code\n\n---\nend"
    )


def test_odd_texts_and_keys_of_every_type_are_written_as_before() -> None:
    """An article with every odd text, and with keys of every type by the operator, is written with
    the same bytes as version 0.3 wrote, which are kept in a file."""
    written = frontmatter.dump(make_article_with_odd_texts(), OPERATOR_KEYS)

    assert written == WRITTEN_BY_0_3.read_bytes()
    assert frontmatter.extra(written) == OPERATOR_KEYS


@pytest.mark.parametrize("path", AGED, ids=lambda path: path.name)
def test_a_rewrite_leaves_the_bytes_of_earlier_versions(path: Path) -> None:
    """Rewriting an unchanged article file of an earlier version changes no byte, except in the two
    that were edited by hand (EDITED), where it does; a second rewrite never changes one."""
    data = path.read_bytes()
    article = frontmatter.load(data)

    _, rewritten = paths.merge_into_file(article, data, path.name)
    _, rewritten_again = paths.merge_into_file(article, rewritten, path.name)

    if path.name in EDITED:
        assert rewritten != data
    else:
        assert rewritten == data
    assert rewritten_again == rewritten


@pytest.mark.parametrize("length", [1, 100, 101, 126, 127, 128, 129, 500, 1023, 1024, 1025, 5000])
def test_a_key_of_any_length_survives_a_rewrite(length: int) -> None:
    """Keys of the operator of any length survive a rewrite, also around 128 and 1,024 characters,
    where YAML writes keys in another form."""
    keys = {
        "k" * length: "text",
        "key: " * length: ["a", "b"],
        "nested": {"n" * length: "text", "z": "1"},
    }
    article = make_full_article()

    data = frontmatter.dump(article, keys)

    assert frontmatter.extra(data) == keys
    assert list(frontmatter.extra(data)) == list(keys)  # in their order
    assert frontmatter.load(data) == frontmatter.load(frontmatter.dump(article))
    assert frontmatter.dump(article, frontmatter.extra(data)) == data


def test_a_long_text_stays_on_one_line() -> None:
    """Long texts are not wrapped by the YAML writer, so that one change is one changed line."""
    data = frontmatter.dump(
        make_full_article(excerpt="word, " * 5000 + "end", tags=("plain " * 2000 + "end",))
    )

    assert f"excerpt: '{'word, ' * 5000}end'\n".encode() in data
    assert f"\n- {'plain ' * 2000}end\n".encode() in data


_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.dates() | _TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=5,
)


@given(values=st.dictionaries(_TEXTS, _VALUES, min_size=1), body=_TEXTS)
def test_other_readers_of_yaml_find_the_same_values_in_the_same_order(
    values: dict[str, Any], body: str
) -> None:
    """PyYAML reads the values that our faster writer wrote, in the same order."""
    data = frontmatter.write_foreign(values, body)
    head = data.decode().split("\n---\n")[0].removeprefix("---\n")
    read = yaml.load(head, Loader=yaml.SafeLoader)

    assert read == values
    assert list(read) == list(values)


def test_a_value_that_occurs_twice_is_written_twice() -> None:
    """A list that two keys share is written twice, not as a YAML anchor and reference, which other
    programs may not read."""
    shared = ["a"]

    data = frontmatter.write_foreign({"one": shared, "two": shared}, "")

    assert data == b"---\none:\n- a\ntwo:\n- a\n---\n"
