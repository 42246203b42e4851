"""Thumbnails stored in the state folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicator.pictures.outcomes import KeptPictures


def test_a_name_is_made_of_the_bytes_and_gives_them_back(tmp_path: Path) -> None:
    """Equal bytes have equal names; the name returns the bytes."""
    kept_pictures = KeptPictures(tmp_path)
    name = kept_pictures.put(b"one")

    assert name == kept_pictures.put(b"one") != kept_pictures.put(b"two")
    assert kept_pictures.get(name) == b"one"


def test_what_is_damaged_or_gone_is_not_kept(tmp_path: Path) -> None:
    """A damaged or missing file returns None."""
    kept_pictures = KeptPictures(tmp_path)
    name = kept_pictures.put(b"one")
    next(tmp_path.rglob("*.webp")).write_bytes(b"on")

    assert kept_pictures.get(name) is None
    assert kept_pictures.get("pictures/00000000000000000000.webp") is None


def test_what_no_article_has_any_more_goes(tmp_path: Path) -> None:
    """Unused thumbnails are deleted."""
    kept_pictures = KeptPictures(tmp_path)
    stays = kept_pictures.put(b"one")
    goes = kept_pictures.put(b"two")

    assert kept_pictures.drop_all_but([stays]) == 1
    assert kept_pictures.get(stays) == b"one"
    assert kept_pictures.get(goes) is None


def test_no_other_file_is_read(tmp_path: Path) -> None:
    """Only names of pictures are read, so that `..` leads to no other file."""
    with pytest.raises(ValueError, match="not the name"):
        KeptPictures(tmp_path).get("pictures/../../secret.webp")
