"""Pages parted by domain, and tables of weights fitted without each part, so that a page can be
read as one of a domain nobody has seen."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from multiprocessing import Pool
from pathlib import Path
from typing import Any

from syndicator import reading
from syndicator.core import urls
from syndicator.reading import page_type
from syndicator.reading.body import scorer
from tools.train import boosting, fit_blocks, fit_pages

Row = dict[str, Any]
FOLDS = 3
TYPES = "page_types.toml"


def fold_of(row: Row, folds: int = FOLDS) -> int:
    """The fold of a page, as fit_blocks.parted has it: that of its site."""
    site = urls.site(row["url"] or "") or row["domain"] or row["id"]
    return int(hashlib.sha256(site.encode()).hexdigest(), 16) % folds


def fit(rows: Sequence[Row], folder: Path, folds: int = FOLDS) -> None:
    """Writes the tables of blocks and of page types of each fold into a folder of its number,
    unless they are there."""
    if (folder / str(folds - 1) / TYPES).exists():
        return
    with Pool(2) as pool:
        examples = [
            each for each in pool.map(fit_blocks.example, rows, chunksize=4) if each is not None
        ]
        typed = [row for row in rows if row["page_type"] in fit_pages.LABELS]
        pages = list(zip(typed, pool.map(fit_pages.example, typed, chunksize=16), strict=True))
    for number, (train, _) in enumerate(fit_blocks.parted(examples, folds)):
        (folder / str(number)).mkdir(exist_ok=True)
        for name, text in fit_blocks.written(
            fit_blocks.fit_all(train, boosting.Plan()), rows
        ).items():
            (folder / str(number) / name).write_text(text, "utf-8")
        others = [page for row, page in pages if page is not None and fold_of(row, folds) != number]
        names, values, types = fit_pages.matrix(others)
        text = fit_pages.written(names, fit_pages.fit(names, values, types), typed)
        (folder / str(number) / TYPES).write_text(text, "utf-8")


SHIPPED = Path(reading.__file__).parent / "data"


@cache
def _file(folder: Path, name: str) -> str:
    """The file of a fold; those that are not fitted by folds are as shipped."""
    fitted = folder / name
    file = fitted if fitted.exists() else SHIPPED / name
    return file.read_text("utf-8")


def use(folder: Path) -> None:
    """Has the reader take its tables from `folder`, for the rest of this process."""
    for cached in (scorer.load_weights, scorer.load_trees, page_type.load_weights):
        cached.cache_clear()
    reading.file_text = lambda name: _file(folder, name)
