"""Title, author, date and image of ours against trafilatura's own metadata, in one run over the
open pages.

    python -m tests.bench.bench_metadata [--limit N] [--sets zyte,wcxb] [--out FOLDER] [--ours]
    [--fold 0|1|2] python -m tests.bench.bench_metadata --figures

Needs the folder ../shared beside the checkout. Writes the predictions to FOLDER (default: a
temporary one) and prints what `score_articles.py` makes of them, then CPU: ours, trafilatura's
whole extraction, per page. `--figures`: of the pages whose stated picture stands in the page, too,
how often the page without its head gives that picture.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from syndicator.reading.html.document import parse
from syndicator.reading.metadata import cover
from syndicator.reading.metadata.metadata import read_metadata

SHARED = Path(__file__).resolve().parents[3] / "shared"
PAGES = SHARED / "corpus" / "pages"
NOWHERE = "https://nowhere.example/"
Row = dict[str, Any]


def rows(sets: str | None = None, fold: int | None = None, limit: int | None = None) -> list[Row]:
    """The rows of both manifests: of the named sets, of one fold of the domains, the first
    `limit`."""
    found: list[Row] = []
    for name in ("manifest", "more"):
        with gzip.open(PAGES / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
            found += [json.loads(line) for line in file]
    found = [row for row in found if sets is None or row["set"] in sets.split(",")]
    found = [row for row in found if fold is None or fold_of(row["domain"]) == fold]
    return found[:limit]


def fold_of(domain: str) -> int:
    """0, 1 or 2: a split by domain, to see whether a gain holds on sites that were not looked
    at."""
    return int(hashlib.sha256(domain.encode()).hexdigest(), 16) % 3


def figures(pages: list[Row]) -> tuple[int, int]:
    """How many pages show the picture that they state, and of how many the page alone gives it."""
    shown = right = 0
    for row in pages:
        document = parse(gzip.decompress((PAGES / row["file"]).read_bytes()), row["url"] or NOWHERE)
        stated = cover.choose_cover(document, None)
        images = (
            cover.resolve_picture(document, cover.read_image_address(image))
            for image in document.tree.iter("img")
        )
        if stated.candidate.startswith("og:image") and stem(stated.value) in {
            stem(image) for image in images
        }:
            shown += 1
            alone = cover.choose_cover(replace(document, metas={}, jsonld=()), None)
            right += alone.candidate == "figure" and stem(alone.value) == stem(stated.value)
    return shown, right


def stem(address: str | None) -> str:
    """The name of a picture without its size and ending."""
    name = (address or "").partition("?")[0].rpartition("/")[2].rpartition(".")[0].lower()
    return re.sub(r"[-_](?:\d{2,4}x\d{2,4}|scaled|\d{3,4}w?)$", "", name)


def ours(data: bytes, url: str) -> Row:
    """What we read."""
    found = read_metadata(parse(data, url))
    return {
        "title": found.title,
        "author": found.author.split(", ") if found.author else None,
        "date": found.published.date().isoformat() if found.published else None,
        "image": found.cover,
        "description": found.description,
        "trace": {name: dict(value) for name, value in found.trace.items()},
    }


def theirs(data: bytes, url: str) -> Row:
    """What trafilatura says, of its extraction's own metadata."""
    import trafilatura

    found = trafilatura.bare_extraction(data, url=url, with_metadata=True, favor_precision=False)
    row = found.as_dict() if found else {}
    return {name: row.get(name) for name in ("title", "author", "date", "image", "description")}


def predictions(read: Callable[[bytes, str], Row], pages: list[Row]) -> Iterator[Row]:
    """One prediction a page, with the CPU seconds it took."""
    for row in pages:
        data = gzip.decompress((PAGES / row["file"]).read_bytes())
        start = time.process_time()
        found = read(data, row["url"] or "")
        yield {"id": row["id"], "cpu": time.process_time() - start, **found}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--sets")
    parser.add_argument("--fold", type=int)
    parser.add_argument("--figures", action="store_true")
    parser.add_argument("--by", default="none")
    parser.add_argument("--out", type=Path, default=None)
    parser.add_argument(
        "--ours", action="store_true", help="only ours; trafilatura's from an earlier --out stay"
    )
    chosen = parser.parse_args()
    out = chosen.out or Path(tempfile.mkdtemp(prefix="metadata-"))
    out.mkdir(exist_ok=True, parents=True)
    pages = rows(chosen.sets, chosen.fold, chosen.limit)
    if chosen.figures:
        articles = [
            row for row in pages if row["page_type"] in ("article", "documentation", "forum")
        ]
        print(
            "pages that show the stated picture: {}, given by the page alone: {}".format(
                *figures(articles)
            )
        )
        return
    (out / "manifest.jsonl").write_text("".join(json.dumps(row) + "\n" for row in pages), "utf-8")
    for name, read in (("ours", ours), ("trafilatura", theirs)):
        if name == "ours" or not chosen.ours:
            found = list(predictions(read, pages))
            (out / f"{name}.jsonl").write_text(
                "".join(json.dumps(row) + "\n" for row in found), "utf-8"
            )
    names = [
        str(out / f"{name}.jsonl")
        for name in ("ours", "trafilatura")
        if (out / f"{name}.jsonl").exists()
    ]
    command = [
        sys.executable,
        str(SHARED / "tools" / "score_articles.py"),
        "--manifest",
        str(out / "manifest.jsonl"),
    ]
    subprocess.run(
        [*command, "--pred", *names, "--metrics", "title,author,date,image", "--by", chosen.by],
        check=True,
    )


if __name__ == "__main__":
    main()
