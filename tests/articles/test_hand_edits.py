"""Edits by hand are also recognised in fields of later file versions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from syndicator.articles import edits, fields, frontmatter
from syndicator.articles.edits import hand_edited, list_field_keys, sign
from syndicator.articles.fields import FLAG, TEXT, Field
from syndicator.core.model import Article
from tests.articles.samples import make_full_article

# values of the later fields: as we wrote them, as the operator edits them, and of a later visit
OURS: dict[str, Any] = {"authors": ("Ada",), "rights": ("all reserved",), "hold": True}
HAND: dict[str, Any] = {"authors": ("Grace",), "rights": (), "hold": False}
NEW: dict[str, Any] = {"authors": ("New",), "rights": ("new",), "hold": True}


def dump_and_load(article: Article) -> Article:
    return frontmatter.load(frontmatter.dump(article))


def test_every_signed_field_is_tried() -> None:
    """The sample values in this module (OURS, HAND) cover every field with a signature of its
    own."""
    signed = {row.key for row in fields.list_signed()}

    assert set(OURS) == signed
    assert set(HAND) == signed


def test_nothing_is_edited_right_after_a_write() -> None:
    """No later field counts as edited right after we wrote the file; an article without these
    fields has no second digest."""
    assert hand_edited(dump_and_load(sign(make_full_article(**OURS)))) == frozenset()
    assert sign(make_full_article()).digest2 == ""


def test_the_digest_of_the_first_eight_does_not_know_the_later_fields() -> None:
    """The first digest does not depend on fields of later versions, so that earlier versions can
    still check it."""
    assert sign(make_full_article(**OURS)).digest == sign(make_full_article()).digest


@pytest.mark.parametrize("field", HAND)
def test_an_edit_is_known_and_kept_over_every_later_write(field: str) -> None:
    """A later field that was edited by hand (to its value in HAND) is kept by all later writes,
    with new values (NEW), none or those of the file, unless a write is ordered to change it."""
    in_file = replace(dump_and_load(sign(make_full_article(**OURS))), **{field: HAND[field]})
    assert hand_edited(in_file) == {field}

    new = make_full_article(**NEW)
    merged = dump_and_load(edits.merge(new, in_file))
    assert {name: getattr(merged, name) for name in NEW} == {**NEW, field: HAND[field]}

    without_these_fields = make_full_article()
    for ours in (new, merged, without_these_fields, merged):
        merged = dump_and_load(edits.merge(ours, merged))
        assert hand_edited(merged) == {field}
        assert getattr(merged, field) == HAND[field]

    by_order = edits.merge(new, merged, ordered=(field,))
    assert getattr(by_order, field) == NEW[field]


@pytest.mark.parametrize("field", OURS)
def test_what_we_never_wrote_is_ours_while_empty_and_a_hands_once_filled_in(field: str) -> None:
    """A field that we never wrote is filled by us while it is empty; if the operator fills it in,
    that value is kept."""
    empty = dump_and_load(sign(make_full_article()))
    assert getattr(edits.merge(make_full_article(**NEW), empty), field) == NEW[field]

    operators_value = OURS[field]
    filled = replace(empty, **{field: operators_value})
    assert hand_edited(filled) == {field}

    merged = dump_and_load(edits.merge(make_full_article(), filled))
    assert getattr(merged, field) == operators_value

    merged_again = dump_and_load(edits.merge(make_full_article(**NEW), merged))
    assert hand_edited(merged_again) == {field}


def test_one_more_signed_field_makes_no_old_one_the_operators(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """If a later version signs more fields, wherever their rows are in the table, no field of
    existing files counts as edited."""
    without_later_fields = dump_and_load(sign(make_full_article()))
    with_later_fields = dump_and_load(sign(make_full_article(**OURS)))

    # two more signed fields, the first and the last of the table
    monkeypatch.setattr(fields, "TABLE", (Field("section", TEXT, 2, signed=True), *fields.TABLE))
    monkeypatch.setattr(fields, "TABLE", (*fields.TABLE, Field("partial", FLAG, 2, signed=True)))

    assert len(list_field_keys()) == 8 + 3 + 2
    for in_file in (without_later_fields, with_later_fields):
        # as in a file from before: the new fields are empty
        assert hand_edited(replace(in_file, section="", partial=False)) == frozenset()


def test_a_file_without_our_digest_is_by_hand_in_its_later_fields_too() -> None:
    """In a file without a digest every field with a value is by hand; `hold` counts only if
    `schema: 2` makes it a field."""
    with_schema = (
        b"---\ntitle: Mine\ndate: 2026-01-05\nsource: https://example.org/a\n"
        b"schema: 2\nhold: true\n---\n"
    )
    without_schema = with_schema.replace(b"schema: 2\n", b"")

    assert hand_edited(frontmatter.load(with_schema)) == {"title", "date", "hold"}
    assert hand_edited(frontmatter.load(without_schema)) == {"title", "date"}
