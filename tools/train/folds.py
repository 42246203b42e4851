"""Pages parted by domain, and tables of weights fitted without each part, so that a page can be read as one of a domain
nobody has seen."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from multiprocessing import Pool
from pathlib import Path
from typing import Any

from syndicator.core import urls
from syndicator.reading.body import ends, scorer
from tools.train import boosting, fit_blocks

Row = dict[str, Any]
FOLDS = 3


def fold_of(row: Row, folds: int = FOLDS) -> int:
    """The fold of a page, as fit_blocks.parted has it: that of its site."""
    site = urls.site(row["url"] or "") or row["domain"] or row["id"]
    return int(hashlib.sha256(site.encode()).hexdigest(), 16) % folds


def fit(rows: Sequence[Row], folder: Path, folds: int = FOLDS) -> None:
    """Writes the weights and trees of blocks of each fold into a folder of its number, unless they are there."""
    if (folder / str(folds - 1)).exists():
        return
    with Pool(2) as pool:
        examples = [each for each in pool.map(fit_blocks.example, rows, chunksize=4) if each is not None]
    for number, (train, _) in enumerate(fit_blocks.parted(examples, folds)):
        (folder / str(number)).mkdir()
        for name, text in fit_blocks.written(fit_blocks.fit_all(train, boosting.Plan()), rows).items():
            (folder / str(number) / name).write_text(text, "utf-8")


@cache
def _file(folder: Path, name: str) -> str:
    return (folder / name).read_text("utf-8")


def use(folder: Path) -> None:
    """Has the reader take its tables from `folder`, for the rest of this process."""
    scorer.weights.cache_clear()
    scorer.boosted.cache_clear()
    ends.boosted.cache_clear()
    scorer._file = ends._file = lambda name: _file(folder, name)
