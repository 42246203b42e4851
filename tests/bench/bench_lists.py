"""What `add` finds on pages that list articles and have no feed, against the items that a person
chose.

    python -m tests.bench.bench_lists [--pages ITEMS.jsonl.gz --html DIR] [--pred FILE] [--worst 5]

Reads ../shared/corpus/lists, or the pages that --pages names (one a line: id, url, file, items,
also_ok; `file` within --html). A page is found where 80 % of its items are and 95 % of what is
found are items or may be taken. Printed are found, precision and recall a page, titles, and dates
and pictures where the page's truth has them. --pred writes the items as lines that score_lists.py
of ../shared/tools reads.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from statistics import fmean
from typing import Any
from urllib.parse import urlsplit

from syndicator.core import urls
from syndicator.core.errors import NotAFeed
from syndicator.core.model import Entry
from syndicator.reading.lists.learn import read_listing
from syndicator.reading.lists.wrapper import make_title_key

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
RECALL = 0.8
PRECISION = 0.95  # of a page that counts as found


def listed(html: bytes, url: str) -> tuple[Entry, ...]:
    """The entries of a page, none where it has no list."""
    try:
        return read_listing(html, url).entries
    except NotAFeed:
        return ()


def score(
    row: dict[str, Any], found: tuple[Entry, ...], counted: Counter[str]
) -> tuple[float, float]:
    """Precision and recall of one page. `counted`: grows by titles, dates and pictures, and those
    that are right."""
    wanted = {urls.alias(item["url"]): item for item in row["items"]}
    allowed = {urls.alias(one) for one in row.get("also_ok", [])}
    right = {urls.alias(entry.url): entry for entry in found if urls.alias(entry.url) in wanted}
    for key, entry in right.items():
        item = wanted[key]
        counted.update(
            titles=1, right_titles=make_title_key(item["title"]) == make_title_key(entry.title)
        )
        if item.get("date"):
            counted.update(
                dates=1,
                right_dates=bool(entry.published) and f"{entry.published:%F}" == item["date"],
            )
        if item.get("image"):
            counted.update(pictures=1, right_pictures=_name(item["image"]) == _name(entry.image))
    good = len(right) + sum(urls.alias(entry.url) in allowed - wanted.keys() for entry in found)
    return good / len(found) if found else 0.0, len(right) / len(wanted)


def _name(url: str) -> str:
    """The file of a picture: its address says of which size it is."""
    return urlsplit(url).path.rpartition("/")[2]


def rows(pages: Path) -> Iterator[dict[str, Any]]:
    opened = gzip.open if pages.suffix == ".gz" else open
    with opened(pages, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=Path, default=CORPUS / "lists" / "items.jsonl.gz")
    parser.add_argument("--html", type=Path, default=CORPUS / "pages")
    parser.add_argument("--pred", type=Path)
    parser.add_argument("--worst", type=int, default=5)
    wanted = parser.parse_args()
    counted: Counter[str] = Counter()
    scores = []
    lines = []
    for row in rows(wanted.pages):
        found = listed(gzip.decompress((wanted.html / row["file"]).read_bytes()), row["url"])
        scores.append((*score(row, found, counted), row["url"]))
        items = [{"title": entry.title, "url": entry.url} for entry in found]
        lines.append(json.dumps({"id": row["id"], "items": items}) + "\n")
    if wanted.pred:
        wanted.pred.write_text("".join(lines), encoding="utf-8")
    over = fmean(precision >= PRECISION and recall >= RECALL for precision, recall, _ in scores)
    precision, recall = (fmean(one[part] for one in scores) for part in range(2))
    print(f"{len(scores)} pages: found {over:.3f}, precision {precision:.3f}, recall {recall:.3f}")
    print(
        *(
            f"{name}: {counted[f'right_{name}']} of {counted[name]}"
            for name in ("titles", "dates", "pictures")
        ),
        sep=", ",
    )
    for one in sorted(scores)[: wanted.worst]:
        print(f"  precision {one[0]:.2f}, recall {one[1]:.2f}  {one[2]}")


if __name__ == "__main__":
    main()
