"""Find articles by address, id or file; read their files; refuse sources that are not
configured."""

from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path

from syndicator.app.archive import Archive
from syndicator.app.places import OpenedInstance
from syndicator.articles.beside.rights_toml import RIGHTS_TOML, RightsFile
from syndicator.core import urls
from syndicator.core.errors import ConfigError, UsageError
from syndicator.core.model import Article, Source
from syndicator.core.text import suggest_similar
from syndicator.filing.ownership import find_known_article, limit_settings, load_rights
from syndicator.store.database import chunks
from syndicator.store.engine import Store


def need_sources(sources: Collection[str], keys: Iterable[str], folder: Path) -> None:
    """Raise UsageError, which names the unknown ones, if some of `keys` are not in `sources`, the
    keys of the configured sources. `folder`: the folder of the configuration, for the message."""
    unknown = [key for key in dict.fromkeys(keys) if key not in sources]
    if unknown:
        unknown_keys = ", ".join(f"{key!r}{suggest_similar(key, sources)}" for key in unknown)
        raise UsageError(
            f"no source {unknown_keys} in {folder}/sources.toml; `syndicator sources` lists them"
        )


def find_article_id(archive: Archive, what: str) -> str | None:
    """Return the id of an article, None if there is no such article. `what`: address, id or file
    path of the article, as a person typed it."""
    visits = archive.store.visits

    # an address or an id
    aliases = [urls.alias(what)]  # the same for all spellings of an address
    article = find_known_article(visits.look_up(aliases), aliases, what)
    article_id = article.id if article else what
    if visits.article(article_id) is not None:
        return article_id

    # a path
    can_be_path = "\0" not in what  # else the operating system raises ValueError
    path = archive.article_store.find_typed_path(what) if can_be_path else None
    if not path:
        return None
    id_in_file = archive.article_store.find_id_at(path)
    if not id_in_file or visits.article(id_in_file) is None:
        return None
    return id_in_file


def need_article(archive: Archive, what: str) -> str:
    """Return the id of an article. `what`: address, id or file path of the article, as a person
    typed it. Raises UsageError if there is no such article."""
    article_id = find_article_id(archive, what)
    if article_id is None:
        raise UsageError(
            f"no article {what!r} in the article store; give its address, its id or its file, as"
            " `syndicator status --list articles` has them"
        )
    return article_id


def iterate_articles(store: Store, ids: Iterable[str] | None = None) -> Iterator[Article]:
    """Yield articles from the database, also those that were merged into others as copies. `ids`:
    the ids of the articles to yield; None for all articles."""
    article_ids = store.visits.stamps() if ids is None else ids
    for part in chunks(list(article_ids)):
        yield from store.index.articles(part).values()


def read_article(archive: Archive, article_id: str) -> Article:
    """Return an article from its file. If the file is missing or cannot be read, return an article
    without title and text."""
    empty = Article(id=article_id, url="", title="")
    path = archive.store.index.path(article_id)
    if not path:
        return empty
    try:
        return archive.article_store.get(path)
    except (ConfigError, OSError):
        return empty


def make_source_finder(instance: OpenedInstance) -> Callable[[Article], Source | None]:
    """Return a function that returns the source of an article, with its settings limited to those
    that it may have for an article at this address. It returns None if the source was removed."""
    rights_file = RightsFile(instance.article_store.file(RIGHTS_TOML))
    private = bool(instance.settings.publish.secret_path)

    def find_source(article: Article) -> Source | None:
        """The returned function."""
        source = instance.sources.get(article.source_key)
        if source is None:
            return None
        rights = load_rights(rights_file, source)
        return limit_settings(source, rights, article.url, private=private)

    return find_source


def markdown(instance: OpenedInstance, article_id: str) -> str:
    """Return the text of an article as markdown, "" if its file cannot be read."""
    from syndicator.articles import frontmatter

    path = ""
    if instance.store is not None:
        path = instance.store.index.path(article_id) or ""
    try:
        return frontmatter.body(instance.article_store.read(path))
    except (ConfigError, OSError):
        return ""
