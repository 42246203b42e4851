"""Open rights.toml beside the articles; complete the file if an earlier version wrote it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress

from syndicator.articles.beside.rights_toml import RIGHTS_TOML, RightsFile
from syndicator.core import urls
from syndicator.core.errors import ConfigError
from syndicator.core.model import Article, Source
from syndicator.core.ports.articles import ArticleStore
from syndicator.filing.ownership import load_rights
from syndicator.store.engine import Store


def open_rights(sources: Iterable[Source], article_store: ArticleStore, store: Store) -> RightsFile:
    """Return rights.toml, the file that says from which other sites a source may have articles. If
    it is missing or of an earlier version, first write the sites of the articles that each source
    has by now. Raises ConfigError or OSError."""
    file = RightsFile(article_store.file(RIGHTS_TOML))
    if file.is_current():
        return file
    source_by_key = {source.key: source for source in sources}
    domains: dict[str, set[str]] = defaultdict(set)  # of other publishers, by key of the source
    hosts: dict[str, set[str]] = defaultdict(set)  # of the source's publisher, by key
    for article in _iterate_articles(article_store, store):
        source = source_by_key.get(article.source_key)
        if source is None:  # it was removed
            continue
        is_on_own_site = load_rights(file, source).owns(article.url)
        if is_on_own_site:
            continue
        if urls.same_publisher(source.url, article.url):
            hosts[source.key].add(urls.site(article.url))
        else:
            domains[source.key].add(urls.publisher(article.url))
    file.begin(domains, hosts)
    return file


def _iterate_articles(article_store: ArticleStore, store: Store) -> Iterator[Article]:
    """Yield all articles: from the database, or from their files if the database has none."""
    if store.visits.stamps():
        yield from store.index.each()
        return
    for stamp in article_store.walk():
        with suppress(ConfigError, OSError):  # skip a file that cannot be read
            yield article_store.get(stamp.path)
