"""QR codes, compared with those of another encoder."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from syndicator.publishing.web.qr_code import QUIET, qr_code, svg

CODES = tomllib.loads((Path(__file__).parent / "qr_codes.toml").read_text())["code"]


@pytest.mark.parametrize("code", CODES, ids=lambda code: code["text"])
def test_another_encoder_makes_the_same(code: dict[str, str]) -> None:
    rows = qr_code(code["text"])
    assert rows is not None
    assert " ".join(f"{int(''.join('01'[module] for module in row), 2):x}" for row in rows) == code["rows"]


def test_there_is_none_of_what_is_too_long() -> None:
    assert qr_code("x" * 106) is not None and qr_code("x" * 107) is None


def test_its_picture_has_each_dark_module_and_a_quiet_zone() -> None:
    rows = qr_code("http://a")
    assert rows is not None
    picture = svg(rows)
    assert picture.count("h1v1h-1z") == sum(map(sum, rows))
    assert f'viewBox="0 0 {len(rows) + 2 * QUIET} {len(rows) + 2 * QUIET}"' in picture
    assert f'd="M{QUIET} {QUIET}h1v1' in picture
