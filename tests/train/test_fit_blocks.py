"""Train the weights of blocks."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from syndicator.reading.body import overlap
from syndicator.reading.html.blocks import read_blocks
from syndicator.reading.html.document import parse
from tools.train import boosting, fit_blocks, provenance

ROOT = Path(__file__).resolve().parents[2]


PLAN = boosting.Plan(trees=10, depth=2, rate=0.3, rows=0.8, features=1.0, ridge=1.0)


def make_example(page: str, rows: int = 40) -> fit_blocks.Example:
    """A page of which the blocks with the feature "text" are article and those with "menu" are
    not."""
    draw = np.random.default_rng(len(page))
    text = draw.integers(0, 2, rows).astype(float)
    values = np.stack([np.ones(rows), 1 - text, draw.normal(size=rows), text], axis=1).astype(
        np.float32
    )
    return fit_blocks.Example(
        page=page,
        site=f"{page}.example",
        names=("bias", "menu", "noise", "text"),
        values=dict.fromkeys(fit_blocks.TABLES, values),
        wanted=text,
        counts=np.ones(rows),
        texts=tuple(f"{page} {at}" for at in range(rows)),
        kinds=("p",) * rows,
    )


EXAMPLES = [make_example("a" * n) for n in range(1, 9)]


def test_a_fit_tells_text_from_menus_and_is_the_same_each_time() -> None:
    """The fitted weights are high for "text", low for "menu" and near 0 for "noise". On all pages
    they keep the blocks that are wanted and no others (odds above 0). A second fit gives the
    same."""
    fitted = fit_blocks.fit_all(EXAMPLES, PLAN)

    assert fitted.keys() == set(fit_blocks.TABLES)

    weights = fitted["asked"].weights

    assert weights["text"] > 1
    assert weights["menu"] < -1
    assert abs(weights["noise"]) < 0.2

    for page in EXAMPLES:
        values_by_feature = fit_blocks.by_name(page, "asked")
        odds = fitted["asked"].log_odds(values_by_feature)
        assert ((odds > 0) == (page.wanted > 0)).all()

    assert fit_blocks.fit_all(EXAMPLES, PLAN) == fitted


def test_pages_with_other_features_are_refused() -> None:
    """Pages whose features differ cannot be trained together."""
    other_features = replace(EXAMPLES[0], names=("a",))
    with pytest.raises(ValueError, match="not the same features"):
        fit_blocks.fit_all([EXAMPLES[1], other_features], PLAN)


def test_of_a_long_page_a_part_is_learnt_that_counts_as_much() -> None:
    """Of a page with ten times `MOST_BLOCKS` blocks a sample is used, the same each time, whose
    total weight is that of all."""
    long = make_example("long", 10 * fit_blocks.MOST_BLOCKS)
    part = fit_blocks.learnt(long)

    assert len(part.wanted) == pytest.approx(fit_blocks.MOST_BLOCKS, rel=0.3)
    assert part.counts.sum() == pytest.approx(long.counts.sum(), rel=0.3)
    assert {len(rows) for rows in part.values.values()} == {len(part.wanted)}
    assert (fit_blocks.learnt(long).wanted == part.wanted).all()
    assert len(fit_blocks.learnt(EXAMPLES[0]).wanted) == len(EXAMPLES[0].wanted)


def test_predictions_are_of_a_fit_to_other_sites() -> None:
    """Each page is predicted once, by weights that were fitted without its site, and rightly."""
    tested_pages = []
    for train, test in fit_blocks.parted(EXAMPLES, 3):
        tested_pages += [example.page for example in test]
        train_sites = {example.site for example in train}
        assert not train_sites & {example.site for example in test}

    assert sorted(tested_pages) == sorted(example.page for example in EXAMPLES)

    for row in fit_blocks.predictions(EXAMPLES, 3, PLAN):
        example = next(example for example in EXAMPLES if example.page == row["id"])
        texts = zip(example.texts, example.wanted, strict=True)
        assert row["text"].split("\n") == [text for text, is_wanted in texts if is_wanted]


TEXT = "The ferry left at dawn, as it had done for ninety years, and nobody stood on the quay."


@pytest.mark.parametrize(
    ("truth", "expected"),
    [
        ({"text": TEXT}, [0.0, 1.0, 0.0]),
        ({"must_have": ["left at dawn"], "must_not": ["Read also"]}, [None, 1.0, 0.0]),
        ({}, [None, None, None]),
    ],
    ids=["the whole text", "passages", "nothing"],
)
def test_labels(truth: dict[str, Any], expected: list[float | None]) -> None:
    """A page has three blocks: "Home", TEXT and "Read also: boats". The label of a block is the
    share of its text that is in the truth; None means that the truth does not say."""
    markup = f"<p>Home</p><p>{TEXT}</p><p>Read also: boats</p>"
    blocks = read_blocks(
        parse(f"<html><body>{markup}</body></html>".encode(), "https://a.example/b").tree
    )
    overlap.measure_letters(blocks)
    labels = fit_blocks.labels(blocks, truth)

    assert [None if np.isnan(share) else share for share in labels] == expected


def test_a_fit_is_compared_with_the_files_by_what_it_decides(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """New weights equal the files if they decide all blocks alike; otherwise the difference in
    features, decisions or data is named."""
    manifest = tmp_path / "manifest.jsonl.gz"
    manifest.write_bytes(b"rows")
    monkeypatch.setattr(fit_blocks, "MANIFESTS", (manifest,))
    fitted = fit_blocks.fit_all(EXAMPLES, PLAN)
    for name, text in fit_blocks.written(fitted, []).items():
        (tmp_path / name).write_text(text, "utf-8")
    old, hashes = fit_blocks.kept(tmp_path)

    assert old == fitted
    assert hashes == {provenance.sha256_of([manifest])}
    assert fit_blocks.differences(fitted, EXAMPLES, [], tmp_path) == []

    asked = fitted["asked"]
    turned = fit_blocks.Fitted({name: -weight for name, weight in asked.weights.items()}, [])
    renamed = fit_blocks.Fitted({"other": 1.0}, [])
    differences = fit_blocks.differences({"asked": renamed, "alone": asked}, EXAMPLES, [], tmp_path)

    assert differences == ["asked: other features in the file"]

    rows = [{"asks": "text > 0.5", "leaves": "9 -9"}]
    wrong = fit_blocks.Fitted(turned.weights, rows)
    differences = fit_blocks.differences({"asked": asked, "alone": wrong}, EXAMPLES, [], tmp_path)

    assert differences == ["alone: 100.00% of the blocks are decided otherwise"]

    manifest.write_bytes(b"other rows")

    assert fit_blocks.differences(fitted, EXAMPLES, [], tmp_path) == [
        "the files were made from other data"
    ]


def test_a_hash_names_every_file_and_its_content(tmp_path: Path) -> None:
    """The hash differs if names, order or contents of the files do: five variants give five
    hashes."""
    one = tmp_path / "one"
    two = tmp_path / "two"
    one.write_bytes(b"1")
    two.write_bytes(b"1")
    results = {provenance.sha256_of(files) for files in ([one], [two], [one, two], [two, one])}
    two.write_bytes(b"2")

    assert len(results | {provenance.sha256_of([one, two])}) == 5


def test_numerical_libraries_get_one_thread() -> None:
    """The training scripts limit numerical libraries to one thread, so that results do not
    depend on the machine."""
    code = (
        "import os; from tools.train.provenance import single_thread; single_thread(); "
        "print(os.environ['OMP_NUM_THREADS'], os.environ['OPENBLAS_NUM_THREADS'])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert result.stdout.split() == ["1", "1"], result.stderr


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_shipped_weights_and_trees_can_be_made_again(shared_folder: Path) -> None:
    """The training script, run again, makes the shipped weights and trees; it exits with an
    error if they differ."""
    command = [sys.executable, "-m", "tools.train.fit_blocks"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900)
    assert result.returncode == 0, result.stdout + result.stderr
