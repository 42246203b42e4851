"""rights.toml of an instance: the first start of this version writes it from what sources wrote until now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress

from syndicator.articles.beside.lists import RIGHTS_TOML, RightsFile
from syndicator.core import urls
from syndicator.core.errors import ConfigError
from syndicator.core.model import Article, Source
from syndicator.core.ports.articles import ArticleStore
from syndicator.pipeline.context import rights_in
from syndicator.store.engine import Store


def open_rights(sources: Iterable[Source], article_store: ArticleStore, store: Store) -> RightsFile:
    """The file of rights; the first start of this version writes down for which hosts sources wrote until now."""
    file = RightsFile(article_store.file(RIGHTS_TOML))
    if not file.is_current():
        file.begin(*_written_for(sources, file, article_store, store))
    return file


def _written_for(
    sources: Iterable[Source], file: RightsFile, article_store: ArticleStore, store: Store
) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """For each source the domains and the hosts, besides its own, whose articles it has written. Those of other domains
    it keeps until the operator has said for whom it speaks; for other hosts of its domain it writes no more, and what
    it wrote stays as it is published."""
    known, domains, hosts = {source.key: source for source in sources}, defaultdict(set), defaultdict(set)
    for article in _articles(article_store, store):
        source = known.get(article.source_key)
        if source is None or rights_in(file, source).owns(article.url):
            continue
        if urls.same_publisher(source.url, article.url):
            hosts[source.key].add(urls.site(article.url))
        else:
            domains[source.key].add(urls.publisher(article.url))
    return domains, hosts


def _articles(article_store: ArticleStore, store: Store) -> Iterator[Article]:
    """Every article without its body: as the database has them, or from their files where it has none."""
    if store.visits.stamps():
        yield from store.index.each()
        return
    for stamp in article_store.walk():
        with suppress(ConfigError, OSError):
            yield article_store.get(stamp.path)
