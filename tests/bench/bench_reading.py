"""Scores the reader and trafilatura's own over ../shared/corpus/pages in one run, and prints the
table.

    python -m tests.bench.bench_reading [--every N | --quick] [--by GROUP] [--keep DIR]
    python -m tests.bench.bench_reading --cpu [--every N]    only what a page costs, reading and
    describing

Two processes. Scores come from ../shared/tools/score_articles.py; CPU is each tool's own, on the
same page one after the other; kept structure is counted against the markdown that some truths have.
Every figure stands with its 95 % interval, a percentile bootstrap over pages. All 801 pages take
about four minutes on two idle cores.
"""

from __future__ import annotations

import argparse
import gc
import gzip
import json
import logging
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import numpy as np

from syndicator.core.model import Draft, ReadArticle
from tests.reading.structures import compare_structures

SHARED = Path(__file__).resolve().parent.parent.parent.parent / "shared"
PAGES = SHARED / "corpus" / "pages"
BOOT = 1000  # samples of pages for an interval
NOWHERE = "https://example.org/page"
Prediction = dict[str, Any]


def rows(every: int = 1, quick: bool = False) -> list[dict[str, Any]]:
    """The pages of the manifest: all, the quick ones, or each `every`th."""
    with gzip.open(PAGES / "manifest.jsonl.gz", "rt", encoding="utf-8") as lines:
        found = [json.loads(line) for line in lines]
    return [row for row in found if row["quick"]] if quick else found[::every]


def html_of(row: dict[str, Any]) -> bytes:
    with gzip.open(PAGES / row["file"]) as file:
        return file.read()


def ours(html: bytes, url: str) -> Prediction:
    from syndicator.core.errors import NotAnArticle
    from syndicator.reading.reader import read

    try:
        return prediction(read(html, url))
    except NotAnArticle as error:
        return {"refused": error.kind}


def prediction(draft: Draft | ReadArticle) -> Prediction:
    from syndicator.core import text

    date = draft.published.date().isoformat() if draft.published else ""
    author = draft.author.split(", ") if draft.author else []
    return {
        "title": draft.title,
        "author": author,
        "date": date,
        "image": draft.cover,
        "text": text.plain(draft.body),
        "markdown": draft.body,
    }


def theirs(html: bytes, url: str) -> Prediction:
    """trafilatura with its defaults and metadata, as its users call it."""
    import trafilatura

    found = trafilatura.bare_extraction(html, url=url, with_metadata=True, include_comments=False)
    names = ("title", "author", "date", "image")
    made = {name: getattr(found, name, None) or "" for name in names}
    return {**made, "text": found.text or "" if found is not None else ""}


def both(row: dict[str, Any]) -> tuple[Prediction, Prediction]:
    """Predictions of ours and theirs for one page, each with the CPU seconds it took."""
    logging.disable(logging.CRITICAL)
    html = html_of(row)
    url = row["url"] or NOWHERE
    out: list[Prediction] = []
    for read in (ours, theirs):
        started = time.process_time()
        made = read(html, url)
        out.append({"id": row["id"], **made, "cpu": time.process_time() - started})
    if row["truth"].get("markdown"):
        out[1]["markdown"] = _their_markdown(html, url)
    return out[0], out[1]


def _warm(row: dict[str, Any]) -> None:
    """Imports and tables are paid once for each process, not for a page."""
    both(row)


def _their_markdown(html: bytes, url: str) -> str:
    import trafilatura

    made = trafilatura.extract(
        html,
        url=url,
        include_comments=False,
        output_format="markdown",
        include_formatting=True,
        include_links=True,
    )
    return str(made or "")


def structure(
    pages: Sequence[dict[str, Any]], predictions: dict[str, Prediction]
) -> dict[str, float]:
    """The share of list items, headings, table rows and code blocks of the truths' markdown that
    are kept."""
    return {name: values[0] for name, values in _kept(pages, predictions, boot=0).items()}


def _kept(
    pages: Sequence[dict[str, Any]], predictions: dict[str, Prediction], boot: int = BOOT
) -> dict[str, list[float]]:
    """Each share of `structure`, with the ends of its interval when `boot` samples of pages are
    drawn."""
    counts: dict[str, list[tuple[int, int]]] = {}
    for row in pages:
        truth = row["truth"].get("markdown")
        for name, pair in (
            compare_structures(truth, predictions[row["id"]].get("markdown") or "").items()
            if truth
            else ()
        ):
            counts.setdefault(name, []).append(pair)
    found = {name: np.array(pairs, dtype=float) for name, pairs in counts.items()}
    return {
        name: _interval(pairs, _share, boot) for name, pairs in found.items() if pairs[:, 1].sum()
    }


def _share(pairs: Any) -> float:
    return float(pairs[:, 0].sum() / max(pairs[:, 1].sum(), 1))


def times_median(pairs: Any) -> float:
    """Return the median of the first column, in times of that of the second."""
    return float(np.median(pairs[:, 0]) / np.median(pairs[:, 1]))


def _interval(values: Any, figure: Callable[[Any], float], boot: int) -> list[float]:
    """A figure of rows of `values` and, from `boot` samples of the rows, the ends of its 95 %
    interval."""
    draw = np.random.default_rng(7)
    drawn = [figure(values[draw.integers(0, len(values), len(values))]) for _ in range(boot)]
    return [figure(values), *(np.percentile(drawn, (2.5, 97.5)).tolist() if drawn else ())]


def score(folder: Path, pages: Sequence[dict[str, Any]], by: str, boot: int = BOOT) -> str:
    """What score_articles.py says of ours.jsonl and trafilatura.jsonl in `folder`."""
    manifest = folder / "manifest.jsonl"
    manifest.write_text("".join(json.dumps(row) + "\n" for row in pages), encoding="utf-8")
    files = [str(folder / "trafilatura.jsonl"), str(folder / "ours.jsonl")]
    tool = str(SHARED / "tools" / "score_articles.py")
    command = [sys.executable, tool, "--manifest", str(manifest), "--boot", str(boot), "--by", by]
    command += ["--json", str(folder / "scores.json"), "--pred", *files]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=600).stdout


def run(
    folder: Path, pages: Sequence[dict[str, Any]], processes: int = 2
) -> tuple[list[Prediction], list[Prediction]]:
    """Reads all pages with both tools; the predictions stand in `folder` too."""
    with Pool(processes, initializer=_warm, initargs=(pages[0],)) as pool:
        found = pool.map(both, pages, chunksize=4)
    for name, at in (("ours", 0), ("trafilatura", 1)):
        lines = "".join(json.dumps(pair[at]) + "\n" for pair in found)
        (folder / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    return [pair[0] for pair in found], [pair[1] for pair in found]


_FIGURES = {  # of the scorer's, as they stand in the table
    "body F1": ("body", "F1"),
    "must_have found": ("snip", "snipR"),
    "must_not found": ("snip", "snipFP"),
    "title": ("title", "title"),
    "author": ("author", "author"),
    "date": ("date", "date"),
    "image": ("image", "image"),
}
TOOLS = ("ours", "trafilatura")


def table(folder: Path, pages: Sequence[dict[str, Any]], found: dict[str, list[Prediction]]) -> str:
    """All figures of both tools, a line each, with their intervals."""
    lines: dict[str, list[list[float]]] = {}
    sets = sorted({row["set"] for row in pages})
    for name, rows_of in (
        ("", pages),
        *((each, [r for r in pages if r["set"] == each]) for each in sets),
    ):
        score(folder, rows_of, "none")
        scores = json.loads((folder / "scores.json").read_text("utf-8"))["all"]
        for title, (metric, figure) in list(_FIGURES.items())[: 1 if name else None]:
            values = [scores[tool].get(metric, {}).get(figure, []) for tool in TOOLS]
            if all(values):
                lines[f"{title} {name}".strip()] = values
    shares = [_kept(pages, {p["id"]: p for p in found[tool]}) for tool in TOOLS]
    lines |= {f"{name} kept": [share[name] for share in shares] for name in shares[0]}
    head = f"{len(pages)} pages".ljust(20) + "".join(tool.ljust(26) for tool in TOOLS)
    return "\n".join(
        [
            head,
            *(f"{title:20}" + "".join(_cell(v) for v in values) for title, values in lines.items()),
        ]
    )


def _cell(values: Sequence[float]) -> str:
    shown = f"{values[0]:.3f}" + (f" ({values[1]:.3f}-{values[2]:.3f})" if len(values) > 1 else "")
    return shown.ljust(26)


Tool = Callable[[bytes, str], Any]


def least_cpu(pages: Sequence[dict[str, Any]], tools: Sequence[Tool], rounds: int = 3) -> Any:
    """Return the CPU time in ms of each page (row) with each tool (column): the least of `rounds`
    after one that warms. The tools take turns at each page, in this process, which looks for
    garbage as the worker does. Every tool has seen every page by then, so what is loaded or
    remembered once counts for none."""
    from syndicator.core.errors import NotAnArticle
    from syndicator.processes import serving

    def spent(tool: Tool, row: dict[str, Any]) -> float:
        html = html_of(row)
        started = time.process_time()
        with suppress(NotAnArticle):
            tool(html, row["url"] or NOWHERE)
        return time.process_time() - started

    logging.disable(logging.CRITICAL)
    gc.collect()
    gc.freeze()
    gc.set_threshold(serving.MOST_NEW)
    turns = [[[spent(tool, row) for tool in tools] for row in pages] for _ in range(rounds + 1)]
    return 1e3 * np.array(turns[1:]).min(axis=0)


def cpu(pages: Sequence[dict[str, Any]]) -> str:
    """The CPU time of reading, of reading with describing, and of trafilatura."""
    from syndicator.describing.taxonomy.taxonomy import Taxonomy
    from syndicator.filing.read_article import read_article
    from syndicator.reading.reader import read
    from syndicator.setup.start import SHIPPED

    taxonomy = Taxonomy.from_toml(SHIPPED / "taxonomy.toml")

    def described(html: bytes, url: str) -> object:
        return read_article(html, url, taxonomy)

    least = least_cpu(pages, (read, described, theirs))
    mean = least.mean(axis=0)
    median = np.median(least, axis=0)
    names = ("reading", "reading and describing", "trafilatura")
    lines = [
        f"{name:24} median {median[at]:6.1f} ms, mean {mean[at]:6.1f} ms; times trafilatura:"
        f" medians {_cell(_interval(least[:, [at, 2]], times_median, BOOT)).strip()}, means"
        f" {mean[at] / mean[2]:.2f}"
        for at, name in enumerate(names)
    ]
    return "\n".join([f"{len(pages)} pages, load {os.getloadavg()[0]:.1f}", *lines])


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--every", type=int, default=1, help="only each Nth page")
    options.add_argument("--cpu", action="store_true", help="only what a page costs")
    options.add_argument("--quick", action="store_true", help="only the 21 quick pages")
    options.add_argument(
        "--by",
        choices=["set", "lang", "page_type"],
        help="the scorer's own lines for each group too",
    )
    options.add_argument("--keep", type=Path, help="folder in which the predictions stay")
    asked = options.parse_args()
    pages = rows(asked.every, asked.quick)
    if asked.cpu:
        print(cpu(pages))
        return
    with tempfile.TemporaryDirectory() as made:
        folder = asked.keep or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        mine, other = run(folder, pages)
        print(table(folder, pages, {"ours": mine, "trafilatura": other}))
        if asked.by:
            print(score(folder, pages, asked.by))
    print(_cost(mine, other))
    refused = [p for p in mine if "refused" in p]
    print(
        f"{len(refused)} of {len(mine)} pages are no article:"
        f" {[(p['id'], p['refused']) for p in refused][:20]}"
    )


def _cost(mine: Sequence[Prediction], other: Sequence[Prediction]) -> str:
    cpu = 1e3 * np.array([[a["cpu"], b["cpu"]] for a, b in zip(mine, other, strict=True)])
    times = _interval(cpu, times_median, BOOT)
    late = np.percentile(cpu[:, 0], 95)
    return (
        f"CPU median {np.median(cpu[:, 0]):.0f} ms, trafilatura {np.median(cpu[:, 1]):.0f} ms:"
        f" {_cell(times).strip()} times\nCPU p95 {late:.0f} ms, {late / np.median(cpu[:, 0]):.1f}"
        " times the median"
    )


if __name__ == "__main__":
    main()
