"""The table of article fields: one row defines all that a field needs."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from syndicator.articles import edits, fields, frontmatter
from syndicator.articles.article_store import FileArticleStore
from syndicator.articles.fields import WHOLE, Field
from syndicator.core.errors import ConfigError
from syndicator.core.model import Article
from tests.articles.samples import make_full_article


def make_plain_article(**changes: Any) -> Article:
    """A full article but for what needs a later schema."""
    return make_full_article(**{"aliases": (), **changes})


def list_head_lines(data: bytes) -> list[str]:
    return data.decode().split("\n---\n")[0].split("\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleWithMinutes(Article):
    """An article with one field more."""

    minutes: int = 0


def test_a_field_is_one_row(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A new field of articles (`minutes`, a whole number that is not below 0) needs only one row in
    the table to be cleaned, written, read and removed again."""
    monkeypatch.setattr(fields, "TABLE", (*fields.TABLE, Field("minutes", WHOLE, 2)))
    monkeypatch.setattr(frontmatter, "Article", ArticleWithMinutes)
    store = FileArticleStore(tmp_path, durable=False)
    article = ArticleWithMinutes(id="abcdefgh", url="https://example.org/a", title="A", minutes=-3)
    assert fields.settle(article) == replace(article, minutes=0)

    _, stamp, _ = store.put(replace(article, minutes=7))
    assert "minutes: 7" in list_head_lines((tmp_path / stamp.path).read_bytes())

    # a key that is not known as ours would keep its 7 for ever
    store.put(replace(article, minutes=9))

    loaded = store.get(stamp.path)
    assert isinstance(loaded, ArticleWithMinutes)
    assert loaded.minutes == 9
    data = (tmp_path / stamp.path).read_bytes()
    assert frontmatter.extra(data) == {}
    assert "minutes" in fields.list_our_keys({"schema": "2"})

    # -3 counts as 0, the default, which is not written
    store.put(article)
    assert "minutes" not in (tmp_path / stamp.path).read_text()


def test_every_attribute_of_an_article_has_a_row() -> None:
    """Every attribute of an article but its body has a row in the table of fields."""
    attributes = {field.name for field in dataclasses.fields(Article)}

    assert attributes == {row.attribute for row in fields.TABLE} | {"body"}


def test_no_two_rows_share_a_key_or_an_attribute() -> None:
    """Keys and attributes in the table of fields are unique, and none is a reserved key. Rows that
    replace another way of writing do not count."""
    keys = [row.key for row in fields.TABLE]
    attributes = [row.attribute for row in fields.TABLE if row.shown is None and not row.until]

    assert len(set(keys)) == len(keys)
    assert len(set(attributes)) == len(attributes)
    assert not {fields.SCHEMA, fields.OPERATOR_KEYS} & set(keys)


def test_a_later_field_at_its_default_leaves_the_file_as_it_was() -> None:
    """A newer field with its default value is not written, so that old files do not change; nor is
    a `schema`. (The plain article has no field that needs a later schema.)"""
    article_with_defaults = replace(
        make_plain_article(),
        authors=(),
        rights=(),
        hold=False,
        carriers=(),
        title_by="",
        category_by="",
        digest2="",
    )

    data = frontmatter.dump(make_plain_article())
    assert frontmatter.dump(article_with_defaults) == data
    assert not any(line.startswith("schema") for line in list_head_lines(data))


def test_a_later_field_makes_the_file_say_its_schema_after_the_fields_that_every_version_knows() -> (  # noqa: E501
    None
):
    """A newer field with a value is written at the end, after a line with the schema version."""
    lines = list_head_lines(
        frontmatter.dump(make_plain_article(authors=("Ada", "Grace"), hold=True))
    )

    assert lines[-5:] == ["schema: 2", "authors:", "- Ada", "- Grace", "hold: true"]


@pytest.mark.parametrize(
    ("schema_line", "schema_key"),
    [
        ("", {}),
        ("schema: 1\n", {"schema": 1}),
        ("schema: 6\n", {"schema": 6}),
        ("schema: Article\n", {"schema": "Article"}),
        ("schema: 2.0\n", {"schema": 2.0}),
        ("schema: [2]\n", {"schema": [2]}),
    ],
)
def test_without_our_schema_a_later_key_is_the_operators(
    schema_line: str, schema_key: dict[str, Any]
) -> None:
    """In a file without `schema: 2`, keys that later versions use (`hold`, `rights`, `authors`)
    and a `schema` of another value belong to the operator and are kept as they are."""
    plain_data = frontmatter.dump(make_plain_article())
    lines = f"{schema_line}hold: true\nrights: [a, {{b: c}}]\nauthors: {{name: Ada}}\n".encode()
    data = plain_data.replace(b"---\n", b"---\n" + lines, 1)

    # no field of the article is read from them
    assert frontmatter.load(data) == frontmatter.load(plain_data)
    assert frontmatter.extra(data) == {
        **schema_key,
        "hold": True,
        "rights": ["a", {"b": "c"}],
        "authors": {"name": "Ada"},
    }


@pytest.mark.parametrize("schema_line", ["schema: 2\n", "schema: '2'\n"])
def test_with_our_schema_a_later_key_is_ours(schema_line: str) -> None:
    """In a file with `schema: 2`, the keys of that version are ours: they are read as fields, and a
    wrong value is an error."""
    data = frontmatter.dump(make_plain_article()).replace(
        b"---\n", f"---\n{schema_line}hold: true\nrights: [a]\n".encode(), 1
    )

    assert frontmatter.extra(data) == {}
    assert frontmatter.load(data).hold is True
    assert frontmatter.load(data).rights == ("a",)
    with pytest.raises(ConfigError, match=r"a\.md: line 4: rights: has to be a list of texts"):
        frontmatter.load(data.replace(b"rights: [a]", b"rights: {a: b}"), "a.md")


def test_an_operators_key_of_the_name_stays_theirs_when_the_file_needs_the_schema() -> None:
    """If the operator already uses the key `rights`, it stays theirs, and `operator_keys` says so;
    our field of that name is not stored in this file. Once no field needs the schema (`hold` is
    gone), the file is as before."""
    theirs = {"rights": {"mine": 1}, "draft": True}
    data = frontmatter.dump(make_plain_article(), theirs)

    written = frontmatter.dump(make_plain_article(hold=True, rights=("ours",)), theirs)

    assert list_head_lines(written)[-7:] == [
        "schema: 2",
        "hold: true",
        "operator_keys:",
        "- rights",
        "rights:",
        "  mine: 1",
        "draft: true",
    ]
    assert frontmatter.extra(written) == theirs
    assert frontmatter.load(written).hold is True
    assert frontmatter.load(written).rights == ()

    released = frontmatter.dump(make_plain_article(), frontmatter.extra(written))
    assert released == data


def test_a_schema_of_the_operators_own_is_never_written_over() -> None:
    """If the operator uses the key `schema` for something else, it stays, and the fields that need
    our schema (`hold` here) are not written."""
    data = frontmatter.dump(make_plain_article(hold=True), {"schema": "Article"})

    assert frontmatter.extra(data) == {"schema": "Article"}
    assert frontmatter.dump(make_plain_article(), {"schema": "Article"}) == data


OTHERS = ("https://example.org/?p=1", "https://example.org/old")


def make_old_file() -> bytes:
    """A file of an earlier version, which had other addresses under `aliases`."""
    return frontmatter.dump(edits.sign(make_full_article(aliases=OTHERS)), aged=True)


def test_other_addresses_have_a_key_that_site_generators_do_not_take_for_redirects() -> None:
    """Other addresses are written as `other_urls`, because Hugo redirects from `aliases`."""
    lines = list_head_lines(frontmatter.dump(make_full_article(aliases=OTHERS)))

    assert lines[-4:] == ["schema: 3", "other_urls:", *(f"- '{url}'" for url in OTHERS)]
    assert not any(line.startswith("aliases") for line in lines)


def test_an_old_file_says_its_other_addresses_and_is_not_written_anew_for_their_key(
    tmp_path: Path,
) -> None:
    """Files of earlier versions have `aliases`; they get the key `other_urls` only when another
    field changes."""
    store = FileArticleStore(tmp_path, durable=False)
    _, stamp, _ = store.put(make_full_article(aliases=OTHERS))
    path = tmp_path / stamp.path
    old_data = make_old_file()
    assert b"\naliases:\n" in old_data
    assert b"schema" not in old_data
    path.write_bytes(old_data)

    article = store.get(stamp.path)
    assert article.aliases == OTHERS
    _, _, written = store.put(article)
    assert written is False
    assert path.read_bytes() == old_data

    store.put(replace(article, section="Science"))
    assert list_head_lines(path.read_bytes())[-4:-2] == ["schema: 3", "other_urls:"]
    assert "aliases:" not in path.read_text()
    assert store.get(stamp.path).aliases == OTHERS
    _, _, written = store.put(store.get(stamp.path))
    assert written is False


@pytest.mark.parametrize("our_aliases", [(), OTHERS])
@pytest.mark.parametrize("their_aliases", ["[/old/, /older]", "old.html", "[{path: /old}]"])
def test_an_operators_own_redirects_stay_theirs(
    tmp_path: Path, our_aliases: tuple[str, ...], their_aliases: str
) -> None:
    """If the operator's files use `aliases` for redirects (as Hugo does), the key stays unchanged
    and our aliases are stored elsewhere."""
    store = FileArticleStore(tmp_path, durable=False)
    _, stamp, _ = store.put(make_full_article(aliases=our_aliases))
    path = tmp_path / stamp.path
    # the operator adds their own
    path.write_text(path.read_text().replace("---\n", f"---\naliases: {their_aliases}\n", 1))

    article = store.get(stamp.path)
    assert article.aliases == our_aliases
    store.put(replace(article, section="Science", aliases=OTHERS))

    assert frontmatter.extra(path.read_bytes()) == {"aliases": yaml.safe_load(their_aliases)}
    assert store.get(stamp.path).aliases == OTHERS


def test_where_the_new_key_is_the_operators_the_old_one_serves() -> None:
    """If the operator uses the key `other_urls`, aliases are written under the old key."""
    data = frontmatter.dump(make_full_article(aliases=OTHERS), {"other_urls": "mine"})

    assert frontmatter.load(data).aliases == OTHERS
    assert frontmatter.extra(data) == {"other_urls": "mine"}
