"""Answers of the picture decoder's process: only plain WebP is accepted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.pictures.answers import (
    REFUSALS,
    Thumbnail,
    pack_refusal,
    pack_thumbnail,
    parse_answer,
)
from syndicator.pictures.resize import make_thumbnail
from tests.pictures import sample_pictures

GOOD = make_thumbnail(sample_pictures.make_jpeg())
SMALL = sample_pictures.make_gradient((120, 63))


def test_the_size_is_read_from_the_frame() -> None:
    """The width and height of a thumbnail come from its WebP frame, not from what the decoder
    process says."""
    assert parse_answer(pack_thumbnail(GOOD)) == Thumbnail(webp=GOOD, width=600, height=315)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        GOOD[:-2],
        GOOD + b"<script>",
        b"<html>" + GOOD,
        sample_pictures.encode_image(SMALL, "WEBP", lossless=True),
        sample_pictures.encode_image(SMALL, "WEBP", exif=b"Exif\0\0MM\0*"),
        sample_pictures.encode_image(
            SMALL, "WEBP", save_all=True, append_images=[SMALL.rotate(180)]
        ),
        sample_pictures.encode_image(sample_pictures.make_gradient((641, 100)), "WEBP"),
        sample_pictures.make_jpeg(),
    ],
    ids=[
        "nothing",
        "cut",
        "more behind it",
        "more before it",
        "lossless",
        "metadata",
        "animated",
        "large",
        "a jpeg",
    ],
)
def test_anything_else_is_not_published(data: bytes) -> None:
    """Only one plain lossy WebP is accepted: nothing before or behind it, no metadata, no
    animation, no more than 640 pixels wide."""
    assert parse_answer(pack_thumbnail(data)) is None


@given(st.binary(max_size=200))
def test_no_bytes_raise(data: bytes) -> None:
    """Random bytes from the decoder process are never a thumbnail and never raise; 30 true bytes of
    a WebP do not help."""
    assert not isinstance(parse_answer(data), Thumbnail)
    assert parse_answer(pack_thumbnail(GOOD[:30] + data)) is None


def test_codes_of_no_honest_child_refuse_nothing() -> None:
    """Unknown refusal codes are ignored, known ones are parsed."""
    assert [parse_answer(bytes((code,))) for code in (0, len(REFUSALS) + 1, 200, 255)] == [None] * 4
    assert [parse_answer(pack_refusal(reason)) for reason in REFUSALS] == list(REFUSALS)
