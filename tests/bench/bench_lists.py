"""Which links of a page without a feed `add` takes for those of its articles, against those that a person chose.

    python -m tests.bench.bench_lists [--worst 5]

Reads ../shared/corpus/lists: listing pages with the items of their main list. Printed are precision, recall and F1 a
page, on average, and the selectors of the worst pages.
"""

from __future__ import annotations

import argparse
import gzip
import json
from pathlib import Path
from statistics import fmean
from typing import Any

from syndicator import urls
from syndicator.errors import NotAFeed
from syndicator.reading.list_links import proposed_links
from syndicator.reading.list_page import read_list

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"


def score(row: dict[str, Any]) -> tuple[float, float, float, str]:
    """F1, precision and recall of the links found on one page, and their selector."""
    html = gzip.decompress((CORPUS / "pages" / row["file"]).read_bytes())
    selector = proposed_links(html, row["url"])
    wanted = {urls.alias(item["url"]) for item in row["items"] if item.get("url")}
    allowed = {urls.alias(one if isinstance(one, str) else one["url"]) for one in row.get("also_ok", [])}
    found = _links(html, row["url"], selector) - (allowed - wanted)
    right = len(found & wanted)
    precision, recall = right / len(found) if found else 0.0, right / len(wanted)
    return 2 * right / (len(found) + len(wanted)), precision, recall, selector


def _links(html: bytes, url: str, selector: str) -> set[str]:
    try:
        return (
            {urls.alias(entry.url) for entry in read_list(html, url, None, [selector]).entries} if selector else set()
        )
    except NotAFeed:
        return set()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worst", type=int, default=5)
    wanted = parser.parse_args()
    with gzip.open(CORPUS / "lists" / "items.jsonl.gz", "rt", encoding="utf-8") as file:
        scores = [(*score(row), row["url"]) for row in map(json.loads, file)]
    f1, precision, recall = (fmean(one[part] for one in scores) for part in range(3))
    over = sum(one[0] > 0.8 for one in scores)
    print(f"{len(scores)} pages: F1 {f1:.3f}, precision {precision:.3f}, recall {recall:.3f}; {over} over .8")
    for one in sorted(scores)[: wanted.worst]:
        print(f"  {one[0]:.2f}  {one[4]}  {one[3]}")


if __name__ == "__main__":
    main()
