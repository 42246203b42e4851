"""Minimum scores of the reader, on our own pages and on real pages if ../shared is there."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import pytest

from tests.bench import bench_reading
from tests.gate import scores

DATA = Path(__file__).parent / "data"
FLOORS = tomllib.loads((DATA / "reading.toml").read_text("utf-8"))
BODIES = tomllib.loads((DATA / "own_pages.toml").read_text("utf-8"))["body"]
OWN = (Path("tests/reading/pages"), Path("tests/reading/metadata/pages"))
# share of the real pages, all of them articles, that may be taken for something else
MOST_REFUSED = 0.03


def list_failing_figures(
    figures: Mapping[str, float], floors: Mapping[str, Any]
) -> dict[str, float]:
    """The figures below their floor, or above what they may be at most."""
    least = {name: floor for name, floor in floors.items() if not isinstance(floor, dict)}
    low = {name: figures[name] for name, floor in least.items() if figures[name] < floor}
    high = {
        name: figures[name]
        for name, most in floors.get("at_most", {}).items()
        if figures[name] > most
    }
    return low | high


def own_pages() -> list[tuple[dict[str, Any], bench_reading.Prediction]]:
    """The truth of each of our own pages, and what the reader makes of it."""
    root = Path(__file__).resolve().parents[2]
    results = []
    for file in sorted(file for folder in OWN for file in (root / folder).glob("*.toml")):
        truth = tomllib.loads(file.read_text("utf-8")) | {"body": BODIES[file.stem]}
        results.append(
            (truth, bench_reading.ours(file.with_suffix(".html").read_bytes(), truth["url"]))
        )
    return results


def own_figures(pages: list[tuple[dict[str, Any], bench_reading.Prediction]]) -> dict[str, float]:
    """The figures of [own]: shares of 1 over all pages, of snippets over all snippets."""

    def share(right: list[bool]) -> float:
        return sum(right) / len(right)

    def contains(name: str) -> list[bool]:
        texts = [(truth, re.sub(r"\s+", " ", made["text"])) for truth, made in pages]
        return [
            re.sub(r"\s+", " ", snippet) in text for truth, text in texts for snippet in truth[name]
        ]

    return {
        "body_f1": scores.body_f1([(truth["body"], made["text"]) for truth, made in pages]),
        "title": share(
            [
                scores.normalize_text(truth["title"]) == scores.normalize_text(made["title"])
                for truth, made in pages
            ]
        ),
        "author": share(
            [
                set(map(scores.normalize_text, t["author"]))
                == set(map(scores.normalize_text, m["author"]))
                for t, m in pages
            ]
        ),
        "date": share([truth["date"] == made["date"] for truth, made in pages]),
        "must_have": share(contains("must_have")),
        "must_not": share(contains("must_not")),
    }


def test_our_own_pages() -> None:
    """On our own pages no figure of reading is below its minimum or above its maximum."""
    pages = own_pages()
    assert len(pages) == len(BODIES)
    assert list_failing_figures(own_figures(pages), FLOORS["own"]) == {}


def test_a_reader_that_keeps_everything_or_half_fails_the_gate_on_our_own_pages() -> None:
    """The minimums are strict enough: readers that keep too much, half of the text or no
    metadata miss them."""
    pages = own_pages()
    wordy = [
        (truth, made | {"text": made["text"] + "\n" + " ".join(truth["must_not"])})
        for truth, made in pages
    ]
    halved = [
        (truth, made | {"text": made["text"][: len(made["text"]) // 2]}) for truth, made in pages
    ]
    untitled = [(truth, made | {"title": "", "author": [], "date": ""}) for truth, made in pages]
    assert {"must_not"} <= list_failing_figures(own_figures(wordy), FLOORS["own"]).keys()
    assert {"body_f1", "must_have"} <= list_failing_figures(
        own_figures(halved), FLOORS["own"]
    ).keys()
    assert {"title", "author", "date"} <= list_failing_figures(
        own_figures(untitled), FLOORS["own"]
    ).keys()


def _figures(
    folder: Path, pages: list[dict[str, Any]], made: list[bench_reading.Prediction]
) -> dict[str, float]:
    """What the shared scorer makes of the predictions `made`."""
    for name in bench_reading.TOOLS:
        (folder / f"{name}.jsonl").write_text(
            "".join(json.dumps(each) + "\n" for each in made), encoding="utf-8"
        )
    bench_reading.score(folder, pages, "none", boot=0)
    ours = json.loads((folder / "scores.json").read_text("utf-8"))["all"]["ours"]
    wanted = [("body", "F1"), ("snip", "snipR"), ("snip", "snipFP")]
    wanted += [(name, name) for name in ("title", "author", "date")]
    return {figure: ours[metric][figure][0] for metric, figure in wanted}


def _ours(row: dict[str, Any]) -> bench_reading.Prediction:
    html = bench_reading.html_of(row)
    url = row["url"] or bench_reading.NOWHERE
    return {"id": row["id"], **bench_reading.ours(html, url)}


def test_quick_pages(shared_folder: Path, tmp_path: Path) -> None:
    """On the quick sample of real pages no figure of reading is below its minimum."""
    pages = bench_reading.rows(quick=True)
    assert (
        list_failing_figures(
            _figures(tmp_path, pages, [_ours(row) for row in pages]), FLOORS["quick"]
        )
        == {}
    )


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_all_pages(
    read_rows: list[tuple[dict[str, Any], bench_reading.Prediction]], tmp_path: Path
) -> None:
    """On all real pages the figures of reading, also of lists, tables and code, reach their
    minimums, and few pages are refused."""
    pages, made = map(list, zip(*read_rows[: len(bench_reading.rows())], strict=True))
    assert list_failing_figures(_figures(tmp_path, pages, made), FLOORS["all"]) == {}
    shares = bench_reading.structure(pages, {each["id"]: each for each in made})
    assert list_failing_figures(shares, FLOORS["all"]["kept"]) == {}
    assert sum("refused" in each for each in made) <= MOST_REFUSED * len(made)


@pytest.mark.slow
def test_cpu_against_trafilatura(shared_folder: Path) -> None:
    """Reading takes at most 1.5 times the processor time of trafilatura, by the median of pages."""
    tools = (bench_reading.ours, bench_reading.theirs)
    with Pool(1) as pool:
        least = pool.apply(bench_reading.least_cpu, (bench_reading.rows(every=16), tools, 2))
    assert bench_reading.times_median(least) <= 1.5
