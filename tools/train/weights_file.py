"""A file of weights as describing reads it: who made it from what, then each weight under the name
of its feature."""

from __future__ import annotations

import math
import sys
import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from tools.train.provenance import DIGITS, ROOT, rounded, sha256_of

DATA = ROOT / "syndicator" / "describing" / "data"
NEAR = 1e-4  # processors add in other orders: between two kinds the fifth digit differed
Weight = float | Sequence[float]
Tables = Mapping[str, Mapping[str, Weight]]  # table -> feature -> weight


def finish(
    file: str, about: str, script: str, data: Sequence[Path], tables: Tables, *, write: bool
) -> None:
    """Writes data/`file`; or, without `write`, compares it with `tables` and exits with 1 when a
    weight, a feature or the hash of the data differs."""
    if write:
        (DATA / file).write_text(text(about, script, data, tables), encoding="utf-8")
        return
    wrong = differences((DATA / file).read_text(encoding="utf-8"), data, tables)
    print("\n".join(wrong) if wrong else f"{file}: the same to {DIGITS} digits")
    if wrong:
        sys.exit(1)


def text(about: str, script: str, data: Sequence[Path], tables: Tables) -> str:
    """The file: `about` says in a line what the weights do, `script` made them today from the files
    `data`."""
    names = ", ".join(f"{file.parent.name}/{file.name}" for file in data)
    lines = [
        f"# {about}",
        f"# Written by {script}: not to be edited by hand. Order means nothing.",
        f'script = "{script}"',
        f"made = {datetime.now(UTC):%Y-%m-%d}",
        f'data = "../shared/corpus: {names}"',
        f'data_sha256 = "{sha256_of(data)}"',
    ]
    for table, weights in tables.items():
        lines += [
            "",
            f"[{table}]",
            *(f'"{name}" = {_written(value)}' for name, value in weights.items()),
        ]
    return "\n".join(lines) + "\n"


def differences(shipped: str, data: Sequence[Path], tables: Tables) -> list[str]:
    """What differs between the text of a shipped file and what was just made; the date does not
    count."""
    found = tomllib.loads(shipped)
    wrong = [] if found["data_sha256"] == sha256_of(data) else ["made from other data"]
    for table, weights in tables.items():
        for name in dict.fromkeys((*found[table], *weights)):
            was, now = found[table].get(name), weights.get(name)
            if was is None or now is None or not _same(was, now):
                wrong.append(f"[{table}] {name}: {was} in the file, {now} made")
    return wrong


def _written(value: Weight) -> str:
    if isinstance(value, Sequence):
        return f"[{', '.join(map(_written, value))}]"
    return f"{rounded(value):.{DIGITS}g}"


def _same(was: Weight, now: Weight) -> bool:
    if isinstance(was, Sequence) and isinstance(now, Sequence):
        return len(was) == len(now) and all(map(_same, was, now))
    return math.isclose(was, now, rel_tol=NEAR, abs_tol=NEAR)  # type: ignore[arg-type]
