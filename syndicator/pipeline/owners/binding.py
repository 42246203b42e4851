"""Which article an entry is. It is bound to an article only through an address that answers for it: identity never
changes hands."""

from __future__ import annotations

from collections.abc import Iterable

from syndicator.core import urls
from syndicator.core.model import Article
from syndicator.core.ports import VisitStore


def known_at(
    store: VisitStore, aliases: Iterable[str], url: str, source: str = "", home: str | None = None
) -> str | None:
    """The id of the first article that one of the alias keys finds and that may be what is at `url`: it is of that
    site; or its file names that very address, and this `source` filed it (the address led to it) or it is of that
    domain (as earlier versions filed it); or there is no `url`. Aliases on other sites in a database of an earlier
    version find nothing. `home`: the site that this one moved away from."""
    for key in aliases:
        id = store.find([key])
        article = _by_its_owner(store, store.article(id) if id else None)
        if article is None:
            continue
        named = url in article.aliases and (article.source_key == source or urls.same_publisher(article.url, url))
        if not url or named or urls.site(article.url) in (urls.site(url), home):
            return article.id
    return None


def _by_its_owner(store: VisitStore, article: Article | None) -> Article | None:
    """The article, or the one of the same address in the spelling of its own site's source."""
    first = store.article(article.merged_into) if article and article.merged_into else None
    return first if first and article and urls.alias(first.url) == urls.alias(article.url) else article


def strayed(old: Article, announced: str, answered: str) -> bool:
    """True when an address on the site of the article `old` was `announced` and another site `answered`: a redirect
    there is no revision of the article, nor another one."""
    return urls.same_site(old.url, announced) and not urls.same_site(old.url, answered)
