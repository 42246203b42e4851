"""`[source.rules]` is validated when sources.toml is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicator.configuration.sources.registry import load_sources
from syndicator.core.errors import ConfigError
from syndicator.core.model import Rules

TWO = """\
[[source]]
key = "one"
url = "https://one.example/feed"
[source.rules]
select = ["div.text"]

[[source]]
key = "two"
url = "https://two.example/feed"
"""


@pytest.mark.parametrize(
    ("rules", "line", "named"),
    [
        ('[source.rules]\nselect = ["div[["]', 11, "rules.select: 'div[[' is not a valid CSS"),
        ('[source.rules]\nremove = [\n  "aside",\n  "p:not(",\n]', 13, "rules.remove: 'p:not('"),
        ('rules = { select = "div[[" }', 10, "write div[class=x]"),
        ('rules.select = ["div[["]', 10, "write div[class=x]"),
        ('[source.rules]\n# select\nselect = """div[["""', 12, "write div[class=x]"),
        ('[source.rules]\ntitle = "h1["', 11, "rules.title"),
        ('[source.rules]\nselect = "p::attr(x)"', 11, "only author, date, title, cover and links"),
        ('[source.rules]\nselct = "p"', 11, "did you mean 'select'"),
    ],
)
def test_a_fault_is_named_with_line_source_key_and_cure(
    tmp_path: Path, rules: str, line: int, named: str
) -> None:
    """A wrong rule is reported with file, line, source and the correction, however the rules are
    written."""
    path = tmp_path / "sources.toml"
    path.write_text(TWO + rules + "\n")

    with pytest.raises(ConfigError) as raised:
        load_sources(path)
    assert str(raised.value).startswith(f"{path}:{line}: source 'two': ")
    assert named in str(raised.value)


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ('mute = "title:"', "title: needs a word"),
        ('keep = "(tag:ai"', "this parenthesis is never closed, at character 1"),
        ('rules.keep = "tag:ai"', "a query for entries is the key keep of the source"),
        ('rules.mute = "tag:ai"', "unknown key"),
        ('rules.links = "a["', "rules.links: 'a[' is not a valid CSS"),
    ],
)
def test_a_query_that_cannot_be_read_is_an_error_with_its_place(
    tmp_path: Path, line: str, named: str
) -> None:
    """An invalid query names file, line and source."""
    path = tmp_path / "sources.toml"
    path.write_text(TWO + line + "\n")

    with pytest.raises(ConfigError) as raised:
        load_sources(path)
    assert f"{path}:10: source 'two'" in str(raised.value)
    assert named in str(raised.value)


@pytest.mark.parametrize("line", ['kind = "feed"', 'kind = "page"', 'rules.content = "feed"'])
def test_a_page_that_lists_articles_is_no_feed(tmp_path: Path, line: str) -> None:
    """`rules.links`, for pages that list articles, contradicts the kinds `feed` and `page` and
    content from the feed."""
    path = tmp_path / "sources.toml"
    path.write_text(f'{TWO}rules.links = "h2 a"\n{line}\n')
    with pytest.raises(ConfigError, match=r"has rules\.links"):
        load_sources(path)


def test_one_text_is_a_list_of_one(tmp_path: Path) -> None:
    """A single selector may be written as a string."""
    path = tmp_path / "sources.toml"
    path.write_text(TWO + '[source.rules]\nremove = "aside"\ndate = ["time@datetime", "p.date"]\n')
    assert load_sources(path)[1].rules == Rules(remove=("aside",), date=("time@datetime", "p.date"))


def test_the_digest_of_rules_changes_with_them_and_not_with_the_program(tmp_path: Path) -> None:
    """Rules without newer fields keep the text from which their digest is made."""
    path = tmp_path / "sources.toml"
    path.write_text(TWO)
    one, two = load_sources(path)

    assert one.rules.digest != two.rules.digest
    # as an earlier version wrote it, which had no other rules
    assert (
        repr(Rules(select=("p",)))
        == "Rules(select=('p',), remove=(), title_suffix=None, content='page', keep=())"
    )
    assert repr(Rules(date=("time",))).endswith("keep=(), date=('time',))")
