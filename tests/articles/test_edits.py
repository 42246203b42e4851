"""A field that an operator edited by hand is never overwritten."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.articles import edits, frontmatter
from syndicator.articles.edits import FIELDS, hand_edited, sign
from syndicator.core.model import Article
from tests.articles.samples import NOW, make_full_article

HAND: dict[str, dict[str, Any]] = {
    "title": {"title": "By hand"},
    "date": {"published": datetime(2025, 1, 1, tzinfo=UTC)},
    "excerpt": {"excerpt": ""},
    "coverImage": {"cover": None},
    "author": {"author": "Somebody"},
    "tags": {"tags": ("Mine",)},
    "category": {"category": "Mine"},
    "body": {"body": "By hand."},
}
OURS: dict[str, Any] = {
    "title": "New",
    "published": datetime(2024, 5, 5, tzinfo=UTC),
    "excerpt": "New.",
    "cover": "https://example.org/new.jpg",
    "author": "New",
    "tags": ("New",),
    "category": "New",
    "body": "New.",
}


def write_and_load(article: Article) -> Article:
    """As it comes back from its file right after our write."""
    return frontmatter.load(frontmatter.dump(sign(article)))


def test_the_digest_has_eight_hashes_of_six() -> None:
    """The digest in an article file has a hash of six characters for each of the eight signed
    fields, which HAND lists in order."""
    assert len(sign(make_full_article()).digest) == 48
    assert tuple(HAND) == FIELDS


def test_nothing_is_edited_right_after_a_write() -> None:
    """No field counts as edited by hand right after we wrote the file, for a full article and for
    an almost empty one."""
    full = make_full_article()
    almost_empty = Article(id="x", url="https://example.org/", title="")

    assert hand_edited(write_and_load(full)) == frozenset()
    assert hand_edited(write_and_load(almost_empty)) == frozenset()


@pytest.mark.parametrize("field", HAND)
def test_each_edited_field_is_known_and_kept_over_every_later_write(field: str) -> None:
    """A field that was edited by hand (with the value in HAND) is kept by two later writes, which
    update all other fields (to the values in OURS)."""
    in_file = replace(write_and_load(make_full_article()), **HAND[field])
    assert hand_edited(in_file) == {field}

    merged = edits.merge(make_full_article(**OURS), in_file)
    newer = make_full_article(**{**OURS, "title": "Newer"})
    merged_again = edits.merge(newer, written_as_is(merged))

    for attribute, value in HAND[field].items():
        assert getattr(merged, attribute) == getattr(merged_again, attribute) == value
    for attribute, value in OURS.items():
        if attribute not in HAND[field]:
            assert getattr(merged, attribute) == value
    assert hand_edited(merged_again) == {field}


def written_as_is(article: Article) -> Article:
    return frontmatter.load(frontmatter.dump(article))


@given(st.sets(st.sampled_from(sorted(HAND))))
def test_any_set_of_edits_is_known(names: set[str]) -> None:
    """If any set of fields is edited by hand, exactly these are recognised. HAND has an edit for
    each field."""
    changes = {key: value for name in names for key, value in HAND[name].items()}

    assert hand_edited(replace(write_and_load(make_full_article()), **changes)) == names


def test_edited_tags_and_excerpts_are_the_operators() -> None:
    """Edited tags and excerpts are marked as written by the operator, when read and when merged;
    unedited articles are not marked."""
    unedited = write_and_load(make_full_article())
    edited = replace(unedited, tags=("Mine",), excerpt="Mine.")

    read = edits.mark_operator_edits(edited)
    assert read.tags_by == "operator"
    assert read.excerpt_by == "operator"

    merged = edits.merge(make_full_article(), edited)
    assert merged.tags_by == "operator"
    assert merged.excerpt_by == "operator"

    assert edits.mark_operator_edits(unedited) == unedited


def test_a_field_that_is_edited_back_is_ours_again() -> None:
    """If the operator restores a field to our value ("A title"), later visits update it again."""
    ours = make_full_article(title="A title")
    edited = replace(write_and_load(ours), title="By hand")
    written_over_edit = written_as_is(edits.merge(ours, edited))

    back = replace(written_over_edit, title="A title")

    assert hand_edited(back) == frozenset()
    assert edits.merge(make_full_article(title="New"), back).title == "New"


@pytest.mark.parametrize("field", ["title", "excerpt", "tags", "category"])
def test_what_the_file_calls_the_operators_stays_although_no_hash_differs(field: str) -> None:
    """A field with `*_by: operator` is kept over three writes, with its own and with a new value,
    although it is as we wrote it; only a write that is ordered to change it does."""
    unchanged = make_full_article()
    new_value = OURS[field]
    changed = make_full_article(**{field: new_value})
    in_file = write_and_load(make_full_article(**{f"{field}_by": "operator"}))

    for ours in (unchanged, changed, changed):
        in_file = written_as_is(edits.merge(ours, in_file))
        assert getattr(in_file, field) == getattr(unchanged, field)
        assert getattr(in_file, f"{field}_by") == "operator"

    by_order = edits.merge(changed, in_file, ordered=(field,))
    assert getattr(by_order, field) == new_value


def test_trimmed_line_ends_and_a_last_newline_are_no_edit() -> None:
    """Spaces that an editor trims at line ends, and line ends that it adds at the end, are not
    edits of the body."""
    article = write_and_load(make_full_article(body="One  \ntwo\t\n\nthree"))
    trimmed = frontmatter.load(
        frontmatter.dump(article).replace(b"One  \n", b"One\n").replace(b"two\t", b"two") + b"\n\n"
    )

    assert hand_edited(trimmed) == frozenset()


def test_a_file_without_our_digest_is_all_by_hand() -> None:
    """Every field that a file without digest has (title, date and body) counts as edited by the
    operator, also after a later visit; those that it lacks are filled."""
    in_file = frontmatter.load(
        b"---\ntitle: Mine\ndate: 2026-01-05\nsource: https://example.org/a\n---\nText\n"
    )

    assert hand_edited(in_file) == {"title", "date", "body"}
    merged = edits.merge(make_full_article(), in_file)
    assert merged.title == "Mine"
    assert merged.body == "Text"
    assert merged.author == "Ada Lovelace"
    assert hand_edited(written_as_is(merged)) == {"title", "date", "body"}


def test_the_time_an_article_was_added_never_moves() -> None:
    """The time an article was added stays when a later visit writes it with another time."""
    in_file = write_and_load(make_full_article(added=NOW))
    later = make_full_article(added=datetime(2027, 1, 1, tzinfo=UTC))

    assert edits.merge(later, in_file).added == NOW
