"""Pages of a followed site that only other sites' sources announce. Its own source says what is news there."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from syndicator.core import urls
from syndicator.core.model import Article
from syndicator.pipeline.context import FilingContext
from syndicator.pipeline.dedupe.merge import in_file, is_copy, parted, sketched, standing
from syndicator.pipeline.ownership import NONE, claim_of

RECENT = timedelta(days=7)  # by its own date; a choice: a site announces what is new within days


def aside(article: Article, run: FilingContext, now: datetime) -> Article | None:
    """`article`, which is new, as it is kept out of all feeds but those of its carriers: as a copy of the article whose
    text it has on the same site (a print page), or as unlisted if it is old or has no date. None if it may be listed:
    its own site's source announced it, or is not followed. Raises ConfigError."""
    if claim_of(article, run.owners) != NONE or not run.owners.of(article.url):
        return None
    first = _same_text(article, run)
    if first is not None:
        return replace(article, merged_into=first.id, also=())
    is_recent = article.published is not None and now - RECENT < article.published < now  # what is to come, is not
    return None if is_recent else replace(article, unlisted=True, also=())


def _same_text(article: Article, run: FilingContext) -> Article | None:
    """The article of the same site that stands for the text of `article`."""
    sketch = sketched(article.body)
    keys = sketch.keys if sketch else ()
    for owner in run.owners.of(article.url):
        for id in run.store.earlier(owner, article.title, article.published, keys):
            known = in_file(id, run) if id != article.id else None
            if (
                known
                and urls.same_site(known.url, article.url)
                and not parted(article, known)
                and is_copy(article, known, run)
            ):
                return standing(id, run.store)
    return None
