"""What an editor would sign: the scorer of the corpus on its labelled articles, read and described
as a visit would.

    python -m tests.bench.bench_editor [--pred OUT.jsonl] [--details OUT.jsonl]

The taxonomy is the one that the articles were labelled against."""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

from syndicator.core.errors import NotAnArticle
from syndicator.core.model import Draft
from syndicator.core.text import plain
from syndicator.describing.describe import Description, describe
from syndicator.describing.taxonomy.taxonomy import Taxonomy
from syndicator.filing.read_article import list_own_names
from syndicator.reading.reader import read

SHARED = Path(__file__).resolve().parents[3] / "shared"
EDITOR = SHARED / "corpus" / "editor"
PAGES = SHARED / "corpus" / "pages"
Row = dict[str, Any]


@lru_cache(maxsize=1)
def scorer() -> ModuleType:
    """../shared/tools/score_editor.py as a module."""
    spec = importlib.util.spec_from_file_location(
        "score_editor", SHARED / "tools" / "score_editor.py"
    )
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@lru_cache(maxsize=1)
def labels() -> list[Row]:
    found: list[Row] = scorer().rows(EDITOR / "articles.jsonl.gz")
    return found


@lru_cache(maxsize=1)
def drafts() -> dict[str, Draft]:
    """Id -> what the reader saw, for each labelled article that it took for one."""
    return dict(_drafts({row["id"] for row in labels()}))


def _drafts(wanted: set[str]) -> Iterator[tuple[str, Draft]]:
    for manifest in ("manifest", "more"):
        for row in scorer().rows(PAGES / f"{manifest}.jsonl.gz"):
            if row["id"] in wanted:
                try:
                    yield (
                        row["id"],
                        read(gzip.decompress((PAGES / row["file"]).read_bytes()), row["url"]),
                    )
                except NotAnArticle:
                    continue


def described(draft: Draft, taxonomy: Taxonomy) -> Description:
    return describe(
        draft.title,
        plain(draft.body),
        description=draft.description,
        keywords=draft.keywords,
        section=draft.section,
        own=list_own_names(draft.author, draft.url),
        language=draft.language,
        taxonomy=taxonomy,
    )


def predictions(taxonomy: Taxonomy) -> list[Row]:
    """A line for the scorer of each labelled article."""
    found = {article_id: described(draft, taxonomy) for article_id, draft in drafts().items()}
    return [
        {
            "id": article_id,
            "excerpt": one.excerpt,
            "category": one.category or None,
            "tags": one.tags,
            "by": one.excerpt_by,
        }
        for article_id, one in found.items()
    ]


def judged(taxonomy: Taxonomy | None = None) -> list[Row]:
    """What the editor says of each article, with who wrote its excerpt (`by`)."""
    taxonomy = taxonomy or Taxonomy.from_toml(EDITOR / "taxonomy.toml")
    known = {tag.name.casefold() for tag in taxonomy.vocabulary.tag}
    by_id = {row["id"]: row for row in labels()}
    return [
        scorer().judge(by_id[line["id"]], line, known) | {"by": line["by"]}
        for line in predictions(taxonomy)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--details", type=Path)
    options = parser.parse_args()
    found = judged()
    if options.details:
        options.details.write_text(
            "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in found), "utf-8"
        )
    parts = {"total": found} | {
        value: [row for row in found if row[key] == value]
        for key, value in (
            ("group", "en"),
            ("group", "other"),
            ("by", "extractive"),
            ("by", "publisher"),
        )
    }
    for name, part in parts.items():
        print(f"\n{name}")
        for measure, value in scorer().summary(part).items():
            if isinstance(value, dict) and "share" in value:
                text = (
                    f"{value['share']:.3f} [{value['low']:.3f}, {value['high']:.3f}]"
                    f" {value['k']}/{value['n']}"
                )
            else:
                text = str(value)
            print(f"  {measure:20} {text}")


if __name__ == "__main__":
    main()
