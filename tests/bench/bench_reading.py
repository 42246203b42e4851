"""Our reading of the corpus pages beside trafilatura's own, in one run.

    python -m tests.bench.bench_reading [--quick] [--every N] [--ours] [--worst N]

Prints, for both: F1 of the body, snippets, title, author, date and image as the scorer of the corpus has them, the part
of list items, headings, table rows and code blocks kept (pages whose truth is markdown), and CPU per page.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import json
import re
import time
from collections.abc import Iterable, Sequence
from multiprocessing import Pool
from pathlib import Path
from typing import Any

SHARED = Path(__file__).resolve().parents[3] / "shared"
PAGES = SHARED / "corpus/pages"
STRUCTURES = {
    "list items": re.compile(r"^\s*(?:>\s*)*(?:[-*+]|\d{1,3}[.)])\s+(.+)$"),
    "headings": re.compile(r"^#{1,6}\s+(.+)$"),
    "table rows": re.compile(r"^\|(.+)\|\s*$"),
}
_WORD = re.compile(r"\w+")


def rows(*, quick: bool = False, every: int = 1) -> list[dict[str, Any]]:
    """The pages of the manifest."""
    with gzip.open(PAGES / "manifest.jsonl.gz", "rt", encoding="utf-8") as lines:
        every_row = [json.loads(line) for line in lines]
    return [row for row in every_row if row["quick"]] if quick else every_row[::every]


def ours(row: dict[str, Any]) -> dict[str, Any]:
    """Our prediction for a page, with its CPU seconds."""
    from syndicator.errors import NotAnArticle
    from syndicator.reading.reader import read
    from syndicator.text import plain

    html = gzip.decompress((PAGES / row["file"]).read_bytes())
    started = time.process_time()
    try:
        draft = read(html, row["url"])
    except NotAnArticle as refusal:
        return {"id": row["id"], "cpu": time.process_time() - started, "refused": refusal.kind}
    return {
        "id": row["id"],
        "title": draft.title,
        "author": draft.author,
        "date": draft.published.date().isoformat() if draft.published else None,
        "image": draft.cover,
        "text": plain(draft.body),
        "markdown": draft.body,
        "cpu": time.process_time() - started,
    }


def theirs(row: dict[str, Any]) -> dict[str, Any]:
    """trafilatura's prediction for a page: its text and metadata in one call, timed; its markdown in another."""
    import trafilatura

    html = gzip.decompress((PAGES / row["file"]).read_bytes())
    started = time.process_time()
    found = trafilatura.bare_extraction(html, url=row["url"], with_metadata=True)
    cpu = time.process_time() - started
    if found is None:
        return {"id": row["id"], "cpu": cpu}
    markdown = trafilatura.extract(html, url=row["url"], output_format="markdown", include_formatting=True) or ""
    return {
        "id": row["id"],
        "title": found.title,
        "author": found.author,
        "date": found.date,
        "image": found.image,
        "text": found.text,
        "markdown": markdown,
        "cpu": cpu,
    }


def score(asked: Sequence[dict[str, Any]], said: Iterable[dict[str, Any]], *, boot: int = 0) -> dict[str, float]:
    """The figures of the corpus's scorer, those of the structures, and the CPU median; with `boot`, 95 % intervals
    as `name-` and `name+`."""
    scorer = _scorer()
    by_id = {one["id"]: one for one in said}
    figures: dict[str, float] = {}
    for name, chosen in (("", asked), ("zyte ", [row for row in asked if row["set"] == "zyte"])):
        arrays = scorer.arrays([scorer.page(row, by_id.get(row["id"], {})) for row in chosen]) if chosen else {}
        for kind, array in arrays.items():
            figures |= {name + key: value for key, value in scorer.stats(kind, array).items()}
            if boot:
                for key, (low, high) in scorer.boot(kind, array, boot).items():
                    figures |= {f"{name}{key}-": low, f"{name}{key}+": high}
    figures |= structures(asked, by_id)
    cpu = sorted(one["cpu"] for one in by_id.values())
    return figures | {"cpu median ms": 1000 * cpu[len(cpu) // 2], "cpu p95 ms": 1000 * cpu[int(0.95 * len(cpu))]}


def structures(asked: Sequence[dict[str, Any]], by_id: dict[str, dict[str, Any]]) -> dict[str, float]:
    """The share of each structure of the true markdown whose words stand in the same structure of the prediction."""
    true: dict[str, int] = {}
    kept: dict[str, int] = {}
    for row in asked:
        if truth := row["truth"].get("markdown"):
            said = parts(by_id.get(row["id"], {}).get("markdown") or "")
            for name, wanted in parts(truth).items():
                true[name] = true.get(name, 0) + len(wanted)
                kept[name] = kept.get(name, 0) + len(wanted & said[name])
    return {name: kept[name] / count for name, count in true.items() if count}


def parts(markdown: str) -> dict[str, set[str]]:
    """The words of each list item, heading, table row and code block."""
    found: dict[str, set[str]] = {name: set() for name in (*STRUCTURES, "code blocks")}
    code: list[str] | None = None
    for line in markdown.splitlines():
        if line.lstrip("> ").startswith(("```", "~~~")):
            if code is not None:
                found["code blocks"].add(_words("\n".join(code)))
            code = [] if code is None else None
        elif code is not None:
            code.append(line)
        else:
            for name, pattern in STRUCTURES.items():
                if (match := pattern.match(line)) and (words := _words(re.sub(r"\]\([^)]*\)", " ", match[1]))):
                    found[name].add(words)
    return found


def _words(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))


def _scorer() -> Any:
    spec = importlib.util.spec_from_file_location("score_articles", SHARED / "tools/score_articles.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true", help="the 21 quick pages")
    options.add_argument("--every", type=int, default=1, help="every Nth page")
    options.add_argument("--ours", action="store_true", help="leave trafilatura out")
    options.add_argument("--worst", type=int, default=0, help="name the N pages with the worst bodies")
    asked = options.parse_args()
    chosen = rows(quick=asked.quick, every=asked.every)
    with Pool(2) as pool:
        mine = pool.map(ours, chosen, chunksize=8)
        other = [] if asked.ours else pool.map(theirs, chosen, chunksize=8)
    left, right = score(chosen, mine, boot=500), score(chosen, other, boot=500) if other else {}
    print(f"{len(chosen)} pages, refused: {[(one['id'], one['refused']) for one in mine if 'refused' in one]}")
    for name, value in left.items():
        if name[-1] not in "-+":
            print(
                f"{name:16} {_shown(left, name, value):24} {_shown(right, name, right.get(name, 0.0)) if right else ''}"
            )
    if asked.worst:
        _name_worst(chosen, {one["id"]: one for one in mine}, asked.worst)


def _shown(figures: dict[str, float], name: str, value: float) -> str:
    if name.endswith("ms"):
        return f"{value:.1f}"
    low, high = figures.get(f"{name}-"), figures.get(f"{name}+")
    return f"{value:.3f}" + (f" ({low:.3f}-{high:.3f})" if low is not None and high is not None else "")


def _name_worst(chosen: Sequence[dict[str, Any]], said: dict[str, dict[str, Any]], count: int) -> None:
    scorer = _scorer()
    scored = []
    for row in chosen:
        if row["truth"].get("text"):
            hit, false, missed = scorer.body(row["truth"]["text"], said.get(row["id"], {}).get("text") or "")
            scored.append((2 * hit / max(1, 2 * hit + false + missed), row["id"], false, missed))
    for f1, id, false, missed in sorted(scored)[:count]:
        print(f"worst: {f1:.3f} {id}: {false} false, {missed} missed")


if __name__ == "__main__":
    main()
