"""Fits the weights by which an author is chosen: syndicator/reading/data/author_weights.toml.

    python -m tools.train.fit_authors             fit, compare; exit status 1 if they differ
    python -m tools.train.fit_authors --write     fit and write the file
    python -m tools.train.fit_authors --folds 3   what weights fitted without a page's site reach

A conditional logit: of the candidates of a page and "nobody" one is right (McFadden 1974). Reads
../shared/corpus/pages, the pages whose authors are known; no name and no site is a feature.
"""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from multiprocessing import Pool
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from syndicator.core.errors import NotAnArticle
from syndicator.core.model import Rules
from syndicator.reading.html import document
from syndicator.reading.metadata import author, identity
from syndicator.reading.metadata import title as titles
from syndicator.reading.metadata.survey import survey_body
from tests.bench.bench_reading import NOWHERE, PAGES, html_of
from tools.train import fit_blocks
from tools.train.folds import fold_of
from tools.train.provenance import SHARED, rounded, sha256_of, single_thread

Row = dict[str, Any]
FILE = Path(author.__file__).parent.parent / "data" / author.WEIGHTS
NEAR = 0.01  # between the weights of two fits
RIDGE = 0.008  # chosen on folds by domain, as the next
LEAST_PAGES = 4  # that have a feature, so that it gets a weight
NOBODY = "nobody"
WRONG = 3.0  # missing authors that are as bad as one wrong name
CAUTIONS = tuple(step / 10 for step in range(-10, 21))  # what may be added to the odds of "nobody"
PARTS = 4  # folds by site inside the pages of a fit
STEPS, RATE = 400, 0.05

sys.path.insert(0, str(SHARED / "tools"))


class Page(NamedTuple):
    """A page's candidates: their names, features, and whether they are its authors."""

    row: Row
    people: list[tuple[str, ...]]
    features: list[list[str]]
    right: list[bool]
    authors: frozenset[str]


def names_of(value: Any) -> frozenset[str]:
    """Names in the form in which the scorer of ../shared compares them."""
    from score_articles import names  # type: ignore[import-not-found]

    return frozenset(names(value))


def read_page(row: Row) -> Page | None:
    """The candidates of the page of a row, None if it cannot be read."""
    try:
        parsed = document.parse(html_of(row), row["url"] or NOWHERE)
    except NotAnArticle:
        return None
    site = identity.read_sitename(parsed)
    headline = titles.choose_title(parsed, site, None, Rules())
    survey = survey_body(parsed.tree, headline.value or "")
    candidates = author.find_page_candidates(parsed, site, None, survey)
    authors = names_of(row["truth"]["author"])
    people = [each.people for each in candidates]
    return Page(
        row=row,
        people=people,
        features=[sorted(each.features) for each in candidates],
        right=[names_of(list(each)) == authors for each in people],
        authors=authors,
    )


def manifest() -> list[Row]:
    return [row for row in fit_blocks.manifest() if names_of(row["truth"].get("author"))]


def fit(pages: Sequence[Page]) -> Mapping[str, float]:
    """Weights of features whose sums, with that of "nobody", are the log odds of candidates."""
    counts = Counter(name for page in pages for name in set().union(*page.features))
    names = sorted(name for name, count in counts.items() if count >= LEAST_PAGES)
    places = {name: place for place, name in enumerate(names)}
    usable = [page for page in pages if page.people]
    lines = [features for page in usable for features in page.features]
    values = np.zeros((len(lines), len(names)), dtype=np.float32)
    for number, features in enumerate(lines):
        values[number, [places[name] for name in features if name in places]] = 1.0
    segment = np.repeat(np.arange(len(usable)), [len(page.people) for page in usable])
    right = np.array([each for page in usable for each in page.right], dtype=float)
    rights = np.bincount(segment, right)
    wanted = right / np.maximum(rights[segment], 1)
    nobody = (rights == 0).astype(float)
    weights = np.zeros(len(names) + 1)
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, STEPS + 1):  # Adam (Kingma and Ba 2014) on all pages
        odds = values @ weights[:-1].astype(np.float32)
        shares = np.exp(np.clip(odds, -30, 30))
        alone = np.exp(weights[-1])
        total = np.bincount(segment, shares) + alone
        error = (shares / total[segment] - wanted).astype(np.float32)
        slope = np.append(values.T @ error, np.sum(alone / total - nobody)) / len(usable)
        slope[:-1] += RIDGE * weights[:-1]
        first = 0.9 * first + 0.1 * slope
        second = 0.99 * second + 0.01 * slope**2
        moved = first / (1 - 0.9**step) / (np.sqrt(second / (1 - 0.99**step)) + 1e-8)
        weights -= RATE * moved
    fitted = dict(zip(names, weights.tolist(), strict=False))
    return {**fitted, NOBODY: float(weights[-1])}


def fit_cautiously(pages: Sequence[Page]) -> Mapping[str, float]:
    """The weights of `fit`, with the caution that pages of other sites than those fitted on ask
    for: a wrong name costs as much as `WRONG` missing ones."""
    costs = np.zeros(len(CAUTIONS))
    for train, test in split_by_site(pages, PARTS):
        weights = fit(train)
        for number, caution in enumerate(CAUTIONS):
            _, _, missing, wrong, _ = measure(test, weights, caution)
            costs[number] += missing + WRONG * wrong
    weights = fit(pages)
    return {**weights, NOBODY: weights[NOBODY] + CAUTIONS[int(np.argmin(costs))]}


def split_by_site(
    pages: Sequence[Page], parts: int
) -> Iterator[tuple[Sequence[Page], Sequence[Page]]]:
    """Yield for each fold of the sites the pages of the others and its own."""
    numbers = [fold_of(page.row, parts) for page in pages]
    for part in range(parts):
        yield (
            [page for page, number in zip(pages, numbers, strict=True) if number != part],
            [page for page, number in zip(pages, numbers, strict=True) if number == part],
        )


def measure(pages: Sequence[Page], weights: Mapping[str, float], caution: float = 0.0) -> Any:
    """Pages, right ones, ones without a name, with wrong names alone, with some right names."""
    out = np.zeros(5, dtype=int)
    for page in pages:
        odds = [sum(weights.get(name, 0.0) for name in each) for each in page.features]
        best = int(np.argmax(odds)) if odds else -1
        found = frozenset[str]()
        if odds and odds[best] >= weights[NOBODY] + caution:
            found = names_of(list(page.people[best]))
        same = found == page.authors
        shared = bool(found & page.authors)
        out += np.array([1, same, not found, bool(found) and not shared, shared and not same])
    return out


def measure_folds(pages: Sequence[Page], parts: int) -> None:
    """Print what pages reach with weights and caution fitted without their sites."""
    sums = np.zeros(5, dtype=int)
    for train, test in split_by_site(pages, parts):
        sums += measure(test, fit_cautiously(train))
    print(
        f"right {sums[1] / sums[0]:.3f} of {sums[0]},"
        f" no name {sums[2]}, wrong names {sums[3]}, some right {sums[4]}"
    )


def written(weights: Mapping[str, float], rows: Sequence[Row]) -> str:
    """The file: what made it, from which data, and the weights."""
    files = [*fit_blocks.MANIFESTS, *(PAGES / row["file"] for row in rows)]
    lines = [
        "# Weights of the features of candidates for the authors of a page: log odds against the",
        "# other candidates; a page names nobody if no candidate's sum reaches `nobody`.",
        "# Written by tools/train/fit_authors.py: not to be edited by hand. Order means nothing.",
        'script = "tools/train/fit_authors.py"',
        f"made = {datetime.now(UTC):%Y-%m-%d}",
        'data = "../shared/corpus/pages: both manifests and the pages whose authors are known"',
        f'data_sha256 = "{sha256_of(files)}"',
        "",
        "[weights]",
        *(
            f"{json.dumps(name)} = {rounded(weight):.4g}"
            for name, weight in sorted(weights.items())
        ),
    ]
    return "\n".join(lines) + "\n"


def differences(old: str, new: str) -> list[str]:
    """What differs between two files apart from the date."""
    before, after = tomllib.loads(old), tomllib.loads(new)
    wrong = [] if before["data_sha256"] == after["data_sha256"] else ["made from other data"]
    for name in sorted(before["weights"].keys() | after["weights"].keys()):
        was = before["weights"].get(name)
        now = after["weights"].get(name)
        if was is None or now is None or abs(was - now) > NEAR:
            wrong.append(f"{name}: {was} in the file, {now} made")
    return wrong


def main() -> int:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--write", action="store_true", help="write the file")
    options.add_argument("--folds", type=int, help="measure on this many folds of the sites")
    asked = options.parse_args()
    rows = manifest()
    with Pool(2) as pool:
        pages = [page for page in pool.map(read_page, rows, chunksize=8) if page is not None]
    if asked.folds:
        measure_folds(pages, asked.folds)
        return 0
    text = written(fit_cautiously(pages), rows)
    if asked.write:
        FILE.write_text(text, "utf-8")
    wrong = differences(FILE.read_text("utf-8"), text)
    print("\n".join(wrong) or "the file has these weights")
    return 1 if wrong else 0


if __name__ == "__main__":
    single_thread()
    sys.exit(main())
