"""Articles to file, and strings that break things."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from syndicator.core.model import Article, Enclosure, Origin, make_article_id
from tests.samples import Samples

NOW = datetime(2026, 11, 24, 12, 30, 5, tzinfo=UTC)
URL = "https://example.org/a"

# What YAML of one version or the other takes for something else than text, and what its emitters
# get wrong.
TRAPS = [
    *(Path(__file__).parent / "traps.txt").read_text(encoding="utf-8").splitlines(),
    "",
    " ",
    " leading",
    "trailing ",
    "colon: inside",
    "hash # inside",
    "a - b",
    "- item",
    "key: value # comment",
    "it's",
    'say "hi"',
    "back\\slash",
    "\\U0001F600",
    "tab\there",
    "line\nfeed",
    "two\n\nfeeds",
    "ends\n",
    "---\nid: evil\n---\n",
    "a\n---\nb",
    "carriage\rreturn",
    "next\x85line",
    "line\u2028separator",
    "paragraph\u2029separator",
    "no\xa0break",
    "zero\u200bwidth",
    "\ufeffbom",
    "right\u202eto left",
    "😀 emoji",
    "\U0010fffd",
    "e\u0301 combining",
    "日本語: はい",
    "x" * 5000,
    "word " * 400,
    "\0nul",
    "\x1b[31mred",
    "lone \ud800 surrogate",
    "\ufffe\uffff",
]


def strings_of(samples: Samples, every: int) -> Iterator[str]:
    """The samples of odd strings, YAML documents, file names and injections: of others' each
    `every`-th."""
    for kind, key in (("strings", "s"), ("injection", "payload"), ("paths", "name")):
        for row in samples.rows(kind, every):
            yield str(row[key])
    for path in samples.files("vectors/yaml", "*.yaml", every=every):
        yield path.read_text(encoding="utf-8")
        for case in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader):
            yield from (str(case[key]) for key in ("yaml", "json", "dump") if case.get(key))


def make_full_article(**changes: Any) -> Article:
    """An article with every field that a file keeps."""
    given: dict[str, Any] = {
        "id": make_article_id(URL),
        "url": URL,
        "title": "A title",
        "author": "Ada Lovelace",
        "published": datetime(2026, 11, 23, 8, tzinfo=UTC),
        "updated": datetime(2026, 11, 23, 9, tzinfo=UTC),
        "cover": "https://example.org/a.jpg",
        "excerpt": "One sentence.",
        "category": "AI",
        "tags": ("AI", "C++"),
        "body": "# Heading\n\nText.\n\n- one\n- two",
        "language": "en",
        "partial": True,
        "robots": ("noarchive",),
        "added": NOW,
        "source_key": "example",
        "source_id": "tag:example.org,2026:1",
        "excerpt_by": "extractive",
        "tags_by": "matched",
        "enclosure": Enclosure(
            url="https://example.org/a.mp3", type="audio/mpeg", length=3, duration="1:02"
        ),
        "also": ("https://other.example/a",),
        "revisions": ("2026-11-23T09:00:00Z",),
        "origin": Origin(
            title="Feed",
            url="https://example.org/feed",
            site="https://example.org/",
            id="f",
            updated=NOW,
        ),
        "aliases": ("https://example.org/?p=1",),
        "keywords": ("ai",),
        "section": "Technology",
        "split_from": (make_article_id("https://third.example/a"),),
        **changes,
    }
    return Article(**given)
