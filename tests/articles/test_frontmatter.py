"""Article files: their format, and writing and reading them without loss."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from syndicator.articles import fields, frontmatter
from syndicator.articles.fields import FieldType
from syndicator.core import text
from syndicator.core.errors import ConfigError
from syndicator.core.model import Article, Enclosure, Origin, ReadArticle, make_article_id
from tests.articles.samples import NOW, TRAPS, URL, make_full_article, strings_of
from tests.samples import Samples

ORDER = re.findall(
    r"\w+",
    """title date excerpt coverImage author tags category source id published updated added language source_key
    source_id digest excerpt_by tags_by enclosure also revisions origin partial robots keywords section
    merged_into split_from schema other_urls""",  # noqa: E501
)


def parse_frontmatter(data: bytes) -> dict[str, Any]:
    """The frontmatter as a YAML reader with types sees it."""
    values = yaml.safe_load(data.decode().split("---\n")[1])
    assert isinstance(values, dict)
    return values


def fill_text_fields(value: str) -> Article:
    """An article that says `value` in every field that holds text from outside."""
    return make_full_article(
        title=value,
        author=value,
        cover=value,
        excerpt=value,
        category=value,
        tags=(value, f"{value}x"),
        language=value,
        source_key=value,
        source_id=value,
        robots=(value,),
        also=(value,),
        aliases=(value,),
        keywords=(value,),
        enclosure=Enclosure(url=value, type=value, duration=value),
        origin=Origin(title=value, url=value, site=value, id=value),
    )


def test_keys_stand_in_the_order_of_the_contract() -> None:
    """The frontmatter keys of an article file that has all of them have the documented order."""
    article = make_full_article(merged_into="another")

    assert list(parse_frontmatter(frontmatter.dump(article))) == ORDER


def test_a_small_article_has_the_fixed_keys_alone_and_empty_ones_are_empty() -> None:
    """An article without optional fields has only the 18 keys that every file has; empty ones are
    empty texts or lists."""
    values = parse_frontmatter(
        frontmatter.dump(Article(id=make_article_id(URL), url=URL, title="T", added=NOW))
    )

    assert list(values) == ORDER[:18]
    assert values["author"] == ""
    assert values["coverImage"] == ""
    assert values["excerpt"] == ""
    assert values["published"] == ""
    assert values["tags"] == []
    # the day it was added, as that of publication is not known
    assert values["date"] == "2026-11-24"
    assert values["added"] == "2026-11-24T12:30:05Z"


def test_times_and_dates_are_quoted_text_in_utc() -> None:
    """Dates and times are written as quoted text in UTC, without fractions: 01:30 at +02:00 is the
    day before."""
    data = frontmatter.dump(
        make_full_article(published=datetime.fromisoformat("2026-11-24T01:30:00.999+02:00"))
    )

    assert b"\ndate: '2026-11-23'\n" in data
    assert b"\npublished: '2026-11-23T23:30:00Z'\n" in data


def test_a_file_reads_like_a_file() -> None:
    """An article file starts with readable YAML frontmatter, the title first, and ends with the
    body in Markdown."""
    expected = """---
title: "Robots: a “new” era 😀"
date: '2026-11-24'
excerpt: ''
coverImage: ''
author: ''
tags:
- AI
category: ''
source: 'https://example.org/a'
"""
    data = frontmatter.dump(
        Article(
            id="x", url=URL, title="Robots: a “new” era 😀", tags=("AI",), body="Hi.\n", added=NOW
        )
    )

    assert data.decode().startswith(expected)
    assert data.endswith(b"\n---\n\nHi.\n")


@pytest.mark.parametrize("value", TRAPS, ids=range(len(TRAPS)))
def test_a_trap_survives_in_every_field(value: str) -> None:
    """Any odd text in every text field is the same after writing and reading, except for illegal
    characters, which are removed; a second write gives the same bytes."""
    article = fields.settle(fill_text_fields(value))
    data = frontmatter.dump(article)

    assert frontmatter.load(data) == article
    assert article.title == text.remove_illegal(value)
    assert parse_frontmatter(data)["title"] == text.remove_illegal(value)
    assert frontmatter.dump(frontmatter.load(data)) == data


@pytest.mark.parametrize("every", [20, pytest.param(1, marks=pytest.mark.slow)])
def test_every_string_of_the_samples_survives(samples: Samples, every: int) -> None:
    """Every sample string is the same after writing and reading, as title, excerpt, tag and alias,
    except for illegal characters. They are tried in articles of a hundred tags each."""
    strings = sorted(set(strings_of(samples, every)))
    size = 100
    for start in range(0, len(strings), size):
        values = tuple(strings[start : start + size])
        article = fields.settle(
            make_full_article(title=values[0], excerpt=values[-1], tags=values, aliases=values)
        )
        assert frontmatter.load(frontmatter.dump(article)) == article
        legal_values = map(text.remove_illegal, values)
        assert article.tags == tuple(value for value in legal_values if value)


_texts = st.text(max_size=60)
_lists = st.lists(_texts, max_size=4).map(tuple)
_times = st.none() | st.datetimes(timezones=st.just(UTC))
_whole = st.integers(0, 10**12)
_media = st.builds(Enclosure, url=_texts, type=_texts, length=_whole, duration=_texts)
_feeds = st.builds(Origin, title=_texts, url=_texts, site=_texts, id=_texts, updated=_times)
_VALUES: list[tuple[FieldType, st.SearchStrategy[Any]]] = [
    (fields.TEXT, _texts),
    (fields.TEXT_OR_NONE, st.none() | _texts),
    (fields.TEXTS, _lists),
    (fields.TIME, _times),
    (fields.FLAG, st.booleans()),
    (fields.ADDRESS, st.just(URL)),
    (fields.ENCLOSURE, st.none() | _media),
    (fields.ORIGIN, _feeds),
]


def draw_articles(schema: int) -> st.SearchStrategy[Article]:
    """Any article with fields of the schemas up to `schema`, straight from the table."""
    values = {
        row.attribute: next(strategy for kind, strategy in _VALUES if kind is row.type)
        for row in fields.TABLE
        if row.schema <= schema and row.shown is None and not row.until
    }
    return st.builds(Article, body=st.text(max_size=300), **{**values, "id": st.just("abc")})


@pytest.mark.slow
@pytest.mark.parametrize("schema", [1, 2, 3])
@given(data=st.data())
def test_any_article_survives(schema: int, data: st.DataObject) -> None:
    """Any article with fields up to `schema` is the same after writing and reading, but for what
    `settle` cleans, and is written as the same bytes again; an article of schema 1 alone does not
    name its schema."""
    article = data.draw(draw_articles(schema))
    settled = fields.settle(article)
    written = frontmatter.dump(article)

    assert frontmatter.load(written) == settled
    assert frontmatter.dump(settled) == written
    assert fields.settle(settled) == settled
    if schema == 1:
        assert b"\nschema: " not in written.split(b"\n---\n")[0]


# What an operator or a site generator may have in the frontmatter, also under names that are ours
# in later schemas.
_LATER = [row.key for row in fields.TABLE if row.schema > 1] + [fields.SCHEMA, fields.OPERATOR_KEYS]
_PLAIN = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), max_size=20)
_KEYS = st.sampled_from([*_LATER, "body", "content", "handler", "draft", "on", "1"]) | _PLAIN
_OWN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.dates() | _PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_PLAIN, inner, max_size=3),
    max_leaves=5,
)
_FIRST = {row.key for row in fields.TABLE if row.schema == 1}


@pytest.mark.slow
@given(
    theirs=st.dictionaries(_KEYS.filter(lambda key: key not in _FIRST), _OWN, max_size=5).filter(
        lambda keys: str(keys.get(fields.SCHEMA)) not in ("2", "3")
    ),
    before=draw_articles(1),
    after=draw_articles(2),
)
def test_an_operators_own_keys_survive_any_rewrite(
    theirs: dict[str, Any], before: Article, after: Article
) -> None:
    """Keys of the operator (`theirs`) survive all rewrites of a file. A field of schema 2 whose key
    is among them is not stored; if they use `schema` or `operator_keys`, none of schema 2 is."""
    data = frontmatter.dump(before, theirs)

    for article in (after, before, after, after):
        data = frontmatter.dump(article, frontmatter.extra(data))
        assert frontmatter.extra(data) == theirs

    schema_is_theirs = theirs.keys() & {fields.SCHEMA, fields.OPERATOR_KEYS}
    lost_rows = [
        row for row in fields.TABLE if row.schema == 2 and (schema_is_theirs or row.key in theirs)
    ]
    empty_article = Article(id="", url="", title="")
    lost_at_default = {row.attribute: getattr(empty_article, row.attribute) for row in lost_rows}
    assert frontmatter.load(data) == fields.settle(replace(after, **lost_at_default))


@given(st.text(alphabet=st.sampled_from("a \t\n\r\x0b\x0c\x85\xa0\u2028-#>`"), max_size=80))
def test_a_body_of_white_space_and_rules_survives_without_runs_of_blank_lines(body: str) -> None:
    """Any body of white space, rules and Markdown marks is the same after writing and reading,
    without more than one blank line in a row."""
    article = fields.settle(make_full_article(body=body))
    data = frontmatter.dump(article)

    assert frontmatter.load(data).body == frontmatter.markdown(data) == article.body
    assert "\n\n\n" not in article.body
    assert b"\n\n\n" not in data.split(b"\n---\n", 1)[1]


def test_an_indented_first_line_and_a_rule_stay_in_the_body() -> None:
    """A body may begin with an indented line and contain "---" and lines like frontmatter; only
    blank lines around it are removed."""
    body = "    code\n\n---\n\nid: no\n---\nend"

    data = frontmatter.dump(make_full_article(body=f"\n\n{body}\n\n\n"))

    assert frontmatter.load(data).body == body


def test_what_is_of_the_visit_alone_is_not_in_the_file() -> None:
    """Facts about how a page was read (trace, blocks, alternate address) are not written to the
    article file."""
    article = make_full_article()
    values = {field.name: getattr(article, field.name) for field in dataclasses.fields(Article)}
    # the same article, as it was just read from its page
    read_article = ReadArticle(
        **values, trace={"title": "og"}, blocks=("x",), alternate="https://example.org/amp"
    )

    assert frontmatter.dump(read_article) == frontmatter.dump(article)


def test_a_file_by_hand_needs_little() -> None:
    """A file written by hand needs only title and source: the id follows from the address, 1.10
    stays text, and tags may be separated by commas."""
    data = (
        b"---\ntitle: 1.10\nsource: https://example.org/a\ndate: 2026-11-20\ntags: AI,"
        b" Robots\n---\nText\n"
    )

    article = frontmatter.load(data)

    assert article.id == make_article_id(URL)
    assert article.title == "1.10"
    assert article.tags == ("AI", "Robots")
    assert article.body == "Text"
    assert article.published == datetime(2026, 11, 20, tzinfo=UTC)


def test_a_day_by_hand_outranks_the_time_it_was_published() -> None:
    """If the operator edits `date`, it replaces the time in `published`."""
    data = frontmatter.dump(make_full_article()).replace(b"date: '2026-11-23'", b"date: 2026-11-01")

    assert frontmatter.load(data).published == datetime(2026, 11, 1, tzinfo=UTC)


def test_files_of_other_editors_are_read() -> None:
    """A file with a byte order mark and Windows line ends is read like ours."""
    data = frontmatter.dump(make_full_article())

    windows_data = b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n")

    assert frontmatter.load(windows_data) == frontmatter.load(data)


def test_keys_of_the_operator_keep_their_types() -> None:
    """Keys of the operator keep their types and order (boolean, number, text, mapping) over a
    rewrite, and change no field of the article."""
    article = make_full_article()
    operator_keys = {"draft": True, "weight": 1.5, "note": "no", "more": {"a": [1]}}

    data = frontmatter.dump(article, operator_keys)

    assert frontmatter.extra(data) == operator_keys
    assert frontmatter.load(data) == frontmatter.load(frontmatter.dump(article))
    assert frontmatter.dump(article, frontmatter.extra(data)) == data


def test_a_key_of_the_operator_that_only_reads_as_text_is_kept_as_text() -> None:
    """A value of the operator with an unknown YAML tag (`!odd`) is kept as a plain text."""
    data = frontmatter.dump(make_full_article()).replace(
        b"tags_by: matched\n", b"tags_by: matched\nmine: !odd thing\n"
    )

    assert frontmatter.extra(data) == {"mine": "thing"}


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", "no frontmatter; the first line has to be ---"),
        (b"just text", "no frontmatter"),
        (b"---\ntitle: a\n", "has no end; put --- on a line after it"),
        (
            b"---\ntitle: a: b\n---\n",
            "line 2: the frontmatter is not valid YAML .*put the value in quotes",
        ),
        (
            b"---\n\ntitle: 'a\nsource: https://e.org/\n---\n",
            "line 3: the frontmatter is not valid YAML: the text is not closed: write ' at its end",
        ),
        (b"---\n- a\n---\n", "no list of `key: value` lines"),
        (b"---\n---\n", "no list of `key: value` lines"),
        (b"---\ntitle: a\n---\n", "source: has to be the article's URL, not ''"),
        (b"---\nsource: mailto:x\n---\n", "source: has to be the article's URL"),
        (
            b"---\nsource: https://e.org/\ntitle: [a]\n---\n",
            "title: has to be one text; put it in quotes",
        ),
        (b"---\nsource: https://e.org/\ntags: {a: b}\n---\n", "tags: has to be a list of texts"),
        (b"---\nsource: https://e.org/\ntags: [[a]]\n---\n", "tags: has to be a list of texts"),
        (
            b"---\nsource: https://e.org/\ndate: soon\n---\n",
            "line 3: date: 'soon' is no day; write it like '2026-11-24'",
        ),
        (
            b"---\nsource: https://e.org/\nadded: soon\n---\n",
            "added: 'soon' is no time; write it like",
        ),
        (b"---\nsource: https://e.org/\norigin: x\n---\n", "origin: has to be indented"),
        (
            b"---\nsource: https://e.org/\norigin: {updated: x}\n---\n",
            "origin: updated: 'x' is no time",
        ),
        (b"---\ntitle: \xff\n---\n", "not UTF-8 at byte 11; save the file as UTF-8"),
        (b"---\n" + b"[" * 5000 + b"\n---\n", "not valid YAML|no list of"),
    ],
)
def test_a_broken_file_is_named_with_its_fault_and_cure(data: bytes, fault: str) -> None:
    """A file that is not a valid article is an error with its path, where possible the line, the
    fault, and what to write instead."""
    with pytest.raises(ConfigError, match=f"^articles/a.md:.*({fault})"):
        frontmatter.load(data, "articles/a.md")


def test_the_digest_is_text_even_when_it_looks_like_a_number() -> None:
    """A digest of digits only, or like 1e22, is written in quotes, so that YAML does not read it as
    a number."""
    for digest in ("1" * 48, "1e" + "2" * 46, "0" * 48):
        data = frontmatter.dump(make_full_article(digest=digest))

        assert frontmatter.load(data).digest == digest
