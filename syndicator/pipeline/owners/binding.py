"""Which article an entry is. It is bound to an article only through an address that answers for it: identity never
changes hands."""

from __future__ import annotations

from collections.abc import Iterable

from syndicator import urls
from syndicator.model import Article
from syndicator.ports import VisitStore


def known_at(store: VisitStore, aliases: Iterable[str], url: str, source: str = "") -> str | None:
    """The id of the article that one of the alias keys finds, the first that may be what is at `url`: it is of that
    site, or this `source` announced it at that very address before (which led to it), or there is no `url`. A database
    of an earlier version has aliases on other sites: they find nothing."""
    for key in aliases:
        id = store.find([key])
        article = store.article(id) if id else None
        if article is None:
            continue
        if not url or urls.same_site(article.url, url) or (article.source_key == source and url in article.aliases):
            return article.id
    return None


def strayed(old: Article, announced: str, answered: str) -> bool:
    """True when an address on the site of the article `old` was `announced` and another site `answered`: a redirect
    there is no revision of the article, nor another one."""
    return urls.same_site(old.url, announced) and not urls.same_site(old.url, answered)
