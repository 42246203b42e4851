"""Scores the reader and trafilatura's own over ../shared/corpus/pages in one run, and prints the table.

    python -m tests.bench.bench_reading [--every N | --quick] [--by set] [--keep DIR]

Two processes. Scores come from ../shared/tools/score_articles.py; CPU is each tool's own, on the same page one after
the other; kept structure is counted against the markdown that some truths have.
"""

from __future__ import annotations

import argparse
import gzip
import json
import logging
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from multiprocessing import Pool
from pathlib import Path
from typing import Any

from tests.reading.structures import kept

SHARED = Path(__file__).resolve().parent.parent.parent.parent / "shared"
PAGES = SHARED / "corpus" / "pages"
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
    from syndicator import text
    from syndicator.errors import NotAnArticle
    from syndicator.reading.reader import read

    try:
        draft = read(html, url)
    except NotAnArticle as error:
        return {"refused": error.kind}
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
    html, url = html_of(row), row["url"] or NOWHERE
    out: list[Prediction] = []
    for read in (ours, theirs):
        started = time.process_time()
        made = read(html, url)
        out.append({"id": row["id"], **made, "cpu": time.process_time() - started})
    out[1]["markdown"] = _their_markdown(html, url)
    return out[0], out[1]


def _warm(row: dict[str, Any]) -> None:
    """Imports and tables are paid once for each process, not for a page."""
    both(row)


def _their_markdown(html: bytes, url: str) -> str:
    import trafilatura

    made = trafilatura.extract(
        html, url=url, include_comments=False, output_format="markdown", include_formatting=True, include_links=True
    )
    return str(made or "")


def structure(pages: Sequence[dict[str, Any]], predictions: dict[str, Prediction]) -> dict[str, float]:
    """The share of list items, headings, table rows and code blocks of the truths' markdown that are kept."""
    hits: dict[str, int] = {}
    totals: dict[str, int] = {}
    for row in pages:
        truth = row["truth"].get("markdown")
        for name, (hit, total) in kept(truth, predictions[row["id"]].get("markdown") or "").items() if truth else ():
            hits[name] = hits.get(name, 0) + hit
            totals[name] = totals.get(name, 0) + total
    return {name: hits[name] / totals[name] for name in totals if totals[name]}


def score(folder: Path, pages: Sequence[dict[str, Any]], by: str, boot: int = 1000) -> str:
    """What score_articles.py says of ours.jsonl and trafilatura.jsonl in `folder`."""
    manifest = folder / "manifest.jsonl"
    manifest.write_text("".join(json.dumps(row) + "\n" for row in pages), encoding="utf-8")
    files = [str(folder / "trafilatura.jsonl"), str(folder / "ours.jsonl")]
    tool = str(SHARED / "tools" / "score_articles.py")
    command = [sys.executable, tool, "--manifest", str(manifest), "--boot", str(boot), "--by", by]
    command += ["--json", str(folder / "scores.json"), "--pred", *files]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=600).stdout


def run(folder: Path, pages: Sequence[dict[str, Any]], processes: int = 2) -> tuple[list[Prediction], list[Prediction]]:
    """Reads all pages with both tools; the predictions stand in `folder` too."""
    with Pool(processes, initializer=_warm, initargs=(pages[0],)) as pool:
        found = pool.map(both, pages, chunksize=4)
    for name, at in (("ours", 0), ("trafilatura", 1)):
        lines = "".join(json.dumps(pair[at]) + "\n" for pair in found)
        (folder / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    return [pair[0] for pair in found], [pair[1] for pair in found]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--every", type=int, default=1, help="only each Nth page")
    options.add_argument("--quick", action="store_true", help="only the 21 quick pages")
    options.add_argument("--by", default="none", choices=["none", "set", "lang", "page_type"])
    options.add_argument("--keep", type=Path, help="folder in which the predictions stay")
    asked = options.parse_args()
    pages = rows(asked.every, asked.quick)
    with tempfile.TemporaryDirectory() as made:
        folder = asked.keep or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        mine, other = run(folder, pages)
        print(score(folder, pages, asked.by))
    for name, found in (("ours", mine), ("trafilatura", other)):
        shares = structure(pages, {p["id"]: p for p in found})
        print(f"{name:12s} kept: " + "  ".join(f"{kind} {share:.3f}" for kind, share in shares.items()))
    cpu = [sorted(p["cpu"] for p in found) for found in (mine, other)]
    median = [statistics.median(values) for values in cpu]
    late = [values[int(0.95 * len(values))] for values in cpu]
    print(
        f"CPU median {1e3 * median[0]:.0f} ms, trafilatura {1e3 * median[1]:.0f} ms: {median[0] / median[1]:.2f} times"
    )
    print(f"CPU p95 {1e3 * late[0]:.0f} ms, {late[0] / median[0]:.1f} times the median")
    refused = [p for p in mine if "refused" in p]
    print(f"{len(refused)} of {len(mine)} pages are no article: {[(p['id'], p['refused']) for p in refused][:20]}")


if __name__ == "__main__":
    main()
