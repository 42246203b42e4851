"""What a run has its worker do, named without loading it: the libraries that read pages are the child's alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from syndicator.describing.taxonomy.files import TaxonomyFiles
from syndicator.model import Article, Entry, Rules


def read_and_render(
    html: bytes,
    url: str,
    taxonomy: TaxonomyFiles,
    *,
    render: bool,
    entry: Entry | None,
    rules: Rules,
    repeated: frozenset[str],
    headers: Mapping[str, str] | None,
    now: datetime,
    own: tuple[str, ...] = (),
) -> tuple[Article, str | None]:
    """`desk.read_and_render`, for a worker that has it loaded."""
    from syndicator.pipeline import read_article

    return read_article.read_and_render(
        html,
        url,
        taxonomy,
        render=render,
        entry=entry,
        rules=rules,
        repeated=repeated,
        headers=headers,
        now=now,
        own=own,
    )
