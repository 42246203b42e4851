"""The share of usable suggested tags on 200 real pages. data/suggestions.toml has the rule."""

from __future__ import annotations

import gzip
import hashlib
import json
import tomllib
from pathlib import Path

import pytest

from syndicator.describing.taxonomy import suggest as phrases
from syndicator.describing.taxonomy.suggest import suggest_tags
from syndicator.describing.text.language import load_function_words

pytestmark = pytest.mark.slow
JUDGED = tomllib.loads(
    (Path(__file__).parent / "data" / "suggestions.toml").read_text(encoding="utf-8")
)
PAGES = 200
SHOWN = 30
USABLE = 0.80  # of the first `SHOWN`; measured .90. Asked for is .60
PRONOUNS = (
    "i you he she it we they me him us them my your his her its our their this that these those"
)


def read_titles_and_texts(shared: Path) -> list[tuple[str, str, tuple[str, ...]]]:
    """Title and text, as people took them down, of English article pages of many sites."""
    with gzip.open(shared / "corpus/pages/manifest.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    told = [
        (row["id"], row["truth"]["title"], row["truth"]["text"])
        for row in rows
        if row["lang"] == "en"
        and row["page_type"] == "article"
        and row["truth"].get("title")
        and row["truth"].get("text")
    ]
    told.sort(key=lambda row: hashlib.sha256(row[0].encode()).hexdigest())
    return [(title, text, ()) for _, title, text in told[:PAGES]]


def test_most_suggestions_are_usable(shared_folder: Path) -> None:
    """Of the first 30 suggested tags at least 80 % were judged usable by people, and none is a
    generic word, a letter or a duplicate."""
    names = [proposal.name for proposal in suggest_tags(read_titles_and_texts(shared_folder))]
    generic = load_function_words()["en"] | phrases.load_generic_stems() | set(PRONOUNS.split())
    assert [name for name in names if name.casefold() in generic or len(name) == 1] == []
    assert len(set(map(str.casefold, names))) == len(names)
    first_names = names[:SHOWN]
    assert len(first_names) == SHOWN
    unjudged = set(first_names) - {*JUDGED["usable"], *JUDGED["unusable"]}
    assert sum(name in JUDGED["usable"] for name in first_names) >= USABLE * SHOWN, unjudged
