"""List pages of our own, in seven languages and layouts, and of the open corpus, with their
items."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from syndicator.core import urls

PAGES = Path(__file__).parent / "pages"
CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpus"


@dataclass(frozen=True, slots=True)
class Case:
    """A page, the items of its list, and addresses (urls.alias) that may be taken or left."""

    name: str
    url: str
    html: bytes
    items: tuple[dict[str, Any], ...]
    also: frozenset[str] = frozenset()

    @property
    def keys(self) -> set[str]:
        return {urls.alias(item["url"]) for item in self.items}


def list_own_cases() -> list[Case]:
    truth = json.loads((PAGES / "truth.json").read_text("utf-8"))
    return [
        Case(name, row["url"], (PAGES / f"{name}.html").read_bytes(), tuple(row["items"]))
        for name, row in truth.items()
    ]


def list_corpus_cases() -> Iterator[Case]:
    """Yield the pages of ../shared/corpus/lists, none if it is missing."""
    file = CORPUS / "lists" / "items.jsonl.gz"
    if not file.exists():
        return
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            html = gzip.decompress((CORPUS / "pages" / row["file"]).read_bytes())
            also_ok = frozenset(map(urls.alias, row["also_ok"]))
            yield Case(row["id"], row["url"], html, tuple(row["items"]), also_ok)
