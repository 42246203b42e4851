"""How the weights of blocks are made again."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from syndicator.reading.body import overlap
from syndicator.reading.html.blocks import read_blocks
from syndicator.reading.html.document import parse
from tools.train import fit_blocks, provenance

ROOT = Path(__file__).resolve().parents[2]


def example(page: str, rows: int = 40) -> fit_blocks.Example:
    """A page of which the blocks with the feature "text" are article and those with "menu" are not."""
    draw = np.random.default_rng(len(page))
    text = draw.integers(0, 2, rows).astype(float)
    values = np.stack([np.ones(rows), 1 - text, draw.normal(size=rows), text], axis=1)
    return fit_blocks.Example(
        page=page,
        domain=f"{page}.example",
        names=("bias", "menu", "noise", "text"),
        values=values,
        wanted=text,
        counts=np.ones(rows),
        texts=tuple(f"{page} {at}" for at in range(rows)),
        kinds=("p",) * rows,
    )


EXAMPLES = [example("a" * n) for n in range(1, 9)]


def test_a_fit_tells_text_from_menus_and_is_the_same_each_time() -> None:
    fitted = fit_blocks.fit(EXAMPLES)
    assert fitted["text"] > 1 > -1 > fitted["menu"]
    assert abs(fitted["noise"]) < 0.2
    assert fit_blocks.fit(EXAMPLES) == fitted


def test_pages_with_other_features_are_refused() -> None:
    other = fit_blocks.Example(**{**{n: getattr(EXAMPLES[0], n) for n in EXAMPLES[0].__slots__}, "names": ("a",)})
    with pytest.raises(ValueError, match="not the same features"):
        fit_blocks.fit([EXAMPLES[1], other])


def test_predictions_are_of_weights_fitted_on_other_domains() -> None:
    folds = list(fit_blocks.parted(EXAMPLES, 3))
    assert sorted(each.page for _, test in folds for each in test) == sorted(each.page for each in EXAMPLES)
    assert all(not {e.domain for e in train} & {e.domain for e in test} for train, test in folds)
    for row in fit_blocks.predictions(EXAMPLES, 3):
        each = next(each for each in EXAMPLES if each.page == row["id"])
        right = [text for text, wanted in zip(each.texts, each.wanted, strict=True) if wanted]
        assert row["text"].split("\n") == right


TEXT = "The ferry left at dawn, as it had done for ninety years, and nobody stood on the quay."


@pytest.mark.parametrize(
    ("truth", "expected"),
    [
        ({"text": TEXT}, [0.0, 1.0, 0.0]),
        ({"must_have": ["left at dawn"], "must_not": ["Read also"]}, [None, 1.0, 0.0]),
        ({}, [None, None, None]),
    ],
)
def test_labels(truth: dict[str, Any], expected: list[float | None]) -> None:
    markup = f"<p>Home</p><p>{TEXT}</p><p>Read also: boats</p>"
    blocks = read_blocks(parse(f"<html><body>{markup}</body></html>".encode(), "https://a.example/b").tree)
    overlap.measure(blocks)
    found = fit_blocks.labels(blocks, truth)
    assert [None if np.isnan(share) else share for share in found] == expected


def test_weights_are_compared_after_rounding(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.jsonl.gz"
    manifest.write_bytes(b"rows")
    monkeypatch.setattr(fit_blocks, "MANIFEST", manifest)
    monkeypatch.setattr(fit_blocks, "WEIGHTS", tmp_path / "weights.toml")
    fit_blocks.WEIGHTS.write_text(fit_blocks.written({"b": 0.12345649, "a": -2.0}, []), "utf-8")
    table = tomllib.loads(fit_blocks.WEIGHTS.read_text("utf-8"))
    assert list(table["weights"].items()) == [("a", -2.0), ("b", 0.123456)]
    assert table["data_sha256"] == provenance.sha256_of([manifest])
    assert fit_blocks.differences({"a": -2.0, "b": 0.1234561}, []) == []
    assert fit_blocks.differences({"a": -2.0, "b": 0.1235}, []) == ["b: 0.123456 in the file, 0.1235 fitted"]
    assert fit_blocks.differences({"a": -2.0, "c": 1.0}, []) == [
        "b: 0.123456 in the file, None fitted",
        "c: None in the file, 1.0 fitted",
    ]
    manifest.write_bytes(b"other rows")
    assert fit_blocks.differences({"a": -2.0, "b": 0.123456}, []) == ["the file was made from other data"]


def test_a_hash_names_every_file_and_its_content(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(b"1")
    two.write_bytes(b"1")
    found = {provenance.sha256_of(files) for files in ([one], [two], [one, two], [two, one])}
    two.write_bytes(b"2")
    assert len(found | {provenance.sha256_of([one, two])}) == 5


def test_numerical_libraries_get_one_thread() -> None:
    code = (
        "import os; from tools.train.provenance import single_thread; single_thread(); "
        "print(os.environ['OMP_NUM_THREADS'], os.environ['OPENBLAS_NUM_THREADS'])"
    )
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert found.stdout.split() == ["1", "1"], found.stderr


@pytest.mark.slow
@pytest.mark.timeout(900)
# Class words and `noscript` are read otherwise than when the weights were fitted. Weights of today's features, tried on
# the same pages, catch 31 % of what is read badly instead of 38 % and begin one more of our own pages with a byline.
@pytest.mark.xfail(strict=True, reason="the weights are older than today's features, and new ones were worse")
def test_the_shipped_weights_can_be_made_again(shared: Path) -> None:
    command = [sys.executable, "-m", "tools.train.fit_blocks"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900)
    assert found.returncode == 0, found.stdout + found.stderr
